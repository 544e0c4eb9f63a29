"""Peewee, Tortoise ORM, MongoEngine, Beanie and ODMantic: tables and collections of classes with fields.

Sources: http://docs.peewee-orm.com/en/latest/peewee/models.html, https://tortoise.github.io/models.html, https://docs.mongoengine.org/guide/defining-documents.html,
https://beanie-odm.dev/tutorial/defining-a-document/, https://art049.github.io/odmantic/modeling/.
"""

from __future__ import annotations

from typing import NamedTuple

from ctxgen.model import At, Column, EntityModel, Relation, TableIndex
from ctxgen.opaque import Name, name
from ctxgen.source import ir
from ctxgen.source.program import Program
from ctxgen.source.python.fields import FieldCall, fields_of, last, library_bases, lineage, snake, type_name
from ctxgen.source.values import ClassValue


class _Library(NamedTuple):
    """How one library's models are told: the paths of its bases, and the rules that differ."""

    technology: str
    bases: tuple[str, ...]
    embedded: tuple[str, ...] = ()
    annotated: bool = False
    """Whether fields are annotations, not calls."""
    implicit: str | None = None
    """The type of the primary key where a model states none."""
    key: str = "id"


_LIBRARIES = (
    _Library("peewee", ("peewee.Model", "playhouse.signals.Model", "playhouse.flask_utils.FlaskDB().Model", "peewee_async.AioModel"), implicit="AutoField"),
    _Library("tortoise", ("tortoise.models.Model", "tortoise.Model"), implicit="IntField"),
    _Library(
        "mongoengine",
        ("mongoengine.Document", "mongoengine.DynamicDocument", "mongoengine.document.Document", "flask_mongoengine.MongoEngine().Document"),
        ("mongoengine.EmbeddedDocument", "mongoengine.DynamicEmbeddedDocument", "flask_mongoengine.MongoEngine().EmbeddedDocument"),
        implicit="ObjectId",
    ),
    _Library("beanie", ("beanie.Document", "beanie.odm.documents.Document"), annotated=True, implicit="PydanticObjectId"),
    _Library("odmantic", ("odmantic.Model", "odmantic.model.Model"), ("odmantic.EmbeddedModel",), annotated=True, implicit="ObjectId"),
)  # fmt: skip
_FOREIGN = {"ForeignKeyField", "OneToOneField", "DeferredForeignKey"}
_REFERENCES = {"ReferenceField", "LazyReferenceField", "GenericReferenceField", "CachedReferenceField"}
_LINKS = {"Link", "BackLink"}
_LISTS = {"list", "List", "Sequence", "set", "Set"}


def finish(program: Program) -> None:
    """The tables and collections of all models."""
    for cls in program.classes:
        found = _library(program, cls)
        if found is not None and not _abstract(program, cls):
            program.facts.append(_model(program, cls, *found))


def _library(program: Program, cls: ClassValue) -> tuple[_Library, bool] | None:
    """The library that a class is mapped by, and whether it is embedded in others."""
    bases = {base for each in lineage(program, cls) for base in library_bases(program, each)}
    for library in _LIBRARIES:
        if bases & set(library.embedded):
            return library, True
        if bases & set(library.bases):
            return library, False
    return None


def _inner(cls: ClassValue, *names: str) -> ir.Class | None:
    return next((inner for inner in cls.cls.classes if inner.name in names), None)


def _option(program: Program, cls: ClassValue, *names: str) -> object:
    """An option of a class's own `Meta`, `Settings` or `Config`, or of MongoEngine's `meta` and ODMantic's `model_config`."""
    inner = _inner(cls, "Meta", "Settings", "Config")
    scope = program.class_scope(cls)
    for field in inner.fields if inner is not None else ():
        if field.name in names and field.value is not None:
            return program.evaluate(field.value, scope)
    for field in cls.cls.fields:
        if field.name in ("meta", "model_config") and field.value is not None:
            value = program.evaluate(field.value, scope)
            found = next((value[each] for each in names if each in value), None) if isinstance(value, dict) else None
            if found is not None:
                return found
            if isinstance(field.value, ir.Call):  # ODMantic's `ConfigDict(…)`
                given = {each.keyword: each.value for each in field.value.arguments}
                return next((program.evaluate(given[each], scope) for each in names if each in given), None)
    return None


