"""Tables that Go code makes: SQL in its strings, in migrations of one's own, of goose and of sql-migrate.

Sources: https://go.dev/ref/spec#String_literals, https://pressly.github.io/goose/documentation/provider/, https://pkg.go.dev/github.com/rubenv/sql-migrate#Migration.
"""

from __future__ import annotations

import re
from collections.abc import Iterator

from ctxgen.documents import Unreadable
from ctxgen.model import Diagnostic, SchemaChange
from ctxgen.opaque import name
from ctxgen.readers import reads
from ctxgen.readers._ddl import Definitions
from ctxgen.readers._lines import numbering
from ctxgen.readers._sql import statements
from ctxgen.tree import SOURCE_LIMIT, File

_TOKEN = re.compile(
    r"//[^\n]*|/\*.*?(?:\*/|\Z)|'(?:\\.|[^'\\\n])+'|\"(?P<plain>(?:\\.|[^\"\\\n])*)\"|`(?P<raw>[^`]*)`"
    r"|^func[ \t]{1,4}(?:\([^)\n]{0,100}\)[ \t]{0,4})?(?P<function>\w{1,100})|\b(?P<way>Up|Down)\w{0,20}:",
    re.DOTALL | re.MULTILINE,
)
_DEFINES = re.compile(
    r"\s{0,200}(?:--[^\n]*\n\s{0,200}){0,20}(?:CREATE|ALTER|DROP|RENAME)\s[^;]{0,60}?\bTABLE\b|\s{0,200}BEGIN\b[^;]{0,40};\s{0,200}CREATE\s+TABLE\b",
    re.IGNORECASE,
)
_FILLED_IN = re.compile(r"(?i)\bTABLE\s+(?:IF\s+(?:NOT\s+)?EXISTS\s+)?[\"'`\[]?(?:\w{1,60}\.)?[\"'`]?(?:%|\{\{|\$\{|\Z)")
_BACK = re.compile(r"(?i)(?:\w{0,60}_)?(?:down|rollback|undo|revert)|\w{0,60}(?:Down|Rollback|Undo|Revert)\w{0,60}")
_ESCAPED = re.compile(r"\\([\"'`\\])|\\[nrt]")


@reads("*.go", limit=SOURCE_LIMIT, contains=(b"CREATE TABLE", b"create table", b"Create Table"), excludes=("*_test.go",))
def read_sql_in_go(file: File) -> Iterator[SchemaChange | Diagnostic]:
    """The steps of the statements that strings hold, without those that take steps back or whose table is only known when they run."""
    definitions = Definitions(file)
    line_of, back = numbering(file.text), False
    for token in _TOKEN.finditer(file.text):
        if token["function"]:
            back = _BACK.fullmatch(token["function"]) is not None
        elif token["way"]:
            back = token["way"] == "Down"
        written = token["raw"] if token["raw"] is not None else token["plain"]
        if back or not written or not _DEFINES.match(written) or _FILLED_IN.search(written):
            continue
        line = line_of(token.start())
        plain = written if token["raw"] is not None else _ESCAPED.sub(lambda found: found[1] or " ", written)
        try:
            for statement in statements(plain, line):
                yield from definitions.changes(statement)
        except Unreadable:
            continue  # a part of a statement
        except RecursionError:
            yield Diagnostic(name(file.path), line, "too-complex", "warning", "a statement that is nested too deeply")
