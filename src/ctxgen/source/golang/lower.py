"""Go's syntax trees, lowered; bodies of functions and structs when they are first asked for.

Source: https://go.dev/ref/spec.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Iterator
from typing import TYPE_CHECKING

from ctxgen.source import ir
from ctxgen.tree import File

if TYPE_CHECKING:
    from tree_sitter import Node as Syntax

DEPTH = 150
_ESCAPES = {"n": "\n", "t": "\t", "r": "\r", "\\": "\\", '"': '"', "'": "'"}
_VERSION = re.compile(r"v\d{1,3}")


def lower(file: File) -> ir.Module:
    """The part of a package that a file is.  Raises `Unreadable` where its text takes too long to parse."""
    root = file.syntax("go")
    statements = tuple(each for child in root.named_children for each in _top(child))
    package = next(
        (_text(child.named_children[0]) for child in root.named_children if child.type == "package_clause" and child.named_children), ""
    )
    return ir.Module(file.path, "golang", statements, package)


def _text(node: Syntax | None) -> str:
    return (node.text or b"").decode("utf-8", "replace") if node is not None else ""


def _line(node: Syntax) -> int:
    row: int = node.start_point[0]
    return row + 1


def _named(node: Syntax | None) -> list[Syntax]:
    return [child for child in node.named_children if child.type != "comment"] if node is not None else []


# ---------------------------------------------------------------------------------------------- declarations


def _top(node: Syntax) -> Iterator[ir.Statement]:
    match node.type:
        case "import_declaration":
            for child in _named(node):
                for spec in _named(child) if child.type == "import_spec_list" else [child]:
                    yield from _import(spec)
        case "function_declaration" | "method_declaration":
            yield ir.Define(_function(node, 0), _line(node))
        case _:
            yield from _statement(node, 0)


def _import(spec: Syntax) -> Iterator[ir.Import]:
    path = _text(spec.child_by_field_name("path")).strip('"`')
    alias = _text(spec.child_by_field_name("name"))
    if path and alias not in ("_", "."):
        parts = path.split("/")
        last = parts[-2] if len(parts) > 1 and _VERSION.fullmatch(parts[-1]) else parts[-1]
        yield ir.Import(path, None, alias or re.sub(r"\.v\d+$|^go-|-go$|\.go$", "", last), _line(spec))


def _function(node: Syntax, depth: int) -> ir.Function:
    body = node.child_by_field_name("body")
    receiver = _parameters(node.child_by_field_name("receiver"))
    results = node.child_by_field_name("result")
    returns = _parameters(results) if results is not None and results.type == "parameter_list" else ()
    return ir.Function(
        _text(node.child_by_field_name("name")),
        _line(node),
        _parameters(node.child_by_field_name("parameters")),
        lambda: _block(body, depth + 1),
        returns=returns[0].type if returns else _type(results),
        receiver=receiver[0] if receiver else None,
        end=int(node.end_point[0]) + 1,
    )


def _parameters(node: Syntax | None) -> tuple[ir.Parameter, ...]:
    found = []
    for each in _named(node):
        if each.type not in ("parameter_declaration", "variadic_parameter_declaration"):
            continue
        kind = _type(each.child_by_field_name("type"))
        names = each.children_by_field_name("name")
        variadic = each.type.startswith("variadic")
        found += [ir.Parameter(_text(name), _line(name), kind, variadic=variadic) for name in names] or [
            ir.Parameter("_", _line(each), kind)
        ]
    return tuple(found)


def _type(node: Syntax | None) -> ir.Expression | None:
    """A type by its names; pointers are what they point to, slices and arrays `Item(list, element)`, maps `Item(map, element)`."""
    if node is None:
        return None
    line = _line(node)
    match node.type:
        case "type_identifier" | "identifier" | "package_identifier":
            return ir.Name(_text(node), line)
        case "qualified_type":
            return ir.Attribute(ir.Name(_text(node.child_by_field_name("package")), line), _text(node.child_by_field_name("name")), line)
        case "pointer_type" | "parenthesized_type":
            inner = _named(node)
            return _type(inner[0]) if inner else None
        case "slice_type" | "array_type":
            return ir.Item(ir.Name("list", line), _type(node.child_by_field_name("element")) or ir.Unknown(line), line)
        case "map_type":
            return ir.Item(ir.Name("map", line), _type(node.child_by_field_name("value")) or ir.Unknown(line), line)
        case "generic_type":
            owner = _type(node.child_by_field_name("type")) or ir.Unknown(line)
            inner = _named(node.child_by_field_name("type_arguments"))
            first = (
                _type(inner[0].named_children[0] if inner and inner[0].type == "type_elem" and inner[0].named_children else inner[0])
                if inner
                else None
            )
            return ir.Item(owner, first or ir.Unknown(line), line)
        case "func_type":
            return ir.Name("func", line)
        case _:
            return ir.Unknown(line)


def _class(spec: Syntax) -> ir.Class | None:
    node = spec.child_by_field_name("type")
    name = _text(spec.child_by_field_name("name"))
    if node is None:
        return None
    if node.type == "struct_type":
        fields = [each for each in _named(_named(node)[0]) if each.type == "field_declaration"] if _named(node) else []
        embedded = [
            kind
            for each in fields
            if each.child_by_field_name("name") is None and (kind := _type(each.child_by_field_name("type"))) is not None
        ]
        return ir.Class(
            name, _line(spec), tuple(embedded), lambda: (tuple(_fields(fields)), (), (), ()), kind="struct", end=int(node.end_point[0]) + 1
        )
    if node.type == "interface_type":
        methods = [each for each in _named(node) if each.type == "method_elem"]
        return ir.Class(name, _line(spec), (), lambda: ((), tuple(_function(each, 0) for each in methods), (), ()), kind="interface")
    base = _type(node)
    return ir.Class(name, _line(spec), (base,) if base is not None else (), lambda: ((), (), (), ()), kind="type")


def _fields(nodes: Iterable[Syntax]) -> Iterator[ir.Field]:
    for node in nodes:
        kind = _type(node.child_by_field_name("type"))
        tag = _text(node.child_by_field_name("tag")).strip('`"')
        names = node.children_by_field_name("name")
        for name in names:
            yield ir.Field(_text(name), _line(name), kind, tag=tag)
        if not names and kind is not None:
            yield ir.Field(_last(kind), _line(node), kind, tag=tag, decorators=(ir.Name("embedded", _line(node)),))


def _last(kind: ir.Expression) -> str:
    match kind:
        case ir.Name(name) | ir.Attribute(_, name):
            return name
        case ir.Item(owner):
            return _last(owner)
    return "_"


# ---------------------------------------------------------------------------------------------- statements


def _block(node: Syntax | None, depth: int) -> tuple[ir.Statement, ...]:
    if node is None or depth > DEPTH:
        return ()
    return tuple(each for child in _unlisted(node) for each in _statement(child, depth + 1))


def _unlisted(node: Syntax) -> Iterator[Syntax]:
    for child in _named(node):
        if child.type == "statement_list":
            yield from _named(child)
        else:
            yield child


def _statement(node: Syntax, depth: int) -> Iterator[ir.Statement]:
    line = _line(node)
    match node.type:
        case "expression_statement" | "go_statement" | "defer_statement":
            yield from (ir.Do(_expression(child, depth), line) for child in _named(node))
        case "short_var_declaration" | "assignment_statement":
            yield from _assignment(node, depth)
        case "const_declaration" | "var_declaration":
            for child in _named(node):
                for spec in _named(child) if child.type == "var_spec_list" else [child]:
                    yield from _spec(spec, depth)
        case "type_declaration":
            for spec in _named(node):
                if spec.type in ("type_spec", "type_alias") and (cls := _class(spec)) is not None:
                    yield ir.Define(cls, _line(spec))
        case "return_statement":
            values = [
                _expression(each, depth)
                for child in _named(node)
                for each in (_named(child) if child.type == "expression_list" else [child])
            ]
            whole = values[0] if len(values) == 1 else ir.Sequence(tuple(ir.Argument(value) for value in values), line)
            yield ir.Return(whole if values else ir.Unknown(line), line)
        case "if_statement":
            yield from _if(node, depth)
        case "for_statement":
            yield from _for(node, depth)
        case "expression_switch_statement" | "type_switch_statement" | "select_statement":
            value = node.child_by_field_name("value")
            arms = tuple(
                (None, tuple(each for part in _unlisted(child) for each in _statement(part, depth + 1)))
                for child in _named(node)
                if child.type in ("expression_case", "default_case", "type_case", "communication_case")
            )
            if value is not None:
                yield ir.Do(_expression(value, depth), line)
            yield ir.Branch(arms, line)
        case "block":
            yield ir.Block(_block(node, depth), line)
        case "labeled_statement":
            for child in _named(node)[1:]:
                yield from _statement(child, depth + 1)
        case "function_declaration":
            yield ir.Define(_function(node, depth), line)


def _assignment(node: Syntax, depth: int) -> Iterator[ir.Statement]:
    targets = [_expression(each, depth) for each in _named(node.child_by_field_name("left"))]
    values = [_expression(each, depth) for each in _named(node.child_by_field_name("right"))]
    line, declares = _line(node), node.type == "short_var_declaration"
    adds = _text(node.child_by_field_name("operator")) == "+="
    if len(targets) == len(values):
        for target, value in zip(targets, values, strict=True):
            yield ir.Assign(target, value, line, declares=declares, adds=adds)
    elif values:
        yield ir.Assign(ir.Sequence(tuple(ir.Argument(target) for target in targets), line), values[0], line, declares=declares)


def _spec(spec: Syntax, depth: int) -> Iterator[ir.Statement]:
    if spec.type not in ("const_spec", "var_spec"):
        return
    names = spec.children_by_field_name("name")
    kind = _type(spec.child_by_field_name("type"))
    values = [_expression(each, depth) for each in _named(spec.child_by_field_name("value"))]
    for index, name in enumerate(names):
        value = (
            values[index]
            if index < len(values) and len(values) == len(names)
            else values[0]
            if values and index == 0
            else ir.Unknown(_line(name))
        )
        yield ir.Assign(ir.Name(_text(name), _line(name)), value, _line(name), declares=True, type=kind)


def _if(node: Syntax, depth: int) -> Iterator[ir.Statement]:
    arms: list[tuple[ir.Expression | None, tuple[ir.Statement, ...]]] = []
    each: Syntax | None = node
    while each is not None and each.type == "if_statement" and len(arms) < DEPTH:
        if (initializer := each.child_by_field_name("initializer")) is not None:
            yield from _statement(initializer, depth + 1)
        condition = each.child_by_field_name("condition")
        arms.append(
            (_expression(condition, depth) if condition is not None else None, _block(each.child_by_field_name("consequence"), depth + 1))
        )
        each = each.child_by_field_name("alternative")
    if each is not None:
        arms.append((None, _block(each, depth + 1)))
    yield ir.Branch(tuple(arms), _line(node))


def _for(node: Syntax, depth: int) -> Iterator[ir.Statement]:
    """A loop over a range binds index (or key) and element: the front end's `range()` gives the pairs."""
    line, body = _line(node), _block(node.child_by_field_name("body"), depth + 1)
    clause = next((child for child in _named(node) if child.type == "range_clause"), None)
    if clause is None:
        yield ir.Loop(None, None, body, line)
        return
    targets = [_expression(each, depth) for each in _named(clause.child_by_field_name("left"))]
    right = clause.child_by_field_name("right")
    pairs = ir.Call(ir.Name("range", line), (ir.Argument(_expression(right, depth)),), line) if right is not None else None
    yield ir.Loop(ir.Sequence(tuple(ir.Argument(target) for target in targets), line) if targets else None, pairs, body, line)


