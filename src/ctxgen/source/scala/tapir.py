"""Endpoints of Tapir: what a chain that begins with `endpoint`, or with a description that does, says of method, path and credentials.

Source: https://tapir.softwaremill.com/en/latest/endpoint/basics.html, https://tapir.softwaremill.com/en/latest/endpoint/security.html.
"""

from __future__ import annotations

from collections.abc import Iterator
from itertools import islice
from typing import NamedTuple

from ctxgen.model import At, Guard
from ctxgen.opaque import name
from ctxgen.readers._jvm_script import Item, is_op
from ctxgen.source.guards import guard, guard_kind
from ctxgen.source.program import Program
from ctxgen.source.scala.definitions import Definition, definitions_of, group, lists, separated, string, word, words
from ctxgen.source.scala.drawing import LONGEST, MOST_GUARDS, Drawing, Route

_METHODS = {"get", "post", "put", "delete", "patch", "head", "options"}
_STARTS = {"endpoint", "infallibleEndpoint"}
_MOST_DEPTH = 8
_SCHEMES = {"bearer", "basic", "apiKey", "oauth2", "oauth2AuthorizationCodeFlow", "http", "jwt"}


class _Said(NamedTuple):
    """What a chain says so far."""

    method: str | None = None
    path: str = ""
    guards: tuple[Guard, ...] = ()


class _Step(NamedTuple):
    """A part of a chain: a name, and what it is called with."""

    name: str
    given: list[Item] | None
    kinds: list[Item] | None
    line: int


def finish(program: Program) -> None:
    """The endpoints of all chains of the files that were chosen."""
    drawing = Drawing(definitions_of(program), "tapir")
    reading = _Reading(drawing)
    for definition in drawing.definitions.all:
        for items in definition.lists:
            for inner in lists(items):
                for start, item in enumerate(inner):
                    if word(item) and not (start and is_op(inner[start - 1], ".")):
                        drawing.routes[definition] += reading.route(definition, inner, start)
    program.facts += drawing.endpoints(program)


