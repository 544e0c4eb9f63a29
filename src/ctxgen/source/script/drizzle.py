"""Drizzle: tables of columns that are built by chains, their indexes and relations.

Sources: https://orm.drizzle.team/docs/sql-schema-declaration, https://orm.drizzle.team/docs/indexes-constraints, https://orm.drizzle.team/docs/relations
"""

from __future__ import annotations

from collections.abc import Iterator

from msgspec.structs import replace

from ctxgen.model import At
from ctxgen.opaque import name
from ctxgen.source import ir
from ctxgen.source.guards import spelled
from ctxgen.source.program import Hook, Program
from ctxgen.source.script.model_parts import Draft, column, finish_drafts, index, last_name, new_draft, relation
from ctxgen.source.values import UNKNOWN, Arguments, External, FunctionValue, Object, Record, Scope, Value

_DIALECTS = {
    "pg": "drizzle-orm/pg-core",
    "mysql": "drizzle-orm/mysql-core",
    "sqlite": "drizzle-orm/sqlite-core",
    "singlestore": "drizzle-orm/singlestore-core",
}


def _table(program: Program, arguments: Arguments) -> Value:
    """`pgTable("orders", { id: serial("id").primaryKey() }, (table) => [index("by_user").on(table.userId)])`"""
    title, columns = arguments.get(0), arguments.get(1)
    made = Object(program.vocabulary.frameworks["drizzle"].types["table"])
    if not isinstance(title, str):
        return made
    made.fields[" name"] = title
    draft = made.fields[" draft"] = new_draft(program, title, "drizzle", program.at(arguments), title)
    if isinstance(columns, FunctionValue):  # columns may be built from what the function is given
        columns = program.call(columns, arguments._replace(positional=(External("drizzle-orm"),)))
    if isinstance(columns, Record):
        names = {}
        for key, expression in columns.written.items():
            names[key] = _column(program, draft, key, expression, columns.place(key), arguments.scope)
        made.fields[" columns"] = names
        _extras(program, draft, made, arguments)
    return made


def _links(expression: ir.Expression) -> list[ir.Call]:
    """The calls of a chain, the first first."""
    found: list[ir.Call] = []
    at: ir.Expression = expression
    while isinstance(at, ir.Call) and len(found) < 50:
        found.append(at)
        if not isinstance(at.function, ir.Attribute):
            break
        at = at.function.owner
    return found[::-1]


def _column(program: Program, draft: Draft, key: str, expression: ir.Expression, at: At, scope: Scope) -> str:
    links = _links(expression)
    if not links:
        return key
    first = links[0]
    called = {spelled(each.function).rpartition(".")[2]: each for each in links[1:]}
    stated = first.arguments[0].value if first.arguments else None
    title = stated.value if isinstance(stated, ir.Literal) and isinstance(stated.value, str) else key
    primary = "primaryKey" in called
    to = _reference(program, called["references"], scope) if "references" in called else ""
    nullable = False if "notNull" in called or primary else None
    draft.columns.append(
        column(
            title,
            at,
            spelled(first.function).rpartition(".")[2],
            nullable=nullable,
            primary=primary,
            unique="unique" in called,
            references=to,
        )
    )
    return title


def _reference(program: Program, call: ir.Call, scope: Scope) -> str:
    """`references(() => users.id)`"""
    given = call.arguments[0].value if call.arguments else None
    returned = next((each.value for each in given.body if isinstance(each, ir.Return)), None) if isinstance(given, ir.Function) else None
    return _column_of(program, returned, scope)


def _column_of(program: Program, returned: ir.Expression | None, scope: Scope) -> str:
    """`users.id` as `table.column`."""
    if not isinstance(returned, ir.Attribute):
        return ""
    owner = program.evaluate(returned.owner, scope)
    named = last_name(returned.owner, owner)
    known = owner.fields.get(" columns") if isinstance(owner, Object) else None
    return f"{named}.{known.get(returned.name, returned.name) if isinstance(known, dict) else returned.name}"


