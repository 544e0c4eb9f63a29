"""Rails' `db/schema.rb`: the schema as it stands.  Source: https://guides.rubyonrails.org/active_record_migrations.html#schema-dumping-and-you."""

from __future__ import annotations

from collections.abc import Iterator
from typing import TYPE_CHECKING

from ctxgen.model import Column, SchemaChange
from ctxgen.opaque import name
from ctxgen.readers import reads
from ctxgen.readers._ruby import line, literal, literals, options, positional, raw
from ctxgen.readers._steps import Steps
from ctxgen.tree import File

if TYPE_CHECKING:
    from tree_sitter import Node as Syntax

_NO_COLUMNS = {"index", "check_constraint", "unique_constraint", "exclusion_constraint", "foreign_key", "primary_key"}


@reads("**/db/schema.rb", "**/db/*_schema.rb", contains=(b"create_table",))
def read_rails_schema(file: File) -> Iterator[SchemaChange]:
    """Tables with their columns, indexes and foreign keys."""
    steps = Steps(file, name("active-record"))
    stack = [file.syntax("ruby")]
    while stack:
        node = stack.pop()
        called = raw(node.child_by_field_name("method")) if node.type == "call" else ""
        given = node.child_by_field_name("arguments")
        words = [text for child in positional(given) if (text := literal(child)) is not None]
        if called == "create_table" and words:
            yield from table_of(steps, words[0], node, given)
        elif called == "add_foreign_key" and len(words) == 2:
            said = options(given)
            column = literal(said.get("column")) or f"{singular(words[1])}_id"
            target = literal(said.get("primary_key")) or "id"
            yield steps.foreign(line(node), words[0], [column], words[1], [target], literal(said.get("name")))
        elif called == "add_index" and words:
            yield from index_of(steps, words[0], positional(given)[1:], node, given)
        else:
            stack.extend(reversed(node.named_children))


def table_of(steps: Steps, table: str, node: Syntax, given: Syntax | None) -> Iterator[SchemaChange]:
    """`create_table "orders" do |t| … end`."""
    said = options(given)
    columns, keys = list[Column](), list[SchemaChange]()
    identity = said.get("id")
    primary = literals(said.get("primary_key")) or ["id"]
    if raw(identity) != "false":
        if len(primary) == 1 or "primary_key" not in said:
            typed = literal(identity) or literal(options(identity).get("type")) if identity is not None else None
            columns.append(steps.column(primary[0], typed or "bigint", line(node), nullable=False))
        keys.append(steps.primary(line(node), table, primary))
    for each in calls_on_block(node.child_by_field_name("block")):
        kind, inner = raw(each.child_by_field_name("method")), each.child_by_field_name("arguments")
        arguments = positional(inner)
        if kind == "index":
            keys += index_of(steps, table, arguments, each, inner)
        elif kind == "unique_constraint" and arguments:
            keys.append(steps.index(line(each), table, literals(arguments[0]), literal(options(inner).get("name")), unique=True))
        else:
            columns += columns_of(steps, kind, each)
            keys += references_of(steps, table, each)
    yield steps.step("create-table", line(node), table, columns=tuple(columns))
    yield from keys


def columns_of(steps: Steps, kind: str, node: Syntax) -> list[Column]:
    """The columns of a call in a table's block: `t.string :name, :title`, `t.timestamps`, `t.references :order`."""
    inner = node.child_by_field_name("arguments")
    words = [text for child in positional(inner) if (text := literal(child)) is not None]
    if kind == "timestamps":
        return [steps.column(column, "datetime", line(node), nullable=False) for column in ("created_at", "updated_at")]
    if kind in ("references", "belongs_to"):
        typed = literal(options(inner).get("type")) or "bigint"
        found = [steps.column(f"{word}_id", typed, line(node), nullable=nullable(inner)) for word in words]
        if options(inner).get("polymorphic") is not None:
            found += [steps.column(f"{word}_type", "string", line(node), nullable=nullable(inner)) for word in words]
        return found
    if kind in _NO_COLUMNS:
        return []
    if kind == "column" and len(words) > 1:
        kind, words = words[1], words[:1]
    return [column_of(steps, word, kind, node, inner) for word in words]


def references_of(steps: Steps, table: str, node: Syntax) -> Iterator[SchemaChange]:
    """The foreign keys of `t.references :order, foreign_key: true`, `foreign_key: { to_table: :orders }`."""
    given = node.child_by_field_name("arguments")
    stated = options(given).get("foreign_key")
    if stated is None or raw(stated) == "false":
        return
    import inflection

    for child in positional(given):
        if (word := literal(child)) is not None and word != table:
            target = literal(options(stated).get("to_table")) or inflection.pluralize(word)
            yield steps.foreign(line(node), table, [f"{word}_id"], target, ["id"])


def column_of(steps: Steps, word: str, kind: str, node: Syntax, given: Syntax | None) -> Column:
    """A column of a type with its options."""
    array = "[]" if raw(options(given).get("array")) == "true" else ""
    return steps.column(word, kind + array, line(node), nullable=nullable(given))


def calls_on_block(body: Syntax | None) -> Iterator[Syntax]:
    """The calls on a block's own variable, in order."""
    stack = list(reversed(body.named_children)) if body is not None else []
    while stack:
        node = stack.pop()
        if node.type == "call" and node.child_by_field_name("receiver") is not None:
            yield node
        elif node.type in ("body_statement", "block_body"):
            stack.extend(reversed(node.named_children))


def nullable(given: Syntax | None) -> bool:
    """Whether a column may be null, by its options."""
    return raw(options(given).get("null")) != "false"


def index_of(steps: Steps, table: str, arguments: list[Syntax], node: Syntax, given: Syntax | None) -> Iterator[SchemaChange]:
    """An index over columns; one over an expression is written as one text."""
    said = options(given)
    columns = [column for column in literals(arguments[0]) if column.isidentifier()] if arguments else []
    if columns:
        partial = said.get("where") is not None
        unique = raw(said.get("unique")) == "true"
        yield steps.step(
            "index", line(node), table, names=tuple(map(name, columns)), key=name(literal(said.get("name")) or "") or None,
            unique=unique, partial=partial,
        )  # fmt: skip


def singular(plural: str) -> str:
    """The singular that Rails takes for the usual plurals."""
    bare = plural.rpartition(".")[2]
    for ending, singular in (("ies", "y"), ("sses", "ss"), ("xes", "x"), ("ches", "ch"), ("shes", "sh"), ("ss", "ss"), ("s", "")):
        if bare.endswith(ending):
            return bare[: -len(ending)] + singular
    return {"people": "person", "children": "child", "men": "man", "women": "woman"}.get(bare, bare)
