"""Statements of data definition as steps of a schema's history.

What is read is what the dialects have in common and what each has of its own to say the same; a clause that says nothing of columns,
keys and indexes (storage, ownership, partitions, checks, defaults) is passed over.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import Any

from msgspec import Struct

from ctxgen.model import Column, SchemaChange
from ctxgen.opaque import Name, name
from ctxgen.readers._sql import Token
from ctxgen.tree import File

SQL = name("sql")
_TYPE_ENDS = {
    "NOT", "NULL", "DEFAULT", "PRIMARY", "UNIQUE", "REFERENCES", "CHECK", "CONSTRAINT", "COLLATE", "GENERATED", "AS", "AUTO_INCREMENT", "AUTOINCREMENT", "IDENTITY", "COMMENT", "ON",
    "CHARSET", "KEY", "STORAGE", "COMPRESSION", "ENCODE", "SPARSE", "ROWGUIDCOL", "FIRST", "AFTER", "INVISIBLE", "VISIBLE", "VIRTUAL", "STORED", "USING", "ENABLE", "DISABLE",
    "DEFERRABLE", "INITIALLY", "CODEC", "TTL", "MATERIALIZED", "ALIAS", "PERSISTED", "OPTIONS", "SORTKEY", "DISTKEY",
}  # fmt: skip
"""What stands behind the type of a column."""
_CLAUSE = _TYPE_ENDS - {"NULL"}
_COUNTED = {"SERIAL", "BIGSERIAL", "SMALLSERIAL", "SERIAL4", "SERIAL8", "SERIAL2"}
_VERBS = {
    "ADD", "DROP", "ALTER", "MODIFY", "CHANGE", "RENAME", "SET", "RESET", "OWNER", "ENABLE", "DISABLE", "CONVERT", "ORDER", "VALIDATE", "ATTACH", "DETACH", "INHERIT", "FORCE", "REPLICA",
    "CLUSTER", "COMMENT", "PARTITION", "WITH", "NO", "USING",
}  # fmt: skip
_INDEX_KINDS = {"UNIQUE", "FULLTEXT", "SPATIAL", "CLUSTERED", "NONCLUSTERED", "BITMAP", "COLUMNSTORE", "HASH"}
_TABLE_KINDS = {"UNLOGGED", "GLOBAL", "LOCAL", "FOREIGN", "EXTERNAL", "COLUMN", "ROW", "VIRTUAL", "OR", "REPLACE"}
_OWN_SCHEMAS = ("public", "dbo")
"""The schemas that an unqualified name means."""


class Cursor:
    """A place in the tokens of a statement."""

    def __init__(self, tokens: Sequence[Token]) -> None:
        self.tokens, self.index = tokens, 0

    @property
    def here(self) -> Token | None:
        return self.tokens[self.index] if self.index < len(self.tokens) else None

    @property
    def word(self) -> str:
        """The keyword or symbol here, in capitals."""
        return self.ahead(0)

    def ahead(self, count: int) -> str:
        index = self.index + count
        return self.tokens[index].upper if index < len(self.tokens) else ""

    @property
    def line(self) -> int:
        return self.tokens[min(self.index, len(self.tokens) - 1)].line

    def took(self, *words: str) -> bool:
        """Whether these keywords stand here; if so, goes past them."""
        if any(self.ahead(index) != word for index, word in enumerate(words)):
            return False
        self.index += len(words)
        return True

    def took_any(self, words: set[str]) -> bool:
        if self.word not in words:
            return False
        self.index += 1
        return True

    def identifier(self) -> str | None:
        token = self.here
        if token is None or not token.identifier:
            return None
        self.index += 1
        return token.text

    def table(self) -> Name | None:
        """A name with its schema, without one that everybody means, and without the database before it."""
        parts = [self.identifier()]
        while parts[-1] is not None and self.took("."):
            parts.append(self.identifier())
        known = [part for part in parts if part is not None]
        if not known:
            return None
        qualified = known[-2:]
        return name(".".join(qualified[1:] if len(qualified) > 1 and qualified[0].lower() in _OWN_SCHEMAS else qualified))

    def group(self) -> list[Token]:
        """The tokens between the parenthesis here and its partner, gone past; nothing where none stands here."""
        if self.word != "(":
            return []
        depth, begun = 0, self.index + 1
        while (token := self.here) is not None:
            self.index += 1
            depth += (token.upper == "(") - (token.upper == ")")
            if depth == 0:
                return list(self.tokens[begun : self.index - 1])
        return list(self.tokens[begun:])


def elements(tokens: Sequence[Token]) -> list[list[Token]]:
    """The parts between the commas that are outside all parentheses; empty ones left out."""
    parts, depth = [list[Token]()], 0
    for token in tokens:
        if token.upper == "," and depth == 0:
            parts.append([])
            continue
        depth += (token.upper == "(") - (token.upper == ")")
        parts[-1].append(token)
    return [part for part in parts if part]


class Definitions(Struct, frozen=True):
    """Makes the steps of one file, told as those of `technology`."""

    file: File
    technology: Name = SQL

    def changes(self, statement: Sequence[Token]) -> Iterator[SchemaChange]:
        """The steps that a statement is; none for one that changes no table."""
        at = Cursor(statement)
        if at.took("CREATE"):
            yield from self._create(at)
        elif at.took("ALTER", "TABLE"):
            yield from self._alter(at)
        elif at.took("ALTER", "INDEX"):
            at.took("IF", "EXISTS")
            key = at.table()
            if key and at.took("RENAME", "TO") and (to := at.table()):
                yield self.step("rename-key", at.line, key=_last(key), to=_last(to))
        elif at.took("DROP"):
            yield from self._drop(at)
        elif at.took("RENAME", "TABLE"):
            for part in elements(statement[2:]):
                each = Cursor(part)
                if (table := each.table()) and each.took("TO") and (to := each.table()):
                    yield self.step("rename-table", part[0].line, table=table, to=to)
        elif at.word in ("EXEC", "EXECUTE"):
            yield from self._sp_rename(statement)

    def step(self, action: Any, line: int, **said: Any) -> SchemaChange:
        return SchemaChange(action=action, technology=self.technology, at=self.file.at(line), **said)

    # ---- tables

    def _create(self, at: Cursor) -> Iterator[SchemaChange]:
        line = at.line
        while at.took_any(_TABLE_KINDS):
            pass
        if at.word in ("TEMP", "TEMPORARY"):
            return
        if at.took("TABLE"):
            cautious = at.took("IF", "NOT", "EXISTS")
            table = at.table()
            if table is not None and at.word != "PARTITION":
                yield from self._created(at, line, table, cautious)
            return
        unique = False
        while at.word in _INDEX_KINDS:
            unique = unique or at.word == "UNIQUE"
            at.index += 1
        if at.took("INDEX"):
            at.took("CONCURRENTLY")
            at.took("IF", "NOT", "EXISTS")
            key = None if at.word == "ON" else at.table()
            if at.took("ON"):
                at.took("ONLY")
                table = at.table()
                if at.took("USING"):
                    at.identifier()
                columns, partial = _columns(at.group())
                partial = partial or any(token.upper == "WHERE" for token in at.tokens[at.index :])
                if table is not None:
                    yield self.step("index", line, table=table, key=key and _last(key), names=columns, unique=unique, partial=partial)

    def _created(self, at: Cursor, line: int, table: Name, cautious: bool) -> Iterator[SchemaChange]:
        if at.took("LIKE"):
            yield self.step("create-table", line, table=table, to=at.table(), cautious=cautious)
            return
        body = at.group()
        if not body and at.word not in ("AS", "("):
            return
        columns, keys, like = list[Column](), list[SchemaChange](), None
        for part in elements(body):
            inside = Cursor(part)
            if inside.took("LIKE"):
                like = inside.table()
            elif _is_constraint(part):
                keys += self._constraint(table, part)
            elif (found := self.column(table, part)) is not None:
                columns.append(found[0])
                keys += found[1]
        yield self.step("create-table", line, table=table, columns=tuple(columns), to=like, cautious=cautious)
        yield from keys

    def column(self, table: Name, part: Sequence[Token]) -> tuple[Column, list[SchemaChange]] | None:
        """A column as it is defined, and the keys that its definition has."""
        at = Cursor(part)
        written = at.identifier()
        if written is None:
            return None
        line, column = part[0].line, name(written)
        typed = _type(at)
        nullable: bool | None = True
        counted = (typed or "").upper() in _COUNTED
        primary = unique = False
        key: Name | None = None
        keys: list[SchemaChange] = []
        while at.here is not None:
            if at.took("CONSTRAINT"):
                key = name(at.identifier() or "")
                continue
            if at.took("NOT", "NULL") or at.took("IDENTITY"):
                nullable = False
            elif at.took("PRIMARY"):
                primary = True
                keys.append(self.step("primary-key", line, table=table, names=(column,), key=key))
            elif at.took("UNIQUE"):
                unique = True
                keys.append(self.step("index", line, table=table, names=(column,), key=key, unique=True))
            elif at.took("REFERENCES"):
                keys += self._reference(at, line, table, (column,), key)
            elif at.took("DEFAULT"):
                _pass_expression(at)
            elif at.took("ON"):  # ON UPDATE CURRENT_TIMESTAMP, ON DELETE SET NULL
                at.index += 2 if at.ahead(1) in ("SET", "NO") else 1
                at.index += 1
            elif at.word == "(":
                at.group()
            else:
                at.index += 1
            key = None
        if primary or counted:
            nullable = False
        return Column(name=column, type=typed, nullable=nullable, primary=primary, unique=unique, at=self.file.at(line)), keys

    def _constraint(self, table: Name, part: Sequence[Token]) -> Iterator[SchemaChange]:
        """The key or index that a part of a table's body or of `ADD` is."""
        at = Cursor(part)
        line = at.line
        key: Name | None = None
        if at.took("CONSTRAINT") and not (at.word in ("PRIMARY", "FOREIGN", "UNIQUE") and at.ahead(1) in ("KEY", "(")):
            key = name(at.identifier() or "")
        if at.took("PRIMARY", "KEY"):
            _to_parenthesis(at)
            yield self.step("primary-key", line, table=table, names=_columns(at.group())[0], key=key)
        elif at.took("FOREIGN", "KEY"):
            if at.word != "(":
                named = at.identifier()
                key = key or (name(named) if named else None)
            columns = _columns(at.group())[0]
            if at.took("REFERENCES"):
                yield from self._reference(at, line, table, columns, key)
        elif at.word in ("UNIQUE", "KEY", "INDEX", "FULLTEXT", "SPATIAL"):
            unique = at.word == "UNIQUE"
            while at.took_any({"UNIQUE", "KEY", "INDEX", "FULLTEXT", "SPATIAL", "CLUSTERED", "NONCLUSTERED"}):
                pass
            at.took("IF", "NOT", "EXISTS")
            if at.word not in ("(", "USING"):
                named = at.identifier()
                key = key or (name(named) if named else None)
            if at.took("INDEX"):  # UNIQUE USING INDEX name: the index is known
                return
            _to_parenthesis(at)
            columns, partial = _columns(at.group())
            if columns:
                yield self.step("index", line, table=table, names=columns, key=key, unique=unique, partial=partial)

    def _reference(self, at: Cursor, line: int, table: Name, columns: tuple[Name, ...], key: Name | None) -> Iterator[SchemaChange]:
        if (to := at.table()) is not None:
            yield self.step("foreign-key", line, table=table, names=columns, key=key, to=to, to_columns=_columns(at.group())[0])

    # ---- changes

    def _alter(self, at: Cursor) -> Iterator[SchemaChange]:
        at.took("IF", "EXISTS")
        at.took("ONLY")
        table = at.table()
        if table is None:
            return
        at.took("*")
        if at.took("WITH"):
            at.index += 1
        before = ""
        for part in elements(at.tokens[at.index :]):
            action = Cursor(part)
            verb = action.word
            if verb in _VERBS:
                action.index += 1
                before = verb
            elif before == "ADD" and (len(part) < 2 or part[1].upper == "="):
                continue
            elif before == "DROP" and len(part) == 1 and part[0].identifier:
                yield self.step("drop-column", part[0].line, table=table, names=(name(part[0].text),))
                continue
            elif before != "ADD":
                continue
            yield from self._action(before, action, table)

    def _action(self, verb: str, at: Cursor, table: Name) -> Iterator[SchemaChange]:
        line = at.line
        match verb:
            case "ADD":
                yield from self._add(at, table)
            case "DROP":
                yield from self._drop_part(at, table)
            case "ALTER":
                at.took("COLUMN")
                at.took("IF", "EXISTS")
                if at.word not in ("CONSTRAINT", "INDEX", "CHECK"):
                    yield from self._alter_column(at, table)
            case "MODIFY":
                at.took("COLUMN")
                for part in elements(at.group()) or [list(at.tokens[at.index :])]:
                    yield from self._redefined(part, table)
            case "CHANGE":
                at.took("COLUMN")
                old = at.identifier()
                rest = list(at.tokens[at.index :])
                if old and rest and rest[0].identifier:
                    yield self.step("rename-column", line, table=table, names=(name(old),), to=name(rest[0].text))
                    yield from self._redefined(rest, table)
            case "RENAME":
                yield from self._rename(at, table)
            case "ATTACH" if at.took("PARTITION"):
                if (partition := at.table()) is not None:
                    yield self.step("drop-table", line, table=partition)
            case "SET" if at.took("SCHEMA"):
                if schema := at.identifier():
                    qualified = table if schema.lower() in _OWN_SCHEMAS else f"{schema}.{_last(table)}"
                    yield self.step("rename-table", line, table=table, to=name(qualified))

    def _add(self, at: Cursor, table: Name) -> Iterator[SchemaChange]:
        if at.took("COLUMN"):
            pass
        elif _is_constraint(at.tokens[at.index :]):
            yield from self._constraint(table, at.tokens[at.index :])
            return
        at.took("IF", "NOT", "EXISTS")
        parts = elements(at.group()) if at.word == "(" else [list(at.tokens[at.index :])]
        for part in parts:
            if _is_constraint(part):
                yield from self._constraint(table, part)
            elif (found := self.column(table, part)) is not None:
                yield self.step("add-column", part[0].line, table=table, columns=(found[0],))
                yield from found[1]

    def _drop_part(self, at: Cursor, table: Name) -> Iterator[SchemaChange]:
        line = at.line
        if at.took("PRIMARY", "KEY"):
            yield self.step("drop-key", line, table=table)
        elif (at.word in ("CONSTRAINT", "INDEX", "KEY", "CHECK") and len(at.tokens) > at.index + 1) or at.took("FOREIGN"):
            at.index += 1
            at.took("IF", "EXISTS")
            if key := at.identifier():
                yield self.step("drop-key", line, table=table, key=name(key))
        elif at.word not in ("PARTITION", "DEFAULT", "EXPRESSION"):
            at.took("COLUMN")
            at.took("IF", "EXISTS")
            names = [part[0].text for part in elements(at.group()) if part[0].identifier]
            if not names and (column := at.identifier()):
                names = [column]
            if names:
                yield self.step("drop-column", line, table=table, names=tuple(map(name, names)))

    def _alter_column(self, at: Cursor, table: Name) -> Iterator[SchemaChange]:
        """`ALTER COLUMN` of PostgreSQL and its kin, which names what changes, and of SQL Server, which defines the column anew."""
        line = at.line
        column = at.identifier()
        if column is None:
            return
        typed: Name | None = None
        nullable: bool | None = None
        if at.took("RENAME", "TO"):
            if to := at.identifier():
                yield self.step("rename-column", line, table=table, names=(name(column),), to=name(to))
            return
        if at.took("SET", "NOT", "NULL"):
            nullable = False
        elif at.took("DROP", "NOT", "NULL") or at.took("SET", "NULL"):
            nullable = True
        elif at.took("TYPE") or at.took("SET", "DATA", "TYPE"):
            typed = _type(at)
        elif at.word not in ("SET", "DROP", "ADD", "RESET", "RESTART") and at.here is not None:
            yield from self._redefined(at.tokens[at.index - 1 :], table)
            return
        if typed is not None or nullable is not None:
            changed = Column(name=name(column), type=typed, nullable=nullable, at=self.file.at(line))
            yield self.step("change-column", line, table=table, columns=(changed,))

    def _redefined(self, part: Sequence[Token], table: Name) -> Iterator[SchemaChange]:
        if (found := self.column(table, part)) is not None:
            column, keys = found
            if column.type is None:  # Oracle's MODIFY (name NOT NULL)
                column = Column(name=column.name, nullable=column.nullable, at=column.at)
            yield self.step("change-column", part[0].line, table=table, columns=(column,))
            yield from keys

    def _rename(self, at: Cursor, table: Name) -> Iterator[SchemaChange]:
        line = at.line
        if at.word in ("INDEX", "KEY", "CONSTRAINT") and at.ahead(2) == "TO":
            at.index += 1
            key = at.identifier()
            at.index += 1
            if key and (new := at.identifier()):
                yield self.step("rename-key", line, table=table, key=name(key), to=name(new))
            return
        if (at.took("TO") or at.took("AS")) and (renamed := at.table()):
            yield self.step("rename-table", line, table=table, to=_beside(table, renamed))
            return
        at.took("COLUMN")
        at.took("IF", "EXISTS")
        old = at.identifier()
        if old and at.took("TO"):
            if new := at.identifier():
                yield self.step("rename-column", line, table=table, names=(name(old),), to=name(new))
        elif old:  # MySQL's RENAME name
            yield self.step("rename-table", line, table=table, to=_beside(table, name(old)))

    def _drop(self, at: Cursor) -> Iterator[SchemaChange]:
        line = at.line
        kind = at.word
        at.index += 1
        if kind not in ("TABLE", "INDEX", "SCHEMA"):
            return
        at.took("CONCURRENTLY")
        at.took("IF", "EXISTS")
        for part in elements(at.tokens[at.index :]):
            each = Cursor(part)
            if (dropped := each.table()) is None:
                continue
            if kind == "TABLE":
                yield self.step("drop-table", line, table=dropped)
            elif kind == "SCHEMA":
                yield self.step("drop-schema", line, table=dropped)
            else:
                table = each.table() if each.took("ON") else None
                yield self.step("drop-key", line, table=table, key=_last(dropped))

    def _sp_rename(self, statement: Sequence[Token]) -> Iterator[SchemaChange]:
        """`EXEC sp_rename 'dbo.orders.note', 'remark', 'COLUMN'`."""
        if not any(token.text.lower() == "sp_rename" for token in statement[:6]):
            return
        given = [token.text for token in statement if token.kind == "string"]
        if len(given) < 2:
            return
        parts = [part.strip('[]"') for part in given[0].split(".")]
        parts = parts[1:] if len(parts) > 1 and parts[0].lower() in _OWN_SCHEMAS else parts
        kind = given[2].upper() if len(given) > 2 else "OBJECT"
        line, new = statement[0].line, name(given[1])
        if kind == "COLUMN" and len(parts) > 1:
            yield self.step("rename-column", line, table=name(".".join(parts[:-1])), names=(name(parts[-1]),), to=new)
        elif kind == "INDEX" and len(parts) > 1:
            yield self.step("rename-key", line, table=name(".".join(parts[:-1])), key=name(parts[-1]), to=new)
        elif kind == "OBJECT":
            table = name(".".join(parts))
            yield self.step("rename-table", line, table=table, to=_beside(table, new))


