"""Ignore rules and globs: the paths that git's rules name, and no rule that a repository writes takes long."""

from __future__ import annotations

import re
import time
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st
from pathspec import GitIgnoreSpec

from ctxgen import ignoring
from ctxgen.ignoring import readable, rules
from ctxgen.patterns import ANY, STAR, linear, workspace_glob
from ctxgen.tree import Tree

NAMES = ("a" * 250, "a/" * 1_000 + "c", ("a" * 250 + "/") * 15 + "c")


@given(
    st.lists(st.sampled_from(("*", "**/", "/**/", "a", "b", "/", "?", "[ab]", "!", "+")), max_size=8),
    st.lists(st.text("ab+", min_size=1, max_size=3), min_size=1, max_size=5),
)
def test_a_rule_names_the_paths_that_pathspec_names(parts: list[str], names: list[str]) -> None:
    line, path = "".join(parts), "/".join(names)
    if readable(line):
        assert rules([line]).match_file(path) == GitIgnoreSpec.from_lines([line]).match_file(path)


@given(st.lists(st.sampled_from((ANY, STAR, "a", "b", "/", "[^/]")), max_size=8), st.text("ab/", max_size=10))
def test_a_settled_glob_matches_the_same_texts(parts: list[str], text: str) -> None:
    assert bool(re.fullmatch(linear(parts), text)) == bool(re.fullmatch("".join(parts), text))


@pytest.mark.parametrize("line", ["*a*a*a*a*a*a*b", "**/a/**/a/**/a/**/b", "a**a**a**a**b", "**/*a*a/**/*a*a*/**/*a*b", "*/*/*/*/*/*/b"])
@pytest.mark.parametrize("path", NAMES, ids=["name", "folders", "both"])
def test_no_rule_takes_long(line: str, path: str) -> None:
    begun = time.process_time()
    assert not rules([line]).match_file(path)
    assert time.process_time() - begun < 0.5


@pytest.mark.parametrize("line", ["[z-a]", "\\", "a[", "[[:nothing:]-", "/"])
def test_what_is_no_rule_leaves_the_others(tmp_path: Path, line: str) -> None:
    (tmp_path / ".gitignore").write_text(f"{line}\n*.log\n")
    for path in ("a.log", "a.txt"):
        (tmp_path / path).touch()
    tree = Tree(tmp_path)
    assert "a.log" not in tree.paths
    assert "a.txt" in tree.paths


def test_too_many_rules_are_said(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(ignoring, "MAX_RULES", 3)
    (tmp_path / ".gitignore").write_text("a\nb\nc\nd\n")
    assert [each.code for each in Tree(tmp_path).diagnostics] == ["unreadable"]


def test_rules_by_paths_have_an_end(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(ignoring, "MAX_JUDGED", 20)
    (tmp_path / ".gitignore").write_text("*.log\n*.tmp\n")
    for folder in ("a", "b", "c"):
        (tmp_path / folder).mkdir()
        for number in range(4):
            (tmp_path / folder / f"{number}.log").touch()
    tree = Tree(tmp_path)
    assert [(each.code, each.path) for each in tree.diagnostics] == [("too-complex", "b/.gitignore")]
    assert "a/0.log" not in tree.paths
    assert "c/0.log" in tree.paths


@pytest.mark.parametrize(
    ("glob", "members", "others"),
    [
        ("packages/*", ["packages/a"], ["packages", "packages/a/b"]),
        ("packages/**", ["packages", "packages/a/b"], ["package"]),
        ("**/a", ["a", "x/y/a"], ["xa"]),
        ("apps/**/pkg-*", ["apps/pkg-a", "apps/x/y/pkg-b"], ["apps/pkg-a/b"]),
        ("{apps,libs}/*", ["apps/x", "libs/y"], ["x/y"]),
        ("a/{b,c/d}/e", ["a/b/e", "a/c/d/e"], ["a/c/e"]),
        ("**/**/x", ["x", "a/b/x"], ["a/xx"]),
        ("a/**/b/**/c", ["a/b/c", "a/x/b/y/c", "a/b/b/c"], ["a/c", "a/x/c"]),
        ("a**b", ["axb"], ["a/b"]),
        ("**", ["a", "a/b"], []),
    ],
)
def test_workspace_globs(glob: str, members: list[str], others: list[str]) -> None:
    expression = re.compile(workspace_glob(glob))
    assert [path for path in (*members, *others) if expression.fullmatch(path)] == members


@pytest.mark.parametrize("glob", ["**/a/**/a/**/a/**/b", "*a*a*a*a*a*a*b", "**/*a*a/**/*a*a*/**/b", "{a,b}" * 12, "{" * 60])
@pytest.mark.parametrize("path", NAMES, ids=["name", "folders", "both"])
def test_no_workspace_glob_takes_long(glob: str, path: str) -> None:
    begun = time.process_time()
    assert not re.fullmatch(workspace_glob(glob), path)
    assert time.process_time() - begun < 0.5
