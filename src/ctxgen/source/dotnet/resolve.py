"""Which files may define a type that C# source names: usings name namespaces, not files, so an index of declarations says it.

Source: https://learn.microsoft.com/dotnet/csharp/language-reference/language-specification/namespaces.
"""

from __future__ import annotations

import re
from collections import defaultdict
from collections.abc import Sequence
from functools import cached_property

from ctxgen.source.languages import Sources

_DECLARED = re.compile(rb"\b(?:class|record(?:[ \t]+(?:class|struct))?|struct|interface|enum)[ \t]+(?P<name>[A-Za-z_]\w{0,120})")


class DotnetResolver:
    """Files by the types that they declare; the nearest file first."""

    def __init__(self, sources: Sources) -> None:
        self._sources = sources

    def module(self, path: str, module: str) -> Sequence[str]:
        """None: a using names a namespace, whose types are looked up one by one."""
        return ()

    def defining(self, path: str, name: str) -> Sequence[str]:
        """The files that declare a type, those that share most folders with the file at `path` first."""
        found = self._declared.get(name, ())
        return sorted(found, key=lambda each: (-_shared(path, each), each)) if len(found) > 1 else found

    @cached_property
    def _declared(self) -> dict[str, list[str]]:
        declared: dict[str, list[str]] = defaultdict(list)
        for path in self._sources.paths:
            for name in {match["name"] for match in _DECLARED.finditer(self._sources.data(path))}:
                declared[name.decode("ascii", "replace")].append(path)
        return dict(declared)


def _shared(one: str, other: str) -> int:
    count = 0
    for a, b in zip(one.split("/"), other.split("/"), strict=False):
        if a != b:
            break
        count += 1
    return count
