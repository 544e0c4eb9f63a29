"""Huma: operations on an API that stands on another router.

Source: https://huma.rocks/features/operations/.
"""

from __future__ import annotations

from functools import partial

from ctxgen.model import At, Guard
from ctxgen.source import ir
from ctxgen.source.guards import guard
from ctxgen.source.program import Hook, Program
from ctxgen.source.values import UNKNOWN, Arguments, External, FunctionValue, Instance, Object, Value

_HUMA = "github.com/danielgtaylor/huma"
_VERBS = ("Get", "Post", "Put", "Patch", "Delete", "Head", "Options")


def _on_router(program: Program, arguments: Arguments) -> Value:
    """`humachi.New(router, config)`: an API whose operations the router answers."""
    at = program.at(arguments)
    made = program.new_object(program.vocabulary.frameworks["huma"].types["api"], at)
    for value in arguments.positional[:2]:
        below = program.router_of(value)
        if below is not None and made.router is not None:
            below.mount(made.router, "", at, order=program.next_order())
    return made


def _group(program: Program, arguments: Arguments) -> Value:
    """`huma.NewGroup(api, "/v1")`."""
    at = program.at(arguments)
    owner = program.router_of(arguments.get(0))
    made = program.new_object(program.vocabulary.frameworks["huma"].types["api"], at)
    prefixes = [each for each in arguments.positional[1:] if isinstance(each, str)] or [""]
    if owner is not None and made.router is not None:
        for prefix in prefixes:
            owner.mount(made.router, prefix, at, order=program.next_order())
    return made


def _verb(program: Program, arguments: Arguments, method: str) -> Value:
    """`huma.Get(api, "/orders", list)`."""
    path = arguments.get(1)
    if isinstance(path, str):
        _put(program, arguments, method, path, program.at(arguments), [])
    return None


def _register(program: Program, arguments: Arguments) -> Value:
    """`huma.Register(api, huma.Operation{Method: …, Path: …}, list)`."""
    operation = arguments.get(1)
    stated = operation.arguments if isinstance(operation, External) else None
    if stated is None or not isinstance(path := stated.keywords.get("Path"), str):
        return None
    method = stated.keywords.get("Method")
    written = stated.expression("Path")
    at = At(stated.scope.module.path, written.line if written is not None else stated.line)
    guards = program.guards_at(stated, ("Middlewares",)) + _security(stated)
    _put(program, arguments, method if isinstance(method, str) else "GET", path, at, guards)
    return None


def _security(stated: Arguments) -> list[Guard]:
    """`Security: []map[string][]string{{"bearer": {}}}`: the schemes that a request must meet."""
    written = stated.expression("Security")
    found: list[Guard] = []
    for item in written.items if isinstance(written, ir.Sequence) else ():
        for key, _ in item.value.entries if isinstance(item.value, ir.Mapping) else ():
            if isinstance(key, ir.Literal) and isinstance(key.value, str):
                made = guard(key.value, At(stated.scope.module.path, key.line), "authn")
                found += [made] if made is not None else []
    return found


def _put(program: Program, arguments: Arguments, method: str, path: str, at: At, guards: list[Guard]) -> None:
    owner = arguments.get(0)
    if not isinstance(owner, Object):
        return
    handler, written, around = program.unwrapped(arguments, 2)
    program.add_route(owner, (method.upper(),), [path], at, program.handler_name(handler, written), [*guards, *around])
    program.answers(handler)


def _automatic(program: Program, arguments: Arguments) -> Value:
    """`huma.AutoRegister(api, &Orders{})`: every method whose name begins with `Register` is called with the API."""
    api, server = arguments.get(0), arguments.get(1)
    if isinstance(server, Instance):
        for name in [name for name in program.extensions if name.startswith("Register")]:
            method = program.attribute(server, name, arguments.line, arguments.scope)
            if isinstance(method, FunctionValue):
                program.call(method, Arguments((api,), {}, (), arguments.line, arguments.scope))
    return UNKNOWN


HOOKS: dict[str, Hook] = {
    **{f"{_HUMA}.{verb}()": partial(_verb, method=verb.upper()) for verb in _VERBS},
    f"{_HUMA}.Register()": _register,
    f"{_HUMA}.NewGroup()": _group,
    f"{_HUMA}.AutoRegister()": _automatic,
    **{
        f"{_HUMA}/adapters/{adapter}.{name}()": _on_router
        for adapter in ("humachi", "humago", "humaecho", "humagin", "humafiber", "humamux", "humabunrouter", "humahttprouter", "humaflow")
        for name in ("New", "NewWithGroup", "NewV2", "NewV3", "NewV4")
    },
}
