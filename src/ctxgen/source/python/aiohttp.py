"""aiohttp's server: routes added to an application's router, in lists or in tables, sub-applications and middlewares.

Source: https://docs.aiohttp.org/en/stable/web_reference.html.
"""

from __future__ import annotations

from collections.abc import Callable

from ctxgen.model import At
from ctxgen.source import ir
from ctxgen.source.program import Hook, MethodHook, Program
from ctxgen.source.python.views import VERBS, add_view, unwrapped
from ctxgen.source.values import UNKNOWN, Arguments, ClassValue, Decorator, External, Object, Value


class _Entry:
    """What `web.get("/orders", orders)` gives."""

    def __init__(self, add: Callable[[Object], None]) -> None:
        self.add = add


def _add(
    program: Program, owner: Object, arguments: Arguments, at: At, verb: str | None, path: Value, handler: int, view: Value = UNKNOWN
) -> None:
    """A route of a fixed method, or of the view's own where `verb` is None."""
    if not isinstance(path, str):
        program.note(at, "path-unknown", "a route whose path could not be followed is left out")
        return
    expression = arguments.expression(handler, "handler")
    if view is UNKNOWN:
        view = arguments.get(handler, "handler", default=UNKNOWN)
    view, guards = unwrapped(program, expression, view, arguments.scope, at)
    is_class = isinstance(view, ClassValue)
    methods = () if verb is None or (verb == "ANY" and is_class) else (verb,)
    kind = "ws" if _is_socket(view) else "http"
    add_view(program, owner, path, view, at, expression=expression, methods=methods, default=("ANY",), kind="http", guards=guards)
    if kind == "ws" and owner.router is not None:
        route = owner.router.routes.pop()
        owner.router.routes.append(route._replace(methods=("WS",), kind="ws"))


def _is_socket(view: Value) -> bool:
    """Whether a handler prepares a `web.WebSocketResponse`."""
    body = getattr(getattr(view, "function", None), "body", ())
    return any(
        isinstance(each, ir.Assign) and isinstance(each.value, ir.Call) and getattr(each.value.function, "name", "") == "WebSocketResponse"
        for each in body
    )


def _method(verb: str | None) -> MethodHook:
    def add(program: Program, owner: Object, arguments: Arguments) -> Value:
        """`app.router.add_get("/orders", orders)`."""
        _add(program, owner, arguments, program.route_at(arguments), verb, arguments.get(0, "path"), 1)
        return UNKNOWN

    return add


def _add_route(program: Program, owner: Object, arguments: Arguments) -> Value:
    """`app.router.add_route("GET", "/orders", orders)`."""
    _add(program, owner, arguments, program.route_at(arguments), _verb(arguments.get(0, "method")), arguments.get(1, "path"), 2)
    return UNKNOWN


def _verb(stated: Value) -> str | None:
    """A method; `*` is all of them.  None for a view class, which has its own."""
    return stated.upper().replace("*", "ANY") if isinstance(stated, str) else "ANY"


def _entry(verb: str | None) -> Hook:
    def make(program: Program, arguments: Arguments) -> Value:
        """`web.get("/orders", orders)`."""
        at = program.route_at(arguments)
        return _Entry(lambda owner: _add(program, owner, arguments, at, verb, arguments.get(0, "path"), 1))

    return make


def _route_entry(program: Program, arguments: Arguments) -> Value:
    """`web.route("GET", "/orders", orders)`."""
    at = program.route_at(arguments)
    return _Entry(lambda owner: _add(program, owner, arguments, at, _verb(arguments.get(0, "method")), arguments.get(1, "path"), 2))


def _decorator(verb: str | None) -> MethodHook:
    def make(program: Program, owner: Object, arguments: Arguments) -> Value:
        """`@routes.get("/orders")`, `@routes.view("/orders")`."""
        at = program.route_at(arguments)

        def add(waiting: Arguments) -> Value:
            _add(program, owner, arguments, at, verb, arguments.get(0, "path"), 9, waiting.get(0))
            return waiting.get(0)

        return Decorator(add)

    return make


def _route_decorator(program: Program, owner: Object, arguments: Arguments) -> Value:
    """`@routes.route("GET", "/orders")`."""
    at = program.route_at(arguments)

    def add(waiting: Arguments) -> Value:
        _add(program, owner, arguments, at, _verb(arguments.get(0, "method")), arguments.get(1, "path"), 9, waiting.get(0))
        return waiting.get(0)

    return Decorator(add)


def _add_routes(program: Program, owner: Object, arguments: Arguments) -> Value:
    """`app.add_routes([web.get(…)])`, `app.add_routes(table)`."""
    given = arguments.get(0, "routes", default=UNKNOWN)
    for each in given if isinstance(given, list) else [given]:
        if isinstance(each, _Entry):
            each.add(owner)
        elif (child := program.router_of(each)) is not None and owner.router is not None:
            owner.router.mount(child, "", program.at(arguments))
    return UNKNOWN


def _add_subapp(program: Program, owner: Object, arguments: Arguments) -> Value:
    """`app.add_subapp("/v1", v1)`."""
    prefix, child = arguments.get(0, "prefix"), program.router_of(arguments.get(1, "subapp"))
    if owner.router is not None and child is not None and isinstance(prefix, str):
        child.root = False
        owner.router.mount(child, prefix, program.at(arguments))
    return UNKNOWN


def _add_resource(program: Program, owner: Object, arguments: Arguments) -> Value:
    """`resource = app.router.add_resource("/orders")`, then `resource.add_route("GET", orders)`."""
    path = arguments.get(0, "path")
    made = Object(owner.type, owner.router)
    made.fields["resource"] = path
    made.fields["add_route"] = _ResourceRoute(program, made, path)
    return made


class _ResourceRoute(Decorator):
    """The `add_route` of one resource."""

    def __new__(cls, program: Program, owner: Object, path: Value) -> _ResourceRoute:
        return super().__new__(
            cls, lambda arguments: _add(program, owner, arguments, program.route_at(arguments), _verb(arguments.get(0, "method")), path, 1)
        )


def _application(program: Program, arguments: Arguments) -> Value:
    """`web.Application(middlewares=[authenticate])`."""
    made = program.made(External("aiohttp.web.Application()"), program.at(arguments), arguments)
    if made is not None and made.router is not None:
        at = program.at(arguments)
        for expression, value in program.given(arguments, ("middlewares",)):
            made.router.use(program.guards_of(expression, value, at))
    return made


def _router(program: Program, owner: Object, arguments: Arguments) -> Value:
    """`app.router`, which adds to the application."""
    return owner


_ALL = {verb: verb.upper() for verb in (*VERBS, "patch")}
HOOKS: dict[str, Hook] = {f"aiohttp.web.{verb}()": _entry(upper) for verb, upper in _ALL.items()}
HOOKS |= {"aiohttp.web.view()": _entry(None), "aiohttp.web.route()": _route_entry, "aiohttp.web.Application()": _application}
METHODS: dict[str, MethodHook] = {f"aiohttp.router.add_{verb}": _method(upper) for verb, upper in _ALL.items()}
METHODS |= {f"aiohttp.router.{verb}": _decorator(upper) for verb, upper in _ALL.items()}
METHODS |= {
    "aiohttp.router.add_view": _method(None),
    "aiohttp.router.view": _decorator(None),
    "aiohttp.router.route": _route_decorator,
    "aiohttp.router.add_route": _add_route,
    "aiohttp.router.add_routes": _add_routes,
    "aiohttp.router.add_resource": _add_resource,
    "aiohttp.app.add_subapp": _add_subapp,
    "aiohttp.app.@router": _router,
}
