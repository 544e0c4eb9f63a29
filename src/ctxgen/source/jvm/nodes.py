"""What the lowering of Java and of Kotlin have in common."""

from __future__ import annotations

import operator
import re
from collections.abc import Callable, Sequence
from typing import TYPE_CHECKING

from ctxgen.source.ir import Expression, Literal, Template, Unknown

if TYPE_CHECKING:
    from tree_sitter import Node as Syntax

DEEPEST = 100
"""Nesting of expressions and statements that is followed; real code has some thirty levels."""

_ESCAPE = re.compile(r"\\(?:u+([0-9a-fA-F]{4})|([0-7]{1,3})|(.))", re.DOTALL)
_ESCAPED = {"n": "\n", "t": "\t", "r": "\r", "b": "\b", "f": "\f", "s": " ", "0": "\0", "\n": ""}
_ARITHMETIC: dict[str, Callable[[float, float], float]] = {"*": operator.mul, "-": operator.sub, "+": operator.add}


def text(node: Syntax) -> str:
    """The text of a node."""
    return (node.text or b"").decode("utf-8", "replace")


def line(node: Syntax) -> int:
    """The line of a node's beginning, from 1."""
    row: int = node.start_point[0]
    return row + 1


def unescape(written: str) -> str:
    """A string literal's inside with its escapes resolved.  A surrogate that stands alone becomes U+FFFD."""
    if "\\" not in written:
        return written

    def replaced(match: re.Match[str]) -> str:
        if match[1]:
            return chr(int(match[1], 16))
        if match[2]:
            return chr(int(match[2], 8))
        return _ESCAPED.get(match[3], match[3])

    return _ESCAPE.sub(replaced, written).encode("utf-16", "surrogatepass").decode("utf-16", "replace")


def number(written: str) -> int | float | None:
    """The value of a number literal (`1_000L`, `0x1F`, `.5f`), None for one that is not read."""
    digits = written.replace("_", "").rstrip("lLuU")
    if len(digits) > 20:
        return None
    try:
        return int(digits, 0)
    except ValueError:
        pass
    try:
        return float(digits.rstrip("fFdD"))
    except ValueError:
        return int(digits) if digits.isdecimal() else None


def combined(symbol: str, operands: Sequence[Expression], at: int) -> Expression:
    """`a + b + …` as a `Template`, arithmetic of number literals as its result, anything else as `Unknown`."""
    numbers = [
        each.value for each in operands if isinstance(each, Literal) and isinstance(each.value, int) and not isinstance(each.value, bool)
    ]
    if len(numbers) == len(operands) and symbol in _ARITHMETIC:
        result: float = numbers[0]
        for value in numbers[1:]:
            result = _ARITHMETIC[symbol](result, value)
        return Literal(result, at) if abs(result) < 10**15 else Unknown(at)
    return Template(tuple(operands), at) if symbol == "+" else Unknown(at, tuple(operands))
