"""What an earlier run over the same files said, kept in the user's cache folder.

A run is named by everything that it depends on: this version of ctxgen, its options, and the path and content of every
file that is listed.  For a file that git knows and nobody has touched since, git's index names the content; any other
is read.  Files that are not listed but were asked for (an ignored `.env` that compose names) are kept beside the run
and compared.  Kept is only what a run prints: no value of a repository is a part of it.
"""

from __future__ import annotations

import contextlib
from hashlib import blake2b
from pathlib import Path

import msgspec
from msgspec import Struct

from ctxgen import __version__, cache_files, compiled
from ctxgen.configuration import Configuration
from ctxgen.context import Context
from ctxgen.documents import Unreadable
from ctxgen.folder import Folder
from ctxgen.language_names import EXTENSIONS, extension
from ctxgen.readers import readers_for
from ctxgen.tree import LOCK_LIMIT, Tree

MANY_FILES = 300
"""Fewer are read as fast as they are compared."""
MAX_RUNS = 50
MAX_BYTES = 64 << 20
MAX_RUN = 8 << 20
NOT_THERE = "-"


class Run(Struct, frozen=True):
    """What a run said, and the files beside the listed ones that it asked for, by their content."""

    context: Context
    configuration: Configuration
    asked: dict[str, str]


def key(tree: Tree, *options: object) -> str | None:
    """The name of a run over a tree, None where it is not worth one."""
    store = tree.store
    if not isinstance(store, Folder) or len(tree.paths) < MANY_FILES:
        return None
    digest = blake2b(digest_size=20)
    digest.update(msgspec.msgpack.encode((__version__, _program(), store.name, options)))
    contents = store.contents(tree.paths)
    for path in tree.paths:
        digest.update(f"{path}\0{contents.get(path) or _content(tree, path)}\n".encode(errors="surrogatepass"))
    return digest.hexdigest()


def recall(name: str, tree: Tree) -> Run | None:
    """The run of a name, if it is kept and the files that it asked for are as they were."""
    folder = _folder()
    data = cache_files.opened(folder / f"{name}.msgpack") if folder is not None else None
    if data is None:
        return None
    try:
        run = msgspec.msgpack.decode(data, type=Run)
    except msgspec.MsgspecError:
        return None
    return run if all(_asked(tree, path) == content for path, content in run.asked.items()) else None


def keep(name: str, tree: Tree, context: Context, configuration: Configuration) -> None:
    """Keep what a run said; where that cannot be, nothing happens."""
    folder = _folder()
    if not isinstance(tree.store, Folder) or not tree.store.unchanged():  # somebody wrote while we read
        return
    data = msgspec.msgpack.encode(Run(context, configuration, {path: _asked(tree, path) for path in sorted(tree.asked)}))
    if folder is not None and len(data) <= MAX_RUN:
        with contextlib.suppress(OSError):
            cache_files.keep(folder / f"{name}.msgpack", cache_files.sealed(data), files=MAX_RUNS, size=MAX_BYTES)


def _folder() -> Path | None:
    folder = cache_files.cache_folder()
    return folder / "runs" if folder is not None else None


def _program() -> str:
    """What of ctxgen itself a run depends on beside its version: in a source tree, all of it."""
    package = Path(__file__).parent
    if (package / compiled.NAME).exists():
        return ""
    digest = blake2b(compiled.content_key().encode(), digest_size=20)
    for path in sorted(package.rglob("*.py")):
        digest.update(path.read_bytes())
    return digest.hexdigest()


def _content(tree: Tree, path: str) -> str:
    """The content of a listed file that git does not vouch for; of one that nothing reads its size says enough."""
    if not readers_for(path) and extension(path).lower() not in EXTENSIONS:
        return str(tree.size(path))
    return _digest(tree, path)


def _asked(tree: Tree, path: str) -> str:
    return _digest(tree, path) if tree.exists(path) else NOT_THERE


def _digest(tree: Tree, path: str) -> str:
    try:
        return blake2b(tree.read(path, LOCK_LIMIT), digest_size=20).hexdigest()
    except Unreadable as error:
        return f"{error.code} {tree.size(path)}"
