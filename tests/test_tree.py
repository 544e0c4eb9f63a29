"""Listing and reading: what is found, what is refused, and that nothing runs or escapes."""

from __future__ import annotations

import os
import socket
import subprocess
from pathlib import Path

import pytest

from ctxgen.documents import Unreadable
from ctxgen.folder import Folder
from ctxgen.tree import LOCK_LIMIT, MANIFEST_LIMIT, Tree

ENVIRONMENT = {**os.environ, "GIT_CONFIG_GLOBAL": os.devnull, "GIT_CONFIG_NOSYSTEM": "1"}


def git(folder: Path, *arguments: str) -> None:
    subprocess.run(
        ["git", "-c", "user.name=t", "-c", "user.email=t@t.example", *arguments],
        cwd=folder,
        check=True,
        capture_output=True,
        env=ENVIRONMENT,
    )


def write(root: Path, **files: str) -> None:
    for path, text in files.items():
        target = root / path
        target.parent.mkdir(parents=True, exist_ok=True)
        target.write_text(text)


@pytest.fixture
def repository(tmp_path: Path) -> Path:
    root = tmp_path / "repository"
    root.mkdir()
    git(root, "init", "-q")
    write(
        root,
        **{
            "package.json": "{}",
            "api/go.mod": "module x",
            "build/out.js": "",
            ".gitignore": "build/\n*.local\n",
            "new.txt": "",
            "a.local": "",
        },
    )
    git(root, "add", "package.json", "api", ".gitignore")
    git(root, "commit", "-qm", "first")
    return root


EXPECTED = [".gitignore", "api/go.mod", "new.txt", "package.json"]


def test_tracked_and_untracked(repository: Path) -> None:
    assert Tree(repository).paths == EXPECTED


def test_include_ignored(repository: Path) -> None:
    assert Tree(repository, include_ignored=True).paths == sorted([*EXPECTED, "a.local", "build/out.js"])


def test_walk_gives_the_same(repository: Path) -> None:
    subprocess.run(["rm", "-rf", ".git"], cwd=repository, check=True)
    assert Tree(repository).paths == EXPECTED


def test_subfolder(repository: Path) -> None:
    assert Tree(repository / "api").paths == ["go.mod"]


def test_exclude(repository: Path) -> None:
    assert Tree(repository, exclude=["api/"]).paths == [".gitignore", "new.txt", "package.json"]


def test_deleted_files_are_not_listed(repository: Path) -> None:
    (repository / "package.json").unlink()
    assert "package.json" not in Tree(repository).paths


def test_nested_repositories_are_left_out(repository: Path) -> None:
    nested = repository / "vendored"
    nested.mkdir()
    git(nested, "init", "-q")
    write(nested, **{"go.mod": "module y"})
    assert Tree(repository).paths == EXPECTED
    subprocess.run(["rm", "-rf", repository / ".git"], check=True)
    assert "vendored/go.mod" not in Tree(repository).paths


def test_linked_worktree(repository: Path, tmp_path: Path) -> None:
    git(repository, "worktree", "add", "-q", str(tmp_path / "linked"))
    assert Tree(tmp_path / "linked").paths == [".gitignore", "api/go.mod", "package.json"]
    assert Folder(tmp_path / "linked").git is not None


# ---- nothing runs


@pytest.mark.parametrize(
    "configuration",
    [
        "[core]\n\tfsmonitor = touch CANARY; false\n",
        "[core]\n\tfsmonitor = true\n\thooksPath = HOOKS\n",
        '[filter "x"]\n\tclean = touch CANARY\n\tsmudge = touch CANARY\n\tprocess = touch CANARY\n',
        '[alias]\n\tls-files = "!touch CANARY"\n\trev-parse = "!touch CANARY"\n',
        "[core]\n\tpager = touch CANARY\n\teditor = touch CANARY\n\tsshCommand = touch CANARY\n\taskPass = touch CANARY\n",
        "[include]\n\tpath = INCLUDED\n",
        '[includeIf "gitdir:/"]\n\tpath = INCLUDED\n',
        '[credential]\n\thelper = "!touch CANARY"\n[diff "x"]\n\ttextconv = touch CANARY\n',
    ],
)
def test_configuration_runs_nothing(repository: Path, tmp_path: Path, configuration: str) -> None:
    canary, hooks, included = tmp_path / "canary", tmp_path / "hooks", tmp_path / "included"
    hooks.mkdir()
    for hook in ("post-index-change", "fsmonitor-watchman", "post-checkout", "pre-commit"):
        (hooks / hook).write_text(f"#!/bin/sh\ntouch {canary}\n")
        (hooks / hook).chmod(0o755)
    included.write_text(f"[core]\n\tfsmonitor = touch {canary}; false\n")
    config = (repository / ".git" / "config").read_text() + configuration.replace("CANARY", str(canary)).replace(
        "HOOKS", str(hooks)
    ).replace("INCLUDED", str(included))
    (repository / ".git" / "config").write_text(config)
    (repository / ".gitattributes").write_text("* filter=x diff=x\n")
    from ctxgen.pipeline import scan

    scan(repository)
    assert not canary.exists()


