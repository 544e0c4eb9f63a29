"""Names under which JavaScript and TypeScript modules are known: `paths` of tsconfig.json, entries of package.json.

Sources: https://www.typescriptlang.org/tsconfig/#paths, https://www.typescriptlang.org/tsconfig/#baseUrl,
https://nodejs.org/api/packages.html#subpath-imports, https://nodejs.org/api/packages.html#exports, https://github.com/ilearnio/module-alias
"""

from __future__ import annotations

import posixpath
from collections.abc import Iterator
from itertools import islice

from ctxgen.documents import Node
from ctxgen.model import Fact, ModulePath
from ctxgen.opaque import name
from ctxgen.readers import reads
from ctxgen.tree import File

_ENTRIES = ("source", "module", "main", "types", "typings")
_CONDITIONS = ("source", "development", "import", "default", "require", "node", "types")
_MAX_TARGETS = 8


@reads("tsconfig.json", "tsconfig.*.json", "jsconfig.json", contains=(b'"paths"', b'"baseUrl"'))
def read_tsconfig(file: File) -> Iterator[Fact]:
    """The patterns of `paths`, and everything below `baseUrl`."""
    options = file.json().get("compilerOptions")
    if options is None:
        return
    written = options.get("baseUrl")
    base = _below(file.folder, written.text) if written is not None and written.text else file.folder
    if base is None:
        return
    paths = options.get("paths")
    for pattern, targets in paths.items() if paths is not None else ():
        found = [_below(base, each.text) for each in islice(targets.elements(), _MAX_TARGETS) if each.text]
        yield from _module(file, pattern, found, targets.line)
    if written is not None:
        yield from _module(file, "*", [posixpath.join(base, "*")], written.line)


def module_entries(file: File, root: Node) -> Iterator[ModulePath]:
    """What the name of the package in a package.json leads to, and the names that it has for its own modules (`#lib/*`, `_moduleAliases`)."""
    for pattern, value in _items(root.get("imports")):
        if pattern.startswith("#"):
            yield from _module(file, pattern, [_below(file.folder, each) for each in _targets(value)], value.line)
    for pattern, value in _items(root.get("_moduleAliases")):
        found = _below(file.folder, value.text) if value.text else None
        yield from _module(file, pattern, [found], value.line)
        yield from _module(file, f"{pattern}/*", [posixpath.join(found, "*") if found is not None else None], value.line)
    title = root.get("name")
    if title is None or not title.text:
        return
    entries = root.get("exports")
    if entries is not None:
        tabled = any(key.startswith(".") for key, _ in _items(entries))
        for key, value in _items(entries) if tabled else [(".", entries)]:
            found_here = [_below(file.folder, each) for each in _targets(value)]
            yield from _module(file, title.text + key.removeprefix("."), found_here, value.line, everywhere=True)
    listed = [_below(file.folder, node.text) for key in _ENTRIES if (node := root.get(key)) is not None and node.text]
    if listed:
        yield from _module(file, title.text, listed, title.line, everywhere=True)


def _items(node: Node | None) -> list[tuple[str, Node]]:
    return list(node.items()) if node is not None else []


def _targets(node: Node, depth: int = 0) -> list[str]:
    """The files that an entry names, whatever the condition, best first."""
    if node.text:
        return [node.text]
    if depth > 4:
        return []
    parts = list(islice(node.elements(), _MAX_TARGETS)) or [part for key in _CONDITIONS if (part := node.get(key)) is not None]
    return [found for part in parts for found in _targets(part, depth + 1)][:_MAX_TARGETS]


def _below(folder: str, path: str | None) -> str | None:
    """A path of the repository from one that is relative to a folder; None for what leaves the repository."""
    if not path or path.startswith("/"):
        return None
    joined = posixpath.normpath(posixpath.join(folder, path))
    return None if joined == ".." or joined.startswith("../") else "" if joined == "." else joined


def _module(file: File, pattern: str, targets: list[str | None], line: int, *, everywhere: bool = False) -> Iterator[ModulePath]:
    found = tuple(name(target) for target in targets if target is not None)
    if found and pattern.count("*") <= 1:
        yield ModulePath(pattern=name(pattern), targets=found, folder=None if everywhere else file.folder, at=file.at(line))
