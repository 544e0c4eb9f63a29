"""Configuration files of database libraries: Rails, TypeORM and Sequelize (JSON), Alembic, sqlc, and Nest's project file.

Sources: https://guides.rubyonrails.org/configuring.html#configuring-a-database, https://typeorm.io/data-source-options, https://sequelize.org/docs/v6/other-topics/migrations/,
https://alembic.sqlalchemy.org/en/latest/tutorial.html, https://docs.sqlc.dev/en/latest/reference/config.html, https://docs.nestjs.com/cli/monorepo.
"""

from __future__ import annotations

import re
from collections.abc import Iterator

from msgspec.structs import replace

from ctxgen.documents import Node, parse_yaml
from ctxgen.model import ConfigKey, Fact, Variable
from ctxgen.opaque import Name, Opaque, name
from ctxgen.readers import reads
from ctxgen.readers._erb import ERB_BLOCK, ERB_VALUE, erb_value
from ctxgen.tree import File

_BOUNDS = re.compile(r"\s{0,40}(?:pool|(?:min|max)_connections|checkout_timeout|reaping_frequency)\s{0,9}:")
_INI_SECTION = re.compile(r"\[([\w.:-]{1,80})\]\s*")
_INI_PAIR = re.compile(r"([A-Za-z][\w.]{0,80})\s{0,20}[=:]\s{0,20}(\S.{0,1000})")


def environment(word: str) -> Name | None:
    """What an environment's section depends on: the environment, except what holds in production or for all."""
    return name(word) if word in ("development", "test", "staging", "local", "dev", "ci", "testing", "cypress", "e2e") else None


def _settings(file: File, prefix: str, root: Node, when: Name | None = None) -> Iterator[ConfigKey]:
    for key, node in root.leaves():
        if node.text is not None and key != "$schema":
            yield ConfigKey(
                key=name(f"{prefix}.{key}" if key else prefix), value=Opaque(node.text), dialect="other", at=file.at(node.line), when=when
            )


@reads("config/database.yml", "**/config/database.yml", "**/config/database.*.yml", "**/config/database.yml.*")
def read_rails_database(file: File) -> Iterator[Fact]:
    """Adapter, pool and addresses per environment: `database.production.adapter`.  ERB is read line by line, never run."""
    lines: list[str] = []
    variant = environment(file.name.split(".")[1])  # `database.ci.yml`
    for number, line in enumerate(file.lines, 1):
        variables: list[Variable] = []

        def replaced(found: re.Match[str], variables: list[Variable] = variables, number: int = number) -> str:
            return erb_value(file, number, found[1].strip(), variables)

        lines.append(ERB_VALUE.sub(replaced, ERB_BLOCK.sub("", line)))
        bounds = _BOUNDS.match(line) is not None  # a size of the pool: what the variable is elsewhere, its default here does not say
        yield from (replace(each, value=None if bounds else each.value, when=variant) for each in variables)
    for document in parse_yaml("\n".join(lines)):
        for section, node in document.items():
            yield from _settings(file, f"database.{section}", node, environment(section) or variant)


@reads("ormconfig.json", "ormconfig.yml", "ormconfig.yaml")
def read_ormconfig(file: File) -> Iterator[Fact]:
    """TypeORM's data source options."""
    yield from _settings(file, "typeorm", file.json() if file.name.endswith("json") else file.yaml())


@reads("config/config.json", "**/config/config.json", contains=(b'"dialect"',))
def read_sequelize_config(file: File) -> Iterator[Fact]:
    """Sequelize's options per environment."""
    for section, node in file.json().items():
        if node.get("dialect") or node.get("use_env_variable"):
            yield from _settings(file, f"sequelize.{section}", node, environment(section))
            if (used := node.get("use_env_variable")) is not None and used.text:
                yield Variable(name=name(used.text), source="settings", required=True, at=file.at(used.line), when=environment(section))


@reads("alembic.ini", "**/alembic*.ini")
def read_alembic_ini(file: File) -> Iterator[Fact]:
    """The database URL (unless it is the generator's placeholder) and where the migrations are."""
    section = ""
    for number, line in enumerate(file.lines, 1):
        if header := _INI_SECTION.fullmatch(line[:200].strip()):
            section = header[1]
        elif (found := _INI_PAIR.match(line[:1200])) and section == "alembic":
            value = Opaque(found[2].strip())
            if found[1] in ("sqlalchemy.url", "script_location", "version_locations", "file_template") and value.scheme() != "driver":
                yield ConfigKey(key=name(f"alembic.{found[1]}"), value=value, dialect="other", at=file.at(number))


@reads("sqlc.yaml", "sqlc.yml", "sqlc.json")
def read_sqlc(file: File) -> Iterator[Fact]:
    """Engine, schema and queries of sqlc, versions 1 and 2."""
    yield from _settings(file, "sqlc", file.json() if file.name.endswith("json") else file.yaml())


@reads("nest-cli.json")
def read_nest_cli(file: File) -> Iterator[Fact]:
    """Nest's project file: monorepo, compiler, plug-ins."""
    yield from _settings(file, "nest-cli", file.json())
