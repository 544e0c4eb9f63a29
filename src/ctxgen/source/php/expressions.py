"""PHP's expressions, types, parameters and attributes, lowered from tree-sitter's tree.

Names of classes are paths with dots (`App.Models.Order`); `$` is left out of variables.
Source: https://www.php.net/manual/en/language.expressions.php.
"""

from __future__ import annotations

import re
from collections.abc import Callable
from typing import TYPE_CHECKING

from ctxgen.source import ir
from ctxgen.source.later import later
from ctxgen.source.php.annotations import stated

if TYPE_CHECKING:
    from tree_sitter import Node as Syntax

DEPTH = 150
_ESCAPES = {"n": "\n", "t": "\t", "r": "\r", "v": "\v", "e": "\x1b", "f": "\f", "$": "$", '"': '"', "\\": "\\"}
_NUMBERED = re.compile(r"\\(?:u\{([0-9a-fA-F]{1,6})\}|x([0-9a-fA-F]{1,2})|([0-7]{1,3}))")
_SELF = {"self", "static", "this"}
_CALLS = {"member_call_expression", "nullsafe_member_call_expression", "scoped_call_expression", "function_call_expression"}
_SAME = {"parenthesized_expression", "cast_expression", "error_suppression_expression", "clone_expression", "print_intrinsic", "reference_assignment_expression", "by_ref", "throw_expression"}  # fmt: skip

Body = Callable[["Syntax | None", int], tuple[ir.Statement, ...]]


class Context:
    """What lowering must know of the file: its folder (`__DIR__`), namespace and imports, how bodies of functions and anonymous classes are lowered."""

    def __init__(self, path: str, body: Body, members: Callable[[Syntax, int], ir.Class]) -> None:
        self.path, self.body, self.anonymous = path, body, members
        self.package = ""
        self.uses: dict[str, str] = {}

    def whole(self, path: str) -> str:
        """A qualified name as a path from the root, with a dot before it; a plain name as it is."""
        first, dot, rest = path.partition(".")
        if not dot or not first:
            return path
        return f".{self.uses[first]}.{rest}" if first in self.uses else f".{self.package}.{path}" if self.package else f".{path}"

    @property
    def folder(self) -> str:
        return self.path.rpartition("/")[0]


def text_of(node: Syntax | None) -> str:
    return (node.text or b"").decode("utf-8", "replace") if node is not None else ""


def line_of(node: Syntax) -> int:
    row: int = node.start_point[0]
    return row + 1


def named(node: Syntax | None) -> list[Syntax]:
    return [child for child in node.named_children if child.type != "comment"] if node is not None else []


def path_of(node: Syntax | None) -> str:
    """The name of a class, function or namespace, with dots."""
    text = text_of(node)
    return text.removeprefix("namespace\\").strip("\\").replace("\\", ".") if "\\" in text else text


def class_name(node: Syntax | None, context: Context) -> ir.Expression:
    """What stands before `::`, after `new`, in `extends`; a qualified name is a path from the root with a dot before it."""
    if node is None:
        return ir.Unknown(0)
    line, text = line_of(node), text_of(node)
    if node.type == "relative_scope" or text in _SELF:
        return ir.Name("super" if text == "parent" else "self", line)
    path = path_of(node)
    return ir.Name(f".{path}" if text.startswith("\\") and "." in path else context.whole(path), line)


# ---------------------------------------------------------------------------------------------- types


def type_of(node: Syntax | None, context: Context) -> ir.Expression | None:
    """A type; the first of a union or intersection that is a class, `Item(Nullable, T)` where it may be null."""
    if node is None:
        return None
    line = line_of(node)
    match node.type:
        case "optional_type":
            inner = type_of(next(iter(named(node)), None), context)
            return ir.Item(ir.Name("Nullable", line), inner, line) if inner is not None else None
        case "union_type" | "intersection_type" | "disjunctive_normal_form_type":
            parts = [each for each in named(node) if text_of(each) != "null"]
            best = next((each for each in parts if each.type == "named_type"), parts[0] if parts else None)
            inner = type_of(best, context)
            nullable = len(parts) < len(named(node))
            return ir.Item(ir.Name("Nullable", line), inner, line) if nullable and inner is not None else inner
        case "named_type":
            return class_name(next(iter(named(node)), node), context)
        case "primitive_type" | "bottom_type":
            return ir.Name(text_of(node), line)
    return class_name(node, context)


