"""A schema in the making: tables with their columns, keys and indexes, changed step by step."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from msgspec.structs import replace

from ctxgen.model import At, Column, EntityModel, SchemaChange, TableIndex
from ctxgen.opaque import Name, name

MAX_LINES = 8
"""So many of the lines that changed a table are kept beside the one that created it."""


class _Key:
    """A primary or foreign key, a unique constraint or an index."""

    __slots__ = ("at", "columns", "kind", "name", "partial", "to", "to_columns", "unique")

    def __init__(self, change: SchemaChange) -> None:
        self.kind, self.name, self.at = change.action, change.key, change.at
        self.columns = list(change.names)
        self.unique, self.partial = change.unique, change.partial
        self.to, self.to_columns = change.to, list(change.to_columns)

    def called(self, key: str, table: Name) -> bool:
        """Whether a name means it: its own, or the one that PostgreSQL gives."""
        if self.name is not None:
            return _same(self.name, key)
        suffix = {"primary-key": "pkey", "foreign-key": "fkey"}.get(self.kind, "key" if self.unique else "idx")
        own = "_".join(() if self.kind == "primary-key" else self.columns)
        return _same("_".join(filter(None, (table.rpartition(".")[2], own, suffix))), key)


class _Table:
    __slots__ = ("at", "columns", "keys", "lines", "name", "technology")

    def __init__(self, change: SchemaChange, table: Name) -> None:
        self.name, self.at, self.technology = table, change.at, change.technology
        self.columns: dict[str, Column] = {}
        self.keys: list[_Key] = []
        self.lines: list[At] = []

    def rename_column(self, old: str, new: Name, at: At) -> None:
        column = self.columns.get(old.lower())
        if column is None or (new.lower() in self.columns and new.lower() != old.lower()):
            return
        self.columns = {
            (new.lower() if known == old.lower() else known): (replace(each, name=new, at=at) if known == old.lower() else each)
            for known, each in self.columns.items()
        }
        for key in self.keys:
            key.columns = [new if _same(each, old) else each for each in key.columns]

    def drop_column(self, column: str) -> None:
        """Drops a column and the keys that it is part of."""
        if self.columns.pop(column.lower(), None) is not None:
            self.keys = [key for key in self.keys if not any(_same(each, column) for each in key.columns)]


class Schema:
    """The tables of one history; `apply` its steps in order, then ask for the `models`."""

    def __init__(self) -> None:
        self._tables: dict[str, _Table] = {}

    def apply(self, change: SchemaChange) -> None:
        """Take one step; a step that does not fit what there is changes nothing."""
        match change.action:
            case "create-table":
                self._create(change)
            case "drop-schema" if change.table is not None:
                start = f"{change.table.lower()}."
                self._tables = {key: table for key, table in self._tables.items() if not key.startswith(start)}
            case "drop-key" if change.table is None:
                self._drop_key(list(self._tables.values()), change.key)
            case "rename-key" if change.table is None:
                self._rename_key(list(self._tables.values()), change)
            case _:
                if (table := self._find(change.table)) is not None:
                    if change.at.path != table.at.path or change.action not in ("primary-key", "foreign-key", "index"):
                        table.lines.append(change.at)
                    self._change(table, change)

    def _find(self, wanted: str | None) -> _Table | None:
        """The table of a name; one that is named with or without its schema where only one is meant."""
        if wanted is None:
            return None
        key = wanted.lower()
        if key in self._tables:
            return self._tables[key]
        bare = key.rpartition(".")[2]
        if bare in self._tables:
            return self._tables[bare]
        if "." in key:
            return None
        qualified = [table for known, table in self._tables.items() if known.endswith(f".{bare}")]
        return qualified[0] if len(qualified) == 1 else None

    def _create(self, change: SchemaChange) -> None:
        if change.table is None or (change.cautious and change.table.lower() in self._tables):
            return
        table = _Table(change, change.table)
        if (like := self._find(change.to)) is not None:
            table.columns = dict(like.columns)
        table.columns |= {column.name.lower(): replace(column, primary=False, unique=False) for column in change.columns}
        self._tables[change.table.lower()] = table

    def _change(self, table: _Table, change: SchemaChange) -> None:
        match change.action:
            case "drop-table":
                del self._tables[table.name.lower()]
            case "rename-table" if change.to is not None and change.to.lower() not in self._tables:
                self._rename(table, change.to)
            case "add-column":
                for column in change.columns:
                    table.columns.setdefault(column.name.lower(), replace(column, primary=False, unique=False))
            case "change-column":
                for column in change.columns:
                    if (known := table.columns.get(column.name.lower())) is not None:
                        nullable = known.nullable if column.nullable is None else column.nullable
                        table.columns[column.name.lower()] = replace(known, type=column.type or known.type, nullable=nullable)
            case "drop-column":
                for column_name in change.names:
                    table.drop_column(column_name)
            case "rename-column" if change.names and change.to is not None:
                self._rename_column(table, change.names[0], change.to, change.at)
            case "primary-key":
                table.keys = [key for key in table.keys if key.kind != "primary-key"] + [_Key(change)]
            case "foreign-key" | "index":
                table.keys.append(_Key(change))
            case "drop-key":
                self._drop_key([table], change.key)
            case "rename-key":
                self._rename_key([table], change)

    def _rename(self, table: _Table, to: Name) -> None:
        old = table.name
        self._tables = {(to.lower() if known == old.lower() else known): each for known, each in self._tables.items()}
        table.name = to
        for key in self._references(old):
            key.to = to

    def _rename_column(self, table: _Table, old: Name, new: Name, at: At) -> None:
        table.rename_column(old, new, at)
        for key in self._references(table.name):
            key.to_columns = [new if _same(each, old) else each for each in key.to_columns]

    def _references(self, table: Name) -> Iterator[_Key]:
        return (key for each in self._tables.values() for key in each.keys if key.to is not None and _same(key.to, table))

    @staticmethod
    def _drop_key(tables: Sequence[_Table], wanted: Name | None) -> None:
        for table in tables:
            table.keys = [
                key for key in table.keys if not (key.kind == "primary-key" if wanted is None else key.called(wanted, table.name))
            ]

    @staticmethod
    def _rename_key(tables: Sequence[_Table], change: SchemaChange) -> None:
        for table in tables:
            for key in table.keys:
                if change.key is not None and key.called(change.key, table.name):
                    key.name = change.to

    def models(self) -> Iterator[EntityModel]:
        """The tables as they stand, in the order in which they were made."""
        for table in self._tables.values():
            primary = {column.lower() for key in table.keys if key.kind == "primary-key" for column in key.columns}
            single = {
                key.columns[0].lower()
                for key in table.keys
                if key.kind == "index" and key.unique and not key.partial and len(key.columns) == 1
            }
            references = self._targets(table)
            yield EntityModel(
                name=name(table.name.rpartition(".")[2]),
                table=table.name,
                technology=table.technology,
                columns=tuple(
                    replace(
                        column,
                        primary=known in primary,
                        unique=known in single,
                        nullable=False if known in primary else column.nullable,
                        references=references.get(known),
                    )
                    for known, column in table.columns.items()
                ),
                indexes=tuple(
                    TableIndex(name=key.name, columns=tuple(key.columns), unique=key.unique, at=key.at)
                    for key in table.keys
                    if key.kind == "index"
                ),
                at=table.at,
                via=tuple(line for line in dict.fromkeys(table.lines) if line != table.at)[:MAX_LINES],
            )

    def _targets(self, table: _Table) -> dict[str, Name]:
        """What the columns of foreign keys refer to; a key that names no columns means the primary key."""
        found: dict[str, Name] = {}
        for key in table.keys:
            if key.kind != "foreign-key" or key.to is None:
                continue
            target = self._find(key.to)
            columns = key.to_columns or [c for k in (target.keys if target else ()) if k.kind == "primary-key" for c in k.columns]
            to = target.name if target is not None else key.to
            for index, column in enumerate(key.columns):
                paired = f".{columns[index]}" if index < len(columns) else ""
                found.setdefault(column.lower(), name(f"{to}{paired}"))
        return found


def _same(a: str, b: str) -> bool:
    return a.lower() == b.lower()
