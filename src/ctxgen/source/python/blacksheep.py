"""BlackSheep: handlers by decorators of an application, of routers or of the library, controllers, and policies.

Sources: https://www.neoteroi.dev/blacksheep/routing/, https://www.neoteroi.dev/blacksheep/controllers/, https://www.neoteroi.dev/blacksheep/authorization/.
"""

from __future__ import annotations

import re
from collections.abc import Iterator

from ctxgen.model import At
from ctxgen.source import ir
from ctxgen.source.frameworks import plain
from ctxgen.source.guards import guard, spelled
from ctxgen.source.program import Hook, MethodHook, Program
from ctxgen.source.python.views import bases, decorators
from ctxgen.source.values import UNKNOWN, Arguments, ClassValue, Decorator, External, FunctionValue, Object, Value

_VERBS = ("get", "post", "put", "patch", "delete", "head", "options", "trace")
_TYPED = re.compile(r"\{\w{1,30}:(\w{1,60})\}")
"""`{int:order_id}`: the name stands last."""


class _Handler(Decorator):
    """What `@get("/orders")` gives: it puts a function on a router; a controller's method is put when its class is known."""

    def __new__(cls, owner: Object, methods: tuple[str, ...], arguments: Arguments, program: Program) -> _Handler:
        made: list[_Handler] = []

        def put(waiting: Arguments) -> Value:
            function = waiting.get(0)
            if isinstance(function, FunctionValue) and function.owner is None:
                _add(program, made[0], function, "", owner)
            return function

        made.append(super().__new__(cls, put))
        return made[0]

    def __init__(self, owner: Object, methods: tuple[str, ...], arguments: Arguments, program: Program) -> None:
        self.owner, self.methods, self.arguments = owner, methods, arguments


def _add(program: Program, handler: _Handler, function: FunctionValue, prefix: str, owner: Object) -> None:
    at = program.route_at(handler.arguments)
    stated = handler.arguments.get(0, "pattern", default="")
    if not isinstance(stated, str):
        program.note(at, "path-unknown", "a route whose path could not be followed is left out")
        return
    path = f"{prefix.rstrip('/')}/{stated.lstrip('/')}".rstrip("/") if prefix else stated
    marks = function.function.decorators
    opened = next((At(function.scope.module.path, each.line) for each in marks if _named(each) == "allow_anonymous"), None)
    own = [each for each in marks if _named(each) not in (*_VERBS, "ws", "route", "allow_anonymous", "docs")]
    guards = list(decorators(program, own, function.scope))
    kind = "ws" if handler.methods == ("WS",) else "http"
    program.answers(function)
    program.add_route(owner, handler.methods, [_TYPED.sub(r"{\1}", path)], at, function.name, guards, kind, public=opened)


def _named(mark: ir.Expression) -> str:
    return spelled(mark).rpartition(".")[2]


def _kept(program: Program) -> Object:
    """The router of the library's own, which every application has."""
    if "blacksheep" not in program.kept:
        program.kept["blacksheep"] = program.new_object(program.vocabulary.frameworks["blacksheep"].types["app"], At("", 1))
    known: Object = program.kept["blacksheep"]
    return known


def _methods(fixed: tuple[str, ...], arguments: Arguments) -> tuple[str, ...]:
    return fixed or tuple(each.upper() for each in plain(arguments.get("methods"))) or ("GET",)


def _of_library(*fixed: str) -> Hook:
    def make(program: Program, arguments: Arguments) -> Value:
        """`@get("/orders")`, `@route("/orders", methods=["GET", "POST"])`."""
        return _Handler(_kept(program), _methods(fixed, arguments), arguments, program)

    return make


def _of_router(*fixed: str) -> MethodHook:
    def make(program: Program, owner: Object, arguments: Arguments) -> Value:
        """`@app.router.get("/orders")`, `@router.ws("/updates")`."""
        return _Handler(owner, _methods(fixed, arguments), arguments, program)

    return make


def _adds(*fixed: str) -> MethodHook:
    def add(program: Program, owner: Object, arguments: Arguments) -> Value:
        """`router.add_get("/orders", list_orders)`, `router.add("GET", "/orders", list_orders)`."""
        first = 0 if fixed else 1
        path, function = arguments.get(first, "pattern"), arguments.get(first + 1, "handler", default=UNKNOWN)
        stated = arguments.get(0, "method")
        methods = fixed or ((stated.upper(),) if isinstance(stated, str) else ("ANY",))
        if isinstance(path, str):
            program.answers(function)
            guards = list(decorators(program, function.function.decorators, function.scope)) if isinstance(function, FunctionValue) else []
            named = program.handler_name(function, arguments.expression(first + 1, "handler"))
            kind = "ws" if methods == ("WS",) else "http"
            program.add_route(owner, methods, [_TYPED.sub(r"{\1}", path)], program.route_at(arguments), named, guards, kind)
        return UNKNOWN

    return add


