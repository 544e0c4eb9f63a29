"""Laravel's and Lumen's routes: the `Route` facade, groups, resources, how files of routes are loaded, middleware.

Sources: https://laravel.com/docs/routing, https://laravel.com/docs/middleware, https://lumen.laravel.com/docs/routing.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator
from dataclasses import replace

from ctxgen.model import At
from ctxgen.source import ir
from ctxgen.source.frameworks import Framework
from ctxgen.source.php import laravel_middleware as guarding
from ctxgen.source.php.laravel_resources import AUTH, expanded
from ctxgen.source.php.laravel_state import (
    Group,
    Middleware,
    Route,
    State,
    class_path,
    dotted,
    given_middleware,
    middleware_of,
    options_group,
    run_group,
    state_of,
    unbraced,
    words,
)
from ctxgen.source.php.library import LOADED, file_at, root_of, run_file
from ctxgen.source.program import Hook, MethodHook, Program
from ctxgen.source.routing import Route as Endpoint
from ctxgen.source.values import UNKNOWN, Arguments, ClassValue, External, FunctionValue, Object, Value

_VERBS = ("get", "post", "put", "patch", "delete", "options")
_API_FILE = re.compile(r"(?:^|/)routes/api\.php$")
_WEB_FILE = re.compile(r"(?:^|/)routes/web\.php$")
_CONFIGURE = "Illuminate.Foundation.Application.configure()"


# ---------------------------------------------------------------------------------------------- what is made


def _framework(program: Program) -> Framework:
    known = program.vocabulary.frameworks
    return known["laravel"] if "laravel" in known else known["lumen"]


def _type(program: Program, name: str) -> Object:
    return Object(_framework(program).types[name])


def _pending(owner: Object) -> Group:
    """The attributes that a chain has gathered so far (`Route::prefix("x")->middleware("y")`)."""
    known = owner.fields.get("@group")
    return known if isinstance(known, Group) else Group()


def _gathered(program: Program, owner: Object, **stated: object) -> Object:
    made = _type(program, "registrar")
    known = _pending(owner)
    made.fields["@group"] = replace(known, **stated)  # type: ignore[arg-type]
    return made


def _inside(program: Program, owner: Object, arguments: Arguments) -> Group:
    """The group that a call on a router or chain stands in."""
    top = state_of(program).top(arguments)
    return top.below(_pending(owner)) if "@group" in owner.fields else top


def _added(program: Program, route: Route) -> Object:
    """Keep a route; what is called on it later changes it."""
    state_of(program).routes.append(route)
    made = _type(program, "route")
    made.fields["@route"] = route
    return made


def _action(group: Group, value: Value) -> tuple[Value, str | None]:
    """Controller and method of what a route is given: `[C::class, "m"]`, `"C@m"`, `C::class`, `["uses" => …]`, a method of the group's controller."""
    if isinstance(value, dict):
        value = value.get("uses", next((each for each in value.values() if isinstance(each, FunctionValue)), UNKNOWN))
    match value:
        case [controller, str() as method]:
            return controller, method
        case [FunctionValue() as closure]:
            return closure, None
        case str():
            controller, _, method = unbraced(value).partition("@")
            if not method and group.controller is not None and "\\" not in controller:
                return group.controller, controller
            return controller, method or None
    return value, None


# ---------------------------------------------------------------------------------------------- routes


def _route(methods: tuple[str, ...], path_at: int = 0, action_at: int = 1) -> MethodHook:
    def hook(program: Program, owner: Object, arguments: Arguments) -> Value:
        group = _inside(program, owner, arguments)
        path = arguments.get(path_at, "uri")
        at = program.at(arguments)
        if not isinstance(path, str):
            program.note(at, "path-unknown", "a route whose path could not be followed is left out")
            return _type(program, "route")
        given = methods or tuple(each.upper() for each in words(arguments.get(0, "methods")))
        value = arguments.get(action_at, "action", default=None) if action_at >= 0 else None
        controller, action = _action(group, value)
        stated = options_group(program, value, arguments.expression(action_at), at) if isinstance(value, dict) else Group()
        return _added(program, Route(given or ("ANY",), path, at, group, controller, action, stated.middleware, stated.without))

    return hook


