"""What lines of Java and Kotlin do that is worth knowing: errors handled, input validated, transactions, caches, limits, calls of other services, tokens.

Sources: https://docs.spring.io/spring-framework/reference/data-access/transaction/declarative/annotations.html, https://docs.spring.io/spring-framework/reference/integration/cache/annotations.html,
https://resilience4j.readme.io/docs/ratelimiter, https://bucket4j.com, https://github.com/jwtk/jjwt, https://github.com/auth0/java-jwt
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from functools import partial

from ctxgen.model import At, CodeFact
from ctxgen.opaque import Name, Opaque, name
from ctxgen.source import ir
from ctxgen.source.jvm.annotations import Annotation, find, marks, names, of_class, simple, texts, value
from ctxgen.source.jvm.controllers import classes, settings
from ctxgen.source.jvm.fields import filled_from, text_of, types
from ctxgen.source.jvm.walk import followed
from ctxgen.source.mentions import Families
from ctxgen.source.program import Program
from ctxgen.source.values import ClassValue, Scope

_CONSTRAINTS = {
    "NotNull", "NotBlank", "NotEmpty", "Size", "Min", "Max", "Email", "Pattern", "Positive", "PositiveOrZero", "Negative", "Past", "PastOrPresent", "Future", "FutureOrPresent", "Digits",
    "DecimalMin", "DecimalMax", "AssertTrue", "AssertFalse", "Length", "Range", "URL",
}  # fmt: skip
_MAPPERS = {"ExceptionMapper", "ExceptionHandler", "ErrorWebExceptionHandler", "HandlerExceptionResolver", "ErrorController"}
_MIDDLEWARE = {
    "OncePerRequestFilter", "GenericFilterBean", "Filter", "HandlerInterceptor", "HandlerInterceptorAdapter", "AsyncHandlerInterceptor", "WebFilter", "GlobalFilter", "ContainerRequestFilter",
    "HttpServerFilter", "UsernamePasswordAuthenticationFilter", "BasicAuthenticationFilter", "AbstractAuthenticationProcessingFilter", "ZuulFilter", "AbstractGatewayFilterFactory",
}  # fmt: skip
_CACHES = {"Cacheable", "CachePut", "CacheEvict", "CacheResult", "CacheInvalidate", "CacheInvalidateAll"}
_UNITS = {"ofMillis": "ms", "ofSeconds": "s", "ofMinutes": "min", "ofHours": "h", "ofDays": "d"}
_TIME = {"MILLISECONDS": "ms", "SECONDS": "s", "MINUTES": "min", "HOURS": "h", "DAYS": "d"}
_LOCAL = ("localhost", "127.0.0.1")
_CLIENTS = {"RestTemplate", "TestRestTemplate", "WebClient", "RestClient", "HttpClient", "OkHttpClient", "Client"}
_ADDRESSED = ("baseUrl", "uri", "rootUri")
_ASKED = ("create", "url", "get", "post", "put", "patch", "delete", "head", "request")
_ISSUED = {("Jwts", "builder"), ("JWT", "create"), ("JwtEncoder", "encode"), ("NimbusJwtEncoder", "encode"), ("Jwt", "claims"), ("Jwt", "issuer"), ("JWTTokenGenerator", "generateToken"), ("JwtTokenGenerator", "generateToken")}  # fmt: skip
_CHECKED = {("Jwts", "parser"), ("Jwts", "parserBuilder"), ("JWT", "require"), ("JwtDecoder", "decode"), ("NimbusJwtDecoder", "decode"), ("ReactiveJwtDecoder", "decode"), ("SignedJWT", "parse"), ("JWTParser", "parse"), ("JWTVerifier", "verify")}  # fmt: skip
_TOKENS = (b"oken",)
_REFRESHED = re.compile(r"(?i)(?:refresh\w{0,20}tokens?|tokens?refresh|renew\w{0,12}tokens?|rotate\w{0,12}tokens?)")
_REVOKED = re.compile(r"(?i)(?:revoke|invalidate|blacklist|denylist|expire)\w{0,20}tokens?")


def finish(program: Program) -> None:
    """The facts of all classes."""
    for cls in classes(program, "class", "object", "interface", "record"):
        told: list[CodeFact] = []
        for read in (_of_class, _of_methods, _validated, _calls):
            told += read(program, cls)
        program.facts += dict.fromkeys(told)
    program.facts += dict.fromkeys(_functions(program))


def _fact(kind: str, subject: str, at: At, stated: Name | None = None) -> CodeFact:
    return CodeFact(kind=kind, subject=name(subject), value=stated, at=at)  # type: ignore[arg-type]


def _of_class(program: Program, cls: ClassValue) -> Iterator[CodeFact]:
    found = of_class(program, cls)
    at = At(cls.path, cls.cls.line)
    for base in cls.cls.bases:
        called = simple(base)
        if called in _MAPPERS and cls.cls.kind != "interface":
            key = base.key if isinstance(base, ir.Item) else None
            shown = simple(key.items[0].value) if isinstance(key, ir.Sequence) and key.items else simple(key)
            yield _fact("error-handler", cls.cls.name, at, name(shown) if len(shown) > 1 else None)  # `E` is a variable
        elif called in _MIDDLEWARE and cls.cls.kind != "interface":
            yield _fact("middleware", cls.cls.name, at)
        elif called == "ConstraintValidator":
            yield _fact("validation", cls.cls.name, at)
    client = find(found, "FeignClient", "RegisterRestClient", "Client")
    if client is not None and cls.cls.kind == "interface":
        address = next((text for key in ("url", "baseUri") for text in texts(program, client, key)), "")
        filled = settings(program).filled(cls.path, address) if address else ""
        title = next((text for text in texts(program, client, "name", "value", "serviceId", "configKey", "contextId") if text), "")
        host = Opaque(filled).host() if filled else None
        host = None if host is not None and str(host) in _LOCAL else host
        title = settings(program).filled(cls.path, title)
        yield _fact(
            "http-client",
            str(host) if host and not title else (title if "://" not in title else str(Opaque(title).host() or "")) or cls.cls.name,
            client.at,
            host,
        )
    exchange = find(found, "HttpExchange") if cls.cls.kind == "interface" else None
    for address in texts(program, exchange, "url", "value") if exchange is not None else ():
        host = Opaque(settings(program).filled(cls.path, address)).host() if "://" in address or "${" in address else None
        if exchange is not None and host is not None and str(host) not in _LOCAL:
            yield _fact("http-client", str(host), exchange.at, host)
    for each in found:
        if each.name == "Transactional":
            yield _fact("transaction", cls.cls.name, each.at, _transaction(program, each))


def _of_methods(program: Program, cls: ClassValue) -> Iterator[CodeFact]:
    scope, tokens = program.class_scope(cls), program.says(cls.path, _TOKENS)
    for method in cls.cls.methods:
        subject = f"{cls.cls.name}.{method.name}"
        for each in marks(program, method.decorators, scope) if method.decorators else ():
            if each.name == "ExceptionHandler" or each.name == "ServerExceptionMapper":
                shown = names(each.arguments.get("value")) or [simple(parameter.type) for parameter in method.parameters[:1]]
                yield _fact("error-handler", subject, each.at, name(", ".join(shown)) if shown else None)
            elif each.name == "Transactional":
                yield _fact("transaction", subject, each.at, _transaction(program, each))
            elif each.name in _CACHES:
                cached = next((text for text in texts(program, each, "value", "cacheNames", "cacheName")), "")
                yield _fact("cache", cached or subject, each.at, _ttl(program, each, cached))
            elif each.name == "RateLimiter":
                yield _fact("rate-limit", next(iter(texts(program, each, "name", "value")), "") or subject, each.at, _limit(program, each))
        if method.static or method.name == "constructor" or cls.cls.kind == "interface":
            continue
        if tokens and not re.match(r"(?i)(?:get|set|is|has|find|on)[A-Z]", method.name):
            if _REFRESHED.search(method.name):
                yield _fact("token-refreshed", subject, At(cls.path, method.line))
            elif _REVOKED.search(method.name):
                yield _fact("token-revoked", subject, At(cls.path, method.line))


def _transaction(program: Program, annotation: Annotation) -> Name | None:
    """The isolation, else the propagation that is stated, else whether it only reads."""
    for key in ("isolation", "propagation"):
        stated = simple(annotation.arguments.get(key))
        if stated and stated != "DEFAULT":
            return name(stated)
    if value(program, annotation, "readOnly") is True:
        return Name("read-only")
    return name(simple(annotation.arguments["value"])) if simple(annotation.arguments.get("value")).isupper() else None


def _ttl(program: Program, annotation: Annotation, cached: str) -> Name | None:
    """How long settings keep what is cached."""
    keys = (
        "spring.cache.redis.time-to-live",
        f"quarkus.cache.caffeine.{cached}.expire-after-write",
        f'quarkus.cache.caffeine."{cached}".expire-after-write',
        f"micronaut.caches.{cached}.expire-after-write",
    )
    found = settings(program).find(annotation.at.path, *keys)
    if found is None:
        return None
    number = found[0].integer()
    return found[0].duration() or (name(f"{number} ms") if number is not None else None)


def _limit(program: Program, annotation: Annotation) -> Name | None:
    """`100 per 1s` of Resilience4j's settings."""
    for instance in texts(program, annotation, "name"):
        prefix = f"resilience4j.ratelimiter.instances.{instance}"
        most = settings(program).find(annotation.at.path, f"{prefix}.limit-for-period")
        period = settings(program).find(annotation.at.path, f"{prefix}.limit-refresh-period")
        if most is not None and (number := most[0].integer()) is not None:
            duration = period[0].duration() if period else None
            return name(f"{number} per {duration}" if duration else str(number))
    return None


