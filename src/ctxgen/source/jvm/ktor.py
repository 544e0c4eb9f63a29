"""Ktor's routing: nested routes, authentication, type-safe resources, sockets.

Sources: https://ktor.io/docs/server-routing.html, https://ktor.io/docs/server-auth.html, https://ktor.io/docs/server-resources.html
"""

from __future__ import annotations

from collections.abc import Callable, Iterable
from typing import Literal

from ctxgen.model import CodeFact, Guard
from ctxgen.opaque import Name, name
from ctxgen.source import ir
from ctxgen.source.calls import calls
from ctxgen.source.frameworks import plain
from ctxgen.source.jvm.annotations import simple
from ctxgen.source.jvm.controllers import settings
from ctxgen.source.jvm.library import scoped
from ctxgen.source.program import MethodHook, Program
from ctxgen.source.routing import Kind, join
from ctxgen.source.values import Arguments, ClassValue, FunctionValue, Object, Value

PluginKind = Literal["error-handler", "rate-limit", "validation", "middleware", "cache"]
_VERBS = ("get", "post", "put", "patch", "delete", "head", "options")
_DEEPEST = 8


def _group(program: Program, owner: Object, arguments: Arguments, paths: Iterable[str], guards: Iterable[Guard] = ()) -> Value:
    """A route below another, to which the block that is given belongs."""
    at = program.at(arguments)
    type = program.vocabulary.frameworks["ktor"].types["route"]
    child = Object(type, program.new_router(type, at))
    assert child.router is not None
    child.router.use(guards)
    if owner.router is not None:
        for path in paths:
            owner.router.mount(child.router, path, at)
    callback = arguments.positional[-1] if arguments.positional else None
    callback = (
        callback
        if isinstance(callback, FunctionValue)
        else next((each for each in arguments.keywords.values() if isinstance(each, FunctionValue)), None)
    )
    if callback is not None:
        program.call_with(callback, child, arguments, receiver=True)
    return child


def _route(program: Program, owner: Object, arguments: Arguments) -> Value:
    """`route("/orders") { … }`, also with a method, whose routes say only `handle`."""
    paths = [_filled(program, arguments, path) for path in plain(arguments.get("path", 0, default=""))]
    verb = _verb(arguments, 1, "method")
    child = _group(program, owner, arguments, paths or ["{part}"])
    if verb is not None and isinstance(child, Object) and child.router is not None:
        child.router.routes[:] = [route._replace(methods=(verb,)) for route in child.router.routes]
    return child


def _filled(program: Program, arguments: Arguments, path: str) -> str:
    return settings(program).filled(arguments.scope.module.path, path.replace("{...}", "{path}"))  # a tailcard without a name


def _verb(arguments: Arguments, *where: int | str) -> str | None:
    """The method that an argument names: `HttpMethod.Get`."""
    named = simple(arguments.expression(*where)).upper()
    return named if named.lower() in _VERBS else None


def _method(program: Program, owner: Object, arguments: Arguments) -> Value:
    """`method(HttpMethod.Get) { handle { … } }`."""
    child = _group(program, owner, arguments, [""])
    if (verb := _verb(arguments, 0)) is not None and isinstance(child, Object) and child.router is not None:
        child.router.routes[:] = [route._replace(methods=(verb,)) for route in child.router.routes]
    return child


def _handle(program: Program, owner: Object, arguments: Arguments) -> Value:
    program.add_route(owner, ("ANY",), [""], program.at(arguments), None)
    return owner


def _resource(program: Program, owner: Object, arguments: Arguments) -> Value:
    """`resource<Articles> { … }`, and Locations' `location<Articles> { … }`."""
    return _group(program, owner, arguments, _resources(program, arguments) or [""])


def _answering(verb: str, kind: Kind = "http") -> MethodHook:
    """`get("/path") { … }`, `get { … }`, `get<Resource> { … }`."""

    def hook(program: Program, owner: Object, arguments: Arguments) -> Value:
        handler = arguments.positional[-1] if arguments.positional else arguments.get("body", "handler")
        given = arguments.get("path", 0)
        paths = plain(given) if isinstance(given, (str, list)) else []
        if not paths:
            paths = (_resources(program, arguments) or [""]) if given is handler or arguments.types else [] if given is not None else [""]
        if not paths or not isinstance(handler, FunctionValue):
            return owner  # a list's `get(0)`, a client's `get("https://…")` without a block
        at = program.at(arguments)
        program.add_route(owner, (verb,), [_filled(program, arguments, path) for path in paths], at, handler.name or None, kind=kind)
        program.answers(handler)
        return owner

    return hook


