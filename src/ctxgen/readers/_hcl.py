"""HCL as blocks with their plain values; what is computed has no text.

Source: https://github.com/hashicorp/hcl/blob/main/hclsyntax/spec.md.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from tree_sitter import Node as Syntax

_MAX_DEPTH = 30


@dataclass(frozen=True)
class Value:
    """The text of a literal and its line; None where it is computed or a collection."""

    text: str | None
    line: int


@dataclass(frozen=True)
class Block:
    """A block, or an object that an attribute holds, with its labels, values and inner blocks."""

    kind: str
    labels: tuple[str, ...]
    line: int
    values: dict[str, Value]
    blocks: tuple[Block, ...]

    def inner(self) -> Iterator[Block]:
        """All blocks below, depth first."""
        for block in self.blocks:
            yield block
            yield from block.inner()


def blocks(root: Syntax) -> Iterator[Block]:
    """The blocks of a file; those that a broken statement swallows are left out."""
    for child in root.named_children:
        if child.type == "body":
            for each in child.named_children:
                if each.type == "block":
                    yield _block(each, 0)


def _text(syntax: Syntax) -> str:
    return (syntax.text or b"").decode(errors="replace")


def _block(syntax: Syntax, depth: int) -> Block:
    labels: list[str] = []
    body: Syntax | None = None
    for child in syntax.named_children:
        if child.type in ("identifier", "string_lit"):
            labels.append(_text(child).strip('"'))
        elif child.type == "body":
            body = child
    values, inner = _body(body, depth) if body is not None else ({}, ())
    return Block(labels[0] if labels else "", tuple(labels[1:]), syntax.start_point[0] + 1, values, inner)


def _body(body: Syntax, depth: int) -> tuple[dict[str, Value], tuple[Block, ...]]:
    values: dict[str, Value] = {}
    inner: list[Block] = []
    for child in body.named_children if depth < _MAX_DEPTH else ():
        if child.type == "block":
            inner.append(_block(child, depth + 1))
        elif child.type == "attribute" and len(child.named_children) >= 2:
            _add(_text(child.named_children[0]), child.named_children[1], child.start_point[0] + 1, values, inner, depth)
    return values, tuple(inner)


def _add(key: str, expression: Syntax, line: int, values: dict[str, Value], inner: list[Block], depth: int) -> None:
    """Keep a literal as a value and an object as a block of its key."""
    here = expression
    while here.type in ("expression", "literal_value", "collection_value") and len(here.named_children) == 1:
        here = here.named_children[0]
    match here.type:
        case "object" if depth < _MAX_DEPTH:
            own: dict[str, Value] = {}
            below: list[Block] = []
            for element in here.named_children:
                title, value = element.child_by_field_name("key"), element.child_by_field_name("val")
                if element.type == "object_elem" and title is not None and value is not None:
                    _add(_text(title).strip('"'), value, element.start_point[0] + 1, own, below, depth + 1)
            inner.append(Block(key, (), line, own, tuple(below)))
        case "string_lit":
            parts = [part for part in here.named_children if part.type not in ("quoted_template_start", "quoted_template_end")]
            plain = all(part.type == "template_literal" for part in parts)
            values[key] = Value("".join(_text(part) for part in parts) if plain else None, line)
        case "numeric_lit" | "bool_lit":
            values[key] = Value(_text(here), line)
        case _:
            values[key] = Value(None, line)
