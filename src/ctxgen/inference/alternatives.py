"""Engines among which the product's users or its settings choose, told apart from those that it uses."""

from __future__ import annotations

import re
from collections import defaultdict
from collections.abc import Mapping, Sequence, Set

from msgspec.structs import replace

from ctxgen.catalogue import PACKAGE_KEYS, Catalogue
from ctxgen.choosing import prepared, values_of
from ctxgen.facts import Facts
from ctxgen.model import ConfigKey, Sighting
from ctxgen.places import Places

STORES = ("database", "cache", "queue", "search", "storage")


def is_engine(known: str, catalogue: Catalogue) -> bool:
    """Whether a technology is a store or broker itself and no client of one."""
    return catalogue[known].category in STORES and not catalogue[known].drives


def told_apart(sightings: Sequence[Sighting], catalogue: Catalogue, others: Set[str] = frozenset()) -> list[Sighting]:
    """Sightings with the usage that alternatives have: supported, and the default among them; `others` are passed over by a setting.

    What such a setting passes over is used where anything else than a library shows it.
    """
    shown = {
        s.technology
        for s in sightings
        if s.usage in ("used", "default")
        and (" implies " in s.signal or not s.signal.startswith(_BY_LIBRARIES))
        and not s.at.path.endswith("config/app.php")  # where Laravel lists every facade
    }
    sightings = [replace(s, usage="supported") if s.technology in others - shown and s.usage == "used" else s for s in sightings]
    told = _of_developers(_by_condition(_stood_in(sightings, catalogue), catalogue), catalogue)
    told = _by_name(_of_a_collection(told, catalogue), catalogue)
    return _of_libraries(_alone(_of_drivers(told, catalogue), catalogue), catalogue)


def passed_over(facts: Facts, catalogue: Catalogue, places: Places) -> set[str]:
    """Stores that a framework's own setting could choose, where it states another one: `'default' => env('CACHE_DRIVER', 'file')` of Laravel.

    Sources: https://laravel.com/docs/cache#driver-prerequisites, https://laravel.com/docs/filesystem#configuration, https://laravel.com/docs/scout#driver-prerequisites.
    """
    given = prepared(facts, places)
    asked: dict[str, bool] = {}
    for key in facts.of(ConfigKey):
        if key.key.startswith(("laravel.", "rails.")) and places.scope(key.at.path) is None:
            chosen = {known for value in values_of(key, given) for known, _ in catalogue.config(key.key, value)}
            for known in catalogue.choosable(key.key):
                asked[known] = asked.get(known, False) or known in chosen
    return {known for known, chosen in asked.items() if not chosen and catalogue[known].category != "database"}


_PACKAGES = tuple(f"{kind} " for kind in (*PACKAGE_KEYS, "import"))
_BY_LIBRARIES = tuple(f"{kind} " for kind in PACKAGE_KEYS)


def _of_libraries(sightings: Sequence[Sighting], catalogue: Catalogue) -> list[Sighting]:
    """Stores of objects for which a component has the libraries of several, where nothing else shows one: a setting chooses one, or none of them."""
    if any(
        catalogue[s.technology].category == "storage" and s.usage in ("used", "default") and not s.signal.startswith(_PACKAGES)
        for s in sightings
        if s.scope in ("backend", "deploy")
    ):
        return list(sightings)
    bundled: dict[str, set[str]] = defaultdict(set)
    for s in sightings:
        if catalogue[s.technology].category == "storage" and s.scope == "backend" and s.usage in ("used", "supported"):
            bundled[s.component or ""].add(s.technology)
    several = {known for each in bundled.values() if len(each) > 1 for known in each if is_engine(known, catalogue)}
    return [replace(s, usage="supported") if s.technology in several and s.usage == "used" else s for s in sightings]


DEPLOYS = ("image ", "kubernetes ", "terraform ", "cloudformation ", "aspire ", "helm ")
"""Signals of something that runs, other than of what talks to it."""


def _stood_in(sightings: Sequence[Sighting], catalogue: Catalogue) -> list[Sighting]:
    """What is said to an engine that nothing deploys is said to the one that is deployed and speaks its protocol.

    `redis://store:6379` and a client of Redis beside the image of Valkey are uses of Valkey (https://valkey.io/topics/protocol/).
    Where the code names the other one too, by a client or an address of its own, both are told as they stand: users choose.
    """
    product = [s for s in sightings if s.scope == "backend" and s.usage != "unknown"]
    deployed = {s.technology for s in sightings if s.scope in ("backend", "deploy") and s.signal.startswith(DEPLOYS)}
    spoken = {s.technology for s in product if not s.signal.startswith(DEPLOYS)}
    # what one file deploys without a condition does not vary because another file deploys it, too
    varied = {s.technology for s in product if s.when} - {s.technology for s in product if not s.when and s.signal.startswith(DEPLOYS)}
    instead: dict[str, set[str]] = defaultdict(set)
    for s in product:
        if s.signal.startswith(DEPLOYS) and s.technology not in spoken | varied:
            for other in set(catalogue[s.technology].compatible_with) - deployed - varied:
                instead[other].add(s.technology)
    one = {other: next(iter(known)) for other, known in instead.items() if len(known) == 1}
    told = []
    for s in sightings:
        if s.technology in one and s.scope == "backend":
            driven = " drives " in s.signal and s.usage == "supported" and not s.optional
            s = replace(s, technology=one[s.technology], usage="used" if driven else s.usage)
        told.append(s)
    return told


