"""Fastify: routes with options, plug-ins with prefixes, hooks that guard, folders that are loaded.

Hooks guard everything in their plug-in and below it, wherever they stand.  A plug-in that is wrapped by fastify-plugin
is part of what registers it.
Sources: https://fastify.dev/docs/latest/Reference/Routes/, https://fastify.dev/docs/latest/Reference/Plugins/,
https://fastify.dev/docs/latest/Reference/Hooks/, https://github.com/fastify/fastify-autoload
"""

from __future__ import annotations

import posixpath
import re

from ctxgen.model import At
from ctxgen.source import ir
from ctxgen.source.frameworks import plain
from ctxgen.source.guards import spelled
from ctxgen.source.program import Hook, MethodHook, Program
from ctxgen.source.script import trpc
from ctxgen.source.script.handlers import DECORATED, guards_in, guards_written
from ctxgen.source.script.library import file_path
from ctxgen.source.values import UNKNOWN, Arguments, External, FunctionValue, ModuleValue, Object, Record, Value

_VERBS = ("get", "post", "put", "patch", "delete", "head", "options", "all", "trace")
_HOOKS = ("onRequest", "preParsing", "preValidation", "preHandler")
_PLUGIN = ("fastify-plugin()", "fastify-plugin.default()", "fastify-plugin.fastifyPlugin()", "fastify-plugin.fp()")
_AUTOLOAD = ("@fastify/autoload", "fastify-autoload", "@fastify/autoload.fastifyAutoload")
_TRPC = "@trpc/server/adapters/fastify.fastifyTRPCPlugin"
_FILE = re.compile(r".+\.(?:[cm]?js|[cm]?ts)")
_IGNORED = re.compile(r"(?:test|spec)\.[cm]?[jt]s$|\.d\.ts$")
_PARAMETER = re.compile(r"(?:^|(?<=[/_-]))_([A-Za-z]\w{0,40})")


def _route(verb: str) -> MethodHook:
    method = {"all": "ANY"}.get(verb, verb.upper())

    def route(program: Program, owner: Object, arguments: Arguments) -> Value:
        """`app.get(path, options?, handler)`; the options may hold the handler."""
        paths = plain(arguments.get(0))
        second, third = arguments.get(1), arguments.get(2)
        if not paths or len(arguments.positional) < 2:
            return owner
        options = second if isinstance(second, dict) else {}
        handler, expression = (third, arguments.expression(2)) if len(arguments.positional) > 2 else (second, arguments.expression(1))
        if len(arguments.positional) == 2 and options:
            handler = options.get("handler", UNKNOWN)
            expression = options.written.get("handler") if isinstance(options, Record) else None
        _add(program, owner, (method,), paths, program.at(arguments), options, handler, program.handler_name(handler, expression))
        return owner

    return route


def _described(program: Program, owner: Object, arguments: Arguments) -> Value:
    """`app.route({ method, url, handler, preHandler })`"""
    options = arguments.get(0)
    if isinstance(options, dict):
        methods = tuple("ANY" if each == "*" else each.upper() for each in plain(options.get("method"))) or ("ANY",)
        paths = plain(options.get("url", options.get("path")))
        at = options.place("url" if "url" in options else "path") if isinstance(options, Record) else program.at(arguments)
        written = options.written.get("handler") if isinstance(options, Record) else None
        handler = options.get("handler", UNKNOWN)
        _add(program, owner, methods, paths, at, options, handler, program.handler_name(handler, written))
    return owner


def _add(
    program: Program,
    owner: Object,
    methods: tuple[str, ...],
    paths: list[str],
    at: At,
    options: dict[str, Value],
    handler: Value,
    named: str | None,
) -> None:
    guards = guards_in(program, options, _HOOKS, at)
    kind = "ws" if options.get("websocket") is True else "http"
    named = named if named != "handler" else None
    program.add_route(owner, ("WS",) if kind == "ws" else methods, paths, at, named, guards, kind)
    program.answers(handler)


def _hook(program: Program, owner: Object, arguments: Arguments) -> Value:
    """`app.addHook("onRequest", authenticate)`"""
    hook, function = arguments.get(0), arguments.get(1)
    if hook in _HOOKS and owner.router is not None:
        at = program.at(arguments)
        within = program.shared["fastify plug-ins"]  # what an inline hook is told by
        shown = within[-1] if within and within[-1] else str(hook)
        inline = guards_written(program, shown, function, at) if isinstance(function, FunctionValue) and not function.name else []
        owner.router.use(inline or program.guards_at(arguments, (1,)))
    return owner


