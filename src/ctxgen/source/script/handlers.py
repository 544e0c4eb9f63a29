"""Handlers and guards as JavaScript's frameworks take them: functions, wrapped functions, lists, options of a route."""

from __future__ import annotations

from ctxgen.model import At, Guard
from ctxgen.source import ir
from ctxgen.source.guards import delegate
from ctxgen.source.program import Program
from ctxgen.source.values import UNKNOWN, Arguments, FunctionValue, Record, Value


def guards_between(program: Program, arguments: Arguments, first: int, last: int) -> list[Guard]:
    """The guards among the positional arguments from `first` to before `last`, and in a list that ends with the handler."""
    found = program.guards_at(arguments, range(first, last))
    return found + program.guards_before(arguments, (last,))


def guards_in(program: Program, options: Value, keys: tuple[str, ...], at: At) -> list[Guard]:
    """The guards that stand under some keys of an object."""
    found: list[Guard] = []
    if not isinstance(options, dict):
        return found
    for key in keys:
        value = options.get(key, UNKNOWN)
        expression = options.written.get(key) if isinstance(options, Record) else None
        if value is UNKNOWN and expression is None:
            continue
        where = options.place(key) if isinstance(options, Record) else at
        written = [item.value for item in expression.items] if isinstance(expression, ir.Sequence) else [expression]
        values = value if isinstance(value, list) else [value]
        for index, each in enumerate(values):
            shown = written[index] if index < len(written) else None
            if isinstance(shown, ir.Function) and isinstance(each, FunctionValue):  # written in place: told by where it stands
                if (inner := delegate(each.function)) is not None:
                    found += program.guards_of(inner, program.evaluate(inner, each.scope), At(where.path, inner.line))
                    continue
                found += program.guards_inside(key, each, At(where.path, each.function.line))
            else:
                found += program.guards_of(shown, each, where)
    return found
