"""JavaScript and TypeScript statements lowered to the tree of `ctxgen.source.ir`.

Function declarations come first in their block, as they do when the code runs.  Where a call is chained into several
targets (`app = module.exports = express()`) it is made once: one target has it, the others have that target.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from typing import TYPE_CHECKING

from ctxgen.source.ir import (
    Argument,
    Assign,
    Attribute,
    Block,
    Branch,
    Call,
    Choice,
    Define,
    Do,
    Export,
    Expression,
    Function,
    Loop,
    Name,
    Return,
    Statement,
)  # fmt: skip
from ctxgen.source.script import _expressions, _functions, _modules
from ctxgen.source.script._nodes import DEEPEST, child, line, text
from ctxgen.source.script._types import type_of

if TYPE_CHECKING:
    from tree_sitter import Node as Syntax


def block(node: Syntax, depth: int = 0) -> tuple[Statement, ...]:
    """The statements in a node, function declarations first."""
    found = [item for part in node.named_children for item in statement(part, depth)]
    functions = [item for item in found if isinstance(item, Define) and isinstance(item.what, Function)]
    return (*functions, *(item for item in found if not (isinstance(item, Define) and isinstance(item.what, Function))))


def statement(node: Syntax, depth: int = 0) -> Iterator[Statement]:
    """The statements that one is lowered to; none for what is broken, nested too deeply or of types alone."""
    lower = _LOWER.get(node.type)
    if lower is not None and depth <= DEEPEST:
        yield from lower(node, depth + 1)


def hoisted(node: Syntax | None) -> tuple[Statement, ...]:
    """The assignments that an expression makes on the way: `return (x = y)`."""
    while node is not None and node.type in ("parenthesized_expression", "await_expression", "non_null_expression"):
        node = next((part for part in node.named_children if part.type != "comment"), None)
    return tuple(_assignment(node, 0)) if node is not None and node.type == "assignment_expression" else ()


def _body(node: Syntax | None, depth: int) -> tuple[Statement, ...]:
    """The statements of an arm or loop, with braces or without."""
    if node is None:
        return ()
    return block(node, depth) if node.type == "statement_block" else tuple(statement(node, depth))


# ---------------------------------------------------------------------------------------------- expressions as statements


def _expression(node: Syntax, depth: int) -> Iterator[Statement]:
    for part in node.named_children:
        yield from _effect(part, depth)


def _effect(node: Syntax, depth: int) -> Iterator[Statement]:
    """An expression for what it does."""
    kind = node.type
    if kind == "comment":
        return
    if kind == "assignment_expression":
        yield from _assignment(node, depth)
    elif kind == "augmented_assignment_expression":
        yield from _augmented(node)
    elif kind == "sequence_expression" and depth <= DEEPEST:
        for part in node.named_children:
            yield from _effect(part, depth + 1)
    elif kind in ("parenthesized_expression", "await_expression") and (made := hoisted(node)):
        yield from made
    elif kind == "internal_module":
        yield Define(_functions.namespace_of(node), line(node))
    else:
        yield Do(_expressions.expression(node), line(node))


def _assignment(node: Syntax, depth: int, *declared: Expression) -> Iterator[Statement]:
    """`a = b = value`, also behind declared targets (`const a = b = value`)."""
    targets: list[Expression] = list(declared)
    value: Syntax | None = node
    while value is not None and value.type == "assignment_expression":
        left = child(value, "left")
        targets += [_functions.target(left, 0)] if left is not None else []
        value = child(value, "right")
        while value is not None and value.type == "parenthesized_expression" and value.named_child_count == 1:
            value = value.named_children[0]
    given = _expressions.expression(value)
    for item in targets:
        given = _named(given, item)
    if len(targets) > 1 and not isinstance(given, (Name, Function)):
        anchor = next((item for item in targets if isinstance(item, Name) and item.name != "exports"), None)
        if anchor is None:
            anchor = Name("$value", line(node))
        yield Assign(anchor, given, line(node), declares=anchor in declared)
        targets, given = [item for item in targets if item is not anchor], Name(anchor.name, anchor.line)
    for item in targets:
        name = _modules.exported_as(item)
        if name is not None:
            yield Export(name, given, line(node))
        elif not (isinstance(item, Name) and item.name == "exports"):
            yield Assign(item, given, line(node), declares=item in declared)


def _named(value: Expression, target: Expression) -> Expression:
    """The value of an assignment: a function without a name has that of its target.  Source: https://tc39.es/ecma262/#sec-runtime-semantics-namedevaluation"""
    if (
        isinstance(value, Function)
        and not value.name
        and isinstance(target, (Name, Attribute))
        and _modules.exported_as(target) != "default"
    ):
        value.name = target.name
    return value


def _augmented(node: Syntax) -> Iterator[Statement]:
    left, operator = child(node, "left"), text(child(node, "operator"))
    value = _expressions.expression(child(node, "right"))
    if left is None:
        return
    aim = _functions.target(left, 0)
    if operator == "+=":
        yield Assign(aim, value, line(node), adds=True)
    elif operator in ("||=", "??="):
        yield Assign(aim, Choice((_expressions.expression(left), value), line(node)), line(node))
    else:
        yield Do(value, line(node))


