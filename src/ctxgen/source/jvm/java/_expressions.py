"""Java's expressions.  Source: https://docs.oracle.com/javase/specs/jls/se21/html/jls-15.html"""

from __future__ import annotations

import textwrap
from collections.abc import Callable
from typing import TYPE_CHECKING

from ctxgen.source.ir import (
    Argument,
    Attribute,
    Call,
    Choice,
    Expression,
    Function,
    Item,
    Literal,
    Name,
    Parameter,
    Return,
    Sequence,
    Statement,
    Unknown,
)
from ctxgen.source.jvm.java import _declarations, _statements
from ctxgen.source.jvm.java._types import type_of
from ctxgen.source.jvm.nodes import DEEPEST, combined, line, number, text, unescape
from ctxgen.source.later import later

if TYPE_CHECKING:
    from tree_sitter import Node as Syntax


def expression_of(node: Syntax, depth: int) -> Expression:
    lowering = EXPRESSIONS.get(node.type)
    if depth > DEEPEST or lowering is None:
        return Unknown(line(node))
    return lowering(node, depth + 1)


def arguments_of(node: Syntax, depth: int) -> tuple[Argument, ...]:
    found = []
    for child in node.children:
        if child.type == "element_value_pair":
            key, value = child.child_by_field_name("key"), child.child_by_field_name("value")
            if key and value:
                found.append(Argument(expression_of(value, depth), text(key)))
        elif child.is_named and "comment" not in child.type:
            found.append(Argument(expression_of(child, depth)))
    return tuple(found)


def _string(node: Syntax, depth: int) -> Expression:
    written = text(node)
    if not written.startswith('"""'):
        return Literal(unescape(written[1:-1]), line(node))
    inside = written[3:-3].partition("\n")[2]
    *lines, last = inside.split("\n")
    kept = textwrap.dedent(
        "\n".join([*lines, last + "|"] if not last.strip() else [*lines, last])
    )  # the closing quotes take part in the indentation
    return Literal(unescape(kept.removesuffix("|") if not last.strip() else kept), line(node))


def _number(node: Syntax, depth: int) -> Expression:
    value = number(text(node))
    return Unknown(line(node)) if value is None else Literal(value, line(node))


def _named(node: Syntax, depth: int) -> Expression:
    return Name(text(node), line(node))


def _inside(node: Syntax, depth: int) -> Expression:
    """The expression in brackets, behind a cast or in a condition."""
    inner = [child for child in node.children if child.is_named and "comment" not in child.type]
    return expression_of(inner[-1], depth) if inner else Unknown(line(node))


def _evaluated(node: Syntax, depth: int) -> Expression:
    """What is evaluated for what it does."""
    return Unknown(line(node), tuple(expression_of(child, depth) for child in node.children if child.type in EXPRESSIONS))


def _chain(node: Syntax, depth: int) -> Expression:
    """`a.b().c.d()`: a chain of calls can be longer than anything is nested."""
    links: list[Syntax] = []
    current: Syntax | None = node
    while current is not None and current.type in ("method_invocation", "field_access", "scoped_identifier"):
        links.append(current)
        current = current.child_by_field_name("scope" if current.type == "scoped_identifier" else "object")
    value = None if current is None else expression_of(current, depth)
    for link in reversed(links):
        named = link.child_by_field_name("field" if link.type == "field_access" else "name")
        at = line(named or link)
        name = text(named) if named else ""
        value = Name(name, at) if value is None else Attribute(value, "self" if name == "this" else name, at)
        if link.type == "method_invocation":
            arguments, types = link.child_by_field_name("arguments"), link.child_by_field_name("type_arguments")
            value = Call(
                value,
                arguments_of(arguments, depth) if arguments else (),
                at,
                tuple(type_of(each) for each in types.children if each.is_named) if types else (),
            )
    return value if value is not None else Unknown(line(node))


def _creation(node: Syntax, depth: int) -> Expression:
    declared, arguments = node.child_by_field_name("type"), node.child_by_field_name("arguments")
    if declared is None:
        return Unknown(line(node))
    body = next((child for child in node.children if child.type == "class_body"), None)
    made, types = type_of(declared), tuple[Expression, ...]()
    if isinstance(made, Item) and declared.type == "generic_type":
        types = tuple(each.value for each in made.key.items) if isinstance(made.key, Sequence) else (made.key,)
        made = made.owner
    function = _declarations.class_of(body, made) if body is not None else made
    return Call(function, arguments_of(arguments, depth) if arguments else (), line(node), types)


def _array(node: Syntax, depth: int) -> Expression:
    value = node.child_by_field_name("value")
    return expression_of(value, depth) if value else Unknown(line(node))


def _sequence(node: Syntax, depth: int) -> Expression:
    return Sequence(arguments_of(node, depth), line(node))


