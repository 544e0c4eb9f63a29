"""What the decorators of classes, methods and parameters say, those that compose others taken apart.

A decorator of the project's own (`Auth("admin")`) is a function that gives one of a library, or `applyDecorators(…)` of
several.  Sources: https://docs.nestjs.com/custom-decorators, https://tsed.dev/docs/custom-endpoint-decorators.html
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator
from typing import NamedTuple

from ctxgen.model import At
from ctxgen.source import ir
from ctxgen.source.guards import spelled
from ctxgen.source.program import Program
from ctxgen.source.values import UNKNOWN, Arguments, ClassValue, External, FunctionValue, Scope, Value

_COMPOSE = ("@nestjs/common.applyDecorators", "@tsed/core.useDecorators")
_INNER = re.compile(r"\A(@nestjs/[\w-]{1,40})/[\w/-]{1,80}\.")
"""NestJS gives the same names from modules inside its packages."""
MAX_DEPTH = 6


class Mark(NamedTuple):
    """One decorator: its `path` in a library (`@nestjs/common.Get`), the `name` that is written, its arguments, and the line that it stands on."""

    path: str
    name: str
    arguments: Arguments
    at: At
    expression: ir.Expression

    @property
    def last(self) -> str:
        """The last name of the path: `Get`."""
        return self.path.rpartition(".")[2]

    def get(self, *where: int | str) -> Value:
        """An argument, `UNKNOWN` for one that is not there."""
        return self.arguments.get(*where, default=UNKNOWN)


def marks(program: Program, decorators: Iterable[ir.Expression], scope: Scope) -> Iterator[Mark]:
    """The decorators of something, in order, with what composed ones consist of in their place."""
    for expression in decorators:
        at = At(scope.module.path, expression.line)
        yield from _of(program, program.evaluate(expression, scope), expression, at, scope, spelled(expression), 0)


def of_class(program: Program, cls: ClassValue) -> list[Mark]:
    """The decorators of a class."""
    return list(marks(program, cls.cls.decorators, cls.scope))


def _of(program: Program, value: Value, expression: ir.Expression, at: At, scope: Scope, name: str, depth: int) -> Iterator[Mark]:
    empty = Arguments((), {}, (), at.line, scope)
    if isinstance(value, External):
        path = _INNER.sub(r"\1.", value.path.replace("()", ""))
        given = value.arguments or empty
        if path in _COMPOSE and depth < MAX_DEPTH:
            for index, each in enumerate(given.positional):
                yield from _composed(program, each, given.expression(index), expression, at, scope, name, depth)
            return
        yield Mark(path, name, given, at, expression)
    elif isinstance(value, list) and depth < MAX_DEPTH:
        for each in value:
            yield from _of(program, each, expression, at, scope, name, depth + 1)
    else:
        yield Mark("", name, empty, at, expression)
        if isinstance(value, FunctionValue) and depth < MAX_DEPTH:
            yield from _applied(program, value, expression, at, scope, name, depth)


def _composed(
    program: Program, value: Value, written: ir.Expression | None, expression: ir.Expression, at: At, scope: Scope, name: str, depth: int
) -> Iterator[Mark]:
    yield from _of(program, value, written if written is not None else expression, at, scope, spelled(written) or name, depth + 1)


def _applied(
    program: Program, value: FunctionValue, expression: ir.Expression, at: At, scope: Scope, name: str, depth: int
) -> Iterator[Mark]:
    """A decorator that is written as a function: `(target, key, descriptor) => { UseGuards(X)(target, key, descriptor) }`."""
    for statement in value.function.body:
        called = statement.value if isinstance(statement, (ir.Do, ir.Return)) else None
        if isinstance(called, ir.Call) and isinstance(called.function, ir.Call):
            inner = called.function
            yield from _of(program, program.evaluate(inner, value.scope), expression, at, scope, spelled(inner) or name, depth + 1)
