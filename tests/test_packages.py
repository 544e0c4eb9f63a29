"""Composer, Bundler, Cargo and Mix: broken input, lock files, and which locked version answers a requirement."""

from __future__ import annotations

from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from support_reading import fails_only_unreadable, text_like

from ctxgen.facts import Facts
from ctxgen.model import Dependency, Locked, Runtime
from ctxgen.reading import read_facts
from ctxgen.resolve import resolve
from ctxgen.resolve.rust import satisfies
from ctxgen.tree import Tree

PIECES = {
    "composer.json": ('{"require": {', '"php": "^8.1",', '"a/b": "1"', "}}", '"scripts": {"test": ["x", 1]}', '"repositories": [{"type": "path"', '"url": "../x"}]', "[]", "null", "{"),
    "composer.lock": ('{"packages": [', '{"name": "a/b", "version": "1"}', "]}", "{", "null", '"packages-dev": 3'),
    "Gemfile": ('gem "a"', ', "~> 1"', "group :test do", "end", "if x", "else", "elsif y", "%w[a b].each { |g| gem g }", 'path "x" do', "gemspec", 'eval_gemfile "y"', "platforms(*x)", 'ruby file: "z"', "(", "\n"),
    "Gemfile.lock": ("GEM", "  specs:", "    a (1.0)", "RUBY VERSION", "   ruby 3.3.0p1", "BUNDLED WITH", "   2.5", "\n"),
    "a.gemspec": ("Gem::Specification.new do |s|", "s.name = ", '"a"', 's.add_dependency "b", *x', "s.required_ruby_version = [", "end", "\n"),
    "Cargo.toml": ("[package]", 'name = "a"', "version.workspace = true", "[workspace]", 'members = ["*"]', "[dependencies]", 'b = { version = "1", optional = true }', "[features]", 'default = ["b/c", "b?/d"]', "publish = []", "\n"),
    "Cargo.lock": ("[[package]]", 'name = "a"', 'version = "1.0.0"', "\n"),
    "rust-toolchain": ("[toolchain]", 'channel = "1.80"', "stable", "nightly-2024-01-01", "\n"),
    "mix.exs": ("defmodule A do", "def project do", "[app: :a, deps: deps()]", "end", "defp deps, do: ", "[{:a, ", '"~> 1"', ", only: [:dev]}]", "{:b}", "@v ", "if x, do: ", "\n"),
    "mix.lock": ('"a": {:hex, :a, "1.0"', "%{", "}", "\n"),
}  # fmt: skip


@pytest.mark.parametrize("filename", PIECES)
@settings(deadline=None)
@given(data=st.data())
def test_no_text_makes_a_reader_raise(filename: str, data: st.DataObject) -> None:
    fails_only_unreadable(filename, data.draw(text_like(PIECES[filename])))


def facts_of(folder: Path, files: dict[str, str]) -> Facts:
    for path, text in files.items():
        (folder / path).parent.mkdir(parents=True, exist_ok=True)
        (folder / path).write_text(text)
    return resolve(read_facts(Tree(folder)))


@pytest.mark.parametrize(
    ("stated", "requirement", "answers"),
    [
        ("1.2.3", "1", True),
        ("1.2.3", "^1.2.4", False),
        ("2.0.0", "1.2", False),
        ("0.2.9", "0.2.3", True),
        ("0.3.0", "0.2.3", False),
        ("0.0.4", "0.0.3", False),
        ("0.0.4", "0.0", True),
        ("0.9.0", "0", True),
        ("1.2.9", "~1.2.3", True),
        ("1.3.0", "~1.2.3", False),
        ("1.9.0", "~1", True),
        ("1.4.0", "1.*", True),
        ("7.0.0", "*", True),
        ("1.5.0", ">=1.2, <1.5", False),
        ("1.4.9", ">= 1.2, < 1.5", True),
        ("1.2.7", "=1.2", True),
        ("1.2.7", "<=1.2", True),
        ("1.3.0", ">1.2", True),
        ("1.2.5", ">1.2", False),
        ("1.0.0-rc.1", "1", False),
        ("1.0.0-rc.1", "=1.0.0-rc.1", True),
        ("1.0.0", "=1.0.0-rc.1", False),
        ("1.1.0", "1.0.0-rc.1", True),
        ("x", "1", False),
        ("1.0.0", "path", False),
    ],
)
def test_cargo_requirements(stated: str, requirement: str, answers: bool) -> None:
    assert satisfies(stated, requirement) is answers


@given(st.tuples(*[st.integers(0, 50)] * 3))
def test_a_version_answers_itself(triple: tuple[int, int, int]) -> None:
    text = ".".join(str(part) for part in triple)
    assert satisfies(text, text)
    assert satisfies(text, f"={text}")
    assert not satisfies(text, f"<{text}")


def test_crate_that_is_taken_by_path_has_the_lock_of_its_user(tmp_path: Path) -> None:
    files = {
        "Cargo.toml": '[package]\nname = "a"\n[dependencies]\ncore = { path = "core" }\n',
        "core/Cargo.toml": '[package]\nname = "core"\n[dependencies]\nserde = "1"\n',
        "alone/Cargo.toml": '[package]\nname = "alone"\n[dependencies]\nserde = "1"\n',
        "Cargo.lock": '[[package]]\nname = "serde"\nversion = "1.0.200"\n',
    }
    found = {each.at.path: each.locked for each in facts_of(tmp_path, files).of(Dependency) if each.name == "serde"}
    assert found == {"core/Cargo.toml": "1.0.200", "alone/Cargo.toml": None}


def test_two_locked_versions_that_both_answer_are_no_answer(tmp_path: Path) -> None:
    lock = '[[package]]\nname = "rand"\nversion = "0.8.5"\n[[package]]\nname = "rand"\nversion = "0.9.0"\n'
    facts = facts_of(tmp_path, {"Cargo.toml": '[package]\nname = "a"\n[dependencies]\nrand = ">=0.8, <0.10"\n', "Cargo.lock": lock})
    assert [each.locked for each in facts.of(Dependency)] == [None]


def test_lock_entries_have_their_own_line(tmp_path: Path) -> None:
    text = (
        '{"packages": [\n{"name": "a\\/b",\n "version": "v1.0", "authors": [{"name": "Somebody"}]},\n{"name": "c/d", "version": "2.0"}\n]}'
    )
    facts = facts_of(tmp_path, {"composer.lock": text})
    assert [(lock.name, lock.at.line) for lock in facts.of(Locked)] == [("a/b", 2), ("c/d", 4)]


def test_conditional_elixir_dependency_says_when(tmp_path: Path) -> None:
    text = 'defmodule A do\n def project, do: [app: :a, deps: deps()]\n defp deps do\n  if x() do\n   [{:b, "1.0"}]\n  else\n   [{:c, "1.0"}]\n  end\n end\nend\n'
    found = {each.name: each.when for each in facts_of(tmp_path, {"mix.exs": text}).of(Dependency)}
    assert found == {"b": "x()", "c": "not x()"}


@pytest.mark.parametrize(
    ("text", "expected"),
    [("1.80", "1.80"), ("stable", "stable"), ("nightly-2024-05-01-x86_64-apple-darwin", "nightly-2024-05-01"), ("my-fork", None)],
)
def test_toolchain_channels(tmp_path: Path, text: str, expected: str | None) -> None:
    found = [each.version for each in facts_of(tmp_path, {"rust-toolchain": text + "\n"}).of(Runtime)]
    assert found == ([expected] if expected else [])
