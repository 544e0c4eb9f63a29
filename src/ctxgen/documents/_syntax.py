"""Syntax trees by tree-sitter, with each language's own grammar."""

from __future__ import annotations

import time
from functools import cache
from typing import TYPE_CHECKING

from ctxgen.documents._node import Unreadable

if TYPE_CHECKING:
    from tree_sitter import Language as Grammar
    from tree_sitter import Node as Syntax


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
