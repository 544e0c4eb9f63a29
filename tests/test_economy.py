"""What a run costs in files, which no busy machine changes: each file is read once, each document parsed once, and only readers that are needed are imported."""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
import time
from collections import Counter
from pathlib import Path

import pytest

from ctxgen import documents, reading
from ctxgen.facts import Facts
from ctxgen.model import Fact
from ctxgen.pipeline import analyse
from ctxgen.reading import read_facts
from ctxgen.source import scan
from ctxgen.tree import Tree
from ctxgen.workers import Worker
from support import FIXTURES

FILES = {
    "package.json": '{"name": "shop", "dependencies": {"express": "^4.19.2"}}',
    "pnpm-lock.yaml": "lockfileVersion: '9.0'\n",
    "compose.yml": "services:\n  db:\n    image: postgres:15\n",
    "config/application.yml": "spring:\n  datasource:\n    url: jdbc:postgresql://db/shop\n",
    "src/index.ts": 'import express from "express";\nconst url = process.env.DATABASE_URL;\n',
    "src/style.css": "body {}\n",
    "logo.svg": "<svg/>\n",
    "README.md": "# Shop\n",
}


@pytest.fixture
def shop(tmp_path: Path) -> Path:
    for path, text in FILES.items():
        (tmp_path / path).parent.mkdir(parents=True, exist_ok=True)
        (tmp_path / path).write_text(text)
    return tmp_path


