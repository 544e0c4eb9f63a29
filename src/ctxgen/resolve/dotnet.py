"""NuGet: what Directory.Build.props, Directory.Packages.props, global.json and packages.lock.json say of the projects below them.

Files are evaluated in MSBuild's order: Directory.Build.props, Directory.Packages.props, the project, Directory.Build.targets,
imports where they stand.  Sources: https://learn.microsoft.com/visualstudio/msbuild/customize-by-directory,
https://learn.microsoft.com/visualstudio/msbuild/build-process-overview, https://learn.microsoft.com/nuget/consume-packages/central-package-management.
"""

from __future__ import annotations

import re
from collections import defaultdict
from collections.abc import Callable, Iterator
from typing import NamedTuple

from msgspec.structs import replace

from ctxgen.facts import Facts, folder_of, folders_up
from ctxgen.model import At, Dependency, Fact, Locked, Managed, Parent, Project, Property, Runtime
from ctxgen.opaque import Name, Opaque, Version, name

_BEFORE = ("directory.build.props", "directory.packages.props")
_FILES = {"props", "targets", "csproj", "fsproj", "vbproj"}
_AFTER = "directory.build.targets"
_SHARED = (*_BEFORE, _AFTER, "global.json")
_DEFAULT_LIBRARY = {"microsoft.net.sdk", "microsoft.net.sdk.razor"}


class _Known(NamedTuple):
    """The value of a property and the lines that gave it."""

    value: Opaque
    lines: tuple[At, ...]


class _Scope(NamedTuple):
    """What holds for the items of one file."""

    properties: dict[str, _Known]
    frameworks: frozenset[str]
    managed: dict[str, list[Managed]]
    locked: dict[str, list[Locked]]


def resolve(facts: Facts) -> Facts:
    """Fill versions and what is built, and state target frameworks that a property gives."""
    build = _Build(facts)
    if not build.paths:
        return facts

    def dependency(each: Dependency) -> Iterator[Dependency]:
        yield build.versioned(each) if each.ecosystem == "nuget" and each.at.path in build.paths and not each.path else each

    def project(each: Project) -> Iterator[Project]:
        yield build.built(each) if each.ecosystem == "nuget" and each.output is None else each

    return facts.map(Dependency, dependency).map(Project, project).plus(build.runtimes())


