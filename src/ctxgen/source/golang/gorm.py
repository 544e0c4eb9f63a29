"""GORM: tables of structs by their tags and conventions.

Sources: https://gorm.io/docs/models.html, https://gorm.io/docs/conventions.html, https://gorm.io/docs/indexes.html, https://gorm.io/docs/belongs_to.html.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import Literal, NamedTuple

from ctxgen.model import At, Column, EntityModel, Relation, TableIndex
from ctxgen.opaque import Name, name
from ctxgen.source import ir
from ctxgen.source.program import Hook, Program
from ctxgen.source.values import Arguments, ClassValue, External, FunctionValue, Value

_TAG = re.compile(r'gorm:"((?:[^"\\]|\\.){0,500})(?:"|$)')
_WORD = re.compile(r"[A-Z]+(?![a-z])|[A-Z][a-z0-9]*|[a-z0-9]+")
_IRREGULAR = {"person": "people", "child": "children", "man": "men", "woman": "women", "mouse": "mice", "goose": "geese"}
_UNCOUNTABLE = {
    "equipment",
    "information",
    "rice",
    "money",
    "species",
    "series",
    "fish",
    "sheep",
    "jeans",
    "police",
    "news",
    "data",
    "staff",
}
_MODELS = {"gorm.io/gorm.Model", "github.com/jinzhu/gorm.Model"}
_MODEL = (
    ("id", "uint", True),
    ("created_at", "time.Time", False),
    ("updated_at", "time.Time", False),
    ("deleted_at", "gorm.DeletedAt", False),
)
"""What `gorm.Model` brings: column, type and whether it is the key."""
_COMMON = {
    "ID",
    "Id",
    "UUID",
    "CreatedAt",
    "UpdatedAt",
    "DeletedAt",
    "CreatedBy",
    "UpdatedBy",
    "DeletedBy",
    "CreateBy",
    "UpdateBy",
    "DeleteBy",
    "CreatedOn",
    "UpdatedOn",
    "ModifiedOn",
    "DeletedOn",
    "ModifiedAt",
    "ModifiedBy",
    "CreatedTime",
    "UpdatedTime",
    "CreateTime",
    "UpdateTime",
}
_DEPTH = 5


class _Field(NamedTuple):
    """A field of a struct, with the settings of its tag in lower case; `prefix` that of the struct that embeds it."""

    field: ir.Field
    cls: ClassValue
    settings: dict[str, str]
    prefix: str = ""

    @property
    def at(self) -> At:
        return At(self.cls.path, self.field.line)

    @property
    def column(self) -> str:
        return self.prefix + (self.settings.get("column") or snake(self.field.name))


class _Naming(NamedTuple):
    """How tables are called; a prefix of None is not known."""

    prefix: str | None
    singular: bool


def _strategy(program: Program, arguments: Arguments) -> Value:
    """`schema.NamingStrategy{TablePrefix: "shop_", SingularTable: true}`."""
    program.shared.setdefault("gorm.naming", []).append(arguments.keywords)
    return None


def finish(program: Program) -> None:
    """The tables of all structs that GORM's tags, its base or a `TableName` method tell."""
    naming: dict[str, Value] = next(iter(program.shared.get("gorm.naming", [])), {})
    prefix = naming.get("TablePrefix", "")
    style = _Naming(prefix if isinstance(prefix, str) else None, naming.get("SingularTable") is True)
    models = {id(cls): cls for cls in program.classes if cls.cls.kind == "struct" and _is_model(program, cls)}
    program.facts.extend(standing([_model(program, cls, models, style) for cls in models.values()]))


_SNAPSHOTS = re.compile(r"(?i)(?:^|/)(?:\w{0,40}_)?migrations?/")


def standing(models: list[EntityModel]) -> list[EntityModel]:
    """Tables without those of structs that migrations keep as they once were, where the code has others."""
    return [each for each in models if not _SNAPSHOTS.search(each.at.path)] or models


def snake(text: str) -> str:
    """`UserID` as GORM's naming strategy has it: `user_id`."""
    return "_".join(word.lower() for word in _WORD.findall(text))


def plural(text: str) -> str:
    """The plural of the last word of a name."""
    start, _, last = text.rpartition("_")
    if last in _UNCOUNTABLE:
        shown = last
    elif last in _IRREGULAR:
        shown = _IRREGULAR[last]
    elif re.search(r"[^aeiou]y$", last):
        shown = f"{last[:-1]}ies"
    elif last.endswith(("s", "x", "ch", "sh", "z")):
        shown = f"{last}es"
    else:
        shown = f"{last}s"
    return f"{start}_{shown}" if start else shown


