"""Migrations add up to the tables that a database makes of them."""

from __future__ import annotations

import sqlite3
import tempfile
import time
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from support_reading import fails_only_unreadable, text_like

from ctxgen.documents import Unreadable
from ctxgen.facts import Facts
from ctxgen.model import EntityModel
from ctxgen.readers._sql import statements
from ctxgen.reading import read_facts
from ctxgen.resolve import resolve
from ctxgen.tree import Tree
from support import FIXTURES

Table = dict[str, tuple[bool, bool, str | None]]
"""For each column: whether it may be null, whether it is part of the primary key, and what it refers to."""


def tables(facts: Facts) -> dict[str, Table]:
    return {
        str(model.table).lower(): {
            column.name.lower(): (bool(column.nullable), column.primary, str(column.references).lower() if column.references else None)
            for column in model.columns
        }
        for model in facts.of(EntityModel)
    }


def read(root: Path) -> Facts:
    return resolve(read_facts(Tree(root)))


def by_sqlite(database: sqlite3.Connection) -> dict[str, Table]:
    """The same as the database tells it."""
    found: dict[str, Table] = {}
    names = [row[0] for row in database.execute("select name from sqlite_master where type = 'table' and name not like 'sqlite_%'")]
    for table in names:
        foreign = {
            row[3].lower(): f"{row[2]}.{row[4]}".lower() for row in database.execute(f'pragma foreign_key_list("{table}")') if row[4]
        }
        found[table.lower()] = {
            row[1].lower(): (not row[3] and not row[5], bool(row[5]), foreign.get(row[1].lower()))
            for row in database.execute(f'pragma table_xinfo("{table}")')
        }
    return found


def indexes(database: sqlite3.Connection) -> set[tuple[str, tuple[str, ...], bool]]:
    found = set()
    for name, table in database.execute("select name, tbl_name from sqlite_master where type = 'index' and sql is not null").fetchall():
        columns = tuple(row[2].lower() for row in database.execute(f'pragma index_info("{name}")'))
        unique = next(bool(row[2]) for row in database.execute(f'pragma index_list("{table}")') if row[1] == name)
        found.add((name, columns, unique))
    return found


MIGRATIONS = sorted(path for path in (FIXTURES / "schema").iterdir() if path.is_dir())


@pytest.mark.parametrize("folder", MIGRATIONS, ids=lambda path: path.name)
def test_what_sqlite_makes_of_the_migrations(folder: Path) -> None:
    database = sqlite3.connect(":memory:")
    for path in sorted(folder.glob("*.sql")):
        database.executescript(path.read_text())
    facts = read(folder)
    assert tables(facts) == by_sqlite(database)
    assert {
        (index.name, tuple(column.lower() for column in index.columns), index.unique)
        for model in facts.of(EntityModel)
        for index in model.indexes
        if index.name
    } == indexes(database)


_NAMES = st.sampled_from(["a", "b", '"c"', "[d]", "`e`", "key", "Index_1"])
_TYPES = st.sampled_from(["int", "varchar(20)", "numeric(10, 2) ", "text", "double precision"])
_CLAUSES = st.sampled_from(["", " NULL", " DEFAULT 'x, (y)'", " CHECK (1 > 0)", " DEFAULT (1 + 2)", " COLLATE NOCASE", " /* c, */"])
_COLUMN = st.builds("{} {}{}".format, _NAMES, _TYPES, _CLAUSES)
_STATEMENTS = st.one_of(
    st.builds(
        lambda table, columns, key: f"CREATE TABLE {table} ({', '.join(columns)}{key})",
        _NAMES,
        st.lists(_COLUMN, min_size=1, max_size=4, unique_by=lambda column: column.split()[0]),
        st.sampled_from(
            ["", ", PRIMARY KEY (a)", ", UNIQUE (b)", ", CONSTRAINT k FOREIGN KEY (a) REFERENCES b (a)", ") STRICT; SELECT (1"]
        ),
    ),
    st.builds("ALTER TABLE {} ADD COLUMN {}".format, _NAMES, _COLUMN),
    st.builds("ALTER TABLE {} DROP COLUMN {}".format, _NAMES, _NAMES),
    st.builds("ALTER TABLE {} RENAME COLUMN {} TO {}".format, _NAMES, _NAMES, _NAMES),
    st.builds("ALTER TABLE {} RENAME TO {}".format, _NAMES, _NAMES),
    st.builds("DROP TABLE IF EXISTS {}".format, _NAMES),
    st.builds("CREATE UNIQUE INDEX IF NOT EXISTS i_{0} ON {0} ({1})".format, st.sampled_from(["a", "b"]), _NAMES),
    st.builds("DROP INDEX i_{}".format, st.sampled_from(["a", "b"])),
    st.builds("INSERT INTO {} VALUES ('; CREATE TABLE z (y int);')".format, _NAMES),
)


@settings(max_examples=60, deadline=None)
@given(st.lists(_STATEMENTS, max_size=14))
def test_any_history_is_what_sqlite_makes_of_it(wanted: list[str]) -> None:
    """Statements in any order, those left out that the database refuses."""
    database, taken = sqlite3.connect(":memory:"), []
    for statement in wanted:
        try:
            database.executescript(statement)
            taken.append(statement)
        except sqlite3.Error:
            continue
    with tempfile.TemporaryDirectory() as folder:
        (Path(folder) / "0001_all.sql").write_text(";\n".join(taken))
        assert tables(read(Path(folder))) == by_sqlite(database)


