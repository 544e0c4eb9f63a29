"""What is called on Laravel's router: routes, resources, groups, and the chains that gather what a group will have.

Source: https://laravel.com/docs/routing.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace

from ctxgen.source import ir
from ctxgen.source.frameworks import Framework
from ctxgen.source.php.laravel_resources import AUTH
from ctxgen.source.php.laravel_state import (
    Group,
    Middleware,
    Route,
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
from ctxgen.source.program import MethodHook, Program
from ctxgen.source.values import UNKNOWN, Arguments, ClassValue, FunctionValue, Object, Value

_VERBS = ("get", "post", "put", "patch", "delete", "options")


# ---------------------------------------------------------------------------------------------- what is made


def framework(program: Program) -> Framework:
    known = program.vocabulary.frameworks
    return known["laravel"] if "laravel" in known else known["lumen"]


def of_type(program: Program, name: str) -> Object:
    return Object(framework(program).types[name])


def _pending(owner: Object) -> Group:
    """The attributes that a chain has gathered so far (`Route::prefix("x")->middleware("y")`)."""
    known = owner.fields.get("@group")
    return known if isinstance(known, Group) else Group()


def _gathered(program: Program, owner: Object, **stated: object) -> Object:
    made = of_type(program, "registrar")
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
    made = of_type(program, "route")
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
        at = program.route_at(arguments)
        if not isinstance(path, str):
            program.note(at, "path-unknown", "a route whose path could not be followed is left out")
            return of_type(program, "route")
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
            return of_type(program, "pending")
        options = arguments.get(2, "options")
        at = program.at(arguments)
        group = _inside(program, owner, arguments)
        route = Route((), name, at, group, controller, None, resource=kind, options=dict(options) if isinstance(options, dict) else {})
        route.middleware = tuple(middleware_of(route.options.get("middleware"), None, at))
        state_of(program).routes.append(route)
        made = of_type(program, "pending")
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
        return of_type(program, "pending")

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
    run_group(program, inner, arguments, arguments.get(-1, "routes", "callback"), of_type(program, "router"))
    return owner


def _macro(program: Program, owner: Object, arguments: Arguments) -> Value:
    name, function = arguments.get(0), arguments.get(1)
    if isinstance(name, str) and isinstance(function, FunctionValue):
        program.extensions[name].append(function)
    return owner


def auth(program: Program, arguments: Arguments) -> Value:
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


def volt(program: Program, arguments: Arguments) -> Value:
    """`Volt::route("login", "auth.login")`: a page of Livewire's Volt, whose second argument is a view."""
    path = arguments.get(0)
    if not isinstance(path, str):
        return UNKNOWN
    return _added(program, Route(("GET",), path, program.at(arguments), state_of(program).top(arguments)))


# ---------------------------------------------------------------------------------------------- groups of middleware


def extend_group(fixed: str | None) -> MethodHook:
    """`$middleware->api(append: […])`, `$middleware->appendToGroup("api", […])`, `$middleware->group("admin", […])`."""

    def hook(program: Program, owner: Object, arguments: Arguments) -> Value:
        name = fixed or arguments.get(0, "group")
        if isinstance(name, str):
            known = state_of(program).groups.setdefault(name, [])
            for key in (("append", 0), ("prepend", 1)) if fixed else (("middleware", 1),):
                known += middleware_of(arguments.get(*key), arguments.expression(*key), program.at(arguments))
        return owner

    return hook


def alias(program: Program, owner: Object, arguments: Arguments) -> Value:
    aliases, cls = arguments.get(0), arguments.get(1)
    for name, value in (aliases if isinstance(aliases, dict) else {aliases: cls} if isinstance(aliases, str) else {}).items():
        state_of(program).aliases[name] = class_path(value)
    return owner


# ---------------------------------------------------------------------------------------------- tables


def gathers(program: Program, owner: Object, arguments: Arguments) -> Value:
    """What says nothing of routes is one more link of a chain."""
    return _gathered(program, owner)


def same(program: Program, owner: Object, arguments: Arguments) -> Value:
    return owner


ROUTER: dict[str, MethodHook] = {
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
    "auth": lambda program, owner, arguments: auth(program, arguments),
    "aliasMiddleware": alias,
    "middlewareGroup": extend_group(None),
    "pushMiddlewareToGroup": extend_group(None),
}
ROUTE: dict[str, MethodHook] = {
    "middleware": _changes(_use),
    "withoutMiddleware": _changes(_use_not),
    "can": _changes(_can),
    "prefix": _changes(_prefixed),
    "*": same,
}
PENDING: dict[str, MethodHook] = {
    **ROUTE,
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
