"""C#'s expressions, types and parameters, lowered from tree-sitter's tree.

Source: https://learn.microsoft.com/dotnet/csharp/language-reference/language-specification/expressions.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator, Sequence
from typing import TYPE_CHECKING

from ctxgen.source import ir
from ctxgen.source.later import later

if TYPE_CHECKING:
    from tree_sitter import Node as Syntax

DEPTH = 150
_ESCAPE = re.compile(r"\\(?:u([0-9a-fA-F]{4})|x([0-9a-fA-F]{1,4})|(.))", re.DOTALL)
_ESCAPED = {"n": "\n", "t": "\t", "r": "\r", "0": "\0"}

Body = Callable[["Syntax | None", int], tuple[ir.Statement, ...]]


def text_of(node: Syntax | None) -> str:
    return (node.text or b"").decode("utf-8", "replace") if node is not None else ""


def line_of(node: Syntax) -> int:
    row: int = node.start_point[0]
    return row + 1


def named(node: Syntax | None) -> list[Syntax]:
    """The named children without comments and directives; every arm of `#if` is there."""
    if node is None:
        return []
    children = node.named_children
    if not any(child.type == "comment" or child.type.startswith("preproc_") for child in children):
        return children
    found: list[Syntax] = []
    work = children[::-1]
    while work:
        each = work.pop()
        if not each.type.startswith("preproc_"):
            found += [each] if each.type != "comment" else []
        elif each.type.startswith(("preproc_if", "preproc_el")):
            condition = each.child_by_field_name("condition")
            work += [child for child in each.named_children[::-1] if child != condition]
    return found


# ---------------------------------------------------------------------------------------------- types


def type_of(node: Syntax | None, depth: int = 0) -> ir.Expression | None:
    """A type by its simple name; arguments that matter as `Item`, arrays as `Item(list, element)`."""
    if node is None or depth > DEPTH:
        return None
    line = line_of(node)
    match node.type:
        case "identifier" | "predefined_type":
            return ir.Name(text_of(node), line)
        case "qualified_name" | "alias_qualified_name":
            return type_of(node.child_by_field_name("name"), depth + 1)
        case "generic_name":
            children = named(node)
            inner = [type_of(each, depth + 1) for child in children[1:] for each in named(child)]
            first = next((each for each in inner if each is not None), None)
            owner = ir.Name(text_of(children[0]), line)
            return ir.Item(owner, first, line) if first is not None else owner
        case "nullable_type":
            return ir.Item(ir.Name("Nullable", line), type_of(node.child_by_field_name("type"), depth + 1) or ir.Unknown(line), line)
        case "array_type":
            return ir.Item(ir.Name("list", line), type_of(node.child_by_field_name("type"), depth + 1) or ir.Unknown(line), line)
        case "implicit_type":
            return None
    return ir.Unknown(line)


def parameters(node: Syntax | None, depth: int, body: Body) -> tuple[ir.Parameter, ...]:
    """The parameters of a method, constructor, record or lambda; that of `this` of an extension method among them, marked by the decorator `this`."""
    found = []
    children = named(node)
    last = children[-1] if children else None
    for each in children:
        if each.type == "implicit_parameter":
            found.append(ir.Parameter(text_of(each), line_of(each)))
            continue
        if each.type != "parameter":  # `params string[] rest` has no node of its own
            if each == last and node is not None and node.child_by_field_name("name") == last:
                listed = type_of(node.child_by_field_name("type"))
                found.append(ir.Parameter(text_of(each), line_of(each), listed, variadic=True))
            continue
        name = each.child_by_field_name("name")
        kind = each.child_by_field_name("type")
        rest = [child for child in named(each) if child not in (name, kind) and child.type not in ("attribute_list", "modifier")]
        marks = [text_of(child) for child in each.children if child.type == "modifier"]
        decorators = (*attributes(each, depth, body), *((ir.Name("this", line_of(each)),) if "this" in marks else ()))
        default = expression(rest[-1], depth, body) if rest else None
        found.append(ir.Parameter(text_of(name), line_of(each), type_of(kind), default, decorators, variadic="params" in marks))
    return tuple(found)


def attributes(node: Syntax, depth: int, body: Body) -> tuple[ir.Expression, ...]:
    """The attributes before a declaration, by their names without `Attribute`; with arguments as calls."""
    found: list[ir.Expression] = []
    for block in node.children:
        for each in named(block) if block.type == "attribute_list" else ():
            if each.type != "attribute":
                continue
            kind = type_of(each.child_by_field_name("name")) or ir.Unknown(line_of(each))
            types: tuple[ir.Expression, ...] = (kind.key,) if isinstance(kind, ir.Item) else ()
            kind = kind.owner if isinstance(kind, ir.Item) else kind
            name = kind.name.removesuffix("Attribute") or kind.name if isinstance(kind, ir.Name) else ""
            given = next((child for child in named(each) if child.type == "attribute_argument_list"), None)
            called = ir.Name(name, line_of(each))
            found.append(ir.Call(called, arguments(given, depth, body), line_of(each), types) if given is not None or types else called)
    return tuple(found)


# ---------------------------------------------------------------------------------------------- expressions


def expression(node: Syntax | None, depth: int, body: Body) -> ir.Expression:
    """An expression; `body` lowers the statements of a lambda."""
    if node is None:
        return ir.Unknown(0)
    line = line_of(node)
    if depth > DEPTH:
        return ir.Unknown(line)
    depth += 1
    children = named(node)

    def field(name: str) -> ir.Expression:
        return expression(node.child_by_field_name(name), depth, body)

    match node.type:
        case "identifier":
            return ir.Name(text_of(node), line)
        case "this" | "this_expression":
            return ir.Name("self", line)
        case "base" | "base_expression":
            return ir.Name("super", line)
        case "predefined_type" | "generic_name" | "qualified_name" | "nullable_type":
            return type_of(node, depth) or ir.Unknown(line)
        case "string_literal" | "verbatim_string_literal" | "raw_string_literal":
            return ir.Literal(_string(node), line)
        case "interpolated_string_expression":
            return _interpolated(node, depth, body)
        case "integer_literal":
            digits = text_of(node).replace("_", "").rstrip("uUlL")
            return ir.Literal(int(digits), line) if digits.isascii() and digits.isdigit() and len(digits) < 19 else ir.Unknown(line)
        case "boolean_literal":
            return ir.Literal(text_of(node) == "true", line)
        case "null_literal":
            return ir.Literal(None, line)
        case "member_access_expression":
            name = node.child_by_field_name("name")
            return ir.Attribute(field("expression"), _simple(name), line_of(name) if name is not None else line)
        case "conditional_access_expression":
            return _conditional(node, depth, body)
        case "invocation_expression":
            return _invocation(node, depth, body)
        case "object_creation_expression" | "implicit_object_creation_expression":
            return _creation(node, depth, body)
        case "anonymous_object_creation_expression":
            return ir.Mapping(_properties(node, depth, body), line)
        case "initializer_expression" if _assigns(children):
            return ir.Mapping(_entries(children, depth, body), line)
        case "initializer_expression":
            return ir.Sequence(tuple(ir.Argument(expression(each, depth, body)) for each in children), line)
        case "array_creation_expression" | "implicit_array_creation_expression" | "stackalloc_expression":
            inner = next((child for child in children if child.type == "initializer_expression"), None)
            return expression(inner, depth, body) if inner is not None else ir.Sequence((), line)
        case "collection_expression":
            target = next((text_of(child) for child in children if child.type == "ERROR"), "")
            if len(children) == 1 and target.isidentifier():  # the grammar takes the `method` of `[method]` for the target of an attribute
                return ir.Sequence((ir.Argument(ir.Name(target, line)),), line)
            inner_elements = [each for child in children for each in (named(child) if child.type == "collection_element" else [child])]
            return ir.Sequence(
                tuple(
                    ir.Argument(expression(named(each)[0] if named(each) else None, depth, body), spread=each.type == "spread_element")
                    for each in inner_elements
                ),
                line,
            )
        case "binary_expression":
            operator = text_of(node.child_by_field_name("operator"))
            sides = (field("left"), field("right"))
            return ir.Template(sides, line) if operator == "+" else ir.Choice(sides, line) if operator == "??" else ir.Unknown(line, sides)
        case "conditional_expression":
            options = (field("consequence"), field("alternative"))
            absent = text_of(node.child_by_field_name("condition")).endswith(("is null", "== null"))
            return ir.Choice(options[::-1] if absent else options, line)  # `x is null ? y : x` is x where that is known
        case "switch_expression":
            arms = [named(child) for child in children if child.type == "switch_expression_arm"]
            return ir.Choice(tuple(expression(arm[-1], depth, body) for arm in arms if arm), line)
        case "lambda_expression" | "anonymous_method_expression":
            return _lambda(node, depth, body)
        case (
            "await_expression"
            | "parenthesized_expression"
            | "postfix_unary_expression"
            | "checked_expression"
            | "ref_expression"
            | "throw_expression"
        ):
            return expression(children[0] if children else None, depth, body)
        case "cast_expression":
            return field("value")
        case "as_expression":
            return field("left")
        case "element_access_expression":
            given = arguments(node.child_by_field_name("subscript"), depth, body)
            return ir.Item(field("expression"), given[0].value if given else ir.Unknown(line), line)
        case "assignment_expression":
            return ir.Unknown(line, (field("right"),))
        case "typeof_expression":
            return type_of(node.child_by_field_name("type"), depth) or ir.Unknown(line)
        case "tuple_pattern":
            return ir.Sequence(tuple(ir.Argument(expression(each, depth, body)) for each in children), line)
        case "declaration_expression":
            return field("name")
        case "tuple_expression":
            return ir.Sequence(arguments(node, depth, body), line)
        case "with_expression" | "is_pattern_expression" | "is_expression" | "prefix_unary_expression":
            return ir.Unknown(line, tuple(expression(each, depth, body) for each in children[:1]))
    return ir.Unknown(line)


def _simple(node: Syntax | None) -> str:
    """A name without its type arguments."""
    return text_of(named(node)[0]) if node is not None and node.type == "generic_name" and named(node) else text_of(node)


def _string(node: Syntax) -> str:
    inner = text_of(node)
    if node.type == "verbatim_string_literal":
        return inner[2:-1].replace('""', '"')
    if node.type == "raw_string_literal":
        return inner.strip('"').strip()
    return _unescaped(inner[1:-1] if inner.endswith('"') else inner[1:])


def _unescaped(written: str) -> str:
    def replaced(match: re.Match[str]) -> str:
        code = match[1] or match[2]
        made = chr(int(code, 16)) if code else _ESCAPED.get(match[3], match[3])
        return made if not "\ud800" <= made <= "\udfff" else "\ufffd"

    return _ESCAPE.sub(replaced, written) if "\\" in written else written


def _interpolated(node: Syntax, depth: int, body: Body) -> ir.Expression:
    parts: list[ir.Expression] = []
    for child in node.named_children:
        if child.type == "interpolation":
            inner = [
                each
                for each in named(child)
                if each.type not in ("interpolation_brace", "interpolation_format_clause", "interpolation_alignment_clause")
            ]
            parts.append(expression(inner[0] if inner else None, depth, body))
        elif child.type in ("string_content", "escape_sequence", "interpolated_string_text"):
            parts += _content(text_of(child), line_of(child))
    return ir.Template(tuple(parts) or (ir.Literal("", line_of(node)),), line_of(node))


_BRACED = re.compile(r"\{\{\{([A-Za-z_]\w{0,80}(?:\.\w{1,80}){0,8})\}\}\}")


def _content(written: str, line: int) -> Iterator[ir.Expression]:
    """What stands between interpolations; of `{{{Id}}}`, a brace around one, the grammar sees none."""
    parts = _BRACED.split(written)
    last = len(parts) - 1
    for index, part in enumerate(parts):
        if index % 2 == 0:
            text = ("}" if index else "") + _unescaped(part).replace("{{", "{").replace("}}", "}") + ("{" if index < last else "")
            if text:
                yield ir.Literal(text, line)
        else:
            first, *rest = part.split(".")
            named: ir.Expression = ir.Name(first, line)
            for each in rest:
                named = ir.Attribute(named, each, line)
            yield named


def arguments(node: Syntax | None, depth: int, body: Body) -> tuple[ir.Argument, ...]:
    """The arguments of a call or attribute."""
    found = []
    for each in named(node):
        if each.type not in ("argument", "attribute_argument"):
            continue
        name = each.child_by_field_name("name")
        values = [child for child in named(each) if child != name]
        found.append(ir.Argument(expression(values[-1] if values else None, depth, body), text_of(name) or None))
    return tuple(found)


def _invocation(node: Syntax, depth: int, body: Body) -> ir.Expression:
    function = node.child_by_field_name("function")
    given = arguments(node.child_by_field_name("arguments"), depth, body)
    line = line_of(node)
    if function is None:
        return ir.Unknown(line)
    if function.type == "identifier" and text_of(function) == "nameof" and given:
        inner = given[0].value
        return ir.Literal(inner.name if isinstance(inner, (ir.Name, ir.Attribute)) else "", line)
    name = function.child_by_field_name("name") if function.type == "member_access_expression" else function
    types = tuple(
        kind
        for child in (named(name)[1:] if name is not None and name.type == "generic_name" else ())
        for each in named(child)
        if (kind := type_of(each)) is not None
    )
    called = ir.Name(_simple(function), line) if function.type == "generic_name" else expression(function, depth, body)
    return ir.Call(called, given, called.line if isinstance(called, ir.Attribute) else line, types)


def _conditional(node: Syntax, depth: int, body: Body) -> ir.Expression:
    """`a?.b`: as `a.b`."""
    children = named(node)
    owner = expression(node.child_by_field_name("condition"), depth, body)
    bound = children[-1] if len(children) > 1 else None
    name = bound.child_by_field_name("name") if bound is not None and bound.type == "member_binding_expression" else None
    return ir.Attribute(owner, _simple(name), line_of(node)) if name is not None else ir.Unknown(line_of(node), (owner,))


def _creation(node: Syntax, depth: int, body: Body) -> ir.Expression:
    kind = type_of(node.child_by_field_name("type"))
    kind = kind.owner if isinstance(kind, ir.Item) else kind
    line = line_of(node)
    initializer = node.child_by_field_name("initializer") or next(
        (child for child in named(node) if child.type == "initializer_expression"), None
    )
    listed = node.child_by_field_name("arguments") or next((child for child in named(node) if child.type == "argument_list"), None)
    given = arguments(listed, depth, body)
    inner = named(initializer)
    if initializer is not None and not given and _assigns(inner):
        return ir.Mapping(_entries(inner, depth, body), line, kind)
    if initializer is not None and inner and not given:  # `new List<string> { "a", "b" }`
        return expression(initializer, depth, body)
    return ir.Call(kind or ir.Unknown(line), given, line)


def _assigns(children: Sequence[Syntax]) -> bool:
    return bool(children) and all(child.type == "assignment_expression" for child in children)


def _entries(children: Sequence[Syntax], depth: int, body: Body) -> tuple[tuple[ir.Expression | None, ir.Expression], ...]:
    """`Name = value` of an initialiser, `["key"] = value` of a dictionary's."""
    found: list[tuple[ir.Expression | None, ir.Expression]] = []
    for child in children:
        left = child.child_by_field_name("left")
        keys = named(left) if left is not None and left.type in ("element_binding_expression", "bracketed_argument_list") else []
        inner = named(keys[0]) if keys else []
        key = expression(inner[0] if inner else None, depth, body) if keys else ir.Literal(text_of(left), line_of(child))
        found.append((key, expression(child.child_by_field_name("right"), depth, body)))
    return tuple(found)


