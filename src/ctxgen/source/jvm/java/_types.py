"""Java's types as names.  Source: https://docs.oracle.com/javase/specs/jls/se21/html/jls-4.html"""

from __future__ import annotations

from typing import TYPE_CHECKING

from ctxgen.source.ir import (
    Argument,
    Attribute,
    Expression,
    Item,
    Name,
    Sequence,
    Unknown,
)
from ctxgen.source.jvm.nodes import DEEPEST, line, text

if TYPE_CHECKING:
    from tree_sitter import Node as Syntax


def type_of(node: Syntax, depth: int = 0) -> Expression:
    """A type as names: `Map<String, Order>` is an `Item` of `Map` with both."""
    at = line(node)
    if depth > DEEPEST:
        return Unknown(at)
    if node.type == "generic_type":
        parts = [child for child in node.children if child.is_named]
        owner = type_of(parts[0], depth + 1)
        given = [type_of(each, depth + 1) for part in parts[1:] for each in part.children if each.is_named]
        if not given:
            return owner
        return Item(owner, given[0] if len(given) == 1 else Sequence(tuple(map(Argument, given)), at), at)
    if node.type == "array_type":
        element = node.child_by_field_name("element")
        return Item(Name("Array", at), type_of(element, depth + 1), at) if element else Unknown(at)
    if node.type == "scoped_type_identifier":
        parts = [child for child in node.children if child.is_named and "annotation" not in child.type]
        owner = type_of(parts[0], depth + 1) if parts else Unknown(at)
        return Attribute(owner, text(parts[-1]), at) if len(parts) > 1 else owner
    if node.type in ("annotated_type", "wildcard"):
        inner = [child for child in node.children if child.is_named and "annotation" not in child.type and child.type != "super"]
        return type_of(inner[-1], depth + 1) if inner else Unknown(at)
    return Name(text(node), at)
