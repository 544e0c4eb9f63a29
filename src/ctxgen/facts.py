"""Facts by kind, folder and file: what the stages after the readers look things up in."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Callable, Iterable, Iterator
from typing import Any, TypeVar

from ctxgen.model import Fact

F = TypeVar("F", bound=Fact)


class Facts:
    """An immutable collection of facts in the order of their places."""

    def __init__(self, facts: Iterable[Fact]) -> None:
        self._by_kind: dict[type[Fact], list[Any]] = defaultdict(list)
        self._by_path: dict[tuple[type[Fact], str], list[Any]] = defaultdict(list)
        for fact in facts:
            self._by_kind[type(fact)].append(fact)
            self._by_path[type(fact), fact.at.path].append(fact)

    def of(self, kind: type[F]) -> list[F]:
        """All facts of a kind."""
        return list(self._by_kind.get(kind, ()))

    def in_file(self, kind: type[F], path: str) -> list[F]:
        """The facts of a kind that one file states."""
        return list(self._by_path.get((kind, path), ()))

    def __iter__(self) -> Iterator[Fact]:
        for facts in self._by_kind.values():
            yield from facts

    def map(self, kind: type[F], change: Callable[[F], Iterable[Fact]]) -> Facts:
        """The facts with those of a kind replaced by what `change` gives for each."""
        changed = [new for fact in self.of(kind) for new in change(fact)]
        return Facts([*(fact for fact in self if type(fact) is not kind), *changed])

    def plus(self, facts: Iterable[Fact]) -> Facts:
        """These facts and more."""
        return Facts([*self, *facts])


def folder_of(path: str) -> str:
    """The folder of a path, `""` for the root."""
    return path.rpartition("/")[0]


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