def _extras(program: Program, draft: Draft, table: Object, arguments: Arguments) -> None:
    """Indexes and keys, in a list or an object."""
    given = arguments.expression(2)
    if not isinstance(given, ir.Function):
        return
    returned = next((each.value for each in given.body if isinstance(each, ir.Return)), None)
    parts: Iterator[ir.Expression] = iter(())
    if isinstance(returned, ir.Sequence):
        parts = iter([each.value for each in returned.items])
    elif isinstance(returned, ir.Mapping):
        parts = iter([value for _, value in returned.entries])
    names = table.fields.get(" columns", {})
    for part in parts:
        links = _links(part)
        kind = spelled(links[0].function).rpartition(".")[2] if links else ""
        if kind in ("index", "uniqueIndex", "unique"):
            on = next((each for each in links if spelled(each.function).rpartition(".")[2] in ("on", "using", "onOnly")), None)
            fields = [_field(each.value) for each in (on.arguments if on is not None else ())]
            columns = [names.get(each, each) for each in fields if each]
            title = links[0].arguments[0].value if links[0].arguments else None
            named = title.value if isinstance(title, ir.Literal) and isinstance(title.value, str) else None
            at = At(arguments.scope.module.path, links[0].line)
            draft.indexes.append(index(columns, at, unique=kind != "index", title=named))
        elif kind == "foreignKey" and links[0].arguments:
            _foreign_key(program, draft, names, links[0].arguments[0].value, arguments.scope)


def _field(expression: ir.Expression) -> str:
    """The key of a column with what is said of its order: `table.userId.asc().op("uuid_ops")`."""
    links = _links(expression)
    first = links[0].function if links else expression
    at = first.owner if links and isinstance(first, ir.Attribute) else first
    return at.name if isinstance(at, ir.Attribute) else ""


def _foreign_key(program: Program, draft: Draft, names: dict[str, str], stated: ir.Expression, scope: Scope) -> None:
    """`foreignKey({ columns: [table.userId], foreignColumns: [users.id] })`, where it is one column."""
    found = {key.value: value for key, value in stated.entries if isinstance(key, ir.Literal)} if isinstance(stated, ir.Mapping) else {}
    own, other = found.get("columns"), found.get("foreignColumns")
    if not (isinstance(own, ir.Sequence) and isinstance(other, ir.Sequence) and len(own.items) == len(other.items) == 1):
        return
    titled, to = names.get(_field(own.items[0].value)), _column_of(program, other.items[0].value, scope)
    for position, known in enumerate(draft.columns):
        if str(known.name) == titled and known.references is None and to:
            draft.columns[position] = replace(known, references=name(to))


def _relations(program: Program, arguments: Arguments) -> Value:
    """`relations(users, ({ one, many }) => ({ orders: many(orders), profile: one(profiles, { … }) }))`"""
    table, given = arguments.get(0), arguments.get(1)
    draft = table.fields.get(" draft") if isinstance(table, Object) else None
    if isinstance(draft, Draft) and isinstance(given, FunctionValue):
        returned = next((each.value for each in given.function.body if isinstance(each, ir.Return)), None)
        for key, value in returned.entries if isinstance(returned, ir.Mapping) else ():
            if isinstance(key, ir.Literal) and isinstance(value, ir.Call) and value.arguments:
                target = last_name(value.arguments[0].value, program.evaluate(value.arguments[0].value, given.scope))
                many = spelled(value.function).rpartition(".")[2] == "many"
                own = len(value.arguments) > 1
                kind = "one-to-many" if many else "many-to-one" if own else "one-to-one"
                draft.relations.append(relation(str(key.value), kind, target, At(given.scope.module.path, value.line)))
    return UNKNOWN


def finish(program: Program) -> None:
    """The tables that were met."""
    finish_drafts(program, "drizzle")


def _creator(program: Program, arguments: Arguments) -> Value:
    """`pgTableCreator((name) => `shop_${name}`)`: tables whose names a function makes."""
    return External("drizzle table creator", arguments)


def _created(program: Program, arguments: Arguments) -> Value:
    return _table(program, arguments)


HOOKS: dict[str, Hook] = {
    "drizzle-orm.relations()": _relations,
    **{f"{module}.{dialect}Table()": _table for dialect, module in _DIALECTS.items()},
    **{f"{module}.{dialect}Schema().table()": _table for dialect, module in _DIALECTS.items()},
    **{f"{module}.{dialect}TableCreator()": _creator for dialect, module in _DIALECTS.items()},
    "drizzle table creator()": _created,
}
