"""Eloquent's models: tables and relations; columns only where no migration of the repository states them.

Sources: https://laravel.com/docs/eloquent, https://laravel.com/docs/eloquent-relationships.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import Literal

from ctxgen.model import At, Column, EntityModel, Relation, SchemaChange
from ctxgen.opaque import Name, name
from ctxgen.source import ir
from ctxgen.source.php.laravel_state import class_path, words
from ctxgen.source.php.library import resolver_of
from ctxgen.source.php.words import plural, singular, snake
from ctxgen.source.program import Program
from ctxgen.source.values import ClassValue, Value

_Kind = Literal["one-to-one", "many-to-one", "one-to-many", "many-to-many", "embedded"]
_RELATIONS: dict[str, _Kind] = {
    "hasOne": "one-to-one", "hasOneThrough": "one-to-one", "morphOne": "one-to-one", "belongsTo": "many-to-one", "hasMany": "one-to-many", "hasManyThrough": "one-to-many", "morphMany": "one-to-many",
    "belongsToMany": "many-to-many", "morphToMany": "many-to-many", "morphedByMany": "many-to-many", "embedsOne": "embedded", "embedsMany": "embedded",
}  # fmt: skip
_RELATED = re.compile(rb"->(?:hasOne|hasMany|belongsTo|morphOne|morphMany|morphToMany|morphedByMany|embeds(?:One|Many))")
_BASES = {
    "Illuminate.Database.Eloquent.Model", "Illuminate.Database.Eloquent.Relations.Pivot", "Illuminate.Database.Eloquent.Relations.MorphPivot", "Illuminate.Foundation.Auth.User",
    "MongoDB.Laravel.Eloquent.Model", "MongoDB.Laravel.Auth.User", "Jenssegers.Mongodb.Eloquent.Model", "Eloquent",
}  # fmt: skip
_PIVOTS = {"Illuminate.Database.Eloquent.Relations.Pivot", "Illuminate.Database.Eloquent.Relations.MorphPivot"}
_DEEPEST = 40


def finish(program: Program) -> None:
    """The models among the classes."""
    migrated = any(True for _ in resolver_of(program).sources.facts.of(SchemaChange))
    for cls in list(program.classes):
        if cls.cls.kind == "class" and cls.cls.name and not cls.cls.abstract and (found := bases(program, cls)) & _BASES:
            program.facts.append(_model(program, cls, found, migrated))


def bases(program: Program, cls: ClassValue) -> set[str]:
    """The paths of the library's classes that a class extends, over those of the repository."""
    return {class_path(program.evaluate(base, each.scope)) for each in program.lineage(cls) for base in each.cls.bases}


def _model(program: Program, cls: ClassValue, found: set[str], migrated: bool) -> EntityModel:
    table = _field(program, cls, "table")
    stated = table if isinstance(table, str) else snake(singular(cls.cls.name) if found & _PIVOTS else plural(cls.cls.name))
    return EntityModel(
        name=name(cls.cls.name),
        table=name(stated),
        technology=Name("eloquent"),
        columns=() if migrated else tuple(_columns(program, cls)),
        relations=tuple(_relations(program, cls)),
        at=At(cls.path, cls.cls.line),
    )


def _field(program: Program, cls: ClassValue, wanted: str) -> Value:
    for each in program.lineage(cls):
        for field in each.cls.fields:
            if field.name == wanted and field.value is not None:
                return program.evaluate(field.value, program.class_scope(each))
    return None


def _columns(program: Program, cls: ClassValue) -> Iterator[Column]:
    """What `$fillable` and `$casts` name."""
    casts = _field(program, cls, "casts")
    kinds = {key: value for key, value in casts.items() if isinstance(value, str)} if isinstance(casts, dict) else {}
    lines = {field.name: field.line for field in cls.cls.fields}
    for key, names in (("fillable", words(_field(program, cls, "fillable"))), ("casts", list(casts) if isinstance(casts, dict) else [])):
        for each in names:
            if key == "fillable" or each not in words(_field(program, cls, "fillable")):
                kind = kinds.get(each, "").partition(":")[0]
                yield Column(name=name(each), type=name(kind) if kind else None, at=At(cls.path, lines.get(key, cls.cls.line)))


def _relations(program: Program, cls: ClassValue) -> Iterator[Relation]:
    seen: set[str] = set()
    for each in program.lineage(cls):
        lines = resolver_of(program).sources.data(each.path).splitlines()
        for method in each.cls.methods:
            if method.name in seen or method.static or not _RELATED.search(b"\n".join(lines[method.line - 1 : method.end])):
                continue
            seen.add(method.name)
            for statement in method.body:
                if (
                    isinstance(statement, ir.Return)
                    and (relation := _relation(program, cls, each, method.name, statement.value)) is not None
                ):
                    yield relation


def _relation(program: Program, cls: ClassValue, declared: ClassValue, called: str, value: ir.Expression) -> Relation | None:
    """`return $this->hasMany(Item::class)->orderBy("position")`."""
    for _ in range(_DEEPEST):
        if not isinstance(value, ir.Call) or not isinstance(value.function, ir.Attribute):
            return None
        if isinstance(value.function.owner, ir.Name) and value.function.owner.name == "self" and value.function.name in _RELATIONS:
            target = _target(program, cls, declared, value.arguments[0].value) if value.arguments else None
            kind = _RELATIONS[value.function.name]
            return Relation(name=name(called), kind=kind, target=name(target), at=At(declared.path, value.line)) if target else None
        value = value.function.owner
    return None


def _target(program: Program, cls: ClassValue, declared: ClassValue, expression: ir.Expression) -> str | None:
    if isinstance(expression, ir.Name) and expression.name == "self":
        return cls.cls.name
    value = program.evaluate(expression, program.class_scope(declared))
    if isinstance(value, str):
        return value.rpartition("\\")[2] or None
    return class_path(value).rpartition(".")[2] or None
