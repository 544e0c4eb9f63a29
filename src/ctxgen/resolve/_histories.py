"""Which files make one schema together, and in which order: the conventions of the tools that keep migrations.

Sources: https://documentation.red-gate.com/flyway (versions compare number by number, repeatable ones come last),
https://github.com/golang-migrate/migrate/blob/master/MIGRATIONS.md, https://diesel.rs/guides/getting-started.
"""

from __future__ import annotations

import re
from functools import cache

from ctxgen.facts import folder_of

_FLYWAY = re.compile(r"(?i)(?:V(?P<version>\d[\d._]*?)|R)__.*")
_VERSIONED = re.compile(r"(?i)(?:v|V)?\d+.*")
_RELEASE = re.compile(r"v?\d{1,4}(?:[._]\d{1,4}){1,3}")
_OF_MIGRATIONS = re.compile(r"(?i).*migrations?|flyway|.*change-?logs?|liquibase")
VENDORS = (
    "postgresql", "postgres", "pg", "psql", "pgsql", "cockroach", "cockroachdb", "mysql", "mariadb", "sqlserver", "mssql", "oracle", "db2", "sqlite", "sqlite3", "h2", "hsqldb", "derby",
    "clickhouse",
)  # fmt: skip
"""Folders and files of one dialect, the one that leads first."""

Part = tuple[int, int, str]


@cache
def natural(text: str) -> tuple[Part, ...]:
    """A key by which `V2` comes before `V10`."""
    return tuple((0, int(part), "") if part.isdigit() else (1, 0, part) for part in re.findall(r"\d{1,40}|\D+", text))


def order(path: str) -> tuple[object, ...]:
    """Where a file comes in its history."""
    base = path.rpartition("/")[2]
    if found := _FLYWAY.fullmatch(base):
        numbers = tuple((0, int(part), "") for part in re.findall(r"\d{1,40}", found["version"] or ""))
        return (0 if found["version"] else 1, numbers, natural(path))
    return (0, natural(path), ())


def history(path: str, technology: str = "sql") -> str:
    """What the files of one history have in common: a folder, or for a file that stands alone its own path."""
    folder, _, base = path.rpartition("/")
    if base in ("up.sql", "migration.sql"):
        return folder_of(folder)
    if technology == "liquibase" or _FLYWAY.fullmatch(base):
        parts = folder.split("/")
        last = (min if technology == "liquibase" else max)(
            (index for index, part in enumerate(parts) if _OF_MIGRATIONS.fullmatch(part)), default=len(parts) - 1
        )
        return "/".join(parts[: last + 1])
    if not base.endswith(".sql") or _VERSIONED.fullmatch(base):
        return _above_versions(folder)
    return path


def _above_versions(folder: str) -> str:
    """The folder of a history whose steps lie in one folder a version: `migration/0.13/01__drop.sql`."""
    while _RELEASE.fullmatch(folder.rpartition("/")[2]) and "/" in folder:
        folder = folder_of(folder)
    return folder


def vendor(path: str) -> str | None:
    """The dialect that a folder of the path or the file's inner extension (`init.mysql.sql`) is named for."""
    *folders, base = path.lower().split("/")
    words = {*folders, *base.split(".")[1:-1]}
    return next((vendor for vendor in VENDORS if vendor in words), None)