def _settings(tag: str) -> dict[str, str] | None:
    """The settings of a tag `gorm:"column:name;not null"`; None without one."""
    found = _TAG.search(tag)
    if found is None:
        return None
    pairs = (part.partition(":") for part in found[1].split(";") if part.strip())
    return {key.strip().lower().replace("_", "").replace(" ", ""): value.strip() for key, _, value in pairs}


def _is_model(program: Program, cls: ClassValue) -> bool:
    """Whether a struct is a table: by a base of models, or by a key beside tags; what only adds to a model for a response is none."""
    fields = cls.cls.fields
    if _is_base(program, cls):
        return False
    held = [each for each in fields if embedded(each)]
    if any(_library(program, cls, each) in _MODELS or _is_base(program, _struct(program, cls, each)) for each in held):
        return True
    if is_request(cls) and table_method(program, cls) is None:
        return False
    tagged = [each for each in fields if (settings := _settings(each.tag)) is not None and "-" not in settings]
    keyed = any({"primarykey", "autoincrement"} & set(_settings(each.tag) or ()) or each.name == "ID" for each in fields)
    return bool(tagged) and (keyed or table_method(program, cls) is not None)


_MESSAGES = {"request", "requests", "req", "response", "responses", "resp", "dto", "dtos", "vo", "form", "forms", "payload", "payloads"}


def is_request(cls: ClassValue) -> bool:
    """Whether a struct lies where those are that requests and answers are read to, which repeat the tags of tables."""
    return cls.path.rpartition("/")[0].rpartition("/")[2].lower() in _MESSAGES


def _struct(program: Program, cls: ClassValue, field: ir.Field) -> ClassValue | None:
    """The struct of the repository that a field is."""
    value = program.evaluate(field.type, cls.scope) if isinstance(field.type, (ir.Name, ir.Attribute)) else None
    return value if isinstance(value, ClassValue) and value.cls.kind == "struct" else None


def _is_base(program: Program, cls: ClassValue | None, depth: int = 0) -> bool:
    """Whether a struct has nothing but what all models have: `gorm.Model`, or a key and times of its own with tags."""
    if cls is None or depth > _DEPTH or not cls.cls.fields or table_method(program, cls) is not None:
        return False
    tagged = False
    for field in cls.cls.fields:
        if embedded(field):
            if _library(program, cls, field) not in _MODELS and not _is_base(program, _struct(program, cls, field), depth + 1):
                return False
            tagged = True
        elif field.name not in _COMMON:
            return False
        tagged = tagged or _settings(field.tag) is not None
    return tagged


def embedded(field: ir.Field) -> bool:
    """Whether a field is a struct without a name of its own."""
    return any(isinstance(each, ir.Name) and each.name == "embedded" for each in field.decorators)


def _library(program: Program, cls: ClassValue, field: ir.Field) -> str:
    value = program.evaluate(field.type, cls.scope) if isinstance(field.type, (ir.Name, ir.Attribute)) else None
    return value.path if isinstance(value, External) else ""


def table_method(program: Program, cls: ClassValue) -> FunctionValue | None:
    """The method by which a struct says how its table is called."""
    return next(
        (
            each
            for each in program.extensions.get("TableName", ())
            if each.scope.module.path.rpartition("/")[0] == cls.path.rpartition("/")[0]
            and each.function.receiver is not None
            and isinstance(each.function.receiver.type, ir.Name)
            and each.function.receiver.type.name == cls.cls.name
        ),
        None,
    )


def _table(program: Program, cls: ClassValue, style: _Naming) -> str | None:
    method = table_method(program, cls)
    if method is None:
        own = snake(cls.cls.name) if style.singular else plural(snake(cls.cls.name))
        return None if style.prefix is None else style.prefix + own
    given = program.call(method, Arguments((), {}, (), method.function.line, method.scope))
    return given if isinstance(given, str) and "{" not in given else None


def _fields(program: Program, cls: ClassValue, prefix: str = "", depth: int = 0) -> Iterator[_Field]:
    """The fields of a struct and of those that are embedded in it."""
    for field in cls.cls.fields:
        settings = _settings(field.tag) or {}
        if "-" in settings or (field.name[:1].islower() and not embedded(field)):
            continue
        inner = program.evaluate(field.type, cls.scope) if isinstance(field.type, (ir.Name, ir.Attribute)) else None
        if (embedded(field) or "embedded" in settings) and isinstance(inner, ClassValue) and depth < _DEPTH:
            yield from _fields(program, inner, prefix + settings.get("embeddedprefix", ""), depth + 1)
        else:
            yield _Field(field, cls, settings, prefix)


