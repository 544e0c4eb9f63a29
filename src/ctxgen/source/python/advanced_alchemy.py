"""The bases of Advanced Alchemy, which bring columns: a key, and the times of creation and change.

Source: https://docs.advanced-alchemy.litestar.dev/latest/reference/base.html.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator

from ctxgen.model import At, Column
from ctxgen.opaque import Name

_BASE = re.compile(
    r"(?:advanced_alchemy\.(?:extensions\.\w{1,20}\.)?|litestar\.(?:plugins|contrib)\.sqlalchemy\.)(?:base\.)?(UUIDv[67]|UUID|BigInt|Identity|NanoID|Default)(Audit)?Base"
)
_KEYS = {"UUID": "UUID", "UUIDv6": "UUID", "UUIDv7": "UUID", "BigInt": "BigInteger", "Identity": "BigInteger", "NanoID": "String"}


def is_base(path: str) -> bool:
    """Whether a path is that of one of the bases."""
    return _BASE.fullmatch(path) is not None


def columns(bases: Iterable[str], at: At) -> Iterator[Column]:
    """The columns that the bases of a class bring."""
    for base in bases:
        if (found := _BASE.fullmatch(base)) is None:
            continue
        if (key := _KEYS.get(found[1])) is not None:
            yield Column(name=Name("id"), type=Name(key), nullable=False, primary=True, at=at)
        for stamp in ("created_at", "updated_at") if found[2] else ():
            yield Column(name=Name(stamp), type=Name("DateTimeUTC"), nullable=False, at=at)
