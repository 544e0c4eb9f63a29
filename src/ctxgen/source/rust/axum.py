"""axum: routes of method routers (`get(list).post(create)`), layers that hold for what was added before them, `routes!` of utoipa-axum.

Sources: https://docs.rs/axum/latest/axum/struct.Router.html, https://docs.rs/utoipa-axum/latest/utoipa_axum/.
"""

from __future__ import annotations

from functools import partial

from ctxgen.model import At
from ctxgen.source import ir
from ctxgen.source.program import Hook, MethodHook, Program
from ctxgen.source.rust.expressions import spelled_last
from ctxgen.source.rust.handlers import VERBS, extractor_guards, listed, middleware
from ctxgen.source.rust.methods import added, answers, layered, nest, put, started
from ctxgen.source.values import UNKNOWN, Arguments, FunctionValue, Object, Value


def _start(program: Program, arguments: Arguments, methods: tuple[str, ...]) -> Value:
    """`get(list)`."""
    return started(program, "axum", arguments, methods)


def _on(program: Program, arguments: Arguments) -> Value:
    """`on(MethodFilter::GET.or(MethodFilter::POST), list)`."""
    return started(program, "axum", arguments, _filtered(arguments.expression(0)), 1)


def _add_on(program: Program, owner: Object, arguments: Arguments) -> Value:
    return added(program, owner, arguments, _filtered(arguments.expression(0)), 1)


def _filtered(expression: ir.Expression | None) -> tuple[str, ...]:
    match expression:
        case ir.Call(ir.Attribute(owner, "or"), (ir.Argument(value),)):
            return (*_filtered(owner), *_filtered(value))
        case ir.Unknown(_, inner):
            return tuple(method for each in inner for method in _filtered(each))
    last = spelled_last(expression)
    return (last,) if last.lower() in VERBS else ()


def _join(program: Program, owner: Object, arguments: Arguments) -> Value:
    other = arguments.get(0)
    if isinstance(other, Object):
        answers(owner).extend(answers(other))
    return owner


def _route(program: Program, owner: Object, arguments: Arguments) -> Value:
    path, given, at = arguments.get(0), arguments.get(1), program.at(arguments)
    if not isinstance(path, str):
        program.note(at, "path-unknown", "a route whose path could not be followed is left out")
    elif isinstance(given, Object) and given.type.name == "methods":
        put(program, owner, given, path, at)
    else:
        program.note(at, "handler-unknown", "a route whose methods could not be followed is left out")
    return owner


def _service(program: Program, owner: Object, arguments: Arguments) -> Value:
    """`route_service("/graphql", service)`: a service answers every method."""
    path, service = arguments.get(0), arguments.get(1, default=UNKNOWN)
    if isinstance(path, str):
        name = program.handler_name(service, arguments.expression(1))
        if isinstance(service, Object) and service.type.name == "methods":
            return _route(program, owner, arguments)
        program.add_route(owner, ("ANY",), [path], program.at(arguments), name)
    return owner


def _documented(program: Program, owner: Object, arguments: Arguments) -> Value:
    """`routes(routes!(list, create))`: handlers that `#[utoipa::path(get, path = "/orders")]` describes."""
    for handler in arguments.get(0) if isinstance(arguments.get(0), list) else []:
        if not isinstance(handler, FunctionValue):
            continue
        for decorator in handler.function.decorators:
            if isinstance(decorator, ir.Call) and spelled_last(decorator.function) == "path":
                _described(program, owner, handler, decorator)
    return owner


def _described(program: Program, owner: Object, handler: FunctionValue, decorator: ir.Call) -> None:
    methods: list[str] = []
    path = ""
    for each in decorator.arguments:
        if each.keyword is None:
            words = each.value.arguments if isinstance(each.value, ir.Call) and spelled_last(each.value.function) == "method" else (each,)
            methods += [word.upper() for given in words if (word := spelled_last(given.value)).lower() in VERBS]
        elif each.keyword == "path":
            value = program.evaluate(each.value, handler.scope)
            path = value if isinstance(value, str) else path
    at = At(handler.scope.module.path, decorator.line)
    program.answers(handler)
    program.add_route(owner, methods or ["GET"], [path], at, handler.name, program.handler_guards(owner, handler))


def _layer(program: Program, owner: Object, arguments: Arguments) -> Value:
    """A layer holds for the routes and routers that were added before it."""
    found = tuple(middleware(program, arguments))
    if owner.router is not None and found:
        owner.router.routes[:] = [each._replace(guards=(*found, *each.guards)) for each in owner.router.routes]
        owner.router.mounts[:] = [each._replace(guards=(*found, *each.guards)) for each in owner.router.mounts]
    return owner


def _merge(program: Program, owner: Object, arguments: Arguments) -> Value:
    child = program.router_of(arguments.get(0))
    if child is not None and owner.router is not None:
        owner.router.mount(child, "", program.at(arguments), order=program.next_order())
    return owner


def _prefix(program: Program, owner: Object, arguments: Arguments) -> Value:
    """Loco's `Routes::new().prefix("/api/orders")`, in whatever order of the chain."""
    path = arguments.get(0)
    if owner.router is not None and isinstance(path, str):
        owner.router.prefix = f"{owner.router.prefix.rstrip('/')}/{path.strip('/')}"
    return owner


def _merge_all(program: Program, owner: Object, arguments: Arguments) -> Value:
    """Loco's `add_routes(vec![…])`."""
    given = arguments.get(0)
    for each in given if isinstance(given, list) else []:
        child = program.router_of(each)
        if child is not None and owner.router is not None:
            owner.router.mount(child, "", program.at(arguments), order=program.next_order())
    return owner


def _parts(program: Program, owner: Object, arguments: Arguments) -> Value:
    """`let (router, api) = router.split_for_parts()`."""
    return [owner, UNKNOWN]


_KINDS = {verb: (verb.upper(),) for verb in VERBS} | {"any": ("ANY",)}
_MODULES = ("axum.routing.", "aide.axum.routing.", "axum.routing.method_routing.", "loco_rs.")
HOOKS: dict[str, Hook] = {
    **{
        f"{module}{verb}{ending}()": partial(_start, methods=methods)
        for module in _MODULES
        for verb, methods in _KINDS.items()
        for ending in ("", "_service", "_with")
    },
    "axum.routing.on()": _on,
    "routes!()": listed,
    "utoipa_axum.routes!()": listed,
}
METHODS: dict[str, MethodHook] = {
    **{
        f"axum.methods.{verb}{ending}": partial(added, methods=methods)
        for verb, methods in _KINDS.items()
        for ending in ("", "_service", "_with")
    },
    "axum.methods.on": _add_on,
    "axum.methods.merge": _join,
    "axum.methods.layer": layered,
    "axum.methods.route_layer": layered,
    "axum.router.route": _route,
    "axum.router.api_route": _route,
    "axum.router.api_route_with": _route,
    "axum.router.route_service": _service,
    "axum.router.routes": _documented,
    "axum.router.layer": _layer,
    "axum.router.route_layer": _layer,
    "axum.router.nest": nest,
    "axum.router.nest_service": nest,
    "axum.router.nest_api_service": nest,
    "axum.router.merge": _merge,
    "axum.router.add": _route,
    "axum.router.prefix": _prefix,
    "axum.router.add_route": _merge,
    "axum.router.add_routes": _merge_all,
    "axum.router.split_for_parts": _parts,
    "axum.router.function": extractor_guards,
}
