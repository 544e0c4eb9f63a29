"""Azure Functions: routes of `function.json` with what the application's `host.json` puts before them."""

from __future__ import annotations

from collections.abc import Mapping

from msgspec.structs import replace

from ctxgen.facts import Facts
from ctxgen.function_apps import DEFAULT_PREFIX, route_prefix, stated_prefixes
from ctxgen.model import Endpoint
from ctxgen.opaque import Name, Opaque


def resolve(facts: Facts) -> Facts:
    """The endpoints of functions under their application's prefix."""
    stated = stated_prefixes(facts)
    return facts.map(Endpoint, lambda each: [_below(stated, each) if each.technology == "azure-functions" else each])


def _below(stated: Mapping[str, Opaque], endpoint: Endpoint) -> Endpoint:
    prefix = route_prefix(stated, endpoint.at.path)
    if prefix == DEFAULT_PREFIX or endpoint.path is None:
        return endpoint
    rest = endpoint.path.removeprefix(f"/{DEFAULT_PREFIX}")
    return replace(endpoint, path=Name(f"/{prefix}{rest}" if prefix else rest))
