"""What the catalogue knows, as a list to read or as JSON."""

from __future__ import annotations

from collections import defaultdict

import msgspec

from ctxgen.catalogue import Catalogue, Technology, signals


def find(catalogue: Catalogue, search: str) -> list[Technology]:
    """The technologies with the words in their id, name, category, roles or one of the names that they go by."""
    wanted = search.strip().lower()
    return [
        technology
        for _, technology in sorted(catalogue.technologies.items())
        if wanted in " ".join((technology.id, technology.name.lower(), technology.category, *technology.roles))
        or any(wanted in name.lower() for _, name in signals(technology))
    ]


def names(technology: Technology) -> dict[str, list[str]]:
    """The names that a technology goes by, per kind of signal."""
    found: dict[str, list[str]] = defaultdict(list)
    for kind, name in signals(technology):
        found[kind].append(name)
    for config in technology.config:
        found["config"].append(config.key)
    return dict(found)


def as_text(technologies: list[Technology]) -> str:
    """Two lines each, and how many there are."""
    lines = []
    for technology in technologies:
        lines.append(f"{technology.id}: {technology.name} ({', '.join((technology.category, *technology.roles))})")
        told = "; ".join(f"{kind} {', '.join(each)}" for kind, each in names(technology).items())
        lines.append(f"    {told}" if told else "    shown by others that imply it")
    return "\n".join([*lines, f"{len(technologies)} technolog{'y' if len(technologies) == 1 else 'ies'}"]) + "\n"


def as_json(technologies: list[Technology]) -> str:
    """A list of objects with id, name, category, roles and names."""
    listed = [{"id": t.id, "name": t.name, "category": t.category, "roles": t.roles, "names": names(t)} for t in technologies]
    return msgspec.json.format(msgspec.json.encode(listed), indent=2).decode() + "\n"
