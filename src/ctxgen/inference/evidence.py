"""Places as evidence."""

from __future__ import annotations

from collections.abc import Iterable

from ctxgen.context import Cited, Evidence
from ctxgen.model import At

MAX_EVIDENCE = 8


def cite(places: Iterable[At], limit: int = MAX_EVIDENCE) -> Cited:
    """Places as evidence, each once, in the given order, at most `limit`."""
    return tuple(Evidence(at.path, at.line) for at in list(dict.fromkeys(places))[:limit])