def variable(node: Syntax | None) -> str:
    """The name of a variable without its `$`."""
    return text_of(node).lstrip("$&.")


def parameters(node: Syntax | None, depth: int, context: Context) -> tuple[ir.Parameter, ...]:
    """The parameters of a function; one that makes a property is marked by the decorator `property`."""
    found = []
    for each in named(node):
        if each.type not in ("simple_parameter", "property_promotion_parameter", "variadic_parameter"):
            continue
        default = each.child_by_field_name("default_value")
        marks = (ir.Name("property", line_of(each)),) if each.type == "property_promotion_parameter" else ()
        found.append(
            ir.Parameter(
                variable(each.child_by_field_name("name")),
                line_of(each),
                type_of(each.child_by_field_name("type"), context),
                expression(default, depth, context) if default is not None else None,
                (*attributes(each, depth, context), *marks),
                variadic=each.type == "variadic_parameter",
            )
        )
    return tuple(found)


def attributes(node: Syntax, depth: int, context: Context) -> tuple[ir.Expression, ...]:
    """The attributes of a declaration (`#[Route("/x")]`), as calls or names; the annotations of its doc comment after them."""
    found: list[ir.Expression] = []
    for group in (child for block in node.children if block.type == "attribute_list" for child in named(block)):
        for each in named(group):
            children = named(each)
            if each.type != "attribute" or not children:
                continue
            called = class_name(children[0], context)
            given = each.child_by_field_name("parameters")
            found.append(ir.Call(called, arguments(given, depth, context), line_of(each)) if given is not None else called)
    comment = node.prev_sibling
    if comment is not None and comment.type == "comment" and (text := comment.text or b"").startswith(b"/**") and b"@" in text:
        found += stated(text.decode("utf-8", "replace"), line_of(comment), context.whole)
    return tuple(found)


# ---------------------------------------------------------------------------------------------- expressions


def expression(node: Syntax | None, depth: int, context: Context) -> ir.Expression:
    """An expression; chains of calls are walked in a loop, since fluent settings get long."""
    chain: list[Syntax] = []
    while node is not None and node.type in _CALLS and node.type.startswith(("member", "nullsafe")) and len(chain) < 1_000:
        chain.append(node)
        node = node.child_by_field_name("object")
    found = _expression(node, depth, context)
    for call in reversed(chain):
        name = call.child_by_field_name("name")
        line = line_of(name) if name is not None else line_of(call)
        called = _member(found, name, line)
        given = call.child_by_field_name("arguments")
        found = called if _placeholder(given) else ir.Call(called, arguments(given, depth + 1, context), line)
    return found


def _member(owner: ir.Expression, name: Syntax | None, line: int) -> ir.Expression:
    """The method of a call; one whose name a variable holds (`$router->$verb(…)`) is looked up by it."""
    if name is not None and name.type == "variable_name":
        return ir.Item(owner, ir.Name(variable(name), line), line)
    return ir.Attribute(owner, text_of(name), line) if name is not None and name.type == "name" else ir.Unknown(line, (owner,))


def _placeholder(node: Syntax | None) -> bool:
    """`f(...)`: the function itself."""
    children = named(node)
    return len(children) == 1 and (
        children[0].type == "variadic_placeholder" or [c.type for c in named(children[0])] == ["variadic_placeholder"]
    )


def arguments(node: Syntax | None, depth: int, context: Context) -> tuple[ir.Argument, ...]:
    found = []
    for each in named(node):
        if each.type != "argument":
            continue
        keyword = each.child_by_field_name("name")
        values = [child for child in named(each) if child != keyword and child.type != "reference_modifier"]
        inner = values[-1] if values else None
        spread = inner is not None and inner.type == "variadic_unpacking"
        value = expression(next(iter(named(inner)), None) if spread else inner, depth, context)
        found.append(ir.Argument(value, text_of(keyword) or None, spread))
    return tuple(found)