def _resource(kind: str) -> MethodHook:
    def hook(program: Program, owner: Object, arguments: Arguments) -> Value:
        name, controller = arguments.get(0, "name"), arguments.get(1, "controller")
        if not isinstance(name, str):
            return _type(program, "pending")
        options = arguments.get(2, "options")
        at = program.at(arguments)
        group = _inside(program, owner, arguments)
        route = Route((), name, at, group, controller, None, resource=kind, options=dict(options) if isinstance(options, dict) else {})
        route.middleware = tuple(middleware_of(route.options.get("middleware"), None, at))
        state_of(program).routes.append(route)
        made = _type(program, "pending")
        made.fields["@route"] = route
        return made

    return hook


def _resources(kind: str) -> MethodHook:
    def hook(program: Program, owner: Object, arguments: Arguments) -> Value:
        stated = arguments.get(0)
        written = arguments.expression(0)
        lines = {
            key.value: key.line for key, _ in (written.entries if isinstance(written, ir.Mapping) else ()) if isinstance(key, ir.Literal)
        }
        for name, controller in (stated if isinstance(stated, dict) else {}).items():
            line = lines.get(name, arguments.line)
            rest = arguments.positional[1:]
            _resource(kind)(program, owner, arguments._replace(positional=(name, controller, *rest), written=(), line=line))
        return _type(program, "pending")

    return hook


def _fallback(program: Program, owner: Object, arguments: Arguments) -> Value:
    group = _inside(program, owner, arguments)
    controller, action = _action(group, arguments.get(0))
    return _added(program, Route(("GET",), "{fallbackPlaceholder}", program.at(arguments), group, controller, action))


def _changes(change: Callable[[Program, Route, Arguments], None]) -> MethodHook:
    """A method of a route or resource that changes it."""

    def hook(program: Program, owner: Object, arguments: Arguments) -> Value:
        route = owner.fields.get("@route")
        if isinstance(route, Route):
            change(program, route, arguments)
        return owner

    return hook


def _use(program: Program, route: Route, arguments: Arguments) -> None:
    route.middleware = (*route.middleware, *given_middleware(program, arguments))


def _use_not(program: Program, route: Route, arguments: Arguments) -> None:
    route.without = (*route.without, *given_middleware(program, arguments))


def _ability(program: Program, arguments: Arguments) -> Middleware:
    """`->can("update", "order")` is the middleware `can:update,order`."""
    stated = [each for each in arguments.positional if isinstance(each, str)]
    return Middleware(f"can:{','.join(stated)}" if stated else "can", program.at(arguments))


def _can(program: Program, route: Route, arguments: Arguments) -> None:
    route.middleware = (*route.middleware, _ability(program, arguments))


def _prefixed(program: Program, route: Route, arguments: Arguments) -> None:
    if isinstance(prefix := arguments.get(0), str):
        route.path = f"{prefix.strip('/')}/{route.path.lstrip('/')}"


def _option(name: str, value: Value = None) -> MethodHook:
    def change(program: Program, route: Route, arguments: Arguments) -> None:
        given = value
        if value is None:
            given = [word for each in arguments.positional for word in words(each)] if name in ("only", "except") else arguments.get(0)
        route.options[name] = given

    return _changes(change)


def _parameter(program: Program, route: Route, arguments: Arguments) -> None:
    of, called = arguments.get(0), arguments.get(1)
    if isinstance(of, str) and isinstance(called, str):
        known = route.options.get("parameters")
        route.options["parameters"] = {**(known if isinstance(known, dict) else {}), of: called}


def _per_action(adds: bool) -> MethodHook:
    def change(program: Program, route: Route, arguments: Arguments) -> None:
        for each in given_middleware(program, arguments, [1]):
            route.per_action = (*route.per_action, *((name, each, adds) for name in words(arguments.get(0))))

    return _changes(change)


# ---------------------------------------------------------------------------------------------- groups


def _gather(name: str) -> MethodHook:
    def hook(program: Program, owner: Object, arguments: Arguments) -> Value:
        known = _pending(owner)
        value = arguments.get(0)
        match name:
            case "prefix":
                own = value if isinstance(value, str) else "{prefix}" if value is UNKNOWN else ""
                return _gathered(program, owner, prefix="/".join(part for part in (known.prefix.strip("/"), own.strip("/")) if part))
            case "middleware":
                return _gathered(program, owner, middleware=(*known.middleware, *given_middleware(program, arguments)))
            case "without":
                return _gathered(program, owner, without=(*known.without, *given_middleware(program, arguments)))
            case "namespace":
                return _gathered(program, owner, namespace=dotted(value))
            case "controller":
                return _gathered(program, owner, controller=value)
            case "can":
                return _gathered(program, owner, middleware=(*known.middleware, _ability(program, arguments)))
            case "shallow":
                return _gathered(program, owner, shallow=True)
        return _gathered(program, owner)

    return hook


