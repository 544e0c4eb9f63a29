"""Sightings as technologies: scope, usage, version and evidence of each, and how every component uses it."""

from __future__ import annotations

import re
from collections import Counter, defaultdict
from collections.abc import Iterable, Sequence, Set

from msgspec.structs import replace

from ctxgen.catalogue import PACKAGE_KEYS, Catalogue
from ctxgen.context import Technology, Use
from ctxgen.facts import Facts, folder_of
from ctxgen.inference.alternatives import DEPLOYS, STORES, is_engine, told_apart
from ctxgen.inference.evidence import cite
from ctxgen.join import Join
from ctxgen.model import At, Import, Scope, Sighting

_SCOPES: tuple[Scope, ...] = ("backend", "deploy", "frontend", "dev", "test", "docs")
_USAGES = ("used", "default", "connector", "supported", "unknown")
_CONFIDENCES = ("confirmed", "declared", "inferred")
_NODE_MANAGERS = ("npm", "yarn", "pnpm", "bun")
"""They start what they install, so they are part of a Node backend, and of nothing but the frontend elsewhere."""
_OF_A_LIBRARY = ("orm", "migration")
MANY_ENGINES = 6
"""From so many engines that only optional groups bring, they are data sources of the product's users: connectors."""


def place_sightings(sightings: Iterable[Sighting], join: Join, facts: Facts) -> list[Sighting]:
    """Sightings with their component, and in frontend scope where their component has only browser dependencies."""
    placed = []
    importing = _importing(join, facts)
    for sighting in sightings:
        if importing and sighting.signal.startswith("go ") and join.shared_module(sighting.at.path):
            package = f"{sighting.signal.split(' ')[1]}/"
            users = sorted({user for module, components in importing.items() if module.startswith(package) for user in components})
            placed += [replace(sighting, component=user) for user in users] or [sighting]
            continue
        if sighting.signal.startswith("import ") and len(running := join.running(sighting.at.path)) > 1:
            placed += [replace(sighting, component=user) for user in running]
            continue
        if (
            sighting.owner is not None
            and sighting.usage == "default"
            and sighting.signal.startswith("config ")
            and _somebody_elses(join, sighting.owner, sighting.at.path)
        ):
            continue  # the engine that a Gitea beside the product is told to keep its data in
        component = join.component(sighting.at.path, sighting.owner)
        scope = sighting.scope
        if (
            scope == "backend"
            and (join.frontend(sighting.at.path) or (sighting.signal.startswith("npm ") and join.frontend_code(sighting.at.path)))
            and not sighting.signal.startswith(("pypi", "maven", "go ", "nuget", "image", "url", "config", "command", "runtime"))
        ):
            scope = "frontend"
        elif scope in ("backend", "dev") and sighting.technology in _NODE_MANAGERS:
            scope = "backend" if any(unit.ecosystem == "npm" and not unit.frontend for unit in join.units) else "frontend"
        elif scope == "dev" and sighting.signal.startswith("npm ") and join.frontend_code(sighting.at.path):
            scope = "frontend" if join.catalogue[sighting.technology].category == "build" else scope
        placed.append(replace(sighting, component=component, scope=scope))
    return placed


def _somebody_elses(join: Join, service: str, path: str) -> bool:
    """Whether a service runs a program that is not built from the repository."""
    part = join.named.get(service, path)
    return part is not None and part.kind == "infrastructure"


def _importing(join: Join, facts: Facts) -> dict[str, set[str]]:
    """The components that import each package, where programs share a Go module whose manifest needs it for one of them or another."""
    found: dict[str, set[str]] = defaultdict(set)
    if join.programs:
        for each in facts.of(Import):
            if each.language == "go" and join.places.scope(each.at.path) is None and not each.at.path.endswith("_test.go"):
                users = join.running(each.at.path) or filter(None, (join.component(each.at.path),))
                found[f"{each.module}/"].update(users)
    return found


