"""Azure Functions as source states them: routes below the application's prefix, with the level that they are called at, and timers."""

from __future__ import annotations

from ctxgen.function_apps import DEFAULT_PREFIX, level_guards, route_prefix
from ctxgen.model import At, Schedule
from ctxgen.opaque import name
from ctxgen.source.program import Program
from ctxgen.source.routing import Route


def route(program: Program, methods: tuple[str, ...], stated: str, level: str, at: At, handler: str | None) -> Route:
    """The route of a function; at the level `anonymous` everybody may call it, at others a key is asked for."""
    before = route_prefix(program.sources.facts, at.path) if program.sources is not None else DEFAULT_PREFIX
    path = "/" + "/".join(part for part in (before, stated.strip("/")) if part)
    public = at if level.rpartition(".")[2].lower() == "anonymous" else None
    return Route(methods or ("ANY",), path, at, handler, level_guards(level, at), public=public)


def schedule(called: str, stated: object, handler: str | None, at: At) -> Schedule:
    """What a timer starts; a name between percent signs is a setting's."""
    text = stated if isinstance(stated, str) and "%" not in stated else None
    return Schedule(name=name(called), schedule=name(text) if text else None, handler=name(handler) if handler else None, at=at)
