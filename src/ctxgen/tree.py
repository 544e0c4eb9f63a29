"""The files of a repository, listed and read safely.

This is the only module that touches the file system of the repository: it lists, confines, bounds, decodes and parses
(each document once), and makes the diagnostics for what it refuses.
"""

from __future__ import annotations

import os
import re
import stat
from collections.abc import Callable, Iterable, Iterator, Sequence
from functools import cached_property
from pathlib import Path
from typing import TYPE_CHECKING, Any, TypeVar

from ctxgen import _git, documents
from ctxgen.documents import Node, Unreadable
from ctxgen.model import At, Diagnostic, Severity
from ctxgen.opaque import name

if TYPE_CHECKING:
    from lxml import etree
    from tree_sitter import Node as Syntax

T = TypeVar("T")

MANIFEST_LIMIT = 2 * 1024 * 1024
SOURCE_LIMIT = 1024 * 1024
LOCK_LIMIT = 64 * 1024 * 1024

_SKIPPED_FOLDERS = {
    ".git",
    ".hg",
    ".svn",
    "node_modules",
    ".venv",
    "venv",
    "__pycache__",
    ".tox",
    ".mypy_cache",
    ".pytest_cache",
    ".gradle",
    ".idea",
}
"""Never walked into outside git, where no ignore rule may name them."""

BLOCK_BEGIN, BLOCK_END = "<!-- ctxgen:begin", "<!-- ctxgen:end -->"


class File:
    """One file of the tree.  Content and documents are read and parsed at first use and kept.

    Every accessor raises `Unreadable`, which the pipeline turns into a diagnostic for this file.
    """

    def __init__(self, tree: Tree, path: str, limit: int = MANIFEST_LIMIT) -> None:
        self.tree, self.path, self.limit = tree, path, limit

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
        return self.tree.read(self.path, self.limit)

    @cached_property
    def text(self) -> str:
        """The content as text: UTF-8 with or without a byte order mark, UTF-16 with one; line ends normalised."""
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
        return self._document(
            "xml", lambda: documents.parse_xml(self.text.encode() if self.data[:2] in (b"\xff\xfe", b"\xfe\xff") else self.data)
        )

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


def decode(data: bytes) -> str:
    """Text of a file.  Raises `Unreadable` for binary content; a byte that is not UTF-8 becomes U+FFFD."""
    if data[:2] in (b"\xff\xfe", b"\xfe\xff"):
        text = data.decode("utf-16", errors="replace")
    else:
        if b"\0" in data[:8192]:
            raise Unreadable("binary", "binary file under a text file's name")
        text = data.decode("utf-8-sig", errors="replace")
    return text.replace("\r\n", "\n").replace("\r", "\n")