class _Build:
    """The files of all MSBuild projects, indexed once."""

    def __init__(self, facts: Facts) -> None:
        self.facts = facts
        stated: list[Dependency | Managed | Parent | Project] = [
            *facts.of(Dependency),
            *facts.of(Managed),
            *facts.of(Parent),
            *facts.of(Project),
        ]
        self.paths = {each.at.path for each in stated if each.ecosystem == "nuget"}
        self.properties: dict[str, list[Property]] = defaultdict(list)
        for known in facts.of(Property):
            if known.at.path.rpartition(".")[2].lower() in _FILES:
                self.properties[known.at.path].append(known)
        self.paths |= self.properties.keys()
        self.shared: dict[tuple[str, str], str] = {}
        for path in sorted(self.paths):
            if (basename := path.rpartition("/")[2].lower()) in _SHARED:
                self.shared[folder_of(path), basename] = path
        self.parents: dict[str, list[Parent]] = defaultdict(list)
        for parent in facts.of(Parent):
            if parent.ecosystem == "nuget":
                self.parents[parent.at.path].append(parent)
        self._scopes: dict[str, _Scope] = {}
        self._flat: dict[str, list[Property | Managed]] = {}

    def above(self, folder: str, basename: str) -> str | None:
        """The nearest shared file of a name, from a folder upwards."""
        return next((path for each in folders_up(folder) if (path := self.shared.get((each, basename.lower())))), None)

    def statements(self, path: str, open_files: tuple[str, ...] = ()) -> list[Property | Managed]:
        """The properties and central versions of a file and of what it imports, in the order of evaluation."""
        if path in self._flat:
            return self._flat[path]
        if path in open_files or len(open_files) > 12:
            return []
        own: list[Property | Managed | Parent] = [
            *self.properties.get(path, ()),
            *(each for each in self.facts.in_file(Managed, path) if each.ecosystem == "nuget"),
            *self.parents.get(path, ()),
        ]
        found: list[Property | Managed] = []
        for each in sorted(own, key=lambda fact: fact.at):
            if not isinstance(each, Parent):
                found.append(each)
                continue
            folder = folder_of(path)
            target = each.path or (self.above(folder_of(folder), each.name) if folder else None)
            if target:
                found.extend(self.statements(target, (*open_files, path)))
        if not open_files:
            self._flat[path] = found
        return found

    def scope(self, path: str) -> _Scope:
        """What holds for the items of a file: a project, or a shared file taken for itself."""
        if path in self._scopes:
            return self._scopes[path]
        folder = folder_of(path)
        files = [self.above(folder, _BEFORE[0]), self.above(folder, _BEFORE[1]), path, self.above(folder, _AFTER)]
        properties: dict[str, _Known] = {}
        managed: dict[str, list[Managed]] = defaultdict(list)
        for file in dict.fromkeys(file for file in files if file):
            for each in self.statements(file):
                if isinstance(each, Managed):
                    managed[each.name.lower()].append(each)
                else:
                    _assign(properties, each)
        for each in self.facts.in_file(Managed, self.above(folder, "global.json") or ""):
            managed[each.name.lower()].append(each)
        locked: dict[str, list[Locked]] = defaultdict(list)
        stem = path.rpartition("/")[2].rpartition(".")[0].replace(" ", "_")
        for file in (f"packages.{stem}.lock.json", "packages.lock.json"):
            found = self.facts.in_file(Locked, f"{folder}/{file}" if folder else file)
            for lock in found:
                locked[lock.name.lower()].append(lock)
            if found:
                break
        stated = [properties[key].value for key in ("targetframeworks", "targetframework") if key in properties]
        frameworks = frozenset(str(part).lower() for value in stated[:1] for each in value.split(";") if (part := each.version()))
        self._scopes[path] = scope = _Scope(properties, frameworks, managed, locked)
        return scope

    def versioned(self, dependency: Dependency) -> Dependency:
        """A dependency with the version that properties, central versions and the lock file give it."""
        scope = self.scope(dependency.at.path)
        if dependency.declared is None and dependency.spec is not None:
            declared, lines = _interpolated(dependency.spec, scope.properties)
            dependency = replace(dependency, declared=declared, via=(*dependency.via, *lines))
        elif dependency.declared is None:
            dependency = _centrally(dependency, scope)
        locks = scope.locked.get(dependency.name.lower(), [])
        if dependency.when is not None and len(locks) > 1:
            locks = [lock for lock in locks if f"TargetFramework={lock.when}" == dependency.when]
        if len(locks) == 1 and dependency.group != "plugin":
            dependency = replace(dependency, locked=locks[0].version, via=(*dependency.via, locks[0].at))
        return dependency

    def built(self, project: Project) -> Project:
        """What a project makes where only a shared file, or the SDK's default, says so."""
        known = self.scope(project.at.path).properties
        test, kind = known.get("istestproject"), known.get("outputtype")
        if test is not None and test.value.boolean():
            return replace(project, output="test", via=(*project.via, *test.lines))
        if kind is not None and kind.value.word({"exe", "winexe"}):
            return replace(project, output="application", via=(*project.via, *kind.lines))
        sdks = {each.name.lower() for each in self.facts.in_file(Dependency, project.at.path) if each.group == "plugin"}
        return replace(project, output="library") if kind is None and sdks & _DEFAULT_LIBRARY else project

    def runtimes(self) -> Iterator[Fact]:
        """Target frameworks that are written as a property (`$(NetVersion)`)."""
        for path in sorted(self.properties):
            for stated in self.properties[path]:
                if stated.name.lower() in ("targetframework", "targetframeworks") and stated.value.placeholders():
                    scope = self.scope(path)
                    lines: list[At] = []
                    for part in stated.value.interpolate(_lookup(scope.properties, lines)).split(";"):
                        framework = part.version()
                        if framework and not any(
                            framework == known.version for known in self.facts.in_file(Runtime, path) if known.name == ".NET"
                        ):
                            yield Runtime(name=name(".NET"), version=framework, at=stated.at, via=tuple(lines), when=stated.when)


