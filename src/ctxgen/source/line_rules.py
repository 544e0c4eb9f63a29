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
_CLASS = re.compile(rb"^([ \t]{0,12})(?:(?:final|abstract|readonly) )*(?:class|module) (?:\w+::)*(\w{1,80})", re.MULTILINE)


_EXTENDING = (b"ClassMethods", b"InstanceMethods")
"""Modules of a concern, which names them for what includes it.  Source: https://api.rubyonrails.org/classes/ActiveSupport/Concern.html."""


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
            if each.of_class:
                subject = _around(data, beginning, start) or subject
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


def _around(data: bytes, line: int, start: int) -> str:
    """The class, or the module where there is none, in which the code stands that begins somewhere in a line: the last one before it that is less indented."""
    indented = start - line if data[line:start].isspace() else len(data[line:start]) - len(data[line:start].lstrip())
    named = ""
    for found in itertools.islice(_CLASS.finditer(data, 0, line), _TRIED):
        if len(found[1]) < max(indented, 1) and found[2] not in _EXTENDING:
            named = found[2].decode("ascii", "replace")
    return named


def host(text: str) -> Name | None:
    """The host of an address; one on the own machine is none."""
    found = Opaque(text).host()
    return None if found in ("localhost", "127.0.0.1") else found
