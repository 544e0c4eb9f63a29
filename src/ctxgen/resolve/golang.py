"""Go: a `tool` directive names a package of a required module, whose version it has.  Source: https://go.dev/ref/mod#go-mod-file-tool."""

from __future__ import annotations

from collections.abc import Iterator

from msgspec.structs import replace

from ctxgen.facts import Facts
from ctxgen.model import Dependency, Locked, Managed


def resolve(facts: Facts) -> Facts:
    """Give tools their module's version, and replaced modules the version that replaces theirs."""

    def change(dependency: Dependency) -> Iterator[Dependency]:
        if dependency.ecosystem != "go":
            yield dependency
            return
        if dependency.group == "build":
            modules = [lock for lock in facts.in_file(Locked, dependency.at.path) if f"{dependency.name}/".startswith(f"{lock.name}/")]
            if modules:
                best = max(modules, key=lambda lock: len(lock.name))
                dependency = replace(dependency, declared=best.version, via=(best.at,))
        for replaced in facts.in_file(Managed, dependency.at.path):
            if replaced.name == dependency.name and replaced.declared:
                dependency = replace(dependency, locked=replaced.declared, via=(replaced.at,))
        yield dependency

    return facts.map(Dependency, change)
