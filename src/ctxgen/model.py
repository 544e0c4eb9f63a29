"""Every type of the flow: places, facts, sightings, and the context that is printed.

Facts are what one file says, with the line that says it.  They are small, frozen, and hold text only as `Name`,
`Version` or `Opaque` (see `ctxgen.opaque`), so that no value of a repository reaches an output by accident.
"""

from __future__ import annotations

from typing import Literal, NamedTuple

from msgspec import Struct

from ctxgen.opaque import Name, Opaque, Version

# ---------------------------------------------------------------------------------------------- places


class At(NamedTuple):
    """A line of a file: the path POSIX and relative to the root, the line counted from 1."""

    path: str
    line: int


Severity = Literal["info", "warning", "error"]


class Diagnostic(Struct, frozen=True):
    """Something that was not read, or is in doubt.  The message is fixed text, never an exception's."""

    path: str
    line: int | None
    code: str
    severity: Severity
    message: str

    def __lt__(self, other: Diagnostic) -> bool:
        """By their places; what is said of a whole file stands before what is said of its lines."""
        return (self.path, self.line or 0, self.code, self.message) < (other.path, other.line or 0, other.code, other.message)


class Reference(Struct, frozen=True):
    """A file that another file names: `path` relative to the naming file's folder, read by the reader called `reader`."""

    path: str
    reader: str
    at: At
    optional: bool = True


# ---------------------------------------------------------------------------------------------- facts

Ecosystem = Literal["npm", "pypi", "maven", "nuget", "go", "packagist", "rubygems", "cargo", "hex"]
Group = Literal["main", "dev", "test", "build", "optional", "peer", "provided", "plugin"]
"""What a dependency is for: `main` at run time, `plugin` a plug-in of the build, `provided` given by the container,
`optional` an extra or group that is off by default."""


class Fact(Struct, frozen=True, kw_only=True, tag=True):
    """What one line says.  `via`: further lines it was derived from; `when`: the profile, flag, marker or variant it depends on."""

    at: At
    via: tuple[At, ...] = ()
    when: Name | None = None


class Project(Fact, frozen=True, kw_only=True):
    """The folder of `at` holds a project of an ecosystem: a package, a module, an MSBuild project."""

    ecosystem: Ecosystem
    name: Name | None = None
    version: Version | None = None
    private: bool | None = None
    """Whether the package says that it is not published."""
    output: Literal["application", "library", "test", "aggregate"] | None = None
    """What the build file says that it makes, where it says it; `aggregate` only lists other projects."""
    folder: str | None = None
    """Where its code lies, for one that shares the package.json of its workspace with others."""


class Member(Fact, frozen=True, kw_only=True):
    """A workspace, solution or aggregate names a project: a folder, a glob or a project file, relative to the file's folder."""

    ecosystem: Ecosystem
    pattern: Name
    exclude: bool = False


class Parent(Fact, frozen=True, kw_only=True):
    """A build file inherits from another: Maven's `<parent>`.  `path` is relative to the root where it lies in the repository."""

    ecosystem: Ecosystem
    name: Name
    spec: Opaque | None = None
    path: str | None = None


class Dependency(Fact, frozen=True, kw_only=True):
    """A project names a package that it needs.

    `spec` is what is written where that needs other files (`${spring.version}`, `libs.versions.x`); the resolve stage
    fills `declared`.  `locked` is what a lock file resolved, `managed_by` what sets the version where the repository
    states none (an outside BOM, a parent).  `extras` are the extras or features asked for, `path` a folder or project file inside the repository.
    """

    ecosystem: Ecosystem
    name: Name
    declared: Version | None = None
    spec: Opaque | None = None
    group: Group = "main"
    extras: tuple[Name, ...] = ()
    locked: Version | None = None
    managed_by: Name | None = None
    path: str | None = None
    alias: Name | None = None
    """The name under which the code imports the package, where that is another one (npm's `"orm": "npm:typeorm@^0.3"`)."""


