"""The code of a Python file without its comments and documentation, for patterns that look for calls.

Source: https://docs.python.org/3/reference/lexical_analysis.html#string-and-bytes-literals.
"""

from __future__ import annotations

import re

_TOKEN = re.compile(
    r"""(?P<told>\#[^\n]*|\"\"\"(?:[^"\\]|\\.|"(?!""))*+(?:\"\"\"|\Z)|'''(?:[^'\\]|\\.|'(?!''))*+(?:'''|\Z))|"(?:[^"\\\n]|\\.)*+(?:"|(?=\n)|\Z)|'(?:[^'\\\n]|\\.)*+(?:'|(?=\n)|\Z)""",
    re.DOTALL,
)
_LETTER = re.compile(r"[^\n]")


def code(text: str) -> str:
    """The text with comments and what stands in triple quotes as blanks: every place stays where it is."""
    return _TOKEN.sub(lambda found: _LETTER.sub(" ", found[0]) if found["told"] else found[0], text)
