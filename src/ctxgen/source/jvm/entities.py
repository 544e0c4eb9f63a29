"""What classes hold that are mapped to tables, collections and the like by annotations: JPA, Spring Data, Micronaut Data, Morphia.

Sources: https://jakarta.ee/specifications/persistence/3.1/jakarta-persistence-spec-3.1, https://docs.spring.io/spring-data/,
https://docs.spring.io/spring-boot/how-to/data-access.html#howto.data-access.configure-hibernate-naming-strategy
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator
from typing import Literal, NamedTuple

from ctxgen.model import At, Column, EntityModel, Relation, TableIndex
from ctxgen.opaque import Name, name
from ctxgen.source import ir
from ctxgen.source.jvm import mybatis_plus
from ctxgen.source.jvm.annotations import Annotation, find, marks, of_class, simple, strings, texts, value
from ctxgen.source.jvm.controllers import classes
from ctxgen.source.jvm.join_tables import join_table
from ctxgen.source.naming import snake_case
from ctxgen.source.program import Program
from ctxgen.source.values import ClassValue

RelationKind = Literal["one-to-one", "many-to-one", "one-to-many", "many-to-many", "embedded"]

_RELATIONS: dict[str, RelationKind] = {
    "OneToOne": "one-to-one",
    "ManyToOne": "many-to-one",
    "OneToMany": "one-to-many",
    "ManyToMany": "many-to-many",
}
_PRIMITIVE = {"int", "long", "short", "byte", "boolean", "char", "float", "double"}
_WRAPPERS = {
    "Optional",
    "List",
    "Set",
    "Collection",
    "Map",
    "SortedSet",
    "Iterable",
    "MutableList",
    "MutableSet",
    "AggregateReference",
    "ArrayList",
    "HashSet",
}
_NOT_COLUMNS = {"Transient", "JsonIgnoreType", "Formula"}
_KEYS = ("Id", "EmbeddedId", "PrimaryKey", "PrimaryKeyColumn", "BsonId")
_WITH_ID = {"PanacheEntity", "AbstractPersistable", "PanacheMongoEntity"}
"""Classes of libraries that bring the key."""
_DEEPEST = 4
_QUOTES = '`"[]'
"""What a reserved word may be quoted with."""


class Mapping(NamedTuple):
    """How a store's classes are marked: the annotation of the class, the packages that it is of, the technologies that bring it, how names become those of the store."""

    mark: str
    packages: tuple[bytes, ...]
    technologies: tuple[str, ...]
    snake: bool


MAPPINGS = (
    Mapping("Entity", (b"javax.persistence", b"jakarta.persistence"), ("spring-data-jpa", "hibernate-panache", "hibernate-reactive", "micronaut-data", "hibernate", "eclipselink", "openjpa", "ebean", "jakarta-ee", "jpa-api"), False),
    Mapping("Document", (b"org.springframework.data.mongodb",), ("spring-data-mongodb",), False),
    Mapping("Document", (b"org.springframework.data.elasticsearch",), ("spring-data-elasticsearch",), False),
    Mapping("Table", (b"org.springframework.data.relational",), ("spring-data-jdbc", "spring-data-r2dbc"), True),
    Mapping("Table", (b"org.springframework.data.cassandra",), ("spring-data-cassandra",), False),
    Mapping("Node", (b"org.springframework.data.neo4j",), ("spring-data-neo4j",), False),
    Mapping("RedisHash", (b"org.springframework.data.redis",), ("spring-data-redis",), False),
    Mapping("MappedEntity", (b"io.micronaut.data",), ("micronaut-data",), True),
    Mapping("MongoEntity", (b"io.quarkus.mongodb",), ("hibernate-panache",), False),
    Mapping("Entity", (b"dev.morphia", b"org.mongodb.morphia", b"xyz.morphia"), ("morphia",), False),
    Mapping("TableName", (b"com.baomidou.mybatisplus",), ("mybatis-plus",), True),
)  # fmt: skip