# ---------------------------------------------------------------------------------------------- expressions


def _expression(node: Syntax, depth: int) -> ir.Expression:
    if depth > DEPTH:
        return ir.Unknown(_line(node))
    lower = _LOWER.get(node.type)
    return lower(node, depth + 1) if lower is not None else ir.Unknown(_line(node))


def _string(node: Syntax, depth: int) -> ir.Expression:
    raw = _text(node)[1:-1]
    text = raw if node.type == "raw_string_literal" else re.sub(r"\\(.)", lambda match: _ESCAPES.get(match[1], match[1]), raw)
    return ir.Literal(text, _line(node))


def _number(node: Syntax, depth: int) -> ir.Expression:
    text = _text(node).replace("_", "")
    return ir.Literal(int(text), _line(node)) if text.isascii() and text.isdigit() and len(text) < 19 else ir.Unknown(_line(node))


def _selector(node: Syntax, depth: int) -> ir.Expression:
    field = node.child_by_field_name("field")
    operand = node.child_by_field_name("operand")
    owner = _expression(operand, depth) if operand is not None else ir.Unknown(_line(node))
    return ir.Attribute(owner, _text(field), _line(field) if field is not None else _line(node))


def _call(node: Syntax, depth: int) -> ir.Expression:
    called = node.child_by_field_name("function")
    if called is None:
        return ir.Unknown(_line(node))
    function = _expression(called, depth)
    kinds = tuple(kind for each in _named(node.child_by_field_name("type_arguments")) if (kind := _type(each)) is not None)
    arguments = []
    for each in _named(node.child_by_field_name("arguments")):
        if each.type == "variadic_argument":
            arguments.append(ir.Argument(_expression(_named(each)[0], depth) if _named(each) else ir.Unknown(_line(each)), spread=True))
        elif each.type.endswith("_type") or each.type == "type_identifier":  # `new(T)`, `make([]T, 0)`
            arguments.append(ir.Argument(_type(each) or ir.Unknown(_line(each))))
        else:
            arguments.append(ir.Argument(_expression(each, depth)))
    line = function.line if isinstance(function, ir.Attribute) else _line(node)
    return ir.Call(function, tuple(arguments), line, kinds)


