"""What Rust does beside answering requests: errors handled, input validated, transactions, caches, limits, tokens, calls of other services.

Sources: https://docs.rs/axum/latest/axum/error_handling/, https://actix.rs/docs/errors, https://docs.rs/validator, https://docs.rs/sqlx/latest/sqlx/struct.Pool.html#method.begin,
https://www.sea-ql.org/SeaORM/docs/advanced-query/transaction/, https://docs.rs/diesel/latest/diesel/connection/trait.Connection.html, https://docs.rs/moka, https://docs.rs/tower_governor,
https://docs.rs/jsonwebtoken, https://docs.rs/reqwest.
"""

from __future__ import annotations

import re
from collections.abc import Iterator

from ctxgen.model import At, CodeFact, Fact
from ctxgen.opaque import Opaque, name
from ctxgen.source import ir
from ctxgen.source.guards import spelled
from ctxgen.source.program import Program
from ctxgen.source.rust.calls import READING
from ctxgen.source.rust.expressions import spelled_last
from ctxgen.source.rust.handlers import FROM_FUNCTION
from ctxgen.source.rust.messages import written
from ctxgen.source.rust.variables import arguments, filled, read
from ctxgen.source.typed_calls import Defined, Found, stated_as, walk

_WORTH = re.compile(
    rb"ResponseError|IntoResponse|Responder|HandleError|CatchPanic|#\[catch\(|recover\(|catch_error|catch_all_error|Validate|garde|\.layer\(|\.wrap\(|\.attach\(|\.hoop\(|\.with\("
    rb"|\.begin|transaction|moka|redis|cached|stretto|quick_cache|[gG]overnor|RateLimit|rate_limit|Quota|reqwest|ureq|surf|jsonwebtoken|jwt|HttpAuthentication|oauth2|oken"
    rb"|rdkafka|lapin|amqprs|async_nats|apalis|cron|clokwerk|rumqtt|fang|faktory|env::var|envy|dotenv|Environment::|Env::|\benv\b *[,=)]"
)
"""Words of which a file must hold one before it is looked at."""
_REFRESHED = re.compile(r"(?:refresh\w{0,20}_tokens?|tokens?_refresh|renew\w{0,12}_tokens?|rotate\w{0,12}_tokens?)")
_REVOKED = re.compile(r"(?:revoke|invalidate|blacklist|denylist)\w{0,20}tokens?")
_READS = re.compile(
    r"^(?:get|set|is|has|find|list|count|new|with|parse|test|must|clean|prune|validate|load|query|create|generate|default|insert|delete|from)_"
)
"""Names of functions that only look at tokens."""
_IMPLEMENTED = re.compile(
    rb"^[ \t]{0,8}impl\b(?:<[^<>{}\n]{0,80}>)?[ \t]{1,4}(?:[\w:]{0,60}::)?(?P<trait>ResponseError|IntoResponse|Responder)(?:<[^{}\n]{0,60}>)?[ \t\n]{1,9}for[ \t\n]{1,9}(?:[\w:]{0,60}::)?(?P<type>\w{1,80})",
    re.MULTILINE,
)
_WRONG = re.compile(r"(?:Error|Err|Failure|Rejection|Problem|Exception)\w{0,12}$")
_DATABASES = re.compile(rb"\b(?:sqlx|sea_orm|diesel|diesel_async|tokio_postgres|deadpool_postgres|rusqlite|mongodb|welds)\b")
_OPENS = re.compile(r"(?:^|_)(?:pool|db|conn|connection|database|pg|client|session|executor|store|tx|orm)$")
_TRANSACTIONS = {"begin", "begin_with", "begin_with_config", "transaction", "transaction_with_config", "transaction_with_behavior", "start_transaction", "build_transaction", "immediate_transaction", "exclusive_transaction"}  # fmt: skip
_LEVELS = {"Serializable": "serializable", "RepeatableRead": "repeatable read", "ReadCommitted": "read committed", "ReadUncommitted": "read uncommitted"}  # fmt: skip
_ROUTERS = {"axum", "actix_web", "rocket", "poem", "salvo", "warp", "tower", "utoipa_axum", "aide", "tonic", "poem_openapi"}
_CLIENTS = {"reqwest", "ureq", "surf", "isahc", "awc", "reqwest_middleware"}
_VERBS = {"get", "post", "put", "patch", "delete", "head", "request"}


