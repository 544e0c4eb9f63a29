"""Tables of Exposed and Ktorm: Kotlin objects whose properties are columns.

Sources: https://www.jetbrains.com/help/exposed/working-with-tables.html, https://www.ktorm.org/en/schema-definition.html
"""

from __future__ import annotations

from collections.abc import Iterator

from ctxgen.model import At, Column, EntityModel, TableIndex
from ctxgen.opaque import Name, name
from ctxgen.source import ir
from ctxgen.source.calls import chain
from ctxgen.source.jvm.annotations import simple
from ctxgen.source.jvm.controllers import classes
from ctxgen.source.program import Program
from ctxgen.source.values import ClassValue

_TABLES = {
    "Table": None,
    "IdTable": None,
    "IntIdTable": "integer",
    "LongIdTable": "long",
    "UUIDTable": "uuid",
    "UIntIdTable": "uinteger",
    "ULongIdTable": "ulong",
    "CompositeIdTable": None,
}
"""The classes that tables extend, with the type of the key that they bring."""
_TYPES = {
    "integer", "long", "short", "byte", "float", "double", "decimal", "bool", "char", "varchar", "text", "mediumText", "largeText", "binary", "blob", "uuid", "date", "datetime", "time",
    "timestamp", "timestampWithTimeZone", "duration", "enumeration", "enumerationByName", "customEnumeration", "json", "jsonb", "array", "uinteger", "ulong", "ushort", "registerColumn",
    "int", "boolean", "bytes", "jdbcTimestamp", "jdbcDate", "enum",
}  # fmt: skip


def finish(program: Program) -> None:
    """A model for every table."""
    known = {framework.technology for framework in program.vocabulary.frameworks.values()}
    technology = "ktorm" if "ktorm" in known and "exposed" not in known else "exposed"
    for cls in classes(program, "object", "class"):
        base = _base(program, cls)
        if base is not None and not cls.cls.abstract:
            program.facts.append(_model(program, cls, base, technology))


def _base(program: Program, cls: ClassValue) -> ir.Expression | None:
    """What a table extends, directly or through classes of the repository."""
    data = program.resolver.data(cls.path)  # type: ignore[attr-defined]
    if b"exposed" not in data and b"ktorm" not in data:
        return None
    for each in program.lineage(cls):
        for base in each.cls.bases:
            if simple(base) in _TABLES:
                return base
    return None


def _model(program: Program, cls: ClassValue, base: ir.Expression, technology: str) -> EntityModel:
    columns: list[Column] = []
    indexes: list[TableIndex] = []
    own = next((each for each in cls.cls.bases if isinstance(each, ir.Call)), base)
    stated = _argument(program, own, cls, 0, "name")
    brought = _TABLES.get(simple(base))
    if brought is not None:
        named = _argument(program, own, cls, 1, "columnName") or "id"
        columns.append(Column(name=name(named), type=Name(brought), nullable=False, primary=True, at=At(cls.path, cls.cls.line)))
    by_field: dict[str, str] = {}
    keys: set[str] = set()
    for each in reversed(list(program.lineage(cls))):
        for field in each.cls.fields:
            if field.name == "primaryKey":
                keys |= {simple(argument.value) for argument in field.value.arguments} if isinstance(field.value, ir.Call) else set()
                continue
            column = _column(program, each, field, indexes)
            if column is not None:
                by_field[field.name] = column.name
                columns.append(column)
        for statement in each.cls.statements:
            if isinstance(statement, ir.Do) and isinstance(statement.value, ir.Call):
                indexes += _index(program, each, statement.value, by_field)
    primary = {by_field.get(key, key) for key in keys}
    return EntityModel(
        name=name(cls.cls.name),
        table=name(stated or cls.cls.name.removesuffix("Table")),
        technology=Name(technology),
        columns=tuple(_keyed(column) if column.name in primary else column for column in columns),
        indexes=tuple(indexes),
        at=At(cls.path, cls.cls.line),
    )


