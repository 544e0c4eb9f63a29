"""The catalogue's answer to every fact: sightings of technologies, each with the line that shows it.

Nothing is decided here about components or about the whole repository; a sighting says what one line shows, how far
it can be trusted (`rank`, lower is better) and in which scope the line's place and group put it.
"""

from __future__ import annotations

import re
from collections import defaultdict
from collections.abc import Callable, Iterable, Iterator, Sequence
from fnmatch import fnmatchcase
from functools import cached_property
from typing import Any

from msgspec.structs import replace

from ctxgen.catalogue import PACKAGE_KEYS, Catalogue, Technology, normal_package
from ctxgen.choosing import engines, names_engine, prepared, values_of
from ctxgen.facts import Facts, folder_of, folders_up
from ctxgen.language_names import extension
from ctxgen.model import (
    At,
    ConfigKey,
    Dependency,
    Fact,
    Image,
    Import,
    Locked,
    Process,
    Project,
    Property,
    Resource,
    Runtime,
    Scope,
    Service,
    Sighting,
    Usage,
    Variable,
)
from ctxgen.naming import own_name
from ctxgen.opaque import Opaque, Version
from ctxgen.places import Places, for_tests

ENGINES = ("database", "cache", "queue", "search", "storage")
_SCOPE_BY_CATEGORY: dict[str, Scope] = {
    "testing": "test", "build": "dev", "ci": "dev", "container": "deploy", "orchestration": "deploy", "iac": "deploy", "frontend": "frontend",
}  # fmt: skip
_DEPLOYED = {"server", "observability", "cloud", "container", "orchestration", "iac", "testing"}
RUNTIMES = {
    "Node.js": "nodejs", "Python": "python", "Java": "java", "Go": "go", ".NET": "dotnet", ".NET SDK": "dotnet-sdk", "PHP": "php", "Ruby": "ruby", "Rust": "rust", "Elixir": "elixir",
    "Kotlin": "kotlin", "Scala": "scala", "Deno": "deno", "Bun": "bun",
}  # fmt: skip
"""Technologies by what files that state versions of runtimes call them."""
_COMPILED: dict[str, tuple[str, ...]] = {"go": (".go",), "rust": (".rs",), "elixir": (".ex", ".exs"), "dotnet-sdk": (".cs", ".fs", ".vb")}
"""What a runtime's image compiles: without a file of these a stage of it builds somebody else's tool."""
_VARIANTS = {"alpine", "slim", "bookworm", "bullseye", "buster", "trixie", "stretch", "jammy", "noble", "focal"}
"""Tags of a runtime's image that name what it is built on and no version of the runtime: `node:alpine`."""
_PREFIX = re.compile(r"(?i)prefix|scheme|protocol")
_ABOUT = re.compile(r"(?i)(?:^|[._])(?:developers?|docs?|documentation|home_?page|website|help|readme|support|wiki)(?:_?(?:url|link))?$")
_ABOUT_HOST = re.compile(r"(?:developers?|docs?|help|support|learn|wiki|blog|community|status)\.")
"""Keys and hosts of pages that people read."""
_RUNTIME_RANK = {"version-file": 12, "manifest": 22, "lock": 28, "image": 15, "ci": 60}
_TEMPLATE = re.compile(r"\.(?:example|sample|template|dist)(?:\.(?:json|ya?ml|toml|properties|conf|ini))?$")
"""Configuration that is copied before it is used: the engine that it names is the default."""
_ALTERNATIVE = re.compile(r"\.(?:connections|stores|disks|mailers)\.", re.IGNORECASE)
"""Keys of one of several prepared connections, which another setting chooses among: an address there shows no use."""


def recognise(facts: Facts, paths: Iterable[str], catalogue: Catalogue, places: Places) -> list[Sighting]:
    """All sightings, in the order of their places."""
    return _Recogniser(facts, catalogue, places).sightings(paths)


