"""How often something may be done: the limiters of Go, with the number and the time that literals give.

Sources: https://pkg.go.dev/golang.org/x/time/rate, https://pkg.go.dev/github.com/go-chi/httprate, https://pkg.go.dev/github.com/ulule/limiter/v3,
https://pkg.go.dev/github.com/didip/tollbooth/v8, https://pkg.go.dev/github.com/go-redis/redis_rate/v10, https://echo.labstack.com/docs/middleware/rate-limiter, https://docs.gofiber.io/api/middleware/limiter.
"""

from __future__ import annotations

import re
from collections.abc import Callable

from ctxgen.source import ir
from ctxgen.source.typed_calls import Found

Limit = Callable[[Found], str | None]
_FORMATTED = re.compile(r"(\d{1,7})-([SMHD])")
_PERIODS = {"S": "1 s", "M": "1 min", "H": "1 h", "D": "24 h"}


def _stated(number: int | None, span: str | None) -> str | None:
    if not number or number < 0:
        return None
    return f"{number} per {span}" if span else str(number)


def _of(number: int | str, span: int | str) -> Limit:
    """A number and a span of time at two positions or fields."""
    return lambda found: _stated(found.number(number), found.span(found.expression(span)))


def _fields(number: str, span: str) -> Limit:
    """A number and a span of time in a struct that is given."""

    def read(found: Found) -> str | None:
        fields = found.fields(found.expression(0))
        stated = fields.get(number)
        return _stated(found.counted(stated), found.span(fields.get(span)))

    return read


def _per(span: str, where: int = 0) -> Limit:
    """A number at a position, for a time that is always the same."""
    return lambda found: _stated(found.number(where), span)


def _rate(found: Found) -> str | None:
    """`rate.NewLimiter(10, 20)`, `rate.NewLimiter(rate.Every(time.Minute), 1)`."""
    return _events(found, found.expression(0))


def _events(found: Found, expression: ir.Expression | None) -> str | None:
    if isinstance(expression, ir.Call) and expression.arguments:
        called = found.kind(expression.function)
        if called == "golang.org/x/time/rate.Every":
            span = found.span(expression.arguments[0].value)
            return _stated(1, span) if span else None
        if called == "golang.org/x/time/rate.Limit":
            return _events(found, expression.arguments[0].value)
    return _stated(found.counted(expression), "1 s")


def _formatted(found: Found) -> str | None:
    """`limiter.NewRateFromFormatted("1000-H")`."""
    text = found.value(0)
    match = _FORMATTED.fullmatch(text) if isinstance(text, str) else None
    return _stated(int(match[1]), _PERIODS[match[2]]) if match else None


def _unstated(found: Found) -> None:
    """The number is set elsewhere."""


_ULULE = {"NewRateFromFormatted": _formatted, "Rate": _of("Limit", "Period")}
_TOLLBOOTH = {"NewLimiter": _per("1 s"), "LimitFuncHandler": _unstated, "LimitHandler": _unstated}
_REDIS = {"PerSecond": _per("1 s"), "PerMinute": _per("1 min"), "PerHour": _per("1 h")}
LIMITS: dict[str, dict[str, Limit]] = {
    "golang.org/x/time/rate": {"NewLimiter": _rate},
    "github.com/go-chi/httprate": {"Limit": _of(0, 1), "LimitByIP": _of(0, 1), "LimitByRealIP": _of(0, 1), "LimitAll": _of(0, 1), "NewRateLimiter": _of(0, 1)},
    "github.com/ulule/limiter": _ULULE,
    "github.com/didip/tollbooth": _TOLLBOOTH,
    "github.com/go-redis/redis_rate": _REDIS,
    "github.com/throttled/throttled": {"PerSec": _per("1 s"), "PerMin": _per("1 min"), "PerHour": _per("1 h"), "PerDay": _per("24 h")},
    "github.com/juju/ratelimit": {"NewBucketWithRate": _per("1 s"), "NewBucketWithQuantum": _unstated, "NewBucket": _unstated},
    "go.uber.org/ratelimit": {"New": _per("1 s")},
    "github.com/labstack/echo/middleware": {
        "NewRateLimiterMemoryStore": _rate, "NewRateLimiterMemoryStoreWithConfig": lambda found: _events(found, found.fields(found.expression(0)).get("Rate")), "RateLimiterWithConfig": _unstated,
    },
    "github.com/gofiber/fiber/middleware/limiter": {"New": _fields("Max", "Expiration")},
    "github.com/zeromicro/go-zero/core/limit": {"NewPeriodLimit": lambda found: _stated(found.number(1), f"{found.number(0)} s" if found.number(0) else None), "NewTokenLimiter": _per("1 s")},
    "github.com/JGLTechs/gin-rate-limit": {"InMemoryStore": _unstated, "RateLimiter": _unstated},
    "github.com/sethvargo/go-limiter/memorystore": {"Config": _of("Tokens", "Interval")},
    "github.com/go-chi/chi/middleware": {"Throttle": _unstated, "ThrottleBacklog": _unstated},
}  # fmt: skip
"""By package and the last name of what is called."""