def _assign(properties: dict[str, _Known], stated: Property) -> None:
    """Evaluate one property; a condition that cannot be decided leaves an earlier value as it is."""
    key = stated.name.lower()
    if stated.when is not None and _holds(stated.when, properties) is not True:
        return
    lines: list[At] = []
    value = stated.value.interpolate(_lookup(properties, lines))
    properties[key] = _Known(value, (stated.at, *lines))


def _lookup(properties: dict[str, _Known], lines: list[At]) -> Callable[[str], Opaque | None]:
    def lookup(wanted: str) -> Opaque | None:
        known = properties.get(wanted.lower())
        if known is None:
            return None
        lines.extend(line for line in known.lines if line not in lines)
        return known.value

    return lookup


def _interpolated(spec: Opaque, properties: dict[str, _Known]) -> tuple[Version | None, tuple[At, ...]]:
    lines: list[At] = []
    declared = spec.interpolate(_lookup(properties, lines)).version()
    return declared, tuple(lines) if declared else ()


def _holds(condition: Name, properties: dict[str, _Known], frameworks: frozenset[str] = frozenset()) -> bool | None:
    """Whether a label (see `readers._conditions`) holds; None where the repository does not say."""
    answers = [_decide(part.strip(), properties, frameworks) for part in condition.split(" and ")]
    return False if False in answers else None if None in answers else True


def _decide(label: str, properties: dict[str, _Known], frameworks: frozenset[str]) -> bool | None:
    if found := re.fullmatch(r"TargetFramework(>=|<)net(\d{1,2})\.(\d)", label):
        current = [re.fullmatch(r"net(\d{1,2})\.(\d)(?:-[\w.]+)?", framework) for framework in frameworks]
        if len(current) != 1 or current[0] is None:
            return None
        return ((int(current[0][1]), int(current[0][2])) >= (int(found[2]), int(found[3]))) == (found[1] == ">=")
    symbol, operator, value = (label, "", "true") if "=" not in label else (label.partition("=")[0], "=", label.partition("=")[2])
    negated = symbol.endswith("!") or symbol.startswith("!")
    symbol = symbol.strip("!").lower()
    if operator and not value:
        return (symbol in properties and not properties[symbol].value.empty) == negated
    if symbol == "targetframework" and frameworks:
        return (value.lower() in frameworks) != negated if len(frameworks) == 1 else None
    known = properties.get(symbol)
    return None if known is None or known.value.placeholders() else (known.value.word({value.lower()}) is not None) != negated


def _centrally(dependency: Dependency, scope: _Scope) -> Dependency:
    """The central version: the last that surely holds, else the one that asks for the same, else the only one there is."""
    candidates = [
        each for each in scope.managed.get(dependency.name.lower(), ()) if (each.group == "plugin") == (dependency.group == "plugin")
    ]
    answers = [(each, True if each.when is None else _holds(each.when, scope.properties, scope.frameworks)) for each in candidates]
    possible = [each for each, answer in answers if answer is not False]
    sure = [each for each, answer in answers if answer is True]
    same = [each for each in possible if each.when is not None and each.when == dependency.when]
    undecided = [each for each, answer in answers if answer is None]
    chosen: Managed | None = None
    if same:
        chosen = same[-1]
    elif len(possible) == 1 or (sure and not undecided):
        chosen = possible[-1]
    if chosen is None:
        return replace(dependency, via=(*dependency.via, *(each.at for each in possible)))
    declared, lines = (chosen.declared, ()) if chosen.spec is None else _interpolated(chosen.spec, scope.properties)
    return replace(dependency, declared=declared, via=(*dependency.via, chosen.at, *lines)) if declared else dependency