def _validated(program: Program, cls: ClassValue) -> Iterator[CodeFact]:
    """A class whose fields say what they accept: told once, at the first of them."""
    for field in cls.cls.fields:
        for decorator in field.decorators:
            if simple(decorator) in _CONSTRAINTS:
                yield _fact("validation", cls.cls.name, At(cls.path, decorator.line))
                return


# ---------------------------------------------------------------------------------------------- calls

_SPEAK = (
    b"Jwt",
    b"JWT",
    b"Caffeine",
    b"entryTtl",
    b"CacheBuilder",
    b"bucket4j",
    b"RestTemplate",
    b"WebClient",
    b"RestClient",
    b"HttpClient",
)


_CALLED = Families(
    ((b"Jwt", b"JWT"), (called for _, called in (*_ISSUED, *_CHECKED))),
    ((b"expireAfter", b"entryTtl"), ("expireAfterWrite", "expireAfterAccess", "entryTtl")),
    ((b"bucket4j", b"Bandwidth"), ("simple", "classic", "refill")),
    ((b"Client", b"RestTemplate"), (f"{called}{opening}" for called in (*_ADDRESSED, *_ASKED) for opening in "(<")),
    ((b"RestTemplate", b"RestOperations"), ("getFor", "postFor", "patchFor", "optionsFor", "exchange", "execute")),
    behind=b"",
)
"""How what `_of_body` looks at begins; what else a `RestTemplate` is asked for is no request."""