def test_worktree_setting_redirects_nothing(repository: Path, tmp_path: Path) -> None:
    elsewhere = tmp_path / "elsewhere"
    write(elsewhere, **{"secret.txt": "s"})
    with (repository / ".git" / "config").open("a") as config:
        config.write(f"[core]\n\tworktree = {elsewhere}\n")
    assert Tree(repository).paths == EXPECTED


def test_git_file_that_points_outside(repository: Path, tmp_path: Path) -> None:
    victim = tmp_path / "victim"
    victim.mkdir()
    write(victim, **{".git": f"gitdir: {repository / '.git'}\n", "go.mod": "module z"})
    tree = Tree(victim)
    assert Folder(victim).git is None
    assert "go.mod" in tree.paths
    assert "package.json" not in tree.paths


def test_git_folder_that_is_a_link(repository: Path, tmp_path: Path) -> None:
    victim = tmp_path / "victim"
    victim.mkdir()
    (victim / ".git").symlink_to(repository / ".git")
    assert Folder(victim).git is None


def test_broken_git_folder(tmp_path: Path) -> None:
    write(tmp_path, **{".git/HEAD": "garbage", ".git/config": "[[[", "go.mod": "module z"})
    assert "go.mod" in Tree(tmp_path).paths


# ---- nothing outside is read


def test_links_out_are_refused(repository: Path, tmp_path: Path) -> None:
    (tmp_path / "outside.json").write_text("{}")
    (repository / "link.json").symlink_to(tmp_path / "outside.json")
    (repository / "loop.json").symlink_to("loop.json")
    (repository / "inside.json").symlink_to("package.json")
    tree = Tree(repository)
    for path in ("link.json", "loop.json", "../outside.json", "missing.json"):
        with pytest.raises(Unreadable):
            tree.read(path, MANIFEST_LIMIT)
    assert tree.read("inside.json", MANIFEST_LIMIT) == b"{}"


