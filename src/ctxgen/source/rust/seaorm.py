"""SeaORM: entities by their attributes.

Sources: https://www.sea-ql.org/SeaORM/docs/generate-entity/entity-structure/, https://www.sea-ql.org/SeaORM/docs/relation/one-to-many/.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator
from typing import Literal

from ctxgen.model import At, Column, EntityModel, Relation
from ctxgen.opaque import name
from ctxgen.source import ir
from ctxgen.source.program import Program
from ctxgen.source.rust.expressions import spelled_last
from ctxgen.source.values import ClassValue

_KINDS: dict[str, Literal["one-to-one", "many-to-one", "one-to-many"]] = {
    "has_one": "one-to-one", "has_many": "one-to-many", "belongs_to": "many-to-one",
}  # fmt: skip
_WORD = re.compile(r"[A-Z]?[a-z0-9]+|[A-Z]+(?![a-z])")


def finish(program: Program) -> None:
    """The tables of all structs `Model` that derive `DeriveEntityModel`, with the relations of the enum beside each."""
    entities = [cls for cls in program.classes if "DeriveEntityModel" in _derived(cls)]
    tables = {_module(cls): table for cls in entities if (table := _settings(cls.cls.decorators).get("table_name"))}
    beside = {cls.path: cls for cls in program.classes if "DeriveRelation" in _derived(cls)}
    for cls in entities:
        stated = list(_relations(beside.get(cls.path)))
        references = {
            _snake(settings["from"].rpartition("::")[2]): f"{table}.{_snake(settings['to'].rpartition('::')[2])}"
            for _, kind, target, settings in stated
            if kind == "many-to-one" and "from" in settings and "to" in settings and (table := tables.get(target))
        }
        table = _settings(cls.cls.decorators).get("table_name")
        program.facts.append(
            EntityModel(
                name=name(_camel(_module(cls))),
                table=name(table) if table else None,
                technology=name("sea-orm"),
                columns=tuple(_columns(cls, references)),
                relations=tuple(
                    Relation(name=name(field.name), kind=kind, target=name(_camel(target)), at=At(cls.path, field.line))
                    for field, kind, target, _ in stated
                ),
                at=At(cls.path, cls.cls.line),
            )
        )


def _derived(cls: ClassValue) -> set[str]:
    """The traits that a type derives."""
    return {
        spelled_last(each.value)
        for mark in cls.cls.decorators
        if isinstance(mark, ir.Call) and spelled_last(mark.function) == "derive"
        for each in mark.arguments
    }


def _settings(decorators: Iterable[ir.Expression]) -> dict[str, str]:
    """What `#[sea_orm(primary_key, column_name = "x")]` says; a flag has an empty value."""
    found: dict[str, str] = {}
    for mark in decorators:
        if isinstance(mark, ir.Call) and spelled_last(mark.function) == "sea_orm":
            for each in mark.arguments:
                if each.keyword:
                    found[each.keyword] = str(each.value.value) if isinstance(each.value, ir.Literal) else ""
                else:
                    found[spelled_last(each.value)] = ""
    return found


def _module(cls: ClassValue) -> str:
    """The module that an entity is called by: its file."""
    stem = cls.path.rpartition("/")[2].removesuffix(".rs")
    return stem if stem != "mod" else cls.path.split("/")[-2] if "/" in cls.path else stem


def _camel(text: str) -> str:
    return "".join(part[:1].upper() + part[1:] for part in text.split("_"))


def _snake(text: str) -> str:
    return "_".join(word.lower() for word in _WORD.findall(text))


def _columns(cls: ClassValue, references: dict[str, str]) -> Iterator[Column]:
    keyed = any("primary_key" in _settings(field.decorators) for field in cls.cls.fields)
    for field in cls.cls.fields:
        settings = _settings(field.decorators)
        kind = field.type
        if "ignore" in settings or spelled_last(kind) in ("HasMany", "HasOne", "BelongsTo"):
            continue
        optional = isinstance(kind, ir.Item) and spelled_last(kind.owner) == "Option"
        inner = kind.key if optional and isinstance(kind, ir.Item) else kind
        column = settings.get("column_name") or _snake(field.name)
        referred = references.get(_snake(field.name))
        yield Column(
            name=name(column),
            type=name(settings.get("column_type") or spelled_last(inner)),
            nullable=optional or "nullable" in settings,
            primary="primary_key" in settings or (not keyed and field.name == "id"),
            unique="unique" in settings,
            references=name(referred) if referred else None,
            at=At(cls.path, field.line),
        )


def _relations(
    cls: ClassValue | None,
) -> Iterator[tuple[ir.Field, Literal["one-to-one", "many-to-one", "one-to-many"], str, dict[str, str]]]:
    """The variants of an enum `Relation`: field, kind, the module of the other entity, and all that is said."""
    for field in cls.cls.fields if cls is not None else ():
        settings = _settings(field.decorators)
        for key, kind in _KINDS.items():
            if key in settings:
                target = settings[key].removesuffix("::Entity").rpartition("::")[2]
                yield field, kind, target, settings
