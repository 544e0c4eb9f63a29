"""Columns, relations and indexes as the object mappers of JavaScript state them: in objects, and in options of decorators."""

from __future__ import annotations

from ctxgen.model import At, Column, EntityModel, Relation, TableIndex
from ctxgen.opaque import Name, name
from ctxgen.source import ir
from ctxgen.source.guards import spelled
from ctxgen.source.program import Program
from ctxgen.source.values import UNKNOWN, ClassValue, External, FunctionValue, Object, Record, Value


class Draft:
    """A model that is being put together from several calls."""

    def __init__(self, title: str, technology: str, at: At, table: str | None = None) -> None:
        self.title, self.technology, self.at, self.table = title, technology, at, table
        self.columns: list[Column] = []
        self.indexes: list[TableIndex] = []
        self.relations: list[Relation] = []

    def done(self) -> EntityModel:
        """The fact; a column or relation that is stated twice counts once."""
        return EntityModel(
            name=name(self.title),
            table=name(self.table) if self.table else None,
            technology=Name(self.technology),
            columns=tuple({each.name: each for each in reversed(self.columns)}.values())[::-1],
            indexes=tuple(dict.fromkeys(self.indexes)),
            relations=tuple({each.name: each for each in reversed(self.relations)}.values())[::-1],
            at=self.at,
        )


def finish_drafts(program: Program, technology: str) -> None:
    """Make facts of the drafts of an object mapper."""
    program.facts += [each.done() for each in program.shared.pop(f"drafts {technology}", [])]


def new_draft(program: Program, title: str, technology: str, at: At, table: str | None = None) -> Draft:
    """A draft that `finish_drafts` will make a fact of."""
    made = Draft(title, technology, at, table)
    program.shared[f"drafts {technology}"].append(made)
    return made


def written(record: Value, key: str) -> ir.Expression | None:
    """What is written under a key of an object literal."""
    return record.written.get(key) if isinstance(record, Record) else None


def last_name(expression: ir.Expression | None, value: Value = UNKNOWN) -> str:
    """The last part of what something is called: `STRING` of `DataTypes.STRING(64)`, `User` of `() => User`, a text itself."""
    if isinstance(value, str):
        return value
    if isinstance(value, ClassValue):
        return value.cls.name
    if isinstance(value, Object) and isinstance(known := value.fields.get(" name"), str):
        return known
    if isinstance(value, External):
        return value.path.replace("()", "").rpartition(".")[2]
    return spelled(expression).rpartition(".")[2]


def referred(program: Program, value: Value, expression: ir.Expression | None) -> str:
    """The model that a relation leads to: a class, a text, or a function that gives one (`() => User`, `(type) => User`)."""
    if isinstance(value, FunctionValue):
        returned = next((each.value for each in value.function.body if isinstance(each, ir.Return)), None)
        if returned is None:
            return ""
        if isinstance(returned, ir.Sequence) and returned.items:
            returned = returned.items[0].value
        return last_name(returned, program.evaluate(returned, value.scope))
    if isinstance(value, External) and value.path.endswith("forwardRef()") and value.arguments is not None:
        return referred(program, value.arguments.get(0), value.arguments.expression(0))
    return last_name(expression, value)


def truth(value: Value) -> bool | None:
    """A boolean, None for anything else."""
    return value if isinstance(value, bool) else None


def type_name(expression: ir.Expression | None) -> str:
    """A declared type as a name: `string`, `User` of `Promise<User>` and `User[]`."""
    match expression:
        case ir.Name(called) | ir.Attribute(_, called):
            return called
        case ir.Item(owner, key):
            inner = type_name(key)
            return (
                inner
                if type_name(owner) in ("Array", "Promise", "Collection", "Ref", "Relation", "Rel", "IdentifiedReference", "Loaded")
                else type_name(owner)
            )
        case ir.Choice(options) if options:
            return type_name(options[0])
    return ""


def column(
    title: str, at: At, type: str = "", *, nullable: bool | None = None, primary: bool = False, unique: bool = False, references: str = ""
) -> Column:
    """A column from plain text."""
    return Column(
        name=name(title), type=name(type) if type else None, nullable=nullable, primary=primary, unique=unique,
        references=name(references) if references else None, at=at,
    )  # fmt: skip


def relation(title: str, kind: str, target: str, at: At) -> Relation:
    """A relation from plain text."""
    return Relation(name=name(title), kind=kind, target=name(target), at=at)  # type: ignore[arg-type]


def index(columns: list[str], at: At, *, unique: bool = False, title: str | None = None) -> TableIndex:
    """An index from plain text."""
    return TableIndex(name=name(title) if title else None, columns=tuple(map(name, columns)), unique=unique, at=at)
