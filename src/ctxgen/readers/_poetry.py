"""Poetry's table of pyproject.toml.  Source: https://python-poetry.org/docs/pyproject/ and …/dependency-specification/."""

from __future__ import annotations

from collections.abc import Collection, Iterator

from packaging.utils import canonicalize_name

from ctxgen.documents import Node
from ctxgen.facts import join_path
from ctxgen.model import Dependency, Fact, Group, Process, Runtime
from ctxgen.opaque import Name, Opaque, Version, name, version
from ctxgen.readers._pep508 import both, condition, group_of, optional_group, parse_requirement
from ctxgen.tree import File


def poetry(file: File, table: Node | None, standard: Collection[str]) -> Iterator[Fact]:
    """Dependencies, groups, extras, scripts and the Python version; `standard` names what `[project]` already requires."""
    if table is None:
        return
    yield Dependency(ecosystem="pypi", name=name("poetry"), group="build", at=file.at(table.line))
    extras = _extras(table)
    for package, node in _items(table.get("dependencies")):
        normal = str(canonicalize_name(package))
        if normal == "python":
            yield from _python(file, node)
        elif normal not in standard:
            yield from _dependency(file, package, node, "main", None, extras.get(normal))
    for package, node in _items(table.get("dev-dependencies")):
        yield from _dependency(file, package, node, "dev", None, None)
    for group, settings in _items(table.get("group")):
        optional = settings.get("optional")
        kind, when = optional_group(group)
        if kind == "optional" and not (optional is not None and optional.value is True):
            kind, when = "main", None if group_of(group) == "main" else name(group)
        for package, node in _items(settings.get("dependencies")):
            if canonicalize_name(package) != "python":
                yield from _dependency(file, package, node, kind, when, None)
    for script, node in _items(table.get("scripts")):
        inner = node.get("reference") or node.get("callable")
        if target := node.text or (inner.text if inner else None):
            yield Process(command=Opaque(target), owner=name(script), at=file.at(node.line))


def _items(node: Node | None) -> Iterator[tuple[str, Node]]:
    return node.items() if node else iter(())


def _extras(table: Node) -> dict[str, str]:
    """Package -> the extra that asks for it; of several the one that asks for the fewest."""
    found: dict[str, tuple[int, str]] = {}
    for extra, node in _items(table.get("extras")):
        packages = [element.text for element in node.elements() if element.text]
        for package in packages:
            wanted = parse_requirement(package)
            normal = str(canonicalize_name(wanted.name if wanted else package))
            found[normal] = min(found.get(normal, (len(packages), extra)), (len(packages), extra))
    return {package: extra for package, (_, extra) in found.items()}


def _python(file: File, node: Node) -> Iterator[Runtime]:
    stated = node.text or (inner.text if (inner := node.get("version")) else None)
    if stated:
        yield Runtime(name=name("Python"), version=version(stated), at=file.at(node.line))


def _dependency(file: File, package: str, node: Node, group: Group, when: Name | None, extra: str | None) -> Iterator[Dependency]:
    """One fact for a constraint, one for each of several alternatives."""
    for each in node.elements() if isinstance(node.value, list) else (node,):
        optional = each.get("optional")
        kind, off = group, when
        if extra is not None or (optional is not None and optional.value is True):
            kind, off = optional_group(extra) if extra else ("optional", None)
        markers, python, path = each.get("markers"), each.get("python"), each.get("path")
        python_range = version(python.text) if python else None
        marker = both(condition(markers.text) if markers else None, name(f"python {python_range}") if python_range else None)
        asked = each.get("extras")
        yield Dependency(
            ecosystem="pypi", name=name(package), declared=_declared(each), group=kind, when=both(off, marker), at=file.at(each.line),
            extras=tuple(name(element.text) for element in asked.elements() if element.text) if asked else (),
            path=join_path(file.folder, path.text) if path and path.text else None,
        )  # fmt: skip


def _declared(node: Node) -> Version | None:
    """The constraint as written (`*` says nothing), or the tag of a git dependency."""
    stated = node if node.text else node.get("version") or node.get("tag")
    return version(stated.text) if stated and stated.text and stated.text != "*" else None
