"""Visual Studio solutions and solution filters: *.sln, *.slnx, *.slnf.

Sources: https://learn.microsoft.com/visualstudio/extensibility/internals/solution-dot-sln-file,
https://learn.microsoft.com/visualstudio/ide/reference/solution-file, https://learn.microsoft.com/visualstudio/ide/filtered-solutions.
"""

from __future__ import annotations

import re
from collections.abc import Iterator

from ctxgen.documents import Unreadable
from ctxgen.model import Fact, Member, Project
from ctxgen.opaque import name
from ctxgen.readers import reads
from ctxgen.readers._elements import place
from ctxgen.tree import File

_PROJECT = re.compile(r'\s*Project\("\{[^"{}]{1,60}\}"\)\s*=\s*"([^"]*)"\s*,\s*"([^"]*)"\s*,')


def _is_project(path: str) -> bool:
    """Whether a path is a project file's; solution folders and web sites have none."""
    return bool(re.search(r"\.\w{0,10}proj$", path))


def _aggregate(file: File) -> Project:
    return Project(ecosystem="nuget", name=name(file.name.rpartition(".")[0]), output="aggregate", at=file.at(1))


@reads("*.sln")
def read_sln(file: File) -> Iterator[Fact]:
    """The projects of a solution."""
    yield _aggregate(file)
    for number, line in enumerate(file.lines, 1):
        found = _PROJECT.match(line[:1000])
        if found and _is_project(path := found[2].replace("\\", "/")):
            yield Member(ecosystem="nuget", pattern=name(path), at=file.at(number))


@reads("*.slnx")
def read_slnx(file: File) -> Iterator[Fact]:
    """The projects of a solution in the XML format."""
    root = file.xml()
    if root.tag != "Solution":
        raise Unreadable("unknown-format", "not a solution")
    yield _aggregate(file)
    for element in root.iter("Project"):
        if _is_project(path := (element.get("Path") or "").replace("\\", "/")):
            yield Member(ecosystem="nuget", pattern=name(path), at=place(file, element))


@reads("*.slnf")
def read_slnf(file: File) -> Iterator[Fact]:
    """The projects that a filter takes; they are relative to the solution that it filters."""
    root = file.json()
    solution, projects = root.get("solution", "path"), root.get("solution", "projects")
    base = ((solution.text if solution else None) or "").replace("\\", "/").rpartition("/")[0]
    for node in projects.elements() if projects else ():
        if _is_project(path := (node.text or "").replace("\\", "/")):
            yield Member(ecosystem="nuget", pattern=name(f"{base}/{path}" if base else path), at=file.at(node.line))
