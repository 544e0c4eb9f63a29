"""The files of a commit, read from git's object store without a checkout.

GitPython is imported here alone: it keeps one `git cat-file` open for all objects.  Nothing of the repository runs,
no filter is applied, and what another store would have to deliver is not fetched.
Sources: https://git-scm.com/docs/git-ls-tree, https://git-scm.com/docs/git-cat-file,
https://gitpython.readthedocs.io/en/stable/reference.html#module-git.cmd
"""

from __future__ import annotations

import os
from pathlib import Path
from typing import TYPE_CHECKING, NamedTuple

from ctxgen import _git
from ctxgen.documents import Unreadable
from ctxgen.facts import folder_of, join_path
from ctxgen.store import Note, Origin, printable, too_large

if TYPE_CHECKING:
    from git.cmd import Git

_MAX_LINKS = 8
_LONGEST_LINK = 4096
_REGULAR, _LINK = ("100644", "100755", "100664"), "120000"


class RevisionError(ValueError):
    """Why a revision cannot be read, in words for the user."""


class _Entry(NamedTuple):
    link: bool
    sha: str
    size: int
    """-1 for an object that is damaged or not here."""


class Commit:
    """A `Store` over a folder of a commit.  Links are followed within the folder alone, submodules are left out."""

    def __init__(self, git: Git, commit: str, *, name: str, folder: str = "", origin: Origin) -> None:
        self.name, self._git, self._origin = name, git, origin
        self._entries = _entries(git, commit, folder)

    def paths(self, note: Note, *, include_ignored: bool = False) -> list[str]:
        return [path for path in self._entries if printable(path)]

    def origin(self) -> Origin:
        return self._origin

    def size(self, path: str) -> int | None:
        found = self._entries.get(path)
        return found.size if found is not None and found.size >= 0 else None

    def exists(self, path: str) -> bool:
        return self._resolve(path) is not None

    def read(self, path: str, limit: int) -> bytes:
        found = self._resolve(path)
        if found is None:
            listed = self._entries.get(path)
            raise Unreadable("outside-root" if listed else "not-found", "missing, or a link that leaves the repository")
        if found.size > limit:
            raise too_large(limit)
        return self._data(found)

    def _resolve(self, path: str) -> _Entry | None:
        """The file at a path, links followed as long as they stay inside."""
        for _ in range(_MAX_LINKS):
            found = self._entries.get(path)
            if found is not None and not found.link:
                return found
            parts = path.split("/")
            above = ("/".join(parts[:end]) for end in range(1, len(parts) + 1))
            link = next((each for each in above if each in self._entries), None)
            if link is None or not self._entries[link].link or self._entries[link].size > _LONGEST_LINK:
                return None
            target = join_path(folder_of(link), os.fsdecode(self._data(self._entries[link])))
            rest = path[len(link) + 1 :]
            if target is None:
                return None
            path = "/".join(part for part in (target, rest) if part)
        return None

    def _data(self, entry: _Entry) -> bytes:
        try:
            return self._git.get_object_data(entry.sha)[3]
        except (ValueError, OSError):  # an object that is damaged or not here; git has ended, the next call starts another
            self._git.clear_cache()
            raise Unreadable("unreadable", "cannot be read") from None


def _entries(git: Git, commit: str, folder: str) -> dict[str, _Entry]:
    from git.exc import GitError

    try:
        rows = git.ls_tree(
            "-r", "-z", "-l", "--full-tree", commit, *(["--", f":(top,literal){folder}"] if folder else []), stdout_as_string=False
        )
    except GitError:
        raise RevisionError("the commit cannot be read") from None
    found = {}
    prefix = folder + "/" if folder else ""
    for row in os.fsdecode(rows).split("\0"):
        meta, _, path = row.partition("\t")
        fields = meta.split()
        if len(fields) == 4 and path.startswith(prefix) and (fields[0] in _REGULAR or fields[0] == _LINK):
            found[path[len(prefix) :]] = _Entry(fields[0] == _LINK, fields[2], int(fields[3]) if fields[3].isdigit() else -1)
    return found


def program(git_dir: Path) -> Git:
    """GitPython's access to a git folder, with every setting of it overridden that could run or redirect.  Raises `RevisionError`."""
    executable = _git.executable()
    if executable is None:
        raise RevisionError("git is needed for that, and not found")
    os.environ["GIT_PYTHON_GIT_EXECUTABLE"] = executable
    os.environ["GIT_PYTHON_REFRESH"] = "quiet"
    from git.cmd import Git

    git = Git(os.path.abspath(os.sep))
    git.set_persistent_git_options(git_dir=str(git_dir), c=list(_git.OVERRIDES))
    git.update_environment(**_git.ENVIRONMENT)
    return git


def at_revision(root: Path, revision: str) -> Commit:
    """A folder as it was at a revision (`v1.2`, `HEAD~3`, a hash).  Raises `RevisionError`."""
    top = Path(os.path.realpath(root))
    governing = _git.discover(top)
    if governing is None:
        raise RevisionError("not in a git repository, which has no revisions")
    commit = _git.commit(governing, revision)
    if commit is None:
        raise RevisionError(f"no such revision: {revision!r}")
    below = os.path.relpath(top, governing.work_tree).replace(os.sep, "/")
    folder = "" if below == "." else below
    found = Commit(program(governing.git_dir), commit, name=top.name, folder=folder, origin=Origin(commit, None, _git.remote(governing)))
    if folder and not found.paths(lambda *_: None):
        raise RevisionError(f"no such folder at {revision!r}: {folder!r}")
    return found
