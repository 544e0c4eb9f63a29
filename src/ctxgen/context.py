"""The context: one immutable value, what every renderer is given and `--format json` prints (schema version 1).

The field names are the contract of DESIGN §3; `docs/schema/v1.json` is written from these types.  Lists are totally
ordered, paths POSIX and relative to the root, `None` means unknown.
"""

from __future__ import annotations

from msgspec import Struct

SCHEMA_VERSION = 1


class Evidence(Struct, frozen=True, order=True):
    """A file and the line that proves a statement; the first of a list is the best."""

    path: str
    line: int


Cited = tuple[Evidence, ...]


class Generator(Struct, frozen=True):
    name: str
    version: str


class Repository(Struct, frozen=True):
    """Where the tree comes from; `remote` without credentials."""

    name: str
    commit: str | None = None
    branch: str | None = None
    remote: str | None = None


class Trait(Struct, frozen=True):
    name: str
    evidence: Cited


class Architecture(Struct, frozen=True):
    """pattern: monolith, modular-monolith, microservices, serverless, library, monorepo-of-apps, or null."""

    pattern: str | None
    traits: tuple[Trait, ...]
    evidence: Cited


class Language(Struct, frozen=True):
    """A programming language, its stated version and its share of the source bytes."""

    name: str
    version: str | None
    share: float
    scope: str
    evidence: Cited


class RuntimeStatement(Struct, frozen=True):
    """One statement of a language's or runtime's version; statements may disagree."""

    name: str
    version: str | None
    component: str | None
    evidence: Cited


class Link(Struct, frozen=True):
    """What a component depends on: another component, or a technology."""

    component: str | None
    technology: str | None
    via: str
    evidence: Cited


class Component(Struct, frozen=True):
    """A deployable unit or a library that is published or shared; kind: service, gateway, worker, frontend, library, cli, job, infrastructure."""

    id: str
    name: str
    path: str
    kind: str
    language: str | None
    technologies: tuple[str, ...]
    ports: tuple[int, ...]
    depends_on: tuple[Link, ...]
    evidence: Cited


class Use(Struct, frozen=True):
    """How one component uses a technology."""

    component: str | None
    scope: str
    usage: str
    version: str | None
    declared: str | None
    locked: str | None
    managed_by: str | None
    when: str | None
    evidence: Cited


class Technology(Struct, frozen=True):
    """One technology, with every use of it.  The version is the locked one, else as declared, else an image's tag, else null."""

    id: str
    name: str
    category: str
    roles: tuple[str, ...]
    version: str | None
    scope: str
    usage: str
    confidence: str
    evidence: Cited
    uses: tuple[Use, ...]


class Migrations(Struct, frozen=True):
    tool: str | None
    count: int | None
    evidence: Cited = ()


class Datastore(Struct, frozen=True):
    """An engine that the backend stores in: who uses it, through what."""

    technology: str
    version: str | None
    usage: str
    components: tuple[str, ...]
    access: tuple[str, ...]
    migrations: Migrations | None
    evidence: Cited


class Message(Struct, frozen=True):
    technology: str | None
    kind: str
    name: str
    producers: tuple[str, ...]
    consumers: tuple[str, ...]
    evidence: Cited


class Job(Struct, frozen=True):
    name: str
    schedule: str | None
    handler: str | None
    component: str | None
    evidence: Cited


class Integration(Struct, frozen=True):
    technology: str
    name: str
    component: str | None
    evidence: Cited


class ModelColumn(Struct, frozen=True):
    """A column or field; `references` is the table or model, and the column where it is named, that it points to: `users.id`."""

    name: str
    type: str | None
    nullable: bool | None
    primary: bool
    unique: bool
    references: str | None
    evidence: Cited


class ModelIndex(Struct, frozen=True):
    """An index or unique constraint."""

    name: str | None
    columns: tuple[str, ...]
    unique: bool
    evidence: Cited


class ModelRelation(Struct, frozen=True):
    """A relation as the code names it; kind: one-to-one, many-to-one, one-to-many, many-to-many, embedded."""

    name: str
    kind: str
    target: str
    evidence: Cited


