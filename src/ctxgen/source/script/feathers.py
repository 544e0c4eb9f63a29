"""Feathers: services, whose methods are answered by the method and path of a request, and the hooks before them.

Sources: https://feathersjs.com/api/services, https://feathersjs.com/api/hooks, https://feathersjs.com/api/express#restmiddleware
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping

from ctxgen.model import At, Guard
from ctxgen.source.frameworks import plain
from ctxgen.source.program import MethodHook, Program
from ctxgen.source.routing import Route, Router
from ctxgen.source.script.handlers import guards_in
from ctxgen.source.values import UNKNOWN, Arguments, ClassValue, External, FunctionValue, Instance, Object, Value

_METHODS = {
    "find": ("GET", ""), "get": ("GET", "/{id}"), "create": ("POST", ""), "update": ("PUT", "/{id}"), "patch": ("PATCH", "/{id}"),
    "remove": ("DELETE", "/{id}"),
}  # fmt: skip
_LIBRARIES = ("@feathersjs/", "feathers-")
_ONLY = {"@feathersjs/authentication.AuthenticationService": ("create", "remove")}
"""Services of a library that have but some of the methods."""
_MIDDLEWARE = ("@feathersjs/express.", "@feathersjs/koa.")


def _service(program: Program, app: Object, path: str) -> Object:
    """The service at a path of an application, known before or after its hooks."""
    services: dict[str, Object] = app.fields.setdefault(" services", {})
    found = services.get(path.strip("/"))
    if found is None:
        found = services[path.strip("/")] = Object(program.vocabulary.frameworks["feathers"].types["service"])
        found.fields[" hooks"] = []
        program.shared["feathers services"].append((app, path, found))
    return found


def _use(program: Program, owner: Object, arguments: Arguments) -> Value:
    """`app.use("orders", new OrderService(), { methods: ["find", "get"] })`; functions in between are middleware."""
    path, at = arguments.get(0), program.at(arguments)
    for index, each in enumerate(arguments.positional):
        below = program.router_of(each)
        methods = _methods(program, each) if isinstance(path, str) and index else {}
        if below is not None and owner.router is not None:
            owner.router.mount(below, path if isinstance(path, str) else "", at, order=program.next_order())
        elif methods:
            options = arguments.get(index + 1)
            stated = plain(options.get("methods")) if isinstance(options, dict) else []
            made = _service(program, owner, path)
            made.fields[" methods"] = {key: where for key, where in methods.items() if not stated or key in stated}
            made.fields[" guards"] = program.guards_at(arguments, range(1, index))
            made.fields[" at"] = at
            return owner
        elif owner.router is not None:
            owner.router.use(
                program.guards_of(arguments.expression(index), each, at), path if isinstance(path, str) else "", program.next_order()
            )
    return owner


def _methods(program: Program, value: Value) -> Mapping[str, str]:
    """The methods of a service with the names of what handles them; none for what is no service."""
    cls = value.cls if isinstance(value, Instance) else None
    if cls is not None:
        own = {method.name for each in program.lineage(cls) for method in each.cls.methods if not method.static}
        wanted = [key for key in _METHODS if key in own] if not (library := _library(program, cls)) else _of_library(library)
        return {key: f"{cls.cls.name}.{key}" for key in wanted}
    if isinstance(value, dict):
        return {key: key for key in _METHODS if isinstance(value.get(key), FunctionValue)}
    if isinstance(value, External) and value.path.startswith(_LIBRARIES) and not value.path.startswith(_MIDDLEWARE):
        shown = value.path.replace("()", "").rpartition(".")[2]
        return {key: f"{shown}.{key}" for key in _of_library(value.path)}
    return {}


def _of_library(path: str) -> tuple[str, ...]:
    return _ONLY.get(path.removesuffix("()"), tuple(_METHODS))


def _library(program: Program, cls: ClassValue) -> str:
    """The class of a library that a service extends."""
    for each in program.lineage(cls):
        for base in each.cls.bases:
            value = program.evaluate(base, each.scope)
            if isinstance(value, External) and value.path.startswith(_LIBRARIES):
                return value.path
    return ""


def _asked(program: Program, owner: Object, arguments: Arguments) -> Value:
    """`app.service("orders")`"""
    path = arguments.get(0)
    return _service(program, owner, path) if isinstance(path, str) else UNKNOWN


def _hooks(program: Program, owner: Object, arguments: Arguments) -> Value:
    """`service.hooks({ around: { all: [authenticate("jwt")] }, before: { create: […] } })`"""
    if isinstance(arguments.get(0), dict):
        owner.fields.setdefault(" hooks", []).append((arguments.get(0), program.at(arguments)))
    return owner


def _configure(program: Program, owner: Object, arguments: Arguments) -> Value:
    """`app.configure(services)` calls what it is given with the application, as its argument and as `this`."""
    given = arguments.get(0)
    if isinstance(given, FunctionValue):
        program.call(given.bound(owner), arguments._replace(positional=(owner,)))
    return owner


def finish(program: Program) -> None:
    """The routes of every service that was given to an application."""
    for app, path, service in program.shared["feathers services"]:
        if app.router is None or " methods" not in service.fields:
            continue
        at: At = service.fields[" at"]
        router = Router("feathers", at)
        app.router.mount(router, path, at, service.fields[" guards"])
        hooks = [*app.fields.get(" hooks", ()), *service.fields[" hooks"]]
        for called, handler in service.fields[" methods"].items():
            verb, below = _METHODS[called]
            guards = tuple(made for stated, where in hooks for made in _before(program, stated, called, where))
            router.routes.append(Route((verb,), below, at, handler, guards))


def _before(program: Program, stated: dict[str, Value], called: str, at: At) -> Iterator[Guard]:
    """The guards among the hooks that run before a method."""
    for kind in ("around", "before"):
        inner = stated.get(kind)
        if isinstance(inner, dict):
            yield from guards_in(program, inner, ("all", called), at)
        elif kind in stated:  # `around: [authenticate]` is all of them
            yield from guards_in(program, stated, (kind,), at)


METHODS: dict[str, MethodHook] = {
    "feathers.app.use": _use,
    "feathers.app.service": _asked,
    "feathers.app.hooks": _hooks,
    "feathers.service.hooks": _hooks,
    "feathers.app.configure": _configure,
}
