"""Gradle: catalogues, properties, plug-in versions, platforms and included projects across the scripts of a build.

Sources: https://docs.gradle.org/current/userguide/version_catalogs.html, https://docs.gradle.org/current/userguide/platforms.html,
https://docs.gradle.org/current/userguide/writing_build_scripts.html#sec:extra_properties.
"""

from __future__ import annotations

import re
from collections import defaultdict
from collections.abc import Iterable, Iterator

from msgspec.structs import replace

from ctxgen.facts import Facts, folder_of, folders_up, join_path
from ctxgen.model import At, Dependency, Fact, Locked, Managed, Project, Property, Runtime
from ctxgen.opaque import Name, Opaque, Version, name
from ctxgen.readers.gradle_settings import PUBLISHED
from ctxgen.resolve.maven import Manager, build_tool, manager_of

_SCRIPTS = (".gradle", ".gradle.kts", ".versions.toml", "gradle.properties")
_BUILD_SOURCES = re.compile(r"^(?:(.*)/)?(?:buildSrc|build-logic|buildLogic)/")
_CATALOGUE = "-version-catalog"
_SPRING_BOOT = "org.springframework.boot"
_MANAGEMENT = "io.spring.dependency-management"
_KOTLIN = ("org.jetbrains.kotlin.jvm", "org.jetbrains.kotlin.multiplatform", "org.jetbrains.kotlin.android")
_LEGACY_KOTLIN = re.compile(r"kotlin(?:-(?:android|kapt|spring|jpa|allopen|noarg|multiplatform|serialization))?|org\.jetbrains\.kotlin\..*")


def is_script(path: str) -> bool:
    """Whether a file belongs to a Gradle build."""
    return path.endswith(_SCRIPTS) or (path.endswith((".kt", ".groovy")) and _BUILD_SOURCES.match(path) is not None)


def home(path: str) -> str:
    """The folder of the projects that see what a script states: that above `gradle/` and `buildSrc/`."""
    if found := _BUILD_SOURCES.match(path):
        return found[1] or ""
    folder = folder_of(path)
    return folder_of(folder) if folder.rpartition("/")[2] == "gradle" else folder


def _key(text: str) -> str:
    """A name as catalogues compare aliases: `-` and `_` are dots."""
    return re.sub(r"[-_]", ".", text)


class Build:
    """The properties, managed versions and plug-ins of the Gradle scripts of a repository, by the folder that sees them."""

    def __init__(self, facts: Facts) -> None:
        self.by_file: dict[tuple[str, str], Property] = {}
        self.by_folder: dict[tuple[str, str], Property] = {}
        self.anywhere: dict[str, list[Property]] = defaultdict(list)
        for stated in facts.of(Property):
            if is_script(path := stated.at.path):
                key = _key(stated.name)
                self.by_file.setdefault((path, key), stated)
                self.by_folder.setdefault((home(path), key), stated)
                self.anywhere[key].append(stated)
        self.roots = {
            folder_of(fact.at.path) for fact in facts.of(Dependency) if fact.at.path.endswith(("settings.gradle", "settings.gradle.kts"))
        }

    def property(self, path: str, asked: str) -> Property | None:
        """The property as a script sees it: its own, that of a folder above, else one that is stated the same everywhere."""
        key = _key(asked)
        if found := self.by_file.get((path, key)):
            return found
        for folder in folders_up(home(path)):
            if found := self.by_folder.get((folder, key)):
                return found
        known = self.anywhere.get(key, [])
        versions = {each.value.version() for each in known}
        return known[0] if len(known) == 1 or (known and len(versions) == 1 and None not in versions) else None

    def evaluate(self, path: str, spec: Opaque) -> tuple[Opaque, tuple[At, ...]]:
        """A template with its properties replaced, and the lines that stated them."""
        used: list[At] = []

        def lookup(key: str) -> Opaque | None:
            found = self.property(path, key)
            if found is not None:
                used.append(found.at)
            return None if found is None else found.value

        return spec.interpolate(lookup), tuple(dict.fromkeys(used))

    def expand(self, path: str, written: Name, spec: Opaque | None) -> Iterator[tuple[Name, Version | None, tuple[At, ...]]]:
        """(name, version, lines) of what an accessor stands for: a library, a plug-in, or each library of a bundle."""
        value, via = self.evaluate(path, Opaque(written) if spec is None or not spec.placeholders() else spec)
        if not via and (published := self._published(path, written)) is not None:
            yield published
            return
        if ".bundles." in _key(written):
            for member in value.split(","):
                if accessor := member.identifier():
                    for found, stated, lines in self.expand(path, name(f"${{{accessor}}}"), None):
                        yield found, stated, (*via, *lines)
            return
        parts = value.split(":")
        names = 1 if ".plugins." in written else 2  # an id, or group and artifact, before the version
        identifiers = [part.identifier() for part in parts[:names]]
        if len(identifiers) == names and all(identifiers):
            yield name(":".join(filter(None, identifiers))), parts[names].version() if len(parts) > names else None, via

    def _published(self, path: str, written: Name) -> tuple[Name, Version | None, tuple[At, ...]] | None:
        """The library that an accessor of a published catalogue stands for, by the convention of their names.

        `ktorLibs.server.contentNegotiation` of `io.ktor:ktor-version-catalog` is `io.ktor:ktor-server-content-negotiation`.
        """
        catalogue, _, accessor = written.removeprefix("${").removesuffix("}").partition(".")
        stated = self.property(path, f"{catalogue}{PUBLISHED}") if accessor else None
        group, artifact, version = stated.value.split(":") if stated is not None else (None, None, None)
        named = artifact.identifier() if artifact is not None else None
        if stated is None or group is None or named is None or version is None or not named.endswith(_CATALOGUE):
            return None
        if re.match(r"(?:plugins|bundles|versions)\b", accessor):
            return None
        words = re.sub(r"(?<=[a-z0-9])(?=[A-Z])|[._]", "-", accessor).lower()
        return name(f"{group.identifier()}:{named.removesuffix(_CATALOGUE)}-{words}"), version.version(), (stated.at,)


