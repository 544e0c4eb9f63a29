"""Routes that functions answer, as the descriptions that deploy them state their events."""

from __future__ import annotations

import re

from ctxgen.documents import Node
from ctxgen.model import At, Endpoint, Guard
from ctxgen.opaque import Name, Opaque, name

_METHODS = {"get", "post", "put", "patch", "delete", "head", "options", "any", "*"}
_EVERYTHING = re.compile(r"\{\w+\+\}\Z|\A/?\*?\Z")
_HANDLER = re.compile(r"[\w./:$-]{1,120}")


def route(
    at: At, method: str | None, path: str | None, handler: Node | None, guards: tuple[Guard, ...], technology: str
) -> Endpoint | None:
    """The endpoint of an event; None for one that hands on every request to a program, whose own routes say what it answers."""
    if path is None or (method or "any").lower() not in _METHODS or _EVERYTHING.search(path):
        return None
    stated = Opaque(f"/{path.lstrip('/')}").route()
    if stated is None:
        return None
    verb = (method or "any").upper()
    called = handler.text if handler is not None and handler.text and _HANDLER.fullmatch(handler.text) else None
    return Endpoint(
        method=Name("ANY" if verb == "*" else verb),
        path=stated,
        handler=name(called) if called else None,
        access="guarded" if guards else "unknown",
        guards=guards,
        technology=Name(technology),
        at=at,
    )


def guard(said: Node | None, at: At, called: str) -> tuple[Guard, ...]:
    """The authorizer that an event names, by its name where it is plain."""
    if said is None or said.text in ("NONE", "null", "false", "", "~"):
        return ()
    inner = said if said.text else said.get("name") or said.get("type")
    shown = inner.text if inner is not None and inner.text and _HANDLER.fullmatch(inner.text) else called
    return (Guard(name=name(shown), kind="authn", at=at),)
