"""Grape: an API is a class whose words make routes; prefix and version stand before all of them and of what is mounted.

Source: https://github.com/ruby-grape/grape#readme.
"""

from __future__ import annotations

from functools import partial

from ctxgen.source import ir
from ctxgen.source.frameworks import plain
from ctxgen.source.program import Hook, MethodHook, Program
from ctxgen.source.ruby.sinatra import guard_before, map_path, run_application
from ctxgen.source.values import UNKNOWN, Arguments, FunctionValue, Object, Value

_VERBS = ("get", "post", "put", "patch", "delete", "head", "options")


def _route(program: Program, owner: Object, arguments: Arguments, methods: tuple[str, ...]) -> Value:
    """`get ":id" do`, `get do`, `post [:place, "buy"] do`."""
    paths = [path for value in arguments.positional for path in plain(value)] or [""]
    program.add_route(owner, methods, [f"/{path.lstrip('/')}" if path else "" for path in paths], program.at(arguments), None)
    return UNKNOWN


def _any(program: Program, owner: Object, arguments: Arguments) -> Value:
    """`route :any, "*path" do`, `route ["GET", "POST"], :orders do`."""
    methods = tuple("ANY" if each in ("any", "*") else each.upper() for each in plain(arguments.get(0)))
    return _route(program, owner, arguments._replace(positional=arguments.positional[1:]), methods or ("ANY",))


def _parameter(program: Program, owner: Object, arguments: Arguments) -> Value:
    """`route_param :id do`."""
    word, block = arguments.get(0), arguments.get(-1)
    if isinstance(word, str) and isinstance(block, FunctionValue):
        inner = program.below(owner, "namespace", program.at(arguments), f"/{{{word}}}")
        program.call_with(block, inner, arguments, receiver=True)
    return owner


def _version(program: Program, owner: Object, arguments: Arguments) -> Value:
    """`version "v1", using: :path`, with a block for what stands inside alone; a version in a header adds nothing."""
    stated, block = plain(list(arguments.positional)), arguments.get(-1)
    in_path = arguments.get("using", default="path") == "path" and bool(stated)
    part = (stated[0] if len(stated) == 1 else "{version}") if in_path else ""
    if isinstance(block, FunctionValue):
        inner = program.below(owner, "namespace", program.at(arguments), f"/{part}" if part else "")
        program.call_with(block, inner, arguments, receiver=True)
        return owner
    owner.fields["version"] = part
    return _placed(owner)


def _prefix(program: Program, owner: Object, arguments: Arguments) -> Value:
    """`prefix :api`."""
    stated = arguments.get(0)
    owner.fields["prefix"] = stated.strip("/") if isinstance(stated, str) else ""
    return _placed(owner)


def _placed(owner: Object) -> Object:
    parts = [part for part in (owner.fields.get("prefix", ""), owner.fields.get("version", "")) if part]
    if owner.router is not None:
        owner.router.prefix = "/" + "/".join(parts) if parts else ""
    return owner


def _mount(program: Program, owner: Object, arguments: Arguments) -> Value:
    """`mount Orders`, `mount Orders => "/orders"`."""
    written = arguments.expression(0)
    pairs: list[tuple[Value, str]] = [(arguments.get(0), "")]
    if isinstance(written, ir.Mapping):
        entries = [(key, program.evaluate(value, arguments.scope)) for key, value in written.entries if key is not None]
        pairs = [(program.evaluate(key, arguments.scope), path) for key, path in entries if isinstance(path, str)]
    for application, path in pairs:
        child = program.router_of(application)
        if child is not None and owner.router is not None:
            owner.router.mount(child, path, program.at(arguments), order=program.next_order())
    return owner


HOOKS: dict[str, Hook] = {"map()": map_path, "run()": run_application}
METHODS: dict[str, MethodHook] = {
    **{f"grape.api.{verb}": partial(_route, methods=(verb.upper(),)) for verb in _VERBS},
    "grape.api.route": _any,
    "grape.api.route_param": _parameter,
    "grape.api.version": _version,
    "grape.api.prefix": _prefix,
    "grape.api.mount": _mount,
    "grape.api.before": guard_before,
}
