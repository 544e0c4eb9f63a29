"""Azure Functions: the application's `host.json` and the `function.json` of functions whose triggers stand in files.

Sources: https://learn.microsoft.com/azure/azure-functions/functions-host-json, https://learn.microsoft.com/azure/azure-functions/functions-reference,
https://learn.microsoft.com/azure/azure-functions/functions-bindings-http-webhook-trigger
"""

from __future__ import annotations

import re
from collections.abc import Iterator

from ctxgen.documents import Node
from ctxgen.function_apps import DEFAULT_PREFIX, ROUTE_PREFIX, level_guards, timer
from ctxgen.model import ConfigKey, Endpoint, Fact, Resource, Schedule
from ctxgen.opaque import Name, Opaque, name
from ctxgen.readers import reads
from ctxgen.tree import File

_VERB = re.compile(r"[A-Za-z]{3,7}")


@reads("host.json", contains=(b'"version"',))
def read_host_json(file: File) -> Iterator[Fact]:
    """An application of functions, and what stands before their routes."""
    root = file.json()
    version = root.get("version")
    if version is None or version.text != "2.0":
        return
    yield Resource(platform="serverless", kind=name("function"), at=file.at(version.line))
    said = root.get("extensions", "http", "routePrefix")
    if said is not None and said.text is not None:
        yield ConfigKey(key=name(ROUTE_PREFIX), value=Opaque(f"/{said.text.strip('/')}"), dialect="other", at=file.at(said.line))


@reads("function.json", contains=(b"Trigger",))
def read_function_json(file: File) -> Iterator[Fact]:
    """What starts a function: requests, or the clock."""
    called = file.folder.rpartition("/")[2]
    bindings = file.json().get("bindings")
    for binding in bindings.elements() if bindings is not None else ():
        kind = (_text(binding, "type") or "").lower()
        if kind == "httptrigger":
            yield from _endpoints(file, binding, called)
        elif kind == "timertrigger":
            yield Schedule(
                name=name(called), schedule=timer(_text(binding, "schedule") or ""), handler=name(called), at=file.at(binding.line)
            )


def _endpoints(file: File, binding: Node, called: str) -> Iterator[Endpoint]:
    """The requests that a function answers; one that takes every path hands them to a program whose own routes say what it answers."""
    stated = _text(binding, "route")
    path = Opaque(f"/{DEFAULT_PREFIX}/{(stated if stated is not None else called).strip('/')}").route()
    if path is None or "{*" in path:
        return
    level, methods = _text(binding, "authLevel") or "function", binding.get("methods")
    verbs = [each.text.upper() for each in methods.elements() if each.text and _VERB.fullmatch(each.text)] if methods is not None else []
    at = file.at(binding.line)
    guards = level_guards(level, at)
    access = "guarded" if guards else "public" if level.lower() == "anonymous" else "unknown"
    for verb in verbs or ["ANY"]:
        yield Endpoint(
            method=Name(verb),
            path=path,
            handler=name(called),
            access=access,  # type: ignore[arg-type]
            guards=guards,
            technology=Name("azure-functions"),
            at=at,
            via=(at,) if access == "public" else (),
        )


def _text(node: Node, key: str) -> str | None:
    found = node.get(key)
    return found.text if found is not None else None
