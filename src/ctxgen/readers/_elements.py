"""Places of XML elements: the parser tells the line where a start tag ends, people look for where it begins."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from ctxgen.model import At
from ctxgen.tree import File

if TYPE_CHECKING:
    from lxml import etree

_LONGEST_TAG = 30
"""Lines that one start tag may take."""
_LONGEST_LINE = 2_000
"""Characters of a line that is looked into: in a file of one line every element stands there."""


def place(file: File, element: etree._Element) -> At:
    """The line where an element's start tag begins."""
    known: Any = element.sourceline
    last = min(int(known or 1), len(file.lines))
    if len(file.lines[last - 1]) > _LONGEST_LINE:
        return file.at(last)
    opening = f"<{element.tag}"
    return file.at(next((line for line in range(last, max(last - _LONGEST_TAG, 0), -1) if opening in file.lines[line - 1]), last))
