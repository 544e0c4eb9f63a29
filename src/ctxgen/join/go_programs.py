"""Which programs of a Go module run a package: those whose own packages import it, directly or through others of the repository.

Sources: https://go.dev/ref/spec#Import_declarations, https://go.dev/ref/mod#module-path.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Collection, Set

from ctxgen.facts import Facts, folder_of
from ctxgen.model import Import, Project
from ctxgen.places import Places


class GoPrograms:
    """The packages of a repository's modules by the programs that are built of them; a program is named by its folder."""

    def __init__(self, facts: Facts, places: Places, programs: Set[str]) -> None:
        self.folders = programs
        self._packages = _packages(facts, places) if programs else {}
        self._running: dict[str, set[str]] = defaultdict(set)
        for program in sorted(programs):
            for package in self._reached(program):
                self._running[package].add(program)

    def running(self, package: str) -> Collection[str]:
        """The programs that hold the package in a folder."""
        return self._running.get(package, ())

    def with_packages_of_their_own(self) -> set[str]:
        """The programs that alone hold a package which lies elsewhere than they do."""
        return {
            program
            for package, programs in self._running.items()
            if len(programs) == 1
            for program in programs
            if not f"{package}/".startswith(f"{program}/")
        }

    def _reached(self, program: str) -> set[str]:
        """The folders of the packages that lie in or below a program's folder or are imported from there."""
        waiting = [package for package in self._packages if f"{package}/".startswith(f"{program}/")]
        found = set(waiting)
        while waiting:
            for package in self._packages.get(waiting.pop(), ()):
                if package not in found:
                    found.add(package)
                    waiting.append(package)
        return found


def _packages(facts: Facts, places: Places) -> dict[str, set[str]]:
    """By the folder of each package of the product the folders of those that it imports."""
    modules = {str(project.name): folder_of(project.at.path) for project in facts.of(Project) if project.ecosystem == "go" and project.name}
    found: dict[str, set[str]] = defaultdict(set)
    for each in facts.of(Import):
        if each.language != "go" or each.at.path.endswith("_test.go") or places.scope(each.at.path) is not None:
            continue
        imports = found[folder_of(each.at.path)]
        if (target := _folder(each.module, modules)) is not None:
            imports.add(target)
    return found


def _folder(package: str, modules: dict[str, str]) -> str | None:
    """Where a package of one of the modules lies: the deepest module whose path it begins with holds it."""
    module, below = package, ""
    while module:
        if (folder := modules.get(module)) is not None:
            return "/".join(part for part in (folder, below) if part)
        module, _, last = module.rpartition("/")
        below = f"{last}/{below}" if below else last
    return None
