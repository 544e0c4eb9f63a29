"""The commands that list one part of a context, and the tables that they print."""

from __future__ import annotations

import csv
import io
import json
from pathlib import Path

import pytest
from support_run import ctxgen

from ctxgen.context import Evidence
from ctxgen.render.tables import FORMATS, table
from support import FIXTURES

TITLES = ("name", "secret", "at")
HOSTILE = "a|b`c\n| <b> \u202e"
ROWS = [("=1+1", True, Evidence("a b.py", 3)), (HOSTILE, None, Evidence("x|y", 1)), ("-2", False, Evidence("@c", 1))]


def test_a_terminal_has_a_line_for_each_row() -> None:
    lines = table(TITLES, ROWS, "table").split("\n")
    assert lines[1] == "=1+1          yes     a b.py:3"
    assert len(lines) == 5
    assert "\u202e" not in "".join(lines)


def test_markdown_keeps_its_cells() -> None:
    from markdown_it import MarkdownIt

    tokens = MarkdownIt("commonmark").enable("table").parse(table(TITLES, ROWS, "markdown"))
    assert [token.type for token in tokens].count("td_open") == 9
    assert not any(child.type == "html_inline" for token in tokens for child in token.children or ())


def test_a_spreadsheet_meets_no_formula() -> None:
    rows = list(csv.reader(io.StringIO(table(TITLES, ROWS, "csv"))))
    assert [row[0] for row in rows[1:]] == ["'=1+1", HOSTILE, "'-2"]
    assert [row[2] for row in rows[1:]] == ["a b.py:3", "x|y:1", "'@c:1"]
    assert rows[1][1] == "yes"


def test_json_has_places() -> None:
    told = json.loads(table(TITLES, ROWS, "json"))
    assert told[0] == {"name": "=1+1", "secret": True, "at": {"path": "a b.py", "line": 3}}
    assert told[1]["name"] == HOSTILE


@pytest.mark.parametrize("format", FORMATS)
def test_an_empty_listing_has_its_titles_alone(format: str) -> None:
    assert "None" not in table(TITLES, [], format)


@pytest.mark.parametrize(
    ("command", "said"),
    [
        ("models", {"table": "orders", "column": "placed_at"}),
        ("env", {"name": "BROKER_URL"}),
        ("jobs", {}),
        ("topics", {}),
    ],
)
def test_commands(command: str, said: dict[str, str]) -> None:
    done = ctxgen(command, FIXTURES / "repos" / "shop", "--format", "json")
    assert (done.returncode, done.stderr) == (0, b"")
    told = json.loads(done.stdout)
    assert not said or any(said.items() <= row.items() for row in told)


def test_a_listing_is_written_to_a_file(tmp_path: Path) -> None:
    target = tmp_path / "models.csv"
    assert ctxgen("models", FIXTURES / "repos" / "shop", "-f", "csv", "-o", target).stdout == b""
    assert target.read_text().startswith("component,model,table,column,type,nullable,keys,at\n")


def test_routes_of_every_format() -> None:
    shop = str(FIXTURES / "source/golang/gin-shop")
    listed = ctxgen("routes", shop).stdout.decode()
    assert "DELETE  /api/v1/orders/admin/{id}" in listed
    assert (
        ctxgen("routes", shop, "--format", "csv").stdout.decode().splitlines()[0] == "kind,method,path,handler,access,guards,component,at"
    )
    assert json.loads(ctxgen("routes", shop, "--format", "openapi").stdout.decode())["openapi"] == "3.1.0"
