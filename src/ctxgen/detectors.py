"""What the files of `detectors/` say: one table per technology, checked.  CONTRIBUTING.md explains every key."""

from __future__ import annotations

import re
from collections.abc import Iterator
from pathlib import Path
from typing import Any, Literal

import msgspec
from msgspec import Struct

CATEGORIES = (
    "language", "runtime", "framework", "database", "orm", "migration", "cache", "queue", "jobs", "search", "storage", "auth", "validation", "api", "resilience",
    "server", "observability", "testing", "build", "ci", "container", "orchestration", "iac", "cloud", "saas", "ai", "frontend",
)  # fmt: skip
PACKAGE_KEYS = ("npm", "pypi", "maven", "nuget", "go", "packagist", "rubygems", "cargo", "hex", "gradle_plugins", "msbuild_sdks")


class ConfigSignal(Struct, frozen=True, forbid_unknown_fields=True, omit_defaults=True):
    """A configuration key (dotted, `*` for one part or a piece of one, case aside) and, if given, a pattern of its value."""

    key: str
    value: str | None = None
    usage: str = "used"


class SettingSignal(Struct, frozen=True, forbid_unknown_fields=True, omit_defaults=True):
    """A configuration key, variable or command option whose value is a fact of scale."""

    key: str
    kind: str
    unit: str | None = None
    subject: str | None = None


class MechanismSignal(Struct, frozen=True, forbid_unknown_fields=True, omit_defaults=True):
    """A configuration key (and pattern of its value) that shows an authentication mechanism."""

    key: str
    mechanism: str
    value: str | None = None


class Technology(Struct, frozen=True, forbid_unknown_fields=True, omit_defaults=True):
    """One technology as a table of `detectors/` declares it; CONTRIBUTING.md explains every key."""

    name: str
    id: str = ""
    category: str = ""
    roles: tuple[str, ...] = ()
    scope: str | None = None
    worth: int | None = None
    version_of: Literal["chart"] | None = None
    """What its version is that of, where it is not its own: a chart's for Helm."""
    # packages
    npm: tuple[str, ...] = ()
    pypi: tuple[str, ...] = ()
    maven: tuple[str, ...] = ()
    nuget: tuple[str, ...] = ()
    go: tuple[str, ...] = ()
    packagist: tuple[str, ...] = ()
    rubygems: tuple[str, ...] = ()
    cargo: tuple[str, ...] = ()
    hex: tuple[str, ...] = ()
    gradle_plugins: tuple[str, ...] = ()
    msbuild_sdks: tuple[str, ...] = ()
    # other signals
    images: tuple[str, ...] = ()
    repacks: tuple[str, ...] = ()
    """Images that hold another technology in a build of its own, whose tags are its version: Confluent Platform's Kafka."""
    charts: tuple[str, ...] = ()
    url_schemes: tuple[str, ...] = ()
    hosts: tuple[str, ...] = ()
    env: tuple[str, ...] = ()
    config: tuple[ConfigSignal, ...] = ()
    files: tuple[str, ...] = ()
    commands: tuple[str, ...] = ()
    resources: tuple[str, ...] = ()
    actions: tuple[str, ...] = ()
    imports: dict[str, tuple[str, ...]] = {}
    # relations
    drives: tuple[str, ...] = ()
    implies: tuple[str, ...] = ()
    implied_tag: str | None = None
    """What its images' tags say before the version of what it implies: `pg` for `pgvector:0.8.0-pg17`."""
    speaks: tuple[str, ...] = ()
    """The protocols and formats of which it is the library in its ecosystem, told with its version: gRPC, OpenAPI."""
    part_of: str | None = None
    shipped_in: str | None = None
    """The technology whose package holds it and whose version it therefore has: Django's ORM, EF Core's migrations."""
    replaces: tuple[str, ...] = ()
    """Technologies that another one would bring and that it stands in for: EclipseLink for the Hibernate of Spring Data's starter."""
    compatible_with: tuple[str, ...] = ()
    """Engines whose protocol it speaks, so that clients and addresses of theirs are its own where it alone is deployed: Valkey for Redis."""
    # meaning
    makes: dict[str, tuple[str, ...]] = {}
    """What a component that has one of these packages is: `makes = { gateway = ["yarp.reverseproxy"] }`."""
    remote: bool = False
    """Whether it runs elsewhere and packages are only clients of it, so that their version is not its version."""
    generic: bool = False
    """Whether its mechanisms are used for many things, so that only a use in authentication code shows them."""
    serves: bool = False
    """Whether a component that has it answers requests: a web framework, a gRPC server."""
    serving: tuple[str, ...] = ()
    """The packages of its Go module that make it what it is, `*` for any below: what imports others of it alone takes them as a library."""
    mechanisms: tuple[str, ...] = ()
    yields_to: tuple[str, ...] = ()
    """Technologies that sign in in its place where they are used beside it, so that it shows no mechanism: tokens beside a store of users."""
    mechanism_config: tuple[MechanismSignal, ...] = ()
    settings: tuple[SettingSignal, ...] = ()

    @property
    def refers_to(self) -> tuple[str, ...]:
        """The ids of other technologies that it names."""
        return (
            *self.drives,
            *self.implies,
            *self.speaks,
            *self.replaces,
            *self.compatible_with,
            *self.yields_to,
            *filter(None, (self.part_of, self.shipped_in)),
        )


