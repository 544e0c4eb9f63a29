"""All calls of a module, those in functions and classes too, for what is told by a call wherever it stands."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from typing import NamedTuple

from ctxgen.source import ir
from ctxgen.source.guards import spelled
from ctxgen.source.program import Program
from ctxgen.source.values import External, ModuleValue, Value

_DEPTH = 60


class Place(NamedTuple):
    """The function or class that something stands in, by its name with those around it."""

    name: str = ""
    function: ir.Function | None = None


class Met(NamedTuple):
    """A call: where it stands, and the function that it decorates where it is a decorator."""

    call: ir.Call
    module: ModuleValue
    place: Place
    decorates: ir.Function | ir.Class | None = None

    @property
    def inside(self) -> str:
        """The name of the function or class that it stands in."""
        return self.place.name

    @property
    def name(self) -> str:
        """The last name of what is called."""
        function = self.call.function
        return function.name if isinstance(function, (ir.Name, ir.Attribute)) else ""

    @property
    def owner(self) -> ir.Expression | None:
        return self.call.function.owner if isinstance(self.call.function, ir.Attribute) else None

    def path(self, program: Program) -> str:
        """The path of the library's function that is called, as far as the names at the top of the module tell it."""
        value = program.evaluate(self.call.function, self.module.scope) if isinstance(self.call.function, (ir.Name, ir.Attribute)) and _plain(self.call.function) else None  # fmt: skip
        return value.path if isinstance(value, External) else ""

    def given(self, program: Program, *where: int | str) -> Value:
        """The value of the first of positions and keywords that is there, as far as the top of the module tells it."""
        expression = self.written(*where)
        return program.evaluate(expression, self.module.scope) if expression is not None else None

    def written(self, *where: int | str) -> ir.Expression | None:
        """What is written at the first of positions and keywords."""
        positional = [each.value for each in self.call.arguments if each.keyword is None and not each.spread]
        for each in where:
            if isinstance(each, int):
                if each < len(positional):
                    return positional[each]
            else:
                found = next((argument.value for argument in self.call.arguments if argument.keyword == each), None)
                if found is not None:
                    return found
        return None

    def texts(self, program: Program, *where: int | str) -> list[str]:
        """The strings among what is given."""
        value = self.given(program, *where)
        return [each for each in (value if isinstance(value, list) else [value]) if isinstance(each, str)]


def _plain(expression: ir.Expression) -> bool:
    """Whether an expression only names something, so that looking at it does nothing."""
    while isinstance(expression, ir.Attribute):
        expression = expression.owner
    return isinstance(expression, ir.Name)


def calls(program: Program, path: str) -> Iterator[Met]:
    """The calls of the module of a file that was followed."""
    module, lowered = program.modules.get(path), program.lowered.get(path)
    if module is not None and lowered is not None:
        yield from _statements(lowered.statements, module, Place(), 0)


def _statements(statements: Iterable[ir.Statement], module: ModuleValue, inside: Place, depth: int) -> Iterator[Met]:
    if depth > _DEPTH:
        return
    for statement in statements:
        match statement:
            case ir.Do() | ir.Return() | ir.Assign():
                yield from _expression(statement.value, module, inside, depth)
            case ir.Branch():
                for condition, body in statement.arms:
                    if condition is not None:
                        yield from _expression(condition, module, inside, depth)
                    yield from _statements(body, module, inside, depth + 1)
            case ir.Loop():
                if statement.iterable is not None:
                    yield from _expression(statement.iterable, module, inside, depth)
                yield from _statements(statement.body, module, inside, depth + 1)
            case ir.Block():
                yield from _statements(statement.body, module, inside, depth + 1)
            case ir.Define():
                yield from _definition(statement.what, module, inside, depth)


def _definition(what: ir.Function | ir.Class, module: ModuleValue, inside: Place, depth: int) -> Iterator[Met]:
    name = f"{inside.name}.{what.name}" if inside.name else what.name
    place = Place(name, what if isinstance(what, ir.Function) else inside.function)
    for mark in what.decorators:
        call = mark if isinstance(mark, ir.Call) else ir.Call(mark, (), mark.line) if isinstance(mark, (ir.Name, ir.Attribute)) else None
        if call is not None:
            yield Met(call, module, place, what)
    if isinstance(what, ir.Function):
        yield from _statements(what.body, module, place, depth + 1)
        return
    for field in what.fields:
        if field.value is not None:
            yield from _expression(field.value, module, place, depth)
    yield from _statements(what.statements, module, place, depth + 1)
    members: list[ir.Function | ir.Class] = [*what.methods, *what.classes]
    for member in members:
        yield from _definition(member, module, place, depth + 1)


def _expression(expression: ir.Expression, module: ModuleValue, inside: Place, depth: int) -> Iterator[Met]:
    if depth > _DEPTH:
        return
    match expression:
        case ir.Call():
            yield Met(expression, module, inside)
            for argument in expression.arguments:
                yield from _expression(argument.value, module, inside, depth + 1)
            if isinstance(expression.function, ir.Function):
                yield from _statements(expression.function.body, module, inside, depth + 1)
            else:
                yield from _expression(expression.function, module, inside, depth + 1)
        case ir.Attribute():
            yield from _expression(expression.owner, module, inside, depth + 1)
        case ir.Item():
            yield from _expression(expression.owner, module, inside, depth + 1)
        case ir.Sequence():
            for item in expression.items:
                yield from _expression(item.value, module, inside, depth + 1)
        case ir.Mapping():
            for _, value in expression.entries:
                yield from _expression(value, module, inside, depth + 1)
        case ir.Choice():
            for option in expression.options:
                yield from _expression(option, module, inside, depth + 1)
        case ir.Unknown():
            for each in expression.inner:
                yield from _expression(each, module, inside, depth + 1)


def shown(expression: ir.Expression | None) -> str:
    """How an argument is named: `send_mail` of `send_mail`, `tasks.send_mail.s()`."""
    text = spelled(expression)
    for ending in (".s", ".si", ".delay", ".signature"):
        text = text.removesuffix(ending)
    return text