def resolve(facts: Facts) -> Facts:
    """Replace accessors, fill in versions, connect projects, and tell what Kotlin and Gradle the build uses."""
    if not any(fact.name == "gradle" and fact.ecosystem == "maven" for fact in facts.of(Dependency)):
        return facts
    build = Build(facts)

    def expand(fact: Dependency) -> Iterator[Dependency]:
        if fact.ecosystem != "maven" or not is_script(fact.at.path):
            yield fact
        elif "${" in fact.name:
            for found, stated, via in build.expand(fact.at.path, fact.name, fact.spec):
                yield replace(fact, name=found, declared=fact.declared or stated, spec=None, via=(*fact.via, *via))
        elif fact.name.startswith(":"):
            root = next((folder for folder in folders_up(folder_of(fact.at.path)) if folder in build.roots), "")
            yield replace(fact, path=join_path(root, fact.name.strip(":").replace(":", "/")))
        elif fact.spec is not None and fact.declared is None:
            value, via = build.evaluate(fact.at.path, fact.spec)
            yield replace(fact, declared=value.version(), via=(*fact.via, *via))
        else:
            yield fact

    def expand_managed(fact: Managed) -> Iterator[Managed]:
        if fact.ecosystem != "maven" or not is_script(fact.at.path):
            yield fact
        elif "${" in fact.name:
            for found, stated, via in build.expand(fact.at.path, fact.name, fact.spec):
                yield replace(fact, name=found, declared=fact.declared or stated, spec=None, via=(*fact.via, *via))
        elif fact.spec is not None and fact.declared is None:
            value, via = build.evaluate(fact.at.path, fact.spec)
            yield replace(fact, declared=value.version(), via=(*fact.via, *via))
        else:
            yield fact

    def expand_runtime(fact: Runtime) -> Iterator[Runtime]:
        if fact.spec is not None and fact.version is None and is_script(fact.at.path):
            value, via = build.evaluate(fact.at.path, fact.spec)
            java = re.sub(r"_", ".", re.sub(r"^.*(?:VERSION|JVM)_", "", value.version() or "")) or None
            if java is None:
                return
            yield replace(fact, version=Opaque(java).version(), via=via)
        else:
            yield fact

    def expanded(fact: Fact) -> Iterable[Fact]:
        match fact:
            case Dependency():
                return expand(fact)
            case Managed():
                return expand_managed(fact)
            case Runtime():
                return expand_runtime(fact)
            case _:
                return (fact,)

    facts = facts.change(expanded, Dependency, Managed, Runtime)
    versions = Versions(facts)
    tool = build_tool(facts, "gradle", "gradle/wrapper/gradle-wrapper.properties")

    def filled(fact: Fact) -> Iterable[Fact]:
        match fact:
            case Dependency():
                return (each for found in versions.fill(fact) for new in tool(found) for each in (new, *_kotlin(new)))
            case Managed():
                return (fact, *_kotlin(fact))
            case Project():
                return _named(fact, facts)
            case _:
                return (fact,)

    return facts.change(filled, Dependency, Managed, Project)


