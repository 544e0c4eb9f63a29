"""Liquibase's changelogs in XML, YAML and JSON.  Source: https://docs.liquibase.com/change-types/home.html."""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import TYPE_CHECKING

from msgspec import Struct

from ctxgen.documents import Node, Unreadable
from ctxgen.facts import folder_of, folders_up, join_path
from ctxgen.model import Column, SchemaChange
from ctxgen.opaque import name
from ctxgen.readers import reads
from ctxgen.readers._ddl import Definitions
from ctxgen.readers._elements import place
from ctxgen.readers._sql import statements
from ctxgen.readers._steps import Steps, names
from ctxgen.tree import File

if TYPE_CHECKING:
    from lxml import etree

LIQUIBASE = name("liquibase")
_PLACEHOLDER = re.compile(r"\$\{([^{}]{1,100})\}")
_MAX_DEPTH = 20


class _Change(Struct):
    """An element of a changelog, whatever its format: its kind, attributes, children, text and line."""

    kind: str
    said: dict[str, str]
    children: list[_Change]
    text: str
    line: int

    def under(self, kind: str) -> Iterator[_Change]:
        return (child for child in self.children if child.kind == kind)


@reads("*.xml", contains=(b"<databaseChangeLog", b":databaseChangeLog"))
def read_liquibase_xml(file: File) -> Iterator[SchemaChange]:
    """The change sets of a changelog in XML."""
    yield from _log(file, _of_xml(file, file.xml(), 0))


@reads("*.yaml", "*.yml", contains=(b"databaseChangeLog:",))
def read_liquibase_yaml(file: File) -> Iterator[SchemaChange]:
    """The change sets of a changelog in YAML."""
    yield from _log(file, _of_node("", file.yaml().get("databaseChangeLog") or Node([], 1), 0))


@reads(
    "*changelog*.json",
    "*change-log*.json",
    "*changeLog*.json",
    "**/changelog/*.json",
    "**/changelogs/*.json",
    "**/liquibase/*.json",
    contains=(b'"databaseChangeLog"',),
)
def read_liquibase_json(file: File) -> Iterator[SchemaChange]:
    """The change sets of a changelog in JSON."""
    yield from _log(file, _of_node("", file.json().get("databaseChangeLog") or Node([], 1), 0))


def _of_xml(file: File, element: etree._Element, depth: int) -> _Change:
    children = [] if depth > _MAX_DEPTH else [_of_xml(file, child, depth + 1) for child in element if isinstance(child.tag, str)]
    said = {str(key): str(value) for key, value in element.attrib.items()}
    kind = str(element.tag).rpartition("}")[2]
    return _Change(kind, said, children, element.text or "", place(file, element).line)


def _of_node(kind: str, node: Node, depth: int) -> _Change:
    """A mapping's scalars are attributes, its mappings and lists children; a list's elements are mappings of one key that is their kind."""
    change = _Change(kind, {}, [], node.text or "", node.line)
    if depth > _MAX_DEPTH:
        return change
    for key, child in node.items():
        if key in ("rollback", "preConditions"):
            continue
        if child.text is not None:
            change.said[key] = child.text
        if isinstance(child.value, list):
            change.children += [inner for each in child.elements() for inner in _of_node(key, each, depth + 1).children]
        elif child.text is None or key == "sql":
            change.children.append(_of_node(key, child, depth + 1))
    for each in node.elements():
        change.children += _of_node(kind, each, depth + 1).children
    return change


def _log(file: File, log: _Change) -> Iterator[SchemaChange]:
    properties = {each.said["name"]: each.said["value"] for each in log.under("property") if {"name", "value"} <= each.said.keys()}
    reader = _Reader(Steps(file, LIQUIBASE), properties)
    for entry in log.children:
        if entry.kind == "changeSet":
            # of several change sets for several engines the first one counts
            for change in (each for child in entry.children for each in (child.children if child.kind == "changes" else [child])):
                yield from reader.steps_of(change, cautious="dbms" in entry.said)
        elif entry.kind in ("include", "includeAll"):
            yield from reader.included(entry, entry.said.get("file") or entry.said.get("path"))


