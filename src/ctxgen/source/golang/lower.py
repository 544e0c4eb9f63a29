"""Go's syntax trees, lowered; bodies of functions and structs when they are first asked for.

Source: https://go.dev/ref/spec.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import TYPE_CHECKING

from ctxgen.source import ir
from ctxgen.source.golang.expressions import DEPTH, declared, expression, fields_of, line_of, named, text_of, type_of
from ctxgen.source.later import later, lowered, now
from ctxgen.tree import File

if TYPE_CHECKING:
    from tree_sitter import Node as Syntax

_ALONE = frozenset({"function_declaration", "method_declaration"})
_VERSION = re.compile(r"v\d{1,3}")
_COUNTER, _LENGTH = re.compile(r"(\w{1,60}) *:="), re.compile(r"\blen\((\w{1,60})\)")


def lower(file: File) -> ir.Module:
    """The part of a package that a file is.  Raises `Unreadable` where its text takes too long to parse."""
    return lowered(file, "go", _ALONE, lambda root: _module(file.path, root))


def _module(path: str, root: Syntax) -> ir.Module:
    statements = tuple(each for child in root.named_children for each in _top(child))
    package = next(
        (text_of(child.named_children[0]) for child in root.named_children if child.type == "package_clause" and child.named_children), ""
    )
    return ir.Module(path, "golang", statements, package)


# ---------------------------------------------------------------------------------------------- declarations


def _top(node: Syntax) -> Iterator[ir.Statement]:
    match node.type:
        case "import_declaration":
            for child in named(node):
                for spec in named(child) if child.type == "import_spec_list" else [child]:
                    yield from _import(spec)
        case "function_declaration" | "method_declaration":
            yield ir.Define(function(node, 0), line_of(node))
        case _:
            yield from _statement(node, 0)


def _import(spec: Syntax) -> Iterator[ir.Import]:
    path = text_of(spec.child_by_field_name("path")).strip('"`')
    alias = text_of(spec.child_by_field_name("name"))
    if path and alias not in ("_", "."):
        parts = path.split("/")
        last = parts[-2] if len(parts) > 1 and _VERSION.fullmatch(parts[-1]) else parts[-1]
        yield ir.Import(path, None, alias or re.sub(r"\.v\d+$|^go-|-go$|\.go$", "", last).rpartition("-")[2], line_of(spec))


def function(node: Syntax, depth: int) -> ir.Function:
    receiver = _parameters(node.child_by_field_name("receiver"))
    results = node.child_by_field_name("result")
    returns = _parameters(results) if results is not None and results.type == "parameter_list" else ()
    return ir.Function(
        text_of(node.child_by_field_name("name")),
        line_of(node),
        _parameters(node.child_by_field_name("parameters")),
        later(node, lambda node: _block(node.child_by_field_name("body"), depth + 1)),
        returns=returns[0].type if returns else type_of(results),
        receiver=receiver[0] if receiver else None,
        end=int(node.end_point[0]) + 1,
    )


def _parameters(node: Syntax | None) -> tuple[ir.Parameter, ...]:
    found = []
    for each in named(node):
        if each.type not in ("parameter_declaration", "variadic_parameter_declaration"):
            continue
        kind = type_of(each.child_by_field_name("type"))
        names = each.children_by_field_name("name")
        variadic = each.type.startswith("variadic")
        found += [ir.Parameter(text_of(name), line_of(name), kind, variadic=variadic) for name in names] or [
            ir.Parameter("_", line_of(each), kind)
        ]
    return tuple(found)


def _class(spec: Syntax) -> ir.Class | None:
    node = spec.child_by_field_name("type")
    name = text_of(spec.child_by_field_name("name"))
    if node is None:
        return None
    if node.type == "struct_type":
        fields = declared(node)
        embedded = [
            kind
            for each in fields
            if each.child_by_field_name("name") is None and (kind := type_of(each.child_by_field_name("type"))) is not None
        ]
        return ir.Class(
            name,
            line_of(spec),
            tuple(embedded),
            now(lambda: (tuple(fields_of(fields)), (), (), ())),
            kind="struct",
            end=int(node.end_point[0]) + 1,
        )
    if node.type == "interface_type":
        methods = [each for each in named(node) if each.type == "method_elem"]
        return ir.Class(name, line_of(spec), (), now(lambda: ((), tuple(function(each, 0) for each in methods), (), ())), kind="interface")
    base = type_of(node)
    return ir.Class(name, line_of(spec), (base,) if base is not None else (), lambda: ((), (), (), ()), kind="type")


# ---------------------------------------------------------------------------------------------- statements


def _block(node: Syntax | None, depth: int) -> tuple[ir.Statement, ...]:
    if node is None or depth > DEPTH:
        return ()
    return tuple(each for child in _unlisted(node) for each in _statement(child, depth + 1))


def _unlisted(node: Syntax) -> Iterator[Syntax]:
    for child in named(node):
        if child.type == "statement_list":
            yield from named(child)
        else:
            yield child


def _statement(node: Syntax, depth: int) -> Iterator[ir.Statement]:
    line = line_of(node)
    match node.type:
        case "expression_statement" | "go_statement" | "defer_statement":
            yield from (ir.Do(expression(child, depth), line) for child in named(node))
        case "short_var_declaration" | "assignment_statement":
            yield from _assignment(node, depth)
        case "const_declaration" | "var_declaration":
            for child in named(node):
                for spec in named(child) if child.type == "var_spec_list" else [child]:
                    yield from _spec(spec, depth)
        case "type_declaration":
            for spec in named(node):
                if spec.type in ("type_spec", "type_alias") and (cls := _class(spec)) is not None:
                    yield ir.Define(cls, line_of(spec))
        case "return_statement":
            values = [
                expression(each, depth) for child in named(node) for each in (named(child) if child.type == "expression_list" else [child])
            ]
            whole = values[0] if len(values) == 1 else ir.Sequence(tuple(ir.Argument(value) for value in values), line)
            yield ir.Return(whole if values else ir.Unknown(line), line)
        case "if_statement":
            yield from _if(node, depth)
        case "for_statement":
            yield from _for(node, depth)
        case "expression_switch_statement" | "type_switch_statement" | "select_statement":
            value = node.child_by_field_name("value")
            arms = tuple(
                (None, tuple(each for part in _unlisted(child) for each in _statement(part, depth + 1)))
                for child in named(node)
                if child.type in ("expression_case", "default_case", "type_case", "communication_case")
            )
            if value is not None:
                yield ir.Do(expression(value, depth), line)
            yield ir.Branch(arms, line)
        case "block":
            yield ir.Block(_block(node, depth), line)
        case "labeled_statement":
            for child in named(node)[1:]:
                yield from _statement(child, depth + 1)
        case "function_declaration":
            yield ir.Define(function(node, depth), line)


def _assignment(node: Syntax, depth: int) -> Iterator[ir.Statement]:
    targets = [expression(each, depth) for each in named(node.child_by_field_name("left"))]
    values = [expression(each, depth) for each in named(node.child_by_field_name("right"))]
    line, declares = line_of(node), node.type == "short_var_declaration"
    adds = text_of(node.child_by_field_name("operator")) == "+="
    if len(targets) == len(values):
        for target, value in zip(targets, values, strict=True):
            yield ir.Assign(target, value, line, declares=declares, adds=adds)
    elif values:
        yield ir.Assign(ir.Sequence(tuple(ir.Argument(target) for target in targets), line), values[0], line, declares=declares)


def _spec(spec: Syntax, depth: int) -> Iterator[ir.Statement]:
    if spec.type not in ("const_spec", "var_spec"):
        return
    names = spec.children_by_field_name("name")
    kind = type_of(spec.child_by_field_name("type"))
    values = [expression(each, depth) for each in named(spec.child_by_field_name("value"))]
    for index, name in enumerate(names):
        value = (
            values[index]
            if index < len(values) and len(values) == len(names)
            else values[0]
            if values and index == 0
            else ir.Unknown(line_of(name))
        )
        yield ir.Assign(ir.Name(text_of(name), line_of(name)), value, line_of(name), declares=True, type=kind)


def _if(node: Syntax, depth: int) -> Iterator[ir.Statement]:
    arms: list[tuple[ir.Expression | None, tuple[ir.Statement, ...]]] = []
    each: Syntax | None = node
    while each is not None and each.type == "if_statement" and len(arms) < DEPTH:
        if (initializer := each.child_by_field_name("initializer")) is not None:
            yield from _statement(initializer, depth + 1)
        condition = each.child_by_field_name("condition")
        arms.append(
            (expression(condition, depth) if condition is not None else None, _block(each.child_by_field_name("consequence"), depth + 1))
        )
        each = each.child_by_field_name("alternative")
    if each is not None:
        arms.append((None, _block(each, depth + 1)))
    yield ir.Branch(tuple(arms), line_of(node))


def _for(node: Syntax, depth: int) -> Iterator[ir.Statement]:
    """A loop over a range, or over all indices of a list (`for i := len(all) - 1; …`), binds index (or key) and element: the front end's `range()` gives the pairs."""
    line, body = line_of(node), _block(node.child_by_field_name("body"), depth + 1)
    clause = next((child for child in named(node) if child.type in ("range_clause", "for_clause")), None)
    if clause is None or clause.type == "for_clause":
        index, counted = _counted(clause) if clause is not None else (None, None)
        yield ir.Loop(index, counted, body, line)
        return
    targets = [expression(each, depth) for each in named(clause.child_by_field_name("left"))]
    right = clause.child_by_field_name("right")
    pairs = ir.Call(ir.Name("range", line), (ir.Argument(expression(right, depth)),), line) if right is not None else None
    yield ir.Loop(ir.Sequence(tuple(ir.Argument(target) for target in targets), line) if targets else None, pairs, body, line)


def _counted(clause: Syntax) -> tuple[ir.Expression | None, ir.Expression | None]:
    """The index of a counting loop, and the pairs of the list whose length bounds it."""
    counter = _COUNTER.match(text_of(clause.child_by_field_name("initializer")))
    bound = _LENGTH.search(text_of(clause))
    if counter is None or bound is None:
        return None, None
    line = line_of(clause)
    target = ir.Sequence((ir.Argument(ir.Name(counter[1], line)),), line)
    return target, ir.Call(ir.Name("range", line), (ir.Argument(ir.Name(bound[1], line)),), line)