def _decorate(program: Program, owner: Object, arguments: Arguments) -> Value:
    """`app.decorate("authenticate", async (request) => …)`: known to everything that the application is given to."""
    if isinstance(arguments.get(0), str):
        owner.fields[arguments.get(0)] = arguments.get(1, default=UNKNOWN)
    return owner


def _decorate_request(program: Program, owner: Object, arguments: Arguments) -> Value:
    """`app.decorateRequest("isAdmin", function () { … })`: what routes may call on a request."""
    title, function = arguments.get(0), arguments.get(1)
    if isinstance(title, str) and isinstance(function, FunctionValue):
        program.kept.setdefault(DECORATED, {})[title] = function
    return owner


def _after(program: Program, owner: Object, arguments: Arguments) -> Value:
    """`app.after(() => …)`, `app.ready(…)`: what is done when plug-ins are loaded."""
    if isinstance(arguments.get(0), FunctionValue):
        program.call(arguments.get(0), arguments._replace(positional=()))
    return owner


# ---------------------------------------------------------------------------------------------- plug-ins


def _register(program: Program, owner: Object, arguments: Arguments) -> Value:
    """`app.register(plugin, { prefix })`"""
    plugin, options = arguments.get(0), arguments.get(1, default={})
    if isinstance(options, FunctionValue):  # options may be made from the application
        options = program.call(options, arguments._replace(positional=(owner,)))
    if isinstance(plugin, External) and plugin.path in _AUTOLOAD:
        _autoload(program, owner, options if isinstance(options, dict) else {}, arguments)
        return owner
    prefix = options.get("prefix") if isinstance(options, dict) else None
    if isinstance(plugin, External) and plugin.path == _TRPC:
        served = trpc.plugged(program, options, program.at(arguments)) if "trpc" in program.vocabulary.frameworks else None
        if served is not None and served.router is not None and owner.router is not None:
            owner.router.mount(served.router, prefix if isinstance(prefix, str) else "", program.at(arguments))
        return owner
    named = _named(plugin, arguments.expression(0))
    _plug_in(program, owner, plugin, prefix if isinstance(prefix, str) else "", options, arguments, named)
    return owner


def _plug_in(program: Program, owner: Object, plugin: Value, prefix: str, options: Value, arguments: Arguments, named: str = "") -> None:
    plugin, whole = _unwrapped(program, plugin)
    below = program.router_of(plugin)
    if below is not None and owner.router is not None:  # what another library made of its routes
        owner.router.mount(below, prefix, program.at(arguments))
    if not isinstance(plugin, FunctionValue):
        return
    child = owner if whole else _child(program, owner, prefix, program.at(arguments))
    program.shared["fastify plug-ins"].append(named if whole else "")
    program.call(plugin, Arguments((child, options), {}, (), arguments.line, arguments.scope))
    program.shared["fastify plug-ins"].pop()


def _named(plugin: Value, written: ir.Expression | None) -> str:
    """What a plug-in that fastify-plugin wraps is called: by its options, else as it is written."""
    given = plugin.arguments.get(1) if isinstance(plugin, External) and plugin.path in _PLUGIN and plugin.arguments is not None else None
    stated = given.get("name") if isinstance(given, dict) else None
    return stated if isinstance(stated, str) else spelled(written) if isinstance(written, (ir.Name, ir.Attribute)) else ""


def _child(program: Program, owner: Object, prefix: str, at: At) -> Object:
    made = Object(owner.type, program.new_router(program.vocabulary.frameworks["fastify"].types["app"], at))
    made.fields = dict(owner.fields)
    if made.router is not None and owner.router is not None:
        owner.router.mount(made.router, prefix, at)
    return made


def _unwrapped(program: Program, plugin: Value) -> tuple[Value, bool]:
    """The function of a plug-in, and whether it is part of what registers it."""
    whole = False
    for _ in range(4):
        if isinstance(plugin, ModuleValue):
            plugin = program.attribute(plugin, "default", 1, plugin.scope)
        elif isinstance(plugin, External) and plugin.path in _PLUGIN and plugin.arguments is not None:
            plugin, whole = plugin.arguments.get(0), True
        elif isinstance(plugin, dict) and "default" in plugin:
            plugin = plugin["default"]
        else:
            break
    return plugin, whole