class Managed(Fact, frozen=True, kw_only=True):
    """A version is set for whoever uses the package: dependencyManagement, central package versions, constraints, overrides, platforms.

    `bom` marks a bill of materials that is imported: it manages packages that are listed elsewhere.  `extras`, `alias`
    and `path` mean what they do for a dependency, for ecosystems where the workspace states them too (Cargo).
    """

    ecosystem: Ecosystem
    name: Name
    declared: Version | None = None
    spec: Opaque | None = None
    bom: bool = False
    group: Group = "main"
    extras: tuple[Name, ...] = ()
    alias: Name | None = None
    path: str | None = None


class Property(Fact, frozen=True, kw_only=True):
    """A named value of a build file (`<properties>`, `ext`, `gradle.properties`, a catalogue's `[versions]`, an MSBuild property)."""

    name: Name
    value: Opaque


class Locked(Fact, frozen=True, kw_only=True):
    """A lock file says which version was resolved.

    `importer` is the workspace folder (relative to the lock file's folder) for which it was resolved, None for all.
    """

    ecosystem: Ecosystem
    name: Name
    version: Version
    importer: str | None = None
    spec: Version | None = None
    """The range that was resolved, in lock files that are ordered by range (yarn.lock, deno.lock)."""
    alias: Name | None = None
    """The name under which the package is installed, where that is another one."""


class Runtime(Fact, frozen=True, kw_only=True):
    """A file states a version of a language or its runtime, by the language's usual name: Java, Node.js, Python, Go, .NET, C#, PHP, Ruby, Rust, Kotlin, TypeScript."""

    name: Name
    version: Version | None = None
    spec: Opaque | None = None
    """What is written where that needs other lines (`${jdk.version}`); the resolve stage fills `version`."""
    source: Literal["manifest", "version-file", "image", "ci", "lock"] = "manifest"


class Image(Fact, frozen=True, kw_only=True):
    """A container image is named.

    `spec` as written where it needs interpolation; `name` without the registry's host; `owner` the compose service,
    Kubernetes container or build stage; purpose `service` runs it, `base` builds the repository's own image on it
    (the last stage), `build` an earlier stage or a tool image of CI.
    """

    name: Name | None = None
    tag: Name | None = None
    spec: Opaque | None = None
    owner: Name | None = None
    purpose: Literal["service", "base", "build"] = "service"


class Service(Fact, frozen=True, kw_only=True):
    """A deployed process as compose, Kubernetes or a Procfile states it; several facts may speak of one service.

    `build` and `dockerfile` are relative to the root; `ports` are the container's, `published` the host's, `port_specs`
    what needs interpolation before it is either.  `extends` is the (file relative to the root, service) that this one
    inherits from, `env_files` the files, relative to the root, that it takes variables from, `build_args` what it hands
    to its Dockerfile, `build_specs` the context and Dockerfile as written where they need interpolation, `mounted` the folders, relative to the root, that it binds.  `resource` is what
    the platform calls it (Aspire's `AddPostgres`, `Job` and `CronJob` of Kubernetes), `project` the project that it runs, by the name that a program has for it.
    """

    name: Name
    platform: Literal["compose", "kubernetes", "procfile", "aspire", "other"] = "compose"
    image: Opaque | None = None
    build: str | None = None
    dockerfile: str | None = None
    target: Name | None = None
    ports: tuple[int, ...] = ()
    published: tuple[int, ...] = ()
    depends_on: tuple[tuple[Name, At], ...] = ()
    awaited: tuple[Name, ...] = ()
    """Those of `depends_on` that have to end before this one starts."""
    command: Opaque | None = None
    replicas: int | None = None
    port_specs: tuple[Opaque, ...] = ()
    extends: tuple[str, Name] | None = None
    env_files: tuple[str, ...] = ()
    build_args: tuple[tuple[Name, Opaque, At], ...] = ()
    build_specs: tuple[Opaque, Opaque] | None = None
    mounted: tuple[str, ...] = ()
    resource: Name | None = None
    project: Name | None = None


