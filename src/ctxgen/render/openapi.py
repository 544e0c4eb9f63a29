"""The HTTP endpoints as an OpenAPI 3.1 document: what the source states of them, and nothing that it does not.

Bodies, responses and query parameters are not known, so none are told; `x-ctxgen` holds access, guards and the line.
Source: https://spec.openapis.org/oas/v3.1.0.
"""

from __future__ import annotations

import re
from collections.abc import Iterable
from typing import Any

import msgspec

from ctxgen.context import Context, Endpoint

_METHODS = ("get", "put", "post", "delete", "options", "head", "patch", "trace")
_ANY = ("get", "put", "post", "delete", "patch")
_PARAMETER = re.compile(r"\{([^{}]+)\}")
_SCHEMES: dict[str, dict[str, str]] = {
    "jwt": {"type": "http", "scheme": "bearer", "bearerFormat": "JWT"},
    "bearer-opaque": {"type": "http", "scheme": "bearer"},
    "basic": {"type": "http", "scheme": "basic"},
    "mtls": {"type": "mutualTLS"},
}
"""The mechanisms that OpenAPI can tell without an address or a header's name, which the source need not state."""


def render(context: Context, component: str | None = None) -> str:
    """The document as JSON; of one component, or of all with the component as tag."""
    endpoints = [each for each in context.endpoints if each.kind in ("http", "sse") and each.path and component in (None, each.component)]
    schemes = {
        each.mechanism: _SCHEMES[each.mechanism]
        for each in context.security.mechanisms
        if each.mechanism in _SCHEMES and (component is None or each.component in (None, component))
    }
    paths: dict[str, dict[str, Any]] = {}
    used: set[str] = set()
    for each in endpoints:
        item = paths.setdefault(each.path or "/", {})
        for method in _methods(each.method):
            if method in item:
                item[method]["x-ctxgen"]["also"] = [*item[method]["x-ctxgen"].get("also", []), _about(each)]
            else:
                item[method] = _operation(each, method, schemes, used)
    document: dict[str, Any] = {
        "openapi": "3.1.0",
        "info": {"title": component or context.repository.name, "version": context.repository.commit or "0"},
        "paths": dict(sorted(paths.items())),
    }
    if schemes:
        document["components"] = {"securitySchemes": dict(sorted(schemes.items()))}
    return msgspec.json.format(msgspec.json.encode(document), indent=2).decode() + "\n"


def _methods(method: str | None) -> Iterable[str]:
    known = (method or "ANY").lower()
    return _ANY if known == "any" else (known,) if known in _METHODS else ()


def _operation(endpoint: Endpoint, method: str, schemes: dict[str, dict[str, str]], used: set[str]) -> dict[str, Any]:
    base = re.sub(r"\W+", "_", endpoint.handler or f"{method} {endpoint.path}").strip("_") or method
    identifier, number = base, 2
    while identifier in used:
        identifier, number = f"{base}_{number}", number + 1
    used.add(identifier)
    operation: dict[str, Any] = {"operationId": identifier}
    if endpoint.component:
        operation["tags"] = [endpoint.component]
    if names := list(dict.fromkeys(_PARAMETER.findall(endpoint.path or ""))):
        operation["parameters"] = [{"name": name, "in": "path", "required": True, "schema": {"type": "string"}} for name in names]
    if endpoint.access == "guarded" and schemes:
        operation["security"] = [{name: []} for name in sorted(schemes)]
    operation["responses"] = {"default": {"description": "not stated"}}
    operation["x-ctxgen"] = _about(endpoint)
    return operation


def _about(endpoint: Endpoint) -> dict[str, Any]:
    return {
        "access": endpoint.access,
        "guards": [guard.name for guard in endpoint.guards],
        "component": endpoint.component,
        "evidence": [f"{at.path}:{at.line}" for at in endpoint.evidence],
    }
