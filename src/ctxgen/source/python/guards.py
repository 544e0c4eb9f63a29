"""What Python's decorators, dependencies and middlewares guard: by their names, else by the answers of what they run.

`get_session` gives a database session and `get_user_service` a service: names that the words of guards occur in alone.
"""

from __future__ import annotations

import re

from ctxgen.model import GuardKind
from ctxgen.source import ir
from ctxgen.source.guards import guard_kind, spelled, waived
from ctxgen.source.python.refusals import refusal
from ctxgen.source.values import ClassValue, External, FunctionValue, Instance, Value

_NO_GUARD = re.compile(
    r"session(?!_?user)|service|repo|repository|\bdb|_db|database|dao|client|manager|store|uow|unit_?of_?work|settings|config|factory|optional|connection|engine"
    r"|request_?form|form_?data|(?:\b|_)(?:try|maybe)_|_or_none"
    r"|use_?case|logger|cache|storage|crud|provider|handler|query|params|filter|sort|pagination|exempt|not_required|anonymous|signal|receiver|fixture|patch|property|_classes|extend_schema|auto_schema|openapi|api_doc|\bdoc\b|documentation",
    re.IGNORECASE,
)
_KNOWN: dict[str, GuardKind] = {
    "starlette.authentication.requires": "authz",
    "django.contrib.auth.decorators.user_passes_test": "authz",
    "django.contrib.admin.views.decorators.staff_member_required": "authz",
}
_FORGERY = re.compile(r"csrf|xsrf", re.IGNORECASE)
"""Checks that a request comes from the site's own pages, whoever asks."""
_PLAIN_USER = re.compile(r"(?:\w{0,60}\.)?(?:get|load|fetch|find|valid)_?user(?:_by_\w{1,30}|_or_404)?s?", re.IGNORECASE)


def denies(name: str) -> bool:
    """Whether a name says that its bearer guards nothing: `get_session`, `current_user_optional`."""
    return _NO_GUARD.search(name.rpartition(".")[2]) is not None


def judge(name: str, value: Value) -> GuardKind | None:
    """The kind of guard that something of a name is."""
    if _FORGERY.search(name):
        return None
    if isinstance(value, External) and (known := _KNOWN.get(value.path.replace("()", ""))) is not None:
        return known
    last = name.rpartition(".")[2]
    told = guard_kind(name) if not denies(name) and not _PLAIN_USER.fullmatch(last) else None
    return told or refused(value)


def judge_with_needs(name: str, value: Value) -> GuardKind | None:
    """The kind of guard that something is by itself, or by what FastAPI lets it depend on: `set_tenant(user=Depends(get_current_user))` in `dependencies=[…]`."""
    if (told := judge(name, value)) is not None or not isinstance(value, FunctionValue):
        return told
    for parameter in value.function.parameters:
        match parameter.default:
            case ir.Call(ir.Name("Depends" | "Security") | ir.Attribute(_, "Depends" | "Security"), (first, *_)):
                needed = spelled(first.value)
                kind = guard_kind(needed) if needed and not denies(needed) and not waived(first.value) else None
                if kind in ("authn", "authz"):
                    return kind
    return None


def refused(value: Value) -> GuardKind | None:
    """The kind of guard that a value is by what it answers: a function, a class or instance that is called, a middleware."""
    return next((kind for each in called(value) if (kind := refusal(each)) is not None), None)


def called(value: Value) -> list[ir.Function]:
    """The functions that run when something is in the way of a request."""
    match value:
        case FunctionValue():
            return [value.function]
        case Instance() | ClassValue():
            cls = value.cls if isinstance(value, Instance) else value
            return [
                method
                for method in cls.cls.methods
                if method.name in ("__call__", "dispatch", "process_request", "__init__", "authenticate_request")
            ]
    return []