class Versions:
    """What sets the version of a dependency or plug-in that states none itself."""

    def __init__(self, facts: Facts) -> None:
        self.managed: dict[tuple[str, str, bool], Managed] = {}
        self.boms: dict[str, list[Manager]] = defaultdict(list)
        self.classpath: dict[str, list[Dependency]] = defaultdict(list)
        self.locks: dict[tuple[str, str], Locked] = {}
        for managed in facts.of(Managed):
            if managed.ecosystem == "maven" and is_script(managed.at.path):
                folder = home(managed.at.path)
                if managed.bom:
                    self.boms[folder].append(Manager(managed.name, managed.declared, managed.at, managed.via, None, parent=False))
                elif managed.declared:
                    self.managed.setdefault((folder, managed.name, managed.group == "plugin"), managed)
        plugins: dict[str, list[Dependency]] = defaultdict(list)
        for fact in facts.of(Dependency):
            if fact.ecosystem == "maven" and fact.group == "plugin" and is_script(fact.at.path):
                (self.classpath if ":" in fact.name else plugins)[home(fact.at.path)].append(fact)
        self.plugins: dict[tuple[str, str], Dependency] = {
            (folder, fact.name): fact for folder, known in plugins.items() for fact in reversed(known) if fact.declared
        }
        managing = {folder for folder, known in plugins.items() for fact in known if fact.name == _MANAGEMENT}
        for folder in managing:
            versioned = self.plugin_version(folder, _SPRING_BOOT)
            applied = any(fact.name == _SPRING_BOOT for above in folders_up(folder) for fact in plugins.get(above, ()))
            if applied and versioned:
                self.boms[folder].append(
                    Manager(
                        name(f"{_SPRING_BOOT}:spring-boot-dependencies"),
                        versioned[0],
                        versioned[1][0],
                        versioned[1][1:],
                        None,
                        parent=False,
                    )
                )
        for lock in facts.of(Locked):
            if lock.ecosystem == "maven":
                self.locks.setdefault((home(lock.at.path.replace("/dependency-locks/", "/")), lock.name), lock)

    def plugin_version(self, folder: str, plugin: str) -> tuple[Version | None, tuple[At, ...]] | None:
        """The version of a plug-in that is applied without one: stated above, in the settings, or by the build's classpath."""
        for above in folders_up(folder):
            for found in (self.plugins.get((above, plugin)), self.managed.get((above, plugin, True))):
                if found is not None:
                    return found.declared, (found.at, *found.via)
        prefix = "org.jetbrains.kotlin" if _LEGACY_KOTLIN.fullmatch(plugin) else plugin
        for above in folders_up(folder):
            for entry in self.classpath.get(above, ()):
                group, _, artifact = entry.name.partition(":")
                if entry.declared and (group == prefix or artifact == f"{plugin}.gradle.plugin"):
                    return entry.declared, (entry.at, *entry.via)
        return None

    def fill(self, fact: Dependency) -> Iterator[Dependency]:
        """The dependency with the version that is managed for it, or what manages it."""
        if fact.ecosystem != "maven" or not is_script(fact.at.path) or fact.name in ("gradle", "maven"):
            yield fact
            return
        folder = home(fact.at.path)
        if lock := self.locks.get((folder, fact.name)):
            fact = replace(fact, locked=lock.version, via=(*fact.via, lock.at))
        if fact.declared or fact.spec is not None or fact.path is not None:
            yield fact
        elif fact.group == "plugin" and ":" not in fact.name:
            found = self.plugin_version(folder, fact.name)
            yield replace(fact, declared=found[0], via=found[1]) if found else fact
        else:
            yield self._managed(fact, folder)

    def _managed(self, fact: Dependency, folder: str) -> Dependency:
        for above in folders_up(folder):
            if stated := self.managed.get((above, fact.name, False)):
                return replace(fact, declared=stated.declared, via=(stated.at, *stated.via))
        if fact.name.startswith("org.jetbrains.kotlin:"):
            found = next(((plugin, version) for plugin in _KOTLIN if (version := self.plugin_version(folder, plugin))), None)
            if found and found[1][0]:
                return replace(fact, managed_by=name(f"{found[0]}:{found[1][0]}"), via=(*fact.via, *found[1][1]))
        managers = [manager for above in folders_up(folder) for manager in self.boms.get(above, ()) if manager.name != fact.name]
        if fact.group not in ("build", "plugin") and (manager := manager_of(fact.name, managers)):
            return replace(fact, managed_by=manager.label, via=(*fact.via, manager.at, *manager.via))
        return fact


def _named(project: Project, facts: Facts) -> Iterator[Project]:
    """A root project has the name that its settings state; the settings' own fact goes where the build file has one."""
    if project.ecosystem != "maven" or not is_script(project.at.path):
        yield project
        return
    folder = folder_of(project.at.path)
    prefix = f"{folder}/" if folder else ""
    settings = [each for file in ("settings.gradle", "settings.gradle.kts") for each in facts.in_file(Project, prefix + file)]
    if project in settings:
        if not any(facts.in_file(Project, f"{prefix}{file}") for file in ("build.gradle", "build.gradle.kts")):
            yield project
    else:
        yield replace(project, name=settings[0].name, via=(settings[0].at,)) if settings else project


def _kotlin(fact: Dependency | Managed) -> Iterator[Fact]:
    """The Kotlin plug-in's version is the language's."""
    if (
        fact.group == "plugin"
        and fact.declared
        and is_script(fact.at.path)
        and fact.name in (*_KOTLIN, "org.jetbrains.kotlin:kotlin-gradle-plugin")
    ):
        yield Runtime(name=name("Kotlin"), version=fact.declared, at=fact.at, via=fact.via)
