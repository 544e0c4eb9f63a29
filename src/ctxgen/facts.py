"""Facts by kind, folder and file: what the stages after the readers look things up in."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Callable, Iterable, Iterator
from itertools import takewhile
from typing import Any, TypeVar

from ctxgen.model import Fact

F = TypeVar("F", bound=Fact)


class Facts:
    """An immutable collection of facts in the order of their places; collections that come from one another share the kinds that they have in common."""

    def __init__(self, facts: Iterable[Fact]) -> None:
        self._by_kind: dict[type[Fact], list[Any]] = _by_kind(facts)
        self._by_path: dict[type[Fact], dict[str, list[Any]]] = {}

    def of(self, kind: type[F]) -> list[F]:
        """All facts of a kind."""
        return list(self._by_kind.get(kind, ()))

    def in_file(self, kind: type[F], path: str) -> list[F]:
        """The facts of a kind that one file states."""
        paths = self._by_path.get(kind)
        if paths is None:
            paths = self._by_path[kind] = defaultdict(list)
            for fact in self._by_kind.get(kind, ()):
                paths[fact.at.path].append(fact)
        return list(paths.get(path, ()))

    def __iter__(self) -> Iterator[Fact]:
        for facts in self._by_kind.values():
            yield from facts

    def map(self, kind: type[F], change: Callable[[F], Iterable[Fact]]) -> Facts:
        """The facts with those of a kind replaced by what `change` gives for each."""
        changed = [new for fact in self.of(kind) for new in change(fact)]
        return self._with(changed, without=kind)

    def change(self, change: Callable[[Fact], Iterable[Fact]], *kinds: type[Fact]) -> Facts:
        """The facts with those of some kinds replaced by what `change` gives for each, as if all were gone through in order."""
        found: dict[type[Fact], list[Any]] = {}
        shared: set[type[Fact]] = set()
        for kind, known in self._by_kind.items():
            if kind not in kinds:
                if kind in found:
                    found[kind] += known
                else:
                    found[kind] = known
                    shared.add(kind)
                continue
            for new in (new for fact in known for new in change(fact)):
                if type(new) in shared:
                    found[type(new)] = list(found[type(new)])
                    shared.discard(type(new))
                found.setdefault(type(new), []).append(new)
        changed = Facts(())
        changed._by_kind = found
        changed._by_path = {kind: paths for kind, paths in self._by_path.items() if kind in shared}
        return changed

    def plus(self, facts: Iterable[Fact]) -> Facts:
        """These facts and more."""
        return self._with(facts)

    def _with(self, facts: Iterable[Fact], *, without: type[Fact] | None = None) -> Facts:
        new = Facts(())
        new._by_kind = {kind: known for kind, known in self._by_kind.items() if kind is not without}
        added = _by_kind(facts)
        for kind, more in added.items():
            new._by_kind[kind] = [*new._by_kind.get(kind, ()), *more]
        new._by_path = {kind: paths for kind, paths in self._by_path.items() if kind is not without and kind not in added}
        return new


def _by_kind(facts: Iterable[Fact]) -> dict[type[Fact], list[Any]]:
    found: dict[type[Fact], list[Any]] = defaultdict(list)
    for fact in facts:
        found[type(fact)].append(fact)
    return dict(found)


def folder_of(path: str) -> str:
    """The folder of a path, `""` for the root."""
    return path.rpartition("/")[0]


def shared_folders(one: str, other: str) -> int:
    """How many folders two paths begin with alike: the nearer two files lie, the more."""
    return sum(1 for _ in takewhile(lambda pair: pair[0] == pair[1], zip(one.split("/"), other.split("/"), strict=False)))


def join_path(folder: str, relative: str) -> str | None:
    """A path relative to a folder, made relative to the root; None where it leaves the root or is absolute.

    Backslashes count as separators: MSBuild writes them.
    """
    relative = relative.replace("\\", "/")
    if relative.startswith(("/", "~")) or (len(relative) > 1 and relative[1] == ":"):
        return None
    parts = folder.split("/") if folder else []
    for part in relative.split("/"):
        if part in ("", "."):
            continue
        if part == "..":
            if not parts:
                return None
            parts.pop()
        else:
            parts.append(part)
    return "/".join(parts)


def folders_up(folder: str) -> Iterator[str]:
    """A folder and those above it, up to the root `""`."""
    while folder:
        yield folder
        folder = folder.rpartition("/")[0]
    yield ""
