"""NestJS: the middlewares that a module's `configure` puts before routes, and the routes that it names.

Source: https://docs.nestjs.com/middleware#applying-middleware
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from typing import NamedTuple

from ctxgen.model import At, Guard
from ctxgen.source import ir
from ctxgen.source.guards import guard, guard_kind, lets_all, refusal, spelled
from ctxgen.source.program import Program
from ctxgen.source.values import ClassValue, External, FunctionValue, Scope, Value


class Named(NamedTuple):
    """A route that a consumer names: a controller, or a path with a method; `begins` for all below a path."""

    controller: ClassValue | None
    path: str = ""
    method: str = "ANY"
    begins: bool = False

    def meets(self, controller: ClassValue, paths: Iterable[str], verb: str) -> bool:
        if self.controller is not None:
            return self.controller is controller
        if self.method not in ("ANY", "ALL", verb):
            return False
        return any(_alike(self.path, path, self.begins) for path in paths)


class Consumed(NamedTuple):
    """`consumer.apply(A).exclude("health").forRoutes(OrdersController)`"""

    guards: tuple[Guard, ...]
    routes: tuple[Named, ...]
    excluded: tuple[Named, ...]

    def before(self, controller: ClassValue, paths: list[str], verb: str) -> bool:
        """Whether the middlewares stand before a route."""
        return any(each.meets(controller, paths, verb) for each in self.routes) and not any(
            each.meets(controller, paths, verb) for each in self.excluded
        )


def consumers(program: Program, modules: Iterable[ClassValue]) -> list[Consumed]:
    """What the `configure` methods of some modules put before routes, where it guards."""
    found: list[Consumed] = []
    for cls in modules:
        method = cls.cls.method("configure")
        if method is None or not method.parameters:
            continue
        scope = Scope(cls.scope.module, program.class_scope(cls))
        for statement in method.body:
            call = statement.value if isinstance(statement, (ir.Do, ir.Return, ir.Assign)) else None
            found += _chain(program, call, method.parameters[0].name, scope)
    return found


def _chain(program: Program, expression: ir.Expression | None, consumer: str, scope: Scope) -> Iterator[Consumed]:
    """The parts of a chain of calls; one may go on after `forRoutes`."""
    calls: list[ir.Call] = []
    while isinstance(expression, ir.Call) and isinstance(expression.function, ir.Attribute):
        calls.insert(0, expression)
        expression = expression.function.owner
    if not (isinstance(expression, ir.Name) and expression.name == consumer):
        return
    guards: tuple[Guard, ...] = ()
    excluded: tuple[Named, ...] = ()
    for call in calls:
        called = call.function.name if isinstance(call.function, ir.Attribute) else ""
        if called == "apply":
            guards, excluded = tuple(_guards(program, call, scope)), ()
        elif called == "exclude":
            excluded = (*excluded, *_named(program, call, scope))
        elif called == "forRoutes" and guards:
            yield Consumed(guards, tuple(_named(program, call, scope)), excluded)


def _given(program: Program, call: ir.Call, scope: Scope) -> Iterator[tuple[ir.Expression, Value]]:
    for argument in call.arguments:
        value = program.evaluate(argument.value, scope)
        if argument.spread or isinstance(value, list):
            yield from ((argument.value, each) for each in (value if isinstance(value, list) else []))
        else:
            yield argument.value, value


def _guards(program: Program, call: ir.Call, scope: Scope) -> Iterator[Guard]:
    for written, value in _given(program, call, scope):
        at = At(scope.module.path, written.line)
        use = value.cls.method("use") if isinstance(value, ClassValue) else value.function if isinstance(value, FunctionValue) else None
        shown = value.cls.name if isinstance(value, ClassValue) else spelled(written)
        kind = guard_kind(shown) or (refusal(use) if use is not None else None)
        if kind in ("authn", "authz") and use is not None and lets_all(use):
            continue
        if kind is not None and (made := guard(shown, at, kind)) is not None:
            yield made


def _named(program: Program, call: ir.Call, scope: Scope) -> Iterator[Named]:
    for _, value in _given(program, call, scope):
        if isinstance(value, ClassValue):
            yield Named(value)
        elif isinstance(value, str):
            yield _path(value, "ANY")
        elif isinstance(value, dict) and isinstance(value.get("path"), str):
            method = value.get("method")
            yield _path(value["path"], method.path.rpartition(".")[2] if isinstance(method, External) else "ANY")


def _path(written: str, method: str) -> Named:
    path = "/" + written.strip("/")
    for ending in ("/(.*)", "(.*)", "/*", "*"):
        if path.endswith(ending):
            return Named(None, path.removesuffix(ending).rstrip("/"), method, begins=True)
    start, brace, _ = path.partition("{*")  # `api/{*splat}`
    start, star, _ = (start, brace, "") if brace else path.partition("/*")
    return Named(None, start.rstrip("/") if star else path, method, begins=bool(star))


def _alike(pattern: str, path: str, begins: bool) -> bool:
    """Whether a path is one that a pattern with `:name` means."""
    wanted, parts = ([each for each in text.split("/") if each] for text in (pattern, path))
    if len(parts) < len(wanted) or (not begins and len(parts) != len(wanted)):
        return False
    return all(one == other or (one.startswith(":") and other.startswith((":", "{"))) for one, other in zip(wanted, parts, strict=False))
