"""Small questions to syntax nodes of the TypeScript grammars: lines, texts, strings and their escapes."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from tree_sitter import Node as Syntax

DEEPEST = 60
"""Levels of nesting that are lowered; people write a dozen."""
MAX_NUMBER = 10**15
"""What is multiplied to more is no number that is told."""

_ESCAPE = re.compile(r"\\(?:u\{([0-9a-fA-F]{1,6})\}|u([0-9a-fA-F]{4})|x([0-9a-fA-F]{2})|(\r\n|.|\Z))", re.DOTALL)
_PLAIN = {"n": "\n", "t": "\t", "r": "\r", "b": "\b", "f": "\f", "v": "\v", "0": "\0", "\n": "", "\r\n": "", "\r": ""}


def line(node: Syntax) -> int:
    """The line on which a node begins, counted from 1."""
    return node.start_point.row + 1


def end(node: Syntax) -> int:
    """The line on which a node ends."""
    return node.end_point.row + 1


def text(node: Syntax | None) -> str:
    """The source text of a node, `""` for none."""
    return node.text.decode("utf-8", "replace") if node is not None and node.text is not None else ""


def child(node: Syntax, field: str) -> Syntax | None:
    """The child in a field, if it is there and not broken."""
    found = node.child_by_field_name(field)
    return None if found is None or found.type == "ERROR" or found.is_missing else found


def has_token(node: Syntax, *tokens: str) -> bool:
    """Whether one of the keywords stands among a node's children: `static`, `abstract`, `default`."""
    return any(part.type in tokens for part in node.children)


def string(node: Syntax) -> str:
    """The value of a string literal."""
    return "".join(unescaped(text(part)) if part.type == "escape_sequence" else text(part) for part in node.named_children)


def unescaped(written: str) -> str:
    """A text with its escapes resolved.  Source: https://tc39.es/ecma262/#sec-literals-string-literals"""

    def character(found: re.Match[str]) -> str:
        code = found[1] or found[2] or found[3]
        if code is None:
            return _PLAIN.get(found[4], found[4])
        number = int(code, 16)
        return chr(number) if number < 0x110000 and not 0xD800 <= number < 0xE000 else "\ufffd"

    return _ESCAPE.sub(character, written)
