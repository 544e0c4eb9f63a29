"""Kotlin's types as names.  Source: https://kotlinlang.org/spec/type-system.html"""

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

TYPES = ("user_type", "nullable_type", "function_type", "non_nullable_type", "parenthesized_type")


def bare(type_: Expression) -> Expression:
    return type_.owner if isinstance(type_, Item) else type_


def type_of(node: Syntax, depth: int = 0) -> Expression:
    """A type as names: `Map<String, Order>` is an `Item` of `Map` with both; that of a function is `Function` of its receiver."""
    at = line(node)
    inner = [child for child in node.children if child.is_named]
    if depth > DEEPEST:
        return Unknown(at)
    if node.type == "user_type":
        owner: Expression | None = None
        for child in node.children:
            if child.type == "identifier":
                owner = Name(text(child), at) if owner is None else Attribute(owner, text(child), at)
            elif child.type == "type_arguments" and owner is not None:
                given = [type_of(each, depth + 1) for each in child.children if each.is_named]
                if given:
                    owner = Item(owner, given[0] if len(given) == 1 else Sequence(tuple(map(Argument, given)), at), at)
        return owner if owner is not None else Unknown(at)
    if node.type == "function_type":
        receiver = next((child for child in inner if child.type in TYPES), None) if "." in {child.type for child in node.children} else None
        return Item(Name("Function", at), type_of(receiver, depth + 1), at) if receiver else Name("Function", at)
    types = [child for child in inner if child.type in (*TYPES, "type_projection")]
    return type_of(types[-1], depth + 1) if types else Name(text(node), at) if node.type == "identifier" else Unknown(at)
