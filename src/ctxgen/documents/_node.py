"""What every parser gives: `Node`, and `Unreadable` for what cannot be used."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

MAX_DEPTH = 100
MAX_NODES = 300_000

Value = "dict[str, Node] | list[Node] | str | bool | None"


class Unreadable(Exception):
    """A document that cannot be used: `code` for the diagnostic, fixed text, and the line where that is known."""

    def __init__(self, code: str, message: str, line: int | None = None) -> None:
        super().__init__(code)
        self.code, self.message, self.line = code, message, line


class Node:
    """A value of a document and the line where it (in a mapping: its key) stands.

    `value` is a dict of nodes, a list of nodes, a string, a boolean or None.  Numbers are kept as their text, so that
    `3.10` stays so.
    """

    __slots__ = ("line", "value")

    def __init__(self, value: Any, line: int) -> None:
        self.value: Any = value
        self.line = line

    @property
    def text(self) -> str | None:
        """A scalar as text (`true` and `false` for booleans), None for mappings, lists and null."""
        if isinstance(self.value, bool):
            return "true" if self.value else "false"
        return self.value if isinstance(self.value, str) else None

    def get(self, *path: str) -> Node | None:
        """The node under nested keys, or None where one is missing or not a mapping."""
        node: Node | None = self
        for key in path:
            node = node.value.get(key) if node is not None and isinstance(node.value, dict) else None
        return node

    def items(self) -> Iterator[tuple[str, Node]]:
        """The entries of a mapping; nothing for anything else."""
        return iter(self.value.items()) if isinstance(self.value, dict) else iter(())

    def elements(self) -> Iterator[Node]:
        """The elements of a list; nothing for anything else."""
        return iter(self.value) if isinstance(self.value, list) else iter(())

    def scalars(self) -> Iterator[Node]:
        """The node itself if it is a scalar with text, or those of its elements that are."""
        for node in (self, *self.elements()):
            if node.text is not None:
                yield node

    def leaves(self, prefix: str = "") -> Iterator[tuple[str, Node]]:
        """Every scalar below with its dotted key; the elements of a list have their list's key."""
        if isinstance(self.value, dict):
            for key, child in self.value.items():
                yield from child.leaves(f"{prefix}.{key}" if prefix else key)
        elif isinstance(self.value, list):
            for child in self.value:
                yield from child.leaves(prefix)
        elif self.text is not None:
            yield prefix, self


def too_complex(line: int) -> Unreadable:
    return Unreadable("too-complex", "document is nested too deeply or has too many values", line)
