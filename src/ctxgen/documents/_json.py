"""JSON with the line of every key and item."""

from __future__ import annotations

import json
import re
from typing import Any

from ctxgen.documents._node import MAX_DEPTH, MAX_NODES, Node, Unreadable, too_complex

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
            raise too_complex(self.line)
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
