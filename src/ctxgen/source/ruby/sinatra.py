"""Sinatra: a file that requires it is an application by itself.

`before { authenticate! }` guards what stands in the same application.  Source: https://sinatrarb.com/intro.html.
"""

from __future__ import annotations

from ctxgen.model import At
from ctxgen.source import ir
from ctxgen.source.guards import guard, spelled
from ctxgen.source.program import Hook, MethodHook, Program
from ctxgen.source.values import UNKNOWN, Arguments, FunctionValue, Object, Value


def _require(program: Program, arguments: Arguments) -> Value:
    """`require "sinatra"`: the words at the top of the file are those of an application."""
    module = arguments.scope.module
    if arguments.get(0) in ("sinatra", "sinatra/reloader") and module.scope.receiver is None:
        made = program.new_object(program.vocabulary.frameworks["sinatra"].types["app"], program.at(arguments))
        module.scope.receiver = made
    return UNKNOWN


def _before(program: Program, owner: Object, arguments: Arguments) -> Value:
    callback, path = arguments.get(-1), arguments.get(0)
    if isinstance(callback, FunctionValue) and owner.router is not None:
        for statement in callback.function.body:
            value = statement.value if isinstance(statement, (ir.Do, ir.Return)) else None
            made = guard(spelled(value), At(callback.scope.module.path, value.line)) if isinstance(value, (ir.Call, ir.Name)) else None
            owner.router.use([made] if made else [], path.rstrip("*") if isinstance(path, str) else "")
    return owner


HOOKS: dict[str, Hook] = {"require()": _require}
METHODS: dict[str, MethodHook] = {"sinatra.app.before": _before}
