"""Bun: tables of structs by their tags.

Sources: https://bun.uptrace.dev/guide/models.html, https://bun.uptrace.dev/guide/relations.html.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import Literal

from ctxgen.model import At, Column, EntityModel, Relation
from ctxgen.opaque import name
from ctxgen.source import ir
from ctxgen.source.golang.gorm import embedded, plural, snake
from ctxgen.source.kinds import last_name
from ctxgen.source.program import Program
from ctxgen.source.values import ClassValue, External

_TAG = re.compile(r'bun:"((?:[^"\\]|\\.){0,300})(?:"|$)')
_RELATIONS: dict[str, Literal["many-to-many", "one-to-many", "many-to-one", "one-to-one"]] = {
    "belongs-to": "many-to-one",
    "has-many": "one-to-many",
    "has-one": "one-to-one",
}
_DEPTH = 5


def finish(program: Program) -> None:
    """The tables of all structs that hold `bun.BaseModel`."""
    models = [cls for cls in program.classes if cls.cls.kind == "struct" and any(_is_base(program, cls, field) for field in cls.cls.fields)]
    for cls in models:
        program.facts.append(_model(program, cls))


def _is_base(program: Program, cls: ClassValue, field: ir.Field) -> bool:
    value = program.evaluate(field.type, cls.scope) if embedded(field) and isinstance(field.type, ir.Attribute) else None
    return isinstance(value, External) and value.path == "github.com/uptrace/bun.BaseModel"


def _tag(field: ir.Field) -> tuple[str, dict[str, str]]:
    """The name and the options of a tag `bun:"id,pk,type:uuid"`."""
    found = _TAG.search(field.tag)
    first, *others = re.split(r",(?![^()]*\))", found[1]) if found else [""]
    options = {key.strip(): value.strip() for key, _, value in (part.partition(":") for part in ([first] if ":" in first else []) + others)}
    return ("" if ":" in first else first.strip()), options


def _fields(program: Program, cls: ClassValue, prefix: str, depth: int) -> Iterator[tuple[ir.Field, ClassValue, str, dict[str, str]]]:
    for field in cls.cls.fields:
        column, options = _tag(field)
        if column == "-" or _is_base(program, cls, field) or (field.name[:1].islower() and not embedded(field)):
            continue
        inner = program.evaluate(field.type, cls.scope) if isinstance(field.type, (ir.Name, ir.Attribute)) else None
        if (embedded(field) or "embed" in options or "extend" in options) and isinstance(inner, ClassValue) and depth < _DEPTH:
            yield from _fields(program, inner, prefix + options.get("embed", ""), depth + 1)
        elif "scanonly" not in options:
            yield field, cls, prefix + (column or snake(field.name)), options


def _model(program: Program, cls: ClassValue) -> EntityModel:
    base = next(field for field in cls.cls.fields if _is_base(program, cls, field))
    stated, options = _tag(base)
    columns: list[Column] = []
    relations: list[Relation] = []
    fields = list(_fields(program, cls, "", 0))
    keyed = any("pk" in own for _, _, _, own in fields)
    for field, owner, column, own in fields:
        at = At(owner.path, field.line)
        if "rel" in own or "m2m" in own:
            target = last_name(field.type.key if isinstance(field.type, ir.Item) else field.type)
            kind = "many-to-many" if "m2m" in own else _RELATIONS.get(own["rel"])
            if kind is not None and target:
                relations.append(Relation(name=name(field.name), kind=kind, target=name(target), at=at))
            continue
        primary = "pk" in own or (not keyed and field.name == "ID")
        nullable = False if primary or "notnull" in own else None
        shown = own.get("type") or _kind(field.type)
        unique = own.get("unique") == ""
        columns.append(
            Column(name=name(column), type=name(shown) if shown else None, nullable=nullable, primary=primary, unique=unique, at=at)
        )
    table = options.get("table") or stated or plural(snake(cls.cls.name))
    return EntityModel(
        name=name(cls.cls.name), table=name(table), technology=name("bun-orm"), columns=tuple(columns), relations=tuple(relations), at=At(cls.path, cls.cls.line),
    )  # fmt: skip


def _kind(type: ir.Expression | None) -> str | None:
    """The type of a column as in Go."""
    match type:
        case ir.Name(named):
            return named
        case ir.Attribute(ir.Name(module), named):
            return f"{module}.{named}"
        case ir.Item(ir.Name("list"), element):
            inner = _kind(element)
            return f"[]{inner}" if inner else None
        case ir.Item(ir.Name("map")):
            return "map"
    return None