def finish(program: Program) -> None:
    """The facts of all files that hold a word worth looking at."""
    told: dict[Fact, None] = {}
    for path in program.own:
        data = program.sources.data(path) if program.sources is not None else b""
        if not _WORTH.search(data):
            continue
        module = program.run(path)
        if module is None:
            continue
        told.update(dict.fromkeys(_implemented(path, data)))
        for each in walk(READING, program, module):
            if isinstance(each, Found):
                told.update(dict.fromkeys((*_call(each, data), *written(each, data), *read(each), *filled(each))))
            elif isinstance(each, Defined):
                told.update(dict.fromkeys((*_defined(each, data), *arguments(each))))
    program.facts = list(dict.fromkeys((*program.facts, *told)))


def _fact(kind: str, subject: str, at: At, value: str | None = None) -> CodeFact:
    return CodeFact(kind=kind, subject=name(subject), value=name(value) if value else None, at=at)  # type: ignore[arg-type]


# ---------------------------------------------------------------------------------------------- types and functions


def _implemented(path: str, data: bytes) -> Iterator[CodeFact]:
    """Types that say how an error is answered."""
    for found in _IMPLEMENTED.finditer(data):
        type = found["type"].decode("ascii", "replace")
        if found["trait"] == b"ResponseError" or _WRONG.search(type):
            yield _fact("error-handler", type, At(path, data.count(b"\n", 0, found.start("trait")) + 1))


def _defined(defined: Defined, data: bytes) -> Iterator[CodeFact]:
    at, what = At(defined.module.path, defined.what.line), defined.what
    if isinstance(what, ir.Class):
        derived = [
            each for mark in what.decorators if isinstance(mark, ir.Call) and spelled(mark.function) == "derive" for each in mark.arguments
        ]
        if any(spelled_last(each.value) == "Validate" for each in derived):
            yield _fact("validation", defined.name, at)
        return
    for mark in what.decorators:
        if isinstance(mark, ir.Call) and (last := spelled_last(mark.function)):
            if last == "catch" and b"rocket" in data:
                status = mark.arguments[0].value if mark.arguments else None
                stated = str(status.value) if isinstance(status, ir.Literal) and isinstance(status.value, int) else None
                yield _fact("error-handler", defined.name, at, stated)
            elif last in ("cached", "once", "io_cached") and b"cached" in data:
                seconds = next(
                    (each.value.value for each in mark.arguments if each.keyword == "time" and isinstance(each.value, ir.Literal)), None
                )
                yield _fact("cache", defined.name, at, f"{seconds} s" if isinstance(seconds, int) else None)
    if _READS.match(what.name):
        return
    if _REFRESHED.search(what.name):
        yield _fact("token-refreshed", defined.name, at)
    elif _REVOKED.search(what.name):
        yield _fact("token-revoked", defined.name, at)


# ---------------------------------------------------------------------------------------------- calls


def _call(found: Found, data: bytes) -> Iterator[CodeFact]:
    where, called = found.inside.name or _named(found.call), found.called
    library = found.path.partition(".")[0]
    if called in _TRANSACTIONS and "migration" not in found.module.path and _opens(found, library, data):
        yield _fact("transaction", where, found.at, _isolation(found))
    elif called == "validate" and not found.call.arguments and found.owner is not None and (b"validator" in data or b"garde" in data):
        yield _fact("validation", where, found.at)
    elif library in _CLIENTS and called in _VERBS:
        yield from _client(found)
    elif library in ("moka", "mini_moka", "stretto", "quick_cache", "redis", "deadpool_redis", "bb8_redis", "fred") or called in (
        "set_ex",
        "pset_ex",
    ):
        yield from _cache(found, where, data)
    elif library in (
        "tower_governor",
        "actix_governor",
        "governor",
        "tower",
        "actix_limitation",
        "salvo",
        "rocket_governor",
        "actix_extensible_rate_limit",
    ):
        yield from _limit(found)
    else:
        yield from _token(found, library, where)
    if called in ("layer", "wrap", "attach", "hoop", "with") and library in _ROUTERS:
        yield from _middleware(found)
    yield from _shield(found, library)


