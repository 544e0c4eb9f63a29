"""What Gradle scripts keep for themselves: language levels, extra properties, variables and constants.

Sources: https://docs.gradle.org/current/userguide/building_java_projects.html#sec:java_cross_compilation,
https://docs.gradle.org/current/userguide/writing_build_scripts.html#sec:extra_properties.
"""

from __future__ import annotations

import re
from collections.abc import Iterator

from ctxgen.model import Fact, Property, Runtime
from ctxgen.opaque import Opaque, name, version
from ctxgen.readers._jvm_script import Group, Item, Token, arguments, is_op, line_of, named, path_of, render, split, template
from ctxgen.tree import File

Context = tuple[str, ...]

# ---------------------------------------------------------------------------------------------- language levels

_LEVEL_HEADS = {"sourceCompatibility", "targetCompatibility", "languageVersion", "jvmToolchain", "jvmTarget", "release"}
_JAVA = re.compile(
    r"(?:JavaLanguageVersion\.of|JavaVersion\.toVersion|JvmTarget\.fromTarget)\((.+)\)|(?:JavaVersion\.VERSION_|JvmTarget\.JVM_|VERSION_|JVM_)(\w+)"
)


def runtimes(file: File, head: str, rest: list[Item], statement: list[Item]) -> Iterator[Fact]:
    """The Java level that a statement sets: source and target, release, toolchain."""
    parts = head.split(".")
    key = parts[-2] if parts[-1] in ("set", "convention") and len(parts) > 1 else parts[-1]
    if key not in _LEVEL_HEADS:
        return
    value = [item for item in rest if not (isinstance(item, Group) and item.open == "{")]
    value = value[1:] if value and is_op(value[0], "=") else [item for argument in arguments(value)[:1] for item in argument]
    text = render(value).strip()
    if found := _JAVA.fullmatch(text):
        text = found[2].replace("_", ".") if found[2] else found[1]
    elif re.fullmatch(r'["\']?[1-4]["\']?', text):
        return  # before Java 5 levels are written 1.N: this is a package's release
    elif key == "languageVersion" or (
        key == "release" and len(parts) == 1 and "options" not in head and not re.fullmatch(r'"?\d+"?', text)
    ):
        return
    if re.fullmatch(r'"?[\d.]+"?', text):
        yield Runtime(name=name("Java"), version=version(text.strip('"')), at=file.at(line_of(statement)))
    elif (
        path := path_of(re.sub(r"(?:\.toInt\(\)|\.toInteger\(\)|\.majorVersion|(?<!\s)\s*+as\s++\w++)$", "", text))
    ) and "." not in path.replace("libs.versions.", ""):
        yield Runtime(name=name("Java"), spec=Opaque(f"${{{path}}}"), at=file.at(line_of(statement)))


# ---------------------------------------------------------------------------------------------- properties

_EXTRA = re.compile(r"^(?:(?:project|rootProject|gradle|allprojects)\.)*(?:ext|extra)\.")
_EXTRA_BLOCKS = {"ext", "extra", "buildscript", "allprojects", "subprojects", "each"}
_DECLARED = {"def", "val", "var", "const", "String", "static", "final", "private", "public", "internal", "lateinit"}


def extra_properties(file: File, head: str, statement: list[Item], context: Context) -> Iterator[Fact]:
    """The extra properties, variables and constants that a statement sets."""
    if any(label.rpartition(".")[2] not in _EXTRA_BLOCKS and not label.startswith("object ") for label in context) and not head.startswith(
        ("ext", "project.ext", "rootProject.ext")
    ):
        return
    target, value = _assignment(head, statement)
    if not target or not value:
        return
    prefix = ".".join(label.removeprefix("object ") for label in context if label.startswith("object "))
    yield from _values(file, f"{prefix}.{target}" if prefix else target, value, line_of(statement))


def _assignment(head: str, statement: list[Item]) -> tuple[str, list[Item]]:
    """(name, value) of `ext.x = …`, `ext['x'] = …`, `def x = …`, `const val x = …`, `val x by extra(…)`, `set("x", …)`."""
    at = next((index for index, item in enumerate(statement) if is_op(item, "=", "+=")), None)
    if at is None:
        words = [item.text if isinstance(item, Token) else "" for item in statement[:5]]
        if words[0] in _DECLARED and "by" in words and isinstance(statement[-1], Group) and "extra" in words:
            return words[1], statement[-1].items
        given = arguments(statement[-1:]) if head in ("set", "ext.set", "extra.set", "project.ext.set", "rootProject.ext.set") else []
        return (template(given[0]), given[1]) if len(given) == 2 else ("", [])
    left, right = statement[:at], statement[at + 1 :]
    if colon := next((index for index, item in enumerate(left) if is_op(item, ":") and index), None):
        left = left[:colon]
    while (
        len(left) > 1
        and isinstance(left[0], Token)
        and (left[0].text in _DECLARED or (isinstance(left[1], Token) and left[1].kind == "word"))
    ):
        left = left[1:]
    path = path_of(render(left))
    return (_EXTRA.sub("", path), right) if path else ("", [])


def _values(file: File, path: str, value: list[Item], line: int) -> Iterator[Fact]:
    first = value[0]
    entries = first if isinstance(first, Group) and first.open == "[" else None
    if entries is None and render(value[:1]) in ("mapOf", "mutableMapOf") and len(value) > 1 and isinstance(value[1], Group):
        entries = value[1]
    if entries is None:
        expression = [item for item in value if not (isinstance(item, Group) and item.open == "{")]
        level = _JAVA.fullmatch(render(expression).strip())
        text = template(expression) if level is None else (level[2] or level[1].strip('"')).replace("_", ".")
        if text and "${-}" not in text and len(text) < 300:
            yield Property(name=name(path), value=Opaque(text), at=file.at(line))
        return
    for entry in split(entries.items, ","):
        if pair := named(entry):
            yield from _values(file, f"{path}.{pair[0]}", pair[1], line_of(entry))
