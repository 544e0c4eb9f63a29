"""Schemas as they stand: the steps of every history, applied in order, become the tables that result.

A step that speaks of a table which the history does not have is passed over: what created it is not known.
"""

from __future__ import annotations

from bisect import bisect_left
from collections import defaultdict
from collections.abc import Iterable, Iterator, Sequence
from functools import cache
from itertools import islice, takewhile

from ctxgen.facts import Facts, folder_of
from ctxgen.model import EntityModel, SchemaChange
from ctxgen.opaque import Name
from ctxgen.resolve._histories import VENDORS, history, order, vendor
from ctxgen.resolve._tables import Schema

_BOOKKEEPING = {
    "schema_migrations", "flyway_schema_history", "databasechangelog", "databasechangeloglock", "ar_internal_metadata", "_prisma_migrations", "goose_db_version", "knex_migrations",
    "knex_migrations_lock", "sequelizemeta", "__diesel_schema_migrations", "_sqlx_migrations", "refinery_schema_history", "alembic_version", "__drizzle_migrations", "pgmigrations",
    "gorp_migrations", "schema_version", "sqlite_sequence", "__efmigrationshistory",
}  # fmt: skip
"""Tables in which tools note what they have done."""


def resolve(facts: Facts) -> Facts:
    """The facts and a model for every table that results from the steps."""
    changes = facts.of(SchemaChange)
    if not changes:
        return facts
    declared = {folder_of(model.at.path) for model in facts.of(EntityModel) if model.technology == "prisma"}
    histories: dict[tuple[str, Name], list[SchemaChange]] = defaultdict(list)
    of_prisma = cache(lambda path: path.endswith("/migration.sql") and _below(history(path), declared))
    for change in changes:
        if not of_prisma(change.at.path):
            histories[history(change.at.path, change.technology), change.technology].append(change)
    return facts.plus(model for key in sorted(histories) for model in tables(histories[key]))


def _below(folder: str, declared: Iterable[str]) -> bool:
    """Whether a folder of Prisma's migrations belongs to a schema that is declared: in its folder, or in one beside it."""
    return any(folder_of(folder) in (known, folder_of(known)) or folder.startswith(f"{known}/") for known in declared)


def tables(changes: Sequence[SchemaChange]) -> Iterator[EntityModel]:
    """What the steps of one history make."""
    schema = Schema()
    for change in _ordered(changes):
        schema.apply(change)
    for model in schema.models():
        if (model.table or model.name).rpartition(".")[2].lower() not in _BOOKKEEPING:
            yield model


def _ordered(changes: Sequence[SchemaChange]) -> Iterator[SchemaChange]:
    """The steps in their order: file by file, of several dialects one; a file that another includes comes where it is included."""
    files: dict[str, list[SchemaChange]] = defaultdict(list)
    for change in changes:
        files[change.at.path].append(change)
    vendors = {found for path in files if (found := vendor(path)) is not None}
    left_out = vendors - {next((known for known in VENDORS if known in vendors), None)}
    paths = sorted((path for path in files if vendor(path) not in left_out), key=order)
    listed = sorted(paths)
    included = {target for path in paths for step in files[path] if step.action == "include" for target in _included(step, listed)}
    told: set[str] = set()
    stack = [iter(files[path]) for path in reversed(paths) if path not in included]
    while stack:
        step = next(stack[-1], None)
        if step is None:
            stack.pop()
        elif step.action != "include":
            yield step
        else:
            new = sorted((target for target in _included(step, listed) if target not in told), key=order)
            told.update(new)
            stack += [iter(files[target]) for target in reversed(new)]


def _included(step: SchemaChange, paths: Sequence[str]) -> list[str]:
    """The files that a step includes: one, or those below a folder; `paths` are sorted."""
    wanted = step.path or ""
    begin = bisect_left(paths, wanted)
    if begin < len(paths) and paths[begin] == wanted:
        return [wanted]
    below = wanted.rstrip("/") + "/"
    return list(takewhile(lambda path: path.startswith(below), islice(paths, bisect_left(paths, below), None)))
