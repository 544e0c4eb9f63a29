"""Method routers: what a path answers each method with, `get(list).post(create)`."""

from __future__ import annotations

from typing import NamedTuple

from ctxgen.model import Guard
from ctxgen.source import ir
from ctxgen.source.program import Program
from ctxgen.source.values import UNKNOWN, Arguments, Object, Value


class Answer(NamedTuple):
    """What a method router answers one of its methods with."""

    methods: tuple[str, ...]
    handler: Value
    written: ir.Expression | None
    guards: tuple[Guard, ...] = ()


def answers(owner: Object) -> list[Answer]:
    """What a method router answers so far."""
    return owner.fields.setdefault("answers", [])  # type: ignore[no-any-return]


def started(program: Program, framework: str, arguments: Arguments, methods: tuple[str, ...], position: int = 0) -> Object:
    """`get(list)`: a new method router of a framework whose type for them is `methods`."""
    return added(program, Object(program.vocabulary.frameworks[framework].types["methods"]), arguments, methods, position)


def added(program: Program, owner: Object, arguments: Arguments, methods: tuple[str, ...], position: int = 0) -> Object:
    """`….post(create)`."""
    handler = arguments.get(position, default=UNKNOWN)
    answers(owner).append(Answer(methods, handler, arguments.expression(position)))
    program.answers(handler)
    return owner
