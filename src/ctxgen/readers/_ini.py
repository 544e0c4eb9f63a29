"""INI files as configparser reads them, with the line of every value.  Source: https://docs.python.org/3/library/configparser.html."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass, field

_COMMENT = re.compile(r"(?:^|(?<=\s))#.*\Z")
_SECTION = re.compile(r"\[([^\]\n]{1,200})\]")
_SEPARATOR = re.compile(r"[=:]")
_LONGEST = 200
"""Characters of a key."""


@dataclass(frozen=True)
class Option:
    """A key of a section, the line where it stands, and the lines of its value with theirs."""

    section: str
    key: str
    line: int
    values: list[tuple[int, str]] = field(default_factory=list)

    @property
    def text(self) -> str:
        """The value as one text."""
        return "\n".join(value for _, value in self.values)


def options(lines: list[str]) -> Iterator[Option]:
    """The options of an INI file in order; indented lines continue a value, comments and empty lines do not end it."""
    section = ""
    current: Option | None = None
    for number, line in enumerate(lines, 1):
        stripped = "" if line.lstrip().startswith(";") else _COMMENT.sub("", line).strip()
        if not stripped:
            continue
        if line[0].isspace() and current is not None:
            current.values.append((number, stripped))
        elif header := _SECTION.match(line):
            section = header[1].strip()
            if current is not None:
                yield current
            current = None
        elif stripped[0] not in "#;[" and (separator := _SEPARATOR.search(stripped)) and (key := stripped[: separator.start()].rstrip()):
            if len(key) > _LONGEST:
                continue
            if current is not None:
                yield current
            value = stripped[separator.end() :].strip()
            current = Option(section, key.lower(), number, [(number, value)] if value else [])
    if current is not None:
        yield current
