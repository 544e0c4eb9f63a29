"""Mix: the lock file of a project, or of the umbrella that it is an application of.  Source: https://hexdocs.pm/elixir/dependencies-and-umbrella-projects.html."""

from __future__ import annotations

from collections.abc import Iterator

from ctxgen.facts import Facts, folder_of
from ctxgen.locks import Workspaces, lock_for, locked, locks_of
from ctxgen.model import Dependency


def resolve(facts: Facts) -> Facts:
    """Give packages their locked versions."""
    locks, workspaces = locks_of(facts, "hex"), Workspaces(facts, "hex")

    def change(dependency: Dependency) -> Iterator[Dependency]:
        if dependency.ecosystem == "hex" and dependency.path is None:
            found = lock_for(folder_of(dependency.at.path), locks, workspaces).get(dependency.name.lower(), [])
            if len(found) == 1:
                dependency = locked(dependency, found[0])
        yield dependency

    return facts.map(Dependency, change)