def _model(program: Program, cls: ClassValue, models: dict[int, ClassValue], style: _Naming) -> EntityModel:
    columns: list[Column] = []
    relations: list[Relation] = []
    indexes: dict[str, tuple[list[Name], bool, At]] = {}
    fields = list(_fields(program, cls))
    names = {each.field.name for each in fields}
    keyed = any({"primarykey"} & set(each.settings) for each in fields)
    references: dict[str, str] = {}
    for each in fields:
        relation = _relation(program, each, names, models)
        if relation is not None:
            relations.append(relation[0])
            key, target = relation[1], relation[2]
            if key and (table := _table(program, target, style)):
                references[key] = f"{table}.id"
    for each in fields:
        if embedded(each.field) and _library(program, each.cls, each.field) in _MODELS:
            columns += [
                Column(name=name(column), type=name(kind), nullable=False if key else None, primary=key, at=each.at)
                for column, kind, key in _MODEL
            ]
            continue
        kind = _kind(program, each, models)
        if kind is None:
            continue
        settings = each.settings
        primary = "primarykey" in settings or (not keyed and each.field.name == "ID")
        referred = references.get(each.field.name)
        columns.append(
            Column(
                name=name(each.column),
                type=name(kind),
                nullable=False if primary or "notnull" in settings else True if "sql.Null" in kind else None,
                primary=primary,
                unique="unique" in settings or ("uniqueindex" in settings and not settings["uniqueindex"].partition(",")[0]),
                references=name(referred) if referred else None,
                at=each.at,
            )
        )
        for setting in ("index", "uniqueindex"):
            if setting in settings:
                shown = settings[setting].partition(",")[0]
                known = indexes.setdefault(
                    shown or f" {each.column}", ([], setting == "uniqueindex" or "unique" in settings[setting], each.at)
                )
                known[0].append(name(each.column))
    table = _table(program, cls, style)
    return EntityModel(
        name=name(cls.cls.name),
        table=name(table) if table else None,
        technology=name("gorm"),
        columns=tuple(columns),
        indexes=tuple(
            TableIndex(name=None if key.startswith(" ") else name(key), columns=tuple(found), unique=unique, at=at)
            for key, (found, unique, at) in indexes.items()
        ),
        relations=tuple(relations),
        at=At(cls.path, cls.cls.line),
    )


def _relation(program: Program, each: _Field, names: set[str], models: dict[int, ClassValue]) -> tuple[Relation, str, ClassValue] | None:
    """The relation that a field is, with the field of its key if that stands in the same struct, and the other model."""
    kind = each.field.type
    many = isinstance(kind, ir.Item) and isinstance(kind.owner, ir.Name) and kind.owner.name == "list"
    inner = kind.key if many and isinstance(kind, ir.Item) else kind
    target = program.evaluate(inner, each.cls.scope) if isinstance(inner, (ir.Name, ir.Attribute)) else None
    if not isinstance(target, ClassValue) or id(target) not in models or "serializer" in each.settings or "type" in each.settings:
        return None
    key = each.settings.get("foreignkey") or f"{each.field.name}ID"
    own = not many and key in names
    said: Literal["many-to-many", "one-to-many", "many-to-one", "one-to-one"] = (
        "many-to-many" if "many2many" in each.settings else "one-to-many" if many else "many-to-one" if own else "one-to-one"
    )
    return Relation(name=name(each.field.name), kind=said, target=name(target.cls.name), at=each.at), key if own else "", target


def _kind(program: Program, each: _Field, models: dict[int, ClassValue]) -> str | None:
    """The type of a column: as the tag states it, else as in Go; None for what is no column."""
    if stated := each.settings.get("type"):
        return stated
    match each.field.type:
        case ir.Name(named):
            target = program.evaluate(each.field.type, each.cls.scope)
            if isinstance(target, ClassValue) and target.cls.kind in ("struct", "interface") and "serializer" not in each.settings:
                return None if id(target) in models else named
            return named if named != "func" else None
        case ir.Attribute(ir.Name(module), named):
            target = program.evaluate(each.field.type, each.cls.scope)
            return None if isinstance(target, ClassValue) and id(target) in models else f"{module}.{named}"
        case ir.Item(ir.Name("list"), ir.Name("byte" | "uint8")):
            return "[]byte"
        case ir.Item(owner) if "serializer" in each.settings:
            return owner.name if isinstance(owner, ir.Name) else None
    return None


HOOKS: dict[str, Hook] = {"gorm.io/gorm/schema.NamingStrategy()": _strategy}
