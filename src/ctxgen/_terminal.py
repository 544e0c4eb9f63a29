"""The terminal's side of the command line: what is printed or written, the sign of life, and one line for an error."""

from __future__ import annotations

import contextlib
import gc
import os
import sys
import tempfile
import threading
from collections.abc import Iterator
from pathlib import Path
from typing import NoReturn

import typer

PROGRESS_AFTER = 1.0
"""Seconds after which a run on a terminal shows that it is working."""


def fail(message: str, status: int = 2) -> NoReturn:
    """One line on standard error, and out."""
    say(message)
    raise typer.Exit(status)


def say(message: str) -> None:
    """One line on standard error."""
    typer.echo(f"ctxgen: {message}", err=True)


@contextlib.contextmanager
def working() -> Iterator[None]:
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


def write(text: str, output: Path | None, *, markdown: bool = False) -> None:
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
        fail("standard output cannot be written", 3)


def _write_file(text: str, output: Path) -> None:
    temporary: str | None = None
    try:
        with tempfile.NamedTemporaryFile("wb", dir=output.parent, prefix=f".{output.name}.", delete=False) as stream:
            temporary = stream.name
            stream.write(text.encode("utf-8", errors="replace"))
        os.chmod(temporary, (os.stat(output).st_mode & 0o777) if output.exists() else 0o666 & ~_umask())
        os.replace(temporary, output)
    except BaseException as error:  # an interruption leaves nothing half written either
        if temporary is not None:
            with contextlib.suppress(OSError):
                os.unlink(temporary)
        if isinstance(error, OSError):
            fail(f"cannot write {str(output)!r}", 3)
        raise


def _umask() -> int:
    mask = os.umask(0o022)
    os.umask(mask)
    return mask
