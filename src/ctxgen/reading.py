"""The worklist: which readers read which files, and the files that files name."""

from __future__ import annotations

from collections import deque
from collections.abc import Iterable, Iterator

from ctxgen.documents import Unreadable
from ctxgen.facts import Facts, folder_of, join_path
from ctxgen.model import Diagnostic, Fact, Locked, Reference
from ctxgen.readers import Found, Reader, readers, readers_for
from ctxgen.tree import File, Tree

MAX_REFERENCES = 2_000
MAX_DEPTH = 12
MAX_FOUND = 20_000
"""Of one file; a lock file may state `MAX_LOCKED` versions.  The largest manifests that people write have some 2,000 statements."""
MAX_LOCKED = 200_000
MAX_NOTED = 100


def read_facts(tree: Tree) -> Facts:
    """Read every file that a reader wants, then what those refer to.  Diagnostics go to the tree."""
    facts: list[Fact] = []
    seen: set[tuple[str, str]] = set()
    work: deque[tuple[str, Reader, int]] = deque()
    for path in tree.paths:
        for reader in readers_for(path):
            work.append((path, reader, 0))
    referred = 0
    while work:
        path, reader, depth = work.popleft()
        if (path, reader.name) in seen:
            continue
        seen.add((path, reader.name))
        noted = len(tree.diagnostics)
        for found in _read(tree, path, reader):
            if isinstance(found, Reference):
                if len(tree.diagnostics) - noted >= MAX_NOTED:
                    continue
                target = join_path(folder_of(path), found.path)
                if target is None:
                    tree.note(path, found.at.line, "outside-root", "names a file outside the repository")
                elif depth >= MAX_DEPTH or referred >= MAX_REFERENCES:
                    tree.note(path, found.at.line, "too-complex", "too many files that name files")
                    noted -= MAX_NOTED
                elif tree.exists(target):
                    referred += 1
                    work.append((target, readers()[found.reader], depth + 1))
                elif not found.optional:
                    tree.note(path, found.at.line, "not-found", "names a file that does not exist")
            elif isinstance(found, Diagnostic):
                if len(tree.diagnostics) - noted < MAX_NOTED:
                    tree.diagnostics.append(found)
            else:
                facts.append(found)
        if not work or work[0][0] != path:
            tree.forget(path)
    return Facts(sorted(facts, key=lambda fact: fact.at))


def _read(tree: Tree, path: str, reader: Reader) -> list[Found]:
    """What one reader finds in one file; what it raises becomes one diagnostic and what it found before stays."""
    file: File = tree.file(path, reader.limit)
    found: list[Found] = []
    try:
        if reader.contains and not _holds(file.data, reader.contains):
            return found
        found.extend(_bounded(reader.read(file)))
    except Unreadable as error:
        tree.note(path, error.line, error.code, error.message)
    except Exception:  # a defect of a reader must not cost the other files; its text may hold a value, so none of it is kept
        tree.note(path, None, "reader-failed", f"the reader {reader.name} failed on this file", "error")
    return found


def _holds(data: bytes, literals: Iterable[bytes]) -> bool:
    for literal in literals:  # noqa: SIM110 — a generator costs more than the search of a small file
        if literal in data:
            return True
    return False


def _bounded(found: Iterable[Found]) -> Iterator[Found]:
    """What a reader finds, up to the number that one file may state.  Raises `Unreadable` beyond."""
    stated = locked = 0
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
