"""Parsed documents with positions: one `Node` type for JSON, YAML and TOML; XML keeps lxml's elements.

Each parser is a library's; what is added here is the line of every key and item, and bounds in depth and number that
count YAML aliases as expanded.
"""

from __future__ import annotations

import json
import tomllib
from collections.abc import Iterator
from functools import cache
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from lxml import etree
    from tree_sitter import Language as Grammar
    from tree_sitter import Node as Syntax

MAX_DEPTH = 100
MAX_NODES = 300_000

Value = "dict[str, Node] | list[Node] | str | bool | None"


class Unreadable(Exception):
    """A document that cannot be used: `code` for the diagnostic, fixed text, and the line where that is known."""

    def __init__(self, code: str, message: str, line: int | None = None) -> None:
        super().__init__(code)
        self.code, self.message, self.line = code, message, line


class Node:
    """A value of a document and the line where it (in a mapping: its key) stands.

    `value` is a dict of nodes, a list of nodes, a string, a boolean or None.  Numbers are kept as their text, so that
    `3.10` stays so.
    """

    __slots__ = ("line", "value")

    def __init__(self, value: Any, line: int) -> None:
        self.value: Any = value
        self.line = line

    @property
    def text(self) -> str | None:
        """A scalar as text (`true` and `false` for booleans), None for mappings, lists and null."""
        if isinstance(self.value, bool):
            return "true" if self.value else "false"
        return self.value if isinstance(self.value, str) else None

    def get(self, *path: str) -> Node | None:
        """The node under nested keys, or None where one is missing or not a mapping."""
        node: Node | None = self
        for key in path:
            node = node.value.get(key) if node is not None and isinstance(node.value, dict) else None
        return node

    def items(self) -> Iterator[tuple[str, Node]]:
        """The entries of a mapping; nothing for anything else."""
        return iter(self.value.items()) if isinstance(self.value, dict) else iter(())

    def elements(self) -> Iterator[Node]:
        """The elements of a list; nothing for anything else."""
        return iter(self.value) if isinstance(self.value, list) else iter(())

    def scalars(self) -> Iterator[Node]:
        """The node itself if it is a scalar with text, or those of its elements that are."""
        for node in (self, *self.elements()):
            if node.text is not None:
                yield node

    def leaves(self, prefix: str = "") -> Iterator[tuple[str, Node]]:
        """Every scalar below with its dotted key; the elements of a list have their list's key."""
        if isinstance(self.value, dict):
            for key, child in self.value.items():
                yield from child.leaves(f"{prefix}.{key}" if prefix else key)
        elif isinstance(self.value, list):
            for child in self.value:
                yield from child.leaves(prefix)
        elif self.text is not None:
            yield prefix, self


# ---------------------------------------------------------------------------------------------- syntax trees


@cache
def grammar(language: str) -> Grammar:
    """The tree-sitter grammar of a language from its own wheel (`tree-sitter-<language>`)."""
    import importlib

    from tree_sitter import Language as Grammar

    package, _, flavour = language.partition("/")
    module = importlib.import_module(f"tree_sitter_{package.replace('-', '_')}")
    return Grammar(getattr(module, f"language_{flavour}" if flavour else "language")())


def parse_syntax(data: bytes, language: str) -> Syntax:
    """The root of a syntax tree; broken code gives a tree with ERROR nodes, never an exception."""
    from tree_sitter import Parser

    return Parser(grammar(language)).parse(data).root_node


# ---------------------------------------------------------------------------------------------- JSON


def parse_json(data: bytes) -> Node:
    """JSON with comments and trailing commas forgiven.  Source: RFC 8259, https://jsonc.org.

    Raises `Unreadable` where nothing of it is JSON, or a string, bracket or comma is broken.
    """
    root = parse_syntax(data, "json")
    values = [child for child in root.named_children if child.type not in ("comment", "ERROR")]
    if not values or root.type == "ERROR":
        raise Unreadable("parse-error", "not valid JSON", _first_error(root))
    budget = [MAX_NODES]
    node = _json_node(values[0], values[0].start_point[0] + 1, 0, budget)
    if root.has_error and (line := _fatal_json_error(root)) is not None:
        raise Unreadable("parse-error", "not valid JSON", line)
    return node


def _first_error(root: Syntax) -> int:
    for child in root.children:
        if child.has_error or child.is_missing:
            return int(child.start_point[0]) + 1
    return 1


def _fatal_json_error(node: Syntax) -> int | None:
    """The line of an error that is more than a trailing comma."""
    stack = [node]
    while stack:
        at = stack.pop()
        if at.is_missing or (at.type == "ERROR" and (at.text or b"").strip() not in (b",", b"")):
            return int(at.start_point[0]) + 1
        stack.extend(child for child in reversed(at.children) if child.has_error or child.type == "ERROR" or child.is_missing)
    return None


def _json_node(syntax: Syntax, line: int, depth: int, budget: list[int]) -> Node:
    budget[0] -= 1
    if depth > MAX_DEPTH or budget[0] < 0:
        raise Unreadable("too-complex", "document is nested too deeply or has too many values", line)
    kind, text = syntax.type, syntax.text or b""
    if kind == "object":
        mapping: dict[str, Node] = {}
        for pair in syntax.named_children:
            key, value = pair.child_by_field_name("key"), pair.child_by_field_name("value")
            if pair.type == "pair" and key is not None and value is not None:
                mapping[_json_text(key)] = _json_node(value, key.start_point[0] + 1, depth + 1, budget)
        return Node(mapping, line)
    if kind == "array":
        return Node(
            [_json_node(c, c.start_point[0] + 1, depth + 1, budget) for c in syntax.named_children if c.type not in ("comment", "ERROR")],
            line,
        )
    if kind == "string":
        return Node(_json_text(syntax), line)
    return Node({b"true": True, b"false": False, b"null": None}.get(text, text.decode(errors="replace")), line)


