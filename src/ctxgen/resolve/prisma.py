"""Prisma schemas of several files: what a field's type is, model or enumeration, may stand in another file of the folder.

Source: https://www.prisma.io/docs/orm/prisma-schema/overview/location#multi-file-prisma-schema.
"""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Iterator
from typing import Literal

from msgspec.structs import replace

from ctxgen.facts import Facts, folder_of
from ctxgen.model import Column, EntityModel, Relation
from ctxgen.opaque import Name, name


def resolve(facts: Facts) -> Facts:
    """The models with relations to models alone, columns of everything else, and the tables that their keys refer to."""
    folders: dict[str, dict[Name, EntityModel]] = defaultdict(dict)
    files: dict[str, set[str]] = defaultdict(set)
    for model in facts.of(EntityModel):
        if model.technology == "prisma":
            folders[folder_of(model.at.path)][model.name] = model
            files[folder_of(model.at.path)].add(model.at.path)

    def settled(model: EntityModel) -> Iterator[EntityModel]:
        folder = folder_of(model.at.path)
        several = model.technology == "prisma" and len(files[folder]) > 1
        yield _settled(model, folders[folder]) if several else model

    return facts.map(EntityModel, settled)


def _settled(model: EntityModel, known: dict[Name, EntityModel]) -> EntityModel:
    columns, relations = list[Column](), list[Relation]()
    for column in model.columns:
        if column.type in known:  # an optional end of a relation that the other file's model holds
            relations.append(Relation(name=column.name, kind="one-to-one", target=name(column.type), at=column.at))
        else:
            columns.append(replace(column, references=_target(column.references, known)))
    for relation in model.relations:
        if relation.target in known:
            relations.append(replace(relation, kind=_kind(model, relation, known[relation.target])))
        elif relation.kind == "embedded":
            relations.append(relation)
        else:
            columns.append(Column(name=relation.name, type=name(f"{relation.target}[]"), nullable=False, at=relation.at))
    columns.sort(key=lambda column: column.at)
    relations.sort(key=lambda relation: relation.at)
    return replace(model, columns=tuple(columns), relations=tuple(relations))


def _target(references: Name | None, known: dict[Name, EntityModel]) -> Name | None:
    """`User.id` → `users.id`."""
    model, dot, column = (references or "").rpartition(".")
    found = known.get(name(model)) if dot else None
    return name(f"{found.table}.{column}") if found is not None and found.table else references


Kind = Literal["one-to-one", "many-to-one", "one-to-many", "many-to-many", "embedded"]


def _kind(model: EntityModel, relation: Relation, other: EntityModel) -> Kind:
    """The kind of a relation to a model of another file, by what that has for this one: lists only are many-to-many, none one-to-one."""
    if other.at.path == model.at.path:
        return relation.kind
    back = Counter(
        "list" if each.kind in ("one-to-many", "many-to-many") else "one" for each in other.relations if each.target == model.name
    )
    alone = sum(1 for each in model.relations if each.target == other.name) == 1
    if relation.kind == "one-to-many" and alone and back["list"] and not back["one"]:
        return "many-to-many"
    optional = any(column.type == model.name for column in other.columns)
    return "one-to-one" if relation.kind == "many-to-one" and alone and optional and not back["list"] else relation.kind
