"""The calls that a body makes, in the order in which they are made, and the names of types."""

from __future__ import annotations

from collections.abc import Iterable, Iterator

from ctxgen.source import ir

DEEPEST = 40


def chain(call: ir.Expression) -> list[ir.Expression]:
    """The links of `a.b().c()`, innermost first: the name it begins with, then every call and attribute."""
    links: list[ir.Expression] = []
    current: ir.Expression | None = call
    while current is not None:
        links.append(current)
        if isinstance(current, ir.Call):
            current = current.function
            if isinstance(current, ir.Attribute):
                current = current.owner
            elif not isinstance(current, ir.Call):
                break
        elif isinstance(current, ir.Attribute):
            current = current.owner
        else:
            break
    return links[::-1]


def calls(statements: Iterable[ir.Statement], depth: int = 0) -> Iterator[ir.Call]:
    """All calls, each before those in its arguments and after those of its owner; bodies of lambdas are part of it."""
    for statement in statements:
        for expression in expressions_of(statement):
            yield from calls_in(expression, depth)
        for body in bodies_of(statement):
            if depth < DEEPEST:
                yield from calls(body, depth + 1)


def calls_in(expression: ir.Expression | None, depth: int = 0) -> Iterator[ir.Call]:
    """The calls of an expression."""
    if expression is None or depth > DEEPEST:
        return
    match expression:
        case ir.Call() | ir.Attribute():
            for link in chain(expression):
                if isinstance(link, ir.Call):
                    if isinstance(link.function, ir.Class):
                        for method in link.function.methods:
                            yield from calls(method.body, depth + 1)
                    yield link
                    for argument in link.arguments:
                        yield from calls_in(argument.value, depth + 1)
                elif not isinstance(link, ir.Attribute | ir.Name):
                    yield from calls_in(link, depth + 1)
        case ir.Function():
            yield from calls(expression.body, depth + 1)
        case ir.Template(parts) | ir.Choice(parts):
            for part in parts:
                yield from calls_in(part, depth + 1)
        case ir.Sequence(items):
            for item in items:
                yield from calls_in(item.value, depth + 1)
        case ir.Unknown(_, inner):
            for each in inner:
                yield from calls_in(each, depth + 1)
        case ir.Item(owner, key):
            yield from calls_in(owner, depth + 1)
            yield from calls_in(key, depth + 1)


def expressions_of(statement: ir.Statement) -> Iterator[ir.Expression | None]:
    """What a statement itself evaluates, without the statements inside it."""
    match statement:
        case ir.Do(value) | ir.Return(value):
            yield value
        case ir.Assign():
            yield statement.value
        case ir.Branch(arms):
            for condition, _ in arms:
                yield condition
        case ir.Loop():
            yield statement.iterable


def bodies_of(statement: ir.Statement) -> Iterator[tuple[ir.Statement, ...]]:
    """The statements inside a statement."""
    match statement:
        case ir.Branch(arms):
            for _, body in arms:
                yield body
        case ir.Loop() | ir.Block():
            yield statement.body
        case ir.Define(what) if isinstance(what, ir.Function):
            yield what.body


def type_name(type: ir.Expression | None) -> str:
    """The last name of a type without its arguments."""
    match type:
        case ir.Name(name) | ir.Attribute(_, name):
            return name
        case ir.Item(owner):
            return type_name(owner)
    return ""
