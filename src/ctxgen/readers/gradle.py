"""Gradle build scripts: build.gradle, build.gradle.kts, script plug-ins, convention plug-ins, and constants of buildSrc.

Sources: https://docs.gradle.org/current/dsl/, https://docs.gradle.org/current/userguide/kotlin_dsl.html,
https://docs.spring.io/dependency-management-plugin/docs/current/reference/html/.
"""

from __future__ import annotations

import re
from collections.abc import Generator, Iterator
from typing import Literal

from ctxgen.model import Dependency, Fact, Managed, Project, Property, Reference
from ctxgen.model import Group as Purpose
from ctxgen.opaque import Opaque, name, version
from ctxgen.readers import reads
from ctxgen.readers._gradle_notation import coordinates, notations, purpose_of, text_argument
from ctxgen.readers._gradle_values import Context, extra_properties, runtimes
from ctxgen.readers._jvm_script import (
    MAX_NAME,
    Group,
    Item,
    Token,
    arguments,
    closures,
    head_of,
    is_op,
    line_of,
    named,
    parse,
    render,
    statements,
    template,
)
from ctxgen.tree import File

Found = Fact | Reference

_BUILD_FOLDERS = re.compile(r"(?:^|/)(?:buildSrc|build-logic|buildLogic|build-plugins|build-conventions|gradle-plugins)(?:/|$)")
_FLOW = {"if", "else", "for", "while", "when", "each", "forEach", "constraints", "components", "modules", "def", "val", "var"}
_FLOW |= {"exclude", "because", "println", "ext", "repositories", "return"}
_PLUGIN_BLOCKS = {("plugins",), ("pluginManagement", "plugins")}
_OUTPUTS: dict[str, Literal["application", "library"]] = {
    "application": "application",
    "java-library": "library",
    "java-platform": "library",
    "java-gradle-plugin": "library",
}
_STARTS = frozenset(("org.springframework.boot", "io.quarkus", "io.micronaut.application", "io.ktor.plugin", "war"))
"""Plug-ins that make something to run of what beside them is called a library."""


@reads("*.gradle", "*.gradle.kts", excludes=("settings.gradle", "settings.gradle.kts", "init.gradle", "init.gradle.kts"))
def read_gradle(file: File) -> Iterator[Found]:
    """Plug-ins, dependencies, platforms, constraints, properties, Java and Kotlin levels, project version."""
    items = parse(file.text)
    found = list(_block(file, items, ()))
    if file.name in ("build.gradle", "build.gradle.kts") or file.name.partition(".")[0] == file.folder.rpartition("/")[2]:
        yield Dependency(ecosystem="maven", name=name("gradle"), group="build", at=file.at(1))
        yield _project(file, items)
    yield from found


def _project(file: File, items: list[Item]) -> Project:
    stated = next((line for line in statements(items) if head_of(line)[0] in ("version", "project.version")), None)
    written = template([item for item in stated[1:] if not is_op(item, "=")]) if stated else ""
    own = [statement for statement in statements(items) if head_of(statement)[0] in ("plugins", "apply")]
    plugins = {fact.name for statement in own for fact in _block(file, statement, ()) if isinstance(fact, Dependency)}
    started = not _STARTS.isdisjoint(plugins)
    return Project(
        ecosystem="maven",
        name=name(file.folder.rpartition("/")[2]) if file.folder else None,
        version=version(written),
        output=next((output for plugin, output in _OUTPUTS.items() if plugin in plugins and (output != "library" or not started)), None),
        at=file.at(1),
    )


@reads("**/buildSrc/**/*.kt", "**/build-logic/**/*.kt", "**/buildSrc/**/*.groovy")
def read_gradle_constants(file: File) -> Iterator[Fact]:
    """Versions and coordinates that objects of the build's own source hold: `object Versions { const val spring = "6.1" }`."""
    for found in _block(file, parse(file.text), ()):
        if isinstance(found, Property):
            yield found


