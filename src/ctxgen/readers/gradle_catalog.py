"""Gradle version catalogues: gradle/*.versions.toml.

Every entry becomes a `Property` under the name by which build scripts ask for it: `libs.versions.x`, `libs.x` (a
notation), `libs.bundles.x` (names of libraries, separated by commas), `libs.plugins.x` (`id:version`).
Source: https://docs.gradle.org/current/userguide/version_catalogs.html#sec:version-catalog-declaration.
"""

from __future__ import annotations

from collections.abc import Iterator

from ctxgen.documents import Node
from ctxgen.model import Fact, Property
from ctxgen.opaque import Opaque, name
from ctxgen.readers import reads
from ctxgen.tree import File


def _version(node: Node | None, catalogue: str) -> str:
    """A version as a template: plain, rich (`strictly`, `require`, `prefer`) or by reference."""
    if node is None:
        return ""
    if node.text is not None:
        return node.text
    reference = node.get("ref")
    if reference is not None and reference.text:
        return f"${{{catalogue}.versions.{reference.text}}}"
    stated = (node.get(key) for key in ("require", "strictly", "prefer"))
    return next((each.text for each in stated if each is not None and each.text), "")


def _notation(entry: Node, catalogue: str, key: str) -> str:
    """`group:name:version` or `id:version` of an entry in any of its notations."""
    if entry.text is not None:
        return entry.text
    parts = [part.text for part in (entry.get(key), entry.get("group"), entry.get("name")) if part is not None and part.text]
    stated = _version(entry.get("version"), catalogue)
    return ":".join([*parts, stated] if stated else parts)


@reads("*.versions.toml")
def read_version_catalogue(file: File) -> Iterator[Fact]:
    """Versions, libraries, bundles and plug-ins."""
    document, catalogue = file.toml(), file.name.removesuffix(".versions.toml")

    def entries(table: str) -> Iterator[tuple[str, Node]]:
        node = document.get(table)
        return iter(()) if node is None else node.items()

    def stated(alias: str, value: str, line: int) -> Iterator[Fact]:
        if value:
            yield Property(name=name(f"{catalogue}.{alias}"), value=Opaque(value), at=file.at(line))

    for alias, entry in entries("versions"):
        yield from stated(f"versions.{alias}", _version(entry, catalogue), entry.line)
    for alias, entry in entries("libraries"):
        yield from stated(alias, _notation(entry, catalogue, "module"), entry.line)
    for alias, entry in entries("bundles"):
        yield from stated(f"bundles.{alias}", ",".join(f"{catalogue}.{each.text}" for each in entry.elements() if each.text), entry.line)
    for alias, entry in entries("plugins"):
        yield from stated(f"plugins.{alias}", _notation(entry, catalogue, "id"), entry.line)
