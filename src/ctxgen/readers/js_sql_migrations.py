"""Migrations in JavaScript and TypeScript that run SQL which they hold: TypeORM's `queryRunner.query`, Knex's `raw`, scripts of one's own.

Sources: https://typeorm.io/docs/advanced-topics/migrations/, https://knexjs.org/guide/raw.html
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import TYPE_CHECKING

from ctxgen.documents import Unreadable
from ctxgen.model import Diagnostic, SchemaChange
from ctxgen.opaque import name
from ctxgen.readers import reads
from ctxgen.readers._chains import defines, text
from ctxgen.readers._ddl import Definitions
from ctxgen.readers._python_env import line_of
from ctxgen.readers._sql import statements
from ctxgen.tree import SOURCE_LIMIT, File

if TYPE_CHECKING:
    from tree_sitter import Node as Syntax

_DEFINES = re.compile(r"(?:\A|[;\n])[ \t\n]{0,200}(?:CREATE|ALTER|DROP|RENAME)\s", re.IGNORECASE)
_ESCAPED = re.compile(r"\\([\"'`\\])|\\[nrt]")


@reads(
    "**/migrations/*.js", "**/migrations/*.ts", "**/migrations/*.cjs", "**/migrations/*.mjs", "**/migrations/*/*.js", "**/migrations/*/*.ts", "**/migration/*.ts", "**/migration/*.js",
    limit=SOURCE_LIMIT, contains=(b"CREATE TABLE", b"create table", b"Create Table", b"ALTER TABLE", b"alter table", b"Alter Table"),
)  # fmt: skip
def read_sql_in_js(file: File) -> Iterator[SchemaChange | Diagnostic]:
    """The steps of the statements that `up` runs; one that something is put into is not known."""
    definitions = Definitions(file)
    for node in _strings(file.syntax("typescript/typescript")):
        written = text(node)
        if written is None or not _DEFINES.search(written):
            continue
        plain = _ESCAPED.sub(lambda found: found[1] or " ", written)
        try:
            for statement in statements(plain, line_of(node)):
                yield from definitions.changes(statement)
        except (RecursionError, Unreadable):
            yield Diagnostic(
                name(file.path), line_of(node), "too-complex", "warning", "a statement that is nested too deeply or never ends"
            )


def _strings(root: Syntax) -> Iterator[Syntax]:
    """The strings in order, without those of what takes the steps back."""
    stack = [root]
    while stack:
        node = stack.pop()
        if defines(node, "down"):
            continue
        if node.type in ("string", "template_string"):
            yield node
        else:
            stack.extend(reversed(node.named_children))
