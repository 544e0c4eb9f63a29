"""From the files of a repository to what its source code says: which files are read, by which languages and frameworks."""

from __future__ import annotations

import gc
import importlib
from collections.abc import Callable, Iterable, Iterator, Sequence
from functools import cache, partial
from typing import NamedTuple

import msgspec
from msgspec import Struct

from ctxgen.documents import Unreadable
from ctxgen.facts import Facts
from ctxgen.language_names import SOURCE_LANGUAGES, extension
from ctxgen.literals import held
from ctxgen.model import Channel, CodeFact, Diagnostic, Endpoint, EntityModel, Fact, Schedule, Variable
from ctxgen.patterns import Pattern, Patterns
from ctxgen.readers import path_glob
from ctxgen.source.frameworks import Framework, Vocabulary, frameworks
from ctxgen.source.hooks import hooks_of
from ctxgen.source.ir import Module
from ctxgen.source.languages import Language
from ctxgen.source.masking import masked
from ctxgen.source.procedures import procedures
from ctxgen.source.program import Program
from ctxgen.source.routing import endpoints
from ctxgen.tree import SOURCE_LIMIT, File, Tree
from ctxgen.workers import Worker

Portable = Endpoint | EntityModel | Channel | Schedule | CodeFact | Variable
"""What is told of source; none of it holds a value."""
_UNREAD = (".min.js", ".d.ts", ".blade.php", ".Designer.cs", ".g.cs")
"""Files that nobody wrote or that are no programs; the model as each migration left it is most of the text of some repositories."""
MAX_LOWERED = 12 * 1024 * 1024
"""Bytes of one language's source that are followed; their trees are not kept (`later.py`), what was lowered of them is."""
MANY_ROOTS = 60
"""So many files that are followed from are worth another process, or a collection of what they left."""
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

    def held(self, path: str) -> frozenset[bytes]:
        """The literals of frameworks that stand in a file; none in one that cannot be read."""
        try:
            return held(self.file(path))
        except Unreadable:
            return frozenset()

    def data(self, path: str) -> bytes:
        try:
            return self._tree.file(path, SOURCE_LIMIT).data
        except Unreadable:
            return b""


class _Work(NamedTuple):
    """One language's source: what is followed, from which files, with which frameworks."""

    language: str
    sources: _Sources
    own: list[str]
    """The files that are no browser's."""
    known: list[Framework]
    roots: _Roots


class _Share(Struct):
    """What another process found in the languages that it followed."""

    found: dict[str, list[Portable]]
    diagnostics: list[Diagnostic]


def read_source(
    tree: Tree,
    facts: Facts,
    paths: Iterable[str],
    present: frozenset[str],
    browser: Callable[[str], bool] = lambda path: False,
    *,
    processes: int = 1,
) -> list[Fact]:
    """What the source among `paths` (product files) says, with the frameworks of the technologies that are `present`.

    A file of a browser's is followed only where a server's imports it, or where its place says that it answers requests.
    With `processes` another one may follow a part of the languages; what is found is the same.
    """
    by_language: dict[str, list[str]] = {}
    product = list(paths)
    for path in product:
        language = SOURCE_LANGUAGES.get(extension(path).lower())
        if language is not None and not path.endswith(_UNREAD):
            by_language.setdefault(language, []).append(path)
    works = []
    for language, own in sorted(by_language.items()):
        known = [each for each in frameworks() if each.language == language and each.technology in present]
        if known:
            if len(own) > MAX_FILES:
                text = f"the {language} source is followed only in part: more than {MAX_FILES} files"
                tree.note(own[MAX_FILES], None, "too-complex", text)
            work = _work(language, _Sources(tree, facts, own[:MAX_FILES], product), known, browser)
            works += [work] if work.roots.used else []
    here = _here(works) if processes > 1 else works
    elsewhere = [work for work in works if work not in here]
    worker = Worker(lambda: _portable(tree, elsewhere)) if elsewhere else None
    try:
        found = _follow_all(tree, here)
        if worker is not None:
            found |= _taken(tree, worker.result()) or _follow_all(tree, elsewhere)
    finally:
        if worker is not None:
            worker.stop()
    served = [path for path in product if not browser(path)][:MAX_FILES]
    calls = procedures(facts, served, _Sources(tree, facts, served, served).data)
    return [masked(fact) for fact in (*(fact for _, facts in sorted(found.items()) for fact in facts), *calls)]


def _work(language: str, sources: _Sources, known: list[Framework], browser: Callable[[str], bool]) -> _Work:
    own = [path for path in sources.paths if not browser(path)]
    return _Work(language, sources, own, known, _roots(sources.paths, sources, known, frozenset(own)))


def _here(works: list[_Work]) -> list[_Work]:
    """The languages that this process follows while another follows the rest: the one with most files, and others as long as that is less than half."""
    whole = sum(len(work.roots.paths) for work in works)
    taken: list[_Work] = []
    for work in sorted(works, key=lambda work: -len(work.roots.paths)):
        if not taken or sum(len(each.roots.paths) for each in (*taken, work)) <= whole / 2:
            taken.append(work)
    left = whole - sum(len(work.roots.paths) for work in taken)
    return [work for work in works if work in taken] if left >= MANY_ROOTS else works