_MONGO = next(each for each in MAPPINGS if "spring-data-mongodb" in each.technologies)
_REPOSITORIES = {"MongoRepository", "ReactiveMongoRepository"}


def _documents(program: Program) -> set[tuple[str, str]]:
    """The classes (file and name) that a repository keeps in MongoDB, which need no mark: `interface Orders extends MongoRepository<Order, String>`."""
    found = set[tuple[str, str]]()
    for cls in list(classes(program, "interface")):
        for base in cls.cls.bases:
            if isinstance(base, ir.Item) and simple(base) in _REPOSITORIES:
                key = base.key.items[0].value if isinstance(base.key, ir.Sequence) and base.key.items else base.key
                target = program.evaluate(key, cls.scope)
                found |= {(target.path, target.cls.name)} if isinstance(target, ClassValue) else set()
    return found


def finish(program: Program) -> None:
    """A model for every class that is marked."""
    known = [framework.technology for framework in program.vocabulary.frameworks.values()]
    mapped = mybatis_plus.mapped(program) if "mybatis-plus" in known else set()
    documents = _documents(program) if "spring-data-mongodb" in known else set()
    for cls in classes(program, "class", "record"):
        found = of_class(program, cls)
        for mapping in MAPPINGS:
            mark = find(found, mapping.mark)
            if mark is None and mapping.mark == "TableName" and program.says(cls.path, (mybatis_plus.PACKAGE,)):
                mark = mybatis_plus.mark(cls, mapped)
            stored = mapping is _MONGO and (cls.path, cls.cls.name) in documents
            if not stored and (mark is None or not program.says(cls.path, mapping.packages)):
                continue
            technology = next((each for each in mapping.technologies if each in known), mapping.technologies[-1])
            snake = mapping.snake or technology == "spring-data-jpa"
            reader = _Reader(program, cls, found, mapping, technology, snake)
            program.facts += [reader.model(), *reader.joins]
            break


