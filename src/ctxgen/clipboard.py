"""The clipboard, through the programs that each platform has for it.

They are few and take text on standard input, so a library would add only a dependency: pyperclip 1.9 looks programs up by
bare name, which finds one in the folder that is being read where `PATH` holds `.`.
"""

from __future__ import annotations

import os
import subprocess
import sys
from collections.abc import Iterator

_TIMEOUT = 10


class NoClipboard(Exception):
    """Why nothing could be copied, in words for the user."""


def copy(text: str) -> None:
    """Put text on the clipboard.  Raises `NoClipboard`."""
    tried = False
    for command, encoding in _programs():
        program = _found(command[0])
        if program is None:
            continue
        tried = True
        try:
            # the programs of X stay behind to serve the selection, so nothing may wait for the end of their output
            done = subprocess.run(
                [program, *command[1:]],
                input=text.encode(encoding),
                stdout=subprocess.DEVNULL,
                stderr=subprocess.DEVNULL,
                timeout=_TIMEOUT,
                check=False,
            )
        except (OSError, subprocess.SubprocessError):
            continue
        if done.returncode == 0:
            return
    if tried:
        raise NoClipboard("the clipboard took nothing; -o writes a file")
    raise NoClipboard("no clipboard here: install wl-clipboard, xclip or xsel and run in a graphical session, or write a file with -o")


def _programs() -> Iterator[tuple[tuple[str, ...], str]]:
    """The programs that can do it here, best first, and the encoding that each takes."""
    if sys.platform == "darwin":
        yield ("pbcopy",), "utf-8"
    elif sys.platform == "win32":
        yield ("clip.exe",), "utf-16"
    else:
        if os.environ.get("WAYLAND_DISPLAY"):
            yield ("wl-copy",), "utf-8"
        if os.environ.get("DISPLAY"):
            yield ("xclip", "-selection", "clipboard"), "utf-8"
            yield ("xsel", "--clipboard", "--input"), "utf-8"
        yield ("clip.exe",), "utf-16"  # the Windows around a WSL


def _found(program: str) -> str | None:
    """The absolute path of a program, from absolute folders of `PATH` alone."""
    here = os.path.join(os.getcwd(), "")
    for folder in os.get_exec_path():
        path = os.path.join(folder, program)
        if os.path.isabs(folder) and not path.startswith(here) and os.path.isfile(path) and os.access(path, os.X_OK):
            return path
    return None
