"""A call in the source, with what is known where it stands."""

from __future__ import annotations

from collections.abc import Mapping
from typing import NamedTuple

from ctxgen.model import At
from ctxgen.opaque import Name, name
from ctxgen.source import ir
from ctxgen.source.dotnet.attributes import type_name
from ctxgen.source.guards import spelled
from ctxgen.source.program import Program
from ctxgen.source.values import Scope, Value

_SPANS = {"FromMilliseconds": "ms", "FromSeconds": "s", "FromMinutes": "min", "FromHours": "h", "FromDays": "d"}


class Site(NamedTuple):
    """A call: the scope to evaluate its arguments in, the method that it stands in, the types of names, its file, what local names are assigned."""

    call: ir.Call
    scope: Scope
    subject: str
    types: Mapping[str, str]
    path: str
    locals: Mapping[str, ir.Expression] = {}

    @property
    def at(self) -> At:
        return At(self.path, self.call.line)

    @property
    def called(self) -> str:
        """The name of what is called."""
        function = self.call.function
        return function.name if isinstance(function, ir.Attribute | ir.Name) else ""

    @property
    def owner(self) -> str:
        """The type of what the method is called on where it is declared, else how it is written."""
        function = self.call.function
        if not isinstance(function, ir.Attribute):
            return ""
        written = spelled(function.owner)
        return self.types.get(written.rpartition(".")[2], written)

    def value(self, program: Program, *where: int | str) -> Value:
        """What stands at the first of some positions and keywords that is there."""
        expression = self.resolved(self.expression(*where))
        return (
            program.evaluate(expression, self.scope) if isinstance(expression, ir.Literal | ir.Name | ir.Attribute | ir.Template) else None
        )

    def resolved(self, expression: ir.Expression | None) -> ir.Expression | None:
        """What a local name is assigned, else the expression itself."""
        return self.locals.get(expression.name, expression) if isinstance(expression, ir.Name) else expression

    def text(self, program: Program, *where: int | str) -> str | None:
        """The same where it is a text."""
        value = self.value(program, *where)
        return value if isinstance(value, str) else None

    def expression(self, *where: int | str) -> ir.Expression | None:
        """What is written there."""
        plain = [each.value for each in self.call.arguments if each.keyword is None]
        named = {each.keyword: each.value for each in self.call.arguments if each.keyword is not None}
        for each in where:
            if isinstance(each, int) and each < len(plain):
                return plain[each]
            if isinstance(each, str) and each in named:
                return named[each]
        return None

    def type(self, index: int = 0) -> str:
        """The name of a type argument."""
        return type_name(self.call.types[index]) if len(self.call.types) > index else ""


def span(program: Program, expression: ir.Expression | None, scope: Scope) -> Name | None:
    """`TimeSpan.FromMinutes(5)` as `5 min`."""
    if (
        isinstance(expression, ir.Call)
        and isinstance(expression.function, ir.Attribute)
        and expression.function.name in _SPANS
        and expression.arguments
    ):
        number = program.evaluate(expression.arguments[0].value, scope)
        if isinstance(number, int) and not isinstance(number, bool):
            return name(f"{number} {_SPANS[expression.function.name]}")
    return None


def constructed(expression: ir.Expression | None) -> str:
    """The type of `new OrderCreated(…)` or `new OrderCreated { … }`."""
    if isinstance(expression, ir.Call) and isinstance(expression.function, ir.Name):
        return expression.function.name if expression.function.name[:1].isupper() else ""
    return type_name(expression.type) if isinstance(expression, ir.Mapping) and expression.type is not None else ""