def _composite(node: Syntax, depth: int) -> ir.Expression:
    kind = node.child_by_field_name("type")
    body = node.child_by_field_name("body")
    return _literal_value(body, kind, depth) if body is not None else ir.Unknown(_line(node))


def _literal_value(body: Syntax, kind: Syntax | None, depth: int) -> ir.Expression:
    """A composite literal: a list for slices and arrays, a mapping for maps and structs; fields by position have their number as key."""
    line = _line(body)
    if depth > DEPTH:
        return ir.Unknown(line)
    element = kind.child_by_field_name("element") or kind.child_by_field_name("value") if kind is not None else None
    is_list = kind is not None and kind.type in ("slice_type", "array_type", "implicit_length_array_type")
    entries: list[tuple[ir.Expression | None, ir.Expression]] = []
    for index, each in enumerate(_named(body)):
        key: ir.Expression = ir.Literal(index, _line(each))
        value: Syntax | None = each
        if each.type == "keyed_element":
            written = each.child_by_field_name("key")
            named = _named(written)[0] if written is not None and _named(written) else None
            key = _expression(named, depth) if named is not None else key
            value = each.child_by_field_name("value")
        inner = _named(value)[0] if value is not None and value.type == "literal_element" and _named(value) else value
        if inner is None:
            continue
        made = _literal_value(inner, _pointee(element), depth + 1) if inner.type == "literal_value" else _expression(inner, depth)
        entries.append((key, made))
    if is_list:
        return ir.Sequence(tuple(ir.Argument(value) for _, value in entries), line)
    struct = kind is not None and kind.type != "map_type"
    return ir.Mapping(tuple(entries), line, _type(kind) if struct else None)


