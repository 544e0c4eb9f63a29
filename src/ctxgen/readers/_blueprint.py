"""Schema builders that are called alike: Laravel's Blueprint and Knex.

Sources: https://laravel.com/docs/migrations, https://knexjs.org/guide/schema-builder.html.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from typing import TYPE_CHECKING

from msgspec import Struct

from ctxgen.model import SchemaChange
from ctxgen.readers._chains import Call, chain, outermost, parameter
from ctxgen.readers._python_env import text_of
from ctxgen.readers._steps import Steps, names

if TYPE_CHECKING:
    from tree_sitter import Node as Syntax

_TYPES = {
    "string", "char", "text", "tinyText", "mediumText", "longText", "integer", "int", "tinyInteger", "smallInteger", "mediumInteger", "bigInteger", "unsignedInteger", "unsignedTinyInteger",
    "unsignedSmallInteger", "unsignedMediumInteger", "unsignedBigInteger", "float", "double", "decimal", "unsignedDecimal", "boolean", "enum", "enu", "set", "json", "jsonb", "date",
    "dateTime", "datetime", "dateTimeTz", "time", "timeTz", "timestamp", "timestampTz", "year", "binary", "uuid", "ulid", "ipAddress", "macAddress", "geometry", "geography", "point", "vector",
    "tinyint", "smallint", "mediumint", "bigint", "foreignId", "foreignUuid", "foreignUlid",
}  # fmt: skip
_COUNTED = {
    "id", "increments", "tinyIncrements", "smallIncrements", "mediumIncrements", "bigIncrements", "integerIncrements", "bigincrements",
}  # fmt: skip
_MORPHS = {"morphs": "unsignedBigInteger", "nullableMorphs": "unsignedBigInteger", "uuidMorphs": "uuid", "nullableUuidMorphs": "uuid", "ulidMorphs": "ulid", "nullableUlidMorphs": "ulid"}  # fmt: skip
_NAMED = {"uuid": "uuid", "ulid": "ulid", "ipAddress": "ip_address", "macAddress": "mac_address"}
"""Columns that have a name where none is given."""
_KEYS = {"index": "index", "unique": "unique", "primary": "primary", "fullText": "fulltext", "fulltext": "fulltext", "spatialIndex": "spatialindex"}  # fmt: skip
_DROPS = {"dropUnique": "unique", "dropIndex": "index", "dropForeign": "foreign", "dropFullText": "fulltext", "dropSpatialIndex": "spatialindex", "dropPrimary": "primary"}  # fmt: skip
_MEANT = {
    "id": "bigint",
    "bigIncrements": "bigint",
    "increments": "integer",
    "foreignId": "bigint",
    "foreignUuid": "uuid",
    "foreignUlid": "ulid",
}
"""The types of methods that are called for what the column is for."""
_NUMBER = re.compile(r"\d{1,6}")


class Blueprint(Struct, frozen=True):
    """Reads what a builder's function says of one table; `nullable` is whether its columns may be null unless they say otherwise."""

    steps: Steps
    nullable: bool

    def created(self, table: str, function: Syntax, line: int) -> Iterator[SchemaChange]:
        """The steps of `create`: the table, then what its function says."""
        yield self.steps.step("create-table", line, table)
        yield from self.changed(table, function)

    def changed(self, table: str, function: Syntax) -> Iterator[SchemaChange]:
        variable = parameter(function)
        body = function.child_by_field_name("body")
        for node in outermost(body) if body is not None and variable else ():
            found = chain(node)
            if found is not None and found[0] == variable:
                yield from self._statement(table, found[1])

    def _statement(self, table: str, calls: Sequence[Call]) -> Iterator[SchemaChange]:
        first, said = calls[0], {call.name: call for call in calls[1:]}
        steps, line, written = self.steps, first.line, first.text()
        if first.name in _COUNTED:
            yield from self._column(table, written or "id", first.name, line, said | {"primary": first})
        elif first.name in ("timestamps", "timestampsTz", "nullableTimestamps"):
            given = all(text_of(argument) == "true" for argument in first.arguments) and len(first.arguments) > 1
            for column in ("created_at", "updated_at"):
                added = steps.column(column, "timestamp", line, nullable=not given)
                yield steps.step("add-column", line, table, columns=(added,))
        elif first.name in ("softDeletes", "softDeletesTz", "rememberToken"):
            column, typed = ("remember_token", "string(100)") if first.name == "rememberToken" else (written or "deleted_at", "timestamp")
            yield steps.step("add-column", line, table, columns=(steps.column(column, typed, line, nullable=True),))
        elif first.name in _MORPHS and written:
            pair = (f"{written}_type", f"{written}_id")
            for column, typed in zip(pair, ("string", _MORPHS[first.name]), strict=True):
                added = steps.column(column, typed, line, nullable=first.name.startswith("nullable"))
                yield steps.step("add-column", line, table, columns=(added,))
            yield self._key(table, "index", list(pair), first.text(1), line)
        elif first.name == "foreignIdFor" and first.arguments:
            model = text_of(first.arguments[0]).removesuffix("::class").rpartition("\\")[2]
            column = first.text(1) or f"{_snake(model)}_id"
            yield from self._column(table, column, "foreignId", line, said, of=_plural(_snake(model)))
        elif first.name == "foreign":
            yield from self._foreign(table, first.texts(), said, line, first.text(1))
        elif first.name in _KEYS and first.texts():
            yield self._key(table, _KEYS[first.name], first.texts(), first.text(1), line)
        elif first.name == "specificType" and written:
            yield from self._column(table, written, first.text(1), line, said)
        elif first.name in _TYPES and (written := written or _NAMED.get(first.name)):
            sizes = [text_of(argument) for argument in first.arguments[1:3]]
            size = f"({', '.join(sizes)})" if sizes and all(map(_NUMBER.fullmatch, sizes)) else ""
            yield from self._column(table, written, first.name + size, line, said)
        else:
            yield from self._dropped(table, first)

    def _column(
        self, table: str, column: str, typed: str | None, line: int, said: dict[str, Call], of: str | None = None
    ) -> Iterator[SchemaChange]:
        nullable = self.nullable
        if "nullable" in said:
            nullable = not any(text_of(argument) == "false" for argument in said["nullable"].arguments)
        if said.keys() & {"notNullable", "notNull", "primary"}:
            nullable = False
        steps = self.steps
        action = "change-column" if said.keys() & {"change", "alter"} else "add-column"
        yield steps.step(action, line, table, columns=(steps.column(column, _MEANT.get(typed or "", typed), line, nullable=nullable),))
        for word, call in said.items():
            if word in _KEYS and not any(text_of(argument) == "false" for argument in call.arguments):
                yield self._key(table, _KEYS[word], [column], None if word == "primary" else call.text(), line)
        if "constrained" in said:
            call = said["constrained"]
            stem = column.removesuffix("_id").removesuffix("_uuid").removesuffix("_ulid")
            target = call.text() or of or (_plural(stem) if stem != column else None)
            if target:
                yield steps.foreign(line, table, [column], target, [call.text(1) or "id"], f"{table}_{column}_foreign")
        elif "references" in said:
            yield from self._foreign(table, [column], said, line, None)

    def _foreign(self, table: str, columns: Sequence[str], said: dict[str, Call], line: int, key: str | None) -> Iterator[SchemaChange]:
        targets = said["references"].texts() if "references" in said else []
        on = next((said[word].text() for word in ("on", "inTable") if word in said), None)
        if on is None and targets and "." in targets[0]:
            on = targets[0].rpartition(".")[0]
            targets = [target.rpartition(".")[2] for target in targets]
        if on and columns:
            yield self.steps.foreign(line, table, columns, on, targets, key or f"{table}_{'_'.join(columns)}_foreign")

    def _key(self, table: str, kind: str, columns: Sequence[str], key: str | None, line: int) -> SchemaChange:
        called = key or f"{table}_{'_'.join(columns)}_{kind}".lower()
        if kind == "primary":
            return self.steps.primary(line, table, columns, called)
        return self.steps.index(line, table, columns, called, unique=kind == "unique")

    def _dropped(self, table: str, first: Call) -> Iterator[SchemaChange]:
        steps, line = self.steps, first.line
        words = [word for index in range(len(first.arguments)) for word in first.texts(index)]
        match first.name:
            case "dropColumn" | "dropColumns" if words:
                yield steps.step("drop-column", line, table, names=names(words))
            case "dropTimestamps" | "dropTimestampsTz":
                yield steps.step("drop-column", line, table, names=names(["created_at", "updated_at"]))
            case "dropSoftDeletes" | "dropSoftDeletesTz":
                yield steps.step("drop-column", line, table, names=names(words or ["deleted_at"]))
            case "dropRememberToken":
                yield steps.step("drop-column", line, table, names=names(["remember_token"]))
            case "dropMorphs" if words:
                yield steps.step("drop-column", line, table, names=names([f"{words[0]}_type", f"{words[0]}_id"]))
            case "dropConstrainedForeignId" if words:
                yield steps.step("drop-column", line, table, names=names(words[:1]))
            case "renameColumn" if len(words) == 2:
                yield steps.step("rename-column", line, table, names=names(words[:1]), to=names(words)[1])
            case "rename" if words:
                yield steps.step("rename-table", line, table, to=names(words)[0])
            case "setNullable" | "dropNullable" if words:
                changed = steps.column(words[0], None, line, nullable=first.name == "setNullable")
                yield steps.step("change-column", line, table, columns=(changed,))
            case "dropPrimary":
                yield steps.step("drop-key", line, table)
            case drop if drop in _DROPS and words:
                listed = first.arguments[0].type in ("array", "array_creation_expression")
                key = f"{table}_{'_'.join(first.texts())}_{_DROPS[drop]}".lower() if listed else first.text(1) or words[0]
                yield steps.step("drop-key", line, table, key=names([key])[0])


def _snake(name: str) -> str:
    return re.sub(r"(?<=[a-z0-9])(?=[A-Z])", "_", name).lower()


def _plural(word: str) -> str:
    """The plural by which Laravel calls the table of a model."""
    if re.search(r"[^aeiou]y$", word):
        return word[:-1] + "ies"
    irregular = {"person": "people", "child": "children", "man": "men", "woman": "women", "datum": "data", "medium": "media"}
    stem, _, last = word.rpartition("_")
    if last in irregular:
        return f"{stem}_{irregular[last]}" if stem else irregular[last]
    return word + ("es" if re.search(r"(?:s|x|z|ch|sh)$", word) else "s")