_RELATIONAL = {"postgresql", "mysql", "mariadb", "sqlite", "sqlserver", "oracle", "cockroachdb"}
_MANY_DRIVERS = 3


def _of_drivers(sightings: Sequence[Sighting], catalogue: Catalogue) -> list[Sighting]:
    """Of the relational databases for which one component has three drivers or more, several that are only deployed are what its users choose from.

    Nothing but an image shows them: no address and no setting says that the product talks to more than one.
    """
    driven: dict[str, set[str]] = defaultdict(set)
    for s in sightings:
        if " drives " in s.signal and s.scope == "backend" and s.technology in _RELATIONAL:
            driven[s.component or ""].add(s.technology)
    chosen = {known for each in driven.values() if len(each) >= _MANY_DRIVERS for known in each}
    shown = [s for s in sightings if s.technology in _RELATIONAL and s.scope in ("backend", "deploy") and s.usage in ("used", "default")]
    stated = {s.technology for s in shown if not s.signal.startswith((*DEPLOYS, "env ", "import ")) and " drives " not in s.signal}
    deployed = {s.technology for s in shown if s.signal.startswith(DEPLOYS)} - stated
    if stated or len(deployed & chosen) < 2:
        return list(sightings)
    return [replace(s, usage="supported") if s.technology in deployed and s.usage == "used" else s for s in sightings]


def _alone(sightings: Sequence[Sighting], catalogue: Catalogue) -> list[Sighting]:
    """What code begins with is used where there is no other database to choose."""
    databases = {
        s.technology
        for s in sightings
        if s.scope in ("backend", "deploy") and catalogue[s.technology].category == "database" and is_engine(s.technology, catalogue)
    }
    if len(databases) != 1:
        return list(sightings)
    return [replace(s, usage="used") if s.usage == "default" and s.signal.startswith("config code.") else s for s in sightings]


_DEVELOPING = {"dev", "devel", "develop", "development", "local"}


def _of_developers(sightings: Sequence[Sighting], catalogue: Catalogue) -> list[Sighting]:
    """Databases that settings for developers alone name, beside one that stands without a condition or for production, are the developers'."""
    conditions: dict[str, set[str | None]] = defaultdict(set)
    for s in sightings:
        database = catalogue[s.technology].category == "database" and is_engine(s.technology, catalogue)
        if database and s.scope == "backend" and s.usage in ("used", "default"):
            conditions[s.technology].add(s.when)
    theirs = {known for known, when in conditions.items() if all(each is not None and each.lower() in _DEVELOPING for each in when)}
    if theirs == set(conditions):
        return list(sightings)
    return [replace(s, scope="dev") if s.technology in theirs and s.scope == "backend" else s for s in sightings]


_COLLECTION = 3


def _of_a_collection(sightings: Sequence[Sighting], catalogue: Catalogue) -> list[Sighting]:
    """Databases that a file starts side by side to try one product with each: those that only it shows are supported, beside one that settings state.

    The product's code has the drivers of all of them together; services with databases of their own have one each.
    """
    started: dict[str, set[str]] = defaultdict(set)
    elsewhere: set[str] = set()
    drivers: dict[str, set[str | None]] = defaultdict(set)
    stated: set[str] = set()
    for s in sightings:
        if catalogue[s.technology].category != "database" or not is_engine(s.technology, catalogue) or s.scope != "backend":
            continue
        if " drives " in s.signal:
            drivers[s.technology].add(s.component)
        elif s.usage in ("used", "default"):
            if s.signal.startswith("image "):
                started[s.at.path].add(s.technology)
            elif s.signal.startswith("config "):
                stated.add(s.technology)
            elif not s.signal.startswith("env "):
                elsewhere.add(s.technology)
    files = {path for path, engines in started.items() if len(engines) >= _COLLECTION}
    only = set().union(*(started[path] for path in files)) - stated - elsewhere
    only -= set().union(*(engines for path, engines in started.items() if path not in files))
    beside = set().union(*(drivers[known] for known in stated)) - {None} if files and only else set()
    theirs = {known for known in only if drivers[known] and drivers[known] <= beside}
    return (
        [replace(s, usage="supported") if s.technology in theirs and s.usage == "used" else s for s in sightings]
        if theirs
        else list(sightings)
    )


