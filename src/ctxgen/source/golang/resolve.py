"""Which files an import path or a name of Go leads to: all files of a package's folder.

Source: https://go.dev/ref/mod#modules-overview.
"""

from __future__ import annotations

import re
from collections import defaultdict
from collections.abc import Sequence

from ctxgen.facts import folder_of
from ctxgen.model import Project
from ctxgen.source.languages import Sources

_DECLARED = re.compile(
    rb"^(?:func[ \t]+(?:\([ \t]*(?:\w+[ \t]+)?\*?(?P<owner>\w+)(?:\[[^\]\n]{0,80}\])?[ \t]*\)[ \t]*)?(?P<function>\w+)"
    rb"|(?:type|var|const)[ \t]+(?P<name>\w+)|[ \t]+(?P<grouped>\w+)(?:[ \t,][^\n=]{0,120})?=(?!=)|[ \t](?P<type>\w+)[ \t]+(?:struct|interface)\b)",
    re.MULTILINE,
)


class GoResolver:
    """Packages by import path, and the files of a package by what they declare; a method is declared as `Type.Method`."""

    def __init__(self, sources: Sources) -> None:
        self._sources = sources
        self._files: dict[str, list[str]] = defaultdict(list)
        for path in sources.paths:
            if not path.endswith("_test.go"):
                self._files[folder_of(path)].append(path)
        modules = [(str(fact.name), folder_of(fact.at.path)) for fact in sources.facts.of(Project) if fact.ecosystem == "go" and fact.name]
        self._modules = sorted(modules, key=lambda module: -len(module[0]))
        self._declared: dict[str, dict[str, list[str]]] = {}

    def module(self, path: str, module: str) -> Sequence[str]:
        """The files of a package of the repository's own modules."""
        for name, folder in self._modules:
            if module == name or module.startswith(f"{name}/"):
                inner = module[len(name) :].strip("/")
                return self._files.get("/".join(part for part in (folder, inner) if part), [])
        return self._below_workspace(module) if not self._modules else []

    def _below_workspace(self, module: str) -> Sequence[str]:
        """Without `go.mod` the repository stands somewhere below `$GOPATH/src`: the end of an import path is a folder's."""
        parts = module.split("/")
        for start in range(1, len(parts) if "." in parts[0] else 0):
            if found := self._files.get("/".join(parts[start:])):
                return found
        return []

    def defining(self, path: str, name: str) -> Sequence[str]:
        """The files of the same package that declare a name."""
        folder = folder_of(path)
        declared = self._declared.get(folder)
        if declared is None:
            declared = self._declared[folder] = defaultdict(list)
            for each in self._files.get(folder, ()):
                for match in _DECLARED.finditer(self._sources.data(each)):
                    plain = match["function"] or match["name"] or match["grouped"] or match["type"]
                    key = (match["owner"] + b"." if match["owner"] else b"") + plain
                    declared[key.decode("ascii", "replace")].append(each)
        return declared.get(name, ())

    def beside(self, path: str) -> Sequence[str]:
        """The files of the package that a file is of."""
        return self._files.get(folder_of(path), ())

    def lines(self, path: str) -> Sequence[str]:
        """The lines of a file, for what comments state."""
        return self._sources.data(path).decode("utf-8", "replace").split("\n")
