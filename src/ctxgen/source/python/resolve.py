"""Which files a Python module name leads to.

What a program's search path is, no file says.  It is the folder above the importing file's outermost package (or, for a
script, its own folder), else one of the folders above, else any other folder of the repository that holds a package of
that name (workspaces, `src` layouts).  Source: https://docs.python.org/3/reference/import.html.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from functools import lru_cache
from string import ascii_letters, digits

from ctxgen.facts import shared_folders
from ctxgen.source.languages import Sources

_INIT = "__init__.py"
_JOINED = frozenset(each.encode() for each in f"{ascii_letters}{digits}_\"'")
"""What beside a name makes it a part of another, or of a text."""


class PythonResolver:
    """Files of modules, by their names as an importing file writes them."""

    def __init__(self, sources: Sources) -> None:
        self.facts, self.data = sources.facts, sources.data
        self._paths = frozenset(sources.paths)
        self._packages: dict[str, list[str]] = {}
        self._scripts: dict[str, list[str]] = {}
        self._folders: set[str] = set()
        for path in sources.paths:
            self._note_tops(path)
            folder = path.rpartition("/")[0]
            while folder and folder not in self._folders:
                self._folders.add(folder)
                folder = folder.rpartition("/")[0]
        self._files = lru_cache(maxsize=20_000)(self._find)

    def _note_tops(self, path: str) -> None:
        """Keep the folders from which a name can be imported: the one of a script, and the one above an outermost package."""
        folder, _, base = path.rpartition("/")
        if base == _INIT:
            above, _, package = folder.rpartition("/")
            if package and not self._is_package(above):
                self._packages.setdefault(package, []).append(above)
        elif not self._is_package(folder):
            self._scripts.setdefault(base.removesuffix(".py"), []).append(folder)

    def _is_package(self, folder: str) -> bool:
        # no import can name `graphql-demo`, whatever lies in it
        return f"{folder}/{_INIT}" in self._paths and folder.rpartition("/")[2].isidentifier()

    def module(self, path: str, module: str) -> Sequence[str]:
        """The file of a module as the file at `path` names it; none for libraries and for packages without `__init__.py`."""
        dots = len(module) - len(module.lstrip("."))
        name = module[dots:]
        if not dots:
            # `celery.py` that imports the library `celery` does not mean itself
            return [each for each in self._files(path.rpartition("/")[0], name)[:1] if each != path]
        folder = path.rpartition("/")[0]
        for _ in range(dots - 1):
            if not folder:
                return ()
            folder = folder.rpartition("/")[0]
        return [each for each in self._in(folder, name) if each != path or not name][:1]

    def uses(self, path: str, name: str) -> bool:
        """Whether a name, or a module's with its dots, stands in a file a second time; one in quotes (`__all__`) uses nothing."""
        data, word = self.data(path), name.encode()
        found, at = 0, data.find(word)
        while at >= 0 and found < 2:
            end = at + len(word)
            found += data[at - 1 : at] not in _JOINED and data[at - 1 : at] != b"." and data[end : end + 1] not in _JOINED
            at = data.find(word, end)
        return found == 2

    def namespace(self, path: str, name: str) -> str | None:
        """`app.api` for the folder `app/api` without `__init__.py`, seen from `app/__init__.py`."""
        folder, _, base = path.rpartition("/")
        return f"{self.named(path)}.{name}" if base == _INIT and f"{folder}/{name}" in self._folders else None

    def named(self, path: str) -> str:
        """The name by which a program imports the module of a file: below its outermost package."""
        folder, _, base = path.rpartition("/")
        parts = [] if base == _INIT else [base.removesuffix(".py")]
        while self._is_package(folder):
            folder, _, package = folder.rpartition("/")
            parts.insert(0, package)
        return ".".join(parts)

    def defining(self, path: str, name: str) -> Sequence[str]:
        """None: a Python file names all that it uses; `from x import *` is followed by the interpreter."""
        return ()

    def _in(self, folder: str, name: str) -> Iterator[str]:
        base = "/".join(filter(None, [folder, *name.split(".")])) if name else folder
        for candidate in (f"{base}/{_INIT}" if base else _INIT, f"{base}.py"):
            if candidate in self._paths:
                yield candidate

    def _find(self, folder: str, name: str) -> tuple[str, ...]:
        return tuple(found for root in self._roots(folder, name.partition(".")[0]) for found in self._in(root, name))

    def _roots(self, folder: str, top: str) -> Iterator[str]:
        """Folders that may be on the search path, likeliest first."""
        root, seen = folder, set[str]()
        while self._is_package(root):
            # a folder that a script runs in, or whose packages are installed, is searched, package or not
            if f"{root}/manage.py" in self._paths or f"{root}/setup.py" in self._paths:
                seen.add(root)
                yield root
            root = root.rpartition("/")[0]
        seen.add(root)
        yield root
        while root:
            root = root.rpartition("/")[0]
            seen.add(root)
            yield root
            if (src := f"{root}/src".lstrip("/")) not in seen:
                seen.add(src)
                yield src
        near = sorted(self._packages.get(top) or self._scripts.get(top, [])[:1], key=lambda other: (-shared_folders(folder, other), other))
        yield from (other for other in near[:20] if other not in seen)
