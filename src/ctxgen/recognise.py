"""The catalogue's answer to every fact: sightings of technologies, each with the line that shows it.

Nothing is decided here about components or about the whole repository; a sighting says what one line shows, how far
it can be trusted (`rank`, lower is better) and in which scope the line's place and group put it.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Iterator

from msgspec.structs import replace

from ctxgen.catalogue import PACKAGE_KEYS, Catalogue, Technology, normal_package
from ctxgen.facts import Facts, folder_of
from ctxgen.model import (
    At,
    Confidence,
    ConfigKey,
    Dependency,
    Fact,
    Image,
    Import,
    Locked,
    Process,
    Resource,
    Scope,
    Service,
    Sighting,
    Usage,
    Variable,
)
from ctxgen.opaque import Opaque, Version
from ctxgen.places import Places

ENGINES = ("database", "cache", "queue", "search", "storage")
_SCOPE_BY_CATEGORY: dict[str, Scope] = {
    "testing": "test",
    "build": "dev",
    "ci": "dev",
    "container": "deploy",
    "orchestration": "deploy",
    "iac": "deploy",
    "frontend": "frontend",
}
_DEPLOYED_CATEGORIES = {"server", "observability", "cloud", "container", "orchestration", "iac", "testing"}


def recognise(facts: Facts, paths: Iterable[str], catalogue: Catalogue, places: Places) -> list[Sighting]:
    """All sightings, in the order of their places."""
    locks = Locks(facts)
    found: list[Sighting] = []
    for dependency in facts.of(Dependency):
        found += _dependency(dependency, catalogue, places, locks)
    for image in facts.of(Image):
        found += _image(image, catalogue, places)
    for key in facts.of(ConfigKey):
        found += _config(key, catalogue, places)
    for variable in facts.of(Variable):
        found += _variable(variable, catalogue, places)
    for process in facts.of(Process):
        found += _process(process, process.command, catalogue, places)
    for service in facts.of(Service):
        if service.command is not None:
            found += _process(service, service.command, catalogue, places)
    for resource in facts.of(Resource):
        found += _resource(resource, catalogue, places)
    found += _imports(facts, catalogue, places, locks)
    for path in paths:
        if known := catalogue.file(path):
            found.append(
                _sighting(
                    Fact(at=At(path, 1)),
                    catalogue[known],
                    places,
                    signal=f"file {path.rpartition('/')[2]}",
                    rank=45,
                    confidence="confirmed",
                )
            )
    implied = [extra for sighting in found for extra in _implied(sighting, catalogue, locks)]
    return sorted([*found, *implied], key=lambda sighting: (sighting.at, sighting.technology, sighting.signal))


class Locks:
    """What lock files resolved, by ecosystem and package, and which packages the repository names itself."""

    def __init__(self, facts: Facts) -> None:
        self._locked: dict[tuple[str, str], list[Locked]] = defaultdict(list)
        for lock in facts.of(Locked):
            self._locked[lock.ecosystem, normal_package(lock.ecosystem, lock.name)].append(lock)
        self.direct = {(d.ecosystem, normal_package(d.ecosystem, d.name)) for d in facts.of(Dependency)}

    def package(self, ecosystem: str, package: str) -> Locked | None:
        """The entry of a package, where one version of it alone is locked in the repository."""
        entries = self._locked.get((ecosystem, normal_package(ecosystem, package)), ())
        return entries[0] if len({entry.version for entry in entries}) == 1 else None

    def technology(self, technology: Technology, ecosystem: str) -> Locked | None:
        """The entry of a technology's own package."""
        if ecosystem not in PACKAGE_KEYS:
            return None
        return next((lock for package in getattr(technology, ecosystem) if (lock := self.package(ecosystem, package))), None)


