"""What Python's code does beside answering requests: error handling, transactions, caches, limits, tokens, calls to other hosts.

Sources: https://fastapi.tiangolo.com/tutorial/handling-errors/, https://flask.palletsprojects.com/en/stable/errorhandling/,
https://docs.djangoproject.com/en/stable/topics/db/transactions/, https://docs.djangoproject.com/en/stable/topics/cache/, https://pyjwt.readthedocs.io,
https://www.python-httpx.org, https://requests.readthedocs.io, https://flask-limiter.readthedocs.io, https://slowapi.readthedocs.io.
"""

from __future__ import annotations

import sys
from collections.abc import Iterator
from functools import partial

from ctxgen.model import At, CodeFact
from ctxgen.opaque import Name, Opaque, name
from ctxgen.source import ir
from ctxgen.source.guards import spelled
from ctxgen.source.mentions import Families
from ctxgen.source.program import Program
from ctxgen.source.python.walk import Met, calls

_CLIENTS = {"httpx", "requests", "aiohttp", "urllib3", "urllib", "niquests"}
_VERBS = {"get", "post", "put", "patch", "delete", "head", "request", "stream", "ws_connect", "urlopen"}
_TOKENS: dict[str, str] = {
    "jwt.encode": "token-issued", "jwt.decode": "token-checked", "jose.jwt.encode": "token-issued", "jose.jwt.decode": "token-checked",
    "authlib.jose.jwt.encode": "token-issued", "authlib.jose.jwt.decode": "token-checked",
    "flask_jwt_extended.create_access_token": "token-issued", "flask_jwt_extended.create_refresh_token": "token-issued",
    "flask_jwt_extended.jwt_required": "token-checked", "flask_jwt_extended.verify_jwt_in_request": "token-checked", "flask_jwt_extended.decode_token": "token-checked",
    "rest_framework_simplejwt.tokens.RefreshToken.for_user": "token-issued", "rest_framework_simplejwt.tokens.AccessToken.for_user": "token-issued",
    "rest_framework_simplejwt.tokens.RefreshToken": "token-refreshed", "rest_framework_simplejwt.views.TokenObtainPairView.as_view": "token-issued",
    "rest_framework_simplejwt.views.TokenRefreshView.as_view": "token-refreshed", "rest_framework_simplejwt.views.TokenVerifyView.as_view": "token-checked",
    "rest_framework_simplejwt.views.TokenBlacklistView.as_view": "token-revoked", "rest_framework.authtoken.models.Token.objects.create": "token-issued",
    "rest_framework.authtoken.models.Token.objects.get_or_create": "token-issued", "django.contrib.auth.login": "token-issued", "django.contrib.auth.logout": "token-revoked",
    "flask_login.login_user": "token-issued", "flask_login.logout_user": "token-revoked",
}  # fmt: skip
_TRANSACTIONS = {
    "django.db.transaction.atomic",
    "django.db.transaction.commit_on_success",
    "tortoise.transactions.in_transaction",
    "tortoise.transactions.atomic",
}
_ISOLATIONS = {"SERIALIZABLE", "REPEATABLE READ", "READ COMMITTED", "READ UNCOMMITTED", "SNAPSHOT"}
_WORDS = (
    b"exception_handler", b"error_handler", b"errorhandler", b"add_middleware", b"limit", b"Limit", b"cache", b"Cache", b"memoize", b"transaction", b"jwt", b"JWT", b"jose", b"httpx", b"requests",
    b"aiohttp", b"urllib", b"niquests", b"session.begin", b"isolation_level", b"is_valid", b"validate_on_submit", b"full_clean", b"RefreshToken", b"AccessToken", b"login_user", b"logout_user",
    b"contrib.auth",
)  # fmt: skip
"""One of these stands in every file that says something of this."""
_HANDLERS = {"exception_handler", "errorhandler", "app_errorhandler", "add_exception_handler", "register_error_handler"}
_CACHED = {"cache_page", "cached", "memoize", "cache_control", "cached_view", "cache"}
_TTL = ("timeout", "ttl", "expire", "ex", "expires")


