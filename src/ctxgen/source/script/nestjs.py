"""NestJS: controllers with versions, prefixes and guards, gateways, message handlers and resolvers.

Sources: https://docs.nestjs.com/controllers, https://docs.nestjs.com/techniques/versioning, https://docs.nestjs.com/faq/global-prefix,
https://docs.nestjs.com/websockets/gateways, https://docs.nestjs.com/microservices/basics
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator
from typing import NamedTuple

from ctxgen.facts import shared_folders
from ctxgen.model import At, Channel, Endpoint, Guard, Variable
from ctxgen.opaque import Name, name
from ctxgen.patterns import ANY, STAR, linear
from ctxgen.source import ir
from ctxgen.source.frameworks import plain
from ctxgen.source.program import Hook, MethodHook, Program
from ctxgen.source.routing import access_of, join, parameters
from ctxgen.source.script import nest_guards, ts_rest
from ctxgen.source.script.decorators import Mark, marks, of_class
from ctxgen.source.script.nest_middleware import Consumed, consumers
from ctxgen.source.script.nest_modules import Modules, global_providers
from ctxgen.source.values import UNKNOWN, Arguments, ClassValue, External, FunctionValue, Object, Value

_COMMON = "@nestjs/common."
_VERBS = {
    "Get": "GET", "Post": "POST", "Put": "PUT", "Patch": "PATCH", "Delete": "DELETE", "Head": "HEAD", "Options": "OPTIONS", "All": "ANY",
    "Search": "SEARCH", "Sse": "GET",
}  # fmt: skip
_CRUD = (
    ("getManyBase", "GET", ""), ("getOneBase", "GET", ":id"), ("createOneBase", "POST", ""), ("createManyBase", "POST", "bulk"),
    ("updateOneBase", "PATCH", ":id"), ("replaceOneBase", "PUT", ":id"), ("deleteOneBase", "DELETE", ":id"),
)  # fmt: skip
_CRUD_DECORATORS = ("@nestjsx/crud.Crud", "@dataui/crud.Crud", "@rewiko/crud.Crud")
_MESSAGES = {"MessagePattern": None, "EventPattern": None}
_NEUTRAL = "@nestjs/common.VERSION_NEUTRAL"


# ---------------------------------------------------------------------------------------------- the application


class App:
    """What the code sets up of one application."""

    def __init__(self, root: Value, at: At) -> None:
        self.root, self.at = root, at
        self.prefix, self.prefix_at = "", at
        self.excluded: list[tuple[str, str]] = []
        self.version: tuple[str, Value] | None = None
        """What stands before the version in a path, and the default version."""
        self.guards: list[Guard] = []
        self.modules: Modules | None = None
        self.consumed: list[Consumed] = []
        self.listens = False


def _create(program: Program, arguments: Arguments) -> Value:
    made = Object(program.vocabulary.frameworks["nestjs"].types["app"])
    app = App(arguments.get(0), program.at(arguments))
    program.shared["nest apps"].append(app)
    made.fields[""] = app
    return made


def _app(program: Program, owner: Object) -> App:
    """The application that an object is; one that a function is given by nobody who was seen stands for the first."""
    known = owner.fields.get("")
    if isinstance(known, App):
        return known
    app = owner.fields[""] = App(UNKNOWN, At("", 1))
    program.shared["nest assumed"].append(app)
    return app


def _prefix(program: Program, owner: Object, arguments: Arguments) -> Value:
    app = _app(program, owner)
    app.prefix = _text(program, arguments.get(0), arguments.expression(0), arguments) or ""
    app.prefix_at = program.at(arguments)
    options = arguments.get(1)
    for each in options.get("exclude") or [] if isinstance(options, dict) else []:
        if isinstance(each, str):
            app.excluded.append(("ANY", each))
        elif isinstance(each, dict) and isinstance(each.get("path"), str):
            method = each.get("method")
            app.excluded.append((method.path.rpartition(".")[2] if isinstance(method, External) else "ANY", each["path"]))
    return owner


def _versioning(program: Program, owner: Object, arguments: Arguments) -> Value:
    options = arguments.get(0)
    kind = options.get("type") if isinstance(options, dict) else None
    if options is None or kind is None or (isinstance(kind, External) and kind.path.endswith(".URI")) or kind == 0:
        stated = options if isinstance(options, dict) else {}
        before = stated.get("prefix", "v")
        _app(program, owner).version = (before if isinstance(before, str) else "", stated.get("defaultVersion"))
    return owner


def _guards(program: Program, owner: Object, arguments: Arguments) -> Value:
    at = program.at(arguments)
    for index, value in enumerate(arguments.positional):
        made = nest_guards.of_value(program, value, arguments.expression(index), at, None)
        _app(program, owner).guards += [made] if made is not None else []
    return owner


def _listen(program: Program, owner: Object, arguments: Arguments) -> Value:
    _app(program, owner).listens = True
    return owner


def _namespace(program: Program, arguments: Arguments) -> Value:
    """`registerAs("app", () => ({ … }))`: what `configService.get("app.…")` gives."""
    if isinstance(arguments.get(0), str):
        program.shared["nest settings"].append((arguments.get(0), arguments.get(1)))
    return External("@nestjs/config.registerAs()", arguments)


def _text(program: Program, value: Value, expression: ir.Expression | None, arguments: Arguments) -> str | None:
    """A text, also where it is a setting: its default, or the value that the repository's own environment files give."""
    if isinstance(value, str):
        return value
    if isinstance(expression, ir.Call) and expression.arguments and isinstance(expression.function, ir.Attribute):
        key = program.evaluate(expression.arguments[0].value, arguments.scope)
        if expression.function.name in ("get", "getOrThrow") and isinstance(key, str):
            program.shared["nest wanted"].append(key)
            return _setting(program, key, arguments) or _default(program, expression, arguments)
    if isinstance(value, External) and value.path.startswith("process.env."):
        return _variable(program, value.path.rpartition(".")[2])
    return None


