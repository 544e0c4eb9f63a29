"""Paket: what projects reference, what the repository asks for, and what was resolved.

Sources: https://fsprojects.github.io/Paket/references-files.html, https://fsprojects.github.io/Paket/dependencies-file.html,
https://fsprojects.github.io/Paket/lock-file.html.
"""

from __future__ import annotations

import re
from collections.abc import Iterator

from ctxgen.model import Dependency, Fact, Group, Locked, Managed
from ctxgen.opaque import name, version
from ctxgen.readers import reads
from ctxgen.tree import LOCK_LIMIT, File

_PACKAGE = r"[A-Za-z_][\w.-]{0,120}"
_REFERENCE = re.compile(rf"\s{{0,40}}({_PACKAGE})(?:\s|$)")
_ASKED = re.compile(rf"\s{{0,40}}(?:nuget|clitool)\s{{1,20}}({_PACKAGE})(?:\s{{1,20}}([~<>=!@\s\d][\w~<>=.*\s-]{{0,60}}))?")
_GROUP = re.compile(r"group\s{1,20}(\w{1,60})\s*", re.IGNORECASE)
_LOCKED = re.compile(rf"    ({_PACKAGE}) \((\d[\w.+-]{{0,60}})\)")
_WORDS = {"file", "group", "exclude", "alias", "content", "import_targets"}


def _purpose(group: str) -> Group:
    word = group.lower()
    return "test" if "test" in word else "build" if "build" in word or word in ("fake", "tools") else "main"


@reads("paket.references", "*.paket.references")
def read_paket_references(file: File) -> Iterator[Fact]:
    """The packages of the project beside the file, by group."""
    group = ""
    for number, line in enumerate(file.lines, 1):
        if found := _GROUP.fullmatch(line):
            group = found[1]
        elif (found := _REFERENCE.match(line)) and found[1].lower() not in _WORDS and not found[1].lower().startswith("file:"):
            yield Dependency(ecosystem="nuget", name=name(found[1]), group=_purpose(group), at=file.at(number))


@reads("paket.dependencies")
def read_paket_dependencies(file: File) -> Iterator[Fact]:
    """What the repository asks for: `nuget Giraffe ~> 6.4`."""
    for number, line in enumerate(file.lines, 1):
        if found := _ASKED.match(line.partition("//")[0].partition(" restriction")[0]):
            yield Managed(ecosystem="nuget", name=name(found[1]), declared=version((found[2] or "").strip()), at=file.at(number))


@reads("paket.lock", limit=LOCK_LIMIT)
def read_paket_lock(file: File) -> Iterator[Fact]:
    """The versions that were resolved; `when` names a group other than the main one."""
    group = ""
    for number, line in enumerate(file.lines, 1):
        if line[:1] == "G" and (found := _GROUP.fullmatch(line)):
            group = found[1]
        elif line[:5].rstrip(" ") and line.startswith("    ") and (found := _LOCKED.match(line)) and (stated := version(found[2])):
            yield Locked(ecosystem="nuget", name=name(found[1]), version=stated, when=name(group) if group else None, at=file.at(number))
