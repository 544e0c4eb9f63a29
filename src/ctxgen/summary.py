"""What a renderer needs, by an earlier run over the same files where there is one: then nothing of the pipeline is imported."""

from __future__ import annotations

from collections.abc import Iterable
from pathlib import Path
from typing import NamedTuple

from msgspec.structs import replace

from ctxgen import runs
from ctxgen.catalogue import Catalogue, load
from ctxgen.configuration import Configuration
from ctxgen.context import Context, Repository
from ctxgen.opaque import name
from ctxgen.store import Store
from ctxgen.team_detectors import Found
from ctxgen.tree import Tree


class Summary(NamedTuple):
    """The context, the catalogue that it was made with, and what the team prefers."""

    context: Context
    catalogue: Catalogue
    configuration: Configuration


def summarise(
    root: Path | Store,
    *,
    include_ignored: bool = False,
    exclude: Iterable[str] = (),
    configuration: Configuration | None = None,
    repository_configuration: bool = True,
    detectors: Iterable[Found] = (),
    processes: int = 1,
    remember: bool = False,
) -> Summary:
    """What `ctxgen.pipeline.analyse` says; `remember` takes it from an earlier run, and keeps it for a later one (see `ctxgen.runs`)."""
    exclude, detectors = tuple(exclude), tuple(detectors)
    tree = Tree(root, include_ignored=include_ignored, exclude=exclude)
    known = runs.key(tree, include_ignored, exclude, configuration, repository_configuration) if remember and not detectors else None
    if known is not None and (run := runs.recall(known, tree)):
        return Summary(replace(run.context, repository=repository(tree)), load(), run.configuration)
    from ctxgen.pipeline import analyse_tree

    analysis = analyse_tree(tree, configuration, repository_configuration, detectors, processes)
    if known is not None and analysis.catalogue is load():
        runs.keep(known, tree, analysis.context, analysis.configuration)
    return Summary(analysis.context, analysis.catalogue, analysis.configuration)


def root_name(tree: Tree) -> str:
    """What a repository is called."""
    return str(name(tree.store.name)) or "repository"


def repository(tree: Tree) -> Repository:
    """Which version of which repository a tree is."""
    commit, branch, remote = tree.store.origin()
    return Repository(root_name(tree), commit, str(name(branch)) if branch else None, remote)