def _last(qualified: Name) -> Name:
    return name(qualified.rpartition(".")[2])


def _beside(table: Name, renamed: Name) -> Name:
    """A new name in the schema of the old one where it names none."""
    schema = table.rpartition(".")[0]
    return name(f"{schema}.{renamed}") if schema and "." not in renamed else renamed


def _is_constraint(part: Sequence[Token]) -> bool:
    """Whether a part of a table's body is a key, an index or a check rather than a column: `KEY ix (a)`, not `key varchar(9)`."""
    at = Cursor(part)
    match at.word:
        case "CONSTRAINT" | "UNIQUE" | "EXCLUDE" | "FULLTEXT" | "SPATIAL":
            return len(part) > 1
        case "PRIMARY" | "FOREIGN":
            return at.ahead(1) == "KEY"
        case "CHECK":
            return at.ahead(1) == "("
        case "PERIOD":
            return at.ahead(1) == "FOR"
        case "KEY" | "INDEX":
            opening = 1 if at.ahead(1) == "(" else 2
            return at.ahead(opening) in ("(", "USING", "IF") and not (len(part) > opening + 1 and part[opening + 1].kind == "number")
        case _:
            return False


def _columns(inside: Sequence[Token]) -> tuple[tuple[Name, ...], bool]:
    """The columns of a list, and whether one of its elements is an expression; such a one counts by the first column in it."""
    found, expression = list[Name](), False
    for part in elements(inside):
        called = len(part) > 2 and part[0].kind == "word" and part[1].upper == "(" and part[2].kind != "number"
        first = part[2] if called else next((token for token in part if token.identifier), None)
        expression = expression or called or part[0].upper == "("
        if first is not None and first.identifier:
            found.append(name(first.text))
    return tuple(dict.fromkeys(found)), expression


