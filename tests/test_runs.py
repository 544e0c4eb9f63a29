"""The cache of runs: what makes a run another one, what is kept, and how many files a second run opens."""

from __future__ import annotations

import json
import os
import shutil
import stat
import subprocess
from collections import Counter
from pathlib import Path

import msgspec
import pytest

from ctxgen import cache_files, runs
from ctxgen.model import At
from ctxgen.opaque import Opaque
from ctxgen.pipeline import analyse
from ctxgen.render import json as as_json
from ctxgen.summary import Summary, summarise
from ctxgen.tree import Tree

PASSWORD = "hunter2-and-more"
FILES = {
    "package.json": '{"name": "shop", "dependencies": {"express": "^4.19.2", "pg": "^8.1.0"}}',
    "compose.yml": "services:\n  shop:\n    build: .\n    env_file: .env\n  db:\n    image: postgres:15\n",
    ".gitignore": ".env\n",
    ".env": f"DATABASE_URL=postgres://shop:{PASSWORD}@db:5432/shop\nAPI_KEY={PASSWORD}\n",
    "src/index.ts": 'import express from "express";\nconst url = process.env.DATABASE_URL;\n',
    "logo.svg": "<svg/>\n",
}


@pytest.fixture(params=["git", "folder"])
def shop(request: pytest.FixtureRequest, tmp_path: Path) -> Path:
    root = tmp_path / "shop"
    for path, text in FILES.items():
        (root / path).parent.mkdir(parents=True, exist_ok=True)
        (root / path).write_text(text)
    if request.param == "git":
        subprocess.run(["git", "init", "-q", str(root)], check=True)
        subprocess.run(["git", "-C", str(root), "add", "-A"], check=True)
    return root


@pytest.fixture(autouse=True)
def cache(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.setattr(cache_files, "cache_folder", lambda: tmp_path / "cache")
    monkeypatch.setattr(runs, "MANY_FILES", 1)
    return tmp_path / "cache" / "runs"


@pytest.fixture
def opened(monkeypatch: pytest.MonkeyPatch) -> Counter[str]:
    counted = Counter[str]()
    read = Tree.read

    def counted_read(tree: Tree, path: str, limit: int) -> bytes:
        counted[path] += 1
        return read(tree, path, limit)

    monkeypatch.setattr(Tree, "read", counted_read)
    return counted


def told(root: Path, **options: object) -> str:
    summary: Summary = summarise(root, remember=True, **options)  # type: ignore[arg-type]
    return as_json.render(summary.context)


def wait_for_the_clock(root: Path) -> None:
    """Let git's index be written well after the files."""
    for path in root.rglob("*"):
        if path.is_file() and ".git" not in path.parts:
            os.utime(path, ns=(10**18, 10**18))
    subprocess.run(["sleep", "0.1"], check=True)
    subprocess.run(["git", "-C", str(root), "update-index", "-q", "--refresh"], check=False)


def test_a_second_run_says_the_same_and_reads_little(
    shop: Path, cache: Path, opened: Counter[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    wait_for_the_clock(shop)
    first = told(shop)
    assert first == as_json.render(analyse(shop).context)
    assert len(list(cache.iterdir())) == 1
    opened.clear()
    monkeypatch.setattr("ctxgen.pipeline.analyse_tree", None)
    assert told(shop) == first
    if (shop / ".git").exists():
        assert set(opened) == {".env"}, "git vouches for the rest, and nobody for what it ignores"
    else:
        assert max(opened.values()) == 1
        assert "logo.svg" not in opened


@pytest.mark.parametrize(
    ("path", "text"),
    [
        ("package.json", FILES["package.json"].replace("4.19.2", "4.19.3")),
        (".env", "REDIS_URL=redis://cache:6379\n"),
        ("src/new.ts", "const key = process.env.NEW_KEY;\n"),
        (".ctxgen.toml", '[declared.scale]\npeak_load = "5"\n'),
    ],
)
def test_a_change_is_seen(shop: Path, path: str, text: str) -> None:
    wait_for_the_clock(shop)
    first = told(shop)
    before = (shop / path).stat() if (shop / path).exists() else None
    (shop / path).write_text(text)
    if before is not None:
        os.utime(shop / path, ns=(before.st_atime_ns, before.st_mtime_ns))
    second = told(shop)
    assert second != first
    assert second == as_json.render(analyse(shop).context)


def test_a_removed_file_is_seen(shop: Path) -> None:
    first = told(shop)
    (shop / ".env").unlink()
    assert told(shop) != first


def test_options_make_another_run(shop: Path, cache: Path) -> None:
    assert told(shop) != told(shop, exclude=["src/"])
    told(shop, include_ignored=True)
    told(shop, repository_configuration=False)
    assert len(list(cache.iterdir())) == 4


def test_what_is_kept(shop: Path, cache: Path) -> None:
    told(shop)
    (entry,) = cache.iterdir()
    data = entry.read_bytes()
    assert b"DATABASE_URL" in data
    assert PASSWORD.encode() not in data
    assert not any(PASSWORD[start : start + 8].encode() in data for start in range(len(PASSWORD) - 7))
    if hasattr(os, "getuid"):
        assert stat.S_IMODE(entry.stat().st_mode) == 0o600
        assert stat.S_IMODE(cache.stat().st_mode) == 0o700


def test_an_opaque_value_cannot_be_kept() -> None:
    with pytest.raises(TypeError):
        msgspec.msgpack.encode((At("a", 1), Opaque("x")))


@pytest.mark.parametrize("damage", [b"", b"x", b"\0" * 100])
def test_a_damaged_entry_is_made_again(shop: Path, cache: Path, damage: bytes) -> None:
    first = told(shop)
    (entry,) = cache.iterdir()
    entry.write_bytes(damage)
    assert told(shop) == first
    assert entry.stat().st_size > 100


def test_an_entry_of_somebody_else_is_not_taken(shop: Path, cache: Path, opened: Counter[str]) -> None:
    told(shop)
    (entry,) = cache.iterdir()
    entry.chmod(0o666)
    assert cache_files.opened(entry) is None


def test_the_cache_is_bounded(tmp_path: Path) -> None:
    for number in range(8):
        path = tmp_path / "kept" / f"{number}.msgpack"
        cache_files.keep(path, b"x" * 100, files=5, size=350)
        os.utime(path, (number, number))
    assert sorted(path.stem for path in (tmp_path / "kept").iterdir()) == ["5", "6", "7"]


def test_where_nothing_can_be_kept(shop: Path, cache: Path) -> None:
    cache.parent.mkdir()
    cache.write_text("in the way")
    assert json.loads(told(shop))["technologies"]


def test_deleted_cache(shop: Path, cache: Path) -> None:
    first = told(shop)
    shutil.rmtree(cache)
    assert told(shop) == first


def test_what_changes_during_a_run_is_not_kept(shop: Path, cache: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    origin = runs.recall

    def recall(name: str, tree: Tree) -> runs.Run | None:
        (shop / "package.json").write_text("{}")
        return origin(name, tree)

    monkeypatch.setattr(runs, "recall", recall)
    told(shop)
    assert not cache.exists()
