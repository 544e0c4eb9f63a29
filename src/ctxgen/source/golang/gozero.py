"""go-zero: routes are structs in lists, with options for all of them.

Source: https://pkg.go.dev/github.com/zeromicro/go-zero/rest.
"""

from __future__ import annotations

from collections.abc import Iterator

from ctxgen.model import At, Guard
from ctxgen.source import ir
from ctxgen.source.program import Hook, MethodHook, Program
from ctxgen.source.values import UNKNOWN, Arguments, External, FunctionValue, Object, Value

_REST = "github.com/zeromicro/go-zero/rest"


def _routes(value: Value) -> Iterator[Arguments]:
    """The structs `rest.Route` of a list, a list of lists, or a single one."""
    if isinstance(value, list):
        for each in value:
            yield from _routes(each)
    elif isinstance(value, External) and value.path == f"{_REST}.Route()" and value.arguments is not None:
        yield value.arguments


def _add(program: Program, owner: Object, arguments: Arguments) -> Value:
    """`server.AddRoutes([]rest.Route{{Method: …, Path: …, Handler: …}}, rest.WithPrefix("/v1"), rest.WithJwt(secret))`."""
    prefix, guards = "", []
    for index, option in enumerate(arguments.positional[1:], start=1):
        if not isinstance(option, External) or option.arguments is None:
            continue
        if option.path == f"{_REST}.WithPrefix()" and isinstance(given := option.arguments.get(0), str):
            prefix = given
        elif option.path.startswith(f"{_REST}.WithJwt"):
            guards += program.guards_of(arguments.expression(index), option, program.at(arguments), "authn")
    at = program.at(arguments)
    group = program.new_object(program.vocabulary.frameworks["go-zero"].types["group"], at)
    if owner.router is not None and group.router is not None:
        group.router.use(guards)
        owner.router.mount(group.router, prefix, at, order=program.next_order())
    for route in _routes(arguments.get(0, default=UNKNOWN)):
        _put(program, group, route)
    return None


def _put(program: Program, group: Object, route: Arguments) -> None:
    path, method, written = route.keywords.get("Path"), route.keywords.get("Method"), route.expression("Path")
    if not isinstance(path, str):
        return
    at = At(route.scope.module.path, written.line if written is not None else route.line)
    handler, expression, around = program.unwrapped(route, "Handler")
    if isinstance(handler, FunctionValue) and not handler.name and isinstance(expression, ir.Call):
        handler = UNKNOWN  # a closure is called as the function that makes it
    guards: list[Guard] = [*route.keywords.get("guards", ()), *around]
    methods = (method.upper(),) if isinstance(method, str) else ("ANY",)
    program.add_route(group, methods, [path], at, program.handler_name(handler, expression), guards)
    program.answers(handler)


def _with_middlewares(program: Program, arguments: Arguments) -> Value:
    """`rest.WithMiddlewares([]rest.Middleware{auth}, routes...)`: the routes, guarded."""
    found = program.guards_at(arguments, (0,))
    given = [each for value in arguments.positional[1:] for each in _routes(value)]
    return [
        External(f"{_REST}.Route()", each._replace(keywords={**each.keywords, "guards": [*found, *each.keywords.get("guards", ())]}))
        for each in given
    ]


HOOKS: dict[str, Hook] = {f"{_REST}.WithMiddlewares()": _with_middlewares, f"{_REST}.WithMiddleware()": _with_middlewares}
METHODS: dict[str, MethodHook] = {"go-zero.server.AddRoutes": _add, "go-zero.server.AddRoute": _add}
