"""What a run costs in files, which no busy machine changes: each file is read once, each document parsed once, and only readers that are needed are imported."""

from __future__ import annotations

import subprocess
import sys
from collections import Counter
from pathlib import Path

import pytest

from ctxgen import documents
from ctxgen.reading import read_facts
from ctxgen.tree import Tree

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
