"""Which service answers, or which process runs, what a library of the repository holds: the only one that needs it, directly or through others."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Sequence
from functools import cache

from ctxgen.facts import Facts, folder_of
from ctxgen.join.parts import Part
from ctxgen.join.units import Units
from ctxgen.model import Dependency

_MOST = 5_000
"""Libraries that are gone through for one service."""


class Users:
    """The services of a repository by the libraries that they need."""

    def __init__(self, facts: Facts, units: Units, parts: Sequence[Part]) -> None:
        self._facts, self._units, self._parts = facts, units, parts
        self.of = cache(self._of)
        self.process = cache(lambda library: self._of(library, ("service", "gateway", "worker")))
        self._needs = cache(self._find_needs)
        self._reached = cache(self._find_reached)

    def _of(self, library: str, kinds: Sequence[str] = ("service", "gateway")) -> str | None:
        """The component of some kinds that answers for a library; None where none or several need it."""
        folder = next((part.folder for part in self._parts if part.id == library and part.kind == "library"), None)
        if folder is None:
            return None
        users = {part.id for part in self._parts if part.kind in kinds and folder in self._reached(part.folder)}
        return users.pop() if len(users) == 1 else None

    def _find_needs(self) -> dict[str, set[str]]:
        """The folders of the repository's own packages that those of each folder need."""
        named = {(unit.ecosystem, unit.name.lower()): unit.folder for unit in self._units.all}
        found: dict[str, set[str]] = defaultdict(set)
        for each in self._facts.of(Dependency):
            if each.group != "main":
                continue
            source = folder_of(each.at.path)
            target = self._units.folder(f"{each.path}/x") if each.path else named.get((each.ecosystem, each.name.lower()))
            if target is not None and target != source:
                found[source].add(target)
        return found

    def _find_reached(self, start: str) -> set[str]:
        """The folders of what a package needs, directly or through others."""
        needs = self._needs()
        found: set[str] = set()
        work: list[Iterable[str]] = [needs.get(start, ())]
        while work and len(found) < _MOST:
            for each in work.pop():
                if each not in found:
                    found.add(each)
                    work.append(needs.get(each, ()))
        return found
