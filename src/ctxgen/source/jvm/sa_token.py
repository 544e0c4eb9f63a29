"""What Sa-Token's filters and interceptors ask of paths: `SaRouter.match("/admin/**", r -> StpUtil.checkLogin())`.

Source: https://sa-token.cc/doc.html#/up/global-filter, https://sa-token.cc/doc.html#/use/route-check
"""

from __future__ import annotations

from collections.abc import Callable, Iterator

from ctxgen.model import At, Guard, GuardKind
from ctxgen.opaque import name
from ctxgen.source import ir
from ctxgen.source.calls import calls, calls_in
from ctxgen.source.guards import spelled
from ctxgen.source.jvm.annotations import simple
from ctxgen.source.jvm.walk import followed
from ctxgen.source.program import Program
from ctxgen.source.values import ClassValue, Scope

_HOLDERS = {"SaReactorFilter", "SaServletFilter", "SaInterceptor", "SaRouteInterceptor"}
_WORDS = tuple(sorted(holder.encode() for holder in _HOLDERS))
_CHECKS: tuple[tuple[str, GuardKind], ...] = (
    ("checkLogin", "authn"),
    ("checkSafe", "authn"),
    ("checkRole", "authz"),
    ("checkPermission", "authz"),
)

Patterns = tuple[str | None, ...]
Read = Callable[[ir.Call, Scope], Patterns]


def checks(program: Program, cls: ClassValue, patterns: Read) -> Iterator[tuple[Patterns, Guard | None, At]]:
    """The paths that a class's filters and interceptors check and those that they let pass (a guard of None), in their order.

    `patterns` gives those that the arguments of a call state.
    """
    for method in cls.cls.methods if program.says(cls.path, _WORDS) else ():
        made = [simple(call.function) for call in calls(method.body)]
        if not _HOLDERS.intersection(made):
            continue
        intercepting = made.count("addInterceptor")  # whose paths their registration says: only what is matched inside is told here
        scope = Scope(cls.scope.module, program.class_scope(cls), owner=cls)
        matched: Patterns | None = None
        spared: Patterns = ()
        passed, checked = list[tuple[Patterns, Guard | None, At]](), list[tuple[Patterns, Guard | None, At]]()
        for call, inside in followed(program, method.body, scope):
            called, at = simple(call.function), At(inside.module.path, call.line)
            owner = call.function.owner if isinstance(call.function, ir.Attribute) else None
            if called in ("addExclude", "setExcludeList") or (called == "excludePathPatterns" and intercepting == 1):
                passed.append((patterns(call, inside), None, at))
            elif called in ("match", "notMatch") and simple(owner) in ("SaRouter", "match", "notMatch"):
                matched, spared = (matched, spared) if simple(owner) != "SaRouter" else (None, ())
                given = patterns(_paths(call), inside)
                matched, spared = (given, spared) if called == "match" else (matched, (*spared, *given))
            elif (kind := kind_of(called)) is not None:
                if matched is not None or spared or not intercepting:
                    checked += [(spared, None, at)] if spared else []
                    checked.append((matched or ("/**",), Guard(name=name(spelled(call.function)), kind=kind, at=at), at))
                matched, spared = None, ()
        if checked:
            yield from (*passed, *checked)


def kind_of(called: str) -> GuardKind | None:
    """What a function of `StpUtil` asks for."""
    return next((kind for start, kind in _CHECKS if called.startswith(start)), None)


def plain_check(expression: ir.Expression) -> ir.Call | None:
    """What `new SaInterceptor(handle -> StpUtil.checkLogin())` asks of all paths that it is registered for; None where it matches paths itself or asks for nothing."""
    made = list(calls_in(expression))
    if any(simple(call.function) in ("match", "notMatch") for call in made):
        return None
    return next((call for call in made if kind_of(simple(call.function)) is not None), None)


def _paths(call: ir.Call) -> ir.Call:
    """A call without the functions that it is given."""
    given = tuple(each for each in call.arguments if not isinstance(each.value, ir.Function))
    return ir.Call(call.function, given, call.line)
