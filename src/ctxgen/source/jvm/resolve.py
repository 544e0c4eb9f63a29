"""Which files Java's and Kotlin's names lead to: by package and type name, as the compilers look them up.

Nothing is parsed for it: the package is the first line that says so, the types and (Kotlin) functions and properties of a file are its
declarations at the start of a line.  Source: https://docs.oracle.com/javase/specs/jls/se21/html/jls-6.html#jls-6.5, https://kotlinlang.org/docs/packages.html
"""

from __future__ import annotations

import re
from collections import defaultdict
from collections.abc import Sequence
from functools import cached_property

from ctxgen.facts import Facts, shared_folders
from ctxgen.source.jvm.settings import Settings
from ctxgen.source.languages import Sources

_PACKAGE = re.compile(rb"^[ \t]{0,8}package[ \t]+([A-Za-z_\x80-\xff][\w.`\x80-\xff]{0,200})", re.MULTILINE)
_IMPORT = re.compile(rb"^[ \t]{0,8}import[ \t]+(?:static[ \t]+)?([A-Za-z_\x80-\xff][\w.`\x80-\xff]{0,200})\.\*", re.MULTILINE)
_TOP_LEVEL = re.compile(
    rb"^(?:@[\w.]{1,80}(?:\([^()\n]{0,200}\))?[ \t]+)*(?:(?:public|private|protected|internal|abstract|open|final|sealed|data|enum|annotation|inline|value|const|suspend|static|strictfp|lateinit|operator|infix|non-sealed)[ \t]+)*"
    rb"(?:class|interface|@interface|enum|record|object|fun(?:[ \t]+interface)?|val|var|typealias)[ \t]+(?:<[^<>\n]{1,100}>[ \t]{0,4})?(?:[A-Z][\w\x80-\xff]{0,100}(?:<[^\n]{0,100}>)?\??\.)?`?([A-Za-z_\x80-\xff][\w\x80-\xff]{0,120})",
    re.MULTILINE,
)


class JvmResolver:
    """Files by package, and by the names that they declare in it."""

    def __init__(self, sources: Sources) -> None:
        self._sources = sources
        self._package: dict[str, str] = {}
        self._packages: dict[str, list[str]] = {}
        self._defining: dict[tuple[str, str], Sequence[str]] = {}
        self._declared: dict[tuple[str, str], list[str]] = defaultdict(list)
        for path in sources.paths:
            data = sources.data(path)
            found = _PACKAGE.search(data, 0, 20_000)
            package = found[1].decode("utf-8", "replace").replace("`", "") if found else ""
            self._package[path] = package
            stem = path.rpartition("/")[2].rpartition(".")[0]
            self._declared[package, stem].append(path)
            if path.endswith(".kt"):
                for name in dict.fromkeys(match[1].decode("utf-8", "replace") for match in _TOP_LEVEL.finditer(data)):
                    if name != stem:
                        self._declared[package, name].append(path)

    def data(self, path: str) -> bytes:
        """The bytes of a source file."""
        return self._sources.data(path)

    @property
    def facts(self) -> Facts:
        """What other files of the repository state."""
        return self._sources.facts

    @cached_property
    def settings(self) -> Settings:
        """What the configuration files of the repository state."""
        return Settings(self._sources.facts)

    def module(self, path: str, module: str) -> Sequence[str]:
        """The files that declare the type, function or property `a.b.C`, or the type that a longer name begins with (`a.b.C.NESTED`)."""
        parts = module.split(".")
        for end in range(len(parts), 0, -1):
            found = self._declared.get((".".join(parts[: end - 1]), parts[end - 1]))
            if found:
                return self._nearest(path, found)
        return ()

    def defining(self, path: str, name: str) -> Sequence[str]:
        """The files of the same package, then of packages that are imported whole, that declare `name`."""
        known = self._defining.get((path, name))
        if known is None:
            known = self._defining[path, name] = list(dict.fromkeys(self._declaring(path, name)))
        return known

    def _whole(self, path: str) -> list[str]:
        """The package of a file, and what it imports whole."""
        if path not in self._packages:
            own = [match[1].decode("utf-8", "replace") for match in _IMPORT.finditer(self._sources.data(path))]
            self._packages[path] = [self._package.get(path, ""), *own]
        return self._packages[path]

    def _declaring(self, path: str, name: str) -> list[str]:
        found = list[str]()
        for package in (*self._whole(path), ""):  # the root package's names are known everywhere in Kotlin
            named = self._nearest(path, self._declared.get((package, name), ()))
            found += named
            if not named and "." in package:  # `import static a.b.Paths.*`: the names of a class
                head, _, last = package.rpartition(".")
                found += self._nearest(path, self._declared.get((head, last), ()))
        return found

    @staticmethod
    def _nearest(path: str, found: Sequence[str]) -> Sequence[str]:
        """Those that share most folders with the file first: modules of one repository may declare the same name."""
        return sorted(found, key=lambda other: (-shared_folders(path, other), other)) if len(found) > 1 else found
