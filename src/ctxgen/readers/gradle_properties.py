"""What Gradle keeps beside its scripts: gradle.properties, the wrapper's properties, lock files.

Sources: https://docs.gradle.org/current/userguide/build_environment.html,
https://docs.gradle.org/current/userguide/gradle_wrapper.html, https://docs.gradle.org/current/userguide/dependency_locking.html.
"""

from __future__ import annotations

import re
from collections.abc import Iterator

from ctxgen import documents
from ctxgen.model import Dependency, Fact, Locked, Property
from ctxgen.opaque import Opaque, name, version
from ctxgen.readers import reads
from ctxgen.tree import LOCK_LIMIT, File


def properties(file: File) -> Iterator[tuple[str, str, int]]:
    """(key, value, line) of every entry.  Raises `Unreadable` where the file goes wrong."""
    for key, value, line in documents.parse_properties(file.text):
        if key is not None:
            yield key, value, line


_KEY = re.compile(r"[A-Za-z_][\w.-]{0,119}")


@reads("gradle.properties")
def read_gradle_properties(file: File) -> Iterator[Fact]:
    """Properties that build scripts read."""
    for key, value, line in properties(file):
        if not _KEY.fullmatch(key):
            continue
        yield Property(name=name(key.removeprefix("systemProp.")), value=Opaque(value), at=file.at(line))


_DISTRIBUTION = re.compile(r".*/gradle-(\d[\w.-]*?)-(?:bin|all|src)\.zip(?:\?.*)?\s*")


@reads("**/gradle/wrapper/gradle-wrapper.properties")
def read_gradle_wrapper(file: File) -> Iterator[Fact]:
    """The version of Gradle that the wrapper fetches."""
    for key, value, line in properties(file):
        if key == "distributionUrl" and (found := _DISTRIBUTION.fullmatch(value[:1000])):
            yield Dependency(ecosystem="maven", name=name("gradle"), declared=version(found[1]), group="build", at=file.at(line))


_LOCKED = re.compile(r"([^:=#\s]+:[^:=#\s]+):([^:=#\s]+)(?:=.*)?\s*")


@reads("gradle.lockfile", "buildscript-gradle.lockfile", "**/gradle/dependency-locks/*.lockfile", limit=LOCK_LIMIT)
def read_gradle_lock(file: File) -> Iterator[Fact]:
    """Resolved versions: `group:name:version=configurations`."""
    for number, line in enumerate(file.lines, 1):
        if (found := _LOCKED.fullmatch(line)) and (stated := version(found[2])):
            yield Locked(ecosystem="maven", name=name(found[1]), version=stated, at=file.at(number))