def _abstract(program: Program, cls: ClassValue) -> bool:
    return _option(program, cls, "abstract") is True or not any(_columns_of(program, each) for each in lineage(program, cls))


def _columns_of(program: Program, cls: ClassValue) -> list[FieldCall]:
    return [field for field in fields_of(program, cls) if not field.name.startswith("_") and field.name not in ("meta", "model_config")]


def _model(program: Program, cls: ClassValue, library: _Library, embedded: bool) -> EntityModel:
    at = At(cls.path, cls.cls.line)
    columns: dict[str, Column] = {}
    relations: dict[str, Relation] = {}
    indexes: list[TableIndex] = []
    for each in lineage(program, cls):
        for field in _columns_of(program, each):
            if field.name in columns or field.name in relations:
                continue
            relation = _relation(program, field, cls)
            if relation is not None:
                relations[field.name] = relation
            column = _column(program, field, library, relation)
            if column is not None:
                columns[field.name] = column
                if field.value(program, "index") is True or field.value(program, "db_index") is True:
                    indexes.append(TableIndex(columns=(column.name,), at=field.at))
    if not embedded and library.implicit is not None and not any(each.primary for each in columns.values()):
        key = Column(name=Name(library.key), type=Name(library.implicit), nullable=False, primary=True, at=at)
        columns = {library.key: key, **columns}
    indexes += _stated_indexes(program, cls, columns)
    return EntityModel(
        name=name(cls.cls.name), table=None if embedded else _table(program, cls, library), technology=Name(library.technology),
        columns=tuple(columns.values()), indexes=tuple(indexes), relations=tuple(relations.values()), at=at,
    )  # fmt: skip


def _table(program: Program, cls: ClassValue, library: _Library) -> Name:
    stated = _option(program, cls, "table_name", "db_table", "table", "collection", "name")
    if isinstance(stated, str):
        return name(stated)
    title = cls.cls.name
    match library.technology:
        case "peewee" | "tortoise":
            return name(title.lower())
        case "beanie":
            return name(title)
        case "odmantic":
            return name(snake(title.removesuffix("Model") or title))
    return name(snake(title))


def _column(program: Program, field: FieldCall, library: _Library, relation: Relation | None) -> Column | None:
    kind = field.kind
    if library.annotated:
        if field.type is None or (relation is not None and relation.kind == "one-to-many"):
            return None
        optional, plain = optional_type(field.type)
        if last(plain) == "Indexed" and isinstance(plain, ir.Call) and plain.arguments:
            unique = any(
                each.keyword == "unique" and isinstance(each.value, ir.Literal) and each.value.value is True for each in plain.arguments
            )
            plain = plain.arguments[0].value
        else:
            unique = field.value(program, "unique") is True
        primary = field.value(program, "primary_field") is True
        return Column(name=name(field.name), type=type_name(program, plain, field.scope), nullable=optional, primary=primary, unique=unique, references=_target_key(relation), at=field.at)  # fmt: skip
    if not kind.endswith("Field") or kind in ("ManyToManyField", "BackReferenceField") or (relation is not None and relation.kind == "one-to-many" and kind != "ListField"):  # fmt: skip
        return None
    primary = any(field.value(program, each) is True for each in ("primary_key", "pk")) or kind in (
        "AutoField",
        "BigAutoField",
        "IdentityField",
    )
    stated = (
        field.value(
            program,
            "column_name",
        )
        or field.value(program, "db_field")
        or field.value(program, "source_field")
    )
    foreign = kind in _FOREIGN
    shown = stated if isinstance(stated, str) else f"{field.name}_id" if foreign else field.name
    nullable = field.value(program, "required") is not True if library.technology == "mongoengine" else field.value(program, "null") is True
    size = field.value(program, "max_length")
    return Column(
        name=name(shown),
        type=name(f"{kind}({size})" if isinstance(size, int) else kind),
        nullable=nullable and not primary,
        primary=primary,
        unique=field.value(program, "unique") is True or kind == "OneToOneField",
        references=_target_key(relation),
        at=field.at,
    )


