"""Gradle settings: settings.gradle and settings.gradle.kts.

Sources: https://docs.gradle.org/current/dsl/org.gradle.api.initialization.Settings.html,
https://docs.gradle.org/current/userguide/version_catalogs.html#sec:version-catalog-declaration (catalogues in settings).
"""

from __future__ import annotations

import re
from collections.abc import Iterator

from ctxgen.model import Dependency, Fact, Member, Project, Property
from ctxgen.opaque import Opaque, name
from ctxgen.readers import reads
from ctxgen.readers._jvm_script import (
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
    statements,
    template,
)
from ctxgen.readers.gradle import plugin_fact, plugin_of
from ctxgen.tree import File

Context = tuple[str, ...]
PUBLISHED = ".from"
"""What the name of a property ends with that says which published catalogue another one is."""


@reads("settings.gradle", "settings.gradle.kts")
def read_gradle_settings(file: File) -> Iterator[Fact]:
    """Root project name, included projects and builds, plug-in versions, catalogues that are declared inline."""
    yield Dependency(ecosystem="maven", name=name("gradle"), group="build", at=file.at(1))
    yield from _block(file, parse(file.text), ())


def _block(file: File, items: list[Item], context: Context) -> Iterator[Fact]:
    for statement in statements(items):
        head, rest = head_of(statement)
        at = file.at(line_of(statement))
        if head in ("include", "includeFlat", "settings.include"):
            yield from _included(file, rest, sibling=head == "includeFlat")
        elif head in ("includeBuild", "settings.includeBuild"):
            if (given := arguments(rest)) and (folder := template(given[0])) and "${" not in folder:
                yield Member(ecosystem="maven", pattern=name(folder), at=at)
        elif head in ("rootProject.name", "settings.rootProject.name") and rest:
            text = template([item for item in rest if not is_op(item, "=")])
            if text and "${" not in text:
                yield Project(ecosystem="maven", name=name(text), at=at)
        elif context in (("plugins",), ("pluginManagement", "plugins")):
            if found := plugin_of(head, rest, statement):
                yield plugin_fact(file, found, at.line, managing="pluginManagement" in context)
        elif any(block.endswith("versionCatalogs") for block in context):
            yield from _published(file, statement, context)
            yield from _catalogue_entry(file, statement, context)
        elif head in ("val", "def", "ext.set") and len(statement) > 3 and is_op(statement[2], "=") and isinstance(statement[1], Token):
            yield Property(name=name(statement[1].text), value=Opaque(template(statement[3:])), at=at)
        for closure in closures(statement):
            yield from _block(file, closure.items, (*context, _label(head, rest, context)))


def _label(head: str, rest: list[Item], context: Context) -> str:
    """A block's name in the context; a catalogue's own name inside `versionCatalogs`."""
    if context and context[-1].endswith("versionCatalogs"):
        given = arguments(rest)
        return template(given[0]) if head in ("create", "register", "named", "getByName") and given else head
    return head or "each"


def _included(file: File, rest: list[Item], *, sibling: bool) -> Iterator[Fact]:
    for argument in arguments(rest):
        for item in argument:
            for token in item.items if isinstance(item, Group) else (item,):
                if isinstance(token, Token) and token.kind == "string" and "${" not in token.text:
                    folder = re.sub(r":+", "/", token.text).strip("/")
                    yield Member(ecosystem="maven", pattern=name(f"../{folder}" if sibling else folder), at=file.at(token.line))


def _published(file: File, statement: list[Item], context: Context) -> Iterator[Property]:
    """`create("ktorLibs").from("io.ktor:ktor-version-catalog:3.5.1")`, also with `from` in the block: a catalogue that is taken from a registry."""
    words = [item.text if isinstance(item, Token) else "" for item in statement]
    if "from" not in words:
        return
    at = words.index("from")
    given = arguments(statement[at + 1 : at + 2])
    notation = template(given[0]) if given else ""
    head, rest = head_of(statement)
    titled = arguments(rest) if head.partition(".")[0] in ("create", "register") else []
    catalogue = template(titled[0]) if titled else "" if context[-1].endswith("versionCatalogs") else context[-1]
    if catalogue and notation.count(":") == 2:
        yield Property(name=name(f"{catalogue}{PUBLISHED}"), value=Opaque(notation), at=file.at(line_of(statement)))


def _catalogue_entry(file: File, statement: list[Item], context: Context) -> Iterator[Fact]:
    """`version("a", "1")`, `library("b", "g", "n").versionRef("a")`, `plugin("c", "id").version("2")`, `bundle("d", ["b"])`."""
    catalogue = context[-1]
    head, rest = head_of(statement)
    given = arguments(rest)
    if head not in ("version", "alias", "library", "plugin", "bundle") or not given:
        return
    at = file.at(line_of(statement))
    words = [item.text if isinstance(item, Token) else "" for item in statement]
    later = {
        word: arguments(statement[index + 1 : index + 2])
        for index, word in enumerate(words)
        if index and word in ("version", "versionRef", "to", "toPluginId")
    }
    tail = {word: [template(part) for part in parts] for word, parts in later.items() if parts}
    stated = f"${{{catalogue}.versions.{tail['versionRef'][0]}}}" if "versionRef" in tail else tail.get("version", [""])[0]
    alias, texts = template(given[0]), [template(part) for part in given[1:] if not named(part)]
    if head == "bundle":
        names = [
            token.text
            for part in given[1:]
            for item in part
            for group in ([item] if isinstance(item, Group) else [])
            for token in group.items
            if isinstance(token, Token) and token.kind == "string"
        ]
        yield Property(name=name(f"{catalogue}.bundles.{alias}"), value=Opaque(",".join(f"{catalogue}.{each}" for each in names)), at=at)
    elif head == "version":
        text = texts[0] if texts else next((t.text for closure in closures(statement) for t in closure.items for t in _strings(t)), "")
        if text:
            yield Property(name=name(f"{catalogue}.versions.{alias}"), value=Opaque(text), at=at)
    else:
        plugin = head == "plugin" or "toPluginId" in tail
        parts = [*texts, *tail.get("toPluginId", tail.get("to", []))]
        prefix = f"{catalogue}.plugins" if plugin else catalogue
        yield Property(name=name(f"{prefix}.{alias}"), value=Opaque(":".join([*parts, stated] if stated else parts)), at=at)


def _strings(item: Item) -> Iterator[Token]:
    if isinstance(item, Group):
        for inner in item.items:
            yield from _strings(inner)
    elif item.kind == "string":
        yield item
