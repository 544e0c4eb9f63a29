"""What guards say in the block: those that are met most, and which roles or permissions they ask for.

A guard that asks for something has it behind a colon: `@PreAuthorize:ADMIN`.
"""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Iterable, Iterator, Sequence

from ctxgen.context import Endpoint, Evidence, GuardUse
from ctxgen.render.budget import Code, Part, Piece, Text

MOST = 2
ASKED = 3
"""How many guards are told, and of each how many roles or permissions."""
WORTH = 82


def met_most(guards: Iterable[str]) -> list[str]:
    """The guards that are met most; one that asks for this here and for that there (`Authorize:admins`) without what it asks for."""
    return [next(iter(stated)) if len(stated) == 1 else base for base, stated in _by_base(guards)]


def authorization(endpoints: Sequence[Endpoint]) -> Piece | None:
    """How many endpoints ask what somebody may do, and by which guards: `authorization of 3 endpoints by @PreAuthorize (ADMIN, MODERATOR)`; None where none does."""
    asking = [(endpoint, guards) for endpoint in endpoints if (guards := [each for each in endpoint.guards if each.kind == "authz"])]
    if not asking:
        return None
    most = _by_base(guard.name for _, guards in asking for guard in guards)
    parts: list[Part] = [f"authorization of {len(asking)} endpoint{'s' if len(asking) > 1 else ''} by "]
    for index, (base, stated) in enumerate(most):
        parts += [", " if index else "", Code(base), *_asked(stated)]
    return Piece(tuple(parts), WORTH, _first(most[0][0], (guard for _, guards in asking for guard in guards)))


def _by_base(guards: Iterable[str]) -> list[tuple[str, Counter[str]]]:
    by: dict[str, Counter[str]] = defaultdict(Counter)
    for each in guards:
        by[each.partition(":")[0]][each] += 1
    return sorted(by.items(), key=lambda entry: -entry[1].total())[:MOST]  # of those met as often the one that asks who it is comes first


def _asked(stated: Counter[str]) -> Iterator[Part]:
    counted = Counter[str]()
    for name, times in stated.items():
        counted.update({asks: times for asks in name.partition(":")[2].split(",") if asks})
    asked = [asks for asks, _ in counted.most_common()]
    if asked:
        yield " ("
        for index, each in enumerate(asked[:ASKED]):
            yield ", " if index else ""
            yield Text(each)
        yield ", …)" if len(asked) > ASKED else ")"


def _first(base: str, guards: Iterable[GuardUse]) -> Evidence:
    return next(guard.evidence[0] for guard in guards if guard.name.partition(":")[0] == base)
