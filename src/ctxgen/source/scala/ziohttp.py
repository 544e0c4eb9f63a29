"""Routes of ZIO HTTP: `Method.GET / "orders" / int("id") -> handler`, and the patterns of its second version.

Source: https://zio.dev/zio-http/reference/routing/route_pattern, https://zio.dev/zio-http/reference/endpoint.
"""

from __future__ import annotations

from collections.abc import Iterator

from ctxgen.model import At
from ctxgen.readers._jvm_script import Item, is_op
from ctxgen.source.program import Program
from ctxgen.source.scala.definitions import Definition, definitions_of, group, lists, separated, string, word, words
from ctxgen.source.scala.drawing import LONGEST, Drawing, Route
from ctxgen.source.scala.http4s import VERBS, path_of

_MOST_ITEMS = 200
"""Items of a pattern."""


def finish(program: Program) -> None:
    """The endpoints of all route patterns of the files that were chosen."""
    drawing = Drawing(definitions_of(program), "zio-http")
    for definition in drawing.definitions.all:
        for items in definition.lists:
            for inner in lists(items):
                drawing.routes[definition] += _patterns(drawing, definition, inner)
    program.facts += drawing.endpoints(program)


def _patterns(drawing: Drawing, definition: Definition, items: list[Item]) -> Iterator[Route]:
    for index, item in enumerate(items[:-3]):
        method = word(items[index + 2])
        if word(item) != "Method" or not is_op(items[index + 1], ".") or method not in VERBS or (index and is_op(items[index - 1], ".")):
            continue
        at = At(definition.at.path, item.line)
        if is_op(items[index + 3], "->"):
            end = next((each for each in range(index + 4, min(len(items), index + _MOST_ITEMS)) if is_op(items[each], "=>")), None)
            path = path_of(items[index + 4 : end]) if end is not None else None
            if path is not None:
                yield Route(method, path, at)
        elif is_op(items[index + 3], "/"):
            end = next(
                (each for each in range(index + 4, len(items)) if is_op(items[each], "->", ",", ".", "=>") or _ends(items[each])),
                len(items),
            )
            yield Route(method, _path(drawing, definition, items[index + 4 : end]), at)


def _ends(item: Item) -> bool:
    return getattr(item, "kind", "") == "newline"


def _path(drawing: Drawing, definition: Definition, items: list[Item]) -> str:
    path = ""
    for part in separated(items, "/"):
        if len(path) > LONGEST:
            break
        first = part[0]
        text = string(first)
        if text is None and len(part) == 1:
            text = drawing.definitions.constant(word(first), definition)
        if text is not None:
            path += f"/{text.strip('/')}"
        elif (given := group(part[-1], "(")) is not None and len(part) > 1:
            named = string(given[0]) if given else None
            path += f"/{{{named or next(iter(words(given)), 'value')}}}"
        elif word(first) == "trailing":
            path += "/{path}"
        elif word(first) not in ("Root", "Path", "empty"):
            path += f"/{{{word(first) or 'value'}}}"
    return path or "/"
