"""Koa: routes may have a name before their path, and other packages mount and compose.

Sources: https://github.com/koajs/router/blob/master/API.md, https://github.com/koajs/mount, https://github.com/koajs/compose
"""

from __future__ import annotations

from ctxgen.source.frameworks import plain
from ctxgen.source.program import Hook, MethodHook, Program
from ctxgen.source.script.express import drop_unmounted
from ctxgen.source.script.handlers import guards_between
from ctxgen.source.values import UNKNOWN, Arguments, Object, Record, Value

_VERBS = ("get", "post", "put", "patch", "delete", "del", "head", "options", "all", "link", "unlink")


def _route(verb: str) -> MethodHook:
    method = {"all": "ANY", "del": "DELETE"}.get(verb, verb.upper())

    def route(program: Program, owner: Object, arguments: Arguments) -> Value:
        where = 1 if len(arguments.positional) > 2 and isinstance(arguments.get(1), str) else 0
        _add(program, owner, (method,), where, arguments)
        return owner

    return route


def _register(program: Program, owner: Object, arguments: Arguments) -> Value:
    """`router.register(path, methods, middleware)`"""
    methods = tuple("ANY" if each == "*" else each.upper() for each in plain(arguments.get(1)))
    _add(program, owner, methods or ("ANY",), 0, arguments, first=2)
    return owner


def _add(program: Program, owner: Object, methods: tuple[str, ...], where: int, arguments: Arguments, first: int = 0) -> None:
    last = len(arguments.positional) - 1
    paths = plain(arguments.get(where))
    if last > where and paths:
        guards = guards_between(program, arguments, max(where + 1, first), last)
        handler, written, around = program.unwrapped(arguments, last)
        named = program.handler_name(handler, written)
        program.add_route(owner, methods, paths, program.at(arguments), named, [*guards, *around])
        program.answers(handler)


def _joi(program: Program, owner: Object, arguments: Arguments) -> Value:
    """koa-joi-router: `router.route({ method: "get", path: "/", handler })`, or a list of them."""
    given = arguments.get(0)
    for each in given if isinstance(given, list) else [given]:
        if isinstance(each, Record):
            methods = tuple(method.upper() for method in plain(each.get("method")))
            at = program.at(arguments)._replace(path=each.path, line=each.line)
            named = program.handler_name(each.get("handler"), each.written.get("handler"))
            program.add_route(owner, methods, plain(each.get("path")), at, named)
            program.answers(each.get("handler"))
    return owner


def _mount(program: Program, arguments: Arguments) -> Value:
    """`mount("/admin", app)` gives a middleware that answers below a prefix."""
    prefix, child = (arguments.get(0), arguments.get(1)) if isinstance(arguments.get(0), str) else ("", arguments.get(0))
    router = program.router_of(child)
    if router is None:
        return UNKNOWN
    if not prefix:
        return child
    made = program.new_object(program.vocabulary.frameworks["koa"].types["router"], program.at(arguments))
    if made.router is not None:
        made.router.mount(router, prefix, program.at(arguments))
    return made


def _compose(program: Program, arguments: Arguments) -> Value:
    """`compose([a, b])` is all of them in turn."""
    return arguments.get(0, default=UNKNOWN)


def finish(program: Program) -> None:
    """Leave out the routers that no application uses."""
    drop_unmounted(program, "koa")


HOOKS: dict[str, Hook] = {"koa-mount()": _mount, "koa-compose()": _compose}
METHODS: dict[str, MethodHook] = {
    **{f"koa.router.{verb}": _route(verb) for verb in _VERBS},
    "koa.router.register": _register,
    "koa.router.route": _joi,
}
