"""Macros of the repository's own: one of a single rule without repetitions is a function whose parameters are what it matches.

`macro_rules! resource { ($path:expr, $show:ident) => { Router::new().route($path, get($show)) }; }` is called as `resource!`.
Source: https://doc.rust-lang.org/reference/macros-by-example.html.
"""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from ctxgen.documents import Unreadable, parse_syntax
from ctxgen.source import ir
from ctxgen.source.rust.expressions import block
from ctxgen.source.rust.tokens import line_of, text_of

if TYPE_CHECKING:
    from tree_sitter import Node as Syntax

MAX_BODY, MAX_PATTERN = 20_000, 2_000
"""Letters of a rule's two sides."""
_PARAMETER = re.compile(r"\$(\w{1,60}):\w{1,20}")
_PATTERN = re.compile(r"[(\[{]\s*(?:\$\w{1,60}:\w{1,20}\s*(?:,\s*)?)*[)\]}]")


def defined(node: Syntax) -> ir.Function | None:
    """The function that a `macro_rules!` stands for; None for one with several rules or with repetitions."""
    rules = [child for child in node.named_children if child.type == "macro_rule"]
    pattern, body = (rules[0].child_by_field_name(side) for side in ("left", "right")) if len(rules) == 1 else (None, None)
    if pattern is None or body is None or "$(" in (written := text_of(body)) or len(written) > MAX_BODY:
        return None
    matched = text_of(pattern)
    if len(matched) > MAX_PATTERN or not _PATTERN.fullmatch(matched):
        return None
    line = line_of(body)
    parameters = tuple(ir.Parameter(name, line) for name in _PARAMETER.findall(matched))
    return ir.Function(
        f"{text_of(node.child_by_field_name('name'))}!",
        line_of(node),
        parameters,
        lambda: _body(written, line),
        end=int(node.end_point[0]) + 1,
    )


def _body(written: str, line: int) -> tuple[ir.Statement, ...]:
    """What stands in a rule, read as a block that begins at its line."""
    text = "\n" * (line - 1) + f"fn f() {{{written[1:-1].replace('$', '')}}}"
    try:
        function = next(iter(parse_syntax(text.encode(), "rust").named_children), None)
    except Unreadable:
        return ()
    return block(function.child_by_field_name("body"), 0) if function is not None else ()
