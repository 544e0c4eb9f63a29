"""The command line run within the test's own process: what it prints and how it exits, without the start of a program for each case."""

from __future__ import annotations

import contextlib
import gc
import os
from collections.abc import Iterator
from functools import cache
from pathlib import Path
from typing import NamedTuple

import typer.main
import typer.testing
from typer.testing import CliRunner

from ctxgen.cli import app

# the annotations of all commands are evaluated once: that takes longer than most of the runs
typer.testing._get_command = cache(typer.main.get_command)  # type: ignore[attr-defined]


class Done(NamedTuple):
    returncode: int
    stdout: bytes
    stderr: bytes


def ctxgen(*arguments: object, cwd: Path | None = None, **environment: str) -> Done:
    """Run `ctxgen` with arguments in a folder.  What it raises reaches the test."""
    with _folder(cwd):
        result = CliRunner().invoke(app, [*map(str, arguments)], env=environment, prog_name="ctxgen")
    gc.enable()  # a run of the program leaves that to its end
    if result.exception is not None and not isinstance(result.exception, SystemExit):
        raise result.exception
    return Done(result.exit_code, result.stdout_bytes, result.stderr_bytes)


@contextlib.contextmanager
def _folder(cwd: Path | None) -> Iterator[None]:
    before = os.getcwd()
    os.chdir(cwd or before)
    try:
        yield
    finally:
        os.chdir(before)
