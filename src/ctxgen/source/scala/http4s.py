"""Routes of http4s: the patterns of requests, and what `Router` mounts.

Source: https://http4s.org/v0.23/docs/dsl.html, https://http4s.org/v0.23/docs/auth.html, https://http4s.org/v0.23/docs/service.html.
"""

from __future__ import annotations

from collections.abc import Iterator

from ctxgen.model import At, Guard
from ctxgen.opaque import name
from ctxgen.readers._jvm_script import Group, Item, is_op
from ctxgen.source.program import Program
from ctxgen.source.scala.definitions import Definition, definitions_of, group, lists, names, separated, string, word, words
from ctxgen.source.scala.drawing import LONGEST, Drawing, Route, Use

VERBS = {"GET", "POST", "PUT", "DELETE", "PATCH", "HEAD", "OPTIONS", "CONNECT", "TRACE"}
_ROOTS = {"Root", "root", "Empty"}


def finish(program: Program) -> None:
    """The endpoints of all routes of the files that were chosen."""
    drawing = Drawing(definitions_of(program), "http4s")
    for definition in drawing.definitions.all:
        for items in definition.lists:
            for inner in lists(items):
                drawing.routes[definition] += cases(definition, inner)
                for mounted, prefix in _mounts(drawing, definition, inner):
                    drawing.use(definition, (Use(each, prefix) for each in names(mounted)))
            drawing.use(definition, (Use(each) for each in _beside(items)))
    program.facts += drawing.endpoints(program)


def cases(definition: Definition, items: list[Item], arrow: tuple[str, ...] = ("->",)) -> Iterator[Route]:
    """`case req @ GET -> Root / "orders" / id as user =>`."""
    start: int | None = None
    for index, item in enumerate(items):
        if word(item) == "case":
            start = index + 1
        elif start is not None and is_op(item, "=>"):
            yield from _pattern(definition, items[start:index], arrow)
            start = None


def _pattern(definition: Definition, pattern: list[Item], arrow: tuple[str, ...]) -> Iterator[Route]:
    where = next((index for index, item in enumerate(pattern) if is_op(item, *arrow)), None)
    if where is None:
        return
    methods = [each for each in words(pattern[:where]) if each in VERBS]
    path = path_of(pattern[where + 1 :])
    if path is None:
        return
    at = At(definition.at.path, pattern[0].line)
    signed = next((each for item in pattern[where:] if (each := word(item)) in ("as", "asAuthed")), None)
    guards = (Guard(name=name("AuthedRoutes"), kind="authn", at=at),) if signed else ()
    if not methods and not any(word(item) in ("_", "method") for item in pattern[:where]):
        return
    for method in dict.fromkeys(methods) or ("ANY",):
        yield Route(method, path, at, guards)


def path_of(items: list[Item]) -> str | None:
    """The path of a pattern that begins with the root; variables are `{name}`, what follows the path (`:? Page(page)`, `as user`) is left out."""
    end = next(
        (
            index
            for index, item in enumerate(items)
            if is_op(item, ":", "+", "&", "?") or word(item) in ("as", "asAuthed", "if") or (is_op(item, "|") and index)
        ),
        len(items),
    )
    parts = separated(items[:end], "/")
    if not parts:
        return None
    first = parts[0]
    rooted = word(first[0]) in _ROOTS or is_op(first[0], "!!") or (word(first[0])[:1].islower() and len(first) == 1)
    if not rooted and string(first[0]) is None:
        return None
    path = ""
    for part in parts[1:] if rooted else parts:
        if len(path) > LONGEST:
            break
        text = string(part[0])
        inner = group(part[-1], "(") if len(part) > 1 else None
        if text is not None:
            path += f"/{text}"
        elif inner is not None:
            named = next((each for each in words(inner) if each[:1].islower()), "")
            path += f"/{{{named or 'value'}}}"
        elif word(part[0])[:1].islower() or word(part[0]) == "_":
            path += f"/{{{word(part[0]).strip('_') or 'value'}}}"
        else:
            path += "/{value}"
    return path or "/"


def _mounts(drawing: Drawing, definition: Definition, items: list[Item]) -> Iterator[tuple[list[Item], str]]:
    """(what is mounted, below which path) of `Router("/orders" -> orderRoutes, prefix -> …)`."""
    for index, item in enumerate(items[:-1]):
        if word(item) != "Router":
            continue
        given = next((found for each in items[index + 1 : index + 3] if (found := group(each, "(")) is not None), None)
        for argument in separated(given, ",") if given is not None else ():
            where = next((at for at, each in enumerate(argument) if is_op(each, "->")), None)
            if where is not None:
                yield argument[where + 1 :], text_of(drawing, definition, argument[:where]) or ""


def text_of(drawing: Drawing, definition: Definition, items: list[Item]) -> str | None:
    """The text of strings and constants that are joined by `+`; None where a part is not known."""
    out = ""
    for part in separated(items, "+"):
        text = string(part[0]) if len(part) == 1 else None
        if text is None:
            text = drawing.definitions.constant(word(part[-1]), definition)
        if text is None or len(out) > LONGEST:
            return None
        out += text
    return out


def _beside(items: list[Item], depth: int = 0) -> Iterator[str]:
    """The names of items without those that `Router` is given."""
    kept: list[Item] = []
    for index, item in enumerate(items):
        given = isinstance(item, Group) and item.open == "(" and any(word(each) == "Router" for each in items[max(0, index - 2) : index])
        if isinstance(item, Group) and not given and depth < 40:
            yield from _beside(item.items, depth + 1)
        elif not isinstance(item, Group):
            kept.append(item)
    yield from names(kept)
