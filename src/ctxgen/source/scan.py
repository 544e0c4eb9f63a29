"""From the files of a repository to what its source code says: which files are read, by which languages and frameworks."""

from __future__ import annotations

import importlib
from collections.abc import Callable, Iterable, Iterator, Sequence
from functools import partial

import msgspec

from ctxgen.documents import Unreadable
from ctxgen.facts import Facts
from ctxgen.language_names import extension
from ctxgen.model import Fact
from ctxgen.readers import path_glob
from ctxgen.source.frameworks import Framework, Vocabulary, frameworks
from ctxgen.source.ir import Module
from ctxgen.source.languages import Language
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
MAX_FILES = 20_000


class _Sources:
    """The product files of one language, read through the tree (see `languages.Sources` and `Repository`)."""

    def __init__(self, tree: Tree, facts: Facts, paths: Sequence[str], product: Sequence[str]) -> None:
        self._tree, self.facts, self.paths, self._product = tree, facts, paths, product
        self._kept: dict[str, bytes] = {}

    def matching(self, pattern: str) -> Iterator[str]:
        matches = path_glob(pattern).match
        return (path for path in self._product if matches(path))

    def file(self, path: str) -> File:
        return self._tree.file(path, SOURCE_LIMIT)

    def data(self, path: str) -> bytes:
        if path not in self._kept:
            try:
                self._kept[path] = self._tree.file(path, SOURCE_LIMIT).data
            except Unreadable:
                self._kept[path] = b""
        return self._kept[path]


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
    return [*found, *procedures(facts, served, _Sources(tree, facts, served, served).data)]


def _follow(tree: Tree, name: str, sources: _Sources, known: list[Framework], browser: Callable[[str], bool]) -> list[Fact]:
    paths = sources.paths
    used: dict[str, Framework] = {}
    placed = [msgspec.structs.replace(each, literals=()) for each in known if each.files]
    own = [path for path in paths if not browser(path)]
    elsewhere = set(paths) - set(own)
    roots = [path for path in paths if _wanted(path, sources, placed if path in elsewhere else known, used)]
    used |= {framework.name: framework for framework in known if framework.always and own}
    if not used:
        return []
    language: Language = importlib.import_module(f"ctxgen.source.{name}").LANGUAGE

    if language.entry and roots:
        known_roots = set(roots)
        roots = [path for path in own if path in known_roots or language.entry in sources.data(path)]

    def lower(path: str) -> Module | None:
        return language.lower(tree.file(path, SOURCE_LIMIT))

    active = sorted((framework for framework in known if framework.name in used), key=lambda framework: framework.always)
    hooks, methods, finish = hooks_of(active)
    program = Program(language, language.resolver(sources), lower, Vocabulary(active), hooks, methods)
    program.sources, program.own = sources, own
    for step in (lambda program: program.run_all(roots), *finish, *language.finish):
        try:
            program.conclude(partial(step, program))
        except Exception:  # a defect here must not cost what was found before; its text may hold a value, so none of it is kept
            tree.note([*roots, *own][0], None, "reader-failed", f"the {name} source is followed only in part", "error")
    for at, code, text in program.notes:
        tree.note(at.path, at.line, code, text, "info")
    for path in (*program.modules, *roots):
        tree.forget(path)
    return [*endpoints(program.routers), *program.facts]


def _wanted(path: str, sources: _Sources, known: Iterable[Framework], used: dict[str, Framework]) -> bool:
    """Whether a file holds a literal of one of the frameworks, all of which are then used."""
    wanted = False
    data: bytes | None = None
    held: dict[tuple[str, ...], bool] = {}
    for framework in known:
        if any(path_glob(pattern).match(path) for pattern in framework.files):
            used[framework.name], wanted = framework, True
            continue
        if framework.literals and not (wanted and framework.name in used):
            data = sources.data(path) if data is None else data
            if framework.literals not in held:  # frameworks of one family ask for the same
                held[framework.literals] = any(literal.encode() in data for literal in framework.literals)
            if held[framework.literals]:
                used[framework.name], wanted = framework, True
    return wanted