# ---------------------------------------------------------------------------------------------- declarations


def _variables(node: Syntax, depth: int) -> Iterator[Statement]:
    for part in node.named_children:
        named = child(part, "name") if part.type == "variable_declarator" else None
        if named is None:
            continue
        value = child(part, "value")
        imported = _modules.required(named, value)
        if imported is not None:
            yield from imported
        elif value is not None and value.type == "assignment_expression":
            yield from _assignment(value, depth, _functions.target(named, 0))
        elif value is not None:
            stated = type_of(child(part, "type"))
            bound = _functions.target(named, 0)
            yield Assign(bound, _named(_expressions.expression(value), bound), line(named), declares=True, type=stated)


def _function(node: Syntax, _: int) -> Iterator[Statement]:
    yield Define(_functions.function(node), line(node))


def _class(node: Syntax, _: int) -> Iterator[Statement]:
    yield Define(_functions.class_of(node), line(node))


def _enum(node: Syntax, _: int) -> Iterator[Statement]:
    yield Define(_functions.enum_of(node), line(node))


# ---------------------------------------------------------------------------------------------- flow


def _return(node: Syntax, _: int) -> Iterator[Statement]:
    value = next((part for part in node.named_children if part.type != "comment"), None)
    if value is not None:
        yield from hoisted(value)
        yield Return(_expressions.expression(value), line(node))


def _throw(node: Syntax, _: int) -> Iterator[Statement]:
    for part in node.named_children:
        yield Do(_expressions.expression(part), line(node))


def _if(node: Syntax, depth: int) -> Iterator[Statement]:
    arms: list[tuple[Expression | None, tuple[Statement, ...]]] = []
    at: Syntax | None = node
    while at is not None:
        if at.type != "if_statement":
            arms.append((None, _body(at, depth)))
            break
        arms.append((_expressions.expression(child(at, "condition")), _body(child(at, "consequence"), depth)))
        otherwise = child(at, "alternative")
        at = next((part for part in otherwise.named_children if part.type != "comment"), None) if otherwise is not None else None
    yield Branch(tuple(arms), line(node))


def _switch(node: Syntax, depth: int) -> Iterator[Statement]:
    arms: list[tuple[Expression | None, tuple[Statement, ...]]] = []
    cases = child(node, "body")
    for case in cases.named_children if cases is not None else ():
        value = child(case, "value")
        parts = list(case.children_by_field_name("body"))
        condition = _expressions.expression(value) if value is not None else None
        arms.append((condition, tuple(item for part in parts for item in statement(part, depth))))
    yield Do(_expressions.expression(child(node, "value")), line(node))
    yield Branch(tuple(arms), line(node))


def _try(node: Syntax, depth: int) -> Iterator[Statement]:
    arms = [(None, _body(child(node, "body"), depth))]
    for field in ("handler", "finalizer"):
        clause = child(node, field)
        if clause is not None:
            arms.append((None, _body(child(clause, "body"), depth)))
    yield Branch(tuple(arms), line(node))


def _each(node: Syntax, depth: int) -> Iterator[Statement]:
    """`for (const x of xs)`; `for (const key in object)` goes over `Object.keys(object)`."""
    left, right = child(node, "left"), _expressions.expression(child(node, "right"))
    if text(child(node, "operator")) == "in":
        right = Call(Attribute(Name("Object", right.line), "keys", right.line), (Argument(right),), right.line)
    yield Loop(_functions.target(left, 0) if left is not None else None, right, _body(child(node, "body"), depth), line(node))


def _loop(node: Syntax, depth: int) -> Iterator[Statement]:
    first = child(node, "initializer")
    if first is not None:
        yield from statement(first, depth)
    yield Loop(None, None, _body(child(node, "body"), depth), line(node))


def _labelled(node: Syntax, depth: int) -> Iterator[Statement]:
    yield from _body(child(node, "body"), depth)


def _block(node: Syntax, depth: int) -> Iterator[Statement]:
    yield Block(block(node, depth), line(node))


_LOWER: dict[str, Callable[[Syntax, int], Iterator[Statement]]] = {
    "expression_statement": _expression, "lexical_declaration": _variables, "variable_declaration": _variables,
    "function_declaration": _function, "generator_function_declaration": _function, "class_declaration": _class,
    "abstract_class_declaration": _class, "interface_declaration": _class, "enum_declaration": _enum,
    "return_statement": _return, "throw_statement": _throw, "if_statement": _if, "switch_statement": _switch, "try_statement": _try,
    "for_in_statement": _each, "for_statement": _loop, "while_statement": _loop, "do_statement": _loop,
    "labeled_statement": _labelled, "statement_block": _block,
    "import_statement": lambda node, _: _modules.imports(node), "export_statement": lambda node, depth: _modules.exports(node, depth),
}  # fmt: skip
