"""Which literals stand in a file.

Readers and frameworks look for some hundred literals in the source of each language.  All are searched for in one pass
over a file (Aho-Corasick), once, and what stands there is kept with the tree.
"""

from __future__ import annotations

from collections.abc import Iterable
from functools import cache

from ahocorasick_rs import BytesAhoCorasick, Implementation

from ctxgen.language_names import SOURCE_LANGUAGES, extension
from ctxgen.readers import readers_for
from ctxgen.source.frameworks import frameworks
from ctxgen.tree import SOURCE_LIMIT, File

FEW = 4
"""So few literals are searched for one after the other."""
PART = 128 * 1024
"""Bytes that are searched at once: each place of a literal costs memory until the part is done."""


class Literals:
    """A set of literals that are searched for together."""

    def __init__(self, literals: Iterable[bytes]) -> None:
        self.literals = tuple(sorted(set(literals)))
        self.all = frozenset(self.literals)
        self._longest = max(map(len, self.literals), default=0)
        self._automaton = BytesAhoCorasick(self.literals, implementation=Implementation.DFA) if len(self.literals) > FEW else None
        self._known: dict[frozenset[bytes], frozenset[bytes]] = {}

    def held(self, data: bytes) -> frozenset[bytes]:
        """Those that stand in the data; equal sets are the same one."""
        if self._automaton is None:
            return self.same(literal for literal in self.literals if literal in data)
        found = set[int]()
        for start in range(0, len(data), PART):
            part = data[start : start + PART + self._longest - 1] if len(data) > PART else data
            found.update([which for which, _, _ in self._automaton.find_matches_as_indexes(part, overlapping=True)])
        return self.same(self.literals[which] for which in found)

    def same(self, held: Iterable[bytes]) -> frozenset[bytes]:
        """A set of them, each combination made once: thousands of files hold the same few."""
        found = frozenset(held)
        return self._known.setdefault(found, found)


@cache
def _literals(ending: str) -> Literals:
    """What is looked for in all files of an extension."""
    language = SOURCE_LANGUAGES.get(ending)
    of_readers = (literal for reader in readers_for(f"source{ending}") for literal in reader.contains)
    of_frameworks = (literal.encode() for each in frameworks() if each.language == language for literal in each.literals)
    return Literals([*of_readers, *(of_frameworks if language is not None else ())])


def of(path: str) -> Literals:
    """What is looked for in all files that are named like the one at a path."""
    return _literals(extension(path).lower())


def held(file: File) -> frozenset[bytes]:
    """Those of them that stand in a file.  Raises `Unreadable`."""
    known = file.tree.held.get(file.path)
    if known is None:
        known = file.tree.held[file.path] = of(file.path).held(file.data)
    return known


def holds(file: File, literals: Iterable[bytes]) -> bool:
    """Whether one of some literals stands in a file.  Raises `Unreadable`."""
    if file.limit > SOURCE_LIMIT or not of(file.path).all.issuperset(literals):
        return any(literal in file.data for literal in literals)
    return not held(file).isdisjoint(literals)
