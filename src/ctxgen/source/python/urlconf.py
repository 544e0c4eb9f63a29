"""What Django's URL configurations are made of: patterns, what is included, and regular expressions as paths."""

from __future__ import annotations

from typing import NamedTuple

from ctxgen.model import At, Guard
from ctxgen.source import ir
from ctxgen.source.program import Program
from ctxgen.source.values import UNKNOWN, Arguments, Scope, Value


class Url(NamedTuple):
    """One entry of `urlpatterns`: a pattern and what it leads to.

    `target` is a view or an `Included`; `expression` is how the view is written, `methods` those that a router states,
    `guards` what is known around the view, `handler` its name where it is a router's.
    """

    pattern: str
    target: Value
    expression: ir.Expression | None
    scope: Scope
    at: At
    methods: tuple[str, ...] = ()
    guards: tuple[Guard, ...] = ()
    public: At | None = None
    handler: str | None = None


class Included(NamedTuple):
    """`include(…)`: a list of patterns, a module, or the name of one as the file at `path` writes it."""

    what: Value
    path: str


def by_path(program: Program, path: str, arguments: Arguments) -> Value:
    """What a string such as `shop.views.Orders` names in the repository; UNKNOWN where nothing does."""
    module, _, name = path.rpartition(".")
    files = program.resolver.module(arguments.scope.module.path, module)
    known = program.run(files[0]) if files else None
    return program.attribute(known, name, arguments.line, arguments.scope) if known is not None else UNKNOWN


_CLASSES = {
    "d": "{number}",
    "w": "{word}",
    "s": "",
    "S": "{part}",
    "D": "{part}",
    "W": "{part}",
    "A": "",
    "Z": "",
    "z": "",
    "b": "",
    "B": "",
}


_REPEATS = ("*", "+", "?", "{")


def from_regex(pattern: str) -> str:
    """A regular expression as a path with parameters: `^users/(?P<id>\\d+)/?$` is `users/{id}/`.

    Source: https://docs.djangoproject.com/en/stable/topics/http/urls/#using-regular-expressions.
    """
    out, _ = _sequence(pattern[:1_000], 0, 0)
    return out


def _sequence(text: str, position: int, depth: int) -> tuple[str, int]:
    """The path of what stands up to the bracket that closes this level; of alternatives the first."""
    out: list[str] = []
    first: str | None = None
    while position < len(text):
        character = text[position]
        if character == ")" and depth:
            break
        if character == "|":
            first, out, position = ("".join(out) if first is None else first), [], position + 1
        elif character == "(":
            piece, position = _group(text, position, depth)
            out.append(piece)
        elif character == "[":
            end = text.find("]", position + 2)
            out.append("{part}")
            position = len(text) if end < 0 else end + 1
        elif character == "\\" and position + 1 < len(text):
            out.append(_CLASSES.get(text[position + 1], text[position + 1]))
            position += 2
        elif character in "^$+*?":
            position += 1
        elif character == "{":
            end = text.find("}", position)
            position = len(text) if end < 0 else end + 1
        else:
            # a dot that nothing repeats stands for itself far more often than for any character: `^robots.txt$`
            any_of = character == "." and text[position + 1 : position + 2] in _REPEATS
            out.append("{part}" if any_of else character)
            position += 1
    return "".join(out) if first is None else first, position


def _group(text: str, position: int, depth: int) -> tuple[str, int]:
    """The group that opens at a position: a parameter, or what stands in it where it captures nothing."""
    start = position + 1
    named = ""
    captures = not text.startswith("?", start)
    if text.startswith("?P<", start) and (end := text.find(">", start)) > 0:
        named, start, captures = text[start + 3 : end].strip("{}"), end + 1, True  # a name that is put in is a parameter already
    elif text.startswith("?:", start):
        start += 2
    elif not captures:  # look-around, flags
        _, end = _sequence(text, start, depth + 1) if depth < 20 else ("", len(text))
        return "", end + 1
    inner, end = _sequence(text, start, depth + 1) if depth < 20 else ("", len(text))
    end += 1
    if not named and not captures and text[end : end + 1] in ("?", "*"):
        return "", end
    if named:
        return "{" + named + "}", end
    if captures:
        return inner if "{" in inner and "/" in inner else "{part}", end
    return inner, end
