"""Laravel's migrations.  Source: https://laravel.com/docs/migrations."""

from __future__ import annotations

from collections.abc import Iterator

from ctxgen.model import SchemaChange
from ctxgen.opaque import name
from ctxgen.readers import reads
from ctxgen.readers._blueprint import Blueprint
from ctxgen.readers._chains import chain, outermost
from ctxgen.readers._steps import Steps, names
from ctxgen.tree import SOURCE_LIMIT, File


@reads("**/migrations/*.php", "**/Migrations/*.php", "**/migrations/*/*.php", limit=SOURCE_LIMIT, contains=(b"Schema::", b"schema->"))
def read_laravel_migration(file: File) -> Iterator[SchemaChange]:
    """What `up` does by the schema builder; tables whose name is no text are not known."""
    steps = Steps(file, name("laravel"))
    blueprint = Blueprint(steps, nullable=False)
    for node in outermost(file.syntax("php/php"), skipped="down"):
        found = chain(node)
        if found is None or not found[0].lower().endswith("schema"):
            continue
        for call in found[1]:
            table, function = call.text(), call.body()
            if table is None:
                continue
            if call.name == "create" and function is not None:
                yield from blueprint.created(table, function, call.line)
            elif call.name == "table" and function is not None:
                yield from blueprint.changed(table, function)
            elif call.name in ("drop", "dropIfExists"):
                yield steps.step("drop-table", call.line, table)
            elif call.name == "rename" and (to := call.text(1)):
                yield steps.step("rename-table", call.line, table, to=name(to))
            elif call.name == "dropColumns" and call.texts(1):
                yield steps.step("drop-column", call.line, table, names=names(call.texts(1)))
