"""Azure Functions in C#: methods with attributes, their triggers on parameters.

Sources: https://learn.microsoft.com/azure/azure-functions/dotnet-isolated-process-guide, https://learn.microsoft.com/azure/azure-functions/functions-dotnet-class-library
"""

from __future__ import annotations

from ctxgen.model import At
from ctxgen.source import ir
from ctxgen.source.dotnet.attributes import Attribute, attributes
from ctxgen.source.functions import route, schedule
from ctxgen.source.guards import spelled
from ctxgen.source.program import Program

_MARKS = ("Function", "FunctionName")


def finish(program: Program) -> None:
    """The routes and schedules of all functions; the worker calls them by their attributes."""
    type = program.vocabulary.frameworks["azure-functions"].types["app"]
    for cls in list(program.classes):
        found = []
        for method in cls.cls.methods if cls.cls.kind == "class" else ():
            scope = program.class_scope(cls)
            called = next((each.first("name") for each in attributes(program, method.decorators, scope) if each.name in _MARKS), None)
            if not isinstance(called, str):
                continue
            handler = f"{cls.cls.name}.{method.name}"
            for parameter in method.parameters:
                for written, trigger in zip(parameter.decorators, attributes(program, parameter.decorators, scope), strict=False):
                    at = At(cls.path, written.line)
                    if trigger.name == "HttpTrigger":
                        found.append(route(program, _methods(trigger), _path(trigger, called), _level(written), at, handler))
                    elif trigger.name == "TimerTrigger":
                        program.facts.append(schedule(called, trigger.first("schedule"), handler, at))
        if found:
            program.new_router(type, At(cls.path, cls.cls.line)).routes += found


def _methods(trigger: Attribute) -> tuple[str, ...]:
    return tuple(each.upper() for each in trigger.positional if isinstance(each, str) and each.isalpha())


def _path(trigger: Attribute, called: str) -> str:
    stated = trigger.named.get("Route")
    return stated if isinstance(stated, str) else called


def _level(written: ir.Expression) -> str:
    """`AuthorizationLevel.Function`, which is what stands where none is stated: https://learn.microsoft.com/azure/azure-functions/functions-bindings-http-webhook-trigger."""
    arguments = written.arguments if isinstance(written, ir.Call) else ()
    said = (spelled(each.value) for each in arguments if each.keyword in (None, "authLevel"))
    return next((each for each in said if each.startswith("AuthorizationLevel.")), "function")
