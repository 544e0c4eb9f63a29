"""Azure Functions in JavaScript: `app.http("orders", { methods: ["GET"], route, authLevel, handler })`.

Source: https://learn.microsoft.com/azure/azure-functions/functions-reference-node?pivots=nodejs-model-v4
"""

from __future__ import annotations

from ctxgen.source.frameworks import plain
from ctxgen.source.functions import route, schedule
from ctxgen.source.program import Hook, Program
from ctxgen.source.values import UNKNOWN, Arguments, Record, Value

_VERBS = ("get", "post", "put", "patch", "delete", "deleteRequest")


def _options(arguments: Arguments) -> dict[str, Value]:
    second = arguments.get(1)
    return second if isinstance(second, dict) else {}


def _handler(program: Program, arguments: Arguments) -> str | None:
    """The name of what answers: the option of that name, or what stands in the place of options."""
    options = _options(arguments)
    if not options:
        return program.handler_name(arguments.get(1), arguments.expression(1))
    written = options.written.get("handler") if isinstance(options, Record) else None
    named = program.handler_name(options.get("handler", UNKNOWN), written)
    return named if named != "handler" else None


def _http(*fixed: str) -> Hook:
    def add(program: Program, arguments: Arguments) -> Value:
        called, options, at = arguments.get(0), _options(arguments), program.at(arguments)
        if not isinstance(called, str):
            return UNKNOWN
        methods = fixed or tuple(each.upper() for each in plain(options.get("methods"))) or ("GET", "POST")
        stated, level = options.get("route"), options.get("authLevel")
        path = stated if isinstance(stated, str) else called
        told = level if isinstance(level, str) else ""
        router = program.new_router(program.vocabulary.frameworks["azure-functions"].types["app"], at)
        router.routes.append(route(program, methods, path, told, at, _handler(program, arguments)))
        return UNKNOWN

    return add


def _timer(program: Program, arguments: Arguments) -> Value:
    """`app.timer("clean", { schedule: "0 */5 * * * *", handler })`"""
    called = arguments.get(0)
    if isinstance(called, str):
        stated = _options(arguments).get("schedule")
        program.facts.append(schedule(called, stated, _handler(program, arguments), program.at(arguments)))
    return UNKNOWN


_APP = "@azure/functions.app"
HOOKS: dict[str, Hook] = {
    f"{_APP}.http()": _http(),
    f"{_APP}.timer()": _timer,
    **{f"{_APP}.{verb}()": _http(verb.removesuffix("Request").upper()) for verb in _VERBS},
}