def _autoload(program: Program, owner: Object, options: dict[str, Value], arguments: Arguments) -> None:
    """Every file below a folder is a plug-in; folders are prefixes, `_id` in a name is a parameter if so asked."""
    program.shared["fastify loading"].append(arguments.scope.module.path)
    folder = file_path(options.get("dir"), arguments)
    if folder is None:
        return
    given = options.get("options")
    prefix = given.get("prefix") if isinstance(given, dict) else options.get("prefix")
    start = prefix if isinstance(prefix, str) else ""
    below = [path for path in program.paths if path.startswith(f"{folder}/" if folder else "")]
    depth = options.get("maxDepth")
    for path in below:
        inner = path[len(folder) + 1 if folder else 0 :]
        name = posixpath.basename(inner)
        if not _FILE.fullmatch(name) or _IGNORED.search(name) or path == arguments.scope.module.path or ".autohooks." in name:
            continue
        if isinstance(depth, int) and not isinstance(depth, bool) and inner.count("/") > depth:
            continue
        _load(program, owner, path, folder, start, options, arguments)


def _load(program: Program, owner: Object, path: str, folder: str, start: str, options: dict[str, Value], arguments: Arguments) -> None:
    module = program.run(path)
    if module is None or ("default" not in module.exports and "autoPrefix" not in module.exports):
        return
    plugin = program.attribute(module, "default", 1, module.scope)
    own = module.exports.get("autoPrefix", module.exports.get("prefixOverride"))
    inner = posixpath.dirname(path)[len(folder) :].strip("/")
    named = options.get("dirNameRoutePrefix") is not False
    prefix = start + (own if isinstance(own, str) else f"/{inner}" if inner and named else "")
    if options.get("routeParams") is True:
        prefix = _PARAMETER.sub(r":\1", prefix)
    target = owner
    for hooks in _autohooks(program, path, folder, cascade=options.get("cascadeHooks") is True) if options.get("autoHooks") is True else ():
        if target is owner:
            target = _child(program, owner, "", program.at(arguments))
        _plug_in(program, target, External("fastify-plugin()", arguments._replace(positional=(hooks,))), "", _given(options), arguments)
    _plug_in(program, target, plugin, prefix, _given(options), arguments)


def _autohooks(program: Program, path: str, folder: str, *, cascade: bool) -> list[Value]:
    """The hooks of a file's folder and, where they cascade, from the outside in, of those above it."""
    found: list[Value] = []
    at = posixpath.dirname(path)
    while at.startswith(folder) and len(found) < 20:
        for each in program.paths:
            if posixpath.dirname(each) == at and posixpath.basename(each).startswith("autohooks."):
                module = program.run(each)
                found += [module.exports["default"]] if module is not None and "default" in module.exports else []
        if at == folder or not at or not cascade:
            break
        at = posixpath.dirname(at)
    return found[::-1]


def _given(options: dict[str, Value]) -> Value:
    """What a loaded plug-in is given."""
    return options.get("options", {})


def finish(program: Program) -> None:
    """`fastify start app.js`: a plug-in that loads folders and that nothing registers is given an application by the command."""
    for path, module in list(program.modules.items()):
        if module is None or "default" not in module.exports or path in program.shared["fastify loading"] or program.sources is None:
            continue
        plugin, data = program.exported(module, "default"), program.sources.data(path)
        if isinstance(plugin, FunctionValue) and any(each.encode() in data for each in _AUTOLOAD[:2]):
            at = At(path, plugin.function.line)
            app = program.new_object(program.vocabulary.frameworks["fastify"].types["app"], at)
            program.call(plugin, Arguments((app, {}), {}, (), at.line, plugin.scope))


HOOKS: dict[str, Hook] = {}
METHODS: dict[str, MethodHook] = {
    **{f"fastify.app.{verb}": _route(verb) for verb in _VERBS},
    "fastify.app.route": _described,
    "fastify.app.addHook": _hook,
    "fastify.app.decorateRequest": _decorate_request,
    "fastify.app.decorate": _decorate,
    "fastify.app.after": _after,
    "fastify.app.ready": _after,
    "fastify.app.register": _register,
    "fastify.app.withTypeProvider": lambda program, owner, arguments: owner,
    "fastify.app.setErrorHandler": lambda program, owner, arguments: owner,
}