def _application(path: str) -> Hook:
    def make(program: Program, arguments: Arguments) -> Value:
        """`Application(router=router)`, whose router is its own otherwise."""
        made = program.made(External(path), program.at(arguments), arguments)
        if made is not None and made.router is not None:
            given = program.object_of(arguments.get("router"))
            made.fields["router"] = made if given is None else given
            made.fields["controllers_router"] = made
            program.shared["blacksheep.apps"].append(made)
            if given is not None and given.router is not None:
                made.router.mount(given.router, "", program.at(arguments))
        return made

    return make


def _router(path: str) -> Hook:
    def make(program: Program, arguments: Arguments) -> Value:
        """`Router(prefix="/api", sub_routers=[orders])`."""
        made = program.made(External(path), program.at(arguments), arguments)
        given = arguments.get("sub_routers")
        if made is not None and made.router is not None and isinstance(given, list):
            for each in given:
                if (child := program.router_of(each)) is not None:
                    made.router.mount(child, "", program.at(arguments))
        return made

    return make


def _mount(program: Program, owner: Object, arguments: Arguments) -> Value:
    """`app.mount("/admin", admin)`."""
    prefix, child = arguments.get(0, "path"), program.router_of(arguments.get(1, "app"))
    if child is not None and owner.router is not None:
        owner.router.mount(child, prefix if isinstance(prefix, str) else "{prefix}", program.at(arguments))
    return UNKNOWN


def _use_authorization(program: Program, owner: Object, arguments: Arguments) -> Value:
    made = Object(program.vocabulary.frameworks["blacksheep"].types["authorization"])
    made.fields["app"] = owner
    return made


def _default_policy(program: Program, owner: Object, arguments: Arguments) -> Value:
    """`app.use_authorization().with_default_policy(Policy("authenticated", AuthenticatedRequirement()))`: for all but `@allow_anonymous()`."""
    app: Object = owner.fields["app"]
    if app.router is not None:
        app.router.fallback = guard("default_policy", program.at(arguments), "authn")
    return owner


def finish(program: Program) -> None:
    """The routes of controllers, which the library makes itself."""
    for cls in program.classes:
        kinds = {base.rpartition(".")[2] for base in bases(program, cls)}
        if kinds & {"Controller", "ApiController", "APIController"}:
            prefix = _prefix(cls, of_api=bool(kinds & {"ApiController", "APIController"}))
            for handler, function in _handlers(program, cls):
                _add(program, handler, function, prefix, handler.owner)
    routers = [each.router for each in program.shared["blacksheep.apps"] if each.router is not None and not each.router.mounted]
    own = _kept(program).router
    if own is not None and routers and all(each.fallback for each in routers):
        own.fallback = routers[0].fallback


def _handlers(program: Program, cls: ClassValue) -> Iterator[tuple[_Handler, FunctionValue]]:
    scope = program.class_scope(cls)
    for method in cls.cls.methods:
        for mark in method.decorators:
            handler = program.evaluate(mark, scope) if _named(mark) in (*_VERBS, "ws", "route") else None
            if isinstance(handler, _Handler):
                yield handler, FunctionValue(method, scope, cls, cls)


def _prefix(cls: ClassValue, *, of_api: bool) -> str:
    """What `route` gives, `/api/<version>/<name>` for an API's controller without one."""
    stated = _given(cls, "route")
    if stated is not None or not of_api:
        return stated or ""
    version = _given(cls, "version")
    return "/".join(filter(None, ("/api", version, cls.cls.name.removesuffix("Controller").lower())))


def _given(cls: ClassValue, named: str) -> str | None:
    """The text that a method without conditions gives."""
    found = cls.cls.method(named)
    for statement in found.body if found is not None else ():
        if isinstance(statement, ir.Return) and isinstance(statement.value, ir.Literal) and isinstance(statement.value.value, str):
            return statement.value.value
    return None


_APPS = ("blacksheep.Application()", "blacksheep.server.Application()", "blacksheep.server.application.Application()")
_MODULES = ("blacksheep.", "blacksheep.server.controllers.", "blacksheep.server.routing.")
HOOKS: dict[str, Hook] = {path: _application(path) for path in _APPS}
HOOKS |= {path: _router(path) for path in ("blacksheep.Router()", "blacksheep.server.routing.Router()")}
METHODS: dict[str, MethodHook] = {
    "blacksheep.router.route": _of_router(),
    "blacksheep.router.ws": _of_router("WS"),
    "blacksheep.router.add": _adds(),
    "blacksheep.router.add_ws": _adds("WS"),
    "blacksheep.app.mount": _mount,
    "blacksheep.app.use_authorization": _use_authorization,
    "blacksheep.authorization.with_default_policy": _default_policy,
}
for _verb in _VERBS:
    HOOKS |= {f"{module}{_verb}()": _of_library(_verb.upper()) for module in _MODULES}
    METHODS |= {f"blacksheep.router.{_verb}": _of_router(_verb.upper()), f"blacksheep.router.add_{_verb}": _adds(_verb.upper())}
for _module in _MODULES:
    HOOKS |= {f"{_module}route()": _of_library(), f"{_module}ws()": _of_library("WS")}
