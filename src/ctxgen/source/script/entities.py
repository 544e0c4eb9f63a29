"""Classes that decorators make entities: TypeORM and MikroORM.

Sources: https://typeorm.io/docs/entity/entities, https://typeorm.io/docs/relations/relations, https://mikro-orm.io/docs/decorators
"""

from __future__ import annotations

from ctxgen.source import ir
from ctxgen.source.frameworks import plain
from ctxgen.source.program import Program
from ctxgen.source.script.decorators import Mark, marks, of_class
from ctxgen.source.script.model_parts import Draft, column, finish_drafts, index, new_draft, referred, relation, truth, type_name
from ctxgen.source.values import ClassValue, FunctionValue, Value

_ENTITIES = {"typeorm": ("Entity", "ViewEntity", "ChildEntity"), "mikro-orm": ("Entity",)}
_COLUMNS = {
    "Column", "PrimaryColumn", "PrimaryGeneratedColumn", "CreateDateColumn", "UpdateDateColumn", "DeleteDateColumn", "VersionColumn",
    "ObjectIdColumn", "ViewColumn", "Generated", "Property", "PrimaryKey", "SerializedPrimaryKey", "Enum", "Formula",
}  # fmt: skip
_PRIMARY = {"PrimaryColumn", "PrimaryGeneratedColumn", "ObjectIdColumn", "PrimaryKey"}
_RELATIONS = {"OneToOne": "one-to-one", "ManyToOne": "many-to-one", "OneToMany": "one-to-many", "ManyToMany": "many-to-many"}
_GENERATED = {"uuid": "uuid", "rowid": "int", "increment": "int", "identity": "int"}


def finish(program: Program) -> None:
    """Every class that is an entity."""
    for cls in list(program.classes):
        for mark in of_class(program, cls):
            technology = _technology(mark)
            if technology is not None and mark.last in _ENTITIES[technology]:
                _entity(program, cls, mark, technology)
                break
    for technology in _ENTITIES:
        finish_drafts(program, technology)


def _technology(mark: Mark) -> str | None:
    return "typeorm" if mark.path.startswith("typeorm.") else "mikro-orm" if mark.path.startswith("@mikro-orm/") else None


def _options(mark: Mark) -> dict[str, Value]:
    """The options of a decorator, wherever they stand."""
    return next((each for each in reversed(mark.arguments.positional) if isinstance(each, dict)), {})


def _entity(program: Program, cls: ClassValue, mark: Mark, technology: str) -> None:
    options = _options(mark)
    first = mark.get(0)
    table = (
        first
        if isinstance(first, str)
        else next((options[key] for key in ("name", "tableName", "collection") if isinstance(options.get(key), str)), None)
    )
    draft = new_draft(program, cls.cls.name, technology, mark.at, table)
    for each in reversed(list(program.lineage(cls))):
        for found in of_class(program, each):
            if found.last in ("Index", "Unique") and _technology(found):
                _class_index(draft, found)
        for field in each.cls.fields:
            if field.decorators:
                _field(program, draft, field, list(marks(program, field.decorators, each.scope)))
        for method in each.cls.methods:  # accessors may be columns
            if method.decorators:
                _field(
                    program, draft, ir.Field(method.name, method.line, method.returns), list(marks(program, method.decorators, each.scope))
                )


def _class_index(draft: Draft, mark: Mark) -> None:
    options = _options(mark)
    listed = next((each for each in mark.arguments.positional if isinstance(each, list)), options.get("properties"))
    title = mark.get(0)
    columns = plain(listed)
    if columns:
        draft.indexes.append(
            index(
                columns,
                mark.at,
                unique=mark.last == "Unique" or options.get("unique") is True,
                title=title if isinstance(title, str) else None,
            )
        )


def _field(program: Program, draft: Draft, field: ir.Field, found: list[Mark]) -> None:
    own = [mark for mark in found if _technology(mark)]
    for mark in own:
        if mark.last in _RELATIONS:
            _relation(program, draft, field, mark, own)
        elif mark.last in _COLUMNS:
            _column(program, draft, field, mark, own)
        elif mark.last == "Embedded":
            target = referred(program, mark.get(0), mark.arguments.expression(0)) or type_name(field.type)
            draft.relations.append(relation(field.name, "embedded", target, mark.at))
        elif mark.last in ("Index", "Unique"):
            draft.indexes.append(index([field.name], mark.at, unique=mark.last == "Unique" or _options(mark).get("unique") is True))


def _column(program: Program, draft: Draft, field: ir.Field, mark: Mark, own: list[Mark]) -> None:
    options = _options(mark)
    first = mark.get(0)
    if isinstance(first, FunctionValue) and mark.last == "Column":  # a type of its own is embedded
        draft.relations.append(relation(field.name, "embedded", referred(program, first, None), mark.at))
        return
    stated = options.get("type", options.get("columnType"))
    kind = first if isinstance(first, str) else stated if isinstance(stated, str) else ""
    if mark.last == "PrimaryGeneratedColumn":
        kind = _GENERATED.get(kind, kind) or "int"
    elif mark.last == "Enum" and not kind:
        kind = "enum"
    title = next((options[key] for key in ("name", "fieldName") if isinstance(options.get(key), str)), field.name)
    nullable = truth(options.get("nullable"))
    draft.columns.append(
        column(
            title, mark.at, kind or type_name(field.type), nullable=nullable,
            primary=mark.last in _PRIMARY or options.get("primary") is True, unique=options.get("unique") is True,
        )
    )  # fmt: skip


def _relation(program: Program, draft: Draft, field: ir.Field, mark: Mark, own: list[Mark]) -> None:
    options = _options(mark)
    entity = options.get("entity")
    target = (
        referred(program, entity if entity is not None else mark.get(0), mark.arguments.expression(0)) if mark.arguments.positional else ""
    )
    target = target if (target and not isinstance(mark.get(0), dict)) or entity is not None else type_name(field.type)
    if not target:
        return
    kind = _RELATIONS[mark.last]
    draft.relations.append(relation(field.name, kind, target, mark.at))
    joined = next((each for each in own if each.last == "JoinColumn"), None)
    stated = _options(joined).get("name") if joined is not None else options.get("fieldName", options.get("joinColumn"))
    owns = kind == "many-to-one" or (kind == "one-to-one" and (joined is not None or options.get("owner") is True))
    if owns:
        to = _options(joined).get("referencedColumnName") if joined is not None else None
        title = stated if isinstance(stated, str) else f"{field.name}Id" if draft.technology == "typeorm" else f"{field.name}_id"
        draft.columns.append(
            column(title, joined.at if joined is not None else mark.at, nullable=truth(options.get("nullable")), references=f"{target}.{to}" if isinstance(to, str) else target)
        )  # fmt: skip