def _keyed(column: Column) -> Column:
    return Column(
        name=column.name, type=column.type, nullable=False, primary=True, unique=column.unique, references=column.references, at=column.at
    )


def _argument(program: Program, call: ir.Expression, cls: ClassValue, position: int, keyword: str) -> str | None:
    """The text that a call is given at a position or by its name."""
    if not isinstance(call, ir.Call):
        return None
    plain = [argument.value for argument in call.arguments if argument.keyword is None]
    given = next(
        (argument.value for argument in call.arguments if argument.keyword == keyword), plain[position] if position < len(plain) else None
    )
    value = (
        program.evaluate(given, program.class_scope(cls)) if isinstance(given, ir.Literal | ir.Name | ir.Template | ir.Attribute) else None
    )
    return value if isinstance(value, str) and value else None


def _column(program: Program, cls: ClassValue, field: ir.Field, indexes: list[TableIndex]) -> Column | None:
    """`varchar("name", 50).nullable().uniqueIndex()`, `reference("user_id", Users)`."""
    links = [link for link in chain(field.value) if isinstance(link, ir.Call)] if field.value is not None else []
    if not links:
        return None
    first, called = links[0], simple(links[0].function)
    named = _argument(program, first, cls, 0, "name")
    refers = called in ("reference", "optReference")
    if named is None or (called not in _TYPES and not refers):
        return None
    at = At(cls.path, field.line)
    modifiers = {simple(link.function): link for link in links[1:]}
    references = _referred(program, cls, first.arguments[1].value if refers and len(first.arguments) > 1 else None)
    if (refers_to := modifiers.get("references")) is not None and refers_to.arguments:
        references = _referred(program, cls, refers_to.arguments[0].value)
    unique = "uniqueIndex" in modifiers
    if "index" in modifiers or unique:
        indexes.append(TableIndex(columns=(name(named),), unique=unique, at=at))
    primary = "primaryKey" in modifiers or ("entityId" in modifiers)
    return Column(
        name=name(named),
        type=None if refers else name(called),
        nullable="nullable" in modifiers or called == "optReference",
        primary=primary,
        unique=unique,
        references=name(references) if references else None,
        at=at,
    )


def _referred(program: Program, cls: ClassValue, expression: ir.Expression | None) -> str | None:
    """`users.id` of `Users` or `Users.id`."""
    owner, column = (expression.owner, expression.name) if isinstance(expression, ir.Attribute) else (expression, "id")
    value = program.evaluate(owner, program.class_scope(cls)) if owner is not None else None
    if not isinstance(value, ClassValue):
        return f"{simple(owner)}.{column}" if simple(owner) else None
    call = next((each for each in value.cls.bases if isinstance(each, ir.Call)), None)
    table = (_argument(program, call, value, 0, "name") if call is not None else None) or value.cls.name.removesuffix("Table")
    field = next((each for each in value.cls.fields if each.name == column and each.value is not None), None)
    links = [link for link in chain(field.value) if isinstance(link, ir.Call)] if field is not None and field.value is not None else []
    stored = _argument(program, links[0], value, 0, "name") if links else None
    return f"{table}.{stored or column}"


def _index(program: Program, cls: ClassValue, call: ir.Call, by_field: dict[str, str]) -> Iterator[TableIndex]:
    """`uniqueIndex("by_name", first, last)`, `index(true, first)` in an initialiser."""
    called = simple(call.function)
    if called not in ("index", "uniqueIndex"):
        return
    columns = [by_field[simple(argument.value)] for argument in call.arguments if simple(argument.value) in by_field]
    flags = [argument.value.value for argument in call.arguments if isinstance(argument.value, ir.Literal)]
    titles = [flag for flag in flags if isinstance(flag, str)]
    yield TableIndex(
        name=name(titles[0]) if titles else None,
        columns=tuple(map(name, columns)),
        unique=called == "uniqueIndex" or True in flags,
        at=At(cls.path, call.line),
    )
