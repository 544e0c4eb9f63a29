"""Documents that C# keeps in MongoDB and Marten: the classes that collections, class maps, schemas and sessions are asked for.

Sources: https://www.mongodb.com/docs/drivers/csharp/current/fundamentals/serialization/poco/, https://martendb.io/documents/
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from itertools import islice

from ctxgen.model import Column, EntityModel, Relation
from ctxgen.opaque import Name, name
from ctxgen.source import ir
from ctxgen.source.dotnet.attributes import Attribute, attributes
from ctxgen.source.dotnet.entities import Entity, read
from ctxgen.source.program import Program
from ctxgen.source.values import ClassValue

_MONGO = re.compile(
    rb"\b(?:IMongoCollection|GetCollection|(?:Try)?RegisterClassMap)<(?P<type>[A-Z]\w{0,100})>"
    rb"(?:\(\s{0,40}(?:\"(?P<text>[\w.-]{1,100})\"|(?P<name>[A-Za-z_][\w.]{0,120}))\s{0,40}[,)])?"
)
_MARTEN = re.compile(
    rb"(?:\.Schema\.For|\b(?:[sS]ession|[qQ]uery[sS]ession|[sS]tore)\.(?:Query|LoadAsync|Load|LoadManyAsync|AggregateStreamAsync)|\.Snapshot|\.LiveStreamAggregation)"
    rb"<(?P<type>[A-Z]\w{0,100})>"
)
_SIGNS = {"mongodb-csharp-driver": (b"MongoDB", _MONGO), "marten": (b"Marten", _MARTEN)}
_MOST = 200
"""Matches of one file that are looked at."""
_LEFT_OUT = {"BsonIgnore", "JsonIgnore", "IgnoreDataMember"}


def finish(program: Program) -> None:
    """A model for every class of the repository that documents are made of."""
    known = {framework.technology for framework in program.vocabulary.frameworks.values()}
    for technology, (word, pattern) in _SIGNS.items():
        found: dict[str, tuple[ClassValue, str | None]] = {}
        for path in sorted(program.modules) if technology in known else ():
            data: bytes = program.resolver.data(path)  # type: ignore[attr-defined]
            if word not in data and b"Mongo" not in data:
                continue
            for each in islice(pattern.finditer(data), _MOST):
                if b"//" in data[data.rfind(b"\n", 0, each.start()) + 1 : each.start()]:
                    continue
                cls, stored = _kept(program, path, each)
                if cls is not None and (cls.cls.name not in found or found[cls.cls.name][1] is None):
                    found[cls.cls.name] = cls, stored
        program.facts += [_model(program, cls, stored, technology) for cls, stored in found.values()]


def _kept(program: Program, path: str, found: re.Match[bytes]) -> tuple[ClassValue | None, str | None]:
    """The class that a match names, and the collection where it is stated as a text or constant."""
    module = program.modules[path]
    if module is None:
        return None, None
    cls = program.evaluate(ir.Name(found["type"].decode(), 1), module.scope)
    if not isinstance(cls, ClassValue) or cls.cls.kind not in ("class", "record") or cls.cls.abstract:
        return None, None
    groups = found.groupdict()
    if groups.get("text"):
        return cls, found["text"].decode()
    if not groups.get("name"):
        return cls, None
    owner: ir.Expression | None = None
    for part in found["name"].decode().split("."):
        owner = ir.Name(part, 1) if owner is None else ir.Attribute(owner, part, 1)
    line = found.string.count(b"\n", 0, found.start("name")) + 1
    around = next((each for each in program.classes if each.path == path and each.cls.line <= line <= each.cls.end), None)
    scope = program.class_scope(around) if around is not None else module.scope
    stated = program.evaluate(owner, scope) if owner is not None else None
    return cls, stated if isinstance(stated, str) and "{" not in stated else None


def _model(program: Program, cls: ClassValue, stored: str | None, technology: str) -> EntityModel:
    entity = read(program, cls)
    marks = {field.name: attributes(program, field.decorators, program.class_scope(each)) for each in reversed(list(program.lineage(cls))) for field in each.cls.fields}  # fmt: skip
    return EntityModel(
        name=name(entity.name),
        table=name(stored) if stored else None,
        technology=Name(technology),
        columns=tuple(_columns(entity, marks)),
        relations=tuple(
            Relation(name=name(link.name), kind="embedded", target=name(link.target), at=link.at)
            for link in entity.links.values()
            if not _names(marks.get(link.name, [])) & _LEFT_OUT
        ),
        at=entity.at,
    )


def _columns(entity: Entity, marks: dict[str, list[Attribute]]) -> Iterator[Column]:
    keys = [each for each in entity.columns if "BsonId" in _names(marks.get(each, []))] or list(entity.keys)
    for each in entity.columns.values():
        found = marks.get(each.name, [])
        if _names(found) & _LEFT_OUT:
            continue
        element = next(
            (text for one in found if one.name in ("BsonElement", "JsonPropertyName") and isinstance(text := one.first(), str)), ""
        )
        yield Column(
            name=name(element or each.name),
            type=name(each.type) if each.type else None,
            nullable=False if each.name in keys else each.nullable,
            primary=each.name in keys,
            at=each.at,
        )


def _names(found: list[Attribute]) -> set[str]:
    return {each.name for each in found}
