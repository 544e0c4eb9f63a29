"""`ctxgen init`: a `.ctxgen.toml`, or the issue templates and workflow that keep the context where problems are reported."""

from __future__ import annotations

import os
from collections.abc import Mapping
from importlib.resources import files
from pathlib import Path
from typing import Annotated

import typer

from ctxgen import __version__
from ctxgen._input import analyse, folder
from ctxgen._terminal import fail, say, working, write

FORM, WORKFLOW = ".github/ISSUE_TEMPLATE/backend.yml", ".github/workflows/backend-context.yml"
TEMPLATE = ".gitlab/issue_templates/Backend.md"
_GITHUB = {FORM: "form.yml", WORKFLOW: "workflow.yml"}
_GITLAB = {TEMPLATE: "Backend.md"}


def init(
    root: Annotated[Path, typer.Argument(help="The repository.")] = Path(),
    github: Annotated[
        bool, typer.Option("--github", help="Write an issue form and a workflow that keeps its context fresh, instead.")
    ] = False,
    gitlab: Annotated[bool, typer.Option("--gitlab", help="Write an issue template, instead.")] = False,
    force: Annotated[bool, typer.Option("--force", help="Overwrite files that are there.")] = False,
) -> None:
    """Write a commented .ctxgen.toml with what this repository does not state, or issue templates with the context in place."""
    top = folder(root)
    if github or gitlab:
        _issue_templates(top, {**(_GITHUB if github else {}), **(_GITLAB if gitlab else {})}, force=force)
        return
    from ctxgen.configuration import FILE
    from ctxgen.render import template

    _must_be_free(top, [FILE], force=force)
    with working():
        text = template.render(analyse(top, no_repo_config=True).context)
    write(text, top / FILE)


def _issue_templates(root: Path, wanted: Mapping[str, str], *, force: bool) -> None:
    from ctxgen import _git

    governing = _git.discover(Path(os.path.realpath(root)))
    if governing is not None and governing.work_tree != Path(os.path.realpath(root)):
        fail(f"{str(root)!r} is not the top of its repository, where issue templates are looked for")
    _must_be_free(root, wanted, force=force)
    texts = {path: _template(name) for path, name in wanted.items()}
    with working():
        analysis = analyse(root, written={path: text.encode() for path, text in texts.items()})
        from ctxgen import kept
        from ctxgen.render.telling import tell

        for path, text in texts.items():
            place = kept.find(text)
            if place is not None:
                texts[path] = kept.write(place, place.options, tell(analysis.context, analysis.catalogue, place.options.telling))
    _write_all(root, texts)
    if WORKFLOW in texts:
        say(f"set OWNER in {WORKFLOW} to where you have ctxgen, and make a label called backend")


def _template(name: str) -> str:
    text = (files("ctxgen") / "templates" / name).read_text(encoding="utf-8")
    return text.replace("ctxgen@v0.0.0", f"ctxgen@v{__version__}")


def _must_be_free(root: Path, paths: Mapping[str, str] | list[str], *, force: bool) -> None:
    """Nothing that is there is overwritten unasked, and nothing outside is written."""
    top = os.path.join(os.path.realpath(root), "")
    for path in paths:
        target = root / path
        if not os.path.join(os.path.realpath(target.parent), "").startswith(top):
            fail(f"{str(target.parent)!r} is a link that leaves the repository")
        if os.path.lexists(target) and not force:
            fail(f"{str(target)!r} is there already; --force overwrites it")
        if target.is_dir():
            fail(f"{str(target)!r} is a folder")


def _write_all(root: Path, texts: Mapping[str, str]) -> None:
    """Write all files or none of those that were not there."""
    made: list[Path] = []
    try:
        for path, text in texts.items():
            target = root / path
            new = not os.path.lexists(target)
            try:
                target.parent.mkdir(parents=True, exist_ok=True)
            except OSError:
                fail(f"cannot write {str(target)!r}", 3)
            write(text, target)
            made += [target] if new else []
    except typer.Exit:
        for target in made:
            target.unlink(missing_ok=True)
        raise
    for path in texts:
        say(f"wrote {root / path}")
