"""Datastores and outside services: what the technologies say of where data lies and who is called."""

from __future__ import annotations

import re
from collections import defaultdict
from collections.abc import Callable, Sequence
from itertools import pairwise
from typing import NamedTuple

from msgspec.structs import replace

from ctxgen.catalogue import Catalogue
from ctxgen.catalogue import Technology as Declared
from ctxgen.context import Component, Datastore, Evidence, Integration, Migrations, Technology
from ctxgen.facts import folder_of
from ctxgen.inference.alternatives import called
from ctxgen.inference.evidence import cite
from ctxgen.model import At, Sighting
from ctxgen.places import Places

_STORES = ("database", "cache", "search", "storage")
_MIGRATION_FILES: tuple[tuple[str, str, tuple[str, ...]], ...] = (
    ("alembic", r"(?:.*/)?versions/(?!__init__\.)\w[\w.-]*\.py", ("alembic", "flask-migrate")),
    ("django", r"(?:.*/)?(?:\w{1,40}_)?migrations/0\d+\w*\.py", ("django", "django-migrations")),
    ("play-evolutions", r"(?:.*/)?conf/evolutions/\w[\w-]*/\d+\.sql", ("play-evolutions",)),
    ("flyway", r"(?:.*/)?V[\d._]+__[^/]+\.(?:sql|java|kt)", ("flyway",)),
    ("prisma", r"(?:.*/)?migrations/[^/]+/migration\.sql", ("prisma", "prisma-migrate")),
    ("golang-migrate", r"(?:.*/)?\d+_[^/]+\.up\.sql", ("golang-migrate",)),
    ("sqlx", r"(?:.*/)?migrations/\d+_[^/]+(?:\.up|(?<!\.down))\.sql", ("sqlx",)),
    ("goose", r"(?:.*/)?migrations?/\d+_[^/]+\.sql", ("goose",)),
    ("active-record", r"(?:.*/)?db/migrate/\d+_\w+(?:\.\w+)?\.rb", ("rails", "active-record")),
    ("laravel", r"(?:.*/)?database/migrations/\d[^/]+\.php", ("laravel", "eloquent")),
    ("yii", r"(?:.*/)?migrations/[mM]\d{6}_?\d{6}_?\w+\.php", ("yii",)),
    ("cakephp", r"(?:.*/)?config/Migrations/\d{14}_\w+\.php", ("cakephp",)),
    ("codeigniter", r"(?:.*/)?Database/Migrations/\d{4}-?\d\d-?\d\d-?\d{6}_\w+\.php", ("codeigniter",)),
    ("typeorm", r"(?:.*/)?migrations?/1\d{12}-[^/]+\.[jt]s", ("typeorm", "typeorm-migrations")),
    ("ef-core-migrations", r"(?:.*/)?Migrations/(?:.*/)?\d{14}_[^/]+(?<!\.Designer)\.cs", ("entity-framework-core", "ef-core-migrations")),
    ("ecto", r"(?:.*/)?repo/migrations/\d+_\w+\.exs", ("ecto",)),
    ("diesel-migrations", r"(?:.*/)?migrations/[^/]+/up\.sql", ("diesel", "diesel-migrations")),
    ("sequelize-cli", r"(?:.*/)?migrations/2\d{3}[^/]*\.[jt]s", ("sequelize", "sequelize-cli")),
    ("node-migrate", r"(?:.*/)?migrations/1\d{12}-[^/]+\.[cm]?[jt]s", ("node-migrate",)),
    ("node-pg-migrate", r"(?:.*/)?migrations/(?:1\d{12}|2\d{16})_[^/]+\.(?:[cm]?[jt]s|sql)", ("node-pg-migrate",)),
    ("db-migrate", r"(?:.*/)?migrations/2\d{13}-[^/]+\.[jt]s", ("db-migrate",)),
    ("mikro-orm-migrations", r"(?:.*/)?Migration2\d{13}[^/]*\.[jt]s", ("mikro-orm", "mikro-orm-migrations")),
    ("drizzle-kit", r"(?:.*/)?\d{4}_\w+\.sql", ("drizzle", "drizzle-kit")),
    ("postgrator", r"(?:.*/)?\d+\.do\.(?:[^/]+\.)?[^/.]+", ("postgrator",)),
    ("slonik-migrator", r"(?:.*/)?migrations/2\d{3}\.\d\d\.\d\dT[\d.]+\.[^/]+\.(?:sql|[jt]s)", ("slonik-migrator",)),
    ("lucid", r"(?:.*/)?database/migrations/(?:.*/)?1\d{12}_[^/]+\.[jt]s", ("lucid",)),
    ("knex", r"(?:.*/)?(?:\w{1,40}_)?migrations/2\d{3}[^/]*\.[jt]s", ("knex",)),
)
"""Tools, the files of their migrations, and the technologies one of which must be known for the files to be theirs."""


