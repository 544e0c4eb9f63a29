"""Pools of connections and workers that Go and Rust code sizes, with the numbers that stand there.

Sources: https://pkg.go.dev/database/sql#DB.SetMaxOpenConns, https://pkg.go.dev/github.com/redis/go-redis/v9#Options, https://pkg.go.dev/github.com/jackc/pgx/v5/pgxpool#Config,
https://pkg.go.dev/github.com/gomodule/redigo/redis#Pool, https://docs.rs/sqlx/latest/sqlx/pool/struct.PoolOptions.html, https://docs.rs/sea-orm/latest/sea_orm/struct.ConnectOptions.html,
https://docs.rs/r2d2/latest/r2d2/struct.Builder.html, https://docs.rs/actix-web/latest/actix_web/struct.HttpServer.html.  Only numbers get out.
"""

from __future__ import annotations

import re
from collections.abc import Iterator

from ctxgen.model import At, Fact, Setting
from ctxgen.opaque import name
from ctxgen.readers import reads
from ctxgen.readers._lines import lines_with, numbering
from ctxgen.tree import SOURCE_LIMIT, File

_LONGEST = 300
"""Characters of a line that are looked at."""
_MANY = 50
"""Sizes of a file; one that states more is no code of a backend."""
_SQL = re.compile(r"\.Set(?P<key>MaxOpenConns|MaxIdleConns)\([ \t]{0,4}(?P<number>\d{1,6})[ \t]{0,4}\)")
_FIELD = re.compile(
    r"(?:^|[\s{.,])(?P<key>PoolSize|MinIdleConns|MaxActive|MaxIdle|MaxConns|MinConns)[ \t]{0,20}(?::|=)[ \t]{0,30}(?:u?int(?:32|64)?\()?(?P<number>\d{1,6})\)?[ \t]{0,4}(?:,|\}|//|$)"
)
_SQL_KEYS = {"MaxOpenConns": "database/sql", "MaxIdleConns": "database/sql idle"}
_REDIS = ("redis/go-redis", "go-redis/redis")
_FIELDS = {
    "PoolSize": ("go-redis", _REDIS),
    "MinIdleConns": ("go-redis idle minimum", _REDIS),
    "MaxActive": ("Redigo", ("redigo/redis",)),
    "MaxIdle": ("Redigo idle", ("redigo/redis",)),
    "MaxConns": ("pgx", ("pgxpool",)),
    "MinConns": ("pgx minimum", ("pgxpool",)),
}
"""By the field of options: whose pool it is, and what the file then imports."""
_FUNCTION = re.compile(r"\nfunc (?:\([^)\n]{0,80}\) )?(\w{1,100})")
_RUST = re.compile(
    r"\.(?P<key>max_connections|min_connections|max_size|min_idle|workers)\([ \t]{0,4}(?:Some\()?(?P<number>\d[\d_]{0,8})(?:u32|usize)?\)?[ \t]{0,4}\)"
)
_CRATES = (("PoolOptions", "SQLx"), ("ConnectOptions", "SeaORM"), ("deadpool", "deadpool"), ("bb8", "bb8"), ("r2d2", "r2d2"))
"""What a file speaks of, and whose pool it therefore sizes."""


@reads(
    "*.go",
    limit=SOURCE_LIMIT,
    contains=(b".SetMaxOpenConns(", b".SetMaxIdleConns(", b"PoolSize", b"MinIdleConns", b"MaxActive", b"MaxConns"),
    excludes=("*_test.go",),
)
def read_go_pools(file: File) -> Iterator[Fact]:
    """`db.SetMaxOpenConns(25)` and the fields of the options of Redis clients and pgx."""
    text, stated = file.text, 0
    subjects = {key: subject for key, (subject, imported) in _FIELDS.items() if any(each in text for each in imported)} | _SQL_KEYS
    line_of = numbering(text)
    for start, end in lines_with(text, "Conns", "PoolSize", "MaxActive", "MaxIdle"):
        line = text[start : min(end, start + _LONGEST)]
        found = _SQL.search(line) or _FIELD.search(line)
        if found is None or "//" in line[: found.start()]:
            continue
        subject = subjects.get(found["key"])
        if subject is None:
            continue
        if (stated := stated + 1) > _MANY:
            return
        function = text.rfind("\nfunc ", 0, start)
        if function >= 0 and (named := _FUNCTION.match(text, function)) and named[1].lower().startswith("test"):
            continue  # what prepares tests
        yield _pool(file.at(line_of(start)), subject, found["number"])


@reads(
    "*.rs",
    limit=SOURCE_LIMIT,
    contains=(b".max_connections(", b".min_connections(", b".max_size(", b".min_idle(", b".workers("),
)
def read_rust_pools(file: File) -> Iterator[Fact]:
    """`PgPoolOptions::new().max_connections(50)`, `Pool::builder().max_size(15)`, `HttpServer::new(…).workers(4)`; nothing of modules of tests."""
    text = file.text.partition("#[cfg(test)]")[0]
    stated, line_of = 0, numbering(text)
    pool = next((subject for word, subject in _CRATES if word in text), None)
    for start, end in lines_with(text, "_connections(", ".max_size(", ".min_idle(", ".workers("):
        line = text[start : min(end, start + _LONGEST)]
        found = _RUST.search(line)
        if found is None or "//" in line[: found.start()]:
            continue
        if (stated := stated + 1) > _MANY:
            return
        number = found["number"].replace("_", "")
        if found["key"] == "workers":
            if "HttpServer::new" in text:
                yield Setting(kind=name("workers"), value=name(number), subject=name("Actix Web"), at=file.at(line_of(start)))
        elif pool is not None:
            yield _pool(file.at(line_of(start)), f"{pool} minimum" if found["key"].startswith("min") else pool, number)


def _pool(at: At, subject: str, number: str) -> Setting:
    return Setting(kind=name("pool-size"), value=name(number), unit=name("connections"), subject=name(subject), at=at)