def _default(program: Program, call: ir.Call, arguments: Arguments) -> str | None:
    given = program.evaluate(call.arguments[1].value, arguments.scope) if len(call.arguments) > 1 else None
    return given if isinstance(given, str) else None


def _setting(program: Program, key: str, arguments: Arguments) -> str | None:
    start, _, inner = key.partition(".")
    for path in program.paths:
        if "config" in path and program.sources is not None and b"registerAs" in program.sources.data(path):
            program.run(path)
    for namespace, factory in program.shared["nest settings"]:
        if namespace == start and isinstance(factory, FunctionValue):
            value = program.call(factory, Arguments((), {}, (), factory.function.line, factory.scope))
            for part in inner.split("."):
                value = value.get(part) if isinstance(value, dict) else UNKNOWN
            if isinstance(value, str):
                return value
            if isinstance(value, External) and value.path.startswith("process.env."):
                return _variable(program, value.path.rpartition(".")[2])
    return _variable(program, key) if not inner else None


def _variable(program: Program, wanted: str) -> str | None:
    """What the repository's environment files set a variable to, where that is a plain path."""
    for each in program.sources.facts.of(Variable) if program.sources is not None else ():
        if each.name == wanted and each.value is not None and (found := each.value.path()):
            return found
    return None


# ---------------------------------------------------------------------------------------------- controllers


class Placed(NamedTuple):
    """A controller in an application: the prefix of its module, and what every route passes."""

    app: App
    prefix: str
    guards: tuple[Guard, ...]
    listed: bool = True
    """Whether a module of the application lists it."""


