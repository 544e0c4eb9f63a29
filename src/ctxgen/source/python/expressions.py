"""Python's expressions, lowered.

Two things of Python have no shape of their own in the small tree: a comprehension becomes a call of a function that
collects in a loop, and text that `%` or `format` puts together becomes a template.
Source: https://docs.python.org/3/reference/expressions.html.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import TYPE_CHECKING

from ctxgen.source import ir
from ctxgen.source.later import later, now
from ctxgen.source.python.strings import braces, joined, percents, pieces

if TYPE_CHECKING:
    from tree_sitter import Node as Syntax

DEPTH = 90
"""Expressions and blocks that are nested deeper than this are not read; people's code ends at a fifth of it."""

COLLECTED = ".collected"
"""The name under which a comprehension's function collects; no name of a program has a dot."""


def text_of(node: Syntax | None) -> str:
    """The source text of a node."""
    return (node.text or b"").decode(errors="replace") if node is not None else ""


def line_of(node: Syntax) -> int:
    """The line, from 1, on which a node begins."""
    return int(node.start_point[0]) + 1


def named(node: Syntax) -> list[Syntax]:
    """The children that mean something: no comments, no punctuation, no parse errors."""
    return [child for child in node.named_children if child.type not in ("comment", "line_continuation", "ERROR")]


def expression(node: Syntax | None, depth: int = 0) -> ir.Expression:
    """An expression; `Unknown` for what carries no name, and for what is nested too deeply."""
    if node is None:
        return ir.Unknown(0)
    return _LOWER.get(node.type, _unknown)(node, depth + 1) if depth < DEPTH else ir.Unknown(line_of(node))


def _unknown(node: Syntax, depth: int) -> ir.Expression:
    inner = tuple(expression(child, depth) for child in named(node))
    return ir.Unknown(line_of(node), tuple(each for each in inner if not isinstance(each, ir.Literal)))


def _inner(node: Syntax, depth: int) -> ir.Expression:
    """Parentheses, `await`, `type` and the like: what stands inside."""
    children = named(node)
    return expression(children[-1], depth) if children else ir.Unknown(line_of(node))


# ---------------------------------------------------------------------------------------------- literals


def _integer(node: Syntax, depth: int) -> ir.Expression:
    try:
        return ir.Literal(int(text_of(node), 0), line_of(node))
    except ValueError:  # digits beyond Python's limit, `0o9`, imaginary numbers
        return ir.Unknown(line_of(node))


def _float(node: Syntax, depth: int) -> ir.Expression:
    try:
        return ir.Literal(float(text_of(node)), line_of(node))
    except ValueError:
        return ir.Unknown(line_of(node))


def _string(node: Syntax, depth: int) -> ir.Expression:
    strings = [child for child in named(node) if child.type == "string"] if node.type == "concatenated_string" else [node]
    parts: list[str | ir.Expression] = []
    for each in strings:
        parts += [part if isinstance(part, str) else expression(part, depth) for part in pieces(each)]
    return joined(parts, line_of(node))


def _constant(value: bool | None) -> Callable[[Syntax, int], ir.Expression]:
    return lambda node, depth: ir.Literal(value, line_of(node))


def _sequence(node: Syntax, depth: int) -> ir.Expression:
    return ir.Sequence(tuple(_argument(child, depth) for child in named(node)), line_of(node))


def _mapping(node: Syntax, depth: int) -> ir.Expression:
    entries: list[tuple[ir.Expression | None, ir.Expression]] = []
    for child in named(node):
        if child.type == "pair":
            entries.append((expression(child.child_by_field_name("key"), depth), expression(child.child_by_field_name("value"), depth)))
        elif child.type == "dictionary_splat":
            entries.append((None, _inner(child, depth)))
    return ir.Mapping(tuple(entries), line_of(node))


# ---------------------------------------------------------------------------------------------- names and calls


def _name(node: Syntax, depth: int) -> ir.Expression:
    return ir.Name(text_of(node), line_of(node))


def _attribute(node: Syntax, depth: int) -> ir.Expression:
    attribute = node.child_by_field_name("attribute")
    owner = expression(node.child_by_field_name("object"), depth)
    return ir.Attribute(owner, text_of(attribute), line_of(attribute if attribute is not None else node))


