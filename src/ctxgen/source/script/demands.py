"""What a handler itself demands of whoever asks: a call that throws, or one on whose answer a refusal depends."""

from __future__ import annotations

import re
from collections.abc import Iterator

from ctxgen.model import At, Guard, GuardKind
from ctxgen.source import ir
from ctxgen.source.guards import guard, guard_kind, refusal, spelled

_MAX = 1_200
"""Parts of a body that are looked at."""
_DEMANDS = re.compile(r"(?:require|ensure|assert|enforce|protect|verify)(?![a-z])")
"""A call whose name begins so throws where its demand is not met."""
_ASKS = re.compile(
    r"session|auth|token|jwt|identity|(?:^|get|current|require|load|fetch|find)(?:current|logged\w{0,4})?user(?:$|from|id$|orthrow|session)",
    re.IGNORECASE,
)
_KEPT = re.compile(r"(?:current)?user(?:_?id)?|session(?:_?id)?|auth|token", re.IGNORECASE)
_KEEPERS = {"locals", "context", "request", "req", "ctx", "event"}
"""What a request carries, in which something before has left who asks: `locals.user`."""
_NOBODY = re.compile(r"c?srf|un_?auth|forbid|denied|error", re.IGNORECASE)
"""What protects a browser's user, whoever that is, and what only answers."""
_MAKES = re.compile(r"(?:create|save|sign|issue|generate|set|delete|remove|refresh|make|new|update|clear|revoke)(?![a-z])", re.IGNORECASE)

Asking = ir.Call | ir.Attribute


def demanded(handler: ir.Function, path: str, *, guarded: bool) -> list[Guard]:
    """The guards inside a handler of the file at `path`; one that already has a guard is asked for demands alone."""
    calls = [each for each in inside(handler) if isinstance(each, ir.Call)]
    demanding = (each for each in calls if _DEMANDS.match(_last(each)))
    found = [made for each in demanding if (made := guard(spelled(each), At(path, each.line))) is not None][:1]
    if not found and not guarded and (asked := next(_refused(handler.body, {}), None)) is not None:
        asking, kind = asked
        told: GuardKind = "authz" if guard_kind(spelled(asking)) == "authz" else kind
        made = guard(spelled(asking), At(path, asking.line), told)
        found += [made] if made is not None else []
    return found


_SPARES = re.compile(r"(?:skip|no|without|optional|allow_?anonymous|public)", re.IGNORECASE)
"""Options by which a call is told not to ask."""


def ending(handler: ir.Function) -> Iterator[ir.Call]:
    """The calls at the top of a handler that may answer in its place: `const { error } = await parse(request); if (error) return error();`."""
    known: dict[str, ir.Call] = {}
    for statement in handler.body:
        if isinstance(statement, ir.Assign):
            inner = statement.value.inner if isinstance(statement.value, ir.Unknown) else (statement.value,)
            if len(inner) == 1 and isinstance(inner[0], ir.Call):
                known |= dict.fromkeys(_names(statement.target), inner[0])
        elif isinstance(statement, ir.Branch) and len(statement.arms) == 1:
            condition, body = statement.arms[0]
            given = body[-1].value if body and isinstance(body[-1], ir.Return) else None
            given = given.function if isinstance(given, ir.Call) else given
            asked = isinstance(given, ir.Name) and any(isinstance(part, ir.Name) and part.name == given.name for part in _parts(condition))
            if asked and isinstance(given, ir.Name) and given.name in known:
                yield known[given.name]


def spared(call: ir.Call) -> bool:
    """Whether a call is told by an option not to ask: `parse(request, schema, { skipAuth: true })`."""
    entries = [entry for argument in call.arguments if isinstance(argument.value, ir.Mapping) for entry in argument.value.entries]
    return any(
        isinstance(key, ir.Literal | ir.Name)
        and _SPARES.match(str(key.value if isinstance(key, ir.Literal) else key.name))
        and isinstance(value, ir.Literal)
        and value.value is True
        for key, value in entries
    )


def _refused(body: tuple[ir.Statement, ...], known: dict[str, Asking]) -> Iterator[tuple[Asking, GuardKind]]:
    """What refusals depend on: calls and what a request carries, with the kinds of these; `known` are the names that hold such answers."""
    for statement in body:
        if isinstance(statement, ir.Assign):
            if (asking := _asking(statement.value, known)) is not None:
                known |= dict.fromkeys(_names(statement.target), asking)
        elif isinstance(statement, ir.Branch):
            for condition, inner in statement.arms:
                kind = refusal(ir.Function("", 0, (), lambda inner=inner: inner)) if condition is not None else None  # type: ignore[misc]
                asking = _asking(condition, known) if kind is not None else None
                if asking is not None and kind is not None:
                    yield asking, kind
                yield from _refused(inner, known)
        elif isinstance(statement, ir.Block):
            yield from _refused(statement.body, known)


def _asking(expression: object, known: dict[str, Asking]) -> Asking | None:
    """What finds out who asks, in an expression or behind one of its names."""
    for part in _parts(expression):
        if isinstance(part, ir.Call) and _asks(part):
            return part
        if isinstance(part, ir.Attribute) and _KEPT.fullmatch(part.name) and spelled(part.owner).rpartition(".")[2] in _KEEPERS:
            return part
        if isinstance(part, ir.Name) and part.name in known:
            return known[part.name]
    return None


def _asks(call: ir.Call) -> bool:
    """Whether a call finds out who asks, or what they may do: `getSession()`, `canViewOrder(auth, id)`."""
    named = _last(call)
    if _NOBODY.search(named) or _MAKES.match(named):
        return False
    given = [argument.value.name for argument in call.arguments if isinstance(argument.value, ir.Name)]
    return _ASKS.search(named) is not None or (guard_kind(named) == "authz" and any(map(_ASKS.search, given)))


def _last(call: ir.Call) -> str:
    return spelled(call).rpartition(".")[2]


def _names(target: ir.Expression) -> Iterator[str]:
    """The names that an assignment binds."""
    return (part.name for part in _parts(target) if isinstance(part, ir.Name))


def inside(function: ir.Function) -> Iterator[object]:
    """The parts of a function's body, those written first first, with a bound."""
    return _parts(function.body)


def _parts(root: object) -> Iterator[object]:
    work = [root]
    for _ in range(_MAX):
        if not work:
            return
        each = work.pop()
        if isinstance(each, tuple):
            work += reversed(each)
            continue
        yield each
        if isinstance(each, ir.Function):
            work.append(each.body)
        elif (fields := getattr(each, "__struct_fields__", None)) is not None:
            work += [getattr(each, field) for field in reversed(fields) if field != "line"]
