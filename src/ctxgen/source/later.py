"""Files are parsed once, and parts of them again where they are asked for after their trees were let go.

A tree takes some forty bytes for each byte of source, and most bodies of functions are never asked for.  So what stands
in a file outside of these is lowered at once; of a body only the place is kept, and it is parsed by itself.
"""

from __future__ import annotations

from collections.abc import Callable
from functools import partial
from typing import TYPE_CHECKING, TypeVar

from ctxgen import documents
from ctxgen.store import decode
from ctxgen.tree import File

if TYPE_CHECKING:
    from tree_sitter import Node as Syntax
    from tree_sitter import Range

T = TypeVar("T")


class _Source:
    """What was parsed of a file, what every part of it begins with, and the kinds of nodes that are parsed again by themselves: none in broken code."""

    def __init__(self, data: bytes, language: str, before: list[Range], alone: frozenset[str]) -> None:
        self.data, self.language, self.before, self.alone = data, language, before, alone

    def part(self, place: Range, kind: int) -> Syntax:
        """A node that was in the file's tree, in a tree of its own."""
        found = _node(documents.parse_part(self.data, self.language, [*self.before, place]), place, kind)
        found = found or _node(documents.parse_syntax(self.data, self.language), place, kind)
        assert found is not None
        return found


_lowered: _Source | None = None
"""The file that is being lowered."""


def lowered(
    file: File,
    language: str,
    alone: frozenset[str],
    lower: Callable[[Syntax], T],
    rewritten: Callable[[str], str] = str,
    mended: Callable[[str], str] = str,
) -> T:
    """What `lower` makes of the root of a file's tree in a tree-sitter language, which is then let go.  Raises `Unreadable`.

    Nodes of the kinds `alone` mean the same where nothing stands around them.  `rewritten` gives what is parsed in the place of the text,
    `mended` what is where that has errors.
    """
    text = rewritten(decode(file.data))
    data = file.data if (written := text.encode()) == file.data else written
    root = documents.parse_syntax(data, language)
    if root.has_error and (other := mended(text)) != text:
        data = other.encode()
        root = documents.parse_syntax(data, language)
    # PHP's parser reads text until a tag
    before = [child.range for child in root.children[:1] if child.type == "php_tag"]
    return _with(_Source(data, language, before, frozenset() if root.has_error else alone), partial(lower, root))


def later(node: Syntax, lower: Callable[[Syntax], T]) -> Callable[[], T]:
    """What `lower` makes of a node, when it is first asked for.  What cannot stand alone is lowered now."""
    source = _lowered
    if source is None or not source.alone:  # the tree is that of a part, or of broken code, which no part of it parses like
        return partial(lower, node)
    if node.type not in source.alone:
        return now(partial(lower, node))
    place, kind = node.range, node.kind_id
    return lambda: _with(None, lambda: lower(source.part(place, kind)))


def now(lower: Callable[[], T]) -> Callable[[], T]:
    """What is asked for of every file: it is lowered while the tree is there."""
    if _lowered is None or not _lowered.alone:
        return lower
    made = lower()
    return lambda: made


def _with(source: _Source | None, lower: Callable[[], T]) -> T:
    global _lowered
    before, _lowered = _lowered, source
    try:
        return lower()
    finally:
        _lowered = before


def _node(root: Syntax, place: Range, kind: int) -> Syntax | None:
    """The node of a kind at a place."""
    node: Syntax | None = root
    while node is not None and not (node.kind_id == kind and node.start_byte == place.start_byte and node.end_byte == place.end_byte):
        around = (child for child in node.children if child.start_byte <= place.start_byte and child.end_byte >= place.end_byte)
        node = next(around, None)
    return node
