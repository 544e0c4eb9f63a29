"""Go's front end: lowering, and the packages that import paths lead to.

Source: https://go.dev/ref/spec.
"""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from ctxgen.source import ir
from ctxgen.source.golang.lower import lower
from ctxgen.source.golang.resolve import GoResolver
from ctxgen.source.ir import PRODUCT
from ctxgen.source.languages import Language
from ctxgen.source.values import UNKNOWN, Arguments, ClassValue, Value

if TYPE_CHECKING:
    from ctxgen.source.program import Program

_VERSION = re.compile(r"/v\d{1,3}(?=$|/)|\.v\d{1,3}$")


def _library(module: str) -> str:
    """An import path without the major version in it: `github.com/go-chi/chi/v5` is `github.com/go-chi/chi`."""
    return _VERSION.sub("", module)


def _range(program: Program, arguments: Arguments) -> Value:
    """The pairs that a loop goes over: index and element, or key and value."""
    match arguments.get(0):
        case list() as values:
            return [[index, value] for index, value in enumerate(values)]
        case dict() as entries:
            return [[key, value] for key, value in entries.items()]
    return UNKNOWN


def _join(program: Program, arguments: Arguments) -> Value:
    """`path.Join("/api", name)`."""
    given = arguments.positional
    if len(given) > 1 and not isinstance(given[0], str) and isinstance(arguments.expression(0), (ir.Attribute, ir.Call)):
        given = given[1:]  # a setting may add to the paths: without it they stand as they are
    parts = [part if isinstance(part, str) else "{part}" for part in given]
    return "/".join(part.strip("/") if index else part.rstrip("/") for index, part in enumerate(parts))


def _format(program: Program, arguments: Arguments) -> Value:
    """`fmt.Sprintf("/api/%s", version)`: verbs are replaced in their order."""
    pattern, *values = arguments.positional or [UNKNOWN]
    if not isinstance(pattern, str):
        return UNKNOWN
    given = iter(values)

    def filled(_: re.Match[str]) -> str:
        value = next(given, UNKNOWN)
        return str(value) if isinstance(value, (str, int)) else "{part}"

    return re.sub(r"%[+#]?[svdqx]", filled, pattern)


def _same(program: Program, arguments: Arguments) -> Value:
    return arguments.get(0, default=UNKNOWN)


def _unknown(program: Program, arguments: Arguments) -> Value:
    """A product: a number that nobody asks for, or a span of time, which `calls.Found.span` reads as it is written."""
    return UNKNOWN


def _append(program: Program, arguments: Arguments) -> Value:
    first, *rest = arguments.positional or [UNKNOWN]
    return [*first, *rest][:300] if isinstance(first, list) else list(rest)


def _new(program: Program, arguments: Arguments) -> Value:
    """`new(Server)`: an instance of the type."""
    kind = arguments.get(0, default=UNKNOWN)
    return program.call(kind, Arguments((), {}, (), arguments.line, arguments.scope)) if isinstance(kind, ClassValue) else kind


_VERBS = ("Get", "Head", "Post", "Put", "Patch", "Delete", "Connect", "Options", "Trace")

LANGUAGE = Language(
    "golang",
    (".go",),
    lower,
    GoResolver,
    receivers_are_methods=True,
    entry=b"\nfunc main()",
    handlers_wrapped=True,
    adapters=frozenset(
        [
            "net/http.HandlerFunc",
            "github.com/gin-gonic/gin.WrapF",
            "github.com/gin-gonic/gin.WrapH",
            "github.com/labstack/echo.WrapHandler",
            "github.com/gofiber/fiber/middleware/adaptor.HTTPHandler",
            "github.com/gofiber/fiber/middleware/adaptor.HTTPHandlerFunc",
        ]
    ),
    constructors=(),
    constants={f"{module}.Method{verb}": verb.upper() for module in ("net/http", "github.com/gofiber/fiber") for verb in _VERBS}
    | {f"github.com/labstack/echo.{verb.upper()}": verb.upper() for verb in _VERBS},
    library=_library,
    hooks={
        "range()": _range,
        "path.Join()": _join,
        "net/url.JoinPath()": _join,
        "fmt.Sprintf()": _format,
        "string()": _same,
        "append()": _append,
        "new()": _new,
        f"{PRODUCT}()": _unknown,
    },
)
