"""What lines of C# do that is worth knowing: errors, validation, transactions, caches, limits, clients, tokens, settings that are read.

Sources: https://learn.microsoft.com/aspnet/core/fundamentals/error-handling, https://docs.fluentvalidation.net/, https://learn.microsoft.com/ef/core/saving/transactions,
https://learn.microsoft.com/aspnet/core/performance/caching/overview, https://learn.microsoft.com/aspnet/core/performance/rate-limit, https://learn.microsoft.com/aspnet/core/fundamentals/configuration/
"""

from __future__ import annotations

import re
from collections.abc import Iterator

from ctxgen.model import At, CodeFact, Variable
from ctxgen.opaque import Name, Opaque, name
from ctxgen.source import ir
from ctxgen.source.dotnet.attributes import argument_of, base_names, type_name
from ctxgen.source.dotnet.sites import Site, span
from ctxgen.source.program import Program
from ctxgen.source.values import ClassValue

_HANDLERS = {"IExceptionHandler", "IExceptionFilter", "IAsyncExceptionFilter", "ExceptionFilterAttribute"}
_REFRESHED = re.compile(
    r"(?i)^(?!get|set|is|has|find|validate|map)\w{0,40}?(?:refresh\w{0,20}token|token\w{0,8}refresh|rotate\w{0,12}token)"
)
_REVOKED = re.compile(r"(?i)^(?:revoke|invalidate|blacklist)\w{0,20}token")
_KEY = re.compile(r"[A-Za-z][\w.:-]{0,118}")
_LIMITERS = {"AddFixedWindowLimiter", "AddSlidingWindowLimiter", "AddTokenBucketLimiter", "AddConcurrencyLimiter"}
_CACHES = {"IMemoryCache", "IDistributedCache", "HybridCache", "IFusionCache"}


def of_class(program: Program, cls: ClassValue) -> Iterator[CodeFact]:
    """What a class is by its bases and methods."""
    at = At(cls.path, cls.cls.line)
    names = base_names(program, cls)
    if not cls.cls.abstract:
        if names & _HANDLERS:
            yield _fact("error-handler", cls.cls.name, at)
        for base in cls.cls.bases:
            if type_name(base) == "AbstractValidator":
                validated = type_name(argument_of(base))
                yield _fact("validation", cls.cls.name, at, name(validated) if validated else None)
        takes = any(
            type_name(each.type) == "RequestDelegate" for method in cls.cls.methods if method.constructs for each in method.parameters
        )
        takes = takes or any(type_name(each.type) == "RequestDelegate" for each in cls.cls.parameters)
        if "IMiddleware" in names or (takes and any(method.name in ("Invoke", "InvokeAsync") for method in cls.cls.methods)):
            yield _fact("error-handler" if "xception" in cls.cls.name or "Error" in cls.cls.name else "middleware", cls.cls.name, at)
    for method in cls.cls.methods:
        if _REFRESHED.search(method.name):
            yield _fact("token-refreshed", f"{cls.cls.name}.{method.name}", At(cls.path, method.line))
        elif _REVOKED.search(method.name):
            yield _fact("token-revoked", f"{cls.cls.name}.{method.name}", At(cls.path, method.line))


def of_call(program: Program, site: Site) -> Iterator[CodeFact | Variable]:
    """What a call does."""
    called, owner, at = site.called, site.owner, site.at
    match called:
        case "UseExceptionHandler":
            yield _fact("error-handler", site.text(program, 0) or "UseExceptionHandler", at)
        case "BeginTransaction" | "BeginTransactionAsync" | "TransactionScope":
            yield _fact("transaction", site.subject, at, _isolation(site.call))
        case "AddHttpClient":
            yield _fact("http-client", site.text(program, 0) or site.type() or site.subject, at, _address(program, site))
        case "AddJwtBearer":
            yield _fact("token-checked", site.subject, at)
        case "ValidateToken" | "ValidateTokenAsync" if "Token" in owner:
            yield _fact("token-checked", site.subject, at)
        case "WriteToken" | "CreateToken" | "CreateEncodedJwt" if "Token" in owner or "andler" in owner:
            yield _fact("token-issued", site.subject, at)
        case "GetConnectionString":
            yield from _read(f"ConnectionStrings:{text}" if (text := site.text(program, "name", 0)) else None, at)
        case "GetEnvironmentVariable":
            yield from _read(site.text(program, 0), at)
        case "GetValue" if site.call.types and "onfig" in owner:
            yield from _read(site.text(program, "key", 0), at)
        case _ if called in _LIMITERS:
            yield _fact("rate-limit", site.text(program, "policyName", 0) or called, at, _limit(program, site))
        case "AddRateLimiter" | "UseRateLimiter":
            yield _fact("rate-limit", called, at)
        case _ if owner in _CACHES and called.startswith(("Set", "GetOrCreate", "GetOrSet")):
            yield _fact("cache", site.subject, at, _lifetime(program, site))
    if isinstance(site.call.function, ir.Attribute):
        yield from _indexed(site.call.function.owner, at)
    for argument in site.call.arguments:
        yield from _indexed(argument.value, at)