def _calls(program: Program, cls: ClassValue) -> Iterator[CodeFact]:
    if cls.cls.kind == "interface" or not _speaks(program, cls.path):
        return
    filled = filled_from(program, cls)
    names = _CALLED.names(partial(program.says, cls.path))
    for method in cls.cls.methods:
        if not program.mentions.within(names, cls.path, method.line, method.end):
            continue
        scope = Scope(cls.scope.module, program.class_scope(cls), owner=cls)
        yield from _of_body(program, method, scope, types(program, cls, method), filled, f"{cls.cls.name}.{method.name}")


def _functions(program: Program) -> Iterator[CodeFact]:
    """What functions outside classes do."""
    for each in program.functions:
        if _speaks(program, each.scope.module.path):
            known = {given.name: simple(given.type) for given in each.function.parameters if given.type is not None}
            scope = Scope(each.scope.module, each.scope)
            yield from _of_body(program, each.function, scope, known, {}, each.function.name)


def _speaks(program: Program, path: str) -> bool:
    return program.says(path, _SPEAK)


def _of_body(
    program: Program, function: ir.Function, scope: Scope, known: dict[str, str], filled: dict[str, str], subject: str
) -> Iterator[CodeFact]:
    limited = b"bucket4j" in program.resolver.data(scope.module.path)  # type: ignore[attr-defined]
    for call, inside in followed(program, function.body, scope):
        at = At(inside.module.path, call.line)
        called = simple(call.function)
        owner = simple(call.function.owner) if isinstance(call.function, ir.Attribute) else ""
        pair = (known.get(owner, owner), called)
        first = call.arguments[0].value if call.arguments else None
        if pair in _ISSUED:
            yield _fact("token-issued", subject, at)
        elif pair in _CHECKED:
            yield _fact("token-checked", subject, at)
        elif called in ("expireAfterWrite", "expireAfterAccess", "entryTtl"):
            yield _fact("cache", subject, at, _duration(program, call, inside))
        elif (pair[0] == "Bandwidth" and called in ("simple", "classic")) or (limited and called.startswith("refill")):
            yield _fact("rate-limit", subject, at, _bandwidth(program, call, inside))
        elif first is not None and _http(called, pair[0]):
            text = text_of(program, first, inside, filled) or _address(program, first, inside)
            host = Opaque(text).host() if text and "://" in text else None
            if host and str(host) not in _LOCAL:
                yield _fact("http-client", str(host), at)


