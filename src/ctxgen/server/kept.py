"""The context of a folder, made at the first question and kept until the files have changed."""

from __future__ import annotations

import gc
import os
import threading
from collections.abc import Iterable
from pathlib import Path

from msgspec import Struct

from ctxgen.catalogue import Catalogue
from ctxgen.configuration import FILE
from ctxgen.context import Context
from ctxgen.pipeline import analyse
from ctxgen.tree import Tree


class Known(Struct, frozen=True):
    """What answers are made of; facts and documents are let go, they are most of the memory."""

    context: Context
    catalogue: Catalogue


class Kept:
    """Knows a folder: `now` reads it again only where its files have changed.  May be asked by several threads."""

    def __init__(self, root: Path) -> None:
        self.root = root
        self._lock = threading.Lock()
        self._known: Known | None = None
        self._seen = (0, 0)
        self._beside: tuple[str, ...] = ()
        """Files that git ignores and other files name, as an `env_file`."""

    def now(self) -> Known:
        """The context of the files as they are.  Raises `NotADirectoryError` where the folder is gone."""
        with self._lock:
            listed = Tree(self.root).paths
            seen = (state(self.root, listed), state(self.root, self._beside))
            if self._known is None or seen != self._seen:
                self._known, self._beside = self._read(frozenset(listed))
                self._seen = (seen[0], state(self.root, self._beside))  # from before the reading: later changes are read next time
            return self._known

    def _read(self, listed: frozenset[str]) -> tuple[Known, tuple[str, ...]]:
        gc.disable()  # a run makes no garbage in circles, and looking for it takes as long as the run
        try:
            analysis = analyse(self.root)
        finally:
            gc.enable()
        beside = {FILE, *(fact.at.path for fact in analysis.facts)} - listed
        return Known(analysis.context, analysis.catalogue), tuple(sorted(beside))


def state(root: Path, paths: Iterable[str]) -> int:
    """A number for files: their names, sizes and times, no content."""

    def stamp(path: str) -> tuple[str, int, int]:
        try:
            found = os.lstat(os.path.join(root, path))
        except OSError:
            return path, -1, -1
        return path, found.st_mtime_ns, found.st_size

    return hash(tuple(map(stamp, paths)))
