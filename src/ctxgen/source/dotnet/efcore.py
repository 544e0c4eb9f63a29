"""Entities of Entity Framework Core: sets of contexts, classes with annotations, fluent configuration, snapshots of migrations.

Sources: https://learn.microsoft.com/ef/core/modeling/, https://learn.microsoft.com/ef/core/modeling/relationships/conventions,
https://learn.microsoft.com/ef/core/managing-schemas/migrations/
"""

from __future__ import annotations

import re
from collections.abc import Iterator

from ctxgen.facts import shared_folders
from ctxgen.model import At, Column, EntityModel, Relation, TableIndex
from ctxgen.opaque import Name, name
from ctxgen.source import ir
from ctxgen.source.dotnet.attributes import argument_of, attributes, base_names, class_of, type_name
from ctxgen.source.dotnet.entities import Entity, Property, read
from ctxgen.source.dotnet.fluent import configure
from ctxgen.source.naming import snake_case
from ctxgen.source.program import Program
from ctxgen.source.values import ClassValue, External

_CONTEXTS = {"DbContext", "IdentityDbContext", "AbpDbContext", "IdentityUserContext", "ApiAuthorizationDbContext"}
MAX_ENTITIES = 2_000
_REWRITES = re.compile(rb"SetTableName\([^;\n]{0,200}(?:Underscore\(|Snake)", re.IGNORECASE)
"""A loop over all entities that gives them other names: `entity.SetTableName(entity.GetTableName().ToSnakeCase())`."""


def finish(program: Program) -> None:
    """A model for every entity that contexts hold or that configuration speaks of."""
    wholes = (cls for cls in program.classes if not cls.cls.partial or program.parts_of(cls)[0] is cls)
    found = [cls for cls in wholes if cls.cls.kind == "class" and _is_context(program, cls)]
    extended = {id(base.cls) for cls in found for base in list(program.lineage(cls))[1:]}
    contexts = [cls for cls in found if id(cls.cls) not in extended]  # what others extend holds no entities of its own
    data = program.resolver.data  # type: ignore[attr-defined]
    snake = any(b"UseSnakeCaseNamingConvention" in data(path) for path in program.modules)
    rewritten = any(_REWRITES.search(data(path)) is not None for path in program.modules)
    configured = list(_configurations(program))
    snapshots = [cls for cls in program.classes if any(type_name(base) == "ModelSnapshot" for base in cls.cls.bases)]
    told: dict[At, EntityModel] = {}
    models = [Model(program, snake or rewritten, rewritten) for _ in contexts]
    for context, model in zip(contexts, models, strict=True):
        _sets(program, model, context)
    held = {title for model in models for title in model.entities}
    for context, model in zip(contexts, models, strict=True):
        for cls, entity in configured:
            nearest = entity.cls.name not in held and max(contexts, key=lambda each: shared_folders(each.path, cls.path)) is context
            if nearest or entity.cls.name in model.entities:
                _configure(program, model, cls, "Configure", model.of_class(entity))
        _configure(program, model, context, "OnModelCreating", None)
        model.navigate()
        model.snapshot = True
        own = [cls for cls in snapshots if _context_of(program, cls) == context.cls.name]
        for cls in own if len(own) == 1 else ():  # several are of several engines, whose types differ
            _configure(program, model, cls, "BuildModel", None)
        for fact in model.facts():
            known = told.get(fact.at)
            if known is None or len(known.columns) < len(fact.columns):
                told[fact.at] = fact
    program.facts += told.values()


def _sets(program: Program, model: Model, context: ClassValue) -> None:
    """The entities that a context names: its sets, and the user of Identity."""
    for each in program.lineage(context):
        for field in each.cls.fields:
            if type_name(field.type) in ("DbSet", "IDbSet") and field.type is not None:
                model.held(argument_of(field.type), each, field.name, At(each.path, field.line))
    for base in context.cls.bases:
        if type_name(base).startswith(("IdentityDbContext", "ApiAuthorizationDbContext")):
            model.held(argument_of(base), context, "AspNetUsers", At(context.path, context.cls.line))


def _configurations(program: Program) -> Iterator[tuple[ClassValue, ClassValue]]:
    """The classes that configure an entity, and its class."""
    for cls in list(program.classes):
        for base in cls.cls.bases if not cls.cls.abstract else ():
            entity = class_of(program, base.key, cls) if isinstance(base, ir.Item) and "Configuration" in type_name(base) else None
            if entity is not None and any(method.name == "Configure" for each in program.lineage(cls) for method in each.cls.methods):
                yield cls, entity


def _configure(program: Program, model: Model, cls: ClassValue, called: str, entity: Entity | None) -> None:
    """Do what the methods of a name of a class and of its bases, farthest first, say of the model or of one entity."""
    for each in reversed(list(program.lineage(cls))):
        for method in each.cls.methods:
            if method.name == called and method.parameters:
                configure(program, model, method.body, program.class_scope(each), {method.parameters[0].name: entity})


def _context_of(program: Program, snapshot: ClassValue) -> str:
    """The name of the context that `[DbContext(typeof(ShopContext))]` of any part of a snapshot says."""
    for each in attributes(program, snapshot.cls.decorators, snapshot.scope):
        value = each.first()
        if each.name == "DbContext":
            return value.cls.name if isinstance(value, ClassValue) else value.path if isinstance(value, External) else ""
    return snapshot.cls.name.removesuffix("ModelSnapshot")


