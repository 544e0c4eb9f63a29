"""Bottle: routes on an application, or by functions of the library on the one that it keeps.

Sources: https://bottlepy.org/docs/dev/tutorial.html#request-routing, https://bottlepy.org/docs/dev/api.html#the-bottle-class.
"""

from __future__ import annotations

import re

from ctxgen.model import At
from ctxgen.source.frameworks import plain
from ctxgen.source.program import Hook, MethodHook, Program
from ctxgen.source.python.views import add_view
from ctxgen.source.values import UNKNOWN, Arguments, Decorator, FunctionValue, Object, Value

_VERBS = ("get", "post", "put", "delete", "patch")
_WILDCARD = re.compile(r"<(\w{1,60})(?::[^<>]{0,200})?>|:(\w{1,60})(?:#[^#]{0,200}#)?")
"""`<id:int>`, and `:id` of old versions."""


def _default(program: Program, arguments: Arguments) -> Value:
    """The application that the library keeps: `bottle.default_app()`."""
    if "bottle" not in program.kept:
        program.kept["bottle"] = program.new_object(program.vocabulary.frameworks["bottle"].types["app"], At("", 1))
    return program.kept["bottle"]


def _add(program: Program, owner: Object, arguments: Arguments, methods: tuple[str, ...]) -> Value:
    at, paths = program.route_at(arguments), plain(arguments.get(0, "path"))
    stated = tuple(each.upper() for each in plain(arguments.get(1, "method")))
    function = arguments.get(0)
    if isinstance(function, FunctionValue):
        return function  # `@get` without a path takes it from the function's signature

    def put(view: Value, named: list[str]) -> Value:
        for path in named:
            whole = _WILDCARD.sub(lambda found: f"{{{found[1] or found[2]}}}", path)
            add_view(program, owner, whole, view, at, methods=stated or methods)
        return view

    if not paths:
        program.note(at, "path-unknown", "a route whose path could not be followed is left out")
        return UNKNOWN
    if (callback := arguments.get(2, "callback")) is not None:
        return put(callback, paths)
    return Decorator(lambda waiting: put(waiting.get(0), paths))


def _on_default(*methods: str) -> Hook:
    def make(program: Program, arguments: Arguments) -> Value:
        """`@route("/orders/<id:int>")`, `@get("/orders")`, `@route("/orders", method=["GET", "POST"])`."""
        return _add(program, _default(program, arguments), arguments, methods)

    return make


def _on_application(*methods: str) -> MethodHook:
    def make(program: Program, owner: Object, arguments: Arguments) -> Value:
        """`@app.post("/orders")`, `app.route("/orders", "GET", list_orders)`."""
        return _add(program, owner, arguments, methods)

    return make


def _mount(program: Program, owner: Object, arguments: Arguments) -> Value:
    """`app.mount("/admin", admin)`, `app.merge(other)`."""
    prefix = arguments.get(0, "prefix")
    child = program.router_of(arguments.get(1, "app") if isinstance(prefix, str) else prefix)
    if child is not None and owner.router is not None:
        owner.router.mount(child, prefix if isinstance(prefix, str) else "", program.at(arguments))
    return UNKNOWN


HOOKS: dict[str, Hook] = {f"bottle.{verb}()": _on_default(verb.upper()) for verb in _VERBS}
HOOKS |= {"bottle.route()": _on_default("GET"), **dict.fromkeys(("bottle.app()", "bottle.default_app()"), _default)}
METHODS: dict[str, MethodHook] = {f"bottle.app.{verb}": _on_application(verb.upper()) for verb in _VERBS}
METHODS |= {"bottle.app.route": _on_application("GET"), "bottle.app.mount": _mount, "bottle.app.merge": _mount}