class Container(Fact, frozen=True, kw_only=True):
    """What a Dockerfile's last stage (or a named one that is targeted) makes: ports, user, start command."""

    stage: Name | None = None
    ports: tuple[tuple[int, At], ...] = ()
    user: Name | None = None
    user_at: At | None = None
    command: Opaque | None = None
    workdir: Opaque | None = None
    copied: tuple[Opaque, ...] = ()
    """What it takes from other stages, by its place there."""


class Variable(Fact, frozen=True, kw_only=True):
    """An environment variable is set, passed on, or read.  Its value never gets out; its name always does."""

    name: Name
    value: Opaque | None = None
    source: Literal["dotenv", "compose", "dockerfile", "kubernetes", "ci", "settings", "code", "other"] = "dotenv"
    owner: Name | None = None
    required: bool | None = None
    shared: bool = False
    """Whether its owner takes it along with all others of a list that several share, and may not read it."""


class SettingsClass(Fact, frozen=True, kw_only=True):
    """A class whose fields are variables of the environment (pydantic's settings), with what it puts before their names: what extends it in another file is such a class, too."""

    name: Name
    prefix: Name | None = None


class SettingsField(Fact, frozen=True, kw_only=True):
    """A field of a class that may be one of settings, by what it extends in another file; `prefix` where the class states one, `alias` whether `name` is that of the variable."""

    owner: Name
    bases: tuple[Name, ...]
    name: Name
    value: Opaque | None = None
    required: bool | None = None
    prefix: Name | None = None
    alias: bool = False


class ConfigKey(Fact, frozen=True, kw_only=True):
    """A setting of the application: a dotted key (`spring.datasource.url`, `ConnectionStrings.Default`, `DATABASES.default.ENGINE`) and its value.

    `dialect` tells whose keys these are; list items have the key of their list.
    """

    key: Name
    value: Opaque
    dialect: Literal["spring", "aspnet", "django", "quarkus", "micronaut", "flask", "other"]


class Command(Fact, frozen=True, kw_only=True):
    """How to build, run, test, lint or migrate: the invocation (`npm test`), never the script's body."""

    kind: Literal["build", "run", "test", "lint", "migrate"]
    command: Name
    body: Opaque | None = None


class Process(Fact, frozen=True, kw_only=True):
    """A command line that starts something: an entry point, a script's body, a task.  Only words that the catalogue knows can get out."""

    command: Opaque
    owner: Name | None = None
    daemon: bool = False
    """Whether a process manager keeps it running beside others of its image."""


class Resource(Fact, frozen=True, kw_only=True):
    """A declared piece of infrastructure: a Kubernetes kind (`apps/v1 Deployment`), a Terraform resource type (`aws_db_instance`), a chart dependency."""

    platform: Literal["kubernetes", "helm", "terraform", "cloudformation", "serverless", "aspire", "pulumi", "other"]
    kind: Name
    name: Name | None = None
    version: Version | None = None
    attributes: tuple[tuple[Name, Opaque], ...] = ()
    folder: str | None = None
    """Where the code of a function lies, relative to the root."""


class Setting(Fact, frozen=True, kw_only=True):
    """A setting of scale whose value is safe by type: an integer, a duration, a size."""

    kind: Name
    value: Name
    unit: Name | None = None
    subject: Name | None = None
    owner: Name | None = None


class Workflow(Fact, frozen=True, kw_only=True):
    """A pipeline of continuous integration; `technology` by the catalogue's id."""

    technology: Name
    name: Name | None = None
    triggers: tuple[Name, ...] = ()


