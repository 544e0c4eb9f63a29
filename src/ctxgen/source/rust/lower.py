"""Rust's syntax trees, lowered; bodies when they are first asked for.

Functions of `impl` blocks have their type as receiver, an inline module is a class of kind `module`, a macro is called by
its name with `!`.  What is compiled for tests only is left out.  Source: https://doc.rust-lang.org/reference/.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from typing import TYPE_CHECKING

from ctxgen.source import ir
from ctxgen.source.later import later, lowered, now
from ctxgen.source.rust import macros
from ctxgen.source.rust.expressions import block, expression, named, pattern, spelled_last, type_of
from ctxgen.source.rust.tokens import attribute, line_of, text_of
from ctxgen.tree import File

if TYPE_CHECKING:
    from tree_sitter import Node as Syntax

DEPTH = 30
"""Inline modules inside one another."""


def lower(file: File) -> ir.Module:
    """A file's items.  Raises `Unreadable` where its text takes too long to parse."""
    start = [ir.Import(name, None, name, 1) for name in ("crate", "super")]
    return lowered(file, "rust", frozenset({"function_item"}), lambda root: ir.Module(file.path, "rust", (*start, *_items(named(root), 0))))


def _items(nodes: Iterable[Syntax], depth: int) -> Iterator[ir.Statement]:
    for node, decorators in _attributed(nodes):
        yield from _item(node, decorators, depth)


def _attributed(nodes: Iterable[Syntax]) -> Iterator[tuple[Syntax, tuple[ir.Expression, ...]]]:
    """The items among some nodes with the attributes that stand before them, without those of tests."""
    waiting: list[ir.Expression] = []
    for node in nodes:
        if node.type == "attribute_item":
            waiting += attribute(node)
        elif node.type != "inner_attribute_item":
            if not any(_of_tests(each) for each in waiting):
                yield node, tuple(waiting)
            waiting = []


def _of_tests(decorator: ir.Expression) -> bool:
    """`#[test]`, `#[tokio::test]`, `#[cfg(test)]`."""
    match decorator:
        case ir.Name(name) | ir.Attribute(_, name):
            return name == "test"
        case ir.Call(ir.Name("cfg"), (ir.Argument(ir.Name("test")),)):
            return True
    return False


def _item(node: Syntax, decorators: tuple[ir.Expression, ...], depth: int) -> Iterator[ir.Statement]:
    line = line_of(node)
    match node.type:
        case "use_declaration":
            argument = node.child_by_field_name("argument")
            if argument is not None:
                yield from _use(argument, (), depth)
        case "mod_item":
            yield from _module(node, decorators, depth)
        case "function_item":
            yield ir.Define(_function(node, decorators), line)
        case "macro_definition":
            if (function := macros.defined(node)) is not None:
                yield ir.Define(function, line)
        case "impl_item":
            yield from _implementation(node, decorators)
        case "struct_item" | "enum_item" | "union_item":
            name, body = text_of(node.child_by_field_name("name")), node.child_by_field_name("body")
            kind = "enum" if node.type == "enum_item" else "struct"
            yield ir.Define(_class(name, line, body, decorators, kind, int(node.end_point[0]) + 1), line)
        case "type_item":
            aliased = type_of(node.child_by_field_name("type"))
            if aliased is not None:
                yield ir.Assign(ir.Name(text_of(node.child_by_field_name("name")), line), aliased, line, declares=True)
        case "const_item" | "static_item":
            value = node.child_by_field_name("value")
            target = ir.Name(text_of(node.child_by_field_name("name")), line)
            if value is not None:
                yield ir.Assign(target, expression(value, 0), line, declares=True, type=type_of(node.child_by_field_name("type")))


def _class(name: str, line: int, body: Syntax | None, decorators: tuple[ir.Expression, ...], kind: str, end: int) -> ir.Class:
    return ir.Class(name, line, (), now(lambda: (tuple(_fields(body)), (), (), ())), decorators=decorators, kind=kind, end=end)


def _fields(body: Syntax | None) -> Iterator[ir.Field]:
    for node, decorators in _attributed(named(body)):
        if node.type in ("field_declaration", "enum_variant"):
            name = text_of(node.child_by_field_name("name")).removeprefix("r#")
            yield ir.Field(name, line_of(node), type_of(node.child_by_field_name("type")), decorators=decorators)
        elif body is not None and body.type == "ordered_field_declaration_list" and node.type != "visibility_modifier":
            yield ir.Field("", line_of(node), type_of(node), decorators=decorators)


