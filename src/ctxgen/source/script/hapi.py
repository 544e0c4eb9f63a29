"""hapi: routes that are objects, plug-ins with prefixes, strategies of authentication.

Sources: https://hapi.dev/api#-serverrouteroute, https://hapi.dev/tutorials/plugins, https://hapi.dev/tutorials/auth
"""

from __future__ import annotations

from ctxgen.model import At, Guard
from ctxgen.opaque import name
from ctxgen.source.frameworks import plain
from ctxgen.source.guards import guard
from ctxgen.source.program import Hook, MethodHook, Program
from ctxgen.source.script.handlers import guards_in
from ctxgen.source.values import UNKNOWN, Arguments, FunctionValue, ModuleValue, Object, Record, Value


def _route(program: Program, owner: Object, arguments: Arguments) -> Value:
    """`server.route({ method, path, handler, options })`, or a list of them."""
    given = arguments.get(0)
    work = [given]
    while work:
        each = work.pop(0)
        if isinstance(each, ModuleValue):
            each = program.attribute(each, "default", arguments.line, arguments.scope)
        if isinstance(each, list):
            work = [*each, *work]
        elif isinstance(each, dict):
            _one(program, owner, each, arguments)
    return UNKNOWN


def _one(program: Program, owner: Object, route: dict[str, Value], arguments: Arguments) -> None:
    paths = plain(route.get("path"))
    at = route.place("path") if isinstance(route, Record) else program.at(arguments)
    if not paths:
        program.note(at, "path-unknown", "a route whose path could not be followed is left out")
        return
    options = route.get("options", route.get("config"))
    stated = options if isinstance(options, dict) else {}
    holder = route if "handler" in route else stated
    written = holder.written.get("handler") if isinstance(holder, Record) else None
    handler = holder.get("handler", UNKNOWN)
    guards, public = _access(stated, at)
    guards += guards_in(program, stated, ("pre", "validate"), at)
    if owner.router is None:
        return
    methods = tuple("ANY" if each == "*" else each.upper() for each in plain(route.get("method"))) or ("ANY",)
    named = program.handler_name(handler, written)
    before = len(owner.router.routes)
    program.add_route(owner, methods, paths, at, named if named != "handler" else None, guards, public=public)
    if "auth" not in stated:
        program.shared["hapi silent"] += [(owner.router, index) for index in range(before, len(owner.router.routes))]
    program.answers(handler)


def _access(options: dict[str, Value], at: At) -> tuple[list[Guard], At | None]:
    """What `auth` of a route's options says: a strategy, `false` for everybody, a mode of which `try` and `optional` let all in."""
    if "auth" not in options:
        return [], None
    where = options.place("auth") if isinstance(options, Record) else at
    auth = options["auth"]
    if auth is False:
        return [], where
    found: list[Guard] = []
    if isinstance(auth, dict):
        if auth.get("mode") in ("try", "optional"):
            return [], None
        strategy = plain(auth.get("strategies", auth.get("strategy")))
        found = [Guard(name=name(each), kind="authn", at=where) for each in strategy]
        if any(key in auth for key in ("scope", "access", "entity")) and (made := guard("scope", where, "authz")):
            found.append(made)
    elif isinstance(auth, str):
        found = [Guard(name=name(auth), kind="authn", at=where)]
    return found, None


def _default(program: Program, owner: Object, arguments: Arguments) -> Value:
    """`server.auth.default("jwt")` guards what says nothing else."""
    given = arguments.get(0)
    strategy = given if isinstance(given, str) else given.get("strategy") if isinstance(given, dict) else None
    mode = given.get("mode") if isinstance(given, dict) else None
    if isinstance(strategy, str) and mode not in ("try", "optional"):
        program.shared["hapi default"].append(Guard(name=name(strategy), kind="authn", at=program.at(arguments)))
    return UNKNOWN


def finish(program: Program) -> None:
    """Guard the routes that say nothing of authentication by the default, wherever that stands."""
    found = tuple(program.shared["hapi default"][:1])
    for router, index in program.shared["hapi silent"]:
        route = router.routes[index]
        router.routes[index] = route._replace(guards=(*found, *route.guards))


def _register(program: Program, owner: Object, arguments: Arguments) -> Value:
    """`server.register({ plugin, routes: { prefix } })`, a plug-in alone, or a list; `server.register(plugin, { routes: { prefix } })` for all of them."""
    given, shared = arguments.get(0), arguments.get(1)
    for each in given if isinstance(given, list) else [given]:
        stated = each if isinstance(each, dict) else {}
        plugin = stated.get("plugin", each)
        if isinstance(plugin, ModuleValue) and "plugin" in plugin.exports:
            plugin = program.attribute(plugin, "plugin", arguments.line, arguments.scope)
        elif isinstance(plugin, ModuleValue) and "default" in plugin.exports:
            plugin = program.attribute(plugin, "default", arguments.line, arguments.scope)
        if isinstance(plugin, dict) and "plugin" in plugin:
            plugin = plugin["plugin"]
        own, prefix = _prefix(stated), _prefix(shared)
        register = (
            plugin.get("register") if isinstance(plugin, dict) else program.attribute(plugin, "register", arguments.line, arguments.scope)
        )
        if isinstance(register, FunctionValue):
            above = owner.fields.get("server", owner) if own else owner  # what a plug-in states for itself stands below no other prefix
            child = _child(program, above if isinstance(above, Object) else owner, own or prefix, program.at(arguments))
            program.call(register, Arguments((child, stated.get("options", {})), {}, (), arguments.line, arguments.scope))
    return UNKNOWN


def _prefix(options: Value) -> str:
    """The prefix in `{ routes: { prefix } }`."""
    routes = options.get("routes") if isinstance(options, dict) else None
    prefix = routes.get("prefix") if isinstance(routes, dict) else None
    return prefix if isinstance(prefix, str) else ""


def _child(program: Program, owner: Object, prefix: str, at: At) -> Object:
    if not prefix:
        return owner
    made = Object(owner.type, program.new_router(owner.type, at))
    made.fields["server"] = owner.fields.get("server", owner)
    if made.router is not None and owner.router is not None:
        owner.router.mount(made.router, prefix, at)
    return made


HOOKS: dict[str, Hook] = {}
METHODS: dict[str, MethodHook] = {
    "hapi.server.route": _route,
    "hapi.server.register": _register,
    "hapi.server.auth.default": _default,
}
