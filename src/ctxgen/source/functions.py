"""Azure Functions as source states them: routes below the application's prefix, with the level that they are called at, and timers."""

from __future__ import annotations

from collections.abc import Mapping

from ctxgen.function_apps import level_guards, route_prefix, stated_prefixes, timer
from ctxgen.model import At, Schedule
from ctxgen.opaque import Opaque, name
from ctxgen.source.program import Program
from ctxgen.source.routing import Route


def route(program: Program, methods: tuple[str, ...], stated: str, level: str, at: At, handler: str | None) -> Route:
    """The route of a function; at the level `anonymous` everybody may call it, at others a key is asked for."""
    before = route_prefix(_prefixes(program), at.path)
    path = "/" + "/".join(part for part in (before, stated.strip("/")) if part)
    public = at if level.rpartition(".")[2].lower() == "anonymous" else None
    return Route(methods or ("ANY",), path, at, handler, level_guards(level, at), public=public)


def _prefixes(program: Program) -> Mapping[str, Opaque]:
    kept = program.shared["azure-functions.prefixes"]
    if not kept:
        kept.append(stated_prefixes(program.sources.facts) if program.sources is not None else {})
    prefixes: Mapping[str, Opaque] = kept[0]
    return prefixes


def schedule(called: str, stated: object, handler: str | None, at: At) -> Schedule:
    """What a timer starts."""
    text = timer(stated) if isinstance(stated, str) else None
    return Schedule(name=name(called), schedule=text, handler=name(handler) if handler else None, at=at)
