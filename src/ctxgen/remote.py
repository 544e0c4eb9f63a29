"""A repository somewhere else: fetched into a temporary folder, one commit deep and without a work tree.

Only git's own transports are spoken, nothing asks for credentials, no setting of the user or of the other side can
name a program, and time and size are bounded.
Sources: https://git-scm.com/docs/git-fetch, https://git-scm.com/docs/gitprotocol-common, https://git-scm.com/docs/git#_environment_variables
"""

from __future__ import annotations

import contextlib
import os
import re
import tempfile
import time
from collections.abc import Iterator
from pathlib import Path
from typing import TYPE_CHECKING

from ctxgen import _git
from ctxgen.revision import Commit, RevisionError, program
from ctxgen.store import Origin

if TYPE_CHECKING:
    from git.cmd import Git

PROTOCOLS = "file:git:http:https:ssh"
MAX_SECONDS = 300
MAX_BYTES = 1024 * 1024 * 1024
_POLL = 0.05
_URL = re.compile(r"(?:https?|ssh|git|file)://[^\s\0-\x1f]+")
_SCP = re.compile(r"[\w.-]{1,60}@[\w.-]{1,100}:(?!:)[^\s\0-\x1f]+")
_OTHER = re.compile(r"[A-Za-z][\w+.-]*(?:://|::)")
_REVISION = re.compile(r"[\w][\w./+@-]{0,200}")


def is_address(text: str) -> bool:
    """Whether a word of the command line means a repository somewhere else.  Raises `RevisionError` for a transport that is not spoken."""
    if _URL.fullmatch(text) or (_SCP.fullmatch(text) and not os.path.exists(text)):
        return True
    if _OTHER.match(text):
        raise RevisionError("an address begins with https://, http://, ssh://, git://, file:// or user@host:")
    return False


def shown(address: str) -> str:
    """An address without user information, for messages."""
    return re.sub(r"(?<=://)[^/@]*@", "", address)


@contextlib.contextmanager
def fetched(address: str, revision: str | None = None) -> Iterator[Commit]:
    """The files of a repository somewhere else, at its default branch or a branch, tag or commit.  Raises `RevisionError`."""
    if revision is not None and not _REVISION.fullmatch(revision):
        raise RevisionError(f"a revision of a repository somewhere else is a branch, a tag or a whole commit hash, not {revision!r}")
    with tempfile.TemporaryDirectory(prefix="ctxgen-", ignore_cleanup_errors=True) as folder:
        git_dir = Path(folder, "repository.git")
        commit = _fetch(git_dir, address, revision)
        name = re.split(r"[/:]", address.rstrip("/"))[-1].removesuffix(".git") or "repository"
        git = program(git_dir)
        try:
            yield Commit(git, commit, name=name, origin=Origin(commit, None, _git.public(address)))
        finally:
            git.clear_cache()


def _fetch(git_dir: Path, address: str, revision: str | None) -> str:
    """Fetch one commit; its hash."""
    from git.exc import GitError

    git = program(git_dir)
    git.update_environment(
        GIT_ALLOW_PROTOCOL=PROTOCOLS, GIT_ASKPASS="", GIT_SSH_COMMAND="ssh -oBatchMode=yes -oConnectTimeout=20"
    )  # fmt: skip
    try:
        git.init("--bare", "--quiet", "--template=", "--", str(git_dir))
        process = git.fetch(
            "--quiet", "--depth=1", "--no-tags", "--no-recurse-submodules", "--no-auto-maintenance", "--end-of-options", address, revision or "HEAD", as_process=True
        )  # fmt: skip
        _wait(process, git_dir)
        return str(git.rev_parse("--verify", "--quiet", "FETCH_HEAD^{commit}"))
    except (GitError, OSError):
        raise RevisionError(f"cannot be fetched: {shown(address)!r}" + (f" at {revision!r}" if revision else "")) from None


def _wait(process: Git.AutoInterrupt, git_dir: Path) -> None:
    """Wait for a fetch within its bounds.  Raises `GitError` where it fails and `RevisionError` where it goes beyond them."""
    started = time.monotonic()
    running = process.proc
    while running is not None and running.poll() is None:
        if time.monotonic() - started > MAX_SECONDS or _bytes(git_dir) > MAX_BYTES:
            running.kill()
            running.wait()
            raise RevisionError(
                f"takes more than {MAX_SECONDS} seconds or {MAX_BYTES // 1024**2} MiB to fetch; clone it and give the folder"
            )
        time.sleep(_POLL)
    process.wait()


def _bytes(folder: Path) -> int:
    total = 0
    for parent, _, files in os.walk(folder):
        for file in files:
            with contextlib.suppress(OSError):
                total += os.lstat(os.path.join(parent, file)).st_size
    return total
