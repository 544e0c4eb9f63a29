"""One small module per file format: each turns one file into facts.

A reader says by patterns which files it wants, prints nothing, walks nothing, opens no other file and knows no
technology.  Where a file names another it yields a `Reference`, which the pipeline opens with the named reader.
"""

from __future__ import annotations

import fnmatch
import importlib
import pkgutil
import re
from collections.abc import Callable, Iterable
from functools import cache

from msgspec import Struct

from ctxgen.model import Diagnostic, Fact, Reference
from ctxgen.tree import MANIFEST_LIMIT, File

Found = Fact | Reference | Diagnostic
Read = Callable[[File], Iterable[Found]]


class Reader(Struct, frozen=True):
    """A registered reader: its name (the function's), what it wants, and how large a file may be.

    `patterns` without a slash are compared with the file's name, with a slash with the whole path (`**/` for any
    folders).  `contains`: bytes one of which must stand in the content before the reader is called.
    """

    name: str
    patterns: tuple[str, ...]
    read: Read
    limit: int
    contains: tuple[bytes, ...]
    excludes: tuple[str, ...]


_READERS: dict[str, Reader] = {}


def reads(
    *patterns: str, limit: int = MANIFEST_LIMIT, contains: tuple[bytes, ...] = (), excludes: tuple[str, ...] = ()
) -> Callable[[Read], Read]:
    """Register a reader for files by name; `excludes` are patterns of names that it does not want after all."""

    def register(read: Read) -> Read:
        _READERS[read.__name__] = Reader(read.__name__, patterns, read, limit, contains, excludes)
        return read

    return register


@cache
def readers() -> dict[str, Reader]:
    """All readers by name."""
    for module in pkgutil.iter_modules(__path__):
        importlib.import_module(f"{__name__}.{module.name}")
    return dict(sorted(_READERS.items()))


class _Index(Struct, frozen=True):
    """Readers by exact name, by extension (`*.go`), and by other patterns, of which one expression tells whether any matches."""

    exact: dict[str, list[Reader]]
    extensions: dict[str, list[Reader]]
    globs: list[tuple[re.Pattern[str], Reader]]
    any_glob: re.Pattern[str]


@cache
def _index() -> _Index:
    exact: dict[str, list[Reader]] = {}
    extensions: dict[str, list[Reader]] = {}
    globs: list[tuple[str, Reader]] = []
    for reader in readers().values():
        for pattern in reader.patterns:
            if re.fullmatch(r"\*\.[^*?\[/.]+", pattern):
                extensions.setdefault(pattern[2:], []).append(reader)
            elif re.search(r"[*?\[/]", pattern):
                globs.append((_as_regex(pattern), reader))
            else:
                exact.setdefault(pattern, []).append(reader)
    return _Index(
        exact,
        extensions,
        [(re.compile(regex), reader) for regex, reader in globs],
        re.compile("|".join(regex for regex, _ in globs) or r"(?!)"),
    )


_GLOB = re.compile(r"(\*\*/)|(\*)|(\?)|(\[!?[^\]/]+\])|(.)", re.DOTALL)


def _as_regex(pattern: str) -> str:
    """A glob as a regular expression over a whole path: `*` and `?` stay within a name, `**/` is any folders."""
    out = "" if "/" in pattern else "(?:.*/)?"
    for folders, star, one, chars, literal in _GLOB.findall(pattern):
        out += "(?:.*/)?" if folders else "[^/]*" if star else "[^/]" if one else chars.replace("[!", "[^") if chars else re.escape(literal)
    return out + r"\Z"


def readers_for(path: str) -> list[Reader]:
    """The readers that want the file at `path`, each once, by name."""
    index = _index()
    basename = path.rpartition("/")[2]
    wanted = [*index.exact.get(basename, ()), *index.extensions.get(basename.rpartition(".")[2], ())]
    if index.any_glob.match(path):
        wanted += [reader for pattern, reader in index.globs if pattern.match(path)]
    return [
        reader
        for _, reader in sorted({reader.name: reader for reader in wanted}.items())
        if not any(fnmatch.fnmatchcase(basename, pattern) for pattern in reader.excludes)
    ]
