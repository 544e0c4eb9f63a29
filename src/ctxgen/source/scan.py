"""From the files of a repository to what its source code says: which files are read, by which languages and frameworks."""

from __future__ import annotations

import gc
import importlib
from collections.abc import Callable, Iterable, Iterator, Sequence
from functools import partial
from typing import NamedTuple

from ctxgen.documents import Unreadable
from ctxgen.facts import Facts
from ctxgen.language_names import extension
from ctxgen.model import Fact
from ctxgen.readers import path_glob
from ctxgen.reading import holds
from ctxgen.source.frameworks import Framework, Vocabulary, frameworks
from ctxgen.source.ir import Module
from ctxgen.source.languages import Language
from ctxgen.source.masking import masked
from ctxgen.source.procedures import procedures
from ctxgen.source.program import Program, hooks_of
from ctxgen.source.routing import endpoints
from ctxgen.tree import SOURCE_LIMIT, File, Tree

LANGUAGES = {
    "python": ("py",),
    "script": ("js", "mjs", "cjs", "jsx", "ts", "mts", "cts", "tsx"),
    "jvm": ("java", "kt"),
    "dotnet": ("cs",),
    "golang": ("go",),
    "php": ("php",),
    "ruby": ("rb", "ru"),
    "rust": ("rs",),
}
"""The packages of languages and the extensions of their files."""
MAX_LOWERED = 12 * 1024 * 1024
"""Bytes of one language's source whose trees are kept while it is followed: each costs some forty of memory."""
MAX_KEPT = 1024 * 1024
"""So many are not worth to be freed before the next language."""
MAX_FILES = 20_000


class _Sources:
    """The product files of one language, read through the tree (see `languages.Sources` and `Repository`)."""

    def __init__(self, tree: Tree, facts: Facts, paths: Sequence[str], product: Sequence[str]) -> None:
        self._tree, self.facts, self.paths, self._product = tree, facts, paths, product

    def matching(self, pattern: str) -> Iterator[str]:
        matches = path_glob(pattern).match
        return (path for path in self._product if matches(path))

    def file(self, path: str) -> File:
        return self._tree.file(path, SOURCE_LIMIT)

    def data(self, path: str) -> bytes:
        try:
            return self._tree.file(path, SOURCE_LIMIT).data
        except Unreadable:
            return b""


def read_source(
    tree: Tree, facts: Facts, paths: Iterable[str], present: frozenset[str], browser: Callable[[str], bool] = lambda path: False
) -> list[Fact]:
    """What the source among `paths` (product files) says, with the frameworks of the technologies that are `present`.

    A file of a browser's is followed only where a server's imports it, or where its place says that it answers requests.
    """
    by_language: dict[str, list[str]] = {}
    product = list(paths)
    names = {f".{ending}": language for language, endings in LANGUAGES.items() for ending in endings}
    for path in product:
        language = names.get(extension(path).lower())
        if language is not None and not path.endswith((".min.js", ".d.ts", ".blade.php")):
            by_language.setdefault(language, []).append(path)
    found: list[Fact] = []
    for language, own in sorted(by_language.items()):
        known = [each for each in frameworks() if each.language == language and each.technology in present]
        if known:
            found += _follow(tree, language, _Sources(tree, facts, own[:MAX_FILES], product), known, browser)
    served = [path for path in product if not browser(path)][:MAX_FILES]
    found += procedures(facts, served, _Sources(tree, facts, served, served).data)
    return [masked(fact) for fact in found]


def _follow(tree: Tree, name: str, sources: _Sources, known: list[Framework], browser: Callable[[str], bool]) -> list[Fact]:
    paths = sources.paths
    own = [path for path in paths if not browser(path)]
    roots = _roots(paths, sources, known, frozenset(own))
    if not roots.used:
        return []
    language: Language = importlib.import_module(f"ctxgen.source.{name}").LANGUAGE

    if language.entry and roots.paths:
        entries = {path for path in own if language.entry in sources.data(path)}
        for each in (roots.paths, roots.setups):
            followed = entries.union(each)
            each[:] = [path for path in own if path in followed]

    lowered = 0

    def lower(path: str) -> Module | None:
        nonlocal lowered
        size = len(sources.data(path))
        if lowered + size > MAX_LOWERED:
            tree.note(path, None, "too-complex", f"the {name} source is followed only in part: more than {MAX_LOWERED >> 20} MiB of it")
            return None
        lowered += size
        return language.lower(tree.file(path, SOURCE_LIMIT))

    active = sorted((framework for framework in known if framework.name in roots.used), key=lambda framework: framework.always)
    hooks, methods, finish = hooks_of(active)
    program = Program(language, language.resolver(sources), lower, Vocabulary(active), hooks, methods)
    program.sources, program.own = sources, own
    # a language that tells which functions are run has told more than the file does
    setups = roots.paths if language.runs is not None else roots.setups
    for step in (lambda program: program.run_all(roots.paths, setups), *finish, *language.finish):
        try:
            program.conclude(partial(step, program))
        except Exception:  # a defect here must not cost what was found before; its text may hold a value, so none of it is kept
            tree.note([*roots.paths, *own][0], None, "reader-failed", f"the {name} source is followed only in part", "error")
    for at, code, text in program.notes:
        tree.note(at.path, at.line, code, text, "info")
    for path in (*program.modules, *paths):
        tree.forget(path)
    found = [*endpoints(program.routers), *program.facts]
    if lowered > MAX_KEPT:  # what was followed refers to itself in circles, and the collector rests during a run
        del program, hooks, methods, finish
        gc.collect()
    return found


class _Roots(NamedTuple):
    """The files that are followed from: all, and those where routes are put on something; the names of the frameworks that they use."""

    paths: list[str]
    setups: list[str]
    used: set[str]


def _puts(framework: Framework) -> bool:
    """Whether calls mean something to a framework; to those that only walk classes none does."""
    hooks, methods, _ = hooks_of([framework])
    return bool(framework.types or hooks or methods)


def _roots(paths: Iterable[str], sources: _Sources, known: Sequence[Framework], own: frozenset[str]) -> _Roots:
    """The files that hold a literal of a framework, if they are the server's `own`, or lie where one looks.

    Frameworks that look for the same are asked for once.
    """
    alike: dict[tuple[tuple[str, ...], tuple[str, ...]], list[Framework]] = {}
    for framework in known:
        alike.setdefault((framework.files, framework.literals), []).append(framework)
    asked = [
        (
            [path_glob(each) for each in files],
            [each.encode() for each in literals],
            {each.name for each in group},
            any(_puts(each) for each in group),
        )
        for (files, literals), group in alike.items()
    ]
    asked.sort(key=lambda each: not each[3])
    found = _Roots([], [], {each.name for each in known if each.always and own})
    for path in paths:
        wanted = setup = False
        for globs, literals, names, puts in asked:
            if wanted and (setup or not puts) and names <= found.used:
                continue
            if any(glob.match(path) for glob in globs) or (literals and path in own and holds(sources.data(path), literals)):
                wanted, setup = True, setup or puts
                found.used.update(names)
        if wanted:
            found.paths.append(path)
        if setup:
            found.setups.append(path)
    return found
