"""What lies in and below a folder, each question answered for all folders in one pass over the files."""

from __future__ import annotations

import re
from collections import defaultdict
from collections.abc import Iterable, Sequence
from functools import cached_property

from ctxgen.facts import folder_of, folders_up
from ctxgen.language_names import ECOSYSTEM_OF, EXTENSIONS, extension
from ctxgen.places import Places

_BROWSER_SOURCE = (".ts", ".tsx", ".jsx", ".vue", ".svelte", ".astro")
_JVM_PROGRAM = re.compile(
    r"\w*(?:Application|Main|App|Launcher|Bootstrap)\.(?:java|kt|scala|groovy)|(?:application|bootstrap)\.(?:properties|ya?ml|conf)|web\.xml"
)

_RUST_MAIN = re.compile(r"/src/main\.rs\Z")
_RUST_BIN = re.compile(r"/src/bin/.+\.rs\Z")


def folders_above(paths: Iterable[str]) -> set[str]:
    """Every folder that holds one of the files, at any depth."""
    found: set[str] = set()
    for path in paths:
        for folder in folders_up(folder_of(path)):
            if folder in found:
                break
            found.add(folder)
    return found


_OF_DATA = {"entity", "entities", "model", "models", "dto", "po", "vo"}
"""Folders of classes that hold data: an `App` there is none that starts."""
_JVM_SOURCE = (".java", ".kt", ".scala", ".groovy")
_CONTROLLERS = tuple(f"Controller{suffix}" for suffix in _JVM_SOURCE)


class Files:
    """The files of a repository by their folders."""

    def __init__(self, paths: Sequence[str], places: Places) -> None:
        self.paths, self.places = paths, places
        self._listed = frozenset(paths)
        self._in_folder: dict[str, list[str]] = defaultdict(list)
        for path in paths:
            self._in_folder[folder_of(path)].append(path)

    def __contains__(self, path: str) -> bool:
        return path in self._listed

    def directly_in(self, folder: str) -> Sequence[str]:
        """The files of a folder, without those of the folders below."""
        return self._in_folder.get(folder, ())

    def holds(self, folder: str) -> bool:
        """Whether anything lies in a folder or below it."""
        return not folder or folder in self._folders

    @cached_property
    def _folders(self) -> set[str]:
        return folders_above(self.paths)

    def source_in(self, folder: str) -> bool:
        """Whether a folder holds code of any language."""
        return folder in self._with_source

    def written_in(self, folder: str, ecosystem: str) -> bool:
        """Whether a folder, or one below it, holds source of an ecosystem's language."""
        return folder in self._by_ecosystem.get(ecosystem, ())

    @cached_property
    def _by_ecosystem(self) -> dict[str, set[str]]:
        sources: dict[str, list[str]] = defaultdict(list)
        for path in self.paths:
            if (ecosystem := ECOSYSTEM_OF.get(extension(path))) is not None:
                sources[ecosystem].append(path)
        return {ecosystem: folders_above(paths) for ecosystem, paths in sources.items()}

    def browser_source_in(self, folder: str) -> bool:
        """Whether a browser application is written in a folder, and not only styles and libraries that a server's pages load."""
        return folder in self._with_browser_source

    def go_program_in(self, folder: str) -> bool:
        """Whether a Go module holds a command: by convention a `main.go`, or a folder `cmd`."""
        return folder in self._with_go_program

    def rust_program_in(self, folder: str) -> bool:
        """Whether a crate holds a program by Cargo's conventions: `src/main.rs`, or files or folders of `src/bin`."""
        return folder in self._with_rust_program

    def jvm_programs(self) -> list[str]:
        """The files that only a JVM program has: its class with `main`, its settings."""
        found = (path for path in self.paths if "src/main/" in path and _JVM_PROGRAM.fullmatch(path.rpartition("/")[2]))
        return [path for path in found if _OF_DATA.isdisjoint(path.split("/")[:-1])]

    def jvm_classes(self) -> list[str]:
        """Those of them that are classes."""
        return [path for path in self.jvm_programs() if path.endswith(_JVM_SOURCE)]

    def jvm_webapps(self) -> list[str]:
        """The descriptors of web applications that a server of the JVM runs, and the routes of Play's, beside their settings.

        Sources: https://jakarta.ee/specifications/servlet/6.0/jakarta-servlet-spec-6.0#directory-structure, https://www.playframework.com/documentation/3.0.x/Anatomy.
        """
        return [
            path
            for path in self.paths
            if (
                path.endswith("src/main/webapp/WEB-INF/web.xml")
                or (f"/{path}".endswith("/conf/routes") and f"{folder_of(path)}/application.conf" in self)
            )
            and self.places.scope(path) is None
        ]

    def answers(self, folder: str) -> bool:
        """Whether a project of the JVM has controllers, by what their files are called."""
        return folder in self._with_controllers

    @cached_property
    def _with_controllers(self) -> set[str]:
        return folders_above(path for path in self.paths if path.endswith(_CONTROLLERS) and self.places.scope(path) is None)

    @cached_property
    def _with_source(self) -> set[str]:
        return folders_above(path for path in self.paths if extension(path).lower() in EXTENSIONS)

    @cached_property
    def _with_browser_source(self) -> set[str]:
        return folders_above(path for path in self.paths if path.endswith(_BROWSER_SOURCE) and self.places.scope(path) is None)

    @cached_property
    def _with_rust_program(self) -> set[str]:
        found = (
            match for path in self.paths if path.endswith(".rs") for match in (_RUST_MAIN.search(f"/{path}"), _RUST_BIN.search(f"/{path}"))
        )
        return {match.string[: match.start()].lstrip("/") for match in found if match}  # a crate may itself lie in a folder `src/bin`

    @cached_property
    def _with_go_program(self) -> set[str]:
        return folders_above(path for path in self.paths if path.rpartition("/")[2] == "main.go" or "/cmd/" in f"/{path}")
