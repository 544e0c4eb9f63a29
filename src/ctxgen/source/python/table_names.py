"""Names of tables that a declarative base works out of the names of its classes.

Source: https://docs.sqlalchemy.org/en/20/orm/declarative_mixins.html#composing-mapped-hierarchies-with-mixins.
"""

from __future__ import annotations

import re
from collections.abc import Iterator

from msgspec import Struct

from ctxgen.source import ir
from ctxgen.source.program import Program
from ctxgen.source.python.fields import last, snake
from ctxgen.source.values import FunctionValue

_EVERY_CAPITAL = re.compile(r"(?:\(\?<!\^\))?\(\?=\[A-Z\]\)")
_SPLIT = re.compile(r"(?<!^)(?=[A-Z])")
_MOST = 200


def computed_name(program: Program, method: FunctionValue, cls: str) -> str | None:
    """What `__tablename__` as a method gives for a class: `cls.__name__.lower()`, or words with lines between; None where it does otherwise."""
    for statement in method.function.body:
        match statement:
            case ir.Return(ir.Call(ir.Attribute(ir.Attribute(_, "__name__"), "lower"), _)):
                return cls.lower()
            case ir.Return(ir.Template((ir.Call(ir.Attribute(ir.Attribute(_, "__name__"), "lower"), _), ir.Literal(str() as tail)))):
                return cls.lower() + tail
            case ir.Return(ir.Call(function, _)) if "snake" in last(function):
                return snake(cls)
            case ir.Return(ir.Call(function, (ir.Argument(ir.Attribute(_, "__name__")),))):
                inner = program.evaluate(function, method.scope)
                return _in_words(inner.function, cls) if isinstance(inner, FunctionValue) else None
    return _in_words(method.function, cls)


def _in_words(function: ir.Function, cls: str) -> str | None:
    """The name in words where a function looks for capitals and puts a line between."""
    texts = [each for each in _leaves(function) if isinstance(each, str)]
    if not ("lower" in texts and any("_" in each and not each.strip("_\\12") for each in texts)):
        return None
    if any(_EVERY_CAPITAL.fullmatch(each) for each in texts):
        return _SPLIT.sub("_", cls[:120]).lower()
    return snake(cls) if any("[A-Z]" in each for each in texts) else None


def _leaves(function: ir.Function) -> Iterator[object]:
    """The literals and the names of what is called in a function."""
    work: list[object] = [*function.body]
    for _ in range(_MOST):
        if not work:
            return
        each = work.pop()
        if isinstance(each, tuple):
            work += each
        elif isinstance(each, ir.Literal):
            yield each.value
        elif isinstance(each, ir.Function):
            work += each.body
        elif isinstance(each, Struct):
            if isinstance(each, ir.Attribute):
                yield each.name
            work += [getattr(each, field) for field in each.__struct_fields__ if field != "line"]
