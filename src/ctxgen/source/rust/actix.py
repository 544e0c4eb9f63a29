"""Actix Web: scopes, resources, routes, and handlers that an attribute macro names the path of.

Sources: https://actix.rs/docs/url-dispatch, https://docs.rs/actix-web/latest/actix_web/web/.
"""

from __future__ import annotations

from functools import partial

from ctxgen.source import ir
from ctxgen.source.frameworks import plain
from ctxgen.source.program import Hook, MethodHook, Program
from ctxgen.source.rust.expressions import spelled_last
from ctxgen.source.rust.handlers import VERBS, extractor_guards, guard_whole, middleware, stated
from ctxgen.source.values import UNKNOWN, Arguments, FunctionValue, Object, Value


def _made(program: Program, kind: str, arguments: Arguments) -> Object:
    return program.new_object(program.vocabulary.frameworks["actix-web"].types[kind], program.at(arguments), arguments)


def _serve(program: Program, arguments: Arguments) -> Value:
    """`HttpServer::new(|| App::new())`: the application's factory is called."""
    factory = arguments.get(0)
    if isinstance(factory, FunctionValue):
        program.call(factory, Arguments((), {}, (), arguments.line, arguments.scope))
    return None


def _start(program: Program, arguments: Arguments, methods: tuple[str, ...]) -> Value:
    """`web::get()`: a route that waits for its handler."""
    made = _made(program, "route", arguments)
    made.fields["methods"] = methods
    return made


def _method(program: Program, arguments: Arguments) -> Value:
    """`web::method(Method::POST)`."""
    return _start(program, arguments, _named(arguments.expression(0)))


def _named(expression: ir.Expression | None) -> tuple[str, ...]:
    last = spelled_last(expression.function if isinstance(expression, ir.Call) else expression).lower()
    return (last.upper(),) if last in VERBS else ("ANY",)


def _restrict(program: Program, owner: Object, arguments: Arguments) -> Value:
    """`route().method(Method::GET)`, `.guard(guard::Get())`."""
    methods = _named(arguments.expression(0))
    if methods != ("ANY",):
        owner.fields["methods"] = methods
    return owner


def _restrict_resource(program: Program, owner: Object, arguments: Arguments) -> Value:
    """`resource("/orders").guard(guard::Get())`: for all that the resource answers."""
    methods = _named(arguments.expression(0))
    if methods != ("ANY",) and owner.router is not None:
        owner.fields["methods"] = methods
        owner.router.routes[:] = [each._replace(methods=methods) if each.methods == ("ANY",) else each for each in owner.router.routes]
    return owner


def _to(program: Program, owner: Object, arguments: Arguments) -> Value:
    handler = arguments.get(0, default=UNKNOWN)
    owner.fields["handler"], owner.fields["written"] = handler, arguments.expression(0)
    program.answers(handler)
    return owner


def _wrap_route(program: Program, owner: Object, arguments: Arguments) -> Value:
    owner.fields["guards"] = [*middleware(program, arguments), *owner.fields.get("guards", ())]
    return owner


def _put(program: Program, owner: Object, route: Value, path: str, arguments: Arguments) -> None:
    if isinstance(route, Object) and route.type.name == "route":
        handler = route.fields.get("handler", UNKNOWN)
        guards = [*route.fields.get("guards", ()), *program.handler_guards(owner, handler)]
        name = program.handler_name(handler, route.fields.get("written"))
        program.add_route(owner, route.fields.get("methods", ("ANY",)), [path], program.at(arguments), name, guards)


def _route(program: Program, owner: Object, arguments: Arguments) -> Value:
    """`scope.route("/orders", web::get().to(list))`."""
    path = arguments.get(0)
    if isinstance(path, str):
        _put(program, owner, arguments.get(1), path, arguments)
    return owner


def _resource_route(program: Program, owner: Object, arguments: Arguments) -> Value:
    """`resource.route(web::get().to(list))`."""
    for path in owner.fields.get("paths", [""]):
        _put(program, owner, arguments.get(0), path, arguments)
    return owner


def _resource_verb(program: Program, owner: Object, arguments: Arguments, methods: tuple[str, ...]) -> Value:
    """`resource.to(list)`, `resource.get(list)`."""
    handler = arguments.get(0, default=UNKNOWN)
    program.answers(handler)
    name = program.handler_name(handler, arguments.expression(0))
    guards = program.handler_guards(owner, handler)
    restricted = owner.fields.get("methods", methods) if methods == ("ANY",) else methods
    program.add_route(owner, restricted, owner.fields.get("paths", [""]), program.at(arguments), name, guards)
    return owner


def _resource(program: Program, arguments: Arguments) -> Value:
    """`web::resource("/orders")`, `web::resource(["/orders", "/all"])`."""
    made = _made(program, "resource", arguments)
    made.fields["paths"] = plain(arguments.get(0)) or [""]
    return made


def _service(program: Program, owner: Object, arguments: Arguments) -> Value:
    """`service(list)`, `service(web::scope("/orders"))`, `service((list, get))`."""
    given = arguments.get(0)
    at = program.at(arguments)
    for each in given if isinstance(given, list) else [given]:
        if isinstance(each, FunctionValue):
            guards = program.handler_guards(owner, each)
            program.answers(each)
            for route in stated(program, each):
                program.add_route(owner, route.methods, [route.path], route.at, each.name, [*route.guards, *guards])
        elif (child := program.router_of(each)) is not None and owner.router is not None:
            owner.router.mount(child, "", at, order=program.next_order())
    return owner


def _configure(program: Program, owner: Object, arguments: Arguments) -> Value:
    """`configure(orders::routes)`: the function puts its routes on the owner."""
    callback = arguments.get(0)
    if isinstance(callback, FunctionValue):
        at = program.at(arguments)
        below = program.new_object(program.vocabulary.frameworks["actix-web"].types["config"], at)
        if owner.router is not None and below.router is not None:
            owner.router.mount(below.router, "", at, order=program.next_order())
        program.call_with(callback, below, arguments)
    return owner


_KINDS = {verb: (verb.upper(),) for verb in VERBS}
HOOKS: dict[str, Hook] = {
    "actix_web.HttpServer.new()": _serve,
    **{f"actix_web.web.{verb}()": partial(_start, methods=methods) for verb, methods in (_KINDS | {"route": ("ANY",)}).items()},
    "actix_web.web.method()": _method,
    "actix_web.web.resource()": _resource,
    "actix_web.Resource.new()": _resource,
}
METHODS: dict[str, MethodHook] = {
    "actix-web.route.method": _restrict,
    "actix-web.route.guard": _restrict,
    "actix-web.route.to": _to,
    "actix-web.route.service": _to,
    "actix-web.route.wrap": _wrap_route,
    "actix-web.router.service": _service,
    "actix-web.router.route": _route,
    "actix-web.router.wrap": guard_whole,
    "actix-web.router.configure": _configure,
    "actix-web.resource.guard": _restrict_resource,
    "actix-web.resource.route": _resource_route,
    "actix-web.resource.to": partial(_resource_verb, methods=("ANY",)),
    **{f"actix-web.resource.{verb}": partial(_resource_verb, methods=methods) for verb, methods in _KINDS.items()},
    "actix-web.resource.wrap": guard_whole,
    "actix-web.router.function": extractor_guards,
    "actix-web.resource.function": extractor_guards,
}
