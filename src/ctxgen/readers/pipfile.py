"""Pipenv's Pipfile.  Source: https://github.com/pypa/pipfile and https://pipenv.pypa.io/en/latest/pipfile.html."""

from __future__ import annotations

from collections.abc import Iterator

from ctxgen.documents import Node
from ctxgen.facts import join_path
from ctxgen.model import Dependency, Fact, Group, Runtime
from ctxgen.opaque import Name, name, version
from ctxgen.readers import reads
from ctxgen.readers._pep508 import both, condition, optional_group
from ctxgen.readers._tasks import script
from ctxgen.tree import File

_TABLES: dict[str, tuple[Group, Name | None]] = {"packages": ("main", None), "dev-packages": ("dev", None)}
_MARKERS = (
    "markers",
    "sys_platform",
    "os_name",
    "platform_machine",
    "platform_system",
    "python_version",
    "python_full_version",
    "implementation_name",
)
_OTHER_TABLES = {"source", "requires", "scripts", "pipenv", "pipfile"}


@reads("Pipfile")
def read_pipfile(file: File) -> Iterator[Fact]:
    """Packages of every category, the Python version and scripts."""
    root = file.toml()
    yield Dependency(ecosystem="pypi", name=name("pipenv"), group="build", at=file.at(1))
    for key in ("python_full_version", "python_version"):
        if (stated := root.get("requires", key)) and stated.text:
            yield Runtime(name=name("Python"), version=version(stated.text), at=file.at(stated.line))
            break
    for category, packages in root.items():
        if category not in _OTHER_TABLES:
            group, when = _TABLES.get(category) or optional_group(category)
            for package, node in packages.items():
                yield _dependency(file, package, node, group, when)
    scripts = root.get("scripts")
    for task, node in scripts.items() if scripts else ():
        yield from script(file, "pipenv run", task, node.line, node.text)


def _dependency(file: File, package: str, node: Node, group: Group, when: Name | None) -> Dependency:
    stated = node if node.text else node.get("version")
    tag, path, asked = node.get("ref"), node.get("path"), node.get("extras")
    for key, inner in node.items():
        if key in _MARKERS:
            when = both(when, condition(inner.text if key == "markers" else f"{key} {inner.text}"))
    written = stated.text if stated and stated.text and stated.text != "*" else None
    if written is None and tag and tag.text and tag.text.lstrip("v")[:1].isdigit() and "." in tag.text:
        written = tag.text
    return Dependency(
        ecosystem="pypi", name=name(package), declared=version(written), group=group, when=when, at=file.at(node.line),
        extras=tuple(name(element.text) for element in asked.elements() if element.text) if asked else (),
        path=join_path(file.folder, path.text) if path and path.text else None,
    )  # fmt: skip
