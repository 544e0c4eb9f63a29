"""What Laravel's applications and their providers say of routes: which files are loaded with what around them, middleware by name.

Sources: https://laravel.com/docs/routing, https://laravel.com/docs/middleware.
"""

from __future__ import annotations

import re

from ctxgen.model import At
from ctxgen.source.php.laravel_routing import alias, extend_group, of_type, same
from ctxgen.source.php.laravel_state import Group, Middleware, Route, run_group, state_of
from ctxgen.source.php.library import file_at, root_of, run_file
from ctxgen.source.program import Hook, MethodHook, Program
from ctxgen.source.values import UNKNOWN, Arguments, External, FunctionValue, Object, Value

_CONFIGURE = "Illuminate.Foundation.Application.configure()"


def _with_routing(program: Program, arguments: Arguments) -> Value:
    """`->withRouting(web: …, api: …, apiPrefix: "api", health: "/up", then: fn)`."""
    at = program.at(arguments)
    prefix = arguments.get("apiPrefix", 7, default="api")
    for key, position, inner in (
        ("web", 1, Group(middleware=(Middleware("web", at),))),
        ("api", 2, Group(prefix if isinstance(prefix, str) else "api", (Middleware("api", at),))),
    ):
        value = arguments.get(key, position)
        if value is not None and value is not UNKNOWN:
            run_group(program, inner, arguments, value, of_type(program, "router"))
    health = arguments.get("health", 6)
    if isinstance(health, str):
        line = next((argument.value.line for argument in arguments.written if argument.keyword == "health"), at.line)
        state_of(program).routes.append(Route(("GET",), health, At(at.path, line), Group(file=at.path)))
    for key, position in (("then", 8), ("using", 0)):
        run_group(program, Group(), arguments, arguments.get(key, position), of_type(program, "router"))
    return External(_CONFIGURE)


def _with_middleware(program: Program, arguments: Arguments) -> Value:
    callback = arguments.get(0, "callback")
    if isinstance(callback, FunctionValue):
        program.call(callback, arguments._replace(positional=(of_type(program, "middleware"),), keywords={}, written=()))
    return External(_CONFIGURE)


def _throttle(program: Program, owner: Object, arguments: Arguments) -> Value:
    limiter = arguments.get(0, "limiter", default="api")
    state_of(program).groups.setdefault("api", []).append(Middleware(f"throttle:{limiter}", program.at(arguments)))
    return owner


def _called(program: Program, owner: Object, arguments: Arguments) -> Value:
    """`$this->routes(function () { … })` of a route service provider."""
    callback = arguments.get(0)
    if isinstance(callback, FunctionValue):
        program.call(callback, arguments._replace(positional=(), keywords={}, written=()))
    return owner


def _load(program: Program, owner: Object, arguments: Arguments) -> Value:
    """`$this->loadRoutesFrom(__DIR__ . "/../routes/api.php")` of a service provider."""
    path = file_at(program, arguments.get(0))
    if path is not None:
        run_file(program, path, arguments.scope)
    return owner


def _module_path(program: Program, arguments: Arguments) -> Value:
    """`module_path("Blog", "/routes/api.php")` of laravel-modules."""
    name, inner = arguments.get(0), arguments.get(1, default="")
    path = arguments.scope.module.path
    if not isinstance(inner, str):
        return UNKNOWN
    match = re.match(rf"(?i)(?:.*/)?{re.escape(name)}(?=/)", path) if isinstance(name, str) else None
    root = match[0] if match is not None else root_of(program, path)
    return f"./{root}/{inner.lstrip('/')}"


MIDDLEWARE: dict[str, MethodHook] = {
    "web": extend_group("web"),
    "api": extend_group("api"),
    **{name: extend_group(None) for name in ("group", "appendToGroup", "prependToGroup")},
    "throttleApi": _throttle,
    "alias": alias,
    "*": same,
}
PROVIDER: dict[str, MethodHook] = {"routes": _called, "loadRoutesFrom": _load}
HOOKS: dict[str, Hook] = {
    f"{_CONFIGURE}.withRouting()": _with_routing,
    f"{_CONFIGURE}.withMiddleware()": _with_middleware,
    **{f"{_CONFIGURE}.{name}()": lambda program, arguments: External(_CONFIGURE) for name in ("withExceptions", "withProviders", "withEvents", "withCommands", "withSchedule", "withBroadcasting", "withSingletons", "withBindings", "withKernels", "booting", "booted", "registered")},
    "module_path()": _module_path,
}  # fmt: skip
