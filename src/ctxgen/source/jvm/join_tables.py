"""The tables that lie between two entities: `@JoinTable(name = "x", joinColumns = …, inverseJoinColumns = …)`.

Source: https://jakarta.ee/specifications/persistence/3.1/jakarta-persistence-spec-3.1#a14862
"""

from __future__ import annotations

from collections.abc import Sequence

from ctxgen.model import Column, EntityModel
from ctxgen.opaque import Name, name
from ctxgen.source import ir
from ctxgen.source.jvm.annotations import Annotation, texts
from ctxgen.source.program import Program

_SIDES = ("joinColumns", "inverseJoinColumns")
_QUOTES = '`"[]'


def join_table(program: Program, between: Annotation, ends: Sequence[tuple[str, str]], technology: str) -> EntityModel | None:
    """The model of a join table; None where its name or a column is not stated.  `ends` are the tables of both entities with the columns of their keys."""
    table = next((text for text in texts(program, between, "name") if text), None)
    columns = [column for key, end in zip(_SIDES, ends, strict=True) for column in _columns(program, between, key, end)]
    if table is None or any(column is None for column in columns):
        return None
    shown = name(table.strip(_QUOTES))
    known = tuple(column for column in columns if column is not None)
    return EntityModel(name=shown, table=shown, technology=Name(technology), columns=known, at=between.at)


def _columns(program: Program, between: Annotation, key: str, end: tuple[str, str]) -> list[Column | None]:
    """The columns of one side, each None where its name is not stated."""
    given = between.arguments.get(key)
    found = list[Column | None]()
    for each in [item.value for item in given.items] if isinstance(given, ir.Sequence) else [given]:
        arguments = each.arguments if isinstance(each, ir.Call) else ()
        stated = {one.keyword: program.evaluate(one.value, between.scope) for one in arguments}
        called, reference = stated.get("name"), stated.get("referencedColumnName") or end[1]
        column = None
        if isinstance(called, str) and isinstance(reference, str):
            column = Column(name=name(called.strip(_QUOTES)), nullable=False, references=name(f"{end[0]}.{reference}"), at=between.at)
        found.append(column)
    return found
