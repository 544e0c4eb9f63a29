"""References in a text replaced by what they stand for, which may hold references again: bounded, so that a value that doubles itself costs nothing."""

from __future__ import annotations

import re
from collections.abc import Callable

LEVELS = 8
MAX_LENGTH = 10_000
MAX_REPLACED = 500


def substitute(pattern: re.Pattern[str], text: str, answer: Callable[[re.Match[str]], str]) -> str:
    """The text with every match replaced by its answer (what is unknown answers with itself), level by level; cut where it grows beyond all use."""
    left = MAX_REPLACED
    for _ in range(LEVELS):
        parts, size, after = [], 0, 0
        for found in pattern.finditer(text):
            if left <= 0 or size > MAX_LENGTH:
                break
            part = text[after : found.start()] + answer(found)
            parts.append(part)
            size, after, left = size + len(part), found.end(), left - 1
        changed = ("".join(parts) + text[after:])[:MAX_LENGTH]
        if changed == text or left <= 0:
            return changed
        text = changed
    return text
