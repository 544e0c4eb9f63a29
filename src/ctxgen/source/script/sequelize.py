"""Sequelize: models that are defined, initialised or decorated, and their associations.

Sources: https://sequelize.org/docs/v6/core-concepts/model-basics/, https://sequelize.org/docs/v6/core-concepts/assocs/,
https://github.com/sequelize/sequelize-typescript
"""

from __future__ import annotations

from ctxgen.model import At
from ctxgen.source.frameworks import plain
from ctxgen.source.program import Hook, MethodHook, Program
from ctxgen.source.script.decorators import Mark, marks, of_class
from ctxgen.source.script.model_parts import (
    Draft,
    column,
    finish_drafts,
    index,
    last_name,
    new_draft,
    referred,
    relation,
    truth,
    type_name,
    written,
)
from ctxgen.source.values import UNKNOWN, Arguments, ClassValue, External, FunctionValue, Object, Record, Value

_ASSOCIATIONS = {"hasOne": "one-to-one", "hasMany": "one-to-many", "belongsTo": "many-to-one", "belongsToMany": "many-to-many"}
_DECORATED = {"HasOne": "one-to-one", "HasMany": "one-to-many", "BelongsTo": "many-to-one", "BelongsToMany": "many-to-many"}


def _define(program: Program, owner: Object, arguments: Arguments) -> Value:
    """`sequelize.define("User", { … }, { tableName, indexes })`"""
    title = arguments.get(0)
    made = Object(program.vocabulary.frameworks["sequelize"].types["model"])
    if isinstance(title, str):
        program.shared["sequelize models"].append(made)
        made.fields[" name"] = title
        made.fields[" draft"] = _draft(program, title, arguments.get(1), arguments.get(2), program.at(arguments))
    return made


def _init(program: Program, owner: Object, arguments: Arguments) -> Value:
    """`User.init({ … }, { sequelize, modelName, tableName })`"""
    options = arguments.get(1)
    cls = next((each for each in program.classes if each.object is owner), None)
    stated = options.get("modelName") if isinstance(options, dict) else None
    title = stated if isinstance(stated, str) else cls.cls.name if cls is not None else None
    if title and isinstance(arguments.get(0), dict):
        at = At(cls.path, cls.cls.line) if cls is not None else program.at(arguments)
        owner.fields[" draft"] = _draft(program, title, arguments.get(0), options, at)
        owner.fields[" name"] = title
    return owner


def _draft(program: Program, title: str, attributes: Value, options: Value, at: At) -> Draft:
    stated = options if isinstance(options, dict) else {}
    table = stated.get("tableName", title if stated.get("freezeTableName") is True else None)
    draft = new_draft(program, title, "sequelize", at, table if isinstance(table, str) else None)
    if isinstance(attributes, Record):
        for key in attributes.written:
            _attribute(draft, attributes, key)
    indexes = stated.get("indexes")
    for each in indexes if isinstance(indexes, list) else []:
        if isinstance(each, Record) and (fields := plain(each.get("fields"))):
            named = each.get("name")
            draft.indexes.append(
                index(fields, At(each.path, each.line), unique=each.get("unique") is True, title=named if isinstance(named, str) else None)
            )
    return draft


def _attribute(draft: Draft, attributes: Record, key: str) -> None:
    value = attributes.get(key, UNKNOWN)
    at = attributes.place(key)
    if not isinstance(value, Record):
        draft.columns.append(column(key, at, last_name(attributes.written[key], value)))
        return
    references = value.get("references")
    to = ""
    if isinstance(references, dict):
        model = last_name(written(references, "model"), references.get("model", UNKNOWN))
        field = references.get("key")
        to = f"{model}.{field}" if isinstance(field, str) and model else model
    title = value.get("field")
    primary = value.get("primaryKey") is True
    draft.columns.append(
        column(
            title if isinstance(title, str) else key, at, last_name(written(value, "type"), value.get("type", UNKNOWN)), nullable=truth(value.get("allowNull")),
            primary=primary, unique=value.get("unique") not in (None, False, UNKNOWN), references=to,
        )
    )  # fmt: skip