class _Reader:
    """Reads one class."""

    def __init__(self, program: Program, cls: ClassValue, found: list[Annotation], mapping: Mapping, technology: str, snake: bool) -> None:
        self.program, self.cls, self.found = program, cls, found
        self.mapping, self.technology, self.snake = mapping, technology, snake
        self.columns: list[Column] = []
        self.relations: list[Relation] = []
        self.indexes: list[TableIndex] = []
        self.joins: list[EntityModel] = []
        """The tables between two that `@JoinTable` states."""

    def model(self) -> EntityModel:
        held = list(self._held())
        if any(simple(base) in _WITH_ID for each in held for base in each.cls.bases):
            self.columns.append(
                Column(name=Name("id"), type=Name("Long"), nullable=False, primary=True, at=At(self.cls.path, self.cls.cls.line))
            )
        for each in reversed(held):
            self._fields(each, {}, False, "", 0)
        self._table_indexes()
        return EntityModel(
            name=name(self.cls.cls.name),
            table=name(self._table(self.cls, self.found)),
            technology=Name(self.technology),
            columns=tuple(self.columns),
            indexes=tuple(self.indexes),
            relations=tuple(self.relations),
            at=At(self.cls.path, self.cls.cls.line),
        )

    def _held(self) -> Iterator[ClassValue]:
        """The class and those it extends whose fields are its own."""
        for each in self.program.lineage(self.cls):
            if each is self.cls or each.cls.kind == "class":
                yield each

    # ---- names

    def _stored(self, written: str) -> str:
        return snake_case(written) if self.snake else written

    def _table(self, cls: ClassValue, found: Iterable[Annotation]) -> str:
        """The table or collection of a class: as stated, that of the class whose table it shares, or by the class's name."""
        marked = list(found)
        keys = ("name", "value", "collection", "indexName", "schema")
        for mark in ("Table", "TableName", "Document", "RedisHash", "Node", "MongoEntity", "MappedEntity"):
            each = find(marked, mark)
            stated = [text for text in texts(self.program, each, *(key for key in keys if key != "schema")) if text] if each else []
            if stated:
                return stated[0].strip(_QUOTES)
        entity = find(marked, "Entity")
        stated = [text for text in texts(self.program, entity, "name", "value") if text] if entity else []
        parent = self._shared(cls)
        if parent is not None:
            return self._table(parent, of_class(self.program, parent))
        if self.mapping.mark in ("Document", "MongoEntity"):
            return stated[0] if stated else cls.cls.name[:1].lower() + cls.cls.name[1:]
        return self._stored(stated[0] if stated else cls.cls.name)

    def _shared(self, cls: ClassValue) -> ClassValue | None:
        """The entity in whose table a subclass lies: all of a hierarchy, unless it says otherwise."""
        for each in list(self.program.lineage(cls))[1:]:
            found = of_class(self.program, each)
            if find(found, "Entity") is not None:
                strategy = find(found, "Inheritance")
                single = strategy is None or simple(strategy.arguments.get("strategy")) in ("SINGLE_TABLE", "")
                return each if single else None
        return None

    # ---- fields

    def _fields(self, cls: ClassValue, renamed: dict[str, str], primary: bool, prefix: str, depth: int) -> None:
        scope = self.program.class_scope(cls)
        accessors = {} if depth else self._accessors(cls)
        for field in cls.cls.fields:
            if field.static or (cls.cls.kind == "enum"):
                continue
            found = [*marks(self.program, field.decorators, scope), *accessors.get(field.name, ())]
            if any(each.name in _NOT_COLUMNS or mybatis_plus.absent(self.program, each) for each in found) or field.name in (
                "serialVersionUID",
                "log",
                "logger",
            ):
                continue
            self._field(cls, field, found, renamed, primary, prefix, depth)

    def _accessors(self, cls: ClassValue) -> dict[str, list[Annotation]]:
        """The annotations on getters, by the field that they give: property access."""
        found = {}
        for method in cls.cls.methods:
            match = re.fullmatch(r"(?:get|is)([A-Z]\w*)", method.name)
            if match and method.decorators and not method.parameters:
                found[match[1][:1].lower() + match[1][1:]] = marks(self.program, method.decorators, self.program.class_scope(cls))
        return found

    def _field(
        self, cls: ClassValue, field: ir.Field, found: list[Annotation], renamed: dict[str, str], primary: bool, prefix: str, depth: int
    ) -> None:
        at = At(cls.path, field.line)
        target = self.program.evaluate(element(field.type), cls.scope) if field.type is not None else None
        relation = next(
            (
                each
                for each in found
                if each.name in (*_RELATIONS, "DBRef", "DocumentReference", "MappedCollection", "Relationship", "Reference")
            ),
            None,
        )
        if relation is not None:
            self._related(field, found, relation, at, primary)
            return
        if find(found, "ElementCollection"):  # in a table of its own, embeddable or not
            self.relations.append(
                Relation(name=name(field.name), kind="one-to-many", target=name(simple(element(field.type)) or "?"), at=at)
            )
            return
        if find(found, "Embedded", "EmbeddedId") or (
            isinstance(target, ClassValue) and target is not cls and find(of_class(self.program, target), "Embeddable")
        ):
            self._embedded(field, found, target, at, depth)
            return
        if self.mapping.mark in ("Document", "MongoEntity", "Table", "Node", "MappedEntity") and isinstance(target, ClassValue) and target.cls.kind in ("class", "record") and not find(found, "Column", "Convert"):  # fmt: skip
            many = field.type is not None and element(field.type) is not field.type
            if self.mapping.mark != "Table" or many:
                self.relations.append(
                    Relation(
                        name=name(field.name),
                        kind="one-to-many" if many and self.mapping.mark == "Table" else "embedded",
                        target=name(target.cls.name),
                        at=at,
                    )
                )
                return
        column = find(found, "Column", "Field", "TableField", "MappedProperty", "BsonProperty", "PrimaryKeyColumn", "Property", "TableId")
        stated = [text for text in texts(self.program, column, "name", "value") if text] if column else []
        shown = renamed.get(field.name) or (stated[0].strip(_QUOTES) if stated else prefix + self._stored(field.name))
        key = primary or find(found, *_KEYS, "TableId") is not None
        unique = bool(column and value(self.program, column, "unique") is True)
        indexed = find(found, "Indexed", "Index")
        if indexed is not None:
            unique = unique or value(self.program, indexed, "unique") is True
            self.indexes.append(TableIndex(columns=(name(shown),), unique=unique, at=at))
        self.columns.append(
            Column(
                name=name(shown),
                type=_type_name(field.type),
                nullable=self._nullable(field, found, column, key),
                primary=key,
                unique=unique,
                at=at,
            )
        )

    def _nullable(self, field: ir.Field, found: list[Annotation], column: Annotation | None, key: bool) -> bool | None:
        if key or simple(field.type) in _PRIMITIVE:
            return False
        if self.mapping.mark != "TableName" and find(found, "NotNull", "NotBlank", "NotEmpty", "NonNull"):
            return False
        stated = value(self.program, column, "nullable") if column else None
        return stated if isinstance(stated, bool) else None

    def _related(self, field: ir.Field, found: list[Annotation], relation: Annotation, at: At, primary: bool) -> None:
        kind = _RELATIONS.get(relation.name)
        many = field.type is not None and element(field.type) is not field.type
        given = relation.arguments.get("targetEntity")
        target = simple(given) if given is not None else simple(element(field.type))
        kind = kind or ("one-to-many" if many else "many-to-one")
        self.relations.append(Relation(name=name(field.name), kind=kind, target=name(target or "?"), at=at))
        if (between := find(found, "JoinTable")) is not None:
            other = self.program.evaluate(element(field.type), self.cls.scope) if field.type is not None else None
            if isinstance(other, ClassValue):
                ends = [(self._table(each, of_class(self.program, each)), self._identity(each)) for each in (self.cls, other)]
                joining = join_table(self.program, between, ends, self.technology)
                self.joins += [joining] if joining is not None else []
        if kind in ("one-to-many", "many-to-many") or "mappedBy" in relation.arguments or relation.name not in _RELATIONS:
            return
        other = self.program.evaluate(element(field.type), self.cls.scope) if field.type is not None else None
        other_found = of_class(self.program, other) if isinstance(other, ClassValue) else []
        joined: list[Annotation | None] = [each for each in found if each.name in ("JoinColumn", "PrimaryKeyJoinColumn")]
        table = self._table(other, other_found) if isinstance(other, ClassValue) else target
        identity = self._identity(other) if isinstance(other, ClassValue) else "id"
        for each in joined or [None]:
            stated = [text for text in texts(self.program, each, "name") if text] if each else []
            reference = next(iter(texts(self.program, each, "referencedColumnName") if each else []), "") or identity
            nullable = value(self.program, each, "nullable") if each else None
            if nullable is None and (value(self.program, relation, "optional") is False or find(found, "NotNull")):
                nullable = False
            self.columns.append(
                Column(
                    name=name(stated[0].strip(_QUOTES) if stated else f"{self._stored(field.name)}_{identity}"),
                    nullable=nullable if isinstance(nullable, bool) else None,
                    primary=primary or find(found, "Id", "MapsId") is not None,
                    unique=bool(each and value(self.program, each, "unique") is True) or (kind == "one-to-one"),
                    references=name(f"{table}.{reference}"),
                    at=each.at if each else at,
                )
            )

    def _identity(self, cls: ClassValue) -> str:
        """The column of a class's key."""
        for each in self.program.lineage(cls):
            accessors = self._accessors(each)
            for field in each.cls.fields:
                found = marks(self.program, field.decorators, self.program.class_scope(each)) if field.decorators else []
                found += accessors.get(field.name, [])
                if find(found, "Id"):
                    column = find(found, "Column")
                    stated = [text for text in texts(self.program, column, "name") if text] if column else []
                    return stated[0].strip(_QUOTES) if stated else self._stored(field.name)
        return "id"

    def _embedded(self, field: ir.Field, found: list[Annotation], target: object, at: At, depth: int) -> None:
        if not isinstance(target, ClassValue) or depth >= _DEEPEST:
            self.relations.append(Relation(name=name(field.name), kind="embedded", target=name(simple(field.type) or "?"), at=at))
            return
        self.relations.append(Relation(name=name(field.name), kind="embedded", target=name(target.cls.name), at=at))
        renamed: dict[str, str] = {}
        for each in found:
            column = each.arguments.get("column")
            if each.name == "AttributeOverride" and isinstance(column, ir.Call):
                attribute = next(iter(texts(self.program, each, "name")), "")
                stated = strings([self.program.evaluate(given.value, each.scope) for given in column.arguments if given.keyword == "name"])
                if attribute and stated:
                    renamed[attribute] = stated[0]
        prefix = next(iter(texts(self.program, embedded, "prefix")), "") if (embedded := find(found, "Embedded")) else ""
        for base in reversed(list(self.program.lineage(target))):
            self._fields(base, renamed, find(found, "EmbeddedId") is not None, prefix, depth + 1)

    # ---- indexes

    def _table_indexes(self) -> None:
        table = find(self.found, "Table")
        for key, unique in (("indexes", False), ("uniqueConstraints", True)):
            given = table.arguments.get(key) if table else None
            for each in [item.value for item in given.items] if isinstance(given, ir.Sequence) else [given]:
                if isinstance(each, ir.Call) and table is not None:
                    self._index(each, table, unique)
        for compound in (each for each in self.found if each.name == "CompoundIndex"):
            columns = re.findall(r"['\"]?([\w.]{1,80})['\"]?\s{0,3}:", "".join(texts(self.program, compound, "def")))
            shown = next(iter(texts(self.program, compound, "name")), "")
            unique = value(self.program, compound, "unique") is True
            self.indexes.append(
                TableIndex(name=name(shown) if shown else None, columns=tuple(map(name, columns)), unique=unique, at=compound.at)
            )

    def _index(self, call: ir.Call, table: Annotation, unique: bool) -> None:
        given = {each.keyword or "value": self.program.evaluate(each.value, table.scope) for each in call.arguments}
        listed = given.get("columnList")
        columns = (
            [part.split()[0] for part in listed.split(",") if part.split()]
            if isinstance(listed, str)
            else strings(given.get("columnNames"))
        )
        shown = given.get("name")
        self.indexes.append(
            TableIndex(
                name=name(shown) if isinstance(shown, str) else None,
                columns=tuple(map(name, columns)),
                unique=unique or given.get("unique") is True,
                at=At(table.at.path, call.line),
            )
        )


def element(type_: ir.Expression | None) -> ir.Expression:
    """What a collection holds: `Order` of `List<Order>`, of `Map<String, Order>`; any other type itself."""
    if isinstance(type_, ir.Item) and simple(type_.owner) in _WRAPPERS:
        key = type_.key
        return key.items[-1].value if isinstance(key, ir.Sequence) and key.items else key
    return type_ if type_ is not None else ir.Unknown(1)


def _type_name(type_: ir.Expression | None) -> Name | None:
    """A type as it is written, without its package."""
    if isinstance(type_, ir.Item):
        inner = [item.value for item in type_.key.items] if isinstance(type_.key, ir.Sequence) else [type_.key]
        shown = ", ".join(str(_type_name(each) or "?") for each in inner)
        return name(f"{simple(type_.owner)}<{shown}>" if simple(type_.owner) != "Array" else f"{shown}[]")
    return name(simple(type_)) if simple(type_) else None
