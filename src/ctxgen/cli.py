"""The command line: the only place that prints or exits.

Exit codes: 0 done, 1 a check does not hold, 2 wrong usage or no such path, 3 the output could not be written, 130 and
143 interrupted.
"""

from __future__ import annotations

import contextlib
import gc
import os
import signal
import sys
import tempfile
import threading
from collections.abc import Iterator
from enum import StrEnum
from pathlib import Path
from typing import Annotated, Any, NoReturn

import typer
from typer.core import TyperGroup

from ctxgen import __version__

PROGRESS_AFTER = 1.0
"""Seconds after which a run on a terminal shows that it is working."""


class Format(StrEnum):
    markdown = "markdown"
    json = "json"


class Detail(StrEnum):
    brief = "brief"
    standard = "standard"
    full = "full"


class _ScanByDefault(TyperGroup):
    """A group whose first word may be a path or an option of `scan`: what is not a command goes to `scan`."""

    def parse_args(self, ctx: Any, args: list[str]) -> list[str]:
        own = {"--install-completion", "--show-completion"}
        if not args or (args[0] not in self.commands and args[0].partition("=")[0] not in own):
            args = ["scan", *args]
        return super().parse_args(ctx, args)


app = typer.Typer(
    cls=_ScanByDefault,
    context_settings={"help_option_names": ["-h", "--help"]},
    pretty_exceptions_enable=False,
    rich_markup_mode=None,
    no_args_is_help=False,
)


@app.command(
    epilog="Commands: `ctxgen schema` prints the JSON Schema. A word that is a command is the command; write ./word for a folder of that name."
)
def scan(
    path: Annotated[Path, typer.Argument(help="The repository, or a folder of one.")] = Path(),
    format: Annotated[Format, typer.Option("--format", "-f", help="How to print it.")] = Format.markdown,
    output: Annotated[
        Path | None, typer.Option("--output", "-o", help="Write to this file instead of standard output.", metavar="FILE")
    ] = None,
    budget: Annotated[
        int | None,
        typer.Option("--budget", help="At most so many tokens of Markdown; facts of least worth are left out.", min=100, metavar="TOKENS"),
    ] = None,
    detail: Annotated[Detail, typer.Option("--detail", help="How much to tell: about 600 tokens, 1,500, or everything.")] = Detail.standard,
    no_evidence: Annotated[bool, typer.Option("--no-evidence", help="Leave out the path:line of the facts.")] = False,
    header: Annotated[str | None, typer.Option("--header", help="`full` names commit, branch, remote and version.", metavar="full")] = None,
    include_ignored: Annotated[bool, typer.Option("--include-ignored", help="Read files that .gitignore leaves out, too.")] = False,
    exclude: Annotated[
        list[str] | None, typer.Option("--exclude", help="Leave out files like this (.gitignore syntax); may be repeated.", metavar="GLOB")
    ] = None,
    version: Annotated[bool, typer.Option("--version", "-V", help="Print the version and stop.")] = False,
) -> None:
    """Print the essential context of a backend repository: what it is built with, how, and the lines that prove it.

    Exit codes: 0 done, 2 wrong usage or no such path, 3 the output could not be written.
    """
    if version:
        _write(f"ctxgen {__version__}\n", None)
        return
    if header not in (None, "full", "short"):
        _fail(f"--header knows only `full`, not {header!r}")
    root = _root(path)
    with _working():
        from ctxgen import pipeline
        from ctxgen.catalogue import load

        context = pipeline.scan(root, include_ignored=include_ignored, exclude=exclude or ())
        if format is Format.json:
            from ctxgen.render import json

            text = json.render(context)
        else:
            from ctxgen.render import markdown

            bound = budget if budget is not None else markdown.DETAILS[detail.value]
            text = markdown.render(context, load(), budget=bound, detail=detail.value, evidence=not no_evidence, header=header == "full")
    _write(text, output, markdown=format is Format.markdown)


@app.command()
def schema(
    output: Annotated[
        Path | None, typer.Option("--output", "-o", help="Write to this file instead of standard output.", metavar="FILE")
    ] = None,
) -> None:
    """Print the JSON Schema of `--format json`."""
    from ctxgen.render import json

    _write(json.schema(), output)


def _root(path: Path) -> Path:
    try:
        if not path.exists():
            _fail(f"no such path: {str(path)!r}")
        if not path.is_dir():
            _fail(f"not a folder: {str(path)!r}")
        os.listdir(path)
    except OSError:
        _fail(f"folder cannot be read: {str(path)!r}")
    return path


def _fail(message: str, status: int = 2) -> NoReturn:
    """One line on standard error, and out."""
    typer.echo(f"ctxgen: {message}", err=True)
    raise typer.Exit(status)


@contextlib.contextmanager
def _working() -> Iterator[None]:
    """Collect no garbage during a run (it makes none in circles), and show on a terminal that a long one is alive."""
    gc.disable()
    if not sys.stderr.isatty():
        yield
        return
    from rich.console import Console

    status = Console(stderr=True).status("reading …")
    timer = threading.Timer(PROGRESS_AFTER, status.start)
    timer.daemon = True
    timer.start()
    try:
        yield
    finally:
        timer.cancel()
        status.stop()


def _write(text: str, output: Path | None, *, markdown: bool = False) -> None:
    """Print, coloured on a terminal, or write a file beside itself and rename it."""
    if output is not None:
        _write_file(text, output)
        return
    try:
        if markdown and sys.stdout.isatty() and "NO_COLOR" not in os.environ:
            from rich.console import Console
            from rich.syntax import Syntax

            Console().print(Syntax(text, "markdown", theme="ansi_dark", background_color="default", word_wrap=True))
        else:
            sys.stdout.buffer.write(text.encode("utf-8", errors="replace"))
            sys.stdout.flush()
    except BrokenPipeError:
        # the reader has seen enough (`| head`); keep the interpreter from flushing into the closed pipe again
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
    except OSError:
        _fail("standard output cannot be written", 3)


def _write_file(text: str, output: Path) -> None:
    temporary: str | None = None
    try:
        with tempfile.NamedTemporaryFile("wb", dir=output.parent, prefix=f".{output.name}.", delete=False) as stream:
            temporary = stream.name
            stream.write(text.encode("utf-8", errors="replace"))
        os.chmod(temporary, (os.stat(output).st_mode & 0o777) if output.exists() else 0o666 & ~_umask())
        os.replace(temporary, output)
    except OSError:
        if temporary is not None:
            with contextlib.suppress(OSError):
                os.unlink(temporary)
        _fail(f"cannot write {str(output)!r}", 3)


def _umask() -> int:
    mask = os.umask(0o022)
    os.umask(mask)
    return mask


def run() -> None:
    """Run the command line and exit: no traceback reaches a user."""
    signal.signal(signal.SIGTERM, lambda *_: sys.exit(143))
    try:
        app(prog_name="ctxgen")
    except KeyboardInterrupt:
        sys.exit(130)
    except RecursionError:
        sys.exit("ctxgen: nested too deeply")
