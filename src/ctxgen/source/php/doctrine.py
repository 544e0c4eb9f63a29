"""Doctrine's entities and documents by attributes or annotations: columns, keys, indexes and relations.

Sources: https://www.doctrine-project.org/projects/doctrine-orm/en/stable/reference/attributes-reference.html,
https://www.doctrine-project.org/projects/doctrine-orm/en/stable/reference/namingstrategy.html.
"""

from __future__ import annotations

from typing import Literal

from ctxgen.documents import Unreadable
from ctxgen.model import At, Column, EntityModel, Relation, TableIndex
from ctxgen.opaque import Name, name
from ctxgen.source import ir
from ctxgen.source.languages import Repository
from ctxgen.source.php.laravel_state import class_path
from ctxgen.source.php.library import resolver_of
from ctxgen.source.php.symfony import Attribute, attributes
from ctxgen.source.php.symfony_config import root_of
from ctxgen.source.php.symfony_written import texts
from ctxgen.source.php.words import snake
from ctxgen.source.program import Program
from ctxgen.source.values import ClassValue, External, Value

_Kind = Literal["one-to-one", "many-to-one", "one-to-many", "many-to-many", "embedded"]
_ORM = "Doctrine.ORM.Mapping."
_ODM = "Doctrine.ODM.MongoDB.Mapping.Annotations."
_RELATIONS: dict[str, _Kind] = {
    "OneToOne": "one-to-one", "ManyToOne": "many-to-one", "OneToMany": "one-to-many", "ManyToMany": "many-to-many", "Embedded": "embedded", "EmbedOne": "embedded", "EmbedMany": "embedded",
    "ReferenceOne": "many-to-one", "ReferenceMany": "one-to-many",
}  # fmt: skip
_TYPES = {
    "int": "integer", "string": "string", "bool": "boolean", "float": "float", "array": "json", "DateTimeImmutable": "datetime_immutable", "DateTime": "datetime", "DateTimeInterface": "datetime",
    "DateInterval": "dateinterval",
}  # fmt: skip
_CONSTANTS = {"DATETIME_MUTABLE": "datetime", "DATE_MUTABLE": "date", "TIME_MUTABLE": "time", "DATETIMETZ_MUTABLE": "datetimetz"}


def finish(program: Program) -> None:
    """The entities and documents among the classes."""
    underscored = _underscored(program)
    for cls in list(program.classes):
        if cls.cls.kind != "class" or not cls.cls.decorators:
            continue
        found = attributes(program, cls.cls.decorators, cls)
        if any(each.path in (f"{_ORM}Entity", f"{_ODM}Document") for each in found):
            snakes = any(cls.path.startswith(f"{root}/" if root else "") for root in underscored)
            program.facts.append(_Entity(program, cls, found, snakes).model())


def _underscored(program: Program) -> list[str]:
    """The folders of applications whose columns are named `like_this`."""
    repository = resolver_of(program).sources
    assert isinstance(repository, Repository)
    found = []
    for pattern in ("**/config/packages/doctrine.yaml", "**/config/packages/doctrine.yml", "**/app/config/config.yml"):
        for path in repository.matching(pattern):
            try:
                stated = [node.text or "" for key, node in repository.file(path).yaml().leaves() if key.endswith("naming_strategy")]
            except Unreadable:
                continue
            if any("underscore" in text for text in stated):
                found.append(root_of(path))
    return found