def test_devices_pipes_and_sockets_are_refused(repository: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    os.mkfifo(repository / "pipe.json")
    (repository / "device.json").symlink_to("/dev/zero")
    monkeypatch.chdir(repository)  # the path of a socket must be short
    with socket.socket(socket.AF_UNIX) as listening:
        listening.bind("socket.json")
        tree = Tree(repository)
        for path in ("pipe.json", "device.json", "socket.json"):
            with pytest.raises(Unreadable):
                tree.read(path, MANIFEST_LIMIT)


def test_large_files_are_skipped_whole(repository: Path) -> None:
    with (repository / "huge.json").open("wb") as stream:
        stream.truncate(1 << 30)
    tree = Tree(repository)
    for limit in (MANIFEST_LIMIT, LOCK_LIMIT):
        with pytest.raises(Unreadable) as refused:
            tree.read("huge.json", limit)
        assert refused.value.code == "too-large"


def test_names_that_cannot_be_printed_are_not_listed(repository: Path) -> None:
    for name in (b"new\nline.json", b"\xff\xfe.json", b"esc\x1b[31m.json", "bidi\u202e.json".encode()):
        (repository / os.fsdecode(name)).write_text("{}")
    assert Tree(repository).paths == EXPECTED


# ---- documents


@pytest.mark.parametrize(
    ("content", "code"),
    [
        (b"\x89PNG\r\n\x1a\n\0\0\0", "binary"),
        (b"[" * 5000 + b"]" * 5000, "too-complex"),
        (b'{"a": ', "parse-error"),
        (b"", "parse-error"),
        (b"[" + b"1," * 400_000 + b"1]", "too-complex"),
    ],
)
def test_bad_json(tmp_path: Path, content: bytes, code: str) -> None:
    (tmp_path / "x.json").write_bytes(content)
    with pytest.raises(Unreadable) as refused:
        Tree(tmp_path).file("x.json").json()
    assert refused.value.code == code


@pytest.mark.parametrize(
    ("content", "code"),
    [
        (
            "a: &a [1,1,1,1,1,1,1,1,1,1]\nb: &b [*a,*a,*a,*a,*a,*a,*a,*a,*a,*a]\nc: &c [*b,*b,*b,*b,*b,*b,*b,*b,*b,*b]\nd: &d [*c,*c,*c,*c,*c,*c,*c,*c,*c,*c]\ne: &e [*d,*d,*d,*d,*d,*d,*d,*d,*d,*d]\nf: [*e,*e,*e,*e,*e]\n",
            "too-complex",
        ),
        ("a: &a [*a]\n", "too-complex"),
        ("[" * 500 + "]" * 500, "too-complex"),
        ("a: [", "parse-error"),
        ("a: !!python/object/apply:os.system ['true']\nb: {", "parse-error"),
    ],
)
def test_bad_yaml(tmp_path: Path, content: str, code: str) -> None:
    (tmp_path / "x.yaml").write_text(content)
    with pytest.raises(Unreadable) as refused:
        Tree(tmp_path).file("x.yaml").yaml()
    assert refused.value.code == code


def test_yaml_positions_and_merges(tmp_path: Path) -> None:
    (tmp_path / "x.yaml").write_text(
        "base: &base\n  image: redis:7\n  ports: [6379]\ncache:\n  <<: *base\n  version: 3.10\n  clock: 22:22\n  on: yes\n  quoted: 'true'\n  plain: true\n"
    )
    cache = Tree(tmp_path).file("x.yaml").yaml().get("cache")
    assert cache is not None
    assert {key: (node.text, node.line) for key, node in cache.items() if node.text} == {
        "version": ("3.10", 6), "clock": ("22:22", 7), "on": ("yes", 8), "quoted": ("true", 9), "plain": ("true", 10), "image": ("redis:7", 2),
    }  # fmt: skip


def test_toml_positions(tmp_path: Path) -> None:
    (tmp_path / "x.toml").write_text(
        '[project]\nname = "a"\ndependencies = [\n  "flask>=2",  # web\n  "redis",\n]\n[[tool.x."y z"]]\nv = 3.10\n[[tool.x."y z"]]\na.b = {c = """\nmany\n"""}\n'
    )
    document = Tree(tmp_path).file("x.toml").toml()
    assert [(n.text, n.line) for n in document.get("project", "dependencies").elements()] == [("flask>=2", 4), ("redis", 5)]  # type: ignore[union-attr]
    assert [key for key, _ in document.leaves()] == [
        "project.name",
        "project.dependencies",
        "project.dependencies",
        "tool.x.y z.v",
        "tool.x.y z.a.b.c",
    ]


def test_xml_reads_no_entities(tmp_path: Path) -> None:
    (tmp_path / "secret").write_text("hunter2")
    (tmp_path / "x.xml").write_text(
        f'<!DOCTYPE a [<!ENTITY e SYSTEM "file://{tmp_path}/secret"><!ENTITY l "lol"><!ENTITY m "&l;&l;&l;">]>\n<a xmlns="urn:x"><b>&e;</b><c>&m;</c></a>'
    )
    root = Tree(tmp_path).file("x.xml").xml()
    assert root.tag == "a"
    assert "hunter2" not in "".join(map(str, root.itertext()))


@pytest.mark.parametrize("encoding", ["utf-8-sig", "utf-16", "utf-8"])
def test_encodings(tmp_path: Path, encoding: str) -> None:
    (tmp_path / "x.json").write_bytes('{\r\n"é": "ü"\r\n}'.encode(encoding))
    assert [(key, node.text, node.line) for key, node in Tree(tmp_path).file("x.json").json().items()] == [("é", "ü", 2)]
