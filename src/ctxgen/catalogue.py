"""The knowledge: what names mean.

`detectors/*.toml` hold one table per technology with the names under which each ecosystem knows it and how it relates
to others.  The catalogue answers questions (what is npm package `pg`? image `bitnami/postgresql`? the key
`spring.datasource.url` with this value?) and knows no file.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator
from functools import cache
from pathlib import Path
from typing import Any

import msgspec
from msgspec import Struct

from ctxgen.opaque import Opaque

CATEGORIES = (
    "language", "runtime", "framework", "database", "orm", "migration", "cache", "queue", "jobs", "search", "storage", "auth", "validation", "api", "resilience",
    "server", "observability", "testing", "build", "ci", "container", "orchestration", "iac", "cloud", "saas", "ai", "frontend",
)  # fmt: skip
PACKAGE_KEYS = ("npm", "pypi", "maven", "nuget", "go", "packagist", "rubygems", "cargo", "hex", "gradle_plugins", "msbuild_sdks")


class ConfigSignal(Struct, frozen=True, forbid_unknown_fields=True):
    """A configuration key (dotted, `*` for one part or a piece of one, case aside) and, if given, a pattern of its value."""

    key: str
    value: str | None = None
    usage: str = "used"


class SettingSignal(Struct, frozen=True, forbid_unknown_fields=True):
    """A configuration key, variable or command option whose value is a fact of scale."""

    key: str
    kind: str
    unit: str | None = None
    subject: str | None = None


class MechanismSignal(Struct, frozen=True, forbid_unknown_fields=True):
    """A configuration key (and pattern of its value) that shows an authentication mechanism."""

    key: str
    mechanism: str
    value: str | None = None


class Technology(Struct, frozen=True, forbid_unknown_fields=True):
    """One technology as a table of `detectors/` declares it; CONTRIBUTING.md explains every key."""

    name: str
    id: str = ""
    category: str = ""
    roles: tuple[str, ...] = ()
    scope: str | None = None
    worth: int | None = None
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
    part_of: str | None = None
    shipped_in: str | None = None
    """The technology whose package holds it and whose version it therefore has: Django's ORM, EF Core's migrations."""
    replaces: tuple[str, ...] = ()
    # meaning
    makes: dict[str, tuple[str, ...]] = {}
    """What a component that has one of these packages is: `makes = { gateway = ["yarp.reverseproxy"] }`."""
    remote: bool = False
    """Whether it runs elsewhere and packages are only clients of it, so that their version is not its version."""
    generic: bool = False
    """Whether its mechanisms are used for many things, so that only a use in authentication code shows them."""
    serves: bool = False
    """Whether a component that has it answers requests: a web framework, a gRPC server."""
    mechanisms: tuple[str, ...] = ()
    mechanism_config: tuple[MechanismSignal, ...] = ()
    settings: tuple[SettingSignal, ...] = ()


class DetectorError(ValueError):
    """A detector file that is wrong: the message names file, line and reason, and is fit to be printed."""


def normal_package(ecosystem: str, package: str) -> str:
    """A package name as its registry compares it.  Sources: PEP 503, NuGet and npm naming rules."""
    match ecosystem:
        case "pypi":
            return re.sub(r"[-_.]+", "-", package).lower()
        case "go":
            return package
        case _:
            return package.lower()


class _Names:
    """Exact names and patterns with `*` for one kind of signal; patterns are asked in the order of their length, longest first."""

    def __init__(self) -> None:
        self.exact: dict[str, str] = {}
        self.patterns: list[tuple[str, re.Pattern[str], str]] = []

    def add(self, written: str, technology: str) -> str | None:
        """Claim a name; gives the technology that has it already, if any."""
        if "*" in written or "?" in written:
            if other := next((owner for pattern, _, owner in self.patterns if pattern == written), None):
                return other
            self.patterns.append((written, re.compile(glob_regex(written)), technology))
            self.patterns.sort(key=lambda entry: (-len(entry[0]), entry[0]))
            return None
        owner = self.exact.setdefault(written, technology)
        return None if owner == technology else owner

    def find(self, asked: str) -> str | None:
        if (known := self.exact.get(asked)) is not None:
            return known
        return next((technology for _, pattern, technology in self.patterns if pattern.match(asked)), None)


def glob_regex(pattern: str) -> str:
    """A catalogue pattern as a regular expression: `*` is anything, `?` one character; the whole text must match."""
    return "".join(".*" if c == "*" else "." if c == "?" else re.escape(c) for c in pattern) + r"\Z"


class Catalogue:
    """All technologies, indexed by the names that they go by.  Raises `DetectorError` where two claim one name."""

    def __init__(self, technologies: Iterable[Technology]) -> None:
        self.technologies: dict[str, Technology] = {}
        self._names: dict[str, _Names] = {}
        self._config: list[tuple[re.Pattern[str], ConfigSignal, str]] = []
        self._settings: list[tuple[re.Pattern[str], SettingSignal, str]] = []
        self._mechanisms: list[tuple[re.Pattern[str], MechanismSignal, str]] = []
        self._makes: dict[str, str] = {}
        for technology in technologies:
            if technology.id in self.technologies:
                raise DetectorError(f"two technologies have the id {technology.id!r}")
            self.technologies[technology.id] = technology
            self._index(technology)
        for technology in self.technologies.values():
            for other in (
                *technology.drives,
                *technology.implies,
                *technology.replaces,
                *filter(None, (technology.part_of, technology.shipped_in)),
            ):
                if other not in self.technologies:
                    raise DetectorError(f"{technology.id!r} refers to {other!r}, which is not in the catalogue")

    def _index(self, technology: Technology) -> None:
        signals = [
            *(
                (key, normal_package({"gradle_plugins": "go"}.get(key, key), each))
                for key in PACKAGE_KEYS
                for each in getattr(technology, key)
            ),
            *(("image", each) for each in technology.images),
            *(("chart", each) for each in technology.charts),
            *(("scheme", each) for each in technology.url_schemes),
            *(("host", each) for each in technology.hosts),
            *(("env", each) for each in technology.env),
            *(("file", each) for each in technology.files),
            *(("command", each) for each in technology.commands),
            *(("resource", each) for each in technology.resources),
            *(("action", each) for each in technology.actions),
            *((f"import {language}", each) for language, modules in technology.imports.items() for each in modules),
        ]
        for kind, written in signals:
            other = self._names.setdefault(kind, _Names()).add(written, technology.id)
            if other is not None and other != technology.id:
                raise DetectorError(f"{kind} {written!r} is claimed by {other!r} and by {technology.id!r}")
        self._makes.update({package.lower(): kind for kind, packages in technology.makes.items() for package in packages})
        for config in technology.config:
            self._config.append((re.compile(glob_regex(config.key.lower())), config, technology.id))
        for setting in technology.settings:
            self._settings.append((re.compile(glob_regex(setting.key.lower())), setting, technology.id))
        for mechanism in technology.mechanism_config:
            self._mechanisms.append((re.compile(glob_regex(mechanism.key.lower())), mechanism, technology.id))

    def __getitem__(self, technology: str) -> Technology:
        return self.technologies[technology]

    def _find(self, kind: str, asked: str) -> str | None:
        names = self._names.get(kind)
        return names.find(asked) if names else None

    def package(self, ecosystem: str, package: str) -> str | None:
        """The technology behind a package."""
        return self._find(ecosystem, normal_package(ecosystem, package))

    def extra(self, ecosystem: str, package: str, extra: str) -> str | None:
        """The technology that an extra or feature of a package brings: `fastapi[standard]`, `sqlx[postgres]`."""
        return self._find(ecosystem, f"{normal_package(ecosystem, package)}[{extra.lower()}]")

    def makes(self, package: str) -> str | None:
        """The kind of component that a project with this package is, where the package alone decides it."""
        return self._makes.get(package.lower())

    def image(self, image: str) -> str | None:
        """The technology that an image runs: by its whole name, else by its last part where that is an official image's name."""
        image = image.lower().removeprefix("docker.io/").removeprefix("library/")
        return self._find("image", image) or (self._find("image", image.rpartition("/")[2]) if "/" in image else None)

    def scheme(self, scheme: str) -> list[str]:
        """The engine behind a URL scheme, and the driver that `postgresql+psycopg` names."""
        base = scheme.partition("+")[0]
        return [known for written in dict.fromkeys((scheme, base)) if (known := self._find("scheme", written))]

    def host(self, host: str) -> str | None:
        return self._find("host", host.lower())

    def variable(self, variable: str) -> str | None:
        return self._find("env", variable)

    def file(self, path: str) -> str | None:
        """The technology that a file of this name belongs to (patterns with a slash are compared with the whole path)."""
        names = self._names.get("file")
        if names is None:
            return None
        base = path.rpartition("/")[2]
        if (known := names.exact.get(path) or names.exact.get(base)) is not None:
            return known
        return next(
            (technology for written, pattern, technology in names.patterns if pattern.match(path if "/" in written else base)), None
        )

    def command(self, word: str) -> str | None:
        return self._find("command", word)

    @property
    def command_words(self) -> frozenset[str]:
        names = self._names.get("command")
        return frozenset(names.exact) if names else frozenset()

    def resource(self, platform: str, kind: str) -> str | None:
        """The technology behind a resource kind: `kubernetes apps/v1 Deployment`, `terraform aws_db_instance`."""
        return self._find("resource", f"{platform} {kind}")

    def chart(self, chart: str) -> str | None:
        return self._find("chart", chart)

    def action(self, action: str) -> str | None:
        return self._find("action", action)

    def module(self, language: str, module: str) -> str | None:
        """The technology behind an imported module, by the longest known prefix of its path."""
        kind = f"import {language}"
        asked = module
        while asked:
            if (known := self._find(kind, asked)) is not None:
                return known
            asked = asked[: max(asked.rfind("."), asked.rfind("/"), asked.rfind("\\"), 0)]
        return None

    def config(self, key: str, value: Opaque) -> Iterator[tuple[str, ConfigSignal]]:
        """The technologies that a setting shows."""
        lowered = key.lower()
        for pattern, signal, technology in self._config:
            if pattern.match(lowered) and (signal.value is None or value.matches(signal.value)):
                yield technology, signal

    def setting(self, key: str) -> tuple[str, SettingSignal] | None:
        """The fact of scale that a setting states."""
        lowered = key.lower()
        return next(((technology, signal) for pattern, signal, technology in self._settings if pattern.match(lowered)), None)

    def options(self, word: str) -> list[tuple[str, SettingSignal]]:
        """The options of a command whose values are facts of scale: a setting's key `gunicorn --workers` names both."""
        known = self.command(word)
        settings = self[known].settings if known else ()
        return [(signal.key.partition(" ")[2], signal) for signal in settings if signal.key.startswith(f"{word} -")]

    def mechanism(self, key: str, value: Opaque) -> Iterator[tuple[str, str]]:
        """(technology, mechanism) that a setting shows."""
        lowered = key.lower()
        for pattern, signal, technology in self._mechanisms:
            if pattern.match(lowered) and (signal.value is None or value.matches(signal.value)):
                yield technology, signal.mechanism


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


@cache
def load() -> Catalogue:
    """The catalogue of this installation."""
    return Catalogue(technology for path in sorted(detectors_folder().glob("*.toml")) for technology in load_file(path))
