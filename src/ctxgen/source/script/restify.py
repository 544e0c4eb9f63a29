"""Restify: paths in options, its own plug-ins that guard nothing, routers that are applied to a server.

Sources: http://restify.com/docs/server-api/, https://github.com/ukayani/restify-router
"""

from __future__ import annotations

from ctxgen.source.frameworks import plain
from ctxgen.source.program import MethodHook, Program
from ctxgen.source.script.express import drop_unmounted
from ctxgen.source.script.handlers import guards_between
from ctxgen.source.values import Arguments, External, Object, Value

_VERBS = {
    "get": "GET", "post": "POST", "put": "PUT", "patch": "PATCH", "head": "HEAD", "opts": "OPTIONS", "del": "DELETE",
}  # fmt: skip
_PRE = ("restify.plugins.pre.", "restify.pre.")
"""What tidies a request up before it is routed."""


def _route(verb: str) -> MethodHook:
    def route(program: Program, owner: Object, arguments: Arguments) -> Value:
        """`server.get("/a", auth, handler)`, `server.get({ path: "/a", version: "1.0.0" }, handler)`"""
        stated = arguments.get(0)
        paths = plain(stated.get("path", stated.get("url")) if isinstance(stated, dict) else stated)
        last = len(arguments.positional) - 1
        if last > 0 and (paths or stated == ""):
            handler, written, around = program.unwrapped(arguments, last)
            named = program.handler_name(handler, written)
            guards = [*guards_between(program, arguments, 1, last), *around]
            program.add_route(owner, (_VERBS[verb],), paths, program.route_at(arguments), named, guards)
            program.answers(handler)
        elif last > 0:
            program.note(program.at(arguments), "path-unknown", "a route whose path could not be followed is left out")
        return owner

    return route


def _pre(program: Program, owner: Object, arguments: Arguments) -> Value:
    """`server.pre(restify.plugins.pre.sanitizePath())` guards nothing; all else is left to the data."""
    return owner if all(isinstance(each, External) and each.path.startswith(_PRE) for each in arguments.positional) else None


def _apply(program: Program, owner: Object, arguments: Arguments) -> Value:
    """`router.applyRoutes(server, "/prefix")`"""
    server, prefix = program.router_of(arguments.get(0)), arguments.get(1)
    if server is not None and owner.router is not None:
        server.mount(owner.router, prefix if isinstance(prefix, str) else "", program.at(arguments), order=program.next_order())
    return owner


def finish(program: Program) -> None:
    """Leave out the routers that are applied to no server."""
    drop_unmounted(program, "restify")


METHODS: dict[str, MethodHook] = {
    **{f"restify.router.{verb}": _route(verb) for verb in _VERBS},
    "restify.router.pre": _pre,
    "restify.router.applyRoutes": _apply,
}