def _item(node: Syntax, depth: int) -> Expression:
    owner, key = node.child_by_field_name("array"), node.child_by_field_name("index")
    return Item(expression_of(owner, depth), expression_of(key, depth), line(node)) if owner and key else Unknown(line(node))


def _class_literal(node: Syntax, depth: int) -> Expression:
    return type_of(node.children[0]) if node.children else Unknown(line(node))


def _reference(node: Syntax, depth: int) -> Expression:
    """`this::list`, `OrderHandler::new`."""
    owner, last = node.children[0], node.children[-1]
    known = expression_of(owner, depth) if owner.type in EXPRESSIONS else type_of(owner)
    return Attribute(known, "new" if last.type == "new" else text(last), line(last))


def _lambda(node: Syntax, depth: int) -> Expression:
    parameters, body = node.child_by_field_name("parameters"), node.child_by_field_name("body")
    known: tuple[Parameter, ...] = ()
    if parameters:
        known = (
            (Parameter(text(parameters), line(parameters)),) if parameters.type == "identifier" else _declarations.parameters_of(parameters)
        )

    def lowered(body: Syntax) -> tuple[Statement, ...]:
        return _statements.body_of(body, 0) if body.type == "block" else (Return(expression_of(body, 0), line(body)),)

    return Function("", line(node), known, later(body, lowered) if body is not None else tuple, end=node.end_point[0] + 1)


def _binary(node: Syntax, depth: int) -> Expression:
    """`a + b + c` is nested to the left, and can be long."""
    symbol = node.child_by_field_name("operator")
    operator = symbol.type if symbol else ""
    operands: list[Syntax] = []
    current: Syntax | None = node
    while current is not None and current.type == "binary_expression":
        its = current.child_by_field_name("operator")
        right = current.child_by_field_name("right")
        if its is None or its.type != operator or right is None:
            break
        operands.append(right)
        current = current.child_by_field_name("left")
    if current is not None:
        operands.append(current)
    return combined(operator, [expression_of(each, depth) for each in reversed(operands)], line(node))


def _unary(node: Syntax, depth: int) -> Expression:
    operand, symbol = node.child_by_field_name("operand"), node.child_by_field_name("operator")
    inner = expression_of(operand, depth) if operand else Unknown(line(node))
    if symbol is not None and symbol.type == "-" and isinstance(inner, Literal) and isinstance(inner.value, int | float):
        return Literal(-inner.value, line(node))
    return Unknown(line(node), (inner,))


def _choice(node: Syntax, depth: int) -> Expression:
    options = (node.child_by_field_name("consequence"), node.child_by_field_name("alternative"))
    return Choice(tuple(expression_of(each, depth) for each in options if each), line(node))


def _switch(node: Syntax, depth: int) -> Expression:
    options = []
    for group in _statements.groups(node):
        for child in group.children:
            if child.type == "expression_statement" and group.type == "switch_rule":
                options.append(_inside(child, depth))
            elif child.type == "block":
                options += [_inside(each, depth) for each in child.children if each.type == "yield_statement"]
    return Choice(tuple(options), line(node))


def annotation_of(node: Syntax, depth: int) -> Expression:
    named = node.child_by_field_name("name")
    called = expression_of(named, depth + 1) if named else Unknown(line(node))
    arguments = node.child_by_field_name("arguments")
    return called if arguments is None else Call(called, arguments_of(arguments, depth + 1), line(node))


def _constant(value: bool | None) -> Callable[[Syntax, int], Expression]:
    return lambda node, depth: Literal(value, line(node))


EXPRESSIONS: dict[str, Callable[[Syntax, int], Expression]] = {
    "string_literal": _string,
    "character_literal": _string,
    "decimal_integer_literal": _number,
    "hex_integer_literal": _number,
    "octal_integer_literal": _number,
    "binary_integer_literal": _number,
    "decimal_floating_point_literal": _number,
    "true": _constant(True),
    "false": _constant(False),
    "null_literal": _constant(None),
    "identifier": _named,
    "type_identifier": _named,
    "super": _named,
    "this": lambda node, depth: Name("self", line(node)),
    "field_access": _chain,
    "scoped_identifier": _chain,
    "method_invocation": _chain,
    "object_creation_expression": _creation,
    "array_creation_expression": _array,
    "array_initializer": _sequence,
    "element_value_array_initializer": _sequence,
    "array_access": _item,
    "class_literal": _class_literal,
    "method_reference": _reference,
    "lambda_expression": _lambda,
    "binary_expression": _binary,
    "unary_expression": _unary,
    "ternary_expression": _choice,
    "switch_expression": _switch,
    "cast_expression": _inside,
    "parenthesized_expression": _inside,
    "assignment_expression": _evaluated,
    "instanceof_expression": _evaluated,
    "update_expression": _evaluated,
    "annotation": annotation_of,
    "marker_annotation": annotation_of,
}
