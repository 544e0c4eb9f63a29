"""Kotlin's expressions.  Source: https://kotlinlang.org/spec/expressions.html"""

from __future__ import annotations

import re
from collections.abc import Callable
from typing import TYPE_CHECKING

from msgspec.structs import replace

from ctxgen.source.ir import (
    Argument,
    Attribute,
    Call,
    Choice,
    Class,
    Do,
    Expression,
    Function,
    Item,
    Literal,
    Name,
    Parameter,
    Return,
    Sequence,
    Statement,
    Template,
    Unknown,
)
from ctxgen.source.jvm.kotlin import _declarations, _statements
from ctxgen.source.jvm.kotlin._types import type_of
from ctxgen.source.jvm.nodes import DEEPEST, combined, line, number, text, unescape
from ctxgen.source.later import later, now

if TYPE_CHECKING:
    from tree_sitter import Node as Syntax

_SIMPLE = re.compile(r"\$([^\W\d]\w*)")


def expression_of(node: Syntax, depth: int) -> Expression:
    lowering = EXPRESSIONS.get(node.type)
    if depth > DEEPEST or lowering is None:
        return Unknown(line(node))
    return lowering(node, depth + 1)


def arguments_of(node: Syntax, depth: int) -> tuple[Argument, ...]:
    found = []
    for child in node.children:
        if child.type != "value_argument":
            continue
        parts = [each for each in child.children if "comment" not in each.type and each.type != "annotation"]
        if len(parts) >= 3 and parts[1].type == "=":
            found.append(Argument(expression_of(parts[2], depth), text(parts[0])))
        elif parts and parts[0].type == "spread_expression":
            found.append(Argument(expression_of(parts[0].children[-1], depth), spread=True))
        elif parts:
            found.append(Argument(expression_of(parts[-1], depth)))
    return tuple(found)


def _string(node: Syntax, depth: int) -> Expression:
    """A string; the grammar leaves some `$name` unparsed, as text in pieces."""
    raw, at = node.type == "multiline_string_literal", line(node)
    parts = list[Expression]()
    written = ""

    def close() -> None:
        nonlocal written
        position = 0
        for match in _SIMPLE.finditer(written):
            parts.append(Literal(written[position : match.start()].replace("\0", "$"), at))
            parts.append(Name(match[1], at))
            position = match.end()
        parts.append(Literal(written[position:].replace("\0", "$"), at))
        written = ""

    for child in node.children:
        if child.type == "string_content":
            written += text(child)
        elif child.type == "escape_sequence":
            written += text(child) if raw else unescape(text(child)).replace("$", "\0")  # an escaped dollar names nothing
        elif child.type == "interpolation":
            close()
            inner = next((each for each in child.children if each.is_named), None)
            parts.append(expression_of(inner, depth) if inner else Unknown(at))
    close()
    kept = [part for part in parts if not (isinstance(part, Literal) and part.value == "")]
    if not kept:
        return Literal("", at)
    return kept[0] if len(kept) == 1 and isinstance(kept[0], Literal) else Template(tuple(kept), at)


def _number(node: Syntax, depth: int) -> Expression:
    value = number(text(node))
    return Unknown(line(node)) if value is None else Literal(value, line(node))


def _named(node: Syntax, depth: int) -> Expression:
    name = text(node).strip("`")
    words: dict[str, bool | None] = {"true": True, "false": False, "null": None}
    return Literal(words[name], line(node)) if name in words else Name(name, line(node))


def _chain(node: Syntax, depth: int) -> Expression:
    """`a.b(1) { it }.c { … }`: a chain of calls can be longer than anything is nested."""
    links: list[Syntax] = []
    current = node
    while current.type in ("call_expression", "navigation_expression") and current.children:
        links.append(current)
        current = current.children[0]
        if current.type == "unary_expression" and (asserted := current.child_by_field_name("argument")) and text(current).endswith("!!"):
            current = asserted
    value = expression_of(current, depth)
    for link in reversed(links):
        value = _navigated(value, link) if link.type == "navigation_expression" else _called(value, link, depth)
    return value


def _navigated(owner: Expression, node: Syntax) -> Expression:
    """`owner.name`; `Owner::class` and `Owner::class.java` are the type."""
    last = node.children[-1]
    name, at = text(last).strip("`"), line(last)
    if name == "class" and len(node.children) > 1 and node.children[-2].type == "::":
        return owner
    if name in ("java", "javaObjectType", "javaPrimitiveType", "kotlin") and "::class" in text(node.children[0])[-7:]:
        return owner
    return Attribute(owner, name, at)


