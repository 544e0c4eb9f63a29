"""On which lines of which files names are mentioned: each file is searched once for each set of names."""

from __future__ import annotations

import bisect
import re
from collections import defaultdict
from collections.abc import Callable, Iterable

from ahocorasick_rs import BytesAhoCorasick, Implementation

_WORD = re.compile(rb"\w")


class Names:
    """Names that are searched for together; one that begins with a letter stands at the beginning of a word, and `behind` is what stands behind each."""

    def __init__(self, names: Iterable[str], behind: bytes = rb"(?!\w)") -> None:
        known = sorted({name.encode() for name in names if name})
        self._automaton = BytesAhoCorasick(known, implementation=Implementation.DFA)
        self._words = [_WORD.match(name) is not None for name in known]
        self._behind = re.compile(behind)

    def lines(self, data: bytes) -> list[int]:
        """The lines on which they begin, counted from 1, in order."""
        found: list[int] = []
        line, counted = 1, 0
        for which, start, end in self._automaton.find_matches_as_indexes(data, overlapping=True):
            if self._behind.match(data, end) and not (self._words[which] and start and _WORD.match(data, start - 1)):
                line += data.count(b"\n", counted, start) if start >= counted else -data.count(b"\n", start, counted)
                counted = start
                found.append(line)
        return sorted(set(found))


class Families:
    """Names that mean something only in files that hold one of some words: `(words, names)` for each family, `behind` as of `Names`."""

    def __init__(self, *families: tuple[Iterable[bytes], Iterable[str]], behind: bytes = rb"(?!\w)") -> None:
        self._families = [(tuple(words), frozenset(names)) for words, names in families]
        self._behind = behind
        self._known: dict[tuple[bool, ...], Names] = {}
        self.all = frozenset(name for _, names in self._families for name in names)

    def names(self, says: Callable[[tuple[bytes, ...]], bool]) -> Names:
        """The names that mean something in a file; `says` tells whether one of some words stands in it."""
        stand = tuple(says(words) for words, _ in self._families)
        if stand not in self._known:
            names = {name for stands, (_, names) in zip(stand, self._families, strict=True) if stands for name in names}
            self._known[stand] = Names(names, self._behind)
        return self._known[stand]


class Mentions:
    """Where names stand in files."""

    def __init__(self, data: Callable[[str], bytes]) -> None:
        self._data = data
        self._lines: dict[Names, dict[str, list[int]]] = defaultdict(dict)

    def within(self, names: Names, path: str, first: int, last: int) -> bool:
        """Whether one of some names stands on the lines of a file from `first` to `last`, both counted from 1."""
        files = self._lines[names]
        lines = files.get(path)
        if lines is None:
            lines = files[path] = names.lines(self._data(path))
        position = bisect.bisect_left(lines, first)
        return position < len(lines) and lines[position] <= last