def _group(program: Program, owner: Object, arguments: Arguments) -> Value:
    """`->group(fn)`, `->group(base_path("routes/x.php"))`, `Route::group(["prefix" => …], fn)`."""
    at = program.at(arguments)
    inner = replace(_pending(owner), via=(at,))
    if len(arguments.positional) > 1:
        inner = inner.below(replace(options_group(program, arguments.get(0), arguments.expression(0), at), via=()))
    run_group(program, inner, arguments, arguments.get(-1, "routes", "callback"), _type(program, "router"))
    return owner


def _macro(program: Program, owner: Object, arguments: Arguments) -> Value:
    name, function = arguments.get(0), arguments.get(1)
    if isinstance(name, str) and isinstance(function, FunctionValue):
        program.extensions[name].append(function)
    return owner


def _auth(program: Program, arguments: Arguments) -> Value:
    """`Auth::routes(["register" => false])`."""
    options = arguments.get(0)
    stated = options if isinstance(options, dict) else {}
    state = state_of(program)
    for option, method, path, controller, action in AUTH:
        own = program._by_path(f"App.Http.Controllers.Auth.{controller}", arguments.scope.module)
        wanted = stated.get(option, option != "verify" and (option != "confirm" or isinstance(own, ClassValue)))
        if wanted is not False:
            state.routes.append(Route((method,), path, program.at(arguments), state.top(arguments), own, action))
    return UNKNOWN


def _volt(program: Program, arguments: Arguments) -> Value:
    """`Volt::route("login", "auth.login")`: a page of Livewire's Volt, whose second argument is a view."""
    path = arguments.get(0)
    if not isinstance(path, str):
        return UNKNOWN
    return _added(program, Route(("GET",), path, program.at(arguments), state_of(program).top(arguments)))


# ---------------------------------------------------------------------------------------------- applications


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
            run_group(program, inner, arguments, value, _type(program, "router"))
    health = arguments.get("health", 6)
    if isinstance(health, str):
        line = next((argument.value.line for argument in arguments.written if argument.keyword == "health"), at.line)
        state_of(program).routes.append(Route(("GET",), health, At(at.path, line), Group(file=at.path)))
    for key, position in (("then", 8), ("using", 0)):
        run_group(program, Group(), arguments, arguments.get(key, position), _type(program, "router"))
    return External(_CONFIGURE)


def _with_middleware(program: Program, arguments: Arguments) -> Value:
    callback = arguments.get(0, "callback")
    if isinstance(callback, FunctionValue):
        program.call(callback, arguments._replace(positional=(_type(program, "middleware"),), keywords={}, written=()))
    return External(_CONFIGURE)


def _extend_group(fixed: str | None) -> MethodHook:
    """`$middleware->api(append: […])`, `$middleware->appendToGroup("api", […])`, `$middleware->group("admin", […])`."""

    def hook(program: Program, owner: Object, arguments: Arguments) -> Value:
        name = fixed or arguments.get(0, "group")
        if isinstance(name, str):
            known = state_of(program).groups.setdefault(name, [])
            for key in (("append", 0), ("prepend", 1)) if fixed else (("middleware", 1),):
                known += middleware_of(arguments.get(*key), arguments.expression(*key), program.at(arguments))
        return owner

    return hook


def _throttle(program: Program, owner: Object, arguments: Arguments) -> Value:
    limiter = arguments.get(0, "limiter", default="api")
    state_of(program).groups.setdefault("api", []).append(Middleware(f"throttle:{limiter}", program.at(arguments)))
    return owner


def _alias(program: Program, owner: Object, arguments: Arguments) -> Value:
    aliases, cls = arguments.get(0), arguments.get(1)
    for name, value in (aliases if isinstance(aliases, dict) else {aliases: cls} if isinstance(aliases, str) else {}).items():
        state_of(program).aliases[name] = class_path(value)
    return owner


def _route_middleware(program: Program, owner: Object, arguments: Arguments) -> Value:
    """`Route::aliasMiddleware("admin", Admin::class)`, `Route::middlewareGroup("admin", […])` in a provider."""
    return _alias(program, owner, arguments)


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


# ---------------------------------------------------------------------------------------------- tables