_SET_FOR_SERVERS = {
    **dict.fromkeys(("MYSQL_ROOT_PASSWORD", "MYSQL_RANDOM_ROOT_PASSWORD", "MYSQL_ALLOW_EMPTY_PASSWORD"), "mysql"),
    "MARIADB_ROOT_PASSWORD": "mariadb",
    **dict.fromkeys(("MONGO_INITDB_ROOT_USERNAME", "MONGO_INITDB_ROOT_PASSWORD", "MONGO_INITDB_DATABASE"), "mongodb"),
    "POSTGRES_INITDB_ARGS": "postgresql",
}
"""Variables that only the image of a server reads, so that what starts from it needs no other name.  Sources: https://hub.docker.com/_/mysql, /_/mariadb, /_/mongo, /_/postgres."""


def telling(catalogue: Catalogue) -> Callable[[Fact], bool]:
    """Whether a fact may tell something: an import that neither the catalogue knows nor a manifest or lock file can explain does not.

    Those are nine in ten of the facts of a large repository; they are dropped as they are read.
    """

    def tells(fact: Fact) -> bool:
        return not isinstance(fact, Import) or fact.language in _EXPLAINED or catalogue.module(fact.language, fact.module) is not None

    return tells


class _Locks:
    """What lock files resolved, by ecosystem and package."""

    def __init__(self, facts: Facts) -> None:
        self._entries: dict[tuple[str, str], list[Locked]] = defaultdict(list)
        for lock in facts.of(Locked):
            self._entries[lock.ecosystem, normal_package(lock.ecosystem, lock.name)].append(lock)

    def package(self, ecosystem: str, package: str) -> Locked | None:
        """The entry of a package, where one version of it alone is locked in the repository."""
        entries = self._entries.get((ecosystem, normal_package(ecosystem, package)), [])
        return entries[0] if len({entry.version for entry in entries}) == 1 else None

    def technology(self, technology: Technology, ecosystem: str) -> Locked | None:
        """The entry of a technology's own package."""
        if ecosystem not in PACKAGE_KEYS:
            return None
        return next((lock for package in getattr(technology, ecosystem) if (lock := self.package(ecosystem, package))), None)


def _built_on(tag: str | None, word: str) -> Version | None:
    """The version behind a word in a tag: 17.2 in `0.8.0-pg17.2`."""
    found = re.search(rf"(?:^|[-_.]){re.escape(word)}[-_.]?(\d{{1,3}}(?:\.\d{{1,3}}){{0,2}})(?![\w.])", tag or "")
    return Version(found[1]) if found else None


_BEFORE = re.compile(r"(?P<implied>\d{1,3}(?:\.\d{1,3}){0,2})-(?P<own>\d{1,3}(?:\.\d{1,3}){0,2})(?![\w.])")
"""A tag that begins with the version of what an image implies, before its own: `17-3.5-alpine` of PostGIS."""


def _is_custom(kind: str) -> bool:
    """Whether a kind is of no group of Kubernetes' own: `content.shop.org/v1 Category`, `v1alpha1 Theme`.  Source: https://kubernetes.io/docs/reference/using-api/#api-groups"""
    version = kind.partition(" ")[0]
    group = version.rpartition("/")[0]
    return "." in group and not group.endswith(".k8s.io") if group else version != "v1"


