"""The tokens of a small language with their lines, counted once from start to end."""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import NamedTuple


class Token(NamedTuple):
    text: str
    line: int


def tokens(text: str, pattern: re.Pattern[str], skipped: tuple[str, ...]) -> Iterator[Token]:
    """What `pattern` finds in a text, but for what starts as a comment or a string that says nothing does."""
    line, last = 1, 0
    for found in pattern.finditer(text):
        line += text.count("\n", last, found.start())
        last = found.start()
        if not found[0].startswith(skipped):
            yield Token(found[0], line)
