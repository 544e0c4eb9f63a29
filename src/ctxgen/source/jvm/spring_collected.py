"""Routes that the implementations of an interface of the repository give: who collects them says where they stand.

A collector asks every implementation for its routes and nests them, below a path that may name what it asks of the
implementation too: `nest(path("/apis/" + endpoint.version()), endpoint.routes())`.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from typing import NamedTuple

from ctxgen.source import ir
from ctxgen.source.calls import calls
from ctxgen.source.jvm.annotations import simple
from ctxgen.source.jvm.controllers import classes
from ctxgen.source.program import Program
from ctxgen.source.values import Arguments, ClassValue, FunctionValue, Instance, Scope

_NESTING = {"nest", "andNest", "path"}


class Place(NamedTuple):
    """The parts of a collector's prefix: texts, and None for what the implementation is asked for by the method `asks`."""

    parts: tuple[str | None, ...]
    asks: str = ""


class Collectors:
    """Where the collectors of the repository put what they are given; each interface's is looked for once."""

    def __init__(self, program: Program, predicate: Callable[[ir.Expression, Scope], ir.Expression | None]) -> None:
        self._program, self._predicate = program, predicate
        self._known: dict[tuple[str, str, str], Place | None] = {}

    def prefix(self, value: FunctionValue) -> str | None:
        """What stands before the routes of an implementation's method; None where no one collector is seen."""
        place = next((found for base in self._asked(value) if (found := self._place(base, value.function.name)) is not None), None)
        if place is None or value.owner is None:
            return None
        own = self._answer(value.owner, place.asks) if place.asks else ""
        return "".join(own if part is None else part for part in place.parts).replace("//", "/")

    def _asked(self, value: FunctionValue) -> Iterator[ClassValue]:
        """The types of the repository that declare the method."""
        for base in list(self._program.lineage(value.owner))[1:] if value.owner is not None else []:
            if base.cls.method(value.function.name) is not None:
                yield base

    def _place(self, base: ClassValue, method: str) -> Place | None:
        key = (base.path, base.cls.name, method)
        if key not in self._known:
            self._known[key] = None
            found = {place for cls in classes(self._program, "class", "object") for place in self._places(cls, base, method)}
            self._known[key] = found.pop() if len(found) == 1 else None
        return self._known[key]

    def _places(self, cls: ClassValue, base: ClassValue, method: str) -> Iterator[Place]:
        """The place that a class gives what it asks for, if it asks."""
        data = self._program.resolver.data(cls.path)  # type: ignore[attr-defined]
        if base.cls.name.encode() not in data or method.encode() not in data:
            return
        made = [call for each in cls.cls.methods for call in calls(each.body)]
        asked = {
            simple(call.function): simple(call.function.owner)
            for call in made
            if isinstance(call.function, ir.Attribute) and not call.arguments and base.cls.method(simple(call.function)) is not None
        }
        if method not in asked:
            return
        asks = next((other for other, owner in asked.items() if other != method and owner == asked[method]), "")
        scope = Scope(cls.scope.module, self._program.class_scope(cls), owner=cls)
        nests = [path for call in made if (path := self._nested(call, scope)) is not None]
        if not nests:
            yield Place(())
        elif len(nests) == 1:
            yield from self._parted(nests[0], asks, scope)

    def _nested(self, call: ir.Call, scope: Scope) -> ir.Expression | None:
        """The path of a call that nests."""
        if simple(call.function) not in _NESTING or len(call.arguments) < 2:
            return None
        return self._predicate(call.arguments[0].value, scope)

    def _parted(self, path: ir.Expression, asks: str, scope: Scope) -> Iterator[Place]:
        found: list[str | None] = []
        for part in path.parts if isinstance(path, ir.Template) else (path,):
            given = self._program.evaluate(part, scope)
            found.append(given if isinstance(given, str) else None)
        if found.count(None) <= 1 and (asks or None not in found):
            yield Place(tuple(found), asks if None in found else "")

    def _answer(self, cls: ClassValue, method: str) -> str:
        """What an implementation answers as text; its name as a parameter where that is not known."""
        this = self._program.singleton(cls)
        for name in (method, "toString"):
            owner = this.cls if isinstance(this, Instance) else None
            written = next((each for each in self._program.lineage(owner) if each.cls.method(name) is not None), None) if owner else None
            function = written.cls.method(name) if written is not None else None
            if written is None or function is None:
                break
            bound = FunctionValue(function, self._program.class_scope(written), this, written)
            given = self._program.call(bound, Arguments((), {}, (), function.line, written.scope))
            if isinstance(given, str):
                return given if "{" not in given else f"{{{method}}}"
            if not isinstance(given, Instance):
                break
            this = given
        return f"{{{method}}}"
