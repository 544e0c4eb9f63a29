"""Whole repositories: the block and the JSON that stand beside `fixtures/repos/<name>/`.

`pytest --force-regen` rewrites them: read the difference before you commit it.
"""

from __future__ import annotations

import json
from pathlib import Path

import pytest
from pytest_regressions.file_regression import FileRegressionFixture

from ctxgen.catalogue import load
from ctxgen.pipeline import scan
from ctxgen.render import json as as_json
from ctxgen.render import markdown
from support import FIXTURES

REPOSITORIES = sorted(path for path in (FIXTURES / "repos").iterdir() if path.is_dir())


@pytest.mark.parametrize("repository", REPOSITORIES, ids=lambda path: path.name)
def test_block(repository: Path, file_regression: FileRegressionFixture) -> None:
    file_regression.check(markdown.render(scan(repository), load()), fullpath=repository.with_name(f"{repository.name}.md"))


@pytest.mark.parametrize("repository", REPOSITORIES, ids=lambda path: path.name)
def test_json(repository: Path, file_regression: FileRegressionFixture) -> None:
    context = json.loads(as_json.render(scan(repository)))
    del context["repository"], context["generator"]  # they depend on where and when the fixture is read
    file_regression.check(json.dumps(context, indent=2) + "\n", fullpath=repository.with_name(f"{repository.name}.json"))


@pytest.mark.parametrize("repository", REPOSITORIES, ids=lambda path: path.name)
def test_every_citation_exists(repository: Path) -> None:
    lines: dict[str, int] = {}

    def walk(node: object) -> None:
        if isinstance(node, dict):
            if set(node) == {"path", "line"}:
                path = node["path"]
                lines.setdefault(path, len((repository / path).read_text().splitlines()))
                assert 1 <= node["line"] <= max(lines[path], 1), node
            for value in node.values():
                walk(value)
        elif isinstance(node, list):
            for value in node:
                walk(value)

    walk(json.loads(as_json.render(scan(repository))))
    assert lines
