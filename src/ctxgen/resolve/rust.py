"""Cargo: what members inherit from their workspace, and which of a crate's locked versions answers a requirement.

Sources: https://doc.rust-lang.org/cargo/reference/workspaces.html, https://doc.rust-lang.org/cargo/reference/specifying-dependencies.html.
"""

from __future__ import annotations

import re
from collections import defaultdict
from collections.abc import Iterator

from msgspec.structs import replace

from ctxgen.facts import Facts, folder_of, folders_up
from ctxgen.locks import Workspaces, lock_for, locked, locks_of
from ctxgen.model import Dependency, Locked, Managed

_COMPARATOR = re.compile(r"\s*(\^|~|=|>=|<=|>|<|)\s*v?(\d{1,9}|\*)(?:\.(\d{1,9}|\*))?(?:\.(\d{1,9}|\*))?(-[\w.-]+)?(?:\+[\w.-]+)?\s*")

Triple = tuple[int, int, int]


def resolve(facts: Facts) -> Facts:
    """Fill what the workspace states, and locked versions."""
    locks, workspaces = locks_of(facts, "cargo"), Workspaces(facts, "cargo")
    managed: dict[str, dict[str, Managed]] = defaultdict(dict)
    for each in facts.of(Managed):
        if each.ecosystem == "cargo":
            managed[folder_of(each.at.path)][each.alias or each.name] = each

    # a crate that another one takes by path is built, and locked, with that one
    users: dict[str, str] = {}
    named: list[Dependency | Managed] = [*facts.of(Dependency), *facts.of(Managed)]
    for user in named:
        if user.ecosystem == "cargo" and user.path is not None and user.path != folder_of(user.at.path):
            users.setdefault(user.path, folder_of(user.at.path))

    def resolved(folder: str) -> dict[str, list[Locked]]:
        for _ in range(12):
            if (found := lock_for(folder, locks, workspaces)) or folder not in users:
                return found
            folder = users[folder]
        return {}

    def change(dependency: Dependency) -> Iterator[Dependency]:
        if dependency.ecosystem == "cargo":
            folder = folder_of(dependency.at.path)
            if dependency.spec is not None:
                root = workspaces.root(folder)
                above = [root] if root is not None else folders_up(folder)
                stated = next((found for each in above if (found := managed.get(each, {}).get(dependency.alias or dependency.name))), None)
                dependency = _inherited(dependency, stated) if stated else dependency
            known = resolved(folder).get(dependency.name.lower(), [])
            wanted = dependency.declared
            fitting = known if len(known) == 1 else [lock for lock in known if wanted and satisfies(lock.version, wanted)]
            if len(fitting) == 1:
                dependency = locked(dependency, fitting[0])
        yield dependency

    return facts.map(Dependency, change)


def _inherited(dependency: Dependency, stated: Managed) -> Dependency:
    return replace(
        dependency,
        name=stated.name,
        alias=stated.alias,
        declared=stated.declared,
        extras=tuple(dict.fromkeys((*stated.extras, *dependency.extras))),
        path=stated.path,
        via=(*dependency.via, stated.at),
    )


def satisfies(stated: str, requirement: str) -> bool:
    """Whether a version answers a requirement of Cargo's: caret by default, `~`, `=`, wildcards, comparisons, commas."""
    found = re.match(r"(\d{1,9})\.(\d{1,9})\.(\d{1,9})(-[\w.-]+)?", stated)
    if not found:
        return False
    given = (int(found[1]), int(found[2]), int(found[3]))
    return all(_within(given, found[4], part) for part in requirement.split(","))


def _within(given: Triple, pre: str | None, comparator: str) -> bool:
    found = _COMPARATOR.fullmatch(comparator)
    if not found:
        return False
    operator, written, wanted_pre = found[1], [part for part in (found[2], found[3], found[4]) if part and part != "*"], found[5]
    parts = [int(part) for part in written]
    major, minor, patch = [*parts, 0, 0, 0][:3]
    lower: Triple = (major, minor, patch)
    if pre or (wanted_pre and operator == "="):
        # a pre-release answers only where it is named itself
        return given == lower and pre == wanted_pre and operator not in ("<", ">")
    return _compares(operator, given, lower, parts, wildcard="*" in (found[2], found[3], found[4]))


def _compares(operator: str, given: Triple, lower: Triple, parts: list[int], *, wildcard: bool) -> bool:
    match operator:
        case ">=":
            return given >= lower
        case "<":
            return given < lower
        case ">":
            return given[: len(parts)] > lower[: len(parts)]
        case "<=":
            return given[: len(parts)] <= lower[: len(parts)]
        case "=":
            return given[: len(parts)] == lower[: len(parts)]
        case "~":
            return given >= lower and given[: min(len(parts), 2)] == lower[: min(len(parts), 2)]
    if wildcard:
        return given[: len(parts)] == lower[: len(parts)]
    leading = next((index for index, part in enumerate(parts) if part), len(parts) - 1)
    return given >= lower and given[: leading + 1] == lower[: leading + 1]
