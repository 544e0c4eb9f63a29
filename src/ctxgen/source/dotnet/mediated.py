"""Requests that a pipeline of MediatR or Mediator checks before their handlers: `[Authorize]` on what an endpoint sends guards the endpoint.

Source: https://github.com/LuckyPennySoftware/MediatR/wiki/Behaviors
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from ctxgen.model import Guard
from ctxgen.source import ir
from ctxgen.source.calls import calls
from ctxgen.source.dotnet.attributes import base_names, of_class, of_function, protection
from ctxgen.source.dotnet.sites import constructed
from ctxgen.source.program import Program
from ctxgen.source.values import ClassValue, Scope

_REQUESTS = {"IRequest", "IBaseRequest", "ICommand", "IQuery", "IStreamRequest", "IStreamQuery", "IStreamCommand"}
_SENDS = {"Send", "SendAsync", "CreateStream"}
_LONGEST = 60
"""Lines of a handler that is looked through for what it sends."""


def guards(program: Program, function: ir.Function, scope: Scope) -> tuple[Guard, ...]:
    """The guards of the requests that a handler is given or sends."""
    if not _checked(program):
        return ()
    found: dict[tuple[str, str], Guard] = {}
    for type in _sent(function):
        cls = program.evaluate(type, scope)
        if isinstance(cls, ClassValue) and base_names(program, cls) & _REQUESTS:
            for each in protection(program, [], of_class(program, cls))[0]:
                if each.kind in ("authn", "authz"):
                    found[each.kind, each.name] = each
    return tuple(found.values())


def handled(program: Program, function: ir.Function, scope: Scope) -> Sequence[Guard]:
    """The guards that the attributes of a route's handler are, and those of what it sends."""
    return (*of_function(program, function, scope), *guards(program, function, scope))


def _checked(program: Program) -> bool:
    """Whether the repository has a step of the pipeline that asks requests for their `[Authorize]`."""
    if "mediated" not in program.kept and program.sources is not None:
        data = program.sources.data
        program.kept["mediated"] = any(
            b"IPipelineBehavior<" in text and b"AuthorizeAttribute" in text for text in map(data, program.sources.paths)
        )
    return bool(program.kept.get("mediated"))


def _sent(function: ir.Function) -> Iterator[ir.Expression]:
    for parameter in function.parameters:
        if parameter.type is not None:
            yield parameter.type
    if function.end - function.line < _LONGEST:
        for call in calls(function.body):
            if isinstance(call.function, ir.Attribute) and call.function.name in _SENDS:
                for argument in call.arguments:
                    if title := constructed(argument.value):
                        yield ir.Name(title, call.line)
