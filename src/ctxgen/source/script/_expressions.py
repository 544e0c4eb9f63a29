"""JavaScript and TypeScript expressions lowered to the tree of `ctxgen.source.ir`."""

from __future__ import annotations

from collections.abc import Callable
from math import prod
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
    Mapping,
    Name,
    Sequence,
    Template,
    Unknown,
)  # fmt: skip
from ctxgen.source.script import _functions
from ctxgen.source.script._nodes import DEEPEST, MAX_NUMBER, child, has_token, line, string, text, unescaped
from ctxgen.source.script._types import type_arguments

if TYPE_CHECKING:
    from tree_sitter import Node as Syntax


def expression(node: Syntax | None, depth: int = 0) -> Expression:
    """The expression that a node is; `Unknown` for what carries nothing, is broken or nested too deeply."""
    if node is None:
        return Unknown(1)
    lower = _LOWER.get(node.type)
    if lower is None or depth > DEEPEST:
        return Unknown(line(node))
    return lower(node, depth + 1)


def arguments(node: Syntax | None, depth: int) -> tuple[Argument, ...]:
    """The arguments of a call, or the elements of an array."""
    found = []
    for part in node.named_children if node is not None else ():
        if part.type == "spread_element":
            found.append(Argument(expression(_inside(part), depth), spread=True))
        elif part.type not in ("comment", "ERROR"):
            found.append(Argument(expression(part, depth)))
    return tuple(found)


def key(node: Syntax | None, depth: int) -> Expression:
    """The key of an object's entry: a plain name is a string, `[x]` an expression."""
    if node is None:
        return Unknown(1)
    if node.type == "computed_property_name":
        return expression(_inside(node), depth)
    if node.type in ("string", "number"):
        return expression(node, depth)
    return Literal(text(node), line(node))


def _inside(node: Syntax) -> Syntax | None:
    """The one expression that a node wraps: the last that is no comment (`(0, x)` and `<T>x` have the value last)."""
    return next((part for part in reversed(node.named_children) if part.type not in ("comment", "type_arguments")), None)


def _first(node: Syntax) -> Syntax | None:
    return next((part for part in node.named_children if part.type != "comment"), None)


def _wrapped(node: Syntax, depth: int) -> Expression:
    return expression(_inside(node), depth)


def _cast(node: Syntax, depth: int) -> Expression:
    """`x as T`, `x satisfies T`, `x!`: the value stands first."""
    return expression(_first(node), depth)


def _name(node: Syntax, _: int) -> Expression:
    return Name(text(node), line(node))


def _self(node: Syntax, _: int) -> Expression:
    return Name("self", line(node))


def _string(node: Syntax, _: int) -> Expression:
    return Literal(string(node), line(node))


def _number(node: Syntax, _: int) -> Expression:
    written = text(node).replace("_", "").rstrip("n")
    try:
        return Literal(int(written, 0), line(node))
    except ValueError:
        try:
            return Literal(float(written), line(node))
        except ValueError:
            return Unknown(line(node))


def _constant(node: Syntax, _: int) -> Expression:
    return Literal({"true": True, "false": False}.get(node.type), line(node))


def _template(node: Syntax, depth: int) -> Expression:
    """A template literal, a plain string where nothing is put in."""
    parts: list[Expression] = []
    for part in node.named_children:
        if part.type == "template_substitution":
            parts.append(expression(_inside(part), depth))
            continue
        written = unescaped(text(part)) if part.type == "escape_sequence" else text(part)
        if parts and isinstance(parts[-1], Literal) and isinstance(parts[-1].value, str):
            parts[-1] = Literal(parts[-1].value + written, parts[-1].line)
        else:
            parts.append(Literal(written, line(part)))
    if all(isinstance(part, Literal) for part in parts):
        return Literal("".join(str(part.value) for part in parts if isinstance(part, Literal)), line(node))
    return Template(tuple(parts), line(node))


def _chain(node: Syntax, depth: int) -> Expression:
    """Calls, members and subscripts, which nest to the left: a hundred chained routes are a hundred levels deep."""
    links: list[Syntax] = []
    at: Syntax | None = node
    while at is not None and at.type in _OWNER:
        links.append(at)
        at = child(at, _OWNER[at.type]) if at.type in _FIELDS else _first(at)
    found = expression(at, depth)
    for link in reversed(links):
        if link.type == "member_expression":
            prop = child(link, "property")
            found = Attribute(found, text(prop), line(prop or link))
        elif link.type == "subscript_expression":
            found = _item(link, found, depth)
        elif link.type == "call_expression":
            found = _call(link, found, depth)
    return found


_FIELDS = {"member_expression": "object", "subscript_expression": "object", "call_expression": "function"}
_OWNER = {**_FIELDS, "non_null_expression": "", "parenthesized_expression": "", "await_expression": ""}


def _item(node: Syntax, owner: Expression, depth: int) -> Expression:
    index = expression(child(node, "index"), depth)
    if isinstance(index, Literal) and isinstance(index.value, str) and index.value.isidentifier():
        return Attribute(owner, index.value, index.line)
    return Item(owner, index, line(node))


def _call(node: Syntax, function: Expression, depth: int) -> Expression:
    given = child(node, "arguments")
    if given is not None and given.type == "template_string":
        return Call(function, (Argument(_template(given, depth)),), function.line)
    if isinstance(function, Attribute) and function.name == "bind" and _itself(node, given):
        return function.owner
    return Call(function, arguments(given, depth), function.line, type_arguments(child(node, "type_arguments"), depth))