def _expression(node: Syntax | None, depth: int, context: Context) -> ir.Expression:
    if node is None:
        return ir.Unknown(0)
    line = line_of(node)
    if depth > DEPTH:
        return ir.Unknown(line)
    depth += 1

    def field(name: str) -> ir.Expression:
        return expression(node.child_by_field_name(name), depth, context)

    match node.type:
        case "variable_name":
            text = text_of(node).lstrip("$")
            return ir.Name("self" if text == "this" else text, line)
        case "name" | "qualified_name":
            return _constant(node, line, context)
        case "string" | "encapsed_string" | "heredoc" | "nowdoc":
            return _string(node, depth, context)
        case "integer":
            digits = text_of(node).replace("_", "")
            return ir.Literal(int(digits), line) if digits.isascii() and digits.isdigit() and len(digits) < 19 else ir.Unknown(line)
        case "boolean":
            return ir.Literal(text_of(node).lower() == "true", line)
        case "null":
            return ir.Literal(None, line)
        case "array_creation_expression" | "list_literal":
            return _array(node, depth, context)
        case "member_access_expression" | "nullsafe_member_access_expression":
            owner, name = field("object"), node.child_by_field_name("name")
            if text_of(name) == "value" and isinstance(owner, ir.Attribute) and owner.name[:1].isupper():
                return owner  # the value of an enumeration's case
            return ir.Attribute(owner, text_of(name), line_of(name) if name is not None else line)
        case "scoped_property_access_expression":
            return ir.Attribute(class_name(node.child_by_field_name("scope"), context), variable(node.child_by_field_name("name")), line)
        case "class_constant_access_expression":
            children = named(node)
            scope = _expression(children[0], depth, context) if children[0].type == "variable_name" else class_name(children[0], context)
            constant = text_of(children[-1])
            return scope if constant == "class" else ir.Attribute(scope, constant, line)
        case "scoped_call_expression":
            scope_node, name = node.child_by_field_name("scope"), node.child_by_field_name("name")
            plain = scope_node is not None and scope_node.type in ("name", "qualified_name", "relative_scope")
            owner = class_name(scope_node, context) if plain else expression(scope_node, depth, context)
            at = line_of(name) if name is not None else line
            called = _member(owner, name, at)
            given = node.child_by_field_name("arguments")
            return called if _placeholder(given) else ir.Call(called, arguments(given, depth, context), at)
        case "function_call_expression":
            function = node.child_by_field_name("function")
            given = node.child_by_field_name("arguments")
            made: ir.Expression = (
                ir.Name(path_of(function), line)
                if function is not None and function.type in ("name", "qualified_name")
                else expression(function, depth, context)
            )
            return made if _placeholder(given) else ir.Call(made, arguments(given, depth, context), line)
        case "object_creation_expression":
            return _creation(node, depth, context)
        case "anonymous_function" | "arrow_function" | "anonymous_function_creation_expression":
            inner = node.child_by_field_name("body")
            return ir.Function(
                "",
                line,
                parameters(node.child_by_field_name("parameters"), depth, context),
                later(inner, lambda block: context.body(block, depth)) if inner is not None else tuple,
                end=int(node.end_point[0]) + 1,
            )
        case "binary_expression":
            operator = text_of(node.child_by_field_name("operator"))
            if operator == ".":
                return ir.Template(_concatenated(node, depth, context), line)
            sides = (field("left"), field("right"))
            if operator == "+":
                return ir.Sequence(tuple(ir.Argument(side, spread=True) for side in sides), line)
            return ir.Choice(sides, line) if operator in ("??", "?:", "||", "or") else ir.Unknown(line, sides)
        case "conditional_expression":
            options = [node.child_by_field_name(key) for key in ("body", "alternative")]
            first = options[0] if options[0] is not None else node.child_by_field_name("condition")
            return ir.Choice((expression(first, depth, context), field("alternative")), line)
        case "match_expression":
            arms = [each.child_by_field_name("return_expression") for each in named(node.child_by_field_name("body"))]
            return ir.Choice(tuple(expression(arm, depth, context) for arm in arms if arm is not None), line)
        case "assignment_expression":
            return field("right")
        case "subscript_expression":
            children = named(node)
            key = expression(children[1], depth, context) if len(children) > 1 else ir.Unknown(line)
            return ir.Item(expression(children[0], depth, context), key, line)
        case "require_expression" | "require_once_expression" | "include_expression" | "include_once_expression":
            target = expression(next(iter(named(node)), None), depth, context)
            return ir.Call(ir.Name("require", line), (ir.Argument(target),), line)
        case kind if kind in _SAME:
            children = named(node)
            return expression(children[-1] if children else None, depth, context)
    return ir.Unknown(line)


