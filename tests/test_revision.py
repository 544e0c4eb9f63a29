"""Any revision and any repository: what a commit holds is read like a folder, and nothing of it runs or leads out."""

from __future__ import annotations

import json
import os
from pathlib import Path

import pytest
from support_git import commit, git, write
from support_run import ctxgen

from ctxgen.documents import Unreadable
from ctxgen.remote import is_address, shown
from ctxgen.revision import Commit, RevisionError, at_revision
from ctxgen.tree import MANIFEST_LIMIT, Tree

PACKAGE = '{"name": "shop", "dependencies": {"express": "%s"}}'


@pytest.fixture
def repository(tmp_path: Path) -> Path:
    root = tmp_path / "shop"
    commit(root, {"package.json": PACKAGE % "4.18.2", "api/go.mod": "module api\n", "api/src/main.go": "package main\n"}, "v1")
    os.symlink("api/go.mod", root / "inside")
    os.symlink("../outside.txt", root / "outside")
    os.symlink("/etc/passwd", root / "absolute")
    os.symlink("loop", root / "loop")
    os.symlink("api", root / "folder")
    (tmp_path / "outside.txt").write_text("secret")
    git(root, "-c", "protocol.file.allow=always", "submodule", "add", "-q", str(root), "vendored")
    commit(root, {"package.json": PACKAGE % "5.1.0", "big.json": "x" * (MANIFEST_LIMIT + 1)}, "v2")
    return root


def read(store: Commit, path: str) -> str:
    return store.read(path, MANIFEST_LIMIT).decode()


def test_files_of_a_commit(repository: Path) -> None:
    (repository / "package.json").write_text("{}")
    (repository / "untracked.txt").write_text("")
    store = at_revision(repository, "v1")
    assert Tree(store).paths == ["api/go.mod", "api/src/main.go", "package.json"]
    assert read(store, "package.json") == PACKAGE % "4.18.2"
    assert store.size("package.json") == len(PACKAGE % "4.18.2")
    assert store.origin().commit == git(repository, "rev-parse", "v1")
    assert Tree(at_revision(repository / "api", "v1")).paths == ["go.mod", "src/main.go"]


def test_links_stay_inside_and_submodules_are_left_out(repository: Path) -> None:
    store = at_revision(repository, "v2")
    assert not any(path.startswith("vendored") for path in Tree(store).paths)
    assert read(store, "inside") == read(store, "folder/go.mod") == "module api\n"
    for path in ("outside", "absolute", "loop", "folder", "missing", "../outside.txt", ""):
        assert not store.exists(path)
        with pytest.raises(Unreadable):
            read(store, path)
    with pytest.raises(Unreadable, match="too-large"):
        read(store, "big.json")
    api = at_revision(repository / "api", "v2")
    assert not api.exists("../package.json")


@pytest.mark.parametrize("revision", ["v9", "", "--help", "v1 v2", "v1:package.json", "../../x", "v1\nv2", "HEAD^{tree}"])
def test_no_such_revision(repository: Path, revision: str) -> None:
    with pytest.raises(RevisionError, match="no such revision"):
        at_revision(repository, revision)


def test_a_damaged_object_is_one_diagnostic(repository: Path) -> None:
    sha = git(repository, "rev-parse", "v1:package.json")
    target = repository / ".git" / "objects" / sha[:2] / sha[2:]
    target.chmod(0o600)
    target.write_bytes(b"damaged")
    done = ctxgen(repository, "--rev", "v1", "--format", "json")
    assert done.returncode == 0, done.stderr
    told = json.loads(done.stdout)
    assert [(notice["path"], notice["code"]) for notice in told["diagnostics"]] == [("package.json", "unreadable")]


def test_the_same_as_the_folder(repository: Path) -> None:
    git(repository, "checkout", "-q", "v1")
    git(repository, "clean", "-fdxq")
    assert ctxgen(repository, "--rev", "v1").stdout == ctxgen(repository).stdout != ctxgen(repository, "--rev", "v2").stdout


