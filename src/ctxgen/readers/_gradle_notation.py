"""Gradle's dependency notations and configurations.

Sources: https://docs.gradle.org/current/userguide/declaring_dependencies.html,
https://docs.gradle.org/current/userguide/java_plugin.html#tab:configurations.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import NamedTuple

from ctxgen.model import Group as Purpose
from ctxgen.opaque import Name, Opaque, Version, name, version
from ctxgen.readers._jvm_script import (
    MAX_NAME,
    Group,
    Item,
    arguments,
    closures,
    head_of,
    is_op,
    line_of,
    named,
    path_of,
    render,
    split,
    statements,
    template,
)

_PURPOSES: list[tuple[re.Pattern[str], Purpose]] = [
    (re.compile(pattern), purpose)  # type: ignore[misc]
    for pattern, purpose in (
        (r"developmentOnly|testAndDevelopmentOnly|debug\w*|quarkusDev", "dev"),
        (
            r"(?i:.*test.*|.*spec(?:implementation|compile|runtime)\w*|(?:jmh|benchmark)(?:implementation|api|runtimeonly|compileonly)?)",
            "test",
        ),
        (r"annotationProcessor|kapt\w*|ksp\w*|.*AnnotationProcessor", "build"),
        (r"compileOnly(?:Api)?|provided\w*|.*CompileOnly(?:Api)?", "provided"),
        (
            r"implementation|api|compile|runtime|runtimeOnly|optional\w*|modImplementation|include|shadow|bundle|shade|war|bootArchives",
            "main",
        ),
        (r"\w+(?:(?<!jmh)(?<!benchmark)Implementation|Api|RuntimeOnly)", "main"),
    )
]


def purpose_of(configuration: str) -> Purpose:
    """What a configuration is for; those of tools (`checkstyle`, `detektPlugins`) serve the build."""
    return next((purpose for pattern, purpose in _PURPOSES if pattern.fullmatch(configuration[:MAX_NAME])), "build")


class Notation(NamedTuple):
    """A dependency as written.  `name` is `group:name`, `:project`, or (with `spec` for the whole) a template of either."""

    name: Name
    declared: Version | None
    spec: Opaque | None
    line: int
    bom: bool = False


def coordinates(text: str, line: int, *, bom: bool = False) -> Notation | None:
    """A `group:name:version:classifier@extension` notation, parts of it perhaps placeholders."""
    parts = re.split(r":(?![^{}]*\})", text.strip().partition("@")[0])
    if text.strip() != text or any(c in text for c in "/\\ \n"):
        return None
    if "${" in text and (len(parts) == 1 or "${" in parts[0] + parts[1]):
        return None if "${-}" in "".join(parts[:2]) else Notation(name(text), None, Opaque(text), line, bom)
    if len(parts) < 2 or not parts[0] or not parts[1]:
        return None
    written = parts[2].removesuffix("!!") if len(parts) > 2 else ""
    return Notation(
        name(f"{parts[0]}:{parts[1]}"), version(written), Opaque(written) if written and version(written) is None else None, line, bom
    )


_WRAPPERS = {
    "testFixtures",
    "variantOf",
    "create",
    "dependencies.create",
    "dependencies.platform",
    "dependencies.enforcedPlatform",
    "project.dependencies.platform",
}
_IGNORED = re.compile(
    r"(?:project\.)?(?:files|fileTree|layout\.\w+|gradleApi|gradleTestKit|gradleKotlinDsl|localGroovy|npm|devNpm|peerNpm|sourceSets\b.*|configurations\b.*)"
)
_VERSION_WORDS = {"strictly", "require", "prefer"}


def notations(rest: list[Item]) -> Iterator[Notation]:
    """All dependencies that the arguments of one configuration's call name."""
    written = _rich_version(rest)
    for found in _all(arguments(rest), bom=False):
        if written and found.declared is None and found.spec is None:
            found = found._replace(declared=version(written), spec=Opaque(written) if "${" in written else None)
        yield found


def _rich_version(rest: list[Item]) -> str | None:
    """The version that a closure states: `version { strictly("1.2") }`."""
    for closure in closures(rest):
        for statement in statements(closure.items):
            head, after = head_of(statement)
            if head in _VERSION_WORDS and (given := arguments(after)):
                return template(given[0])
            if head == "version" and (inner := _rich_version(after)):
                return inner
    return None


def _all(given: list[list[Item]], *, bom: bool) -> Iterator[Notation]:
    keyed = {pair[0]: pair[1] for argument in given if (pair := named(argument))}
    if "name" in keyed:
        parts = [template(keyed[key]) if key in keyed else "" for key in ("group", "name", "version")]
        if found := coordinates(":".join(parts).rstrip(":"), line_of(given[0]), bom=bom):
            yield found
        return
    for argument in given:
        if not named(argument):
            yield from _one(argument, bom=bom)


def _one(argument: list[Item], *, bom: bool) -> Iterator[Notation]:
    first = argument[0]
    if isinstance(first, Group):
        if first.open in ("[", "("):
            yield from _all(split(first.items, ","), bom=bom)
        return
    head, rest = head_of(argument) if first.kind == "word" else ("", argument)
    called = bool(rest) and (isinstance(rest[0], Group) and rest[0].open == "(")
    base = head.rpartition(".")[2]
    if not head:
        text = template([item for item in argument if not isinstance(item, Group)])
        if found := coordinates(text, first.line, bom=bom):
            yield found
    elif base in ("platform", "enforcedPlatform"):
        yield from _all(arguments(rest), bom=True)
    elif head in ("project", "dependencies.project", "project.project", "rootProject.project"):
        given = arguments(rest)
        keyed = {pair[0]: pair[1] for each in given if (pair := named(each))}
        text = template(keyed.get("path") or (given[0] if given else []))
        if text.startswith(":") and "${" not in text:
            yield Notation(name(text), None, None, first.line)
    elif head.startswith("projects."):
        yield Notation(
            name(":" + re.sub(r"(?<=[a-z0-9])([A-Z])", lambda m: f"-{m[1].lower()}", head.removeprefix("projects.")).replace(".", ":")),
            None,
            None,
            first.line,
        )
    elif head in ("kotlin", "embeddedKotlin") and called:
        given = arguments(rest)
        written = [template(each[2:] if named(each) else each) for each in given]
        if written and (found := coordinates(f"org.jetbrains.kotlin:kotlin-{':'.join(written[:2])}", first.line)):
            yield found
    elif head in _WRAPPERS and called:
        yield from _all(arguments(rest), bom=bom)
    elif (
        not _IGNORED.fullmatch(head)
        and not is_op(argument[-1], "=")
        and (path := path_of(render([item for item in argument if not (isinstance(item, Group) and item.open == "{")])))
    ):
        if path not in ("it", "true", "false", "null"):
            yield Notation(name(f"${{{path}}}"), None, Opaque(f"${{{path}}}"), first.line, bom)
    elif any(is_op(item, "+") for item in argument) and (found := coordinates(template(argument), first.line, bom=bom)):
        yield found


def text_argument(items: list[Item]) -> str:
    """The first argument as a template, `""` where there is none."""
    given = arguments(items)
    return template(given[0]) if given else ""
