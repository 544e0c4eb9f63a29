"""Diesel's `schema.rs`: the schema as it stands.  Source: https://docs.diesel.rs/master/diesel/macro.table.html."""

from __future__ import annotations

import re
from collections.abc import Iterator

from ctxgen.model import Column, SchemaChange
from ctxgen.opaque import name
from ctxgen.readers import reads
from ctxgen.readers._steps import Steps
from ctxgen.tree import SOURCE_LIMIT, File

_TABLE = re.compile(r"\s{0,40}(?:(\w{1,100})\.)?(\w{1,100})\s{0,10}\(([\w, ]{1,300})\)\s{0,10}\{\s*$")
_COLUMN = re.compile(r"\s{0,40}(?:r#)?(\w{1,100})\s{0,10}->\s{0,10}(.{1,200}?),?\s*$")
_SQL_NAME = re.compile(r'\s{0,40}#\[sql_name\s{0,10}=\s{0,10}"([^"\\]{1,100})"\]')
_JOINABLE = re.compile(r"\s{0,40}(?:diesel::)?joinable!\((\w{1,100})\s{0,10}->\s{0,10}(\w{1,100})\s{0,10}\((\w{1,100})\)\)")
_NULLABLE = re.compile(r"Nullable<(.{1,200})>")
_PATH = re.compile(r"\w{1,100}::")


@reads("schema.rs", "*_schema.rs", "**/schema/*.rs", limit=SOURCE_LIMIT, contains=(b"table!",))
def read_diesel_schema(file: File) -> Iterator[SchemaChange]:
    """Tables with their columns, and what `joinable!` says of foreign keys."""
    steps = Steps(file, name("diesel"))
    table: tuple[str, list[str], int] | None = None
    columns, renamed = list[Column](), dict[str, str]()
    sql_name: str | None = None
    opened = False
    for number, text in enumerate(file.lines, 1):
        code = text[:400].partition("//")[0]
        if found := _JOINABLE.match(code):
            yield steps.foreign(number, found[1], [found[3]], found[2], [])
        elif "table!" in code:
            opened = True
        elif found := _SQL_NAME.match(code):
            sql_name = found[1]
        elif opened and table is None and (found := _TABLE.match(code)):
            schema = f"{found[1]}." if found[1] and found[1] != "public" else ""
            table = (schema + (sql_name or found[2]), [key.strip() for key in found[3].split(",") if key.strip()], number)
            columns, renamed, sql_name = [], {}, None
        elif table is not None and (found := _COLUMN.match(code)):
            optional = _NULLABLE.fullmatch(found[2])
            typed = _PATH.sub("", optional[1] if optional else found[2])
            array = re.fullmatch(r"Array<(?:Nullable<)?(\w{1,100})>{1,2}", typed)
            written = renamed[found[1]] = sql_name or found[1]
            columns.append(
                steps.column(written, f"{array[1]}[]" if array else typed.partition("<")[0], number, nullable=optional is not None)
            )
            sql_name = None
        elif table is not None and code.strip().startswith("}"):
            called, keys, line = table
            yield steps.step("create-table", line, called, columns=tuple(columns))
            yield steps.primary(line, called, [renamed.get(key, key) for key in keys])
            table, opened = None, False
