"""Beego: controllers put on paths, namespaces of functions, and routes that comments above methods state.

Sources: https://beego.wiki/docs/mvc/controller/router/, https://pkg.go.dev/github.com/beego/beego/v2/server/web.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator
from functools import partial

from ctxgen.facts import folder_of
from ctxgen.model import At, Guard
from ctxgen.source import ir
from ctxgen.source.frameworks import plain
from ctxgen.source.golang.resolve import GoResolver
from ctxgen.source.program import Hook, MethodHook, Program
from ctxgen.source.values import Arguments, ClassValue, Decorator, External, FunctionValue, Instance, Object, Value

_MODULES = ("github.com/beego/beego/server/web", "github.com/beego/beego", "github.com/astaxie/beego", "github.com/beego/beego/adapter")
_VERBS = ("Get", "Post", "Put", "Patch", "Delete", "Head", "Options")
_COMMENT = re.compile(r"//[ \t]{0,8}@router[ \t]{1,8}(?P<path>\S{1,300})(?:[ \t]{1,8}\[(?P<methods>[\w, \t*]{1,80})\])?")
_TYPED = re.compile(r"(:\w{1,60}):(?:int|string)\b")
_OPTIONAL = re.compile(r"\?(:\w{1,60})")


def _path(path: str) -> str:
    """`/orders/:id:int` and `/?:page` with plain parameters."""
    return _OPTIONAL.sub(r"\1", _TYPED.sub(r"\1", path)).replace("/*.*", "/*")


def _application(program: Program, arguments: Arguments) -> Object:
    """The one application of the library."""
    made = program.made(External("beego.app"), program.at(arguments))
    assert made is not None
    return made


# ---------------------------------------------------------------------------------------------- what is put on a router


def _router(program: Program, owner: Object, arguments: Arguments) -> Value:
    """`Router("/orders", &Orders{}, "get:List;post:Create")`; without a mapping the controller's methods named like HTTP's answer."""
    path, controller = arguments.get(0), arguments.get(1)
    if not isinstance(path, str):
        return owner
    at, name = program.at(arguments), _class_name(controller, arguments.expression(1))
    mapping = arguments.get(2)
    if isinstance(mapping, str) and ":" in mapping:
        for part in mapping.split(";")[:20]:
            methods, _, function = part.partition(":")
            verbs = tuple("ANY" if each.strip() == "*" else each.strip().upper() for each in methods.split(",") if each.strip())
            program.add_route(owner, verbs, [_path(path)], at, f"{name}.{function.strip()}" if name else function.strip())
        return owner
    for verb in _VERBS:
        if isinstance(controller, Instance) and isinstance(program.attribute(controller, verb, at.line, arguments.scope), FunctionValue):
            program.add_route(owner, (verb.upper(),), [_path(path)], at, f"{name}.{verb}" if name else verb)
    return owner


def _class_name(controller: Value, written: ir.Expression | None) -> str:
    if isinstance(controller, Instance):
        return controller.cls.cls.name
    kind = written.type if isinstance(written, ir.Mapping) else None
    return kind.name if isinstance(kind, (ir.Name, ir.Attribute)) else ""


def _function(program: Program, owner: Object, arguments: Arguments, method: str) -> Value:
    """`Get("/orders", func(ctx *context.Context) { … })`, `CtrlGet("/orders", Orders.List)`."""
    path = arguments.get(0)
    if isinstance(path, str):
        handler, written, around = program.unwrapped(arguments, 1)
        program.add_route(owner, (method,), [_path(path)], program.at(arguments), program.handler_name(handler, written), around)
        program.answers(handler)
    return owner


def _include(program: Program, owner: Object, arguments: Arguments) -> Value:
    """`Include(&Orders{})`: the routes that comments above the controller's methods state."""
    for controller in arguments.positional:
        if isinstance(controller, Instance):
            for function in _methods(program, controller.cls):
                for methods, path, at in _comments(program, function):
                    program.add_route(owner, methods, [_path(path)], at, f"{controller.cls.cls.name}.{function.function.name}")
    return owner


def _methods(program: Program, cls: ClassValue) -> Iterator[FunctionValue]:
    """The methods of a type, in the order of their files."""
    if isinstance(program.resolver, GoResolver):
        for path in program.resolver.beside(cls.path):
            program.module(path)
    for function in program.functions:
        receiver = function.function.receiver
        kind = receiver.type if receiver is not None else None
        if isinstance(kind, ir.Name) and kind.name == cls.cls.name and folder_of(function.scope.module.path) == folder_of(cls.path):
            yield function


