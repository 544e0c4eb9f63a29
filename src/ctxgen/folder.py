"""The files of a folder on disk: the tracked and untracked ones that git does not ignore, or all that a walk finds.

This is the only module that touches the file system of the repository: it lists, confines and bounds.
"""

from __future__ import annotations

import os
import stat
from collections.abc import Iterable, Iterator
from pathlib import Path
from typing import Any

from ctxgen import _git
from ctxgen.documents import Unreadable
from ctxgen.store import Note, Origin, decode, printable, too_large

_SKIPPED_FOLDERS = {
    ".git",
    ".hg",
    ".svn",
    "node_modules",
    ".venv",
    "venv",
    "__pycache__",
    ".tox",
    ".mypy_cache",
    ".pytest_cache",
    ".gradle",
    ".idea",
}
"""Never walked into outside git, where no ignore rule may name them."""
_IGNORE_LIMIT = 1024 * 1024
_FLAGS = os.O_RDONLY | getattr(os, "O_NONBLOCK", 0) | getattr(os, "O_NOFOLLOW", 0) | getattr(os, "O_BINARY", 0)


class Folder:
    """A `Store` over a folder.  Raises `NotADirectoryError` where the root is not one."""

    def __init__(self, root: Path) -> None:
        self.root = Path(os.path.realpath(root))
        if not self.root.is_dir():
            raise NotADirectoryError
        self.name = self.root.name
        self.git = _git.discover(self.root)
        self._top = os.path.join(self.root, "")
        self._sizes: dict[str, int] = {}
        self._changed: dict[str, int] = {}
        self._folders: dict[str, str | None] = {"": self._top}

    def paths(self, note: Note, *, include_ignored: bool = False) -> list[str]:
        listed = None if include_ignored or self.git is None else _git.list_files(self.git, self.root)
        return list(self._walk(note, honour_ignores=not include_ignored)) if listed is None else listed

    def origin(self) -> Origin:
        return Origin() if self.git is None else Origin(*_git.head(self.git), _git.remote(self.git))

    def published_name(self) -> str:
        """The name that the repository has at its remote, else the folder's."""
        whole = self.git is not None and self.git.work_tree == self.root
        remote = self.origin().remote if whole else None
        return remote.rpartition("/")[2] if remote else self.name

    def size(self, path: str) -> int | None:
        if path in self._sizes:
            return self._sizes[path]
        try:
            return os.lstat(self._top + path).st_size
        except OSError:
            return None

    def unchanged(self) -> bool:
        """Whether no file whose content was named has changed since."""
        try:
            return all(os.lstat(self._top + path).st_ctime_ns == changed for path, changed in self._changed.items())
        except OSError:
            return False

    def contents(self, paths: Iterable[str]) -> dict[str, str]:
        """What names the content of those files that git's index knows as they are; the rest may have changed since."""
        entries = _git.entries(self.git, self.root) if self.git is not None else {}
        found: dict[str, str] = {}
        for path in paths:
            try:
                now = os.lstat(self._top + path)
            except (OSError, ValueError):
                continue
            self._sizes[path], self._changed[path] = now.st_size, now.st_ctime_ns
            entry = entries.get(path)
            if entry is not None and entry.like(now):
                # what a checkout made of it (line ends, a filter) shows in its size
                found[path] = f"{entry.blob} {now.st_size}"
        return found

    def exists(self, path: str) -> bool:
        real = self._plain(path) or self._confined(path)
        return real is not None and os.path.isfile(real)

    def _confined(self, path: str) -> str | None:
        try:
            real = os.path.realpath(self._top + path, strict=True)
        except (OSError, ValueError):
            return None
        return real if real.startswith(self._top) else None

    def _folder(self, folder: str) -> str | None:
        """The real path of a folder inside the root, with the separator behind it; None where it is elsewhere.  Resolved once, below its parent."""
        if folder not in self._folders:
            real: str | None = self._top
            here = ""
            for part in folder.split("/"):
                here = f"{here}/{part}" if here else part
                if here in self._folders:
                    real = self._folders[here]
                else:
                    real = self._folders[here] = self._below(real, part, here)
        return self._folders[folder]

    def _below(self, parent: str | None, part: str, folder: str) -> str | None:
        if parent is not None and part not in (".", "..") and stat.S_ISDIR(os.lstat(parent + part).st_mode):
            return os.path.join(parent + part, "")
        resolved = os.path.join(os.path.realpath(self._top + folder), "")  # a link
        return resolved if resolved.startswith(self._top) else None

    def _plain(self, path: str) -> str | None:
        """The real path of a regular file that is no link, in a folder inside the root; None for anything else."""
        folder, _, base = path.rpartition("/")
        try:
            known = self._folder(folder)
            return known + base if known is not None and stat.S_ISREG(os.lstat(known + base).st_mode) else None
        except (OSError, ValueError):
            return None

    def read(self, path: str, limit: int) -> bytes:
        """The bytes of a regular file inside the root, at most `limit` of them.

        Raises `Unreadable` for what is missing, outside, not regular or larger; nothing is ever truncated.
        """
        try:
            real = self._plain(path)
            if real is None:
                real = self._confined(path)
                if real is None:
                    raise Unreadable(
                        "outside-root" if os.path.islink(self._top + path) else "not-found",
                        "missing, or a link that leaves the repository",
                    )
                if not stat.S_ISREG(os.stat(real).st_mode):
                    raise Unreadable("not-regular", "not a regular file")
            descriptor = os.open(real, _FLAGS)
            try:
                return _content(descriptor, limit)
            finally:
                os.close(descriptor)
        except OSError:
            raise Unreadable("unreadable", "cannot be read") from None

    def _walk(self, note: Note, *, honour_ignores: bool) -> Iterator[str]:
        """The files below the root outside git: `.gitignore` files are honoured (pathspec), links are not followed."""
        from ctxgen.ignoring import MAX_JUDGED, rules

        def failed(error: OSError) -> None:
            folder = os.path.relpath(error.filename, self.root) if error.filename else "."
            note(folder, None, "unreadable", "folder cannot be read")

        known: dict[str, Any] = {}
        left = MAX_JUDGED
        for folder, folders, files in os.walk(self.root, onerror=failed):
            relative = os.path.relpath(folder, self.root).replace(os.sep, "/")
            prefix = "" if relative == "." else relative + "/"
            above = [(base, spec) for base in _upwards(prefix) if (spec := known.get(base))]
            if honour_ignores and ".gitignore" in files:
                try:
                    spec = rules(decode(self.read(prefix + ".gitignore", _IGNORE_LIMIT)).split("\n"))
                    known[prefix] = spec
                    above.append((prefix, spec))
                except (Unreadable, ValueError):
                    note(prefix + ".gitignore", None, "unreadable", "ignore rules cannot be read")
            if left > 0:
                left -= sum(len(spec) for _, spec in above) * (len(folders) + len(files))
                if left <= 0:
                    note(
                        prefix + ".gitignore",
                        None,
                        "too-complex",
                        "too many ignore rules for so many files, they are not followed from here on",
                    )
            if left <= 0:
                above = []

            def ignored(path: str, above: list[tuple[str, Any]] = above) -> bool:
                return any(spec.match_file(path[len(base) :]) for base, spec in above)

            folders[:] = sorted(
                d
                for d in folders
                if d not in _SKIPPED_FOLDERS
                and not (honour_ignores and ignored(f"{prefix}{d}/"))
                and not os.path.exists(os.path.join(folder, d, ".git"))
            )
            for file in files:
                path = prefix + file
                if not (honour_ignores and ignored(path)) and printable(path):
                    yield path


def _upwards(prefix: str) -> Iterator[str]:
    """A folder's path with its last `/`, after those above it; `""` is the root."""
    yield ""
    for index, character in enumerate(prefix):
        if character == "/":
            yield prefix[: index + 1]


def _content(descriptor: int, limit: int) -> bytes:
    """All bytes of an open file.  A buffer of its size costs a fraction of one of the limit's, page by page.  Raises `Unreadable`, `OSError`."""
    found = os.fstat(descriptor)
    if not stat.S_ISREG(found.st_mode):
        raise Unreadable("not-regular", "not a regular file")
    if found.st_size > limit:
        raise too_large(limit)
    data = os.read(descriptor, found.st_size + 1)
    if len(data) == found.st_size:
        return data
    parts, size = [data], len(data)  # it changed meanwhile, or came in parts
    while size <= limit and (more := os.read(descriptor, limit + 1 - size)):
        parts.append(more)
        size += len(more)
    if size > limit:
        raise too_large(limit)
    return b"".join(parts)
