"""Method routers: what a path answers each method with, `get(list).post(create)`."""

from __future__ import annotations

from typing import NamedTuple

from ctxgen.model import At, Guard
from ctxgen.source import ir
from ctxgen.source.program import Program
from ctxgen.source.rust.handlers import middleware
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


def layered(program: Program, owner: Object, arguments: Arguments) -> Value:
    """`get(list).layer(authenticate)`: middleware holds for the methods before it."""
    found = tuple(middleware(program, arguments))
    owner.fields["answers"] = [each._replace(guards=(*found, *each.guards)) for each in answers(owner)]
    return owner


def put(program: Program, owner: Object, methods: Object, path: str, at: At) -> None:
    """Put what a method router answers on a path of a router."""
    for each in answers(methods):
        guards = [*each.guards, *program.handler_guards(owner, each.handler)]
        program.add_route(owner, each.methods, [path], at, program.handler_name(each.handler, each.written), guards)


def nest(program: Program, owner: Object, arguments: Arguments) -> Value:
    """`nest("/api", router)`."""
    prefix, child = arguments.get(0), program.router_of(arguments.get(1))
    if child is not None and owner.router is not None and isinstance(prefix, str):
        owner.router.mount(child, prefix, program.at(arguments), order=program.next_order())
    return owner
