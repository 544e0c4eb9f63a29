"""What tree-sitter-kotlin misreads: declarations that it leaves in ERROR nodes or takes for expressions."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from itertools import pairwise
from typing import TYPE_CHECKING, TypeVar

from ctxgen.source.ir import (
    Argument,
    Call,
    Class,
    Define,
    Expression,
    Function,
    Parameter,
    Statement,
)
from ctxgen.source.jvm.kotlin import _declarations, _expressions, _statements
from ctxgen.source.jvm.kotlin._types import TYPES, type_of
from ctxgen.source.jvm.nodes import DEEPEST, line, text
from ctxgen.source.later import now

if TYPE_CHECKING:
    from tree_sitter import Node as Syntax

_Declared = TypeVar("_Declared", Function, Class, Function | Class)

_DECLARED = ("fun", "class", "interface", "object")


def flat(nodes: Iterable[Syntax]) -> Iterator[Syntax]:
    """Nodes, with the children of ERROR nodes in their place."""
    for node in nodes:
        if node.type == "ERROR":
            yield from _flat_once(node)
        else:
            yield node


def _flat_once(node: Syntax) -> Iterator[Syntax]:
    """What an ERROR node holds.  Where it begins with a declaration, the node itself is told: `broken` puts it together."""
    kinds = [child.type for child in node.children]
    if any(kind in _DECLARED for kind in kinds):
        yield node
    else:
        yield from node.children


def misread(node: Syntax) -> tuple[list[Statement], tuple[Expression, ...]]:
    """What the grammar takes for an annotated expression at the top of a file: classes without a body, and annotations of what follows.

    `@A class B` becomes the call of a function `class`, `@A("x")` before a declaration an annotation of the expression `("x")`.
    """
    found, annotations, depth = list[Statement](), list[Expression](), 0
    current: Syntax | None = node
    while current is not None and current.type == "annotated_expression" and depth < DEEPEST:
        depth += 1
        annotations += _declarations.annotations_of(current)
        current = current.children[-1]
        if current.type == "parenthesized_expression" and annotations and not isinstance(annotations[-1], Call):
            annotations[-1] = Call(annotations[-1], (Argument(_expressions.first_inside(current, 0)),), line(current))
        if current.type == "infix_expression" and len(current.children) == 3 and text(current.children[0]) in _DECLARED:
            kind, named, tail = current.children
            body = list(tail.children) if tail.type == "lambda_literal" else []
            what = _unfinished(text(kind), [named, *body], tuple(annotations))
            found += [Define(what, what.line)] if what is not None else []
            annotations, current = [], tail
    return found, tuple(annotations)


def broken(node: Syntax) -> Iterator[Statement]:
    """The declarations of an ERROR node: what follows a `fun` or `class` whose end was not found is its body."""
    children = list(node.children)
    starts = [index for index, child in enumerate(children) if child.type in _DECLARED]
    for start, end in pairwise([*starts, len(children)]):
        decorators = _declarations.annotations_of(children[start - 1]) if start and children[start - 1].type == "modifiers" else ()
        what = _unfinished(children[start].type, children[start + 1 : end], decorators)
        if what is not None:
            yield Define(what, what.line)


def _unfinished(kind: str, nodes: list[Syntax], decorators: tuple[Expression, ...]) -> Function | Class | None:
    named = next((child for child in nodes if child.type == "identifier"), None)
    if named is None:
        return None
    head, rest = nodes[: nodes.index(named)], nodes[nodes.index(named) + 1 :]
    name, at = text(named), line(named)
    if kind != "fun":
        return Class(name, at, _declarations.bases_of(rest), now(lambda: _declarations.members_of(rest, name)), decorators=decorators)
    parameters = next((child for child in rest if child.type == "function_value_parameters"), None)
    receiver = next((child for child in head if child.type in TYPES), None)
    return Function(
        name,
        at,
        _declarations.parameters_of(parameters) if parameters else (),
        now(lambda: _statements.statements_of(rest, 0)),
        decorators=decorators,
        receiver=Parameter("self", at, type_of(receiver)) if receiver else None,
    )


def marked(what: _Declared, annotations: tuple[Expression, ...]) -> _Declared:
    """A declaration with annotations that the grammar left before it."""
    what.decorators = (*annotations, *what.decorators)
    return what
