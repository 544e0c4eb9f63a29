"""Azure Functions in Python: `@app.route(route="orders", methods=["GET"], auth_level=func.AuthLevel.ANONYMOUS)`.

Source: https://learn.microsoft.com/azure/azure-functions/functions-reference-python?pivots=python-mode-decorators
"""

from __future__ import annotations

from ctxgen.source.functions import route, schedule
from ctxgen.source.guards import spelled
from ctxgen.source.program import Hook, MethodHook, Program
from ctxgen.source.values import UNKNOWN, Arguments, Decorator, External, FunctionValue, Object, Value

_MODULES = ("azure.functions.", "azure.functions.decorators.")


def _made(path: str) -> Hook:
    def make(program: Program, arguments: Arguments) -> Value:
        """`func.FunctionApp(http_auth_level=func.AuthLevel.ANONYMOUS)`: the level of functions that state none; FUNCTION without it."""
        made = program.made(External(path), program.at(arguments), arguments)
        if made is None:
            return UNKNOWN
        made.fields["level"] = spelled(arguments.expression(0, "http_auth_level")) or "function"
        return made

    return make


def _methods(stated: Value) -> tuple[str, ...]:
    """`["GET"]`, `[func.HttpMethod.GET]`"""
    each = stated if isinstance(stated, list) else [stated]
    words = (
        str(value.path if isinstance(value, External) else value).rpartition(".")[2] for value in each if isinstance(value, str | External)
    )
    return tuple(word.upper() for word in words)


def _called(waiting: Arguments) -> str | None:
    function = waiting.get(0)
    return function.name if isinstance(function, FunctionValue) else None


def _route(program: Program, owner: Object, arguments: Arguments) -> Value:
    def add(waiting: Arguments) -> Value:
        called, stated = _called(waiting), arguments.get("route")
        methods = _methods(arguments.get("methods")) or ("GET", "POST")
        level = spelled(arguments.expression("auth_level")) or owner.fields.get("level")
        path = stated if isinstance(stated, str) else called
        if owner.router is not None and path is not None:
            told = level if isinstance(level, str) else ""
            owner.router.routes.append(route(program, methods, path, told, program.at(arguments), called))
        return waiting.get(0)

    return Decorator(add)


def _timer(program: Program, owner: Object, arguments: Arguments) -> Value:
    """`@app.timer_trigger(schedule="0 */5 * * * *", arg_name="timer")`"""

    def add(waiting: Arguments) -> Value:
        if (called := _called(waiting)) is not None:
            program.facts.append(schedule(called, arguments.get("schedule"), called, program.at(arguments)))
        return waiting.get(0)

    return Decorator(add)


def _passed(program: Program, owner: Object, arguments: Arguments) -> Value:
    """Bindings and names give the function on."""
    return Decorator(lambda waiting: waiting.get(0))


HOOKS: dict[str, Hook] = {f"{module}{each}()": _made(f"{module}{each}()") for module in _MODULES for each in ("FunctionApp", "Blueprint")}
METHODS: dict[str, MethodHook] = {
    "azure-functions.app.route": _route,
    "azure-functions.app.timer_trigger": _timer,
    "azure-functions.app.schedule": _timer,
    "azure-functions.app.function_name": _passed,
}
