"""Which functions a framework calls to be told routes: the others are not followed."""

from __future__ import annotations

from ctxgen.source import ir
from ctxgen.source.calls import type_name

_TYPES = {
    "Application", "Route", "Routing", "Routes", "Router", "Javalin", "JavalinConfig", "RouterConfig", "RoutesConfig", "Vertx", "Environment", "HttpRouting", "HttpRules", "HttpHandler", "RoutingHttpHandler",
}  # fmt: skip
"""Types of parameters, receivers and results."""
_NAMES = {"main", "start"}


def tells(function: ir.Function) -> bool:
    """Whether a function that nobody calls may put up routes: it is given or gives a router, or starts the program."""
    types = {type_name(each.type) for each in function.parameters} | {type_name(function.returns)}
    if function.receiver is not None:
        types.add(type_name(function.receiver.type))
    return bool(types & _TYPES) or function.name in _NAMES
