"""Pyramid: named routes, and the views that are configured for their names, here or by decorators anywhere.

Sources: https://docs.pylonsproject.org/projects/pyramid/en/latest/narr/urldispatch.html, https://docs.pylonsproject.org/projects/pyramid/en/latest/narr/viewconfig.html.
"""

from __future__ import annotations

from typing import NamedTuple

from ctxgen.model import At, Guard
from ctxgen.source import ir
from ctxgen.source.frameworks import plain
from ctxgen.source.guards import guard
from ctxgen.source.program import Hook, MethodHook, Program
from ctxgen.source.python.views import decorators
from ctxgen.source.routing import join
from ctxgen.source.values import UNKNOWN, Arguments, ClassValue, Decorator, External, FunctionValue, ModuleValue, Object, Value

_OPEN = "NO_PERMISSION_REQUIRED"


class _Route(NamedTuple):
    owner: Object
    pattern: str
    methods: list[str]
    at: At


class _View(NamedTuple):
    route: str
    methods: list[str]
    handler: str | None
    guards: list[Guard]
    by_default: bool
    """Whether the default permission holds for it."""
    public: At | None
    at: At


class _Kept:
    """The routes and views of a program until both are known; `permission` is the default one."""

    def __init__(self) -> None:
        self.routes: dict[str, _Route] = {}
        self.views: list[_View] = []
        self.permission: Guard | None = None
        self.directives: dict[str, FunctionValue] = {}
        """The project's own methods of the configurator."""


def _kept(program: Program) -> _Kept:
    kept: _Kept = program.kept.setdefault("pyramid", _Kept())
    return kept


def _add_route(program: Program, owner: Object, arguments: Arguments) -> Value:
    """`config.add_route("order", "/orders/{id}", request_method="GET")`."""
    named, pattern = arguments.get(0, "name"), arguments.get(1, "pattern", "path")
    if owner.fields.get("prefix", "") is UNKNOWN:
        program.note(program.at(arguments), "path-unknown", "a route below a prefix that could not be followed is left out")
    elif isinstance(named, str) and isinstance(pattern, str):
        whole = join(owner.fields.get("prefix", ""), pattern, trailing=True) if owner.fields.get("prefix") else pattern
        methods = [each.upper() for each in plain(arguments.get("request_method"))]
        _kept(program).routes.setdefault(named, _Route(owner, whole, methods, program.route_at(arguments)))
    return UNKNOWN


def _include(program: Program, owner: Object, arguments: Arguments) -> Value:
    """`config.include("shop.orders", route_prefix="/api")`: the module's `includeme`, or a function."""
    what, prefix = arguments.get(0, "callable"), arguments.get("route_prefix", 1)
    if isinstance(what, External) and what.path == "__name__":
        what = arguments.scope.module
    what = _dotted(program, what, arguments)
    if isinstance(what, ModuleValue):
        what = what.scope.names.get("includeme")
    if isinstance(what, FunctionValue):
        child = Object(owner.type, owner.router)
        above = owner.fields.get("prefix", "")
        child.fields["prefix"] = join(above, prefix) if isinstance(prefix, str) and above is not UNKNOWN else above
        _direct(program, child)
        program.call(what, Arguments((child,), {}, (), arguments.line, arguments.scope))
        _direct(program, owner)
    return UNKNOWN


def _dotted(program: Program, named: Value, arguments: Arguments) -> Value:
    """What `.orders` or `shop.orders.includeme` names."""
    if not isinstance(named, str):
        return named
    files = program.resolver.module(arguments.scope.module.path, named)
    if files:
        return program.run(files[0])
    above, _, last = named.rpartition(".")
    files = program.resolver.module(arguments.scope.module.path, above)
    module = program.run(files[0]) if files else None
    return module.scope.names.get(last) if module is not None else None


def _add_directive(program: Program, owner: Object, arguments: Arguments) -> Value:
    """`config.add_directive("add_redirect", add_redirect)`: `config.add_redirect(…)` calls it with the configurator."""
    named, function = arguments.get(0, "name"), _dotted(program, arguments.get(1, "directive"), arguments)
    if isinstance(named, str) and isinstance(function, FunctionValue):
        _kept(program).directives[named] = function
        _direct(program, owner)
    return UNKNOWN


def _direct(program: Program, config: Object) -> None:
    """Give a configurator the directives that are known so far."""
    for name, function in _kept(program).directives.items():
        config.fields[name] = _directive(program, config, function)


def _directive(program: Program, config: Object, function: FunctionValue) -> Value:
    return Decorator(lambda arguments: program.call(function, arguments._replace(positional=(config, *arguments.positional))))


def _prefix_context(program: Program, owner: Object, arguments: Arguments) -> Value:
    """`with config.route_prefix_context("/api"):`: where it ends, nothing here says, so what is added behind it has no known path."""
    owner.fields["prefix"] = UNKNOWN
    return UNKNOWN


