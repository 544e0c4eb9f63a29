"""ctxgen as a library: what its page shows is what happens, and importing it costs nothing."""

from __future__ import annotations

import doctest
import re
import shutil
import subprocess
import sys
from pathlib import Path

import pytest
from support_git import commit

import ctxgen
from support import FIXTURES, ROOT

PAGE = ROOT / "docs" / "library.md"
SHOP = FIXTURES / "repos" / "shop"


def test_the_examples_of_the_page(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    shop = Path(shutil.copytree(SHOP, tmp_path / "shop"))
    settings = shop / "orders/src/main/resources/application.yml"
    now = settings.read_text()
    commit(shop, {str(settings.relative_to(shop)): now.replace("size: 20", "size: 10")}, "v1")
    commit(shop, {str(settings.relative_to(shop)): now}, "v2")
    monkeypatch.chdir(shop)
    blocks = re.findall(r"^```python\n(.*?)^```\n", PAGE.read_text(), re.DOTALL | re.MULTILINE)
    examples = doctest.DocTestParser().get_doctest("\n".join(blocks), {}, PAGE.name, PAGE.name, 0)
    assert len(examples.examples) > 10
    report: list[str] = []
    assert doctest.DocTestRunner().run(examples, out=report.append).failed == 0, "".join(report)


def test_importing_imports_nothing_else() -> None:
    code = "import sys, ctxgen; before = set(sys.modules); ctxgen.scan; print(*sorted(m for m in before if m.startswith('ctxgen') or m in ('msgspec', 'typing', 'git')))"
    assert subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True).stdout.split() in (
        ["ctxgen"],
        ["ctxgen", "typing"],
    )


def test_render_is_a_function_whatever_was_imported_before() -> None:
    context = ctxgen.scan(SHOP)
    from ctxgen.render import json  # which makes the package the attribute

    assert ctxgen.render(context, "json") == json.render(context)
    assert "scan" in dir(ctxgen)
    with pytest.raises(AttributeError, match="no attribute 'weather'"):
        ctxgen.weather  # noqa: B018


def test_technologies_that_only_the_repository_knows(tmp_path: Path) -> None:
    (tmp_path / ".ctxgen/detectors").mkdir(parents=True)
    (tmp_path / ".ctxgen/detectors/framework.toml").write_text('[acme-web]\nname = "Acme Web"\nnpm = ["@acme/web"]\n')
    (tmp_path / "package.json").write_text('{"dependencies": {"@acme/web": "2.1.0"}}')
    assert "Acme Web 2.1.0" in ctxgen.render(ctxgen.scan(tmp_path))


@pytest.mark.parametrize(
    "wrong",
    [{"format": "yaml"}, {"detail": "all"}, {"budget": 3}, {"diagram": True, "format": "xml"}, {"sections": ["stack"], "format": "json"}],
)
def test_what_it_does_not_know(wrong: dict[str, object]) -> None:
    with pytest.raises(ctxgen.TellingError):
        ctxgen.render(ctxgen.scan(SHOP / "mailer"), **wrong)  # type: ignore[arg-type]


def test_no_folder(tmp_path: Path) -> None:
    with pytest.raises(NotADirectoryError):
        ctxgen.scan(tmp_path / "nowhere")
    with pytest.raises(ctxgen.RevisionError, match="cannot be fetched"):
        ctxgen.scan("file:///nowhere/shop.git")
