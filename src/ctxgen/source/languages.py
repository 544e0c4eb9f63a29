"""What a language's package under `ctxgen.source` gives: lowering, and which files a name leads to."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Protocol

from ctxgen.facts import Facts
from ctxgen.source.ir import Module
from ctxgen.tree import File


class Sources(Protocol):
    """The source files of one language that may be read: product code only, in order of their paths."""

    @property
    def paths(self) -> Sequence[str]: ...

    @property
    def facts(self) -> Facts:
        """What manifests and settings state: packages, `tsconfig` paths, modules of `go.mod`."""

    def data(self, path: str) -> bytes:
        """The bytes of one of them, `b""` where it cannot be read.  Cheap: read once and kept."""


class Resolver(Protocol):
    """Which files of the repository names lead to."""

    def module(self, path: str, module: str) -> Sequence[str]:
        """The files that make up a module as the file at `path` names it; none for a module of a library.

        One file in most languages; all files of a package in Go.
        """

    def defining(self, path: str, name: str) -> Sequence[str]:
        """The files, likeliest first, that may define `name`, which the file at `path` uses without importing it by name.

        The same package in Go and Java, the namespace and its usings in C#, wildcard imports, constants that are loaded by name in PHP and Ruby.
        """


class Language(Protocol):
    """One language: `name` as in `detectors/source/<name>/`, the extensions of its files, how a file is lowered."""

    name: str
    extensions: tuple[str, ...]
    lower: Callable[[File], Module]
    resolver: Callable[[Sources], Resolver]
