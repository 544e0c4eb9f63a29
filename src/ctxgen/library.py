"""ctxgen as a library: read a repository, tell its context.  `import ctxgen` offers both without importing this before it is used."""

from __future__ import annotations

import os
from collections.abc import Iterable
from pathlib import Path
from typing import Literal

from ctxgen.catalogue import Catalogue, Technology, load
from ctxgen.context import Context
from ctxgen.render.telling import Telling, TellingError, tell
from ctxgen.revision import RevisionError

__all__ = ["Context", "RevisionError", "TellingError", "render", "scan"]

Format = Literal["markdown", "xml", "text", "issue", "json"]
Detail = Literal["brief", "standard", "full"]


def scan(
    path: str | os.PathLike[str] = ".",
    *,
    revision: str | None = None,
    include_ignored: bool = False,
    exclude: Iterable[str] = (),
) -> Context:
    """Read a repository, or a folder of one, and say what it states.

    `path` is a folder, or the address of a repository (`https://…`, `git@…`, `file://…`); `revision` a commit, tag or
    branch that is read without a checkout.  `exclude` has patterns in .gitignore syntax.  Nothing of the repository runs.

    Raises `NotADirectoryError` for a path that is no folder, and `RevisionError` (a `ValueError`) for a revision or an
    address that cannot be read.
    """
    from ctxgen import pipeline
    from ctxgen.remote import fetched, is_address
    from ctxgen.revision import at_revision

    if is_address(os.fspath(path)):
        with fetched(os.fspath(path), revision) as commit:
            return pipeline.scan(commit, exclude=exclude)
    if revision is not None:
        return pipeline.scan(at_revision(Path(path), revision), exclude=exclude)
    return pipeline.scan(Path(path), include_ignored=include_ignored, exclude=exclude)


def render(
    context: Context,
    format: Format = "markdown",
    *,
    budget: int | None = None,
    detail: Detail = "standard",
    sections: Iterable[str] = (),
    evidence: bool = True,
    header: bool = False,
    diagram: bool = False,
) -> str:
    """Tell a context as `ctxgen` prints it: never more than `budget` tokens, by default what the level of detail has.

    Raises `TellingError` (a `ValueError`) for a format, detail or section that is not known, for a budget that is too
    small, and for what a format cannot give.
    """
    return tell(context, _catalogue(context), Telling(format, budget, detail, tuple(sections), evidence, header, diagram))


def _catalogue(context: Context) -> Catalogue:
    """What is known of technologies, and of those that only the repository's own detectors know as much as the context says."""
    known = load()
    others = [
        Technology(id=each.id, name=each.name, category=each.category, roles=each.roles)
        for each in context.technologies
        if each.id not in known.technologies
    ]
    return Catalogue(known.technologies.values(), others) if others else known
