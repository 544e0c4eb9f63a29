"""What JavaScript and TypeScript do beside answering requests: errors handled, transactions, caches, limits, tokens, calls of other services.

Sources: https://github.com/auth0/node-jsonwebtoken, https://docs.nestjs.com/security/authentication, https://github.com/panva/jose,
https://www.prisma.io/docs/orm/prisma-client/queries/transactions, https://typeorm.io/docs/advanced-topics/transactions,
https://express-rate-limit.mintlify.app, https://docs.nestjs.com/security/rate-limiting, https://expressjs.com/en/guide/error-handling.html
"""

from __future__ import annotations

import re
from collections.abc import Iterator

from ctxgen.model import At, CodeFact, Fact
from ctxgen.opaque import Name, Opaque, name
from ctxgen.source import ir
from ctxgen.source.guards import spelled
from ctxgen.source.program import Program
from ctxgen.source.script.calls import Defined, Found, walk
from ctxgen.source.script.decorators import of_class
from ctxgen.source.script.messages import decorated, messages, schedules
from ctxgen.source.values import ClassValue, Value

_WORTH = (
    b"jsonwebtoken", b"@nestjs/jwt", b"@nestjs/schedule", b"@nestjs/bull", b"@nestjs/microservices", b"@nestjs/throttler", b"useGlobal", b"Catch(", b"'jose'", b'"jose"', b"jwtSign", b"jwtVerify",
    b"JwtService", b"axios", b"'got'", b'"got"', b"fetch('http", b'fetch("http', b"fetch(`", b"undici", b"superagent", b"rate-limit", b"slow-down", b"transaction(", b"Transaction(",
    b"transactional(", b"ioredis", b"'redis'", b'"redis"', b"cache-manager", b"node-cache", b"lru-cache", b"kafka", b"amqp", b"bull", b"Queue(", b"Processor(", b"agenda", b"cron", b"node-schedule",
    b"pg-boss", b"bee-queue", b"setErrorHandler", b"onError", b"rr, req", b"rror, req", b"(e, req", b"ex, req", b"efreshToken", b"evokeToken", b"RabbitSubscribe", b"RabbitRPC",
)  # fmt: skip
"""Words of which a file must hold one before it is looked at."""
_ISSUED = (
    "jsonwebtoken.sign()",
    "jose.SignJWT()",
    "@nestjs/jwt.JwtService.sign()",
    "@nestjs/jwt.JwtService.signAsync()",
    "jwt-simple.encode()",
)
_CHECKED = (
    "jsonwebtoken.verify()",
    "jose.jwtVerify()",
    "@nestjs/jwt.JwtService.verify()",
    "@nestjs/jwt.JwtService.verifyAsync()",
    "jwt-simple.decode()",
)
_BY_NAME = {"jwtSign": "token-issued", "jwtVerify": "token-checked"}
_TRANSACTIONS = {"$transaction", "startTransaction", "withTransaction", "transactional"}
_OPENS = re.compile(r"(?:sequelize|data_?source|manager|connection|knex|db|em|prisma|database|orm|conn)$", re.IGNORECASE)
_CLIENT = re.compile(
    r"(?:axios|got|superagent|ky|undici|@nestjs/axios\.HttpService|node-fetch|cross-fetch|request)(?:\.\w{1,20}|\(\)\.\w{1,20})?\(\)|fetch\(\)|globalThis\.fetch\(\)"
)
_LIMITS = (
    "express-rate-limit()",
    "express-rate-limit.rateLimit()",
    "express-rate-limit.default()",
    "express-slow-down()",
    "express-slow-down.slowDown()",
)
_REFRESHED = re.compile(r"(?i)(?:refresh\w{0,20}tokens?|tokens?refresh|renew\w{0,12}tokens?|rotate\w{0,12}tokens?)")
_REVOKED = re.compile(r"(?i)(?:revoke|invalidate|blacklist|denylist)\w{0,20}tokens?")
_ERROR = re.compile(r"_?(?:err|error|e|ex|exception)")


def finish(program: Program) -> None:
    """The facts of all files that hold a word worth looking at."""
    told: dict[Fact, None] = {}
    for path in program.own:
        if not program.says(path, _WORTH):
            continue
        module = program.run(path)
        if module is None:
            continue
        for each in walk(program, module):
            if isinstance(each, Defined):
                told.update(dict.fromkeys(_function(each)))
            else:
                for read in (messages, schedules, _call):
                    told.update(dict.fromkeys(read(each)))
    for cls in list(program.classes):
        told.update(dict.fromkeys((*decorated(program, cls), *_class(program, cls))))
    program.facts += told


def _fact(kind: str, subject: str, at: At, value: Name | None = None) -> CodeFact:
    return CodeFact(kind=kind, subject=name(subject), value=value, at=at)  # type: ignore[arg-type]


def _function(defined: Defined) -> Iterator[CodeFact]:
    function, at = defined.function, At(defined.module.path, defined.function.line)
    names = [each.name for each in function.parameters]
    if len(names) == 4 and _ERROR.fullmatch(names[0]) and names[1].lstrip("_").startswith("req"):
        yield _fact("error-handler", defined.name or "error middleware", at)
    if _REFRESHED.search(function.name):
        yield _fact("token-refreshed", defined.name, at)
    elif _REVOKED.search(function.name):
        yield _fact("token-revoked", defined.name, at)


