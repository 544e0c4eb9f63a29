"""PHP's front end: lowering, and the files that names of classes lead to.

Source: https://www.php.net/manual/en/langref.php.
"""

from __future__ import annotations

from ctxgen.source import ir
from ctxgen.source.languages import Language
from ctxgen.source.php.library import HOOKS
from ctxgen.source.php.lower import lower
from ctxgen.source.php.resolve import PhpResolver

_VERBS = ("GET", "HEAD", "POST", "PUT", "PATCH", "DELETE", "OPTIONS", "TRACE", "CONNECT")
_TELL = {"boot", "register", "schedule", "map", "routes", "configureRoutes", "packageBooted"}


def _tells(function: ir.Function) -> bool:
    """Methods that frameworks call to be told of routes and of what the clock starts."""
    return function.name in _TELL


LANGUAGE = Language(
    "php",
    (".php",),
    lower,
    PhpResolver,
    assigns_locally=True,
    constructors=("__construct",),
    hooks=HOOKS,
    constants={f"Symfony.Component.HttpFoundation.Request.METHOD_{verb}": verb for verb in _VERBS},
    names_are_paths=True,
    runs=_tells,
)
