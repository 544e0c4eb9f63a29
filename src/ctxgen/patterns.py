"""Many patterns asked at once: which of them does a text match?

Each pattern is kept under its literal beginning or end, whichever is longer, so that a look-up compares the few
patterns whose literal fits instead of all, and compiles no expression before it is needed.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence

ANY, STAR = ".*", "[^/]*"
"""Wildcards: any text, and any text within one name."""
NOTHING = r"(?!)"
_CHOICE = re.compile(r"(\{[^{}]*\})|([^{]+|\{)")
_MAX_CHOSEN = 64


class Pattern:
    """A pattern: the literals that every match starts with, holds and ends with, and the expression for what those leave open."""

    __slots__ = ("_compiled", "end", "inner", "regex", "start")

    def __init__(self, start: str, end: str, regex: str | None, inner: str = "") -> None:
        self.start, self.end, self.regex, self.inner = start, end, regex, inner
        self._compiled: re.Pattern[str] | None = None

    def match(self, text: str) -> bool:
        """Whether the whole text is like the pattern."""
        if not text.startswith(self.start) or not text.endswith(self.end) or self.inner not in text:
            return False
        if self.regex is None:
            return len(text) >= len(self.start) + len(self.end)
        if self._compiled is None:
            self._compiled = re.compile(self.regex)
        return self._compiled.match(text) is not None


def glob(written: str) -> Pattern:
    """A catalogue pattern: `*` is anything, `?` one character; the whole text must match."""
    first = next((index for index, c in enumerate(written) if c in "*?"), len(written))
    last = next((len(written) - index for index, c in enumerate(reversed(written)) if c in "*?"), 0)
    if written.count("*") == 1 and "?" not in written:
        return Pattern(written[:first], written[last:], None)
    regex = linear([ANY if c == "*" else "." if c == "?" else re.escape(c) for c in written])
    return Pattern(written[:first], written[last:] if last else "", regex + r"\Z")


def linear(parts: Sequence[str]) -> str:
    """The expression for a sequence of wildcards and of expressions of a fixed length, without steps back from one wildcard into another.

    What a wildcard takes is settled as soon as what follows it is found for the first time, which finds the same texts:
    a later wildcard can take whatever an earlier one leaves.
    """
    first, *others = _split(parts, ANY)
    if not others:
        return _within_names(first, STAR)
    *middle, last = others
    settled = f"(?>{_within_names(first, '[^/]*?')})" + "".join(f"(?>.*?{_within_names(each, '[^/]*?')})" for each in middle)
    return settled + ANY + _within_names(last, STAR)


def workspace_glob(written: str) -> str:
    """The expression for a glob of folders as package managers write them: `**/` is any folders, `/**` at the end any below, `{a,b}` a choice."""
    return "|".join(_folders(each) for each in _chosen(written)) or NOTHING


def _chosen(written: str) -> list[str]:
    """A glob without its choices, once for each; none where they are very many."""
    found = [""]
    for choice, text in _CHOICE.findall(written):
        ends = choice[1:-1].split(",") if choice else [text]
        if len(found) * len(ends) > _MAX_CHOSEN:
            return []
        found = [start + end for start in found for end in ends]
    return found


def _folders(glob: str) -> str:
    if glob == "**":
        return ANY
    below = glob.endswith("/**")
    units = [
        [STAR if part.startswith("*") else "[^/]" if part == "?" else re.escape(part) for part in re.split(r"(\*+|\?)", unit)]
        for unit in re.split(r"(?:(?<![^/])\*\*/)+", glob.removesuffix("/**"))
    ]
    first, *others = map(linear, units)
    middle = "".join(f"(?>(?:[^/]+/)*?{each})" for each in others[:-1])
    return first + middle + "".join("(?:[^/]+/)*" + each for each in others[-1:]) + ("(?:/[^/]+)*" if below else "")


def _within_names(parts: Sequence[str], last_star: str) -> str:
    first, *others = ("".join(each) for each in _split(parts, STAR))
    return first + "".join(f"(?>[^/]*?{each})" for each in others[:-1]) + "".join(last_star + each for each in others[-1:])


def _split(parts: Sequence[str], wildcard: str) -> list[list[str]]:
    found: list[list[str]] = [[]]
    for part in parts:
        if part == wildcard:
            found.append([])
        else:
            found[-1].append(part)
    return found


class Patterns:
    """Patterns by position; `matching` tells the positions of those that a text matches, in order."""

    def __init__(self, patterns: Iterable[Pattern]) -> None:
        self._starts: dict[str, list[tuple[int, Pattern]]] = {}
        self._ends: dict[str, list[tuple[int, Pattern]]] = {}
        self._others: list[tuple[int, Pattern]] = []
        for entry in enumerate(patterns):
            start, end = entry[1].start, entry[1].end
            if not start and not end:
                self._others.append(entry)
            elif len(start) >= len(end):
                self._starts.setdefault(start, []).append(entry)
            else:
                self._ends.setdefault(end, []).append(entry)
        # a text is cut only to the lengths of literals that begin, or end, with its own first or last character
        self._start_lengths = _lengths((literal[0], len(literal)) for literal in self._starts)
        self._end_lengths = _lengths((literal[-1], len(literal)) for literal in self._ends)

    def matching(self, text: str) -> list[int]:
        """The positions of all patterns that `text` matches."""
        found = [position for position, pattern in self._others if pattern.match(text)] if self._others else []
        if not text:
            return found
        size = len(text)
        for length in self._start_lengths.get(text[0], ()):
            if length > size:
                break
            if entries := self._starts.get(text[:length]):
                found += [position for position, pattern in entries if pattern.match(text)]
        for length in self._end_lengths.get(text[-1], ()):
            if length > size:
                break
            if entries := self._ends.get(text[-length:]):
                found += [position for position, pattern in entries if pattern.match(text)]
        found.sort()
        return found


def _lengths(literals: Iterable[tuple[str, int]]) -> dict[str, list[int]]:
    found: dict[str, set[int]] = {}
    for character, length in literals:
        found.setdefault(character, set()).add(length)
    return {character: sorted(lengths) for character, lengths in found.items()}
