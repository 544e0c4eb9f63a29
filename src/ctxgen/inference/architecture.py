"""Components as the context tells them, the pattern that they make, and its traits."""

from __future__ import annotations

import re
from collections import Counter, defaultdict
from collections.abc import Mapping, Sequence

from ctxgen.catalogue import Catalogue
from ctxgen.context import Architecture, Component, Link, Technology, Trait
from ctxgen.facts import folder_of
from ctxgen.inference.evidence import cite
from ctxgen.join import Join
from ctxgen.model import Sighting

_STACK = ("framework", "orm", "database", "cache", "queue", "search", "storage", "jobs", "api", "auth", "server")
_DATA = ("orm", "database", "cache", "queue", "search", "storage", "jobs")
_TRAITS = {
    "api-gateway": ("spring-cloud-gateway", "netflix-zuul", "yarp", "ocelot", "kong", "krakend", "tyk"),
    "service-discovery": ("netflix-eureka", "consul", "spring-cloud-consul", "nacos", "steeltoe"),
    "configuration-server": ("spring-cloud-config", "spring-cloud-config-server"),
    "cqrs-mediator": ("mediatr", "nestjs-cqrs", "axon", "wolverine"),
}


def components(join: Join, sightings: Sequence[Sighting], catalogue: Catalogue, calls: Mapping[str, Sequence[Link]]) -> list[Component]:
    """Every component with what it uses and depends on; `calls` are the links that addresses state."""
    used: dict[str, dict[str, Sighting]] = defaultdict(dict)
    for sighting in sightings:
        if sighting.component and sighting.scope in ("backend", "frontend") and sighting.usage in ("used", "default"):
            known = used[sighting.component].get(sighting.technology)
            if known is None or sighting.rank < known.rank:
                used[sighting.component][sighting.technology] = sighting
    spoken = {s.technology for s in sightings if s.usage in ("used", "default") and s.scope in ("backend", "deploy")}
    found = []
    for part in join.parts:
        has = used.get(part.id, {})
        technologies = [t for t in has if catalogue[t].category in (*_STACK, "frontend")]
        if part.kind == "frontend":  # of what a server has, pages import types alone
            technologies = [t for t in technologies if catalogue[t].category not in _DATA]
        driven = dict.fromkeys(engine for t in (has if part.kind != "frontend" else ()) for engine in catalogue[t].drives)
        technologies += [engine for engine in driven if engine in spoken and engine not in technologies]
        if part.image and part.image not in technologies:
            technologies.append(part.image)
        technologies.sort(
            key=lambda t: (
                (*_STACK, "frontend").index(catalogue[t].category) if catalogue[t].category in (*_STACK, "frontend") else 99,
                has[t].rank if t in has else 0,
                t,
            )
        )
        links = []
        for target, at in part.depends_on:
            other = join.named.get(target, at.path)
            if other is not None and other.id != part.id:
                links.append(Link(other.id, other.image, "depends_on", cite([at])))
        told = {link.component for link in links}
        links += [link for link in calls.get(part.id, ()) if link.component not in told]
        found.append(
            Component(
                id=part.id,
                name=part.name,
                path=part.path,
                kind=part.kind,
                language=join.language_in(part),
                technologies=tuple(technologies),
                ports=part.ports,
                depends_on=tuple({(link.component): link for link in links}.values()),
                evidence=cite(part.at),
            )
        )
    return found


