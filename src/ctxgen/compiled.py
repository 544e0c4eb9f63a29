"""What is worked out before a run: the catalogue's index and the table of readers, in one file.

A wheel brings the file, written when it was built (`hatch_build.py`).  A source tree keeps it in the user's cache
folder, under a name made of the content of everything that it is made from, so that it can never be stale; it is safe
to delete, and one that is damaged or not the user's own is made again.  Nothing of a scanned repository is looked at.
"""

from __future__ import annotations

import contextlib
import os
import stat
import tempfile
from functools import cache
from hashlib import blake2b
from pathlib import Path

import msgspec
from msgspec import Raw, Struct

NAME = "compiled.msgpack"
_DIGEST = 32
_KEPT = 4
"""How many files of other contents stay in the cache folder: one per checkout that is worked in."""


class Compiled(Struct, frozen=True):
    """The catalogue (`index.Index`), the readers (`readers.Reader`) and the frameworks of source (`source.frameworks.Framework`), encoded."""

    catalogue: Raw
    readers: Raw
    frameworks: Raw


@cache
def load() -> Compiled:
    """The file of the wheel, else that of the cache, else a new one."""
    packed = _opened(Path(__file__).parent / NAME, trusted=True)
    if packed is not None:
        return packed
    folder = _cache_folder()
    path = folder / f"{content_key()}.msgpack" if folder is not None else None
    kept = _opened(path) if path is not None else None
    if kept is not None:
        return kept
    data = build()
    if path is not None:
        with contextlib.suppress(OSError):
            _keep(path, data)
    return _decoded(data)


def build() -> bytes:
    """The content of the file.  Raises `ctxgen.detectors.DetectorError` for a wrong detector file."""
    from ctxgen import detectors
    from ctxgen.index import index
    from ctxgen.readers import _table
    from ctxgen.source.frameworks import load_folder

    technologies = index(detectors.load_folder(detectors.detectors_folder()))
    encode = msgspec.msgpack.encode
    known = load_folder(detectors.detectors_folder() / "source")
    data = encode(Compiled(Raw(encode(technologies)), Raw(encode(_table.declared())), Raw(encode(known))))
    return blake2b(data, digest_size=_DIGEST).digest() + data


def content_key() -> str:
    """A name for the content of all files that the compiled one is made from."""
    from ctxgen.detectors import detectors_folder

    package = Path(__file__).parent
    digest = blake2b(digest_size=20)
    folder = detectors_folder()
    data_files = (*sorted(folder.glob("*.toml")), *sorted(folder.glob("source/*/*/framework.toml")))
    for path in (
        *data_files,
        *sorted(package.glob("*.py")),
        *sorted((package / "readers").glob("*.py")),
        package / "source" / "frameworks.py",
    ):
        data = path.read_bytes()
        digest.update(f"{path.name} {len(data)}\n".encode())
        digest.update(data)
    return digest.hexdigest()


def _decoded(data: bytes) -> Compiled:
    return msgspec.msgpack.decode(memoryview(data)[_DIGEST:], type=Compiled)


def _opened(path: Path, *, trusted: bool = False) -> Compiled | None:
    """The compiled file at a path, None where there is none that is whole (and, in the cache, the user's own)."""
    try:
        descriptor = os.open(path, os.O_RDONLY | getattr(os, "O_NOFOLLOW", 0) | getattr(os, "O_NONBLOCK", 0) | getattr(os, "O_BINARY", 0))
        with os.fdopen(descriptor, "rb") as stream:
            found = os.fstat(descriptor)
            if not stat.S_ISREG(found.st_mode) or not (trusted or _own(found)):
                return None
            data = stream.read()
        if blake2b(memoryview(data)[_DIGEST:], digest_size=_DIGEST).digest() != data[:_DIGEST]:
            return None
        return _decoded(data)
    except (OSError, msgspec.MsgspecError):
        return None


def _own(found: os.stat_result) -> bool:
    """Whether a file belongs to the user, who alone may write it."""
    return not hasattr(os, "getuid") or (found.st_uid == os.getuid() and not found.st_mode & 0o022)


def _cache_folder() -> Path | None:
    from platformdirs import user_cache_path

    folder = user_cache_path("ctxgen", appauthor=False)
    return folder if folder.is_absolute() else None


def _keep(path: Path, data: bytes) -> None:
    """Write a file beside itself, readable for the user alone, and rename it; the oldest others go."""
    path.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
    descriptor, temporary = tempfile.mkstemp(dir=path.parent, prefix=".")
    try:
        with os.fdopen(descriptor, "wb") as stream:
            stream.write(data)
        os.replace(temporary, path)
    except OSError:
        with contextlib.suppress(OSError):
            os.unlink(temporary)
        raise
    for old in sorted(path.parent.glob("*.msgpack"), key=lambda each: each.stat().st_mtime_ns, reverse=True)[_KEPT + 1 :]:
        old.unlink(missing_ok=True)
