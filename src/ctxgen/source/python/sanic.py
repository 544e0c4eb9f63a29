"""Sanic: blueprints and their groups, versions that stand before every prefix, view classes and middleware.

Sources: https://sanic.dev/en/guide/basics/routing.html, https://sanic.dev/en/guide/best-practices/blueprints.html, https://sanic.dev/en/guide/advanced/versioning.html.
"""

from __future__ import annotations

import re
from typing import NamedTuple

from ctxgen.model import At, Guard
from ctxgen.source.frameworks import plain
from ctxgen.source.program import Hook, MethodHook, Program
from ctxgen.source.python.views import VERBS, add_view, unwrapped
from ctxgen.source.routing import Router, join
from ctxgen.source.values import UNKNOWN, Arguments, ClassValue, Decorator, External, Object, Value

_MAX_DEPTH = 12
_TYPED = re.compile(r"<(\w{1,60})(?::[^<>]{0,200})?>")
"""`<order_id:int>`: the name stands first."""


def _version(stated: Value, prefix: Value = None) -> str:
    """`version=1` is `/v1`, with the prefix that `version_prefix` states."""
    if isinstance(stated, bool) or not isinstance(stated, (int, float, str)):
        return ""
    return f"{prefix if isinstance(prefix, str) else '/v'}{str(stated).removeprefix('v')}"


class _Named(NamedTuple):
    """What a blueprint, a group, or a call that registers one states of paths; None where it states nothing."""

    prefix: str | None
    version: str | None

    @classmethod
    def stated(cls, arguments: Arguments, *where: int | str) -> _Named:
        prefix = arguments.get("url_prefix", *where)
        version = _version(arguments.get("version"), arguments.get("version_prefix"))
        return cls(prefix if isinstance(prefix, str) else None, version or None)


def _blueprint(path: str) -> Hook:
    def make(program: Program, arguments: Arguments) -> Value:
        """`Blueprint("orders", url_prefix="/orders", version=1)`."""
        made = program.made(External(path), program.at(arguments), arguments)
        if made is not None:
            _keep(made, _Named.stated(arguments, 1))
        return made

    return make


def _group(program: Program, arguments: Arguments) -> Value:
    """`Blueprint.group(orders, users, url_prefix="/api", version=1)`."""
    made = program.new_object(program.vocabulary.frameworks["sanic"].types["group"], program.at(arguments))
    _keep(made, _Named.stated(arguments))
    for each in arguments.positional:
        for child in each if isinstance(each, list) else [each]:
            _put(made, child, _Named(None, None), program, arguments)
    return made


def _keep(made: Object, named: _Named) -> None:
    made.fields["named"] = named
    if made.router is not None:
        made.router.prefix = join(named.version or "", named.prefix or "")


def _register(program: Program, owner: Object, arguments: Arguments) -> Value:
    """`app.blueprint(orders, url_prefix="/api")`, `group.append(orders)`."""
    given = arguments.get(0, "blueprint", default=UNKNOWN)
    for each in given if isinstance(given, list) else [given]:
        _put(owner, each, _Named.stated(arguments), program, arguments)
    return UNKNOWN


class _Below(NamedTuple):
    """A blueprint or group below an application or group, with what its registration states."""

    child: Object
    named: _Named
    at: At


def _put(owner: Object, child: Value, named: _Named, program: Program, arguments: Arguments) -> None:
    known = program.object_of(child)
    if known is not None and known.router is not None:
        _below(program, owner).append(_Below(known, named, program.at(arguments)))


def _below(program: Program, owner: Object) -> list[_Below]:
    if "below" not in owner.fields:
        owner.fields["below"] = []
        program.shared["sanic"].append(owner)
    below: list[_Below] = owner.fields["below"]
    return below


def finish(program: Program) -> None:
    """Put blueprints on the applications, and groups that none was seen to register, with the prefixes of all groups around them."""
    owners: list[Object] = program.shared["sanic"]
    for owner in [*(each for each in owners if each.type.name == "app"), *(each for each in owners if each.type.name == "group")]:
        if owner.router is not None and not owner.router.mounted:
            named = _named(owner)
            owner.router.prefix = ""
            _mount(owner.router, owner, named.prefix or "", named.version, (), 0)


def _named(owner: Object) -> _Named:
    named: _Named = owner.fields.get("named", _Named(None, None))
    return named


def _mount(root: Router, owner: Object, prefix: str, version: str | None, guards: tuple[Guard, ...], depth: int) -> None:
    """Put what lies below an owner on a router; the version that is stated nearest stands before all prefixes."""
    for child, stated, at in owner.fields.get("below", ()) if depth < _MAX_DEPTH else ():
        own, router = _named(child), child.router
        router.prefix = ""
        if child.type.name == "group":
            router.mounted = True
            whole = join(join(prefix, stated.prefix or ""), own.prefix or "")
            inner = (*guards, *(each for use in router.uses for each in use.guards))
            _mount(root, child, whole, own.version or stated.version or version, inner, depth + 1)
        else:
            # a prefix given for a single blueprint takes the place of its own
            whole = join(prefix, (own.prefix if stated.prefix is None else stated.prefix) or "")
            first = stated.version or own.version or version
            root.mount(router, join(first or "", whole), at, guards)
            _mount(root, child, whole, first, guards, depth + 1)


