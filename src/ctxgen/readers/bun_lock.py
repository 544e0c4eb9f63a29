"""bun.lock.  Source: https://bun.com/docs/install/lockfile.

The file is JSON with trailing commas whose `packages` have a key each (`x`, or `workspace/x` for a workspace's own copy)
and an array that starts with `name@version`; one pass over the text finds both.  The older bun.lockb is binary.
"""

from __future__ import annotations

import re
from collections.abc import Iterator

from ctxgen.documents import Unreadable
from ctxgen.model import Dependency, Diagnostic, Fact, Locked
from ctxgen.opaque import name, version
from ctxgen.readers import reads
from ctxgen.readers._npm_specs import PACKAGE, split_descriptor
from ctxgen.tree import LOCK_LIMIT, File

_PACKAGES = re.compile(r'^[ \t]*"packages"\s*:\s*\{', re.MULTILINE)
_ENTRY = re.compile(r'^[ \t]*"([^"\\\n]+)"\s*:\s*\[\s*"([^"\\\n]+)"', re.MULTILINE)


@reads("bun.lock", limit=LOCK_LIMIT)
def read_bun_lock(file: File) -> Iterator[Fact]:
    """The version of each package at the top of a project's `node_modules`."""
    yield Dependency(ecosystem="npm", name=name("bun"), group="build", at=file.at(1))
    text = file.text
    if '"lockfileVersion"' not in text:
        raise Unreadable("parse-error", "not a Bun lock file")
    if not (section := _PACKAGES.search(text)):
        return
    line, last = 1, 0
    entries: list[tuple[str, str, int]] = []
    for entry in _ENTRY.finditer(text, section.end()):
        line += text.count("\n", last, entry.start(1))
        last = entry.start(1)
        entries.append((entry[1], entry[2], line))
    folders = {
        key: spec.removeprefix("workspace:")
        for key, identity, _ in entries
        if (spec := split_descriptor(identity)[1]).startswith("workspace:")
    }
    for key, identity, at in entries:
        owner, installed = _place(key)
        real, written = split_descriptor(identity)
        stated = version(written) if re.match(r"\d", written) else None
        if stated is None or not PACKAGE.fullmatch(real) or (owner and owner not in folders):
            continue
        alias = name(installed) if installed != real else None
        yield Locked(ecosystem="npm", name=name(real), alias=alias, version=stated, importer=folders.get(owner), at=file.at(at))


def _place(key: str) -> tuple[str, str]:
    """(what has the package installed below it, the package): `@shop/api/@scope/x` as (`@shop/api`, `@scope/x`)."""
    owner, slash, package = key.rpartition("/")
    if not slash:
        return "", key
    above, _, scope = owner.rpartition("/")
    return (above, f"{scope}/{package}") if scope.startswith("@") else (owner, package)


@reads("bun.lockb", limit=LOCK_LIMIT)
def read_bun_lockb(file: File) -> Iterator[Fact | Diagnostic]:
    """That Bun is used; the versions in it cannot be read."""
    yield Dependency(ecosystem="npm", name=name("bun"), group="build", at=file.at(1))
    yield Diagnostic(path=file.path, line=None, code="not-read", severity="info", message="binary lock file, its versions are not read")
