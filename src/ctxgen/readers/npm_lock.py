"""package-lock.json and npm-shrinkwrap.json, versions 1 to 3.  Source: https://docs.npmjs.com/cli/v11/configuring-npm/package-lock-json.

A lock file may have tens of megabytes: only the entries that a project imports directly are decoded, and their lines
are found in one pass over the text.
"""

from __future__ import annotations

import json
import re
from collections.abc import Iterator
from typing import Any

import msgspec
from msgspec import UNSET, Raw, UnsetType

from ctxgen.documents import Unreadable
from ctxgen.model import Dependency, Fact, Locked
from ctxgen.opaque import name, version
from ctxgen.readers import reads
from ctxgen.readers._npm_specs import PACKAGE, split_descriptor
from ctxgen.tree import LOCK_LIMIT, File

_KEY = re.compile(rb'"((?:[^"\\\n]*/)?node_modules/[^"\\\n]+)"\s*:\s*\{')
_BOM = (b"\xef\xbb\xbf", b"\xff\xfe", b"\xfe\xff")


class _Lock(msgspec.Struct):
    packages: dict[str, Raw] | UnsetType = UNSET
    dependencies: dict[str, Raw] | UnsetType = UNSET


class _Package(msgspec.Struct):
    version: Any = None
    name: Any = None
    link: Any = None


@reads("package-lock.json", "npm-shrinkwrap.json", limit=LOCK_LIMIT)
def read_package_lock(file: File) -> Iterator[Fact]:
    """The installed version of each package that lies at the top of a project's `node_modules`."""
    yield Dependency(ecosystem="npm", name=name("npm"), group="build", at=file.at(1))
    data = file.text.encode() if file.data.startswith(_BOM) else file.data
    try:
        lock = msgspec.json.decode(data, type=_Lock)
    except (msgspec.DecodeError, RecursionError, ValueError):
        raise Unreadable("parse-error", "not a valid npm lock file") from None
    if lock.packages is not UNSET:
        yield from _packages(file, lock.packages, _lines_of_packages(data))
    elif lock.dependencies is not UNSET:
        yield from _dependencies(file, lock.dependencies, data)


def _packages(file: File, packages: dict[str, Raw], lines: dict[str, int]) -> Iterator[Locked]:
    """Versions 2 and 3: keys are folders, `node_modules/x` or, for a workspace's own copy, `apps/api/node_modules/x`."""
    for place, raw in packages.items():
        folder, found, installed = place.rpartition("node_modules/")
        if not found or "node_modules" in folder or not PACKAGE.fullmatch(installed):
            continue
        package = _decode(raw)
        stated = version(package.version) if package and isinstance(package.version, str) and package.link is not True else None
        if package is None or stated is None:
            continue
        real = package.name if isinstance(package.name, str) and PACKAGE.fullmatch(package.name) else installed
        yield Locked(
            ecosystem="npm",
            name=name(real),
            alias=name(installed) if real != installed else None,
            version=stated,
            importer=folder.rstrip("/") or None,
            at=file.at(lines.get(place)),
        )


def _lines_of_packages(data: bytes) -> dict[str, int]:
    lines: dict[str, int] = {}
    line, last = 1, 0
    for match in _KEY.finditer(data):
        line += data.count(b"\n", last, match.start())
        last = match.start()
        lines.setdefault(match[1].decode(errors="replace"), line)
    return lines


def _dependencies(file: File, dependencies: dict[str, Raw], data: bytes) -> Iterator[Locked]:
    """Version 1: a tree of dependencies, of which the first level is installed at the top."""
    start = data.find(b'"dependencies"')
    opening = re.compile(rb'"dependencies"\s*:\s*\{[^\S\n]*\n([ \t]*)"').search(data, max(start, 0))
    indent = opening[1] if opening else b""
    found, line, counted = opening.end() - 2 - len(indent) if opening else -1, 1, 0
    for installed, raw in dependencies.items():
        if found >= 0:  # the first key that is not found ends the search, which else would go over the file again and again
            found = data.find(b"\n" + indent + json.dumps(installed, ensure_ascii=False).encode(errors="replace") + b":", found)
        if found >= 0:
            line += data.count(b"\n", counted, found + 1)
            counted = found + 1
        package = _decode(raw)
        written = package.version if package else None
        if not isinstance(written, str) or not PACKAGE.fullmatch(installed):
            continue
        real, spec = split_descriptor(written.removeprefix("npm:")) if written.startswith("npm:") else (installed, written)
        if (stated := version(spec)) and PACKAGE.fullmatch(real):
            alias = name(installed) if real != installed else None
            yield Locked(ecosystem="npm", name=name(real), alias=alias, version=stated, at=file.at(line))


def _decode(raw: Raw) -> _Package | None:
    try:
        return msgspec.json.decode(raw, type=_Package)
    except (msgspec.DecodeError, RecursionError, ValueError):
        return None
