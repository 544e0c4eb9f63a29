"""Java files lowered.  Source: https://docs.oracle.com/javase/specs/ and the node types of tree-sitter-java."""

from __future__ import annotations

from typing import TYPE_CHECKING

from ctxgen.source.ir import (
    Define,
    Import,
    Module,
    Statement,
)
from ctxgen.source.jvm.java import _declarations
from ctxgen.source.jvm.nodes import line, text
from ctxgen.source.later import lowered
from ctxgen.tree import File

if TYPE_CHECKING:
    from tree_sitter import Node as Syntax


def lower(file: File) -> Module:
    """A Java file.  Raises `Unreadable` where it cannot be parsed."""
    return lowered(file, "java", frozenset({"block"}), lambda root: _module(file.path, root))


def _module(path: str, root: Syntax) -> Module:
    package, statements = "", list[Statement]()
    for node in _declarations.flat(root):
        if node.type == "package_declaration":
            package = next((text(child) for child in node.children if child.type in ("scoped_identifier", "identifier")), "")
        elif node.type == "import_declaration":
            statements.append(_import(node))
        elif node.type in _declarations.TYPES:
            statements.append(Define(_declarations.class_of(node), line(node)))
    return Module(path, "java", tuple(statements), package)


def _import(node: Syntax) -> Import:
    """`import a.b.C` makes `C` of `a.b` known, `import static a.b.C.X` the name `X` of `a.b.C`, `*` all names of a package or class."""
    path = next((text(child) for child in node.children if child.type in ("scoped_identifier", "identifier")), "")
    names = {child.type for child in node.children}
    if "asterisk" in names:
        return Import(path, "*", "*", line(node))
    owner, _, last = path.rpartition(".")
    return Import(owner, last, last, line(node))