def _properties(node: Syntax, depth: int, body: Body) -> tuple[tuple[ir.Expression | None, ir.Expression], ...]:
    """`Name = value` of an anonymous object, or a value that gives its own name to the property."""
    found: list[tuple[ir.Expression | None, ir.Expression]] = []
    children = [child for child in node.children if child.type != "comment"]
    for index, child in enumerate(children):
        follower = children[index + 1].type if index + 1 < len(children) else ""
        if not child.is_named or follower == "=":
            continue
        value = expression(child, depth, body)
        if children[index - 1].type == "=" and index > 1:
            found.append((ir.Literal(text_of(children[index - 2]), line_of(child)), value))
        elif isinstance(value, ir.Name | ir.Attribute):
            found.append((ir.Literal(value.name, line_of(child)), value))
    return tuple(found)


def _lambda(node: Syntax, depth: int, body: Body) -> ir.Function:
    inner = node.child_by_field_name("body") or next((child for child in named(node) if child.type == "block"), None)
    given = node.child_by_field_name("parameters")
    found = parameters(given, depth, body) if given is not None and given.type != "implicit_parameter" else ()
    if given is not None and given.type == "implicit_parameter":
        found = (ir.Parameter(text_of(given), line_of(given)),)
    made = later(inner, lambda block: body(block, depth)) if inner is not None else tuple
    return ir.Function("", line_of(node), found, made, decorators=attributes(node, depth, body), end=int(node.end_point[0]) + 1)
