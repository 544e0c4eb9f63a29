"""deno.json, import maps and deno.lock.

Sources: https://docs.deno.com/runtime/fundamentals/configuration/, https://docs.deno.com/runtime/fundamentals/modules/,
https://github.com/denoland/deno_lockfile.  What comes from JSR has the name that it has there (`@std/http`); modules by
URL are named by host and path (`deno.land/x/oak`), those of an npm mirror by their package.
"""

from __future__ import annotations

import re
from collections.abc import Iterator

import msgspec

from ctxgen.documents import Node, Unreadable
from ctxgen.model import Dependency, Fact, Locked, Member, Project, Reference
from ctxgen.opaque import name, version
from ctxgen.readers import reads
from ctxgen.readers._npm_specs import PACKAGE, split_descriptor
from ctxgen.readers._scripts import script_facts
from ctxgen.tree import LOCK_LIMIT, File

_REMOTE = re.compile(r"https://(deno\.land/(?:x/[\w.-]{1,80}|std))(?:@v?([\w.+-]{1,40}))?(?:/|$)")
_MIRROR = re.compile(
    r"https://(?:esm\.sh|cdn\.skypack\.dev|unpkg\.com|cdn\.jsdelivr\.net/npm)/(?:v\d+/|\*)?((?:@[\w.-]{1,80}/)?[\w.-]{1,80})(?:@([^/?&]{1,40}))?(?:[/?&]|$)"
)


@reads("deno.json", "deno.jsonc")
def read_deno_json(file: File) -> Iterator[Fact | Reference]:
    """The package, its imports, workspace and tasks."""
    root = file.json()
    if not isinstance(root.value, dict):
        raise Unreadable("parse-error", "not a Deno configuration", root.line)
    title, written = root.get("name"), root.get("version")
    if any(root.get(key) for key in ("name", "imports", "importMap", "tasks", "workspace")):
        yield Project(
            ecosystem="npm",
            name=name(title.text) if title and title.text else None,
            version=version(written.text) if written else None,
            output="library" if root.get("exports") and title else None,
            at=file.at(title.line if title else root.line),
        )
    yield from _imports(file, root)
    if (other := root.get("importMap")) and other.text and "://" not in other.text:
        yield Reference(other.text, "read_import_map", file.at(other.line))
    workspace = root.get("workspace")
    for node in (workspace.get("members") or workspace).elements() if workspace else ():
        if node.text:
            yield Member(ecosystem="npm", pattern=name(node.text), at=file.at(node.line))
    yield from script_facts(file, "deno", root.get("tasks"))


@reads("import_map.json")
def read_import_map(file: File) -> Iterator[Fact]:
    """The imports of an import map."""
    yield from _imports(file, file.json())


def _imports(file: File, root: Node) -> Iterator[Dependency]:
    """One dependency for each package; entries for sub-paths (`preact/`, `preact/hooks`) of the same package add nothing."""
    tables = [root.get("imports"), *(table for _, table in (root.get("scopes") or Node({}, 1)).items())]
    seen: set[tuple[str, str]] = set()
    for alias, node in (entry for table in tables if table for entry in table.items()):
        package, wanted = imported(node.text or "")
        if not package or (package, wanted) in seen:
            continue
        seen.add((package, wanted))
        plain = alias.rstrip("/")
        other = name(plain) if plain != package and PACKAGE.fullmatch(plain) else None
        yield Dependency(ecosystem="npm", name=name(package), alias=other, declared=version(wanted), at=file.at(node.line))


def imported(specifier: str) -> tuple[str, str]:
    """(package, range) of a module specifier; nothing for a file or an unknown address."""
    if found := re.match(r"(?:npm|jsr):/?((?:@[^@/]+/)?[^@/]+)(?:@([^/]+))?", specifier):
        package, wanted = found[1], found[2]
    elif found := _REMOTE.match(specifier) or _MIRROR.match(specifier):
        return found[1], found[2] or ""
    else:
        return "", ""
    return (package, wanted or "") if PACKAGE.fullmatch(package) else ("", "")


class _Section(msgspec.Struct):
    specifiers: dict[str, str] | None = None


class _Lock(msgspec.Struct):
    specifiers: dict[str, str] | None = None
    packages: _Section | None = None
    npm: _Section | None = None


@reads("deno.lock", limit=LOCK_LIMIT)
def read_deno_lock(file: File) -> Iterator[Locked]:
    """What each range was resolved to, in the layouts of lock file versions 2 to 5."""
    data = file.text.encode()
    try:
        lock = msgspec.json.decode(data, type=_Lock)
    except (msgspec.DecodeError, RecursionError, ValueError):
        raise Unreadable("parse-error", "not a valid Deno lock file") from None
    older = [("", lock.packages), ("npm:", lock.npm)]
    tables = [("", lock.specifiers), *((prefix, section.specifiers) for prefix, section in older if section)]
    specifiers = {prefix + key: value for prefix, table in tables if table for key, value in table.items()}
    lines = _lines(file.text)
    for key, resolved in specifiers.items():
        package, wanted = imported(key)
        exact = resolved if re.match(r"\d", resolved) else split_descriptor(re.sub(r"^(?:npm|jsr):", "", resolved))[1]
        stated = version(exact.partition("_")[0])
        if package and stated:
            line = lines.get(key) or lines.get(key.removeprefix("npm:"))
            yield Locked(ecosystem="npm", name=name(package), version=stated, spec=version(wanted), at=file.at(line))


def _lines(text: str) -> dict[str, int]:
    lines: dict[str, int] = {}
    line, last = 1, 0
    for found in re.finditer(r'^[ \t]*"([^"\n]{1,200}@[^"\n]{1,100}|(?:npm|jsr):[^"\n]{1,200})"\s*:\s*"', text, re.MULTILINE):
        line += text.count("\n", last, found.start())
        last = found.start()
        lines.setdefault(found[1], line)
    return lines