def _same(program: Program, owner: Object, arguments: Arguments) -> Value:
    return owner


_ROUTER: dict[str, MethodHook] = {
    **{verb: _route((verb.upper(),)) for verb in _VERBS},
    "any": _route(("ANY",)),
    "match": _route((), 1, 2),
    "addRoute": _route((), 1, 2),
    "view": _route(("GET",), 0, -1),
    "inertia": _route(("GET",), 0, -1),
    "livewire": _route(("GET",)),
    "redirect": _route(("ANY",), 0, -1),
    "permanentRedirect": _route(("ANY",), 0, -1),
    "fallback": _fallback,
    **{kind: _resource(kind) for kind in ("resource", "apiResource", "singleton", "apiSingleton")},
    "resources": _resources("resource"),
    "apiResources": _resources("apiResource"),
    "group": _group,
    **{name: _gather(name) for name in ("prefix", "middleware", "namespace", "controller", "can", "shallow")},
    "withoutMiddleware": _gather("without"),
    "macro": _macro,
    "auth": lambda program, owner, arguments: _auth(program, arguments),
    "aliasMiddleware": _route_middleware,
    "middlewareGroup": _extend_group(None),
    "pushMiddlewareToGroup": _extend_group(None),
}
_ROUTE: dict[str, MethodHook] = {
    "middleware": _changes(_use),
    "withoutMiddleware": _changes(_use_not),
    "can": _changes(_can),
    "prefix": _changes(_prefixed),
    "*": _same,
}
_PENDING: dict[str, MethodHook] = {
    **_ROUTE,
    "only": _option("only"),
    "except": _option("except"),
    "parameters": _option("parameters"),
    "parameter": _changes(_parameter),
    "shallow": _option("shallow", True),
    "creatable": _option("creatable", True),
    "destroyable": _option("destroyable", True),
    "middlewareFor": _per_action(True),
    "withoutMiddlewareFor": _per_action(False),
}
_MIDDLEWARE: dict[str, MethodHook] = {
    "web": _extend_group("web"),
    "api": _extend_group("api"),
    **{name: _extend_group(None) for name in ("group", "appendToGroup", "prependToGroup")},
    "throttleApi": _throttle,
    "alias": _alias,
    "*": _same,
}
_METHODS: dict[str, MethodHook] = {
    **{f"router.{name}": hook for name, hook in _ROUTER.items()},
    **{f"registrar.{name}": hook for name, hook in _ROUTER.items()},
    "router.*": lambda program, owner, arguments: _gathered(program, owner),
    "registrar.*": lambda program, owner, arguments: _gathered(program, owner),
    **{f"route.{name}": hook for name, hook in _ROUTE.items()},
    **{f"pending.{name}": hook for name, hook in _PENDING.items()},
    **{f"middleware.{name}": hook for name, hook in _MIDDLEWARE.items()},
    "provider.routes": _called,
    "provider.loadRoutesFrom": _load,
}
METHODS: dict[str, MethodHook] = {f"{framework}.{name}": hook for framework in ("laravel", "lumen") for name, hook in _METHODS.items()}
HOOKS: dict[str, Hook] = {
    f"{_CONFIGURE}.withRouting()": _with_routing,
    f"{_CONFIGURE}.withMiddleware()": _with_middleware,
    **{f"{_CONFIGURE}.{name}()": lambda program, arguments: External(_CONFIGURE) for name in ("withExceptions", "withProviders", "withEvents", "withCommands", "withSchedule", "withBroadcasting", "withSingletons", "withBindings", "withKernels", "booting", "booted", "registered")},
    "Illuminate.Support.Facades.Auth.routes()": _auth,
    "Auth.routes()": _auth,
    "module_path()": _module_path,
    "Livewire.Volt.Volt.route()": _volt,
}  # fmt: skip


# ---------------------------------------------------------------------------------------------- at the end


def finish(program: Program) -> None:
    """The routes with what groups, files and controllers say of them."""
    state = state_of(program)
    for cls in list(program.classes):
        if any(field.name == "middlewareGroups" for field in cls.cls.fields):
            guarding.read_kernel(program, state, cls)
    loaded = set(program.shared.get(LOADED, ()))
    router = program.new_router(_framework(program).types["router"], At("", 1))
    for stated in state.routes:
        if stated.group.file in loaded:
            continue  # met once more where the file was loaded
        outer = _of_file(stated.group.file, stated.at) if stated.group.file else Group()
        for route in expanded(stated):
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
