"""Git, asked without obeying the repository's own configuration.

`git` reads `.git/config`, which may name programs (`core.fsmonitor`, hooks, filters) and other folders
(`core.worktree`, `include.path`).  Every call here overrides what could run or redirect, runs outside the tree, has a
time limit, and keeps git's messages to itself; on any failure the caller walks the folder instead.
Sources: https://git-scm.com/docs/git-config, https://git-scm.com/docs/git-ls-files, https://git-scm.com/docs/gitrepository-layout.
"""

from __future__ import annotations

import os
import re
import shutil
import stat
import subprocess
from pathlib import Path
from typing import NamedTuple

from ctxgen.opaque import looks_secret

_TIMEOUT = 30
_RACY = 20_000_000
"""Nanoseconds in which a clock of a file system may stand still, and the same where it counts whole seconds."""
_COARSE = 2_000_000_000
OVERRIDES = (
    "core.fsmonitor=false", "core.untrackedCache=false", "core.hooksPath=/dev/null", "core.excludesFile=/dev/null", "core.attributesFile=/dev/null",
    "core.quotePath=false", "core.precomposeUnicode=false", "core.ignoreCase=false", "core.pager=cat", "submodule.recurse=false", "protocol.allow=never", "safe.directory=*",
)  # fmt: skip
"""Settings of a repository that could run a program or redirect; a commit is read with them, too."""
ENVIRONMENT = {
    "HOME": "/nonexistent", "LC_ALL": "C", "GIT_CONFIG_NOSYSTEM": "1", "GIT_CONFIG_GLOBAL": os.devnull, "GIT_CONFIG_SYSTEM": os.devnull, "GIT_OPTIONAL_LOCKS": "0",
    "GIT_NO_LAZY_FETCH": "1", "GIT_TERMINAL_PROMPT": "0", "GIT_NO_REPLACE_OBJECTS": "1", "GIT_ATTR_NOSYSTEM": "1",
}  # fmt: skip


class GitDir(NamedTuple):
    """`git_dir` holds HEAD and the index, `work_tree` is the folder that it describes (both real paths)."""

    git_dir: Path
    work_tree: Path


def discover(root: Path) -> GitDir | None:
    """The git folder that governs `root`, found by walking up; a `.git` file only where it points at a worktree or submodule that points back."""
    for folder in (root, *root.parents):
        entry = folder / ".git"
        try:
            if entry.is_symlink():
                return None
            if entry.is_dir():
                return GitDir(entry, folder) if (entry / "HEAD").is_file() else None
            if entry.is_file():
                return _linked(entry, folder)
        except OSError:
            return None
    return None


def _linked(entry: Path, folder: Path) -> GitDir | None:
    """Resolve a `.git` file: `gitdir: <main>/.git/worktrees/<name>` whose own `gitdir` names this file."""
    content = entry.read_text(errors="replace")[:4096]
    found = re.fullmatch(r"gitdir: ([^\n]+)\n?", content)
    if not found:
        return None
    target = Path(os.path.realpath(folder / found[1]))
    back = target / "gitdir"
    if target.parent.name == "worktrees" and back.is_file():
        named = Path(back.read_text(errors="replace")[:4096].strip())
        if os.path.realpath(target / named) == os.path.realpath(entry):
            return GitDir(target, folder)
    return None


def executable() -> str | None:
    """The absolute path of the git program, None where there is none."""
    program = shutil.which("git")
    return os.path.abspath(program) if program else None


def _run(git: GitDir, *arguments: str) -> bytes | None:
    program = executable()
    if program is None:
        return None
    command = [program, f"--git-dir={git.git_dir}", f"--work-tree={git.work_tree}"]
    for override in OVERRIDES:
        command += ["-c", override]
    try:
        done = subprocess.run(
            [*command, *arguments],
            capture_output=True,
            cwd=os.path.abspath(os.sep),
            env={"PATH": os.defpath, **ENVIRONMENT},
            stdin=subprocess.DEVNULL,
            timeout=_TIMEOUT,
            check=False,
        )
    except (OSError, subprocess.SubprocessError):
        return None
    return done.stdout if done.returncode == 0 else None


