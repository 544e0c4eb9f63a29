"""A schema in the making: tables with their columns, keys and indexes, changed step by step."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterator

from msgspec.structs import replace

from ctxgen.model import At, Column, EntityModel, SchemaChange, TableIndex
from ctxgen.opaque import Name, name

MAX_LINES = 8
"""So many of the lines that changed a table are kept beside the one that created it."""
MAX_COLUMNS = 4096
"""Of one table; what the engines allow at most."""
MAX_KEYS = 1000
"""Keys and indexes of one table."""
MAX_RENAMES = 500
"""Of columns in one history; each costs a look at the whole table."""


class _Key:
    """A primary or foreign key, a unique constraint or an index, under its own name or the one that PostgreSQL gives it."""

    __slots__ = ("at", "columns", "kind", "name", "partial", "shown", "to", "to_columns", "unique")

    def __init__(self, change: SchemaChange, table: Name) -> None:
        self.kind, self.at, self.shown = change.action, change.at, change.key
        self.columns = list(change.names)
        self.unique, self.partial = change.unique, change.partial
        self.to, self.to_columns = change.to, list(change.to_columns)
        suffix = {"primary-key": "pkey", "foreign-key": "fkey"}.get(self.kind, "key" if self.unique else "idx")
        columns = () if self.kind == "primary-key" else self.columns
        self.name = (change.key or "_".join((table.rpartition(".")[2], *columns, suffix))).lower()


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
        self._bare: dict[str, set[str]] = defaultdict(set)
        self._keyed: dict[str, list[_Table]] = defaultdict(list)
        self._referring: dict[str, list[_Key]] = defaultdict(list)
        self._renames = 0

    def apply(self, change: SchemaChange) -> None:
        """Take one step; a step that does not fit what there is changes nothing."""
        match change.action:
            case "create-table":
                self._create(change)
            case "drop-schema" if change.table is not None:
                for known in [known for known in self._tables if known.startswith(f"{change.table.lower()}.")]:
                    self._remove(known)
            case "drop-key" | "rename-key" if change.table is None and change.key is not None:
                for keyed in self._keyed.get(change.key.lower(), ()):
                    self._change(keyed, change)
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
        qualified = () if "." in key else self._bare.get(bare, ())
        return self._tables[next(iter(qualified))] if len(qualified) == 1 else None

    def _add(self, table: _Table) -> None:
        key = table.name.lower()
        self._tables[key] = table
        self._bare[key.rpartition(".")[2]].add(key)

    def _remove(self, key: str) -> None:
        if self._tables.pop(key, None) is not None:
            self._bare[key.rpartition(".")[2]].discard(key)

    def _create(self, change: SchemaChange) -> None:
        if change.table is None or (change.cautious and change.table.lower() in self._tables):
            return
        table = _Table(change, change.table)
        if (like := self._find(change.to)) is not None:
            table.columns = dict(like.columns)
        for column in change.columns[:MAX_COLUMNS]:
            table.columns[column.name.lower()] = replace(column, primary=False, unique=False)
        self._add(table)

    def _change(self, table: _Table, change: SchemaChange) -> None:
        match change.action:
            case "drop-table":
                self._remove(table.name.lower())
            case "rename-table" if change.to is not None and change.to.lower() not in self._tables:
                self._rename(table, change.to)
            case "add-column":
                for column in change.columns if len(table.columns) < MAX_COLUMNS else ():
                    table.columns.setdefault(column.name.lower(), replace(column, primary=False, unique=False))
            case "change-column":
                for column in change.columns:
                    if (known := table.columns.get(column.name.lower())) is not None:
                        nullable = known.nullable if column.nullable is None else column.nullable
                        table.columns[column.name.lower()] = replace(known, type=column.type or known.type, nullable=nullable)
            case "drop-column":
                for column_name in change.names:
                    table.drop_column(column_name)
            case "rename-column" if change.names and change.to is not None and self._renames < MAX_RENAMES:
                self._renames += 1
                old, new = change.names[0], change.to
                table.rename_column(old, new, change.at)
                for key in self._referring.get(table.name.lower(), ()):
                    key.to_columns = [new if _same(each, old) else each for each in key.to_columns]
            case "primary-key" | "foreign-key" | "index":
                self._add_key(table, change)
            case "drop-key":
                wanted = change.key and change.key.lower()
                table.keys = [key for key in table.keys if not (key.name == wanted if wanted else key.kind == "primary-key")]
            case "rename-key" if change.to is not None:
                for key in table.keys:
                    if change.key is not None and key.name == change.key.lower():
                        key.name, key.shown = change.to.lower(), change.to
                        self._keyed[key.name].append(table)

    def _add_key(self, table: _Table, change: SchemaChange) -> None:
        key = _Key(change, table.name)
        if key.kind == "primary-key":
            table.keys = [known for known in table.keys if known.kind != "primary-key"]
        if len(table.keys) >= MAX_KEYS:
            return
        table.keys.append(key)
        self._keyed[key.name].append(table)
        if key.to is not None:
            target = self._find(key.to)
            self._referring[(target.name if target is not None else key.to).lower()].append(key)

    def _rename(self, table: _Table, to: Name) -> None:
        old = table.name.lower()
        self._remove(old)
        table.name = to
        self._add(table)
        referring = self._referring.pop(old, [])
        for key in referring:
            key.to = to
        self._referring[to.lower()] += referring

    def models(self) -> Iterator[EntityModel]:
        """The tables as they stand, in the order in which they got their names."""
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
                    TableIndex(name=key.shown, columns=tuple(key.columns), unique=key.unique, at=key.at)
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
