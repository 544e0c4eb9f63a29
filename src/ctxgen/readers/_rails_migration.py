"""Rails' migrations: the steps of `change` and `up`, for applications that keep no dump of their schema.

Source: https://api.rubyonrails.org/classes/ActiveRecord/ConnectionAdapters/SchemaStatements.html.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import TYPE_CHECKING

from ctxgen.model import Column, SchemaChange
from ctxgen.opaque import name
from ctxgen.readers._ruby import line, literal, options, positional, raw
from ctxgen.readers._steps import Steps, names
from ctxgen.readers.rails_schema import calls_on_block, column_of, columns_of, index_of, nullable, references_of, singular, table_of
from ctxgen.tree import File

if TYPE_CHECKING:
    from tree_sitter import Node as Syntax

_SKIPPED = {"down", "reverting", "down_only"}
_REFERENCES = {"add_reference", "add_belongs_to", "references", "belongs_to"}


def steps_of(file: File) -> Iterator[SchemaChange]:
    """What a migration does, in order; steps that name their table by no literal are passed over."""
    steps = Steps(file, name("active-record"))
    stack = [file.syntax("ruby")]
    while stack:
        node = stack.pop()
        if node.type in ("method", "singleton_method") and raw(node.child_by_field_name("name")) in _SKIPPED:
            continue
        called = raw(node.child_by_field_name("method")) if node.type == "call" else ""
        if called in _SKIPPED:
            continue
        given = node.child_by_field_name("arguments")
        arguments = positional(given)
        table = literal(arguments[0]) if arguments else None
        if table is None or called not in _KNOWN:
            stack.extend(reversed(node.named_children))
        elif called == "create_table":
            yield from table_of(steps, table, node, given)
        elif called == "create_join_table":
            yield from _joined(steps, [text for each in arguments if (text := literal(each))], node, given)
        elif called == "change_table":
            for each in calls_on_block(node.child_by_field_name("block")):
                yield from _changed(steps, table, raw(each.child_by_field_name("method")), each, each.child_by_field_name("arguments"))
        else:
            yield from _stated(steps, table, called, arguments[1:], node, given)


def _joined(steps: Steps, tables: list[str], node: Syntax, given: Syntax | None) -> Iterator[SchemaChange]:
    """`create_join_table :orders, :tags`: a table of their names in order, without a key of its own."""
    if len(tables) == 2:
        table = literal(options(given).get("table_name")) or "_".join(sorted(tables))
        columns = [steps.column(f"{singular(each)}_id", "bigint", line(node), nullable=False) for each in tables]
        yield steps.step("create-table", line(node), table, columns=tuple(columns))


def _changed(steps: Steps, table: str, kind: str, node: Syntax, given: Syntax | None) -> Iterator[SchemaChange]:
    """A call in the block of `change_table`."""
    arguments = positional(given)
    words = [text for each in arguments if (text := literal(each)) is not None]
    match kind:
        case "remove" | "remove_columns":
            yield steps.step("drop-column", line(node), table, names=names(words))
        case "remove_references" | "remove_belongs_to":
            yield steps.step("drop-column", line(node), table, names=names(f"{word}_id" for word in words))
        case "remove_timestamps":
            yield steps.step("drop-column", line(node), table, names=names(("created_at", "updated_at")))
        case "rename" if len(words) == 2:
            yield steps.step("rename-column", line(node), table, names=names(words[:1]), to=name(words[1]))
        case "index":
            yield from index_of(steps, table, arguments, node, given)
        case "change" if len(words) > 1:
            yield _retyped(steps, table, words[0], words[1], node, given)
        case _:
            if columns := columns_of(steps, kind, node):
                yield steps.step("add-column", line(node), table, columns=tuple(columns))
                yield from references_of(steps, table, node)


def _stated(steps: Steps, table: str, called: str, arguments: list[Syntax], node: Syntax, given: Syntax | None) -> Iterator[SchemaChange]:
    """A statement that names its table first."""
    at = line(node)
    words = [text for each in arguments if (text := literal(each)) is not None]
    match called:
        case "drop_table":
            yield steps.step("drop-table", at, table)
        case "rename_table" if words:
            yield steps.step("rename-table", at, table, to=name(words[0]))
        case "add_column" if len(words) > 1:
            yield steps.step("add-column", at, table, columns=(column_of(steps, words[0], words[1], node, given),))
        case "add_timestamps":
            yield steps.step("add-column", at, table, columns=tuple(columns_of(steps, "timestamps", node)))
        case "add_reference" | "add_belongs_to" if words:
            yield steps.step("add-column", at, table, columns=tuple(_reference(steps, words[0], node, given)))
            yield from references_of(steps, table, node)
        case "remove_reference" | "remove_belongs_to" if words:
            yield steps.step("drop-column", at, table, names=names([f"{words[0]}_id", f"{words[0]}_type"]))
        case "remove_column" if words:
            yield steps.step("drop-column", at, table, names=names(words[:1]))
        case "remove_columns" if words:
            yield steps.step("drop-column", at, table, names=names(words))
        case "remove_timestamps":
            yield steps.step("drop-column", at, table, names=names(("created_at", "updated_at")))
        case "rename_column" if len(words) > 1:
            yield steps.step("rename-column", at, table, names=names(words[:1]), to=name(words[1]))
        case "change_column" if len(words) > 1:
            yield _retyped(steps, table, words[0], words[1], node, given)
        case "change_column_null" if words and len(arguments) > 1:
            column = Column(name=name(words[0]), nullable=raw(arguments[1]) != "false", at=steps.file.at(at))
            yield steps.step("change-column", at, table, columns=(column,))
        case "add_index":
            yield from index_of(steps, table, arguments, node, given)
        case "remove_index" if literal(options(given).get("name")):
            yield steps.step("drop-key", at, table, key=name(literal(options(given).get("name")) or ""))
        case "add_foreign_key" if words:
            said = options(given)
            stated = literal(said.get("column")) or f"{singular(words[0])}_id"
            yield steps.foreign(at, table, [stated], words[0], [literal(said.get("primary_key")) or "id"], literal(said.get("name")))


def _reference(steps: Steps, word: str, node: Syntax, given: Syntax | None) -> Iterator[Column]:
    typed = literal(options(given).get("type")) or "bigint"
    yield steps.column(f"{word}_id", typed, line(node), nullable=nullable(given))
    if options(given).get("polymorphic") is not None:
        yield steps.column(f"{word}_type", "string", line(node), nullable=nullable(given))


def _retyped(steps: Steps, table: str, column: str, typed: str, node: Syntax, given: Syntax | None) -> SchemaChange:
    stated = nullable(given) if "null" in options(given) else None
    return steps.step("change-column", line(node), table, columns=(steps.column(column, typed, line(node), nullable=stated),))


_KNOWN = _REFERENCES | {
    "create_table", "create_join_table", "change_table", "drop_table", "rename_table", "add_column", "add_timestamps", "remove_reference", "remove_belongs_to", "remove_column", "remove_columns",
    "remove_timestamps", "rename_column", "change_column", "change_column_null", "add_index", "remove_index", "add_foreign_key",
}  # fmt: skip
