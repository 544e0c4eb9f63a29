"""What readers of migrations have in common: the making of steps."""

from __future__ import annotations

import re
from collections.abc import Iterable
from typing import Any

from msgspec import Struct

from ctxgen.model import Column, SchemaChange
from ctxgen.opaque import Name, name
from ctxgen.tree import File

_TYPE = re.compile(r"[A-Za-z][\w .]{0,60}(?:\(\s*\w{1,20}(?:\s*,\s*\w{1,20}){0,3}(?: \w{1,10})?\s*\))?(?: \w{1,20}){0,4}(?:\[\])?")


class Steps(Struct, frozen=True):
    """Makes the steps of one file, told as those of `technology`."""

    file: File
    technology: Name

    def step(self, action: Any, line: int, table: str | None = None, **said: Any) -> SchemaChange:
        return SchemaChange(action=action, technology=self.technology, table=name(table) if table else None, at=self.file.at(line), **said)

    def column(self, written: str, typed: str | None, line: int, *, nullable: bool | None) -> Column:
        return Column(name=name(written), type=type_name(typed), nullable=nullable, at=self.file.at(line))

    def primary(self, line: int, table: str, columns: Iterable[str], key: str | None = None) -> SchemaChange:
        return self.step("primary-key", line, table, names=names(columns), key=named(key))

    def index(self, line: int, table: str, columns: Iterable[str], key: str | None = None, *, unique: bool = False) -> SchemaChange:
        return self.step("index", line, table, names=names(columns), key=named(key), unique=unique)

    def foreign(
        self, line: int, table: str, columns: Iterable[str], to: str, targets: Iterable[str], key: str | None = None
    ) -> SchemaChange:
        return self.step("foreign-key", line, table, names=names(columns), to=name(to), to_columns=names(targets), key=named(key))


def names(written: Iterable[str]) -> tuple[Name, ...]:
    return tuple(map(name, written))


def named(written: str | None) -> Name | None:
    return name(written) if written else None


def type_name(written: str | None) -> Name | None:
    """A type as it is written, its arguments only as numbers and words; None for anything that is no type."""
    text = (written or "").strip()
    if not text:
        return None
    if _TYPE.fullmatch(text):
        return name(text)
    bare = text.partition("(")[0].strip()
    return name(bare) if _TYPE.fullmatch(bare) else None