def settle_usage(sightings: Sequence[Sighting], catalogue: Catalogue, others: Set[str] = frozenset()) -> list[Sighting]:
    """Tell engines that are used from those that are supported or connected to.

    A driver alone says that the code can talk to an engine.  It says that it does where it is the only engine of its
    category that the repository's product names; variables alone say nothing of an engine that has no driver, image
    or setting.  Many engines behind optional groups are connectors, and their drivers are not told.  `others` are
    passed over by the setting that chooses among them.
    """
    sightings = told_apart(sightings, catalogue, others)
    shown = {s.technology for s in sightings if s.usage in ("used", "default") and s.scope in ("backend", "deploy")}
    engines = {
        s.technology
        for s in sightings
        if s.scope == "backend" and s.usage in ("used", "default", "supported") and is_engine(s.technology, catalogue)
    }
    by_category: dict[str, set[str]] = defaultdict(set)
    for engine in engines:
        by_category[catalogue[engine].category].add(engine)
    optional = {s.technology for s in sightings if s.optional and s.scope == "backend"} - {
        s.technology
        for s in sightings
        if not s.optional and s.scope == "backend" and s.usage != "unknown" and not s.signal.startswith("import ")
    }
    connectors = optional & {t for t in optional if catalogue[t].category in (*STORES, "saas")}
    connectors = connectors if len([t for t in connectors if is_engine(t, catalogue)]) >= MANY_ENGINES else set()
    chosen = {catalogue[engine].category for engine in engines & shown}
    idle = _idle(sightings, catalogue)
    proved = {s.technology for s in sightings if s.scope in ("test", "dev") and s.signal.startswith("image ")}
    brokers = {
        s.technology for s in sightings if s.usage in ("used", "default") and s.scope in ("backend", "deploy") and not _of_an_extra(s)
    }
    settled = []
    for sighting in sightings:
        known = sighting.technology
        if sighting.read and sighting.signal.startswith("url ") and catalogue[known].category == "database" and "database" not in chosen:
            # the address that a prepared file gives a variable which the product reads: what it starts with
            sighting = replace(sighting, usage="default" if by_category["database"] - {known} else "used")
        elif (
            sighting.read
            and known in proved
            and known not in engines
            and is_engine(known, catalogue)
            and not by_category[catalogue[known].category]
        ):
            # a variable that the product reads names an engine for which there is no client: its tests start the engine
            sighting = replace(sighting, usage="used")
        elif _of_an_extra(sighting) and catalogue[known].category == "queue" and not _BROKERS.isdisjoint(brokers - {known}):
            sighting = replace(sighting, usage="supported")  # `celery[sqs]` beside the address of the broker that it is told to use
        elif known in connectors:
            if catalogue[known].drives and not shown & set(catalogue[known].drives):
                continue
            sighting = replace(sighting, usage="connector")
        elif sighting.usage == "supported" and " drives " in sighting.signal and sighting.at in idle and known not in shown:
            continue
        elif (
            sighting.usage == "supported"
            and " drives " in sighting.signal
            and not sighting.optional
            and known not in shown
            and by_category[catalogue[known].category] - connectors == {known}
            and known not in others
        ):
            sighting = replace(sighting, usage="used")
        settled.append(sighting)
    told = {s.technology for s in settled if s.usage != "unknown"}
    return [s for s in settled if s.usage != "unknown" or s.technology in told or _stands_alone(s, catalogue)]


_BROKERS = {"redis", "valkey", "rabbitmq", "sqs", "kafka"}


def _of_an_extra(sighting: Sighting) -> bool:
    """Whether only an extra of another package says that an engine can be talked to."""
    return sighting.signal.startswith("pypi ") and sighting.signal.endswith("]")


def _idle(sightings: Sequence[Sighting], catalogue: Catalogue) -> set[At]:
    """Where drivers of the JVM are declared that nothing imports, though code that uses them would."""
    imported = {s.technology for s in sightings if s.signal.startswith("import ")}
    return {
        s.at
        for s in sightings
        if s.signal.startswith("maven ")
        and s.technology not in imported
        and catalogue[s.technology].drives
        and "java" in catalogue[s.technology].imports
    }


def _stands_alone(sighting: Sighting, catalogue: Catalogue) -> bool:
    """Whether a variable's name is enough: outside services are told by their keys, engines are not."""
    return catalogue[sighting.technology].category in ("saas", "ai", "auth") and sighting.read


def technologies(sightings: Sequence[Sighting], catalogue: Catalogue) -> list[Technology]:
    """One entry per technology, by id."""
    grouped: dict[str, list[Sighting]] = defaultdict(list)
    for sighting in sightings:
        grouped[sighting.technology].append(sighting)
    found = {identifier: _technology(identifier, same, catalogue) for identifier, same in sorted(grouped.items())}
    for identifier, technology in found.items():
        holder = found.get(catalogue[identifier].shipped_in or "")
        if holder is not None and technology.version is None:
            found[identifier] = replace(technology, version=holder.version, evidence=(*technology.evidence, *holder.evidence[:1]))
    return list(found.values())


_FLOATING = "latest"
"""The tag of an image that says nothing of what the product runs on where only tests start it."""


