"""SQL as far as data definition needs it: the statements that change tables, in tokens with their lines; everything else is passed over in one step.

One lexer for the dialects of PostgreSQL, MySQL, SQLite, SQL Server and Oracle.  They differ in how an identifier is quoted, which
never clashes, and in whether a backslash escapes in a string, which MySQL's own words tell.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from functools import cache
from typing import Literal, NamedTuple

from ctxgen.documents import Unreadable

MAX_TOKENS = 1_000_000
"""Those of a file's definitions: a thousand tables of thirty columns with their indexes have a quarter of them."""
_STATEMENT = 10
"""What a statement costs beside its tokens, in these."""


class Token(NamedTuple):
    """A word, a quoted name or a string (both without their quotes), a number or one other character, and its line."""

    kind: Literal["word", "name", "string", "number", "symbol"]
    text: str
    line: int

    @property
    def upper(self) -> str:
        """The word in capitals; nothing for what is quoted, so that `"order"` is no keyword."""
        return self.text.upper() if self.kind in ("word", "symbol") else ""

    @property
    def identifier(self) -> bool:
        return self.kind in ("word", "name")


_FILLED_IN = re.compile(r"(?<![\w.'\"])(?:\$\{[\w.:-]{1,60}\}|\{\{[^{}\n']{1,80}\}\})\.(?=[\w\"`])")
_COMMENT = r"--[^\n]*+|/\*(?:[^*]++|\*(?!/))*+\*/"
_STANDARD = r"(?<=[^\w][eE])'(?:[^'\\]++|\\.|'')*+'|'(?:[^']++|'')*+'"
_ESCAPING = r"'(?:[^'\\]++|\\.|'')*+'"
_QUOTED = r'"(?:[^"]++|"")*+"|`(?:[^`]++|``)*+`'
_BEGINS = r"[ \t]*+(?:GO\b|CREATE\s|(?:ALTER|DROP|RENAME)\s++TABLE\b|EXEC(?:UTE)?\s++(?:\w++\.)?sp_rename\b|INSERT\s++INTO\b|DELIMITER\s|/[ \t]*+$)"
"""What begins a statement at the beginning of a line, with or without a semicolon before it."""
_BEGIN = re.compile(_BEGINS, re.IGNORECASE | re.MULTILINE)
_FIRST = re.compile(r"\w+|.", re.DOTALL)
_DOLLAR = re.compile(r"\$\w*+\$")
_DELIMITED = re.compile(r"^[ \t]*+DELIMITER\s++;", re.IGNORECASE | re.MULTILINE)
_COPY_DATA = re.compile(r"[^\n;]*+(?<=stdin);[^\n]*+\n", re.IGNORECASE)
_DEFINITIONS = {"CREATE", "ALTER", "DROP", "RENAME", "EXEC", "EXECUTE"}
_ROUTINE = re.compile(
    r"(?:CREATE|ALTER)\s++(?:OR\s++(?:REPLACE|ALTER)\s++)?(?:DEFINER\s*+=\s*+\S++\s++)?(?:FUNCTION|PROCEDURE|PROC|TRIGGER|PACKAGE|VIEW|RULE)\b",
    re.IGNORECASE,
)
_MYSQL = re.compile(r"\bENGINE\s*+=|\bAUTO_INCREMENT\b|\b(?:TABLE|INTO|EXISTS)\s++`", re.IGNORECASE)


class _Lexer:
    """The patterns for one kind of string: `rest` takes what is left of a statement of no interest up to what needs a look."""

    def __init__(self, escaping: bool) -> None:
        self.escaping = escaping
        strings = _ESCAPING if escaping else _STANDARD
        comment, mark = (_COMMENT + r"|\#[^\n]*+", "#") if escaping else (_COMMENT, "")
        self.space = re.compile(rf"(?:\s++|{comment}|;)*+")
        self.rest = re.compile(
            rf"(?:[^;'\"`$/\n{mark}-]++|\n(?!{_BEGINS})|{comment}|{strings}|{_QUOTED}|\$(?!\w*+\$)|/(?!\*)|-(?!-))*+",
            re.DOTALL | re.IGNORECASE | re.MULTILINE,
        )
        self.token = re.compile(
            rf"(?P<space>\s++|{comment})|[nN]?(?P<string>{strings})|(?P<name>{_QUOTED}|\[[A-Za-z_][^\]\n]{{0,128}}\])|(?P<word>[^\W\d][\w$]*+)"
            r"|(?P<number>\d[\w.]*+)|(?P<symbol>.)",
            re.DOTALL,
        )


