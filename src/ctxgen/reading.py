"""The worklist: which readers read which files, and the files that files name."""

from __future__ import annotations

from collections import deque
from collections.abc import Iterable

from ctxgen.documents import Unreadable
from ctxgen.facts import Facts, folder_of, join_path
from ctxgen.model import Diagnostic, Fact, Reference
from ctxgen.readers import Found, Reader, readers, readers_for
from ctxgen.tree import File, Tree

MAX_REFERENCES = 2_000
MAX_DEPTH = 12


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
        for found in _read(tree, path, reader):
            if isinstance(found, Reference):
                target = join_path(folder_of(path), found.path)
                if target is None:
                    tree.note(path, found.at.line, "outside-root", "names a file outside the repository")
                elif depth >= MAX_DEPTH or referred >= MAX_REFERENCES:
                    tree.note(path, found.at.line, "too-complex", "too many files that name files")
                elif tree.exists(target):
                    referred += 1
                    work.append((target, readers()[found.reader], depth + 1))
                elif not found.optional:
                    tree.note(path, found.at.line, "not-found", "names a file that does not exist")
            elif isinstance(found, Diagnostic):
                tree.diagnostics.append(found)
            else:
                facts.append(found)
        if not work or work[0][0] != path:
            tree.forget(path)
    return Facts(sorted(facts, key=lambda fact: fact.at))


def _read(tree: Tree, path: str, reader: Reader) -> Iterable[Found]:
    """What one reader finds in one file; what it raises becomes one diagnostic and what it found before stays."""
    file: File = tree.file(path, reader.limit)
    found: list[Found] = []
    try:
        if reader.contains and not any(literal in file.data for literal in reader.contains):
            return found
        found.extend(reader.read(file))
    except Unreadable as error:
        tree.note(path, error.line, error.code, error.message)
    except Exception:  # a defect of a reader must not cost the other files; its text may hold a value, so none of it is kept
        tree.note(path, None, "reader-failed", f"the reader {reader.name} failed on this file", "error")
    return found
