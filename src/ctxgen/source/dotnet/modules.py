"""Classes that map themselves: Carter's modules, and those that a container or reflection finds.

Sources: https://github.com/CarterCommunity/Carter, https://learn.microsoft.com/aspnet/core/fundamentals/minimal-apis/route-handlers
"""

from __future__ import annotations

import re

from ctxgen.model import At, GuardKind
from ctxgen.source import ir
from ctxgen.source.calls import calls
from ctxgen.source.dotnet.attributes import base_names, roles, type_name
from ctxgen.source.guards import asking, guard
from ctxgen.source.program import Dispatch, Program
from ctxgen.source.routing import Router
from ctxgen.source.values import Arguments, ClassValue, Object, Value

_UNKNOWN = re.compile(r"\{\w{1,60}\}")
_PREFIXES = ("PrefixRoute", "RoutePrefix", "Prefix", "BasePath", "BaseRoute", "GroupPrefix", "GroupName")
_WORD = re.compile(rb"\w{1,100}")
_GROUP = re.compile(r"\{\w*(?:name|group|type|part)\w*\}", re.IGNORECASE)


def map_carter(program: Program, owner: Object, arguments: Arguments) -> Value:
    """`app.MapCarter()`: every module's `AddRoutes` is called."""
    program.dispatches.append(Dispatch("AddRoutes", Arguments((owner,), {}, (), arguments.line, arguments.scope), program.entry))
    return owner


def prepared(program: Program, cls: ClassValue, arguments: Arguments) -> Arguments:
    """The arguments of a class that maps itself, its own prefix before them: Carter's base path, or a property where the group's prefix is not known."""
    if not isinstance(given := arguments.get(0), Object) or given.router is None:
        return arguments
    if "CarterModule" in base_names(program, cls):
        child = program.below(given, "group", At(cls.path, cls.cls.line))
        if child.router is not None:
            _module(program, cls, child.router)
        return arguments._replace(positional=(child, *arguments.positional[1:]))
    for router in program.routers:
        for mount in router.mounts:
            if mount.child is given.router and _UNKNOWN.fullmatch(mount.prefix):
                stated = next((value for each in _PREFIXES if isinstance(value := program.member(cls, each), str)), None)
                if stated is not None:
                    child = Object(given.type, program.new_router(given.type, mount.at))
                    child.router.uses = given.router.uses  # type: ignore[union-attr]
                    router.mount(child.router, stated, mount.at, mount.guards, mount.order)  # type: ignore[arg-type]
                    return arguments._replace(positional=(child, *arguments.positional[1:]))
    return arguments


def modules(program: Program) -> None:
    """Carter's modules that nobody was seen to map."""
    for value, router in program.assumed_by:
        if value.owner is not None and not router.dropped and "CarterModule" in base_names(program, value.owner):
            _module(program, value.owner, router)


def _module(program: Program, cls: ClassValue, router: Router) -> None:
    """What a module's constructor states: the path below which its routes lie, and who may enter."""
    constructor = next((method for method in cls.cls.methods if method.constructs or method.name == cls.cls.name), None)
    for call in calls(constructor.body) if constructor is not None else ():
        called = call.function.name if isinstance(call.function, ir.Name | ir.Attribute) else ""
        at = At(cls.path, call.line)
        if called in ("super", "WithBasePath") and call.arguments:
            path = program.evaluate(call.arguments[0].value, program.class_scope(cls))
            router.prefix = path if isinstance(path, str) else router.prefix
        elif called == "AllowAnonymous":
            router.public = at
        elif called in ("RequireAuthorization", "RequireRateLimiting"):
            given = roles([program.evaluate(each.value, program.class_scope(cls)) for each in call.arguments])
            kind: GuardKind = "rate" if "Rate" in called else "authz" if call.arguments else "authn"
            made = guard(called if kind == "rate" else asking(called, given), at, kind)
            router.use([made] if made is not None else [])


def invoked_groups(program: Program) -> None:
    """`type.GetMethod("Map").Invoke(null, [group])` in a function that names an interface: the classes that implement it map themselves on the group."""
    waiting = [(value.owner, router) for value, router in program.assumed_by if value.owner is not None and not router.dropped and (router.routes or router.mounts)]  # fmt: skip
    named = {id(mount.child) for router in program.routers for mount in router.mounts if len(_GROUP.findall(mount.prefix)) == 1}
    for group in [router for router in program.routers if router.kind == "group" and not router.assumed] if waiting else []:
        if id(group) in named:  # each class has a group of its own name
            continue
        body = _around(program, group.at)
        if b".Invoke(" in body:
            words = set(_WORD.findall(body))
            for cls, router in waiting:
                if any(type_name(base).encode() in words for base in cls.cls.bases):
                    group.mount(router, "", group.at)


def _around(program: Program, at: At) -> bytes:
    """The text of the method that a line stands in."""
    for cls in program.classes:
        if cls.path == at.path and cls.cls.line <= at.line <= cls.cls.end:
            for method in cls.cls.methods:
                if method.line <= at.line <= method.end:
                    data: bytes = program.resolver.data(at.path)  # type: ignore[attr-defined]
                    return b"\n".join(data.split(b"\n")[method.line - 1 : method.end])
    return b""


def reflected_groups(program: Program) -> None:
    """`app.MapGroup($"/api/{type.Name}")` in a loop over the types of an assembly: each class whose `Map` takes such a group has its own name in it."""
    templates = [
        (router, mount)
        for router in program.routers
        for mount in router.mounts
        if not mount.child.routes and not mount.child.mounts and len(_GROUP.findall(mount.prefix)) == 1
    ]
    if not templates:
        return
    above, template = templates[0]
    for value, router in program.assumed_by:
        if value.owner is None or router.dropped or (not router.routes and not router.mounts):
            continue
        cls = value.owner
        stated = program.member(cls, "RoutePrefix") or program.member(cls, "GroupName")
        own = stated if isinstance(stated, str) else cls.cls.name
        above.mount(router, own if own.startswith("/") else _GROUP.sub(own, template.prefix), template.at)