def _resources(program: Program, arguments: Arguments) -> list[str]:
    """The paths of the resource class that is the type argument, or the type of the handler's parameter."""
    types = list(arguments.types)
    if not types and arguments.positional and isinstance(arguments.positional[-1], FunctionValue):
        types = [each.type for each in arguments.positional[-1].function.parameters if each.type is not None][:1]
    for type in types:
        value = program.evaluate(type, arguments.scope)
        if isinstance(value, ClassValue) and (path := resource_path(program, value)) is not None:
            return [path]
    return []


def resource_path(program: Program, cls: ClassValue, depth: int = 0) -> str | None:
    """The path of a `@Resource` class: below that of the class of its `parent`, or (Locations) of the class that it is nested in; None for another class."""
    for decorator in cls.cls.decorators:
        if isinstance(decorator, ir.Call) and simple(decorator.function) in ("Resource", "Location") and decorator.arguments:
            own = program.evaluate(decorator.arguments[0].value, cls.scope)
            if not isinstance(own, str):
                return None
            parents = [each.type for each in cls.cls.parameters if each.name == "parent" and each.type is not None]
            parent = program.evaluate(parents[0], cls.scope) if parents else cls.outer if simple(decorator.function) == "Location" else None
            above = resource_path(program, parent, depth + 1) if isinstance(parent, ClassValue) and depth < _DEEPEST else None
            return join(above or "", own)
    return None


def _authenticate(program: Program, owner: Object, arguments: Arguments) -> Value:
    """`authenticate("jwt", optional = true) { … }`: an optional one lets everybody in."""
    at = program.at(arguments)
    strategy = arguments.expression("strategy")
    open = arguments.get("optional") is True or simple(strategy) == "Optional"
    return _group(program, owner, arguments, [""], [] if open else [Guard(name=name("authenticate"), kind="authn", at=at)])


def _limited(program: Program, owner: Object, arguments: Arguments) -> Value:
    """`rateLimit(RateLimitName("api")) { … }`."""
    return _group(program, owner, arguments, [""], [Guard(name=name("rateLimit"), kind="rate", at=program.at(arguments))])


def _install(program: Program, owner: Object, arguments: Arguments) -> Value:
    """`install(Routing) { … }`; a plug-in that every request passes is a fact of its own."""
    plugin = simple(arguments.expression(0))
    if plugin in ("Routing", "RoutingRoot"):
        return _group(program, owner, arguments, [""])
    if plugin in _PLUGINS:
        program.facts.append(
            CodeFact(kind=_PLUGINS[plugin], subject=name(plugin), value=_limit(program, arguments), at=program.at(arguments))
        )
    return owner


_PLUGINS: dict[str, PluginKind] = {
    "StatusPages": "error-handler", "RateLimit": "rate-limit", "RequestValidation": "validation", "CORS": "middleware", "CallLogging": "middleware", "CallId": "middleware",
    "Compression": "middleware", "DefaultHeaders": "middleware", "HSTS": "middleware", "HttpsRedirect": "middleware", "Sessions": "middleware", "ForwardedHeaders": "middleware",
    "CachingHeaders": "cache",
}  # fmt: skip


def _limit(program: Program, arguments: Arguments) -> Name | None:
    """`rateLimiter(limit = 100, refillPeriod = 60.seconds)` in the block of a plug-in."""
    block = arguments.expression(-1)
    for call in calls(block.body) if isinstance(block, ir.Function) else ():
        if simple(call.function) == "rateLimiter":
            given = {each.keyword: each.value for each in call.arguments}
            limit, period = given.get("limit"), given.get("refillPeriod")
            if isinstance(limit, ir.Literal) and isinstance(limit.value, int):
                known = isinstance(period, ir.Attribute) and isinstance(period.owner, ir.Literal)
                return name(f"{limit.value} per {period.owner.value} {period.name}" if known else str(limit.value))  # type: ignore[union-attr]
    return None


def _ignored(program: Program, owner: Object, arguments: Arguments) -> Value:
    return owner


METHODS: dict[str, Callable[[Program, Object, Arguments], Value]] = {
    "ktor.application.install": _install,
    "ktor.route.install": _install,
    "ktor.route.route": _route,
    "ktor.route.method": _method,
    "ktor.route.handle": _handle,
    "ktor.route.resource": _resource,
    "ktor.route.location": _resource,
    "ktor.route.authenticate": _authenticate,
    "ktor.route.rateLimit": _limited,
    "ktor.route.webSocket": _answering("WS", "ws"),
    "ktor.route.webSocketRaw": _answering("WS", "ws"),
    "ktor.route.sse": _answering("GET", "sse"),
    **scoped("ktor.route", "ktor.application"),
    **{f"ktor.route.{verb}": _answering(verb.upper()) for verb in _VERBS},
    **{
        f"ktor.route.{called}": _ignored
        for called in (
            "staticResources",
            "staticFiles",
            "static",
            "staticZip",
            "singlePageApplication",
            "swaggerUI",
            "openAPI",
            "intercept",
            "createChild",
        )
    },
}