def _pointee(kind: Syntax | None) -> Syntax | None:
    return _named(kind)[0] if kind is not None and kind.type == "pointer_type" and _named(kind) else kind


def _binary(node: Syntax, depth: int) -> ir.Expression:
    """Texts that are put together; a product (spans of time are some) as a call of its operator."""
    left, right = node.child_by_field_name("left"), node.child_by_field_name("right")
    if left is None or right is None:
        return ir.Unknown(_line(node))
    parts = (_expression(left, depth), _expression(right, depth))
    match _text(node.child_by_field_name("operator")):
        case "+":
            return ir.Template(parts, _line(node))
        case "*":
            return ir.Call(ir.Name(ir.PRODUCT, _line(node)), tuple(ir.Argument(part) for part in parts), _line(node))
    return ir.Unknown(_line(node), parts)


def _inner(node: Syntax, depth: int) -> ir.Expression:
    """What stands in brackets, behind `&`, `*` or `<-`, or is asserted to be of a type."""
    operand = node.child_by_field_name("operand") or (_named(node)[0] if _named(node) else None)
    return _expression(operand, depth) if operand is not None else ir.Unknown(_line(node))


def _index(node: Syntax, depth: int) -> ir.Expression:
    operand, index = node.child_by_field_name("operand"), node.child_by_field_name("index")
    if operand is None or index is None:
        return ir.Unknown(_line(node))
    return ir.Item(_expression(operand, depth), _expression(index, depth), _line(node))


_LOWER: dict[str, Callable[[Syntax, int], ir.Expression]] = {
    "identifier": lambda node, depth: ir.Name(_text(node), _line(node)),
    "type_identifier": lambda node, depth: ir.Name(_text(node), _line(node)),
    "qualified_type": lambda node, depth: _type(node) or ir.Unknown(_line(node)),
    "interpreted_string_literal": _string,
    "raw_string_literal": _string,
    "int_literal": _number,
    "true": lambda node, depth: ir.Literal(True, _line(node)),
    "false": lambda node, depth: ir.Literal(False, _line(node)),
    "nil": lambda node, depth: ir.Literal(None, _line(node)),
    "selector_expression": _selector,
    "call_expression": _call,
    "type_conversion_expression": _inner,
    "composite_literal": _composite,
    "binary_expression": _binary,
    "unary_expression": _inner,
    "parenthesized_expression": _inner,
    "type_assertion_expression": _inner,
    "index_expression": _index,
    "slice_expression": _inner,
    "func_literal": lambda node, depth: _function(node, depth),
}
