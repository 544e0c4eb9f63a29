"""Sanic: blueprints and their groups, versions that stand before every prefix, view classes and middleware.

Sources: https://sanic.dev/en/guide/basics/routing.html, https://sanic.dev/en/guide/best-practices/blueprints.html, https://sanic.dev/en/guide/advanced/versioning.html.
"""

from __future__ import annotations

import re

from ctxgen.source.frameworks import plain
from ctxgen.source.program import Hook, MethodHook, Program
from ctxgen.source.python.views import VERBS, add_view, unwrapped
from ctxgen.source.routing import join
from ctxgen.source.values import UNKNOWN, Arguments, ClassValue, Decorator, External, Object, Value

_TYPED = re.compile(r"<(\w{1,60})(?::[^<>]{0,200})?>")
"""`<order_id:int>`: the name stands first."""


def _version(stated: Value, prefix: Value = None) -> str:
    """`version=1` is `/v1`, with the prefix that `version_prefix` states."""
    if isinstance(stated, bool) or not isinstance(stated, (int, float, str)):
        return ""
    return f"{prefix if isinstance(prefix, str) else '/v'}{str(stated).removeprefix('v')}"


def _blueprint(path: str) -> Hook:
    def make(program: Program, arguments: Arguments) -> Value:
        """`Blueprint("orders", url_prefix="/orders", version=1)`."""
        made = program.made(External(path), program.at(arguments), arguments)
        if made is not None and made.router is not None:
            prefix = arguments.get(1, "url_prefix")
            version = _version(arguments.get("version"), arguments.get("version_prefix"))
            made.router.prefix = join(version, prefix if isinstance(prefix, str) else "")
        return made

    return make


def _group(program: Program, arguments: Arguments) -> Value:
    """`Blueprint.group(orders, users, url_prefix="/api", version=1)`."""
    type = program.vocabulary.frameworks["sanic"].types["group"]
    made = program.new_object(type, program.at(arguments))
    assert made.router is not None
    prefix = arguments.get("url_prefix")
    version = _version(arguments.get("version"), arguments.get("version_prefix"))
    made.router.prefix = join(version, prefix if isinstance(prefix, str) else "")
    for each in arguments.positional:
        for child in each if isinstance(each, list) else [each]:
            if (router := program.router_of(child)) is not None:
                made.router.mount(router, "", program.at(arguments))
    return made


def _register(program: Program, owner: Object, arguments: Arguments) -> Value:
    """`app.blueprint(orders, url_prefix="/api")`."""
    given = arguments.get(0, "blueprint", default=UNKNOWN)
    prefix = arguments.get("url_prefix")
    for each in given if isinstance(given, list) else [given]:
        child = program.object_of(each)
        if child is not None and child.router is not None and owner.router is not None:
            if isinstance(prefix, str):  # takes the place of the blueprint's own
                child.router.prefix = prefix
            owner.router.mount(child.router, _version(arguments.get("version")), program.at(arguments))
    return UNKNOWN


def _add(
    program: Program, owner: Object, arguments: Arguments, view: Value, uri: Value, methods: tuple[str, ...], kind: str = "http"
) -> None:
    at = program.route_at(arguments)
    if not isinstance(uri, str):
        program.note(at, "path-unknown", "a route whose path could not be followed is left out")
        return
    expression = arguments.expression(0, "handler") if arguments.get(0) is not uri else None
    uri = _TYPED.sub(r"{\1}", uri)
    view, guards = unwrapped(program, expression, view, arguments.scope, at)
    if isinstance(view, Object) and isinstance(known := view.fields.get("class"), ClassValue):
        view = known
    version = _version(arguments.get("version"))
    if version and owner.router is not None:
        program.add_route(owner, methods or ("GET",), [join(version, join(owner.router.prefix, uri))], at, program.handler_name(view, expression), guards, kind, absolute=True)  # fmt: skip
        program.answers(view)
        return
    add_view(program, owner, uri, view, at, expression=expression, methods=methods, kind=kind, guards=guards)


def _decorator(*fixed: str, kind: str = "http") -> MethodHook:
    def make(program: Program, owner: Object, arguments: Arguments) -> Value:
        """`@bp.get("/<id:int>")`, `@bp.route("/", methods=["GET", "POST"])`."""
        methods = fixed or tuple(each.upper() for each in plain(arguments.get("methods", 1))) or ("GET",)

        def add(waiting: Arguments) -> Value:
            _add(program, owner, arguments, waiting.get(0), arguments.get(0, "uri"), methods, kind)
            return waiting.get(0)

        return Decorator(add)

    return make


def _add_route(program: Program, owner: Object, arguments: Arguments) -> Value:
    """`bp.add_route(OrdersView.as_view(), "/orders")`."""
    methods = tuple(each.upper() for each in plain(arguments.get("methods", 2)))
    _add(program, owner, arguments, arguments.get(0, "handler", default=UNKNOWN), arguments.get(1, "uri"), methods)
    return UNKNOWN


def _add_socket(program: Program, owner: Object, arguments: Arguments) -> Value:
    _add(program, owner, arguments, arguments.get(0, "handler", default=UNKNOWN), arguments.get(1, "uri"), ("WS",), "ws")
    return UNKNOWN


def _middleware(program: Program, owner: Object, arguments: Arguments) -> Value:
    """`@app.on_request`, `@app.middleware("request")`: a function that may refuse requests."""
    value = arguments.get(0)

    def use(waiting: Arguments) -> Value:
        if owner.router is not None:
            owner.router.use(program.guards_of(None, waiting.get(0), program.at(arguments)))
        return waiting.get(0)

    if value is None or isinstance(value, str):
        return Decorator(use) if value != "response" else UNKNOWN
    return use(arguments)


def _as_view(program: Program, owner: Object, arguments: Arguments) -> Value:
    return owner.fields.get("class", UNKNOWN)


HOOKS: dict[str, Hook] = {path: _blueprint(path) for path in ("sanic.Blueprint()", "sanic.blueprints.Blueprint()")}
HOOKS |= {"sanic.Blueprint.group()": _group, "sanic.blueprints.Blueprint.group()": _group}
METHODS: dict[str, MethodHook] = {f"sanic.scaffold.{verb}": _decorator(verb.upper()) for verb in VERBS}
METHODS |= {
    "sanic.scaffold.route": _decorator(),
    "sanic.scaffold.websocket": _decorator("WS", kind="ws"),
    "sanic.scaffold.add_route": _add_route,
    "sanic.scaffold.add_websocket_route": _add_socket,
    "sanic.scaffold.blueprint": _register,
    "sanic.scaffold.middleware": _middleware,
    "sanic.scaffold.on_request": _middleware,
    "sanic.view.as_view": _as_view,
}