def _add(
    program: Program, owner: Object, arguments: Arguments, view: Value, uri: Value, methods: tuple[str, ...], kind: str = "http"
) -> None:
    at = program.route_at(arguments)
    if not isinstance(uri, str):
        program.note(at, "path-unknown", "a route whose path could not be followed is left out")
        return
    expression = arguments.expression(0, "handler") if arguments.get(0) is not uri else None
    uri = _TYPED.sub(r"{\1}", uri)
    view, guards = unwrapped(program, expression, view, arguments.scope, at)
    if isinstance(view, Object) and isinstance(known := view.fields.get("class"), ClassValue):
        view = known
    version = _version(arguments.get("version"), arguments.get("version_prefix"))
    add_view(
        program,
        _versioned(program, owner, version) if version else owner,
        uri,
        view,
        at,
        expression=expression,
        methods=methods,
        kind=kind,
        guards=guards,
    )


def _versioned(program: Program, owner: Object, version: str) -> Object:
    """What the routes of an application or blueprint are put on that state a version of their own: a blueprint below it, with its guards."""
    versions: dict[str, Object] = owner.fields.setdefault("versions", {})
    if version not in versions and owner.router is not None:
        made = versions[version] = program.new_object(program.vocabulary.frameworks["sanic"].types["blueprint"], owner.router.at)
        _keep(made, _Named("", version))
        if made.router is not None:
            made.router.prefix, made.router.uses = join(version, _named(owner).prefix or ""), owner.router.uses
        _below(program, owner).append(_Below(made, _Named(None, None), owner.router.at))
    return versions.get(version, owner)


def _decorator(*fixed: str, kind: str = "http") -> MethodHook:
    def make(program: Program, owner: Object, arguments: Arguments) -> Value:
        """`@bp.get("/<id:int>")`, `@bp.route("/", methods=["GET", "POST"])`."""
        methods = fixed or tuple(each.upper() for each in plain(arguments.get("methods", 1))) or ("GET",)

        def add(waiting: Arguments) -> Value:
            _add(program, owner, arguments, waiting.get(0), arguments.get(0, "uri"), methods, kind)
            return waiting.get(0)

        return Decorator(add)

    return make


def _add_route(program: Program, owner: Object, arguments: Arguments) -> Value:
    """`bp.add_route(OrdersView.as_view(), "/orders")`."""
    methods = tuple(each.upper() for each in plain(arguments.get("methods", 2)))
    _add(program, owner, arguments, arguments.get(0, "handler", default=UNKNOWN), arguments.get(1, "uri"), methods)
    return UNKNOWN


def _add_socket(program: Program, owner: Object, arguments: Arguments) -> Value:
    _add(program, owner, arguments, arguments.get(0, "handler", default=UNKNOWN), arguments.get(1, "uri"), ("WS",), "ws")
    return UNKNOWN


def _middleware(program: Program, owner: Object, arguments: Arguments) -> Value:
    """`@app.on_request`, `@app.middleware("request")`: a function that may refuse requests."""
    value = arguments.get(0)

    def use(waiting: Arguments) -> Value:
        if owner.router is not None:
            owner.router.use(program.guards_of(None, waiting.get(0), program.at(arguments)))
        return waiting.get(0)

    if value is None or isinstance(value, str):
        return Decorator(use) if value != "response" else UNKNOWN
    return use(arguments)


def _as_view(program: Program, owner: Object, arguments: Arguments) -> Value:
    return owner.fields.get("class", UNKNOWN)


HOOKS: dict[str, Hook] = {path: _blueprint(path) for path in ("sanic.Blueprint()", "sanic.blueprints.Blueprint()")}
HOOKS |= {"sanic.Blueprint.group()": _group, "sanic.blueprints.Blueprint.group()": _group}
METHODS: dict[str, MethodHook] = {f"sanic.scaffold.{verb}": _decorator(verb.upper()) for verb in VERBS}
METHODS |= {
    "sanic.scaffold.route": _decorator(),
    "sanic.scaffold.websocket": _decorator("WS", kind="ws"),
    "sanic.scaffold.add_route": _add_route,
    "sanic.scaffold.add_websocket_route": _add_socket,
    "sanic.scaffold.blueprint": _register,
    "sanic.scaffold.middleware": _middleware,
    "sanic.scaffold.on_request": _middleware,
    "sanic.view.as_view": _as_view,
}
