"""The ports that settings and variables state, for components that no container states a port of.

A setting is about the component that owns it by name, that its file is named for, or that lies alone in the deepest
folder above it.
"""

from __future__ import annotations

import re
from collections import defaultdict
from collections.abc import Iterator, Sequence

from msgspec.structs import replace

from ctxgen.facts import Facts, folder_of, folders_up
from ctxgen.join.parts import Part
from ctxgen.model import At, ConfigKey, Variable
from ctxgen.opaque import Opaque
from ctxgen.places import Places

_KEYS = re.compile(
    r"(?:server\.port|quarkus\.http\.port|micronaut\.server\.port|.*\.applicationurl|kestrel\.endpoints\..*\.url|urls)\Z", re.IGNORECASE
)
_VARIABLES = {"PORT", "APP_PORT", "HTTP_PORT", "SERVER_PORT", "API_PORT", "ASPNETCORE_URLS", "ASPNETCORE_HTTP_PORTS"}


def with_ports(parts: Sequence[Part], facts: Facts, places: Places) -> list[Part]:
    """The parts, those without a port with what settings state."""
    stated: dict[str, set[int]] = defaultdict(set)
    by_name = {part.name.lower(): part.id for part in parts}
    by_folder: dict[str, list[str]] = defaultdict(list)
    for part in parts:
        by_folder[part.folder].append(part.id)
    for at, owner, value in _stating(facts):
        if places.scope(at.path) is not None:
            continue
        numbers = {number for each in value.split(";, ") if (number := each.port() or _port(each.integer()))}
        stem = at.path.rpartition("/")[2].partition(".")[0].lower()
        folder = next((folder for folder in folders_up(folder_of(at.path)) if folder in by_folder), None)
        if owner and owner.lower() in by_name:
            stated[by_name[owner.lower()]] |= numbers
        elif stem in by_name:
            stated[by_name[stem]] |= numbers
        elif folder is not None and len(by_folder[folder]) == 1:
            stated[by_folder[folder][0]] |= numbers
    return [
        replace(part, ports=tuple(sorted(stated[part.id]))) if not part.ports and part.kind != "library" and part.id in stated else part
        for part in parts
    ]


def _stating(facts: Facts) -> Iterator[tuple[At, str | None, Opaque]]:
    """Where a setting is named for the port that a process listens at, whose it is, and what it says."""
    for key in facts.of(ConfigKey):
        if _KEYS.match(key.key):
            yield key.at, None, key.value
    for variable in facts.of(Variable):
        if variable.name in _VARIABLES and variable.value is not None:
            yield variable.at, variable.owner, variable.value


def _port(number: int | None) -> int | None:
    return number if number is not None and 0 < number < 65536 else None
