"""What the programming models of Azure Functions have in common: levels that ask for a key, and what stands before the routes.

Sources: https://learn.microsoft.com/azure/azure-functions/functions-bindings-http-webhook-trigger#authorization-keys,
https://learn.microsoft.com/azure/azure-functions/functions-bindings-http-webhook#hostjson-settings
"""

from __future__ import annotations

import re
from collections.abc import Mapping

from ctxgen.facts import Facts, folder_of, folders_up
from ctxgen.model import At, ConfigKey, Guard
from ctxgen.opaque import Name, Opaque, name

ROUTE_PREFIX = "azure-functions.routePrefix"
"""The key of what `host.json` states as `extensions.http.routePrefix`."""
DEFAULT_PREFIX = "api"
_FIXED = re.compile(r"\d{1,3}(?::\d{2}){2}|\d{1,2}(?: \d{1,2}){4,5}")
"""A time between two starts, and a moment of every year."""
_KEYS = {"function", "admin", "system"}
"""Levels at which a request must bring a key."""


def timer(stated: str) -> Name | None:
    """When a timer starts: a cron expression with seconds, or a time between two starts; a name between percent signs is a setting's.

    Source: https://learn.microsoft.com/azure/azure-functions/functions-bindings-timer#ncrontab-expressions
    """
    value = Opaque(stated.strip())
    return value.cron() or (Name(stated.strip()) if _FIXED.fullmatch(stated.strip()) else None)


def stated_prefixes(facts: Facts) -> dict[str, Opaque]:
    """What each `host.json` states to stand before routes, by its folder."""
    return {folder_of(key.at.path): key.value for key in facts.of(ConfigKey) if key.key == ROUTE_PREFIX}


def route_prefix(stated: Mapping[str, Opaque], path: str) -> str:
    """What stands before the routes of the application that a file is of: that of the nearest `host.json` which states one, `""` for nothing."""
    value = next((stated[folder] for folder in folders_up(folder_of(path)) if folder in stated), None)
    if value is None:
        return DEFAULT_PREFIX
    known = value.interpolate(lambda _: None).route()
    return str(known).strip("/") if known is not None else DEFAULT_PREFIX


def level_guards(level: str, at: At) -> tuple[Guard, ...]:
    """The guard that a level is: `AuthorizationLevel.Function`, `function`."""
    kind = level.rpartition(".")[2].lower()
    return (Guard(name=name(f"AuthorizationLevel.{kind.capitalize()}"), kind="authn", at=at),) if kind in _KEYS else ()