def _block(file: File, items: list[Item], context: Context) -> Iterator[Found]:
    inside = context[-1].rpartition(".")[2] if context else ""
    depended = inside == "dependencies" or (inside in _FLOW and "dependencies" in context)
    plugged = tuple(label for label in context if label != "run") in _PLUGIN_BLOCKS
    for statement in statements(items):
        head, rest = head_of(statement)
        consumed = False
        if depended:
            consumed = yield from _dependency(file, head, rest, statement, context)
        elif plugged:
            yield from _plugin(file, head, rest, statement, context)
            yield from extra_properties(file, head, statement, ())
        elif inside == "imports" and head == "mavenBom":
            yield from _bom(file, rest)
        else:
            yield from _apply(file, head, rest, statement)
            yield from runtimes(file, head, rest, statement)
            yield from extra_properties(file, head, statement, context)
        if not consumed and (blocks := list(closures(statement))):
            within = (*context, _label(head, statement)[-MAX_NAME:])
            for closure in blocks:
                yield from _block(file, closure.items, within)


def _label(head: str, statement: list[Item]) -> str:
    """A block's name in the context: `object Versions` for a Kotlin object or Groovy class."""
    words = [item.text for item in statement if isinstance(item, Token) and item.kind == "word"]
    for kind in ("object", "class", "interface"):
        if kind in words[:-1]:
            return f"object {words[words.index(kind) + 1]}"
    if head in ("val", "var", "getByName", "named", "register", "create") and len(words) > 1:
        return words[1]
    if head.rpartition(".")[2] in ("each", "forEach", "configureEach", "all"):
        return "each"
    return head or "each"


# ---------------------------------------------------------------------------------------------- dependencies


def _dependency(file: File, head: str, rest: list[Item], statement: list[Item], context: Context) -> Generator[Found, None, bool]:
    """The facts of a statement in `dependencies`; returns whether its closures belong to it."""
    if not head or head in _FLOW or head.endswith((".each", ".forEach", ".all", ".configureEach")):
        return False
    if head == "dependencySet":
        yield from _dependency_set(file, rest)
        return True
    given = arguments(rest)
    if head == "add" and len(given) > 1:
        head, rest = template(given[0]), [item for argument in given[1:] for item in argument] + list(closures(rest))
    if "." in head or not rest or is_op(rest[0], "=", "."):
        return False
    managing = "constraints" in context or (head == "dependency" and "dependencyManagement" in context)
    found = list(notations(rest))
    buildscript = head == "classpath" or any(block.endswith("buildscript") for block in context)
    group = _group(file, head, context, buildscript=buildscript)
    for notation in found:
        at = file.at(notation.line)
        if managing or notation.bom:
            yield Managed(
                ecosystem="maven", name=notation.name, declared=notation.declared, spec=notation.spec, bom=notation.bom, group=group, at=at
            )
        if not managing:
            yield Dependency(ecosystem="maven", name=notation.name, declared=notation.declared, spec=notation.spec, group=group, at=at)
    return bool(found) or len(given) > 0


def _group(file: File, head: str, context: Context, *, buildscript: bool) -> Purpose:
    if buildscript:
        return "plugin"
    group = purpose_of(head)
    blocks = " ".join(context)
    if group == "main" and re.search(r"Test\b|\btest\b|testing|integrationTest|androidTest", blocks):
        return "test"
    script = "/src/" in f"/{file.path}"
    return "plugin" if group == "main" and not script and _BUILD_FOLDERS.search(file.folder) else group


def _dependency_set(file: File, rest: list[Item]) -> Iterator[Fact]:
    keyed = {pair[0]: template(pair[1]) for argument in arguments(rest) if (pair := named(argument))}
    text = text_argument(rest) if "group" not in keyed else f"{keyed['group']}:{keyed.get('version', '')}"
    group, _, written = text.partition(":")
    for closure in closures(rest):
        for statement in statements(closure.items):
            head, after = head_of(statement)
            if head == "entry" and (found := coordinates(f"{group}:{text_argument(after)}:{written}", line_of(statement))):
                yield Managed(ecosystem="maven", name=found.name, declared=found.declared, spec=found.spec, at=file.at(found.line))