def _is_context(program: Program, cls: ClassValue) -> bool:
    names = base_names(program, cls)
    return bool(names & _CONTEXTS) or any(each.endswith("DbContext") for each in names)


class Model:
    """The entities of a context by the names of their classes.

    `snake`: names that nothing states are written with underscores, `rewritten`: those that are stated too; `snapshot` while a snapshot is read, which
    states everything.
    """

    def __init__(self, program: Program, snake: bool, rewritten: bool = False) -> None:
        self.program, self.snake, self.rewritten = program, snake, rewritten
        self.entities: dict[str, Entity] = {}
        self.snapshot = False

    def held(self, type: ir.Expression | None, user: ClassValue, table: str, at: At) -> None:
        """The entity of a type that a class names, known from now on."""
        cls = class_of(self.program, type, user)
        entity = self.of_class(cls) if cls is not None else self.named(type_name(type), at)
        if entity is not None:
            entity.table = entity.table or table

    def of_class(self, cls: ClassValue) -> Entity:
        """The entity of a class."""
        if cls.cls.name not in self.entities:
            self.entities[cls.cls.name] = read(self.program, cls)
        return self.entities[cls.cls.name]

    def named(self, text: str, at: At) -> Entity | None:
        """The entity of a snapshot, by the full name of its class."""
        called = text.rpartition(".")[2].partition("<")[0]
        if not called.isidentifier() or len(self.entities) >= MAX_ENTITIES:
            return None
        return self.entities.setdefault(called, Entity(called, at))

    def navigate(self) -> None:
        """Classes that properties of entities lead to are entities themselves, where they have a key."""
        work = list(self.entities.values())
        while work and len(self.entities) < MAX_ENTITIES:
            each = work.pop()
            for link in each.links.values():
                if link.cls is None or link.target in self.entities or link.name in each.ignored or link.owned:
                    continue
                found = read(self.program, link.cls)
                if found.keys:
                    self.entities[link.target] = found
                    work.append(found)
                else:
                    link.owned = True

    def facts(self) -> Iterator[EntityModel]:
        """What is told of the entities."""
        for entity in self.entities.values():
            if entity.owned:
                continue
            columns: dict[str, Column] = {}
            for key in entity.columns:
                column = self._column(entity, key)
                if key not in entity.ignored:
                    columns.setdefault(column.name, column)
            yield EntityModel(
                name=name(entity.name),
                table=name(self._stored(entity.table or entity.name, entity.stated)),
                technology=Name("entity-framework-core"),
                columns=tuple(columns.values()),
                indexes=tuple(self._index(entity, each) for each in entity.indexes),
                relations=tuple(self._relations(entity)),
                at=entity.at,
            )

    def _stored(self, text: str, stated: bool) -> str:
        return snake_case(text) if self.snake and (self.rewritten or not stated) else text

    def _index(self, entity: Entity, index: TableIndex) -> TableIndex:
        """An index over columns by the names that the table has for them."""
        known = [entity.columns.get(each) or Property(each, index.at) for each in index.columns]
        stored = tuple(name(self._stored(each.stored or each.name, bool(each.stored))) for each in known)
        return TableIndex(name=index.name, columns=stored, unique=index.unique, at=index.at)

    def _column(self, entity: Entity, key: str) -> Column:
        known = entity.columns[key]
        target = entity.foreign.get(key) or self._by_name(entity, key)
        other = self.entities.get(target or "")
        references = (
            f"{self._stored(other.table or other.name, other.stated)}.{self._stored(next(iter(other.keys), 'Id'), False)}"
            if other
            else None
        )
        return Column(
            name=name(self._stored(known.stored or known.name, bool(known.stored))),
            type=name(known.type) if known.type else None,
            nullable=False if key in entity.keys else known.nullable,
            primary=key in entity.keys,
            unique=any(each.unique and each.columns == (known.name,) for each in entity.indexes),
            references=name(references) if references else None,
            at=known.at,
        )

    @staticmethod
    def _by_name(entity: Entity, column: str) -> str | None:
        """The target of a foreign key that is named after a navigation or its class."""
        for link in entity.links.values():
            if not link.many and not link.owned and column.lower() in (f"{link.name}id".lower(), f"{link.target}id".lower()):
                return link.target
        return None

    def _relations(self, entity: Entity) -> Iterator[Relation]:
        for link in entity.links.values():
            if link.name in entity.ignored:
                continue
            other = self.entities.get(link.target)
            if link.owned or (other is not None and other.owned):
                yield Relation(name=name(link.name), kind="embedded", target=name(link.target), at=link.at)
            elif other is not None:
                back = [each for each in other.links.values() if each.target == entity.name and each.many]
                single = [each for each in other.links.values() if each.target == entity.name and not each.many]
                kind = link.kind or (
                    "many-to-many"
                    if link.many and back
                    else "one-to-many"
                    if link.many
                    else "one-to-one"
                    if single and not back
                    else "many-to-one"
                )
                yield Relation(name=name(link.name), kind=kind, target=name(link.target), at=link.at)
