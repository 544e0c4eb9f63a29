"""What the documentation shows is what comes out: every `console` block of docs/ is run in the shop fixture and compared.

`pytest --force-regen` rewrites the blocks.
"""

from __future__ import annotations

import re
import shlex
import shutil
import subprocess
import sys
from pathlib import Path

import pytest

from support import FIXTURES, ROOT

PAGES = sorted((ROOT / "docs").glob("*.md"))
BLOCK = re.compile(r"^(?P<fence>`{3,4})console\n\$ ctxgen(?P<arguments>[^\n]*)\n(?P<output>.*?)^(?P=fence)\n", re.DOTALL | re.MULTILINE)


@pytest.mark.parametrize("page", [page for page in PAGES if BLOCK.search(page.read_text())], ids=lambda page: page.name)
def test_shown_output_is_real(page: Path, tmp_path: Path, request: pytest.FixtureRequest) -> None:
    shop = tmp_path / "shop"
    shutil.copytree(FIXTURES / "repos" / "shop", shop)

    def real(block: re.Match[str]) -> str:
        command = [sys.executable, "-m", "ctxgen", *shlex.split(block["arguments"])]
        done = subprocess.run(command, cwd=shop, capture_output=True, text=True, check=False)
        output = done.stdout + done.stderr
        shown = block["output"]
        if "\n…\n" in shown:  # the page shows the beginning alone
            kept = shown.partition("\n…\n")[0].count("\n") + 1
            output = "\n".join(output.splitlines()[:kept]) + "\n…\n"
        return f"{block['fence']}console\n$ ctxgen{block['arguments']}\n{output}{block['fence']}\n"

    text = page.read_text()
    expected = BLOCK.sub(real, text)
    if request.config.getoption("--force-regen"):
        page.write_text(expected)
    assert text == expected
