"""Starlette: routes as values in lists, mounted applications, endpoint classes and middleware.

Sources: https://www.starlette.io/routing/, https://www.starlette.io/endpoints/, https://www.starlette.io/authentication/.
"""

from __future__ import annotations

from collections.abc import Callable

from ctxgen.model import At, Guard
from ctxgen.source import ir
from ctxgen.source.frameworks import plain
from ctxgen.source.guards import guard
from ctxgen.source.program import Hook, MethodHook, Program
from ctxgen.source.python.guards import refused
from ctxgen.source.python.views import add_view, unwrapped
from ctxgen.source.values import UNKNOWN, Arguments, ClassValue, Decorator, External, Object, Value


class _Entry:
    """A route, socket or mount in a list: put on a router by `add`."""

    def __init__(self, add: Callable[[Object], None]) -> None:
        self.add = add


def _route(kind: str) -> Hook:
    def make(program: Program, arguments: Arguments) -> Value:
        """`Route("/orders", orders, methods=["GET"])`, `WebSocketRoute("/updates", updates)`."""
        at = program.route_at(arguments)
        return _Entry(lambda owner: _add(program, owner, arguments, at, kind, arguments.get(1, "endpoint", default=UNKNOWN)))

    return make


def _add(program: Program, owner: Object, arguments: Arguments, at: At, kind: str, view: Value) -> None:
    path = arguments.get(0, "path")
    if not isinstance(path, str):
        program.note(at, "path-unknown", "a route whose path could not be followed is left out")
        return
    expression = arguments.expression(1, "endpoint")
    view, guards = unwrapped(program, expression, view, arguments.scope, at)
    methods = ("WS",) if kind == "ws" else tuple(each.upper() for each in plain(arguments.get("methods", 2)))
    guards += _middlewares(program, arguments)
    if kind == "ws" and isinstance(view, ClassValue):
        program.add_route(owner, methods, [path], at, view.cls.name, guards, kind)
        return
    default = ("ANY",) if isinstance(view, (ClassValue, Object)) else ("GET",)
    add_view(program, owner, path, view, at, expression=expression, methods=methods, default=default, kind=kind, guards=guards)


def _mount(program: Program, arguments: Arguments) -> Value:
    """`Mount("/api", routes=[…])`, `Mount("/v1", app=v1)`."""
    path = arguments.get(0, "path")

    def add(owner: Object) -> None:
        at = program.at(arguments)
        child = program.object_of(arguments.get(1, "app"))
        if child is None:
            made = program.made(External("starlette.routing.Mount()"), at, arguments)
            assert made is not None
            child = made
            entries(program, child, arguments.get("routes", 1, default=UNKNOWN))
        if owner.router is not None and child.router is not None:
            child.router.root = False
            owner.router.mount(child.router, path if isinstance(path, str) else "", at, _middlewares(program, arguments))

    return _Entry(add)


def _application(path: str) -> Hook:
    def make(program: Program, arguments: Arguments) -> Value:
        """`Starlette(routes=[…], middleware=[Middleware(…)])`, `Router([…])`."""
        made = program.made(External(path), program.at(arguments), arguments)
        if made is not None:
            _set_up(program, made, arguments)
        return made

    return make


def _set_up(program: Program, owner: Object, arguments: Arguments) -> Value:
    where: tuple[int | str, ...] = ("routes", 0, 1)
    for each in where:
        entries(program, owner, arguments.get(each, default=UNKNOWN))
    if owner.router is not None:
        owner.router.use(_middlewares(program, arguments))
    return UNKNOWN


def entries(program: Program, owner: Object, values: Value) -> None:
    """Put what a list holds on a router."""
    for each in values if isinstance(values, list) else ():
        if isinstance(each, _Entry):
            each.add(owner)


def _middlewares(program: Program, arguments: Arguments) -> list[Guard]:
    """`middleware=[Middleware(AuthMiddleware)]`: those of the repository that refuse requests."""
    found: list[Guard] = []
    written = arguments.expression("middleware")
    for item in written.items if isinstance(written, ir.Sequence) else ():
        if isinstance(item.value, ir.Call) and item.value.arguments:
            inner = item.value.arguments[0].value
            found += middleware_guard(program.evaluate(inner, arguments.scope), At(arguments.scope.module.path, item.value.line))
    return found


def middleware_guard(value: Value, at: At) -> list[Guard]:
    """The guard that a middleware class of the repository is, by the answers that it gives."""
    kind = refused(value)
    found = guard(value.cls.name, at, kind) if kind is not None and isinstance(value, ClassValue) else None
    return [found] if found is not None else []


def mount_app(program: Program, owner: Object, arguments: Arguments) -> Value:
    """`app.mount("/v1", v1)`: an application that is mounted answers nothing by itself."""
    path, child = arguments.get(0, "path"), program.router_of(arguments.get(1, "app"))
    if owner.router is not None and child is not None:
        child.root = False
        owner.router.mount(child, path if isinstance(path, str) else "", program.at(arguments))
    return UNKNOWN


def _added_route(program: Program, owner: Object, arguments: Arguments) -> Value:
    """`app.add_route("/orders", orders, methods=["GET"])`."""
    _add(program, owner, arguments, program.route_at(arguments), "http", arguments.get(1, "route", "endpoint", default=UNKNOWN))
    return UNKNOWN


def _added_socket(program: Program, owner: Object, arguments: Arguments) -> Value:
    _add(program, owner, arguments, program.route_at(arguments), "ws", arguments.get(1, "route", "endpoint", default=UNKNOWN))
    return UNKNOWN


def _decorator(program: Program, owner: Object, arguments: Arguments) -> Value:
    """`@app.route("/orders")` on a function or an endpoint class."""
    at = program.route_at(arguments)

    def add(waiting: Arguments) -> Value:
        _add(program, owner, arguments._replace(written=arguments.written[:1]), at, "http", waiting.get(0))
        return waiting.get(0)

    return Decorator(add)


def _added_middleware(program: Program, owner: Object, arguments: Arguments) -> Value:
    """`app.add_middleware(AuthMiddleware)`."""
    if owner.router is not None:
        owner.router.use(middleware_guard(arguments.get(0, "middleware_class"), program.at(arguments)))
    return UNKNOWN


HOOKS: dict[str, Hook] = {
    "starlette.routing.Route()": _route("http"),
    "starlette.routing.WebSocketRoute()": _route("ws"),
    "fastapi.routing.APIRoute()": _route("http"),
    "starlette.routing.Mount()": _mount,
    "starlette.applications.Starlette()": _application("starlette.applications.Starlette()"),
    "starlette.routing.Router()": _application("starlette.routing.Router()"),
}
METHODS: dict[str, MethodHook] = {
    "starlette.router.add_route": _added_route,
    "starlette.router.add_websocket_route": _added_socket,
    "starlette.router.route": _decorator,
    "starlette.router.mount": mount_app,
    "starlette.router.add_middleware": _added_middleware,
    "starlette.router.__init__": _set_up,
}
