"""Routes of Akka HTTP and Pekko HTTP: directives inside one another, and what stands in them.

Source: https://pekko.apache.org/docs/pekko-http/current/routing-dsl/directives/index.html.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator
from itertools import islice
from typing import NamedTuple

from ctxgen.model import At, Guard
from ctxgen.readers._jvm_script import Group, Item, is_op
from ctxgen.source.guards import guard, guard_kind
from ctxgen.source.program import Program
from ctxgen.source.scala.definitions import Definition, definitions_of, group, names, separated, string, word, words
from ctxgen.source.scala.drawing import LONGEST, MOST_GUARDS, Drawing, Route, Use

_METHODS = {"get", "post", "put", "delete", "patch", "head", "options"}
_PATHS = {"path", "pathPrefix", "rawPathPrefix"}
_ENDS = {"pathEnd", "pathEndOrSingleSlash", "pathSingleSlash"}
_ANSWERS = re.compile(r"complete\w{0,20}|redirect\w{0,20}|getFrom\w{1,30}|failWith|handle\w{0,40}|reject")
_SIGN_IN = re.compile(
    r"authenticat\w{0,40}|authoriz\w{0,40}|(?:require|secured?|with|protected|validate)\w{0,20}(?:Auth|User|Session|Token|Jwt|JWT|Login)\w{0,20}|requiredSession|jwt\w{0,20}"
)
_MATCHERS = {
    "Segment": "segment",
    "Segments": "path",
    "Remaining": "path",
    "RemainingPath": "path",
    "IntNumber": "number",
    "LongNumber": "number",
    "HexIntNumber": "number",
    "HexLongNumber": "number",
    "DoubleNumber": "number",
    "JavaUUID": "uuid",
}
_PLACE = "\0"
"""Stands in a path for a parameter that has no name yet."""
_MOST_DEPTH = 60


class _Context(NamedTuple):
    """What a route inside a directive has been asked for."""

    path: str = ""
    methods: tuple[str, ...] = ()
    guards: tuple[Guard, ...] = ()
    at: At | None = None
    """The line of the innermost directive of a path or method; None outside of all."""
    placed: bool = False
    """Whether a directive of a path stands around it."""


def _finish(program: Program, technology: str) -> None:
    drawing = Drawing(definitions_of(program), technology)
    for definition in drawing.definitions.all:
        walk = _Walk(drawing, definition)
        for items in definition.lists:
            walk.draw(items)
    program.facts += drawing.endpoints(program)


def finish(program: Program) -> None:
    """The endpoints of all directives of the files that were chosen."""
    roots = sorted(program.roots)
    pekko = program.sources is not None and any(b"pekko" in program.sources.data(path) for path in roots)
    _finish(program, "pekko-http" if pekko else "akka-http")


class _Walk:
    """What one definition draws."""

    def __init__(self, drawing: Drawing, definition: Definition) -> None:
        self.drawing, self.definition = drawing, definition
        self._told: set[tuple[str, str]] = set()

    def draw(self, items: list[Item]) -> None:
        """Draw what stands in a definition."""
        self._uses(self.walk(items, _Context(), 0)[1], _Context())

    def walk(self, items: list[Item], context: _Context, depth: int) -> tuple[int, list[Item]]:
        """Draw what stands in a list of items; gives the number of routes, and the items beside them."""
        drawn, pending = 0, list[Item]()
        left: list[Item] = []
        for index, item in enumerate(items):
            if isinstance(item, Group) and (item.open == "{" or (item.open == "(" and _asks(pending))):
                drawn += self._block(item, pending, context, depth)
                left += pending
                pending = []
            elif isinstance(item, Group) and item.open == "(" and pending and word(pending[-1]) == "concat" and depth < _MOST_DEPTH:
                inside, beside = self.walk(item.items, context, depth + 1)
                drawn += inside
                left += beside
                pending = []
            elif is_op(item, "~", ",", "=", ";") or self._line_ends(items, index):
                left += pending
                pending = []
            else:
                pending.append(item)
        return drawn, left + pending

    @staticmethod
    def _line_ends(items: list[Item], index: int) -> bool:
        item = items[index]
        if isinstance(item, Group) or item.kind != "newline":
            return False
        following = next((each for each in items[index + 1 : index + 4] if isinstance(each, Group) or each.kind != "newline"), None)
        return not is_op(following, "&", ".", "|") if following is not None else True

    def _block(self, block: Group, directive: list[Item], context: _Context, depth: int) -> int:
        """A directive and its block."""
        if depth > _MOST_DEPTH:
            return 0
        inner = self._asked(directive, context)
        if inner.at is None:
            drawn, beside = self.walk(block.items, inner, depth + 1)
            self._uses(beside, inner)
            return drawn
        if directive and _ANSWERS.fullmatch(word(directive[0])):
            return self._route(inner)
        items, named = _parameters(block.items)
        inner = inner._replace(path=_filled(inner.path, named))
        drawn, beside = self.walk(items, inner, depth + 1)
        if not drawn and ((inner.methods and inner.placed) or any(_ANSWERS.fullmatch(each) for each in words(items))):
            return self._route(inner)
        self._uses(beside, inner)  # what a route calls to answer is no route
        return drawn

    def _route(self, context: _Context) -> int:
        if context.at is None:
            return 0
        for method in context.methods or ("ANY",):
            path = _filled(context.path, ()) or "/"
            if (method, path) not in self._told:
                self._told.add((method, path))
                self.drawing.routes[self.definition].append(Route(method, path, context.at, context.guards))
        return 1

    def _asked(self, directive: list[Item], context: _Context) -> _Context:
        """The context inside a directive, or several that are joined by `&`."""
        path, methods, guards, at, placed = context
        for items in (directive, *(found for item in directive if (found := group(item, "(")) is not None and _joined(found))):
            for index, item in enumerate(items):
                said = word(item)
                if not said or (index and is_op(items[index - 1], ".")):
                    continue
                given = group(items[index + 1], "(") if index + 1 < len(items) else None
                line = At(self.definition.at.path, item.line)
                if said in _METHODS and given is None:
                    joined = methods if index and is_op(items[index - 1], "|") else ()
                    methods, at = tuple(dict.fromkeys((*joined, said.upper()))), line
                elif said == "method" and given is not None:
                    stated = dict.fromkeys(each for each in words(given) if each.isupper() and len(each) > 2)
                    methods, at = tuple(islice(stated, len(_METHODS))) or methods, line
                elif said in _PATHS and given is not None:
                    path, at, placed = (path + self._matched(given))[:LONGEST], line, True
                elif said in _ENDS:
                    at, placed = at or line, True
                elif (
                    len(guards) < MOST_GUARDS
                    and _SIGN_IN.fullmatch(said)
                    and not said.lower().startswith("optional")
                    and (asked := guard(said, line, guard_kind(said)))
                ):
                    guards = (*guards, asked)
        return _Context(path, methods, guards, at, placed)

    def _matched(self, matcher: list[Item]) -> str:
        """The path that a matcher takes: `"orders" / IntNumber`."""
        path = ""
        for part in separated(matcher, "/"):
            if len(path) > LONGEST:
                break
            first = part[0]
            text = string(first)
            if text is None and word(first) == "separateOnSlashes" and (given := group(part[-1], "(")):
                text = string(given[0])
            if text is None and word(first)[:1].islower() and len(part) == 1:
                text = self.drawing.definitions.constant(word(first), self.definition)
            if text is not None:
                path += f"/{text.strip('/')}" if text.strip("/") else ""
            elif word(first) not in ("Neutral", "PathEnd", "Slash"):
                path += f"/{_PLACE}{_MATCHERS.get(word(first), 'value')}{_PLACE}"
        return path

    def _uses(self, items: list[Item], context: _Context) -> None:
        path = _filled(context.path, ())
        self.drawing.use(self.definition, (Use(each, path, context.guards) for each in names(items)))


def _asks(directive: list[Item]) -> bool:
    """Whether what follows in round brackets is the inside of a directive: `get(…)`, `path("orders")(…)`."""
    last = directive[-1] if directive else None
    if len(directive) > 1 and is_op(directive[-2], "."):
        return False
    return word(last) in _METHODS | _ENDS or (
        group(last, "(") is not None
        and len(directive) > 1
        and word(directive[-2]) in _PATHS
        and not (len(directive) > 2 and is_op(directive[-3], "."))
    )


def _joined(items: list[Item]) -> bool:
    """Whether brackets hold directives that are joined: `(get & path("orders"))`, `(get | head)`."""
    return any(is_op(item, "&", "|") for item in items)


def _parameters(items: list[Item]) -> tuple[list[Item], tuple[str, ...]]:
    """(a block without the parameters that it begins with, their names): `id => …`, `(id, name) => …`, `case (id, name) => …`."""
    for index, item in enumerate(items[:8]):
        if is_op(item, "=>"):
            named = (each for each in words(items[:index]) if each[:1].islower() and each not in ("case", "implicit"))
            return items[index + 1 :], tuple(named)
    return items, ()


def _filled(path: str, named: Iterable[str]) -> str:
    """A path whose parameters have their names, what they take where there are none left."""
    if _PLACE not in path:
        return path
    names: Iterator[str] = iter(named)
    parts = path.split(_PLACE)
    return "".join(f"{{{next(names, part)}}}" if index % 2 else part for index, part in enumerate(parts))
