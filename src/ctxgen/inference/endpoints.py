"""What the backend answers: every endpoint once, by component and path."""

from __future__ import annotations

from collections.abc import Iterable

from ctxgen.context import Endpoint as Told
from ctxgen.context import GuardUse
from ctxgen.facts import Facts
from ctxgen.inference.evidence import cite
from ctxgen.join import Join
from ctxgen.model import Endpoint, Guard
from ctxgen.places import Places

_ACCESS = {"guarded": 0, "public": 1, "unknown": 2}


def endpoints(facts: Facts, join: Join, places: Places) -> list[Told]:
    """The product's endpoints in the order of component, path and method; one that is stated twice has the lines and guards of all statements."""
    found: dict[tuple[str, str, str, str, str, str], list[Endpoint]] = {}
    for each in facts.of(Endpoint):
        if places.scope(each.at.path) is not None:
            continue
        component = join.component(each.at.path) or ""
        key = (component, each.kind, each.path or "", each.method or "", each.operation or "", each.handler or "")
        found.setdefault(key, []).append(each)
    return [_told(component or None, same) for (component, *_), same in sorted(found.items())]


def _told(component: str | None, same: list[Endpoint]) -> Told:
    first = same[0]
    guards = {(guard.kind, guard.name): guard for each in same for guard in each.guards}
    return Told(
        kind=first.kind,
        method=first.method,
        path=first.path,
        operation=first.operation,
        handler=first.handler,
        access=min((each.access for each in same), key=_ACCESS.__getitem__),
        guards=tuple(GuardUse(guard.name, guard.kind, cite([guard.at])) for guard in _ordered(guards.values())),
        component=component,
        evidence=cite((at for each in same for at in (each.at, *each.via)), 4),
    )


def _ordered(guards: Iterable[Guard]) -> list[Guard]:
    order = ("authn", "authz", "rate", "validation")
    return sorted(guards, key=lambda guard: (order.index(guard.kind), guard.name))
