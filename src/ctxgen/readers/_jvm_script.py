"""Build scripts in Groovy, Kotlin and Scala as nested groups of tokens, split into statements.

The three share strings, comments and brackets, which is all that a build DSL is told apart by.  A grammar per language
is not used here: on real Groovy builds it leaves ERROR nodes over whole blocks (command calls without parentheses,
map arguments), and what is asked for is the same in each.
Sources: https://groovy-lang.org/syntax.html, https://kotlinlang.org/spec/syntax-and-grammar.html.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import NamedTuple

from ctxgen.documents import MAX_NODES, too_complex

UNKNOWN = "${-}"
"""Stands in a template for an expression that is not a plain name; it never becomes a version."""

MAX_NAME = 200
"""The longest name that stands for a block or configuration: what stands in a block may repeat it."""

_MAX_DEPTH = 60
_OPEN, _CLOSE = {"(": ")", "[": "]", "{": "}"}, {")", "]", "}"}


class Token(NamedTuple):
    """A word, string, number, operator or line end.  A string's text is a template: `${name}` where it interpolates."""

    kind: str
    text: str
    line: int


class Group(NamedTuple):
    """What stands in a pair of brackets."""

    open: str
    items: list[Token | Group]
    line: int


Item = Token | Group

_TOKEN = re.compile(
    r"(?P<blank>[ \t\f]+|\\\n)|(?P<newline>\n)|(?P<comment>//[^\n]*|/\*(?:[^*]++|\*(?!/))*+(?:\*/|\Z)|\A\#![^\n]*)"
    r"|(?P<raw>\'\'\'(?:[^\'\\]++|\\.|\'(?!\'\'))*+(?:\'\'\'|\Z)|\'(?:[^\'\\\n]++|\\.)*+\'?)"
    r'|(?P<string>[sf]?"""(?:[^"\\]++|\\.|"(?!""))*+(?:"""|\Z)|[sf]?"(?:[^"\\\n$]++|\\.|\$\{[^{}\n]*+\}|\$)*+"?)'
    r"|(?P<word>[^\W\d]\w*|`[^`\n]+`)|(?P<number>\d[\w.]*)|(?P<op>%%%|%%|\?:|\?\.|!!|\+\+=|\+=|:=|==|!=|->|=>|&&|\|\||.)",
    re.DOTALL,
)


def tokens(text: str) -> Iterator[Token]:
    """The tokens of a script, comments left out.  Interpolations of double-quoted strings are normalised.  Raises `Unreadable` where there are too many."""
    line = 1
    for count, found in enumerate(_TOKEN.finditer(text)):
        if count > MAX_NODES:
            raise too_complex(line)
        kind, written = found.lastgroup or "", found[0]
        if kind == "raw":
            yield Token("string", written.strip("'").replace("$", ""), line)
        elif kind == "string":
            yield Token("string", _template(written.lstrip("sf").strip('"')), line)
        elif kind == "word":
            yield Token("word", written.strip("`"), line)
        elif kind not in ("blank", "comment"):
            yield Token(kind, written, line)
        line += written.count("\n")


_INTERPOLATION = re.compile(r"\\\$|\$\{([^{}]*)\}|\$([A-Za-z_]\w*(?:\.[A-Za-z_]\w*)*)")


def _template(text: str) -> str:
    return _INTERPOLATION.sub(lambda m: "" if m[0] == "\\$" else placeholder(m[1] or m[2] or ""), text)


_TAIL = re.compile(
    r"(?:\.pluginId|\.(?:get|asProvider|toString|orNull|getOrNull|value|trim)\(\)|\.(?:value|orNull)|!!|(?<!\s)\s++as\s++String\??)$"
)
_HEAD = re.compile(r"^(?:(?:project|rootProject|parent|this|self|settings|gradle|ext|extra|properties|providers)\.)+")
_CATALOGUE = re.compile(r'^(?:.*\.)?(?:findLibrary|findVersion|findBundle|findPlugin)\("([\w.-]+)"\).*$', re.DOTALL)
_QUOTED = re.compile(r'^(?:ext|extra|property|findProperty|properties|gradleProperty|getProperty|get)[\[(]["\']([\w.-]+)["\'][\])]')
_INDEX = re.compile(r'\[["\']([\w.-]+)["\']\]')
_PATH = re.compile(r"[A-Za-z_][\w.-]{0,80}")
_FINDERS = {"findVersion": "libs.versions.", "findBundle": "libs.bundles.", "findPlugin": "libs.plugins.", "findLibrary": "libs."}


def path_of(expression: str) -> str | None:
    """The name that an expression reads, without the ways of asking for it: `project.ext["a.b"]`, `libs.versions.x.get()`."""
    text = expression.strip()
    for _ in range(6):
        shorter = _HEAD.sub("", _TAIL.sub("", text))
        if shorter == text:
            break
        text = shorter
    if found := _CATALOGUE.match(text):
        finder = next(finder for finder in _FINDERS if finder + "(" in text)
        return _FINDERS[finder] + found[1]
    if found := _QUOTED.match(text):
        return found[1]
    text = _INDEX.sub(r".\1", text).replace("?.", ".")
    return text if _PATH.fullmatch(text) else None


def placeholder(expression: str) -> str:
    """A template's `${name}` for an expression, with its default where one is given by `?:`."""
    asked, elvis, default = expression.partition("?:")
    path = path_of(asked)
    if path is None:
        return UNKNOWN
    fallback = default.strip().strip("\"'")
    return f"${{{path}:-{fallback}}}" if elvis and re.fullmatch(r"[\w.-]+", fallback) else f"${{{path}}}"


