"""Python's strings: literals with their escapes resolved, f-strings, `%` and `format`.

Sources: https://docs.python.org/3/reference/lexical_analysis.html#string-and-bytes-literals,
https://docs.python.org/3/library/stdtypes.html#printf-style-string-formatting, https://docs.python.org/3/library/string.html#format-string-syntax.
"""

from __future__ import annotations

import re
import string
from collections.abc import Iterator, Sequence
from typing import TYPE_CHECKING

from ctxgen.source import ir

if TYPE_CHECKING:
    from tree_sitter import Node as Syntax

_ESCAPE = re.compile(r"\\(?:\n|x[0-9a-fA-F]{2}|u[0-9a-fA-F]{4}|U[0-9a-fA-F]{8}|[0-7]{1,3}|.)", re.DOTALL)
_SIMPLE = {"n": "\n", "t": "\t", "r": "\r", "b": "\b", "f": "\f", "v": "\v", "a": "\a", "\n": "", "\\": "\\", "'": "'", '"': '"'}
_PERCENT = re.compile(r"%(?:\((\w{1,100})\))?[#0\- +]{0,5}(?:\d{1,9}|\*)?(?:\.\d{1,9})?[hlL]?([diouxXeEfFgGcrsa%])")


def pieces(node: Syntax) -> Iterator[str | Syntax]:
    """The parts of a `string` node: text, and the expressions that it interpolates."""
    prefix = ""
    for child in node.children:
        if child.type == "string_start":
            prefix = (child.text or b"").decode(errors="replace").lower().rstrip("\"'")
        elif child.type == "string_content":
            text = (child.text or b"").decode(errors="replace")
            if "f" in prefix or "t" in prefix:
                text = text.replace("{{", "{").replace("}}", "}")
            yield text if "r" in prefix or "\\" not in text else _ESCAPE.sub(_unescaped, text)
        elif child.type == "interpolation" and (value := child.child_by_field_name("expression")) is not None:
            yield value


def _unescaped(match: re.Match[str]) -> str:
    escape = match[0][1:]
    if escape in _SIMPLE:
        return _SIMPLE[escape]
    if escape[0] in "xuU" and len(escape) > 1:
        code = int(escape[1:], 16)
        return chr(code) if code < 0x110000 and not 0xD800 <= code < 0xE000 else "\ufffd"
    return chr(int(escape, 8)) if escape[0] in "01234567" else match[0]


def joined(parts: Sequence[str | ir.Expression], line: int) -> ir.Expression:
    """Text and expressions in a row: a `Literal` where there is only text, else a `Template`."""
    merged: list[ir.Expression] = []
    for part in parts:
        if not isinstance(part, str):
            merged.append(part)
        elif merged and isinstance(merged[-1], ir.Literal):
            merged[-1] = ir.Literal(f"{merged[-1].value}{part}", line)
        elif part:
            merged.append(ir.Literal(part, line))
    if not merged:
        return ir.Literal("", line)
    if len(merged) == 1 and isinstance(merged[0], ir.Literal) and isinstance(merged[0].value, str):
        return merged[0]
    return ir.Template(tuple(merged), line)


def percents(text: str, value: ir.Expression, line: int) -> ir.Expression:
    """`"/%s/%s" % (a, b)`, `"/%(name)s" % {"name": a}`."""
    given = [item.value for item in value.items] if isinstance(value, ir.Sequence) else [value]
    keyed = {key.value: each for key, each in value.entries if isinstance(key, ir.Literal)} if isinstance(value, ir.Mapping) else {}
    parts: list[str | ir.Expression] = []
    end = 0
    for found in _PERCENT.finditer(text):
        parts.append(text[end : found.start()])
        end = found.end()
        if found[2] == "%":
            parts.append("%")
        elif found[1]:
            parts.append(keyed.get(found[1], ir.Unknown(line)))
        else:
            parts.append(given.pop(0) if given else ir.Unknown(line))
    return joined([*parts, text[end:]], line)


def braces(text: str, given: Sequence[ir.Argument], line: int) -> ir.Expression:
    """`"/{}/{name}".format(a, name=b)`."""
    positional = [argument.value for argument in given if argument.keyword is None and not argument.spread]
    keyed = {argument.keyword: argument.value for argument in given if argument.keyword is not None}
    parts: list[str | ir.Expression] = []
    count = 0
    try:
        for literal, field, _, _ in string.Formatter().parse(text):
            parts.append(literal)
            if field is None:
                continue
            key, count = (str(count), count + 1) if field == "" else (field, count)
            if key.isascii() and key.isdigit() and len(key) < 5:
                parts.append(positional[int(key)] if int(key) < len(positional) else ir.Unknown(line))
            else:
                parts.append(keyed.get(key, ir.Unknown(line)))
    except ValueError:  # braces that do not match
        return ir.Unknown(line, tuple(positional))
    return joined(parts, line)
