"""What Rails' controllers do before their actions: filters of their own, of those that they extend and of the concerns that they include.

Source: https://guides.rubyonrails.org/action_controller_overview.html#controller-callbacks.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from typing import Any

import inflection
from msgspec import Struct
from msgspec.structs import replace

from ctxgen.model import At, Guard
from ctxgen.source import ir
from ctxgen.source.frameworks import plain
from ctxgen.source.guards import guard, spelled
from ctxgen.source.program import Program
from ctxgen.source.values import ClassValue

_MAX_CONTROLLERS = 3_000
_MAX_CONCERNS = 8


def before(program: Program, controller: str, action: str, path: str) -> tuple[tuple[Guard, ...], At | None]:
    """The guards that a controller and those that it extends run before an action, and the line that skips them."""
    known: dict[str, list[_Before]] = program.shared.setdefault("rails.before", [{}])[0]
    if controller not in known and len(known) < _MAX_CONTROLLERS:
        known[controller] = _befores(program, controller, path)
    guards: dict[str, Guard] = {}
    skipped: At | None = None
    for each in known.get(controller, ()):
        if (each.only and action not in each.only) or action in each.left_out:
            continue
        if each.skips:
            skipped = each.guard.at if guards.pop(each.guard.name, None) is not None else skipped
        else:
            guards[each.guard.name] = each.guard
    held = tuple(guards.values())
    return held, None if any(each.kind in ("authn", "authz") for each in held) else skipped


class _Before(Struct, frozen=True):
    guard: Guard
    only: tuple[str, ...] = ()
    left_out: tuple[str, ...] = ()
    skips: bool = False


def _befores(program: Program, controller: str, path: str) -> list[_Before]:
    root = path[: path.rfind("config/")] if "config/" in path else ""
    found: list[_Before] = []
    macros: dict[str, ir.Function] = {}
    for cls in reversed(list(_lineage(program, _controller_class(program, root, controller), root))):
        found += _declared(program, cls, cls.cls.statements, macros)
    return found


def _controller_class(program: Program, root: str, controller: str) -> ClassValue | None:
    """The class of `api/v1/orders`, by the name of its file."""
    file = f"{root}app/controllers/{controller}_controller.rb"
    if not program.resolver.exists(file):  # type: ignore[attr-defined]
        return None
    program.module(file)
    name = f"{controller.rpartition('/')[2].replace('_', '')}controller".lower()  # acronyms are written as the application likes
    return next((cls for cls in _all_classes(program) if cls.path == file and cls.cls.name.lower() == name), None)


def _lineage(program: Program, cls: ClassValue | None, root: str, depth: int = 0) -> Iterator[ClassValue]:
    """A controller and those that it extends; `Api::V1::BaseController` lies where its name says, whoever else opens `Api`."""
    if cls is None or depth > _MAX_CONCERNS:
        return
    known = list(program.lineage(cls))
    yield from known
    for base in known[-1].cls.bases[:1]:
        parts = spelled(base).removesuffix("Controller").split(".")
        if len(parts) > 1:
            yield from _lineage(program, _controller_class(program, root, "/".join(map(inflection.underscore, parts))), root, depth + 1)


def _declared(
    program: Program, cls: ClassValue, statements: Iterable[ir.Statement], macros: dict[str, ir.Function], depth: int = 0
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
                    yield from _declared(program, module, _block(module.cls.statements, "included"), macros, depth + 1)
                    macros |= {
                        each.what.name: each.what
                        for each in _block(module.cls.statements, "class_methods")
                        if isinstance(each, ir.Define) and isinstance(each.what, ir.Function)
                    }
        elif called in macros and depth < _MAX_CONCERNS:
            for inner in _calls(macros[called].body):
                passed = [each for each in inner.arguments if not each.spread]
                passed += [each for each in call.arguments if each.keyword] if len(passed) < len(inner.arguments) else []
                yield from _before(program, cls, replace(inner, arguments=tuple(passed)), inner.function.name)
        else:
            yield from _before(program, cls, call, called)


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


def _before(program: Program, cls: ClassValue, call: ir.Call, called: str) -> list[_Before]:
    skips = called in ("skip_before_action", "skip_before_filter", "allow_unauthenticated_access")
    if not skips and called not in (
        "before_action",
        "before_filter",
        "prepend_before_action",
        "authenticate_with",
        "load_and_authorize_resource",
        "authorize_resource",
        "http_basic_authenticate_with",
        "rate_limit",
    ):
        return []
    inside = program.class_scope(cls)
    options: dict[str, Any] = {
        argument.keyword: program.evaluate(argument.value, inside) for argument in call.arguments if argument.keyword
    }
    only, left_out = tuple(plain(options.get("only", []))), tuple(plain(options.get("except", [])))
    at = At(cls.path, call.line)
    names = [
        value
        for argument in call.arguments
        if argument.keyword is None and isinstance(value := program.evaluate(argument.value, inside), str)
    ]
    if called == "allow_unauthenticated_access":
        names = ["require_authentication"]
    if not names and not called.endswith(("_action", "_filter")):
        names = [called]
    kind: Any = (
        "rate" if called == "rate_limit" else "authz" if "authorize" in called else "authn" if called.startswith("http_basic") else None
    )
    return [_Before(made, only, left_out, skips) for name in names if (made := guard(name, at, kind)) is not None]