class Channel(Fact, frozen=True, kw_only=True):
    """A queue, topic, exchange or subject that a file names.  `system` is the word that the file has for the broker or its protocol (`amqp`, `kafka`, `aws_sqs_queue`)."""

    name: Name
    kind: Literal["queue", "topic", "exchange", "subject", "stream", "channel"]
    system: Name | None = None
    role: Literal["producer", "consumer"] | None = None
    owner: Name | None = None


class Schedule(Fact, frozen=True, kw_only=True):
    """Something is started by the clock: `schedule` a cron expression, a duration or a fixed word such as `@daily`."""

    name: Name
    schedule: Name | None = None
    handler: Name | None = None
    owner: Name | None = None


class Mention(Fact, frozen=True, kw_only=True):
    """A document of the repository says a word of a fixed list in a sentence: `GDPR`, `SOC 2`."""

    word: Name
    topic: Literal["compliance"] = "compliance"


class Import(Fact, frozen=True, kw_only=True):
    """Source code imports a module: `express`, `django.db`, `org.springframework.kafka.core`, `github.com/jackc/pgx/v5`."""

    language: Name
    module: Name


class ModulePath(Fact, frozen=True, kw_only=True):
    """Modules whose names are like `pattern` (with at most one `*`) lie at one of `targets`, relative to the root, the `*` filled in; for the code below `folder`, None for all."""

    pattern: Name
    targets: tuple[Name, ...]
    folder: str | None = None


class Column(Struct, frozen=True, kw_only=True):
    """A column of a table or field of a document; `references` is the table (or model) and column that a foreign key points to: `users.id`."""

    name: Name
    type: Name | None = None
    nullable: bool | None = None
    primary: bool = False
    unique: bool = False
    references: Name | None = None
    at: At


class TableIndex(Struct, frozen=True, kw_only=True):
    """An index or unique constraint over columns."""

    name: Name | None = None
    columns: tuple[Name, ...] = ()
    unique: bool = False
    at: At


class Relation(Struct, frozen=True, kw_only=True):
    """A relation as the code names it; `target` is the name of the other model."""

    name: Name
    kind: Literal["one-to-one", "many-to-one", "one-to-many", "many-to-many", "embedded"]
    target: Name
    at: At


class EntityModel(Fact, frozen=True, kw_only=True):
    """A table, collection or entity: what code, a schema file or migrations say that it holds.

    `technology` is the catalogue's id of what defines it (`prisma`, `sqlalchemy`, `django`, `sql` for plain statements);
    `name` that of the class or, where only a table is stated, of the table.
    """

    name: Name
    table: Name | None = None
    technology: Name
    columns: tuple[Column, ...] = ()
    indexes: tuple[TableIndex, ...] = ()
    relations: tuple[Relation, ...] = ()


class SchemaChange(Fact, frozen=True, kw_only=True):
    """One step of a schema's history, as a migration, a changelog or a dump states it; the resolve stage applies the steps of one history in order.

    `table` is what it speaks of, schema-qualified where it is written so; None where an index or constraint is named alone.

    | action | further |
    | --- | --- |
    | `create-table` | `columns`; `to` the table that it is made like; `cautious`: only where there is none |
    | `drop-table`, `drop-schema` (whose name is `table`) | |
    | `rename-table` | `to` |
    | `add-column` | `columns` |
    | `change-column` | `columns`: what is None stays as it was |
    | `drop-column` | `names` |
    | `rename-column` | `names` (one), `to` |
    | `primary-key` | `names` the columns, `key` the constraint |
    | `foreign-key` | `names`, `key`, `to` the table referred to, `to_columns` |
    | `index` | `names`, `key`, `unique`, `partial`: over some of the rows or an expression |
    | `drop-key` | `key` an index or constraint; None: the primary key |
    | `rename-key` | `key`, `to` |
    | `include` | `path`, relative to the root, of the file or folder whose steps come here |
    """

    action: Literal[
        "create-table", "drop-table", "drop-schema", "rename-table", "add-column", "change-column", "drop-column", "rename-column", "primary-key", "foreign-key", "index",
        "drop-key", "rename-key", "include",
    ]  # fmt: skip
    technology: Name
    table: Name | None = None
    columns: tuple[Column, ...] = ()
    names: tuple[Name, ...] = ()
    key: Name | None = None
    to: Name | None = None
    to_columns: tuple[Name, ...] = ()
    unique: bool = False
    partial: bool = False
    cautious: bool = False
    path: str | None = None


