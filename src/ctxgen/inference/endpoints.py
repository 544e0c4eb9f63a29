"""What the backend answers: every endpoint once, by component and path."""

from __future__ import annotations

import re
from collections import defaultdict
from collections.abc import Iterable, Iterator, Sequence

from ctxgen.context import Endpoint as Told
from ctxgen.context import GuardUse
from ctxgen.facts import Facts, folder_of, folders_up
from ctxgen.inference.evidence import cite
from ctxgen.join import Join
from ctxgen.model import Endpoint, Guard
from ctxgen.places import Places

_ACCESS = {"guarded": 0, "public": 1, "unknown": 2}


def endpoints(facts: Facts, join: Join, places: Places) -> list[Told]:
    """The product's endpoints in the order of component, path and method; one that is stated twice has the lines and guards of all statements."""
    found: dict[tuple[str, str, str, str, str, str], list[Endpoint]] = {}
    product = [each for each in facts.of(Endpoint) if places.scope(each.at.path) is None]
    for each in _without_handed_on(product, join):
        component = join.answering(_answering(each)) or ""
        key = (component, each.kind, each.path or "", each.method or "", each.operation or "", each.handler or "")
        found.setdefault(key, []).append(each)
    return [_told(component or None, same) for (component, *_), same in sorted(found.items())]


def _answering(endpoint: Endpoint) -> str:
    """The file that shows which component answers: of calls that an interface describes, the one that registers them."""
    return endpoint.via[0].path if endpoint.at.path.endswith(".proto") and endpoint.via else endpoint.at.path


_REST = re.compile(r"/\[{1,2}(?:\.{3}|(?=trpc\]))(\w{1,60})\]{1,2}(?:/route)?\.\w{2,3}\Z")
"""A file whose route takes all paths below it: `app/api/[...route]/route.ts`, `pages/api/[[...rest]].ts`, and `[trpc]`, whose procedures have no slash."""


def _without_handed_on(stated: Sequence[Endpoint], join: Join) -> Iterator[Endpoint]:
    """Endpoints without those of files that hand all paths below theirs on to a router of another framework, whose routes are told."""
    rest: dict[int, tuple[str | None, str, str]] = {}
    for index, each in enumerate(stated):
        file = _REST.search(each.at.path)
        if file is not None and (each.path or "").endswith(f"/{{{file[1]}}}"):
            rest[index] = join.answering(each.at.path), str(each.path).rpartition("/")[0], each.technology
    if not rest:
        return iter(stated)
    told: dict[tuple[str | None, str], set[str]] = defaultdict(set)
    for index, each in enumerate(stated):
        if index not in rest and each.kind == "http":
            component = join.answering(each.at.path)
            for above in folders_up(folder_of(each.path or "")):
                told[component, above].add(each.technology)
    return (each for index, each in enumerate(stated) if index not in rest or not told[rest[index][:2]] - {rest[index][2]})


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
