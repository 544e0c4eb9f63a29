"""poem: paths with method routers or handlers, and the operations that `#[oai]` states of an `#[OpenApi]` block.

Sources: https://docs.rs/poem/latest/poem/struct.Route.html, https://docs.rs/poem-openapi/latest/poem_openapi/attr.OpenApi.html.
"""

from __future__ import annotations

from functools import partial

from ctxgen.model import At, Guard
from ctxgen.source import ir
from ctxgen.source.guards import guard
from ctxgen.source.program import Hook, MethodHook, Program
from ctxgen.source.rust.expressions import spelled_last
from ctxgen.source.rust.handlers import VERBS, extractor_guards, guard_whole
from ctxgen.source.rust.methods import Answer, answers, layered, nest, put
from ctxgen.source.rust.resolve import RustResolver
from ctxgen.source.values import UNKNOWN, Arguments, ClassValue, FunctionValue, Instance, Object, Value


def _start(program: Program, arguments: Arguments, methods: tuple[str, ...]) -> Value:
    """`get(list)`."""
    return _add(program, Object(program.vocabulary.frameworks["poem"].types["methods"]), arguments, methods)


def _add(program: Program, owner: Object, arguments: Arguments, methods: tuple[str, ...]) -> Value:
    """`….post(place.around(only_users))`: the handler with what is put around it."""
    written = arguments.expression(0)
    guards: list[Guard] = []
    while isinstance(written, ir.Call) and isinstance(written.function, ir.Attribute) and written.function.name in _AROUND:
        given = [each.value for each in written.arguments]
        guards += [
            found for each in given for found in program.guards_of(each, program.evaluate(each, arguments.scope), program.at(arguments))
        ]
        written = written.function.owner
    if isinstance(written, ir.Call) and spelled_last(written.function) == "default" and isinstance(written.function, ir.Attribute):
        written = written.function.owner  # a handler with type parameters: `list::<Store>::default()`
    handler = (
        program.evaluate(written, arguments.scope)
        if written is not arguments.expression(0) and written is not None
        else arguments.get(0, default=UNKNOWN)
    )
    program.answers(handler)
    answers(owner).append(Answer(methods, handler, written, tuple(guards)))
    return owner


def _at(program: Program, owner: Object, arguments: Arguments) -> Value:
    """`route.at("/orders/:id", get(show))`: a method router, a handler of every method, or a router."""
    path, given, at = arguments.get(0), arguments.get(1, default=UNKNOWN), program.at(arguments)
    if not isinstance(path, str) or owner.router is None:
        program.note(at, "path-unknown", "a route whose path could not be followed is left out")
    elif isinstance(given, Object) and given.type.name == "methods":
        put(program, owner, given, path, at)
    elif (child := program.router_of(given)) is not None:
        owner.router.mount(child, path, at, order=program.next_order())
    else:
        program.answers(given)
        name = program.handler_name(given, arguments.expression(1))
        program.add_route(owner, ("ANY",), [path], at, name, program.handler_guards(owner, given))
    return owner


def _nest(program: Program, owner: Object, arguments: Arguments) -> Value:
    """`nest("/api", route)`; what answers by itself answers at the path."""
    given = arguments.get(1)
    return (_at if isinstance(given, Object) and given.type.name == "methods" else nest)(program, owner, arguments)


def _nest_whole(program: Program, owner: Object, arguments: Arguments) -> Value:
    """`nest_no_strip("/api", route)`: the paths below are whole."""
    child = program.router_of(arguments.get(1))
    if child is not None and owner.router is not None:
        owner.router.mount(child, "", program.at(arguments), order=program.next_order())
    return owner


def _service(program: Program, arguments: Arguments) -> Value:
    """`OpenApiService::new((Orders, Users), "Shop", "1.0")`."""
    made = program.new_object(program.vocabulary.frameworks["poem"].types["service"], program.at(arguments))
    given = arguments.get(0, default=UNKNOWN)
    for each in given if isinstance(given, list) else [given]:
        cls = each if isinstance(each, ClassValue) else each.cls if isinstance(each, Instance) else None
        if cls is not None:
            _operations(program, made, cls)
    return made


def _operations(program: Program, owner: Object, cls: ClassValue) -> None:
    for function in list(program.functions):
        receiver = function.function.receiver
        if receiver is None or spelled_last(receiver.type) != cls.cls.name:
            continue
        marks = {spelled_last(mark.function): mark for mark in function.function.decorators if isinstance(mark, ir.Call)}
        if (operation := marks.get("oai")) is None:
            continue
        path, methods = _stated(operation, "path"), _stated(operation, "method")
        prefix = _stated(marks["OpenApi"], "prefix_path") if "OpenApi" in marks else []
        if path:
            program.answers(function)
            at = At(function.scope.module.path, operation.line)
            whole = "/".join(part.strip("/") for part in (*prefix[:1], path[0]) if part.strip("/"))
            verbs = [each.upper() for each in methods if each.lower() in VERBS] or ["GET"]
            name = f"{cls.cls.name}.{function.function.name}"
            program.add_route(owner, verbs, [f"/{whole}"], at, name, _guards(program, function))


def _stated(mark: ir.Call, key: str) -> list[str]:
    return [
        each.value.value
        for each in mark.arguments
        if each.keyword == key and isinstance(each.value, ir.Literal) and isinstance(each.value.value, str)
    ]


def _guards(program: Program, function: FunctionValue) -> list[Guard]:
    """The security schemes that an operation takes."""
    schemes = program.resolver.schemes if isinstance(program.resolver, RustResolver) else frozenset()
    found = [
        guard(last, At(function.scope.module.path, parameter.line), "authn")
        for parameter in function.function.parameters
        if (last := spelled_last(parameter.type)) in schemes
    ]
    return [each for each in found if each is not None]


_AROUND = {"around", "with", "with_if", "before", "after", "data", "map_to_response", "map_to_result", "catch_error", "catch_all_error", "inspect_err", "inspect_all_err", "boxed"}  # fmt: skip
"""Methods that put something around an endpoint."""
_KINDS = {verb: (verb.upper(),) for verb in VERBS}
HOOKS: dict[str, Hook] = {
    **{f"poem.{module}{verb}()": partial(_start, methods=methods) for module in ("", "route.") for verb, methods in _KINDS.items()},
    "poem_openapi.OpenApiService.new()": _service,
}
METHODS: dict[str, MethodHook] = {
    **{f"poem.methods.{verb}": partial(_add, methods=methods) for verb, methods in _KINDS.items()},
    "poem.methods.with": layered,
    "poem.methods.around": layered,
    "poem.router.at": _at,
    "poem.router.nest": _nest,
    "poem.router.nest_no_strip": _nest_whole,
    "poem.router.with": guard_whole,
    "poem.router.around": guard_whole,
    "poem.router.function": extractor_guards,
}
