"""Sinatra: a file that requires it is an application by itself, `config.ru` puts applications on paths.

`before { authenticate! }` guards what stands in the same application.
Sources: https://sinatrarb.com/intro.html, https://sinatrarb.com/extensions.html, https://github.com/rack/rack/blob/main/lib/rack/builder.rb.
"""

from __future__ import annotations

from ctxgen.model import At
from ctxgen.source import ir
from ctxgen.source.frameworks import Type
from ctxgen.source.guards import guard, spelled
from ctxgen.source.program import Hook, MethodHook, Program
from ctxgen.source.routing import Router
from ctxgen.source.values import UNKNOWN, Arguments, ClassValue, External, FunctionValue, Object, Value


def _require(program: Program, arguments: Arguments) -> Value:
    """`require "sinatra"`: the words at the top of the file are those of an application."""
    module = arguments.scope.module
    if arguments.get(0) in ("sinatra", "sinatra/reloader") and module.scope.receiver is None:
        made = program.new_object(program.vocabulary.frameworks["sinatra"].types["app"], program.at(arguments))
        module.scope.receiver = made
    return UNKNOWN


def guard_before(program: Program, owner: Object, arguments: Arguments) -> Value:
    """`before { authenticate! }`, `before "/admin/*" do … end`."""
    callback, path = arguments.get(-1), arguments.get(0)
    if isinstance(callback, FunctionValue) and owner.router is not None:
        for statement in callback.function.body:
            value = statement.value if isinstance(statement, (ir.Do, ir.Return)) else None
            made = guard(spelled(value), At(callback.scope.module.path, value.line)) if isinstance(value, (ir.Call, ir.Name)) else None
            owner.router.use([made] if made else [], path.rstrip("*") if isinstance(path, str) else "")
    return owner


def _extend(program: Program, owner: Object, arguments: Arguments) -> Value:
    """`register Readable`, `extend Readable`: the methods of a module are words of the application; `registered(app)` is called with it."""
    cls = owner.fields.get("class")
    words = cls.fields if isinstance(cls, ClassValue) else arguments.scope.names
    for module in arguments.positional:
        for method in module.cls.methods if isinstance(module, ClassValue) else ():
            value = FunctionValue(method, program.class_scope(module), cls, module)
            if not method.static:
                words[method.name] = value
            elif method.name == "registered":
                program.call_with(value, owner, arguments)
    return owner


# ---------------------------------------------------------------------------------------------- config.ru


def map_path(program: Program, arguments: Arguments) -> Value:
    """`map "/api" do run Api end`: what the block runs answers below the path."""
    path, block = arguments.get(0), arguments.get(-1)
    if not _in_rackup(arguments) or not isinstance(path, str) or not isinstance(block, FunctionValue):
        return None
    made = program.new_object(_group(program), program.at(arguments))
    assert made.router is not None
    outer = _mapped(program)
    if outer:
        outer[-1].mount(made.router, path, program.at(arguments))
    else:
        made.router.prefix = path
    outer.append(made.router)
    program.call(block, arguments._replace(positional=(), keywords={}, written=()))
    outer.pop()
    return UNKNOWN


def _group(program: Program) -> Type:
    """What a path of `config.ru` stands for, of whichever framework there is."""
    known = program.vocabulary.frameworks
    return known["sinatra"].types["group"] if "sinatra" in known else known["grape"].types["namespace"]


def run_application(program: Program, arguments: Arguments) -> Value:
    """`run Api`, `run Rack::Cascade.new([Api, Pages])`."""
    outer = _mapped(program) if _in_rackup(arguments) else []
    given = arguments.get(0)
    if isinstance(given, External) and given.arguments is not None:
        given = [each for value in given.arguments.positional for each in (value if isinstance(value, list) else [value])]
    for each in (given if isinstance(given, list) else [given]) if outer else ():
        if (router := program.router_of(each)) is not None:
            outer[-1].mount(router, "", program.at(arguments))
    return None


def _in_rackup(arguments: Arguments) -> bool:
    return arguments.scope.module.path.endswith(".ru")


def _mapped(program: Program) -> list[Router]:
    """What the blocks of `map` that are being run stand for."""
    return program.shared["sinatra.mapped"]


HOOKS: dict[str, Hook] = {"require()": _require, "map()": map_path, "run()": run_application}
METHODS: dict[str, MethodHook] = {"sinatra.app.before": guard_before, "sinatra.app.register": _extend, "sinatra.app.extend": _extend}
