"""Elysia: options of routes that guard, groups and guards that give their owner for further calls, not what is in them.

Sources: https://elysiajs.com/essential/route#group, https://elysiajs.com/essential/life-cycle#before-handle, https://elysiajs.com/patterns/macro
"""

from __future__ import annotations

from ctxgen.model import At, Guard
from ctxgen.opaque import name
from ctxgen.source.frameworks import plain
from ctxgen.source.program import MethodHook, Program
from ctxgen.source.script.handlers import guards_in
from ctxgen.source.values import Arguments, FunctionValue, Object, Value

_BEFORE = ("beforeHandle",)
_VERBS = ("get", "post", "put", "patch", "delete", "options", "head", "all")


def _route(verb: str) -> MethodHook:
    methods = ("ANY",) if verb == "all" else (verb.upper(),)

    def route(program: Program, owner: Object, arguments: Arguments) -> Value:
        """`app.get("/orders", list, { beforeHandle, role: "admin" })`"""
        paths, at = plain(arguments.get(0)), program.route_at(arguments)
        if not paths or len(arguments.positional) < 2:
            return owner
        handler, written, around = program.unwrapped(arguments, 1)
        guards = [*_stated(program, arguments.get(2), at), *around]
        program.add_route(owner, methods, paths, at, program.handler_name(handler, written), guards)
        program.answers(handler)
        return owner

    return route


def _stated(program: Program, options: Value, at: At) -> list[Guard]:
    """The guards of a route's options: what is handled before, and the macros that handle something before."""
    found = guards_in(program, options, _BEFORE, at)
    macros = dict(program.shared["elysia macros"])
    for key in options if isinstance(options, dict) else ():
        macro = macros.get(key)
        if isinstance(macro, FunctionValue):
            macro = program.call(macro, Arguments((options[key],), {}, (), at.line, macro.scope))
        found += [Guard(name=name(key), kind=each.kind, at=at) for each in guards_in(program, macro, _BEFORE, at)]
    return found


def _macro(program: Program, owner: Object, arguments: Arguments) -> Value:
    """`app.macro({ role: (wanted) => ({ beforeHandle }) })`, `app.macro("role", …)`: options that further routes may have."""
    given = {arguments.get(0): arguments.get(1)} if isinstance(arguments.get(0), str) else arguments.get(0)
    program.shared["elysia macros"] += given.items() if isinstance(given, dict) else ()
    return owner


def _before(program: Program, owner: Object, arguments: Arguments) -> Value:
    """`app.onBeforeHandle(requireUser)`"""
    if owner.router is not None:
        owner.router.use(program.guards_at(arguments, ("rest",)), order=program.next_order())
    return owner


def _group(program: Program, owner: Object, arguments: Arguments) -> Value:
    """`app.group("/users", (app) => …)`, `app.guard({ beforeHandle }, (app) => …)`"""
    at, prefix, callback = program.at(arguments), arguments.get(0), arguments.get(-1)
    options = next((each for each in arguments.positional if isinstance(each, dict)), None)
    guards = _stated(program, options, at)
    if isinstance(callback, FunctionValue):
        child = program.new_object(owner.type, at)
        if child.router is not None and owner.router is not None:
            owner.router.mount(child.router, prefix if isinstance(prefix, str) else "", at, guards)
        program.call_with(callback, child, arguments)
    elif owner.router is not None:
        owner.router.use(guards)
    return owner


def _use(program: Program, owner: Object, arguments: Arguments) -> Value:
    """`app.use((app) => app.get(…))`: a plug-in that is a function is given the application; what it is called may guard."""
    given = arguments.get(0)
    if not isinstance(given, FunctionValue) or owner.router is None:
        return None
    before = len(owner.router.routes)
    program.call_with(given, owner, arguments)
    if len(owner.router.routes) == before:
        owner.router.use(program.guards_of(arguments.expression(0), given, program.at(arguments)), order=program.next_order())
    return owner


METHODS: dict[str, MethodHook] = {
    **{f"elysia.app.{verb}": _route(verb) for verb in _VERBS},
    "elysia.app.use": _use,
    "elysia.app.group": _group,
    "elysia.app.guard": _group,
    "elysia.app.macro": _macro,
    "elysia.app.onBeforeHandle": _before,
}
