"""What lines of C# do that is worth knowing: errors, validation, transactions, caches, limits, clients, tokens.

Sources: https://learn.microsoft.com/aspnet/core/fundamentals/error-handling, https://docs.fluentvalidation.net/, https://learn.microsoft.com/ef/core/saving/transactions,
https://learn.microsoft.com/aspnet/core/performance/caching/overview, https://learn.microsoft.com/aspnet/core/performance/rate-limit, https://learn.microsoft.com/aspnet/core/fundamentals/configuration/
"""

from __future__ import annotations

import re
from collections.abc import Iterator

from ctxgen.model import At, CodeFact
from ctxgen.opaque import Name, Opaque, name
from ctxgen.source import ir
from ctxgen.source.calls import chain
from ctxgen.source.dotnet.attributes import argument_of, base_names, type_name
from ctxgen.source.dotnet.sites import Site, span
from ctxgen.source.program import Program
from ctxgen.source.values import ClassValue

_HANDLERS = {"IExceptionHandler", "IExceptionFilter", "IAsyncExceptionFilter", "ExceptionFilterAttribute"}
_REFRESHED = re.compile(
    r"(?i)^(?!get|set|is|has|find|validate|map)\w{0,40}?(?:refresh\w{0,20}token|token\w{0,8}refresh|rotate\w{0,12}token)"
)
_REVOKED = re.compile(r"(?i)^(?:revoke|invalidate|blacklist)\w{0,20}token")
_LIMITERS = {"AddFixedWindowLimiter", "AddSlidingWindowLimiter", "AddTokenBucketLimiter", "AddConcurrencyLimiter"}
CALLED = (
    "UseExceptionHandler", "BeginTransaction", "TransactionScope", "AddHttpClient", "AddJwtBearer", "ValidateToken", "WriteToken", "CreateToken", "CreateEncodedJwt", "AddRefitClient",
    "ConfigureHttpClient", "AddRateLimiter", "UseRateLimiter", *_LIMITERS,
)  # fmt: skip
"""How what `of_call` looks at begins; `CACHES` where something is kept in a cache."""
CACHES = ("Set", "GetOrCreate", "GetOrSet")
_EXPIRES = ("AbsoluteExpirationRelativeToNow", "Expiration", "SlidingExpiration")
_SETS_EXPIRY = ("SetAbsoluteExpiration", "SetSlidingExpiration")
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


def of_call(program: Program, site: Site) -> Iterator[CodeFact]:
    """What a call does."""
    called, owner, at = site.called, site.owner, site.at
    match called:
        case "UseExceptionHandler":
            yield _fact("error-handler", site.text(program, 0) or "UseExceptionHandler", at)
        case "BeginTransaction" | "BeginTransactionAsync" | "TransactionScope":
            yield _fact("transaction", site.subject, at, _isolation(site.call))
        case "AddHttpClient" if site.call.arguments or site.call.types:
            yield _fact("http-client", site.text(program, 0) or site.type() or site.subject, at, _address(program, site))
        case "AddJwtBearer":
            yield _fact("token-checked", site.subject, at)
        case "ValidateToken" | "ValidateTokenAsync" if "Token" in owner:
            yield _fact("token-checked", site.subject, at)
        case "WriteToken" | "CreateToken" | "CreateEncodedJwt" if "Token" in owner or "andler" in owner:
            yield _fact("token-issued", site.subject, at)
        case "AddRefitClient":
            yield _fact("http-client", site.type() or site.subject, at, _address(program, site))
        case "ConfigureHttpClient":
            yield from _configured(program, site)
        case _ if called in _LIMITERS:
            yield _fact("rate-limit", site.text(program, "policyName", 0) or called, at, _limit(program, site))
        case "AddRateLimiter" | "UseRateLimiter":
            yield _fact("rate-limit", called, at)
        case _ if owner in _CACHES and called.startswith(CACHES):
            yield _fact("cache", site.subject, at, _lifetime(program, site))


def _fact(kind: str, subject: str, at: At, stated: Name | None = None) -> CodeFact:
    return CodeFact(kind=kind, subject=name(subject), value=stated, at=at)  # type: ignore[arg-type]


def _configured(program: Program, site: Site) -> Iterator[CodeFact]:
    """`AddRefitClient<ICatalog>().ConfigureHttpClient(client => client.BaseAddress = …)`: the address of the client that is added before."""
    for link in chain(site.call.function):
        if (
            isinstance(link, ir.Call)
            and isinstance(link.function, ir.Attribute)
            and link.function.name in ("AddRefitClient", "AddHttpClient")
        ):
            added = site._replace(call=link)
            yield _fact("http-client", added.text(program, 0) or added.type() or site.subject, added.at, _address(program, site))


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
    for written in (site.resolved(argument.value) for argument in site.call.arguments):
        if written is None:
            continue
        if (stated := span(program, written, site.scope)) is not None:
            return stated
        given = [each for key in _EXPIRES for each in _assigned(written, key)]
        if isinstance(written, ir.Mapping):
            given += [value for key, value in written.entries if isinstance(key, ir.Literal) and key.value in _EXPIRES]
        given += [link.arguments[0].value for link in chain(written) if isinstance(link, ir.Call) and isinstance(link.function, ir.Attribute) and link.function.name in _SETS_EXPIRY and link.arguments]  # fmt: skip
        for each in given:
            if (stated := span(program, each, site.scope)) is not None:
                return stated
    return None
