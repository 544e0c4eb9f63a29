"""Go's types and expressions, lowered from tree-sitter's tree.

Source: https://go.dev/ref/spec#Expressions.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Iterator
from typing import TYPE_CHECKING

from ctxgen.source import ir

if TYPE_CHECKING:
    from tree_sitter import Node as Syntax

DEPTH = 150
_ESCAPES = {"n": "\n", "t": "\t", "r": "\r", "\\": "\\", '"': '"', "'": "'"}


def text_of(node: Syntax | None) -> str:
    return (node.text or b"").decode("utf-8", "replace") if node is not None else ""


def line_of(node: Syntax) -> int:
    row: int = node.start_point[0]
    return row + 1


def named(node: Syntax | None) -> list[Syntax]:
    return [child for child in node.named_children if child.type != "comment"] if node is not None else []


def type_of(node: Syntax | None) -> ir.Expression | None:
    """A type by its names; pointers are what they point to, slices and arrays `Item(list, element)`, maps `Item(map, element)`."""
    if node is None:
        return None
    line = line_of(node)
    match node.type:
        case "type_identifier" | "identifier" | "package_identifier":
            return ir.Name(text_of(node), line)
        case "qualified_type":
            return ir.Attribute(
                ir.Name(text_of(node.child_by_field_name("package")), line), text_of(node.child_by_field_name("name")), line
            )
        case "pointer_type" | "parenthesized_type":
            inner = named(node)
            return type_of(inner[0]) if inner else None
        case "slice_type" | "array_type":
            return ir.Item(ir.Name("list", line), type_of(node.child_by_field_name("element")) or ir.Unknown(line), line)
        case "map_type":
            return ir.Item(ir.Name("map", line), type_of(node.child_by_field_name("value")) or ir.Unknown(line), line)
        case "generic_type":
            owner = type_of(node.child_by_field_name("type")) or ir.Unknown(line)
            inner = named(node.child_by_field_name("type_arguments"))
            first = (
                type_of(inner[0].named_children[0] if inner and inner[0].type == "type_elem" and inner[0].named_children else inner[0])
                if inner
                else None
            )
            return ir.Item(owner, first or ir.Unknown(line), line)
        case "func_type":
            return ir.Name("func", line)
        case _:
            return ir.Unknown(line)


def declared(struct: Syntax) -> list[Syntax]:
    """The declarations of a struct's fields."""
    return [each for each in named(named(struct)[0]) if each.type == "field_declaration"] if named(struct) else []


def fields_of(nodes: Iterable[Syntax]) -> Iterator[ir.Field]:
    for node in nodes:
        kind = type_of(node.child_by_field_name("type"))
        tag = text_of(node.child_by_field_name("tag")).strip('`"')
        names = node.children_by_field_name("name")
        for name in names:
            yield ir.Field(text_of(name), line_of(name), kind, tag=tag)
        if not names and kind is not None:
            yield ir.Field(_last(kind), line_of(node), kind, tag=tag, decorators=(ir.Name("embedded", line_of(node)),))


def _last(kind: ir.Expression) -> str:
    match kind:
        case ir.Name(name) | ir.Attribute(_, name):
            return name
        case ir.Item(owner):
            return _last(owner)
    return "_"


# ---------------------------------------------------------------------------------------------- expressions


def expression(node: Syntax, depth: int) -> ir.Expression:
    if depth > DEPTH:
        return ir.Unknown(line_of(node))
    lower = _LOWER.get(node.type)
    return lower(node, depth + 1) if lower is not None else ir.Unknown(line_of(node))


def _string(node: Syntax, depth: int) -> ir.Expression:
    raw = text_of(node)[1:-1]
    text = raw if node.type == "raw_string_literal" else re.sub(r"\\(.)", lambda match: _ESCAPES.get(match[1], match[1]), raw)
    return ir.Literal(text, line_of(node))


def _number(node: Syntax, depth: int) -> ir.Expression:
    text = text_of(node).replace("_", "")
    return ir.Literal(int(text), line_of(node)) if text.isascii() and text.isdigit() and len(text) < 19 else ir.Unknown(line_of(node))


def _selector(node: Syntax, depth: int) -> ir.Expression:
    field = node.child_by_field_name("field")
    operand = node.child_by_field_name("operand")
    owner = expression(operand, depth) if operand is not None else ir.Unknown(line_of(node))
    return ir.Attribute(owner, text_of(field), line_of(field) if field is not None else line_of(node))


def _call(node: Syntax, depth: int) -> ir.Expression:
    called = node.child_by_field_name("function")
    if called is None:
        return ir.Unknown(line_of(node))
    function = expression(called, depth)
    kinds = tuple(kind for each in named(node.child_by_field_name("type_arguments")) if (kind := type_of(each)) is not None)
    arguments = []
    for each in named(node.child_by_field_name("arguments")):
        if each.type == "variadic_argument":
            arguments.append(ir.Argument(expression(named(each)[0], depth) if named(each) else ir.Unknown(line_of(each)), spread=True))
        elif each.type.endswith("_type") or each.type == "type_identifier":  # `new(T)`, `make([]T, 0)`
            arguments.append(ir.Argument(type_of(each) or ir.Unknown(line_of(each))))
        else:
            arguments.append(ir.Argument(expression(each, depth)))
    line = function.line if isinstance(function, ir.Attribute) else line_of(node)
    return ir.Call(function, tuple(arguments), line, kinds)