def _comments(program: Program, function: FunctionValue) -> Iterator[tuple[tuple[str, ...], str, At]]:
    """The `@router` lines of the comment above a function."""
    path = function.scope.module.path
    lines = program.resolver.lines(path) if isinstance(program.resolver, GoResolver) else []
    line = function.function.line - 1
    while 0 < line <= len(lines) and lines[line - 1].lstrip().startswith("//"):
        if found := _COMMENT.match(lines[line - 1].strip()):
            methods = tuple("ANY" if each.strip() == "*" else each.strip().upper() for each in (found["methods"] or "get").split(","))
            yield methods, found["path"], At(path, line)
        line -= 1


def _filter(program: Program, owner: Object, arguments: Arguments) -> Value:
    """`InsertFilter("/admin/*", BeforeRouter, authenticate)`."""
    pattern = arguments.get(0)
    guards = program.guards_at(arguments, (2,))
    if owner.router is not None and isinstance(pattern, str):
        prefix = pattern.rstrip("*").rstrip("/")
        owner.router.use(guards, prefix)
    return owner


# ---------------------------------------------------------------------------------------------- namespaces


def _namespace(program: Program, arguments: Arguments) -> Value:
    """`NewNamespace("/v1", NSRouter(…), …)`."""
    at = program.at(arguments)
    made = program.new_object(program.vocabulary.frameworks["beego"].types["namespace"], at)
    prefix = arguments.get(0)
    if made.router is not None and isinstance(prefix, str):
        made.router.prefix = prefix
    _apply(made, arguments, arguments.positional[1:])
    return made


def _apply(owner: Object, arguments: Arguments, parts: tuple[Value, ...]) -> None:
    for part in parts:
        if isinstance(part, list):
            _apply(owner, arguments, tuple(part))
        elif isinstance(part, Decorator):
            part.apply(Arguments((owner,), {}, (), arguments.line, arguments.scope))


def _later(program: Program, arguments: Arguments, does: Callable[[Program, Object, Arguments], Value]) -> Value:
    """`NSRouter(…)`: what a namespace does once it is made."""
    return Decorator(lambda waiting: does(program, waiting.get(0), arguments))


def _inner(program: Program, owner: Object, arguments: Arguments) -> Value:
    """`NSNamespace("/orders", …)`."""
    _add(program, owner, arguments._replace(positional=(_namespace(program, arguments),)))
    return owner


def _add(program: Program, owner: Object, arguments: Arguments) -> Value:
    """`AddNamespace(ns)`."""
    at = program.at(arguments)
    for each in arguments.positional:
        child = program.router_of(each)
        if child is not None and owner.router is not None:
            owner.router.mount(child, "", at, order=program.next_order())
    return owner


def _before(program: Program, owner: Object, arguments: Arguments) -> Value:
    """`NSBefore(authenticate)`, `ns.Filter("before", authenticate)`."""
    guards: list[Guard] = program.guards_at(arguments, ("rest",))
    if owner.router is not None and "after" not in plain(arguments.get(0)):
        owner.router.use(guards)
    return owner


def _on_application(program: Program, arguments: Arguments, does: Callable[[Program, Object, Arguments], Value]) -> Value:
    return does(program, _application(program, arguments), arguments)


_DOES: dict[str, Callable[[Program, Object, Arguments], Value]] = {
    "Router": _router,
    "Include": _include,
    **{verb: partial(_function, method=verb.upper()) for verb in (*_VERBS, "Any")},
    **{f"Ctrl{verb}": partial(_function, method=verb.upper()) for verb in (*_VERBS, "Any")},
}
_CALLS: dict[str, Hook] = {
    **{name: partial(_on_application, does=does) for name, does in _DOES.items()},
    "AddNamespace": partial(_on_application, does=_add),
    "InsertFilter": partial(_on_application, does=_filter),
    **{f"NS{name}": partial(_later, does=does) for name, does in _DOES.items()},
    "NSNamespace": partial(_later, does=_inner),
    "NSBefore": partial(_later, does=_before),
    "NewNamespace": _namespace,
}
HOOKS: dict[str, Hook] = {f"{module}.{name}()": hook for module in _MODULES for name, hook in _CALLS.items()}
METHODS: dict[str, MethodHook] = {
    **{f"beego.router.{name}": does for name, does in _DOES.items()},
    "beego.app.AddNamespace": _add,
    "beego.app.InsertFilter": _filter,
    "beego.namespace.Namespace": _add,
    "beego.namespace.Filter": _before,
}
