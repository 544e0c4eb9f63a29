"""The readers of this package, from the `@reads(…)` lines of its modules: told without importing (and so compiling) any.

The arguments of `reads` may use constants of the same module and the limits of `ctxgen.tree`; only those are evaluated.
"""

from __future__ import annotations

import ast
from collections.abc import Iterator
from pathlib import Path
from typing import Any

from ctxgen.readers import Reader
from ctxgen.tree import LOCK_LIMIT, MANIFEST_LIMIT, SOURCE_LIMIT

_LIMITS = {"LOCK_LIMIT": LOCK_LIMIT, "MANIFEST_LIMIT": MANIFEST_LIMIT, "SOURCE_LIMIT": SOURCE_LIMIT}


def declared() -> list[Reader]:
    """All readers, by name.  Raises `ValueError` where two have one name, `NameError` where an argument needs more than it may use."""
    found: dict[str, Reader] = {}
    for path in sorted(Path(__file__).parent.glob("*.py")):
        text = path.read_text(encoding="utf-8")
        if "\n@reads(" not in text:
            continue
        for reader in _in_module(path.stem, ast.parse(text)):
            if found.setdefault(reader.name, reader) is not reader:
                raise ValueError(f"two readers are called {reader.name}")
    return [found[name] for name in sorted(found)]


def _in_module(module: str, syntax: ast.Module) -> Iterator[Reader]:
    constants: dict[str, ast.expr] = {}
    known: dict[str, Any] = dict(_LIMITS)
    for statement in syntax.body:
        match statement:
            case ast.Assign(targets=[ast.Name(name)], value=value) | ast.AnnAssign(target=ast.Name(name), value=ast.expr() as value):
                constants[name] = value
            case ast.FunctionDef(name=name, decorator_list=decorators):
                for decorator in decorators:
                    match decorator:
                        case ast.Call(func=ast.Name("reads"), args=patterns, keywords=keywords):
                            options = {str(keyword.arg): _value(keyword.value, constants, known) for keyword in keywords}
                            yield Reader(name, module, _value(ast.Tuple(patterns, ast.Load()), constants, known), **options)


def _value(expression: ast.expr, constants: dict[str, ast.expr], known: dict[str, Any]) -> Any:
    """The value of an expression of this package's own source, after that of the constants that it names."""
    for node in ast.walk(expression):
        if isinstance(node, ast.Name) and node.id in constants and node.id not in known:
            known[node.id] = _value(constants[node.id], constants, known)
    return eval(compile(ast.fix_missing_locations(ast.Expression(expression)), "<reads>", "eval"), known)
