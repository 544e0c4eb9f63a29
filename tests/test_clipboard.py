"""`--copy`: the platform's own program gets the block, and one that lies in the folder that is read never runs."""

from __future__ import annotations

import os
import sys
from pathlib import Path
from typing import Any

import pytest
from support_run import ctxgen

from support import FIXTURES

pytestmark = pytest.mark.skipif(not sys.platform.startswith("linux"), reason="the programs are those of Linux")
SHOP = FIXTURES / "repos" / "shop"


def program(folder: Path, name: str, script: str) -> None:
    folder.mkdir(exist_ok=True)
    (folder / name).write_text(f"#!/bin/sh\n{script}\n")
    (folder / name).chmod(0o755)


@pytest.mark.parametrize(
    ("name", "display", "encoding"),
    [("wl-copy", "WAYLAND_DISPLAY", "utf-8"), ("xclip", "DISPLAY", "utf-8"), ("xsel", "DISPLAY", "utf-8"), ("clip.exe", "NONE", "utf-16")],
)
def test_the_programs(tmp_path: Path, name: str, display: str, encoding: str) -> None:
    program(tmp_path / "bin", name, f'/bin/cat > {tmp_path}/copied; echo "$@" > {tmp_path}/arguments; (/bin/sleep 5) &')
    environment: dict[str, Any] = {"PATH": str(tmp_path / "bin"), "WAYLAND_DISPLAY": "", "DISPLAY": "", display: ":0"}
    done = ctxgen(SHOP, "--copy", "--sections", "scale", **environment)
    assert (done.returncode, done.stdout, done.stderr) == (0, b"", b"ctxgen: copied to the clipboard\n")
    assert (tmp_path / "copied").read_bytes().decode(encoding) == ctxgen(SHOP, "--sections", "scale").stdout.decode()
    assert ("clipboard" in (tmp_path / "arguments").read_text()) == name.startswith("x")


def test_one_that_fails_leaves_it_to_the_next(tmp_path: Path) -> None:
    program(tmp_path / "bin", "xclip", "exit 1")
    environment: dict[str, Any] = {"PATH": str(tmp_path / "bin"), "WAYLAND_DISPLAY": "", "DISPLAY": ":0"}
    done = ctxgen(SHOP, "--copy", **environment)
    assert (done.returncode, done.stderr) == (3, b"ctxgen: the clipboard took nothing; -o writes a file\n")
    program(tmp_path / "bin", "xsel", "/bin/cat > /dev/null")
    assert ctxgen(SHOP, "--copy", **environment).returncode == 0


def test_none(tmp_path: Path) -> None:
    here = tmp_path / "here"
    for folder in (here, here / "bin"):
        program(folder, "wl-copy", f"touch {tmp_path}/canary")
    done = ctxgen(SHOP, "--copy", cwd=here, PATH=os.pathsep.join([".", "", "bin", str(here / "bin")]), WAYLAND_DISPLAY="w")
    assert done.returncode == 3
    assert done.stderr.decode().startswith("ctxgen: no clipboard here: install ")
    assert done.stdout == b""
    assert not (tmp_path / "canary").exists()
