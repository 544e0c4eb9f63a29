"""ent: the tables of schemas, by what their `Fields`, `Edges`, `Indexes`, `Mixin` and `Annotations` list.

Sources: https://entgo.io/docs/schema-fields, https://entgo.io/docs/schema-edges, https://entgo.io/docs/schema-indexes.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import Literal, NamedTuple

from ctxgen.facts import folder_of
from ctxgen.model import At, Column, EntityModel, Relation, TableIndex
from ctxgen.opaque import Name, name
from ctxgen.source import ir
from ctxgen.source.golang.gorm import plural, snake
from ctxgen.source.program import Program
from ctxgen.source.values import ClassValue

_DEPTH = 4
_LONGEST = 40
"""Mixins inside one another, and calls in one chain."""


class _Chain(NamedTuple):
    """`field.String("number").Unique().MaxLen(40)`: what begins it, its arguments, and the arguments of what follows by name."""

    kind: str
    arguments: tuple[ir.Argument, ...]
    more: dict[str, tuple[ir.Argument, ...]]
    line: int

    def text(self, index: int = 0) -> str | None:
        """A string among the first arguments."""
        value = self.arguments[index].value if len(self.arguments) > index else None
        return value.value if isinstance(value, ir.Literal) and isinstance(value.value, str) else None


def finish(program: Program) -> None:
    """The tables of all schemas that nothing mixes in."""
    schemas = [cls for cls in program.classes if any(_spelled(base) in ("ent.Schema", "Schema") for base in cls.cls.bases)]
    mixed = {mixin.cls.name for cls in schemas for mixin in _mixins(program, cls)}
    for cls in schemas:
        if cls.cls.name not in mixed:
            program.facts.append(_model(program, cls, schemas))


def _model(program: Program, cls: ClassValue, schemas: list[ClassValue]) -> EntityModel:
    columns: dict[str, Column] = {}
    relations: list[Relation] = []
    indexes: list[TableIndex] = []
    keys = {field: chain for chain in _of(program, cls, "Edges") if (field := _argument(chain, "Field"))}
    for each in (cls, *_mixins(program, cls)):
        for chain in _of(program, each, "Fields"):
            if (column := _column(chain, each, keys, program, cls)) is not None:
                columns.setdefault(column.name, column)
        relations += [
            relation for chain in _of(program, each, "Edges") if (relation := _relation(program, cls, each, chain, schemas)) is not None
        ]
        for chain in _of(program, each, "Indexes"):
            names = tuple(name(text) for index in range(len(chain.arguments)) if (text := chain.text(index)))
            if chain.kind == "Fields" and names:
                indexes.append(TableIndex(columns=names, unique="Unique" in chain.more, at=At(each.path, chain.line)))
    at = At(cls.path, cls.cls.line)
    if "id" not in columns:
        columns = {"id": Column(name=Name("id"), type=Name("int"), nullable=False, primary=True, at=at), **columns}
    return EntityModel(
        name=name(cls.cls.name),
        table=name(_table(program, cls)),
        technology=Name("ent"),
        columns=tuple(columns.values()),
        indexes=tuple(indexes),
        relations=tuple(relations),
        at=at,
    )


def _column(chain: _Chain, cls: ClassValue, keys: dict[str, _Chain], program: Program, owner: ClassValue) -> Column | None:
    stated = chain.text()
    if stated is None:
        return None
    edge = keys.get(stated)
    target = _target(edge) if edge is not None else None
    return Column(
        name=name(_argument(chain, "StorageKey") or stated),
        type=name(chain.kind),
        nullable="Optional" in chain.more or "Nillable" in chain.more,
        primary=stated == "id",
        unique="Unique" in chain.more,
        references=name(f"{plural(snake(target))}.id") if target else None,
        at=At(cls.path, chain.line),
    )


def _relation(program: Program, cls: ClassValue, stated_in: ClassValue, chain: _Chain, schemas: list[ClassValue]) -> Relation | None:
    """An edge: `Unique` says that there is one on this side; the edge that it is the other end of says so for that side."""
    stated, target = chain.text(), _target(chain)
    if stated is None or target is None or chain.kind not in ("To", "From"):
        return None
    inverse = _argument(chain, "Ref")
    other = next(
        (
            each
            for schema in schemas
            if schema.cls.name == target
            for each in _of(program, schema, "Edges")
            if _pairs(each, chain, stated, inverse, cls)
        ),
        None,
    )
    one, other_one = "Unique" in chain.more, other is not None and "Unique" in other.more
    kind: Literal["one-to-one", "many-to-one", "one-to-many", "many-to-many"]
    many: Literal["one-to-many", "many-to-many"]
    many = "one-to-many" if other_one or other is None else "many-to-many"
    kind = ("one-to-one" if other_one else "many-to-one") if one else many
    return Relation(name=name(stated), kind=kind, target=name(target), at=At(stated_in.path, chain.line))


def _pairs(other: _Chain, chain: _Chain, stated: str, inverse: str | None, cls: ClassValue) -> bool:
    """Whether two edges are the two ends of one relation."""
    if _target(other) != cls.cls.name:
        return False
    return other.text() == inverse if chain.kind == "From" else _argument(other, "Ref") == stated


def _target(chain: _Chain) -> str | None:
    """`edge.To("orders", Order.Type)`: the schema."""
    value = chain.arguments[1].value if len(chain.arguments) > 1 else None
    return value.owner.name if isinstance(value, ir.Attribute) and isinstance(value.owner, ir.Name) else None


def _argument(chain: _Chain, called: str) -> str | None:
    """The string that a call of the chain takes."""
    given = chain.more.get(called, ())
    value = given[0].value if given else None
    return value.value if isinstance(value, ir.Literal) and isinstance(value.value, str) else None


def _table(program: Program, cls: ClassValue) -> str:
    """The table that an annotation names, else the schema's name in the plural."""
    for value in _listed(program, cls, "Annotations"):
        for key, given in value.entries if isinstance(value, ir.Mapping) else ():
            if (
                isinstance(key, (ir.Name, ir.Literal))
                and _spelled(key) == "Table"
                and isinstance(given, ir.Literal)
                and isinstance(given.value, str)
            ):
                return given.value
    return plural(snake(cls.cls.name))


