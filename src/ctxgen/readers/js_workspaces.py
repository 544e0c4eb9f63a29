"""Applications and libraries that share one package.json: projects of Nx, Nest and Angular.

Sources: https://nx.dev/reference/project-configuration, https://docs.nestjs.com/cli/monorepo, https://angular.dev/reference/configs/workspace-config.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import Literal

from ctxgen.documents import Node
from ctxgen.facts import join_path
from ctxgen.model import Project
from ctxgen.opaque import name
from ctxgen.readers import reads
from ctxgen.tree import File

_TESTS = re.compile(r".*[-_](?:e2e|integration|tests?)")
_OUTPUTS: dict[str, Literal["application", "library"]] = {"application": "application", "library": "library"}


@reads("project.json", contains=(b'"projectType"',))
def read_nx_project(file: File) -> Iterator[Project]:
    """The project in whose folder the file lies."""
    root = file.json()
    title = root.get("name")
    yield from _project(
        file, title.text if title is not None and title.text else file.folder.rpartition("/")[2], root, "projectType", file.folder
    )


@reads("nest-cli.json", "angular.json", "workspace.json", contains=(b'"projects"',))
def read_workspace_projects(file: File) -> Iterator[Project]:
    """The projects that one file lists with their folders."""
    projects = file.json().get("projects")
    for title, node in projects.items() if projects is not None else ():
        where = node.get("root")
        folder = join_path(file.folder, where.text) if where is not None and where.text else None
        if folder:
            yield from _project(file, title, node, "type" if file.name == "nest-cli.json" else "projectType", folder)


def _project(file: File, title: str, node: Node, key: str, folder: str) -> Iterator[Project]:
    kind = node.get(key)
    output = _OUTPUTS.get(kind.text or "") if kind is not None else None
    if output is not None and title and not _TESTS.fullmatch(title):
        yield Project(ecosystem="npm", name=name(title), private=True, output=output, folder=folder, at=file.at(node.line))
