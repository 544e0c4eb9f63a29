"""Hono: routes that are described for OpenAPI, and mounts of routers.

Sources: https://hono.dev/examples/zod-openapi, https://hono.dev/docs/api/routing#base-path, https://chanfana.pages.dev/routers/hono
"""

from __future__ import annotations

from ctxgen.source.frameworks import plain
from ctxgen.source.program import Hook, MethodHook, Program
from ctxgen.source.script.handlers import guards_in
from ctxgen.source.values import UNKNOWN, Arguments, Object, Value


def _openapi(program: Program, owner: Object, arguments: Arguments) -> Value:
    """`app.openapi(createRoute({ method, path, middleware }), handler)`"""
    route = arguments.get(0)
    if isinstance(route, dict) and (paths := plain(route.get("path"))):
        methods = tuple(each.upper() for each in plain(route.get("method"))) or ("GET",)
        at = program.at(arguments)
        named = program.handler_name(arguments.get(1), arguments.expression(1))
        program.add_route(owner, methods, paths, at, named, guards_in(program, route, ("middleware",), at))
        program.answers(arguments.get(1))
    return owner


def _use(program: Program, owner: Object, arguments: Arguments) -> Value:
    """`app.use("/trpc/*", trpcServer({ … }))`: what answers by itself is put below; a guard is left to the data."""
    prefix = arguments.get(0)
    found = [router for value in arguments.positional if (router := program.router_of(value)) is not None]
    for router in found:
        if owner.router is not None:
            owner.router.mount(router, prefix.removesuffix("/*") if isinstance(prefix, str) else "", program.at(arguments))
    return owner if found else None


def _itself(program: Program, arguments: Arguments) -> Value:
    """`createMiddleware(async (c, next) => …)` is the function that it is given, chanfana's `fromHono(app)` puts routes on that application."""
    return arguments.get(0, default=UNKNOWN)


def _handlers(program: Program, arguments: Arguments) -> Value:
    """`factory.createHandlers(auth, handler)`"""
    return list(arguments.positional)


def _described(program: Program, arguments: Arguments) -> Value:
    return arguments.get(0)


_FACTORY = "hono/factory.createFactory()"
HOOKS: dict[str, Hook] = {
    "@hono/zod-openapi.createRoute()": _described,
    "hono/factory.createMiddleware()": _itself,
    "chanfana.fromHono()": _itself,
    f"{_FACTORY}.createMiddleware()": _itself,
    f"{_FACTORY}.createHandlers()": _handlers,
}
METHODS: dict[str, MethodHook] = {"hono.app.openapi": _openapi, "hono.app.use": _use}
