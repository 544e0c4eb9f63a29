"""What a command is asked to read: the options that all of them share, and the analysis, with one line for what is wrong."""

from __future__ import annotations

import contextlib
import os
from collections.abc import Callable, Iterable, Iterator, Mapping
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, TypeVar

import typer

from ctxgen._terminal import fail

if TYPE_CHECKING:
    from ctxgen.pipeline import Analysis
    from ctxgen.store import Store
    from ctxgen.summary import Summary
    from ctxgen.team_detectors import Found

R = TypeVar("R", "Analysis", "Summary")

Output = Annotated[Path | None, typer.Option("--output", "-o", help="Write to this file instead of standard output.", metavar="FILE")]
IncludeIgnored = Annotated[bool, typer.Option("--include-ignored", help="Read files that .gitignore leaves out, too.")]
Exclude = Annotated[
    list[str] | None, typer.Option("--exclude", help="Leave out files like this (.gitignore syntax); may be repeated.", metavar="GLOB")
]
Config = Annotated[Path | None, typer.Option("--config", help="Use this file instead of the repository's .ctxgen.toml.", metavar="FILE")]
NoRepoConfig = Annotated[bool, typer.Option("--no-repo-config", help="Ignore .ctxgen.toml and .ctxgen/detectors of the repository.")]
Detectors = Annotated[Path | None, typer.Option("--detectors", help="Know the technologies of this folder's *.toml, too.", metavar="DIR")]
Strict = Annotated[bool, typer.Option("--strict", help="Exit 2 where .ctxgen.toml or detectors of the repository are wrong.")]
Repository = Annotated[
    str, typer.Argument(help="The repository, or a folder of one; or its address: https://…, git@….", metavar="[PATH|URL]")
]
Revision = Annotated[
    str | None, typer.Option("--rev", help="Read it as it was at this commit, tag or branch, without a checkout.", metavar="REV")
]


def analyse(
    where: str | Path,
    include_ignored: bool = False,
    exclude: Iterable[str] | None = None,
    config: Path | None = None,
    no_repo_config: bool = False,
    detectors: Path | None = None,
    written: Mapping[str, bytes] | None = None,
    *,
    strict: bool = False,
    revision: str | None = None,
) -> Analysis:
    """The analysis of a folder, a revision of it or a repository somewhere else.

    `written` are files as they will be; what is written down is called by the name that it has at its remote, whatever
    the folder is called here.
    """
    from ctxgen.pipeline import analyse

    return _asked(analyse, where, include_ignored, exclude, config, no_repo_config, detectors, written, strict, revision)


def summarise(
    where: str | Path,
    include_ignored: bool = False,
    exclude: Iterable[str] | None = None,
    config: Path | None = None,
    no_repo_config: bool = False,
    detectors: Path | None = None,
    *,
    strict: bool = False,
    revision: str | None = None,
    remember: bool = True,
) -> Summary:
    """What a renderer needs of the same, with `remember` from an earlier run over the same files."""
    from ctxgen.summary import summarise

    using = partial(summarise, remember=remember)
    return _asked(using, where, include_ignored, exclude, config, no_repo_config, detectors, None, strict, revision)


def _asked(
    using: Callable[..., R],
    where: str | Path,
    include_ignored: bool,
    exclude: Iterable[str] | None,
    config: Path | None,
    no_repo_config: bool,
    detectors: Path | None,
    written: Mapping[str, bytes] | None,
    strict: bool,
    revision: str | None,
) -> R:
    from ctxgen.workers import processors

    if exclude:
        from ctxgen.ignoring import readable

        exclude = list(exclude)
        for pattern in exclude:
            if not readable(pattern):
                fail(f"--exclude cannot be read: {pattern!r}")
    if include_ignored and revision is not None:
        fail("--include-ignored is for a folder: a revision holds no ignored files")
    with opened(where, revision) as source:
        configuration = None
        if config is not None:
            from ctxgen import pipeline
            from ctxgen.documents import Unreadable

            try:
                configuration = pipeline.configuration_file(config, source if isinstance(source, Path) else Path())
            except Unreadable as error:
                fail(f"{config}:{error.line or 1}: {error.message}")
            except (OSError, ValueError):
                fail(f"configuration cannot be read: {str(config)!r}")
            for wrong in configuration.problems:
                fail(f"{config}:{wrong.line}: {wrong.message}")
        found = team_detectors(detectors)
        if written is not None and isinstance(source, Path):
            from ctxgen.folder import Folder
            from ctxgen.store import Written

            known = Folder(source)
            source = Written(known, written, known.published_name())
        analysis = using(
            source,
            include_ignored=include_ignored,
            exclude=exclude or (),
            configuration=configuration,
            repository_configuration=not no_repo_config,
            detectors=found,
            processes=processors(),
        )
    named = {at for _, at in found}
    for wrong in analysis.configuration.problems:
        if strict or any((wrong.path, wrong.line) == at for at in named):
            fail(f"{wrong.path}:{wrong.line}: {wrong.message}")
    return analysis


@contextlib.contextmanager
def opened(where: str | Path, revision: str | None = None) -> Iterator[Path | Store]:
    """Where the files lie that are asked for."""
    from ctxgen.remote import fetched, is_address
    from ctxgen.revision import RevisionError, at_revision

    try:
        if is_address(str(where)):
            with fetched(str(where), revision) as commit:
                yield commit
        elif revision is not None:
            yield at_revision(folder(where), revision)
        else:
            yield folder(where)
    except RevisionError as error:
        fail(str(error))


def team_detectors(detectors: Path | None) -> list[Found]:
    """The detectors of a folder that the user names."""
    if detectors is None:
        return []
    from ctxgen.catalogue import DetectorError
    from ctxgen.team_detectors import from_folder

    if not detectors.is_dir():
        fail(f"not a folder of detectors: {str(detectors)!r}")
    try:
        return from_folder(detectors)
    except DetectorError as error:
        fail(str(error))


def folder(where: str | Path) -> Path:
    """A folder that can be read."""
    path = Path(where)
    try:
        if not path.exists():
            fail(f"no such path: {str(path)!r}")
        if not path.is_dir():
            fail(f"not a folder: {str(path)!r}")
        os.listdir(path)
    except (OSError, ValueError):
        fail(f"folder cannot be read: {str(path)!r}")
    return path
