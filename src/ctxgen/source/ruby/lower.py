"""Ruby's syntax trees, lowered; bodies of methods, blocks and classes when they are first asked for.

Symbols are strings; `a b, c: 1 do … end` is a call with a keyword and the block as its last argument; pairs without a
symbol as key (`"/up" => "health#show"`) are one mapping.  Source: https://docs.ruby-lang.org/en/master/syntax/methods_rdoc.html.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from typing import TYPE_CHECKING

from ctxgen.source import ir
from ctxgen.source.later import later, lowered, now
from ctxgen.tree import File

if TYPE_CHECKING:
    from tree_sitter import Node as Syntax

DEPTH = 120


class Symbol(str):
    """`:index`: a string that knows how it was written."""

    __slots__ = ()


_SENDS = {"send", "public_send", "__send__"}
_ESCAPES = {"n": "\n", "t": "\t", "s": " "}
_ALONE = frozenset({"method", "singleton_method"})
_Members = tuple[tuple[ir.Field, ...], tuple[ir.Function, ...], tuple[ir.Class, ...], tuple[ir.Statement, ...]]


def lower(file: File) -> ir.Module:
    """The module that a file is.  Raises `Unreadable` where its text takes too long to parse."""
    return lowered(file, "ruby", _ALONE, lambda root: ir.Module(file.path, "ruby", _statements(_named(root), 0)))


def _text(node: Syntax | None) -> str:
    return (node.text or b"").decode("utf-8", "replace") if node is not None else ""


def _line(node: Syntax) -> int:
    row: int = node.start_point[0]
    return row + 1


def _named(node: Syntax | None) -> list[Syntax]:
    return [child for child in node.named_children if child.type != "comment"] if node is not None else []


# ---------------------------------------------------------------------------------------------- statements


def _statements(nodes: Sequence[Syntax], depth: int) -> tuple[ir.Statement, ...]:
    return tuple(each for node in nodes for each in _statement(node, depth)) if depth <= DEPTH else ()


def _body(node: Syntax | None, depth: int) -> tuple[ir.Statement, ...]:
    """The statements of a method or block; the last expression is what it gives."""
    if node is None or depth > DEPTH:
        return ()
    children = _named(node) if node.type in ("body_statement", "block_body", "then", "else", "do", "ensure", "begin", "program") else [node]
    statements = list(_statements(children, depth + 1))
    if statements and isinstance(statements[-1], ir.Do):
        last = statements.pop()
        assert isinstance(last, ir.Do)
        named = children[-1].type == "identifier"  # a variable as well as a method
        statements.append(ir.Return(ir.Name(_text(children[-1]), last.line) if named else last.value, last.line))
    return tuple(statements)


def _statement(node: Syntax, depth: int) -> Iterator[ir.Statement]:
    line = _line(node)
    depth += 1
    match node.type:
        case "class" | "module":
            yield ir.Define(_class(node, depth), line)
        case "method":
            yield ir.Define(_method(node, depth), line)
        case "assignment" | "operator_assignment":
            yield from _assignment(node, depth)
        case "if" | "unless" | "elsif":
            arms: list[tuple[ir.Expression | None, tuple[ir.Statement, ...]]] = []
            each: Syntax | None = node
            while each is not None and each.type in ("if", "unless", "elsif") and len(arms) < DEPTH:
                condition = each.child_by_field_name("condition")
                holds = _holds(condition)
                if holds is None or holds == (each.type != "unless"):
                    arms.append((_expression(condition, depth), _statements(_named(each.child_by_field_name("consequence")), depth)))
                if holds is not None and holds == (each.type != "unless"):
                    each = None
                    break
                each = each.child_by_field_name("alternative")
            if each is not None:
                arms.append((None, _statements(_named(each), depth)))
            yield ir.Branch(tuple(arms), line)
        case "if_modifier" | "unless_modifier" | "while_modifier" | "until_modifier" | "rescue_modifier":
            body = node.child_by_field_name("body")
            if _holds(node.child_by_field_name("condition")) == (node.type == "unless_modifier"):
                return
            yield ir.Branch(
                ((_expression(node.child_by_field_name("condition"), depth), _statements([body] if body is not None else [], depth)),), line
            )
        case "case":
            yield ir.Branch(
                tuple(
                    (None, _statements(_named(child.child_by_field_name("body") or child), depth))
                    for child in _named(node)
                    if child.type in ("when", "else")
                ),
                line,
            )
        case "begin" | "body_statement" | "parenthesized_statements":
            yield ir.Block(_statements([child for child in _named(node) if child.type not in ("rescue", "ensure", "else")], depth), line)
            for child in _named(node):
                if child.type in ("rescue", "ensure", "else"):
                    yield ir.Branch(((None, _statements(_named(child.child_by_field_name("body") or child), depth)),), line)
        case "while" | "until" | "for":
            target = node.child_by_field_name("pattern")
            value = node.child_by_field_name("value")
            inner = _named(value)[0] if value is not None and value.type == "in" and _named(value) else value
            yield ir.Loop(
                _expression(target, depth) if target is not None else None,
                _expression(inner, depth) if inner is not None else None,
                _statements(_named(node.child_by_field_name("body")), depth),
                line,
            )
        case "return":
            values = _named(_named(node)[0]) if _named(node) else []
            yield ir.Return(_expression(values[0], depth) if values else ir.Literal(None, line), line)
        case "singleton_class":
            yield from _statements(_named(node.child_by_field_name("body")), depth)
        case "identifier":
            yield ir.Do(ir.Call(ir.Name(_text(node), line), (), line), line)
        case (
            "call"
            | "super"
            | "yield"
            | "binary"
            | "unary"
            | "element_reference"
            | "conditional"
            | "string"
            | "array"
            | "hash"
            | "constant"
            | "scope_resolution"
            | "simple_symbol"
            | "lambda"
            | "self"
            | "instance_variable"
            | "subshell"
        ):
            yield ir.Do(_expression(node, depth), line)


_DEVELOPMENT = re.compile(r"(?:!\s?)?Rails\.env\.(?:development|test|local|production)\?|Rails\.env\s?==\s?[\"'](?:development|test)[\"']")


def _holds(condition: Syntax | None) -> bool | None:
    """Whether a condition on the environment holds in production; None for any other."""
    text = _text(condition) if condition is not None and condition.end_byte - condition.start_byte < 200 else ""
    needed = [_either(part) for part in re.split(r"\s*(?:&&|\band\b)\s*", text)]
    return False if False in needed else True if all(needed) else None


def _either(text: str) -> bool | None:
    parts = re.split(r"\s*(?:\|\||\bor\b)\s*", text)
    if not all(_DEVELOPMENT.fullmatch(part) for part in parts):
        return None
    return any(("production" in part) != part.startswith("!") for part in parts)


def _assignment(node: Syntax, depth: int) -> Iterator[ir.Statement]:
    left, right = node.child_by_field_name("left"), node.child_by_field_name("right")
    if left is None or right is None:
        return
    operator = _text(node.child_by_field_name("operator"))
    line = _line(node)
    if left.type == "left_assignment_list":
        target: ir.Expression = ir.Sequence(tuple(ir.Argument(_target(each, depth)) for each in _named(left)), line)
    else:
        target = _target(left, depth)
    value = _expression(right, depth)
    yield ir.Assign(target, value if operator in ("", "+=", "||=", "=", "<<=") else ir.Unknown(line, (value,)), line, adds=operator == "+=")


def _target(node: Syntax, depth: int) -> ir.Expression:
    if node.type in ("instance_variable", "class_variable"):
        return ir.Attribute(ir.Name("self", _line(node)), _text(node).lstrip("@"), _line(node))
    if node.type == "call":
        receiver = node.child_by_field_name("receiver")
        return ir.Attribute(_expression(receiver, depth), _text(node.child_by_field_name("method")), _line(node))
    return _expression(node, depth)


# ---------------------------------------------------------------------------------------------- declarations


def _class(node: Syntax, depth: int) -> ir.Class:
    """A class or module; `class A::B` is called `B`."""
    name = node.child_by_field_name("name")
    above = node.child_by_field_name("superclass")
    bases = tuple(_expression(each, depth) for each in _named(above)[:1])
    body = node.child_by_field_name("body")
    return ir.Class(
        _text(name).rpartition("::")[2],
        _line(node),
        bases,
        now(lambda: _members(body, depth)),
        kind="class" if node.type == "class" else "module",
        within=_text(name).rpartition("::")[0].removeprefix("::").replace("::", "."),
        end=int(node.end_point[0]) + 1,
    )


def _members(body: Syntax | None, depth: int) -> _Members:
    fields: list[ir.Field] = []
    methods: list[ir.Function] = []
    classes: list[ir.Class] = []
    rest: list[Syntax] = []
    public = True
    for node in _named(body):
        match node.type:
            case "method" | "singleton_method":
                methods.append(_method(node, depth, public=public))
            case "class" | "module":
                classes.append(_class(node, depth))
            case "identifier" if _text(node) in ("private", "protected", "public"):
                public = _text(node) == "public"
            case "assignment" if (left := node.child_by_field_name("left")) is not None and left.type == "constant":
                fields.append(ir.Field(_text(left), _line(node), None, _expression(node.child_by_field_name("right"), depth)))
            case _:
                rest.append(node)
    return tuple(fields), tuple(methods), tuple(classes), _statements(rest, depth)


def _method(node: Syntax, depth: int, *, public: bool = True) -> ir.Function:
    return ir.Function(
        _text(node.child_by_field_name("name")),
        _line(node),
        _parameters(node.child_by_field_name("parameters"), depth),
        later(node, lambda node: _body(node.child_by_field_name("body"), depth + 1)),
        static=node.type == "singleton_method",
        public=public,
        end=int(node.end_point[0]) + 1,
    )


def _parameters(node: Syntax | None, depth: int) -> tuple[ir.Parameter, ...]:
    found = []
    for each in _named(node):
        name = each.child_by_field_name("name")
        text = _text(name) if name is not None else _text(each)
        if each.type in ("identifier", "optional_parameter", "keyword_parameter"):
            default = each.child_by_field_name("value")
            found.append(ir.Parameter(text, _line(each), None, _expression(default, depth) if default is not None else None))
        elif each.type in ("splat_parameter", "hash_splat_parameter"):
            found.append(ir.Parameter(("**" if each.type.startswith("hash") else "") + text.lstrip("*"), _line(each), variadic=True))
        elif each.type == "block_parameter":
            found.append(ir.Parameter(text.lstrip("&"), _line(each)))
    return tuple(found)


# ---------------------------------------------------------------------------------------------- expressions


def _expression(node: Syntax | None, depth: int) -> ir.Expression:
    if node is None:
        return ir.Unknown(1)
    line = _line(node)
    if depth > DEPTH:
        return ir.Unknown(line)
    depth += 1
    children = _named(node)
    match node.type:
        case "identifier" | "constant":
            return ir.Name(_text(node), line)
        case "self":
            return ir.Name("self", line)
        case "instance_variable" | "class_variable":
            return ir.Attribute(ir.Name("self", line), _text(node).lstrip("@"), line)
        case "scope_resolution":
            scope = node.child_by_field_name("scope")
            name = _text(node.child_by_field_name("name"))
            return ir.Attribute(_expression(scope, depth), name, line) if scope is not None else ir.Name(name, line)
        case "bare_symbol":
            return ir.Literal(Symbol(_text(node)), line)
        case "string" | "delimited_symbol" | "bare_string" | "heredoc_body" | "chained_string":
            return _string(node, depth)
        case "simple_symbol":
            return ir.Literal(Symbol(_text(node).removeprefix(":")), line)
        case "hash_key_symbol":
            return ir.Literal(_text(node), line)
        case "integer":
            digits = _text(node).replace("_", "")
            return ir.Literal(int(digits), line) if digits.isascii() and digits.isdigit() and len(digits) < 19 else ir.Unknown(line)
        case "true" | "false":
            return ir.Literal(node.type == "true", line)
        case "nil":
            return ir.Literal(None, line)
        case "array" | "string_array" | "symbol_array":
            return ir.Sequence(tuple(_item(each, depth) for each in children), line)
        case "hash":
            return ir.Mapping(tuple(_pair(each, depth) for each in children if each.type == "pair"), line)
        case "call":
            return _call(node, depth)
        case "lambda" | "block" | "do_block":
            return _block(node, depth)
        case "binary":
            left, right = _expression(node.child_by_field_name("left"), depth), _expression(node.child_by_field_name("right"), depth)
            operator = _text(node.child_by_field_name("operator"))
            if operator == "<<":
                return ir.Call(ir.Attribute(left, "<<", line), (ir.Argument(right),), line)
            return (
                ir.Template((left, right), line)
                if operator == "+"
                else ir.Choice((left, right), line)
                if operator in ("||", "or")
                else ir.Unknown(line, (left, right))
            )
        case "conditional":
            return ir.Choice(
                (_expression(node.child_by_field_name("consequence"), depth), _expression(node.child_by_field_name("alternative"), depth)),
                line,
            )
        case "element_reference":
            owner = _expression(node.child_by_field_name("object"), depth)
            return ir.Item(owner, _expression(children[1], depth) if len(children) > 1 else ir.Unknown(line), line)
        case "parenthesized_statements" | "begin":
            return _expression(children[-1], depth) if children else ir.Unknown(line)
        case "class":
            return _class(node, depth)
        case "super":
            return ir.Call(ir.Name("super", line), (), line)
        case "assignment":
            return _expression(node.child_by_field_name("right"), depth)
    return ir.Unknown(line)


def _item(node: Syntax, depth: int) -> ir.Argument:
    if node.type == "splat_argument":
        return ir.Argument(_expression(_named(node)[0] if _named(node) else None, depth), spread=True)
    return ir.Argument(_expression(node, depth))


def _pair(node: Syntax, depth: int) -> tuple[ir.Expression | None, ir.Expression]:
    key = node.child_by_field_name("key")
    value = node.child_by_field_name("value")
    return _expression(key, depth), _expression(value, depth) if value is not None else ir.Name(_text(key), _line(node))


def _string(node: Syntax, depth: int) -> ir.Expression:
    parts: list[ir.Expression] = []
    for child in _named(node):
        if child.type == "interpolation":
            parts.append(_expression(_named(child)[0] if _named(child) else None, depth))
        elif child.type == "string":
            parts.append(_string(child, depth + 1))
        else:
            parts.append(ir.Literal(re.sub(r"\\(.)", lambda match: _ESCAPES.get(match[1], match[1]), _text(child)), _line(child)))
    if all(isinstance(part, ir.Literal) for part in parts):
        return ir.Literal("".join(str(part.value) for part in parts if isinstance(part, ir.Literal)), _line(node))
    return ir.Template(tuple(parts), _line(node))


def _call(node: Syntax, depth: int) -> ir.Expression:
    line = _line(node)
    receiver, method = node.child_by_field_name("receiver"), node.child_by_field_name("method")
    name = _text(method) if method is not None else "call"
    arguments: list[ir.Argument] = []
    pairs: list[tuple[ir.Expression | None, ir.Expression]] = []
    for each in _named(node.child_by_field_name("arguments")):
        if each.type == "pair":
            key, value = each.child_by_field_name("key"), _pair(each, depth)[1]
            if key is not None and key.type == "hash_key_symbol":
                arguments.append(ir.Argument(value, _text(key)))
            elif key is not None and key.type == "simple_symbol":
                arguments.append(ir.Argument(value, _text(key).removeprefix(":")))
            else:
                pairs.append((_expression(key, depth), value))
        elif each.type in ("splat_argument", "hash_splat_argument"):
            arguments.append(ir.Argument(_expression(_named(each)[0] if _named(each) else None, depth), spread=True))
        elif each.type == "block_argument":
            arguments.append(ir.Argument(_expression(_named(each)[0] if _named(each) else None, depth)))
        else:
            arguments.append(ir.Argument(_expression(each, depth)))
    if pairs:
        arguments.insert(0, ir.Argument(ir.Mapping(tuple(pairs), line)))
    if (block := node.child_by_field_name("block")) is not None:
        arguments.append(ir.Argument(_block(block, depth)))
    at = _line(method) if method is not None else line
    if name in _SENDS and arguments and not arguments[0].spread and arguments[0].keyword is None:
        return _sent(_expression(receiver, depth) if receiver is not None else None, arguments, at)
    if receiver is None:
        return ir.Call(ir.Name(name, line), tuple(arguments), line)
    owner = _expression(receiver, depth)
    if name == "new":
        return ir.Call(owner, tuple(arguments), at)
    if name == "freeze" and not arguments:
        return owner
    called = ir.Attribute(owner, name, at)
    return called if not arguments and _of_constant(owner) else ir.Call(called, tuple(arguments), at)


def _sent(owner: ir.Expression | None, arguments: list[ir.Argument], line: int) -> ir.Expression:
    """`send(:get, "/orders")`: the call of a method by its name."""
    name, rest = arguments[0].value, arguments[1:]
    called: ir.Expression
    if isinstance(name, ir.Literal) and isinstance(name.value, str):
        called = ir.Attribute(owner, name.value, line) if owner is not None else ir.Name(name.value, line)
    else:
        called = ir.Item(owner or ir.Name("self", line), name, line)
    return ir.Call(called, tuple(rest), line)


def _of_constant(owner: ir.Expression) -> bool:
    """Whether a chain of names begins with a constant: `Rails.application.routes` has no arguments to tell a call by."""
    while isinstance(owner, ir.Attribute):
        owner = owner.owner
    return isinstance(owner, ir.Name) and owner.name[:1].isupper()


def _block(node: Syntax, depth: int) -> ir.Function:
    def lower(node: Syntax) -> tuple[ir.Statement, ...]:
        body = node.child_by_field_name("body")
        return _body(body.child_by_field_name("body") if body is not None and body.type in ("block", "do_block") else body, depth + 1)

    return ir.Function(
        "",
        _line(node),
        _parameters(node.child_by_field_name("parameters"), depth),
        later(node, lower),
        end=int(node.end_point[0]) + 1,
    )
