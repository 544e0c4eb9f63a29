"""NestJS modules: which controllers and providers an application consists of, and the prefixes that RouterModule gives.

Sources: https://docs.nestjs.com/modules, https://docs.nestjs.com/fundamentals/dynamic-modules, https://docs.nestjs.com/recipes/router-module
"""

from __future__ import annotations

from collections.abc import Iterator

from ctxgen.source.program import Program
from ctxgen.source.routing import join
from ctxgen.source.script.decorators import of_class
from ctxgen.source.values import UNKNOWN, Arguments, ClassValue, External, FunctionValue, Instance, Value

_MODULE = "@nestjs/common.Module"
_FORWARD = "@nestjs/common.forwardRef()"
_ROUTERS = ("@nestjs/core.RouterModule.register()", "@nestjs/core.RouterModule.forRoutes()", "nest-router.RouterModule.forRoutes()")
MAX_MODULES = 3_000


class Modules:
    """The modules below a root one: `controllers` with the module that each is listed in, `providers` of all, `prefixes` by module."""

    def __init__(self, program: Program, root: Value) -> None:
        self._program = program
        self.seen: dict[ClassValue, None] = {}
        self.controllers: dict[ClassValue, ClassValue] = {}
        self.providers: list[Value] = []
        self.prefixes: dict[ClassValue, str] = {}
        work = [root]
        while work and len(self.seen) < MAX_MODULES:
            work += self._visit(work.pop())

    def _visit(self, value: Value) -> Iterator[Value]:
        if isinstance(value, dict):  # a dynamic module
            cls = _class_of(value.get("module"))
            if cls is not None:
                self._add(cls, value)
                yield from _flat(value.get("imports"))
                yield cls
            return
        if isinstance(value, External):
            if value.path == _FORWARD and value.arguments is not None and isinstance(value.arguments.get(0), FunctionValue):
                yield self._program.call(value.arguments.get(0), value.arguments._replace(positional=()))
            elif value.path in _ROUTERS and value.arguments is not None:
                self._routes(value.arguments.get(0), "")
            return
        cls = _class_of(value)
        if cls is None or cls in self.seen:
            return
        self.seen[cls] = None
        for mark in of_class(self._program, cls):
            stated = mark.get(0)
            if mark.path == _MODULE and isinstance(stated, dict):
                self._add(cls, stated)
                yield from _flat(stated.get("imports"))

    def _add(self, cls: ClassValue, stated: dict[str, Value]) -> None:
        for each in _flat(stated.get("controllers")):
            if isinstance(each, ClassValue):
                self.controllers.setdefault(each, cls)
        self.providers += _flat(stated.get("providers"))

    def _routes(self, routes: Value, above: str) -> None:
        for route in _flat(routes):
            if isinstance(route, dict):
                path = route.get("path")
                here = join(above, path if isinstance(path, str) else "")
                module = _class_of(route.get("module"))
                if module is not None:
                    self.prefixes[module] = here
                self._routes(route.get("children") or route.get("childrens"), here)
            elif (module := _class_of(route)) is not None:
                self.prefixes[module] = above


def _class_of(value: Value) -> ClassValue | None:
    return value if isinstance(value, ClassValue) else value.cls if isinstance(value, Instance) else None


def _flat(value: Value, depth: int = 0) -> list[Value]:
    """The elements of a list, lists in it taken apart."""
    if not isinstance(value, list) or depth > 3:
        return []
    return [part for each in value for part in (_flat(each, depth + 1) if isinstance(each, list) else [each])]


def global_providers(program: Program, providers: list[Value], token: str) -> Iterator[tuple[Value, dict[str, Value]]]:
    """What is provided under a token of the framework: the class, or what a factory gives."""
    for each in providers:
        if isinstance(each, dict) and isinstance(found := each.get("provide"), External) and found.path == f"@nestjs/core.{token}":
            value = each.get("useClass") or each.get("useExisting") or each.get("useValue") or UNKNOWN
            factory = each.get("useFactory")
            if value is UNKNOWN and isinstance(factory, FunctionValue):
                value = program.call(factory, Arguments((), {}, (), factory.function.line, factory.scope))
            yield value, each
