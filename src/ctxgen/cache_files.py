"""Files in the user's cache folder: whole or not there, the user's own, few, and safe to delete."""

from __future__ import annotations

import contextlib
import os
import stat
import tempfile
from hashlib import blake2b
from pathlib import Path

DIGEST = 32


def cache_folder() -> Path | None:
    """The cache folder of ctxgen, None where the system has none."""
    from platformdirs import user_cache_path

    folder = user_cache_path("ctxgen", appauthor=False)
    return folder if folder.is_absolute() else None


def sealed(data: bytes) -> bytes:
    """Content with its digest before it."""
    return blake2b(data, digest_size=DIGEST).digest() + data


def opened(path: Path, *, trusted: bool = False) -> memoryview | None:
    """The content of a sealed file, None where there is none that is whole (and, unless it is `trusted`, the user's own)."""
    try:
        descriptor = os.open(path, os.O_RDONLY | getattr(os, "O_NOFOLLOW", 0) | getattr(os, "O_NONBLOCK", 0) | getattr(os, "O_BINARY", 0))
        with os.fdopen(descriptor, "rb") as stream:
            found = os.fstat(descriptor)
            if not stat.S_ISREG(found.st_mode) or not (trusted or _own(found)):
                return None
            data = memoryview(stream.read())
    except OSError:
        return None
    return data[DIGEST:] if blake2b(data[DIGEST:], digest_size=DIGEST).digest() == data[:DIGEST] else None


def _own(found: os.stat_result) -> bool:
    """Whether a file belongs to the user, who alone may write it."""
    return not hasattr(os, "getuid") or (found.st_uid == os.getuid() and not found.st_mode & 0o022)


def keep(path: Path, data: bytes, *, files: int, size: int = 1 << 40) -> None:
    """Write a file beside itself, for the user alone, and rename it; the oldest others beyond so many files and bytes go.  Raises `OSError`."""
    path.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
    descriptor, temporary = tempfile.mkstemp(dir=path.parent, prefix=".")
    try:
        with os.fdopen(descriptor, "wb") as stream:
            stream.write(data)
        os.replace(temporary, path)
    except BaseException:  # an interruption, too, leaves nothing half written
        with contextlib.suppress(OSError):
            os.unlink(temporary)
        raise
    known = sorted(((each.stat(), each) for each in path.parent.glob("*.msgpack")), key=lambda entry: -entry[0].st_mtime_ns)
    for number, (found, old) in enumerate(known):
        size -= found.st_size
        if number >= files or (size < 0 and old != path):
            old.unlink(missing_ok=True)
