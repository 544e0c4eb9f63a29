"""The index over all technologies: checked once, stored encoded (`ctxgen.compiled`), asked by the catalogue."""

from __future__ import annotations

from collections.abc import Iterable

import msgspec
from msgspec import Raw, Struct

from ctxgen.detectors import DetectorError, Technology, signals


class Names(Struct, frozen=True):
    """Exact names for one kind of signal, and patterns with `*` and `?`, longest first."""

    exact: dict[str, str]
    patterns: list[tuple[str, str]]


class Index(Struct, frozen=True):
    """The catalogue as it is stored: parts stay encoded until somebody asks for them."""

    technologies: dict[str, Raw]
    names: dict[str, Raw]
    config: Raw
    settings: Raw
    mechanisms: Raw
    makes: dict[str, str]


def index(technologies: Iterable[Technology], added: Iterable[Technology] = ()) -> Index:
    """The index over technologies; patterns of those `added` (a team's) are asked after all others.  Raises `DetectorError` where two claim one name, or one refers to none."""
    known: dict[str, Technology] = {}
    exact: dict[str, dict[str, str]] = {}
    patterns: dict[str, dict[str, tuple[int, str]]] = {}
    for group, technology in [*((0, each) for each in technologies), *((1, each) for each in added)]:
        if technology.id in known:
            raise DetectorError(f"two technologies have the id {technology.id!r}")
        known[technology.id] = technology
        for kind, written in signals(technology):
            if "*" in written or "?" in written:
                _, other = patterns.setdefault(kind, {}).setdefault(written, (group, technology.id))
            else:
                other = exact.setdefault(kind, {}).setdefault(written, technology.id)
            if other != technology.id:
                raise DetectorError(f"{kind} {written!r} is claimed by {other!r} and by {technology.id!r}")
    for technology in known.values():
        for other in technology.refers_to:
            if other not in known:
                raise DetectorError(f"{technology.id!r} refers to {other!r}, which is not in the catalogue")
    return Index(
        technologies={identifier: _raw(technology) for identifier, technology in known.items()},
        names={kind: _raw(Names(exact.get(kind, {}), _in_order(patterns.get(kind, {})))) for kind in exact.keys() | patterns.keys()},
        config=_raw([(signal, each.id) for each in known.values() for signal in each.config]),
        settings=_raw([(signal, each.id) for each in known.values() for signal in each.settings]),
        mechanisms=_raw([(signal, each.id) for each in known.values() for signal in each.mechanism_config]),
        makes={package.lower(): kind for each in known.values() for kind, packages in each.makes.items() for package in packages},
    )


def _in_order(patterns: dict[str, tuple[int, str]]) -> list[tuple[str, str]]:
    """(pattern, technology): those of the first group first, in each the longest first."""
    ordered = sorted(patterns.items(), key=lambda entry: (entry[1][0], -len(entry[0]), entry[0]))
    return [(written, technology) for written, (_, technology) in ordered]


def _raw(value: object) -> msgspec.Raw:
    return msgspec.Raw(msgspec.msgpack.encode(value))