def _module(node: Syntax, decorators: tuple[ir.Expression, ...], depth: int) -> Iterator[ir.Statement]:
    """`mod orders;` is another file, `mod orders { … }` has its names inside."""
    name, body, line = text_of(node.child_by_field_name("name")), node.child_by_field_name("body"), line_of(node)
    if body is None:
        yield ir.Import(f"self::{name}", None, name, line)
        return
    if depth > DEPTH:
        return
    inside = tuple(_items(named(body), depth + 1))
    functions = tuple(
        each.what for each in inside if isinstance(each, ir.Define) and isinstance(each.what, ir.Function) and not each.what.receiver
    )
    classes = tuple(each.what for each in inside if isinstance(each, ir.Define) and isinstance(each.what, ir.Class))
    kind, end = "module", int(node.end_point[0]) + 1
    yield ir.Define(ir.Class(name, line, (), lambda: ((), functions, classes, inside), decorators=decorators, kind=kind, end=end), line)


def _use(node: Syntax, path: tuple[str, ...], depth: int) -> Iterator[ir.Import]:
    """`use a::{b, c as d, e::*}`, one import a name; `super` inside an inline module is the file, whose names are known there anyway."""
    line = line_of(node)
    match node.type:
        case "use_list":
            for child in named(node):
                yield from _use(child, path, depth)
        case "scoped_use_list":
            inner, before = node.child_by_field_name("list"), node.child_by_field_name("path")
            if inner is not None:
                yield from _use(inner, (*path, *(text_of(before).split("::") if before is not None else ())), depth)
        case "use_as_clause":
            whole = (*path, *text_of(node.child_by_field_name("path")).split("::"))
            yield from _import(whole, text_of(node.child_by_field_name("alias")), line, depth)
        case "use_wildcard":
            inner = named(node)[0] if named(node) else None
            yield from _import((*path, *(text_of(inner).split("::") if inner is not None else ()), "*"), "*", line, depth)
        case "identifier" | "scoped_identifier" | "self" | "crate" | "super":
            whole = (*path, *text_of(node).split("::"))
            yield from _import(whole, whole[-1] if whole[-1] != "self" else whole[-2] if len(whole) > 1 else "", line, depth)


def _import(path: tuple[str, ...], alias: str, line: int, depth: int) -> Iterator[ir.Import]:
    path = tuple(part.strip().removeprefix("r#") for part in path if part.strip())
    if path and path[-1] == "self":
        path = path[:-1]
    up = 0
    while up < depth and up < len(path) and path[up] == "super":
        up += 1
    if depth and up:
        path = path[up:] if up < depth or len(path) == up else ("self", *path[up:])
        if up < depth or len(path) < 2 or path[-1] == "*":
            return
    if not path or alias == "_":
        return
    if len(path) == 1:
        if path[0] not in ("crate", "super", "*"):
            yield ir.Import(path[0], None, alias, line)
    else:
        yield ir.Import("::".join(path[:-1]), path[-1], alias, line)


def _function(node: Syntax, decorators: tuple[ir.Expression, ...], receiver: ir.Parameter | None = None) -> ir.Function:
    line = line_of(node)

    def lower(node: Syntax) -> tuple[ir.Statement, ...]:
        own = (
            (ir.Assign(ir.Name("Self", line), receiver.type, line, declares=True),)
            if receiver is not None and receiver.type is not None
            else ()
        )
        return (*own, *block(node.child_by_field_name("body"), 0))

    return ir.Function(
        text_of(node.child_by_field_name("name")),
        line_of(node.child_by_field_name("name") or node),
        tuple(_parameters(node.child_by_field_name("parameters"))),
        later(node, lower),
        decorators=decorators,
        returns=type_of(node.child_by_field_name("return_type")),
        receiver=receiver,
        public=any(child.type == "visibility_modifier" for child in node.children),
        end=int(node.end_point[0]) + 1,
    )


def _parameters(node: Syntax | None) -> Iterator[ir.Parameter]:
    for each in named(node):
        if each.type == "parameter":
            target = pattern(each.child_by_field_name("pattern"), 0)
            yield ir.Parameter(spelled_last(target) or "_", line_of(each), type_of(each.child_by_field_name("type")))


def _implementation(node: Syntax, around: tuple[ir.Expression, ...]) -> Iterator[ir.Statement]:
    """The functions of `impl Type { … }`, known through their type; they have the attributes of the block, too."""
    kind = type_of(node.child_by_field_name("type"))
    name = spelled_last(kind)
    if not name:
        return
    for child, decorators in _attributed(named(node.child_by_field_name("body"))):
        if child.type == "function_item":
            yield ir.Define(
                _function(child, (*decorators, *around), ir.Parameter("self", line_of(node), ir.Name(name, line_of(node)))), line_of(child)
            )


def statements(nodes: Sequence[Syntax], depth: int) -> Iterator[ir.Statement]:
    """Items inside a function."""
    yield from _items(nodes, depth)