def _opens(found: Found, library: str, data: bytes) -> bool:
    """Whether a call opens a transaction of a database: by the type that it is called on, else by its name where the file has a database's client."""
    if library in (
        "sqlx",
        "sea_orm",
        "diesel",
        "diesel_async",
        "tokio_postgres",
        "deadpool_postgres",
        "rusqlite",
        "mongodb",
        "bb8_postgres",
        "r2d2",
        "bb8",
        "deadpool",
    ):
        return found.owner is not None
    owner = spelled(found.owner).rpartition(".")[2]
    return not found.path.partition(".")[0][:1].isupper() and _DATABASES.search(data) is not None and _OPENS.search(owner) is not None


def _isolation(found: Found) -> str | None:
    """`Some(IsolationLevel::Serializable)`, or `.serializable()` of a builder."""
    for argument in found.call.arguments:
        value = argument.value.arguments[0].value if isinstance(argument.value, ir.Call) and argument.value.arguments else argument.value
        if (level := _LEVELS.get(spelled_last(value))) is not None:
            return level
    return None


def _client(found: Found) -> Iterator[CodeFact]:
    """The host of the address that a client calls, where a literal states it."""
    text = found.value(1 if found.called == "request" else 0)
    if isinstance(text, str) and "://" in text and "{" not in text.partition("://")[2].partition("/")[0]:
        host = Opaque(text).host()
        if host and host not in ("localhost", "127.0.0.1"):
            yield _fact("http-client", host, found.at)


def _cache(found: Found, where: str, data: bytes) -> Iterator[CodeFact]:
    called, library = found.called, found.path.partition(".")[0]
    if called in ("time_to_live", "time_to_idle"):
        yield _fact("cache", where, found.at, found.span(found.expression(0)))
    elif library in ("moka", "mini_moka", "stretto", "quick_cache"):
        if called == "new" and spelled(found.owner).rpartition(".")[2].endswith("Cache"):
            yield _fact("cache", where, found.at)
    elif called in ("set_ex", "pset_ex") and b"redis" in data:
        number = found.number(2)
        yield _fact("cache", where, found.at, f"{number} {'ms' if called == 'pset_ex' else 's'}" if number else None)
    elif called == "set" and library in ("redis", "deadpool_redis", "bb8_redis", "fred") and len(found.call.arguments) >= 2:
        yield _fact("cache", where, found.at)


_PERIODS = {"per_second": "1 s", "per_minute": "1 min", "per_hour": "1 h"}


def _limit(found: Found) -> Iterator[CodeFact]:
    """Limits by governor's quotas and builders, tower's layers and their like."""
    called, path = found.called, found.path
    number = found.number(0) or _nonzero(found)
    if "GovernorConfigBuilder" in path and called in ("per_second", "seconds_per_request", "per_millisecond", "milliseconds_per_request"):
        unit = "ms" if "milli" in called else "s"  # so long until another request is let through
        yield _fact("rate-limit", "GovernorConfigBuilder", found.at, f"1 per {number} {unit}" if number else None)
    elif ("Quota" in path) and called in _PERIODS:
        yield _fact("rate-limit", "Quota", found.at, f"{number} per {_PERIODS[called]}" if number else None)
    elif called == "rate_limit" or path.endswith("RateLimitLayer.new()"):
        span = found.span(found.expression(1))
        yield _fact("rate-limit", spelled(found.call.function), found.at, f"{number} per {span}" if number and span else None)
    elif path.startswith("actix_limitation.Limiter") and called == "builder":
        yield _fact("rate-limit", "Limiter", found.at)


def _nonzero(found: Found) -> int | None:
    """`nonzero!(50u32)`, `NonZeroU32::new(50)`."""
    inner = found.expression(0)
    return found.counted(inner.arguments[0].value) if isinstance(inner, ir.Call) and inner.arguments else None


