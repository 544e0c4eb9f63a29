"""How much a list or dictionary holds that is followed: what walks through one must not be made to walk for ever.

A program of forty lines can make a list of two lists of two lists …, or one that holds itself.
"""

from __future__ import annotations

from ctxgen.source.values import UNKNOWN, Value

MAX_WEIGHT = 3_000
"""Values in one, those of the lists in it counted each time that they stand there; written tables of routes have some hundreds."""


def weight(value: Value, most: int = MAX_WEIGHT) -> int:
    """How many values one is made of; more than `most` where it is more than that, or without an end."""
    count, work = 0, [value]
    while work and count <= most:
        each = work.pop()
        count += 1
        if isinstance(each, list):
            work += each
        elif isinstance(each, dict):
            work += each.values()
    return count


def bounded(values: list[Value]) -> list[Value]:
    """The values, UNKNOWN in the place of each with which they would hold too much."""
    if not any(isinstance(each, (list, dict)) for each in values):
        return values
    found, left = [], MAX_WEIGHT
    for each in values:
        left -= (cost := weight(each, left))
        found.append(each if left >= 0 else UNKNOWN)
        left += cost if left < 0 else 0
    return found