def test_every_file_is_opened_and_parsed_once(shop: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    opened, parsed = Counter[str](), Counter[str]()
    read, yaml, json = Tree.read, documents.parse_yaml, documents.parse_json

    def counted_read(tree: Tree, path: str, limit: int) -> bytes:
        opened[path] += 1
        return read(tree, path, limit)

    def counted_yaml(text: str) -> list[documents.Node]:
        parsed["yaml"] += 1
        return yaml(text)

    def counted_json(data: bytes) -> documents.Node:
        parsed["json"] += 1
        return json(data)

    monkeypatch.setattr(Tree, "read", counted_read)
    monkeypatch.setattr(documents, "parse_yaml", counted_yaml)
    monkeypatch.setattr(documents, "parse_json", counted_json)
    read_facts(Tree(shop))
    assert set(opened.values()) == {1}
    assert not set(opened) & {"src/style.css", "logo.svg"}
    assert parsed == {"yaml": 2, "json": 1}


def test_only_readers_that_are_needed_are_imported(shop: Path) -> None:
    code = "import sys; from pathlib import Path; from ctxgen.tree import Tree; from ctxgen.reading import read_facts; read_facts(Tree(Path(sys.argv[1]))); print(*sys.modules)"
    done = subprocess.run([sys.executable, "-c", code, str(shop)], capture_output=True, text=True, check=True)
    imported = set(done.stdout.split())
    assert "ctxgen.readers.npm" in imported
    assert not imported & {
        "ctxgen.readers.maven",
        "ctxgen.readers.gradle",
        "ctxgen.readers.pyproject",
        "lxml.etree",
        "packaging",
        "rich",
        "typer",
    }


def test_version_imports_nothing_else() -> None:
    code = "import sys; sys.argv = ['ctxgen', '--version']; from ctxgen.__main__ import main; main(); print(*sys.modules)"
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert not {"typer", "msgspec", "ctxgen.cli", "ctxgen.tree"} & set(done.stdout.split())


SOURCES = {
    **FILES,
    "a/main.py": "import os\nfrom fastapi import FastAPI\nkey = request.headers['X-Api-Key']\nurl = os.environ['URL']\n",
    "a/settings.py": "from pydantic_settings import BaseSettings\n\n\nclass Own(BaseSettings):\n    url: str = 'postgres://db/shop'\n",
    "b/main.go": 'package main\n\nimport "os"\n\nvar url = os.Getenv("GO_URL")\n',
    "b/Main.java": 'import java.util.List;\n\nclass Main { String url = System.getenv("JAVA_URL"); }\n',
    "c/broken.ts": "\0import x from 'y'",
    "c/large.ts": "import a from 'b'\n" * 80_000,
    "c/service.ts": "import pg from 'pg';\n",
}


@pytest.fixture
def sources(tmp_path: Path) -> Path:
    for path, text in SOURCES.items():
        (tmp_path / path).parent.mkdir(parents=True, exist_ok=True)
        (tmp_path / path).write_text(text)
    return tmp_path


def described(facts: Facts) -> list[str]:
    """The facts in their order, opaque values aside."""
    return [repr(fact) for fact in facts]


@pytest.mark.skipif(not hasattr(os, "fork"), reason="processes are forked")
@pytest.mark.parametrize("fails", [False, True])
def test_several_processes_find_the_same(sources: Path, monkeypatch: pytest.MonkeyPatch, fails: bool) -> None:
    alone, shared = Tree(sources), Tree(sources)
    expected = described(read_facts(alone))
    assert len(expected) > 10
    opened = Counter[str]()
    read = Tree.read

    def counted_read(tree: Tree, path: str, limit: int) -> bytes:
        opened[path] += 1
        return read(tree, path, limit)

    monkeypatch.setattr(Tree, "read", counted_read)
    monkeypatch.setattr(reading, "MANY_FILES", 1)
    if fails:
        monkeypatch.setattr(reading, "_portable", lambda *_: 1 / 0)
    assert described(read_facts(shared, processes=3)) == expected
    assert sorted(shared.diagnostics) == sorted(alone.diagnostics) != []
    assert max(opened.values()) == 1
    assert fails or "b/main.go" not in opened, "a file of another process's share is not read here"


@pytest.mark.skipif(not hasattr(os, "fork"), reason="processes are forked")
@pytest.mark.parametrize("fails", [False, True])
def test_languages_are_followed_in_several_processes(tmp_path: Path, monkeypatch: pytest.MonkeyPatch, fails: bool) -> None:
    for language, name in (("python", "flask-shop"), ("golang", "gin-shop"), ("ruby", "sinatra-shop")):
        shutil.copytree(FIXTURES / "source" / language / name, tmp_path / name)
    alone = analyse(tmp_path)
    assert len({endpoint.handler for endpoint in alone.context.endpoints}) > 10
    monkeypatch.setattr(scan, "MANY_ROOTS", 1)
    followed: list[str] = []
    follow = scan._follow

    def noted(tree: Tree, work: scan._Work) -> list[Fact]:
        followed.append(work.language)
        return follow(tree, work)

    monkeypatch.setattr(scan, "_follow", noted)
    if fails:
        monkeypatch.setattr(scan, "_portable", lambda *_: 1 / 0)
    shared = analyse(tmp_path, processes=2)
    assert shared.context == alone.context
    assert (len(followed) == 3) is fails, "what another process follows is not followed here"


def test_a_value_leaves_no_process(sources: Path) -> None:
    share = reading._portable(Tree(sources), ["a/main.py", "a/settings.py", "b/main.go"], None)
    assert b"GO_URL" in share
    assert b"postgres" not in share
    assert reading.Worklist(Tree(sources), None).take(share, []) == ["a/main.py", "a/settings.py"]


@pytest.mark.skipif(not hasattr(os, "fork"), reason="processes are forked")
def test_workers_end() -> None:
    assert Worker(lambda: b"x" * 300_000).result() == b"x" * 300_000
    assert Worker(lambda: bytes(1 // 0)).result() is None

    def sleep() -> bytes:
        time.sleep(60)
        return b""

    endless = Worker(sleep)
    endless.stop()
    endless.stop()
    with pytest.raises(ChildProcessError):
        os.waitpid(-1, os.WNOHANG)


def test_source_is_parsed_only_where_routes_lead(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    files = {
        "requirements.txt": "flask==3.0.3\n",
        "app.py": "from flask import Flask\nfrom orders import show\napp = Flask(__name__)\napp.add_url_rule('/orders', view_func=show)\n",
        "orders.py": "from sums import total\n\n\ndef show():\n    return total()\n",
        "sums.py": "def total():\n    return 1\n",
        **{f"other{number}.py": "import sums\n\n\ndef f():\n    return sums.total()\n" for number in range(20)},
    }
    for path, text in files.items():
        (tmp_path / path).write_text(text)
    opened, parsed = Counter[str](), Counter[str]()
    read, syntax = Tree.read, documents.parse_syntax

    def counted_read(tree: Tree, path: str, limit: int) -> bytes:
        opened[path] += 1
        return read(tree, path, limit)

    def counted_syntax(data: bytes, language: str) -> object:
        parsed[next(path for path, text in files.items() if text.encode() == data)] += 1
        return syntax(data, language)

    monkeypatch.setattr(Tree, "read", counted_read)
    monkeypatch.setattr(documents, "parse_syntax", counted_syntax)
    analysis = analyse(tmp_path)
    assert [(str(each.path), str(each.handler)) for each in analysis.context.endpoints] == [("/orders", "show")]
    assert parsed == {"app.py": 1, "orders.py": 1}
    assert max(opened.values()) <= 2  # by the readers, and to look for what is followed
    assert not analysis.tree._files  # what was read is let go
