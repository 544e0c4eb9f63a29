"""Sizes of connection pools in an application's own configuration: `mysql.max-open-conns: 100`, `[database] max_open = 25`.

Such files have keys of the application's choice, so only what names both a pool's bound and a database or cache is told.
The words are those of the libraries that the values are handed to: https://pkg.go.dev/database/sql#DB.SetMaxOpenConns,
https://pkg.go.dev/github.com/gomodule/redigo/redis#Pool, https://docs.rs/sqlx/latest/sqlx/pool/struct.PoolOptions.html, https://knexjs.org/guide/#pool.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Iterator
from typing import TypeVar

from ctxgen.documents import Node, Unreadable
from ctxgen.model import Fact, Setting
from ctxgen.opaque import name
from ctxgen.readers import reads
from ctxgen.readers._ini import options
from ctxgen.tree import File

T = TypeVar("T")

_DATABASES = {
    "db", "database", "databases", "datasource", "datasources", "sql", "rdb", "mysql", "mariadb", "pgsql", "pg", "postgres", "postgresql", "mssql", "sqlserver", "sqlite",
    "oracle", "cockroachdb", "clickhouse", "gorm", "xorm", "sqlx", "sqlsettings", "knex", "sequelize", "typeorm",
}  # fmt: skip
_NAMED = {"redis": "Redis", "valkey": "Valkey", "keydb": "KeyDB", "mongo": "MongoDB", "mongodb": "MongoDB"}
_BOUNDS = {"maxopenconns", "maxopenconnections", "maxopenconn", "maxopen", "poolsize", "maxpoolsize", "poolmaxsize", "maxactive", "maxconns", "maxconnections", "poolmax"}  # fmt: skip
_IDLE = {"maxidleconns", "maxidleconnections", "maxidleconn", "maxidle"}
_OPEN = {"maxopenconns", "maxopenconnections", "maxopenconn"}
"""What only a pool of a database is called."""
_COUNT = re.compile(r"[1-9]\d{0,5}")
_HINTS = (
    b"max_open", b"max-open", b"maxOpen", b"MaxOpen", b"MAX_OPEN", b"max_conn", b"max-conn", b"maxConn", b"MaxConn", b"MAX_CONN",
    b"maxopen", b"maxactive", b"maxActive", b"MaxActive", b"max_active", b"max-active", b"pool", b"Pool", b"POOL",
)  # fmt: skip


@reads(
    "config.yml", "config.yaml", "config.*.yml", "config.*.yaml", "config-*.yml", "config-*.yaml", "config_*.yml", "config_*.yaml", "*.config.yaml",
    "**/config/*.yml", "**/config/*.yaml", "**/configs/*.yml", "**/configs/*.yaml", "**/conf/*.yml", "**/conf/*.yaml", "**/etc/*.yml", "**/etc/*.yaml",
    contains=_HINTS,
    excludes=("application*", "bootstrap*", "database.yml", "database.*"),
)  # fmt: skip
def read_yaml_pools(file: File) -> Iterator[Fact]:
    """Files that Viper, Koanf, conf and the like read."""
    for document in _read(file.yaml_documents, list[Node]()):
        if document.get("apiVersion") is None:  # what a cluster is told is not the application's
            yield from _pools(file, ((key, node.text or "", node.line) for key, node in document.leaves()))


@reads(
    "config.toml", "config.*.toml", "config-*.toml", "config_*.toml", "*.config.toml", "app.toml", "config.toml.*", "Rocket.toml",
    "**/config/*.toml", "**/configs/*.toml", "**/conf/*.toml", "**/etc/*.toml",
    contains=_HINTS,
)  # fmt: skip
def read_toml_pools(file: File) -> Iterator[Fact]:
    """Files that Viper, Koanf, the crate `config` and the like read."""
    yield from _pools(file, ((key, node.text or "", node.line) for key, node in _read(file.toml, Node({}, 1)).leaves()))


@reads(
    "config.json", "config.*.json", "config-*.json", "config_*.json",
    "**/config/*.json", "**/configs/*.json", "**/conf/*.json",
    contains=_HINTS,
    excludes=("application*", "package.json", "tsconfig*"),
)  # fmt: skip
def read_json_pools(file: File) -> Iterator[Fact]:
    """Files of node-config, Viper and the like."""
    yield from _pools(file, ((key, node.text or "", node.line) for key, node in _read(file.json, Node({}, 1)).leaves()))


@reads("app.ini", "app.conf", "config.ini", "app.*.ini", "config.*.ini", "**/conf/*.ini", "**/config/*.ini", contains=_HINTS)
def read_ini_pools(file: File) -> Iterator[Fact]:
    """Files of go-ini and Beego."""
    yield from _pools(file, ((f"{option.section}.{option.key}", option.text, option.line) for option in options(file.lines)))


def _read(document: Callable[[], T], otherwise: T) -> T:
    """A document, or nothing where the file is another one: a template of Ruby's or Python's (`<%= … %>`, `{{ … }}`) has the same names."""
    try:
        return document()
    except Unreadable:
        return otherwise


def _pools(file: File, leaves: Iterable[tuple[str, str, int]]) -> Iterator[Setting]:
    """The bounds among keys, their texts and lines."""
    for key, text, line in leaves:
        if not _COUNT.fullmatch(text):
            continue
        *sections, last = (re.sub(r"[_-]", "", part).lower() for part in key.split("."))
        if (
            sections and sections[-1] == "pool" and last in ("max", "size", "maxsize")
        ):  # `knex.pool.max`; elsewhere a size may be one in bytes
            last = "poolmax"
        subject = _subject(sections)
        if last in _OPEN:
            subject = subject or "database"
        if subject is not None and last in _BOUNDS | _IDLE:
            said = f"{subject} idle" if last in _IDLE else subject
            yield Setting(kind=name("pool-size"), value=name(text), unit=name("connections"), subject=name(said), at=file.at(line))


def _subject(sections: list[str]) -> str | None:
    """What the sections around a key say that it is about, the innermost first."""
    for section in reversed(sections):
        if section in _NAMED:
            return _NAMED[section]
        if section in _DATABASES:
            return "database"
    return None
