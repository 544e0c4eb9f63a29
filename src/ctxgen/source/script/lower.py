"""A JavaScript or TypeScript file lowered to the tree of `ctxgen.source.ir`."""

from __future__ import annotations

from ctxgen.source.ir import Module
from ctxgen.source.later import lowered
from ctxgen.source.script import _statements
from ctxgen.tree import File

EXTENSIONS = (".ts", ".mts", ".cts", ".tsx", ".js", ".mjs", ".cjs", ".jsx")


def lower(file: File) -> Module:
    """The statements of a module.  Raises `Unreadable` for what no parser gets through.

    `<T>value` is a cast in TypeScript alone; everywhere else it may begin an element of JSX.
    """
    grammar = "typescript/typescript" if file.path.endswith((".ts", ".mts", ".cts")) else "typescript/tsx"
    return lowered(file, grammar, frozenset({"statement_block"}), lambda root: Module(file.path, "script", _statements.block(root)))