def _constant(node: Syntax, line: int, context: Context) -> ir.Expression:
    """A constant: a magic one, or one of the library or repository."""
    match text := text_of(node):
        case "__DIR__":
            return ir.Literal(f"./{context.folder}" if context.folder else ".", line)
        case "__FILE__":
            return ir.Literal(f"./{context.path}", line)
        case "DIRECTORY_SEPARATOR":
            return ir.Literal("/", line)
        case "__CLASS__":
            return ir.Name("self", line)
    return class_name(node, context) if text else ir.Unknown(line)


def _concatenated(node: Syntax, depth: int, context: Context) -> tuple[ir.Expression, ...]:
    """The parts of `a . b . c`, walked in a loop along the left side."""
    parts: list[ir.Expression] = []
    each: Syntax | None = node
    while (
        each is not None
        and each.type == "binary_expression"
        and text_of(each.child_by_field_name("operator")) == "."
        and len(parts) < 1_000
    ):
        parts.append(expression(each.child_by_field_name("right"), depth, context))
        each = each.child_by_field_name("left")
    parts.append(expression(each, depth, context))
    return tuple(reversed(parts))


def _string(node: Syntax, depth: int, context: Context) -> ir.Expression:
    line = line_of(node)
    holder = node
    if node.type in ("heredoc", "nowdoc"):
        body = node.child_by_field_name("value")
        if body is None:
            return ir.Literal("", line)
        holder = body
    quoted = node.type == "string"
    parts: list[ir.Expression] = []
    text = ""
    for child in holder.named_children:
        match child.type:
            case "string_content" | "nowdoc_string" | "string_value":
                text += text_of(child)
            case "escape_sequence":
                text += _unescaped(text_of(child), quoted)
            case "comment":
                continue
            case _:
                if text:
                    parts.append(ir.Literal(text, line))
                    text = ""
                parts.append(expression(child, depth, context))
    if not parts:
        return ir.Literal(text, line)
    return ir.Template((*parts, *((ir.Literal(text, line),) if text else ())), line)


def _unescaped(written: str, quoted: bool) -> str:
    if quoted:
        return written[1:] if written[1:] in ("'", "\\") else written
    if (match := _NUMBERED.fullmatch(written)) is not None:
        code = int(match[1] or match[2] or match[3], 8 if match[3] else 16)
        return chr(code) if code < 0x110000 and not 0xD800 <= code <= 0xDFFF else "\ufffd"
    return _ESCAPES.get(written[1:], written)


def _array(node: Syntax, depth: int, context: Context) -> ir.Expression:
    """A list; a mapping if one of its elements has a key."""
    line = line_of(node)
    elements = [named(each) if each.type == "array_element_initializer" else [each] for each in named(node)]
    if not any(len(each) > 1 for each in elements):
        items = []
        for each in elements:
            inner = each[0] if each else None
            spread = inner is not None and inner.type == "variadic_unpacking"
            items.append(ir.Argument(expression(next(iter(named(inner)), None) if spread else inner, depth, context), spread=spread))
        return ir.Sequence(tuple(items), line)
    entries: list[tuple[ir.Expression | None, ir.Expression]] = []
    position = 0
    for each in elements:
        if len(each) > 1:
            entries.append((expression(each[0], depth, context), expression(each[1], depth, context)))
        elif each and each[0].type == "variadic_unpacking":
            entries.append((None, expression(next(iter(named(each[0])), None), depth, context)))
        elif each:
            entries.append((ir.Literal(position, line_of(each[0])), expression(each[0], depth, context)))
            position += 1
    return ir.Mapping(tuple(entries), line)


def _creation(node: Syntax, depth: int, context: Context) -> ir.Expression:
    children = named(node)
    line = line_of(node)
    if not children:
        return ir.Unknown(line)
    given = next((child for child in children if child.type == "arguments"), None)
    if children[0].type == "anonymous_class":
        return ir.Call(context.anonymous(children[0], depth), arguments(given, depth, context), line)
    plain = children[0].type in ("name", "qualified_name", "relative_scope")
    made = class_name(children[0], context) if plain else expression(children[0], depth, context)
    return ir.Call(made, arguments(given, depth, context), line)
