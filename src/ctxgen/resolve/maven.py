"""Maven: properties, parents, managed versions and bills of materials across the poms of a repository.

Sources: https://maven.apache.org/guides/introduction/introduction-to-the-pom.html (inheritance, interpolation),
https://maven.apache.org/guides/introduction/introduction-to-dependency-mechanism.html (dependency management).
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Callable, Iterable, Iterator
from functools import cached_property
from typing import NamedTuple

from msgspec.structs import replace

from ctxgen.facts import Facts, folder_of, folders_up
from ctxgen.model import At, Dependency, Fact, Managed, Parent, Project, Property, Runtime
from ctxgen.opaque import Name, Opaque, Version, name

_PREFIXES = ("pom.", "project.", "")
_COORDINATES = ("groupId", "artifactId", "version", "parent.groupId", "parent.artifactId", "parent.version")
_ALIASES = {f"{prefix}{key}": f"project.{key}" for prefix in _PREFIXES for key in _COORDINATES}
_SPRING_BOOT = ("org.springframework.boot:spring-boot-starter-parent", "org.springframework.boot:spring-boot-dependencies")
_MAX_CHAIN = 30


class Manager(NamedTuple):
    """A parent or bill of materials outside the repository, and the line that names it."""

    name: Name
    version: Version | None
    at: At
    via: tuple[At, ...]
    when: Name | None
    parent: bool

    @property
    def label(self) -> Name:
        return name(f"{self.name}:{self.version}") if self.version else self.name


class Poms:
    """The poms of a repository by path and by coordinates."""

    def __init__(self, facts: Facts) -> None:
        self.projects = {
            fact.at.path: fact for fact in facts.of(Project) if fact.ecosystem == "maven" and fact.at.path.endswith((".xml", ".pom"))
        }
        self.parents = {fact.at.path: fact for fact in facts.of(Parent) if fact.at.path in self.projects}
        self.properties: dict[str, dict[str, list[Property]]] = defaultdict(lambda: defaultdict(list))
        self.shared: dict[str, dict[str, Property]] = defaultdict(dict)
        for stated in facts.of(Property):
            path = stated.at.path
            if path.endswith(".mvn/maven.config"):
                self.shared[path.removesuffix(".mvn/maven.config").rstrip("/")][stated.name] = stated
            elif path in self.projects:
                self.properties[path][stated.name].append(stated)
        self.by_name: dict[str, str] = {}
        self._chains: dict[str, list[str]] = {}
        for path, project in sorted(self.projects.items(), key=lambda entry: (entry[0].count("/"), entry[0])):
            if project.name:
                self.by_name.setdefault(self._own_name(path, project.name), path)
        self._managed: dict[str, dict[tuple[str, bool], list[Managed]]] = defaultdict(lambda: defaultdict(list))
        self._boms: dict[str, list[Managed]] = defaultdict(list)
        for managed in facts.of(Managed):
            if (path := managed.at.path) in self.projects:
                if managed.bom:
                    self._boms[path].append(managed)
                else:
                    self._managed[path][self.full_name(path, managed.name), managed.group == "plugin"].append(managed)
        self._managers: dict[str, list[Manager]] = {}

    def _own_name(self, path: str, written: Name) -> Name:
        """Coordinates before the chains of parents are known: by the pom's own properties."""
        if "${" not in written:
            return written
        return _name(written, lambda key: next((found.value for found in self.properties[path].get(_ALIASES.get(key, key), ())), None))

    def parent_of(self, path: str) -> str | None:
        """The parent's pom in the repository: at its relative path if that is it, else any with its coordinates."""
        parent = self.parents.get(path)
        if parent is None:
            return None
        wanted = self._own_name(path, parent.name)
        if parent.path in self.projects and parent.path is not None:
            there = self.projects[parent.path].name
            if there is not None and self._own_name(parent.path, there) == wanted:
                return parent.path
        return self.by_name.get(wanted)

    def chain(self, path: str) -> list[str]:
        """The pom and its parents in the repository, nearest first."""
        if path not in self._chains:
            found, here = [path], self.parent_of(path)
            while here is not None and here not in found and len(found) < _MAX_CHAIN:
                found.append(here)
                here = self.parent_of(here)
            self._chains[path] = found
        return self._chains[path]

    def property(self, path: str, key: str, when: Name | None) -> Property | None:
        """The property as a pom sees it; that of a profile only for what the same profile says."""
        key = _ALIASES.get(key, key)
        for folder in folders_up(folder_of(path)):
            if folder in self.shared and key in self.shared[folder]:
                return self.shared[folder][key]
        for pom in self.chain(path):
            stated = self.properties[pom].get(key, ()) if pom in self.properties else ()
            for wanted in dict.fromkeys((when, None)):
                if found := next((each for each in reversed(stated) if each.when == wanted), None):
                    return found
        return None

    def evaluate(self, path: str, spec: Opaque, when: Name | None = None) -> tuple[Version | None, tuple[At, ...]]:
        """A version text with its properties replaced, and the lines that stated them."""
        used: list[At] = []

        def lookup(key: str) -> Opaque | None:
            found = self.property(path, key, when)
            if found is not None:
                used.append(found.at)
            return None if found is None else found.value

        return spec.interpolate(lookup).version(), tuple(dict.fromkeys(used))

    def full_name(self, path: str, written: Name) -> Name:
        """Coordinates with their properties replaced."""
        if "${" not in written:
            return written
        return _name(written, lambda key: found.value if (found := self.property(path, key, None)) else None)

    def managed(self, path: str, wanted: str, *, plugin: bool, when: Name | None) -> tuple[Version | None, tuple[At, ...]] | None:
        """The version that the repository's own dependency management gives, and the lines that say so."""
        for pom in self.chain(path):
            entries = self._managed[pom].get((wanted, plugin), ()) if pom in self._managed else ()
            for entry in sorted(entries, key=lambda entry: entry.when != when):
                if entry.when in (None, when) and (entry.declared or entry.spec):
                    stated, via = (entry.declared, ()) if entry.declared or entry.spec is None else self.evaluate(path, entry.spec, when)
                    return stated, (entry.at, *via)
        for bom in self._inside_boms(path):
            for entry in self._managed[bom].get((wanted, plugin), ()) if bom in self._managed else ():
                if entry.when is None and (entry.declared or entry.spec):
                    stated, via = (entry.declared, ()) if entry.declared or entry.spec is None else self.evaluate(bom, entry.spec)
                    return stated, (entry.at, *via)
        return None

    def _inside_boms(self, path: str) -> Iterator[str]:
        """The poms of the repository that a pom imports as bills of materials, their parents and imports included."""
        seen: set[str] = set()
        work = [path]
        while work and len(seen) < 200:
            for pom in self.chain(work.pop(0)):
                for bom in self._boms.get(pom, ()):
                    target = self.by_name.get(self.full_name(pom, bom.name))
                    if target is not None and target not in seen:
                        seen.add(target)
                        work.append(target)
                        yield from (each for each in self.chain(target))

    def managers(self, path: str) -> list[Manager]:
        """The parents and bills of materials outside the repository that manage versions for a pom, nearest first."""
        if path not in self._managers:
            poms = list(dict.fromkeys([*self.chain(path), *self._inside_boms(path)]))
            self._managers[path] = [manager for pom in poms for manager in self._outside(pom)]
        return self._managers[path]

    def _outside(self, pom: str) -> Iterator[Manager]:
        for bom in self._boms.get(pom, ()):
            if (full := self.full_name(pom, bom.name)) not in self.by_name:
                stated, via = (bom.declared, ()) if bom.spec is None else self.evaluate(pom, bom.spec, bom.when)
                yield Manager(full, stated, bom.at, via, bom.when, parent=False)
        parent = self.parents.get(pom)
        if parent is not None and self.parent_of(pom) is None:
            stated, via = (None, ()) if parent.spec is None else self.evaluate(pom, parent.spec)
            yield Manager(self.full_name(pom, parent.name), stated, parent.at, (*parent.via, *via), None, parent=True)

    @cached_property
    def outside(self) -> list[Manager]:
        """All parents and bills of materials outside the repository, once per line that names them."""
        return [manager for path in sorted(self.projects) for manager in self._outside(path)]