class DetectorError(ValueError):
    """A detector file that is wrong: the message names file, line and reason, and is fit to be printed."""


def normal_package(ecosystem: str, package: str) -> str:
    """A package name as its registry compares it, a Go module without its major version.  Sources: PEP 503, NuGet and npm naming rules, https://go.dev/ref/mod#major-version-suffixes."""
    match ecosystem:
        case "pypi":
            return re.sub(r"[-_.]+", "-", package).lower()
        case "go":
            return re.sub(r"/v[1-9][0-9]*\Z", "", package)
        case "gradle_plugins":
            return package
        case _:
            return package.lower()


def signals(technology: Technology) -> Iterator[tuple[str, str]]:
    """(kind, name as it is compared) of everything by which a technology is known, configuration aside."""
    for key in PACKAGE_KEYS:
        for each in getattr(technology, key):
            yield key, normal_package(key, each)
    for kind, names in (
        ("image", technology.images),
        ("repack", technology.repacks),
        ("chart", technology.charts),
        ("scheme", technology.url_schemes),
        ("host", technology.hosts),
        ("env", technology.env),
        ("file", technology.files),
        ("command", technology.commands),
        ("resource", technology.resources),
        ("action", technology.actions),
        *((f"import {language}", modules) for language, modules in technology.imports.items()),
    ):
        for each in names:
            yield kind, each


def detectors_folder() -> Path:
    """Where the detectors are: packed into the wheel, or at the top of a source tree."""
    packed = Path(__file__).parent / "detectors"
    return packed if packed.is_dir() else Path(__file__).parents[2] / "detectors"


def load_file(path: Path) -> Iterator[Technology]:
    """The technologies of one detector file.  Raises `DetectorError` with file, line and reason."""
    import tomllib

    text = path.read_text(encoding="utf-8")
    try:
        tables: dict[str, dict[str, Any]] = tomllib.loads(text)
    except tomllib.TOMLDecodeError as error:
        raise DetectorError(f"{path.name}: {error}") from None
    for identifier, table in tables.items():
        found = re.search(rf"^\[{re.escape(identifier)}\]", text, re.MULTILINE)
        where = f"{path.name}:{text[: found.start()].count(chr(10)) + 1 if found else 1}"
        try:
            technology = msgspec.convert({"category": path.stem, **table, "id": identifier}, Technology)
        except msgspec.ValidationError as error:
            raise DetectorError(f"{where}: {identifier}: {error}") from None
        if technology.category not in CATEGORIES:
            raise DetectorError(f"{where}: {identifier}: unknown category {technology.category!r}")
        yield technology


def load_folder(folder: Path) -> Iterator[Technology]:
    """The technologies of all detector files of a folder, by name."""
    for path in sorted(folder.glob("*.toml")):
        yield from load_file(path)