def finish(program: Program) -> None:
    """Every controller, gateway and resolver that was met."""
    apps = [each for each in program.shared["nest apps"] if isinstance(each, App)]
    assumed = [each for each in program.shared["nest assumed"] if isinstance(each, App)]
    listening = [app.root for app in apps if app.listens]
    apps = [app for app in apps if app.listens or app.root not in listening]  # one that is made to read a setting of it
    for app in apps:
        for other in assumed:
            _settle(app, other)
        app.modules = Modules(program, app.root)
        app.guards += _provided(program, app.modules.providers)
        app.consumed = consumers(program, app.modules.seen)
    if not apps:
        apps = assumed[:1] or [App(UNKNOWN, At("", 1))]
    outside: list[Endpoint] = []
    for cls in list(program.classes):
        found = of_class(program, cls)
        for mark in found:
            if mark.path == f"{_COMMON}Controller":
                for placed in _places(cls, apps):
                    (program.facts if placed.listed else outside).extend(_controller(program, cls, mark, found, placed))
                break
            if mark.path == "@nestjs/websockets.WebSocketGateway":
                program.facts += _gateway(program, cls, mark, found)
                break
    # a controller that no module lists is often one of several that a setting chooses between
    known = {(each.method, each.path) for each in program.facts if isinstance(each, Endpoint)}
    program.facts += [each for each in outside if each.kind != "http" or (each.method, each.path) not in known]


def _settle(app: App, other: App) -> None:
    """What a function does to an application that nobody was seen to pass is done to every one."""
    app.prefix, app.prefix_at = (app.prefix, app.prefix_at) if app.prefix or not other.prefix else (other.prefix, other.prefix_at)
    app.version = app.version or other.version
    app.excluded += other.excluded
    app.guards += other.guards


def _provided(program: Program, providers: list[Value]) -> list[Guard]:
    return [
        made for value, entry in global_providers(program, providers, "APP_GUARD") if (made := nest_guards.provided(program, value, entry))
    ]


def _places(cls: ClassValue, apps: list[App]) -> Iterator[Placed]:
    """The applications that a controller belongs to; one in no module of any belongs to the nearest."""
    found = False
    for app in apps:
        module = app.modules.controllers.get(cls) if app.modules is not None else None
        if module is not None and app.modules is not None:
            found = True
            yield Placed(app, app.modules.prefixes.get(module, ""), tuple(app.guards))
    if not found:
        serving = [app for app in apps if app.modules is not None and app.modules.controllers] or apps  # others only run scripts
        near = max(serving, key=lambda app: shared_folders(app.at.path, cls.path))
        yield Placed(near, "", tuple(near.guards), listed=False)


def _controller(program: Program, cls: ClassValue, mark: Mark, found: list[Mark], placed: Placed) -> Iterator[Endpoint]:
    options = mark.get(0)
    stated = options if isinstance(options, dict) else {}
    paths = plain(stated.get("path", "") if stated else options) or [""]
    own = nest_guards.used(program, found)
    opened = nest_guards.opened(found)
    for method, owner in _methods(program, cls):
        inside = list(marks(program, method.decorators, owner.scope))
        for verb, written, each in _routes(inside):
            guards = nest_guards.applying(program, [*placed.guards, *own, *nest_guards.used(program, inside)], [*found, *inside])
            guards += nest_guards.metadata([*found, *inside], any(each.kind in ("authn", "authz") for each in guards))
            if nest_guards.unlimited([*found, *inside]):
                guards = [each for each in guards if each.kind != "rate"]
            version = _version(inside) or _version(found) or stated.get("version")
            inner = any(guard.kind in ("authn", "authz") for guard in nest_guards.used(program, inside))
            public = nest_guards.opened(inside) or (None if inner else opened)
            for path, local in _full(placed, paths, written, version, verb):
                before = [known for one in placed.app.consumed if one.before(cls, [path, local], verb) for known in one.guards]
                yield _endpoint(
                    verb, path, f"{cls.cls.name}.{method.name}", [*before, *guards], public, each.at, (mark.at, placed.app.prefix_at)
                )
        yield from _handlers(program, inside, f"{cls.cls.name}.{method.name}")
    for crud in found:
        if crud.path in _CRUD_DECORATORS:
            yield from _crud(cls, crud, paths, _version(found) or stated.get("version"), [*placed.guards, *own], opened, placed)


