"""http4k's routes: `routes("/orders" bind GET to handler, "/admin" bind auth.then(routes(…)))`.

Source: https://www.http4k.org/howto/serve_http/, https://www.http4k.org/ecosystem/http4k/reference/contracts/
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import NamedTuple

from ctxgen.model import At, Endpoint, Guard
from ctxgen.opaque import Name, name
from ctxgen.source import ir
from ctxgen.source.guards import guard, spelled
from ctxgen.source.jvm.annotations import simple
from ctxgen.source.jvm.controllers import classes
from ctxgen.source.program import Program
from ctxgen.source.routing import join, parameters
from ctxgen.source.values import ClassValue, FunctionValue, Scope

_VERBS = {"GET", "POST", "PUT", "PATCH", "DELETE", "HEAD", "OPTIONS", "TRACE", "PURGE"}
_DEEPEST = 15


class _Place(NamedTuple):
    """Where an expression stands: below a prefix, behind guards, in a scope."""

    prefix: str
    guards: tuple[Guard, ...]
    scope: Scope
    depth: int = 0

    @property
    def at(self) -> str:
        return self.scope.module.path


def finish(program: Program) -> None:
    """The endpoints of all routes: those of functions and properties that no other routes mount are roots."""
    reader = _Reader(program)
    found = [(key, list(reader.routes(expression, _Place("", (), scope)))) for key, expression, scope in _sources(program)]
    for key, routes in found:
        if key not in reader.mounted:
            program.facts += routes


def _sources(program: Program) -> Iterator[tuple[int, ir.Expression, Scope]]:
    """The expressions that functions give and that properties hold, in files that speak of http4k."""
    for function in program.functions:
        if _speaks(program, function.scope.module.path):
            for expression in _given(function.function.body):
                yield id(function.function), expression, function.scope
    for path, lowered in sorted(program.lowered.items()):
        module = program.modules.get(path)
        for statement in lowered.statements if module is not None and _speaks(program, path) else ():
            if isinstance(statement, ir.Assign) and module is not None:
                yield id(statement.value), statement.value, module.scope
    for cls in classes(program, "class", "object"):
        if _speaks(program, cls.path):
            scope = program.class_scope(cls)
            for field in cls.cls.fields:
                if field.value is not None:
                    yield id(field.value), field.value, scope
            for method in cls.cls.methods:
                for expression in _given(method.body):
                    yield id(method), expression, scope


def _speaks(program: Program, path: str) -> bool:
    data: bytes = program.resolver.data(path)  # type: ignore[attr-defined]
    return b"org.http4k" in data


def _given(body: tuple[ir.Statement, ...]) -> Iterator[ir.Expression]:
    """What a body returns or assigns."""
    for statement in body:
        match statement:
            case ir.Return(value) | ir.Do(value):
                yield value
            case ir.Assign():
                yield statement.value


class _Reader:
    """Reads expressions; `mounted` are the functions and values that others mount."""

    def __init__(self, program: Program) -> None:
        self.program = program
        self.mounted: set[int] = set()

    def routes(self, expression: ir.Expression, place: _Place) -> Iterator[Endpoint]:
        """The endpoints that an expression puts up."""
        if place.depth > _DEEPEST:
            return
        below = place._replace(depth=place.depth + 1)
        match expression:
            case ir.Call(ir.Attribute(ir.Call(ir.Attribute(bound, "bind" | "bindContract"), (method, *_)), "to"), (handler, *_)):
                verb = simple(method.value)
                if verb in _VERBS:
                    yield self._endpoint(verb, self._path(bound, place) or "{path}", handler.value, bound.line, place)
            case ir.Call(ir.Attribute(method, "to"), (handler, *_)) if simple(method) in _VERBS:  # of the routes that it stands in
                yield self._endpoint(simple(method), "", handler.value, expression.line, place)
            case ir.Call(ir.Attribute(bound, "bind"), (target, *_)):
                if simple(target.value) not in _VERBS:
                    yield from self.routes(target.value, below._replace(prefix=join(place.prefix, self._path(bound, place) or "")))
            case ir.Call(ir.Attribute(before, "then"), (target, *_)):
                found = guard(spelled(before), At(place.at, expression.line))
                yield from self.routes(target.value, below._replace(guards=(*place.guards, *([found] if found else []))))
            case ir.Call(ir.Name("contract"), arguments):
                for argument in arguments:
                    if isinstance(argument.value, ir.Function):
                        yield from self._contract(argument.value, below)
            case ir.Call(function, arguments):
                called = simple(function)
                if called in ("routes", "listOf", "withFilter", "asServer", "reverseProxy") or isinstance(function, ir.Attribute):
                    if isinstance(function, ir.Attribute):
                        yield from self.routes(function.owner, below)
                    for argument in arguments:
                        yield from self.routes(argument.value, below)
                yield from self._mounted(function, below)
            case ir.Name() | ir.Attribute():
                yield from self._mounted(expression, below)

    def _contract(self, block: ir.Function, place: _Place) -> Iterator[Endpoint]:
        """`contract { routes += "/x" bindContract GET to handler }`."""
        for statement in block.body:
            if isinstance(statement, ir.Assign) and simple(statement.target) == "routes":
                yield from self.routes(statement.value, place)

    def _mounted(self, expression: ir.Expression, place: _Place) -> Iterator[Endpoint]:
        """The routes of a function or property of the repository."""
        if not isinstance(expression, ir.Name | ir.Attribute):
            return
        value = self.program.evaluate(expression, place.scope)
        if isinstance(value, FunctionValue) and value.function.name:
            if id(value.function) not in self.mounted or place.prefix:
                self.mounted.add(id(value.function))
                for given in _given(value.function.body):
                    yield from self.routes(given, place._replace(scope=value.scope))
            return
        held = self._held(expression, place.scope)
        if held is not None:
            self.mounted.add(id(held[0]))
            yield from self.routes(held[0], place._replace(scope=held[1]))

    def _held(self, expression: ir.Name | ir.Attribute, scope: Scope) -> tuple[ir.Expression, Scope] | None:
        """What a property holds: of the module, or of the class that is made or named."""
        if isinstance(expression, ir.Name):
            for statement in self.program.lowered[scope.module.path].statements if scope.module.path in self.program.lowered else ():
                if isinstance(statement, ir.Assign) and simple(statement.target) == expression.name:
                    return statement.value, scope.module.scope
            owner = scope.this if isinstance(scope.this, ClassValue) else None
        else:
            made = expression.owner.function if isinstance(expression.owner, ir.Call) else expression.owner
            known = self.program.evaluate(made, scope)
            owner = known if isinstance(known, ClassValue) else None
        if owner is None:
            return None
        value = next((field.value for field in owner.cls.fields if field.name == expression.name), None)
        return (value, self.program.class_scope(owner)) if value is not None else None

    def _path(self, expression: ir.Expression, place: _Place) -> str | None:
        """The path of `"/orders" meta { … }` and `"/orders" / Path.of("id")`, too."""
        while (
            isinstance(expression, ir.Call)
            and isinstance(expression.function, ir.Attribute)
            and expression.function.name in ("meta", "query", "header")
        ):
            expression = expression.function.owner
        value = self.program.evaluate(expression, place.scope)
        return value if isinstance(value, str) else None

    def _endpoint(self, verb: str, path: str, handler: ir.Expression, line: int, place: _Place) -> Endpoint:
        guards = list(place.guards)
        while isinstance(handler, ir.Call) and isinstance(handler.function, ir.Attribute) and handler.function.name == "then":
            if handler.arguments and (found := guard(spelled(handler.function.owner), At(place.at, handler.line))):
                guards.append(found)
            handler = handler.arguments[0].value if handler.arguments else handler.function.owner
        protected = any(each.kind in ("authn", "authz") for each in guards)
        shown = spelled(handler)
        return Endpoint(
            method=Name(verb),
            path=name(parameters(join(place.prefix, path))),
            handler=name(shown) if shown else None,
            access="guarded" if protected else "unknown",
            guards=tuple(guards),
            technology=Name("http4k"),
            at=At(place.at, line),
        )
