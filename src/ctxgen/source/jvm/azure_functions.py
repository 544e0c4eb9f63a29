"""Azure Functions in Java and Kotlin: methods with `@FunctionName`, their triggers on parameters.

Source: https://learn.microsoft.com/azure/azure-functions/functions-reference-java
"""

from __future__ import annotations

from ctxgen.model import At
from ctxgen.source.functions import route, schedule
from ctxgen.source.jvm.annotations import marks, names, of_method, texts
from ctxgen.source.program import Program


def finish(program: Program) -> None:
    """The routes and schedules of all functions; the worker calls them by their annotations."""
    type = program.vocabulary.frameworks["azure-functions"].types["app"]
    for cls in list(program.classes):
        found = []
        for method in cls.cls.methods:
            named = next((each for each in of_method(program, cls, method) if each.name == "FunctionName"), None)
            called = next(iter(texts(program, named, "value")), None) if named is not None else None
            if called is None:
                continue
            handler = f"{cls.cls.name}.{method.name}"
            for parameter in method.parameters:
                for trigger in marks(program, parameter.decorators, program.class_scope(cls)):
                    if trigger.name == "HttpTrigger":
                        path = next(iter(texts(program, trigger, "route")), called)
                        level = next(iter(names(trigger.arguments.get("authLevel"))), "function")
                        methods = tuple(each.upper() for each in names(trigger.arguments.get("methods")))
                        found.append(route(program, methods, path, level, trigger.at, handler))
                    elif trigger.name == "TimerTrigger":
                        program.facts.append(schedule(called, next(iter(texts(program, trigger, "schedule")), None), handler, trigger.at))
        if found:
            program.new_router(type, At(cls.path, cls.cls.line)).routes += found
