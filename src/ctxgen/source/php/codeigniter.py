"""CodeIgniter's routes: verbs, groups, resources and the filters of each.

Sources: https://codeigniter.com/user_guide/incoming/routing.html, https://codeigniter.com/user_guide/incoming/restful.html, https://codeigniter.com/user_guide/incoming/filters.html.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping

from ctxgen.model import At, Guard, GuardKind
from ctxgen.source import ir
from ctxgen.source.frameworks import plain
from ctxgen.source.guards import guard, guard_kind
from ctxgen.source.php.laravel_state import class_path
from ctxgen.source.program import MethodHook, Program
from ctxgen.source.values import UNKNOWN, Arguments, FunctionValue, Object, Value

_VERBS = ("get", "post", "put", "patch", "delete", "options", "head")
_PLACEHOLDER = re.compile(r"\(:(\w{1,40})\)|\((?:\[[^\[\]()]{1,80}\]|\\w|\\d|\.)[+*]?\)")
_KINDS: dict[str, GuardKind] = {
    "group": "authz",
    "permission": "authz",
    "role": "authz",
    "session": "authn",
    "tokens": "authn",
    "hmac": "authn",
    "chain": "authn",
}
"""Filters of Shield: https://shield.codeigniter.com/references/controller_filters/."""
_RESOURCE = (
    ("index", ("GET",), ""),
    ("new", ("GET",), "/new"),
    ("edit", ("GET",), "/{id}/edit"),
    ("show", ("GET",), "/{id}"),
    ("create", ("POST",), ""),
    ("update", ("PUT", "PATCH"), "/{id}"),
    ("delete", ("DELETE",), "/{id}"),
)
_PRESENTER = (
    ("index", ("GET",), ""),
    ("show", ("GET",), "/show/{id}"),
    ("new", ("GET",), "/new"),
    ("create", ("POST",), "/create"),
    ("edit", ("GET",), "/edit/{id}"),
    ("update", ("POST",), "/update/{id}"),
    ("remove", ("GET",), "/remove/{id}"),
    ("delete", ("POST",), "/delete/{id}"),
)


def _path(written: str) -> str:
    """`users/(:num)` is `/users/{num}`; a pattern of one's own is a segment."""
    return "/" + _PLACEHOLDER.sub(lambda found: f"{{{found[1] or 'segment'}}}", written).strip("/")


def _handler(value: Value) -> str | None:
    """`"Users::show/$1"`, `[Users::class, "show"]`, `[[Users::class, "show"], "$1"]`."""
    match value:
        case [[_, str()] as inner, *_]:
            return _handler(inner)
        case [controller, str() as method]:
            named = class_path(controller).rpartition(".")[2]
            return f"{named}::{method.partition('/')[0]}" if named else method
        case str():
            return value.partition("/$")[0].rpartition("\\")[2] or None
    return None


def _filters(options: Value, written: ir.Expression | None, at: At) -> list[Guard]:
    """The filters among the options of a route or group: `["filter" => "auth:admin"]`, a list of them, a class."""
    if not isinstance(options, Mapping):
        return []
    entries = written.entries if isinstance(written, ir.Mapping) else ()
    line = next(
        (each.line for key, each in entries if isinstance(key, ir.Literal) and key.value == "filter" and hasattr(each, "line")), at.line
    )
    given = options.get("filter")
    named = [
        each if isinstance(each, str) else class_path(each).rpartition(".")[2] for each in (given if isinstance(given, list) else [given])
    ]
    found = []
    for each in filter(None, named):
        title = each.partition(":")[0]
        kind = _KINDS.get(title) or guard_kind(title)
        if kind is not None:
            found.append(guard(each[:80], At(at.path, line), kind))
    return [each for each in found if each is not None]


def _options(arguments: Arguments, start: int) -> tuple[Value, ir.Expression | None]:
    """The options among the arguments from a position on."""
    for index in range(start, len(arguments.positional)):
        if isinstance(arguments.positional[index], Mapping):
            return arguments.positional[index], arguments.expression(index)
    return None, None


def _route(methods: tuple[str, ...], path_at: int = 0) -> MethodHook:
    def hook(program: Program, owner: Object, arguments: Arguments) -> Value:
        path = arguments.get(path_at)
        if not isinstance(path, str):
            return owner
        at = program.at(arguments)
        given = methods or tuple(each.upper() for each in plain(arguments.get(0))) or ("ANY",)
        guards = _filters(*_options(arguments, path_at + 1), at)
        program.add_route(owner, given, [_path(path)], at, _handler(arguments.get(path_at + 1)), guards)
        return owner

    return hook


def _group(program: Program, owner: Object, arguments: Arguments) -> Value:
    """`$routes->group("admin", ["filter" => "auth"], static function ($routes) { … })`."""
    prefix, callback = arguments.get(0), arguments.get(-1)
    if not isinstance(callback, FunctionValue) or owner.router is None:
        return UNKNOWN
    at = program.at(arguments)
    inner = Object(owner.type, program.new_router(owner.type, at))
    assert inner.router is not None
    owner.router.mount(
        inner.router,
        _path(prefix) if isinstance(prefix, str) else "",
        at,
        _filters(*_options(arguments, 1), at),
        order=program.next_order(),
    )
    program.call(callback, arguments._replace(positional=(inner,), keywords={}, written=()))
    return owner


def _resource(actions: Iterable[tuple[str, tuple[str, ...], str]]) -> MethodHook:
    def hook(program: Program, owner: Object, arguments: Arguments) -> Value:
        named = arguments.get(0)
        if not isinstance(named, str):
            return owner
        at = program.at(arguments)
        options, written = _options(arguments, 1)
        stated: Mapping[str, Value] = options if isinstance(options, Mapping) else {}
        only, without = set(plain(stated.get("only"))), set(plain(stated.get("except")))
        only, without = ({word.strip() for each in words for word in each.split(",")} for words in (only, without))
        controller = stated.get("controller")
        written_name = controller if isinstance(controller, str) else class_path(controller) or named.rpartition("/")[2].title()
        name = re.split(r"[.\\]", written_name)[-1]
        for action, methods, below in actions:
            if (only and action not in only) or action in without:
                continue
            program.add_route(owner, methods, [_path(named) + below], at, f"{name}::{action}", _filters(options, written, at))
        return owner

    return hook


METHODS: dict[str, MethodHook] = {
    f"codeigniter.routes.{name}": hook
    for name, hook in {
        **{verb: _route((verb.upper(),)) for verb in _VERBS},
        "add": _route(("ANY",)),
        "match": _route((), 1),
        "view": _route(("GET",)),
        "group": _group,
        "resource": _resource(_RESOURCE),
        "presenter": _resource(_PRESENTER),
    }.items()
}
