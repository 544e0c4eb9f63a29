"""Large machine-written JSON: parsed by the standard library, lines found by walking the text once, in order."""

from __future__ import annotations

import json
import re
from typing import Any

from ctxgen.documents import Unreadable
from ctxgen.tree import File


def load(file: File) -> dict[str, Any]:
    """The object of a JSON lock file.  Raises `Unreadable` where it is none."""
    try:
        root = json.loads(file.text)
    except json.JSONDecodeError as error:
        raise Unreadable("parse-error", "not valid JSON", error.lineno) from None
    except (RecursionError, ValueError):
        raise Unreadable("too-complex", "document is nested too deeply") from None
    if not isinstance(root, dict):
        raise Unreadable("unknown-format", "not a lock file")
    return root


def table(value: object) -> dict[str, Any]:
    """A mapping, an empty one for anything else."""
    return value if isinstance(value, dict) else {}


def text(value: object) -> str | None:
    """A string, None for anything else."""
    return value if isinstance(value, str) else None


class Cursor:
    """A place in a text that only moves on, and its line."""

    def __init__(self, content: str) -> None:
        self._text, self._position, self.line = content, 0, 1

    def key(self, key: str) -> int:
        """The line of the next `"key": {`; the present line where there is none."""
        return self._move(rf"{_quoted(key)}\s*:\s*\{{")

    def pair(self, key: str, value: str) -> int:
        """The line of the next `"key": "value"`; the present line where there is none."""
        return self._move(rf"{_quoted(key)}\s*:\s*{_quoted(value)}")

    def _move(self, pattern: str) -> int:
        found = re.compile(pattern).search(self._text, self._position)
        if found:
            self.line += self._text.count("\n", self._position, found.start())
            self._position = found.start()
        return self.line


def _quoted(value: str) -> str:
    return re.escape(json.dumps(value, ensure_ascii=False)).replace("/", r"\\?/")
