"""What a language's package under `ctxgen.source` gives: lowering, and which files a name leads to."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any, Protocol, runtime_checkable

from ctxgen.facts import Facts
from ctxgen.model import Guard, GuardKind
from ctxgen.source.ir import Function, Module
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


@runtime_checkable
class Repository(Protocol):
    """The product's files of any kind: settings that stand beside the source and say what it does."""

    def matching(self, pattern: str) -> Iterator[str]:
        """The paths that match a glob."""

    def file(self, path: str) -> File:
        """A file, to be parsed as what it is.  Raises `Unreadable`."""


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


class NoResolver:
    """Names lead nowhere: where hooks find by themselves what they ask for (Elixir, Scala)."""

    def __init__(self, sources: Sources) -> None:
        pass

    def module(self, path: str, module: str) -> Sequence[str]:
        return ()

    def defining(self, path: str, name: str) -> Sequence[str]:
        return ()


@runtime_checkable
class Near(Protocol):
    """A resolver that tells how near the names of two files are: those of one namespace before those of one folder (C#)."""

    def distance(self, path: str, other: str) -> tuple[bool, int]:
        """How far what the file at `other` declares is from the one at `path`; the smallest is meant."""


@runtime_checkable
class Users(Protocol):
    """A resolver that tells whether a file uses a name that it imports: what it does not use is imported for what running it does (Python)."""

    def uses(self, path: str, name: str) -> bool:
        """Whether the file at `path` names `name` anywhere but where it imports it."""


@runtime_checkable
class Namespaces(Protocol):
    """A resolver for which a folder is a package though no file of its own says so (Python)."""

    def namespace(self, path: str, name: str) -> str | None:
        """How the folder `name` beside the file at `path` is imported; None where there is none."""


@dataclass(frozen=True)
class Language:
    """One language: `name` as in `detectors/source/<name>/`, the extensions of its files, how a file is lowered, and how it differs from others.

    `inside(module, name)` is how a name inside a module is named as a module of its own (`a.b` for Python), `""` where that cannot be.
    """

    name: str
    extensions: tuple[str, ...]
    lower: Callable[[File], Module]
    resolver: Callable[[Sources], Resolver]
    decorators_run: bool = False
    """Whether a decorator is called with what it decorates (Python); annotations and attributes are not."""
    implicit_this: bool = False
    """Whether members of the class are named without their owner (Java, C#, Kotlin, Ruby)."""
    default_exports: bool = False
    """Whether a module has a default export (JavaScript): that of a library is the library."""
    importers: tuple[str, ...] = ()
    """Functions that give the module which they are called with: `require`."""
    hooks: Mapping[str, Any] = field(default_factory=dict)
    """What functions of the language's own library give (`program.Hook` by path): `path.join()`."""
    receivers_are_methods: bool = False
    """Whether functions with a receiver are known only through it (Go)."""
    entry: bytes = b""
    """What a file holds where programs start, which is followed even if it names no framework itself."""
    adapters: frozenset[str] = frozenset()
    """Paths of what only makes a handler of the function that it is given (Go's `http.HandlerFunc(list)`)."""
    handlers_wrapped: bool = False
    """Whether a handler is commonly an argument of what is put around it (Go's `auth(list)`), which then may be a guard."""
    modules_apart: bool = False
    """Whether a function may have the name of a module that is known beside it (Rust)."""
    stars: bool = False
    """Whether a name that nothing else brings may be that of a library whose names were all imported (Rust's `use actix_web::web::*`)."""
    assigns_locally: bool = False
    """Whether an assignment without a declaration makes a name of the innermost scope (Python, PHP, Ruby)."""
    open_classes: bool = False
    """Whether a class or module of a library may be opened again: what it does not define here, the library's does; a method that is called without an owner has that of the caller (Ruby)."""
    blocks_unpack: bool = False
    """Whether a block of several parameters takes a list apart, and gets no index beside it (Ruby)."""
    constructors: tuple[str, ...] = ("__init__", "constructor", "__construct", "initialize", "init")
    constants: Mapping[str, Any] = field(default_factory=dict)
    """Values of the language's own library by path: `net/http.MethodGet`."""
    library: Callable[[str], str] = field(default=lambda module: module)
    """How a module of a library is named in frameworks' descriptions: without its major version in Go."""
    names_are_paths: bool = False
    """Whether an import names a type, function or constant by its package and name, wherever its file lies (Java, Kotlin): `a.b` and `C` for `a.b.C`."""
    getter: Callable[[str], str] = field(default=lambda name: "")
    """The field that a method gives which no source holds, by the method's name: a getter that the compiler makes (Lombok's `getName`)."""
    runs: Callable[[Function], bool] | None = None
    """Which functions that nobody calls are run: those that a framework calls to be told something; all where this is None."""
    attributed: Callable[[Any, Function, Any], Sequence[Guard]] | None = None
    """The guards that the attributes of a handler are, by (program, function, scope), where a language has attributes that nothing runs (C#)."""
    judge: Callable[[str, Any], GuardKind | None] | None = None
    """What a name, and the value that it stands for, guards, where the language knows better than the words of the name."""
    qualified: bool = False
    """Whether a type may be named by its namespace, or the end of it, wherever it is used (C#)."""
    dispatches: bool = False
    """Whether a method of an object that is not followed, called with a router, is that of every class that has one: a container or reflection finds them (C#)."""
    finish: tuple[Callable[[Any], None], ...] = ()
    """What is looked for in all that was followed (a `Program`), whatever the framework."""
    inside: Callable[[str, str], str] = field(default=lambda module, name: "")
