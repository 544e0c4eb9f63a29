"""The command line: what can be asked for, and with which defaults.  Only this and `_terminal` print or exit.

Exit codes: 0 done, 1 a check does not hold, 2 wrong usage or no such path, 3 the output could not be written, 130 and
143 interrupted.
"""

from __future__ import annotations

import signal
import sys
import traceback
from enum import StrEnum
from functools import partial
from pathlib import Path
from typing import Annotated, Any

import typer
from typer.core import TyperGroup

from ctxgen import __version__
from ctxgen._input import Config, Detectors, Exclude, IncludeIgnored, NoRepoConfig, Output, Repository, Revision, Strict, summarise
from ctxgen._input import analyse as _analyse
from ctxgen._input import folder as _root
from ctxgen._input import team_detectors as _found
from ctxgen._terminal import fail, say, working, write
from ctxgen.commands import listings
from ctxgen.commands.brief import brief
from ctxgen.commands.diff import diff
from ctxgen.commands.init import init


class Format(StrEnum):
    markdown = "markdown"
    xml = "xml"
    text = "text"
    issue = "issue"
    json = "json"


class Detail(StrEnum):
    brief = "brief"
    standard = "standard"
    full = "full"


class Listing(StrEnum):
    text = "text"
    json = "json"


class _ScanByDefault(TyperGroup):
    """A group whose first word may be a path or an option of `scan`: what is not a command goes to `scan`."""

    def parse_args(self, ctx: Any, args: list[str]) -> list[str]:
        own = {"--install-completion", "--show-completion"}
        if args and (args[0] in self.commands or args[0].partition("=")[0] in own):
            return super().parse_args(ctx, args)
        if not args and ctx.resilient_parsing:  # the first word is being completed: it may become a command yet
            return super().parse_args(ctx, args)
        return super().parse_args(ctx, ["scan", *args])

    def shell_complete(self, ctx: Any, incomplete: str) -> list[Any]:
        """Commands, and the options of `scan`."""
        command = self.commands["scan"]
        with command.make_context("scan", [], parent=ctx, resilient_parsing=True) as scanning:
            return [*super().shell_complete(ctx, incomplete), *command.shell_complete(scanning, incomplete)]


app = typer.Typer(
    cls=_ScanByDefault,
    context_settings={"help_option_names": ["-h", "--help"]},
    pretty_exceptions_enable=False,
    rich_markup_mode=None,
    no_args_is_help=False,
)


@app.command(
    epilog="Commands: `ctxgen routes`, `models`, `env`, `jobs` and `topics` list one part as a table, `ctxgen diff` says what changed, `ctxgen brief` writes a request to an assistant, `ctxgen explain` says which lines and rules "
    "led to a fact, `ctxgen detectors` lists what is known, `ctxgen init` writes a .ctxgen.toml, `ctxgen mcp` serves an assistant, `ctxgen schema` prints the JSON Schema. A word that is a command is the command; write ./word for a folder of that name."
)
def scan(
    path: Repository = ".",
    format: Annotated[Format | None, typer.Option("--format", "-f", help="How to print it.  [default: markdown]")] = None,
    output: Output = None,
    budget: Annotated[
        int | None,
        typer.Option("--budget", help="At most so many tokens; facts of least worth are left out.", min=150, metavar="TOKENS"),
    ] = None,
    detail: Annotated[
        Detail | None, typer.Option("--detail", help="How much to tell: about 600 tokens, 1,500, or everything.  [default: standard]")
    ] = None,
    sections: Annotated[str | None, typer.Option("--sections", help="Tell only these: stack,database,… .", metavar="NAMES")] = None,
    diagram: Annotated[
        bool, typer.Option("--diagram", help="Add a Mermaid flowchart of components, datastores, brokers and outside services.")
    ] = False,
    no_evidence: Annotated[bool, typer.Option("--no-evidence", help="Leave out the path:line of the facts.")] = False,
    header: Annotated[str | None, typer.Option("--header", help="`full` names commit, branch, remote and version.", metavar="full")] = None,
    update: Annotated[
        list[Path] | None,
        typer.Option("--update", help="Write the block into this file, between its markers; may be repeated.", metavar="FILE"),
    ] = None,
    check: Annotated[
        list[Path] | None,
        typer.Option("--check", help="Exit 1 with a diff where the block in this file is stale; may be repeated.", metavar="FILE"),
    ] = None,
    per_component: Annotated[
        bool,
        typer.Option(
            "--per-component", help="With --update: an overview in the file, and a block in one beside the code of each component."
        ),
    ] = False,
    copy: Annotated[bool, typer.Option("--copy", help="Put it on the clipboard instead of on standard output.")] = False,
    rev: Revision = None,
    include_ignored: IncludeIgnored = False,
    exclude: Exclude = None,
    config: Config = None,
    no_repo_config: NoRepoConfig = False,
    detectors: Detectors = None,
    strict: Strict = False,
    no_cache: Annotated[bool, typer.Option("--no-cache", help="Read everything anew, and keep nothing for the next run.")] = False,
    version: Annotated[bool, typer.Option("--version", "-V", help="Print the version and stop.")] = False,
) -> None:
    """Print the essential context of a backend repository: what it is built with, how, and the lines that prove it.

    Exit codes: 0 done, 2 wrong usage or no such path, 3 the output could not be written.
    """
    if version:
        write(f"ctxgen {__version__}\n", None)
        return
    if header not in (None, "full", "short"):
        fail(f"--header knows only `full`, not {header!r}")
    from ctxgen.render.telling import Telling, TellingError, tell
    from ctxgen.render.telling import check as check_telling

    chosen = tuple(word for word in (sections or "").split(",") if word)
    if sections is not None and not chosen:
        fail("--sections names none")
    telling = Telling(
        str(format) if format else None, budget, str(detail) if detail else None, chosen, not no_evidence, header == "full", diagram
    )
    try:
        check_telling(telling)
        if update or check or per_component:
            if rev is not None or output is not None or copy or telling.header:
                fail("--update and --check are for files of a folder as it is: without --rev, -o, --copy and --header")
            if bool(update) == bool(check):
                fail("--per-component goes with --update or --check" if not update else "--update and --check are two runs")
            from ctxgen.commands.keep import keep
            from ctxgen.kept import Options

            asked = (path, include_ignored, exclude, config, no_repo_config, detectors)
            keep(
                _root(path),
                update or check or [],
                Options(telling, per_component),
                partial(_analyse, *asked, strict=strict),
                checks=bool(check),
            )
            return
        with working():
            asked_for = (path, include_ignored, exclude, config, no_repo_config, detectors)
            analysis = summarise(*asked_for, strict=strict, revision=rev, remember=not no_cache)
            telling = telling.settled(analysis.configuration)
            text = tell(analysis.context, analysis.catalogue, telling)
    except TellingError as error:
        fail(str(error))
    if copy:
        _copy(text)
    if output is not None or not copy:
        write(text, output, markdown=telling.format in (None, "markdown"))


