"""What a middleware of a library guards, by its options.

Sources: https://github.com/auth0/express-jwt#usage, https://github.com/koajs/jwt#usage
"""

from __future__ import annotations

from ctxgen.model import GuardKind
from ctxgen.source.guards import guard_kind
from ctxgen.source.values import External, Value

_LETS_PASS = {"credentialsRequired": False, "passthrough": True}
"""Options with which who has no token passes, too."""


def judge(name: str, value: Value) -> GuardKind | None:
    """The kind of guard that something of a name is, none where an option lets everybody in."""
    given = value.arguments.positional if isinstance(value, External) and value.arguments is not None else ()
    if any(isinstance(each, dict) and each.get(key) is opened for each in given for key, opened in _LETS_PASS.items()):
        return None
    return guard_kind(name)