def datastores(
    technologies: Sequence[Technology],
    sightings: Sequence[Sighting],
    catalogue: Catalogue,
    paths: Sequence[str],
    places: Places,
    parts: Sequence[Component] = (),
    process: Callable[[str], str | None] = lambda component: component,
) -> list[Datastore]:
    """Every engine in backend scope, with the components and libraries that talk to it, and the migrations of its own; all others are of the first one.

    Code of the product's that is deployed to start after an engine talks to it, too.
    """
    waiting: dict[str | None, set[str]] = defaultdict(set)
    for part in parts:
        for link in part.depends_on if part.language and part.kind in ("service", "worker", "job") else ():
            waiting[link.technology].add(part.id)
    migrations = migrations_of(technologies, paths, places)
    told = {technology.id for technology in technologies}
    found = []
    for technology in technologies:
        declared = catalogue[technology.id]
        if technology.scope != "backend" or technology.category not in _STORES or declared.drives or technology.usage == "unknown":
            continue
        if not _runs_apart(declared):
            continue
        addressed = {technology.id, *(set(declared.compatible_with) - told)}
        driving = [t for t in technologies if t.scope == "backend" and not addressed.isdisjoint(catalogue[t.id].drives)]
        drivers = [t.id for t in driving]
        # a component that has a driver of an engine which the repository uses is one that talks to it
        speaking = [technology, *driving] if technology.usage in ("used", "default") else [technology]
        components = {
            process(use.component) or use.component
            for t in speaking
            for use in t.uses
            if use.component and use.scope == "backend" and use.usage in ("used", "default")
        }
        components |= waiting[technology.id] if technology.usage in ("used", "default") else set()
        found.append(
            Datastore(
                technology.id,
                technology.version,
                technology.usage,
                tuple(sorted(components)),
                tuple(sorted(drivers)),
                None,
                technology.evidence,
            )
        )
    relational = [store for store in found if store.technology in _RELATIONAL and store.usage in ("used", "default", "supported")]
    relational.sort(key=lambda store: store.usage == "supported")
    if migrations and relational:
        files = _by_engine(migrations.files, [store.technology for store in relational], catalogue)
        for store in relational:
            if own := files.get(store.technology):
                carried = Migrations(migrations.tool, len(own), cite([At(own[0], 1)]))
                found[found.index(store)] = replace(store, migrations=carried)
    return found


_WORD = re.compile(r"[A-Z]?[a-z0-9]+|[A-Z]+")
"""`My` and `Sql` of `OrdersMySql`."""


def _by_engine(files: Sequence[str], engines: Sequence[str], catalogue: Catalogue) -> dict[str, list[str]]:
    """Migration files by engine: those in folders that are called like one are its own (`db/mysql/V1__orders.sql`), all others the first one's."""
    words = {word: engine for engine in reversed(engines) for word in called(engine, catalogue)}
    found: dict[str, list[str]] = defaultdict(list)
    for path in files:
        parts = [part.lower() for part in _WORD.findall(folder_of(path))]
        named = {words[word] for word in (*parts, *map("".join, pairwise(parts))) if word in words}
        found[named.pop() if len(named) == 1 else engines[0]].append(path)
    return found


_RELATIONAL = ("postgresql", "mysql", "mariadb", "sqlite", "sqlserver", "oracle", "cockroachdb", "h2", "hsqldb", "turso")


def _runs_apart(technology: Declared) -> bool:
    """Whether a technology is an engine or service; a library that lives in the process, or an interface to several, is no datastore."""
    engine = any("+" not in scheme for scheme in technology.url_schemes) or any(signal.value is None for signal in technology.config)
    return engine or bool(
        technology.images or technology.remote or technology.hosts or technology.resources or technology.charts or technology.env
    )


def _with_designers(files: list[str], paths: Sequence[str]) -> list[str]:
    """The files that Entity Framework wrote, beside steps of the product's own in other folders that are called like them.

    The tools write a `.Designer.cs` for each (https://learn.microsoft.com/ef/core/managing-schemas/migrations/); where no folder has any, all count.
    """
    designed = {folder_of(path) for path in paths if path.endswith(".Designer.cs")}
    return [path for path in files if folder_of(path) in designed] or files


class _Found(NamedTuple):
    tool: str
    files: list[str]


def migrations_of(technologies: Sequence[Technology], paths: Sequence[str], places: Places) -> _Found | None:
    """The migration files of the tool that has most of them."""
    known = {technology.id for technology in technologies}
    product = [path for path in paths if places.scope(path) is None]
    best: _Found | None = None
    for tool, pattern, owners in _MIGRATION_FILES:
        if known.isdisjoint(owners):
            continue
        files = [path for path in product if re.fullmatch(pattern, path)]
        files = _with_designers(files, product) if tool == "ef-core-migrations" else files
        if files and (best is None or len(files) > len(best.files)):
            best = _Found(tool, files)
    return best


def integrations(technologies: Sequence[Technology], catalogue: Catalogue) -> list[Integration]:
    """Outside services that the backend calls; a library for models that run in the process is none."""
    found = []
    for technology in technologies:
        if technology.scope == "backend" and (
            technology.category == "saas" or (technology.category == "ai" and _hosted(technology.id, catalogue))
        ):
            component = next((use.component for use in technology.uses if use.component), None)
            found.append(Integration(technology.id, technology.name, component, technology.evidence[:3]))
    return found


def _hosted(known: str, catalogue: Catalogue) -> bool:
    """Whether an AI technology is called: such a one has keys or an address."""
    return bool(catalogue[known].env or catalogue[known].hosts)


def first(evidence: Sequence[Evidence]) -> Evidence | None:
    return evidence[0] if evidence else None