def _to_parenthesis(at: Cursor) -> None:
    while at.here is not None and at.word != "(":
        at.index += 1


def _type(at: Cursor) -> Name | None:
    """The type here as it is written, without arguments that are texts: those of an enumeration are values."""
    parts: list[str] = []
    while (token := at.here) is not None:
        word = token.upper
        if word in _TYPE_ENDS and not (word == "BINARY" and not parts):
            break
        if (
            (word == "CHARACTER" and at.ahead(1) == "SET")
            or (word == "WITH" and at.ahead(1) not in ("TIME", "LOCAL"))
            or token.kind == "string"
        ):
            break
        if word == "(":
            given = at.group()
            if parts and all(each.kind != "string" for each in given):
                parts[-1] += f"({' '.join(each.text for each in given)})".replace(" ,", ",").replace("( ", "(").replace(" )", ")")
            continue
        if word in ("[", "]", ".") or (parts and parts[-1].endswith(".")):
            parts[-1:] = ["".join((*parts[-1:], token.text))]
        elif token.identifier or token.kind == "number":
            parts.append(token.text)
        else:
            break
        at.index += 1
    return name(" ".join(parts)) if parts else None


def _pass_expression(at: Cursor) -> None:
    """Go past a default: a value, a call, an expression with casts and operators."""
    if at.word == "(":
        at.group()
    else:
        at.index += 1
    while at.here is not None and at.word not in _CLAUSE and not (at.word == "NULL" and at.tokens[at.index - 1].upper not in (":", "::")):
        if at.word == "(":
            at.group()
        else:
            at.index += 1
