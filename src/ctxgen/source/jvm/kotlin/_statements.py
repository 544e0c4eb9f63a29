"""Kotlin's statements.  Source: https://kotlinlang.org/spec/statements.html"""

from __future__ import annotations

from collections.abc import Iterable
from typing import TYPE_CHECKING

from ctxgen.source.ir import (
    Argument,
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
    Sequence,
    Statement,
    Unknown,
)
from ctxgen.source.jvm.kotlin import _declarations, _expressions, _recovery
from ctxgen.source.jvm.nodes import DEEPEST, line, text

if TYPE_CHECKING:
    from tree_sitter import Node as Syntax


def statements_of(nodes: Iterable[Syntax], depth: int) -> tuple[Statement, ...]:
    found = list[Statement]()
    for node in _recovery.flat(nodes):
        if node.is_named and depth <= DEEPEST:
            found += statement_of(node, depth + 1)
    return tuple(found)


def _body(node: Syntax | None, depth: int) -> tuple[Statement, ...]:
    if node is None:
        return ()
    return statements_of(node.children if node.type == "block" else [node], depth)


def statement_of(node: Syntax, depth: int) -> Iterable[Statement]:
    at, kind = line(node), node.type
    if kind == "property_declaration":
        return _declared(node, depth)
    if kind == "assignment":
        left, right, symbol = (node.child_by_field_name(field) for field in ("left", "right", "operator"))
        if left is None or right is None:
            return ()
        return (
            Assign(
                _expressions.expression_of(left, depth),
                _expressions.expression_of(right, depth),
                at,
                adds=symbol is not None and symbol.type == "+=",
            ),
        )
    if kind == "function_declaration":
        return (Define(_declarations.function_of(node), at),)
    if kind in _declarations.CLASSES:
        return (Define(_declarations.class_of(node), at),)
    if kind == "return_expression":
        value = next((child for child in node.children if child.is_named and child.type != "label" and not _labels(node, child)), None)
        return (Return(_expressions.expression_of(value, depth) if value else Literal(None, at), at),)
    if kind == "if_expression":
        return (_if(node, depth),)
    if kind == "when_expression":
        return (Branch(tuple((None, _body(arm, depth)) for arm in arms(node)), at),)
    if kind == "try_expression":
        blocks = [child for part in node.children for child in ([part] if part.type == "block" else part.children) if child.type == "block"]
        return (Branch(tuple((None, _body(block, depth)) for block in blocks), at),)
    if kind == "for_statement":
        return (_for(node, depth),)
    if kind in ("while_statement", "do_while_statement"):
        condition = node.child_by_field_name("condition")
        return (Loop(None, None, statements_of([child for child in node.children if child != condition], depth), at),)
    if kind == "block":
        return (Block(statements_of(node.children, depth), at),)
    if kind == "ERROR":
        return _recovery.broken(node)
    return (Do(_expressions.expression_of(node, depth), at),) if kind in _expressions.EXPRESSIONS else ()


def _labels(node: Syntax, child: Syntax) -> bool:
    """Whether a child is the label of `return@label`."""
    label = node.child_by_field_name("label")
    return label is not None and label == child


def _declared(node: Syntax, depth: int) -> Iterable[Statement]:
    variables, value = _declarations.variables_of(node), _declarations.value_of(node, depth) or Unknown(line(node))
    if len(variables) == 1:
        (name, at, declared), *_ = variables
        return (Assign(Name(name, at), value, at, declares=True, type=declared),)
    names = Sequence(tuple(Argument(Name(name, at)) for name, at, _ in variables), line(node))
    return (Assign(names, value, line(node), declares=True),) if variables else ()


def _if(node: Syntax, depth: int) -> Branch:
    arms = list[tuple[Expression | None, tuple[Statement, ...]]]()
    current: Syntax | None = node
    while current is not None and current.type == "if_expression":
        condition = current.child_by_field_name("condition")
        consequence, alternative = consequences(current)
        arms.append((_expressions.expression_of(condition, depth) if condition else None, _body(consequence, depth)))
        current = alternative
    if current is not None:
        arms.append((None, _body(current, depth)))
    return Branch(tuple(arms), line(node))


def consequences(node: Syntax) -> tuple[Syntax | None, Syntax | None]:
    """What an `if` does, and what it does otherwise."""
    then: Syntax | None = None
    otherwise: Syntax | None = None
    closed = alternative = False
    for child in node.children:
        if child.type == ")":
            closed = True
        elif child.type == "else":
            alternative = True
        elif closed and child.is_named and "comment" not in child.type:
            then, otherwise = (then, child) if alternative else (child, otherwise)
    return then, otherwise


def arms(node: Syntax) -> list[Syntax]:
    """What stands behind each arrow of a `when`."""
    return [child.children[-1] for child in node.children if child.type == "when_entry" and child.children]


def _for(node: Syntax, depth: int) -> Loop:
    named = [
        child for child in node.children if child.is_named and "comment" not in child.type and child.type not in ("label", "annotation")
    ]
    names = [text(each) for each in named[0].children if each.type == "identifier"] if named else []
    if named and named[0].type == "multi_variable_declaration":
        names = [name for name, _, _ in _declarations.variables_of(node)]
    at = line(node)
    targets: list[Expression] = [Name(name, at) for name in names]
    target = targets[0] if len(targets) == 1 else Sequence(tuple(map(Argument, targets)), at) if targets else None
    over = _expressions.expression_of(named[1], depth) if len(named) > 1 else None
    return Loop(target, over, _body(named[2], depth) if len(named) > 2 else (), at)
