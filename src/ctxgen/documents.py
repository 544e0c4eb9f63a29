"""Parsed documents with positions: one `Node` type for JSON, YAML and TOML; XML keeps lxml's elements.

Each parser is a library's; what is added here is the line of every key and item, and bounds in depth and number that
count YAML aliases as expanded.
"""

from __future__ import annotations

import json
import re
import time
import tomllib
from collections.abc import Iterator
from contextlib import suppress
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


_STEPS, _STEPS_PER_BYTE, _SECONDS = 10_000, 0.125, 1.0
"""Real code takes a thirtieth of a step per byte, code that no recovery helps with hundreds."""


def parse_syntax(data: bytes, language: str) -> Syntax:
    """The root of a syntax tree; broken code gives a tree with ERROR nodes.

    Raises `Unreadable` where the recovery from errors takes out of all proportion to the text: what it tries can grow
    with the square of an unclosed line.  The parser's steps are counted; the time is a backstop for slow steps.
    """
    from tree_sitter import Parser

    most, begun, steps = _STEPS + int(len(data) * _STEPS_PER_BYTE), time.process_time(), 0

    def enough(*_: object) -> bool:
        nonlocal steps
        steps += 1
        return steps > most or time.process_time() - begun > _SECONDS

    parser = Parser(grammar(language))
    try:
        tried = parser.parse(lambda offset, _: data[offset : offset + 65_536], progress_callback=enough)
        # the same tree over the bytes themselves: a node's text would be read through the callback
        return parser.parse(data, tried).root_node
    except ValueError:
        raise Unreadable("too-complex", "broken code that takes too long to parse") from None


# ---------------------------------------------------------------------------------------------- JSON


_JSON_TOKEN = re.compile(
    r"""[ \t\r\n\f\v\xa0]*+(?:(?P<mark>[{}\[\],:])|"(?P<text>(?:[^"\\\n]|\\[^\n])*+)"|(?P<bare>[-+.\w]++)|(?P<comment>//[^\n]*+|/\*(?s:.*?)\*/)|(?P<end>\Z))"""
)
_JSON_BARE = re.compile(r"true|false|null|[-+]?(?:0[xX][0-9a-fA-F]{1,40}|NaN|Infinity|(?=\.?\d)\d*+(?:\.\d*+)?(?:[eE][-+]?\d++)?)")
_JSON_WORDS: dict[str, bool | None] = {"true": True, "false": False, "null": None}


def parse_json(data: bytes) -> Node:
    """JSON with comments and surplus commas forgiven; of several values the first.  Sources: RFC 8259, https://jsonc.org.

    Raises `Unreadable` where a string, bracket or comma is broken, in time linear in the text before it.
    """
    return _JsonParser(data.decode(errors="replace")).parse()


