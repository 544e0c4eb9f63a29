"""Pools that Java and Kotlin code sizes: `config.setMaximumPoolSize(20)`, `maximumPoolSize = 20`.  Source: https://github.com/brettwooldridge/HikariCP#gear-configuration-knobs-baby"""

from __future__ import annotations

import re
from collections.abc import Iterator

from ctxgen.model import Fact, Setting
from ctxgen.opaque import name
from ctxgen.readers import reads
from ctxgen.tree import SOURCE_LIMIT, File

_STATED = re.compile(
    r"^[^/*\"\n]{0,200}?\b(?:set)?(?P<key>[Mm]aximumPoolSize|[Mm]inimumIdle|[Cc]onnectionTimeout|[Ii]dleTimeout|[Mm]axLifetime)[ \t]{0,9}(?:=|\()[ \t]{0,9}(?P<number>\d[\d_]{0,11})L?\b",
    re.MULTILINE,
)
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
    for found in _STATED.finditer(file.text):
        kind, unit, subject = _KINDS[found["key"].lower()]
        line = file.text.count("\n", 0, found.start("key")) + 1
        yield Setting(
            kind=name(kind), value=name(found["number"].replace("_", "")), unit=name(unit), subject=name(subject), at=file.at(line)
        )
