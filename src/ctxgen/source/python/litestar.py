"""Litestar: handlers by decorators of the library, controllers, routers and applications with lists of them, and guards of each layer.

Sources: https://docs.litestar.dev/latest/usage/routing/handlers.html, https://docs.litestar.dev/latest/usage/security/guards.html,
https://docs.litestar.dev/latest/usage/security/security-backends.html.
"""

from __future__ import annotations

import re
from functools import partial

from ctxgen.model import At, Guard
from ctxgen.source import ir
from ctxgen.source.frameworks import plain
from ctxgen.source.guards import guard, spelled
from ctxgen.source.program import Hook, MethodHook, Program
from ctxgen.source.python.starlette import middleware_guard
from ctxgen.source.python.views import decorators, field_line
from ctxgen.source.reach import Reach, Told
from ctxgen.source.values import UNKNOWN, Arguments, ClassValue, Decorator, External, FunctionValue, Method, Object, Scope, Value

_STARTS = re.compile(rb"\w\.on_app_init\b")
_VERBS = ("get", "post", "put", "patch", "delete", "head")
_SOCKETS = ("websocket", "websocket_listener", "websocket_stream")


class _Handler(Decorator):
    """What `get("/orders", guards=[…])` gives: it marks the function that it decorates."""

    def __new__(cls, methods: tuple[str, ...], arguments: Arguments, kind: str) -> _Handler:
        marked: list[_Handler] = []
        marked.append(super().__new__(cls, lambda waiting: _marked(waiting.get(0), marked[0], called=bool(waiting.written))))
        return marked[0]

    def __init__(self, methods: tuple[str, ...], arguments: Arguments, kind: str) -> None:
        self.methods, self.arguments, self.kind = methods, arguments, kind


def _marked(function: Value, handler: _Handler, *, called: bool = False) -> Value:
    """What a handler makes of a function: the function itself where it is decorated, another value each time that it is `called` (`get("/a")(show)`)."""
    if isinstance(function, FunctionValue):
        function = function.bound(function.this) if called else function
        function.attributes["litestar"] = handler
    return function


def _decorator(*fixed: str, kind: str = "http") -> Hook:
    def make(program: Program, arguments: Arguments) -> Value:
        """`@get("/orders/{order_id:uuid}")`, `@route("/orders", http_method=["GET", "POST"])`."""
        function = arguments.get(0)
        methods = fixed or tuple(each.upper().rpartition(".")[2] for each in plain(arguments.get("http_method", 1))) or ("GET",)
        handler = _Handler(methods, arguments, kind)
        return _marked(function, handler) if isinstance(function, FunctionValue) else handler

    return make


def _paths(arguments: Arguments) -> list[str]:
    """The paths of a handler, without the slash at their end, which Litestar leaves out."""
    stated = arguments.get(0, "path")
    return [each.rstrip("/") for each in plain(stated)] or [""]


def _application(path: str) -> Hook:
    def make(program: Program, arguments: Arguments) -> Value:
        """`Litestar(route_handlers=[OrderController, health], guards=[…])`, `Router("/api", route_handlers=[…])`."""
        made = program.made(External(path), program.at(arguments), arguments)
        if made is None or made.router is None:
            return made
        prefix = arguments.get("path", *(() if "Litestar" in path else (0,)))
        made.router.prefix = prefix if isinstance(prefix, str) else ""
        made.router.use(_stated(program, arguments))
        program.shared["litestar.routers"].append(made.router)
        for each in _values(arguments.get("on_app_init")):
            if isinstance(each, Method) and each.owner.type.name == "auth":
                _in_effect(program, each.owner, arguments)
        given = arguments.get("route_handlers", *((0,) if "Litestar" in path else ()), default=UNKNOWN)
        for each in given if isinstance(given, list) else ():
            _register(program, made, each, program.at(arguments))
        return made

    return make


def _registered(program: Program, owner: Object, arguments: Arguments) -> Value:
    """`app.register(OrderController)`."""
    _register(program, owner, arguments.get(0, "value"), program.at(arguments))
    return UNKNOWN


def _register(program: Program, owner: Object, value: Value, at: At) -> None:
    if isinstance(value, ClassValue):
        controller = _controller(program, value)
        if owner.router is not None and controller is not None and controller.router is not None:
            owner.router.mount(controller.router, "", at)
    elif isinstance(value, FunctionValue) and isinstance(handler := value.attributes.get("litestar"), _Handler):
        _add(program, owner, handler, value)
    elif isinstance(value, (Object,)) and owner.router is not None and value.router is not None:
        owner.router.mount(value.router, "", at)


def _controller(program: Program, cls: ClassValue) -> Object | None:
    """The routes of a controller's methods, put on its router once."""
    program.defined(cls)
    known = cls.object
    if known is None or known.router is None or known.fields.setdefault("routes", False):
        return known
    known.fields["routes"] = True
    program.shared["litestar.routers"].append(known.router)
    stated = field_line(program, cls, "path")
    prefix = program.evaluate(stated[0].value, program.class_scope(stated[1])) if stated is not None and stated[0].value is not None else ""
    known.router.prefix = prefix if isinstance(prefix, str) else ""
    guards = field_line(program, cls, "guards")
    if guards is not None and isinstance(guards[0].value, ir.Sequence):
        known.router.use(_listed(program, guards[0].value, program.class_scope(guards[1]), At(guards[1].path, guards[0].line)))
    seen: set[str] = set()
    for each in program.lineage(cls):
        scope = program.class_scope(each)
        for method in each.cls.methods:
            for mark in method.decorators if method.name not in seen else ():
                handler = program.evaluate(mark, scope)
                if isinstance(handler, _Handler):
                    seen.add(method.name)
                    _add(program, known, handler, FunctionValue(method, scope, cls, cls))
    return known