class _Recogniser:
    def __init__(self, facts: Facts, catalogue: Catalogue, places: Places) -> None:
        self.facts, self.catalogue, self.places = facts, catalogue, places
        self.locks = _Locks(facts)
        self._frameworks: dict[str, list[Runtime]] = defaultdict(list)
        self._go_modules: dict[str, list[Dependency]] = {folder_of(p.at.path): [] for p in facts.of(Project) if p.ecosystem == "go"}
        for runtime in facts.of(Runtime):
            if runtime.at.path.endswith((".props", ".targets")):
                self._frameworks[folder_of(runtime.at.path)].append(runtime)
        for dependency in facts.of(Dependency):
            if dependency.ecosystem == "go" and dependency.group == "main":
                self._go_modules.setdefault(folder_of(dependency.at.path), []).append(dependency)
        self._developer_lists = self._lists_for_developers()
        self._alternatives = {key.at for key in facts.of(ConfigKey) if _ALTERNATIVE.search(key.key)}
        self._product = {own_name(project.name or "") for project in facts.of(Project) if "/" not in project.at.path}
        self._built = {(folder_of(service.at.path), service.name) for service in facts.of(Service) if service.build is not None}
        self._packages = {str(project.name) for project in facts.of(Project) if project.name and not folder_of(project.at.path)}
        """What the projects at the root call themselves."""
        images = [image.name for image in facts.of(Image) if image.name and "/" in image.name]
        self._publishers = {each.partition("/")[0] for each in images if catalogue.image(each) is None}
        """Whose images nobody knows, the repository's own above all."""
        objects = (each for each in facts.of(Resource) if each.platform == "kubernetes" and places.scope(each.at.path) != "test")
        self._has_cluster = any(not _is_custom(each.kind) for each in objects)
        self._read = {variable.name for variable in facts.of(Variable) if variable.source in ("settings", "code")}
        self._prepared = prepared(facts, places)
        self._chosen: dict[str, set[str]] = defaultdict(set)
        """The engines that files of environments choose by variables: there a default of the code is that of its template."""
        for variable in facts.of(Variable):
            usual = not for_tests(variable.when) and not names_engine(variable.when)
            if usual and variable.source in ("dotenv", "compose") and places.scope(variable.at.path) is None:
                self._chosen[variable.name].update(engines(variable.name, variable.value))
        self._chosen_at = {v.at: self._chosen[v.name] for v in facts.of(Variable) if v.source == "settings" and self._chosen.get(v.name)}
        self._inner = {project.folder for project in facts.of(Project) if project.folder and project.ecosystem == "npm"}
        self._npm_needs: dict[str, dict[str, Dependency]] = defaultdict(dict)
        if self._inner:
            for need in facts.of(Dependency):
                if need.ecosystem == "npm" and need.group == "main":
                    self._npm_needs[folder_of(need.at.path)].setdefault(need.alias or need.name, need)
        self.direct = {(d.ecosystem, normal_package(d.ecosystem, d.name)) for d in facts.of(Dependency)}

    def sightings(self, paths: Iterable[str]) -> list[Sighting]:
        facts = self.facts
        found: list[Sighting] = []
        paths = list(paths)
        self._suffixes = {extension(path) for path in paths}
        for dependency in facts.of(Dependency):
            found += self.dependency(dependency)
        for image in facts.of(Image):
            found += self.image(image)
        for runtime in facts.of(Runtime):
            found += self.runtime(runtime)
        for key in facts.of(ConfigKey):
            found += self.config(key)
        for variable in facts.of(Variable):
            found += self.variable(variable)
        for process in facts.of(Process):
            found += self.process(process, process.command)
        for service in facts.of(Service):
            if service.command is not None:
                found += self.process(service, service.command)
        for resource in facts.of(Resource):
            found += self.resource(resource)
        found += self.imports()
        found += self.files(paths)
        found = [sighting for sighting in found if not self._is_the_product(sighting.technology)]
        replaced = {other for sighting in found if sighting.scope == "backend" for other in self.catalogue[sighting.technology].replaces}
        implied = [extra for sighting in found for extra in self.implied(sighting) if extra.technology not in replaced]
        return sorted([*found, *implied], key=lambda sighting: (sighting.at, sighting.technology, sighting.signal))

    def sighting(self, fact: Fact, known: str, *, signal: str, rank: int, scope: Scope | None = None, **more: Any) -> Sighting:
        """A sighting at a fact; its place decides the scope first, then the rule that calls, then the catalogue."""
        technology = self.catalogue[known]
        variant: Scope | None = "test" if for_tests(fact.when) else None
        declared: Any = technology.scope
        return Sighting(
            technology=known,
            at=fact.at,
            via=fact.via,
            when=fact.when,
            scope=self.places.scope(fact.at.path) or variant or scope or declared or _SCOPE_BY_CATEGORY.get(technology.category, "backend"),
            signal=signal,
            rank=rank,
            owner=fact.name if isinstance(fact, Service) else getattr(fact, "owner", None),
            **more,
        )

    # ---- one kind of fact each

    def dependency(self, dependency: Dependency) -> Iterator[Sighting]:
        if dependency.path is not None:
            return
        asked: str = dependency.ecosystem
        if dependency.group == "plugin":
            asked = "msbuild_sdks" if asked == "nuget" else "gradle_plugins" if asked == "maven" and ":" not in dependency.name else asked
        known = self.catalogue.package(asked, dependency.name)
        if known and not self._only_a_library(dependency, self.catalogue[known].serving):
            # of several packages of one technology the one that the catalogue lists first tells the version best
            listed = [normal_package(asked, package) for package in getattr(self.catalogue[known], asked)]
            written = normal_package(asked, dependency.name)
            rank = {"msbuild_sdks": 14, "gradle_plugins": 25}.get(asked, 20 + min(listed.index(written) if written in listed else 4, 4))
            if asked == "msbuild_sdks" and dependency.declared is None and (framework := self._target_framework(dependency.at.path)):
                dependency = replace(dependency, declared=framework.version, via=(*dependency.via, framework.at))
            yield self.package(dependency, known, signal=f"{asked} {dependency.name}", rank=rank)
        for extra in dependency.extras:
            if known := self.catalogue.extra(asked, dependency.name, extra):
                brought = replace(dependency, declared=None, locked=None, managed_by=dependency.name)
                if lock := self.locks.technology(self.catalogue[known], dependency.ecosystem):
                    brought = replace(brought, locked=lock.version, via=(*brought.via, lock.at))
                yield self.package(brought, known, signal=f"{asked} {dependency.name}[{extra}]", rank=30)

    def _only_a_library(self, dependency: Dependency, serving: Sequence[str]) -> bool:
        """Whether the product imports packages of a Go module, and none of those that make it the framework that it holds."""
        if not serving or dependency.ecosystem != "go":
            return False
        module = f"{dependency.name}/"
        imported = [
            each.module
            for each in self.facts.of(Import)
            if each.language == "go" and f"{each.module}/".startswith(module) and self.places.scope(each.at.path) is None
        ]
        return bool(imported) and not any(fnmatchcase(each, pattern) for each in imported for pattern in serving)

    def _bundled(self, dependency: Dependency) -> bool:
        """Whether the source of an npm package imports a framework that only its build needs: a bundler puts it into what is deployed."""
        source = f"{folder}/src/" if (folder := folder_of(dependency.at.path)) else "src/"
        return dependency.ecosystem == "npm" and any(
            each.module == dependency.name and each.at.path.startswith(source) and self.places.scope(each.at.path) is None
            for each in self._scripted
        )

    @cached_property
    def _scripted(self) -> list[Import]:
        return [each for each in self.facts.of(Import) if each.language == "javascript"]

    def package(self, dependency: Dependency, known: str, *, signal: str, rank: int) -> Sighting:
        technology = self.catalogue[known]
        scope: Scope | None = None
        if dependency.group == "test" and (technology.category != "build" or technology.scope == "backend"):
            scope = "test"
        elif (
            technology.scope is None
            and (dependency.group in ("dev", "build") or dependency.at.path in self._developer_lists)
            and technology.category not in ("testing", "frontend", "ci")
            and not (technology.serves and self._bundled(dependency))
        ):
            scope = "dev"
        optional = dependency.group in ("optional", "peer")
        return self.sighting(
            dependency,
            known,
            signal=signal,
            rank=rank,
            scope=scope,
            usage="supported" if optional else "used",
            declared=None if technology.remote or dependency.declared == "*" else dependency.declared,
            locked=None if technology.remote else dependency.locked,
            managed_by=dependency.managed_by,
            confidence="confirmed" if dependency.locked else "declared",
            optional=optional,
        )

    def _lists_for_developers(self) -> set[str]:
        """Requirements files beside a package that states its own needs, which add tools for tests: what only they name, developers need."""
        stated: dict[str, set[str]] = defaultdict(set)
        listed: dict[str, set[str]] = defaultdict(set)
        for need in self.facts.of(Dependency):
            if need.ecosystem == "pypi" and need.group == "main":
                of_package = need.at.path.rpartition("/")[2] in ("pyproject.toml", "setup.py", "setup.cfg")
                (stated if of_package else listed)[need.at.path].add(normal_package("pypi", need.name))
        folders = {folder_of(path) for path in stated}
        return {
            path
            for path, packages in listed.items()
            if folder_of(path) in folders
            and path.endswith(".txt")
            and any((known := self.catalogue.package("pypi", each)) and self.catalogue[known].category == "testing" for each in packages)
        }

    def _target_framework(self, project: str) -> Runtime | None:
        """The framework that an MSBuild project targets, itself or by a file of properties above it: an SDK has its version."""
        for stated in (
            self.facts.in_file(Runtime, project),
            *(self._frameworks.get(folder, []) for folder in folders_up(folder_of(project))),
        ):
            if found := next((runtime for runtime in stated if runtime.name == ".NET" and runtime.version), None):
                return found
        return None

    def image(self, image: Image) -> Iterator[Sighting]:
        if image.name and image.tag and image.purpose != "build" and (brought := self.catalogue.image_variant(image.name, image.tag)):
            yield self.sighting(image, brought, signal=f"image {image.name}:{image.tag}", rank=18, scope="backend", confidence="confirmed")
        known = self.catalogue.image(image.name) if image.name else None
        if known is None:
            return
        category = self.catalogue[known].category
        own = (folder_of(image.at.path), image.owner) in self._built or image.name.rpartition("/")[2] in self._packages  # type: ignore[union-attr]
        if category == "saas" and own:
            return  # the product itself, which others use as a service
        scope: Scope | None = None
        if image.purpose == "build" and known in _COMPILED and self._suffixes.isdisjoint(_COMPILED[known]):
            scope = "dev"
        elif category in ("language", "runtime", "framework") or (category == "server" and image.purpose == "base"):
            scope = "backend"
        elif image.purpose == "build":
            if category in ENGINES and image.when is not None:
                # what a pipeline starts beside its tests has a version that says nothing of the product's
                yield self.sighting(image, known, signal=f"image {image.name}", rank=80, scope="test", confidence="confirmed")
            if category != "build":
                return
            scope = "dev"
        elif category in _DEPLOYED:
            scope = self.catalogue[known].scope or "deploy"  # type: ignore[assignment]
        version = (
            Version(image.tag)
            if image.tag
            and not self._tagged_otherwise(image)
            and not (category in ("language", "runtime") and image.tag.partition("-")[0] in _VARIANTS)
            else None
        )
        if category in ("language", "runtime"):
            version = _built_on(image.tag, known) or version  # `cargo-chef:latest-rust-1.80.1`
        rank = {"service": 10, "base": 15, "build": 60}[image.purpose]
        if version and (repacked := self.catalogue.repacks(image.name)):  # type: ignore[arg-type]
            yield self.sighting(
                image, repacked, signal=f"image {image.name}", rank=rank, scope=scope, confidence="confirmed", declared=version
            )
            version = None
        if self.catalogue[known].implied_tag == "^" and (before := _BEFORE.match(version or "")) is not None:
            version = Version(before["own"])
            for other in self.catalogue[known].implies:
                signal, stated = f"image {image.name} implies {other}", Version(before["implied"])
                yield self.sighting(image, other, signal=signal, rank=rank + 1, scope=scope, confidence="confirmed", declared=stated)
        yield self.sighting(image, known, signal=f"image {image.name}", rank=rank, scope=scope, confidence="confirmed", declared=version)

    def _is_the_product(self, known: str) -> bool:
        """Whether an outside service is what the repository itself makes."""
        images = (image.rpartition("/")[2] for image in self.catalogue[known].images)
        return not self._product.isdisjoint((known, *images)) and self.catalogue[known].category in ("saas", "ai", "auth", "observability")

    def _tagged_otherwise(self, image: Image) -> bool:
        """Whether an image is somebody's own build of what it is called like (`shop/postgres:0.1.0`), with versions of its own."""
        publisher = (image.name or "").partition("/")[0]
        return publisher in self._publishers and not self.catalogue.publishes(image.name or "")

    def runtime(self, runtime: Runtime) -> Iterator[Sighting]:
        known = RUNTIMES.get(runtime.name)
        if known in self.catalogue.technologies and runtime.version:
            yield self.sighting(
                runtime,
                str(known),
                signal=f"runtime {runtime.name}",
                rank=_RUNTIME_RANK[runtime.source],
                confidence="confirmed",
                declared=runtime.version,
            )

    def config(self, key: ConfigKey) -> Iterator[Sighting]:
        shown = dict(each for value in values_of(key, self._prepared) for each in self.catalogue.config(key.key, value))
        for known, signal in shown.items():
            usage: Usage = "supported" if signal.usage == "supported" else "default" if signal.usage == "default" else "used"
            if usage == "default" and key.at in self._chosen_at and known not in self._chosen_at[key.at]:
                continue
            if usage == "used" and self.catalogue[known].category in ENGINES and _TEMPLATE.search(key.at.path):
                usage = "default"
            if usage == "used" and self.catalogue[known].category in ENGINES and key.dialect == "aspnet" and key.value.empty:
                usage = "supported"  # `appsettings.json` names what somebody may set
            yield self.sighting(key, known, signal=f"config {key.key}", rank=30, confidence="confirmed", usage=usage)
        prepared = _ALTERNATIVE.search(key.key) or _TEMPLATE.search(key.at.path)
        yield from self.url(key, key.value, rank=70 if prepared else 32)

    def variable(self, variable: Variable) -> Iterator[Sighting]:
        if known := self.catalogue.variable(variable.name):
            read = variable.source in ("settings", "code")
            yield self.sighting(variable, known, signal=f"env {variable.name}", rank=90, confidence="inferred", usage="unknown", read=read)
        if (engine := _SET_FOR_SERVERS.get(variable.name)) and self._runs_an_unknown_image(variable):
            yield self.sighting(variable, engine, signal=f"config {variable.name}", rank=55, confidence="inferred", usage="used")
        chosen = self._chosen.get(variable.name) if variable.source in ("settings", "code") else None
        for known in engines(variable.name, variable.value):
            if not chosen or known in chosen:
                yield self.sighting(variable, known, signal=f"config {variable.name}", rank=48, confidence="confirmed", usage="default")
        if variable.value is not None:
            prepared = variable.source == "dotenv" or variable.at in self._alternatives
            yield from self.url(variable, variable.value, rank=70 if prepared else 50, read=prepared and variable.name in self._read)

    def _runs_an_unknown_image(self, variable: Variable) -> bool:
        """Whether a variable is set for a service whose image is somebody's own build."""
        images = [
            image.name
            for image in self.facts.in_file(Image, variable.at.path)
            if image.owner == variable.owner and image.purpose == "service"
        ]
        return variable.owner is not None and bool(images) and not any(name is None or self.catalogue.image(name) for name in images)

    def url(self, fact: Fact, value: Opaque, *, rank: int, read: bool = False) -> Iterator[Sighting]:
        scheme, host = value.scheme(), value.host()
        named = str(getattr(fact, "key", "") or getattr(fact, "name", ""))
        if host and (_ABOUT_HOST.match(host) or _ABOUT.search(named)):
            host = None  # a link to what explains a service is no use of it
        # a prefix `mysql+aiomysql://` is the beginning of an address that others may complete
        begun = _PREFIX.search(named) is not None and (value.matches("*://") or value.matches("*:///"))
        usage: Usage = "unknown" if rank >= 60 else "supported" if begun else "used"
        for known in self.catalogue.scheme(scheme) if scheme else ():
            yield self.sighting(fact, known, signal=f"url {scheme}", rank=rank, confidence="confirmed", usage=usage, read=read)
        if host and getattr(fact, "source", "") != "dockerfile" and (known_host := self.catalogue.host(host)):
            yield self.sighting(fact, known_host, signal=f"host {host}", rank=rank + 5, confidence="inferred", usage=usage)

    def process(self, fact: Fact, command: Opaque) -> Iterator[Sighting]:
        for word in dict.fromkeys(command.words(self.catalogue.command_words)):
            known = self.catalogue.command(word)
            # what an image's build starts or installs is no engine that runs
            built_with = (
                getattr(fact, "owner", None) == "RUN" and known and self.catalogue[known].category in ("language", "runtime", *ENGINES)
            )
            if known and not built_with:
                yield self.sighting(fact, known, signal=f"command {word}", rank=35, confidence="confirmed")

    def resource(self, resource: Resource) -> Iterator[Sighting]:
        known = self.catalogue.resource(resource.platform, resource.kind)
        if known is None and resource.platform == "helm" and resource.name:
            known = self.catalogue.chart(resource.name)
        if known == "kubernetes" and resource.platform == known and not self._has_cluster and _is_custom(resource.kind):
            return  # a product may write its own objects like those of a cluster
        if known:
            # what stores, answers and signs people in is the backend's own, however it is set up
            scope: Scope | None = None if self.catalogue[known].category in (*ENGINES, "api", "auth") else "deploy"
            signal = f"{resource.platform} {resource.kind}"
            # a description states the version of what it is written in, a package only that of the package
            rank = 18 if resource.version and resource.platform == "other" and self.catalogue[known].category == "api" else 30
            found = self.sighting(resource, known, signal=signal, rank=rank, scope=scope, confidence="confirmed", declared=resource.version)
            yield replace(found, owner=resource.name) if resource.platform == "aspire" else found

    def files(self, paths: Iterable[str]) -> Iterator[Sighting]:
        for path in paths:
            if known := self.catalogue.file(path):
                stated = next((p for p in self.facts.in_file(Property, path) if p.name == "compose.version"), None)
                # the version of a Compose file is none of what reads it beside Compose
                version = stated.value.version() if stated and known == "docker-compose" else None
                fact = Fact(at=stated.at if stated else At(path, 1))
                base = path.rpartition("/")[2]
                scope: Scope | None = "test" if known == "docker-compose" and for_tests(base) else None
                yield self.sighting(fact, known, signal=f"file {base}", rank=45, scope=scope, confidence="confirmed", declared=version)

    def imports(self) -> Iterator[Sighting]:
        """Modules that the catalogue knows (standard libraries, parts of packages), and packages that are locked but not declared: shown in use."""
        seen: set[tuple[str, str, str | None]] = set()
        for imported in self.facts.of(Import):
            scope, signal = self.places.scope(imported.at.path), f"import {imported.module}"
            module = self.catalogue.module(imported.language, imported.module)
            shown = self._go_module(imported) if imported.language == "go" else self._transitive(imported)
            if (
                (need := self._shared(imported)) is not None
                and (shared := self.catalogue.package("npm", need.name))
                and (key := (shared, folder_of(imported.at.path), scope)) not in seen
            ):
                seen.add(key)
                yield self.package(replace(need, at=imported.at, via=(need.at,)), shared, signal=f"npm {need.name}", rank=26)
            for known, lock in ((module, shown[1] if imported.language == "go" else None), shown):
                if known and (key := (known, folder_of(imported.at.path), scope)) not in seen:
                    seen.add(key)
                    sighting = self.sighting(imported, known, signal=signal, rank=40, confidence="confirmed")
                    yield sighting if lock is None else replace(sighting, locked=lock.version, via=(lock.at,), rank=38)

    def _shared(self, imported: Import) -> Dependency | None:
        """What a project imports of the packages that the package.json of its workspace names."""
        above = list(folders_up(folder_of(imported.at.path)))
        if imported.language != "javascript" or not self._inner or self._inner.isdisjoint(above):
            return None
        package, own = _package_of(imported)[1], next(folder for folder in above if folder in self._inner)
        holding = next((folder for folder in above if package in self._npm_needs.get(folder, {})), None)
        return self._npm_needs[holding][package] if holding is not None and len(holding) < len(own) else None

    def _transitive(self, imported: Import) -> tuple[str | None, Locked | None]:
        """The technology of an imported package that no manifest names but a lock file resolves."""
        ecosystem, package = _package_of(imported)
        if ecosystem is None or (ecosystem, normal_package(ecosystem, package)) in self.direct:
            return None, None
        lock = self.locks.package(ecosystem, package)
        return (self.catalogue.package(ecosystem, package), lock) if lock else (None, None)

    def _go_module(self, imported: Import) -> tuple[str | None, Locked | None]:
        """The version of the required module that holds an imported package; where no go.mod governs the file, the technology by the import alone."""
        governing = next((folder for folder in folders_up(folder_of(imported.at.path)) if folder in self._go_modules), None)
        if governing is None:
            parts = imported.module.split("/")
            paths = ("/".join(parts[:length]) for length in range(len(parts), 1, -1))
            return next((known for path in paths if (known := self.catalogue.package("go", path))), None), None
        holding = [d for d in self._go_modules[governing] if f"{imported.module}/".startswith(f"{d.name}/")]
        best = max(holding, key=lambda d: len(d.name), default=None)
        return None, Locked(ecosystem="go", name=best.name, version=best.declared, at=best.at) if best and best.declared else None

    # ---- relations

    def implied(self, sighting: Sighting) -> Iterator[Sighting]:
        """What a technology brings with it (with the version that is locked for it), and, as supported and without a version, the engines that a driver talks to."""
        technology = self.catalogue[sighting.technology]
        for protocol in technology.speaks:
            yield replace(sighting, technology=protocol, rank=sighting.rank + 1, signal=f"{sighting.signal} speaks {protocol}")
        tagged = technology.implied_tag is not None and sighting.signal.startswith("image ")
        built_on = _built_on(sighting.declared, str(technology.implied_tag)) if tagged else None
        for other in technology.implies:
            lock = self.locks.technology(self.catalogue[other], sighting.signal.partition(" ")[0])
            brought = replace(
                sighting,
                technology=other,
                declared=built_on,
                locked=lock.version if lock else None,
                via=(*sighting.via, lock.at) if lock else sighting.via,
                confidence="inferred",
                rank=sighting.rank + 25,
                signal=f"{sighting.signal} implies {other}",
            )
            yield brought
            if sighting.rank < 100:
                yield from self.implied(brought)
        if sighting.usage == "unknown":
            return
        for engine in technology.drives:
            yield replace(
                sighting,
                technology=engine,
                declared=None,
                locked=None,
                managed_by=None,
                via=(),
                usage="supported",
                confidence="inferred",
                rank=sighting.rank + 60,
                signal=f"{sighting.signal} drives {engine}",
            )


_EXPLAINED = {"python", "javascript", "go"}
"""Languages whose imports name packages (`_package_of`, `_go_module`)."""


def _package_of(imported: Import) -> tuple[str | None, str]:
    """The ecosystem and package that an import most plainly names."""
    match imported.language:
        case "python":
            return "pypi", imported.module.partition(".")[0]
        case "javascript":
            parts = imported.module.split("/")
            return "npm", "/".join(parts[:2]) if imported.module.startswith("@") else parts[0]
        case _:
            return None, ""
