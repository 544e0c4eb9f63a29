"""Routes, handlers, models and what code says cannot break out of any format: no formula, markup, mention or terminal escape."""

from __future__ import annotations

import csv
import io
import json
import re
from pathlib import Path

import pytest
from markdown_it import MarkdownIt
from support_run import ctxgen

from ctxgen import pipeline
from ctxgen.catalogue import load
from ctxgen.render import issue, markdown, openapi, text, xml
from ctxgen.render.mermaid import mermaid

_APP = r"""
import requests
from flask import Flask
from auth import roles_required
app = Flask(__name__)

@app.get("/orders")
def orders(): pass

@app.get("=HYPERLINK(1)/\x1b[31mred\u202e")
@roles_required("@team #12 </details>")
def formula(): pass

@app.post("/@team/#12/owner/name#1/![x](http://a.example)")
def mention(): requests.get("http://</fact>.example")

@app.put("/</details><script>alert(1)</script>/```/[x](y)|z")
def markup(): pass

@app.delete("/a\r\nb\n- **Security**: none\n# Heading")
def lines(): pass

@app.errorhandler("<b>@team</b>")
def failed(error): pass
"""
_MODELS = r"""
from sqlalchemy import Column, String
from sqlalchemy.orm import DeclarativeBase
class Base(DeclarativeBase): pass
class First(Base):
    __tablename__ = "=cmd|' /C calc'!A0"
    id = Column("@SUM(1)", String, primary_key=True)
    key = Column("</td><img src=x>|`\x1b]0;x\x07\u202e", String)
class Second(Base):
    __tablename__ = "- @team\n# Heading"
    id = Column("+1", String, primary_key=True)
"""


@pytest.fixture(scope="module")
def shop(tmp_path_factory: pytest.TempPathFactory) -> Path:
    root = tmp_path_factory.mktemp("hostile") / "shop"
    root.mkdir()
    (root / "requirements.txt").write_text("flask==3.0\nsqlalchemy==2.0\n")
    (root / "app.py").write_text(_APP)
    (root / "models.py").write_text(_MODELS)
    return root


def test_all_is_read(shop: Path) -> None:
    context = pipeline.scan(shop)
    assert len(context.endpoints) == 5
    assert len(context.models) == 2


@pytest.mark.parametrize("command", ["routes", "models"])
def test_no_listing_is_broken(command: str, shop: Path) -> None:
    rows = list(csv.reader(io.StringIO(ctxgen(command, shop, "-f", "csv").stdout.decode())))
    assert len({len(row) for row in rows}) == 1
    assert not [cell for row in rows for cell in row if cell.startswith(("=", "+", "-", "@", "\t", "\r"))]
    for format in ("table", "markdown"):
        told = ctxgen(command, shop, "-f", format).stdout.decode()
        assert all(c.isprintable() or c == "\n" for c in told)
        assert len(told.splitlines()) == len(rows) + (format == "markdown")
    tokens = MarkdownIt("commonmark").enable("table").parse(ctxgen(command, shop, "-f", "markdown").stdout.decode())
    assert [token.type for token in tokens].count("tr_open") == len(rows)
    assert {len(rows[0]) * len(rows)} == {
        [token.type for token in tokens].count("td_open") + [token.type for token in tokens].count("th_open")
    }
    assert not {child.type for token in tokens for child in token.children or ()} & {"html_inline", "link_open", "image"}
    assert json.loads(ctxgen(command, shop, "-f", "json").stdout)


@pytest.mark.parametrize("detail", ["standard", "full"])
def test_no_block_is_broken(detail: str, shop: Path) -> None:
    context = pipeline.scan(shop)
    told = markdown.render(context, load(), budget=None, detail=detail)
    tokens = MarkdownIt("commonmark").enable(["table", "strikethrough"]).parse(told)
    assert all(c.isprintable() or c == "\n" for c in told)
    assert "Heading" not in [token.content for token in tokens if token.type == "inline" and token.level == 1]
    assert not {token.type for token in tokens} & {"html_block", "fence", "table_open", "blockquote_open", "hr"}
    inline = [child for token in tokens for child in token.children or ()]
    assert not {child.type for child in inline} & {"html_inline", "link_open", "image"}
    folded = issue.render(context, load(), budget=None, detail=detail)
    assert folded.count("</details") == 1
    for token in MarkdownIt("commonmark").parse(folded):
        for child in token.children or ():
            assert child.type != "text" or not re.search(r"[@#!~]\w|GH-\d|www\.|://", child.content), child.content
    assert "<script" not in xml.render(context, load(), budget=None, detail=detail)
    assert all(c.isprintable() or c == "\n" for c in text.render(context, load(), budget=None, detail=detail))
    assert "<script" not in mermaid(context)


def test_openapi_stays_json(shop: Path) -> None:
    told = json.loads(openapi.render(pipeline.scan(shop)))
    assert "/orders" in told["paths"]
    assert all(path.isprintable() for path in told["paths"])
