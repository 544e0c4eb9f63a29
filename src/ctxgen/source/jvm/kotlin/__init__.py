"""Kotlin files lowered.  Source: https://kotlinlang.org/spec/ and the node types of tree-sitter-kotlin."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from ctxgen.documents import parse_syntax
from ctxgen.source.ir import (
    Define,
    Expression,
    Import,
    Module,
    Statement,
)
from ctxgen.source.jvm.kotlin import _recovery, _statements
from ctxgen.source.jvm.nodes import line, text
from ctxgen.tree import File

if TYPE_CHECKING:
    from tree_sitter import Node as Syntax


def lower(file: File) -> Module:
    """A Kotlin file.  Raises `Unreadable` where it cannot be parsed."""
    package, statements = "", list[Statement]()
    written = file.text
    # without a line's end behind the last brace, the grammar takes annotated classes for expressions
    root = file.syntax("kotlin") if written.endswith("\n") else parse_syntax(f"{written}\n".encode(), "kotlin")
    if root.has_error and (separated := _separated(written)) is not None:
        root = parse_syntax(f"{separated}\n".encode(), "kotlin")
    pending: tuple[Expression, ...] = ()
    for node in _recovery.flat(root.children):
        if node.type == "annotated_expression":
            made, pending = _recovery.misread(node)
            statements += made
        elif node.type == "package_header":
            package = "".join(text(child) for child in node.children if child.type == "qualified_identifier")
        elif node.type == "import":
            statements.append(_import(node))
        else:
            for each in _statements.statement_of(node, 0):
                if isinstance(each, Define):
                    _recovery.marked(each.what, pending)
                statements.append(each)
            pending = pending if "comment" in node.type else ()
    return Module(file.path, "kotlin", tuple(statements), package)


_ROUTE = re.compile(r"([ \t]*)[ \t](?=get[ \t]*(?:\{|<|\((?![ \t]*\))))")


def _separated(text: str) -> str | None:
    """The text with calls such as `get { … }` parted from the property before them, for whose getter the grammar takes them; None where there are none."""
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
    return "\n".join(lines) if changed else None


def _import(node: Syntax) -> Import:
    """`import a.b.C as D` makes `C` of `a.b` known, `*` all names of a package or object."""
    kinds = [child.type for child in node.children]
    path = next((text(child) for child in node.children if child.type in ("qualified_identifier", "identifier")), "").replace(" ", "")
    if "*" in kinds:
        return Import(path, "*", "*", line(node))
    owner, _, last = path.rpartition(".")
    return Import(owner, last, text(node.children[-1]) if "as" in kinds else last, line(node))
