"""What Rails' controllers do before their actions: filters of their own, of those that they extend and of the concerns that they include.

Source: https://guides.rubyonrails.org/action_controller_overview.html#controller-callbacks.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from typing import Any

import inflection
from msgspec import Struct
from msgspec.structs import replace

from ctxgen.facts import folder_of
from ctxgen.model import At, Guard, GuardKind
from ctxgen.source import ir
from ctxgen.source.frameworks import plain
from ctxgen.source.guards import guard, guard_kind, spelled
from ctxgen.source.program import Program
from ctxgen.source.ruby.rails_methods import Found, asked, judged, methods
from ctxgen.source.values import ClassValue

_MAX_CONTROLLERS = 3_000
_MAX_CONCERNS = 8
_FILTERING = {
    "before_action", "before_filter", "prepend_before_action", "append_before_action", "authenticate_with", "load_and_authorize_resource", "authorize_resource", "http_basic_authenticate_with",
    "rate_limit",
}  # fmt: skip
_SKIPPING = {
    "skip_before_action", "skip_before_filter", "allow_unauthenticated_access", "skip_load_and_authorize_resource", "skip_authorize_resource",
}  # fmt: skip
_OWN: dict[str, tuple[str, GuardKind]] = {
    "authenticate_with": ("authenticate_with", "authn"), "load_and_authorize_resource": ("load_and_authorize_resource", "authz"), "authorize_resource": ("authorize_resource", "authz"),
    "http_basic_authenticate_with": ("http_basic_authenticate_with", "authn"), "rate_limit": ("rate_limit", "rate"), "allow_unauthenticated_access": ("require_authentication", "authn"),
    "skip_load_and_authorize_resource": ("load_and_authorize_resource", "authz"), "skip_authorize_resource": ("authorize_resource", "authz"),
}  # fmt: skip
"""Words that name the filter by themselves."""
_SIGNED_IN = {"signed_in?", "logged_in?", "user_signed_in?", "current_user", "authenticated?"}


def before(program: Program, controller: str, action: str, path: str) -> tuple[tuple[Guard, ...], At | None]:
    """The guards that a controller and those that it extends run before an action, and the line that skips them."""
    known: dict[str, _Controller] = program.kept.setdefault("rails.controllers", {})
    if controller not in known and len(known) < _MAX_CONTROLLERS:
        known[controller] = _read(program, controller, path)
    found = known.get(controller)
    if found is None:
        return (), None
    guards: dict[str, Guard] = {}
    skipped: At | None = None
    for each in found.filters:
        if (each.only and action not in each.only) or action in each.left_out:
            continue
        if each.skips:
            skipped = each.guard.at if guards.pop(each.guard.name, None) is not None else skipped
        else:
            guards[each.guard.name] = each.guard
    if (at := asked(program, found.methods, action)) is not None and (made := guard("authorize", at, "authz")) is not None:
        guards.setdefault(made.name, made)
    held = tuple(guards.values())
    return held, None if any(each.kind in ("authn", "authz") for each in held) else skipped


class _Before(Struct, frozen=True):
    guard: Guard
    only: tuple[str, ...] = ()
    left_out: tuple[str, ...] = ()
    skips: bool = False


class _Controller(Struct):
    """A controller with its filters in their order and its methods."""

    filters: list[_Before]
    methods: dict[str, Found]


def _read(program: Program, controller: str, path: str) -> _Controller:
    root = path[: path.rfind("config/")] if "config/" in path else ""
    lineage = list(_lineage(program, _controller_class(program, root, controller), root))
    found = _Controller([], methods(program, iter(lineage)))
    macros: dict[str, ir.Function] = {}
    for cls in reversed(lineage):
        macros |= {each.name: each for each in cls.cls.methods if each.static}
        found.filters += _declared(program, found, cls, cls.cls.statements, macros)
    return found


def _controller_class(program: Program, root: str, controller: str) -> ClassValue | None:
    """The class of `api/v1/orders`, by the name of its file."""
    file = f"{root}app/controllers/{controller}_controller.rb"
    if not program.resolver.exists(file):  # type: ignore[attr-defined]
        declared = program.resolver.defining(file, f"{inflection.camelize(controller.rpartition('/')[2])}Controller")
        file = next((each for each in declared if each.endswith(f"/controllers/{controller}_controller.rb")), "")
        if not file and "/" not in controller:
            return _loaded_from_below(program, controller, declared)
    if not file:
        return None
    program.module(file)
    name = f"{controller.rpartition('/')[2].replace('_', '')}controller".lower()  # acronyms are written as the application likes
    return next((cls for cls in _all_classes(program) if cls.path == file and cls.cls.name.lower() == name), None)


def _loaded_from_below(program: Program, controller: str, declared: Iterable[str]) -> ClassValue | None:
    """The class of `orders` in `app/controllers/entities/orders_controller.rb`: one that is declared outside of modules, in a folder that is loaded like `app/controllers` itself.

    Source: https://guides.rubyonrails.org/autoloading_and_reloading_constants.html#config-autoload-paths
    """
    paths = [each for each in declared if "app/controllers/" in each and each.endswith(f"/{controller}_controller.rb")]
    for path in paths:
        program.module(path)
    name = f"{controller.replace('_', '')}controller"
    known = [cls for cls in _all_classes(program) if cls.path in paths and cls.cls.name.lower() == name]
    return next((cls for cls in known if cls.outer is None and not cls.cls.within), None)


def _lineage(program: Program, cls: ClassValue | None, root: str, depth: int = 0) -> Iterator[ClassValue]:
    """A controller and those that it extends, which lie where their names say: in the modules around it, the innermost first."""
    if cls is None or depth > _MAX_CONCERNS:
        return
    known = list(program.lineage(cls))
    yield from known
    last = known[-1]
    for base in last.cls.bases[:1]:
        named = "/".join(map(inflection.underscore, spelled(base).removesuffix("Controller").split(".")))
        around = folder_of(last.path).rpartition("app/controllers")[2].strip("/").split("/")
        for count in range(len(around) if named else -1, -1, -1):
            found = _controller_class(program, root, "/".join([*(part for part in around[:count] if part), named]))
            if found is not None and found.path != last.path:
                yield from _lineage(program, found, root, depth + 1)
                break


def _declared(
    program: Program,
    controller: _Controller,
    cls: ClassValue,
    statements: Iterable[ir.Statement],
    macros: dict[str, ir.Function],
    depth: int = 0,
) -> Iterator[_Before]:
    """What the body of a controller or a concern declares, with what the concerns that it includes do; `macros` are the class methods that these bring.

    Source: https://api.rubyonrails.org/classes/ActiveSupport/Concern.html
    """
    for call in _calls(statements):
        called = call.function.name
        if called == "include" and depth < _MAX_CONCERNS:
            for argument in reversed(call.arguments):
                module = program.evaluate(argument.value, program.class_scope(cls))
                if isinstance(module, ClassValue) and module.cls.kind == "module":
                    yield from _declared(program, controller, module, _block(module.cls.statements, "included"), macros, depth + 1)
                    macros |= {
                        each.what.name: each.what
                        for each in _block(module.cls.statements, "class_methods")
                        if isinstance(each, ir.Define) and isinstance(each.what, ir.Function)
                    }
        elif called in macros and depth < _MAX_CONCERNS:
            for inner in _calls(macros[called].body):
                passed = [each for each in inner.arguments if not each.spread]
                passed += [each for each in call.arguments if each.keyword] if len(passed) < len(inner.arguments) else []
                yield from _before(program, controller, cls, replace(inner, arguments=tuple(passed)), inner.function.name)
        else:
            yield from _before(program, controller, cls, call, called)


def _calls(statements: Iterable[ir.Statement]) -> Iterator[Any]:
    """The calls without a receiver; a bare name is one without arguments, and the last of a block is what it returns."""
    for each in statements:
        match each:
            case ir.Do(ir.Call(ir.Name()) as call) | ir.Return(ir.Call(ir.Name()) as call):
                yield call
            case ir.Do(ir.Name(line=line) as called) | ir.Return(ir.Name(line=line) as called):
                yield ir.Call(called, (), line)


def _block(statements: Iterable[ir.Statement], called: str) -> tuple[ir.Statement, ...]:
    """What stands in the blocks of a concern that are called so."""
    blocks = [call.arguments[-1].value for call in _calls(statements) if call.function.name == called and call.arguments]
    return tuple(each for block in blocks if isinstance(block, ir.Function) for each in block.body)


def _all_classes(program: Program) -> list[ClassValue]:
    for cls in list(program.classes):
        if cls.cls.kind == "module" or cls.cls.classes:
            program.defined(cls)
    return program.classes


def _before(program: Program, controller: _Controller, cls: ClassValue, call: ir.Call, called: str) -> list[_Before]:
    skips = called in _SKIPPING
    if not skips and called not in _FILTERING:
        return []
    inside = program.class_scope(cls)
    options: dict[str, Any] = {
        argument.keyword: program.evaluate(argument.value, inside) for argument in call.arguments if argument.keyword
    }
    if not skips and not _SIGNED_IN.isdisjoint(plain(options.get("if", []))):
        return []  # who is not signed in passes
    only, left_out = tuple(plain(options.get("only", []))), tuple(plain(options.get("except", [])))
    at = At(cls.path, call.line)
    found: list[tuple[str, GuardKind | None]] = []
    for argument in call.arguments if called.endswith(("_action", "_filter")) else ():
        value = program.evaluate(argument.value, inside) if argument.keyword is None else None
        if isinstance(value, str):
            found.append((value, guard_kind(value) if skips else judged(program, controller.methods, value)))
        elif isinstance(argument.value, ir.Function) and not skips:
            found += [(name, judged(program, controller.methods, name)) for name in _called(argument.value)]
    if called in _OWN:
        found = [_OWN[called]]
    return [_Before(made, only, left_out, skips) for name, kind in found if kind and (made := guard(name, at, kind)) is not None]


def _called(block: ir.Function) -> Iterator[str]:
    """What the body of `before_action -> { doorkeeper_authorize! :read }` calls on the controller itself."""
    for each in _calls(block.body):
        yield each.function.name
