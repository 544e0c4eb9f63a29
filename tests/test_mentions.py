"""Where names stand in files."""

from __future__ import annotations

from collections import Counter

from ctxgen.source.mentions import Mentions, Names

TEXT = b'get(1)\nwidget(1)\nget\nx.get (2) get(3)\n\nconfig["a"]\ngetter(4)\n'


def test_names_stand_at_the_beginning_of_words() -> None:
    assert Names(["get"]).lines(TEXT) == [1, 3, 4]
    assert Names(["get"], rb"\s*\(").lines(TEXT) == [1, 4]
    assert Names(["get", '["'], b"").lines(TEXT) == [1, 3, 4, 6, 7]
    assert Names(["get", "getter"]).lines(TEXT) == [1, 3, 4, 7]
    assert Names([]).lines(TEXT) == Names([""]).lines(TEXT) == []


def test_a_file_is_searched_once_for_each_set_of_names() -> None:
    opened = Counter[str]()

    def data(path: str) -> bytes:
        opened[path] += 1
        return TEXT

    mentions, names = Mentions(data), Names(["get"])
    assert mentions.within(names, "a", 2, 3)
    assert not mentions.within(names, "a", 5, 9)
    assert not mentions.within(names, "a", 2, 2)
    assert opened == {"a": 1}
