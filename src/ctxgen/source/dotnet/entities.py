"""What a class of C# says of the table that it is mapped to: properties, nullability, data annotations.

Source: https://learn.microsoft.com/ef/core/modeling/entity-properties
"""

from __future__ import annotations

import re
from typing import Literal

from ctxgen.model import At, TableIndex
from ctxgen.opaque import name
from ctxgen.source import ir
from ctxgen.source.dotnet import library_entities
from ctxgen.source.dotnet.attributes import Attribute, attributes, class_of, type_name
from ctxgen.source.program import Program
from ctxgen.source.values import ClassValue

Kind = Literal["one-to-one", "many-to-one", "one-to-many", "many-to-many", "embedded"]

_LISTS = {
    "List",
    "IList",
    "ICollection",
    "Collection",
    "IEnumerable",
    "HashSet",
    "ISet",
    "ObservableCollection",
    "IReadOnlyCollection",
    "IReadOnlyList",
    "list",
}
VALUES = {
    "int", "long", "short", "byte", "bool", "decimal", "double", "float", "char", "uint", "ulong", "ushort", "sbyte", "Guid", "DateTime", "DateTimeOffset", "DateOnly", "TimeOnly", "TimeSpan", "Instant",
    "LocalDate", "LocalDateTime", "Int32", "Int64", "Int16", "Boolean", "Decimal", "Double", "Single", "Ulid",
}  # fmt: skip
PLAIN = VALUES | {
    "string",
    "String",
    "object",
    "Uri",
    "IPAddress",
    "Vector",
    "JsonDocument",
    "JsonElement",
    "Point",
    "Geometry",
    "BitArray",
    "NpgsqlTsVector",
    "Dictionary",
    "IDictionary",
    "Version",
}


class Property:
    """A property that is stored."""

    def __init__(self, name: str, at: At, type: str = "", nullable: bool | None = None, stored: str = "") -> None:
        self.name, self.at, self.type, self.nullable, self.stored = name, at, type, nullable, stored


class Link:
    """A property that leads to another class; `owned` where that lies in the same row or document."""

    def __init__(self, name: str, target: str, many: bool, at: At, cls: ClassValue | None = None) -> None:
        self.name, self.target, self.many, self.at, self.cls = name, target, many, at, cls
        self.owned = False
        self.kind: Kind | None = None


class Entity:
    """A class as it is mapped."""

    def __init__(self, name: str, at: At) -> None:
        self.name, self.at = name, at
        self.table, self.stated, self.owned = "", False, False
        self.columns: dict[str, Property] = {}
        self.links: dict[str, Link] = {}
        self.keys: dict[str, None] = {}
        self.ignored: set[str] = set()
        self.foreign: dict[str, str] = {}
        """The targets of foreign keys by column."""
        self.indexes: list[TableIndex] = []

    def column(self, name: str, at: At) -> Property:
        """A column by the name of its property."""
        known = self.columns.get(name) or next((each for each in self.columns.values() if each.stored == name), None)
        if known is None:
            known = self.columns[name] = Property(name, at)
        return known

    def index(self, columns: tuple[str, ...], at: At, *, unique: bool = False) -> int:
        """The place of the index over some columns."""
        found = next((place for place, each in enumerate(self.indexes) if each.columns == columns), None)
        if found is None:
            self.indexes.append(TableIndex(columns=tuple(map(name, columns)), unique=unique, at=at))
        return len(self.indexes) - 1 if found is None else found


def read(program: Program, cls: ClassValue) -> Entity:
    """An entity by its class and the classes that it extends."""
    entity = Entity(cls.cls.name, At(cls.path, cls.cls.line))
    for each in reversed(list(program.lineage(cls))):
        data: bytes = program.resolver.data(each.path)  # type: ignore[attr-defined]
        for title, type, optional in library_entities.inherited(each, data):
            entity.columns[title] = Property(title, At(each.path, each.cls.line), type, optional)
        entity.table = library_entities.table(each) or entity.table
        entity.keys |= dict.fromkeys(library_entities.keys(each))
        for parameter in each.cls.parameters if each.cls.kind == "record" else ():
            field = ir.Field(parameter.name, parameter.line, parameter.type, None, parameter.decorators, "property")
            _property(program, entity, each, field)
        for field in each.cls.fields:
            if field.tag == "property" and not field.static:
                _property(program, entity, each, field)
    if not entity.keys:
        key = next((each for each in entity.columns if each.lower() in ("id", f"{cls.cls.name}id".lower())), None)
        if key is not None:
            entity.keys[key] = None
    for each in program.lineage(cls):
        _class(entity, attributes(program, each.cls.decorators, program.class_scope(each)), each is cls)
    return entity


def _class(entity: Entity, found: list[Attribute], own: bool) -> None:
    for each in found:
        if each.name == "Table" and own and isinstance(given := each.first("name"), str):
            entity.table, entity.stated = given, True
        elif each.name == "Owned" and own:
            entity.owned = True
        elif each.name == "Index":
            columns = tuple(name(value) for value in each.positional if isinstance(value, str))
            shown = each.named.get("Name")
            unique = each.named.get("IsUnique") is True
            entity.indexes.append(
                TableIndex(name=name(shown) if isinstance(shown, str) else None, columns=columns, unique=unique, at=each.at)
            )
        elif each.name == "PrimaryKey":
            entity.keys = {value: None for value in each.positional if isinstance(value, str)}


def _property(program: Program, entity: Entity, cls: ClassValue, field: ir.Field) -> None:
    found = attributes(program, field.decorators, program.class_scope(cls)) if field.decorators else []
    marks = {each.name for each in found}
    if "NotMapped" in marks:
        return
    at = At(cls.path, field.line)
    optional = type_name(field.type) == "Nullable" and isinstance(field.type, ir.Item)
    kind = field.type.key if optional and isinstance(field.type, ir.Item) else field.type
    many = type_name(kind) in _LISTS and isinstance(kind, ir.Item)
    inner = kind.key if many and isinstance(kind, ir.Item) else kind
    called = type_name(inner)
    known = class_of(program, inner, cls) if called not in PLAIN else None
    column = next((each for each in found if each.name == "Column"), None)
    if known is not None and known.cls.kind in ("class", "record", "struct") and (many or column is None):
        entity.links[field.name] = Link(field.name, called, many, at, known)
        foreign = next((each.first() for each in found if each.name == "ForeignKey"), None)
        if isinstance(foreign, str):
            entity.foreign[foreign] = called
        return
    stored = column.first("name") if column is not None else None
    type = column.named.get("TypeName") if column is not None else None
    plain = called in VALUES or (known is not None and known.cls.kind in ("enum", "struct"))
    nullable = True if optional else False if (plain and not many) or marks & {"Required", "Key"} else None
    parameter = known is None and re.fullmatch(r"T(?:[A-Z]\w{0,60})?", called) is not None  # what it stands for is not followed
    shown = "" if parameter else f"{called}[]" if many else called
    entity.columns[field.name] = Property(
        field.name, at, type if isinstance(type, str) else shown, nullable, stored if isinstance(stored, str) else ""
    )
    if "Key" in marks:
        entity.keys[field.name] = None
    target = next((each.first() for each in found if each.name == "ForeignKey"), None)
    if isinstance(target, str) and target in entity.links:
        entity.foreign[field.name] = entity.links[target].target
