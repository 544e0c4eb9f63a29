"""Port mappings in the short syntax of compose: `[HOST:]CONTAINER[/PROTOCOL]`, `IP:HOST:CONTAINER`, ranges.

Source: https://docs.docker.com/reference/compose-file/services/#ports.
"""

from __future__ import annotations

from ctxgen.opaque import Opaque

_LONGEST_RANGE = 16
"""A longer range (media relays open thousands) is told by its first port."""


def ports_of(spec: Opaque) -> tuple[list[int], list[int]]:
    """(published, container's) ports of a mapping; a mapping without a host side publishes nothing that is known."""
    parts = spec.split(":")
    if not parts:
        return [], []
    published = port_range(parts[-2]) if len(parts) > 1 else []
    return published, port_range(parts[-1])


def port_range(spec: Opaque) -> list[int]:
    """The ports of `80`, `80/tcp` or `8000-8010`; none where it is no port."""
    parts = spec.split("/")
    bounds = [bound.integer() for bound in parts[0].split("-")] if parts else []
    if not 1 <= len(bounds) <= 2 or any(bound is None or not 0 < bound < 65536 for bound in bounds):
        return []
    first, last = bounds[0] or 0, bounds[-1] or 0
    return list(range(first, last + 1)) if 0 <= last - first < _LONGEST_RANGE else [first]