def _mixins(program: Program, cls: ClassValue, depth: int = 0) -> Iterator[ClassValue]:
    """The schemas of the repository that are mixed into one."""
    for value in _listed(program, cls, "Mixin") if depth < _DEPTH else ():
        kind = value.type if isinstance(value, ir.Mapping) else None
        found = program.evaluate(kind, cls.scope) if kind is not None else None
        if isinstance(found, ClassValue) and found is not cls:
            yield found
            yield from _mixins(program, found, depth + 1)


def _of(program: Program, cls: ClassValue, method: str) -> Iterator[_Chain]:
    for value in _listed(program, cls, method):
        if (chain := _chain(value)) is not None:
            yield chain


def _listed(program: Program, cls: ClassValue, method: str) -> Iterator[ir.Expression]:
    """What a method of a schema returns a list of."""
    for path in program.resolver.defining(cls.path, f"{cls.cls.name}.{method}"):
        program.module(path)
    for found in program.extensions.get(method, ()):
        receiver = found.function.receiver
        if receiver is None or _spelled(receiver.type) != cls.cls.name or folder_of(found.scope.module.path) != folder_of(cls.path):
            continue
        for statement in found.function.body:
            if isinstance(statement, ir.Return) and isinstance(statement.value, ir.Sequence):
                yield from (item.value for item in statement.value.items)


def _chain(value: ir.Expression) -> _Chain | None:
    more: dict[str, tuple[ir.Argument, ...]] = {}
    for _ in range(_LONGEST):
        if not isinstance(value, ir.Call) or not isinstance(value.function, ir.Attribute):
            return None
        owner = value.function.owner
        if not isinstance(owner, ir.Call):
            return _Chain(value.function.name, value.arguments, more, value.line)
        more[value.function.name] = value.arguments
        value = owner
    return None


def _spelled(type: ir.Expression | None) -> str:
    match type:
        case ir.Name(text):
            return text
        case ir.Literal(str(text)):
            return text
        case ir.Attribute(ir.Name(owner), text):
            return f"{owner}.{text}"
    return ""
