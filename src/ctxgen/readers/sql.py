"""SQL files: migrations of every tool that keeps them as SQL, and dumps.  What they add up to is worked out by `resolve.schema`.

Sources: https://documentation.red-gate.com/flyway, https://github.com/golang-migrate/migrate, https://pressly.github.io/goose/,
https://github.com/amacneil/dbmate, https://github.com/rickbergfalk/postgrator, https://docs.liquibase.com/concepts/changelogs/sql-format.html and the references of the dialects.
"""

from __future__ import annotations

import re
from collections.abc import Iterator

from ctxgen.model import Diagnostic, SchemaChange
from ctxgen.opaque import name
from ctxgen.readers import reads
from ctxgen.readers._ddl import Definitions
from ctxgen.readers._sql import statements
from ctxgen.readers.liquibase import LIQUIBASE
from ctxgen.tree import LOCK_LIMIT, File

_SECTION = re.compile(
    r"^[ \t]*+(?:--|#)[ \t]*+(?:"
    r"(?:\+\s?(?:goose|migrate|micrate)[ \t]++|migrate:|rambler[ \t]++|--- !|={3,}[ \t]++)(?P<section>up|down)s?\b"
    r"|(?P<title>up|down)[ \t]++migration\b|//@(?P<undo>undo)\b|--[ \t]*+create above / (?P<below>drop) below)[^\n]*+$",
    re.IGNORECASE | re.MULTILINE,
)
"""Where a file turns from going up to going down and back: goose, sql-migrate, micrate, dbmate, rambler, Play, shmig, node-pg-migrate, MyBatis, tern."""

_FORMATTED = re.compile(r"\s{0,100}--\s{0,10}liquibase formatted sql", re.IGNORECASE)


@reads(
    "*.sql",
    limit=LOCK_LIMIT,
    contains=(b"CREATE", b"create", b"Create", b"ALTER", b"alter", b"Alter", b"DROP", b"drop", b"RENAME", b"rename"),
    excludes=(
        "*.down.sql",
        "down.sql",
        "*_down.sql",
        "*-down.sql",
        "U[0-9]*__*.sql",
        "*.undo.sql",
        "*.undo.*.sql",
        "*rollback*.sql",
        "*revert*.sql",
    ),
)
def read_sql(file: File) -> Iterator[SchemaChange | Diagnostic]:
    """The steps that the statements of a file are, those of a part that takes them back left out."""
    formatted = _FORMATTED.match(file.text) is not None
    definitions = Definitions(file, LIQUIBASE) if formatted else Definitions(file)
    for statement in statements(_upward(file.text)):
        try:
            yield from definitions.changes(statement)
        except RecursionError:
            yield Diagnostic(name(file.path), statement[0].line, "too-complex", "warning", "a statement that is nested too deeply")


def _upward(text: str) -> str:
    """The text without the parts that go down, line by line as long."""
    kept, begin, down = list[str](), 0, False
    for mark in _SECTION.finditer(text):
        turned = (mark["section"] or mark["title"] or "down").lower() == "down"
        kept.append("\n" * text.count("\n", begin, mark.start()) if down else text[begin : mark.start()])
        begin, down = mark.start(), turned
    kept.append("\n" * text.count("\n", begin) if down else text[begin:])
    return "".join(kept)
