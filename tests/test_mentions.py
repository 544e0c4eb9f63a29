"""Where names stand in files, and what that spares."""

from __future__ import annotations

from collections import Counter
from pathlib import Path

import pytest

from ctxgen.pipeline import analyse
from ctxgen.source import ir
from ctxgen.source.mentions import Families, Mentions, Names

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


def test_names_mean_something_only_beside_their_words() -> None:
    families = Families(([b"http"], ["get"]), ([b"cache"], ["set"]))
    assert families.all == {"get", "set"}
    both, one = families.names(lambda words: True), families.names(lambda words: words == (b"cache",))
    assert both.lines(b"get\nset") == [1, 2]
    assert one.lines(b"get\nset") == [2]
    assert families.names(lambda words: True) is both
    assert families.names(lambda words: False).lines(b"get\nset") == []


def test_only_bodies_that_may_tell_something_are_lowered(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    files = {
        "requirements.txt": "fastapi\nhttpx\n",
        "app.py": "import httpx\nfrom fastapi import FastAPI\n\napp = FastAPI()\n\n\ndef ask():\n    return httpx.get('https://shop.example/orders')\n\n\ndef add(one, other):\n    return one + other\n",
        "shop.csproj": '<Project Sdk="Microsoft.NET.Sdk.Web"></Project>\n',
        "Jobs.cs": 'using Hangfire;\npublic class Jobs\n{\n    public void Plan()\n    {\n        RecurringJob.AddOrUpdate("clean", () => Clean(), Cron.Daily());\n    }\n\n    public void Clean()\n    {\n        Sweep();\n    }\n}\n',
        "Program.cs": "var builder = WebApplication.CreateBuilder(args);\nvar app = builder.Build();\napp.Run();\n",
    }
    for path, text in files.items():
        (tmp_path / path).write_text(text)
    made: list[ir.Function] = []
    init = ir.Function.__init__

    def noted(function: ir.Function, *arguments: object, **options: object) -> None:
        init(function, *arguments, **options)  # type: ignore[arg-type]
        made.append(function)

    monkeypatch.setattr(ir.Function, "__init__", noted)
    context = analyse(tmp_path).context
    assert [str(each.value) for each in context.code] == ["shop.example"]
    assert [str(each.name) for each in context.jobs] == ["clean"]
    lowered = {function.name for function in made if "body" in vars(function)}
    assert lowered >= {"ask", "Plan"}
    assert not lowered & {"add", "Clean"}
