"""The data model: what code, schema files and migrations say of entities and tables, each told once.

Where several speak of one table of one component, the best leads: code before a declared schema, that before what migrations add up to,
that before a dump that stands beside them.  What the leader leaves open of a column is filled from the next.
"""

from __future__ import annotations

import re
from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping, Sequence

from ctxgen.context import Model, ModelColumn, ModelIndex, ModelRelation
from ctxgen.facts import Facts
from ctxgen.inference.evidence import cite
from ctxgen.join import Join
from ctxgen.model import At, Column, EntityModel
from ctxgen.places import Places

_DECLARED = ("prisma", "active-record", "diesel")
"""What keeps the schema as it stands in a file of its own."""
_GO_MAPPERS = ("gorm", "xorm", "ent", "bun")


def models(facts: Facts, join: Join, places: Places) -> list[Model]:
    """Every entity of the product, in the order of component and name."""
    grouped: dict[tuple[str | None, str], list[EntityModel]] = defaultdict(list)
    product = [model for model in facts.of(EntityModel) if places.scope(model.at.path) is None]
    mapped = {join.component(model.at.path) for model in product if model.technology in _GO_MAPPERS}
    for model in product:
        # beside an ORM that migrates too, the statements of Go code are a part of what becomes of a table
        if model.technology != "sql" or not model.at.path.endswith(".go") or join.component(model.at.path) not in mapped:
            grouped[join.component(model.at.path), _key(model.table or model.name)].append(model)
    _unqualify(grouped)
    owned: dict[str, int] = {}
    for (component, key), same in grouped.items():
        if component is not None:
            rank = min(_rank(model)[0] for model in same)
            owned[key] = min(rank, owned.get(key, rank))
    found = [told for (component, _), same in grouped.items() for told in _told(sorted(same, key=_rank), component, grouped, owned)]
    return sorted(found, key=lambda model: (model.component or "", model.name.lower(), model.name, model.table or "", model.evidence))


def _unqualify(grouped: dict[tuple[str | None, str], list[EntityModel]]) -> None:
    """Put `shop.orders` of a schema file to the `orders` that code alone speaks of, where no other schema has one."""
    schemas: dict[tuple[str | None, str], list[str]] = defaultdict(list)
    for component, key in grouped:
        schema, _, bare = key.rpartition(".")
        if schema:
            schemas[component, bare].append(key)
    for (component, bare), keys in schemas.items():
        code = grouped.get((component, bare), [])
        if len(keys) == 1 and code and not any(_is_table(model) for model in code):
            code += grouped.pop((component, keys[0]))


def _rank(model: EntityModel) -> tuple[int, int, object]:
    """Who leads: code, a declared schema, migrations (which have changed the table since), a dump."""
    # Sequelize's models and its migrations go by one name
    migrated = model.technology in ("liquibase", "laravel", "knex", "ecto") or (
        model.technology == "sequelize" and "migration" in model.at.path
    )
    stated = 3 if model.technology == "sql" else 2 if migrated else 0
    code = model.technology == "active-record" and model.table not in (None, model.name)  # a class, not a table of `db/schema.rb`
    return (1 if model.technology in _DECLARED and not code else stated, -len(model.via), model.at)


def _told(
    same: Sequence[EntityModel],
    component: str | None,
    grouped: dict[tuple[str | None, str], list[EntityModel]],
    owned: Mapping[str, int],
) -> Iterator[Model]:
    """One model of those that speak of one table; a table that no component owns is told with the code of components that maps it.

    `owned` has the first rank of what components have, by what it is called.
    """
    lead = same[0]
    key = _key(lead.table or lead.name)
    if component is None and _is_table(lead):
        for called in (key, key.rpartition(".")[2]):  # code may name the schema elsewhere, or by a constant
            if called in owned and owned[called] < _rank(lead)[0]:
                return
    rest = list(same[1:])
    if component is not None:
        rest += sorted((each for each in grouped.get((None, key), ()) if _rank(each)[0] > _rank(lead)[0]), key=_rank)
    # two classes of one name that are no tables (in two modules of a component) are two models
    apart: list[EntityModel] = []
    others: list[EntityModel] = []
    for each in rest:
        (others if _is_table(each) or each.technology != lead.technology or each.table is not None else apart).append(each)
    yield _model(lead, others, component)
    for each in apart:
        yield _model(each, [], component)


def _is_table(model: EntityModel) -> bool:
    return _rank(model)[0] > 0


def _model(lead: EntityModel, others: Sequence[EntityModel], component: str | None) -> Model:
    columns = lead.columns or next((other.columns for other in others if other.columns), ())
    known = {_key(column.name): column for other in reversed(others) for column in other.columns}
    indexes = lead.indexes or next((other.indexes for other in others if other.indexes), ())
    relations = lead.relations or next((other.relations for other in others if other.relations), ())
    return Model(
        name=lead.name,
        table=lead.table or next((other.table for other in others if other.table), None),
        columns=tuple(_column(column, known.get(_key(column.name), column)) for column in columns),
        indexes=tuple(ModelIndex(index.name, tuple(index.columns), index.unique, cite([index.at])) for index in indexes),
        relations=tuple(ModelRelation(each.name, each.kind, each.target, cite([each.at])) for each in relations),
        component=component,
        evidence=cite(_places(lead, others)),
        technology=lead.technology,
    )


def _places(lead: EntityModel, others: Iterable[EntityModel]) -> Iterator[At]:
    yield from (lead.at, *lead.via)
    for other in others:
        yield other.at


def _column(column: Column, other: Column) -> ModelColumn:
    return ModelColumn(
        name=column.name,
        type=column.type or other.type,
        nullable=other.nullable if column.nullable is None else column.nullable,
        primary=column.primary or other.primary,
        unique=column.unique or other.unique,
        references=column.references or other.references,
        evidence=cite([column.at]),
    )


def _key(written: str) -> str:
    """A name by which `OrderItem`, `order_item` and `"orderItem"` are the same."""
    return re.sub(r"[^\w.]|_", "", written).lower()
