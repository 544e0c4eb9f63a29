"""pnpm-lock.yaml (lock file versions 5 to 9) and pnpm-workspace.yaml.

Sources: https://github.com/pnpm/spec/tree/master/lockfile, https://pnpm.io/pnpm-workspace_yaml, https://pnpm.io/catalogs.
Most of a large lock file tells of packages that others need.  Only the sections about the projects themselves are
parsed, and those by events, which cost a tenth of nodes.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import Any

import yaml

from ctxgen.documents import Unreadable
from ctxgen.model import Dependency, Fact, Locked, Runtime
from ctxgen.opaque import name, version
from ctxgen.readers import reads
from ctxgen.readers._npm_specs import PACKAGE, split_descriptor
from ctxgen.readers.npm import catalogs, members, overrides
from ctxgen.tree import LOCK_LIMIT, File

_SECTION = re.compile(r"^([A-Za-z]\w*):", re.MULTILINE)
_KINDS = ("dependencies", "devDependencies", "optionalDependencies")
_LOADER: Any = getattr(yaml, "CSafeLoader", yaml.SafeLoader)
Scalar = tuple[tuple[str, ...], str, int]


@reads("pnpm-lock.yaml", limit=LOCK_LIMIT)
def read_pnpm_lock(file: File) -> Iterator[Fact]:
    """The version of each dependency of each project of the workspace; `importer` is `.` for the lock file's own folder."""
    yield Dependency(ecosystem="npm", name=name("pnpm"), group="build", at=file.at(1))
    text = file.text
    starts = [*_SECTION.finditer(text)]
    if not any(start[1] == "lockfileVersion" for start in starts):
        raise Unreadable("parse-error", "not a pnpm lock file")
    line, last = 1, 0
    for start, end in zip(starts, [*(following.start() for following in starts[1:]), len(text)], strict=True):
        line += text.count("\n", last, start.start())
        last = start.start()
        if start[1] == "importers" or start[1] in _KINDS:
            for path, value, at in scalars(text[start.start() : end], line):
                yield from _locked(file, path if start[1] == "importers" else ("importers", ".", *path), value, at)


def _locked(file: File, path: tuple[str, ...], value: str, line: int) -> Iterator[Locked]:
    """A dependency's version: `express: 4.18.2` up to version 5, from 6 on a mapping with `specifier` and `version`."""
    match path:
        case ("importers", importer, kind, installed) | ("importers", importer, kind, installed, "version") if kind in _KINDS:
            real, stated = _resolution(installed, value)
            if stated is not None and PACKAGE.fullmatch(real):
                resolved = version(stated)
                if resolved is not None:
                    alias = name(installed) if real != installed else None
                    yield Locked(ecosystem="npm", name=name(real), alias=alias, version=resolved, importer=importer, at=file.at(line))


def _resolution(installed: str, value: str) -> tuple[str, str | None]:
    """(package, version) without the peers: `4.8.3(react@16.14.0)`, `1.0.0_react@18.2.0`, `/real/4.0.0`, `real@4.0.0`."""
    plain = value.partition("(")[0]
    if re.match(r"\d", plain):
        return installed, plain.partition("_")[0]
    plain = re.sub(r"^[\w.-]+\.[a-z]+(?=/)", "", plain).removeprefix("/")
    if found := re.fullmatch(r"((?:@[\w.~-]+/)?[\w.~-]+)/(\d[^_/]*)(?:_.*)?", plain):
        return found[1], found[2]
    real, stated = split_descriptor(plain)
    return real, stated if re.match(r"\d", stated) else None


def scalars(text: str, first_line: int) -> Iterator[Scalar]:
    """(path of keys, value, line of the last key but `version`) of every scalar of nested mappings, without building them."""
    path: list[str] = []
    lines: list[int] = []
    key: tuple[str, int] | None = None
    expects: list[str] = []
    skipped = 0
    try:
        events: Iterator[Any] = yaml.parse(text, Loader=_LOADER)
        for event in events:
            kind = type(event)
            if kind is yaml.ScalarEvent and not skipped:
                if not expects or expects[-1] == "value":
                    if key is not None:
                        at = lines[-1] if key[0] in ("version", "specifier") and lines else key[1]
                        yield (*path, key[0]), event.value, at
                    key, expects[-1:] = None, ["key"] if expects else []
                else:
                    key, expects[-1] = (event.value, first_line + event.start_mark.line), "value"
            elif kind is yaml.AliasEvent and not skipped and expects:
                key, expects[-1] = None, "value" if expects[-1] == "key" else "key"
            elif kind is yaml.MappingStartEvent and not skipped and (key is not None or not expects):
                if key is not None:
                    path.append(key[0])
                    lines.append(key[1])
                    key, expects[-1] = None, "key"
                expects.append("key")
            elif kind is yaml.MappingStartEvent or kind is yaml.SequenceStartEvent:
                skipped += 1
            elif skipped and (kind is yaml.MappingEndEvent or kind is yaml.SequenceEndEvent):
                skipped -= 1
                if not skipped and expects:
                    key, expects[-1] = None, "value" if expects[-1] == "key" else "key"
            elif kind is yaml.MappingEndEvent:
                expects.pop()
                if path:
                    path.pop()
                    lines.pop()
    except yaml.YAMLError as error:
        mark = getattr(error, "problem_mark", None)
        raise Unreadable("parse-error", "not valid YAML", first_line + mark.line if mark else None) from None


@reads("pnpm-workspace.yaml")
def read_pnpm_workspace(file: File) -> Iterator[Fact]:
    """The folders of the workspace, its catalogues and forced versions, and the Node.js version that it runs scripts with."""
    root = file.yaml()
    yield from members(file, root.get("packages"))
    yield from catalogs(file, root)
    yield from overrides(file, root.get("overrides"))
    for place in (("useNodeVersion",), ("executionEnv", "nodeVersion")):
        if (node := root.get(*place)) and node.text:
            yield Runtime(name=name("Node.js"), version=version(node.text), at=file.at(node.line))
