"""Syntax trees by tree-sitter, with each language's own grammar."""

from __future__ import annotations

import re
import sys
import threading
import time
from array import array
from functools import cache
from itertools import accumulate
from typing import TYPE_CHECKING

from ctxgen.documents._node import Unreadable

if TYPE_CHECKING:
    from tree_sitter import Language as Grammar
    from tree_sitter import Node as Syntax
    from tree_sitter import Parser, Range


@cache
def grammar(language: str) -> Grammar:
    """The tree-sitter grammar of a language from its own wheel (`tree-sitter-<language>`)."""
    import importlib

    from tree_sitter import Language as Grammar

    package, _, flavour = language.partition("/")
    module = importlib.import_module(f"tree_sitter_{package.replace('-', '_')}")
    return Grammar(getattr(module, f"language_{flavour}" if flavour else "language")())


MAX_NESTING = 2_000
"""What people write has some tens. Deeper code overflows the stack of a parser that frees its tree by recursion."""
_STEPS, _STEPS_PER_BYTE, _SECONDS = 10_000, 0.125, 1.0
"""Real code takes a thirtieth of a step per byte, code that no recovery helps with hundreds."""
_STEPS_PER_LOOK, _LONG = 128, 0.02
"""So often, or after so many seconds between two steps, time and memory are looked at: asking the system costs more than parsing most files."""
_BLANKS = re.compile(rb"(?:\s|\xc2[\x85\xa0]|\xe1\x9a\x80|\xe2(?:\x80[\x80-\x8a\xa8\xa9\xaf]|\x81\x9f)|\xe3\x80\x80)+")
_MOST_BLANKS = 4_000
"""Bytes of white space of any kind in a row: what people write has some hundred at the most; Terraform's scanner looks at all that follows from each place in it, in one step."""
MAX_NODES = 700_000
"""What people write has a node for three bytes, so a file of 1 MiB half as many; each is walked and some are kept."""
_MEMORY = 192
"""MB that one file may add to the most that the process ever had: a parser that follows very many readings of broken code takes gigabytes."""

_STACK = 256 << 20
"""Of address space: a hundred bytes for each of the two million places in the longest text that is parsed."""


_DEPTH = bytes(1 if c in b"([{" else 255 if c in b")]}" else 0 for c in range(256))
_NO_BRACKETS = bytes(c for c in range(256) if not _DEPTH[c])


def nesting(data: bytes) -> int:
    """How deep brackets are nested at most, those of strings and comments counted with the others."""
    brackets = array("b", data.translate(_DEPTH, _NO_BRACKETS))
    return max(accumulate(brackets), default=0) if len(brackets) > MAX_NESTING else 0


def peak() -> int:
    """The most memory that the process ever had, in MB; 0 where the system does not tell."""
    try:
        import resource
    except ImportError:
        return 0
    return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss // (1024 * 1024 if sys.platform == "darwin" else 1024)


def parse_syntax(data: bytes, language: str) -> Syntax:
    """The root of a syntax tree; broken code gives a tree with ERROR nodes.

    Raises `Unreadable` where the recovery from errors takes out of all proportion to the text: what it tries can grow
    with the square of an unclosed line.  The parser's steps are counted; time and memory are backstops for slow and large ones.
    """
    from tree_sitter import Parser

    if nesting(data) > MAX_NESTING:
        raise Unreadable("too-complex", f"brackets are nested more than {MAX_NESTING} deep")
    if language == "hcl" and any(len(found[0]) > _MOST_BLANKS for found in _BLANKS.finditer(data)):
        raise Unreadable("too-complex", "thousands of blanks in a row")
    most, steps = _STEPS + int(len(data) * _STEPS_PER_BYTE), 0
    begun, last = (time.process_time(), peak()), time.perf_counter()

    def enough(*_: object) -> bool:
        nonlocal steps, last
        steps += 1
        before, last = last, time.perf_counter()
        if steps % _STEPS_PER_LOOK and last - before < _LONG:
            return steps > most
        now = time.process_time(), peak()
        return steps > most or now[0] - begun[0] > _SECONDS or now[1] - begun[1] > _MEMORY

    parser = Parser(grammar(language))
    try:
        tried = parser.parse(lambda offset, _: data[offset : offset + 65_536], progress_callback=enough)
    except ValueError:
        stopped = [parser]
        del parser
        _let_go(stopped)
        raise Unreadable("too-complex", "broken code that takes too long to parse") from None
    if tried.root_node.descendant_count > MAX_NODES:
        raise Unreadable("too-complex", f"code of more than {MAX_NODES} nodes")
    # the same tree over the bytes themselves: a node's text would be read through the callback;
    # parts of broken code are not taken over, since a parser that tries to may need a hundred times the memory
    return (parser.parse(data) if tried.root_node.has_error else parser.parse(data, tried)).root_node


_kept: list[Parser] = []
"""Parsers that were stopped and for which the system gave no such stack: to free them here could end the program."""


def _let_go(stopped: list[Parser]) -> None:
    """Free a parser that was stopped, the last reference to it: it frees the readings that it followed by recursion, one in the other as deep as the text is long."""
    before = threading.stack_size(_STACK)
    try:
        thread = threading.Thread(target=stopped.clear)
        thread.start()
        thread.join()
    except RuntimeError:
        _kept.extend(stopped)
    finally:
        threading.stack_size(before)


@cache
def _parser(language: str) -> Parser:
    from tree_sitter import Parser

    return Parser(grammar(language))


def parse_part(data: bytes, language: str, places: list[Range]) -> Syntax:
    """The root of a tree of a part of what `parse_syntax` found no errors in; the places of its nodes are those in the whole."""
    parser = _parser(language)
    parser.included_ranges = places
    return parser.parse(data).root_node
