"""Paket: the versions that `paket.lock` and `paket.dependencies` above a project give to what it references.

Source: https://fsprojects.github.io/Paket/learn-how-to-use-paket.html.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterator
from functools import cache
from typing import NamedTuple

from msgspec.structs import replace

from ctxgen.facts import Facts, folder_of, folders_up
from ctxgen.model import At, Dependency, Locked, Managed
from ctxgen.opaque import Version


class _Stated(NamedTuple):
    """What a repository says of one package: the version that is asked for, the one that was resolved, and where."""

    declared: Version | None
    locked: Version | None
    via: tuple[At, ...]


def resolve(facts: Facts) -> Facts:
    """Give packages of `paket.references` their versions; of several groups the one that is called for the same purpose, else the main one."""
    if not any(each.at.path.endswith("paket.references") for each in facts.of(Dependency)):
        return facts
    locked: dict[tuple[str, str], list[Locked]] = defaultdict(list)
    asked: dict[tuple[str, str], list[Managed]] = defaultdict(list)
    for lock in facts.of(Locked):
        if lock.at.path.rpartition("/")[2] == "paket.lock":
            locked[folder_of(lock.at.path), lock.name.lower()].append(lock)
    for managed in facts.of(Managed):
        if managed.at.path.rpartition("/")[2] == "paket.dependencies":
            asked[folder_of(managed.at.path), managed.name.lower()].append(managed)

    @cache
    def stated(folder: str, called: str, *, of_test: bool) -> _Stated:
        return _choose(asked.get((folder, called), []), locked.get((folder, called), []), of_test=of_test)

    def change(each: Dependency) -> Iterator[Dependency]:
        if each.ecosystem == "nuget" and each.at.path.endswith("paket.references"):
            called = each.name.lower()
            for folder in folders_up(folder_of(each.at.path)):
                if (folder, called) in asked or (folder, called) in locked:
                    found = stated(folder, called, of_test=each.group == "test")
                    each = replace(each, declared=found.declared, locked=found.locked, via=(*each.via, *found.via))
                    break
        yield each

    return facts.map(Dependency, change)


def _choose(asked: list[Managed], locked: list[Locked], *, of_test: bool) -> _Stated:
    fitting = [lock for lock in locked if (lock.when or "").lower().startswith("test") == of_test] or locked
    lock = next((lock for lock in fitting if lock.when is None), fitting[0] if len({lock.version for lock in fitting}) == 1 else None)
    declared = asked[0].declared if len({managed.declared for managed in asked}) == 1 else None
    via = (*(managed.at for managed in asked[:1]), *((lock.at,) if lock is not None else ()))
    return _Stated(declared, lock.version if lock is not None else None, via)