def _called(function: Expression, node: Syntax, depth: int) -> Expression:
    arguments: tuple[Argument, ...] = ()
    types: tuple[Expression, ...] = ()
    bare = True
    for child in node.children[1:]:
        if child.type == "value_arguments":
            arguments, bare = arguments_of(child, depth), False
        elif child.type == "type_arguments":
            types = tuple(type_of(each) for each in child.children if each.is_named)
        elif child.type in ("annotated_lambda", "lambda_literal"):
            block = next((each for each in child.children if each.type == "lambda_literal"), child)
            if bare and not types and isinstance(function, Call) and not _has_block(node.children[0]):
                # `f(x) { … }` is one call: the grammar makes a call of what `f(x)` gives
                return replace(function, arguments=(*function.arguments, Argument(_lambda(block, depth))))
            arguments = (*arguments, Argument(_lambda(block, depth)))
    at = function.line if isinstance(function, Name | Attribute) else line(node)
    return Call(function, arguments, at, types)


def _has_block(node: Syntax) -> bool:
    return bool(node.children) and node.children[-1].type == "annotated_lambda"


def _infix(node: Syntax, depth: int) -> Expression:
    """`a to b`, `accept(JSON) and queryParam(…)`: nested to the left."""
    links: list[Syntax] = []
    current = node
    while current.type == "infix_expression" and len(current.children) >= 3:
        links.append(current)
        current = current.children[0]
    value = expression_of(current, depth)
    for link in reversed(links):
        at = line(link.children[1])
        value = Call(Attribute(value, text(link.children[1]), at), (Argument(expression_of(link.children[-1], depth)),), at)
    return value


def _binary(node: Syntax, depth: int) -> Expression:
    """`a + b + c` is nested to the left, and can be long; `a ?: b` is one of both."""
    symbol = node.child_by_field_name("operator")
    operator = symbol.type if symbol else ""
    if operator == ">" and (call := _typed_block(node, depth)) is not None:
        return call
    operands: list[Syntax] = []
    current: Syntax | None = node
    while current is not None and current.type == "binary_expression":
        its, right = current.child_by_field_name("operator"), current.child_by_field_name("right")
        if its is None or its.type != operator or right is None:
            break
        operands.append(right)
        current = current.child_by_field_name("left")
    if current is not None:
        operands.append(current)
    values = [expression_of(each, depth) for each in reversed(operands)]
    return Choice(tuple(values), line(node)) if operator == "?:" else combined(operator, values, line(node))


def _typed_block(node: Syntax, depth: int) -> Expression | None:
    """`get<Orders> { … }`, which the grammar takes for two comparisons."""
    left, block = node.child_by_field_name("left"), node.child_by_field_name("right")
    if left is None or block is None or block.type != "lambda_literal" or left.type != "binary_expression":
        return None
    called, symbol, type_ = (left.child_by_field_name(field) for field in ("left", "operator", "right"))
    if called is None or symbol is None or symbol.type != "<" or type_ is None:
        return None
    function = expression_of(called, depth)
    return Call(function, (Argument(_lambda(block, depth)),), line(called), (expression_of(type_, depth),))


def _unary(node: Syntax, depth: int) -> Expression:
    argument, symbol = node.child_by_field_name("argument"), node.child_by_field_name("operator")
    inner = expression_of(argument, depth) if argument else Unknown(line(node))
    if symbol is not None and symbol.type == "!!":
        return inner
    if symbol is not None and symbol.type == "-" and isinstance(inner, Literal) and isinstance(inner.value, int | float):
        return Literal(-inner.value, line(node))
    return Unknown(line(node), (inner,))


def first_inside(node: Syntax, depth: int) -> Expression:
    """The first expression inside: `(x)`, `x as T`, an annotated or labelled expression."""
    inner = [child for child in node.children if child.type in EXPRESSIONS]
    return expression_of(inner[0], depth) if inner else Unknown(line(node))


def _evaluated(node: Syntax, depth: int) -> Expression:
    return Unknown(line(node), tuple(expression_of(child, depth) for child in node.children if child.type in EXPRESSIONS))


