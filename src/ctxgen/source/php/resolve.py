"""Which file defines a class that PHP source names: one class a file, named after it (PSR-4), told apart by their namespaces.

Source: https://www.php-fig.org/psr/psr-4/.
"""

from __future__ import annotations

import re
from collections import defaultdict
from collections.abc import Sequence
from functools import cached_property

from ctxgen.source.languages import Sources

_NAMESPACE = re.compile(rb"^[ \t]*(?:<\?php[ \t]+)?namespace[ \t]+([\w\\]{1,300})[ \t]*[;{]", re.MULTILINE)


class PhpResolver:
    """Files by the classes that they are named after."""

    def __init__(self, sources: Sources) -> None:
        self.sources = sources
        self._namespaces: dict[str, str] = {}

    def module(self, path: str, module: str) -> Sequence[str]:
        """The file of a class by its path with dots (`App.Models.Order`)."""
        namespace, _, name = module.rpartition(".")
        return [each for each in self._files.get(name, ()) if self.namespace(each) == namespace]

    def defining(self, path: str, name: str) -> Sequence[str]:
        """The file of a class of the same namespace."""
        if name not in self._files:
            return ()
        own = self.namespace(path)
        return [each for each in self._files[name] if self.namespace(each) == own and each != path]

    def namespace(self, path: str) -> str:
        """The namespace of a file, with dots."""
        if path not in self._namespaces:
            found = _NAMESPACE.search(self.sources.data(path)[:20_000])
            self._namespaces[path] = found[1].decode("ascii", "replace").strip("\\").replace("\\", ".") if found else ""
        return self._namespaces[path]

    def exists(self, path: str) -> bool:
        """Whether a file of source has this path."""
        return path in self._paths

    @cached_property
    def _paths(self) -> frozenset[str]:
        return frozenset(self.sources.paths)

    @cached_property
    def _files(self) -> dict[str, list[str]]:
        files: dict[str, list[str]] = defaultdict(list)
        for path in self.sources.paths:
            files[path.rpartition("/")[2].partition(".")[0]].append(path)
        return dict(files)