def _bom(file: File, rest: list[Item]) -> Iterator[Fact]:
    for found in notations(rest):
        at = file.at(found.line)
        yield Managed(ecosystem="maven", name=found.name, declared=found.declared, spec=found.spec, bom=True, at=at)
        yield Dependency(ecosystem="maven", name=found.name, declared=found.declared, spec=found.spec, at=at)


# ---------------------------------------------------------------------------------------------- plug-ins


def plugin_of(head: str, rest: list[Item], statement: list[Item]) -> tuple[str, str, bool] | None:
    """(plug-in id, version template, applied) of a statement in `plugins`."""
    words = [item.text if isinstance(item, Token) and item.kind == "word" else "" for item in statement]
    after = {word: statement[at + 1 :] for at, word in enumerate(words) if word in ("version", "apply")}
    written = template(_first(after["version"])) if "version" in after else ""
    applied = "apply" not in after or render(after["apply"]).strip(" ()") != "false"
    given = [part for part in arguments(rest) if part]
    if head in ("id", "alias", "kotlin", "embeddedKotlin"):
        text = template(_first(given[0])) if given else ""
        if head in ("kotlin", "embeddedKotlin"):
            text = f"org.jetbrains.kotlin.{text}"
        return (text, written, applied) if text and "${-}" not in text else None
    if head and not rest and "." not in head:
        return head, written, applied
    return (head, written, applied) if head and words[1:2] == ["version"] else None


def _first(items: list[Item]) -> list[Item]:
    """The expression that a command argument begins with: a string, a group's content, or a path."""
    first = items[0] if items else None
    if isinstance(first, Group):
        return first.items
    if first is None or first.kind != "word":
        return items[:1]
    end = 1
    while end < len(items) and (is_op(items[end], ".", "?.") or is_op(items[end - 1], ".", "?.") or isinstance(items[end], Group)):
        end += 1
    return items[:end]


def plugin_fact(file: File, found: tuple[str, str, bool], line: int, *, managing: bool = False) -> Fact:
    """A plug-in that is applied is a dependency; one that is only given a version is managed."""
    written, stated, applied = found
    spec = Opaque(written) if "${" in written else Opaque(stated) if "${" in stated else None
    if managing or not applied:
        return Managed(ecosystem="maven", name=name(written), declared=version(stated), spec=spec, group="plugin", at=file.at(line))
    return Dependency(ecosystem="maven", name=name(written), declared=version(stated), spec=spec, group="plugin", at=file.at(line))


def _plugin(file: File, head: str, rest: list[Item], statement: list[Item], context: Context) -> Iterator[Fact]:
    if found := plugin_of(head, rest, statement):
        yield plugin_fact(file, found, line_of(statement), managing="pluginManagement" in context)


def _apply(file: File, head: str, rest: list[Item], statement: list[Item]) -> Iterator[Found]:
    at = file.at(line_of(statement))
    if head in ("pluginManager.apply", "plugins.apply", "project.pluginManager.apply", "project.plugins.apply") or (
        head == "plugin" and len(rest) == 1
    ):
        given = text_argument(rest)
        if given and "${" not in given:
            yield Dependency(ecosystem="maven", name=name(given), group="plugin", at=at)
    if head.rpartition(".")[2] != "apply":
        return
    for argument in arguments(rest):
        pair = named(argument)
        if pair is None:
            continue
        text = template(pair[1])
        if pair[0] == "plugin" and re.fullmatch(r"[\w.-]+|\$\{[\w.-]+\.plugins\.[\w.-]+\}", text):
            yield Dependency(ecosystem="maven", name=name(text), spec=Opaque(text) if "${" in text else None, group="plugin", at=at)
        elif pair[0] == "from" and (path := _script_path(file, text)):
            yield Reference(path, "read_gradle", at=at)


def _script_path(file: File, text: str) -> str | None:
    """A script plug-in's path relative to the file; the root project's folder is taken for the repository's root."""
    up = "../" * (file.folder.count("/") + 1) if file.folder else ""
    text = re.sub(r"^(?:\$\{(?:rootDir|rootProject\.projectDir|rootProject\.rootDir)\})/", up, text)
    text = re.sub(r"^\$\{(?:projectDir)\}/", "", text)
    return None if "${" in text or "://" in text or not text.endswith((".gradle", ".kts")) else text