def _json_text(syntax: Syntax) -> str:
    raw = (syntax.text or b"").decode(errors="replace")
    try:
        return str(json.loads(raw, strict=False))
    except ValueError:
        return raw.strip('"')


# ---------------------------------------------------------------------------------------------- TOML


def parse_toml(data: bytes) -> Node:
    """TOML 1.0 with lines.  Source: https://toml.io.  Raises `Unreadable` where tomllib refuses it."""
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
    return [str(tomllib.loads(f"x={text}")["x"])] if syntax.type == "quoted_key" else [text]


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
        raise Unreadable("too-complex", "document is nested too deeply or has too many values", line)
    text = (syntax.text or b"").decode(errors="replace")
    match syntax.type:
        case "string":
            return Node(str(tomllib.loads(f"x={text}")["x"]), line)
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


# ---------------------------------------------------------------------------------------------- YAML


def parse_yaml(text: str) -> list[Node]:
    """The documents of a YAML stream, aliases shared, merge keys (`<<`) applied, tags ignored.

    Source: https://yaml.org/spec/1.1/.  Booleans are `true` and `false` alone; other plain scalars keep their text
    (`22:22`, `3.10`, `no`).  Raises `Unreadable` on broken YAML and on documents whose expanded size is out of bounds.
    """
    import yaml

    loader = getattr(yaml, "CSafeLoader", yaml.SafeLoader)
    documents: list[Node] = []
    try:
        for composed in yaml.compose_all(text, Loader=loader):
            if composed is not None:
                _yaml_bounds(composed)
                documents.append(_yaml_node(composed, composed.start_mark.line + 1, {}))
    except yaml.YAMLError as error:
        mark = getattr(error, "problem_mark", None)
        raise Unreadable("parse-error", "not valid YAML", mark.line + 1 if mark else None) from None
    except (RecursionError, ValueError):
        raise Unreadable("parse-error", "not valid YAML") from None
    return documents


def _yaml_bounds(root: Any) -> None:
    """Refuse what is too large or too deep once its aliases are expanded, in time linear in the text."""
    sizes: dict[int, tuple[int, int]] = {}
    stack: list[tuple[Any, bool]] = [(root, False)]
    open_nodes: set[int] = set()
    while stack:
        node, done = stack.pop()
        children = node.value if isinstance(node.value, list) else []
        flat = [part for child in children for part in (child if isinstance(child, tuple) else (child,))]
        if done:
            open_nodes.discard(id(node))
            size = 1 + sum(sizes.get(id(child), (1, 0))[0] for child in flat)
            depth = 1 + max((sizes.get(id(child), (1, 0))[1] for child in flat), default=0)
            if size > MAX_NODES or depth > MAX_DEPTH:
                raise Unreadable("too-complex", "document is nested too deeply or has too many values", node.start_mark.line + 1)
            sizes[id(node)] = (size, depth)
        elif id(node) in open_nodes:
            raise Unreadable("too-complex", "document contains itself", node.start_mark.line + 1)
        elif id(node) not in sizes:
            open_nodes.add(id(node))
            stack.append((node, True))
            stack.extend((child, False) for child in flat)


def _yaml_node(node: Any, line: int, seen: dict[tuple[int, int], Node]) -> Node:
    key = (id(node), line)
    if key in seen:
        return seen[key]
    if node.id == "mapping":
        mapping: dict[str, Node] = {}
        merged: list[Any] = []
        for name, value in node.value:
            if name.id == "scalar" and name.tag == "tag:yaml.org,2002:merge":
                merged.extend(value.value if value.id == "sequence" else [value])
            elif name.id == "scalar":
                mapping[name.value] = _yaml_node(value, name.start_mark.line + 1, seen)
        for source in merged:
            for name, child in _yaml_node(source, source.start_mark.line + 1, seen).items():
                mapping.setdefault(name, child)
        result = Node(mapping, line)
    elif node.id == "sequence":
        result = Node([_yaml_node(child, child.start_mark.line + 1, seen) for child in node.value], line)
    else:
        result = Node(_yaml_scalar(node), line)
    seen[key] = result
    return result


def _yaml_scalar(node: Any) -> str | bool | None:
    if not node.style:  # the C loader gives "" for a plain scalar, the Python one None
        if node.tag == "tag:yaml.org,2002:null":
            return None
        if node.tag == "tag:yaml.org,2002:bool" and node.value.lower() in ("true", "false"):
            return bool(node.value.lower() == "true")
    return str(node.value)


# ---------------------------------------------------------------------------------------------- XML


def parse_xml(data: bytes) -> etree._Element:
    """The root element, tags without namespaces, comments removed, entities and network off; `sourceline` gives lines.

    Raises `Unreadable` where no element can be read.
    """
    from lxml import etree

    parser = etree.XMLParser(
        resolve_entities=False, no_network=True, load_dtd=False, huge_tree=False, recover=True, remove_comments=True, remove_pis=True
    )
    try:
        root = etree.fromstring(data, parser)
    except (etree.XMLSyntaxError, ValueError):
        raise Unreadable("parse-error", "not valid XML") from None
    if root is None:
        raise Unreadable("parse-error", "not valid XML")
    for element in root.iter():
        if isinstance(element.tag, str) and "}" in element.tag:
            element.tag = element.tag.rpartition("}")[2]
    return root
