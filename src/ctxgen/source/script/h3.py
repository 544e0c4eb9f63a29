"""h3: handlers in wrappers that may state what runs before them, routers below a base, paths with named wildcards.

Sources: https://v1.h3.dev/guide/router, https://v1.h3.dev/utils/advanced#usebasebase-handler, https://h3.dev/guide/basics/routing
"""

from __future__ import annotations

from collections.abc import Iterable

from ctxgen.model import Guard
from ctxgen.source import ir
from ctxgen.source.frameworks import plain
from ctxgen.source.program import Hook, MethodHook, Program
from ctxgen.source.script.handlers import guards_in
from ctxgen.source.values import UNKNOWN, Arguments, External, FunctionValue, Object, Value

_DEFINES = ("eventHandler", "defineEventHandler", "defineHandler", "lazyEventHandler", "defineLazyEventHandler", "defineCachedEventHandler")
BEFORE = ("onRequest", "middleware")
"""Options of what runs before a handler."""
_VERBS = ("get", "post", "put", "patch", "delete", "head", "options", "connect", "trace", "all")


def _defined(program: Program, arguments: Arguments) -> Value:
    """`defineEventHandler(f)` is `f`; one with options stays a call of which they are read."""
    given = arguments.get(0)
    return given if isinstance(given, FunctionValue) else None


def options_of(value: Value) -> dict[str, Value]:
    """The options of `defineEventHandler({ onRequest, handler })`."""
    known = value.arguments.get(0) if isinstance(value, External) and value.arguments is not None else None
    return known if isinstance(known, dict) and "handler" in known else {}


def _add(program: Program, owner: Object, methods: Iterable[str], paths: list[str], where: int, arguments: Arguments) -> Value:
    value = arguments.get(where)
    options, at = options_of(value), program.at(arguments)
    guards: list[Guard] = [*guards_in(program, options, BEFORE, at), *guards_in(program, arguments.get(where + 1), BEFORE, at)]
    handler, written, around = (options["handler"], None, []) if options else program.unwrapped(arguments, where)
    guards += around
    if paths and value is not None:
        shown = [each.replace("**:", ":") for each in paths]
        named = program.handler_name(handler, written)
        program.add_route(owner, methods, shown, at, named if named != "handler" else None, guards)
        program.answers(handler)
    return owner


def _route(verb: str) -> MethodHook:
    methods = ("ANY",) if verb == "all" else (verb.upper(),)

    def route(program: Program, owner: Object, arguments: Arguments) -> Value:
        return _add(program, owner, methods, plain(arguments.get(0)), 1, arguments)

    return route


def _on(program: Program, owner: Object, arguments: Arguments) -> Value:
    """`app.on("GET", path, handler)`; no method is all of them."""
    methods = tuple(each.upper() or "ANY" for each in plain(arguments.get(0)))
    return _add(program, owner, methods or ("ANY",), plain(arguments.get(1)), 2, arguments)


def _added(program: Program, owner: Object, arguments: Arguments) -> Value:
    """`router.add(path, handler, methods)`"""
    methods = tuple(each.upper() for each in plain(arguments.get(2, default="ANY")))
    return _add(program, owner, tuple("ANY" if each == "ALL" else each for each in methods), plain(arguments.get(0)), 1, arguments)


def _use(program: Program, owner: Object, arguments: Arguments) -> Value:
    """`app.use(path?, handler)`: a router is put below, a handler that always answers is a route, all else may guard."""
    paths, at = plain(arguments.get(0)), program.at(arguments)
    where = 1 if paths else 0
    value = arguments.get(where)
    child = program.object_of(value)
    if owner.router is None:
        return owner
    if child is not None and child.router is not None:
        for path in paths or [""]:
            owner.router.mount(child.router, "" if "base" in child.fields else path.removesuffix("/**"), at, order=program.next_order())
    elif paths and (owner.type.name == "router" or _answers(value)):
        return _add(program, owner, ("ANY",), paths, where, arguments)
    else:
        guards = program.guards_of(arguments.expression(where), value, at)
        for path in paths or [""]:
            owner.router.use(guards, path.removesuffix("/**"), program.next_order())
    return owner


def _answers(value: Value) -> bool:
    """Whether a handler ends by giving something."""
    last = value.function.body[-1:] if isinstance(value, FunctionValue) else ()
    return any(isinstance(each, ir.Return) and each.value != ir.Literal(None, each.value.line) for each in last)


def _base(program: Program, arguments: Arguments) -> Value:
    """`useBase("/api", router.handler)`"""
    prefix, child = arguments.get(0), program.router_of(arguments.get(1))
    if child is None or not isinstance(prefix, str):
        return UNKNOWN
    made = program.new_object(program.vocabulary.frameworks["h3"].types["router"], program.at(arguments))
    made.fields["base"] = True
    if made.router is not None:
        made.router.mount(child, prefix, program.at(arguments))
    return made


def _mount(program: Program, owner: Object, arguments: Arguments) -> Value:
    """`app.mount("/api", other)`"""
    prefix, child = arguments.get(0), program.router_of(arguments.get(1))
    if child is not None and owner.router is not None:
        owner.router.mount(child, prefix if isinstance(prefix, str) else "", program.at(arguments), order=program.next_order())
    return owner


def _itself(program: Program, owner: Object, arguments: Arguments) -> Value:
    """`router.handler` stands for the router."""
    return owner


HOOKS: dict[str, Hook] = {
    **{f"h3.{define}()": _defined for define in _DEFINES},
    "h3.useBase()": _base,
    "h3.withBase()": _base,
}
METHODS: dict[str, MethodHook] = {
    **{f"h3.router.{verb}": _route(verb) for verb in _VERBS},
    "h3.router.on": _on,
    "h3.router.add": _added,
    "h3.router.use": _use,
    "h3.router.mount": _mount,
    "h3.router.@handler": _itself,
}
