"""Which file a module's name leads to.

Sources: https://nodejs.org/api/modules.html#all-together, https://nodejs.org/api/esm.html#resolution-algorithm,
https://www.typescriptlang.org/docs/handbook/modules/reference.html, https://svelte.dev/docs/kit/$lib, https://nuxt.com/docs/guide/directory-structure
"""

from __future__ import annotations

import posixpath
import re
from collections.abc import Iterator, Sequence
from functools import lru_cache

from ctxgen.facts import folder_of
from ctxgen.model import Dependency, ModulePath, Project
from ctxgen.source.languages import Sources
from ctxgen.source.script.library import FILE
from ctxgen.source.script.lower import EXTENSIONS

_WRITTEN = {".js": (".ts", ".tsx", ".js", ".jsx"), ".jsx": (".tsx", ".jsx"), ".mjs": (".mts", ".mjs"), ".cjs": (".cts", ".cjs")}
"""What a name with an extension may mean: the file that is compiled to it."""
_UTILITIES = re.compile(r"((?:[^/]+/){0,12}?)(?:server|shared)/utils/")
_BUILT = ("dist", "build", "lib", "out", "esm", "cjs", "es", "output", ".output")
_ROOTS = {"~~/": "", "~/": "", "@@/": "", "@/": "", "$lib/": "src/lib/", "src/": "src/"}
"""What frameworks and bundlers have names for without a setting, tried where no setting says another thing."""


class ScriptResolver:
    """Modules by relative path, by the settings of tsconfig.json and package.json, and workspace packages by name."""

    def __init__(self, sources: Sources) -> None:
        self._sources = sources
        self._files = frozenset(sources.paths)
        self._projects = {
            str(each.name): folder_of(each.at.path) for each in sources.facts.of(Project) if each.ecosystem == "npm" and each.name
        }
        self._required = {
            (folder_of(each.at.path), str(each.name))
            for each in sources.facts.of(Dependency)
            if each.ecosystem == "npm" and each.name in self._projects
        }
        self._folders = sorted(set(self._projects.values()) | {""}, key=len, reverse=True)
        settings = sorted(sources.facts.of(ModulePath), key=lambda each: (-len(each.folder or ""), "*" in each.pattern, -len(each.pattern)))
        self._local = [each for each in settings if each.folder is not None]
        self._everywhere: dict[str, list[ModulePath]] = {}
        for each in settings:
            if each.folder is None:
                self._everywhere.setdefault(_package(each.pattern), []).append(each)
        self._known_everywhere: dict[str, list[str]] = {}
        for path in sources.paths:
            if found := _UTILITIES.match(path):
                self._known_everywhere.setdefault(f"{found[1]}server/", []).append(path)
        self.module = lru_cache(maxsize=65536)(self._module)

    def defining(self, path: str, name: str) -> Sequence[str]:
        """Nuxt's and Nitro's modules under `server/utils` and `shared/utils` are known by what they export."""
        wanted = name.encode()
        return [
            each
            for root, files in self._known_everywhere.items()
            if path.startswith(root)
            for each in files
            if wanted in self._sources.data(each)
        ]

    def _module(self, path: str, module: str) -> Sequence[str]:
        if not module:
            return ()  # the language's own names, asked for as those of a module without a name: no `*` of a setting stands for them
        if module.startswith(FILE):
            found = self._file(module.removeprefix(FILE))
            return (found,) if found else ()
        if module.startswith(".") and (module in (".", "..") or module.startswith(("./", "../"))):
            found = self._file(posixpath.normpath(posixpath.join(folder_of(path), module)))
        else:
            found = next((file for target in self._candidates(path, module.removeprefix("node:")) if (file := self._file(target))), None)
        return (found,) if found else ()

    def _candidates(self, path: str, module: str) -> Iterator[str]:
        """The places that a name which is no relative path may mean, best first."""
        for setting in self._local:
            if _within(path, setting.folder or ""):
                yield from _filled(setting, module)
        package = _package(module)
        folder = self._projects.get(package)
        if folder is not None and not self._called_the_same(path, package, folder):
            for setting in self._everywhere.get(package, ()):
                for target in _filled(setting, module):
                    yield target
                    yield from _unbuilt(target, folder)
            inner = module[len(package) + 1 :]
            for start in ("src", "", "lib"):
                yield posixpath.join(folder, start, inner).rstrip("/")
            if not inner:
                yield posixpath.join(folder, "src/main")
            return
        for start, place in _ROOTS.items():
            if module.startswith(start):
                for root in self._folders:
                    if _within(path, root):
                        yield posixpath.join(root, place, module[len(start) :])
                        yield posixpath.join(root, "src", place, module[len(start) :])

    def _called_the_same(self, path: str, package: str, folder: str) -> bool:
        """Whether a package that a project depends on only has the project's own name (an application named after its framework)."""
        nearest = next((each for each in self._folders if _within(path, each)), "")
        return nearest == folder and (folder, package) in self._required

    def _file(self, target: str) -> str | None:
        """The file at a place: itself, with an extension, what is compiled to it, or the index of a folder."""
        target = "" if target == "." else target
        if target in self._files:
            return target
        stem, extension = posixpath.splitext(target)
        tried = (
            *(stem + each for each in _WRITTEN.get(extension, ())),
            *(target + each for each in EXTENSIONS if target),
            *(posixpath.join(target, "index") + each for each in EXTENSIONS),
        )
        return next((each for each in tried if each in self._files), None)


def _package(module: str) -> str:
    """The package of a module: `@shop/db` of `@shop/db/schema`."""
    parts = module.split("/")
    return "/".join(parts[: 2 if module.startswith("@") else 1])


def _within(path: str, folder: str) -> bool:
    return not folder or path.startswith(folder + "/")


def _filled(setting: ModulePath, module: str) -> Iterator[str]:
    start, star, finish = setting.pattern.partition("*")
    if not star:
        if module == setting.pattern:
            yield from setting.targets
    elif module.startswith(start) and module.endswith(finish) and len(module) >= len(start) + len(finish):
        inner = module[len(start) : len(module) - len(finish)]
        for target in setting.targets:
            yield posixpath.normpath(target.replace("*", inner, 1))


def _unbuilt(target: str, folder: str) -> Iterator[str]:
    """Where the source of a built file lies: `dist/index.d.ts` is made of `src/index.ts`."""
    inner = target[len(folder) + 1 :] if folder else target
    first, _, rest = inner.partition("/")
    if first in _BUILT and rest:
        rest = rest.removesuffix(".d.ts").removesuffix(".d.mts")
        for start in ("src", "", "lib"):
            yield posixpath.join(folder, start, rest)
        if rest.startswith("src/"):
            yield posixpath.join(folder, rest)