_ISSUED = {"jsonwebtoken": {"encode"}, "jwt_simple": {"authenticate", "sign"}, "jwt": {"sign_with_key"}, "frank_jwt": {"encode"}, "josekit": {"encode_with_signer"}, "pasetors": {"encrypt", "sign"}}  # fmt: skip
_CHECKED = {
    "jsonwebtoken": {"decode"}, "jwt_simple": {"verify_token"}, "jwt": {"verify_with_key"}, "frank_jwt": {"decode"}, "josekit": {"decode_with_verifier"}, "pasetors": {"decrypt", "verify"},
    "actix_web_httpauth": {"bearer"},
}  # fmt: skip


def _token(found: Found, library: str, where: str) -> Iterator[CodeFact]:
    if found.called in _ISSUED.get(library, ()):
        yield _fact("token-issued", where, found.at, _lifetime(found))
    elif found.called in _CHECKED.get(library, ()):
        yield _fact("token-checked", where, found.at)
    elif found.called == "exchange_refresh_token" and library in ("oauth2", "openidconnect"):
        yield _fact("token-refreshed", where, found.at)


def _lifetime(found: Found) -> str | None:
    """How long a token is good for that the function issues: the only span of time that its `exp` is made with."""
    stated = stated_as(found, ("exp",))
    return _spanned(found, stated) if stated is not None else None


def _spanned(found: Found, expression: ir.Expression) -> str | None:
    work: list[ir.Expression | None] = [expression]
    for _ in range(40):
        each = found.stated(work.pop(0)) if work else None
        if each is None:
            return None
        if (span := found.span(each)) is not None:
            return span
        match each:
            case ir.Template(parts) | ir.Unknown(_, parts):
                work += parts
            case ir.Call(function, arguments):
                work += [*(argument.value for argument in arguments), *([function.owner] if isinstance(function, ir.Attribute) else [])]
            case ir.Attribute(owner):
                work.append(owner)
    return None


# ---------------------------------------------------------------------------------------------- layers


def _middleware(found: Found) -> Iterator[CodeFact]:
    """What a router is told to let requests pass, by the name of its type or function."""
    for argument in found.call.arguments[:1]:
        shown = _named(argument.value)
        if shown and shown not in ("ServiceBuilder", "Extension", "path", "body"):
            yield _fact("middleware", shown, At(found.module.path, argument.value.line))


def _named(value: ir.Expression) -> str:
    """`TraceLayer` of `TraceLayer::new_for_http().on_request(…)`, `auth` of `middleware::from_fn(auth)`."""
    for _ in range(40):
        match value:
            case ir.Call(function, arguments) if spelled_last(function) in FROM_FUNCTION and arguments:
                value = arguments[-1].value
            case ir.Call(ir.Attribute(owner)) if isinstance(owner, ir.Call):
                value = owner
            case ir.Call(ir.Attribute(owner)) if spelled_last(owner)[:1].isupper():
                return spelled_last(owner)
            case ir.Call(function):
                return spelled_last(function)
            case ir.Mapping(_, _, type):
                return spelled_last(type)
            case _:
                return spelled_last(value) if isinstance(value, (ir.Name, ir.Attribute)) else ""
    return ""


def _shield(found: Found, library: str) -> Iterator[CodeFact]:
    """What is put around handlers to answer their errors."""
    called, path = found.called, found.path
    if path.endswith(
        ("HandleErrorLayer.new()", "HandleError.new()", "CatchPanicLayer.new()", "CatchPanicLayer.custom()", "ErrorHandlers.new()")
    ):
        shown = spelled(found.expression(-1)) if "HandleError" in path else ""
        yield _fact("error-handler", shown or spelled(found.owner).rpartition(".")[2], found.at)
    elif (called in ("recover", "catch_error", "catch_all_error") and library in ("warp", "poem")) or (
        called == "error_handler" and library == "actix_web"
    ):
        yield _fact("error-handler", spelled(found.expression(0)) or found.inside.name or called, found.at)
