"""Briefs: the data holds together, and a request says what is asked, what is attached and what matters first."""

from __future__ import annotations

import os
import pty
import shutil
import subprocess
import sys
from pathlib import Path

import pytest
from msgspec.structs import replace
from support_run import ctxgen
from test_difference import EMPTY, endpoint

from ctxgen.briefs import Blank, attachments, briefs, parts
from ctxgen.catalogue import load
from ctxgen.commands.brief import find
from ctxgen.language_names import EXTENSIONS
from ctxgen.pipeline import scan
from ctxgen.render.brief import render
from ctxgen.render.outline import SECTIONS
from support import FIXTURES

SHOP = FIXTURES / "repos" / "shop"
KINDS = ("performance", "scaling", "migration", "security", "integration", "bug")


def test_the_data() -> None:
    assert tuple(briefs()) == KINDS
    known = {*load().technologies, *EXTENSIONS.values(), "F#"}
    for kind, brief in briefs().items():
        assert brief.title
        assert brief.task.endswith(".")
        assert set(brief.first) <= set(SECTIONS), kind
        assert {name for each in brief.attach for name in each.when} <= known, kind
        labels = [part.label for line in brief.ask for part in parts(line) if isinstance(part, Blank)]
        assert len(labels) == len(set(labels)) >= 5, kind
        assert not any("{" in part or "}" in part for line in brief.ask for part in parts(line) if isinstance(part, str))


@pytest.mark.parametrize("kind", KINDS)
def test_every_kind_for_a_real_tree(kind: str) -> None:
    done = ctxgen("brief", kind, SHOP)
    assert (done.returncode, done.stderr) == (0, b"")
    text = done.stdout.decode()
    headings = [line for line in text.splitlines() if line.startswith("#")]
    assert headings == [
        f"# {briefs()[kind].title}: shop", "## To be filled in", "## To be attached", "## What the repository states", "### What matters first", "### The other elements", "## The answer",
    ] or kind == "scaling"  # fmt: skip
    for element in ("Technology stack", "Architecture", "Scale", "Database", "Security"):
        assert f"- **{element}**: " in text
    assert text == ctxgen("brief", kind, cwd=SHOP).stdout.decode()


def test_what_matters_comes_first_and_is_kept_longest() -> None:
    for kind, label in (("performance", "Database"), ("security", "Security"), ("scaling", "Scale")):
        text = ctxgen("brief", kind, SHOP, "--budget", "150").stdout.decode()
        first = text.partition("### What matters first\n")[2].splitlines()[0]
        assert first.startswith(f"- **{label}**: ")
        assert "`" in first
        assert "not stated" not in text.partition("### What")[2].partition("\nNot stated")[0]


def test_attachments_are_those_of_the_repository(tmp_path: Path) -> None:
    told = attachments(briefs()["performance"], scan(SHOP))
    assert any("pg_stat_statements" in text for text in told)
    assert any("SLOWLOG" in text for text in told)
    assert not any("pprof" in text or "executionStats" in text for text in told)
    assert all("when" not in text for text in attachments(briefs()["performance"], scan(tmp_path)))


def test_declared_facts_are_filled_in(tmp_path: Path) -> None:
    shop = shutil.copytree(SHOP, tmp_path / "shop")
    (shop / ".ctxgen.toml").write_text('[declared.scale]\npeak_load = "200 requests a second"\n')
    line = "- Load when it is slow: requests a second `200 requests a second` declared (requests a second) (`.ctxgen.toml:2`), users …"
    assert line in ctxgen("brief", "performance", shop).stdout.decode().splitlines()
    assert "- Response time: p50 now …, p95 now …, wanted …" in ctxgen("brief", "performance", SHOP).stdout.decode().splitlines()


def test_an_endpoint_that_the_code_states() -> None:
    context = replace(EMPTY, endpoints=(endpoint("/orders/{id}"), endpoint("/orders"), endpoint("/orders/{id}", component="web")))
    for asked in ("GET /orders/{id}", "get /orders/:order", "/orders/<int:id>/", "/orders/{}"):
        assert [each.component for each in find(context, asked)] == ["api", "web"]
    assert [each.path for each in find(context, "GET /orders/")] == ["/orders"]
    assert find(context, "POST /orders") == find(context, "/") == []
    text = render(briefs()["bug"], context, load(), endpoint="GET /orders", found=find(context, "GET /orders"))
    assert (
        "**Endpoint**: `GET /orders`, handler `handler`, in api, access guarded (`routes.js:5`); passes `requireUser` (authn) (`routes.js:90`)"
        in text
    )


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        (("brief", "weather"), "no such brief: 'weather'; known are performance, scaling, migration, security, integration, bug"),
        (("brief", "bug", "nowhere"), "no such path: 'nowhere'"),
        (("brief", "bug", "--interactive"), "--interactive asks on a terminal, and standard input is none"),
    ],
)
def test_bad_input_is_one_line(tmp_path: Path, arguments: tuple[str, ...], message: str) -> None:
    done = subprocess.run(
        [sys.executable, "-m", "ctxgen", *arguments], cwd=tmp_path, stdin=subprocess.DEVNULL, capture_output=True, check=False
    )
    assert (done.returncode, done.stderr.decode(), done.stdout) == (2, f"ctxgen: {message}\n", b"")


def test_interactive(tmp_path: Path) -> None:
    ours, theirs = pty.openpty()
    command = [sys.executable, "-m", "ctxgen", "brief", "bug", str(SHOP), "--interactive"]
    with subprocess.Popen(command, stdin=theirs, stdout=subprocess.PIPE, stderr=subprocess.PIPE) as process:
        os.write(ours, b"orders vanish\na receipt\n" + b"\n" * 12)
        out, err = process.communicate(timeout=60)
    os.close(ours)
    os.close(theirs)
    lines = out.decode().splitlines()
    assert process.returncode == 0
    assert "- Situation: orders vanish" in lines
    assert "- Expected: a receipt" in lines
    assert any(line.startswith("- Actual: … (") for line in lines)
    assert b"what should happen:" in err
