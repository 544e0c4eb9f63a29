"""Pools of connections that Python code makes, with the numbers that are written there.

Sources: https://docs.sqlalchemy.org/en/20/core/engines.html#sqlalchemy.create_engine,
https://magicstack.github.io/asyncpg/current/api/index.html#asyncpg.pool.create_pool.  Only numbers get out.
"""

from __future__ import annotations

import re
from collections.abc import Iterator

from ctxgen.model import ConfigKey
from ctxgen.opaque import Opaque, name
from ctxgen.readers import reads
from ctxgen.readers._python_text import code
from ctxgen.tree import SOURCE_LIMIT, File

_MADE = re.compile(r"\b(?:(create_(?:async_)?engine)|create_pool)\(")
_OPTION = re.compile(r"\b(pool_size|max_overflow|pool_timeout|pool_recycle|max_size)\s{0,3}=\s{0,3}(\d{1,6})(?![\w.])")
_LONGEST = 2_000
"""Characters of a call."""


@reads("*.py", limit=SOURCE_LIMIT, contains=(b"create_engine(", b"create_async_engine(", b"create_pool("))
def read_python_pools(file: File) -> Iterator[ConfigKey]:
    """`create_engine(url, pool_size=20, max_overflow=10)`, `asyncpg.create_pool(url, max_size=20)`."""
    text = code(file.text)
    for made in _MADE.finditer(text):
        library = "SQLALCHEMY_ENGINE_OPTIONS" if made[1] else "asyncpg.create_pool"
        if not re.search(r"sqlalchemy|sqlmodel" if made[1] else "asyncpg", text):
            continue
        for found in _OPTION.finditer(text, made.end(), _end(text, made.end())):
            line = text.count("\n", 0, found.start()) + 1
            yield ConfigKey(key=name(f"{library}.{found[1]}"), value=Opaque(found[2]), dialect="other", at=file.at(line))


def _end(text: str, start: int) -> int:
    """Where the call ends whose bracket opened before a position."""
    depth = 1
    for position in range(start, min(len(text), start + _LONGEST)):
        depth += {"(": 1, ")": -1}.get(text[position], 0)
        if not depth:
            return position
    return min(len(text), start + _LONGEST)
