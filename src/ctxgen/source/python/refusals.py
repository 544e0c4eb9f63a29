"""Whether a function refuses requests: what a decorator, dependency or middleware of the project's own guards.

A name may tell nothing (`@internal`), but who answers 401 asks who somebody is, who answers 403 what they may, who
answers 429 how often.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from functools import lru_cache

from ctxgen.model import GuardKind
from ctxgen.source import ir
from ctxgen.source.guards import own_arms

_STATUS: dict[int, GuardKind] = {401: "authn", 403: "authz", 429: "rate"}
_WORDS: dict[str, GuardKind] = {
    "HTTP_401_UNAUTHORIZED": "authn", "UNAUTHORIZED": "authn", "HTTPUnauthorized": "authn", "Unauthorized": "authn", "NotAuthenticated": "authn",
    "AuthenticationFailed": "authn", "NotAuthorizedException": "authn", "redirect_to_login": "authn", "login_manager": "authn", "AuthenticationError": "authn",
    "HTTP_403_FORBIDDEN": "authz", "FORBIDDEN": "authz", "HTTPForbidden": "authz", "Forbidden": "authz", "PermissionDenied": "authz", "HttpResponseForbidden": "authz",
    "PermissionDeniedException": "authz",
    "HTTP_429_TOO_MANY_REQUESTS": "rate", "TOO_MANY_REQUESTS": "rate", "HTTPTooManyRequests": "rate",
}  # fmt: skip
_DEPTH = 30


@lru_cache(maxsize=4096)
def refusal(function: ir.Function) -> GuardKind | None:
    """The kind of guard that a function is by the answers that its body, or a function inside it, gives; the first in the order of the code.

    What it answers when the handler that it calls fails is the handler's own refusal in other words.
    """
    return next(_in(function.body, _given(function), 0), None)


def _given(function: ir.Function) -> frozenset[str]:
    return frozenset(parameter.name for parameter in function.parameters)


def _in(statements: Iterable[ir.Statement], given: frozenset[str], depth: int) -> Iterator[GuardKind]:
    if depth > _DEPTH:
        return
    for statement in statements:
        match statement:
            case ir.Do(value) | ir.Return(value):
                yield from _answer(value, 0)
            case ir.Assign():
                yield from _answer(statement.value, 0)
            case ir.Branch(arms):
                for body in own_arms(arms, given):
                    yield from _in(body, given, depth + 1)
            case ir.Loop() | ir.Block():
                yield from _in(statement.body, given, depth + 1)
            case ir.Define(ir.Function() as inner, _):
                yield from _in(inner.body, given | _given(inner), depth + 1)


def _answer(expression: ir.Expression, depth: int) -> Iterator[GuardKind]:
    """What an expression answers: a call with the status, or of something that is named like the answer."""
    if not isinstance(expression, ir.Call) or depth > _DEPTH:
        if isinstance(expression, ir.Sequence):
            for item in expression.items:
                yield from _status(item)
                yield from _answer(item.value, depth + 1)
        return
    if (kind := _WORDS.get(_last(expression.function))) is not None:
        yield kind
    for argument in expression.arguments:
        yield from _status(argument)
        yield from _answer(argument.value, depth + 1)
    if isinstance(expression.function, ir.Attribute):
        yield from _answer(expression.function.owner, depth + 1)


def _status(argument: ir.Argument) -> Iterator[GuardKind]:
    value = argument.value
    if isinstance(value, ir.Literal) and isinstance(value.value, int) and not isinstance(value.value, bool) and value.value in _STATUS:
        yield _STATUS[value.value]
    elif (kind := _WORDS.get(_last(value))) is not None:
        yield kind


def _last(expression: ir.Expression) -> str:
    return expression.name if isinstance(expression, (ir.Name, ir.Attribute)) else ""
