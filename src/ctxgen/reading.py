"""The worklist: which readers read which files, and the files that files name."""

from __future__ import annotations

from collections import deque
from collections.abc import Callable, Iterable, Iterator, Sequence
from itertools import islice

import msgspec
from msgspec import Struct

from ctxgen import literals
from ctxgen.documents import Unreadable
from ctxgen.facts import Facts, folder_of, join_path
from ctxgen.literals import holds
from ctxgen.model import Diagnostic, Fact, Import, Locked, Reference, Variable
from ctxgen.readers import Found, Reader, readers, readers_for
from ctxgen.store import is_binary
from ctxgen.tree import SOURCE_LIMIT, File, Tree
from ctxgen.workers import Worker

MAX_REFERENCES = 2_000
MAX_DEPTH = 12
MAX_FOUND = 20_000
"""Of one file; a lock file may state `MAX_LOCKED` versions.  The largest manifests that people write have some 2,000 statements."""
MAX_LOCKED = 200_000
MAX_NOTED = 100
_NO_TEXT = "binary file under a source file's name"
MANY_FILES = 1_500
"""So many source files are worth another process."""
Keep = Callable[[Fact], bool]


def read_facts(tree: Tree, keep: Keep | None = None, *, processes: int = 1) -> Facts:
    """Read every file that a reader wants, then what those refer to, and keep the facts that `keep` does not refuse.

    Diagnostics go to the tree.  With `processes` many source files are shared out among so many; what is found is the same.
    """
    wanted = [(path, found) for path in tree.paths if (found := readers_for(path))]
    source = [path for path, found in wanted if processes > 1 and _is_source(found)]
    if len(source) < MANY_FILES:
        source = []
    shares = [source[number::processes] for number in range(1, processes)] if source else []
    elsewhere = {path for share in shares for path in share}
    workers = [Worker(lambda share=share: _portable(tree, share, keep)) for share in shares]  # type: ignore[misc]
    try:
        worklist = Worklist(tree, keep)
        worklist.read((path, found) for path, found in wanted if path not in elsewhere)
        for worker, share in zip(workers, shares, strict=True):
            worklist.read((path, readers_for(path)) for path in worklist.take(worker.result(), share))
        _told_once(tree)
    finally:
        for worker in workers:
            worker.stop()
    return Facts(sorted(worklist.facts, key=lambda fact: fact.at))


def _told_once(tree: Tree) -> None:
    """Files of source that are no text are told together."""
    found = [each for each in tree.diagnostics if each.message == _NO_TEXT]
    if len(found) > 1:
        tree.diagnostics = [each for each in tree.diagnostics if each.message != _NO_TEXT]
        tree.note(min(each.path for each in found), None, "binary", f"one of {len(found)} binary files under names of source", "info")


def _is_source(wanted: Iterable[Reader]) -> bool:
    """Whether a file is one of very many that readers look into and mostly find nothing, or names, in."""
    return all(reader.contains and reader.limit == SOURCE_LIMIT for reader in wanted)


class _Share(Struct):
    """What another process found in its share of the files, and the files that are left to do here: a value leaves no process."""

    facts: list[Import | Variable]
    diagnostics: list[Diagnostic]
    left: list[str]
    held: dict[str, frozenset[bytes]]


def _portable(tree: Tree, paths: Sequence[str], keep: Keep | None) -> bytes:
    """The share of another process."""
    found = _Share([], [], [], {})
    for path in paths:
        noted = len(tree.diagnostics)
        own = Worklist(tree, keep)
        own.read([(path, readers_for(path))])
        if own.referred or not all(isinstance(fact, Import) or (isinstance(fact, Variable) and fact.value is None) for fact in own.facts):
            del tree.diagnostics[noted:]
            found.left.append(path)
        else:
            found.facts += own.facts  # type: ignore[arg-type]
            found.diagnostics += tree.diagnostics[noted:]
        if path in tree.held:
            found.held[path] = tree.held[path]
    return msgspec.msgpack.encode(found)


