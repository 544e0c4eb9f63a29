"""Sails: the table of custom routes in `config/routes.js`.  Source: https://sailsjs.com/documentation/concepts/routes/custom-routes"""

from __future__ import annotations

from ctxgen.model import Endpoint
from ctxgen.opaque import Name, name
from ctxgen.source.program import Program
from ctxgen.source.routing import parameters
from ctxgen.source.values import Record, Value

_VERBS = ("GET", "POST", "PUT", "PATCH", "DELETE", "HEAD", "OPTIONS")


def finish(program: Program) -> None:
    """The routes of every table."""
    for path, module in list(program.modules.items()):
        if module is not None and path.endswith("config/routes.js") and "routes" in module.exports:
            table = program.exported(module, "routes")
            for key in table if isinstance(table, Record) else ():
                _route(program, table, key)


def _route(program: Program, table: Record, key: str) -> None:
    verb, _, path = key.partition(" ")
    if not path:
        verb, path = "ANY", key
    target = table.get(key)
    if not path.startswith("/") or _other(target):
        return
    program.facts.append(
        Endpoint(
            method=name(verb.upper() if verb.upper() in _VERBS else "ANY"), path=name(parameters(path)), handler=_handler(target),
            technology=Name("sails"), at=table.place(key),
        )
    )  # fmt: skip


def _other(target: Value) -> bool:
    """Whether a route only shows a view or leads elsewhere."""
    return (isinstance(target, dict) and any(key in target for key in ("view", "response", "policy"))) or (
        isinstance(target, str) and target.startswith(("/", "http"))
    )


def _handler(target: Value) -> Name | None:
    if isinstance(target, dict):
        action, controller = target.get("action"), target.get("controller")
        stated = f"{controller}.{action}" if isinstance(controller, str) else action
        return name(stated) if isinstance(stated, str) else None
    return name(target) if isinstance(target, str) else None