def list_files(git: GitDir, root: Path) -> list[str] | None:
    """Tracked files and untracked ones that are not ignored, relative to `root`; None where git cannot say.

    Submodules and nested repositories are left out: they are repositories of their own.
    """
    from ctxgen.store import printable

    below = os.path.relpath(root, git.work_tree).replace(os.sep, "/")
    prefix = "" if below == "." else below + "/"
    pathspec = ["--", f":(top,literal){below}"] if prefix else []
    rows = _run(git, "ls-files", "-z", "-t", "--stage", "--deleted", "--others", "--exclude-standard", *pathspec)
    if rows is None:
        return None
    found: set[str] = set()
    gone: set[str] = set()
    for row in os.fsdecode(rows).split("\0"):
        tag, path = row[:2], row[2:]
        if tag != "? ":
            meta, _, path = path.partition("\t")
            if not path or meta.startswith("160000"):
                continue
        if tag == "R " or (tag == "S " and not os.path.lexists(os.path.join(git.work_tree, path))):
            gone.add(path)
        elif path and not path.endswith("/"):
            found.add(path)
    return [path[len(prefix) :] for path in found - gone if path.startswith(prefix) and printable(path)]


class Entry(NamedTuple):
    """A file as the index knows it: its blob, and what it was like on disk when it had that content (nanoseconds, 32 bits of the inode)."""

    blob: str
    changed: int
    modified: int
    inode: int
    size: int

    def like(self, now: os.stat_result) -> bool:
        """Whether a file still is what it was."""
        known = (self.changed, self.modified, self.inode, self.size)
        return stat.S_ISREG(now.st_mode) and known == (now.st_ctime_ns, now.st_mtime_ns, now.st_ino & 0xFFFFFFFF, now.st_size & 0xFFFFFFFF)


_ENTRY = re.compile(
    rb"100\d{3} ([0-9a-f]{40,64}) 0\t([^\0]{1,4096}+)\0  ctime: (\d+):(\d+)\n  mtime: (\d+):(\d+)\n  dev: \d+\tino: (\d+)\n  uid: \d+\tgid: \d+\n  size: (\d+)\tflags: 0\n"
)


def entries(git: GitDir, root: Path) -> dict[str, Entry]:
    """The entries of the index below `root` that were written well after their files last changed (others may hide a change of the same moment)."""
    below = os.path.relpath(root, git.work_tree).replace(os.sep, "/")
    prefix = "" if below == "." else below + "/"
    rows = _run(git, "ls-files", "-z", "--stage", "--debug", *(["--", f":(top,literal){below}"] if prefix else []))
    try:
        written = os.stat(git.git_dir / "index").st_mtime_ns
    except OSError:
        return {}
    found: dict[str, Entry] = {}
    for blob, path, *times, inode, size in _ENTRY.findall(rows or b""):
        changed, changed_rest, modified, modified_rest = map(int, times)
        entry = Entry(blob.decode(), changed * 10**9 + changed_rest, modified * 10**9 + modified_rest, int(inode), int(size))
        coarse = not int(changed_rest) and not int(modified_rest)
        if max(entry.changed, entry.modified) < written - (_COARSE if coarse else _RACY):
            found[os.fsdecode(path)[len(prefix) :]] = entry
    return found


def commit(git: GitDir, revision: str) -> str | None:
    """The commit that a revision means (`v1.2`, `HEAD~3`, a hash), None where it means none."""
    said = _run(git, "rev-parse", "--verify", "--quiet", "--end-of-options", f"{revision}^{{commit}}")
    return said.decode().strip() if said else None


def head(git: GitDir) -> tuple[str | None, str | None]:
    """(commit, branch) of HEAD, None where there is none."""
    branch = _run(git, "symbolic-ref", "--short", "--quiet", "HEAD")
    return (commit(git, "HEAD"), branch.decode(errors="replace").strip() if branch else None)


def remote(git: GitDir) -> str | None:
    """The URL of `origin` as `https://host/owner/name`, never with user information; None where it is a local path."""
    common = git.git_dir.parent.parent if git.git_dir.parent.name == "worktrees" else git.git_dir
    said = _run(git, "config", "--no-includes", "--file", str(common / "config"), "--get", "remote.origin.url")
    return public(said.decode(errors="replace").strip()) if said else None


_ADDRESS = re.compile(
    r"(?:(?:https?|ssh|git)://(?:[^/@]*@)?([\w.-]{1,100})(?::\d{1,5})?/|(?:[\w.-]{1,60}@)?([\w.-]{1,100}):(?!//))([\w./-]{1,160}?)(?:\.git)?/?"
)


def public(address: str) -> str | None:
    """The address of a repository as `https://host/owner/name`, never with user information; None where it is not one of a host."""
    found = _ADDRESS.fullmatch(address)
    told = f"https://{found[1] or found[2]}/{found[3].strip('/')}" if found else None
    return None if told is None or looks_secret(told) else told
