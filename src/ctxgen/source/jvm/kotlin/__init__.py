"""Kotlin files lowered.  Source: https://kotlinlang.org/spec/ and the node types of tree-sitter-kotlin."""

from __future__ import annotations

from typing import TYPE_CHECKING

from ctxgen.source.ir import (
    Define,
    Expression,
    Import,
    Module,
    Statement,
)
from ctxgen.source.jvm.kotlin import _recovery, _rewriting, _statements
from ctxgen.source.jvm.nodes import line, text
from ctxgen.source.later import lowered
from ctxgen.tree import File

if TYPE_CHECKING:
    from tree_sitter import Node as Syntax


def lower(file: File) -> Module:
    """A Kotlin file.  Raises `Unreadable` where it cannot be parsed."""
    return lowered(file, "kotlin", frozenset({"function_declaration"}), lambda root: _module(file.path, root), _plain, _rewriting.mended)


def _plain(text: str) -> str:
    """The text as the grammar knows it: without a line's end behind the last brace, it takes annotated classes for expressions."""
    plain = _rewriting.single_dollars(text)
    return plain if plain.endswith("\n") else f"{plain}\n"


def _module(path: str, root: Syntax) -> Module:
    package, statements = "", list[Statement]()
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
    return Module(path, "kotlin", tuple(statements), package)


def _import(node: Syntax) -> Import:
    """`import a.b.C as D` makes `C` of `a.b` known, `*` all names of a package or object."""
    kinds = [child.type for child in node.children]
    path = next((text(child) for child in node.children if child.type in ("qualified_identifier", "identifier")), "").replace(" ", "")
    if "*" in kinds:
        return Import(path, "*", "*", line(node))
    owner, _, last = path.rpartition(".")
    return Import(owner, last, text(node.children[-1]) if "as" in kinds else last, line(node))
