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
            yield from _table(steps, words[0], node, given)
        elif called == "add_foreign_key" and len(words) == 2:
            said = options(given)
            column = literal(said.get("column")) or f"{_singular(words[1])}_id"
            target = literal(said.get("primary_key")) or "id"
            yield steps.foreign(line(node), words[0], [column], words[1], [target], literal(said.get("name")))
        elif called == "add_index" and words:
            yield from _index(steps, words[0], positional(given)[1:], node, given)
        else:
            stack.extend(reversed(node.named_children))


def _table(steps: Steps, table: str, node: Syntax, given: Syntax | None) -> Iterator[SchemaChange]:
    said = options(given)
    columns, keys = list[Column](), list[SchemaChange]()
    identity = said.get("id")
    primary = literals(said.get("primary_key")) or ["id"]
    if raw(identity) != "false":
        if len(primary) == 1 or "primary_key" not in said:
            typed = literal(identity) or literal(options(identity).get("type")) if identity is not None else None
            columns.append(steps.column(primary[0], typed or "bigint", line(node), nullable=False))
        keys.append(steps.primary(line(node), table, primary))
    body = node.child_by_field_name("block")
    for each in _calls(body):
        kind, inner = raw(each.child_by_field_name("method")), each.child_by_field_name("arguments")
        arguments = positional(inner)
        if kind == "index":
            keys += _index(steps, table, arguments, each, inner)
        elif kind == "unique_constraint" and arguments:
            keys.append(steps.index(line(each), table, literals(arguments[0]), literal(options(inner).get("name")), unique=True))
        elif kind == "timestamps":
            columns += [steps.column(column, "datetime", line(each), nullable=False) for column in ("created_at", "updated_at")]
        elif kind in ("references", "belongs_to"):
            columns += [
                steps.column(f"{word}_id", literal(options(inner).get("type")) or "bigint", line(each), nullable=_nullable(inner))
                for child in arguments
                if (word := literal(child))
            ]
        elif kind not in _NO_COLUMNS:
            words = [text for child in arguments if (text := literal(child)) is not None]
            if kind == "column" and len(words) > 1:
                kind, words = words[1], words[:1]
            array = "[]" if raw(options(inner).get("array")) == "true" else ""
            columns += [steps.column(word, kind + array, line(each), nullable=_nullable(inner)) for word in words]
    yield steps.step("create-table", line(node), table, columns=tuple(columns))
    yield from keys


def _calls(body: Syntax | None) -> Iterator[Syntax]:
    """The calls on a block's own variable, in order."""
    stack = list(reversed(body.named_children)) if body is not None else []
    while stack:
        node = stack.pop()
        if node.type == "call" and node.child_by_field_name("receiver") is not None:
            yield node
        elif node.type in ("body_statement", "block_body"):
            stack.extend(reversed(node.named_children))


def _nullable(given: Syntax | None) -> bool:
    return raw(options(given).get("null")) != "false"


def _index(steps: Steps, table: str, arguments: list[Syntax], node: Syntax, given: Syntax | None) -> Iterator[SchemaChange]:
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


def _singular(plural: str) -> str:
    """The singular that Rails takes for the usual plurals."""
    bare = plural.rpartition(".")[2]
    for ending, singular in (("ies", "y"), ("sses", "ss"), ("xes", "x"), ("ches", "ch"), ("shes", "sh"), ("ss", "ss"), ("s", "")):
        if bare.endswith(ending):
            return bare[: -len(ending)] + singular
    return {"people": "person", "children": "child", "men": "man", "women": "woman"}.get(bare, bare)