def _subscript(node: Syntax, depth: int) -> ir.Expression:
    keys = [expression(child, depth) for child in node.children_by_field_name("subscript")]
    return _item(expression(node.child_by_field_name("value"), depth), keys, line_of(node))


def _generic(node: Syntax, depth: int) -> ir.Expression:
    """A type with parameters, as annotations have it: `dict[str, User]`."""
    owner, *rest = named(node)
    return _item(expression(owner, depth), [expression(child, depth) for child in (named(rest[0]) if rest else [])], line_of(node))


def _item(owner: ir.Expression, keys: list[ir.Expression], line: int) -> ir.Expression:
    if len(keys) == 1:
        return ir.Item(owner, keys[0], line)
    return ir.Item(owner, ir.Sequence(tuple(map(ir.Argument, keys)), line), line)


def _argument(node: Syntax, depth: int) -> ir.Argument:
    if node.type == "keyword_argument":
        return ir.Argument(expression(node.child_by_field_name("value"), depth), text_of(node.child_by_field_name("name")))
    if node.type in ("list_splat", "dictionary_splat", "parenthesized_list_splat"):
        return ir.Argument(_inner(node, depth), spread=True)
    return ir.Argument(expression(node, depth))


def arguments(node: Syntax | None, depth: int = 0) -> tuple[ir.Argument, ...]:
    """The arguments of a call or a class statement; a bare generator is the only one."""
    if node is None:
        return ()
    if node.type == "generator_expression":
        return (ir.Argument(expression(node, depth)),)
    return tuple(_argument(child, depth) for child in named(node))


def _call(node: Syntax, depth: int) -> ir.Expression:
    function = expression(node.child_by_field_name("function"), depth)
    given = arguments(node.child_by_field_name("arguments"), depth)
    if isinstance(function, ir.Attribute):
        if function.name == "format" and isinstance(function.owner, ir.Literal) and isinstance(function.owner.value, str):
            return braces(function.owner.value, given, function.line)
        return ir.Call(function, given, function.line)
    return ir.Call(function, given, line_of(node))


def _lambda(node: Syntax, depth: int) -> ir.Expression:
    from ctxgen.source.python.lower import parameters

    body, line = node.child_by_field_name("body"), line_of(node)
    return ir.Function(
        "",
        line,
        parameters(node.child_by_field_name("parameters"), depth),
        later(body, lambda body: (ir.Return(expression(body, depth), line),)) if body is not None else tuple,
    )


# ---------------------------------------------------------------------------------------------- operators


def _boolean(node: Syntax, depth: int) -> ir.Expression:
    left, right = expression(node.child_by_field_name("left"), depth), expression(node.child_by_field_name("right"), depth)
    # `a and b` is `b` where it matters: `request and request.user`
    return ir.Choice((right, left) if text_of(node.child_by_field_name("operator")) == "and" else (left, right), line_of(node))


def _conditional(node: Syntax, depth: int) -> ir.Expression:
    chosen, *rest = named(node)
    switch = expression(rest[0], depth) if len(rest) == 2 and rest[0].type == "identifier" else None
    options = (expression(chosen, depth), expression(rest[-1] if rest else None, depth))
    return ir.Choice(options, line_of(node), condition=switch if isinstance(switch, ir.Name) else None)


def _union(node: Syntax, depth: int) -> ir.Expression:
    return ir.Choice(tuple(expression(child, depth) for child in named(node)), line_of(node))