def _name(written: Name, lookup: Callable[[str], Opaque | None]) -> Name:
    parts = [part.identifier() for part in Opaque(written).interpolate(lookup).split(":")]
    return name(":".join(part for part in parts if part)) if all(parts) else written


def manager_of(package: str, managers: Iterable[Manager]) -> Manager | None:
    """The most plausible of several outside managers: by Spring Boot's names, a shared group, the parent, a wider group, else the only one."""
    known = list(managers)
    group = package.partition(":")[0]
    if group == "org.springframework.boot":
        for manager in known:
            if manager.name in _SPRING_BOOT:
                return manager
    related = [manager for manager in known if not manager.parent and _related(group, manager.name.partition(":")[0])]
    if related:
        return min(related, key=lambda manager: manager.name.partition(":")[0] != group)
    parents = [manager for manager in known if manager.parent]
    general = [manager for manager in known if manager.name in _SPRING_BOOT]
    if parents or general:
        return (parents or general)[0]
    loose = [
        manager
        for manager in known
        if group.startswith(manager.name.partition(":")[0] + ".") and not manager.name.startswith("org.springframework:")
    ]
    return loose[0] if loose else known[0] if len(known) == 1 else None


def _related(group: str, other: str) -> bool:
    """Whether a BOM of the group `other` is for packages of `group`: `org.springframework` alone is too wide to tell."""
    return group == other or other == f"{group}.platform" or (other.count(".") >= 2 and group.startswith(other + "."))