_lexer = cache(_Lexer)


def statements(text: str, line: int = 1) -> Iterator[list[Token]]:
    """The statements that define tables and indexes in a text that begins on a line; those of an anonymous block (`DO $$ … $$`) too, not those of a routine.

    A schema that is filled in when they run (`${schema}.orders`, `{{ .Schema }}.orders`) is left out.
    Raises `Unreadable` where a string or comment never ends, and where there are more than `MAX_TOKENS`.
    """
    if "}." in text:
        text = _FILLED_IN.sub("", text)
    left = MAX_TOKENS
    for statement in _statements(text, line, _lexer(_MYSQL.search(text) is not None), 0):
        left -= len(statement) + _STATEMENT
        if left < 0:
            raise _too_many(statement[0].line)
        yield statement


def _statements(text: str, line: int, lexer: _Lexer, depth: int) -> Iterator[list[Token]]:
    position = counted = 0
    while True:
        position = _matched(lexer.space, text, position)
        if position >= len(text):
            return
        line, counted = line + text.count("\n", counted, position), position
        first = _FIRST.match(text, position)
        word = first[0].upper() if first else ""
        if word in _DEFINITIONS and not _ROUTINE.match(text, position):
            tokens, position = _tokens(lexer, text, position, line)
            yield tokens
        elif word == "\\":  # a command of psql
            position = _line_end(text, position)
        elif word == "DELIMITER":  # a routine of MySQL's, up to where the delimiter is again the usual one
            closing = _DELIMITED.search(text, position)
            position = len(text) if closing is None else closing.end()
        elif word == "COPY" and (copied := _COPY_DATA.match(text, position)) is not None:
            end = text.find("\n\\.", copied.end() - 1)
            position = len(text) if end < 0 else _line_end(text, end + 1)
        else:
            position, bodies = _passed_over(lexer, text, position, line)
            for begin, end in bodies if word == "DO" and depth == 0 else ():
                line, counted = line + text.count("\n", counted, begin), begin
                yield from _statements(text[begin:end], line, lexer, 1)


def _matched(pattern: re.Pattern[str], text: str, position: int) -> int:
    found = pattern.match(text, position)
    return found.end() if found else position


def _line_end(text: str, position: int) -> int:
    end = text.find("\n", position)
    return len(text) if end < 0 else end


def _passed_over(lexer: _Lexer, text: str, position: int, line: int) -> tuple[int, list[tuple[int, int]]]:
    """Where a statement ends, and the bodies in dollar quotes that it has."""
    begun, bodies = position, list[tuple[int, int]]()
    while True:
        position = _matched(lexer.rest, text, position)
        here = text[position : position + 1]
        if here in ("", "\n"):
            return position, bodies
        if here == ";":
            return position + 1, bodies
        tag = _DOLLAR.match(text, position)
        end = text.find(tag[0], tag.end()) if tag else -1
        if tag is None or end < 0:
            raise _endless(line + text.count("\n", begun, position))
        bodies.append((tag.end(), end))
        position = end + len(tag[0])


def _tokens(lexer: _Lexer, text: str, position: int, line: int) -> tuple[list[Token], int]:
    """The tokens of the statement at a position, and where it ends: at a semicolon, or before a line that begins another."""
    found: list[Token] = []
    depth = 0
    while (match := lexer.token.match(text, position)) is not None:
        if len(found) > MAX_TOKENS:
            raise _too_many(line)
        kind, taken = match.lastgroup, match[0]
        if kind == "symbol":
            if taken == ";":
                return found, match.end()
            if taken in "'\"`" or text.startswith("/*", position):
                raise _endless(line)
            depth += (taken == "(") - (taken == ")")
            found.append(Token("symbol", taken, line))
        elif kind == "word" or kind == "number":
            found.append(Token("word" if kind == "word" else "number", taken, line))
        elif kind == "name":
            found.append(Token("name", taken[1:-1], line))
        elif kind == "string":
            found.append(Token("string", match["string"].strip("'"), line))
        if "\n" in taken:
            line += taken.count("\n")
            if kind == "space" and depth <= 0 and found and _BEGIN.match(text, text.rfind("\n", position, match.end()) + 1):
                return found, match.end()
        position = match.end()
    return found, len(text)


def _too_many(line: int) -> Unreadable:
    return Unreadable("too-complex", "definitions of too many words, the rest is left out", line)


def _endless(line: int) -> Unreadable:
    return Unreadable("parse-error", "a string or comment that never ends, the rest is left out", line)
