"""XORM: tables of structs by their tags.

Source: https://xorm.io/docs/chapter-02/readme/.
"""

from __future__ import annotations

import re
from collections.abc import Iterator

from ctxgen.model import At, Column, EntityModel, TableIndex
from ctxgen.opaque import Name, name
from ctxgen.source import ir
from ctxgen.source.golang.gorm import embedded, is_request, snake, standing, table_method
from ctxgen.source.program import Program
from ctxgen.source.values import Arguments, ClassValue

_TAG = re.compile(r'xorm:"((?:[^"\\]|\\.){0,300})(?:"|$)')
_PART = re.compile(r"'[^']{0,100}'|not null|\w+(?:\([^()]{0,100}\))?|-")
_TYPE = re.compile(
    r"(?i)(?:bit|tinyint|smallint|mediumint|int|integer|bigint|unsigned\w*|(?:n?var)?char|nchar|n?text|tinytext|mediumtext|longtext|clob|binary|varbinary|date|datetime|time|timestampz?"
    r"|real|float|double|decimal|numeric|money|(?:tiny|medium|long)?blob|bytea|bool|boolean|serial|bigserial|jsonb?|uuid|enum|set|array)(?:\(.*\))?"
)
_DEPTH = 5


def finish(program: Program) -> None:
    """The tables of all structs with a key among XORM's tags, or a name of their own."""
    data = [program.sources.data(path) for path in program.own] if program.sources is not None else []
    gonic = any(b"GonicMapper" in each for each in data)
    prefixed = any(b"NewPrefixMapper" in each or b"NewSuffixMapper" in each for each in data)
    extended = {id(inner) for cls in program.classes for inner in _extended(program, cls)}
    found: list[EntityModel] = []
    for cls in list(program.classes):
        if (
            cls.cls.kind == "struct"
            and id(cls) not in extended
            and not is_request(cls)
            and any(_TAG.search(field.tag) for field in cls.cls.fields)
        ):
            fields = list(_fields(cls, program, 0))
            keyed = any("pk" in parts or "autoincr" in parts or (field.name == "Id" and not parts) for field, _, parts in fields)
            if keyed or table_method(program, cls) is not None:
                found.append(_model(program, cls, fields, gonic, prefixed))
    program.facts.extend(standing(found))


def _extended(program: Program, cls: ClassValue) -> Iterator[ClassValue]:
    """The structs whose fields a struct has as its own: they are no tables."""
    for field in cls.cls.fields if cls.cls.kind == "struct" else ():
        if "extends" in field.tag and isinstance(field.type, (ir.Name, ir.Attribute)):
            inner = program.evaluate(field.type, cls.scope)
            if isinstance(inner, ClassValue):
                yield inner


_Fielded = tuple[ir.Field, ClassValue, dict[str, str]]


def _fields(cls: ClassValue, program: Program, depth: int) -> Iterator[_Fielded]:
    """The fields with the parts of their tags, lower case as keys; those of what a struct extends are its own."""
    for field in cls.cls.fields:
        found = _TAG.search(field.tag)
        parts = {re.sub(r"\(.*", "", part).lower() if part[0] != "'" else part: part for part in _PART.findall(found[1])} if found else {}
        if "-" in parts or (field.name[:1].islower() and not embedded(field)):
            continue
        inner = program.evaluate(field.type, cls.scope) if isinstance(field.type, (ir.Name, ir.Attribute)) else None
        if ("extends" in parts or embedded(field)) and isinstance(inner, ClassValue) and depth < _DEPTH:
            yield from _fields(inner, program, depth + 1)
        elif not embedded(field):
            yield field, cls, parts


def _model(program: Program, cls: ClassValue, fields: list[_Fielded], gonic: bool, prefixed: bool) -> EntityModel:
    spelled = snake if gonic else _plain
    method = table_method(program, cls)
    given = program.call(method, Arguments((), {}, (), method.function.line, method.scope)) if method is not None else None
    table = given if isinstance(given, str) and "{" not in given else None if prefixed or method is not None else spelled(cls.cls.name)
    columns: list[Column] = []
    indexes: dict[str, tuple[list[Name], bool, At]] = {}
    stated_key = any("pk" in parts for _, _, parts in fields)
    for field, owner, parts in fields:
        column = next((part.strip("'") for part in parts if part.startswith("'")), None) or spelled(field.name)
        at = At(owner.path, field.line)
        key = "pk" in parts or (not stated_key and field.name == "Id")
        kind = next((part for key_, part in parts.items() if key_[0] != "'" and _TYPE.fullmatch(part)), None) or _kind(field.type)
        if kind is None:
            continue
        nullable = False if key or "notnull" in parts or "not null" in parts else None
        columns.append(
            Column(name=name(column), type=name(kind), nullable=nullable, primary=key, unique=parts.get("unique") == "unique", at=at)
        )
        for setting in ("index", "unique"):
            if setting in parts and (setting == "index" or "(" in parts[setting]):
                shown = parts[setting].partition("(")[2].rstrip(")")
                indexes.setdefault(shown or f" {column}", ([], setting == "unique", at))[0].append(name(column))
    return EntityModel(
        name=name(cls.cls.name),
        table=name(table) if table else None,
        technology=name("xorm"),
        columns=tuple(columns),
        indexes=tuple(
            TableIndex(name=None if key.startswith(" ") else name(key), columns=tuple(found), unique=unique, at=at)
            for key, (found, unique, at) in indexes.items()
        ),
        at=At(cls.path, cls.cls.line),
    )


def _kind(type: ir.Expression | None) -> str | None:
    """The type of a column as in Go."""
    match type:
        case ir.Name(named):
            return named if named != "func" else None
        case ir.Attribute(ir.Name(module), named):
            return f"{module}.{named}"
        case ir.Item(ir.Name("list"), ir.Name("byte" | "uint8")):
            return "[]byte"
        case ir.Item(ir.Name("list" | "map")):
            return "json"
    return None


def _plain(text: str) -> str:
    """A name as XORM's default mapper has it: `UserID` is `user_i_d`."""
    return re.sub(r"(?<!^)([A-Z])", r"_\1", text).lower()
