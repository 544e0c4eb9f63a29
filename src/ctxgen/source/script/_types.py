"""Types as expressions of names: `Repository<User>` is an `Item`, `A | B` a `Choice`, what carries no name is unknown."""

from __future__ import annotations

from typing import TYPE_CHECKING

from ctxgen.source.ir import Argument as Element
from ctxgen.source.ir import Attribute, Choice, Expression, Item, Literal, Name, Sequence, Unknown
from ctxgen.source.script._nodes import DEEPEST, child, line, string, text

if TYPE_CHECKING:
    from tree_sitter import Node as Syntax

_TRANSPARENT = {"type_annotation", "parenthesized_type", "readonly_type", "optional_type", "rest_type", "asserts_annotation"}
_ABSENT = {"null", "undefined", "void"}


def type_of(node: Syntax | None, depth: int = 0) -> Expression | None:
    """The type that a node states, None for none."""
    if node is None or depth > DEEPEST:
        return None
    kind = node.type
    if kind in _TRANSPARENT:
        return type_of(node.named_children[0] if node.named_children else None, depth + 1)
    if kind in ("type_identifier", "identifier", "predefined_type"):
        return Name(text(node), line(node))
    if kind in ("nested_type_identifier", "nested_identifier", "member_expression"):
        return _nested(node, depth)
    if kind == "generic_type":
        return generic(type_of(child(node, "name"), depth + 1), child(node, "type_arguments"), depth + 1)
    if kind == "array_type":
        inner = type_of(node.named_children[0] if node.named_children else None, depth + 1)
        return Item(Name("Array", line(node)), inner or Unknown(line(node)), line(node))
    if kind in ("union_type", "intersection_type"):
        return _either(node, depth)
    if kind == "tuple_type":
        return Sequence(tuple(Element(found) for part in node.named_children if (found := type_of(part, depth + 1))), line(node))
    if kind == "literal_type":
        value = node.named_children[0] if node.named_children else None
        if value is not None and value.type == "string":
            return Literal(string(value), line(node))
        return Literal(None, line(node)) if text(node) in _ABSENT else Unknown(line(node))
    if kind == "type_query":  # `typeof users`
        return type_of(node.named_children[0] if node.named_children else None, depth + 1)
    return Unknown(line(node))


def generic(bare: Expression | None, arguments: Syntax | None, depth: int = 0) -> Expression | None:
    """A type with its arguments: `Owner<key>`; several arguments are a `Sequence`."""
    keys = type_arguments(arguments, depth)
    if bare is None or not keys:
        return bare
    key = keys[0] if len(keys) == 1 else Sequence(tuple(map(Element, keys)), bare.line)
    return Item(bare, key, bare.line)


def type_arguments(node: Syntax | None, depth: int = 0) -> tuple[Expression, ...]:
    """The types between angle brackets."""
    parts = node.named_children if node is not None else []
    return tuple(type_of(part, depth + 1) or Unknown(line(part)) for part in parts if part.type != "comment")


def _nested(node: Syntax, depth: int) -> Expression | None:
    parts = [part for part in node.named_children if part.type != "comment"]
    if len(parts) != 2:
        return Unknown(line(node))
    owner = type_of(parts[0], depth + 1)
    return Attribute(owner, text(parts[1]), line(parts[1])) if owner is not None else None


def _either(node: Syntax, depth: int) -> Expression | None:
    """One of several types; nothing (`null`, `undefined`) is left out.  A long union nests to the left."""
    options: list[Expression] = []
    stack, seen = [node], 0
    while stack and seen < 200:
        part, seen = stack.pop(), seen + 1
        if part.type == node.type:
            stack.extend(reversed(part.named_children))
        elif (found := type_of(part, depth + 1)) is not None and not (isinstance(found, Literal) and found.value is None):
            options.append(found)
    return options[0] if len(options) == 1 else Choice(tuple(options), line(node)) if options else None
