"""Laravel's and Lumen's routes: what is called on their types, and the endpoints that come of it at the end.

Sources: https://laravel.com/docs/routing, https://laravel.com/docs/middleware, https://lumen.laravel.com/docs/routing.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import replace

from ctxgen.model import At
from ctxgen.source.php import laravel_applications as applications
from ctxgen.source.php import laravel_middleware as guarding
from ctxgen.source.php import laravel_routing as routing
from ctxgen.source.php.laravel_resources import expanded
from ctxgen.source.php.laravel_state import Group, Middleware, Route, State, class_path, dotted, state_of
from ctxgen.source.php.library import LOADED
from ctxgen.source.program import Hook, MethodHook, Program
from ctxgen.source.routing import Route as Endpoint
from ctxgen.source.values import UNKNOWN, Arguments, ClassValue, External, FunctionValue, Value

_API_FILE = re.compile(r"(?:^|/)routes/api\.php$")
_WEB_FILE = re.compile(r"(?:^|/)routes/web\.php$")
_MACRO = (b"Route::macro(", b"Router::macro(")
_METHODS: dict[str, MethodHook] = {
    **{f"{type}.{name}": hook for type in ("router", "registrar") for name, hook in {**routing.ROUTER, "*": routing.gathers}.items()},
    **{f"route.{name}": hook for name, hook in routing.ROUTE.items()},
    **{f"pending.{name}": hook for name, hook in routing.PENDING.items()},
    **{f"middleware.{name}": hook for name, hook in applications.MIDDLEWARE.items()},
    **{f"provider.{name}": hook for name, hook in applications.PROVIDER.items()},
}
METHODS: dict[str, MethodHook] = {f"{framework}.{name}": hook for framework in ("laravel", "lumen") for name, hook in _METHODS.items()}
HOOKS: dict[str, Hook] = {
    **applications.HOOKS,
    "Illuminate.Support.Facades.Auth.routes()": routing.auth,
    "Auth.routes()": routing.auth,
    "Livewire.Volt.Volt.route()": routing.volt,
}


def start(program: Program) -> None:
    """Run the providers that give the router methods of their own (`Route::macro("crud", …)`), before any file of routes calls these."""
    for path in program.own:
        module = program.module(path) if path.endswith("Provider.php") and program.says(path, _MACRO) else None
        for cls in [value for value in module.scope.names.values() if isinstance(value, ClassValue)] if module is not None else ():
            for name in ("register", "boot"):
                if (method := cls.cls.method(name)) is not None:
                    value = FunctionValue(method, program.class_scope(cls), program.singleton(cls), cls)
                    program.call(value, Arguments((), {}, (), method.line, cls.scope))


def finish(program: Program) -> None:
    """The routes with what groups, files and controllers say of them."""
    state = state_of(program)
    for cls in list(program.classes):
        if any(field.name == "middlewareGroups" for field in cls.cls.fields):
            guarding.read_kernel(program, state, cls)
    loaded = set(program.shared.get(LOADED, ()))
    router = program.new_router(routing.framework(program).types["router"], At("", 1))
    for stated in state.routes:
        if stated.group.file in loaded:
            continue  # met once more where the file was loaded
        outer = _of_file(stated.group.file, stated.at) if stated.group.file else Group()
        for route in expanded(stated):
            if program.full(router):  # a resource states seven
                return
            router.routes.append(_endpoint(program, state, replace(route, group=outer.below(route.group))))


def _of_file(path: str, at: At) -> Group:
    """What the framework's own provider puts around a file of routes that nothing was seen to load."""
    if _API_FILE.search(path):
        return Group("api", (Middleware("api", at),))
    return Group(middleware=(Middleware("web", at),)) if _WEB_FILE.search(path) else Group()


def _endpoint(program: Program, state: State, route: Route) -> Endpoint:
    controller = _controller(program, route)
    name = class_path(controller).rpartition(".")[2] if not isinstance(controller, FunctionValue) else ""
    action = route.action
    middleware = [*route.group.middleware, *route.middleware]
    own = []
    if isinstance(controller, ClassValue):
        called = action or "__invoke"
        middleware += [each.middleware for each in guarding.of_controller(program, controller) if each.holds(called)]
        own = list(guarding.of_method(program, controller, called))
    guards, public = guarding.protection(state, middleware, (*route.group.without, *route.without))
    path = "/".join(part for part in (route.group.prefix.strip("/"), route.path.strip("/")) if part)
    return Endpoint(
        route.methods,
        f"/{path}",
        route.at,
        "@".join(part for part in (name, action) if part) or None,
        (*guards, *own),
        public=None if any(each.kind in ("authn", "authz") for each in own) else public,
        via=tuple(dict.fromkeys(each for each in route.group.via if each != route.at)),
    )


def _controller(program: Program, route: Route) -> Value:
    """The class of a route's controller; one that is named by a string is looked for below the group's namespace."""
    value = route.controller
    if not isinstance(value, str):
        return value
    written = dotted(value).lstrip(".")
    path = route.at.path
    module = program.module(path)
    if module is None or not written:
        return UNKNOWN
    for start in _namespaces(route.group.namespace, value):
        found = program._by_path(f"{start}.{written}".lstrip("."), module)
        if isinstance(found, ClassValue):
            return found
    return External(written)


def _namespaces(namespace: str, written: str) -> Iterator[str]:
    if written.startswith("\\"):
        yield ""
    yield from [namespace, f"App.Http.Controllers.{namespace}"] if namespace else []
    yield "App.Http.Controllers"
    yield ""
