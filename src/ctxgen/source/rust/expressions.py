"""Rust's expressions, statements, patterns and types, lowered.

Source: https://doc.rust-lang.org/reference/expressions.html.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from typing import TYPE_CHECKING

from ctxgen.source import ir
from ctxgen.source.later import later
from ctxgen.source.rust.tokens import line_of, macro, string, text_of

if TYPE_CHECKING:
    from tree_sitter import Node as Syntax

DEPTH = 150
LINKS = 1_000
"""Calls of one chain."""
_TRANSPARENT = {
    "clone", "unwrap", "expect", "unwrap_or_default", "into", "to_owned", "to_string", "as_str", "as_ref", "as_mut", "iter", "into_iter",
    "iter_mut", "boxed", "to_vec", "cloned", "copied", "borrow", "await", "unwrap_or_else", "into_boxed_str", "leak", "deref",
}  # fmt: skip
"""Methods whose result is their owner, as far as it is followed."""
_POINTERS = {"Arc", "Rc", "Box", "Cow", "Mutex", "RwLock"}


def named(node: Syntax | None) -> list[Syntax]:
    return [child for child in node.named_children if child.type not in ("line_comment", "block_comment")] if node is not None else []


def spelled_last(what: ir.Expression | None) -> str:
    """The last name of a path or type."""
    match what:
        case ir.Name(name) | ir.Attribute(_, name):
            return name
        case ir.Item(owner):
            return spelled_last(owner)
    return ""


# ---------------------------------------------------------------------------------------------- types and patterns


def type_of(node: Syntax | None, depth: int = 0) -> ir.Expression | None:
    """A type by its names: what references, pointers and `Arc` point to, `Item(owner, argument)` for other generic types."""
    if node is None or depth > DEPTH:
        return None
    line = line_of(node)
    match node.type:
        case "type_identifier" | "identifier" | "primitive_type" | "self" | "crate" | "super":
            return ir.Name(text_of(node), line)
        case "scoped_type_identifier" | "scoped_identifier":
            owner, name = type_of(node.child_by_field_name("path"), depth + 1), text_of(node.child_by_field_name("name"))
            return ir.Name(name, line) if owner is None or owner == ir.Name("self", line) else ir.Attribute(owner, name, line)
        case "reference_type" | "pointer_type":
            return type_of(node.child_by_field_name("type"), depth + 1)
        case "generic_type" | "generic_type_with_turbofish":
            owner = type_of(node.child_by_field_name("type"), depth + 1) or ir.Unknown(line)
            inner = [each for each in named(node.child_by_field_name("type_arguments")) if each.type != "lifetime"]
            first = type_of(inner[0], depth + 1) if inner else None
            if first is None:
                return owner
            return first if spelled_last(owner) in _POINTERS else ir.Item(owner, first, line)
        case "abstract_type" | "dynamic_type":
            return type_of(node.child_by_field_name("trait"), depth + 1)
        case "array_type":
            return ir.Item(ir.Name("list", line), type_of(node.child_by_field_name("element"), depth + 1) or ir.Unknown(line), line)
        case "bounded_type" | "higher_ranked_trait_bound":
            inner = named(node)
            return type_of(inner[0], depth + 1) if inner else None
    return ir.Unknown(line)


def pattern(node: Syntax | None, depth: int) -> ir.Expression:
    """What a pattern binds: a name, or several of a tuple or struct."""
    if node is None or depth > DEPTH:
        return ir.Name("_", 1)
    line, inner = line_of(node), named(node)
    match node.type:
        case "identifier" | "shorthand_field_identifier":
            return ir.Name(text_of(node).removeprefix("r#"), line)
        case "tuple_pattern" | "slice_pattern":
            return ir.Sequence(tuple(ir.Argument(pattern(each, depth + 1)) for each in inner), line)
        case "tuple_struct_pattern" if len(inner) == 2:
            return pattern(inner[1], depth + 1)
        case "mut_pattern" | "ref_pattern" | "reference_pattern" | "captured_pattern":
            plain = [each for each in inner if each.type != "mutable_specifier"]
            return pattern(plain[0], depth + 1) if plain else ir.Name("_", line)
        case "match_pattern" if inner:
            return pattern(inner[0], depth + 1)
        case "struct_pattern":
            entries: list[tuple[ir.Expression | None, ir.Expression]] = []
            for each in inner:
                if each.type == "field_pattern":
                    name = each.child_by_field_name("name")
                    target = each.child_by_field_name("pattern") or name
                    entries.append(
                        (
                            ir.Name(text_of(name), line_of(each)),
                            pattern(target, depth + 1) if target is not name else ir.Name(text_of(name), line),
                        )
                    )
            return ir.Mapping(tuple(entries), line)
    return ir.Name("_", line)


# ---------------------------------------------------------------------------------------------- statements


def block(node: Syntax | None, depth: int, *, gives: bool = True) -> tuple[ir.Statement, ...]:
    """The statements of a block; its last expression is what it gives, where somebody takes it."""
    return tuple(_block(node, depth, gives)) if node is not None and depth <= DEPTH else ()


def _block(node: Syntax, depth: int, gives: bool) -> Iterator[ir.Statement]:
    children = named(node)
    for index, child in enumerate(children):
        last = gives and index == len(children) - 1
        match child.type:
            case "let_declaration":
                value = child.child_by_field_name("value")
                if value is not None:
                    target, kind = pattern(child.child_by_field_name("pattern"), depth), type_of(child.child_by_field_name("type"))
                    yield ir.Assign(target, expression(value, depth + 1), line_of(child), declares=True, type=kind)
            case "expression_statement":
                if inner := named(child):
                    yield from _statement(inner[0], depth + 1, last=last and not text_of(child).endswith(";"))
            case "empty_statement" | "attribute_item" | "inner_attribute_item":
                continue
            case _ if child.type.endswith(("_item", "_declaration")):
                from ctxgen.source.rust.lower import statements

                yield from statements([child], 0)
            case _:
                yield from _statement(child, depth + 1, last=last)


def _statement(node: Syntax, depth: int, *, last: bool) -> Iterator[ir.Statement]:
    line = line_of(node)
    if depth > DEPTH:
        return
    match node.type:
        case "return_expression":
            inner = named(node)
            yield ir.Return(expression(inner[0], depth + 1) if inner else ir.Unknown(line), line)
        case "assignment_expression" | "compound_assignment_expr":
            left, right = node.child_by_field_name("left"), node.child_by_field_name("right")
            if left is not None and right is not None:
                adds = node.type == "compound_assignment_expr" and text_of(node.child_by_field_name("operator")) == "+="
                yield ir.Assign(expression(left, depth + 1), expression(right, depth + 1), line, adds=adds)
        case "for_expression":
            target, iterable = pattern(node.child_by_field_name("pattern"), depth), node.child_by_field_name("value")
            over = expression(iterable, depth + 1) if iterable is not None else None
            yield ir.Loop(target, over, block(node.child_by_field_name("body"), depth + 1, gives=False), line)
        case "while_expression" | "loop_expression":
            yield ir.Loop(None, None, block(node.child_by_field_name("body"), depth + 1, gives=False), line)
        case "if_expression" | "match_expression":
            yield ir.Branch(tuple(_arms(node, depth, gives=last)), line)
        case "block" | "unsafe_block" | "async_block" if not last:
            yield ir.Block(block(_inside(node), depth + 1, gives=False), line)
        case _:
            yield (ir.Return if last else ir.Do)(expression(node, depth + 1), line)


def _inside(node: Syntax) -> Syntax | None:
    return node if node.type == "block" else next((child for child in node.named_children if child.type == "block"), None)


def _arms(node: Syntax, depth: int, *, gives: bool = True) -> Iterator[tuple[ir.Expression | None, tuple[ir.Statement, ...]]]:
    """The arms of `if` or `match`; what a pattern binds is set first."""
    if node.type == "match_expression":
        value, body = node.child_by_field_name("value"), node.child_by_field_name("body")
        matched = expression(value, depth + 1) if value is not None else ir.Unknown(line_of(node))
        for arm in named(body):
            result = arm.child_by_field_name("value")
            if arm.type == "match_arm" and result is not None:
                bound = ir.Assign(pattern(arm.child_by_field_name("pattern"), depth), matched, line_of(arm), declares=True)
                yield None, (bound, *_result(result, depth + 1, gives))
        return
    each: Syntax | None = node
    count = 0
    while each is not None and each.type == "if_expression" and count < DEPTH:
        count += 1
        condition, otherwise = each.child_by_field_name("condition"), each.child_by_field_name("alternative")
        bound_first: tuple[ir.Statement, ...] = ()
        test: ir.Expression | None = None
        if condition is not None and condition.type == "let_condition":
            value = condition.child_by_field_name("value")
            if value is not None:
                bound_first = (
                    ir.Assign(
                        pattern(condition.child_by_field_name("pattern"), depth),
                        expression(value, depth + 1),
                        line_of(condition),
                        declares=True,
                    ),
                )
        elif condition is not None:
            test = expression(condition, depth + 1)
        yield test, (*bound_first, *block(each.child_by_field_name("consequence"), depth + 1, gives=gives))
        inner = named(otherwise)
        each = inner[0] if inner else None
    if each is not None:
        yield None, _result(each, depth + 1, gives)


def _result(node: Syntax, depth: int, gives: bool) -> tuple[ir.Statement, ...]:
    if node.type == "block":
        return block(node, depth + 1, gives=gives)
    return tuple(_statement(node, depth + 1, last=gives))


# ---------------------------------------------------------------------------------------------- expressions


def expression(node: Syntax, depth: int) -> ir.Expression:
    if depth > DEPTH:
        return ir.Unknown(line_of(node))
    if node.type in _LINKS:
        return _chain(node, depth)
    lowered = _LOWER.get(node.type)
    return lowered(node, depth + 1) if lowered is not None else ir.Unknown(line_of(node))


_LINKS = {"call_expression", "field_expression", "await_expression", "try_expression"}


def _chain(node: Syntax, depth: int) -> ir.Expression:
    """`a.b(c).d?.e` from its start: a chain may be longer than what may stand inside one another."""
    links: list[tuple[Syntax, Syntax | None, Syntax | None]] = []
    """A call or field, its name, and type arguments."""
    each: Syntax | None = node
    while each is not None and each.type in _LINKS and len(links) < LINKS:
        if each.type == "field_expression":
            links.append((each, each.child_by_field_name("field"), None))
            each = each.child_by_field_name("value")
        elif each.type == "call_expression":
            called = each.child_by_field_name("function")
            types: Syntax | None = None
            if called is not None and called.type == "generic_function":
                types = called.child_by_field_name("type_arguments")
                called = called.child_by_field_name("function")
            if called is not None and called.type == "field_expression":
                links.append((each, called.child_by_field_name("field"), types))
                each = called.child_by_field_name("value")
            else:
                links.append((each, None, types))
                each = called
        else:
            inner = named(each)
            each = inner[0] if inner else None
    value = expression(each, depth + 1) if each is not None else ir.Unknown(line_of(node))
    for link, field, types in reversed(links):
        line = line_of(field) if field is not None else line_of(link)
        if link.type == "field_expression":
            name = text_of(field)
            value = (
                ir.Item(value, ir.Literal(int(name), line), line) if name.isdigit() and len(name) < 9 else ir.Attribute(value, name, line)
            )
            continue
        name = text_of(field)
        if name in _TRANSPARENT:
            continue
        function = ir.Attribute(value, name, line) if field is not None else value
        given = tuple(
            ir.Argument(expression(argument, depth + 1))
            for argument in named(link.child_by_field_name("arguments"))
            if argument.type != "attribute_item"
        )
        kinds = tuple(kind for argument in named(types) if (kind := type_of(argument)) is not None)
        value = ir.Call(function, given, line, kinds)
    return value


def _path(node: Syntax, depth: int) -> ir.Expression:
    return type_of(node) or ir.Unknown(line_of(node))


def _self_path(node: Syntax, depth: int) -> ir.Expression:
    return ir.Name("self", line_of(node))


def _first(node: Syntax, depth: int) -> ir.Expression:
    """What stands in brackets, behind `&`, `*` or `!`, or is cast."""
    inner = [child for child in named(node) if child.type != "mutable_specifier"]
    return expression(inner[0], depth) if inner else ir.Unknown(line_of(node))


def _list(node: Syntax, depth: int) -> ir.Expression:
    return ir.Sequence(tuple(ir.Argument(expression(each, depth)) for each in named(node) if each.type != "attribute_item"), line_of(node))


def _struct(node: Syntax, depth: int) -> ir.Expression:
    entries: list[tuple[ir.Expression | None, ir.Expression]] = []
    for each in named(node.child_by_field_name("body")):
        line = line_of(each)
        if each.type == "shorthand_field_initializer":
            entries.append((ir.Name(text_of(each), line), ir.Name(text_of(each), line)))
        elif each.type == "field_initializer" and (value := each.child_by_field_name("value")) is not None:
            entries.append((ir.Name(text_of(each.child_by_field_name("field")), line), expression(value, depth)))
        elif each.type == "base_field_initializer" and named(each):
            entries.append((None, expression(named(each)[0], depth)))
    return ir.Mapping(tuple(entries), line_of(node), type_of(node.child_by_field_name("name")))


def _closure(node: Syntax, depth: int) -> ir.Expression:
    body = node.child_by_field_name("body")
    parameters, parts = [], []
    for index, each in enumerate(named(node.child_by_field_name("parameters"))):
        kind = type_of(each.child_by_field_name("type")) if each.type == "parameter" else None
        target = pattern(each.child_by_field_name("pattern") if each.type == "parameter" else each, depth)
        name, line = spelled_last(target) or f"_{index}", line_of(each)
        parameters.append(ir.Parameter(name, line, kind))
        if isinstance(target, ir.Sequence):  # `|router, (path, handler)|`
            parts.append(ir.Assign(target, ir.Name(name, line), line, declares=True))

    def lowered(body: Syntax) -> tuple[ir.Statement, ...]:
        if body.type in ("block", "async_block"):
            return (*parts, *block(_inside(body), depth))
        return (*parts, ir.Return(expression(body, depth), line_of(body)))

    return ir.Function(
        "", line_of(node), tuple(parameters), later(body, lowered) if body is not None else tuple, end=int(node.end_point[0]) + 1
    )


def _called_block(node: Syntax, depth: int) -> ir.Expression:
    """A block as a value: what it gives."""
    body = block(_inside(node), depth)
    if len(body) == 1 and isinstance(body[0], ir.Return):
        return body[0].value
    return ir.Call(ir.Function("", line_of(node), (), lambda: body), (), line_of(node))


def _choice(node: Syntax, depth: int) -> ir.Expression:
    options: list[ir.Expression] = []
    for condition, body in _arms(node, depth):
        if condition is not None and isinstance(condition, ir.Call):
            options.append(ir.Unknown(line_of(node), (condition,)))
        options.append(body[0].value if len(body) == 1 and isinstance(body[0], ir.Return) else _of(body, line_of(node)))
    return ir.Choice(tuple(options), line_of(node))


def _of(body: tuple[ir.Statement, ...], line: int) -> ir.Expression:
    return ir.Call(ir.Function("", line, (), lambda: body), (), line)


def _binary(node: Syntax, depth: int) -> ir.Expression:
    """Texts that are put together; a product as a call of its operator."""
    left, right = node.child_by_field_name("left"), node.child_by_field_name("right")
    if left is None or right is None:
        return ir.Unknown(line_of(node))
    parts = (expression(left, depth), expression(right, depth))
    match text_of(node.child_by_field_name("operator")):
        case "+":
            return ir.Template(parts, line_of(node))
        case "*":
            return ir.Call(ir.Name(ir.PRODUCT, line_of(node)), tuple(ir.Argument(part) for part in parts), line_of(node))
    return ir.Unknown(line_of(node), parts)


def _index(node: Syntax, depth: int) -> ir.Expression:
    inner = named(node)
    if len(inner) != 2:
        return ir.Unknown(line_of(node))
    return ir.Item(expression(inner[0], depth), expression(inner[1], depth), line_of(node))


def _macro(node: Syntax, depth: int) -> ir.Expression:
    name = node.child_by_field_name("macro")
    tree = next((child for child in node.named_children if child.type == "token_tree"), None)
    path = type_of(name)
    return macro(path, tree, line_of(node), depth) if path is not None and tree is not None else ir.Unknown(line_of(node))


def _integer(node: Syntax, depth: int) -> ir.Expression:
    text = text_of(node).replace("_", "")
    return ir.Literal(int(text), line_of(node)) if text.isascii() and text.isdigit() and len(text) < 19 else ir.Unknown(line_of(node))


_LOWER: dict[str, Callable[[Syntax, int], ir.Expression]] = {
    "identifier": lambda node, depth: ir.Name(text_of(node).removeprefix("r#"), line_of(node)),
    "self": _self_path,
    "crate": _path,
    "super": _path,
    "scoped_identifier": _path,
    "generic_function": lambda node, depth: expression(node.child_by_field_name("function") or node.children[0], depth),
    "string_literal": lambda node, depth: string(node),
    "raw_string_literal": lambda node, depth: string(node),
    "integer_literal": _integer,
    "boolean_literal": lambda node, depth: ir.Literal(text_of(node) == "true", line_of(node)),
    "reference_expression": _first,
    "unary_expression": _first,
    "parenthesized_expression": _first,
    "type_cast_expression": _first,
    "array_expression": _list,
    "tuple_expression": _list,
    "struct_expression": _struct,
    "closure_expression": _closure,
    "block": _called_block,
    "unsafe_block": _called_block,
    "async_block": _called_block,
    "if_expression": _choice,
    "match_expression": _choice,
    "binary_expression": _binary,
    "index_expression": _index,
    "macro_invocation": _macro,
}