class Tree:
    """The files below a root, and the one way to read them.

    `paths` are POSIX, relative to the root and sorted.  Raises `NotADirectoryError` where the root is not a folder.
    """

    def __init__(self, root: Path, *, include_ignored: bool = False, exclude: Iterable[str] = ()) -> None:
        self.root = Path(os.path.realpath(root))
        if not self.root.is_dir():
            raise NotADirectoryError
        self.diagnostics: list[Diagnostic] = []
        self._files: dict[str, File] = {}
        self._folders: dict[str, str | None] = {}
        self.git = _git.discover(self.root)
        listed = None if include_ignored or self.git is None else _git.list_files(self.git, self.root)
        paths = sorted(self._walk(honour_ignores=not include_ignored) if listed is None else listed)
        self.paths: list[str] = paths
        self._known = frozenset(paths)
        self.leave_out(list(exclude))

    def leave_out(self, patterns: Sequence[str]) -> list[int]:
        """Take the files that are like one of the patterns (.gitignore syntax) off the list; how many each one took."""
        taken = [0] * len(patterns)
        if patterns:
            from pathspec import GitIgnoreSpec

            spec = GitIgnoreSpec.from_lines(patterns)
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
        return path in self._known or self._confined(path) is not None

    def _confined(self, path: str) -> str | None:
        full = os.path.join(self.root, path)
        try:
            real = os.path.realpath(full, strict=True)
        except (OSError, ValueError):
            return None
        return real if real.startswith(os.path.join(self.root, "")) else None

    def _plain(self, path: str) -> str | None:
        """The real path of a regular file that is no link, in a folder inside the root (which is resolved once); None for anything else."""
        folder, _, base = path.rpartition("/")
        if folder not in self._folders:
            real = os.path.realpath(os.path.join(self.root, folder))
            inside = real == str(self.root) or real.startswith(os.path.join(self.root, ""))
            self._folders[folder] = os.path.join(real, "") if inside else None
        known = self._folders[folder]
        if known is None:
            return None
        try:
            return known + base if stat.S_ISREG(os.lstat(known + base).st_mode) else None
        except (OSError, ValueError):
            return None

    def read(self, path: str, limit: int) -> bytes:
        """The bytes of a regular file inside the root, at most `limit` of them.

        Raises `Unreadable` for what is missing, outside, not regular or larger; nothing is ever truncated.
        """
        try:
            real = self._plain(path)
            if real is None:
                real = self._confined(path)
                if real is None:
                    raise Unreadable(
                        "outside-root" if os.path.islink(os.path.join(self.root, path)) else "not-found",
                        "missing, or a link that leaves the repository",
                    )
                if not stat.S_ISREG(os.stat(real).st_mode):
                    raise Unreadable("not-regular", "not a regular file")
            descriptor = os.open(real, os.O_RDONLY | getattr(os, "O_NONBLOCK", 0) | getattr(os, "O_NOFOLLOW", 0))
            with os.fdopen(descriptor, "rb") as stream:
                found = os.fstat(descriptor)
                if not stat.S_ISREG(found.st_mode):
                    raise Unreadable("not-regular", "not a regular file")
                if found.st_size > limit:
                    raise Unreadable("too-large", f"larger than {limit // 1024} KiB, skipped whole")
                data = stream.read(limit + 1)
        except OSError:
            raise Unreadable("unreadable", "cannot be read") from None
        if len(data) > limit:
            raise Unreadable("too-large", f"larger than {limit // 1024} KiB, skipped whole")
        return data

    def note(self, path: str, line: int | None, code: str, message: str, severity: Severity = "warning") -> None:
        """Keep a diagnostic."""
        self.diagnostics.append(Diagnostic(name(path), line, code, severity, message))

    def _walk(self, *, honour_ignores: bool) -> Iterator[str]:
        """The files below the root outside git: `.gitignore` files are honoured (pathspec), links are not followed."""
        from pathspec import GitIgnoreSpec

        def failed(error: OSError) -> None:
            folder = os.path.relpath(error.filename, self.root) if error.filename else "."
            self.note(folder, None, "unreadable", "folder cannot be read")

        rules: dict[str, Any] = {}
        for folder, folders, files in os.walk(self.root, onerror=failed):
            relative = os.path.relpath(folder, self.root).replace(os.sep, "/")
            prefix = "" if relative == "." else relative + "/"
            above = [(base, spec) for base, spec in rules.items() if prefix.startswith(base)]
            if honour_ignores and ".gitignore" in files:
                try:
                    spec = GitIgnoreSpec.from_lines(decode(self.read(prefix + ".gitignore", SOURCE_LIMIT)).split("\n"))
                    rules[prefix] = spec
                    above.append((prefix, spec))
                except (Unreadable, ValueError):
                    self.note(prefix + ".gitignore", None, "unreadable", "ignore rules cannot be read")

            def ignored(path: str, above: list[tuple[str, Any]] = above) -> bool:
                return any(spec.match_file(path[len(base) :]) for base, spec in above)

            folders[:] = sorted(
                d
                for d in folders
                if d not in _SKIPPED_FOLDERS
                and not (honour_ignores and ignored(f"{prefix}{d}/"))
                and not os.path.exists(os.path.join(folder, d, ".git"))
            )
            for file in files:
                path = prefix + file
                if not (honour_ignores and ignored(path)) and printable(path):
                    yield path


_UNPRINTABLE = re.compile(r"[\x00-\x1f\x7f-\x9f\udc80-\udcff\u2028-\u202e\u2066-\u2069]")


def printable(path: str) -> bool:
    """Whether a path can be printed and decoded: names with control characters or invalid UTF-8 are never listed."""
    return not _UNPRINTABLE.search(path)