class _Reader(Struct, frozen=True):
    steps: Steps
    properties: dict[str, str]

    def value(self, change: _Change, *keys: str) -> str | None:
        """An attribute with the file's own properties put in; None where another file's would be needed."""
        written = next((change.said[key] for key in keys if change.said.get(key)), None)
        if written is None or "${" not in written:
            return written
        filled = _PLACEHOLDER.sub(lambda found: self.properties.get(found[1], found[0]), written)
        return None if "${" in filled else filled

    def table(self, change: _Change, key: str = "tableName", schema: str = "schemaName") -> str | None:
        table, owner = self.value(change, key), self.value(change, schema)
        return f"{owner}.{table}" if table and owner and owner.lower() not in ("public", "dbo") else table

    def listed(self, change: _Change, key: str) -> list[str]:
        return [part.strip() for part in (self.value(change, key) or "").split(",") if part.strip()]

    def included(self, change: _Change, path: str | None) -> Iterator[SchemaChange]:
        """Another file or folder: relative to this one, or to a root of resources that this one lies below."""
        if not path:
            return
        folder, path = self.steps.file.folder, path.removeprefix("classpath:").lstrip("/")
        relative = change.said.get("relativeToChangelogFile") == "true"
        above = next((up for up in folders_up(folder) if up.rpartition("/")[2] == path.partition("/")[0]), None)
        target = join_path(folder if relative or above is None else folder_of(above), path)
        if target is not None:
            yield self.steps.step("include", change.line, path=target)

    def steps_of(self, change: _Change, *, cautious: bool) -> Iterator[SchemaChange]:
        steps, line, table, said = self.steps, change.line, self.table(change), change.said
        column = self.value(change, "columnName")
        match change.kind:
            case "sql":
                yield from self.sql(change)
            case "sqlFile":
                yield from self.included(change, said.get("path"))
            case "createTable" if table:
                defined = [self.column(table, each) for each in change.under("column") if self.value(each, "name")]
                columns = tuple(found for found, _ in defined)
                yield steps.step("create-table", line, table, columns=columns, cautious=cautious)
                if primary := [found.name for found in columns if found.primary]:
                    yield steps.primary(line, table, primary)
                for _, keys in defined:
                    yield from keys
            case "addColumn" if table:
                for each in change.under("column"):
                    if self.value(each, "name"):
                        added, keys = self.column(table, each)
                        yield steps.step("add-column", each.line, table, columns=(added,))
                        yield from keys
            case "dropTable" if table:
                yield steps.step("drop-table", line, table)
            case "renameTable" if (old := self.table(change, "oldTableName")) and (new := self.table(change, "newTableName")):
                yield steps.step("rename-table", line, old, to=name(new))
            case "dropColumn" if table:
                dropped = [column] if column else [found for each in change.under("column") if (found := self.value(each, "name"))]
                yield steps.step("drop-column", line, table, names=names(dropped))
            case "renameColumn" if table and (old := self.value(change, "oldColumnName")) and (new := self.value(change, "newColumnName")):
                yield steps.step("rename-column", line, table, names=names([old]), to=name(new))
            case "modifyDataType" | "addNotNullConstraint" | "dropNotNullConstraint" if table and column:
                nullable = {"addNotNullConstraint": False, "dropNotNullConstraint": True}.get(change.kind)
                typed = self.value(change, "newDataType")
                yield steps.step("change-column", line, table, columns=(steps.column(column, typed, line, nullable=nullable),))
            case "addPrimaryKey" if table and (columns_of := self.listed(change, "columnNames")):
                yield steps.primary(line, table, columns_of, said.get("constraintName"))
            case "addUniqueConstraint" if table and (columns_of := self.listed(change, "columnNames")):
                yield steps.index(line, table, columns_of, said.get("constraintName"), unique=True)
            case "createIndex" if table:
                columns_of = [found for each in change.under("column") if (found := self.value(each, "name")) and "(" not in found]
                if columns_of:
                    yield steps.index(line, table, columns_of, said.get("indexName"), unique=said.get("unique") == "true")
            case "addForeignKeyConstraint":
                base = self.table(change, "baseTableName", "baseTableSchemaName")
                to = self.table(change, "referencedTableName", "referencedTableSchemaName")
                if base and to:
                    own, other = self.listed(change, "baseColumnNames"), self.listed(change, "referencedColumnNames")
                    yield steps.foreign(line, base, own, to, other, said.get("constraintName"))
            case "dropIndex" | "dropUniqueConstraint" | "dropForeignKeyConstraint":
                key = said.get("indexName") or said.get("constraintName")
                owner = table or self.table(change, "baseTableName", "baseTableSchemaName")
                if key:
                    yield steps.step("drop-key", line, owner, key=name(key))
            case "dropPrimaryKey" if table:
                yield steps.step("drop-key", line, table)

    def column(self, table: str, change: _Change) -> tuple[Column, list[SchemaChange]]:
        """A column and the keys of its constraints, the primary key aside, which several columns may make together."""
        written, line = self.value(change, "name") or "", change.line
        limits: dict[str, str] = {}
        for each in change.under("constraints"):
            limits |= each.said
        primary = limits.get("primaryKey") == "true"
        nullable = not primary and limits.get("nullable") != "false"
        found = self.steps.column(written, self.value(change, "type"), line, nullable=nullable)
        keys: list[SchemaChange] = []
        if limits.get("unique") == "true":
            keys.append(self.steps.index(line, table, [written], limits.get("uniqueConstraintName"), unique=True))
        to, targets = limits.get("referencedTableName"), limits.get("referencedColumnNames", "").split(",")
        if not to and (reference := re.fullmatch(r"\s*([\w.]{1,100})\s*\(\s*(\w{1,100})\s*\)\s*", limits.get("references", ""))):
            to, targets = reference[1], [reference[2]]
        if to:
            keys.append(
                self.steps.foreign(line, table, [written], to, [t.strip() for t in targets if t.strip()], limits.get("foreignKeyName"))
            )
        return Column(name=found.name, type=found.type, nullable=found.nullable, primary=primary, at=found.at), keys

    def sql(self, change: _Change) -> Iterator[SchemaChange]:
        text = change.said.get("sql") or change.text
        definitions = Definitions(self.steps.file, LIQUIBASE)
        try:
            for statement in statements(text, change.line):
                yield from definitions.changes(statement)
        except Unreadable:
            return