def _imports(facts: Facts, catalogue: Catalogue, places: Places, locks: Locks) -> Iterator[Sighting]:
    """Modules of the standard library and the like that the catalogue knows, and packages that are locked but not declared: shown in use."""
    seen: set[tuple[str, str, str | None]] = set()
    for imported in facts.of(Import):
        scope = places.scope(imported.at.path)
        known = catalogue.module(imported.language, imported.module)
        if known and (key := (known, folder_of(imported.at.path), scope)) not in seen:
            seen.add(key)
            yield _sighting(imported, catalogue[known], places, signal=f"import {imported.module}", rank=40, confidence="confirmed")
        ecosystem, package = _package_of(imported)
        if ecosystem is None or (ecosystem, normal_package(ecosystem, package)) in locks.direct:
            continue
        lock = locks.package(ecosystem, package)
        transitive = catalogue.package(ecosystem, package) if lock is not None else None
        if lock is not None and transitive is not None and (key := (transitive, folder_of(imported.at.path), scope)) not in seen:
            seen.add(key)
            sighting = _sighting(
                imported, catalogue[transitive], places, signal=f"import {imported.module}", rank=38, confidence="confirmed"
            )
            yield replace(sighting, locked=lock.version, via=(lock.at,))


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


def _sighting(
    fact: Fact,
    technology: Technology,
    places: Places,
    *,
    signal: str,
    rank: int,
    scope: Scope | None = None,
    confidence: Confidence = "declared",
    usage: Usage = "used",
    version: Version | None = None,
) -> Sighting:
    return Sighting(
        technology=technology.id,
        at=fact.at,
        via=fact.via,
        when=fact.when,
        scope=places.scope(fact.at.path)
        or _variant_scope(fact)
        or technology.scope
        or scope
        or _SCOPE_BY_CATEGORY.get(technology.category, "backend"),  # type: ignore[arg-type]
        usage=usage,
        confidence=confidence,
        declared=version,
        signal=signal,
        rank=rank,
        owner=getattr(fact, "owner", None),
    )


def _variant_scope(fact: Fact) -> Scope | None:
    """A compose variant or settings profile that is named for tests."""
    words = set((fact.when or "").lower().replace("-", " ").replace("_", " ").replace(".", " ").split())
    return "test" if words & {"test", "tests", "testing", "e2e", "ci", "integration"} else None


def _dependency(dependency: Dependency, catalogue: Catalogue, places: Places, locks: Locks) -> Iterator[Sighting]:
    asked: str = dependency.ecosystem
    if dependency.group == "plugin":
        asked = "msbuild_sdks" if asked == "nuget" else "gradle_plugins" if asked == "maven" and ":" not in dependency.name else asked
    if known := catalogue.package(asked, dependency.name):
        yield _package(
            dependency, catalogue[known], places, signal=f"{asked} {dependency.name}", rank=25 if dependency.group == "plugin" else 20
        )
    for extra in dependency.extras:
        if known := catalogue.extra(asked, dependency.name, extra):
            brought = replace(dependency, declared=None, locked=None, managed_by=dependency.name)
            if lock := locks.technology(catalogue[known], dependency.ecosystem):
                brought = replace(brought, locked=lock.version, via=(*brought.via, lock.at))
            yield _package(brought, catalogue[known], places, signal=f"{asked} {dependency.name}[{extra}]", rank=30)


def _package(dependency: Dependency, technology: Technology, places: Places, *, signal: str, rank: int) -> Sighting:
    scope: Scope | None = None
    if dependency.group == "test" and technology.category != "build":
        scope = "test"
    elif technology.scope is None and dependency.group in ("dev", "build") and technology.category not in ("testing", "frontend", "ci"):
        scope = "dev"
    optional = dependency.group in ("optional", "peer") and technology.category in (*ENGINES, "orm")
    sighting = _sighting(
        dependency, technology, places, signal=signal, rank=rank, usage="supported" if optional else "used", version=dependency.declared
    )
    return replace(
        sighting,
        scope=scope if scope and sighting.scope == "backend" else sighting.scope,
        locked=dependency.locked,
        managed_by=dependency.managed_by,
        confidence="confirmed" if dependency.locked else "declared",
        optional=dependency.group in ("optional", "peer"),
    )