def _methods(program: Program, cls: ClassValue) -> Iterator[tuple[ir.Function, ClassValue]]:
    """The methods of a class and of those that it extends, overridden ones once."""
    seen: set[str] = set()
    for each in program.lineage(cls):
        for method in each.cls.methods:
            if method.name not in seen:
                seen.add(method.name)
                yield method, each


def _routes(found: Iterable[Mark]) -> Iterator[tuple[str, list[str], Mark]]:
    for mark in found:
        if mark.path.startswith(_COMMON) and mark.last in _VERBS:
            value = mark.get(0)
            yield _VERBS[mark.last], (plain(value) if not isinstance(value, dict) else []) or [""], mark
        elif mark.path in ("@ts-rest/nest.TsRestHandler", "@ts-rest/nest.TsRest"):
            yield from ((each.method, [each.path], mark) for each in ts_rest.routes(mark.get(0)))


def _version(found: Iterable[Mark]) -> Value:
    return next((mark.get(0) for mark in found if mark.path == f"{_COMMON}Version"), None)


def _full(placed: Placed, controller: list[str], method: list[str], version: Value, verb: str) -> Iterator[tuple[str, str]]:
    """The whole paths of a route (prefix of all, version, module, controller, method), each with what of it middlewares name."""
    for start in _versions(placed.app, version):
        for one in controller:
            for other in method:
                path = join(join(placed.prefix, one), other) or "/"
                below = join(start, path)
                yield below if _is_excluded(placed.app, path, verb) else join(placed.app.prefix, below), path


def _versions(app: App, version: Value) -> list[str]:
    """The parts of the path that say the version; `""` for none."""
    if app.version is None:
        return [""]
    before, default = app.version
    chosen = default if version is None else version
    values = chosen if isinstance(chosen, list) else [chosen]
    found = [
        f"/{before}{each}"
        if isinstance(each, (str, int)) and not isinstance(each, bool)
        else f"/{before}{{version}}"
        if each is UNKNOWN
        else ""
        for each in values
    ]
    return list(dict.fromkeys(found)) or [""]


def _is_excluded(app: App, path: str, verb: str) -> bool:
    """Whether the application's prefix leaves a route out."""
    shown = "/" + path.strip("/")
    return any(method in ("ANY", "ALL", verb) and re.fullmatch(_pattern(pattern), shown) is not None for method, pattern in app.excluded)


def _pattern(written: str) -> str:
    """A regular expression for a path with `:id`, `*`, `(.*)` and `{*rest}`."""
    parts = re.split(r"(:\w{1,40}|\(\.\*\)|\{/?\*\w{0,40}\}|\*\w{0,40})", "/" + written.strip("/"))
    found: list[str] = []
    for index, part in enumerate(parts):
        if index % 2:
            found += ("[^/]", STAR) if part.startswith(":") else ("/", ANY) if part.startswith("{/") else (ANY,)
        else:
            found.append(re.escape(part))
    if parts[-2:-1] and parts[-2].startswith("{/") and not parts[-1]:
        return linear(found[:-3]) + "(?:/.*)?"
    return linear(found)


def _endpoint(verb: str, path: str, handler: str, guards: list[Guard], public: At | None, at: At, via: tuple[At, ...]) -> Endpoint:
    unique = tuple({(each.name, each.kind): each for each in guards}.values())
    if public is not None:
        unique = tuple(each for each in unique if each.kind not in ("authn", "authz"))
    lines = (*(each for each in via if each.path and each != at), *((public,) if public is not None else ()))
    return Endpoint(
        method=name(verb), path=name(parameters(path)), handler=name(handler), access=access_of(unique, public), guards=unique,
        technology=Name("nestjs"), at=at, via=lines,
    )  # fmt: skip


