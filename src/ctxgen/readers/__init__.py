"""One small module per file format: each turns one file into facts.

A reader says by patterns which files it wants, prints nothing, walks nothing, opens no other file and knows no
technology.  Where a file names another it yields a `Reference`, which the pipeline opens with the named reader.
"""

from __future__ import annotations

import importlib
import re
from collections.abc import Callable, Iterable
from functools import cache

import msgspec
from msgspec import Struct

from ctxgen.model import Diagnostic, Fact, Reference
from ctxgen.patterns import STAR, Pattern, Patterns, linear
from ctxgen.tree import MANIFEST_LIMIT, File

Found = Fact | Reference | Diagnostic
Read = Callable[[File], Iterable[Found]]


class Reader(Struct, frozen=True):
    """A reader: its name (the function's) and module, what it wants, and how large a file may be.

    `patterns` without a slash are compared with the file's name, with a slash with the whole path (`**/` for any
    folders).  `contains`: bytes one of which must stand in the content before the reader is called.
    """

    name: str
    module: str
    patterns: tuple[str, ...]
    limit: int = MANIFEST_LIMIT
    contains: tuple[bytes, ...] = ()
    excludes: tuple[str, ...] = ()

    @property
    def read(self) -> Read:
        """The reading function; its module is imported when the first file needs it."""
        return _function(self.module, self.name)


@cache
def _function(module: str, name: str) -> Read:
    function: Read = getattr(importlib.import_module(f"{__name__}.{module}"), name)
    return function


def reads(
    *patterns: str, limit: int = MANIFEST_LIMIT, contains: tuple[bytes, ...] = (), excludes: tuple[str, ...] = ()
) -> Callable[[Read], Read]:
    """Declare a reader for files by name; `excludes` are patterns of names that it does not want after all.

    `ctxgen.readers._table` takes the arguments from the source, so that a run imports only the readers that it needs:
    they must be literals, limits of `ctxgen.tree`, or names of literals in the same module.
    """
    return lambda read: read


@cache
def readers() -> dict[str, Reader]:
    """All readers by name."""
    from ctxgen import compiled

    return {reader.name: reader for reader in msgspec.msgpack.decode(compiled.load().readers, type=list[Reader])}


class _Index:
    """Readers by exact name, by extension (`*.go`), and by other patterns of names and of paths."""

    def __init__(self, known: Iterable[Reader]) -> None:
        self.exact: dict[str, list[Reader]] = {}
        self.extensions: dict[str, list[Reader]] = {}
        names: list[tuple[str, Reader]] = []
        paths: list[tuple[str, Reader]] = []
        for reader in known:
            for pattern in reader.patterns:
                if "/" in pattern:
                    paths.append((pattern, reader))
                elif re.fullmatch(r"\*\.[^*?\[.]+", pattern):
                    self.extensions.setdefault(pattern[2:], []).append(reader)
                elif re.search(r"[*?\[]", pattern):
                    names.append((pattern, reader))
                else:
                    self.exact.setdefault(pattern, []).append(reader)
        self._of_name, self._of_path = [reader for _, reader in names], [reader for _, reader in paths]
        self._names, self._paths = (Patterns(path_glob(pattern) for pattern, _ in each) for each in (names, paths))

    def wanted(self, path: str) -> list[Reader]:
        """Readers whose patterns a path matches, some more than once."""
        name = path.rpartition("/")[2]
        exact = self.exact.get(name, ())
        own_lock = exact and _LOCK.fullmatch(name)
        return [
            *exact,
            *(() if own_lock else self.extensions.get(name.rpartition(".")[2], ())),
            *(self._of_name[position] for position in self._names.matching(name)),
            *(self._of_path[position] for position in self._paths.matching(path)),
        ]


@cache
def _index() -> _Index:
    return _Index(readers().values())


_LOCK = re.compile(r".+[-.]lock(?:\.\w+)?")
_PART = re.compile(r"(\*\*/)|(\*)|(\?)|(\[!?[^\]/]+\])|(.)", re.DOTALL)


def path_glob(pattern: str) -> Pattern:
    """A glob over a name or a whole path: `*` and `?` stay within a name, `**/` is any folders."""
    regex, parts, literals = "", list[str](), [""]
    for folders, star, one, chars, literal in _PART.findall(pattern):
        if literal:
            parts.append(re.escape(literal))
            literals[-1] += literal
            continue
        literals.append("")
        if folders:
            regex, parts = regex + linear(parts) + "(?:.*/)?", []
        else:
            parts.append(STAR if star else "[^/]" if one else chars.replace("[!", "[^"))
    return Pattern(literals[0], literals[-1], regex + linear(parts) + r"\Z", max(literals, key=len))


_glob = cache(path_glob)


def readers_for(path: str) -> list[Reader]:
    """The readers that want the file at `path`, each once, by name; a lock file that has a reader of its own is for that one alone."""
    basename = path.rpartition("/")[2]
    wanted = {reader.name: reader for reader in _index().wanted(path)}
    return [wanted[name] for name in sorted(wanted) if not any(_glob(pattern).match(basename) for pattern in wanted[name].excludes)]