def _image(image: Image, catalogue: Catalogue, places: Places) -> Iterator[Sighting]:
    known = catalogue.image(image.name) if image.name else None
    if known is None:
        return
    technology = catalogue[known]
    if image.purpose == "build" and technology.category not in ("language", "runtime"):
        return
    scope: Scope | None = "deploy" if technology.category in _DEPLOYED_CATEGORIES and image.purpose == "service" else None
    if technology.category in ("language", "runtime", "framework"):
        scope = "backend"
    rank = {"service": 10, "base": 15, "build": 60}[image.purpose]
    yield _sighting(
        image,
        technology,
        places,
        signal=f"image {image.name}",
        rank=rank,
        scope=scope,
        confidence="confirmed",
        version=Version(image.tag) if image.tag else None,
    )


def _config(key: ConfigKey, catalogue: Catalogue, places: Places) -> Iterator[Sighting]:
    for known, signal in catalogue.config(key.key, key.value):
        usage: Usage = "supported" if signal.usage == "supported" else "default" if signal.usage == "default" else "used"
        yield _sighting(key, catalogue[known], places, signal=f"config {key.key}", rank=30, confidence="confirmed", usage=usage)
    yield from _url(key, key.value, catalogue, places, rank=32)


def _variable(variable: Variable, catalogue: Catalogue, places: Places) -> Iterator[Sighting]:
    if known := catalogue.variable(variable.name):
        technology = catalogue[known]
        sighting = _sighting(variable, technology, places, signal=f"env {variable.name}", rank=90, confidence="inferred", usage="unknown")
        yield replace(sighting, read=variable.source in ("settings", "code"))
    if variable.value is not None:
        yield from _url(variable, variable.value, catalogue, places, rank=50 if variable.source != "dotenv" else 70)


def _url(fact: ConfigKey | Variable, value: Opaque, catalogue: Catalogue, places: Places, *, rank: int) -> Iterator[Sighting]:
    scheme, host = value.scheme(), value.host()
    if scheme:
        for known in catalogue.scheme(scheme):
            yield _sighting(
                fact,
                catalogue[known],
                places,
                signal=f"url {scheme}",
                rank=rank,
                confidence="confirmed",
                usage="used" if rank < 60 else "unknown",
            )
    if host and (known_host := catalogue.host(host)):
        yield _sighting(
            fact,
            catalogue[known_host],
            places,
            signal=f"host {host}",
            rank=rank + 5,
            confidence="inferred",
            usage="used" if rank < 60 else "unknown",
        )


def _process(fact: Fact, command: Opaque, catalogue: Catalogue, places: Places) -> Iterator[Sighting]:
    for word in dict.fromkeys(command.words(catalogue.command_words)):
        if known := catalogue.command(word):
            yield _sighting(fact, catalogue[known], places, signal=f"command {word}", rank=35, confidence="confirmed")


def _resource(resource: Resource, catalogue: Catalogue, places: Places) -> Iterator[Sighting]:
    known = catalogue.resource(resource.platform, resource.kind) or (
        catalogue.chart(resource.name) if resource.platform == "helm" and resource.name else None
    )
    if known:
        technology = catalogue[known]
        scope: Scope | None = "deploy" if technology.category not in ENGINES else None
        yield _sighting(
            resource,
            technology,
            places,
            signal=f"{resource.platform} {resource.kind}",
            rank=30,
            scope=scope,
            confidence="confirmed",
            version=resource.version,
        )


def _implied(sighting: Sighting, catalogue: Catalogue, locks: Locks) -> Iterator[Sighting]:
    """What a technology brings with it (with the version that is locked for it), and, as supported and without a version, the engines that a driver talks to."""
    technology = catalogue[sighting.technology]
    for other in technology.implies:
        lock = locks.technology(catalogue[other], sighting.signal.partition(" ")[0])
        brought = replace(
            sighting,
            technology=other,
            declared=None,
            locked=lock.version if lock else None,
            via=(*sighting.via, lock.at) if lock else sighting.via,
            confidence="inferred",
            rank=sighting.rank + 25,
            signal=f"{sighting.signal} implies {other}",
        )
        yield brought
        if sighting.rank < 100:
            yield from _implied(brought, catalogue, locks)
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
            usage="connector" if sighting.usage == "connector" else "supported",
            confidence="inferred",
            rank=sighting.rank + 60,
            signal=f"{sighting.signal} drives {engine}",
        )
