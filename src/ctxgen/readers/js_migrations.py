"""Migrations in JavaScript and TypeScript: the schema builder of Knex, which Lucid takes too, and the query interface of Sequelize.

Sources: https://knexjs.org/guide/migrations.html, https://lucid.adonisjs.com/docs/migrations, https://sequelize.org/docs/v6/other-topics/query-interface/.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import TYPE_CHECKING

from ctxgen.model import Column, SchemaChange
from ctxgen.opaque import name
from ctxgen.readers import reads
from ctxgen.readers._blueprint import Blueprint
from ctxgen.readers._chains import Call, chain, outermost, pairs, text, texts
from ctxgen.readers._python_env import line_of, text_of
from ctxgen.readers._steps import Steps, named, names
from ctxgen.tree import SOURCE_LIMIT, File

if TYPE_CHECKING:
    from tree_sitter import Node as Syntax


@reads(
    "**/migrations/*.js", "**/migrations/*.ts", "**/migrations/*.cjs", "**/migrations/*.mjs", "**/migrations/*/*.js", "**/migrations/*/*.ts", "**/migrate/*.js", "**/migrate/*.ts", "**/*_migrations/*.js", "**/*_migrations/*.ts",
    limit=SOURCE_LIMIT, contains=(b"createTable", b"alterTable", b".table(", b"dropTable", b"renameTable", b"addColumn", b"removeColumn", b"changeColumn", b"addIndex", b"addConstraint"),
)  # fmt: skip
def read_js_migration(file: File) -> Iterator[SchemaChange]:
    """What `up` does by literals; a table whose name is put together is not known."""
    knex, sequelize = Steps(file, name("knex")), Steps(file, name("sequelize"))
    blueprint = Blueprint(knex, nullable=True)
    stated = _OWN_TABLE.search(file.text)
    own = stated[1] if stated is not None else None
    stack = [file.syntax("typescript/typescript")]
    while stack:
        for node in outermost(stack.pop(), skipped="down"):
            found = chain(node)
            if found is None:
                continue
            owner, calls = found
            if owner.endswith("schema") or any(call.name == "withSchema" for call in calls):
                for call in calls:
                    yield from _by_knex(blueprint, call, own)
            elif calls[0].arguments and calls[0].name in _BY_SEQUELIZE:
                yield from _by_sequelize(sequelize, calls[0])
            else:  # transactions and promises have their work in functions
                stack.extend(reversed([body for call in calls if (body := call.body()) is not None]))
                stack.extend(reversed([each for call in calls for each in call.arguments if each.type == "array"]))


_OWN_TABLE = re.compile(r"""^\s{0,8}(?:protected |public |private )?tableName\s{0,3}=\s{0,3}["'](\w{1,100})["']""", re.MULTILINE)
"""The table that a class of Lucid's speaks of: `this.schema.createTable(this.tableName, …)`."""


def _by_knex(blueprint: Blueprint, call: Call, own: str | None) -> Iterator[SchemaChange]:
    table, function, steps = call.text(), call.body(), blueprint.steps
    if table is None and own is not None and call.arguments and text_of(call.arguments[0]) == "this.tableName":
        table = own
    if table is None:
        return
    if call.name in ("createTable", "createTableIfNotExists") and function is not None:
        yield from blueprint.created(table, function, call.line)
    elif call.name in ("alterTable", "table") and function is not None:
        yield from blueprint.changed(table, function)
    elif call.name in ("dropTable", "dropTableIfExists"):
        yield steps.step("drop-table", call.line, table)
    elif call.name == "renameTable" and (to := call.text(1)):
        yield steps.step("rename-table", call.line, table, to=name(to))


_BY_SEQUELIZE = {
    "createTable", "dropTable", "renameTable", "addColumn", "removeColumn", "renameColumn", "changeColumn", "addIndex", "removeIndex", "addConstraint", "removeConstraint",
}  # fmt: skip


def _by_sequelize(steps: Steps, call: Call) -> Iterator[SchemaChange]:
    table, line = _table(call.arguments[0]), call.line
    if table is None:
        return
    second, third = (call.text(index) for index in (1, 2))
    given = call.arguments[1:]
    match call.name:
        case "createTable" if given:
            defined = [_column(steps, table, key, value) for key, value in pairs(given[0]).items()]
            yield steps.step("create-table", line, table, columns=tuple(column for column, _ in defined))
            for _, keys in defined:
                yield from keys
        case "dropTable":
            yield steps.step("drop-table", line, table)
        case "renameTable" if second:
            yield steps.step("rename-table", line, table, to=name(second))
        case "addColumn" | "changeColumn" if second and len(given) > 1:
            column, keys = _column(steps, table, second, given[1], line)
            yield steps.step("add-column" if call.name == "addColumn" else "change-column", line, table, columns=(column,))
            yield from keys
        case "removeColumn" if second:
            yield steps.step("drop-column", line, table, names=names([second]))
        case "renameColumn" if second and third:
            yield steps.step("rename-column", line, table, names=names([second]), to=name(third))
        case "addIndex" if given:
            said = pairs(given[1]) if len(given) > 1 else pairs(given[0])
            columns = texts(given[0]) or _texts(said.get("fields"))
            if columns:
                kind = _text(said.get("type")) or ""
                unique = text_of(said.get("unique")) == "true" or kind.upper() == "UNIQUE"
                yield steps.index(line, table, columns, _text(said.get("name")) or f"{table}_{'_'.join(columns)}", unique=unique)
        case "removeIndex" if given:
            columns = texts(given[0])
            key = second or f"{table}_{'_'.join(columns)}"
            yield steps.step("drop-key", line, table, key=name(key))
        case "removeConstraint" if second:
            yield steps.step("drop-key", line, table, key=name(second))
        case "addConstraint" if given:
            yield from _constraint(steps, table, given[-1], line)


def _constraint(steps: Steps, table: str, options: Syntax, line: int) -> Iterator[SchemaChange]:
    said = pairs(options)
    columns, kind, key = _texts(said.get("fields")), (_text(said.get("type")) or "").lower(), _text(said.get("name"))
    if not columns:
        return
    if kind == "unique":
        yield steps.index(line, table, columns, key, unique=True)
    elif kind == "primary key":
        yield steps.primary(line, table, columns, key)
    elif kind == "foreign key":
        to = pairs(said.get("references"))
        target = _table(to["table"]) if "table" in to else None
        fields = _texts(to.get("fields")) or _texts(to.get("field"))
        if target:
            yield steps.foreign(line, table, columns, target, fields, key)


def _column(steps: Steps, table: str, key: str, value: Syntax, line: int | None = None) -> tuple[Column, list[SchemaChange]]:
    """A column of an object `{ type, allowNull, … }` or of a type alone."""
    at = line or line_of(value)
    said = pairs(value)
    written = _text(said.get("field")) or key
    primary = text_of(said.get("primaryKey")) == "true"
    nullable = not primary and text_of(said.get("allowNull")) != "false"
    keys: list[SchemaChange] = []
    if primary:
        keys.append(steps.primary(at, table, [written]))
    unique = said.get("unique")
    if unique is not None and text_of(unique) != "false":
        keys.append(steps.index(at, table, [written], _text(unique), unique=True))
    to = said.get("references")
    target = _table(pairs(to)["model"]) if "model" in pairs(to) else _text(to)
    if target:
        field = _text(pairs(to).get("key")) or _text(said.get("referencesKey"))
        keys.append(steps.foreign(at, table, [written], target, [field] if field else []))
    return steps.column(written, _type(said.get("type") if value.type == "object" else value), at, nullable=nullable), keys


def _type(node: Syntax | None) -> str | None:
    """`Sequelize.STRING(20)` → `STRING(20)`."""
    written = _text(node) or text_of(node).partition(".")[2]
    return named(written.split(".")[-1] if "(" not in written else written)


def _table(node: Syntax) -> str | None:
    """A table's name, alone or as `{ tableName, schema }`."""
    said = pairs(node)
    if "tableName" in said and (table := text(said["tableName"])) is not None:
        schema = _text(said.get("schema"))
        return f"{schema}.{table}" if schema and schema != "public" else table
    return text(node)


def _text(node: Syntax | None) -> str | None:
    return None if node is None else text(node)


def _texts(node: Syntax | None) -> list[str]:
    return [] if node is None else texts(node)
