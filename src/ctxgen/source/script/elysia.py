"""Elysia: a group or guard gives its owner for further calls, not what is in it.  Source: https://elysiajs.com/essential/route#group"""

from __future__ import annotations

from ctxgen.source.program import MethodHook, Program
from ctxgen.source.script.handlers import guards_in
from ctxgen.source.values import Arguments, FunctionValue, Object, Value


def _group(program: Program, owner: Object, arguments: Arguments) -> Value:
    """`app.group("/users", (app) => …)`, `app.guard({ beforeHandle }, (app) => …)`"""
    at, prefix, callback = program.at(arguments), arguments.get(0), arguments.get(-1)
    options = next((each for each in arguments.positional if isinstance(each, dict)), None)
    guards = guards_in(program, options, ("beforeHandle",), at)
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


METHODS: dict[str, MethodHook] = {"elysia.app.use": _use, "elysia.app.group": _group, "elysia.app.guard": _group}
