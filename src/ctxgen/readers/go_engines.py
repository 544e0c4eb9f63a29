"""The database that Go code begins with where its settings name none: `Dialect: "sqlite3"`, `viper.SetDefault("database.type", "sqlite")`.

Sources: https://pkg.go.dev/github.com/spf13/viper#SetDefault, https://pkg.go.dev/github.com/spf13/pflag#String, https://pkg.go.dev/github.com/urfave/cli/v3#StringFlag,
https://pkg.go.dev/github.com/caarlos0/env/v11#hdr-Default_Values.
"""

from __future__ import annotations

import re
from collections.abc import Iterator

from ctxgen.model import ConfigKey, Fact
from ctxgen.opaque import Opaque, name
from ctxgen.readers import reads
from ctxgen.readers._lines import lines_with
from ctxgen.tree import SOURCE_LIMIT, File

_ENGINE = r"(sqlite3?|postgres(?:ql)?|mysql|mariadb|sqlserver|mssql)"
_CHOICE = r"(?:(?:DB|Db|Database)(?:Dialect|Driver|Type|Engine)|Dialect)"
_DEFAULT = re.compile(
    rf"\b{_CHOICE}(?::[ \t]{{0,20}}|\.[sS]etDefault\()\"{_ENGINE}\""
    rf"|\b{_CHOICE}[ \t]{{1,20}}string[ \t]{{1,20}}`[^`\n]{{0,200}}\b(?:default|envDefault):\"{_ENGINE}\""
    rf"|\bSetDefault\(\"(?:\w{{1,30}}\.){{0,3}}(?:(?:db|database)[._]?(?:type|driver|dialect|engine)|driver|dialect)\",[ \t]{{0,3}}\"{_ENGINE}\""
    rf"|\.String(?:Var)?P?\((?:&?[\w.]{{1,60}},[ \t]{{0,3}})?\"(?:(?:db|database)[-_.]?(?:type|driver|dialect|engine)|driver|dialect)\",[ \t]{{0,3}}(?:\"\w?\",[ \t]{{0,3}})?\"{_ENGINE}\""
)
_VALUE = re.compile(rf"[ \t]{{0,20}}Value:[ \t]{{0,20}}\"{_ENGINE}\"")
_FLAG = re.compile(r"[ \t]{0,20}Name:[ \t]{0,20}\"(?:(?:db|database)[-_.](?:type|driver|dialect|engine)|driver|dialect)\"")
"""A flag of urfave/cli that chooses a database, and what it is without being given."""
_NEAR = 10
_LONGEST = 400


@reads(
    "*.go",
    limit=SOURCE_LIMIT,
    contains=(b"Dialect", b"Driver", b"Type", b"Engine", b"SetDefault(", b"driver", b"dialect"),
    excludes=("*_test.go",),
)
def read_go_engine(file: File) -> Iterator[Fact]:
    """The first such line of a file of settings."""
    if not re.search(r"(?i)conf|setting|option|flag|(?:^|/)cmd/|main\.go\Z", file.path):
        return
    text = file.text
    for start, end in lines_with(text, "sqlite", "postgres", "mysql", "mariadb", "sqlserver", "mssql"):
        line = text[start : min(end, start + _LONGEST)]
        if (found := _DEFAULT.search(line) or _of_flag(text, start, line)) is not None and "//" not in line[: found.start()]:
            value = next(group for group in found.groups() if group)
            at = file.at(text.count("\n", 0, start) + 1)
            yield ConfigKey(key=name("code.database.default"), value=Opaque(value), dialect="other", at=at)
            return


def _of_flag(text: str, start: int, line: str) -> re.Match[str] | None:
    """The value of a flag, where its name stands in the lines before it."""
    if (value := _VALUE.match(line)) is None:
        return None
    before = text[max(0, start - _LONGEST) : start].splitlines()[-_NEAR:]
    named = [index for index, each in enumerate(before) if "Name:" in each]
    return value if named and _FLAG.match(before[named[-1]]) else None