def architecture(parts: Sequence[Component], technologies: Sequence[Technology], join: Join) -> Architecture:
    """The pattern and its reasons.

    Microservices are at least three services built here that are deployed on their own, or two with workers in further
    languages; two or fewer on shared modules are a monolith; several applications in one workspace that do not make one system are a monorepo of apps.
    """
    built = [part for part in parts if part.kind in ("service", "gateway", "worker") and part.language is not None]
    services = [part for part in built if part.kind in ("service", "gateway")]
    folders = {part.path for part in built}
    manifests = {unit.at.path for unit in join.units}
    on_their_own = any(e.path not in manifests for part in services for e in part.evidence)
    functions = not on_their_own and all(("" if part.path == "." else part.path) in join.functions for part in services)
    serverless = [
        t
        for t in technologies
        if t.id in ("serverless-framework", "aws-sam", "aws-lambda", "azure-functions", "cloudflare-workers")
        and t.scope in ("backend", "deploy")
        and t.usage == "used"
    ]
    evidence = [at for part in built for at in part.evidence[:1]]
    pattern: str | None
    if serverless and functions:
        pattern, evidence = "serverless", [e for t in serverless for e in t.evidence[:1]]
    elif _apart(services, join) or (len({part.language for part in built}) > 1 and len(services) > 1 and _apart(built, join)):
        together = on_their_own or _find_each_other(technologies, services)
        together = together and not _steps(services) and not _namesakes(services) and not _several_hosts(parts)
        pattern = "microservices" if together else "monorepo-of-apps"
    elif built:
        pattern = "modular-monolith" if _domain_modules(join) and len(folders) <= 2 else "monolith"
    elif any(part.kind == "library" for part in parts):
        pattern, evidence = "library", [at for part in parts if part.kind == "library" for at in part.evidence[:1]]
    else:
        pattern = None
    traits = [
        Trait(trait, t.evidence[:2])
        for trait, known in _TRAITS.items()
        for t in technologies
        if t.id in known and t.scope in ("backend", "deploy") and t.usage == "used"
    ]
    traits += [
        Trait("event-driven", t.evidence[:2])
        for t in technologies
        if t.category == "queue" and t.scope == "backend" and t.usage == "used" and pattern == "microservices"
    ][:1]
    workers = [part for part in parts if part.kind == "worker"]
    if workers:
        traits.append(Trait("background-workers", tuple(at for part in workers for at in part.evidence[:1])[:4]))
    unique = {trait.name: trait for trait in reversed(traits)}
    return Architecture(pattern, tuple(unique[name] for name in sorted(unique)), tuple(evidence[:8]))


_STEP = re.compile(
    r"(?i)(?:.*/)?(?:part|step|chapter|lesson|stage|section|day|week|lab|exercise|episode|tutorial)s?[-_ ]?\d{1,3}(?:[^/\d][^/]*)?(?:/.*)?"
)


def _steps(services: Sequence[Component]) -> bool:
    """Whether most services are states of one program that a course goes through: `part-03-auth`, `chapter4`."""
    return 2 * sum(_STEP.fullmatch(part.path) is not None for part in services) > len(services)


def _namesakes(services: Sequence[Component]) -> bool:
    """Whether most services have the name of another one, as in a collection of applications: those of one system have names of their own."""
    named = Counter(part.name.lower() for part in services)
    return 2 * sum(count for count in named.values() if count > 1) > len(services)


def _apart(parts: Sequence[Component], join: Join) -> bool:
    """Whether components are programs of at least three projects, or programs of one Go module of which three have packages of their own."""
    own = join.with_packages_of_their_own()
    return len({part.path if part.path in own else join.project(part.path, part.language) for part in parts}) >= 3


def _find_each_other(technologies: Sequence[Technology], services: Sequence[Component]) -> bool:
    """Whether services that no file deploys make one system: behind a gateway, or at least half of them with a registry, configuration server or queue."""
    used = {t.id: t.category for t in technologies if t.scope == "backend" and t.usage == "used"}
    if not used.keys().isdisjoint(_TRAITS["api-gateway"]):
        return True
    found = {known for trait in ("service-discovery", "configuration-server") for known in _TRAITS[trait]}
    found |= {known for known, category in used.items() if category == "queue"}
    return 2 * sum(not found.isdisjoint(part.technologies) for part in services) >= len(services)


def _several_hosts(parts: Sequence[Component]) -> bool:
    """Whether three or more programs of Aspire each put a system of their own together, as in a collection of samples.  Source: https://aspire.dev/get-started/app-host/."""
    return sum(part.kind == "infrastructure" and part.name.endswith(".AppHost") for part in parts) >= 3


def _domain_modules(join: Join) -> bool:
    """Whether one process is cut into domain modules by its framework's own means: NestJS modules, a folder of modules."""
    nest = {
        folder_of(path) for path in join.paths if path.endswith(".module.ts") and join.places.scope(path) is None and path.count("/") >= 2
    }
    features = {folder.rpartition("/")[2] for folder in nest if folder.count("/") == min(f.count("/") for f in nest)} if nest else set()
    modules = {match[1] for path in join.paths if join.places.scope(path) is None and (match := _MODULE_FOLDER.match(path))}
    return len(features) >= 5 or len(modules) >= 3


_MODULE_FOLDER = re.compile(r"(?:.*/)?(?:[Mm]odules|bounded-?contexts)/([A-Z\w-]+)/.*\.(?:cs|java|kt|ts|py|php|go)\Z")
