"""Elixir's syntax trees: calls with their arguments, options and blocks, and what a literal says."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from tree_sitter import Node as Syntax


def walk(root: Syntax) -> Iterator[Syntax]:
    """Every node, in the order of the text."""
    stack = [root]
    while stack:
        node = stack.pop()
        yield node
        stack.extend(reversed(node.named_children))


def raw(node: Syntax | None) -> str:
    """The text of a node."""
    return (node.text or b"").decode(errors="replace") if node is not None else ""


def line(node: Syntax) -> int:
    """The line that a node begins on."""
    return int(node.start_point[0]) + 1


def literal(node: Syntax | None, attributes: Mapping[str, str] = {}) -> str | None:
    """A string without interpolation, an atom, or a module attribute that is one."""
    if node is None:
        return None
    if node.type == "string":
        return (
            "".join(raw(child) for child in node.named_children)
            if all(child.type == "quoted_content" for child in node.named_children)
            else None
        )
    if node.type in ("atom", "quoted_atom"):
        return raw(node).lstrip(":").strip('"')
    return attributes.get(raw(node)) if node.type == "unary_operator" else None


def attributes_of(nodes: Iterable[Syntax]) -> dict[str, str]:
    """`@version` → the string that the module gives it."""
    found: dict[str, str] = {}
    for node in nodes:
        operand = node.child_by_field_name("operand") if node.type == "unary_operator" and raw(node).startswith("@") else None
        if operand is not None and operand.type == "call" and len(operand.named_children) == 2:
            values = operand.named_children[1].named_children
            if len(values) == 1 and (text := literal(values[0], {})) is not None:
                found[f"@{raw(operand.child_by_field_name('target'))}"] = text
    return found


def pairs(node: Syntax | None) -> Iterator[tuple[str, Syntax]]:
    """The keys and values of the keyword lists directly in a node."""
    for child in node.named_children if node is not None else ():
        for pair in child.named_children if child.type == "keywords" else ():
            key, value = pair.child_by_field_name("key"), pair.child_by_field_name("value")
            if pair.type == "pair" and value is not None:
                yield raw(key).strip().rstrip(":").strip('"'), value


def words(node: Syntax | None, attributes: Mapping[str, str] = {}) -> list[str]:
    """The literals of a list (`[:index, :show]`, `~w(index show)a`), or the one that a node is."""
    if node is None:
        return []
    if node.type == "sigil":
        return " ".join(raw(child) for child in node.named_children if child.type == "quoted_content").split()
    each = node.named_children if node.type == "list" else [node]
    return [text for item in each if (text := literal(item, attributes)) is not None]


def called(node: Syntax) -> str:
    """What a call is of: `get`, `Mix.env`; `""` for what is no call."""
    return raw(node.child_by_field_name("target")) if node.type == "call" else ""


def arguments(node: Syntax) -> list[Syntax]:
    """The arguments of a call by their positions."""
    given = next((child for child in node.named_children if child.type == "arguments"), None)
    return [child for child in given.named_children if child.type not in ("keywords", "comment")] if given is not None else []


def options(node: Syntax) -> dict[str, Syntax]:
    """The options of a call: its last arguments by their keys, with brackets around them or without."""
    given = next((child for child in node.named_children if child.type == "arguments"), None)
    positional = arguments(node)
    bracketed = positional[-1] if positional and positional[-1].type == "list" else None
    return {**dict(pairs(bracketed)), **dict(pairs(given))}


def block(node: Syntax | None) -> list[Syntax]:
    """The expressions of a `do … end` or of a `do:`."""
    if node is None:
        return []
    done = next((child for child in node.named_children if child.type == "do_block"), None)
    if done is not None:
        return [child for child in done.named_children if not child.type.endswith("_block")]
    short = options(node).get("do") if node.type == "call" else None
    return [] if short is None else list(short.named_children) if short.type == "block" else [short]
