"""Objection: model classes with their table, JSON schema and relations.

Sources: https://vincit.github.io/objection.js/guide/models.html, https://vincit.github.io/objection.js/guide/relations.html
"""

from __future__ import annotations

from ctxgen.model import At
from ctxgen.source.program import Program
from ctxgen.source.script.model_parts import Draft, column, finish_drafts, new_draft, referred, relation, written
from ctxgen.source.values import UNKNOWN, Arguments, ClassValue, External, FunctionValue, Record, Value

_MODELS = ("objection.Model",)
_KINDS = {
    "BelongsToOneRelation": "many-to-one", "HasManyRelation": "one-to-many", "HasOneRelation": "one-to-one", "ManyToManyRelation": "many-to-many",
    "HasOneThroughRelation": "one-to-one",
}  # fmt: skip


def finish(program: Program) -> None:
    """The classes that extend the library's model and state a table."""
    for cls in list(program.classes):
        if _extends(program, cls):
            table = _stated(program, cls, "tableName")
            if isinstance(table, str):
                draft = new_draft(program, cls.cls.name, "objection", At(cls.path, cls.cls.line), table)
                _columns(draft, _stated(program, cls, "jsonSchema"))
                _relations(program, draft, _stated(program, cls, "relationMappings"))
    finish_drafts(program, "objection")


def _extends(program: Program, cls: ClassValue) -> bool:
    bases = [program.evaluate(base, each.scope) for each in program.lineage(cls) for base in each.cls.bases]
    return any(isinstance(base, External) and base.path.replace("()", "").endswith(_MODELS) for base in bases)


def _stated(program: Program, cls: ClassValue, member: str) -> Value:
    """A static field, getter or method of a class."""
    value = program.attribute(cls, member, cls.cls.line, cls.scope)
    return program.call(value, Arguments((), {}, (), cls.cls.line, cls.scope)) if isinstance(value, FunctionValue) else value


def _columns(draft: Draft, schema: Value) -> None:
    properties = schema.get("properties") if isinstance(schema, dict) else None
    required = schema.get("required") if isinstance(schema, dict) else None
    if isinstance(properties, Record):
        for key in properties.written:
            value = properties.get(key, UNKNOWN)
            kind = value.get("type") if isinstance(value, dict) else None
            nullable = None if not isinstance(required, list) or key not in required else False
            draft.columns.append(column(key, properties.place(key), kind if isinstance(kind, str) else "", nullable=nullable))


def _relations(program: Program, draft: Draft, mappings: Value) -> None:
    if not isinstance(mappings, Record):
        return
    for key in mappings.written:
        stated = mappings.get(key, UNKNOWN)
        kind = stated.get("relation") if isinstance(stated, dict) else None
        named = kind.path.rpartition(".")[2] if isinstance(kind, External) else ""
        if not named and (expression := written(stated, "relation")) is not None:
            named = getattr(expression, "name", "")
        if named in _KINDS and isinstance(stated, dict):
            target = referred(program, stated.get("modelClass", UNKNOWN), written(stated, "modelClass"))
            draft.relations.append(relation(key, _KINDS[named], target.rpartition("/")[2], mappings.place(key)))
