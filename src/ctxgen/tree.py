"""The files of a repository, listed and read safely.

They lie in a folder or at a commit (`store.py`).  Here they are decoded and parsed, each document once, and what is
refused becomes a diagnostic.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Sequence
from functools import cached_property
from pathlib import Path
from typing import TYPE_CHECKING, Any, TypeVar

from ctxgen import documents
from ctxgen.documents import Node, Unreadable
from ctxgen.folder import Folder
from ctxgen.model import At, Diagnostic, Severity
from ctxgen.opaque import name
from ctxgen.store import Store, as_utf8, decode

if TYPE_CHECKING:
    from lxml import etree
    from tree_sitter import Node as Syntax

T = TypeVar("T")

MANIFEST_LIMIT = 2 * 1024 * 1024
SOURCE_LIMIT = 1024 * 1024
LOCK_LIMIT = 64 * 1024 * 1024


class File:
    """One file of the tree.  Content and documents are read and parsed at first use and kept.

    Every accessor raises `Unreadable`, which the pipeline turns into a diagnostic for this file.
    """

    def __init__(self, tree: Tree, path: str, limit: int = MANIFEST_LIMIT) -> None:
        self.tree, self.path, self.limit = tree, path, limit
        self._refused: Unreadable | None = None

    @property
    def name(self) -> str:
        """The last part of the path."""
        return self.path.rpartition("/")[2]

    @property
    def folder(self) -> str:
        """The folder, relative to the root, `""` for the root itself."""
        return self.path.rpartition("/")[0]

    def at(self, line: int | None) -> At:
        """A place in this file."""
        return At(self.path, line or 1)

    @cached_property
    def data(self) -> bytes:
        """The content without a byte order mark, in UTF-8 where it is UTF-16 with one."""
        if self._refused is not None:
            raise self._refused
        try:
            return as_utf8(self.tree.read(self.path, self.limit))
        except Unreadable as error:
            self._refused = error
            raise

    @cached_property
    def text(self) -> str:
        """The content as text: UTF-8 with or without a byte order mark; line ends normalised."""
        return decode(self.data)

    @cached_property
    def lines(self) -> list[str]:
        return self.text.split("\n")

    def json(self) -> Node:
        """The JSON document, comments and trailing commas forgiven."""
        return self._document("json", lambda: documents.parse_json(self.text.encode()))

    def yaml(self) -> Node:
        """The first YAML document; an empty mapping for an empty file."""
        found = self.yaml_documents()
        return found[0] if found else Node({}, 1)

    def yaml_documents(self) -> list[Node]:
        return self._document("yaml", lambda: documents.parse_yaml(self.text))

    def toml(self) -> Node:
        return self._document("toml", lambda: documents.parse_toml(self.text.encode()))

    def xml(self) -> etree._Element:
        """The root element of an XML document; broken XML is read as far as it goes."""
        return self._document("xml", lambda: documents.parse_xml(self.data))

    def syntax(self, language: str) -> Syntax:
        """The root of the syntax tree in a tree-sitter language (`python`, `typescript/tsx`, …)."""
        return self._document(f"syntax {language}", lambda: documents.parse_syntax(self.text.encode(), language))

    def _document(self, kind: str, parse: Callable[[], T]) -> T:
        kept: dict[str, Any] = self.__dict__.setdefault("_documents", {})
        if kind not in kept:
            try:
                kept[kind] = parse()
            except Unreadable as error:
                kept[kind] = error
            except RecursionError:
                kept[kind] = Unreadable("too-complex", "document is nested too deeply")
        if isinstance(kept[kind], Unreadable):
            raise kept[kind]
        document: T = kept[kind]
        return document


class Tree:
    """The files below a root, and the one way to read them.

    `paths` are POSIX, relative to the root and sorted.  Raises `NotADirectoryError` where the root is not a folder.
    """

    def __init__(self, root: Path | Store, *, include_ignored: bool = False, exclude: Iterable[str] = ()) -> None:
        self.store: Store = Folder(root) if isinstance(root, Path) else root
        self.diagnostics: list[Diagnostic] = []
        self.asked: set[str] = set()
        """Paths beside the listed ones that somebody wanted to know of or read."""
        self.held: dict[str, frozenset[bytes]] = {}
        """The literals that stand in files, as far as somebody looked (`literals.py`)."""
        self._files: dict[str, File] = {}
        self.paths = sorted(self.store.paths(self.note, include_ignored=include_ignored))
        self._known = frozenset(self.paths)
        self.leave_out(list(exclude))

    def leave_out(self, patterns: Sequence[str]) -> list[int]:
        """Take the files that are like one of the patterns (.gitignore syntax) off the list; how many each one took."""
        taken = [0] * len(patterns)
        if patterns:
            from ctxgen.ignoring import rules

            spec = rules(patterns)
            kept = []
            for path in self.paths:
                found = spec.check_file(path)
                if found.include and found.index is not None:
                    taken[found.index] += 1
                else:
                    kept.append(path)
            self.paths, self._known = kept, frozenset(kept)
        return taken

    def __contains__(self, path: str) -> bool:
        return path in self._known

    def under(self, folder: str) -> Iterator[str]:
        """The paths below a folder (`""` for all)."""
        return iter(self.paths) if not folder else (path for path in self.paths if path.startswith(folder + "/"))

    def file(self, path: str, limit: int = MANIFEST_LIMIT) -> File:
        """The file at a path, made once; a larger limit replaces a smaller one as long as nothing was read."""
        known = self._files.get(path)
        if known is None or (known.limit < limit and "data" not in known.__dict__):
            known = self._files[path] = File(self, path, limit)
        return known

    def forget(self, path: str) -> None:
        """Free the content and documents of a file that no reader needs any more."""
        self._files.pop(path, None)

    def exists(self, path: str) -> bool:
        """Whether a path inside the root is a file that may be read: listed, or (an ignored `.env` that compose names) there."""
        if path in self._known:
            return True
        self.asked.add(path)
        return self.store.exists(path)

    def read(self, path: str, limit: int) -> bytes:
        """The bytes of a regular file inside the root, at most `limit` of them.

        Raises `Unreadable` for what is missing, outside, not regular or larger; nothing is ever truncated.
        """
        if path not in self._known:
            self.asked.add(path)
        return self.store.read(path, limit)

    def size(self, path: str) -> int | None:
        """How many bytes a listed file has, None where that cannot be told."""
        return self.store.size(path)

    def note(self, path: str, line: int | None, code: str, message: str, severity: Severity = "warning") -> None:
        """Keep a diagnostic."""
        self.diagnostics.append(Diagnostic(name(path), line, code, severity, message))
