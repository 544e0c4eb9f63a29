"""Django Ninja: operations on routers, routers on an API whose `urls` stand in a URL configuration, and django-ninja-extra's controllers.

`auth` of an operation takes the place of its router's, that of the router's above it or of the API's; `None` opens it.

Sources: https://django-ninja.dev/guides/routers/, https://django-ninja.dev/guides/authentication/,
https://eadwincode.github.io/django-ninja-extra/api_controller/, https://eadwincode.github.io/django-ninja-jwt/getting_started/.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from functools import partial
from typing import NamedTuple

from ctxgen.model import At, Guard, GuardKind
from ctxgen.source import ir
from ctxgen.source.frameworks import plain
from ctxgen.source.guards import guard, spelled
from ctxgen.source.program import Hook, MethodHook, Program
from ctxgen.source.python.urlconf import Included, Url, by_path
from ctxgen.source.python.views import class_guards, decorators
from ctxgen.source.routing import join
from ctxgen.source.values import UNKNOWN, Arguments, ClassValue, Decorator, External, Instance, Object, Scope, Value

_MAX_DEPTH = 8
_VERBS = ("get", "post", "put", "patch", "delete", "head", "options")
_CONVERTED = re.compile(r"\{\w{1,30}:(\w{1,60})\}")
_TOKENS: dict[str, tuple[tuple[str, str], ...]] = {
    "obtain": (("/pair", "obtain_token"), ("/refresh", "refresh_token")),
    "verify": (("/verify", "verify_token"),),
    "blacklist": (("/blacklist", "blacklist_token"),),
    "sliding": (("/sliding", "obtain_token"), ("/sliding/refresh", "refresh_token")),
}
_LIBRARY: dict[str, tuple[tuple[str, str], ...]] = {
    "ninja_jwt.controller.NinjaJWTDefaultController": _TOKENS["obtain"] + _TOKENS["verify"],
    "ninja_jwt.controller.AsyncNinjaJWTDefaultController": _TOKENS["obtain"] + _TOKENS["verify"],
    "ninja_jwt.controller.NinjaJWTSlidingController": _TOKENS["sliding"] + _TOKENS["verify"],
    "ninja_jwt.controller.TokenObtainPairController": _TOKENS["obtain"],
    "ninja_jwt.controller.TokenVerificationController": _TOKENS["verify"],
    "ninja_jwt.controller.TokenBlackListController": _TOKENS["blacklist"],
    "ninja_jwt.controller.TokenObtainSlidingController": _TOKENS["sliding"],
}
"""The controllers of django-ninja-jwt, all below `/token`: path and function of each operation."""


class _Access(NamedTuple):
    """What a call states: the guards of `auth` and of `permissions`, None where it states none, and the line that opens what it stands at.

    `more` are guards that nothing below takes the place of.
    """

    auth: tuple[Guard, ...] | None = None
    permissions: tuple[Guard, ...] | None = None
    public: At | None = None
    more: tuple[Guard, ...] = ()

    def below(self, inner: _Access) -> _Access:
        """What holds for something that states `inner` itself."""
        return _Access(
            self.auth if inner.auth is None else inner.auth,
            self.permissions if inner.permissions is None else inner.permissions,
            inner.public or (self.public if inner.auth is None else None),
            (*self.more, *inner.more),
        )


_NOTHING = _Access()


class _Operation(NamedTuple):
    methods: tuple[str, ...]
    path: str
    handler: str | None
    access: _Access
    at: At
    scope: Scope


class _Mounted(NamedTuple):
    """A router, or a controller, below another."""

    prefix: str
    child: Object | ClassValue | External
    access: _Access
    at: At
    scope: Scope


# ---------------------------------------------------------------------------------------------- while it is followed


def _access(program: Program, arguments: Arguments) -> _Access:
    """What `auth`, `permissions` and `throttle` of a call state."""
    at = At(arguments.scope.module.path, arguments.line)
    throttles = tuple(_named(program, arguments, "throttle", "rate"))
    written = arguments.expression("auth")
    auth = None if written is None or spelled(written).endswith("NOT_SET") else tuple(_named(program, arguments, "auth", "authn"))
    permissions = None if arguments.expression("permissions") is None else tuple(_named(program, arguments, "permissions", "authz"))
    opened = (written is not None and arguments.get("auth", default=UNKNOWN) is None) or permissions == ()
    return _Access(auth, permissions, at if opened else None, throttles)


def _named(program: Program, arguments: Arguments, keyword: str, kind: GuardKind) -> Iterator[Guard]:
    """The guards at a keyword, by the names of their classes: `auth=[JWTAuth(), django_auth]`."""
    for expression, value in program.given(arguments, (keyword,)):
        name = (spelled(expression) or (value.cls.cls.name if isinstance(value, Instance) else "")).rpartition(".")[2]
        line = arguments.line if expression is None or isinstance(expression, (ir.Function, ir.Class)) else expression.line
        told: GuardKind = "authn" if name == "IsAuthenticated" else kind
        made = guard(name, At(arguments.scope.module.path, line), told)
        if value is not None and name != "AllowAny" and made is not None:
            yield made


def _made(path: str) -> Hook:
    def make(program: Program, arguments: Arguments) -> Value:
        """`Router(auth=JWTAuth())`, `NinjaAPI(default_router=Router())`."""
        made = program.made(External(path), program.at(arguments), arguments)
        if made is not None:
            made.fields |= {"access": _access(program, arguments), "operations": [], "mounted": []}
            default = program.object_of(arguments.get("default_router"))
            if default is not None:
                made.fields["mounted"].append(_Mounted("", default, _NOTHING, program.at(arguments), arguments.scope))
        return made

    return make


def _operation(program: Program, owner: Object, arguments: Arguments, verbs: tuple[str, ...], where: int) -> Value:
    path = arguments.get(where, "path", default=UNKNOWN)
    at, access = program.route_at(arguments), _access(program, arguments)

    def decorate(waiting: Arguments) -> Value:
        function = waiting.get(0)
        program.answers(function)
        if isinstance(path, str):
            marks = tuple(program.handler_guards(owner, function))
            operation = _Operation(
                verbs, path, program.handler_name(function, None), access._replace(more=(*access.more, *marks)), at, arguments.scope
            )
            owner.fields.setdefault("operations", []).append(operation)
        else:
            program.note(at, "path-unknown", "a route whose path could not be followed is left out")
        return function

    return Decorator(decorate)


def _verb(verb: str) -> MethodHook:
    def route(program: Program, owner: Object, arguments: Arguments) -> Value:
        """`@router.get("/orders/{order_id}", auth=None)`."""
        return _operation(program, owner, arguments, (verb.upper(),), 0)

    return route


def _several(program: Program, owner: Object, arguments: Arguments) -> Value:
    """`@router.api_operation(["POST", "PATCH"], "/orders")`."""
    return _operation(program, owner, arguments, tuple(each.upper() for each in plain(arguments.get(0, "methods"))), 1)


def _add_router(program: Program, owner: Object, arguments: Arguments) -> Value:
    """`api.add_router("/orders/", "orders.api.router", auth=JWTAuth())`."""
    prefix, what = arguments.get(0, "prefix"), arguments.get(1, "router")
    if isinstance(what, str):
        what = by_path(program, what, arguments)
    child = program.object_of(what)
    if child is not None and child is not owner and isinstance(prefix, str):
        owner.fields.setdefault("mounted", []).append(
            _Mounted(prefix, child, _access(program, arguments), program.at(arguments), arguments.scope)
        )
    return UNKNOWN


def _register(program: Program, owner: Object, arguments: Arguments) -> Value:
    """`api.register_controllers(OrderController, NinjaJWTDefaultController)`."""
    for each in arguments.positional:
        if isinstance(each, (ClassValue, External)):
            owner.fields.setdefault("mounted", []).append(_Mounted("", each, _NOTHING, program.at(arguments), arguments.scope))
    return UNKNOWN


def _discover(program: Program, owner: Object, arguments: Arguments) -> Value:
    """`api.auto_discover_controllers()`: all controllers of the project."""
    owner.fields["discovers"] = program.at(arguments)
    return UNKNOWN


def _controller(program: Program, arguments: Arguments) -> Value:
    """`@api_controller("/orders", auth=JWTAuth(), permissions=[IsAuthenticated])` on a class; without a call it has no prefix."""
    if isinstance(cls := arguments.get(0), ClassValue):
        program.shared["ninja controllers"].append((cls, "", _NOTHING))
        return cls
    prefix = arguments.get(0, "prefix_or_class", default="")
    access = _access(program, arguments)
    if access.auth is None and len(arguments.positional) > 1:  # `auth` by position
        access = _access(program, arguments._replace(keywords={**arguments.keywords, "auth": arguments.positional[1]}))

    def decorate(waiting: Arguments) -> Value:
        cls = waiting.get(0)
        if isinstance(cls, ClassValue) and isinstance(prefix, str):
            program.shared["ninja controllers"].append((cls, prefix, access))
        return cls

    return Decorator(decorate)


def _urls(program: Program, owner: Object, arguments: Arguments) -> Value:
    """`api.urls`: looked at when everything was followed."""
    return Included(partial(_of_api, owner), "")


# ---------------------------------------------------------------------------------------------- when all was followed


def _of_api(owner: Object, program: Program) -> list[Url]:
    """The patterns of an API."""
    found = [*_of_router(program, owner, "", _NOTHING, 0)]
    if (at := owner.fields.get("discovers")) is not None:
        above = owner.fields.get("access", _NOTHING)
        registered = {id(each.child) for each in owner.fields.get("mounted", ())}
        for cls in dict.fromkeys(cls for cls, _, _ in program.shared["ninja controllers"] if id(cls) not in registered):
            found += _of_controller(program, _Mounted("", cls, _NOTHING, at, cls.scope), "", above)
    return found


def _of_router(program: Program, owner: Object, prefix: str, above: _Access, depth: int) -> Iterator[Url]:
    access = above.below(owner.fields.get("access", _NOTHING))
    for operation in owner.fields.get("operations", ()):
        yield _url(program, operation, prefix, access)
    for mounted in owner.fields.get("mounted", ()) if depth < _MAX_DEPTH else ():
        if isinstance(mounted.child, Object):
            # what is said where a router is added holds if the router says nothing itself
            yield from _of_router(
                program, mounted.child, join(prefix, mounted.prefix, trailing=True), access.below(mounted.access), depth + 1
            )
        else:
            yield from _of_controller(program, mounted, prefix, access)


def _of_controller(program: Program, mounted: _Mounted, prefix: str, above: _Access) -> Iterator[Url]:
    if isinstance(mounted.child, External):
        for path, handler in _LIBRARY.get(mounted.child.path, ()):
            operation = _Operation(("POST",), path, handler, _Access((), (), mounted.at), mounted.at, mounted.scope)
            yield _url(program, operation, join(prefix, "/token"), above)
        return
    controllers: list[tuple[ClassValue, str, _Access]] = program.shared["ninja controllers"]
    for cls, own, access in controllers:
        if cls is not mounted.child:
            continue
        held = above.below(access._replace(more=(*access.more, *class_guards(program, cls))))
        for operation in _operations(program, cls):
            yield _url(program, operation, join(prefix, own, trailing=True), held)


def _operations(program: Program, cls: ClassValue) -> Iterator[_Operation]:
    """The methods of a controller with `@route.get("/…")` or `@http_get("/…")`."""
    seen: set[str] = set()
    for each in program.lineage(cls):
        scope = program.class_scope(each)
        for function in {method.name: method for method in each.cls.methods}.values():  # the last of a name is the one
            for mark in function.decorators:
                verb = _controller_verb(mark)
                if not verb or not isinstance(mark, ir.Call) or function.name in seen:
                    continue
                seen.add(function.name)
                arguments = _evaluated(program, mark, scope)
                several = verb == "generic"
                path = arguments.get(0, "path", default="")
                verbs = plain(arguments.get("methods")) if several else [verb]
                others = [other for other in function.decorators if other is not mark]
                access = _access(program, arguments)
                access = access._replace(more=(*access.more, *decorators(program, others, scope)))
                if isinstance(path, str):
                    name = f"{cls.cls.name}.{function.name}"
                    yield _Operation(tuple(each.upper() for each in verbs), path, name, access, At(each.path, mark.line), scope)


def _controller_verb(mark: ir.Expression) -> str:
    """`get` of `@route.get(…)` and `@http_get(…)`."""
    owner, _, name = spelled(mark).rpartition(".")
    if owner.rpartition(".")[2] == "route" and name in (*_VERBS, "generic"):
        return name
    return name.removeprefix("http_") if name.startswith("http_") and name[5:] in (*_VERBS, "generic") else ""


def _evaluated(program: Program, call: ir.Call, scope: Scope) -> Arguments:
    positional = tuple(program.evaluate(each.value, scope) for each in call.arguments if each.keyword is None)
    keywords = {each.keyword: program.evaluate(each.value, scope) for each in call.arguments if each.keyword is not None}
    return Arguments(positional, keywords, call.arguments, call.line, scope)


def _url(program: Program, operation: _Operation, prefix: str, above: _Access) -> Url:
    held = above.below(operation.access)
    whole = _CONVERTED.sub(r"{\1}", join(prefix, operation.path, trailing=True)).lstrip("/")
    guards = (*(held.auth or ()), *(held.permissions or ()), *held.more)
    public = held.public if not any(each.kind in ("authn", "authz") for each in guards) else None
    return Url(whole, UNKNOWN, None, operation.scope, operation.at, operation.methods, guards, public, operation.handler)


_ROUTERS = ("ninja.Router()", "ninja.router.Router()", "ninja_extra.Router()", "ninja_extra.router.Router()")
_APIS = ("ninja.NinjaAPI()", "ninja.main.NinjaAPI()", "ninja_extra.NinjaExtraAPI()", "ninja_extra.main.NinjaExtraAPI()")
HOOKS: dict[str, Hook] = {path: _made(path) for path in (*_ROUTERS, *_APIS)} | {
    f"ninja_extra.{module}api_controller()": _controller for module in ("", "controllers.", "controllers.base.")
}
METHODS: dict[str, MethodHook] = {
    **{f"django-ninja.router.{verb}": _verb(verb) for verb in _VERBS},
    "django-ninja.router.api_operation": _several,
    "django-ninja.router.add_router": _add_router,
    "django-ninja.api.register_controllers": _register,
    "django-ninja.api.auto_discover_controllers": _discover,
    "django-ninja.api.@urls": _urls,
}
