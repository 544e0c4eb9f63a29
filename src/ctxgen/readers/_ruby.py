"""Literals and calls in a Ruby syntax tree; nothing is run, what is no literal is unknown."""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from tree_sitter import Node as Syntax


def raw(node: Syntax | None) -> str:
    """The source text of a node."""
    return (node.text or b"").decode(errors="replace") if node is not None else ""


def line(node: Syntax) -> int:
    return int(node.start_point[0]) + 1


def literal(node: Syntax | None) -> str | None:
    """A string or symbol without interpolation; `-x` and `.freeze` at its end do not change it."""
    if node is None:
        return None
    match node.type:
        case "string" | "bare_string" | "delimited_symbol":
            return (
                "".join(raw(child) for child in node.named_children)
                if all(c.type in ("string_content", "escape_sequence") for c in node.named_children)
                else None
            )
        case "simple_symbol" | "hash_key_symbol" | "bare_symbol":
            return raw(node).lstrip(":")
        case "call" if raw(node.child_by_field_name("method")) in ("freeze", "to_s", "dup"):
            return literal(node.child_by_field_name("receiver"))
        case _:
            return None


def literals(node: Syntax | None) -> list[str]:
    """The literals of an array, or the one that the node is."""
    if node is not None and node.type in ("array", "string_array", "symbol_array", "argument_list"):
        return [found for child in node.named_children for found in literals(child)]
    return [found] if (found := literal(node)) is not None else []


def options(arguments: Syntax | None) -> dict[str, Syntax]:
    """The keyword arguments of a call, `key: value` and `:key => value`, in a hash or not."""
    found: dict[str, Syntax] = {}
    for child in arguments.named_children if arguments is not None else ():
        for pair in child.named_children if child.type == "hash" else (child,):
            key, value = pair.child_by_field_name("key"), pair.child_by_field_name("value")
            if pair.type == "pair" and value is not None and (text := literal(key)) is not None:
                found[text] = value
    return found


def positional(arguments: Syntax | None) -> list[Syntax]:
    """The arguments of a call that are no keyword arguments."""
    return (
        [child for child in arguments.named_children if child.type not in ("pair", "hash", "comment", "block_argument")]
        if arguments is not None
        else []
    )
