"""Robyn: handlers by decorators, of which each may ask for authentication.

Sources: https://robyn.tech/documentation/en/api_reference/getting_started, https://robyn.tech/documentation/en/api_reference/authentication.
"""

from __future__ import annotations

from ctxgen.source.guards import guard
from ctxgen.source.program import MethodHook, Program
from ctxgen.source.python.views import add_view
from ctxgen.source.values import UNKNOWN, Arguments, Decorator, Object, Value

_VERBS = ("get", "post", "put", "delete", "patch", "head", "options", "trace", "connect")


def _decorator(method: str, kind: str = "http") -> MethodHook:
    def make(program: Program, owner: Object, arguments: Arguments) -> Value:
        """`@app.get("/orders/:id", auth_required=True)`, `@app.websocket("/updates")`."""
        at, path = program.route_at(arguments), arguments.get(0, "endpoint")
        if not isinstance(path, str):
            program.note(at, "path-unknown", "a route whose path could not be followed is left out")
            return UNKNOWN
        asked = guard("auth_required", at, "authn") if arguments.get("auth_required") is True else None

        def add(waiting: Arguments) -> Value:
            add_view(program, owner, path, waiting.get(0), at, methods=(method,), kind=kind, guards=[asked] if asked else ())
            return waiting.get(0)

        return Decorator(add)

    return make


METHODS: dict[str, MethodHook] = {f"robyn.router.{verb}": _decorator(verb.upper()) for verb in _VERBS}
METHODS["robyn.router.websocket"] = _decorator("WS", "ws")
