"""The models of Prisma schemas, in one file or several.  Source: https://www.prisma.io/docs/orm/prisma-schema/data-model/models."""

from __future__ import annotations

import re
from collections.abc import Iterator

from msgspec import Struct
from msgspec.structs import replace

from ctxgen.model import Column, EntityModel, Relation, TableIndex
from ctxgen.opaque import Name, name
from ctxgen.readers import reads
from ctxgen.readers.prisma import uncommented
from ctxgen.tree import File

_BLOCK = re.compile(r"\s{0,40}(model|view|type|enum)\s{1,40}(\w{1,100})\s{0,40}\{")
_FIELD = re.compile(r"\s{0,40}(\w{1,100})\s{1,80}(Unsupported\([^)\n]{0,200}\)|\w{1,100})(\[\]|\?)?(.*)")
_MAP = re.compile(r'@map\(\s*(?:name:\s*)?"([^"\\]{1,100})"')
_TABLE_MAP = re.compile(r'@@map\(\s*(?:name:\s*)?"([^"\\]{1,100})"')
_SCHEMA = re.compile(r'@@schema\(\s*"([^"\\]{1,100})"')
_NATIVE = re.compile(r"@\w{1,60}\.(\w{1,60}(?:\(\s*\d[\d,\s]{0,20}\))?)")
_LIST = re.compile(r"\[((?:[^\[\]]|\[[^\[\]]*\]){0,2000})\]")
_KEY = re.compile(r"@@(id|unique|index|fulltext)\b(.{0,3000})")
_KEY_NAME = re.compile(r'\bmap:\s*"([^"\\]{1,100})"')
_RELATION = re.compile(r"@relation\((.{0,3000})")
_PAIRED = re.compile(r"\b(fields|references):\s*\[([^\]]{0,1000})\]")
_RELATION_NAME = re.compile(r'^\s*(?:name:\s*)?"([^"\\]{1,100})"|\bname:\s*"([^"\\]{1,100})"')
_WORD = re.compile(r"\w{1,100}")
_ARGUMENTS = re.compile(r"\([^()]*\)")
_TYPES = {"String", "Boolean", "Int", "BigInt", "Float", "Decimal", "DateTime", "Json", "Bytes"}


class _Field(Struct, frozen=True):
    """A field of a model: `mark` is `[]`, `?` or nothing, `rest` its attributes."""

    name: str
    type: str
    mark: str
    rest: str
    line: int


class _Block(Struct):
    kind: str
    name: str
    line: int
    fields: list[_Field]
    attributes: list[tuple[str, int]]


@reads("*.prisma", contains=(b"model ", b"view ", b"type "))
def read_prisma_models(file: File) -> Iterator[EntityModel]:
    """Models and views, with fields that are columns (enumerations are types) and fields that are relations.

    A type that no line of the file defines is an enumeration of another file if it is never a list and has no relation; else a model.
    """
    blocks = list(_blocks(file.lines))
    enums = {block.name for block in blocks if block.kind == "enum"}
    embedded = {block.name for block in blocks if block.kind == "type"}
    by_name = {block.name: block for block in blocks if block.kind in ("model", "view")}
    for block in by_name.values():
        yield _model(file, block, by_name, enums, embedded)


def _blocks(lines: list[str]) -> Iterator[_Block]:
    block: _Block | None = None
    for number, line in enumerate(lines, 1):
        code = uncommented(line[:4000]).strip()
        if block is None:
            if opened := _BLOCK.match(code):
                block = _Block(opened[1], opened[2], number, [], [])
        elif code.startswith("}"):
            yield block
            block = None
        elif code.startswith("@@"):
            block.attributes.append((code, number))
        elif block.kind != "enum" and (found := _FIELD.match(code)):
            block.fields.append(_Field(found[1], found[2], found[3] or "", found[4], number))


