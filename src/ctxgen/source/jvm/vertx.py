"""Vert.x Web's routers: a route is put together by a chain, which its handlers end.

Source: https://vertx.io/docs/vertx-web/java/
"""

from __future__ import annotations

import re

from ctxgen.source.frameworks import plain
from ctxgen.source.guards import guard, guard_kind, spelled
from ctxgen.source.jvm.annotations import simple
from ctxgen.source.jvm.library import scoped
from ctxgen.source.program import MethodHook, Program
from ctxgen.source.values import UNKNOWN, Arguments, FunctionValue, Object, Value

_VERBS = ("get", "post", "put", "patch", "delete", "head", "options")
_LIBRARY = re.compile(
    r"(?:Body|Session|Static|Cors|Logger|Timeout|Favicon|ResponseTime|ResponseContentType|CSRF|Xsrf|Template|Error)Handler\b",
    re.IGNORECASE,  # `bodyHandler` is a variable that holds one
)


def _route(*verbs: str) -> MethodHook:
    """`router.get("/orders/:id")`, `router.route(HttpMethod.PUT, "/admin")`."""

    def hook(program: Program, owner: Object, arguments: Arguments) -> Value:
        route = Object(program.vocabulary.frameworks["vertx"].types["route"], owner.router)
        stated = [expression for position in range(len(arguments.positional)) if (expression := arguments.expression(position)) is not None]
        named = [simple(each).upper() for each in stated if simple(each).lower() in _VERBS]
        route.fields["=verbs"] = list(verbs) or named
        route.fields["=path"] = next(iter(plain([value for value in arguments.positional if isinstance(value, str)])), "")
        route.fields["=unknown"] = (
            bool(arguments.positional) and not named and not any(isinstance(each, str) for each in arguments.positional)
        )
        route.fields["=guards"], route.fields["=at"] = [], program.at(arguments)
        return route

    return hook


def _path(program: Program, owner: Object, arguments: Arguments) -> Value:
    owner.fields["=path"] = arguments.get(0, default="") if isinstance(arguments.get(0), str) else ""
    return owner


def _method(program: Program, owner: Object, arguments: Arguments) -> Value:
    verb = simple(arguments.expression(0)).upper()
    if verb.lower() in _VERBS:
        owner.fields["=verbs"] = [*owner.fields.get("=verbs", []), verb]
    return owner


def _handler(program: Program, owner: Object, arguments: Arguments) -> Value:
    """What answers a route, or guards what it matches; `auth.handle(this::list, Role.ADMIN)` does both.

    The last handler of a route answers it: one that another follows passes on, and guards where its name says so.
    """
    value, expression, around = program.unwrapped(arguments, 0)
    path, at, router = owner.fields.get("=path", ""), program.at(arguments), owner.router
    verbs = owner.fields.get("=verbs", [])
    wide = not verbs and (path in ("", "/", "/*") or path.endswith("*"))
    called = spelled(expression).removesuffix(".create")
    kind = guard_kind(called.replace("Handler", ""))
    may_answer = isinstance(value, FunctionValue) and not wide
    found = guard(called, at, kind) if kind in ("authn", "authz", "rate") and (kind == "authn" or not may_answer) else None
    if router is None:
        return owner
    if found is not None and wide:
        router.use([found], path.rstrip("*").rstrip("/"))
    elif found is not None and not may_answer:
        owner.fields["=guards"].append(found)
    elif not wide and (may_answer or not _LIBRARY.search(called)):
        if owner.fields.get("=unknown"):
            program.note(at, "path-unknown", "a route whose path could not be followed is left out")
            return owner
        if (passing := owner.fields.get("=answer")) is not None:
            before, guards = passing
            router.routes = [route for route in router.routes if route is not before]
            owner.fields["=guards"] += guards
        handler = program.handler_name(value, expression)
        program.add_route(owner, tuple(verbs) or ("ANY",), [path], owner.fields["=at"], handler, [*owner.fields["=guards"], *around])
        owner.fields["=answer"] = router.routes[-1], [*around, *([found] if found is not None else [])]
        program.answers(value)
    return owner


def _sub(program: Program, owner: Object, arguments: Arguments) -> Value:
    """`route("/api/*").subRouter(orders)`."""
    child = program.router_of(arguments.get(0, default=UNKNOWN))
    if child is not None and owner.router is not None:
        owner.router.mount(
            child, owner.fields.get("=path", "").rstrip("*").rstrip("/"), program.at(arguments), owner.fields.get("=guards", [])
        )
    return owner


def _mount(program: Program, owner: Object, arguments: Arguments) -> Value:
    """`mountSubRouter("/api", orders)`."""
    child = program.router_of(arguments.get(1, default=UNKNOWN))
    prefix = arguments.get(0)
    if child is not None and owner.router is not None and isinstance(prefix, str):
        owner.router.mount(child, prefix.rstrip("/"), program.at(arguments))
    return owner


def _same(program: Program, owner: Object, arguments: Arguments) -> Value:
    return owner


METHODS: dict[str, MethodHook] = {
    **scoped("vertx.router", "vertx.route"),
    "vertx.router.route": _route(),
    **{f"vertx.router.{verb}": _route(verb.upper()) for verb in _VERBS},
    **{f"vertx.router.{verb}WithRegex": _same for verb in _VERBS},
    "vertx.router.mountSubRouter": _mount,
    "vertx.route.path": _path,
    "vertx.route.method": _method,
    "vertx.route.subRouter": _sub,
    **{f"vertx.route.{name}": _handler for name in ("handler", "blockingHandler", "respond", "coroutineHandler", "coHandler")},
    **{
        f"vertx.route.{name}": _same
        for name in ("produces", "consumes", "order", "last", "failureHandler", "virtualHost", "setName", "useNormalizedPath")
    },
}
