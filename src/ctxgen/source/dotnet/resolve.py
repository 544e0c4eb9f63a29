"""Which files may define a type that C# source names: usings name namespaces, not files, so an index of declarations says it.

Source: https://learn.microsoft.com/dotnet/csharp/language-reference/language-specification/namespaces.
"""

from __future__ import annotations

import re
from collections import defaultdict
from collections.abc import Sequence
from functools import cached_property

from ctxgen.facts import shared_folders
from ctxgen.source.languages import Sources

_DECLARED = re.compile(rb"\b(?:class|record(?:[ \t]+(?:class|struct))?|struct|interface|enum)[ \t]+(?P<name>[A-Za-z_]\w{0,120})")

_NAMESPACE = re.compile(rb"(?m)^[ \t]*namespace[ \t]+(?P<name>[\w.]{1,200})")
_USING = re.compile(rb"(?m)^[ \t]*(?:global[ \t]+)?using[ \t]+(?:static[ \t]+)?(?P<name>[\w.]{1,200});")
_GLOBAL = re.compile(rb"(?m)^[ \t]*global[ \t]+using[ \t]+(?P<name>[\w.]{1,200});")


class DotnetResolver:
    """Files by the types that they declare; the nearest file first."""

    def __init__(self, sources: Sources) -> None:
        self._sources = sources
        self._namespaces: dict[str, bytes] = {}
        self._seen: dict[str, set[bytes]] = {}

    def module(self, path: str, module: str) -> Sequence[str]:
        """None: a using names a namespace, whose types are looked up one by one."""
        return ()

    def data(self, path: str) -> bytes:
        """What a file holds."""
        return self._sources.data(path)

    def defining(self, path: str, name: str) -> Sequence[str]:
        """The files that declare a type: those of a namespace that the file at `path` uses first, then those that share most folders with it."""
        found = self._declared.get(name, ())
        if len(found) < 2:
            return found
        return sorted(found, key=lambda each: (*self.distance(path, each), each))

    def distance(self, path: str, other: str) -> tuple[bool, int]:
        """Whether the names of another file need more than the usings of the one at `path`, then how few folders the two share."""
        return self._namespace(other) not in self._visible(path), -shared_folders(path, other)

    def _namespace(self, path: str) -> bytes:
        if path not in self._namespaces:
            match = _NAMESPACE.search(self._sources.data(path))
            self._namespaces[path] = match["name"] if match else b""
        return self._namespaces[path]

    def _visible(self, path: str) -> set[bytes]:
        """The namespaces whose types a file names without more: its own and those around it, those of its usings and of its project's."""
        if path not in self._seen:
            own = self._namespace(path).split(b".")
            around = {b".".join(own[: index + 1]) for index in range(len(own))}
            usings = {match["name"] for match in _USING.finditer(self._sources.data(path))}
            beside = {each for place, names in self._globals.items() if path.startswith(place.rpartition("/")[0]) for each in names}
            self._seen[path] = around | usings | beside
        return self._seen[path]

    @cached_property
    def _globals(self) -> dict[str, set[bytes]]:
        """What global usings name, by file."""
        found = {}
        for path in self._sources.paths:
            data = self._sources.data(path)
            if b"global using" in data:
                found[path] = {match["name"] for match in _GLOBAL.finditer(data)}
        return found

    @cached_property
    def _declared(self) -> dict[str, list[str]]:
        declared: dict[str, list[str]] = defaultdict(list)
        for path in self._sources.paths:
            for name in {match["name"] for match in _DECLARED.finditer(self._sources.data(path))}:
                declared[name.decode("ascii", "replace")].append(path)
        return dict(declared)