def _http(called: str, type: str) -> bool:
    """Whether a call is given the address that a client asks."""
    if called in _ADDRESSED:
        return True
    if type in ("RestTemplate", "RestOperations"):
        return called not in ("setErrorHandler", "setInterceptors", "getInterceptors", "setRequestFactory", "setMessageConverters")
    return type in _CLIENTS and called in _ASKED


def _address(program: Program, expression: ir.Expression, scope: Scope) -> str | None:
    """An address whose path has parts that are not known: its host counts."""
    given = program.evaluate(expression, scope)
    return given if isinstance(given, str) and re.match(r"https?://[\w.-]+(?::\d+)?(?:[/?#]|$)", given) else None


def _duration(program: Program, call: ir.Call, scope: Scope) -> Name | None:
    """`Duration.ofMinutes(5)`, or a number with its `TimeUnit`."""
    first = call.arguments[0].value if call.arguments else None
    if isinstance(first, ir.Call) and simple(first.function) in _UNITS and first.arguments:
        number = program.evaluate(first.arguments[0].value, scope)
        return name(f"{number} {_UNITS[simple(first.function)]}") if isinstance(number, int) and not isinstance(number, bool) else None
    number = program.evaluate(first, scope) if first is not None else None
    unit = _TIME.get(simple(call.arguments[1].value)) if len(call.arguments) > 1 else None
    return name(f"{number} {unit}") if unit and isinstance(number, int) and not isinstance(number, bool) else None


def _bandwidth(program: Program, call: ir.Call, scope: Scope) -> Name | None:
    number = program.evaluate(call.arguments[0].value, scope) if call.arguments else None
    if not isinstance(number, int) or isinstance(number, bool):
        return None
    rest = [argument.value for argument in call.arguments[1:]]
    inner = rest[0] if rest else None
    if isinstance(inner, ir.Call) and simple(inner.function) in ("intervally", "greedy", "of", "smooth") and len(inner.arguments) > 1:
        inner = inner.arguments[1].value
    period = _duration(program, ir.Call(call.function, (ir.Argument(inner),), call.line), scope) if inner is not None else None
    return name(f"{number} per {period}" if period else str(number))
