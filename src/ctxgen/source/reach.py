"""Which paths a middleware or hook for everything looks at itself: those that it lets pass, or the only ones that it guards."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from typing import Any, NamedTuple

from msgspec import Struct

from ctxgen.source import ir
from ctxgen.source.guards import refusal

_PATHS = {"url", "path", "originalUrl", "pathname", "routerPath", "requestPath"}
_STARTS = {"startsWith", "startswith", "indexOf"}
_PARTS = 200


class Told(NamedTuple):
    """A path that a condition names: exactly, or all that begin so."""

    path: str
    begins: bool

    def meets(self, path: str) -> bool:
        """Whether a whole path is meant; what a router is mounted at may stand before an exact one."""
        return path.startswith(self.path) if self.begins else path.rstrip("/").endswith(self.path.rstrip("/*") or "/")


class Reach(NamedTuple):
    """`spared` paths pass; where there are `only` ones, all others do."""

    spared: tuple[Told, ...] = ()
    only: tuple[Told, ...] = ()

    def covers(self, path: str) -> bool:
        """Whether the guard stands before a path."""
        return not any(each.meets(path) for each in self.spared) and (not self.only or any(each.meets(path) for each in self.only))


def reach(function: ir.Function, evaluate: Callable[[ir.Expression], Any]) -> Reach:
    """What the conditions of a function say of paths.

    `if (PUBLIC.includes(request.path)) return next()` spares, `if (url.startsWith("/admin")) { … 401 … }` guards only those.
    """
    spared: list[Told] = []
    only: list[Told] = []
    for condition, body in _arms(function.body):
        if not _names_path(condition):
            continue
        refuses, leaves = _refuses(function, body), _leaves(body)
        for part, negated in _conditions(condition):
            if refuses or leaves:
                (only if refuses != negated else spared).extend(_told(part, evaluate))
    return Reach(tuple(spared), tuple(only))


def conditional(function: ir.Function) -> bool:
    """Whether a function lets requests pass, or refuses them, under conditions that say nothing of paths: methods, a table of roles."""
    return any(
        not _names_path(condition) and (_leaves(body) if not _refuses(function, body) else any(True for _ in _arms(body)))
        for condition, body in _arms(function.body)
    )


def _refuses(function: ir.Function, body: tuple[ir.Statement, ...]) -> bool:
    return refusal(ir.Function("", function.line, (), lambda: body)) is not None


def _leaves(body: tuple[ir.Statement, ...]) -> bool:
    return not body or isinstance(body[-1], ir.Return)  # a `return` of nothing is lowered to nothing


def _conditions(condition: ir.Expression, negated: bool = False) -> Iterator[tuple[ir.Expression, bool]]:
    """The parts of a condition, and whether each is denied: `!a`, `a !== b`."""
    match condition:
        case ir.Choice(options):
            for option in options:
                yield from _conditions(option, negated)
        case ir.Unknown(_, (inner,)):
            yield from _conditions(inner, not negated)
        case ir.Call(ir.Name("!==" | "!=")):
            yield condition, not negated
        case _:
            yield condition, negated


def _arms(body: tuple[ir.Statement, ...]) -> Iterator[tuple[ir.Expression, tuple[ir.Statement, ...]]]:
    """The conditions at the top of a function with what stands behind each."""
    for statement in body:
        if isinstance(statement, ir.Branch):
            for condition, inner in statement.arms:
                if condition is not None:
                    yield condition, inner
                else:
                    yield from _arms(inner)  # the body of a `try`
        elif isinstance(statement, ir.Block):
            yield from _arms(statement.body)


def _names_path(condition: ir.Expression) -> bool:
    return any(isinstance(each, (ir.Attribute, ir.Name)) and each.name in _PATHS for each in _parts(condition))


def _told(condition: ir.Expression, evaluate: Callable[[ir.Expression], Any]) -> Iterator[Told]:
    begins = any(isinstance(each, ir.Attribute) and each.name in _STARTS for each in _parts(condition))
    for each in _parts(condition):
        if isinstance(each, ir.Literal) and isinstance(each.value, str) and each.value.startswith("/") and len(each.value) > 1:
            yield Told(each.value.rstrip("*") if begins else each.value, begins)
        elif isinstance(each, ir.Attribute) and each.name in ("includes", "some", "has", "indexOf") and isinstance(each.owner, ir.Name):
            value = evaluate(each.owner)
            for text in value if isinstance(value, list) else ():
                if isinstance(text, str) and text.startswith("/") and len(text) > 1:
                    yield Told(text, begins)


def _parts(expression: object) -> Iterator[object]:
    work = [expression]
    for _ in range(_PARTS):
        if not work:
            return
        each = work.pop()
        if isinstance(each, tuple):
            work += each
            continue
        yield each
        if isinstance(each, ir.Function):
            work.append(each.body)
        elif isinstance(each, Struct):
            work += [getattr(each, field) for field in each.__struct_fields__ if field != "line"]