def _portable(tree: Tree, works: list[_Work]) -> bytes:
    """The share of another process."""
    noted = len(tree.diagnostics)
    found = _follow_all(tree, works)
    return msgspec.msgpack.encode(_Share(found, tree.diagnostics[noted:]))  # type: ignore[arg-type]


def _taken(tree: Tree, made: bytes | None) -> dict[str, list[Fact]] | None:
    """What another process found; None where it failed."""
    if made is None:
        return None
    share = msgspec.msgpack.decode(made, type=_Share)
    tree.diagnostics += share.diagnostics
    return {language: list(facts) for language, facts in share.found.items()}


def _follow_all(tree: Tree, works: list[_Work]) -> dict[str, list[Fact]]:
    found: dict[str, list[Fact]] = {}
    followed = 0
    for work in works:
        if followed >= MANY_ROOTS and len(work.roots.paths) >= MANY_ROOTS:
            gc.collect()  # what was followed refers to itself in circles, and the collector rests during a run
            followed = 0
        found[work.language] = _follow(tree, work)
        followed += len(work.roots.paths)
    return found


def _follow(tree: Tree, work: _Work) -> list[Fact]:
    name, sources, own, known, roots = work
    language: Language = importlib.import_module(f"ctxgen.source.{name}").LANGUAGE

    if language.entry and roots.paths:
        entries = {path for path in own if language.entry in sources.data(path)}
        for each in (roots.paths, roots.setups):
            followed = entries.union(each)
            each[:] = [path for path in own if path in followed]

    lowered, full = 0, False

    def lower(path: str) -> Module | None:
        nonlocal lowered, full
        size = len(sources.data(path))
        if lowered + size > MAX_LOWERED:
            if not full:
                text = f"the {name} source is followed only in part: more than {MAX_LOWERED >> 20} MiB of it"
                tree.note(path, None, "too-complex", text)
            full = True
            return None
        lowered += size
        try:
            return language.lower(tree.file(path, SOURCE_LIMIT))
        except Unreadable as error:
            tree.note(path, error.line, error.code, error.message)
        except RecursionError:
            tree.note(path, None, "too-complex", "code is nested too deeply")
        return None

    active = sorted((framework for framework in known if framework.name in roots.used), key=lambda framework: framework.always)
    hooks = hooks_of(active)
    program = Program(language, language.resolver(sources), lower, Vocabulary(active), hooks.calls, hooks.methods)
    program.sources, program.own = sources, own
    # a language that tells which functions are run has told more than the file does
    setups = roots.paths if language.runs is not None else roots.setups
    for step in (*hooks.start, lambda program: program.run_all(roots.paths, setups), *hooks.finish, *language.finish):
        try:
            program.conclude(partial(step, program))
        except Exception:  # a defect here must not cost what was found before; its text may hold a value, so none of it is kept
            tree.note([*roots.paths, *own][0], None, "reader-failed", f"the {name} source is followed only in part", "error")
    cut = "routes are told only in part: there are too many, or too many ways to them"
    ways = endpoints(program.routers, lambda at: program.note(at, "too-complex", cut))
    found = [*map(program.reached, ways), *program.facts]
    for at, code, text in program.notes:
        tree.note(at.path, at.line, code, text, "info")
    for path in (*program.modules, *sources.paths):
        tree.forget(path)
    return found


class _Roots(NamedTuple):
    """The files that are followed from: all, and those where routes are put on something; the names of the frameworks that they use."""

    paths: list[str]
    setups: list[str]
    used: set[str]


def _puts(framework: Framework) -> bool:
    """Whether calls mean something to a framework; to those that only walk classes none does."""
    hooks = hooks_of([framework])
    return bool(framework.types or hooks.calls or hooks.methods)


def _roots(paths: Iterable[str], sources: _Sources, known: Sequence[Framework], own: frozenset[str]) -> _Roots:
    """The files that hold a literal of a framework, if they are the server's `own`, or lie where one looks."""
    by_glob: list[tuple[Pattern, Framework]] = [(path_glob(each), framework) for framework in known for each in framework.files]
    patterns = Patterns(pattern for pattern, _ in by_glob)
    by_literal: dict[bytes, list[Framework]] = {}
    for framework in known:
        for each in framework.literals:
            by_literal.setdefault(each.encode(), []).append(framework)
    by_name = {framework.name: framework for framework in known}
    puts = cache(lambda name: _puts(by_name[name]))  # asked of those that are met alone: the answer imports a framework's code
    found = _Roots([], [], {each.name for each in known if each.always and own})
    for path in paths:
        names = {by_glob[position][1].name for position in patterns.matching(path)}
        if path in own:
            names.update(framework.name for literal in sources.held(path) & by_literal.keys() for framework in by_literal[literal])
        if not names:
            continue
        found.used.update(names)
        found.paths.append(path)
        if any(map(puts, sorted(names))):
            found.setups.append(path)
    return found
