"""Kotlin that tree-sitter-kotlin's grammar does not read, written in another way on the same lines."""

from __future__ import annotations

import re


def single_dollars(text: str) -> str:
    """The text with strings of many dollars as those of one."""
    return _MANY_DOLLARS.sub(_one_dollar, text) if '$$"' in text else text


def mended(text: str) -> str:
    """A text that could not be parsed, with what the grammar stumbles over written in another way."""
    return _unmarked(_separated(text))


_MANY_DOLLARS = re.compile(r'(?<![\w"$])(\$\$+)("""(?:.*?)"""|"(?:[^"\\\n]|\\.)*")', re.DOTALL)


def _one_dollar(match: re.Match[str]) -> str:
    """`$$"${a.b} of $$total"`, which the grammar does not know, as `"\\${a.b} of $total"`.  Source: https://kotlinlang.org/docs/strings.html#multi-dollar-string-interpolation"""
    most, quoted = len(match[1]), match[2]
    dollar = "${'$'}" if quoted.startswith('"""') else "\\$"

    def run(dollars: re.Match[str]) -> str:
        number = len(dollars[0])
        return dollar * number if number < most else dollar * (number - most) + "$"

    return re.sub(r"\$+", run, quoted)


_ROUTE = re.compile(r"([ \t]*)[ \t](?=get[ \t]*(?:\{|<|\((?![ \t]*\))))")


def _separated(text: str) -> str:
    """The text with calls such as `get { … }` parted from the property before them, for whose getter the grammar takes them."""
    lines, last, comment, changed = text.split("\n"), "{", False, False
    for index, each in enumerate(lines):
        stripped = each.strip()
        if comment or stripped.startswith("/*"):
            comment = "*/" not in stripped
            continue
        if not stripped or stripped.startswith("//"):
            continue
        if last not in "{(,>" and (match := _ROUTE.match(each)):
            lines[index] = f"{match[1]};{each[match.end() :]}"
            changed = True
        last = stripped.partition(" //")[0].rstrip()[-1:]
    return "\n".join(lines) if changed else text


_ARGUMENTS = re.compile(r"(?<=\w)<[^<>;{}]{0,400}@(?:[^<>;{}]|<[^<>;{}]{0,200}>){0,400}>")
_ANNOTATION = re.compile(r"(?<=[<,\s])@(?:\w+:)?[\w.]+(?:\([^()]{0,200}\))?")


def _unmarked(text: str) -> str:
    """The text without annotations and last commas in type arguments: `Map<String, @Valid Order,>`."""

    def blank(match: re.Match[str]) -> str:
        return re.sub(r"\S", " ", match[0])

    bare = _ARGUMENTS.sub(lambda match: _ANNOTATION.sub(blank, match[0]), text) if "@" in text else text
    return re.sub(r",(?=\s{0,200}>)", " ", bare)
