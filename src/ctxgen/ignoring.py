"""Ignore rules (.gitignore syntax) that nobody vouches for: each looks at a path in linear time, and all together have an end.

pathspec writes a rule as a regular expression that steps back over every wildcard: `*a*a*a*b` takes seconds for one
name.  What a wildcard takes is settled here as soon as what follows it is found for the first time, which finds the
same paths: a later wildcard can take whatever an earlier one leaves.
"""

from __future__ import annotations

import re
import warnings
from collections.abc import Iterable

from pathspec import GitIgnoreSpec
from pathspec.patterns.gitignore.spec import GitIgnoreSpecPattern

MAX_RULES = 1_000
"""Of one file."""
MAX_JUDGED = 10_000_000
"""Rules by paths: the rules of a repository are no longer followed beyond."""

_FOLDERS = "(?:/.+)?"
_STAR = re.compile(r"\[\^/\]\*((?:\\.|\[\^?\]?[^\]]*\](?!\*)|[^\[\\/()])*+)(?=\[\^/\]\*)")


class _Rule(GitIgnoreSpecPattern):
    __slots__ = ()

    @classmethod
    def pattern_to_regex(cls, pattern: str) -> tuple[str | None, bool | None]:  # type: ignore[override]
        regex, include = super().pattern_to_regex(pattern)
        return (settled(regex) if regex is not None else None), include


def settled(regex: str) -> str:
    """The expression of a rule, as pathspec writes it, without steps back from one wildcard into another."""
    first, *others = _STAR.sub(r"(?>[^/]*?\1)", regex).split(_FOLDERS)
    if not others:
        return first
    *middle, last = others
    parts = [f"^(?>{first.removeprefix('^').replace('(?:.+/)?', '(?:.+?/)??', 1)}(?=/))"]
    parts += [f"(?>(?:/.+?)??{each}(?=/))" for each in middle]
    return "".join((*parts, _FOLDERS, last))


def rules(lines: Iterable[str]) -> GitIgnoreSpec:
    """What .gitignore lines say; those that cannot be read say nothing, as with git.  Raises `ValueError` for more than `MAX_RULES`."""
    found = [rule for line in lines if line.strip() and not line.startswith("#") and (rule := _rule(line)) is not None]
    if len(found) > MAX_RULES:
        raise ValueError("too many rules")
    return GitIgnoreSpec(found, backend="simple")


def readable(line: str) -> bool:
    """Whether a line is a rule."""
    return _rule(line) is not None


def _rule(line: str) -> _Rule | None:
    with warnings.catch_warnings():
        warnings.simplefilter("ignore", FutureWarning)  # brackets that a later `re` may read otherwise
        try:
            return _Rule(line)
        except (ValueError, re.error, RecursionError, OverflowError):
            return None