def _by_condition(sightings: Sequence[Sighting], catalogue: Catalogue) -> list[Sighting]:
    """Engines of which a variable picks one in one setting: those with a condition are supported, the one without is the default.

    What only a variant deploys is such an alternative too.
    """
    stated: dict[tuple[str, str], set[str]] = defaultdict(set)
    for s in sightings:
        if s.signal.startswith("config ") and s.scope == "backend" and s.usage == "used" and is_engine(s.technology, catalogue):
            stated[s.signal, s.at.path].add(s.technology)
    chosen = {(s.signal, s.at.path) for s in sightings if s.when and "=" in s.when and len(stated.get((s.signal, s.at.path), ())) > 1}
    categories = {catalogue[s.technology].category for s in sightings if (s.signal, s.at.path) in chosen}
    told = []
    for s in sightings:
        if (
            s.usage == "used"
            and s.scope in ("backend", "deploy")
            and is_engine(s.technology, catalogue)
            and catalogue[s.technology].category in categories
        ):
            if s.when:
                s = replace(s, usage="supported")
            elif (s.signal, s.at.path) in chosen:
                s = replace(s, usage="default")
        told.append(s)
    return told


def _by_name(sightings: Sequence[Sighting], catalogue: Catalogue) -> list[Sighting]:
    """Databases that a component has several of, where a profile, variant or file of deployment that is called like one chooses it.

    `application-mysql.properties`, a compose profile `postgres`, `docker/postgresql.yml` beside the usual file: such engines are supported,
    and what no such choice names is the default.
    """
    spoken: dict[str, set[str]] = defaultdict(set)
    named: set[str] = set()
    shown: set[str] = set()
    fixed: set[str] = set()
    engines = {s.technology for s in sightings if catalogue[s.technology].category == "database" and is_engine(s.technology, catalogue)}
    words = {known: called(known, catalogue) for known in engines}
    every = frozenset().union(*words.values())
    for s in sightings:
        if s.technology not in engines or s.scope != "backend" or s.usage == "unknown" or s.optional:
            continue
        spoken[s.component or ""].add(s.technology)
        if s.usage in ("used", "default"):
            varied = not every.isdisjoint(_condition(s))  # what a variant for MariaDB says of MySQL is said of the variant alone
            chosen = _called_like(s, words[s.technology]) or (varied and s.usage == "default")
            (named if chosen else shown).add(s.technology)
            if not varied:
                fixed.add(s.technology)
    together = set().union(*(known for known in spoken.values() if len(known) > 1))
    # what a variant called like it starts, and no code talks to, is what somebody may put in the place of another
    untalked = named - fixed - shown - {s.technology for s in sightings if " drives " in s.signal}
    together |= {known for known in untalked if shown and all(spoken[part] == {known} for part in spoken if known in spoken[part])}
    if not named & together:
        return list(sightings)
    standing = {
        s.technology
        for s in sightings
        if s.technology in engines and s.signal.startswith("config ") and s.usage == "used" and not _called_like(s, words[s.technology])
    }
    # what settings for each of several engines are called after, one of which is deployed in any case
    started = {s.technology for s in sightings if s.technology in named & shown and s.signal.startswith("image ") and _stands(s, words)}
    standing |= started if len(started) == 1 else set()
    # an engine that variants alone start has a component of its own
    supported = (named & (together | (engines - fixed))) - standing
    if not supported:  # what is called like the one engine that settings state (`shop-mysql-deployment.yml`) chooses nothing
        return list(sightings)
    default = (shown & together) - supported
    told = []
    for s in sightings:
        if s.usage in ("used", "default") and s.scope == "backend" and (s.technology in supported or s.technology in default):
            s = replace(s, usage="supported" if s.technology in supported else "default")
        told.append(s)
    return told


def _stands(sighting: Sighting, words: Mapping[str, Set[str]]) -> bool:
    """Whether a file deploys an engine that no variant chooses."""
    return sighting.scope == "backend" and not sighting.when and not _called_like(sighting, words[sighting.technology])


def called(known: str, catalogue: Catalogue) -> frozenset[str]:
    """What variants of an engine are called."""
    return frozenset({known, *(scheme.rpartition(":")[2] for scheme in catalogue[known].url_schemes)})


_SETTINGS = re.compile(r"\.(?:ya?ml|properties)(?:\.|\Z)")


def _called_like(sighting: Sighting, names: Set[str]) -> bool:
    """Whether a condition, or the file that deploys or sets it up, is called by one of the names."""
    called = sighting.at.path.rpartition("/")[2]  # `postgresql.yml`, `database.mysql.yml`, `database.yml.sqlite`
    stem = called if _SETTINGS.search(called) else ""
    return "=" not in (sighting.when or "") and not names.isdisjoint({*_condition(sighting), *re.findall(r"[a-z]+", stem.lower())})


def _condition(sighting: Sighting) -> list[str]:
    """The words of a profile's or variant's name."""
    return re.findall(r"[a-z]+", sighting.when.lower()) if sighting.when and "=" not in sighting.when else []
