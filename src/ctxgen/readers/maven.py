"""Maven: pom.xml, .mvn/maven.config, .mvn/extensions.xml and the wrapper.

Sources: https://maven.apache.org/pom.html, https://maven.apache.org/ref/current/maven-model/maven.html,
https://maven.apache.org/configure.html, https://maven.apache.org/wrapper/.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import TYPE_CHECKING

from ctxgen.facts import join_path
from ctxgen.model import Dependency, Fact, Group, Managed, Member, Parent, Project, Property, Reference, Runtime
from ctxgen.opaque import Name, Opaque, name, version
from ctxgen.readers import reads
from ctxgen.tree import File

if TYPE_CHECKING:
    from lxml.etree import _Element as Element

PLUGIN_GROUP = "org.apache.maven.plugins"
SCOPES: dict[str, Group] = {"test": "test", "provided": "provided"}
RUNTIME_PROPERTIES = {
    "java.version": "Java",
    "maven.compiler.release": "Java",
    "maven.compiler.target": "Java",
    "maven.compiler.source": "Java",
    "kotlin.compiler.jvmTarget": "Java",
    "kotlin.version": "Kotlin",
}
RUNTIME_PARAMETERS = {
    "maven-compiler-plugin": ("release", "target", "source"),
    "kotlin-maven-plugin": ("jvmTarget",),
    "maven-toolchains-plugin": ("toolchains/jdk/version",),
}


def _text(element: Element, path: str) -> str:
    """The text of a descendant, `""` where it is missing."""
    return (element.findtext(path) or "").strip()


def _line(element: Element, path: str = ".") -> int:
    """The line of a descendant, or of the element itself where that is missing."""
    found = element.find(path)
    line = (element if found is None else found).sourceline
    return line if isinstance(line, int) else 1


def _coordinates(element: Element, default_group: str = "") -> Name | None:
    group, artifact = _text(element, "groupId") or default_group, _text(element, "artifactId")
    return name(f"{group}:{artifact}") if group and artifact else None


def _spec(text: str) -> Opaque | None:
    """What is written where that is no version by itself: it needs properties, or is refused."""
    return Opaque(text) if text and version(text) is None else None


@reads("pom.xml", "*.pom")
def read_pom(file: File) -> Iterator[Fact | Reference]:
    """Coordinates, parent, modules, properties, dependencies, managed versions, plug-ins and language levels, profiles included."""
    root = file.xml()
    if root.tag != "project":
        return
    yield Dependency(ecosystem="maven", name=name("maven"), group="build", at=file.at(_line(root)))
    yield from _project(file, root)
    yield from _parent(file, root)
    yield from _model(file, root, None)
    for profile in root.iterfind("profiles/profile"):
        yield from _model(file, profile, name(_text(profile, "id")) or name("profile"))


def _project(file: File, root: Element) -> Iterator[Fact]:
    own = {key: _text(root, key) for key in ("groupId", "artifactId", "version")}
    inherited = {key: _text(root, f"parent/{key}") for key in ("groupId", "artifactId", "version")}
    group, written = own["groupId"] or inherited["groupId"], own["version"] or inherited["version"]
    if own["artifactId"]:
        yield Project(
            ecosystem="maven",
            name=name(f"{group}:{own['artifactId']}" if group else own["artifactId"]),
            version=version(written),
            output="aggregate" if _text(root, "packaging") == "pom" else None,
            at=file.at(_line(root, "artifactId")),
        )
    for key, value in (("groupId", group), ("artifactId", own["artifactId"]), ("version", written)):
        if value:
            at = file.at(_line(root, key if own[key] else f"parent/{key}"))
            yield Property(name=name(f"project.{key}"), value=Opaque(value), at=at)
    for key, value in inherited.items():
        if value:
            yield Property(name=name(f"project.parent.{key}"), value=Opaque(value), at=file.at(_line(root, f"parent/{key}")))


def _parent(file: File, root: Element) -> Iterator[Fact | Reference]:
    parent = root.find("parent")
    coordinates = None if parent is None else _coordinates(parent)
    if parent is None or coordinates is None:
        return
    at, stated = file.at(_line(parent, "artifactId")), parent.find("version")
    relative = _text(parent, "relativePath") if parent.find("relativePath") is not None else "../pom.xml"
    if relative and not relative.endswith((".xml", ".pom")):
        relative = f"{relative.rstrip('/')}/pom.xml"
    path = join_path(file.folder, relative) if relative else None
    if path is not None:
        yield Reference(relative, "read_pom", at=at)
    yield Parent(
        ecosystem="maven",
        name=coordinates,
        spec=Opaque(_text(parent, "version")),
        path=path,
        at=at,
        via=() if stated is None else (file.at(_line(stated)),),
    )


def _model(file: File, model: Element, when: Name | None) -> Iterator[Fact | Reference]:
    """What the project and each of its profiles may state alike."""
    for module in (*model.iterfind("modules/module"), *model.iterfind("subprojects/subproject")):
        if folder := (module.text or "").strip():
            at = file.at(_line(module))
            yield Member(ecosystem="maven", pattern=name(folder), when=when, at=at)
            if folder.endswith(".xml") and join_path(file.folder, folder) is not None:
                yield Reference(folder, "read_pom", at=at)
    for each in model.iterfind("properties/*"):
        if isinstance(each.tag, str):
            value, at = (each.text or "").strip(), file.at(_line(each))
            yield Property(name=name(each.tag), value=Opaque(value), when=when, at=at)
            if (language := RUNTIME_PROPERTIES.get(each.tag)) and value:
                yield Runtime(name=name(language), version=version(value), spec=_spec(value), when=when, at=at)
    for each in model.iterfind("dependencies/dependency"):
        yield from _dependency(file, each, SCOPES.get(_text(each, "scope"), "main"), when)
    for each in model.iterfind("dependencyManagement/dependencies/dependency"):
        yield from _managed(file, each, when)
    for each in (*model.iterfind("build/plugins/plugin"), *model.iterfind("reporting/plugins/plugin")):
        yield from _dependency(file, each, "plugin", when, PLUGIN_GROUP)
        yield from _plugin_parts(file, each, when)
    for each in model.iterfind("build/pluginManagement/plugins/plugin"):
        yield from _managed(file, each, when, "plugin", PLUGIN_GROUP)
        yield from _plugin_parts(file, each, when)
    for each in model.iterfind("build/extensions/extension"):
        yield from _dependency(file, each, "build", when)


def _dependency(file: File, element: Element, group: Group, when: Name | None, default_group: str = "") -> Iterator[Fact]:
    if (coordinates := _coordinates(element, default_group)) is not None:
        written = _text(element, "version")
        at = file.at(_line(element, "artifactId"))
        yield Dependency(ecosystem="maven", name=coordinates, declared=version(written), spec=_spec(written), group=group, when=when, at=at)


def _managed(file: File, element: Element, when: Name | None, group: Group = "main", default_group: str = "") -> Iterator[Fact]:
    if (coordinates := _coordinates(element, default_group)) is not None:
        written, scope = _text(element, "version"), _text(element, "scope")
        yield Managed(
            ecosystem="maven",
            name=coordinates,
            declared=version(written),
            spec=_spec(written),
            bom=scope == "import",
            group=SCOPES.get(scope, group),
            when=when,
            at=file.at(_line(element, "artifactId")),
        )


def _plugin_parts(file: File, plugin: Element, when: Name | None) -> Iterator[Fact]:
    """What a plug-in's configuration brings: its own dependencies, annotation processors, and language levels."""
    for each in plugin.iterfind("dependencies/dependency"):
        yield from _dependency(file, each, "build", when)
    for configuration in (*plugin.iterfind("configuration"), *plugin.iterfind("executions/execution/configuration")):
        for each in configuration.iterfind("annotationProcessorPaths/*"):
            if isinstance(each.tag, str):
                yield from _dependency(file, each, "build", when)
        for parameter in RUNTIME_PARAMETERS.get(_text(plugin, "artifactId"), ()):
            if value := _text(configuration, parameter):
                at = file.at(_line(configuration, parameter))
                yield Runtime(name=name("Java"), version=version(value), spec=_spec(value), when=when, at=at)


