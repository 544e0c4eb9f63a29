"""How what answers requests is called."""

from __future__ import annotations

import re

from ctxgen.source import ir
from ctxgen.source.guards import delegate, spelled
from ctxgen.source.values import ClassValue, External, FunctionValue, Value

_ACTION = re.compile(r"[\w\\/.]{1,150}(?:[@#:.]|::)[\w.]{1,80}|[\w\\]{1,150}Controller")
"""How a text names what handles a request: `orders#show`, `OrderController@show`."""
WRAPS = re.compile(r"async|catch|wrap|handler\b|promis", re.IGNORECASE)
"""How functions are called that only put something around a handler."""


def handler_name(handler: Value, expression: ir.Expression | None) -> str | None:
    """How a handler is called: its own name, else as it is written; None for one without a name."""
    inner = _wrapped(handler, expression)
    if inner is not None:
        return inner
    match handler:
        case FunctionValue() if handler.name:
            return handler.name
        case FunctionValue() if handler.inner is not None and handler.inner.name:
            return handler.inner.name
        case FunctionValue() if (written := delegate(handler.function)) is not None:
            return spelled(written) or None
        case FunctionValue() if isinstance(expression, (ir.Item, ir.Unknown)):  # one of several, whose name is not its own
            return None
        case ClassValue():
            return handler.cls.name
        case list() if handler:
            return handler_name(handler[-1], None)
        case str():
            return handler if _ACTION.fullmatch(handler) else None  # a text may be what is answered
    around = isinstance(expression, ir.Call) and any(isinstance(each.value, ir.Function) for each in expression.arguments)
    return None if around else spelled(expression) or None


def _wrapped(handler: Value, expression: ir.Expression | None) -> str | None:
    """The name of the function that a call wraps: `asyncHandler(list)`."""
    if not isinstance(expression, ir.Call) or not expression.arguments:
        return None
    known = []
    if isinstance(handler, External) and handler.arguments is not None:
        known = list(handler.arguments.positional)
    elif isinstance(handler, FunctionValue) and handler.scope.parent is not None:
        known = list(handler.scope.names.values())
    for each in known:
        if isinstance(each, FunctionValue) and each is not handler and each.name:
            return each.name
    written = expression.arguments[0].value
    if isinstance(written, ir.Attribute):
        return spelled(written) or None
    # `asyncHandler(orders.list())`: what the inner call gives is wrapped
    return spelled(written) or None if isinstance(written, ir.Call) and WRAPS.search(spelled(expression).rpartition(".")[2]) else None
