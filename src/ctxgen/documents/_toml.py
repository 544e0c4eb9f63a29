"""TOML: the standard parser says whether it is valid, tree-sitter where everything stands."""

from __future__ import annotations

import re
import tomllib
from typing import TYPE_CHECKING

from ctxgen.documents._node import MAX_DEPTH, MAX_NODES, Node, Unreadable, too_complex
from ctxgen.documents._syntax import parse_syntax

if TYPE_CHECKING:
    from tree_sitter import Node as Syntax


_TOML_DEEP = re.compile(
    rb"""(?:(?:(?<![\w-])[\w-]{1,80}|"[^"\n]{0,80}"|'[^'\n]{0,80}')[ \t]{0,4}\.[ \t]{0,4}){50}|(?:[\[{][ \t]{0,4}){100}"""
)
"""Dotted keys and brackets deeper than anybody writes: the standard parser takes the square of their depth, or recurses."""


def parse_toml(data: bytes) -> Node:
    """TOML 1.0 with lines.  Source: https://toml.io.  Raises `Unreadable` where tomllib refuses it."""
    if deep := _TOML_DEEP.search(data):
        raise too_complex(data.count(b"\n", 0, deep.start()) + 1)
    try:
        tomllib.loads(data.decode("utf-8"))
    except (tomllib.TOMLDecodeError, UnicodeDecodeError, RecursionError) as error:
        raise Unreadable("parse-error", "not valid TOML", getattr(error, "lineno", None)) from None
    root = Node({}, 1)
    here = root
    budget = [MAX_NODES]
    for child in parse_syntax(data, "toml").named_children:
        if child.type == "pair":
            _toml_pair(child, root, budget, 0)
        elif child.type in ("table", "table_array_element"):
            line = child.start_point[0] + 1
            keys = _toml_keys(child.named_children[0])
            here = _toml_table(root, keys, line, array=child.type == "table_array_element")
            for pair in child.named_children[1:]:
                if pair.type == "pair":
                    _toml_pair(pair, here, budget, 0)
    return root


def _toml_table(root: Node, keys: list[str], line: int, *, array: bool) -> Node:
    here = root
    for index, key in enumerate(keys):
        last = index == len(keys) - 1
        child = here.value.get(key)
        if child is None:
            child = here.value[key] = Node([] if last and array else {}, line)
        if last and array:
            child.value.append(Node({}, line))
        here = child.value[-1] if isinstance(child.value, list) else child
    return here


def _toml_keys(syntax: Syntax) -> list[str]:
    if syntax.type == "dotted_key":
        return [key for child in syntax.named_children for key in _toml_keys(child)]
    text = (syntax.text or b"").decode(errors="replace")
    return [_text(text)] if syntax.type == "quoted_key" else [text]


def _text(written: str) -> str:
    """What a string says."""
    if written.startswith(('"""', "'''")) or (written[0] == '"' and "\\" in written):
        return str(tomllib.loads(f"x={written}")["x"])
    return written[1:-1]


def _toml_pair(pair: Syntax, table: Node, budget: list[int], depth: int) -> None:
    parts = [child for child in pair.named_children if child.type != "comment"]
    keys, line = _toml_keys(parts[0]), pair.start_point[0] + 1
    here = table
    for key in keys[:-1]:
        here = here.value.setdefault(key, Node({}, line))
    here.value[keys[-1]] = _toml_node(parts[1], line, budget, depth)


def _toml_node(syntax: Syntax, line: int, budget: list[int], depth: int) -> Node:
    budget[0] -= 1
    if depth > MAX_DEPTH or budget[0] < 0:
        raise too_complex(line)
    text = (syntax.text or b"").decode(errors="replace")
    match syntax.type:
        case "string":
            return Node(_text(text), line)
        case "boolean":
            return Node(text == "true", line)
        case "array":
            return Node(
                [_toml_node(c, c.start_point[0] + 1, budget, depth + 1) for c in syntax.named_children if c.type != "comment"], line
            )
        case "inline_table":
            node = Node({}, line)
            for child in syntax.named_children:
                if child.type == "pair":
                    _toml_pair(child, node, budget, depth + 1)
            return node
        case _:
            return Node(text, line)
