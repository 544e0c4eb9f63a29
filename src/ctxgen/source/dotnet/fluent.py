"""Fluent configuration of Entity Framework Core, of contexts, of configuration classes and of snapshots of migrations.

Sources: https://learn.microsoft.com/ef/core/modeling/#use-fluent-api-to-configure-a-model, https://learn.microsoft.com/ef/core/modeling/relationships
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING

from ctxgen.facts import shared_folders
from ctxgen.model import At, TableIndex
from ctxgen.opaque import name
from ctxgen.source import ir
from ctxgen.source.calls import chain
from ctxgen.source.dotnet.attributes import type_name
from ctxgen.source.dotnet.entities import VALUES, Entity, Kind, Link, Property
from ctxgen.source.program import Program
from ctxgen.source.values import ClassValue, FunctionValue, Scope, Value

if TYPE_CHECKING:
    from ctxgen.source.dotnet.efcore import Model

_DEEPEST = 6
_BUILDERS = {True: "EntityTypeBuilder", False: "ModelBuilder"}


Known = dict[str, "Entity | None"]
"""The builders by name: that of an entity, or (None) that of the whole model."""


def configure(program: Program, model: Model, statements: Sequence[ir.Statement], scope: Scope, known: Known, depth: int = 0) -> None:
    """Do what the statements of a configuration say to the entities whose builders are `known` by name."""
    if depth > _DEEPEST:
        return
    for statement in statements:
        match statement:
            case ir.Do(value) | ir.Return(value):
                if not _handed_on(program, model, value, scope, known, depth):
                    _Chain(program, model, scope, known, depth).follow(value)
            case ir.Assign(ir.Name(local), value):
                entity = _Chain(program, model, scope, known, depth).follow(value)
                if entity is not None:
                    known[local] = entity
            case ir.Block(body) | ir.Loop(body=body):
                configure(program, model, body, scope, known, depth + 1)
            case ir.Branch(arms):
                for _, body in arms:
                    configure(program, model, body, scope, known, depth + 1)


def _handed_on(program: Program, model: Model, expression: ir.Expression, scope: Scope, known: Known, depth: int) -> bool:
    """Whether a call hands a builder on to a function of the repository, whose body is followed: `Order.Map(builder)`, `builder.AddLog()`."""
    if not isinstance(expression, ir.Call) or not isinstance(expression.function, ir.Name | ir.Attribute):
        return False
    called = expression.function
    given = [each.value for each in expression.arguments]
    if isinstance(called, ir.Attribute) and isinstance(called.owner, ir.Name) and called.owner.name in known:
        extensions = [each for each in program.extensions.get(called.name, ()) if each.function.receiver is not None]
        wanted = _BUILDERS[known[called.owner.name] is not None]
        extensions = [
            each for each in extensions if each.function.receiver is not None and type_name(each.function.receiver.type) == wanted
        ]
        if not extensions:
            return False
        found = min(extensions, key=lambda each: -shared_folders(scope.module.path, each.scope.module.path))
        receiver = found.function.receiver
        parameters, given = ([receiver] if receiver is not None else []) + list(found.function.parameters), [called.owner, *given]
    else:
        handed = any(isinstance(each, ir.Name) and each.name in known for each in given)
        value = program.evaluate(called, scope) if handed else None
        if not isinstance(value, FunctionValue):
            return False
        found, parameters = value, list(value.function.parameters)
        if found.function.receiver is not None:
            parameters = [found.function.receiver, *parameters]
    inner: Known = {
        parameter.name: known[each.name]
        for parameter, each in zip(parameters, given, strict=False)
        if isinstance(each, ir.Name) and each.name in known
    }
    configure(program, model, found.function.body, found.scope, inner, depth + 1)
    return True


class _Chain:
    """Follows one chain of calls."""

    def __init__(self, program: Program, model: Model, scope: Scope, known: Known, depth: int) -> None:
        self.program, self.model, self.scope, self.known, self.depth = program, model, scope, known, depth
        self.entity: Entity | None = None
        self.property: Property | None = None
        self.index: int | None = None
        self.link: Link | None = None
        self.target = ""
        self.one = False

    def follow(self, expression: ir.Expression) -> Entity | None:
        """Apply the links of a chain in order; the entity that it speaks of."""
        for link in chain(expression):
            if isinstance(link, ir.Name):
                self.entity = self.known.get(link.name, self.entity)
            elif isinstance(link, ir.Call) and isinstance(link.function, ir.Attribute):
                if isinstance(link.function.owner, ir.Name):
                    self.entity = self.known.get(link.function.owner.name, self.entity)
                self._call(link, link.function.name, At(self.scope.module.path, link.line))
        return self.entity

    def _text(self, call: ir.Call, position: int = 0) -> str | None:
        plain = [each.value for each in call.arguments if each.keyword is None]
        value: Value = self.program.evaluate(plain[position], self.scope) if len(plain) > position else None
        return value if isinstance(value, str) else None

    def _inner(self, call: ir.Call, entity: Entity) -> None:
        """The lambda that a builder is handed to."""
        for argument in call.arguments:
            named = self.program.evaluate(argument.value, self.scope) if isinstance(argument.value, ir.Name) else None
            if isinstance(named, FunctionValue) and len(named.function.parameters) == 1:  # `Entity<Order>(ConfigureOrder)`
                known: Known = {named.function.parameters[0].name: entity}
                configure(self.program, self.model, named.function.body, named.scope, known, self.depth + 1)
            if isinstance(argument.value, ir.Function) and len(argument.value.parameters) == 1 and not _names(argument.value):
                body = argument.value.body
                configure(
                    self.program, self.model, body, self.scope, {**self.known, argument.value.parameters[0].name: entity}, self.depth + 1
                )

    def _call(self, call: ir.Call, called: str, at: At) -> None:
        if called == "Entity":
            self._entity(call, at)
        elif self.entity is not None:
            self._of_entity(self.entity, call, called, at)

    def _entity(self, call: ir.Call, at: At) -> None:
        if call.types:
            cls = self.program.evaluate(call.types[0], Scope(self.scope.module, self.scope.module.scope))
            self.entity = self.model.of_class(cls) if isinstance(cls, ClassValue) else self.model.named(type_name(call.types[0]), at)
        else:
            text = self._text(call)
            self.entity = self.model.named(text, at) if text else None
        if self.entity is not None:
            self._inner(call, self.entity)

    def _of_entity(self, entity: Entity, call: ir.Call, called: str, at: At) -> None:
        first = call.arguments[0].value if call.arguments else None
        named = [each for argument in call.arguments for each in _names(argument.value)]
        match called:
            case "ToTable" | "ToView" | "ToCollection" | "ToContainer":
                if (table := self._text(call)) is not None:
                    entity.table, entity.stated = table, True
            case "ToJson":
                entity.table = ""  # in one column of its owner
            case "HasKey":
                entity.keys = dict.fromkeys(named)
                for each in named:
                    entity.column(each, at)
            case "HasIndex" | "HasAlternateKey":
                self.index = entity.index(tuple(named), at, unique=called == "HasAlternateKey")
            case "IsUnique" if self.index is not None and not (isinstance(first, ir.Literal) and first.value is False):
                entity.indexes[self.index] = _changed(entity.indexes[self.index], unique=True)
            case "HasDatabaseName" if self.index is not None:
                entity.indexes[self.index] = _changed(entity.indexes[self.index], title=self._text(call))
            case "Ignore":
                entity.ignored |= set(named)
            case "Property" if named:
                entity.links.pop(named[0], None)  # a class that is converted to one column
                self.property = entity.column(named[0], at)
                if call.types:
                    self._typed(self.property, call.types[0])
            case "HasColumnName" if self.property is not None:
                self.property.stored = self._text(call) or self.property.stored
            case "HasColumnType" if self.property is not None:
                self.property.type = self._text(call) or self.property.type
            case "IsRequired" if self.property is not None:
                self.property.nullable = isinstance(first, ir.Literal) and first.value is False
            case "OwnsOne" | "OwnsMany" | "ComplexProperty":
                self._owned(entity, call, named, at)
            case "HasOne" | "HasMany":
                self._related(entity, call, named, many=called == "HasMany", at=at)
            case "WithOne" | "WithMany" if self.link is not None:
                self.link.kind = _KINDS[self.link.many, called == "WithMany"]
            case "HasForeignKey":
                self._foreign(entity, call, named, at)

    def _typed(self, known: Property, type: ir.Expression) -> None:
        """The type that a snapshot or the configuration of a shadow property states."""
        optional = type_name(type) == "Nullable" and isinstance(type, ir.Item)
        inner = type_name(type.key) if optional and isinstance(type, ir.Item) else type_name(type)
        known.type = known.type or inner
        known.nullable = True if optional else False if inner in VALUES else True if self.model.snapshot else known.nullable

    def _owned(self, entity: Entity, call: ir.Call, named: list[str], at: At) -> None:
        titles = [each for each in named if "." not in each]  # a snapshot names the type as well
        if not titles:
            return
        link = entity.links.get(titles[-1])
        if link is None:
            entity.links[titles[-1]] = link = Link(titles[-1], titles[-1], False, at)
        link.owned = True
        inner = Entity(link.target, at)
        self._inner(call, inner)
        if self.model.snapshot and inner.table and inner.table == entity.table:  # it lies in the columns of its owner
            for each in inner.columns.values():
                if each.name not in inner.keys:
                    title = f"{titles[-1]}_{each.name}"
                    entity.columns[title] = Property(title, each.at, each.type, each.nullable, each.stored)
            for index in inner.indexes:
                entity.index(tuple(f"{titles[-1]}_{column}" for column in index.columns), index.at, unique=index.unique)

    def _related(self, entity: Entity, call: ir.Call, named: list[str], *, many: bool, at: At) -> None:
        self.one, self.property = not many, None
        if call.types:
            self.target, self.link = type_name(call.types[0]), None
            if named:
                self.link = entity.links.get(named[-1])
        elif named and (link := entity.links.get(named[-1])) is not None:
            self.link, self.target = link, link.target
        elif len(named) == 2 and "." in named[0]:  # a snapshot: the class and the navigation
            self.target = named[0].rpartition(".")[2]
            self.link = entity.links.setdefault(named[1], Link(named[1], self.target, many, at))
        else:
            self.target, self.link = (named[0].rpartition(".")[2] if named else ""), None

    def _foreign(self, entity: Entity, call: ir.Call, named: list[str], at: At) -> None:
        dependent, target = (entity, self.target) if self.one else (self.model.entities.get(self.target), entity.name)
        if call.types and type_name(call.types[0]) != entity.name:
            dependent, target = self.model.entities.get(type_name(call.types[0])), entity.name
        for each in named:
            if dependent is not None and target and (each in dependent.columns or self.one) and "." not in each:
                dependent.column(each, at)
                dependent.foreign[each] = target


_KINDS: dict[tuple[bool, bool], Kind] = {
    (False, True): "many-to-one",
    (False, False): "one-to-one",
    (True, False): "one-to-many",
    (True, True): "many-to-many",
}


def _changed(index: TableIndex, *, unique: bool = False, title: str | None = None) -> TableIndex:
    return TableIndex(name=name(title) if title else index.name, columns=index.columns, unique=unique or index.unique, at=index.at)


def _names(expression: ir.Expression) -> list[str]:
    """The properties that `x => x.A`, `x => new { x.A, x.B }` or `"A"` name."""
    match expression:
        case ir.Literal(str(text)):
            return [text]
        case ir.Function():
            given = [each.value for each in expression.body if isinstance(each, ir.Return)]
            return _names_of(given[0]) if len(given) == 1 and len(expression.body) == 1 else []
    return []


def _names_of(value: ir.Expression) -> list[str]:
    match value:
        case ir.Attribute(ir.Name(), called):
            return [called]
        case ir.Attribute(ir.Attribute(), called):
            return [called]
        case ir.Mapping(entries):
            return [str(key.value) for key, _ in entries if isinstance(key, ir.Literal)]
    return []
