"""`ctxgen diff`: what changed in the context between two revisions, or since one."""

from __future__ import annotations

from enum import StrEnum
from typing import Annotated

import typer

from ctxgen._input import Config, Detectors, Exclude, NoRepoConfig, Output, analyse
from ctxgen._terminal import working, write


class Format(StrEnum):
    markdown = "markdown"
    json = "json"


def diff(
    before: Annotated[str, typer.Argument(help="A commit, tag or branch.", metavar="REV")],
    after: Annotated[str | None, typer.Argument(help="A later one.  [default: the files as they are]", metavar="[REV]")] = None,
    root: Annotated[str, typer.Option("--in", help="The repository, a folder of one, or its address.", metavar="PATH|URL")] = ".",
    format: Annotated[Format, typer.Option("--format", "-f", help="How to print it.")] = Format.markdown,
    output: Output = None,
    exclude: Exclude = None,
    config: Config = None,
    no_repo_config: NoRepoConfig = False,
    detectors: Detectors = None,
) -> None:
    """Say what changed in the context: technologies, components, endpoints and their guards, models, variables, scale."""
    with working():
        from ctxgen.difference import compare
        from ctxgen.render.difference import as_json, as_markdown

        states = (before, after)
        earlier, later = (analyse(root, False, exclude, config, no_repo_config, detectors, revision=state) for state in states)
        difference = compare(earlier.context, later.context)
        now = "HEAD" if "://" in root else "the files as they are"
        text = as_json(difference) if format is Format.json else as_markdown(difference, later.catalogue, before, after or now)
    write(text, output, markdown=format is Format.markdown)