def _model(file: File, block: _Block, models: dict[str, _Block], enums: set[str], embedded: set[str]) -> EntityModel:
    columns, relations = dict[str, Column](), list[Relation]()
    foreign: dict[str, tuple[str, str]] = {}
    for field in block.fields:
        stated = _RELATION.search(field.rest)
        if field.type in embedded:
            relations.append(Relation(name=name(field.name), kind="embedded", target=name(field.type), at=file.at(field.line)))
        elif (
            stated or field.type in models or (field.mark == "[]" and field.type not in enums | _TYPES and not field.type.startswith("Uns"))
        ):
            relations.append(_relation(file, block, field, models))
            paired = dict(_PAIRED.findall(stated[1])) if stated else {}
            for own, other in zip(_words(paired.get("fields", "")), _words(paired.get("references", "")), strict=False):
                foreign.setdefault(own, (field.type, other))
        else:
            columns[field.name] = _column(file, field)
    indexes = list[TableIndex]()
    for code, line in block.attributes:
        if (key := _KEY.match(code)) is None:
            continue
        listed = _LIST.search(key[2])
        fields = [field for field in _words(_without_arguments(listed[1])) if field in columns] if listed else []
        if key[1] == "id":
            columns |= {field: replace(columns[field], primary=True) for field in fields}
        elif fields:
            named = _KEY_NAME.search(key[2])
            written = tuple(columns[field].name for field in fields)
            if key[1] == "unique" and len(fields) == 1:
                columns[fields[0]] = replace(columns[fields[0]], unique=True)
            indexes.append(TableIndex(name=name(named[1]) if named else None, columns=written, unique=key[1] == "unique", at=file.at(line)))
    for own, (target, other) in foreign.items():
        if own in columns:
            columns[own] = replace(columns[own], references=_target(models.get(target), target, other))
    return EntityModel(
        name=name(block.name),
        table=_table(block),
        technology=name("prisma"),
        columns=tuple(columns.values()),
        indexes=tuple(indexes),
        relations=tuple(relations),
        at=file.at(block.line),
    )


def _table(block: _Block) -> Name:
    """The table of a model: what `@@map` says, else the model's own name, with the schema that `@@schema` names."""
    text = "\n".join(code for code, _ in block.attributes)
    mapped, schema = _TABLE_MAP.search(text), _SCHEMA.search(text)
    table = mapped[1] if mapped else block.name
    return name(f"{schema[1]}.{table}" if schema and schema[1] != "public" else table)


def _column(file: File, field: _Field) -> Column:
    mapped, native = _MAP.search(field.rest), _NATIVE.search(field.rest)
    bare = re.sub(r'"(?:[^"\\]|\\.)*"', '""', field.rest)
    typed = native[1] if native else "Unsupported" if field.type.startswith("Unsupported") else field.type
    primary = re.search(r"@id\b", bare) is not None
    return Column(
        name=name(mapped[1] if mapped else field.name),
        type=name(typed + ("[]" if field.mark == "[]" else "")),
        nullable=field.mark == "?",
        primary=primary,
        unique=re.search(r"(?<!@)@unique\b", bare) is not None,
        at=file.at(field.line),
    )


def _relation(file: File, block: _Block, field: _Field, models: dict[str, _Block]) -> Relation:
    """The kind of a relation by this field and the one at its other end."""
    others = [other for other in models[field.type].fields if other.type == block.name] if field.type in models else []
    own = _relation_name(field)
    if field.type == block.name:
        others = [other for other in others if other.name != field.name]
    matching = [other for other in others if _relation_name(other) == own] or others
    other_is_list = matching[0].mark == "[]" if matching else None
    at, target = file.at(field.line), name(field.type)
    if field.mark == "[]":
        return Relation(name=name(field.name), kind="many-to-many" if other_is_list else "one-to-many", target=target, at=at)
    return Relation(name=name(field.name), kind="one-to-one" if other_is_list is False else "many-to-one", target=target, at=at)


def _relation_name(field: _Field) -> str | None:
    stated = _RELATION.search(field.rest)
    found = _RELATION_NAME.search(stated[1]) if stated else None
    return found[1] or found[2] if found else None


def _target(model: _Block | None, written: str, field: str) -> Name:
    """`table.column` of what a relation refers to, as far as this file defines it."""
    if model is None:
        return name(f"{written}.{field}")
    column = next((_MAP.search(each.rest) for each in model.fields if each.name == field), None)
    return name(f"{_table(model)}.{column[1] if column else field}")


def _words(text: str) -> list[str]:
    return _WORD.findall(text)


def _without_arguments(text: str) -> str:
    """`title(length: 100, sort: Desc)` → `title`."""
    return _ARGUMENTS.sub("", _ARGUMENTS.sub("", text))
