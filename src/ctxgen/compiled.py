"""What is worked out before a run: the catalogue's index and the table of readers, in one file.

A wheel brings the file, written when it was built (`hatch_build.py`).  A source tree keeps it in the user's cache
folder, under a name made of the content of everything that it is made from, so that it can never be stale; it is safe
to delete, and one that is damaged or not the user's own is made again.  Nothing of a scanned repository is looked at.
"""

from __future__ import annotations

import contextlib
from functools import cache
from hashlib import blake2b
from pathlib import Path

import msgspec
from msgspec import Raw, Struct

from ctxgen import cache_files
from ctxgen.cache_files import cache_folder as _cache_folder

NAME = "compiled.msgpack"
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
    known = _opened(path) if path is not None else None
    if known is not None:
        return known
    data = build()
    if path is not None:
        with contextlib.suppress(OSError):
            cache_files.keep(path, data, files=_KEPT + 1)
    return msgspec.msgpack.decode(memoryview(data)[cache_files.DIGEST :], type=Compiled)


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
    return cache_files.sealed(data)


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


def _opened(path: Path, *, trusted: bool = False) -> Compiled | None:
    """The compiled file at a path, None where there is none that is whole (and, in the cache, the user's own)."""
    data = cache_files.opened(path, trusted=trusted)
    try:
        return None if data is None else msgspec.msgpack.decode(data, type=Compiled)
    except msgspec.MsgspecError:
        return None
