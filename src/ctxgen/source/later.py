"""Files are parsed once, and parts of them again where they are asked for after their trees were let go.

A tree takes some forty bytes for each byte of source, and most bodies of functions are never asked for.  So what stands
in a file outside of these is lowered at once; of a body only the place is kept, and it is parsed by itself.
"""

from __future__ import annotations

from collections.abc import Callable
from functools import partial
from typing import TYPE_CHECKING, NamedTuple, TypeVar

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

    def node(self, part: Range, place: Range, kind: int) -> Syntax:
        """A node that was in the file's tree, in the tree of a part."""
        global _latest
        if _latest is None or _latest[0] is not part:
            _latest = part, documents.parse_part(self.data, self.language, [*self.before, part])
        found = _node(_latest[1], place, kind) or _node(documents.parse_syntax(self.data, self.language), place, kind)
        assert found is not None
        return found


class _Lowering(NamedTuple):
    """What is being lowered: a file, or a part of it that was parsed by itself."""

    source: _Source
    part: Range | None


_lowering: _Lowering | None = None
_latest: tuple[Range, Syntax] | None = None
"""The tree of the part that was parsed last: one function after the other is asked for that stands in it."""


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
    source = _Source(data, language, before, frozenset() if root.has_error else alone)
    return _with(_Lowering(source, None), partial(lower, root))


def later(node: Syntax, lower: Callable[[Syntax], T]) -> Callable[[], T]:
    """What `lower` makes of a node, when it is first asked for: where it cannot stand alone, in the part that it lies in; of a whole file, now."""
    lowering = _lowering
    if lowering is None or not lowering.source.alone:  # the tree of broken code is kept: no part of it would be parsed like this
        return partial(lower, node)
    source, place, kind = lowering.source, node.range, node.kind_id
    part = place if node.type in source.alone else lowering.part
    if part is None:
        return now(partial(lower, node))
    return lambda: _with(_Lowering(source, part), lambda: lower(source.node(part, place, kind)))


def now(lower: Callable[[], T]) -> Callable[[], T]:
    """What is asked for of every file, or is small: it is lowered while the tree is there."""
    if _lowering is None or not _lowering.source.alone:
        return lower
    made = lower()
    return lambda: made


def _with(lowering: _Lowering, lower: Callable[[], T]) -> T:
    global _lowering
    before, _lowering = _lowering, lowering
    try:
        return lower()
    finally:
        _lowering = before


def _node(root: Syntax, place: Range, kind: int) -> Syntax | None:
    """The node of a kind at a place."""
    node: Syntax | None = root
    while node is not None and not (node.kind_id == kind and node.start_byte == place.start_byte and node.end_byte == place.end_byte):
        around = (child for child in node.children if child.start_byte <= place.start_byte and child.end_byte >= place.end_byte)
        node = next(around, None)
    return node