def _fact(kind: str, subject: str, at: At, stated: Name | None = None) -> CodeFact:
    return CodeFact(kind=kind, subject=name(subject), value=stated, at=at)  # type: ignore[arg-type]


def _indexed(expression: ir.Expression, at: At) -> Iterator[Variable]:
    """`configuration["Jwt:Key"]`."""
    if isinstance(expression, ir.Item) and isinstance(expression.key, ir.Literal) and isinstance(expression.key.value, str):
        holder = expression.owner
        written = holder.name if isinstance(holder, ir.Name | ir.Attribute) else ""
        if written.lower().lstrip("_") in ("configuration", "config"):
            yield from _read(expression.key.value, At(at.path, expression.line))


def _read(key: str | None, at: At) -> Iterator[Variable]:
    """A setting by the name of the environment variable that sets it."""
    if key and _KEY.fullmatch(key):
        yield Variable(name=name(key.replace(":", "__")), source="code", at=at)


def _isolation(call: ir.Call) -> Name | None:
    for argument in call.arguments:
        if isinstance(argument.value, ir.Attribute) and type_name(argument.value.owner) == "IsolationLevel":
            return name(argument.value.name)
    return None


def _assigned(function: ir.Expression, wanted: str) -> Iterator[ir.Expression]:
    """What a lambda sets a property of its parameter to."""
    for statement in function.body if isinstance(function, ir.Function) else ():
        if isinstance(statement, ir.Assign) and isinstance(statement.target, ir.Attribute) and statement.target.name == wanted:
            yield statement.value


def _address(program: Program, site: Site) -> Name | None:
    """The host of `client.BaseAddress = new Uri("https://…")`."""
    for argument in site.call.arguments:
        for value in _assigned(argument.value, "BaseAddress"):
            if (
                isinstance(value, ir.Call)
                and value.arguments
                and isinstance(value.arguments[0].value, ir.Literal | ir.Name | ir.Attribute | ir.Template)
            ):
                text = program.evaluate(value.arguments[0].value, site.scope)
                if isinstance(text, str):
                    return Opaque(text).host()
    return None


def _limit(program: Program, site: Site) -> Name | None:
    """`100 per 1 min` of the options of a limiter."""
    for argument in site.call.arguments:
        most = [program.evaluate(each, site.scope) for key in ("PermitLimit", "TokenLimit") for each in _assigned(argument.value, key)]
        period = [span(program, each, site.scope) for key in ("Window", "ReplenishmentPeriod") for each in _assigned(argument.value, key)]
        if most and isinstance(most[0], int) and not isinstance(most[0], bool):
            return name(f"{most[0]} per {period[0]}" if period and period[0] else str(most[0]))
    return None


def _lifetime(program: Program, site: Site) -> Name | None:
    """How long something is kept, where it is written in the call or in the lambda that fills the cache."""
    for argument in site.call.arguments:
        if (stated := span(program, argument.value, site.scope)) is not None:
            return stated
        given = [*_assigned(argument.value, "AbsoluteExpirationRelativeToNow"), *_assigned(argument.value, "SlidingExpiration")]
        if isinstance(argument.value, ir.Mapping):
            given += [value for key, value in argument.value.entries if isinstance(key, ir.Literal) and key.value in ("AbsoluteExpirationRelativeToNow", "SlidingExpiration")]  # fmt: skip
        for each in given:
            if (stated := span(program, each, site.scope)) is not None:
                return stated
    return None