class _JsonParser:
    """One walk over the tokens, without recursion, so that no text is too deep for it."""

    def __init__(self, text: str) -> None:
        self.text, self.position, self.line, self._counted = text, 0, 1, 0
        self.open: list[Node] = []
        self.first: Node | None = None
        self.values = 0

    def parse(self) -> Node:
        key: str | None = None
        key_line = 1
        expects = "value"  # value, key, colon (after a key), or comma (after a value)
        while (token := self._next()).lastgroup != "end":
            mark = token["mark"]
            inside = self.open[-1].value if self.open else None
            if mark in ("}", "]"):
                if not isinstance(inside, dict if mark == "}" else list) or expects == "colon" or (expects == "value" and key is not None):
                    raise self._broken()
                self.open.pop()
                expects = "comma" if self.open else "value"
            elif mark == ",":
                if not self.open or expects == "colon" or (expects == "value" and key is not None):
                    raise self._broken()
                expects = "key" if isinstance(inside, dict) else "value"
            elif expects == "colon":
                if mark != ":":
                    raise self._broken()
                expects = "value"
            elif expects == "key":
                if token["text"] is None:
                    raise self._broken()
                key, key_line, expects = self._string(token["text"]), self.line, "colon"
            elif expects == "value":
                node = Node(self._value(token), self.line if key is None else key_line)
                self._place(node, key)
                key = None
                opens = mark is not None
                expects = "key" if mark == "{" else "value" if opens or not self.open else "comma"
                if opens:
                    self.open.append(node)
            else:
                raise self._broken()
        if self.open or self.first is None:
            raise self._broken()
        return self.first

    def _next(self) -> re.Match[str]:
        while True:
            token = _JSON_TOKEN.match(self.text, self.position)
            if token is None:
                self.line += self.text.count("\n", self._counted, self.position)
                raise self._broken()
            self.position = token.end()
            if token.lastgroup != "comment":
                start = token.start(token.lastgroup or 0)
                self.line += self.text.count("\n", self._counted, start)
                self._counted = start
                return token

    def _value(self, token: re.Match[str]) -> Any:
        mark, bare = token["mark"], token["bare"]
        if mark is not None:
            if mark == ":":
                raise self._broken()
            return {} if mark == "{" else []
        if bare is None:
            return self._string(token["text"])
        if not _JSON_BARE.fullmatch(bare):
            raise self._broken()
        return _JSON_WORDS.get(bare, bare)

    def _place(self, node: Node, key: str | None) -> None:
        self.values += 1
        if len(self.open) > MAX_DEPTH or self.values > MAX_NODES:
            raise _too_complex(self.line)
        if not self.open:
            self.first = self.first or node
        elif key is None:
            self.open[-1].value.append(node)
        else:
            self.open[-1].value[key] = node

    def _string(self, written: str) -> str:
        if "\\" not in written:
            return written
        try:
            return str(json.loads(f'"{written}"', strict=False))
        except ValueError:
            return written

    def _broken(self) -> Unreadable:
        return Unreadable("parse-error", "not valid JSON", self.line)


# ---------------------------------------------------------------------------------------------- TOML


_TOML_DEEP = re.compile(
    rb"""(?:(?:(?<![\w-])[\w-]{1,80}|"[^"\n]{0,80}"|'[^'\n]{0,80}')[ \t]{0,4}\.[ \t]{0,4}){50}|(?:[\[{][ \t]{0,4}){100}"""
)
"""Dotted keys and brackets deeper than anybody writes: the standard parser takes the square of their depth, or recurses."""


def parse_toml(data: bytes) -> Node:
    """TOML 1.0 with lines.  Source: https://toml.io.  Raises `Unreadable` where tomllib refuses it."""
    if deep := _TOML_DEEP.search(data):
        raise _too_complex(data.count(b"\n", 0, deep.start()) + 1)
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
        raise _too_complex(line)
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


_YAML_NULL = {"", "~", "null", "Null", "NULL"}
_YAML_BOOLEAN = {"true": True, "True": True, "TRUE": True, "false": False, "False": False, "FALSE": False}
_YAML_TAG = "tag:yaml.org,2002:"


def parse_yaml(text: str) -> list[Node]:
    """The documents of a YAML stream, aliases shared, merge keys (`<<`) applied, tags ignored.

    Source: https://yaml.org/spec/1.1/.  Booleans are `true` and `false` alone; other plain scalars keep their text
    (`22:22`, `3.10`, `no`).  Raises `Unreadable` on broken YAML and on documents whose expanded size is out of bounds.
    """
    import yaml

    builder = _YamlBuilder()
    try:
        # by events: the library's composers recurse, and a deep text overflows the C stack
        for event in yaml.parse(text, Loader=getattr(yaml, "CSafeLoader", yaml.SafeLoader)):
            builder.take(type(event).__name__, event)
    except yaml.YAMLError as error:
        mark = getattr(error, "problem_mark", None)
        raise Unreadable("parse-error", "not valid YAML", mark.line + 1 if mark else None) from None
    except (RecursionError, ValueError):
        raise Unreadable("parse-error", "not valid YAML") from None
    return builder.documents


class _YamlOpen:
    """A mapping or sequence that is not closed yet; `size` and `depth` are of what stands in it, aliases expanded."""

    __slots__ = ("anchor", "depth", "key", "key_line", "merged", "node", "size")

    def __init__(self, node: Node, anchor: str | None) -> None:
        self.node, self.anchor = node, anchor
        self.size, self.depth = 1, 0
        self.key: str | None = None
        self.key_line = 0  # of the key whose value comes next, 0 where a key comes next
        self.merged: list[Node] = []


