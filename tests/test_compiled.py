"""What is worked out before a run says the same as what it is made from, and a damaged file is made again."""

from __future__ import annotations

import functools
import importlib
import importlib.util
import pkgutil
import re
import subprocess
import sys
import tomllib
from pathlib import Path
from typing import Any

import pytest

import ctxgen.readers
from ctxgen import compiled, detectors
from ctxgen.catalogue import load
from ctxgen.patterns import Patterns, glob
from ctxgen.readers import _table, readers, readers_for
from support import ROOT

BUILD = functools.cache(compiled.build)


@pytest.fixture
def cache(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """An empty cache folder, and nothing loaded yet; what is made, which takes a second, is made once."""
    folder = tmp_path / "cache"
    monkeypatch.setattr(compiled, "_cache_folder", lambda: folder)
    monkeypatch.setattr(compiled, "NAME", "none.msgpack")
    monkeypatch.setattr(compiled, "content_key", lambda: "key")
    monkeypatch.setattr(compiled, "load", compiled.load.__wrapped__)
    monkeypatch.setattr(compiled, "build", BUILD)
    return folder


def kept(folder: Path) -> list[Path]:
    return sorted(folder.glob("*"))


def run_again(name: str) -> None:
    """Run a module's text once more, for what it does, without replacing the module."""
    importlib.import_module(name)
    spec = importlib.util.find_spec(name)
    assert spec is not None
    assert spec.loader is not None
    spec.loader.exec_module(importlib.util.module_from_spec(spec))


def test_table_of_readers_is_what_the_modules_declare(monkeypatch: pytest.MonkeyPatch) -> None:
    declared: dict[str, tuple[Any, ...]] = {}

    def reads(*patterns: str, **options: Any) -> Any:
        def register(read: Any) -> Any:
            declared[read.__name__] = (read.__module__.rpartition(".")[2], patterns, options)
            return read

        return register

    monkeypatch.setattr(ctxgen.readers, "reads", reads)
    for found in pkgutil.iter_modules(ctxgen.readers.__path__):
        run_again(f"ctxgen.readers.{found.name}")
    expected = {name: ctxgen.readers.Reader(name, module, patterns, **options) for name, (module, patterns, options) in declared.items()}
    assert {reader.name: reader for reader in _table.declared()} == expected
    assert readers() == expected


def test_catalogue_is_what_the_detectors_say() -> None:
    assert load().technologies == {each.id: each for each in detectors.load_folder(detectors.detectors_folder())}


def test_file_is_kept_for_the_user_alone_and_used(cache: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    first = compiled.load()
    (path,) = kept(cache)
    assert (path.stat().st_mode & 0o777, cache.stat().st_mode & 0o777) == (0o600, 0o700)
    monkeypatch.setattr(compiled, "build", lambda: pytest.fail("made again"))
    assert bytes(compiled.load().readers) == bytes(first.readers)


@pytest.mark.parametrize(
    "damage", [lambda data: data[:-1], lambda data: data[:40] + b"\0" + data[41:], lambda data: b"", lambda data: b"\xc1" * 99]
)
def test_damaged_file_is_made_again(cache: Path, damage: Any) -> None:
    first = compiled.load()
    (path,) = kept(cache)
    whole = path.read_bytes()
    path.write_bytes(damage(whole))
    path.chmod(0o644)  # what is made again is written anew, for the user alone
    assert bytes(compiled.load().catalogue) == bytes(first.catalogue)
    assert path.read_bytes() == whole
    assert path.stat().st_mode & 0o777 == 0o600


def test_file_that_others_may_write_is_made_again(cache: Path) -> None:
    compiled.load()
    (path,) = kept(cache)
    path.chmod(0o666)
    compiled.load()
    assert path.stat().st_mode & 0o777 == 0o600


def test_no_folder_to_keep_it_in(cache: Path) -> None:
    cache.write_text("a file")
    assert compiled.load().readers


def test_name_changes_with_the_detectors(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(detectors, "detectors_folder", lambda: tmp_path)
    (tmp_path / "queue.toml").write_text('[one]\nname = "One"\n')
    before = compiled.content_key()
    (tmp_path / "queue.toml").write_text('[two]\nname = "Two"\n')
    assert compiled.content_key() != before


@pytest.mark.parametrize(
    ("text", "positions"),
    [("spring.datasource.url", [0, 1, 3]), ("spring.url", [0, 3]), ("url", [3]), ("aXc", [2, 3]), ("spring.", [0, 3]), ("spring", [3])],
)
def test_patterns(text: str, positions: list[int]) -> None:
    assert Patterns(map(glob, ("spring.*", "*.d?tas*.url", "a?c", "*"))).matching(text) == positions


@pytest.mark.parametrize(
    ("path", "reader", "wanted"),
    [
        ("requirements/prod/base.txt", "read_requirements", True),
        ("deep/requirements/base.txt", "read_requirements", True),
        ("requirements.txt/readme.md", "read_requirements", False),
        ("dev-constraints.txt", "read_requirements", False),
        ("Dockerfile.prod", "read_dockerfile", True),
        ("Dockerfile/main.go", "read_dockerfile", False),
        ("a/b/.mvn/maven.config", "read_maven_config", True),
        (".mvn/maven.config", "read_maven_config", True),
        ("x.mvn/maven.config", "read_maven_config", False),
    ],
)
def test_which_files_a_reader_wants(path: str, reader: str, wanted: bool) -> None:
    assert (reader in [each.name for each in readers_for(path)]) is wanted


def test_building_needs_no_more_than_it_asks_for() -> None:
    """A wheel is built where only the build's own requirements are installed."""
    asked = tomllib.loads((ROOT / "pyproject.toml").read_text())["build-system"]["requires"]
    allowed = {re.split(r"[^\w-]", each)[0].replace("-", "_") for each in asked} | {
        "ctxgen",
        "typing_extensions",
    }  # which msgspec imports where it is
    code = "import sys; before = set(sys.modules); from ctxgen import compiled; compiled.build(); print(*(set(sys.modules) - before))"
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    needed = {name.partition(".")[0] for name in done.stdout.split()} - sys.stdlib_module_names
    assert needed <= allowed
