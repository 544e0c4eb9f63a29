"""Lock files as an index, and the workspace whose lock file speaks for a folder."""

from __future__ import annotations

import re
from collections import defaultdict
from functools import lru_cache

from msgspec.structs import replace

from ctxgen.facts import Facts, folder_of, folders_up, join_path
from ctxgen.model import Dependency, Ecosystem, Locked, Member
from ctxgen.patterns import ANY, STAR, linear

Locks = dict[str, dict[str, list[Locked]]]
"""Folder of a lock file → package name in lower case → what was resolved."""


def locks_of(facts: Facts, ecosystem: Ecosystem) -> Locks:
    """All that the lock files of an ecosystem say."""
    index: Locks = defaultdict(lambda: defaultdict(list))
    for lock in facts.of(Locked):
        if lock.ecosystem == ecosystem:
            index[folder_of(lock.at.path)][lock.name.lower()].append(lock)
    return index


class Workspaces:
    """The folders whose manifests name members."""

    def __init__(self, facts: Facts, ecosystem: Ecosystem) -> None:
        self._members: dict[str, list[Member]] = defaultdict(list)
        for member in facts.of(Member):
            if member.ecosystem == ecosystem:
                self._members[folder_of(member.at.path)].append(member)

    def root(self, folder: str) -> str | None:
        """The workspace that a folder belongs to: its own, or the nearest above that names it."""
        for above in folders_up(folder):
            members = self._members.get(above, ())
            named = above == folder and bool(members)
            for member in members:
                if _names(above, member.pattern, folder):
                    if member.exclude:
                        return None
                    named = True
            if named:
                return above
        return None


@lru_cache(maxsize=4096)
def _names(above: str, pattern: str, folder: str) -> bool:
    path = join_path(above, pattern)
    if path is None:
        return False
    glob = linear([ANY if part == "**" else STAR if part == "*" else re.escape(part) for part in re.split(r"(\*\*|\*)", path)])
    return re.fullmatch(glob, folder) is not None


def lock_for(folder: str, locks: Locks, workspaces: Workspaces) -> dict[str, list[Locked]]:
    """What the lock file of a folder, or of its workspace, resolved."""
    root = folder if folder in locks else workspaces.root(folder)
    return locks.get(root, {}) if root is not None else {}


def locked(dependency: Dependency, lock: Locked) -> Dependency:
    """A dependency with its resolved version and the line that says it."""
    return replace(dependency, locked=lock.version, via=(*dependency.via, lock.at))
