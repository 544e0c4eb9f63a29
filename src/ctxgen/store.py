"""Where the files of a tree lie: what a folder, a commit and anything else that holds files have to offer."""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping
from typing import NamedTuple, Protocol

from ctxgen.documents import Unreadable

Note = Callable[[str, int | None, str, str], None]
"""Keeps a diagnostic: path, line, code, message."""


class Origin(NamedTuple):
    """Commit, branch and remote (an address without credentials), as far as there are any."""

    commit: str | None = None
    branch: str | None = None
    remote: str | None = None


class Store(Protocol):
    """Files by their paths, which are POSIX and relative to the root called `name`.  Nothing outside the root is ever read."""

    name: str

    def paths(self, note: Note, *, include_ignored: bool = False) -> list[str]:
        """The paths of the files, in any order; what could not be listed is noted."""

    def read(self, path: str, limit: int) -> bytes:
        """The whole content of a regular file of at most `limit` bytes.  Raises `Unreadable` for anything else."""

    def exists(self, path: str) -> bool:
        """Whether there is a file at a path that may be read."""

    def size(self, path: str) -> int | None:
        """How many bytes a listed file has."""

    def origin(self) -> Origin:
        """Which version of which repository this is."""


class Written:
    """A store with some of its files as they will be once they are written, under a name of its own."""

    def __init__(self, store: Store, files: Mapping[str, bytes], name: str) -> None:
        self.name, self._store, self._files = name, store, files

    def paths(self, note: Note, *, include_ignored: bool = False) -> list[str]:
        return list({*self._store.paths(note, include_ignored=include_ignored), *self._files})

    def read(self, path: str, limit: int) -> bytes:
        if path not in self._files:
            return self._store.read(path, limit)
        if len(self._files[path]) > limit:
            raise too_large(limit)
        return self._files[path]

    def exists(self, path: str) -> bool:
        return path in self._files or self._store.exists(path)

    def size(self, path: str) -> int | None:
        return len(self._files[path]) if path in self._files else self._store.size(path)

    def origin(self) -> Origin:
        return self._store.origin()


def too_large(limit: int) -> Unreadable:
    """What is raised for a file beyond its limit: it is never truncated."""
    return Unreadable("too-large", f"larger than {limit // 1024} KiB, skipped whole")


def as_utf8(data: bytes) -> bytes:
    """The content of a file without a byte order mark, in UTF-8 where that is one of UTF-16, so that whoever looks for words or beginnings of lines in it finds them."""
    if data[:2] in (b"\xff\xfe", b"\xfe\xff"):
        return data.decode("utf-16", errors="replace").encode()
    return data.removeprefix(b"\xef\xbb\xbf")


def is_binary(data: bytes) -> bool:
    """Whether content is no text of UTF-8."""
    return b"\0" in data[:8192]


def decode(data: bytes) -> str:
    """Text of a file.  Raises `Unreadable` for binary content; a byte that is not UTF-8 becomes U+FFFD."""
    data = as_utf8(data)
    if is_binary(data):
        raise Unreadable("binary", "binary file under a text file's name")
    text = data.decode("utf-8-sig", errors="replace")
    return text.replace("\r\n", "\n").replace("\r", "\n")


_UNPRINTABLE = re.compile(r"[\x00-\x1f\x7f-\x9f\udc80-\udcff\u2028-\u202e\u2066-\u2069]")

_LONGEST_PATH = 4096
_LONG = re.compile(r"[^/]{256}")


def printable(path: str) -> bool:
    """Whether a path can be printed, decoded and lie in a folder: names with control characters or invalid UTF-8, and longer ones than file systems have, are never listed."""
    return len(path) <= _LONGEST_PATH and not _UNPRINTABLE.search(path) and not _LONG.search(path)