def _function_literal(node: Syntax, depth: int) -> ir.Expression:
    from ctxgen.source.golang.lower import function

    return function(node, depth)


def _composite(node: Syntax, depth: int) -> ir.Expression:
    kind = node.child_by_field_name("type")
    body = node.child_by_field_name("body")
    return _literal_value(body, kind, depth) if body is not None else ir.Unknown(line_of(node))


def _literal_value(body: Syntax, kind: Syntax | None, depth: int) -> ir.Expression:
    """A composite literal: a list for slices and arrays, a mapping for maps and structs; fields by position have their number as key."""
    line = line_of(body)
    if depth > DEPTH:
        return ir.Unknown(line)
    element = kind.child_by_field_name("element") or kind.child_by_field_name("value") if kind is not None else None
    is_list = kind is not None and kind.type in ("slice_type", "array_type", "implicit_length_array_type")
    entries: list[tuple[ir.Expression | None, ir.Expression]] = []
    fields = list(fields_of(declared(kind))) if kind is not None and kind.type == "struct_type" else []
    for index, each in enumerate(named(body)):
        key: ir.Expression = ir.Literal(fields[index].name if index < len(fields) else index, line_of(each))
        value: Syntax | None = each
        if each.type == "keyed_element":
            written = each.child_by_field_name("key")
            name = next(iter(named(written)), None)
            key = expression(name, depth) if name is not None else key
            value = each.child_by_field_name("value")
        inner = named(value)[0] if value is not None and value.type == "literal_element" and named(value) else value
        if inner is None:
            continue
        made = _literal_value(inner, _pointee(element), depth + 1) if inner.type == "literal_value" else expression(inner, depth)
        entries.append((key, made))
    if is_list:
        return ir.Sequence(tuple(ir.Argument(value) for _, value in entries), line)
    if kind is not None and kind.type == "map_type":
        return ir.Mapping(tuple(entries), line)
    # without a type it is an element of a named one (`Routes{{…}}`): keys are fields there
    return ir.Mapping(tuple(entries), line, type_of(kind) or ir.Unknown(line))


def _pointee(kind: Syntax | None) -> Syntax | None:
    return named(kind)[0] if kind is not None and kind.type == "pointer_type" and named(kind) else kind


def _binary(node: Syntax, depth: int) -> ir.Expression:
    """Texts that are put together; a product (spans of time are some) as a call of its operator."""
    left, right = node.child_by_field_name("left"), node.child_by_field_name("right")
    if left is None or right is None:
        return ir.Unknown(line_of(node))
    parts = (expression(left, depth), expression(right, depth))
    match text_of(node.child_by_field_name("operator")):
        case "+":
            return ir.Template(parts, line_of(node))
        case "*":
            return ir.Call(ir.Name(ir.PRODUCT, line_of(node)), tuple(ir.Argument(part) for part in parts), line_of(node))
        case "==" if right.type == "nil":
            return ir.Unknown(line_of(node), parts[:1])  # whether it is there at all
    return ir.Unknown(line_of(node), parts)


_NO_INDEX = {"any", "bool", "byte", "error", "float32", "float64", "int", "int32", "int64", "rune", "string", "uint", "uint32", "uint64"}
"""Names of types that stand between brackets of a generic one."""


def _inner(node: Syntax, depth: int) -> ir.Expression:
    """What stands in brackets, behind `&`, `*` or `<-`, or is asserted to be of a type."""
    operand = node.child_by_field_name("operand") or (named(node)[0] if named(node) else None)
    return expression(operand, depth) if operand is not None else ir.Unknown(line_of(node))


def _conversion(node: Syntax, depth: int) -> ir.Expression:
    """What is converted; `all[i](list)`, which the grammar takes for a conversion to a generic type, is a call."""
    kind, operand = type_of(node.child_by_field_name("type")), node.child_by_field_name("operand")
    match kind:
        case ir.Item(ir.Name(), ir.Name(index), line) if operand is not None and index not in _NO_INDEX:
            return ir.Call(kind, (ir.Argument(expression(operand, depth)),), line)
    return _inner(node, depth)


def _index(node: Syntax, depth: int) -> ir.Expression:
    operand, index = node.child_by_field_name("operand"), node.child_by_field_name("index")
    if operand is None or index is None:
        return ir.Unknown(line_of(node))
    return ir.Item(expression(operand, depth), expression(index, depth), line_of(node))


_LOWER: dict[str, Callable[[Syntax, int], ir.Expression]] = {
    "identifier": lambda node, depth: ir.Name(text_of(node), line_of(node)),
    "type_identifier": lambda node, depth: ir.Name(text_of(node), line_of(node)),
    "qualified_type": lambda node, depth: type_of(node) or ir.Unknown(line_of(node)),
    "interpreted_string_literal": _string,
    "raw_string_literal": _string,
    "int_literal": _number,
    "true": lambda node, depth: ir.Literal(True, line_of(node)),
    "false": lambda node, depth: ir.Literal(False, line_of(node)),
    "nil": lambda node, depth: ir.Literal(None, line_of(node)),
    "selector_expression": _selector,
    "call_expression": _call,
    "type_conversion_expression": _conversion,
    "composite_literal": _composite,
    "binary_expression": _binary,
    "unary_expression": _inner,
    "parenthesized_expression": _inner,
    "type_assertion_expression": _inner,
    "index_expression": _index,
    "slice_expression": _inner,
    "func_literal": _function_literal,
}