def resolve(facts: Facts) -> Facts:
    """Give dependencies, plug-ins and language levels their versions, and outside parents and BOMs a fact of their own."""
    poms = Poms(facts)
    if not poms.projects:
        return facts

    def change(dependency: Dependency) -> Iterator[Dependency]:
        path = dependency.at.path
        if dependency.ecosystem != "maven" or path not in poms.projects or dependency.name == "maven":
            yield dependency
            return
        full = poms.full_name(path, dependency.name)
        dependency = replace(dependency, name=full)
        if full in poms.by_name and dependency.group != "plugin":
            dependency = replace(dependency, path=folder_of(poms.by_name[full]))
        if dependency.spec is not None:
            stated, via = poms.evaluate(path, dependency.spec, dependency.when)
            dependency = replace(dependency, declared=stated, via=via)
        elif dependency.declared is None:
            plugin = dependency.group == "plugin"
            if found := poms.managed(path, full, plugin=plugin, when=dependency.when):
                dependency = replace(dependency, declared=found[0], via=found[1])
            elif dependency.group != "build" and dependency.path is None:
                managers = [each for each in poms.managers(path) if each.when in (None, dependency.when) and (each.parent or not plugin)]
                if manager := manager_of(full, managers):
                    dependency = replace(dependency, managed_by=manager.label, via=(manager.at, *manager.via))
        yield dependency

    def change_runtime(runtime: Runtime) -> Iterator[Runtime]:
        if runtime.spec is not None and runtime.at.path in poms.projects:
            stated, via = poms.evaluate(runtime.at.path, runtime.spec, runtime.when)
            runtime = replace(runtime, version=stated, via=via)
        yield runtime

    def change_project(project: Project) -> Iterator[Project]:
        path = project.at.path
        if path in poms.projects and project.name:
            stated, via = poms.evaluate(path, Opaque("${project.version}")) if project.version is None else (project.version, ())
            project = replace(project, name=poms.full_name(path, project.name), version=stated, via=via)
        yield project

    tool = build_tool(facts, "maven", ".mvn/wrapper/maven-wrapper.properties")
    added = [Dependency(ecosystem="maven", name=m.name, declared=m.version, when=m.when, at=m.at, via=m.via) for m in poms.outside]

    def all_changes(fact: Fact) -> Iterable[Fact]:
        match fact:
            case Dependency():
                return (new for each in change(fact) for new in tool(each))
            case Runtime():
                return change_runtime(fact)
            case Project():
                return change_project(fact)
            case _:
                return (fact,)

    return facts.change(all_changes, Dependency, Runtime, Project).plus(added)


def build_tool(facts: Facts, tool: str, wrapper: str) -> Callable[[Dependency], Iterable[Dependency]]:
    """What is left of the facts of a build tool: one per build, the topmost build file's, with the version that the wrapper beside it states."""
    stated = [fact for fact in facts.of(Dependency) if fact.ecosystem == "maven" and fact.name == tool and fact.group == "build"]
    wrappers = {fact.at.path.removesuffix(wrapper).rstrip("/"): fact for fact in stated if fact.at.path.endswith(wrapper)}
    builds = {folder_of(fact.at.path) for fact in stated if not fact.at.path.endswith(wrapper)}
    roots = {folder for folder in builds if not any(above in builds for above in list(folders_up(folder))[1:])}
    first: dict[str, At] = {}
    for fact in stated:
        folder = folder_of(fact.at.path)
        first[folder] = min(first.get(folder, fact.at), fact.at)

    def change(dependency: Dependency) -> Iterator[Dependency]:
        if dependency.ecosystem != "maven" or dependency.name != tool or dependency.group != "build":
            yield dependency
            return
        folder = folder_of(dependency.at.path)
        if folder in roots and dependency.at == first[folder]:
            if found := next((wrappers[above] for above in folders_up(folder) if above in wrappers), None):
                dependency = replace(dependency, declared=found.declared, via=(found.at,))
            yield dependency
        elif dependency.at.path.endswith(wrapper) and not builds:
            yield dependency

    return change