_DEFINITION = re.compile(r"(?:^|\s)-D\s?([\w.-]+)=(\S+)")


@reads("**/.mvn/maven.config")
def read_maven_config(file: File) -> Iterator[Fact]:
    """Properties that every invocation sets: `-Drevision=1.4`."""
    for number, line in enumerate(file.lines, 1):
        for key, value in _DEFINITION.findall(line):
            yield Property(name=name(key), value=Opaque(value.strip("\"'")), at=file.at(number))


@reads("**/.mvn/extensions.xml")
def read_maven_extensions(file: File) -> Iterator[Fact]:
    """Core extensions."""
    for each in file.xml().iterfind("extension"):
        yield from _dependency(file, each, "build", None)


_DISTRIBUTION = re.compile(r"\s*distributionUrl\s*[=:].*/apache-maven-([\w.-]+?)-bin\.(?:zip|tar\.gz)\s*$")


@reads("**/.mvn/wrapper/maven-wrapper.properties")
def read_maven_wrapper(file: File) -> Iterator[Fact]:
    """The version of Maven that the wrapper fetches."""
    for number, line in enumerate(file.lines, 1):
        if found := _DISTRIBUTION.match(line[:1000]):
            yield Dependency(ecosystem="maven", name=name("maven"), declared=version(found[1]), group="build", at=file.at(number))