def finish(program: Program) -> None:
    """The facts of all modules that were followed."""
    for path in list(program.modules):
        if program.says(path, _WORDS):
            _read(program, path)


def _read(program: Program, path: str) -> None:
    """The facts of one module; where it gives nothing another name, only what is called by one of the names that matter is looked at."""
    module = program.lowered.get(path)
    if module is None:
        return
    if any(map(_renames, module.statements)):
        for met in calls(program, path):
            program.facts += _facts(program, met)
        return
    names = _CALLED.names(partial(program.says, path))
    within = program.mentions.within
    if not within(names, path, 1, sys.maxsize):
        return
    for met in calls(program, path, lambda what: within(names, path, what.line, what.end)):
        if met.name in _CALLED.all:
            program.facts += _facts(program, met)


_CALLED = Families(
    ((b"handler",), _HANDLERS),
    ((b"add_middleware",), ("add_middleware",)),
    ((b"limit", b"Limit"), ("limit", "shared_limit", "ratelimit", "rate_limit", "RateLimiter")),
    ((b"cache", b"memoize"), _CACHED),
    ((b"cache", b"Cache", b"CACHE"), ("set", "setex", "aset")),
    ((b"session", b"Session"), ("begin", "begin_nested", "transaction")),
    ((b"is_valid", b"validate_on_submit", b"full_clean"), ("is_valid", "validate_on_submit", "full_clean")),
    ((b"isolation_level",), ("execution_options", "create_engine", "create_async_engine")),
    ((b"transaction",), (path.rpartition(".")[2] for path in _TRANSACTIONS)),
    ((b"jwt", b"JWT", b"jose", b"oken", b"login", b"logout", b"auth"), (path.rpartition(".")[2] for path in _TOKENS)),
    ((b"httpx", b"requests", b"aiohttp", b"urllib", b"niquests", b"client", b"Client", b"session"), (*_VERBS, "AsyncClient", "Client", "ClientSession")),
    behind=rb"\s*(?:\(|\n)",
)  # fmt: skip
"""What is called, or decorates."""


def _renames(statement: ir.Statement) -> bool:
    """Whether one of the names that matter is given another."""
    match statement:
        case ir.Import(_, str(name), alias):
            return name != alias and name in _CALLED.all
        case ir.Assign(target, ir.Name(name) | ir.Attribute(_, name)):
            return name in _CALLED.all and not (isinstance(target, ir.Name) and target.name == name)
    return False


def _facts(program: Program, met: Met) -> Iterator[CodeFact]:
    last, at = met.name, At(met.module.path, met.call.line)
    if last in _HANDLERS:
        subject = met.written(0)
        shown = spelled(subject) or (str(subject.value) if isinstance(subject, ir.Literal) and isinstance(subject.value, int) else "")
        if shown[:1].islower() and "." not in shown:  # a variable, which says less than what handles
            around = _where(met) if isinstance(met.call.function, ir.Name) else ""  # REST framework's own, called by that of the project
            shown = met.decorates.name if met.decorates is not None else around or spelled(met.written(1)) or shown
        yield CodeFact(kind="error-handler", subject=name(shown or (met.decorates.name if met.decorates is not None else last)), at=at)
    elif last == "add_middleware" and (added := spelled(met.written(0, "middleware_class"))):
        yield CodeFact(kind="middleware", subject=name(added), at=at)
    elif last in ("limit", "shared_limit", "ratelimit", "rate_limit") or (last == "RateLimiter"):
        yield from _limit(program, met, at)
    elif last in _CACHED or (last in ("set", "setex", "aset") and "cache" in f"{spelled(met.owner)} {met.path(program)}".lower()):
        yield from _cache(program, met, at)
    elif last in ("begin", "begin_nested", "transaction") and "session" in spelled(met.owner).lower():
        yield CodeFact(kind="transaction", subject=name(_where(met)), value=_isolation(met), at=at)
    elif last in ("is_valid", "validate_on_submit", "full_clean") and (checked := _made_of(met)):
        yield CodeFact(kind="validation", subject=name(checked), at=at)
    elif last in ("execution_options", "create_engine", "create_async_engine") and (level := _isolation(met)) is not None:
        yield CodeFact(kind="transaction", subject=name(_where(met)), value=level, at=at)
    path = met.path(program)
    if not path:
        return
    if path in _TRANSACTIONS:
        yield CodeFact(kind="transaction", subject=name(_where(met)), value=_isolation(met), at=at)
    elif (kind := _TOKENS.get(path)) is not None:
        yield CodeFact(kind=kind, subject=name(spelled(met.call)), at=at)  # type: ignore[arg-type]
    elif path.partition(".")[0] in _CLIENTS:
        yield from _client(program, met, path, at)


