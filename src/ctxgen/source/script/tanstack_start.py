"""TanStack Start: what routes answer to requests that are no pages.

Source: https://tanstack.com/start/latest/docs/framework/react/guide/server-routes
"""

from __future__ import annotations

import re

from ctxgen.model import Endpoint
from ctxgen.opaque import Name, name
from ctxgen.source.program import Hook, Program
from ctxgen.source.routing import access_of
from ctxgen.source.script.handlers import guards_in
from ctxgen.source.values import UNKNOWN, Arguments, Decorator, FunctionValue, Record, Value

_VERBS = {"GET": "GET", "POST": "POST", "PUT": "PUT", "PATCH": "PATCH", "DELETE": "DELETE", "HEAD": "HEAD", "ANY": "ANY"}
_GROUP = re.compile(r"\(.{0,80}\)\Z")


def _file_route(program: Program, arguments: Arguments) -> Value:
    """`createFileRoute("/api/orders/$id")({ server: { handlers: { GET } } })`"""
    stated = arguments.get(0)
    if not isinstance(stated, str):
        return UNKNOWN
    path = _path(stated)
    return Decorator(lambda given: _answers(program, path, given))


def _path(stated: str) -> str:
    """The address of a route: groups and layouts are no part of it, `$` is the rest of a path."""
    shown = []
    for segment in stated.split("/"):
        if not segment or segment.startswith("_") or _GROUP.match(segment) or segment == "index":
            continue
        bare = segment.removesuffix("_")
        shown.append(
            "{path}" if bare == "$" else "{" + bare[1:].removeprefix("{").removesuffix("}") + "}" if bare.startswith("$") else bare
        )
    return "/" + "/".join(shown)


def _answers(program: Program, path: str, given: Arguments) -> Value:
    options = given.get(0)
    server = options.get("server") if isinstance(options, dict) else None
    handlers = server.get("handlers") if isinstance(server, dict) else None
    if isinstance(handlers, FunctionValue):  # `({ createHandlers }) => createHandlers({ … })`
        handlers = program.call(handlers, given._replace(positional=({"createHandlers": Decorator(lambda made: made.get(0))},)))
    if not isinstance(handlers, Record):
        return UNKNOWN
    around = guards_in(program, server, ("middleware",), program.at(given))
    for key, value in handlers.items():
        if key not in _VERBS:
            continue
        at = handlers.place(key)
        guards = (*around, *guards_in(program, value, ("middleware",), at))
        written = handlers.written.get(key)
        shown = program.handler_name(value, written) if isinstance(value, FunctionValue) else None
        program.facts.append(
            Endpoint(
                method=name(_VERBS[key]), path=name(path), handler=name(shown) if shown and shown not in _VERBS else None, guards=guards,
                access=access_of(guards, None), technology=Name("tanstack-start"), at=at,
            )
        )  # fmt: skip
    return UNKNOWN


HOOKS: dict[str, Hook] = {
    "@tanstack/react-router.createFileRoute()": _file_route,
    "@tanstack/solid-router.createFileRoute()": _file_route,
}
