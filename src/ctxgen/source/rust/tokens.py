"""Arguments of attributes and macros: Rust's grammar leaves them as tokens, of which paths, strings, calls and lists of them are read.

Source: https://doc.rust-lang.org/reference/attributes.html, https://doc.rust-lang.org/reference/macros.html.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import TYPE_CHECKING

from ctxgen.source import ir

if TYPE_CHECKING:
    from tree_sitter import Node as Syntax

DEPTH = 40
MAX_ARGUMENTS = 500
_ESCAPE = re.compile(r"\\(?:x([0-9a-fA-F]{2})|u\{([0-9a-fA-F]{1,6})\}|\n\s*|(.))", re.DOTALL)
_ESCAPES = {"n": "\n", "t": "\t", "r": "\r", "0": "\0"}
_WORDS = {"identifier", "default", "self", "crate", "super", "primitive_type", "type_identifier"}
_HOLE = re.compile(r"\{\{|\}\}|\{([^{}]{0,80})\}")


def text_of(node: Syntax | None) -> str:
    return (node.text or b"").decode("utf-8", "replace") if node is not None else ""


def line_of(node: Syntax) -> int:
    row: int = node.start_point[0]
    return row + 1


def string(node: Syntax) -> ir.Literal:
    """`"…"`, `b"…"`, `r#"…"#`."""
    text = text_of(node)
    start, end = text.find('"'), text.rfind('"')
    inner = text[start + 1 : end] if 0 <= start < end else ""
    return ir.Literal(inner if node.type == "raw_string_literal" else _ESCAPE.sub(_unescaped, inner), line_of(node))


def _unescaped(match: re.Match[str]) -> str:
    if match[1] or match[2]:
        code = int(match[1] or match[2], 16)
        return chr(code) if code < 0x110000 and not 0xD800 <= code < 0xE000 else ""
    return _ESCAPES.get(match[3], match[3]) if match[3] else ""


def attribute(item: Syntax) -> Iterator[ir.Expression]:
    """`#[get("/orders", guard = "x")]` as a call, `#[handler]` as a name."""
    for node in item.named_children:
        if node.type != "attribute" or not node.named_children:
            continue
        path = _path(node.named_children[0])
        arguments, value = node.child_by_field_name("arguments"), node.child_by_field_name("value")
        if arguments is not None:
            yield ir.Call(path, call_arguments(arguments, 0), line_of(node))
        elif value is not None and value.type in ("string_literal", "raw_string_literal"):
            yield ir.Call(path, (ir.Argument(string(value)),), line_of(node))
        else:
            yield path


def _path(node: Syntax) -> ir.Expression:
    found: ir.Expression | None = None
    for part in text_of(node).split("::")[:20]:
        part = part.strip()
        found = ir.Name(part, line_of(node)) if found is None else ir.Attribute(found, part, line_of(node))
    return found or ir.Unknown(line_of(node))


def macro(name: ir.Expression, tree: Syntax, line: int, depth: int) -> ir.Expression:
    """A macro's call; `vec![…]` is a list, `format!("/a/{x}")` and `concat!` are texts."""
    last = name.name if isinstance(name, (ir.Name, ir.Attribute)) else ""
    arguments = call_arguments(tree, depth, ("/",) if last == "path" else (",", ";"))  # warp's `path!("orders" / u32)`
    match last:
        case "vec" | "array" | "services":
            return ir.Sequence(arguments, line)
        case "concat":
            return ir.Template(tuple(each.value for each in arguments), line)
        case "format":
            return _formatted(arguments, line)
    called = ir.Attribute(name.owner, f"{last}!", line) if isinstance(name, ir.Attribute) else ir.Name(f"{last}!", line)
    return ir.Call(called, arguments, line)


def _formatted(arguments: tuple[ir.Argument, ...], line: int) -> ir.Expression:
    pattern = arguments[0].value if arguments else None
    if not isinstance(pattern, ir.Literal) or not isinstance(pattern.value, str):
        return ir.Unknown(line)
    named = {each.keyword: each.value for each in arguments if each.keyword}
    positional = iter([each.value for each in arguments[1:] if not each.keyword])
    parts: list[ir.Expression] = []
    end = 0
    for hole in _HOLE.finditer(pattern.value):
        parts.append(ir.Literal(pattern.value[end : hole.start()], line))
        end = hole.end()
        if hole[1] is None:
            parts.append(ir.Literal(hole[0][0], line))
            continue
        key = hole[1].partition(":")[0].strip()
        parts.append(named.get(key) or (ir.Name(key, line) if key and not key.isdigit() else next(positional, ir.Unknown(line))))
    parts.append(ir.Literal(pattern.value[end:], line))
    return ir.Template(tuple(part for part in parts if not (isinstance(part, ir.Literal) and part.value == "")), line)


def call_arguments(tree: Syntax, depth: int, between: tuple[str, ...] = (",", ";")) -> tuple[ir.Argument, ...]:
    """What stands between the brackets of a tree of tokens, parted by commas."""
    if depth > DEPTH:
        return ()
    found: list[ir.Argument] = []
    group: list[Syntax] = []
    for token in [*tree.children[1:-1], None]:
        if token is None or token.type in between:
            if group:
                found.append(_argument(group, depth + 1))
            group = []
        elif token.type not in ("line_comment", "block_comment"):
            group.append(token)
    return tuple(found[:MAX_ARGUMENTS])


def _argument(tokens: list[Syntax], depth: int) -> ir.Argument:
    if len(tokens) > 2 and tokens[0].type in _WORDS and tokens[1].type in ("=", ":"):
        return ir.Argument(_value(tokens[2:], depth), text_of(tokens[0]))
    return ir.Argument(_value(tokens, depth))


def _value(tokens: list[Syntax], depth: int) -> ir.Expression:
    while tokens and tokens[0].type in ("&", "mutable_specifier", "move"):
        tokens = tokens[1:]
    if not tokens:
        return ir.Unknown(1)
    first = tokens[0]
    line = line_of(first)
    value: ir.Expression
    if first.type in ("string_literal", "raw_string_literal"):
        value = string(first)
    elif first.type in _WORDS:
        value = ir.Name(text_of(first), line)
    elif first.type == "token_tree" and text_of(first)[:1] in ("(", "["):
        inner = call_arguments(first, depth)
        value = inner[0].value if len(inner) == 1 and text_of(first)[:1] == "(" else ir.Sequence(inner, line)
    elif first.type == "integer_literal" and text_of(first).isdigit() and len(text_of(first)) < 19:
        value = ir.Literal(int(text_of(first)), line)
    elif first.type == "boolean_literal":
        value = ir.Literal(text_of(first) == "true", line)
    else:
        return ir.Unknown(line)
    index = 1
    while index < len(tokens):
        token, after = tokens[index], tokens[index + 1] if index + 1 < len(tokens) else None
        if token.type in ("::", ".") and after is not None and after.type in _WORDS:
            value, index = ir.Attribute(value, text_of(after), line_of(after)), index + 2
        elif token.type == "token_tree" and text_of(token)[:1] == "(":
            value, index = ir.Call(value, call_arguments(token, depth), value.line), index + 1
        elif token.type == "!" and after is not None and after.type == "token_tree":
            value, index = macro(value, after, line, depth), index + 2
        elif token.type == "?":
            index += 1
        else:
            return ir.Unknown(line, (value,)) if token.type in ("|", "=>") else value
    return value
