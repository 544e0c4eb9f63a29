"""YAML by PyYAML's events, with positions, merge keys and bounds that count aliases as expanded."""

from __future__ import annotations

import re
from typing import Any

from ctxgen.documents._node import MAX_DEPTH, MAX_NODES, Node, Unreadable, too_complex

_YAML_NULL = {"", "~", "null", "Null", "NULL"}
_YAML_BOOLEAN = {"true": True, "True": True, "TRUE": True, "false": False, "False": False, "FALSE": False}
_YAML_TAG = "tag:yaml.org,2002:"


_LONE_DASH = re.compile(r"([:,\[{][ \t]{0,20})-(?=[ \t]{0,20}[,}\]])")
"""A dash alone as a value of a flow collection, which Symfony reads as text (`{ slug: - }`) and the specification forbids."""


def parse_yaml(text: str) -> list[Node]:
    """The documents of a YAML stream, aliases shared, merge keys (`<<`) applied, tags ignored.

    Source: https://yaml.org/spec/1.1/.  Booleans are `true` and `false` alone; other plain scalars keep their text
    (`22:22`, `3.10`, `no`).  Raises `Unreadable` on broken YAML and on documents whose expanded size is out of bounds.
    """
    try:
        return _parsed(text)
    except Unreadable:
        repaired = _LONE_DASH.sub(r'\1"-"', text)
        if repaired == text:
            raise
    return _parsed(repaired)


def _parsed(text: str) -> list[Node]:
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
                raise too_complex(line)
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
                raise too_complex(node.line)
            self.documents.append(node)
            return node
        into = self._open[-1]
        into.size += size
        into.depth = max(into.depth, depth)
        if into.size + self._size > MAX_NODES or into.depth + len(self._open) > MAX_DEPTH + 1:
            raise too_complex(into.node.line)
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


def _yaml_scalar(event: Any) -> str | bool | None:
    if not event.style:  # the C parser gives "" for a plain scalar, the Python one None
        if event.value in _YAML_NULL and event.tag in (None, _YAML_TAG + "null"):
            return None
        if event.value in _YAML_BOOLEAN and event.tag in (None, _YAML_TAG + "bool"):
            return _YAML_BOOLEAN[event.value]
    return str(event.value)