def test_nothing_of_the_repository_runs(repository: Path, tmp_path: Path) -> None:
    canary = tmp_path / "canary"
    hook = repository / ".git" / "hooks" / "post-index-change"
    for script in (hook, repository / ".git" / "hooks" / "reference-transaction"):
        script.write_text(f"#!/bin/sh\ntouch {canary}\n")
        script.chmod(0o755)
    with (repository / ".git" / "config").open("a") as config:
        config.write(
            f'[core]\n\tfsmonitor = "touch {canary}"\n\tpager = touch {canary}\n\tsshCommand = touch {canary}\n\tworktree = /etc\n[pager]\n\tls-tree = touch {canary}\n'
            f'[filter "x"]\n\tsmudge = touch {canary}\n[alias]\n\tls-tree = !touch {canary}\n[include]\n\tpath = /etc/passwd\n[extensions]\n\tpartialClone = origin\n'
            f'[remote "origin"]\n\turl = ext::touch {canary}\n\tpromisor = true\n'
        )
    (repository / ".git" / "info").mkdir(exist_ok=True)
    (repository / ".git" / "info" / "attributes").write_text("* filter=x\n")
    ctxgen(repository, "--rev", "v1")
    ctxgen(f"file://{repository}")
    assert not canary.exists()


def test_a_repository_somewhere_else(repository: Path, tmp_path: Path) -> None:
    address = f"file://{repository}"
    temporary = tmp_path / "tmp"
    temporary.mkdir()
    told = json.loads(ctxgen(address, "--format", "json", TMPDIR=str(temporary)).stdout)
    assert told["repository"] == {"name": "shop", "commit": git(repository, "rev-parse", "HEAD"), "branch": None, "remote": None}
    for revision in ("v1", git(repository, "rev-parse", "v1")):
        assert b"Express 4.18.2" in ctxgen(address, "--rev", revision, TMPDIR=str(temporary)).stdout
    assert not list(temporary.iterdir())


@pytest.mark.parametrize(
    ("arguments", "said"),
    [
        (("file:///nowhere/shop.git",), "cannot be fetched: 'file:///nowhere/shop.git'"),
        (("https://user:hunter2@127.0.0.1:1/o/r",), "cannot be fetched: 'https://127.0.0.1:1/o/r'"),
        (("ext::sh -c touch% canary",), "an address begins with"),
        (("fd::17/x",), "an address begins with"),
        (("ftp://host/o/r",), "an address begins with"),
        (("SHOP", "--rev", "v9"), "cannot be fetched"),
        (("SHOP", "--rev", "--upload-pack=touch canary"), "a revision of a repository somewhere else is"),
        ((".", "--rev", "v1"), "not in a git repository"),
        ((".", "--rev", "v1", "--include-ignored"), "--include-ignored is for a folder"),
    ],
)
def test_what_cannot_be_read_is_one_line(repository: Path, tmp_path: Path, arguments: tuple[str, ...], said: str) -> None:
    plain = tmp_path / "plain"
    plain.mkdir()
    address = arguments[0].replace("SHOP", f"file://{repository}")
    done = ctxgen(address, *arguments[1:], cwd=plain)
    message = done.stderr.decode()
    assert done.returncode == 2
    assert message.startswith(f"ctxgen: {said}")
    assert message.count("\n") == 1
    assert "hunter2" not in message
    assert done.stdout == b""
    assert not list(plain.iterdir())


def test_addresses() -> None:
    assert all(map(is_address, ("https://host/o/r", "git@host:o/r.git", "ssh://git@host/o/r", "file:///srv/r", "user@host:~/r")))
    assert not any(map(is_address, (".", "services/orders", "a@b", "C", "https:/host")))
    assert shown("https://user:hunter2@host/o/r") == "https://host/o/r"


def test_a_fetch_is_bounded(repository: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    from ctxgen import remote

    write(repository, {})
    monkeypatch.setattr(remote, "MAX_BYTES", 0)
    monkeypatch.setattr(remote, "_POLL", 0)
    with pytest.raises(RevisionError, match="takes more than"), remote.fetched(f"file://{repository}"):
        pass
