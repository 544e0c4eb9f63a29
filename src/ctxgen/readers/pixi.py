"""Pixi: pixi.toml (or its table in pyproject.toml), pixi.lock, and conda-lock's lock file.

Sources: https://pixi.sh/latest/reference/pixi_manifest/, https://pixi.sh/latest/workspace/lockfile/, https://conda.github.io/conda-lock/output/.
The lock files are written by machines, one key a line, so one pass over the lines gives names, versions and their places.
"""

from __future__ import annotations

import re
from collections.abc import Iterator

from ctxgen.documents import Node
from ctxgen.model import Dependency, Fact, Group, Locked, Process, Project, Runtime
from ctxgen.opaque import Opaque, name, version
from ctxgen.readers import reads
from ctxgen.readers._pep508 import group_of
from ctxgen.readers.conda import conda_package
from ctxgen.tree import LOCK_LIMIT, File

_TABLES = ("dependencies", "host-dependencies", "run-dependencies", "pypi-dependencies")
_KEY = re.compile(
    r"^(- |  )?[ ]{0,2}(?:- )?(name|version|kind|manager|conda|pypi):[ \t]{0,40}[\"']?([^\"'\n#]{1,300}?)[\"']?[ \t]{0,40}$", re.MULTILINE
)
_ARCHIVE = re.compile(r"\S{1,280}/([\w.+-]{1,80}?)-(\d[\w.!+]{0,40})-[\w.]{1,60}\.(?:conda|tar\.bz2)")


@reads("pixi.toml")
def read_pixi(file: File) -> Iterator[Fact]:
    """The project, its packages of every feature, and its tasks."""
    root = file.toml()
    about = root.get("workspace") or root.get("project")
    title = about.get("name") if about is not None else None
    if about is not None:
        yield Project(ecosystem="pypi", name=name(title.text) if title is not None and title.text else None, at=file.at(about.line))
    yield from pixi(file, root)


def pixi(file: File, root: Node | None) -> Iterator[Fact]:
    """What a Pixi manifest needs: conda packages by what PyPI calls them, and those of PyPI."""
    if root is None:
        return
    yield from _needs(file, root, "main")
    features = root.get("feature")
    for title, feature in features.items() if features is not None else ():
        yield from _needs(file, feature, group_of(title) or "optional")
    tasks = root.get("tasks")
    for title, task in tasks.items() if tasks is not None else ():
        command = task if task.text else task.get("cmd")
        if command is not None and command.text:
            yield Process(command=Opaque(command.text), owner=name(title), at=file.at(task.line))


def _needs(file: File, root: Node, group: Group) -> Iterator[Fact]:
    for table in _TABLES:
        listed = root.get(table)
        for package, node in listed.items() if listed is not None else ():
            stated = node if node.text is not None else node.get("version")
            written = stated.text if stated is not None and stated.text != "*" else None
            if table != "pypi-dependencies":
                yield from conda_package(file, package.lower(), written, node.line, group)
            elif node.get("path") is None:
                yield Dependency(ecosystem="pypi", name=name(package), declared=version(written), group=group, at=file.at(node.line))


@reads("pixi.lock", "conda-lock.yml", "conda-lock.yaml", "*.conda-lock.yml", limit=LOCK_LIMIT)
def read_conda_lock(file: File) -> Iterator[Fact]:
    """Every locked package: by name and version, or by the archive that is fetched."""
    text, line, counted = file.text, 1, 0
    package, seen = "", set[tuple[str, str]]()
    for found in _KEY.finditer(text):
        line += text.count("\n", counted, found.start())
        counted = found.start()
        key, stated = found[2], found[3]
        if found[0].startswith("- "):
            package = ""
        resolved = None
        if key == "name":
            package = stated
        elif key == "version" and package:
            resolved = version(stated)
        elif key == "conda" and (archive := _ARCHIVE.fullmatch(stated)) is not None:
            package, resolved = archive[1], version(archive[2])
        if resolved is None or (package, resolved) in seen:
            continue
        seen.add((package, resolved))
        for each in conda_package(file, package.lower(), resolved, line, "main"):
            if isinstance(each, Runtime):
                yield Runtime(name=each.name, version=each.version, source="lock", at=each.at)
            elif isinstance(each, Dependency) and each.declared is not None:
                yield Locked(ecosystem="pypi", name=each.name, version=each.declared, at=each.at)
