"""Which files define a constant that Ruby source names: loaders find them by name, so an index of declarations says it.

Source: https://github.com/fxn/zeitwerk#file-structure.
"""

from __future__ import annotations

import re
from collections import defaultdict
from collections.abc import Sequence
from functools import cached_property

from ctxgen.facts import folder_of, join_path, shared_folders
from ctxgen.source.languages import Sources

_DECLARED = re.compile(
    rb"^[ \t]{0,12}(?:(?:class|module)[ \t]+(?:\w+::){0,6}(?P<name>[A-Z]\w{0,100})|(?P<constant>[A-Z][A-Z0-9_]{1,80})[ \t]*=[^=])",
    re.MULTILINE,
)


class RubyResolver:
    """Files by the classes, modules and constants that they declare; the nearest file first."""

    def __init__(self, sources: Sources) -> None:
        self._sources = sources
        self._paths = frozenset(sources.paths)

    def module(self, path: str, module: str) -> Sequence[str]:
        """The file of `require_relative "routes/admin"`, beside the file that requires it."""
        found = join_path(folder_of(path), module.removesuffix(".rb") + ".rb")
        return [found] if found in self._paths else []

    def defining(self, path: str, name: str) -> Sequence[str]:
        """The files that declare a constant, those in the nearest folder first."""
        found = self._declared.get(name, ())
        return sorted(found, key=lambda each: (-shared_folders(path, each), each)) if len(found) > 1 else found

    def exists(self, path: str) -> bool:
        """Whether a source file lies at a path."""
        return path in self._paths

    def text(self, path: str) -> str:
        """The text of a source file with the lines that its syntax tree counts (a lone carriage return ends one), `""` where there is none."""
        text = self._sources.data(path).decode("utf-8", "replace") if path in self._paths else ""
        return text.replace("\r\n", "\n").replace("\r", "\n")

    @cached_property
    def _declared(self) -> dict[str, list[str]]:
        declared: dict[str, list[str]] = defaultdict(list)
        for path in self._sources.paths:
            for name in sorted({match["name"] or match["constant"] for match in _DECLARED.finditer(self._sources.data(path))}):
                declared[name.decode("ascii", "replace")].append(path)
        return dict(declared)