def _permission(program: Program, owner: Object, arguments: Arguments) -> Value:
    """`config.set_default_permission("view")`."""
    _kept(program).permission = guard(f"permission {arguments.get(0)}", program.at(arguments), "authz")
    return UNKNOWN


def _add_view(program: Program, owner: Object, arguments: Arguments) -> Value:
    """`config.add_view(orders, route_name="orders", request_method="POST", permission="edit")`."""
    view = arguments.get(0, "view", default=UNKNOWN)  # only a renderer where there is none
    _view(program, arguments, view, {}, arguments.expression("view", *((0,) if arguments.positional else ())))
    return UNKNOWN


def _view_config(program: Program, arguments: Arguments) -> Value:
    """`@view_config(route_name="orders", request_method="GET")` on a function or a method."""

    def configure(waiting: Arguments) -> Value:
        view = waiting.get(0)
        _view(program, arguments, view, _of_class(program, view), None)
        return view

    return Decorator(configure)


def _of_class(program: Program, view: Value) -> dict[str, Value]:
    """What `@view_defaults(route_name="order")` of the method's class, or of one that it extends, states."""
    owner = view.owner if isinstance(view, FunctionValue) else view
    for cls in program.lineage(owner) if isinstance(owner, ClassValue) else ():
        for mark in cls.cls.decorators:
            if isinstance(mark, ir.Call) and getattr(mark.function, "name", "") == "view_defaults":
                return {each.keyword: program.evaluate(each.value, cls.scope) for each in mark.arguments if each.keyword is not None}
    return {}


def _view(program: Program, arguments: Arguments, view: Value, defaults: dict[str, Value], expression: ir.Expression | None) -> None:
    stated = {**defaults, **arguments.keywords}
    at = program.route_at(arguments)
    route = stated.get("route_name")
    if not isinstance(route, str):
        return
    handler = program.handler_name(view, expression)
    if isinstance(view, ClassValue) and isinstance(stated.get("attr"), str):
        handler = f"{view.cls.name}.{stated['attr']}"
    guards = list(decorators(program, view.function.decorators, view.scope)) if isinstance(view, FunctionValue) else []
    if stated.get("is_authenticated") is True and (asked := guard("is_authenticated", at, "authn")) is not None:
        guards.append(asked)  # a predicate: others find no view
    around = stated.get("decorator")
    for each in around if isinstance(around, list) else [around]:
        guards += program.guards_of(None, each, at)
    permission = stated.get("permission")
    public = at if _is_open(permission) else None
    if isinstance(permission, str) and public is None:
        made = guard(f"permission {permission}", at, "authz")
        guards += [made] if made is not None else []
    program.answers(view)
    methods = [each.upper() for each in plain(stated.get("request_method"))]
    _kept(program).views.append(_View(route, methods, handler, guards, permission is None, public, at))


def _is_open(permission: Value) -> bool:
    """Whether a view is everybody's: `NO_PERMISSION_REQUIRED`, or what that constant holds."""
    return permission == "__no_permission_required__" or (isinstance(permission, External) and permission.path.endswith(_OPEN))


def finish(program: Program) -> None:
    """Put every view on the route of its name; a route without a view answers nothing."""
    kept = _kept(program)
    _run_uncalled(program)
    for view in kept.views:
        route = kept.routes.get(view.route)
        if route is None:
            continue
        guards = [*view.guards, *([kept.permission] if kept.permission is not None and view.by_default else [])]
        methods = view.methods or route.methods or ["ANY"]
        program.add_route(route.owner, methods, [_path(route.pattern)], view.at, view.handler, guards, public=view.public)
        if route.owner.router is not None and route.at.path != view.at.path:
            route.owner.router.routes[-1] = route.owner.router.routes[-1]._replace(at=route.at, via=(view.at,))


def _run_uncalled(program: Program) -> None:
    """`includeme` of modules that nobody was seen to include: settings name them, or another project does."""
    type = program.vocabulary.frameworks["pyramid"].types["config"]
    for function in list(program.functions):
        if function.function.name == "includeme" and id(function.function) not in program.executed:
            at = At(function.scope.module.path, function.function.line)
            config = program.new_object(type, at)
            _direct(program, config)
            program.call(function, Arguments((config,), {}, (), at.line, function.scope))


def _path(pattern: str) -> str:
    """`/files/*subpath` takes the rest of the path."""
    start, star, rest = pattern.partition("*")
    return f"{start}{{{rest}}}" if star and rest.isidentifier() else pattern


HOOKS: dict[str, Hook] = {"pyramid.view.view_config()": _view_config}
METHODS: dict[str, MethodHook] = {
    "pyramid.config.add_route": _add_route,
    "pyramid.config.add_view": _add_view,
    "pyramid.config.include": _include,
    "pyramid.config.add_directive": _add_directive,
    "pyramid.config.route_prefix_context": _prefix_context,
    "pyramid.config.set_default_permission": _permission,
}