def _add(program: Program, owner: Object, handler: _Handler, function: FunctionValue) -> None:
    at = program.route_at(handler.arguments)
    guards = _stated(program, handler.arguments)
    own = [mark for mark in function.function.decorators if spelled(mark).rpartition(".")[2] not in (*_VERBS, *_SOCKETS, "route")]
    guards += decorators(program, own, function.scope)
    public = at if handler.arguments.get("exclude_from_auth") is True else None
    program.answers(function)
    program.add_route(owner, handler.methods, _paths(handler.arguments), at, function.name, guards, handler.kind, public=public)


def _stated(program: Program, arguments: Arguments) -> list[Guard]:
    """`guards=[…]`, and middleware that refuses requests: a class of the repository by what it does, a library's by its name."""
    at, scope = program.at(arguments), arguments.scope
    found: list[Guard] = []
    guards = arguments.expression("guards")
    if isinstance(guards, ir.Sequence):
        found += _listed(program, guards, scope, at)
    middlewares = arguments.expression("middleware")
    for item in middlewares.items if isinstance(middlewares, ir.Sequence) else ():
        value = program.evaluate(item.value, scope)
        if isinstance(value, External) and value.arguments is not None and isinstance(inner := value.arguments.get(0), ClassValue):
            value = inner  # `DefineMiddleware(AuthMiddleware, exclude="/health")`
        line = item.value.line if not isinstance(item.value, (ir.Function, ir.Class)) else at.line
        if isinstance(value, ClassValue):
            found += middleware_guard(value, At(at.path, line))
        else:
            found += program.guards_of(item.value, value, At(at.path, line))
    return found


def _listed(program: Program, written: ir.Sequence, scope: Scope, at: At) -> list[Guard]:
    found: list[Guard] = []
    for item in written.items:
        found += program.guards_of(item.value, program.evaluate(item.value, scope), at)
    return found


def _values(value: Value) -> list[Value]:
    """The values of a list, or the one that it is."""
    return value if isinstance(value, list) else [value]


def _auth(path: str) -> Hook:
    def make(program: Program, arguments: Arguments) -> Value:
        """`JWTAuth[User](…, exclude=["/login"])`: a security backend, which asks everybody once the application starts with it."""
        made = Object(program.vocabulary.frameworks["litestar"].types["auth"])
        made.fields |= {"name": path.removesuffix("()").rpartition(".")[2], "made": arguments}
        program.shared["litestar.backends"].append(made)
        return made

    return make


def _in_effect(program: Program, owner: Object, arguments: Arguments) -> Value:
    """`on_app_init=[auth.on_app_init]`, `auth.on_app_init(app_config)` of a plugin."""
    program.shared["litestar.auths"].append(owner)
    return arguments.get(0)


def _starts_with_it(program: Program, path: str) -> bool:
    """Whether a file hands an application's configuration to a security backend."""
    return program.sources is not None and _STARTS.search(program.sources.data(path)) is not None


def _ask_everybody(program: Program) -> None:
    """Guard what nothing else guards or opens by the security backend that is in effect, but for the paths that it excludes."""
    backends, auths = program.shared.get("litestar.backends", []), program.shared.get("litestar.auths", [])
    if not auths and len(backends) == 1 and any(map(partial(_starts_with_it, program), program.modules)):
        auths = backends  # a plugin, which nobody was seen to call, starts the application with it
    for owner in auths:
        made: Arguments = owner.fields["made"]
        found = guard(owner.fields["name"], program.at(made), "authn")
        if found is None:
            continue
        excluded = [each.lstrip("^").rstrip("*.$") for each in plain(made.get("exclude", default=[]))]
        program.spare(found, Reach(tuple(Told(each, begins=True) for each in excluded if each.strip("/"))))
        for router in program.shared["litestar.routers"]:
            router.fallback = router.fallback or found


def finish(program: Program) -> None:
    """Controllers that a plugin registers (`app_config.route_handlers.extend(…)`), which no list of an application names, and who is asked who they are."""
    for cls in program.classes:
        if cls.object is not None and cls.object.type.framework == "litestar" and cls.object.type.name == "controller":
            _controller(program, cls)
    _ask_everybody(program)


_APPS = ("litestar.Litestar()", "litestar.app.Litestar()", "litestar.Router()", "litestar.router.Router()")
HOOKS: dict[str, Hook] = {path: _application(path) for path in _APPS}
for _module in ("litestar.", "litestar.handlers."):
    HOOKS |= {f"{_module}{verb}()": _decorator(verb.upper()) for verb in _VERBS}
    HOOKS |= {f"{_module}{name}()": _decorator("WS", kind="ws") for name in _SOCKETS}
    HOOKS[f"{_module}route()"] = _decorator()
for _module, _names in (("jwt", ("JWTAuth", "JWTCookieAuth", "OAuth2PasswordBearerAuth")), ("session_auth", ("SessionAuth",))):
    HOOKS |= {f"litestar.security.{_module}.{part}{name}()": _auth(f"{name}()") for part in ("", "auth.") for name in _names}
METHODS: dict[str, MethodHook] = {"litestar.router.register": _registered, "litestar.auth.on_app_init": _in_effect}