GuardKind = Literal["authn", "authz", "rate", "validation"]


class Guard(Struct, frozen=True, kw_only=True):
    """What a request passes before its handler: a middleware, decorator, annotation, filter or dependency, by its name in the code."""

    name: Name
    kind: GuardKind
    at: At


class Endpoint(Fact, frozen=True, kw_only=True):
    """Something that the backend answers: a route, a socket, an operation, a message handler.

    `path` is whole, parameters as `{name}`; `access` is `public` only where a line says so (which then stands in `via`).
    """

    kind: Literal["http", "ws", "sse", "grpc", "graphql", "message"] = "http"
    method: Name | None = None
    path: Name | None = None
    operation: Name | None = None
    handler: Name | None = None
    access: Literal["guarded", "public", "unknown"] = "unknown"
    guards: tuple[Guard, ...] = ()
    technology: Name
    """The catalogue's id of the framework that serves it."""


class Operation(Fact, frozen=True, kw_only=True):
    """A description of an interface states an operation by its identifier: what a server that is generated from it answers."""

    name: Name
    method: Name
    path: Name


class Procedure(Fact, frozen=True, kw_only=True):
    """A call of a service that an interface description states: `rpc GetOrder (…)` of `shop.v1.Orders`.

    `http` are the requests that `google.api.http` maps to it, each with its line: `("GET", "/v1/orders/{id}", 12)`.
    """

    service: Name
    name: Name
    http: tuple[tuple[Name, Name, int], ...] = ()


class SchemaField(Fact, frozen=True, kw_only=True):
    """A field of a type that a GraphQL schema starts from: an operation that whoever serves the schema answers.

    `directives` are those of the field and of its type by their names: `@auth` is `auth`.
    """

    root: Literal["Query", "Mutation", "Subscription"]
    name: Name
    directives: tuple[Name, ...] = ()


class CodeFact(Fact, frozen=True, kw_only=True):
    """What a line of source does that is worth knowing: `kind` says what, `subject` of what by its name in the code, `value` a setting that is safe by type."""

    kind: Literal[
        "error-handler", "validation", "transaction", "cache", "rate-limit", "http-client", "token-issued", "token-checked", "token-refreshed",
        "token-revoked", "middleware",
    ]  # fmt: skip
    subject: Name
    value: Name | None = None


# ---------------------------------------------------------------------------------------------- sightings

Scope = Literal["backend", "frontend", "test", "dev", "deploy", "docs"]
Usage = Literal["used", "default", "supported", "connector", "unknown"]
Confidence = Literal["confirmed", "declared", "inferred"]


class Sighting(Struct, frozen=True, kw_only=True):
    """The catalogue's answer to one fact: a technology is seen here, in this scope, with this version."""

    technology: str
    at: At
    via: tuple[At, ...] = ()
    when: Name | None = None
    component: str | None = None
    scope: Scope = "backend"
    usage: Usage = "used"
    confidence: Confidence = "declared"
    declared: Version | None = None
    locked: Version | None = None
    managed_by: Name | None = None
    signal: str = ""
    """Which rule of the catalogue led here: `npm express`, `image postgres`, `config spring.datasource.url`."""
    rank: int = 50
    """How good the evidence is, lower is better."""
    owner: Name | None = None
    """The service that the line speaks of, where it names one."""
    optional: bool = False
    """Whether only an extra, an optional group or a peer brings it."""
    read: bool = False
    """Whether the product's code or settings read the variable that shows it."""