class Model(Struct, frozen=True):
    """An entity, table or collection as it stands; `technology` is what states it."""

    name: str
    table: str | None
    columns: tuple[ModelColumn, ...]
    indexes: tuple[ModelIndex, ...]
    relations: tuple[ModelRelation, ...]
    component: str | None
    evidence: Cited
    technology: str | None = None


class EnvironmentVariable(Struct, frozen=True):
    """A variable that is set or read.  `scheme`, `host` and `port` are derived from a URL that is its value or default, nothing else of the value is kept."""

    name: str
    secret: bool
    required: bool | None
    component: str | None
    evidence: Cited
    scheme: str | None = None
    host: str | None = None
    port: int | None = None
    set: bool = True
    read: bool = False
    """Whether a file gives it a value, and whether source or settings were seen to read it."""


class Mechanism(Struct, frozen=True):
    """An authentication mechanism: jwt, session, oauth2, oidc, saml, ldap, api-key, basic, mtls, webauthn, totp, password, …"""

    mechanism: str
    component: str | None
    evidence: Cited


class SecuritySetting(Struct, frozen=True):
    name: str
    value: str | None
    component: str | None
    evidence: Cited


class Security(Struct, frozen=True):
    mechanisms: tuple[Mechanism, ...]
    settings: tuple[SecuritySetting, ...]


class ScaleSetting(Struct, frozen=True):
    """A setting that says how something is sized; the value is an integer, a duration or a size as written."""

    kind: str
    value: str
    unit: str | None
    subject: str | None
    component: str | None
    evidence: Cited


class GuardUse(Struct, frozen=True):
    name: str
    kind: str
    evidence: Cited


class Endpoint(Struct, frozen=True):
    kind: str
    method: str | None
    path: str | None
    operation: str | None
    handler: str | None
    access: str
    guards: tuple[GuardUse, ...]
    component: str | None
    evidence: Cited


class CommandLine(Struct, frozen=True):
    """An invocation: kind is build, run, test, lint or migrate."""

    kind: str
    command: str
    component: str | None
    evidence: Cited


class Pipeline(Struct, frozen=True):
    technology: str
    name: str | None
    triggers: tuple[str, ...]
    evidence: Cited


class Notice(Struct, frozen=True):
    """A diagnostic as it is printed."""

    code: str
    severity: str
    path: str | None
    line: int | None
    message: str


class Exclusion(Struct, frozen=True):
    """Files that the repository's own `.ctxgen.toml` leaves out: the pattern and how many."""

    pattern: str
    files: int
    evidence: Cited


class CodeStatement(Struct, frozen=True):
    """What a line of source does that is worth knowing: kind is error-handler, validation, transaction, cache, rate-limit, http-client, token-issued, token-checked, token-refreshed, token-revoked or middleware."""

    kind: str
    subject: str
    value: str | None
    component: str | None
    evidence: Cited


class Context(Struct, frozen=True):
    """Everything that is known of one repository."""

    schema_version: int
    generator: Generator
    repository: Repository
    architecture: Architecture
    languages: tuple[Language, ...]
    runtimes: tuple[RuntimeStatement, ...]
    components: tuple[Component, ...]
    technologies: tuple[Technology, ...]
    datastores: tuple[Datastore, ...]
    messaging: tuple[Message, ...]
    jobs: tuple[Job, ...]
    integrations: tuple[Integration, ...]
    models: tuple[Model, ...]
    environment: tuple[EnvironmentVariable, ...]
    security: Security
    scale: tuple[ScaleSetting, ...]
    endpoints: tuple[Endpoint, ...]
    commands: tuple[CommandLine, ...]
    ci: tuple[Pipeline, ...]
    declared: dict[str, dict[str, str]]
    not_stated: tuple[str, ...]
    diagnostics: tuple[Notice, ...]
    declared_evidence: dict[str, Cited] = {}
    """Where each declared fact stands, by `section.key`."""
    excluded: tuple[Exclusion, ...] = ()
    code: tuple[CodeStatement, ...] = ()
    """What source does beside answering: how errors are handled, where transactions, caches, tokens and outside calls are."""
