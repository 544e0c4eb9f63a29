"""Java's statements.  Source: https://docs.oracle.com/javase/specs/jls/se21/html/jls-14.html"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from typing import TYPE_CHECKING

from ctxgen.source.ir import (
    Assign,
    Block,
    Branch,
    Define,
    Do,
    Expression,
    Literal,
    Loop,
    Name,
    Return,
    Statement,
    Unknown,
)
from ctxgen.source.jvm.java import _declarations, _expressions
from ctxgen.source.jvm.java._types import type_of
from ctxgen.source.jvm.nodes import DEEPEST, line, text

if TYPE_CHECKING:
    from tree_sitter import Node as Syntax


def statements_of(nodes: Iterable[Syntax], depth: int) -> tuple[Statement, ...]:
    found = list[Statement]()
    for node in nodes:
        if node.is_named and depth <= DEEPEST:
            found += _statement(node, depth + 1)
    return tuple(found)


def body_of(node: Syntax | None, depth: int) -> tuple[Statement, ...]:
    """The statements of a block, or the one statement that stands without."""
    if node is None:
        return ()
    return statements_of(node.children if node.type in ("block", "constructor_body") else [node], depth)


def _statement(node: Syntax, depth: int) -> Iterable[Statement]:
    at, kind = line(node), node.type
    if kind == "expression_statement":
        return _effect(node.children[0], depth) if node.children else ()
    if kind == "local_variable_declaration":
        return _declared(node, depth)
    if kind == "return_statement":
        value = next((child for child in node.children if child.is_named), None)
        return (Return(_expressions.expression_of(value, depth) if value else Literal(None, at), at),)
    if kind in ("block", "static_initializer", "synchronized_statement", "labeled_statement", "ERROR"):
        return (Block(statements_of([each for each in node.children if each.type != "identifier"], depth), at),)
    if kind == "if_statement":
        return (_if(node, depth),)
    if kind in ("switch_expression", "switch_statement"):
        arms = tuple(
            (None, statements_of([each for each in group.children if each.type != "switch_label"], depth)) for group in groups(node)
        )
        return (Branch(arms, at),)
    if kind in ("try_statement", "try_with_resources_statement"):
        return (_try(node, depth),)
    if kind == "enhanced_for_statement":
        target, iterable = node.child_by_field_name("name"), node.child_by_field_name("value")
        over = _expressions.expression_of(iterable, depth) if iterable else None
        return (Loop(Name(text(target), at) if target else None, over, body_of(node.child_by_field_name("body"), depth), at),)
    if kind in ("for_statement", "while_statement", "do_statement"):
        return (Loop(None, None, body_of(node.child_by_field_name("body"), depth), at),)
    if kind in _declarations.TYPES:
        return (Define(_declarations.class_of(node), at),)
    if kind in ("throw_statement", "yield_statement", "explicit_constructor_invocation"):
        return [
            Do(_expressions.expression_of(child, depth), at) for child in node.children if child.is_named and child.type != "argument_list"
        ]
    return _effect(node, depth) if kind in _expressions.EXPRESSIONS else ()


def _effect(node: Syntax, depth: int) -> Iterable[Statement]:
    """An expression that stands alone; `x = y = z` is two assignments."""
    at = line(node)
    if node.type != "assignment_expression":
        return (Do(_expressions.expression_of(node, depth), at),)
    left, right, symbol = (node.child_by_field_name(field) for field in ("left", "right", "operator"))
    if left is None or right is None:
        return ()
    before: list[Statement] = []
    while right is not None and right.type == "assignment_expression":
        inner, right = right.child_by_field_name("left"), right.child_by_field_name("right")
        if inner is not None and right is not None:
            before.append(Assign(_expressions.expression_of(left, depth), _expressions.expression_of(inner, depth), at))
            left = inner
    if right is None:
        return before
    return [
        Assign(
            _expressions.expression_of(left, depth),
            _expressions.expression_of(right, depth),
            at,
            adds=symbol is not None and symbol.type == "+=",
        ),
        *reversed(before),
    ]


def _declared(node: Syntax, depth: int) -> Iterator[Statement]:
    declared = node.child_by_field_name("type")
    type_ = None if declared is None or text(declared) == "var" else type_of(declared)
    for each in node.children_by_field_name("declarator"):
        named, value = each.child_by_field_name("name"), each.child_by_field_name("value")
        if named is None:
            continue
        while value is not None and value.type == "assignment_expression":
            yield from _effect(value, depth)
            value = value.child_by_field_name("right")
        result = _expressions.expression_of(value, depth) if value else Unknown(line(each))
        yield Assign(Name(text(named), line(named)), result, line(each), declares=True, type=type_)


def _if(node: Syntax, depth: int) -> Branch:
    arms = list[tuple[Expression | None, tuple[Statement, ...]]]()
    current: Syntax | None = node
    while current is not None and current.type == "if_statement":
        condition = current.child_by_field_name("condition")
        arms.append(
            (
                _expressions.expression_of(condition, depth) if condition else None,
                body_of(current.child_by_field_name("consequence"), depth),
            )
        )
        current = current.child_by_field_name("alternative")
    if current is not None:
        arms.append((None, body_of(current, depth)))
    return Branch(tuple(arms), line(node))


def _try(node: Syntax, depth: int) -> Branch:
    opened = list[Statement]()
    resources = node.child_by_field_name("resources")
    for each in resources.children if resources else ():
        named, value = each.child_by_field_name("name"), each.child_by_field_name("value")
        if named and value:
            opened.append(Assign(Name(text(named), line(named)), _expressions.expression_of(value, depth), line(each), declares=True))
    arms = [(*opened, *body_of(node.child_by_field_name("body"), depth))]
    for child in node.children:
        if child.type in ("catch_clause", "finally_clause"):
            arms.append(tuple(one for each in child.children if each.type == "block" for one in body_of(each, depth)))
    return Branch(tuple((None, arm) for arm in arms), line(node))


def groups(node: Syntax) -> list[Syntax]:
    """The arms of a switch."""
    body = node.child_by_field_name("body")
    return [child for child in body.children if child.type in ("switch_rule", "switch_block_statement_group")] if body else []
