"""The tools that are measured: ctxgen, what else describes a repository, and a search as the floor."""

from __future__ import annotations

import shutil
import subprocess
import sys
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import NamedTuple


class Tool(NamedTuple):
    """A program and the command with which it reads a repository; relative files lie in the folder in which it is run.

    `succeeds` are its good exit codes: `rg` says 1 where it finds nothing.
    """

    name: str
    version: str
    command: Callable[[Path], list[str]]
    succeeds: tuple[int, ...] = (0,)


def tools(folders: Sequence[Path]) -> list[Tool]:
    """ctxgen, and those of the others that are found on PATH or in the folders given (`node_modules/.bin`, `venv/bin`)."""
    path = ":".join(map(str, folders)) or None
    ctxgen = [sys.executable, "-m", "ctxgen"]
    found = [Tool("ctxgen", _version(*ctxgen), lambda root: [*ctxgen, str(root), "--format", "json", "--no-cache"])]
    for name, command, succeeds in (
        ("stack-analyser", lambda root: [str(root), "-o", "stack.json"], (0,)),
        ("repomix", lambda root: [str(root), "--quiet", "-o", "repomix.xml"], (0,)),
        ("gitingest", lambda root: [str(root), "-o", "digest.txt"], (0,)),
        ("rg", lambda root: ["--count-matches", "--no-messages", "import", str(root)], (0, 1, 2)),
    ):
        program = shutil.which(name, path=path) or shutil.which(name)
        if program is not None:
            found.append(Tool(name, _version(program), _called(program, command), succeeds))
    return found


def _called(program: str, arguments: Callable[[Path], list[str]]) -> Callable[[Path], list[str]]:
    return lambda root: [program, *arguments(root)]


def _version(*program: str) -> str:
    try:
        said = subprocess.run([*program, "--version"], capture_output=True, text=True, timeout=30).stdout
    except (OSError, subprocess.SubprocessError):
        return "unknown"
    words = [word for word in said.split() if word[:1].isdigit()]
    return words[0] if words else "unknown"
