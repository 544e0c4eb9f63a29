"""Ecto's schemas: tables with their fields, keys and associations.  Source: https://hexdocs.pm/ecto/Ecto.Schema.html."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from typing import TYPE_CHECKING, Literal, NamedTuple

from ctxgen.model import At, Column, EntityModel, Relation
from ctxgen.opaque import Name, name
from ctxgen.readers._elixir import arguments, block, called, line, literal, options, raw
from ctxgen.readers._steps import type_name
from ctxgen.source.elixir.modules import Declared, Modules, modules_of
from ctxgen.source.program import Program

if TYPE_CHECKING:
    from tree_sitter import Node as Syntax

_KINDS: dict[str, Literal["one-to-one", "many-to-one", "one-to-many", "many-to-many", "embedded"]] = {
    "belongs_to": "many-to-one",
    "has_one": "one-to-one",
    "has_many": "one-to-many",
    "many_to_many": "many-to-many",
    "embeds_one": "embedded",
    "embeds_many": "embedded",
}


class _Key(NamedTuple):
    """What `@primary_key {:id, :binary_id, autogenerate: true}` says; no `name` for a table without one."""

    name: str | None
    type: str | None
    line: int


def finish(program: Program) -> None:
    """The schemas of the files that were chosen."""
    modules = modules_of(program)
    for path in sorted(program.roots):
        for module in modules.of(path).values():
            schema = next((node for node in module.body if called(node) == "schema"), None)
            table = literal(arguments(schema)[0], module.attributes) if schema is not None and arguments(schema) else None
            if schema is not None and table:
                program.facts.append(_model(module, schema, table, modules))


def _model(module: Declared, schema: Syntax, table: str, modules: Modules) -> EntityModel:
    stated = list(_stated(block(schema)))
    key = _key(module) or _Key("id", None, line(schema))
    columns = [Column(name=name(key.name), type=type_name(key.type), primary=True, at=At(module.path, key.line))] if key.name else []
    columns += [column for does, node in stated for column in _columns(module, does, node, modules)]
    return EntityModel(
        name=name(_title(module.name)),
        table=name(table),
        technology=Name("ecto"),
        columns=tuple({column.name: column for column in columns}.values()),
        relations=tuple(relation for does, node in stated for relation in _relations(module, does, node)),
        at=At(module.path, line(schema)),
    )


def _stated(nodes: Iterable[Syntax]) -> Iterator[tuple[str, Syntax]]:
    """The calls of a schema's block, also where one stands below a condition."""
    for node in nodes:
        does = called(node)
        if does in ("if", "unless"):
            yield from _stated(block(node))
        elif does:
            yield does, node


def _title(module: str) -> str:
    """The last part of a module's name: `Order` of `Shop.Sales.Order`."""
    return module.rpartition(".")[2]


def _key(module: Declared) -> _Key | None:
    for node in module.body:
        inner = node.child_by_field_name("operand") if node.type == "unary_operator" else None
        if inner is None or called(inner) != "primary_key" or not (given := arguments(inner)):
            continue
        if raw(given[0]) == "false":
            return _Key(None, None, line(node))
        parts = given[0].named_children if given[0].type == "tuple" else []
        if len(parts) > 1 and (title := literal(parts[0])):
            return _Key(title, literal(parts[1]), line(node))
    return None


def _columns(module: Declared, does: str, node: Syntax, modules: Modules) -> Iterator[Column]:
    given, said, at = arguments(node), options(node), At(module.path, line(node))
    if does == "timestamps":
        for moment in ("inserted_at", "updated_at"):
            stated = said.get(moment)
            if stated is None or raw(stated) != "false":
                yield Column(name=name(literal(stated) or moment), type=type_name(literal(said.get("type")) or "naive_datetime"), at=at)
        return
    title = literal(given[0]) if given else None
    if title is None or raw(said.get("virtual")) == "true":
        return
    source = literal(said.get("source"))
    match does:
        case "field":
            typed = given[1] if len(given) > 1 and given[1].type != "list" else None
            yield Column(
                name=name(source or title),
                type=_type(typed) if typed is not None else Name("string"),
                primary=raw(said.get("primary_key")) == "true",
                at=at,
            )
        case "belongs_to":
            key = literal(said.get("foreign_key")) or f"{title}_id"
            target = modules.named(module.whole(raw(given[1]))) if len(given) > 1 else None
            table = next((node for node in target.body if called(node) == "schema"), None) if target is not None else None
            to = literal(arguments(table)[0]) if table is not None and arguments(table) else None
            yield Column(
                name=name(source or key),
                type=type_name(literal(said.get("type"))),
                primary=raw(said.get("primary_key")) == "true",
                references=name(f"{to}.{literal(said.get('references')) or 'id'}") if to else None,
                at=at,
            )
        case "embeds_one" | "embeds_many":
            yield Column(name=name(source or title), type=Name("map") if does == "embeds_one" else Name("map[]"), at=at)


def _type(node: Syntax) -> Name | None:
    """`:string`, `{:array, :string}`, a module by its last part."""
    if node.type == "tuple" and len(node.named_children) == 2 and literal(node.named_children[0]) == "array":
        inner = _type(node.named_children[1])
        return type_name(f"{inner}[]") if inner else None
    return type_name(literal(node) or (raw(node).rpartition(".")[2] if node.type == "alias" else None))


def _relations(module: Declared, does: str, node: Syntax) -> Iterator[Relation]:
    given, said = arguments(node), options(node)
    title = literal(given[0]) if given else None
    if does in _KINDS and title and len(given) > 1 and given[1].type == "alias" and "through" not in said:
        target = name(_title(module.whole(raw(given[1]))))
        yield Relation(name=name(title), kind=_KINDS[does], target=target, at=At(module.path, line(node)))
