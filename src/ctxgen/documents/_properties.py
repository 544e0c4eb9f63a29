"""Java's properties files.  Source: https://docs.oracle.com/en/java/javase/21/docs/api/java.base/java/util/Properties.html."""

from __future__ import annotations

from collections.abc import Iterator
from typing import NamedTuple

from ctxgen.documents._node import Unreadable

MAX_CONTINUED = 10_000_000
"""Characters that are looked at for the ends of lines: all lines of an entry so far for each line that continues it."""


class Entry(NamedTuple):
    """A key with its value, or a comment or blank line as its text alone, and the line where it begins, from 1."""

    key: str | None
    text: str
    line: int


def parse_properties(text: str) -> Iterator[Entry]:
    """Everything in the order of the file.

    Raises `Unreadable` where an entry goes on over very many lines, and, when it comes there, for a broken escape.
    """
    import javaproperties

    looked = length = 0
    for written in text.split("\n"):
        length += len(written)
        looked += length
        length = length if written.endswith("\\") else 0
    if looked > MAX_CONTINUED:
        raise Unreadable("too-complex", "entries that are continued over too many lines")
    line = 1
    try:
        for element in javaproperties.parse(text):
            if isinstance(element, javaproperties.KeyValue):
                yield Entry(element.key, element.value, line)
            else:
                yield Entry(None, element.source, line)
            line += element.source.count("\n")
    except javaproperties.InvalidUEscapeError:
        raise Unreadable("parse-error", "not a valid properties file", line) from None
