"""What components are called in text: by their names, and where several have one name (the `backend` of each example) by their places too."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping, Sequence

from ctxgen.context import Component
from ctxgen.facts import folder_of


def titles(components: Sequence[Component]) -> Mapping[str, str]:
    """The title of each component by its id: `orders`, `shop/backend`, `db (shop)`."""
    shared = Counter(part.name for part in components)
    return {part.id: _placed(part) if shared[part.name] > 1 else part.name for part in components}


def _placed(part: Component) -> str:
    place = folder_of(part.path) if part.path.endswith((".yml", ".yaml")) else part.path
    if place in ("", "."):
        return part.name
    return place if place.rpartition("/")[2] == part.name else f"{part.name} ({place})"
