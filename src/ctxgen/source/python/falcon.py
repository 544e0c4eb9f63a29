"""Falcon: resources whose methods are called after verbs, with a suffix where one class answers several routes, and hooks before them.

Sources: https://falcon.readthedocs.io/en/stable/api/routing.html, https://falcon.readthedocs.io/en/stable/api/hooks.html.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence

from ctxgen.model import At, Guard
from ctxgen.source import ir
from ctxgen.source.guards import spelled
from ctxgen.source.program import Hook, MethodHook, Program
from ctxgen.source.python.starlette import middleware_guard
from ctxgen.source.python.views import VERBS, decorators, method
from ctxgen.source.values import UNKNOWN, Arguments, ClassValue, External, FunctionValue, Instance, ModuleValue, Object, Scope, Value

_FIELD = re.compile(r"\{(\w{1,60}):[^{}]{0,200}\}")
"""`{id:int}`: a field with its converter."""
_RESPONDERS = (*(verb for verb in VERBS if verb not in ("head", "options", "trace")), "websocket")


def _application(path: str) -> Hook:
    def make(program: Program, arguments: Arguments) -> Value:
        """`falcon.App(middleware=[AuthMiddleware()])`."""
        made = program.made(External(path), program.at(arguments), arguments)
        if made is not None and made.router is not None:
            given = arguments.expression("middleware")
            items = [item.value for item in given.items] if isinstance(given, ir.Sequence) else [given] if given is not None else []
            for written in items:
                value = program.evaluate(written, arguments.scope)
                cls = value.cls if isinstance(value, Instance) else value
                if isinstance(cls, ClassValue):
                    made.router.use(middleware_guard(cls, program.at(arguments)))
        return made

    return make


def _add_route(program: Program, owner: Object, arguments: Arguments) -> Value:
    """`app.add_route("/orders/{id:int}", OrderResource(), suffix="item")`."""
    path, resource, at = arguments.get(0, "uri_template"), arguments.get(1, "resource"), program.route_at(arguments)
    cls = resource.cls if isinstance(resource, Instance) else resource
    if not isinstance(path, str):
        program.note(at, "path-unknown", "a route whose path could not be followed is left out")
        return UNKNOWN
    path = _FIELD.sub(r"{\1}", path)
    suffix = arguments.get("suffix")
    ending = f"_{suffix}" if isinstance(suffix, str) else ""
    if isinstance(resource, ModuleValue):  # any object with such functions is a resource
        for verb in _RESPONDERS:
            _answer(program, owner, path, at, verb, program.attribute(resource, f"on_{verb}{ending}", at.line, resource.scope))
        return UNKNOWN
    if not isinstance(cls, ClassValue):
        program.add_route(owner, ("ANY",), [path], at, program.handler_name(resource, arguments.expression(1, "resource")))
        return UNKNOWN
    around = list(_before(program, cls))
    for verb in _RESPONDERS:
        _answer(program, owner, path, at, verb, method(program, cls, f"on_{verb}{ending}"), around)
    return UNKNOWN


def _answer(program: Program, owner: Object, path: str, at: At, verb: str, responder: Value, around: Sequence[Guard] = ()) -> None:
    """Put what a resource (an instance, a class or a module) answers to a verb on the application."""
    if not isinstance(responder, FunctionValue):
        return
    marks = responder.function.decorators
    others = [mark for mark in marks if spelled(mark).rpartition(".")[2] not in ("before", "after")]
    guards = [*around, *_hooks(program, marks, responder.scope), *decorators(program, others, responder.scope)]
    socket = verb == "websocket"
    module = responder.scope.module.path.rpartition("/")[2].removesuffix(".py")
    named = responder.name if responder.owner is not None else f"{module}.{responder.name}"
    program.answers(responder)
    program.add_route(owner, ["WS" if socket else verb.upper()], [path], at, named, guards, "ws" if socket else "http")


def _before(program: Program, cls: ClassValue) -> Iterator[Guard]:
    """The hooks of a class and of those that it extends."""
    for each in program.lineage(cls):
        yield from _hooks(program, each.cls.decorators, each.scope)


def _hooks(program: Program, marks: tuple[ir.Expression, ...], scope: Scope) -> Iterator[Guard]:
    """`@falcon.before(authorize, ["admin"])`."""
    for mark in marks:
        if isinstance(mark, ir.Call) and spelled(mark).rpartition(".")[2] == "before" and mark.arguments:
            hook = mark.arguments[0].value
            yield from program.guards_of(hook, program.evaluate(hook, scope), At(scope.module.path, mark.line))


def _add_sink(program: Program, owner: Object, arguments: Arguments) -> Value:
    """`app.add_sink(proxy, "/legacy")`: answers everything below a prefix that no route does."""
    prefix = arguments.get(1, "prefix", default="/")
    if isinstance(prefix, str) and not set(prefix) & set("\\([?*+"):
        handler = program.handler_name(arguments.get(0, "sink"), arguments.expression(0, "sink"))
        program.answers(arguments.get(0, "sink"))
        program.add_route(owner, ("ANY",), [prefix], program.route_at(arguments), handler)
    return UNKNOWN


_APPS = ("falcon.App()", "falcon.API()", "falcon.asgi.App()", "falcon.app.App()", "falcon.asgi.app.App()")
HOOKS: dict[str, Hook] = {path: _application(path) for path in _APPS}
METHODS: dict[str, MethodHook] = {"falcon.app.add_route": _add_route, "falcon.app.add_sink": _add_sink}