_PIECES = ["CREATE TABLE ", "a ", "(", ")", ",", ";", "'", '"', "`", "[", "]", "$$", "--", "/*", "*/", "\n", "PRIMARY KEY ", "UNIQUE ", "REFERENCES ", "DEFAULT ", "ALTER TABLE ",
           "ADD ", "DROP ", "RENAME ", "TO ", "COLUMN ", "CONSTRAINT ", "DO ", "COPY a FROM stdin;\n", "\\.", "DELIMITER ", "CREATE INDEX ", "ON ", "EXEC sp_rename ", "GO\n", "LIKE ", "."]  # fmt: skip


@pytest.mark.parametrize("path", ["a.sql", "migrations/V1__a.sql"])
@given(text=text_like(_PIECES))
def test_no_statement_makes_the_reader_raise(path: str, text: str) -> None:
    fails_only_unreadable(path, text)


@given(
    text=text_like(
        [
            *_PIECES,
            "model ",
            "A {\n",
            "}\n",
            "id Int @id\n",
            "@relation(",
            "fields: [",
            "@@map(",
            '"a")',
            "@@index([",
            "?",
            "[]",
            "enum ",
            "view ",
        ]
    )
)
def test_no_schema_makes_the_reader_raise(text: str) -> None:
    fails_only_unreadable("schema.prisma", text)


def test_data_costs_little_and_says_nothing() -> None:
    rows = ",\n".join("(1, 'CREATE TABLE a (b int); it''s', NULL)" for _ in range(100_000))
    found = list(statements(f"CREATE TABLE t (a int);\nINSERT INTO t VALUES {rows};\nCREATE TABLE u (a int);"))
    assert [(statement[2].text, statement[0].line) for statement in found] == [("t", 1), ("u", 100_002)]


@pytest.mark.parametrize("text", ["CREATE TABLE a (b int DEFAULT 'x", "SELECT /* x", "SELECT $a$ x", 'CREATE TABLE "a'])
def test_what_never_ends_is_told(text: str) -> None:
    with pytest.raises(Unreadable):
        list(statements(text))


_CODE = ["Schema::create('a', function ($table) { ", "$table->string('a')", "->nullable()", "->constrained()", "; ", "}); ", "<?php ", "knex.schema.createTable('a', (t) => { ", "t.string('a')",
         ".references('b.c')", "queryInterface.addColumn('a', 'b', ", "{ type: Sequelize.STRING(", "})", "module.exports = { up: ", "create_table 'a' do |t|\n", "t.index ['a']\n", "end\n", "add_foreign_key 'a', 'b'\n",
         "table! {\n", "a (id) {\n", "id -> Int4,\n", "}\n", "joinable!(a -> b (c));\n", "<databaseChangeLog>", "<changeSet>", "<createTable tableName='a'>", "<column name='a'/>", "</", "databaseChangeLog:\n", "- changeSet:\n", "    changes:\n"]  # fmt: skip


@pytest.mark.parametrize(
    "path",
    [
        "database/migrations/1_a.php",
        "migrations/1.js",
        "db/schema.rb",
        "src/schema.rs",
        "db/changelog.xml",
        "db/changelog.yaml",
        "db/changelog.json",
    ],
)
@given(text=text_like(_CODE))
def test_no_code_makes_a_reader_raise(path: str, text: str) -> None:
    fails_only_unreadable(path, text)


def test_prisma_says_what_its_own_migration_makes(tmp_path: Path) -> None:
    """The tables of the schema are those of the statements that Prisma writes for it."""
    folder = FIXTURES / "readers" / "schema" / "prisma"
    database = sqlite3.connect(":memory:")
    database.executescript((folder / "prisma" / "migrations" / "20240101000000_init" / "migration.sql").read_text())
    facts = read(folder)
    assert {model.technology for model in facts.of(EntityModel)} == {"prisma"}
    assert tables(facts) == {table: columns for table, columns in by_sqlite(database).items() if table != "_posttotag"}


def test_histories_take_linear_time(tmp_path: Path) -> None:
    """Many tables that are renamed, many indexes that are dropped by name alone, a wide table whose columns are renamed."""
    renamed = "".join(
        f"CREATE TABLE t{n} (a int);\nCREATE INDEX i{n} ON t{n} (a);\nALTER TABLE t{n} RENAME TO u{n};\n" for n in range(3000)
    )
    dropped = "".join(f"DROP INDEX i{n};\n" for n in range(3000))
    wide = "CREATE TABLE w (" + ", ".join(f"c{n} int UNIQUE REFERENCES w (c0)" for n in range(3000)) + ");\n"
    columns = "".join(f"ALTER TABLE w RENAME COLUMN c{n} TO d{n};\n" for n in range(400))
    (tmp_path / "1.sql").write_text(renamed + dropped + wide + columns)
    facts = read_facts(Tree(tmp_path))
    begun = time.process_time()
    models = resolve(facts).of(EntityModel)
    assert time.process_time() - begun < 5
    assert len(models) == 3001
    assert not any(model.indexes for model in models if model.name != "w")
