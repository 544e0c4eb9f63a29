"""All calls of a module, those in functions and classes too, for what is told by a call wherever it stands."""

from __future__ import annotations

from collections.abc import Callable, Iterable
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


Worth = Callable[[ir.Function | ir.Class], bool]
"""Whether a function or class is looked through."""


def calls(program: Program, path: str, worth: Worth = lambda what: True) -> list[Met]:
    """The calls of the module of a file that was followed, without those in functions and classes that are not worth looking through."""
    module, lowered = program.modules.get(path), program.lowered.get(path)
    if module is None or lowered is None:
        return []
    walk = _Walk(module, worth)
    walk.statements(lowered.statements, Place(), 0)
    return walk.found


class _Walk:
    """Going through a module; `found` are the calls that were met."""

    def __init__(self, module: ModuleValue, worth: Worth) -> None:
        self.module, self.worth = module, worth
        self.found: list[Met] = []

    def statements(self, statements: Iterable[ir.Statement], inside: Place, depth: int) -> None:
        if depth > _DEPTH:
            return
        for statement in statements:
            match statement:
                case ir.Do() | ir.Return() | ir.Assign():
                    self._expression(statement.value, inside, depth)
                case ir.Branch():
                    for condition, body in statement.arms:
                        if condition is not None:
                            self._expression(condition, inside, depth)
                        self.statements(body, inside, depth + 1)
                case ir.Loop():
                    if statement.iterable is not None:
                        self._expression(statement.iterable, inside, depth)
                    self.statements(statement.body, inside, depth + 1)
                case ir.Block():
                    self.statements(statement.body, inside, depth + 1)
                case ir.Define():
                    self._definition(statement.what, inside, depth)

    def _definition(self, what: ir.Function | ir.Class, inside: Place, depth: int) -> None:
        name = f"{inside.name}.{what.name}" if inside.name else what.name
        place = Place(name, what if isinstance(what, ir.Function) else inside.function)
        for mark in what.decorators:
            call = (
                mark if isinstance(mark, ir.Call) else ir.Call(mark, (), mark.line) if isinstance(mark, (ir.Name, ir.Attribute)) else None
            )
            if call is not None:
                self.found.append(Met(call, self.module, place, what))
        if not self.worth(what):
            return
        if isinstance(what, ir.Function):
            self.statements(what.body, place, depth + 1)
            return
        for field in what.fields:
            if field.value is not None:
                self._expression(field.value, place, depth)
        self.statements(what.statements, place, depth + 1)
        members: list[ir.Function | ir.Class] = [*what.methods, *what.classes]
        for member in members:
            self._definition(member, place, depth + 1)

    def _expression(self, expression: ir.Expression, inside: Place, depth: int) -> None:
        if depth > _DEPTH:
            return
        match expression:
            case ir.Call():
                self.found.append(Met(expression, self.module, inside))
                for argument in expression.arguments:
                    self._expression(argument.value, inside, depth + 1)
                if isinstance(expression.function, ir.Function):
                    self.statements(expression.function.body, inside, depth + 1)
                else:
                    self._expression(expression.function, inside, depth + 1)
            case ir.Attribute():
                self._expression(expression.owner, inside, depth + 1)
            case ir.Item():
                self._expression(expression.owner, inside, depth + 1)
            case ir.Sequence():
                for item in expression.items:
                    self._expression(item.value, inside, depth + 1)
            case ir.Mapping():
                for _, value in expression.entries:
                    self._expression(value, inside, depth + 1)
            case ir.Choice():
                for option in expression.options:
                    self._expression(option, inside, depth + 1)
            case ir.Unknown():
                for each in expression.inner:
                    self._expression(each, inside, depth + 1)


def shown(expression: ir.Expression | None) -> str:
    """How an argument is named: `send_mail` of `send_mail`, `tasks.send_mail.s()`."""
    text = spelled(expression)
    for ending in (".s", ".si", ".delay", ".signature"):
        text = text.removesuffix(ending)
    return text
