"""Azure Functions: routes of `function.json` with what the application's `host.json` puts before them."""

from __future__ import annotations

from msgspec.structs import replace

from ctxgen.facts import Facts
from ctxgen.function_apps import DEFAULT_PREFIX, route_prefix
from ctxgen.model import Endpoint
from ctxgen.opaque import Name


def resolve(facts: Facts) -> Facts:
    """The endpoints of functions under their application's prefix."""
    return facts.map(Endpoint, lambda each: [_below(facts, each) if each.technology == "azure-functions" else each])


def _below(facts: Facts, endpoint: Endpoint) -> Endpoint:
    prefix = route_prefix(facts, endpoint.at.path)
    if prefix == DEFAULT_PREFIX or endpoint.path is None:
        return endpoint
    rest = endpoint.path.removeprefix(f"/{DEFAULT_PREFIX}")
    return replace(endpoint, path=Name(f"/{prefix}{rest}" if prefix else rest))