def _copy(text: str) -> None:
    from ctxgen.clipboard import NoClipboard
    from ctxgen.clipboard import copy as copy_text

    try:
        copy_text(text)
    except NoClipboard as error:
        fail(str(error), 3)
    say("copied to the clipboard")


@app.command()
def explain(
    subject: Annotated[str, typer.Argument(help="A technology by id or name, or a path of the repository.", metavar="TECHNOLOGY|PATH")],
    root: Annotated[Path, typer.Argument(help="The repository, or a folder of one.")] = Path(),
    output: Output = None,
    include_ignored: IncludeIgnored = False,
    exclude: Exclude = None,
    config: Config = None,
    no_repo_config: NoRepoConfig = False,
    detectors: Detectors = None,
) -> None:
    """Say which lines and which rules led to a technology, or what came of a file's lines."""
    with working():
        from ctxgen.render import explanation

        analysis = _analyse(root, include_ignored, exclude, config, no_repo_config, detectors)
        text = explanation.explain(analysis, subject)
    if text is None:
        fail(f"neither a technology nor a path of the repository: {subject!r}; `ctxgen detectors` lists what is known")
    write(text, output)


@app.command("detectors")
def list_detectors(
    search: Annotated[str | None, typer.Argument(help="Only technologies with this in an id, a name or a category.")] = None,
    format: Annotated[Listing, typer.Option("--format", "-f", help="How to print it.")] = Listing.text,
    output: Output = None,
    detectors: Detectors = None,
) -> None:
    """List the technologies that are known, with the names by which they are."""
    from ctxgen.catalogue import load
    from ctxgen.render import known
    from ctxgen.team_detectors import extend

    catalogue, problems = extend(load(), _found(detectors))
    if problems:
        fail(f"{problems[0].path}: {problems[0].message}")
    listed = known.find(catalogue, search or "")
    write(known.as_json(listed) if format is Listing.json else known.as_text(listed), output)


@app.command()
def schema(output: Output = None) -> None:
    """Print the JSON Schema of `--format json`."""
    from ctxgen.render import json

    write(json.schema(), output)


@app.command()
def mcp(root: Annotated[Path, typer.Argument(help="The repository, or a folder of one.")] = Path()) -> None:
    """Serve the context to an assistant over the Model Context Protocol, on standard input and output."""
    from ctxgen.server import CannotServe, serve

    try:
        serve(_root(root))
    except CannotServe as error:
        fail(str(error))


app.command()(init)
app.command()(diff)
app.command()(brief)


listings.register(app)


def run() -> None:
    """Run the command line and exit: no traceback reaches a user."""
    signal.signal(signal.SIGTERM, lambda *_: sys.exit(143))
    try:
        app(prog_name="ctxgen")
    except KeyboardInterrupt:
        sys.exit(130)
    except Exception as error:  # a defect of ctxgen's own: its place helps to mend it, its text may hold a value of the repository
        place = traceback.extract_tb(error.__traceback__)[-1]
        typer.echo(
            f"ctxgen: internal error ({type(error).__name__} at {Path(place.filename).name}:{place.lineno}); please report it", err=True
        )
        sys.exit(3)
