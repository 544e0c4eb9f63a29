"""The ports that settings, variables and source code state, for components that no container states a port of.

The best statement counts alone: settings and variables, then what the code says itself (its defaults), then the profiles with which a
developer starts a project.  A setting is about the component that owns it by name, that its file is named for, or that lies alone in the deepest
folder above it.
"""

from __future__ import annotations

import re
from collections import defaultdict
from collections.abc import Iterator, Sequence, Set

from msgspec.structs import replace

from ctxgen.facts import Facts, folder_of, folders_up
from ctxgen.join.parts import Named, Part
from ctxgen.model import At, ConfigKey, Variable
from ctxgen.opaque import Opaque
from ctxgen.places import Places

_KEYS = re.compile(r"(?:server\.port|quarkus\.http\.port|micronaut\.server\.port|kestrel\.endpoints\..*\.url|urls)\Z", re.IGNORECASE)
_SETTINGS, _SOURCE, _PROFILE = range(3)
_MANY = 2
"""Where code states more ports than this, it is not told which of them the component listens at."""
_VARIABLES = {"PORT", "APP_PORT", "HTTP_PORT", "SERVER_PORT", "API_PORT", "ASPNETCORE_URLS", "ASPNETCORE_HTTP_PORTS"}


def with_ports(parts: Sequence[Part], facts: Facts, places: Places) -> list[Part]:
    """The parts, those without a port with what settings state."""
    stated: dict[str, dict[int, set[int]]] = defaultdict(lambda: defaultdict(set))
    named = Named(parts)
    by_folder: dict[str, list[str]] = defaultdict(list)
    for part in parts:
        by_folder[part.folder].append(part.id)
    serving = {part.id for part in parts if part.kind in ("service", "gateway")}
    for at, owner, value, level in _stating(facts):
        if places.scope(at.path) is not None:
            continue
        numbers = {number for each in value.split(";, ") if (number := each.port() or _port(each.integer()))}
        stem = at.path.rpartition("/")[2].partition(".")[0].lower()
        folder = next((folder for folder in folders_up(folder_of(at.path)) if folder in by_folder), None)
        owned = named.get(owner, at.path) if owner else None
        called = owned or (named.get(stem, at.path) if level != _SOURCE else None)
        if called is not None:
            stated[called.id][level] |= numbers
        elif folder is not None and (alone := _alone(by_folder[folder], serving)):
            stated[alone][level] |= numbers
    return [replace(part, ports=_best(part, stated[part.id])) if not part.ports and part.id in stated else part for part in parts]


def _alone(here: Sequence[str], serving: Set[str]) -> str | None:
    """The one component of a folder, or the one of several there that serves."""
    those = here if len(here) == 1 else [each for each in here if each in serving]
    return those[0] if len(those) == 1 else None


def _best(part: Part, levels: dict[int, set[int]]) -> tuple[int, ...]:
    """The ports of the best statement that speaks of this kind of component."""
    serves = part.kind in ("service", "gateway", "frontend")
    for level in (_SETTINGS, _SOURCE, _PROFILE) if part.kind != "library" else ():
        numbers = levels.get(level, set())
        if numbers and (level == _SETTINGS or (serves and (level == _PROFILE or len(numbers) <= _MANY))):
            return tuple(sorted(numbers))
    return ()


def _stating(facts: Facts) -> Iterator[tuple[At, str | None, Opaque, int]]:
    """Where a setting is named for the port that a process listens at, whose it is, what it says, and how good a statement it is."""
    for key in facts.of(ConfigKey):
        if _KEYS.match(key.key):
            yield key.at, None, key.value, _SETTINGS
        elif key.key == "listen.port":
            yield key.at, None, key.value, _SOURCE
        elif key.key.lower().endswith(".applicationurl"):
            yield key.at, None, key.value, _PROFILE
    for variable in facts.of(Variable):
        if variable.name in _VARIABLES and variable.value is not None:
            yield variable.at, variable.owner, variable.value, _SETTINGS


def _port(number: int | None) -> int | None:
    return number if number is not None and 0 < number < 65536 else None
