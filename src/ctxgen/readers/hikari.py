"""Pools that Java and Kotlin code sizes: `config.setMaximumPoolSize(20)`, `maximumPoolSize = 20`.  Source: https://github.com/brettwooldridge/HikariCP#gear-configuration-knobs-baby"""

from __future__ import annotations

import re
from collections.abc import Iterator

from ctxgen.model import Fact, Setting
from ctxgen.opaque import name
from ctxgen.readers import reads
from ctxgen.tree import SOURCE_LIMIT, File

_STATED = re.compile(
    r"\b(?:set)?(?P<key>[Mm]aximumPoolSize|[Mm]inimumIdle|[Cc]onnectionTimeout|[Ii]dleTimeout|[Mm]axLifetime)[ \t]{0,9}(?:=|\()[ \t]{0,9}(?P<number>\d[\d_]{0,11})L?\b"
)
_LONGEST = 300
"""Characters of a line that are looked at."""
_KINDS = {
    "maximumpoolsize": ("pool-size", "connections", "HikariCP"),
    "minimumidle": ("pool-size", "connections", "HikariCP idle minimum"),
    "connectiontimeout": ("timeout", "ms", "HikariCP connection"),
    "idletimeout": ("timeout", "ms", "HikariCP idle"),
    "maxlifetime": ("ttl", "ms", "HikariCP connection"),
}
"""As the same settings of Spring's files are told."""


@reads("*.java", "*.kt", limit=SOURCE_LIMIT, contains=(b"HikariConfig", b"HikariDataSource"))
def read_hikari(file: File) -> Iterator[Fact]:
    """The sizes and time-outs that stand as numbers."""
    for number, line in enumerate(file.text.split("\n"), 1):
        if (found := _STATED.search(line, 0, _LONGEST)) is None or any(mark in line[: found.start()] for mark in ("//", "*", '"')):
            continue  # a comment, or a text that speaks of it
        kind, unit, subject = _KINDS[found["key"].lower()]
        size = name(found["number"].replace("_", ""))
        yield Setting(kind=name(kind), value=size, unit=name(unit), subject=name(subject), at=file.at(number))
