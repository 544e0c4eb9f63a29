"""Slim's routes and middleware beyond groups.

Source: https://www.slimframework.com/docs/v4/objects/routing.html.
"""

from __future__ import annotations

import re

from ctxgen.source import ir
from ctxgen.source.frameworks import plain
from ctxgen.source.php.laravel_state import class_path
from ctxgen.source.program import MethodHook, Program
from ctxgen.source.values import UNKNOWN, Arguments, Object, Value

_VERBS = ("get", "post", "put", "patch", "delete", "options")
_OPTIONAL = re.compile(r"\[(/?[^\[\]]{0,200})\]")


def _route(*methods: str, path_at: int = 0, handler_at: int = -1) -> MethodHook:
    def hook(program: Program, owner: Object, arguments: Arguments) -> Value:
        path = arguments.get(path_at)
        at = program.at(arguments)
        if not isinstance(path, str) or len(arguments.positional) < path_at + 2:
            return UNKNOWN
        route = Object(program.vocabulary.frameworks["slim"].types["route"])
        route.router = program.new_router(route.type, at)
        if owner.router is not None:
            owner.router.mount(route.router, "", at, order=program.next_order())
        given = methods or tuple(each.upper() for each in plain(arguments.get(0)))
        handler = _handler(arguments.get(handler_at), arguments.expression(handler_at))
        program.add_route(route, given, dict.fromkeys(_paths(path)), at, handler)
        return route

    return hook


def _paths(path: str) -> tuple[str, ...]:
    """A path without and with what is optional in it (`/users[/{id}]`); nested options only as the whole."""
    inner = path
    for _ in range(5):
        inner = _OPTIONAL.sub(r"\1", inner)
    if inner == path:
        return (path,)
    return (path.partition("[")[0], inner)


def _handler(value: Value, written: ir.Expression | None) -> str | None:
    """`[Users::class, "list"]`, `Users::class . ":list"`, `"Users:list"`, `Users::class`."""
    match value:
        case [cls, str() as method]:
            return f"{class_path(cls).rpartition('.')[2]}:{method}" if class_path(cls) else method
        case str():
            return value.rpartition("\\")[2].replace("{", "").replace("}", "")
    return class_path(value).rpartition(".")[2] or None


def _add(program: Program, owner: Object, arguments: Arguments) -> Value:
    """`->add(new AuthMiddleware())`: middleware of everything below, whatever came before it."""
    if owner.router is not None:
        owner.router.use(program.guards_at(arguments, (0,)))
    return owner


METHODS: dict[str, MethodHook] = {
    **{f"slim.group.{verb}": _route(verb.upper()) for verb in _VERBS},
    "slim.group.any": _route("ANY"),
    "slim.group.map": _route(path_at=1),
    "slim.group.add": _add,
    "slim.group.addMiddleware": _add,
    "slim.route.add": _add,
    "slim.route.addMiddleware": _add,
    "slim.route.*": lambda program, owner, arguments: owner,
}