def _technology(identifier: str, same: list[Sighting], catalogue: Catalogue) -> Technology:
    declared = catalogue[identifier]
    # names of .NET's packages are long; the first one of a list is that of the technology
    same = _of_the_namesake(same, {_plain(identifier), _plain(declared.name), *map(_plain, declared.nuget[:1])})
    scope = _scope(same)
    in_scope = [s for s in same if s.scope == scope]
    usage = next(usage for usage in _USAGES if any(s.usage == usage for s in in_scope))
    ordered = sorted(in_scope, key=lambda s: (s.usage != usage, s.rank, s.when is not None, s.at.path.count("/"), len(s.at.path), s.at))
    uses = _uses(same)
    if declared.category in _OF_A_LIBRARY and any(s.signal.startswith("maven ") for s in ordered):
        # a plug-in of the build has the version that the library would have alone, which a BOM decides
        ordered = [replace(s, declared=None, locked=None) if s.signal.startswith("gradle_plugins ") else s for s in ordered]
        same = [s for s in same if not s.signal.startswith("gradle_plugins ")]
    # of an engine that the product deploys itself, or only supports, what tests start says nothing, nor does the syntax of their Compose files
    elsewhere = {"docs", "test", "dev"} if usage == "supported" or declared.category == "container" else {"docs"}
    elsewhere |= {"test"} if scope == "backend" and any(s.signal.startswith(DEPLOYS) for s in in_scope) else set()
    elsewhere |= {"frontend"} if scope == "backend" else set()  # a browser's package is another one of the same name
    others = [s for s in same if s.scope not in elsewhere and not (s.scope == "test" and s.declared == _FLOATING)]
    version = _version(ordered) or _version(sorted(others, key=lambda s: (s.rank, s.at)))
    # the line that is cited first is one that states the version
    stating = [s for s in (*ordered, *same) if version is not None and str(s.locked or s.declared) == version][:1]
    return Technology(
        id=identifier,
        name=declared.name,
        category=declared.category,
        roles=declared.roles,
        version=version,
        scope=scope,
        usage=usage,
        confidence=next(c for c in _CONFIDENCES if any(s.confidence == c for s in in_scope)),
        evidence=cite(
            [*(s.at for s in stating), *(s.at for s in ordered[:4]), *_via([*stating, *ordered][:1]), *(s.at for s in ordered[4:])]
        ),
        uses=uses,
    )


def _of_the_namesake(same: list[Sighting], called: Set[str]) -> list[Sighting]:
    """The sightings, without the versions of a technology's other packages in ecosystems where the one that is called as it states its own (`diesel-async` beside `diesel`, Aspire's integration beside a provider)."""
    telling = {(kind, s.scope) for s in same if s.locked or s.declared for kind, package in [_package(s)] if package in called}
    if not telling:
        return same
    return [
        replace(s, declared=None, locked=None) if (kind, s.scope) in telling and package not in called else s
        for s in same
        for kind, package in [_package(s)]
    ]


def _package(sighting: Sighting) -> tuple[str, str]:
    """The ecosystem of the package that a sighting is of, and its own name without its group."""
    kind, _, package = sighting.signal.partition(" ")
    return (kind, _plain(re.split(r"[/:]", package)[-1])) if kind in PACKAGE_KEYS else ("", "")


def _plain(name: str) -> str:
    return re.sub(r"[^a-z0-9]", "", name.lower())


def _scope(same: Sequence[Sighting]) -> Scope:
    """Backend before deployment before all others; where both show it, the better evidence decides between these two."""
    product = [s for s in same if s.scope in ("backend", "deploy") and s.usage != "unknown"]
    if product:
        return min(product, key=lambda s: (s.rank, s.scope != "backend")).scope
    return next(scope for scope in _SCOPES if any(s.scope == scope for s in same))


def _via(ordered: Sequence[Sighting]) -> list[At]:
    return [at for sighting in ordered for at in sighting.via]


def _version(ordered: Sequence[Sighting]) -> str | None:
    """The version that most components have by their best evidence, the best evidence of all deciding ties.

    Only sightings of the leading usage and rank speak, unless none of them states a version: an image's tag is not
    outvoted by manifests.
    """
    versioned = [s for s in ordered if (s.locked or s.declared) and s.usage == ordered[0].usage] or [
        s for s in ordered if s.locked or s.declared
    ]
    if not versioned:
        return None
    best = [s for s in versioned if s.rank == versioned[0].rank and (s.when is None or versioned[0].when is not None)] or versioned
    votes: dict[str, str] = {}
    for sighting in best:
        votes.setdefault(sighting.component or folder_of(sighting.at.path), str(sighting.locked or sighting.declared))
    counted = Counter(votes.values())
    first = str(best[0].locked or best[0].declared)
    return max(counted, key=lambda version: (counted[version], version == first))


def _uses(same: Sequence[Sighting]) -> tuple[Use, ...]:
    grouped: dict[tuple[str, str, str], list[Sighting]] = defaultdict(list)
    for sighting in same:
        grouped[sighting.component or "", sighting.scope, sighting.when or ""].append(sighting)
    uses = []
    for (component, scope, when), alike in sorted(grouped.items()):
        ordered = sorted(alike, key=lambda s: (_USAGES.index(s.usage), s.rank, s.at))
        best = next((s for s in ordered if s.locked or s.declared), ordered[0])
        uses.append(
            Use(
                component=component or None,
                scope=scope,
                usage=ordered[0].usage,
                version=best.locked or best.declared,
                declared=best.declared,
                locked=best.locked,
                managed_by=best.managed_by,
                when=when or None,
                evidence=cite([*(s.at for s in ordered), *_via([best])], 4),
            )
        )
    return tuple(uses)