class Worklist:
    """Files and the readers that are to read them; what they state is in `facts`."""

    def __init__(self, tree: Tree, keep: Keep | None) -> None:
        self.facts: list[Fact] = []
        self.referred = 0
        """How many files were read because others name them."""
        self._tree, self._keep = tree, keep
        self._seen: set[tuple[str, str]] = set()

    def take(self, made: bytes | None, share: Sequence[str]) -> Sequence[str]:
        """Take over what another process found in its share; the files that are left to do: all where it failed."""
        if made is None:
            return share
        found = msgspec.msgpack.decode(made, type=_Share)
        self.facts += found.facts
        self._tree.diagnostics += found.diagnostics
        self._tree.held.update({path: literals.of(path).same(held) for path, held in found.held.items()})
        return found.left

    def read(self, wanted: Iterable[tuple[str, Iterable[Reader]]]) -> None:
        """Read files with their readers, then the files that those name."""
        named: deque[tuple[str, Reader, int]] = deque()
        for path, found in wanted:
            for reader in self._worth(path, found):
                named += self._read(path, reader, 0)
            self._tree.forget(path)
        while named:
            path, reader, depth = named.popleft()
            named += self._read(path, reader, depth)
            if not named or named[0][0] != path:
                self._tree.forget(path)

    def _worth(self, path: str, found: Iterable[Reader]) -> list[Reader]:
        """The readers of a file that find in it what they look for, as far as one look tells."""
        looked_for = literals.of(path).all
        held: frozenset[bytes] | None = None
        worth = []
        for reader in found:
            if reader.contains and reader.limit <= SOURCE_LIMIT and looked_for.issuperset(reader.contains):
                try:
                    held = literals.held(self._tree.file(path, SOURCE_LIMIT)) if held is None else held
                except Unreadable:  # whoever is asked to read it says why
                    return list(found)
                if held.isdisjoint(reader.contains):
                    if not held and is_binary(self._tree.file(path, SOURCE_LIMIT).data):
                        self._tree.note(path, None, "binary", _NO_TEXT, "info")
                        return []
                    continue
            worth.append(reader)
        return worth

    def _read(self, path: str, reader: Reader, depth: int) -> Iterator[tuple[str, Reader, int]]:
        """Keep what one reader finds in one file; the files that it names, with their readers and how deep they are named."""
        if (path, reader.name) in self._seen:
            return
        self._seen.add((path, reader.name))
        noted = len(self._tree.diagnostics)
        for found in _read(self._tree, path, reader):
            if isinstance(found, Reference):
                if len(self._tree.diagnostics) - noted >= MAX_NOTED:
                    continue
                if depth >= MAX_DEPTH or self.referred >= MAX_REFERENCES:
                    self._tree.note(path, found.at.line, "too-complex", "too many files that name files")
                    noted -= MAX_NOTED
                elif target := self._target(path, found):
                    self.referred += 1
                    yield target, readers()[found.reader], depth + 1
            elif isinstance(found, Diagnostic):
                if len(self._tree.diagnostics) - noted < MAX_NOTED:
                    self._tree.diagnostics.append(found)
            elif self._keep is None or self._keep(found):
                self.facts.append(found)

    def _target(self, path: str, found: Reference) -> str | None:
        """The file that a file names, where it may be read."""
        tree, line = self._tree, found.at.line
        target = join_path(folder_of(path), found.path)
        if target is None:
            tree.note(path, line, "outside-root", "names a file outside the repository")
        elif tree.exists(target):
            return target
        elif not found.optional:
            tree.note(path, line, "not-found", "names a file that does not exist")
        return None


def _read(tree: Tree, path: str, reader: Reader) -> list[Found]:
    """What one reader finds in one file; what it raises becomes one diagnostic and what it found before stays."""
    file: File = tree.file(path, reader.limit)
    found: list[Found] = []
    try:
        if reader.contains and not holds(file, reader.contains):
            return found
        facts = iter(reader.read(file))
        found.extend(islice(facts, MAX_FOUND))
        if len(found) == MAX_FOUND:
            found.extend(_bounded(facts, sum(not isinstance(each, Locked) for each in found)))
    except Unreadable as error:
        tree.note(path, error.line, error.code, error.message)
    except Exception:  # a defect of a reader must not cost the other files; its text may hold a value, so none of it is kept
        tree.note(path, None, "reader-failed", f"the reader {reader.name} failed on this file", "error")
    return found


def _bounded(found: Iterable[Found], stated: int) -> Iterator[Found]:
    """What a reader finds beyond `MAX_FOUND`, of which so many were `stated`, up to the number that one file may state.  Raises `Unreadable` beyond."""
    locked = MAX_FOUND - stated
    for each in found:
        if isinstance(each, Locked):
            locked += 1
        else:
            stated += 1
        if stated > MAX_FOUND or locked > MAX_LOCKED:
            raise Unreadable(
                "too-complex", f"states more than {MAX_FOUND if stated > MAX_FOUND else MAX_LOCKED} facts, the rest is left out"
            )
        yield each
