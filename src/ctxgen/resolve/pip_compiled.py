"""Python: requirements files that a tool compiled from others are locks of those, not statements.

Source: https://pip-tools.readthedocs.io and https://docs.astral.sh/uv/pip/compile/.
"""

from __future__ import annotations

import re
from collections import defaultdict
from collections.abc import Iterator

from packaging.utils import canonicalize_name

from ctxgen.facts import Facts, folder_of, folders_up
from ctxgen.model import Dependency, Locked
from ctxgen.opaque import Name, version

_SOURCES = ("pyproject.toml", "setup.py", "setup.cfg", "Pipfile")


def normal(package: Name) -> str:
    """A name as PyPI compares it."""
    return str(canonicalize_name(package))


def resolve(facts: Facts) -> Facts:
    """Take away the requirements of compiled files whose source states them."""
    by_file: dict[str, list[Dependency]] = defaultdict(list)
    for dependency in facts.of(Dependency):
        if dependency.ecosystem == "pypi" and dependency.group != "build":
            by_file[dependency.at.path].append(dependency)
    locked_files = {lock.at.path for lock in facts.of(Locked) if lock.ecosystem == "pypi"}
    sources: dict[str, list[str]] = defaultdict(list)
    for path in by_file:
        if path.endswith(".in") or path.rpartition("/")[2] in _SOURCES:
            sources[folder_of(path)].append(path)
    stated = {path: {normal(each.name) for each in by_file[path]} for paths in sources.values() for path in paths}
    gone: set[str] = set()
    duplicates: set[tuple[str, str]] = set()
    locks: list[Locked] = []
    for path, listed in by_file.items():
        if not path.endswith((".txt", ".lock")):
            continue
        source = f"{path.rpartition('.')[0]}.in"
        if source in by_file:
            gone.add(path)
            if path not in locked_files:
                locks += (lock for each in listed if (lock := _as_lock(each)))
        elif path in locked_files:
            near = [each for folder in folders_up(folder_of(path)) for each in sources.get(folder, ())]
            whole = {normal(each.name) for each in listed}
            unfiltered = len(whole) >= len({normal(lock.name) for lock in facts.in_file(Locked, path)})
            for each in near:
                if unfiltered and folder_of(each) == folder_of(path) and stated[each] and len(stated[each] & whole) * 2 > len(stated[each]):
                    gone.add(path)
                duplicates.update((path, package) for package in stated[each] & whole)

    def change(dependency: Dependency) -> Iterator[Dependency]:
        path = dependency.at.path
        if dependency.ecosystem != "pypi" or not (path in gone or (path, normal(dependency.name)) in duplicates):
            yield dependency

    return facts.map(Dependency, change).plus(locks)


def _as_lock(dependency: Dependency) -> Locked | None:
    found = re.fullmatch(r"={2,3}\s*([\w.!+-]+)", dependency.declared or "")
    return (
        Locked(ecosystem="pypi", name=dependency.name, version=stated, at=dependency.at, when=dependency.when)
        if found and (stated := version(found[1]))
        else None
    )
