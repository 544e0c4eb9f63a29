"""Whether a pattern of paths (`/api/**`, `/users/*`, `/users/{id}`, `/*.html`) speaks of a route.

Source: https://docs.spring.io/spring-framework/docs/current/javadoc-api/org/springframework/util/AntPathMatcher.html
"""

from __future__ import annotations

from fnmatch import fnmatchcase
from functools import lru_cache


@lru_cache(maxsize=65536)
def matches(pattern: str, route: str) -> bool:
    """Whether every request of a route is one of the pattern's: a parameter of the route stands for any text, which only a wildcard matches."""
    return _matched(tuple(pattern.strip("/").split("/")), tuple(route.strip("/").split("/")))


def _matched(pattern: tuple[str, ...], route: tuple[str, ...]) -> bool:
    """One row per part of the pattern: which beginnings of the route it matches."""
    reached = [True] + [False] * len(route)
    if route == ("",):
        route, reached = (), [True]
    for part in pattern:
        if part in ("**", "{*path}") or part.startswith("{*"):
            for index in range(1, len(reached)):
                reached[index] = reached[index] or reached[index - 1]
        elif part == "" and len(pattern) == 1:
            continue
        else:
            reached = [False, *(known and _part(part, given) for known, given in zip(reached, route, strict=False))]
    return reached[len(route)]


def _part(pattern: str, given: str) -> bool:
    if pattern == "*" or (pattern.startswith("{") and pattern.endswith("}")):
        return True
    if "{" in given:
        return False
    return fnmatchcase(given, pattern) if any(mark in pattern for mark in "*?") else pattern == given
