"""gorilla/mux: a route is built by a chain whose parts may stand in any order.

`r.HandleFunc("/orders", list).Methods("GET")`, `r.Methods("GET").Path("/orders").HandlerFunc(list)`,
`r.PathPrefix("/v1").Subrouter()`.  Source: https://pkg.go.dev/github.com/gorilla/mux.
"""

from __future__ import annotations

from ctxgen.source.frameworks import plain
from ctxgen.source.golang.nethttp import inside
from ctxgen.source.program import MethodHook, Program
from ctxgen.source.routing import Router
from ctxgen.source.values import Arguments, Object, Value


def _route(program: Program, owner: Object, arguments: Arguments) -> Object:
    """The route of a chain: the owner if it is one, else a new one below the router."""
    if owner.type.name == "route":
        return owner
    at = program.at(arguments)
    made = Object(program.vocabulary.frameworks[owner.type.framework].types["route"])
    made.router = program.new_router(made.type, at)
    if owner.router is not None:
        owner.router.mount(made.router, "", at, order=program.next_order())
    made.fields["around"] = (*_around(owner), owner.router)
    return made


def _around(owner: Object) -> tuple[Router, ...]:
    """The routers that a route or subrouter stands below, from the one that `mux.NewRouter` made."""
    around = owner.fields.get("around", ())
    return around if isinstance(around, tuple) else ()


def _router(route: Object) -> Router:
    assert route.router is not None
    return route.router


def _answer(program: Program, route: Object, arguments: Arguments, path: str | None, position: int) -> None:
    """A handler was given: the route answers, under the path of the call or of the chain."""
    handler = arguments.get(position)
    mounted = inside(program, handler)
    if mounted is not None and mounted.router is not None:  # r.PathPrefix("/v1").Handler(other)
        if _around(mounted):
            return  # a subrouter, whose router answers with whole paths
        # no prefix is taken off: a router below it states whole paths, unless `http.StripPrefix` is around it
        top, *between = (*_around(route), _router(route))
        guards = [guard for each in between for guard in each.guards("", program.next_order())]
        top.mount(mounted.router, "", program.at(arguments), guards, order=program.next_order())
        return
    handler, written, around = program.unwrapped(arguments, position)
    methods = route.fields.get("methods", ("ANY",))
    guards = [*around, *program.handler_guards(route, handler)]
    program.add_route(route, methods, [path or ""], program.at(arguments), program.handler_name(handler, written), guards, function=handler)
    program.answers(handler)


def _handle(program: Program, owner: Object, arguments: Arguments) -> Value:
    path = arguments.get(0)
    route = _route(program, owner, arguments)
    if isinstance(path, str):
        _answer(program, route, arguments, path, 1)
    return route


def _handler(program: Program, owner: Object, arguments: Arguments) -> Value:
    _answer(program, owner, arguments, None, 0)
    return owner


def _path(program: Program, owner: Object, arguments: Arguments) -> Value:
    route = _route(program, owner, arguments)
    path = arguments.get(0)
    if isinstance(path, str):
        _router(route).prefix = _router(route).prefix + path
    return route


def _methods(program: Program, owner: Object, arguments: Arguments) -> Value:
    route = _route(program, owner, arguments)
    methods = tuple(method.upper() for value in arguments.positional for method in plain(value)) or ("ANY",)
    route.fields["methods"] = methods
    _router(route).routes[:] = [known._replace(methods=methods) for known in _router(route).routes]
    return route


def _condition(program: Program, owner: Object, arguments: Arguments) -> Value:
    """A host, header, scheme, query or name: the route is the same."""
    return _route(program, owner, arguments)


def _subrouter(program: Program, owner: Object, arguments: Arguments) -> Value:
    made = Object(program.vocabulary.frameworks[owner.type.framework].types["router"])
    made.router = program.new_router(made.type, program.at(arguments))
    _router(owner).mount(made.router, "", program.at(arguments))
    made.fields["around"] = (*_around(owner), _router(owner))
    return made


def _itself(program: Program, owner: Object, arguments: Arguments) -> Value:
    """What only sets how paths are compared: the router is the same."""
    return owner


_BOTH = {"Path": _path, "PathPrefix": _path, "Methods": _methods} | dict.fromkeys(
    ("Host", "Headers", "Schemes", "Queries", "MatcherFunc"), _condition
)
METHODS: dict[str, MethodHook] = {
    "gorilla-mux.router.HandleFunc": _handle,
    "gorilla-mux.router.Handle": _handle,
    **{f"gorilla-mux.{kind}.{name}": hook for kind in ("router", "route") for name, hook in _BOTH.items()},
    "gorilla-mux.route.Handler": _handler,
    "gorilla-mux.route.HandlerFunc": _handler,
    "gorilla-mux.route.Name": _condition,
    "gorilla-mux.route.Subrouter": _subrouter,
    **{f"gorilla-mux.router.{name}": _itself for name in ("StrictSlash", "SkipClean", "UseEncodedPath", "OmitRouteFromContext")},
}
