"""Which names in the text of a function say that it makes, takes or fills a router."""

from __future__ import annotations

from collections.abc import Iterable

from ctxgen.source.frameworks import Vocabulary
from ctxgen.source.mentions import Names

_COMMON = {
    "get", "post", "put", "patch", "delete", "head", "options", "all", "any", "add", "set", "use", "on", "function", "()", "create", "default", "route", "new", "build", "group", "map", "match", "scope", "start",
}  # fmt: skip
"""Names that say nothing of a router: every collection and client has such methods."""


def _names(path: str) -> set[str]:
    """The names that stand for a path: its last one, and what a library itself is commonly imported as (`Koa`, `mount` of `koa-mount`)."""
    last = _name(path)
    return {last} if "." in path else {last, last[:1].upper() + last[1:], last.rpartition("-")[2]}


def _name(path: str) -> str:
    """The last name of a path of a library, with the one before where it says nothing by itself: `NestFactory.create`."""
    parts = path.removesuffix("()").rpartition("/")[2].split(".")
    return ".".join(parts[-2:]) if parts[-1].lower() in _COMMON else parts[-1]


def telling(vocabulary: Vocabulary, called: Iterable[str], methods: Iterable[str]) -> Names:
    """The last names of the paths that frameworks know, of the paths of hooks that are `called`, and of the `methods` of hooks."""
    names = {name for path in (*vocabulary.made, *vocabulary.typed, *called) for name in _names(path)} | vocabulary.routing_names
    return Names((names | {key.rpartition(".")[2] for key in methods}) - _COMMON)


def making(vocabulary: Vocabulary) -> Names:
    """The last names of what is called for a router."""
    return Names({_name(path) for path in vocabulary.made if path.endswith("()")} - _COMMON, rb" ?[({]")