def _association(called: str) -> MethodHook:
    def association(program: Program, owner: Object, arguments: Arguments) -> Value:
        """`User.hasMany(Order, { as: "orders", foreignKey: "userId" })`"""
        draft = owner.fields.get(" draft")
        target = last_name(arguments.expression(0), arguments.get(0))
        if target.lower() in ("models", "default"):
            target = ""
        options = arguments.get(1)
        alias = options.get("as") if isinstance(options, dict) else None
        if target:
            made = relation(alias if isinstance(alias, str) else target, _ASSOCIATIONS[called], target, program.at(arguments))
            if isinstance(draft, Draft):
                draft.relations.append(made)
            else:
                program.shared["sequelize later"].append((owner, made))
        return UNKNOWN

    return association


# ---------------------------------------------------------------------------------------------- decorators


def finish(program: Program) -> None:
    """The classes that decorators make models, and associations that stood before what they belong to."""
    for model in program.shared.pop("sequelize models", []):
        associate = model.fields.get("associate")
        if isinstance(associate, FunctionValue):  # called by whoever loads all models
            program.call(associate, Arguments((UNKNOWN,), {}, (), associate.function.line, associate.scope))
    for owner, made in program.shared.pop("sequelize later", []):
        draft = owner.fields.get(" draft")
        if isinstance(draft, Draft):
            draft.relations.append(made)
    for cls in list(program.classes):
        for mark in of_class(program, cls):
            if mark.path == "sequelize-typescript.Table":
                _decorated(program, cls, mark)
                break
    finish_drafts(program, "sequelize")


def _decorated(program: Program, cls: ClassValue, table: Mark) -> None:
    options = table.get(0)
    stated = options.get("tableName") if isinstance(options, dict) else None
    draft = new_draft(program, cls.cls.name, "sequelize", table.at, stated if isinstance(stated, str) else None)
    for each in reversed(list(program.lineage(cls))):
        for field in each.cls.fields:
            found = [mark for mark in marks(program, field.decorators, each.scope) if mark.path.startswith("sequelize-typescript.")]
            by_name = {mark.last: mark for mark in found}
            for called, kind in _DECORATED.items():
                if called in by_name:
                    target = referred(program, by_name[called].get(0), by_name[called].arguments.expression(0))
                    draft.relations.append(relation(field.name, kind, target, by_name[called].at))
            if "Column" in by_name:
                _decorated_column(program, draft, field.name, type_name(field.type), by_name)


def _decorated_column(program: Program, draft: Draft, title: str, declared: str, found: dict[str, Mark]) -> None:
    mark = found["Column"]
    first = mark.get(0)
    options = first if isinstance(first, dict) else {}
    kind = last_name(written(first, "type"), options.get("type", UNKNOWN)) if options else ""
    if isinstance(first, External):
        kind = last_name(None, first)
    elif "DataType" in last_name(mark.arguments.expression(0)):
        kind = last_name(mark.arguments.expression(0))
    foreign = found.get("ForeignKey")
    allowed = found.get("AllowNull")
    nullable = truth(options.get("allowNull"))
    if allowed is not None:
        nullable = allowed.get(0) is not False
    field = options.get("field")
    draft.columns.append(
        column(
            field if isinstance(field, str) else title, mark.at, kind or declared, nullable=nullable,
            primary="PrimaryKey" in found or options.get("primaryKey") is True, unique="Unique" in found or options.get("unique") is True,
            references=referred(program, foreign.get(0), foreign.arguments.expression(0)) if foreign is not None else "",
        )
    )  # fmt: skip


HOOKS: dict[str, Hook] = {}
METHODS: dict[str, MethodHook] = {
    "sequelize.connection.define": _define,
    "sequelize.model.init": _init,
    **{f"sequelize.model.{called}": _association(called) for called in _ASSOCIATIONS},
}