def _class(program: Program, cls: ClassValue) -> Iterator[CodeFact]:
    for mark in of_class(program, cls):
        if mark.path == "@nestjs/common.Catch":
            shown = spelled(mark.arguments.expression(0))
            yield _fact("error-handler", cls.cls.name, mark.at, name(shown) if shown else None)


def _call(found: Found) -> Iterator[CodeFact]:
    path, called, where = found.path, found.called, found.inside or spelled(found.call.function)
    if path in _ISSUED:
        yield _fact("token-issued", where, found.at, _lifetime(found))
    elif path in _CHECKED or called in _BY_NAME:
        yield _fact(_BY_NAME.get(called, "token-checked"), where, found.at)
    elif _opens_transaction(found):
        yield _fact("transaction", where, found.at, _isolation(found))
    elif path in _LIMITS:
        yield _fact(
            "rate-limit",
            path.partition("(")[0].partition(".")[0],
            found.at,
            _rate(found.option(0, "max") or found.option(0, "limit"), found.option(0, "windowMs")),
        )
    elif path in ("@nestjs/throttler.ThrottlerModule.forRoot()", "@nestjs/throttler.Throttle()"):
        options = found.value(0)
        first = options[0] if isinstance(options, list) and options else options
        stated = first.get("default", first) if isinstance(first, dict) else {}
        if isinstance(stated, dict):
            yield _fact("rate-limit", "ThrottlerModule", found.at, _rate(stated.get("limit"), stated.get("ttl")))
    elif found.call.arguments and (called == "setErrorHandler" or (called == "onError" and path.startswith(("hono", "@hono/")))):
        yield _fact("error-handler", spelled(found.expression(0)) or called, found.at)
    elif called == "useGlobalPipes" or called == "useGlobalFilters":
        for argument in found.call.arguments:
            if shown := spelled(argument.value):
                yield _fact("validation" if called == "useGlobalPipes" else "error-handler", shown, found.at)
    elif _CLIENT.fullmatch(path) and (host := _host(found)):
        yield _fact("http-client", host, found.at)
    else:
        yield from _cache(found, where)


def _opens_transaction(found: Found) -> bool:
    """Whether a call opens a transaction of a database that is no browser's; those of migrations are no matter of the product's code."""
    if found.called not in _TRANSACTIONS and not (
        found.called == "transaction" and found.owner is not None and _OPENS.search(spelled(found.owner))
    ):
        return False
    sources = found.program.sources
    data = sources.data(found.module.path) if sources is not None else b""
    return b"indexedDB" not in data and b"IDB" not in data and "migration" not in found.module.path


def _lifetime(found: Found) -> Name | None:
    """How long a token that is issued is good for, where a literal says it."""
    stated = next((found.option(index, "expiresIn") for index in (2, 1) if isinstance(found.option(index, "expiresIn"), (str, int))), None)
    if isinstance(stated, bool) or stated is None:
        return None
    return name(f"{stated}s") if isinstance(stated, int) else Opaque(stated).duration()


def _isolation(found: Found) -> Name | None:
    for argument in found.call.arguments:
        if isinstance(argument.value, ir.Mapping):
            for key, value in argument.value.entries:
                if isinstance(key, ir.Literal) and key.value == "isolationLevel":
                    shown = (
                        value.value if isinstance(value, ir.Literal) and isinstance(value.value, str) else spelled(value).rpartition(".")[2]
                    )
                    return name(shown) if shown else None
    first = found.expression(0)
    return (
        name(str(first.value))
        if isinstance(first, ir.Literal) and isinstance(first.value, str) and found.called != "$transaction"
        else None
    )


def _rate(limit: Value, window: Value) -> Name | None:
    known = isinstance(limit, int) and isinstance(window, int)
    return (
        name(f"{limit} per {window} ms") if known else name(str(limit)) if isinstance(limit, int) and not isinstance(limit, bool) else None
    )


def _host(found: Found) -> Name | None:
    """The host of the address that a client calls, where a literal states it."""
    for value in (found.value(0), found.option(0, "url"), found.option(0, "baseURL"), found.option(0, "prefixUrl")):
        if isinstance(value, str) and "://" in value and "{" not in value.partition("://")[2].partition("/")[0]:
            host = Opaque(value).host()
            return host if host and host not in ("localhost", "127.0.0.1") else None
    return None


_STORES = re.compile(
    r"(?:ioredis(?:\.Redis)?|redis\.createClient|node-cache|lru-cache(?:\.LRUCache)?|@nestjs/cache-manager\.Cache|cache-manager\.Cache|cache-manager\.caching|@upstash/redis\.Redis)(?:\(\))?\.(?:set|setex|setEx|psetex|wrap)\(\)"
)


def _cache(found: Found, where: str) -> Iterator[CodeFact]:
    """What is kept in a cache, and for how long where a literal says it."""
    if _STORES.fullmatch(found.path):
        seconds = (
            found.value(1)
            if found.called in ("setex", "setEx", "psetex")
            else found.option(2, "EX") or found.option(2, "ttl") or found.value(2)
        )
        if isinstance(seconds, str) and seconds.upper() == "EX":
            seconds = found.value(3)
        known = isinstance(seconds, int) and not isinstance(seconds, bool)
        unit = " ms" if found.called == "psetex" or "cache-manager" in found.path else " s"
        yield _fact("cache", where, found.at, name(f"{seconds}{unit}") if known else None)
