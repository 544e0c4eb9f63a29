"""Facts of code by patterns of lines: what an idiom that always looks alike says, where nothing has to be followed."""

from __future__ import annotations

import itertools
import re
from collections.abc import Callable, Iterable, Iterator
from typing import Literal, NamedTuple

from ctxgen.model import At, CodeFact
from ctxgen.opaque import Name, Opaque, name

Kind = Literal[
    "error-handler", "validation", "transaction", "cache", "rate-limit", "http-client", "token-issued", "token-checked", "token-refreshed", "token-revoked", "middleware",
]  # fmt: skip
_MOST = 40
"""Facts of one file."""
_TRIED = 200
"""Places of one file that are looked at for one rule."""
_CLASS = re.compile(rb"^[ \t]{0,12}(?:(?:final|abstract|readonly) )*class (?:\w+::)*(\w{1,80})", re.MULTILINE)


class Rule(NamedTuple):
    """A pattern of a line: what it says of its group `subject`, and what `shown` makes of its group `value`."""

    kind: Kind
    mark: bytes
    """Bytes that a file must hold before the pattern is tried."""
    pattern: re.Pattern[bytes]
    shown: Callable[[str], Name | None] = lambda text: None
    of_class: bool = False
    """Whether it speaks of the class around it, which is told once."""


def rule(kind: Kind, mark: str, pattern: str, shown: Callable[[str], Name | None] = lambda text: None, *, of_class: bool = False) -> Rule:
    """A rule; `^` in the pattern is the beginning of a line."""
    return Rule(kind, mark.encode(), re.compile(pattern.encode(), re.MULTILINE), shown, of_class)


def facts(rules: Iterable[Rule], path: str, data: bytes, comments: tuple[bytes, ...]) -> Iterator[CodeFact]:
    """What the rules say of a file, lines that begin with one of `comments` left out."""
    return itertools.islice(_facts(rules, path, data, comments), _MOST)


def _facts(rules: Iterable[Rule], path: str, data: bytes, comments: tuple[bytes, ...]) -> Iterator[CodeFact]:
    for each in rules:
        if each.mark not in data:
            continue
        for match in itertools.islice(each.pattern.finditer(data), _TRIED):
            start = match.start("subject")
            beginning = data.rfind(b"\n", 0, start) + 1
            if data[beginning:start].lstrip().startswith(comments):
                continue
            subject = match["subject"].decode("ascii", "replace")
            if each.of_class and (named := _CLASS.search(data)) is not None:
                subject = named[1].decode("ascii", "replace")
            stated = match["value"] if "value" in match.re.groupindex else None
            value = each.shown(stated.decode("ascii", "replace")) if stated is not None else None
            if value is None and each.kind == "http-client":
                continue
            yield CodeFact(
                kind=each.kind,
                subject=name(subject),
                value=value,
                at=At(path, data.count(b"\n", 0, start) + 1),
            )
            if each.of_class:
                break


def host(text: str) -> Name | None:
    """The host of an address; one on the own machine is none."""
    found = Opaque(text).host()
    return None if found in ("localhost", "127.0.0.1") else found
