"""Composer: the lock file beside a manifest, or beside that which takes it as a path repository.  Source: https://getcomposer.org/doc/01-basic-usage.md."""

from __future__ import annotations

from collections.abc import Iterator

from msgspec.structs import replace

from ctxgen.facts import Facts, folder_of
from ctxgen.locks import Workspaces, lock_for, locked, locks_of
from ctxgen.model import Dependency, Project


def resolve(facts: Facts) -> Facts:
    """Give packages their locked versions, and packages of the repository itself their folder."""
    locks, workspaces = locks_of(facts, "packagist"), Workspaces(facts, "packagist")
    own = {
        each.name.lower(): folder
        for each in facts.of(Project)
        if each.ecosystem == "packagist" and each.name and workspaces.root(folder := folder_of(each.at.path)) is not None
    }

    def change(dependency: Dependency) -> Iterator[Dependency]:
        if dependency.ecosystem == "packagist" and dependency.group != "build":
            found = lock_for(folder_of(dependency.at.path), locks, workspaces).get(dependency.name.lower(), [])
            if len(found) == 1:
                dependency = locked(dependency, found[0])
            folder = own.get(dependency.name.lower())
            if folder is not None and folder != folder_of(dependency.at.path):
                dependency = replace(dependency, path=folder)
        yield dependency

    return facts.map(Dependency, change)