def parse(text: str) -> list[Item]:
    """The items of a script; a bracket that is never closed is closed by the end of its surroundings."""
    top: list[Item] = []
    stack: list[Group] = []
    for token in tokens(text):
        items = stack[-1].items if stack else top
        if token.kind == "op" and token.text in _OPEN and len(stack) < _MAX_DEPTH:
            group = Group(token.text, [], token.line)
            items.append(group)
            stack.append(group)
        elif token.kind == "op" and token.text in _CLOSE:
            while stack and any(_OPEN[group.open] == token.text for group in stack):
                if _OPEN[stack.pop().open] == token.text:
                    break
        else:
            items.append(token)
    return top


_CONTINUES = {",", ".", "?.", "=", "+", "?:", ":", "%", "%%", "%%%", "+=", ":=", "++=", "&&", "||", "->"}
_ENDS = {";"}
_CONTINUED = {".", "?.", "?:", "&&", "||", "%", "%%", "%%%", ","}


def statements(items: list[Item]) -> Iterator[list[Item]]:
    """The statements of a block: lines, joined where an operator says that they go on."""
    current: list[Item] = []
    for index, item in enumerate(items):
        if isinstance(item, Token) and item.kind == "newline":
            if not current or _is_op(current[-1], _CONTINUES):
                continue
            following = next(
                (each for each in items[index + 1 : index + 40] if not (isinstance(each, Token) and each.kind == "newline")), None
            )
            if following is not None and _is_op(following, _CONTINUED):
                continue
        elif not _is_op(item, _ENDS):
            current.append(item)
            continue
        if current:
            yield current
        current = []
    if current:
        yield current


def _is_op(item: Item, texts: set[str]) -> bool:
    return isinstance(item, Token) and item.kind == "op" and item.text in texts


def is_op(item: Item, *texts: str) -> bool:
    """Whether an item is one of these operators."""
    return _is_op(item, set(texts))


def split(items: list[Item], *operators: str) -> list[list[Item]]:
    """The parts between operators, line ends left out, empty parts too."""
    parts: list[list[Item]] = [[]]
    for item in items:
        if is_op(item, *operators):
            parts.append([])
        elif not (isinstance(item, Token) and item.kind == "newline"):
            parts[-1].append(item)
    return [part for part in parts if part]


def render(items: list[Item]) -> str:
    """Items as an expression's text, strings double-quoted."""
    out = ""
    for item in items:
        if isinstance(item, Group):
            out += f"{item.open}{render(item.items)}{_OPEN[item.open]}"
        elif item.kind == "string":
            out += f'"{item.text}"'
        elif item.kind != "newline":
            out += f" {item.text}" if item.kind == "word" and out[-1:].isalnum() else item.text
    return out


def template(items: list[Item]) -> str:
    """An expression of strings, names and `+` as a template."""
    out = ""
    for part in split(items, "+"):
        first = part[0]
        if len(part) == 1 and isinstance(first, Token) and first.kind in ("string", "number"):
            out += first.text
        elif len(part) == 1 and isinstance(first, Group) and first.open == "(":
            out += template(first.items)
        else:
            out += placeholder(render(part))
    return out


def line_of(items: list[Item]) -> int:
    """The line where a statement or argument begins."""
    return items[0].line if items else 1


def head_of(statement: list[Item]) -> tuple[str, list[Item]]:
    """(dotted path or quoted name that a statement begins with, what follows it); annotations before it are left out: `@Suppress("…") plugins { … }`."""
    if len(statement) > 2 and is_op(statement[0], "@"):
        called = 3 if isinstance(statement[2], Group) and statement[2].open == "(" else 2
        return head_of(statement[called:])
    if not statement or isinstance(statement[0], Group) or statement[0].kind not in ("word", "string"):
        return "", statement
    names, index = [statement[0].text], 1
    while index + 1 < len(statement) and is_op(statement[index], ".", "?."):
        following = statement[index + 1]
        if not isinstance(following, Token) or following.kind not in ("word", "string"):
            break
        names.append(following.text)
        index += 2
    if index < len(statement) and is_op(statement[index], "<"):
        closing = next((at for at in range(index, len(statement)) if is_op(statement[at], ">")), None)
        index = index if closing is None else closing + 1
    return ".".join(names), statement[index:]


def arguments(rest: list[Item]) -> list[list[Item]]:
    """The arguments of a call, in parentheses or (a command call) without; closures left out."""
    if rest and isinstance(rest[0], Group) and rest[0].open == "(":
        return split(rest[0].items, ",")
    return split([item for item in rest if not (isinstance(item, Group) and item.open == "{")], ",")


def named(argument: list[Item]) -> tuple[str, list[Item]] | None:
    """(name, value) of a named argument: `name: value`, `name = value`, `"name" to value`."""
    if len(argument) >= 3 and isinstance(argument[0], Token) and argument[0].kind in ("word", "string"):
        second = argument[1]
        if is_op(second, ":", "=") or (isinstance(second, Token) and second.text == "to"):
            return argument[0].text, argument[2:]
    return None


def closures(items: list[Item]) -> Iterator[Group]:
    """The blocks of a statement, those inside its parentheses too."""
    for item in items:
        if isinstance(item, Group):
            if item.open == "{":
                yield item
            else:
                yield from closures(item.items)