def _binary(node: Syntax, depth: int) -> ir.Expression:
    operator, line = text_of(node.child_by_field_name("operator")), line_of(node)
    if operator not in ("+", "%", "|", "&", "*"):
        return _unknown(node, depth)
    operands: list[Syntax] = []
    left: Syntax | None = node
    while left is not None and left.type == "binary_operator" and text_of(left.child_by_field_name("operator")) == operator:
        operands += filter(None, [left.child_by_field_name("right")])
        left = left.child_by_field_name("left")
    values = [expression(each, depth) for each in reversed([*operands, *filter(None, [left])])]
    if operator in "|&":
        return ir.Choice(tuple(values), line)
    if operator == "%" and len(values) == 2 and isinstance(values[0], ir.Literal) and isinstance(values[0].value, str):
        return percents(values[0].value, values[1], line)
    numbers = [value.value for value in values if isinstance(value, ir.Literal) and type(value.value) is int]
    if len(numbers) == len(values) and operator != "%":
        return _computed(operator, numbers, line)
    if operator != "+":
        return ir.Unknown(line, tuple(values))
    if any(isinstance(value, ir.Sequence) or _collects(value) for value in values):
        return ir.Sequence(tuple(ir.Argument(value, spread=True) for value in values), line)
    return joined([value.value if isinstance(value, ir.Literal) and isinstance(value.value, str) else value for value in values], line)


def _computed(operator: str, numbers: Sequence[int], line: int) -> ir.Expression:
    """`60 * 60 * 24`: how people write durations."""
    result = 0 if operator == "+" else 1
    for number in numbers:
        result = result + number if operator == "+" else result * number
        if abs(result) > 10**15:
            return ir.Unknown(line)
    return ir.Literal(result, line)


def _collects(value: ir.Expression) -> bool:
    return isinstance(value, ir.Call) and isinstance(value.function, ir.Function) and bool(value.function.name == COLLECTED)


# ---------------------------------------------------------------------------------------------- comprehensions


def _comprehension(node: Syntax, depth: int) -> ir.Expression:
    line, children = line_of(node), named(node)
    element, clauses = children[0], children[1:]
    collected = ir.Name(COLLECTED, line)

    def add() -> ir.Statement:
        if element.type == "pair":
            key = expression(element.child_by_field_name("key"), depth)
            return ir.Assign(ir.Item(collected, key, line), expression(element.child_by_field_name("value"), depth), line)
        return ir.Assign(collected, ir.Sequence((_argument(element, depth),), line), line, adds=True)

    def lower() -> tuple[ir.Statement, ...]:
        body = add()
        for clause in reversed(clauses):
            if clause.type == "for_in_clause":
                target, iterable = clause.child_by_field_name("left"), clause.child_by_field_name("right")
                body = ir.Loop(expression(target, depth), expression(iterable, depth), (body,), line)
            else:
                body = ir.Branch(((_inner(clause, depth), (body,)),), line)
        empty: ir.Expression = ir.Mapping((), line) if element.type == "pair" else ir.Sequence((), line)
        return ir.Assign(collected, empty, line, declares=True), body, ir.Return(collected, line)

    return ir.Call(ir.Function(COLLECTED, line, (), now(lower)), (), line)


_LOWER: dict[str, Callable[[Syntax, int], ir.Expression]] = {
    "identifier": _name,
    "dotted_name": lambda node, depth: dotted(text_of(node), line_of(node)),
    "attribute": _attribute,
    "member_type": _attribute,
    "call": _call,
    "subscript": _subscript,
    "generic_type": _generic,
    "string": _string,
    "concatenated_string": _string,
    "integer": _integer,
    "float": _float,
    "true": _constant(True),
    "false": _constant(False),
    "none": _constant(None),
    "list": _sequence,
    "tuple": _sequence,
    "set": _sequence,
    "expression_list": _sequence,
    "pattern_list": _sequence,
    "tuple_pattern": _sequence,
    "list_pattern": _sequence,
    "dictionary": _mapping,
    "lambda": _lambda,
    "boolean_operator": _boolean,
    "conditional_expression": _conditional,
    "binary_operator": _binary,
    "union_type": _union,
    "list_comprehension": _comprehension,
    "set_comprehension": _comprehension,
    "generator_expression": _comprehension,
    "dictionary_comprehension": _comprehension,
    "parenthesized_expression": _inner,
    "await": _inner,
    "type": _inner,
    "named_expression": lambda node, depth: expression(node.child_by_field_name("value"), depth),
    "as_pattern_target": _inner,
}


def dotted(name: str, line: int) -> ir.Expression:
    """`a.b.c` as an expression."""
    first, *rest = name.split(".")
    value: ir.Expression = ir.Name(first, line)
    for part in rest[:DEPTH]:
        value = ir.Attribute(value, part, line)
    return value
