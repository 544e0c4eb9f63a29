"""Javalin's routes: of the application, and of the nested blocks of its `ApiBuilder`.

Source: https://javalin.io/documentation#endpoint-handlers
"""

from __future__ import annotations

from ctxgen.source.frameworks import plain
from ctxgen.source.jvm.annotations import simple
from ctxgen.source.jvm.library import scoped
from ctxgen.source.program import Hook, MethodHook, Program
from ctxgen.source.routing import Kind
from ctxgen.source.values import UNKNOWN, Arguments, FunctionValue, Object, Value

_BUILDER = "io.javalin.apibuilder.ApiBuilder"
_VERBS = ("get", "post", "put", "patch", "delete", "head", "options", "query")


def _answering(verb: str, kind: Kind = "http") -> MethodHook:
    """`get("/path", handler, roles…)`, and in a block `get(handler)`."""

    def hook(program: Program, owner: Object, arguments: Arguments) -> Value:
        first = arguments.get(0, default=UNKNOWN)
        named = isinstance(first, str)
        position = 1 if named else 0
        handler = arguments.get(position, default=UNKNOWN)
        alone = len(arguments.positional) == 1 and owner.type.name == "builder"  # `get(Orders.list)`
        if not named and not alone and not isinstance(handler, FunctionValue):
            return owner
        shown = program.handler_name(handler, arguments.expression(position))
        roles = tuple(range(position + 1, len(arguments.positional)))
        program.add_route(owner, (verb,), [first if named else ""], program.at(arguments), shown, _roles(program, arguments, roles), kind)
        program.answers(handler)
        return owner

    return hook


def _roles(program: Program, arguments: Arguments, positions: tuple[int, ...]):  # type: ignore[no-untyped-def]
    """`Role.ADMIN` behind the handler: who may enter."""
    at = program.at(arguments)
    names = [arguments.expression(position) for position in positions]
    return [guard for each in names if each is not None for guard in program.guards_of(each, UNKNOWN, at, "authz")]


def _path(program: Program, owner: Object, arguments: Arguments) -> Value:
    """`path("orders", () -> { … })`."""
    at = program.at(arguments)
    child = Object(owner.type, program.new_router(owner.type, at))
    for prefix in plain(arguments.get(0)) or ["{part}"]:
        if owner.router is not None and child.router is not None:
            owner.router.mount(child.router, prefix, at)
    _inside(program, child, arguments)
    return child


def _crud(program: Program, owner: Object, arguments: Arguments) -> Value:
    """`crud("orders/{id}", controller)`: five routes."""
    path = arguments.get(0)
    if isinstance(path, str) and "/" in path.strip("/"):
        collection = path.rstrip("/").rpartition("/")[0]
        at, handler = program.at(arguments), simple(arguments.expression(1))
        for verbs, each in ((("GET", "POST"), collection), (("GET", "PATCH", "DELETE"), path)):
            program.add_route(owner, verbs, [each], at, handler or None)
    return owner


def _before(program: Program, owner: Object, arguments: Arguments) -> Value:
    """`before("/admin/*", filter)`, `beforeMatched(filter)`, `accessManager(…)`."""
    first = arguments.get(0)
    prefix = first if isinstance(first, str) else ""
    guards = program.guards_at(arguments, (1 if isinstance(first, str) else 0,))
    if owner.router is not None:
        owner.router.use(guards, prefix)
    return owner


def _create(program: Program, arguments: Arguments) -> Value:
    """`Javalin.create(config -> config.router.apiBuilder(() -> { … }))`, `Javalin.start { it.routes.get(…) }`: the configuration's router is the application."""
    type = program.vocabulary.frameworks["javalin"].types["app"]
    app = Object(type, program.new_router(type, program.at(arguments)))
    config = Object(type, app.router)
    config.fields["router"] = config.fields["routes"] = config
    block = arguments.get(0)
    if isinstance(block, FunctionValue):
        program.call_with(block, config, arguments, receiver=True)
    return app


def _builder(program: Program, owner: Object, arguments: Arguments) -> Value:
    """The block of `apiBuilder`."""
    _inside(program, Object(program.vocabulary.frameworks["javalin"].types["builder"], owner.router), arguments)
    return owner


def _inside(program: Program, builder: Object, arguments: Arguments) -> None:
    """Run a block, whose routes go to `builder`, and those of the functions that it calls."""
    block = arguments.get(-1)
    if isinstance(block, FunctionValue):
        blocks = program.kept.setdefault("javalin", [])
        blocks.append(builder)
        try:
            program.call_with(block, builder, arguments, receiver=True)
        finally:
            blocks.pop()


def _static(method: MethodHook) -> Hook:
    """A function of `ApiBuilder`, which puts routes on the innermost block that is run."""

    def hook(program: Program, arguments: Arguments) -> Value:
        blocks = program.kept.get("javalin")
        return method(program, blocks[-1], arguments) if blocks else UNKNOWN

    return hook


_BUILDS: dict[str, MethodHook] = {
    **{verb: _answering(verb.upper()) for verb in _VERBS},
    "ws": _answering("WS", "ws"),
    "sse": _answering("GET", "sse"),
    "before": _before,
    "beforeMatched": _before,
    "crud": _crud,
}
METHODS: dict[str, MethodHook] = {
    **{f"javalin.{type}.{name}": method for type in ("app", "builder") for name, method in _BUILDS.items()},
    **scoped("javalin.app", "javalin.builder"),
    "javalin.builder.path": _path,
    "javalin.app.apiBuilder": _builder,
    "javalin.app.routes": _builder,
}
HOOKS: dict[str, Hook] = {
    **{f"{package}Javalin.{name}()": _create for package in ("io.javalin.", "") for name in ("create", "start")},
    **{f"{_BUILDER}.{name}()": _static(method) for name, method in {**_BUILDS, "path": _path}.items()},
}