class _Reading:
    def __init__(self, drawing: Drawing) -> None:
        self.drawing = drawing
        self._bases: dict[Definition, _Said | None] = {}
        self._paths: dict[Definition, str] = {}

    def route(self, definition: Definition, items: list[Item], start: int) -> Iterator[Route]:
        """The endpoint that a chain describes, if it says the method."""
        if word(items[start]) not in _STARTS and not self._may_begin(items, start):
            return
        said = self._said(definition, items, start, 0)
        if said is not None and said.method is not None and self._own_method(items, start):
            yield Route(said.method, said.path or "/", At(definition.at.path, items[start].line), said.guards)

    def _may_begin(self, items: list[Item], start: int) -> bool:
        """Whether a name, or one that follows it, is of a description: `baseEndpoint.get`, `base.secured.post`."""
        return any(step.name in self.drawing.definitions.by_name for step in islice(_chain(items, start), 3))

    @staticmethod
    def _own_method(items: list[Item], start: int) -> bool:
        """Whether the chain itself says the method or a path, and does not only use a description that is told where it stands."""
        return any(step.name in _METHODS or step.name in ("method", "in") for step in _chain(items, start))

    def _said(self, definition: Definition, items: list[Item], start: int, depth: int) -> _Said | None:
        said: _Said | None = None
        for count, step in enumerate(_chain(items, start)):
            if said is None:
                if step.name in _STARTS:
                    said = _Said()
                elif count < 3:
                    said = self._base(definition, step.name, depth)
                else:
                    return None
            else:
                said = self._with(definition, said, step)
        return said

    def _base(self, near: Definition, named: str, depth: int) -> _Said | None:
        """What a description says that others begin with."""
        own = self.drawing.definitions.value(named, near)
        if own is None or own is near or depth > _MOST_DEPTH:
            return None
        if own not in self._bases:
            self._bases[own] = None
            self._bases[own] = self._said(own, own.value, 0, depth + 1) if own.value else None
        return self._bases[own]

    def _with(self, definition: Definition, said: _Said, step: _Step) -> _Said:
        """What a chain says with one more step."""
        if step.name in _METHODS and step.given is None:
            return said._replace(method=step.name.upper())
        if step.given is None:
            return said
        if step.name == "method":
            return said._replace(method=next((each for each in words(step.given) if each.isupper()), said.method))
        if step.name == "in":
            return said._replace(path=(said.path + self._path(definition, step.given, 0))[:LONGEST])
        if step.name in ("prependIn", "prependSecurityIn"):
            return said._replace(path=(self._path(definition, step.given, 0) + said.path)[:LONGEST])
        if step.name == "securityIn":
            found = _credentials(step, definition.at.path)
            path = (said.path + self._path(definition, step.given, 0))[:LONGEST]
            return said._replace(path=path, guards=(*said.guards, *found)[:MOST_GUARDS])
        return said

    def _path(self, definition: Definition, items: list[Item], depth: int) -> str:
        """The path of an input: `"orders" / path[Int]("id")`; what takes something else of a request has none."""
        out = ""
        for part in separated(items, "/"):
            if len(out) > LONGEST:
                break
            first = part[0]
            text = string(first)
            if text is not None and len(part) == 1:
                out += f"/{text}"
            elif word(first) in ("path", "paths"):
                inner = next((found for each in part[1:] if (found := group(each, "(")) is not None), [])
                out += f"/{{{string(inner[0]) if inner and string(inner[0]) else 'path' if word(first) == 'paths' else 'value'}}}"
            elif word(first) and len(part) == 1 and depth < _MOST_DEPTH:
                if (constant := self.drawing.definitions.constant(word(first), definition)) is not None:
                    out += f"/{constant.strip('/')}"
                    continue
                known = [each for each in self.drawing.definitions.described.get(word(first), ())[:3] if each is not definition]
                out += self._input(known[0], depth + 1) if len(known) == 1 else ""
        return out

    def _input(self, definition: Definition, depth: int) -> str:
        """The path of an input that has a name, which others may use as often as they like."""
        if definition not in self._paths:
            self._paths[definition] = ""  # what goes round in circles ends
            self._paths[definition] = self._path(definition, definition.value, depth)
        return self._paths[definition]


def _credentials(step: _Step, path: str) -> tuple[Guard, ...]:
    """The credentials that `securityIn` asks for; none that may be left out: `auth.bearer[Option[String]]()`."""
    given = list(words(step.given or []))
    if "Option" in given:
        return ()
    at = At(path, step.line)
    if "auth" in given and (scheme := next((each for each in given if each in _SCHEMES), None)):
        return (Guard(name=name(f"auth.{scheme}"), kind="authn", at=at),)
    asked = next((found for each in given if guard_kind(each) in ("authn", "authz") and (found := guard(each, at))), None)
    return (asked,) if asked else ()


def _chain(items: list[Item], start: int) -> Iterator[_Step]:
    """The steps of a chain of calls: `endpoint.get.in("orders").out(jsonBody[Order])`."""
    index = start
    for _ in range(60):
        said = word(items[index]) if index < len(items) else ""
        if not said:
            return
        line, index = items[index].line, index + 1
        kinds = given = None
        while index < len(items):
            if (found := group(items[index], "[")) is not None:
                kinds = found
            elif (found := group(items[index], "(")) is not None:
                given = given or found
            elif group(items[index], "{") is None:
                break
            index += 1
        yield _Step(said, given, kinds, line)
        while index < len(items) and not isinstance(items[index], tuple):
            index += 1
        index = _after_lines(items, index)
        if index >= len(items) or not is_op(items[index], "."):
            return
        index = _after_lines(items, index + 1)


def _after_lines(items: list[Item], index: int) -> int:
    """The index of the next item that is no line end."""
    while index < len(items) and getattr(items[index], "kind", "") == "newline":
        index += 1
    return index