def _target_key(relation: Relation | None) -> Name | None:
    return name(f"{relation.target}.id") if relation is not None and relation.kind in ("many-to-one", "one-to-one") else None


def optional_type(type: ir.Expression) -> tuple[bool, ir.Expression]:
    """Whether a type may be None (`Optional[User]`, `User | None`), and the type without it."""
    match type:
        case ir.Item(owner, key) if last(owner) == "Optional":
            return True, key
        case ir.Choice(options):
            plain = next((each for each in options if not isinstance(each, ir.Literal)), options[0])
            return any(isinstance(each, ir.Literal) and each.value is None for each in options), plain
        case ir.Item(owner, ir.Sequence(items)) if last(owner) == "Annotated" and items:
            return optional_type(items[0].value)
    return False, type


def _relation(program: Program, field: FieldCall, cls: ClassValue) -> Relation | None:
    """What a field refers to, by a key, a link, or as a document inside."""
    kind = ""
    first = field.positional[0] if field.positional else field.keyword("document_type")
    if field.kind in _FOREIGN:
        kind = "one-to-one" if field.kind == "OneToOneField" or field.value(program, "unique") is True else "many-to-one"
        first = first or field.keyword("model") or field.keyword("model_name")
    elif field.kind == "ManyToManyField":
        kind = "many-to-many"
    elif field.kind in _REFERENCES:
        kind = "many-to-one"
    elif field.kind in ("EmbeddedDocumentField", "EmbeddedDocumentListField"):
        kind = "embedded"
    elif field.kind in ("ListField", "SortedListField") and isinstance(first, ir.Call):
        kind = "one-to-many" if last(first) in _REFERENCES else "embedded" if last(first) == "EmbeddedDocumentField" else ""
        first = first.arguments[0].value if first.arguments else None
    elif field.type is not None:
        _, plain = optional_type(field.type)
        many = isinstance(plain, ir.Item) and last(plain.owner) in _LISTS
        inner = plain.key if isinstance(plain, ir.Item) and many else plain
        if isinstance(inner, ir.Item) and last(inner.owner) in _LINKS:
            kind, first = "one-to-many" if many or last(inner.owner) == "BackLink" else "many-to-one", inner.key
        elif field.kind == "Reference":
            kind, first = "many-to-one", inner
    target = _name(first)
    if not kind or not target:
        return None
    return Relation(name=name(field.name), kind=kind, target=name(cls.cls.name if target == "self" else target), at=field.at)  # type: ignore[arg-type]


def _name(expression: ir.Expression | None) -> str:
    if isinstance(expression, ir.Literal) and isinstance(expression.value, str):
        return expression.value.rpartition(".")[2]
    return last(expression)


def _stated_indexes(program: Program, cls: ClassValue, columns: dict[str, Column]) -> list[TableIndex]:
    """`indexes`, `unique_together` of `Meta`: lists of names, in Peewee with whether they are unique."""
    found: list[TableIndex] = []
    for option, unique in (("indexes", False), ("unique_together", True)):
        value = _option(program, cls, option)
        groups = value if isinstance(value, list) else []
        if groups and all(isinstance(each, str) for each in groups) and unique:
            groups = [groups]
        for group in groups:
            names = _names(group)
            distinct = unique or (isinstance(group, list) and len(group) == 2 and group[1] is True)
            if names:
                shown = tuple(columns[each].name if each in columns else name(each) for each in names)
                found.append(TableIndex(columns=shown, unique=distinct, at=At(cls.path, cls.cls.line)))
    return found


def _names(group: object) -> list[str]:
    """The names in one entry: `("a", "b")`, `(("a", "b"), True)`, `"-a"`."""
    if isinstance(group, list) and group and isinstance(group[0], list):
        group = group[0]
    values = group if isinstance(group, list) else [group]
    return [each.lstrip("-+$#*") for each in values if isinstance(each, str)]
