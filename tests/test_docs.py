"""What the documentation shows is what comes out: every `console` block of docs/ is run in the shop fixture and compared.

The fixture is a repository there: `v1` is an older state, `v2` the files as they are.

`pytest --force-regen` rewrites the blocks.
"""

from __future__ import annotations

import json
import os
import re
import shlex
import shutil
import subprocess
import sys
import tomllib
from collections.abc import Callable
from pathlib import Path

import pytest
import yaml
from support_git import commit
from support_run import ctxgen

from ctxgen.catalogue import load
from support import FIXTURES, ROOT

OLDER = {
    "web/package.json": ("^4.18.2", "^4.17.3"),
    "orders/src/main/resources/application.yml": ("maximum-pool-size: 20", "maximum-pool-size: 10"),
    "mailer/requirements.txt": ("sentry-sdk", "# sentry-sdk"),
}
PAGES = sorted((ROOT / "docs").glob("*.md"))
BLOCK = re.compile(r"^(?P<fence>`{3,4})console\n\$ ctxgen(?P<arguments>[^\n]*)\n(?P<output>.*?)^(?P=fence)\n", re.DOTALL | re.MULTILINE)


@pytest.mark.parametrize("page", [page for page in PAGES if BLOCK.search(page.read_text())], ids=lambda page: page.name)
def test_shown_output_is_real(page: Path, tmp_path: Path, request: pytest.FixtureRequest) -> None:
    shop = tmp_path / "shop"
    shutil.copytree(FIXTURES / "repos" / "shop", shop)
    now = {path: (shop / path).read_text() for path in OLDER}
    commit(shop, {path: now[path].replace(*words) for path, words in OLDER.items()}, "v1")
    commit(shop, now, "v2")

    def real(block: re.Match[str]) -> str:
        done = ctxgen(*shlex.split(block["arguments"]), cwd=shop)
        output = (done.stdout + done.stderr).decode()
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


def test_site_builds_and_no_link_is_broken(tmp_path: Path) -> None:
    """`--strict` makes a failure of every link, anchor or page of the navigation that is not there."""
    command = [sys.executable, "-m", "mkdocs", "build", "--strict", "--quiet", "--site-dir", str(tmp_path)]
    done = subprocess.run(command, cwd=ROOT, capture_output=True, text=True, check=False, env={**os.environ, "NO_MKDOCS_2_WARNING": "1"})
    assert done.returncode == 0, done.stdout + done.stderr
    contract = (tmp_path / "contract" / "index.html").read_text()
    for name in json.loads((ROOT / "docs/schema/v1.json").read_text())["$defs"]:
        assert f'<h2 id="{name.lower()}">' in contract
    detectors = (tmp_path / "detectors" / "index.html").read_text()
    for category in {technology.category for technology in load().technologies.values()}:
        assert f'<h2 id="{category}">' in detectors
    pages = [page.read_text() for page in tmp_path.rglob("*.html")]
    assert not [fetched for page in pages for fetched in re.findall(r"<(?:script|img)[^>]+src=\"https?:[^\"]+", page)]


@pytest.mark.parametrize(("language", "parse"), [("json", json.loads), ("toml", tomllib.loads), ("yaml", yaml.safe_load)])
def test_shown_configuration_can_be_read(language: str, parse: Callable[[str], object]) -> None:
    blocks = [block for page in PAGES for block in re.findall(rf"^```{language}\n(.*?)^```", page.read_text(), re.DOTALL | re.MULTILINE)]
    assert blocks
    assert all(parse(block) for block in blocks)
