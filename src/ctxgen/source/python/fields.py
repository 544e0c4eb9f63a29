"""What the models of every library share: fields of classes as calls, and how their types are told."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator
from typing import NamedTuple, TypeVar

from ctxgen.model import At
from ctxgen.opaque import Name, name
from ctxgen.source import ir
from ctxgen.source.guards import spelled
from ctxgen.source.program import Program
from ctxgen.source.values import ClassValue, External, Scope, Value

T = TypeVar("T")
_NUMBERS = 3


class FieldCall(NamedTuple):
    """A class attribute with the call that makes it (None for an annotation alone), evaluated where it is asked for."""

    name: str
    type: ir.Expression | None
    call: ir.Call | None
    scope: Scope
    at: At

    @property
    def kind(self) -> str:
        """The last name of what is called: `CharField`."""
        return last(self.call) if self.call is not None else ""

    @property
    def positional(self) -> list[ir.Expression]:
        return [each.value for each in self.call.arguments if each.keyword is None and not each.spread] if self.call is not None else []

    def keyword(self, name: str) -> ir.Expression | None:
        """What is written for a keyword."""
        given = self.call.arguments if self.call is not None else ()
        return next((each.value for each in given if each.keyword == name), None)

    def value(self, program: Program, name: str) -> Value:
        """The value of a keyword; None where it is not there."""
        found = self.keyword(name)
        return program.evaluate(found, self.scope) if found is not None else None


def last(expression: ir.Expression | None) -> str:
    """The last name of an expression: `Column` of `db.Column(…)`."""
    return spelled(expression).rpartition(".")[2]


def once(program: Program, what: str, cls: ClassValue, make: Callable[[], T]) -> T:
    """Something that is worked out for a class once, when everything was followed."""
    known: dict[ClassValue, T] = program.kept.setdefault(what, {})
    if cls not in known:
        known[cls] = make()
    return known[cls]


def lineage(program: Program, cls: ClassValue) -> list[ClassValue]:
    """A class and the classes of the repository that it extends."""
    return once(program, "lineage", cls, lambda: list(program.lineage(cls)))


def fields_of(program: Program, cls: ClassValue) -> list[FieldCall]:
    """The class attributes of one class as far as they may be fields."""
    return once(program, "fields", cls, lambda: list(_fields_of(program, cls)))


def _fields_of(program: Program, cls: ClassValue) -> Iterator[FieldCall]:
    scope = program.class_scope(cls)
    for field in cls.cls.fields:
        call = field.value if isinstance(field.value, ir.Call) else None
        if call is not None or field.type is not None:
            yield FieldCall(field.name, field.type, call, scope, At(cls.path, field.line))


def library_bases(program: Program, cls: ClassValue) -> list[str]:
    """The paths of the library's classes that a class itself names as its bases, with what calls gave them."""

    def make() -> list[str]:
        values = (program.evaluate(base, cls.scope) for base in cls.cls.bases)
        return [value.path for value in values if isinstance(value, External)]

    return once(program, "bases", cls, make)


def type_name(program: Program, expression: ir.Expression | None, scope: Scope) -> Name | None:
    """A type as the code writes it, with the numbers that it takes: `String(80)`, `Numeric(10, 2)`."""
    shown = last(expression)
    if not shown:
        return None
    numbers: list[str] = []
    if isinstance(expression, ir.Call):
        for each in expression.arguments[:_NUMBERS]:
            value = program.evaluate(each.value, scope) if each.keyword in (None, "length", "precision", "scale") else None
            if isinstance(value, int) and not isinstance(value, bool):
                numbers.append(str(value))
    return name(f"{shown}({', '.join(numbers)})" if numbers else shown)


def strings(program: Program, expression: ir.Expression | None, scope: Scope) -> list[str]:
    """The strings of a list that is written, or the one that stands there."""
    value = program.evaluate(expression, scope) if expression is not None else None
    values = value if isinstance(value, list) else [value]
    return [each for each in values if isinstance(each, str)]


_CAMEL = re.compile(r"(?<=[a-z0-9])(?=[A-Z])|(?<=[A-Z])(?=[A-Z][a-z])")


def snake(text: str) -> str:
    """`OrderLine` as `order_line`."""
    return _CAMEL.sub("_", text[:120]).lower()
