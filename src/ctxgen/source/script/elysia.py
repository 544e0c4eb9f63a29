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


METHODS: dict[str, MethodHook] = {"elysia.app.group": _group, "elysia.app.guard": _group}