def _where(met: Met) -> str:
    """The function or class in which something is done, else what is called."""
    return met.inside or spelled(met.call)


def _isolation(met: Met) -> Name | None:
    """The isolation that a call states: `isolation_level="SERIALIZABLE"`, `execution_options={"isolation_level": "…"}`."""
    stated = met.written("isolation_level")
    options = met.written("execution_options")
    for key, value in options.entries if isinstance(options, ir.Mapping) else ():
        if isinstance(key, ir.Literal) and key.value == "isolation_level":
            stated = value
    shown = stated.value if isinstance(stated, ir.Literal) else None
    return name(shown) if isinstance(shown, str) and shown.upper().replace("_", " ") in _ISOLATIONS else None


def _made_of(met: Met) -> str:
    """The class that what is checked is made of in the same function, as it is written: `OrderForm` of `form = OrderForm(request.POST)`."""
    owner = met.owner
    if isinstance(owner, ir.Call):  # `OrderForm(request.POST).is_valid()`
        return _class_name(owner)
    work = list(met.place.function.body) if met.place.function is not None and isinstance(owner, ir.Name) else []
    while work:
        match work.pop(0):
            case ir.Assign(ir.Name(target), ir.Call() as made) if isinstance(owner, ir.Name) and target == owner.name:
                return _class_name(made)
            case ir.Branch(arms):
                work[:0] = [inner for _, body in arms for inner in body]
            case ir.Loop() | ir.Block() as inner:
                work[:0] = inner.body
    return ""


def _class_name(call: ir.Call) -> str:
    named = spelled(call).rpartition(".")[2]
    return named if named[:1].isupper() else ""


def _limit(program: Program, met: Met, at: At) -> Iterator[CodeFact]:
    stated = met.given(program, 0, "limit_value", "rate")
    rate = Opaque(stated).rate() if isinstance(stated, str) else None
    times, seconds = met.given(program, "times"), met.given(program, "seconds")
    if rate is None and isinstance(times, int) and isinstance(seconds, int):
        rate = name(f"{times} per {seconds} s")
    if rate is not None or "limiter" in spelled(met.call).lower():
        yield CodeFact(kind="rate-limit", subject=name(met.inside or spelled(met.call)), value=rate, at=at)


def _cache(program: Program, met: Met, at: At) -> Iterator[CodeFact]:
    """A cached view or value, with how long it is kept where a number says so."""
    positions = {"cache_page": (0,), "set": (2,), "aset": (2,), "setex": (1,)}.get(met.name, ())
    stated = met.given(program, *_TTL, *positions)
    ttl: Name | None = name(f"{stated} s") if isinstance(stated, int) and not isinstance(stated, bool) else None
    if met.name == "cache" and (
        met.decorates is None or met.path(program) == "functools.cache"
    ):  # what a pure function gave is no state of the program's
        return
    if ttl is not None or met.decorates is not None or met.name in ("set", "setex", "aset"):
        yield CodeFact(kind="cache", subject=name(met.inside or spelled(met.call)), value=ttl, at=at)


def _client(program: Program, met: Met, path: str, at: At) -> Iterator[CodeFact]:
    """A request to a host that the code names."""
    if path.rpartition(".")[2] not in (*_VERBS, "AsyncClient", "Client", "ClientSession"):
        return
    stated = met.given(program, "base_url", "url", *((1,) if met.name in ("request", "stream") else (0,)))
    host = Opaque(stated).host() if isinstance(stated, str) and "://" in stated else None
    if host is not None:
        yield CodeFact(kind="http-client", subject=name(spelled(met.call)), value=host, at=at)
