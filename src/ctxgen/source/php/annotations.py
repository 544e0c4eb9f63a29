"""Annotations in doc comments (`@Route("/x", methods={"GET"})`), as the calls that attributes are.

Source: https://www.doctrine-project.org/projects/doctrine-annotations/en/stable/index.html.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator

from ctxgen.source import ir

_START = re.compile(r"^[ \t]*+(?:/\*\*|\*)?[ \t]*+@(?P<name>[A-Z][\w\\]{0,100})(?P<open>\()?", re.MULTILINE)
_TOKEN = re.compile(
    r'\s+|\*(?=\s)|"(?P<text>(?:[^"]|""){0,2000})"|(?P<number>-?\d{1,12}(?:\.\d{1,12})?)|@?(?P<name>[A-Za-z_][\w\\-]{0,120}(?:::\w{1,80})?)|(?P<mark>[(){},=:])'
)
_WORDS: dict[str, bool | None] = {"true": True, "false": False, "null": None}
_MOST = 2_000


def stated(comment: str, line: int, whole: Callable[[str], str]) -> Iterator[ir.Expression]:
    """The annotations of a doc comment whose first line is `line`, `whole` making names whole; broken ones end where they break."""
    read = 0
    for match in _START.finditer(comment):
        if match.start("name") < read:
            continue  # inside the one before
        at = line + comment.count("\n", 0, match.start("name"))
        name = ir.Name(whole(match["name"].replace("\\", ".")), at)
        if match["open"]:
            parser = _Parser(comment, match.end(), at, whole)
            yield ir.Call(name, parser.arguments(), at)
            read = parser.position
        else:
            yield name


class _Parser:
    """Reads the arguments of one annotation."""

    def __init__(self, text: str, position: int, line: int, whole: Callable[[str], str]) -> None:
        self.text, self.position, self.line, self.whole, self.read = text, position, line, whole, 0

    def _next(self) -> tuple[str, str]:
        """The next token: its kind and text; an empty kind at the end or where nothing fits."""
        while (match := _TOKEN.match(self.text, self.position)) is not None and self.read < _MOST:
            self.position = match.end()
            self.read += 1
            if match.lastgroup:
                return match.lastgroup, match[match.lastgroup]
        return "", ""

    def _peek(self) -> str:
        kept = self.position
        token = self._next()[1]
        self.position = kept
        return token

    def arguments(self) -> tuple[ir.Argument, ...]:
        """`"/x", methods={"GET"})`"""
        return tuple(
            ir.Argument(value, key.value if isinstance(key, ir.Literal) and isinstance(key.value, str) else None)
            for key, value in self._items(")", 0)
        )

    def _items(self, end: str, depth: int) -> list[tuple[ir.Expression | None, ir.Expression]]:
        found: list[tuple[ir.Expression | None, ir.Expression]] = []
        while True:
            kind, token = self._next()
            if not kind or (token == end and kind == "mark"):
                return found
            if kind == "mark" and token == ",":
                continue
            value = self._value(kind, token, depth)
            if self._peek() in ("=", ":"):
                self._next()
                key = value if isinstance(value, ir.Literal) else ir.Literal(token, self.line)
                found.append((key, self._value(*self._next(), depth)))
            else:
                found.append((None, value))

    def _value(self, kind: str, token: str, depth: int) -> ir.Expression:
        if depth > 20:
            return ir.Unknown(self.line)
        if kind == "text":
            return ir.Literal(token.replace('""', '"'), self.line)
        if kind == "number":
            return ir.Literal(int(token), self.line) if token.lstrip("-").isdigit() else ir.Unknown(self.line)
        if kind == "mark" and token == "{":
            items = self._items("}", depth + 1)
            if any(key is not None for key, _ in items):
                return ir.Mapping(
                    tuple((key or ir.Literal(index, self.line), value) for index, (key, value) in enumerate(items)), self.line
                )
            return ir.Sequence(tuple(ir.Argument(value) for _, value in items), self.line)
        if kind == "name":
            if token in _WORDS:
                return ir.Literal(_WORDS[token], self.line)
            owner, _, constant = token.partition("::")
            name = ir.Name(self.whole(owner.replace("\\", ".")), self.line)
            if self._peek() == "(":
                self._next()
                given = tuple(
                    ir.Argument(value, str(key.value) if isinstance(key, ir.Literal) else None)
                    for key, value in self._items(")", depth + 1)
                )
                return ir.Call(name, given, self.line)
            return ir.Attribute(name, constant, self.line) if constant and constant != "class" else name
        return ir.Unknown(self.line)