def _last(node: Syntax | None, depth: int) -> list[Expression]:
    """The value of a branch: the last expression of its block."""
    if node is None:
        return []
    if node.type == "block":
        inner = [child for child in node.children if child.is_named and "comment" not in child.type]
        return [expression_of(inner[-1], depth)] if inner else []
    return [expression_of(node, depth)]


def _choice(node: Syntax, depth: int) -> Expression:
    """`if`, `when` and `try` as expressions."""
    branches: list[Syntax | None] = []
    if node.type == "if_expression":
        branches += _statements.consequences(node)
    elif node.type == "when_expression":
        branches += _statements.arms(node)
    else:
        branches += [
            child for part in node.children for child in ([part] if part.type == "block" else part.children) if child.type == "block"
        ]
    return Choice(tuple(value for branch in branches for value in _last(branch, depth)), line(node))


def _lambda(node: Syntax, depth: int) -> Expression:
    """A block in braces; its last expression is what it gives.  Without parameters it has `it`."""
    known = list[Parameter]()
    for child in node.children:
        if child.type == "lambda_parameters":
            known += [Parameter(name, at, declared) for name, at, declared in _declarations.variables_of(child)]

    def lowered(node: Syntax) -> tuple[Statement, ...]:
        body = [child for child in node.children if child.is_named and child.type != "lambda_parameters" and "comment" not in child.type]
        return _returning(_statements.statements_of(body, 0))

    if not known:
        known.append(Parameter("it", line(node)))
    return Function("", line(node), tuple(known), later(node, lowered), end=node.end_point[0] + 1)


def _returning(statements: tuple[Statement, ...]) -> tuple[Statement, ...]:
    if statements and isinstance(statements[-1], Do):
        return (*statements[:-1], Return(statements[-1].value, statements[-1].line))
    return statements


def _anonymous(node: Syntax, depth: int) -> Expression:
    return _declarations.function_of(node)


def _object(node: Syntax, depth: int) -> Expression:
    body = next((child for child in node.children if child.type == "class_body"), None)
    made = Class(
        "",
        line(node),
        _declarations.bases_of(node.children),
        now(lambda: _declarations.members_of(body.children, "") if body else ((), (), (), ())),
        kind="object",
    )
    return Call(made, (), line(node))


def _sequence(node: Syntax, depth: int) -> Expression:
    items = [child for child in node.children if child.type in EXPRESSIONS and text(child)]
    return Sequence(tuple(Argument(expression_of(child, depth)) for child in items), line(node))


def _item(node: Syntax, depth: int) -> Expression:
    inner = [child for child in node.children if child.is_named]
    if len(inner) < 2:
        return Unknown(line(node))
    key = (
        next((child for child in inner[1].children if child.type in EXPRESSIONS), None) if inner[1].type == "indexing_suffix" else inner[1]
    )
    return Item(expression_of(inner[0], depth), expression_of(key, depth) if key else Unknown(line(node)), line(node))


def _reference(node: Syntax, depth: int) -> Expression:
    """`::list` is the function itself."""
    return expression_of(node.children[-1], depth) if node.children else Unknown(line(node))


EXPRESSIONS: dict[str, Callable[[Syntax, int], Expression]] = {
    "string_literal": _string,
    "multiline_string_literal": _string,
    "character_literal": lambda node, depth: Literal(unescape(text(node)[1:-1]), line(node)),
    "number_literal": _number,
    "float_literal": _number,
    "identifier": _named,
    "this_expression": lambda node, depth: Name("self", line(node)),
    "super_expression": lambda node, depth: Name("super", line(node)),
    "navigation_expression": _chain,
    "call_expression": _chain,
    "infix_expression": _infix,
    "binary_expression": _binary,
    "unary_expression": _unary,
    "parenthesized_expression": first_inside,
    "as_expression": first_inside,
    "annotated_expression": first_inside,
    "labeled_expression": first_inside,
    "in_expression": _evaluated,
    "is_expression": _evaluated,
    "range_expression": _evaluated,
    "throw_expression": _evaluated,
    "return_expression": _evaluated,
    "if_expression": _choice,
    "when_expression": _choice,
    "try_expression": _choice,
    "lambda_literal": _lambda,
    "annotated_lambda": lambda node, depth: first_inside(node, depth),
    "anonymous_function": _anonymous,
    "object_literal": _object,
    "collection_literal": _sequence,
    "index_expression": _item,
    "callable_reference": _reference,
}
