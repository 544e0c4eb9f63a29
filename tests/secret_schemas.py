"""Where secrets are planted, continued: what states tables.  A default, a comment or a row of data may hold one."""

from __future__ import annotations

import json
from collections.abc import Iterator, Sequence

from secret_formats import Document, Plant, plantation, quoted, single


@plantation
def migrations(plants: Sequence[Plant]) -> Iterator[Document]:
    for index, p in enumerate(plants):
        text = p.inline.replace("'", "''")
        yield Document(
            f"db/migration/V{index + 1}__a.sql",
            f"-- {p.inline}",
            f"CREATE TABLE t{index} (",
            f"  a varchar(20) NOT NULL DEFAULT '{text}', -- {p.inline}",
            f"  b enum('x', '{text}') COMMENT '{text}',",
            f"  c text CHECK (c <> '{text}'), /* {p.inline.replace('*/', '')} */",
            "  KEY ix (a)",
            f") COMMENT='{text}';",
            f"INSERT INTO t{index} VALUES ('{text}', '{text}');",
            f"ALTER TABLE t{index} ADD COLUMN d text DEFAULT '{text}', ALTER COLUMN a SET DEFAULT '{text}';",
            f"CREATE INDEX i{index} ON t{index} (a) WHERE a = '{text}';",
            f"COMMENT ON TABLE t{index} IS '{text}';",
        )
    yield Document("db/dump.sql", "CREATE TABLE data (a text);", "COPY data (a) FROM stdin;", *(p.inline for p in plants), "\\.")


@plantation
def schemas(plants: Sequence[Plant]) -> Iterator[Document]:
    yield Document(
        "prisma/schema.prisma",
        *(
            f"/// {p.inline}\nmodel M{index} {{\n  id String @id @default({quoted(p.inline)}) // {p.inline}\n"
            f"  a String @default({quoted(p.inline)})\n  @@index([a]) /// {p.inline}\n}}"
            for index, p in enumerate(plants)
        ),
    )
    yield Document(
        "db/schema.rb",
        "ActiveRecord::Schema[7.1].define(version: 1) do",
        *(
            f'  create_table "t{index}", comment: {single(p.inline)}, force: :cascade do |t| # {p.inline}\n'
            f'    t.string "a", default: {single(p.inline)}, comment: {single(p.inline)}\n'
            f'    t.index ["a"], name: "i{index}", where: {single(p.inline)}\n  end'
            for index, p in enumerate(plants)
        ),
        "end",
    )
    yield Document(
        "database/migrations/2020_01_01_a.php",
        "<?php class A { public function up() {",
        *(
            f"Schema::create('p{index}', function ($table) {{ $table->string('a')->default({single(p.inline)})->comment({single(p.inline)}); "
            f"$table->enum('b', ['x', {single(p.inline)}]); }});"
            for index, p in enumerate(plants)
        ),
        "} }",
    )
    yield Document(
        "migrations/20200101-a.js",
        "module.exports = { up: async (queryInterface, Sequelize) => {",
        *(
            f"await queryInterface.createTable('s{index}', {{ a: {{ type: Sequelize.ENUM('x', {single(p.inline)}), defaultValue: {single(p.inline)}, "
            f"comment: {single(p.inline)} }}, b: Sequelize.STRING({single(p.inline)}) }});\n"
            f"await knex.schema.createTable('k{index}', (t) => {{ t.string('a').defaultTo({single(p.inline)}).comment({single(p.inline)}); }});"
            for index, p in enumerate(plants)
        ),
        "} };",
    )
    yield Document(
        "db/changelog.json",
        json.dumps(
            {
                "databaseChangeLog": [
                    {
                        "changeSet": {
                            "id": index,
                            "comment": p.text,
                            "changes": [
                                {"createTable": {"tableName": f"l{index}", "remarks": p.text, "columns": [{"column": {"name": "a", "type": f"varchar({p.text})", "defaultValue": p.text}}]}},
                                {"insert": {"tableName": f"l{index}", "columns": [{"column": {"name": "a", "value": p.text}}]}},
                                {"sql": {"sql": f"CREATE TABLE m{index} (a text DEFAULT {single(p.inline)});"}},
                            ],
                        }
                    }
                    for index, p in enumerate(plants)
                ]
            },
            indent=1,
        ),
    )  # fmt: skip
    yield Document(
        "src/schema.rs",
        *(f"table! {{\n  d{index} (id) {{\n    id -> Int4, // {p.inline}\n    /// {p.inline}\n  }}\n}}" for index, p in enumerate(plants)),
    )