class _YamlBuilder:
    """Documents from events."""

    def __init__(self) -> None:
        self.documents: list[Node] = []
        self._open: list[_YamlOpen] = []
        self._anchors: dict[str, tuple[Node, int, int] | None] = {}
        self._size = 0

    def take(self, kind: str, event: Any) -> None:
        if kind == "ScalarEvent":
            line = event.start_mark.line + 1
            self._anchored(event.anchor, self._placed(event, Node(_yaml_scalar(event), line), 1, 1), 1, 1)
        elif kind in ("MappingStartEvent", "SequenceStartEvent"):
            line = event.start_mark.line + 1
            if len(self._open) >= MAX_DEPTH:
                raise _too_complex(line)
            if event.anchor is not None:
                self._anchors[event.anchor] = None
            node = Node({} if kind == "MappingStartEvent" else [], self._line(line))
            self._open.append(_YamlOpen(node, event.anchor))
        elif kind in ("MappingEndEvent", "SequenceEndEvent"):
            done = self._open.pop()
            for source in done.merged:
                for each in (source, *source.elements()):
                    for key, child in each.items():
                        done.node.value.setdefault(key, child)
            self._anchored(done.anchor, self._placed(None, done.node, done.size, done.depth + 1), done.size, done.depth + 1)
        elif kind == "AliasEvent":
            line = event.start_mark.line + 1
            if event.anchor not in self._anchors:
                raise Unreadable("parse-error", "not valid YAML", line)
            known = self._anchors[event.anchor]
            if known is None:
                raise Unreadable("too-complex", "document contains itself", line)
            node, size, depth = known
            self._placed(None, Node(node.value, self._line(node.line)), size, depth)
        elif kind == "DocumentStartEvent":
            self._anchors = {}

    def _line(self, line: int) -> int:
        """The line of the key whose value comes next, where one does."""
        return abs(self._open[-1].key_line or line) if self._open else line

    def _anchored(self, anchor: str | None, node: Node, size: int, depth: int) -> None:
        if anchor is not None:
            self._anchors[anchor] = (node, size, depth)

    def _placed(self, scalar: Any, node: Node, size: int, depth: int) -> Node:
        """Put a value where it stands; `scalar` is its event where it is one, and may be a key."""
        if not self._open:
            self._size += size
            if self._size > MAX_NODES or depth > MAX_DEPTH:
                raise _too_complex(node.line)
            self.documents.append(node)
            return node
        into = self._open[-1]
        into.size += size
        into.depth = max(into.depth, depth)
        if into.size + self._size > MAX_NODES or into.depth + len(self._open) > MAX_DEPTH + 1:
            raise _too_complex(into.node.line)
        if isinstance(into.node.value, list):
            into.node.value.append(node)
        elif not into.key_line:
            into.key_line = node.line
            into.key = str(scalar.value) if scalar is not None else None
            if scalar is not None and into.key == "<<" and not scalar.style and scalar.tag in (None, _YAML_TAG + "merge"):
                into.key_line = -node.line
        elif into.key_line < 0:
            into.merged.append(node)
            into.key_line = 0
        else:
            node.line = into.key_line
            if into.key is not None:
                into.node.value[into.key] = node
            into.key_line = 0
        return node


def _too_complex(line: int) -> Unreadable:
    return Unreadable("too-complex", "document is nested too deeply or has too many values", line)


def _yaml_scalar(event: Any) -> str | bool | None:
    if not event.style:  # the C parser gives "" for a plain scalar, the Python one None
        if event.value in _YAML_NULL and event.tag in (None, _YAML_TAG + "null"):
            return None
        if event.value in _YAML_BOOLEAN and event.tag in (None, _YAML_TAG + "bool"):
            return _YAML_BOOLEAN[event.value]
    return str(event.value)


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
            with suppress(ValueError):  # a recovered document may have a tag that is no name, which then stays as it is
                element.tag = element.tag.rpartition("}")[2]
    return root