def _itself(node: Syntax, given: Syntax | None) -> bool:
    """Whether a method is bound to what it is a method of, `this.list.bind(this)` or `orders.list.bind(orders)`: it stays the same to whoever calls it."""
    called = child(node, "function")
    bound = child(called, "object") if called is not None else None
    if given is None or given.named_child_count != 1 or bound is None:
        return False
    target = given.named_children[0]
    return target.type == "this" or text(target) == text(child(bound, "object"))


def _new(node: Syntax, depth: int) -> Expression:
    made = expression(child(node, "constructor"), depth)
    return Call(made, arguments(child(node, "arguments"), depth), line(node), type_arguments(child(node, "type_arguments"), depth))


def _import(node: Syntax, _: int) -> Expression:
    return Name("import", line(node))


def _regex(node: Syntax, _: int) -> Expression:
    pattern = Literal(text(child(node, "pattern")), line(node))
    return Call(Name("RegExp", line(node)), (Argument(pattern),), line(node))


def _array(node: Syntax, depth: int) -> Expression:
    return Sequence(arguments(node, depth), line(node))


def _object(node: Syntax, depth: int) -> Expression:
    entries: list[tuple[Expression | None, Expression]] = []
    for part in node.named_children:
        if part.type == "pair":
            entries.append(_entry(part, depth))
        elif part.type == "shorthand_property_identifier":
            entries.append((Literal(text(part), line(part)), Name(text(part), line(part))))
        elif part.type == "method_definition":
            entries.append((key(child(part, "name"), depth), _functions.method(part, (), depth)))
        elif part.type == "spread_element":
            entries.append((None, expression(_inside(part), depth)))
    return Mapping(tuple(entries), line(node))


def _entry(node: Syntax, depth: int) -> tuple[Expression, Expression]:
    """`key: value`; a function without a name has that of the key."""
    named, value = key(child(node, "key"), depth), expression(child(node, "value"), depth)
    if isinstance(value, Function) and not value.name and isinstance(named, Literal):
        value.name = str(named.value)
    return named, value


def _conditional(node: Syntax, depth: int) -> Expression:
    options = (expression(child(node, "consequence"), depth), expression(child(node, "alternative"), depth))
    return Choice(options, line(node))


def _binary(node: Syntax, depth: int) -> Expression:
    """`a + b` puts together, `a || b` and `a ?? b` choose, `a && b` is `b` if anything; the rest is arithmetic.  Long chains nest to the left."""
    operator = text(child(node, "operator"))
    operands: list[Expression] = []
    at: Syntax | None = node
    while at is not None and at.type == "binary_expression" and text(child(at, "operator")) == operator:
        operands.append(expression(child(at, "right"), depth))
        at = child(at, "left")
    operands.append(expression(at, depth))
    operands.reverse()
    if operator == "+":
        return Template(tuple(operands), line(node))
    if operator in ("||", "??"):
        return Choice(tuple(operands), line(node))
    if operator == "&&":
        return Choice(tuple(reversed(operands)), line(node), every=True)
    if operator in ("===", "==", "!==", "!="):
        return Call(Name(operator[0] + "==", line(node)), tuple(map(Argument, operands)), line(node))
    if operator == "*" and any(isinstance(each, Literal) for each in operands):  # `15 * MINUTE`
        return _product(operands, line(node))
    return Unknown(line(node), tuple(operands))


def _product(operands: list[Expression], at: int) -> Expression:
    """`15 * 60 * 1000` as a number; with names in it, a call that the language's library answers."""
    numbers = [each.value for each in operands if isinstance(each, Literal) and isinstance(each.value, int)]
    if len(numbers) < len(operands):
        return Call(Name("a*b", at), tuple(map(Argument, operands)), at)
    found = prod(numbers)
    return Literal(found, at) if abs(found) < MAX_NUMBER else Unknown(at)


def _unary(node: Syntax, depth: int) -> Expression:
    inner = expression(child(node, "argument") or _inside(node), depth)
    if has_token(node, "-") and isinstance(inner, Literal) and isinstance(inner.value, (int, float)):
        return Literal(-inner.value, inner.line)
    return Literal(None, line(node)) if has_token(node, "void") and isinstance(inner, Literal) else Unknown(line(node), (inner,))


def _assigned(node: Syntax, depth: int) -> Expression:
    """An assignment inside an expression has the value of its right side; statements take it apart (`statements.py`)."""
    return expression(child(node, "right"), depth)


def _function(node: Syntax, depth: int) -> Expression:
    return _functions.function(node, depth)


def _class(node: Syntax, depth: int) -> Expression:
    return _functions.class_of(node, depth)


_LOWER: dict[str, Callable[[Syntax, int], Expression]] = {
    "identifier": _name, "property_identifier": _name, "private_property_identifier": _name, "shorthand_property_identifier": _name,
    "type_identifier": _name, "this": _self, "super": _name, "meta_property": _name, "import": _import,
    "string": _string, "number": _number, "template_string": _template, "regex": _regex,
    "true": _constant, "false": _constant, "null": _constant, "undefined": _constant,
    "member_expression": _chain, "subscript_expression": _chain, "call_expression": _chain,
    "non_null_expression": _chain, "parenthesized_expression": _chain, "await_expression": _chain,
    "as_expression": _cast, "satisfies_expression": _cast, "type_assertion": _wrapped,
    "instantiation_expression": _cast, "yield_expression": _wrapped, "sequence_expression": _wrapped, "spread_element": _wrapped,
    "new_expression": _new, "array": _array, "object": _object, "ternary_expression": _conditional, "binary_expression": _binary,
    "unary_expression": _unary, "update_expression": _unary, "assignment_expression": _assigned,
    "augmented_assignment_expression": _assigned,
    "arrow_function": _function, "function_expression": _function, "generator_function": _function, "class": _class,
}  # fmt: skip
