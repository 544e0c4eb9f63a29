"""The calls that a body makes, in the order in which they are made, with what local names stand for."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator

from ctxgen.source import ir
from ctxgen.source.calls import DEEPEST, bodies_of, calls_in, expressions_of, type_name
from ctxgen.source.program import Program
from ctxgen.source.values import FunctionValue, Scope, Value

MAX_ITEMS = 100

Known = Callable[[ir.Expression, Scope], Value]
"""What stands for a list that is gone through, where more is known than evaluating it gives; None where nothing is."""


def followed(
    program: Program,
    statements: Iterable[ir.Statement],
    scope: Scope,
    enter: tuple[str, ...] = (),
    depth: int = 0,
    known: Known | None = None,
) -> Iterator[tuple[ir.Call, Scope]]:
    """The calls of a body with the scope to evaluate their arguments in: local variables are known, loops over known lists are run.

    Functions of the repository that are given something of one of the types `enter` are gone into.
    """
    for statement in statements:
        if isinstance(statement, ir.Loop) and isinstance(statement.target, ir.Name):
            for item in items(program, statement.iterable, scope, known):
                inner = Scope(scope.module, scope, owner=scope.owner)
                if item is not None:
                    inner.names[statement.target.name] = item
                yield from followed(program, statement.body, inner, enter, depth + 1, known)
            continue
        for expression in expressions_of(statement):
            for call in calls_in(expression):
                _bind_block(program, call, scope, known)
                yield call, scope
                yield from _entered(program, call, scope, enter, depth, known)
        if isinstance(statement, ir.Assign) and isinstance(statement.target, ir.Name):
            scope.names[statement.target.name] = program.evaluate(statement.value, scope) if plain(statement.value) else None
        for body in bodies_of(statement):
            if depth < DEEPEST:
                yield from followed(program, body, scope, enter, depth + 1, known)


def items(program: Program, iterable: ir.Expression | None, scope: Scope, known: Known | None = None) -> list[Value]:
    """What a loop goes over: what is known of it, else one item that is not."""
    given = known(iterable, scope) if known is not None and iterable is not None else None
    if given is None and iterable is not None and plain(iterable):
        given = program.evaluate(iterable, scope)
    return (given if isinstance(given, list) else [given] if isinstance(given, str) else [None])[:MAX_ITEMS]


def _bind_block(program: Program, call: ir.Call, scope: Scope, known: Known | None) -> None:
    """The parameter of `urls.forEach(url -> …)` stands for all of the list."""
    block = call.arguments[-1].value if call.arguments else None
    if (
        isinstance(call.function, ir.Attribute)
        and call.function.name in ("forEach", "map")
        and isinstance(block, ir.Function)
        and block.parameters
    ):
        values = [item for item in items(program, call.function.owner, scope, known) if item is not None]
        if values:
            scope.names[block.parameters[0].name] = values


_MAKES_LISTS = {"of", "asList", "listOf", "setOf", "arrayOf", "format", "singletonList", "concat"}


def plain(expression: ir.Expression, depth: int = 0) -> bool:
    """Whether an expression is a text or list that can be known without running functions of the repository."""
    match expression:
        case ir.Literal() | ir.Name():
            return True
        case ir.Attribute(owner):
            return depth < DEEPEST and plain(owner, depth + 1)
        case ir.Template(parts) | ir.Choice(parts):
            return depth < DEEPEST and all(plain(part, depth + 1) for part in parts)
        case ir.Sequence(items):
            return depth < DEEPEST and all(plain(item.value, depth + 1) for item in items)
        case ir.Call(ir.Name(called) | ir.Attribute(_, called), arguments):
            return depth < DEEPEST and called in _MAKES_LISTS and all(plain(argument.value, depth + 1) for argument in arguments)
    return False


def _entered(
    program: Program, call: ir.Call, scope: Scope, enter: tuple[str, ...], depth: int, known: Known | None
) -> Iterator[tuple[ir.Call, Scope]]:
    if not enter or depth > 4 or not isinstance(call.function, ir.Name | ir.Attribute):
        return
    if isinstance(call.function, ir.Attribute) and not isinstance(call.function.owner, ir.Name):
        return
    value = program.evaluate(call.function, scope)
    if not isinstance(value, FunctionValue) or not any(type_name(each.type) in enter for each in value.function.parameters):
        return
    inner = Scope(value.scope.module, value.scope, this=value.this, owner=value.owner)
    for parameter, argument in zip(value.function.parameters, call.arguments, strict=False):
        inner.names[parameter.name] = program.evaluate(argument.value, scope) if plain(argument.value) else None
    yield from followed(program, value.function.body, inner, enter, depth + 1, known)