def _crud(
    cls: ClassValue, mark: Mark, paths: list[str], version: Value, guards: list[Guard], public: At | None, placed: Placed
) -> Iterator[Endpoint]:
    """The routes that `@Crud(…)` makes.  Source: https://github.com/nestjsx/crud/wiki/Controllers"""
    stated = mark.get(0)
    routes = stated.get("routes") if isinstance(stated, dict) else None
    only, without = (plain(routes.get(key)) for key in ("only", "exclude")) if isinstance(routes, dict) else ([], [])
    own = {method.name for method in cls.cls.methods}
    for handler, verb, path in _CRUD:
        if (not only or handler in only) and handler not in without and handler not in own:
            for full, _ in _full(placed, paths, [path], version, verb):
                yield _endpoint(verb, full, f"{cls.cls.name}.{handler}", guards, public, mark.at, ())


# ---------------------------------------------------------------------------------------------- messages and sockets


def _handlers(program: Program, found: list[Mark], handler: str) -> Iterator[Endpoint]:
    """What answers messages: patterns, events and calls of gRPC."""
    for mark in found:
        if mark.path.startswith("@nestjs/microservices.") and mark.last in _MESSAGES and (topic := _topic(mark.get(0))):
            program.facts.append(Channel(name=name(topic), kind="topic", role="consumer", at=mark.at))
            yield _answer("message", topic, handler, program, found, mark)
        elif mark.path in ("@nestjs/microservices.GrpcMethod", "@nestjs/microservices.GrpcStreamMethod"):
            service, method = mark.get(0), mark.get(1)
            called = method if isinstance(method, str) else handler.rpartition(".")[2][:1].upper() + handler.rpartition(".")[2][1:]
            yield _answer("grpc", f"{service}/{called}" if isinstance(service, str) else called, handler, program, found, mark)


def _topic(value: Value) -> str:
    """The name of a pattern: a text, or the parts of an object (`{ cmd: "sum" }`)."""
    if isinstance(value, dict):
        return ",".join(f"{key}:{part}" for key, part in value.items() if isinstance(part, str))
    return value if isinstance(value, str) else ""


def _gateway(program: Program, cls: ClassValue, mark: Mark, found: list[Mark]) -> Iterator[Endpoint]:
    options = next((each for each in mark.arguments.positional if isinstance(each, dict)), {})
    stated = options.get("namespace")
    path = stated if isinstance(stated, str) else options.get("path") if isinstance(options.get("path"), str) else "/"
    for method, owner in _methods(program, cls):
        inside = list(marks(program, method.decorators, owner.scope))
        for each in inside:
            event = each.get(0)
            if each.path == "@nestjs/websockets.SubscribeMessage" and isinstance(event, str):
                answer = _answer("ws", event, f"{cls.cls.name}.{method.name}", program, [*found, *inside], each)
                yield Endpoint(
                    kind="ws", method=Name("WS"), path=name(parameters(str(path))), operation=answer.operation, handler=answer.handler,
                    access=answer.access, guards=answer.guards, technology=Name("nestjs"), at=each.at, via=(mark.at,),
                )  # fmt: skip


def _answer(kind: str, operation: str, handler: str, program: Program, found: list[Mark], mark: Mark) -> Endpoint:
    guards = tuple(nest_guards.used(program, found))
    return Endpoint(
        kind=kind,  # type: ignore[arg-type]
        operation=name(operation), handler=name(handler), access=access_of(guards, None), guards=guards, technology=Name("nestjs"), at=mark.at,
    )  # fmt: skip


HOOKS: dict[str, Hook] = {
    "@nestjs/core.NestFactory.create()": _create,
    "@nestjs/config.registerAs()": _namespace,
}
METHODS: dict[str, MethodHook] = {
    "nestjs.app.setGlobalPrefix": _prefix,
    "nestjs.app.enableVersioning": _versioning,
    "nestjs.app.useGlobalGuards": _guards,
    "nestjs.app.listen": _listen,
}