class _Entity:
    """One entity while its fields are read."""

    def __init__(self, program: Program, cls: ClassValue, found: list[Attribute], snakes: bool) -> None:
        self.program, self.cls, self.found, self.snakes = program, cls, found, snakes
        self.document = any(each.path.startswith(_ODM) for each in found)
        self.columns: list[Column] = []
        self.relations: list[Relation] = []
        self.indexes: list[TableIndex] = []

    def model(self) -> EntityModel:
        self._fields(self.cls, "", 0)
        for each in self.found:
            self._index(each.name, each.positional, each.named, At(self.cls.path, each.line))
            if each.name == "Table":
                for kind in ("indexes", "uniqueConstraints"):
                    self._listed(kind, each)
        return EntityModel(
            name=name(self.cls.cls.name),
            table=name(table_of(self.program, self.cls, self.snakes)),
            technology=Name("doctrine-mongodb-odm" if self.document else "doctrine-orm"),
            columns=tuple(self.columns),
            indexes=tuple(self.indexes),
            relations=tuple(self.relations),
            at=At(self.cls.path, self.cls.cls.line),
        )

    def _listed(self, kind: str, table: Attribute) -> None:
        given = table.named.get(kind)
        for each in given if isinstance(given, list) else ():
            if isinstance(each, External) and each.arguments is not None:
                called = each.path.removesuffix("()").rpartition(".")[2]
                self._index(called, each.arguments.positional, each.arguments.keywords, At(self.cls.path, each.arguments.line))

    def _index(self, kind: str, positional: tuple[Value, ...], named: dict[str, Value], at: At) -> None:
        if kind not in ("Index", "UniqueConstraint"):
            return
        columns = texts(named.get("columns", named.get("fields")))
        stated = named.get("name", positional[0] if positional else None)
        if columns:
            self.indexes.append(
                TableIndex(
                    name=name(stated) if isinstance(stated, str) else None,
                    columns=tuple(name(each) for each in columns),
                    unique=kind == "UniqueConstraint",
                    at=at,
                )
            )

    def _fields(self, cls: ClassValue, prefix: str, depth: int) -> None:
        seen: set[str] = set()
        for each in self.program.lineage(cls):
            for field in each.cls.fields:
                if field.name in seen or not field.decorators:
                    continue
                seen.add(field.name)
                self._field(each, field, attributes(self.program, field.decorators, each), prefix, depth)

    def _field(self, cls: ClassValue, field: ir.Field, found: list[Attribute], prefix: str, depth: int) -> None:
        at = At(cls.path, field.line)
        by_name = {each.name: each for each in found if each.path.startswith((_ORM, _ODM))}
        relation = next((each for key, each in by_name.items() if key in _RELATIONS), None)
        if relation is not None:
            self._related(cls, field, relation, by_name.get("JoinColumn"), prefix, depth, at)
            return
        column = by_name.get("Column") or by_name.get("Field") or by_name.get("Id")
        if column is None:
            return
        stated = column.get("name")
        kind = column.get("type", 0 if column.name == "Field" else 1)
        self.columns.append(
            Column(
                name=name(stated if isinstance(stated, str) else prefix + self._stored(field.name)),
                type=self._type(kind, field),
                nullable=column.get("nullable") is True,
                primary="Id" in by_name,
                unique=column.get("unique") is True,
                at=at,
            )
        )

    def _type(self, stated: Value, field: ir.Field) -> Name | None:
        if isinstance(stated, str):
            return name(stated)
        if isinstance(stated, External):
            constant = stated.path.rpartition(".")[2]
            return name(_CONSTANTS.get(constant, constant.lower()))
        kind = field.type.key if isinstance(field.type, ir.Item) else field.type
        written = kind.name.rpartition(".")[2] if isinstance(kind, ir.Name) else ""
        return name(_TYPES.get(written, written)) if written else None

    def _stored(self, field: str) -> str:
        return snake(field) if self.snakes else field

    def _related(
        self, cls: ClassValue, field: ir.Field, relation: Attribute, joined: Attribute | None, prefix: str, depth: int, at: At
    ) -> None:
        kind = _RELATIONS[relation.name]
        given = relation.get("targetEntity", "class", "targetDocument", 0)
        written = field.type.key if isinstance(field.type, ir.Item) else field.type
        value = given if given is not None else self.program.evaluate(written, cls.scope) if written is not None else None
        value = _named(self.program, value, cls)
        target = class_path(value).rpartition(".")[2]
        if not target:
            return
        self.relations.append(Relation(name=name(field.name), kind=kind, target=name(target), at=at))
        if relation.name == "Embedded" and isinstance(value, ClassValue) and depth < 3:
            stated = relation.get("columnPrefix", 1)
            own = stated if isinstance(stated, str) else "" if stated is False else f"{self._stored(field.name)}_"
            self._fields(value, prefix + own, depth + 1)
        elif relation.name in ("ManyToOne", "OneToOne") and relation.get("mappedBy") is None:
            stated = joined.get("name", 0) if joined is not None else None
            other = table_of(self.program, value, self.snakes) if isinstance(value, ClassValue) else None
            refers = joined.get("referencedColumnName", 1) if joined is not None else None
            nullable = joined is None or joined.get("nullable") is not False
            self.columns.append(
                Column(
                    name=name(stated if isinstance(stated, str) else prefix + f"{self._stored(field.name)}_id"),
                    nullable=nullable,
                    unique=relation.name == "OneToOne",
                    references=name(f"{other}.{refers if isinstance(refers, str) else 'id'}") if other else None,
                    at=at,
                )
            )


def _named(program: Program, value: Value, cls: ClassValue) -> Value:
    """A class that an annotation names by a string."""
    if not isinstance(value, str):
        return value
    path = value.replace("\\", ".").strip(".")
    whole = path if "." in path else ".".join(part for part in (cls.scope.module.package, path) if part)
    return program._by_path(whole, cls.scope.module)


def table_of(program: Program, cls: ClassValue, snakes: bool) -> str:
    """The table of an entity: as stated, else after its class."""
    for each in attributes(program, cls.cls.decorators, cls):
        if each.path == f"{_ORM}Table" and isinstance(stated := each.get("name", 0), str):
            return stated.strip("`")
        if each.path == f"{_ODM}Document" and isinstance(stated := each.get("collection"), str):
            return stated
    return snake(cls.cls.name) if snakes else cls.cls.name
