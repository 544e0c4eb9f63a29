"""sbt: build.sbt, project/*.sbt, project/*.scala, project/build.properties.

Sources: https://www.scala-sbt.org/1.x/docs/Library-Dependencies.html, https://www.scala-sbt.org/1.x/docs/Using-Plugins.html.
"""

from __future__ import annotations

import re
from collections.abc import Iterator

from ctxgen.model import Dependency, Fact, Group, Project, Property, Runtime
from ctxgen.opaque import Opaque, name, version
from ctxgen.readers import reads
from ctxgen.readers._jvm_script import MAX_NAME, Item, Token, is_op, parse, path_of, render, statements, template
from ctxgen.readers._jvm_script import Group as Brackets
from ctxgen.readers.gradle_properties import properties
from ctxgen.tree import File

_CONFIGURATIONS: dict[str, Group] = {
    "test": "test",
    "it": "test",
    "integrationtest": "test",
    "provided": "provided",
    "optional": "main",
    "runtime": "main",
    "compile": "main",
}
_ROOT = re.compile(
    r"\bval[ \t]{1,9}(\w{1,80})[ \t]{0,9}(?::[ \t]{0,9}Project[ \t]{0,9})?=\s{0,20}\(?\s{0,20}project\s{1,9}in\s{1,9}file\(\"\.?\"\)"
)
"""The project of the build's own folder, where no setting names it.  Source: https://www.scala-sbt.org/1.x/docs/Multi-Project.html."""
_ANY = {"root", "main", "project", "rootproject"}
_CROSS = ("%", "%%", "%%%")


@reads("*.sbt", "**/project/*.scala")
def read_sbt(file: File) -> Iterator[Fact]:
    """Dependencies (`"group" %% "name" % version % Test`), plug-ins, Scala version, names, values that versions refer to."""
    if file.name == "build.sbt":
        yield Dependency(ecosystem="maven", name=name("sbt"), group="build", at=file.at(1))
    found = list(_block(file, parse(file.text), ""))
    yield from found
    if file.name == "build.sbt" and not any(isinstance(each, Project) for each in found) and (root := _ROOT.search(file.text)):
        line = file.text.count("\n", 0, root.start()) + 1
        yield Project(ecosystem="maven", name=None if root[1].lower() in _ANY else name(root[1]), at=file.at(line))


def _block(file: File, items: list[Item], prefix: str) -> Iterator[Fact]:
    for statement in statements(items):
        yield from _settings(file, statement, prefix)
        words = [item.text for item in statement if isinstance(item, Token) and item.kind == "word"]
        inner = words[words.index("object") + 1][:MAX_NAME] if "object" in words[:-1] else ""
        for item in statement:
            if isinstance(item, Brackets):
                yield from _block(file, item.items, f"{prefix}{inner}." if inner else prefix)
    for index, item in enumerate(items):
        if is_op(item, *_CROSS):
            yield from _module(file, items, index)


def _settings(file: File, statement: list[Item], prefix: str) -> Iterator[Fact]:
    """Settings (`scalaVersion := "3.3.1"`) and values (`val pekko = "1.1"`) that stand in a statement; several may be separated by commas."""
    declared = False
    for index, item in enumerate(statement):
        declared |= isinstance(item, Token) and item.text in ("val", "def")
        value = next((each for each in statement[index + 1 : index + 3] if not (isinstance(each, Token) and each.kind == "newline")), None)
        key = statement[index - 1] if index else None
        if not (isinstance(value, Token) and value.kind == "string" and isinstance(key, Token) and key.kind == "word"):
            continue
        at = file.at(key.line)
        if is_op(item, ":="):
            if key.text == "scalaVersion":
                yield Runtime(name=name("Scala"), version=version(value.text), at=at)
            elif key.text == "name" and "${" not in value.text:
                yield Project(ecosystem="maven", name=name(value.text), at=at)
        elif is_op(item, "=") and declared:
            yield Property(name=name(prefix + key.text), value=Opaque(value.text), at=at)
    for index, item in enumerate(statement[:-2]):
        if (
            isinstance(item, Token)
            and item.text == "scalaVersion"
            and is_op(statement[index + 1], ":=")
            and (path := path_of(render(statement[index + 2 : index + 3])))
        ):
            yield Runtime(name=name("Scala"), spec=Opaque(f"${{{path}}}"), at=file.at(item.line))


def _operand(items: list[Item], index: int) -> tuple[list[Item], int]:
    """(the string or path that begins at an index, the index after it)."""
    end = index
    while end < len(items) and isinstance(items[end], Token) and items[end].kind == "newline":  # type: ignore[union-attr]
        end += 1
    start = end
    while end < len(items) and isinstance(items[end], Token) and items[end].kind in ("word", "string"):  # type: ignore[union-attr]
        end += 1
        if end < len(items) and is_op(items[end], "."):
            end += 1
        else:
            break
    return items[start:end], end


def _module(file: File, items: list[Item], index: int) -> Iterator[Fact]:
    """The module whose group stands before the operator at an index."""
    group = items[index - 1] if index else None
    if not (isinstance(group, Token) and group.kind == "string") or (index > 1 and is_op(items[index - 2], *_CROSS)):
        return
    artifact, after = _operand(items, index + 1)
    if not artifact or not isinstance(artifact[0], Token) or artifact[0].kind != "string":
        return
    written, configuration = "", ""
    if after < len(items) and is_op(items[after], "%"):
        operand, after = _operand(items, after + 1)
        written = template(operand)
    if after < len(items) and is_op(items[after], "%"):
        operand, after = _operand(items, after + 1)
        configuration = render(operand).strip('"').partition("->")[0].partition(",")[0].lower()
    before = items[max(0, index - 3) : index - 1]
    plugin = any(isinstance(item, Token) and item.text in ("addSbtPlugin", "addCompilerPlugin", "compilerPlugin") for item in before) or (
        file.name.endswith(".sbt") and file.folder.rpartition("/")[2] == "project"
    )
    purpose: Group = "plugin" if plugin else _CONFIGURATIONS.get(configuration, "main")
    spec = Opaque(written) if "${" in written else None
    coordinates = name(f"{group.text}:{artifact[0].text}")
    yield Dependency(ecosystem="maven", name=coordinates, declared=version(written), spec=spec, group=purpose, at=file.at(group.line))


@reads("**/project/build.properties")
def read_sbt_properties(file: File) -> Iterator[Fact]:
    """The version of sbt."""
    for key, value, line in properties(file):
        if key == "sbt.version" and re.fullmatch(r"[\w.-]+", value):
            yield Dependency(ecosystem="maven", name=name("sbt"), declared=version(value), group="build", at=file.at(line))
