"""Middleware of Django that lets only people pass who have signed in, but for what settings or a view's decorator exempt.

Sources: https://docs.djangoproject.com/en/stable/ref/middleware/#django.contrib.auth.middleware.LoginRequiredMiddleware,
https://django-stronghold.readthedocs.io, https://pypi.org/project/django-login-required-middleware/.
"""

from __future__ import annotations

import re
from typing import NamedTuple

from ctxgen.model import At, ConfigKey, Guard
from ctxgen.places import for_tests
from ctxgen.source import ir
from ctxgen.source.guards import guard, spelled
from ctxgen.source.program import Program
from ctxgen.source.python.resolve import PythonResolver
from ctxgen.source.reach import Reach, Told
from ctxgen.source.values import Value

_KEYS = ("MIDDLEWARE", "MIDDLEWARE_CLASSES")
_ASKS = re.compile(
    r"(?i)(?:login|auth(?:entication)?)_?required_?middleware|(?:require|force|global)_?(?:login|auth(?:entication)?)_?middleware"
)
_EXEMPTS = re.compile(
    r"(?:LOGIN|AUTH|STRONGHOLD)\w{0,30}(?:EXEMPT|IGNORE|PUBLIC|EXCEPTION|WHITELIST|ALLOW)\w{0,30}|(?:PUBLIC|OPEN|EXEMPT)_(?:URL|PATH)S"
)
"""Settings of the paths that such middleware lets pass: `LOGIN_EXEMPT_URLS`, `LOGIN_REQUIRED_IGNORE_PATHS`, `STRONGHOLD_PUBLIC_URLS`."""
_OPENS = {"login_not_required", "login_exempt", "public", "StrongholdPublicMixin", "LoginNotRequiredMixin"}
_DJANGOS_OWN = "django.contrib.auth.middleware.LoginRequiredMiddleware"
_OPEN_VIEWS = {"LoginView", "PasswordResetView", "PasswordResetDoneView", "PasswordResetConfirmView", "PasswordResetCompleteView"}
"""Views of Django's that its own middleware lets pass."""
_REGULAR = re.compile(r"[\\(\[.*+?$|].*", re.DOTALL)
"""Where the fixed beginning of a pattern ends."""


class Login(NamedTuple):
    """The middleware, the paths that it lets pass, and whether it is Django's own, which knows the views of libraries that need none."""

    guard: Guard
    reach: Reach
    own: bool

    def asks(self, path: str, handler: str | None, marks: tuple[ir.Expression, ...], *, rest: bool) -> bool:
        """Whether who sends a request to a path is asked who they are.  Views of REST framework say so themselves with Django's own."""
        named = (handler or "").partition(".")[0]
        opened = any(spelled(mark).rpartition(".")[2] in _OPENS for mark in marks)
        return not (opened or named in _OPEN_VIEWS or (rest and self.own)) and self.reach.covers(path)


def login(program: Program) -> Login | None:
    """What settings name among the middleware; None where what it exempts cannot be read."""
    if "django.login" not in program.kept:
        program.kept["django.login"] = _stated(program)
    found: Login | None = program.kept["django.login"]
    return found


def _stated(program: Program) -> Login | None:
    resolver = program.resolver
    facts = resolver.facts.of(ConfigKey) if isinstance(resolver, PythonResolver) else ()
    for fact in facts:
        if not fact.key.startswith(_KEYS) or for_tests(fact.when) or (named := fact.value.identifier()) is None:
            continue
        last = named.rpartition(".")[2]
        if _ASKS.fullmatch(last) and (found := guard(last, fact.at, "authn")) is not None:
            told = _exempt(program, fact.at)
            return Login(found, Reach(told), named == _DJANGOS_OWN) if told is not None else None
    return None


def _exempt(program: Program, at: At) -> tuple[Told, ...] | None:
    """The paths that settings exempt; None where one cannot be told."""
    module = program.run(at.path)
    told: list[Told] = []
    for named, value in module.scope.names.items() if module is not None else ():
        if named == "LOGIN_URL" and isinstance(value, str) and value.startswith("/"):
            told.append(Told(value, begins=True))
        elif _EXEMPTS.fullmatch(named):
            if not isinstance(value, list):
                return None
            for each in value:
                start = _beginning(each)
                if start is None:
                    return None
                told.append(Told(start, begins=True))
    return tuple(told)


def _beginning(pattern: Value) -> str | None:
    """How the paths of a pattern begin: `^{prefix}reports/cover$`."""
    if not isinstance(pattern, str):
        return None
    start = _REGULAR.sub("", re.sub(r"\A\^?/?(?:\{\w{0,60}\})?", "", pattern))
    return f"/{start.lstrip('/')}" if start.strip("/") else None
