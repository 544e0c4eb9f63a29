"""ts-rest: contracts that state methods and paths, and the adapters that answer them.  A contract that no adapter takes is a client's.

Sources: https://ts-rest.com/docs/core/, https://ts-rest.com/docs/express, https://ts-rest.com/docs/fastify, https://ts-rest.com/docs/nest
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import NamedTuple

from ctxgen.model import At, Guard
from ctxgen.source.frameworks import plain
from ctxgen.source.program import Hook, Program
from ctxgen.source.routing import Route, Router, join
from ctxgen.source.script.handlers import guards_in
from ctxgen.source.values import UNKNOWN, Arguments, Object, Record, Value

MAX_DEPTH = 12
_PREFIX = " prefix"
"""The field of a contract that holds its prefix; the others are its routes."""


class Stated(NamedTuple):
    """A route of a contract, with the keys that lead to it."""

    keys: tuple[str, ...]
    method: str
    path: str
    at: At


def _contract(program: Program, arguments: Arguments) -> Value:
    """`c.router({ … }, { pathPrefix })`"""
    table, options = arguments.get(0), arguments.get(1)
    made = Object(program.vocabulary.frameworks["ts-rest"].types["contract"])
    made.fields |= table if isinstance(table, dict) else {}
    prefix = options.get("pathPrefix") if isinstance(options, dict) else None
    made.fields[_PREFIX] = prefix if isinstance(prefix, str) else ""
    return made


def _first(program: Program, arguments: Arguments) -> Value:
    """`c.query({ … })`, `s.route(contract.get, { … })`: what is stated."""
    return arguments.get(-1, default=UNKNOWN)


def routes(value: Value, prefix: str = "", keys: tuple[str, ...] = (), depth: int = 0) -> Iterator[Stated]:
    """The routes of a contract, of a table of contracts, or of one route."""
    if depth > MAX_DEPTH:
        return
    if isinstance(value, Record) and isinstance(value.get("method"), str) and isinstance(value.get("path"), str):
        yield Stated(keys, value["method"].upper(), join(prefix, value["path"]), value.place("path"))
        return
    table = value.fields if isinstance(value, Object) and value.type.name == "contract" else value if isinstance(value, dict) else {}
    below = join(prefix, table.get(_PREFIX, ""))
    for key, each in table.items():
        if key != _PREFIX:
            yield from routes(each, below, (*keys, key), depth + 1)


def _implemented(program: Program, arguments: Arguments) -> Value:
    """`s.router(contract, { … })`"""
    made = Object(program.vocabulary.frameworks["ts-rest"].types["implementation"])
    made.fields[" contract"], made.fields[" handlers"] = arguments.get(0), arguments.get(1)
    return made


def _mounted(program: Program, contract: Value, implementation: Value, below: Router | None, options: Value, at: At) -> Object:
    """A router with the routes of a contract, below another one if that is given."""
    made = program.new_object(program.vocabulary.frameworks["ts-rest"].types["mounted"], at)
    handlers = implementation.fields.get(" handlers") if isinstance(implementation, Object) else implementation
    if contract is None and isinstance(implementation, Object):
        contract = implementation.fields.get(" contract")
    assert made.router is not None
    if below is not None:
        below.mount(made.router, "", at, order=program.next_order())
    made.router.use(guards_in(program, options, ("globalMiddleware",), at))
    for stated in routes(contract):
        named, guards = _handled(program, handlers, stated.keys, at)
        made.router.routes.append(Route((stated.method,), stated.path, stated.at, named, tuple(guards), via=(at,)))
    return made


def _handled(program: Program, handlers: Value, keys: tuple[str, ...], at: At) -> tuple[str, list[Guard]]:
    """The name of what answers a route, and what is put before it."""
    for key in keys:
        inner = handlers.fields.get(" handlers") if isinstance(handlers, Object) else handlers
        if not isinstance(inner, dict):
            return ".".join(keys), []
        handlers = inner.get(key, UNKNOWN)
    if isinstance(handlers, dict):
        program.answers(handlers.get("handler"))
        return ".".join(keys), guards_in(program, handlers, ("middleware", "hooks"), at)
    program.answers(handlers)
    named = program.handler_name(handlers, None)
    return named if named and named != keys[-1] else ".".join(keys), []


def _express(program: Program, arguments: Arguments) -> Value:
    """`createExpressEndpoints(contract, router, app, { globalMiddleware })`"""
    below = program.router_of(arguments.get(2))
    _mounted(program, arguments.get(0), arguments.get(1), below, arguments.get(3), program.at(arguments))
    return UNKNOWN


def _plugin(program: Program, arguments: Arguments) -> Value:
    """`app.register(s.plugin(router))`"""
    return _mounted(program, None, arguments.get(0), None, None, program.at(arguments))


def _fetched(program: Program, arguments: Arguments) -> Value:
    """`createNextHandler(contract, router, { basePath })`"""
    options = arguments.get(2)
    made = _mounted(program, arguments.get(0), arguments.get(1), None, None, program.at(arguments))
    base = options.get("basePath") if isinstance(options, dict) else None
    assert made.router is not None
    made.router.prefix = (plain(base) or [""])[0]
    return UNKNOWN


HOOKS: dict[str, Hook] = {
    "@ts-rest/core.initContract().router()": _contract,
    "@ts-rest/core.initContract().query()": _first,
    "@ts-rest/core.initContract().mutation()": _first,
    **{f"@ts-rest/{adapter}.initServer().router()": _implemented for adapter in ("express", "fastify")},
    **{f"@ts-rest/{adapter}.initServer().route()": _first for adapter in ("express", "fastify")},
    "@ts-rest/serverless.tsr.router()": _implemented,
    "@ts-rest/express.createExpressEndpoints()": _express,
    "@ts-rest/fastify.initServer().registerRouter()": _express,
    "@ts-rest/fastify.initServer().plugin()": _plugin,
    "@ts-rest/serverless/next.createNextHandler()": _fetched,
    "@ts-rest/serverless/fetch.createFetchHandler()": _fetched,
}
