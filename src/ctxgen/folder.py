"""The files of a folder on disk: the tracked and untracked ones that git does not ignore, or all that a walk finds.

This is the only module that touches the file system of the repository: it lists, confines and bounds.
"""

from __future__ import annotations

import os
import stat
from collections.abc import Iterator
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


class Folder:
    """A `Store` over a folder.  Raises `NotADirectoryError` where the root is not one."""

    def __init__(self, root: Path) -> None:
        self.root = Path(os.path.realpath(root))
        if not self.root.is_dir():
            raise NotADirectoryError
        self.name = self.root.name
        self.git = _git.discover(self.root)
        self._folders: dict[str, str | None] = {}

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
        try:
            return os.lstat(self.root / path).st_size
        except OSError:
            return None

    def exists(self, path: str) -> bool:
        real = self._plain(path) or self._confined(path)
        return real is not None and os.path.isfile(real)

    def _confined(self, path: str) -> str | None:
        full = os.path.join(self.root, path)
        try:
            real = os.path.realpath(full, strict=True)
        except (OSError, ValueError):
            return None
        return real if real.startswith(os.path.join(self.root, "")) else None

    def _plain(self, path: str) -> str | None:
        """The real path of a regular file that is no link, in a folder inside the root (which is resolved once); None for anything else."""
        folder, _, base = path.rpartition("/")
        if folder not in self._folders:
            real = os.path.realpath(os.path.join(self.root, folder))
            inside = real == str(self.root) or real.startswith(os.path.join(self.root, ""))
            self._folders[folder] = os.path.join(real, "") if inside else None
        known = self._folders[folder]
        if known is None:
            return None
        try:
            return known + base if stat.S_ISREG(os.lstat(known + base).st_mode) else None
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
                        "outside-root" if os.path.islink(os.path.join(self.root, path)) else "not-found",
                        "missing, or a link that leaves the repository",
                    )
                if not stat.S_ISREG(os.stat(real).st_mode):
                    raise Unreadable("not-regular", "not a regular file")
            descriptor = os.open(real, os.O_RDONLY | getattr(os, "O_NONBLOCK", 0) | getattr(os, "O_NOFOLLOW", 0))
            with os.fdopen(descriptor, "rb") as stream:
                found = os.fstat(descriptor)
                if not stat.S_ISREG(found.st_mode):
                    raise Unreadable("not-regular", "not a regular file")
                if found.st_size > limit:
                    raise too_large(limit)
                data = stream.read(limit + 1)
        except OSError:
            raise Unreadable("unreadable", "cannot be read") from None
        if len(data) > limit:
            raise too_large(limit)
        return data

    def _walk(self, note: Note, *, honour_ignores: bool) -> Iterator[str]:
        """The files below the root outside git: `.gitignore` files are honoured (pathspec), links are not followed."""
        from pathspec import GitIgnoreSpec

        def failed(error: OSError) -> None:
            folder = os.path.relpath(error.filename, self.root) if error.filename else "."
            note(folder, None, "unreadable", "folder cannot be read")

        rules: dict[str, Any] = {}
        for folder, folders, files in os.walk(self.root, onerror=failed):
            relative = os.path.relpath(folder, self.root).replace(os.sep, "/")
            prefix = "" if relative == "." else relative + "/"
            above = [(base, spec) for base, spec in rules.items() if prefix.startswith(base)]
            if honour_ignores and ".gitignore" in files:
                try:
                    spec = GitIgnoreSpec.from_lines(decode(self.read(prefix + ".gitignore", _IGNORE_LIMIT)).split("\n"))
                    rules[prefix] = spec
                    above.append((prefix, spec))
                except (Unreadable, ValueError):
                    note(prefix + ".gitignore", None, "unreadable", "ignore rules cannot be read")

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
