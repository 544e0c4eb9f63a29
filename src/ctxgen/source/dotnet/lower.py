"""C#'s declarations and statements, lowered from tree-sitter's tree; bodies when they are first asked for.

Source: https://learn.microsoft.com/dotnet/csharp/language-reference/language-specification/statements.
"""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterator
from typing import TYPE_CHECKING

from ctxgen.source import ir
from ctxgen.source.dotnet.expressions import DEPTH, arguments, attributes, expression, line_of, named, parameters, text_of, type_of
from ctxgen.source.later import later, lowered, now
from ctxgen.tree import File

if TYPE_CHECKING:
    from tree_sitter import Node as Syntax

_TYPES = {
    "class_declaration": "class",
    "record_declaration": "record",
    "record_struct_declaration": "record",
    "struct_declaration": "struct",
    "interface_declaration": "interface",
    "enum_declaration": "enum",
}
_EXTENSION = re.compile(r"(?m)^([ \t]*)extension(?=(?:<[^<>(){};]{1,200}>)?[ \t]*\([^(){};]{1,400}\)[^(){};]{0,400}\{)")
"""The beginning of a block of members that extend a type.  Source: https://learn.microsoft.com/dotnet/csharp/language-reference/keywords/extension"""
_ALONE = frozenset({"block"})
_Members = tuple[tuple[ir.Field, ...], tuple[ir.Function, ...], tuple[ir.Class, ...], tuple[ir.Statement, ...]]


def lower(file: File) -> ir.Module:
    """The module that a file is: its types at the top, whatever namespace they lie in, and its top-level statements.  Raises `Unreadable`."""
    return lowered(file, "c_sharp", _ALONE, lambda root: _module(file.path, root), _rewritten)


def _module(path: str, root: Syntax) -> ir.Module:
    package = ""
    statements: list[ir.Statement] = []
    for child in named(root):
        if child.type == "file_scoped_namespace_declaration":
            package = text_of(child.child_by_field_name("name"))
            statements += [each for inner in named(child) for each in _declaration(inner, 0)]
        elif child.type == "namespace_declaration":
            package = package or text_of(child.child_by_field_name("name"))
            statements += _namespace(child, 0)
        elif child.type == "global_statement":
            statements += [each for inner in named(child) for each in _statement(inner, 0)]
        else:
            statements += _statement(child, 0)  # below `#if`, or a type
    types = [each.what for each in statements if isinstance(each, ir.Define) and isinstance(each.what, ir.Class)]
    count = Counter(each.name for each in types)
    for cls in types:
        cls.partial = cls.partial or count[cls.name] > 1  # `Entity` and `Entity<T>` extend one another: what one says holds for both
        statements += _extensions(cls)
    return ir.Module(path, "dotnet", tuple(statements), package)


def _rewritten(text: str) -> str:
    """`extension(IServiceCollection services) { … }` as a class of that length, which the grammar knows."""
    return _EXTENSION.sub(r"\1class ext", text) if "extension" in text else text


def _namespace(node: Syntax, depth: int) -> Iterator[ir.Statement]:
    for child in named(node.child_by_field_name("body")):
        if child.type == "namespace_declaration" and depth < DEPTH:
            yield from _namespace(child, depth + 1)
        else:
            yield from _declaration(child, depth)


def _declaration(node: Syntax, depth: int) -> Iterator[ir.Statement]:
    if (cls := _class(node, depth)) is not None:
        yield ir.Define(cls, line_of(node))


def _extensions(cls: ir.Function | ir.Class) -> Iterator[ir.Statement]:
    """The extension methods of a static class, as functions with a receiver."""
    for method in cls.methods if isinstance(cls, ir.Class) and cls.kind == "class" and cls.abstract else ():
        if method.receiver is not None:
            yield ir.Define(method, method.line)


# ---------------------------------------------------------------------------------------------- types


def _class(node: Syntax, depth: int) -> ir.Class | None:
    kind = _TYPES.get(node.type)
    if kind is None or depth > DEPTH:
        return None
    body = node.child_by_field_name("body")
    bases = next((child for child in named(node) if child.type == "base_list"), None)
    primary = next((each for each in named(bases) if each.type == "primary_constructor_base_type"), None)
    marks = {text_of(child) for child in node.children if child.type == "modifier"}
    return ir.Class(
        text_of(node.child_by_field_name("name")),
        line_of(node),
        tuple(base for each in named(bases) if (base := _base(each, depth)) is not None),
        now(lambda: _members(body, text_of(node.child_by_field_name("name")), depth + 1, primary)),
        decorators=attributes(node, depth, _body),
        kind=kind,
        parameters=_primary(node, depth),
        abstract="abstract" in marks or "static" in marks,
        partial="partial" in marks,
        end=int(node.end_point[0]) + 1,
    )


def _primary(node: Syntax, depth: int) -> tuple[ir.Parameter, ...]:
    """The parameters that a class itself has."""
    return parameters(next((child for child in named(node) if child.type == "parameter_list"), None), depth, _body)


def _base(node: Syntax, depth: int) -> ir.Expression | None:
    """A base; that of a primary constructor (`Base(argument)`) by its type."""
    inner = next(iter(named(node)), None) if node.type == "primary_constructor_base_type" else node
    return type_of(inner) if inner is not None and inner.type != "argument_list" else None


def _members(body: Syntax | None, title: str, depth: int, primary: Syntax | None) -> _Members:
    fields: list[ir.Field] = []
    methods: list[ir.Function] = []
    if primary is not None:  # `class Orders() : Base("/orders")`: a constructor that does nothing else
        called = ir.Do(_base_call(primary, depth), line_of(primary))
        methods.append(ir.Function("", line_of(primary), (), lambda: (called,), constructs=True))
    classes: list[ir.Class] = []
    for node in named(body):
        match node.type:
            case "field_declaration" | "event_field_declaration":
                declared = next((child for child in named(node) if child.type == "variable_declaration"), None)
                for each in named(declared):
                    if each.type == "variable_declarator":
                        value = named(each)[-1] if len(named(each)) > 1 else None
                        fields.append(
                            ir.Field(
                                text_of(each.child_by_field_name("name")),
                                line_of(each),
                                type_of(declared.child_by_field_name("type")) if declared is not None else None,
                                expression(value, depth, _body) if value is not None else None,
                                attributes(node, depth, _body),
                            )
                        )
            case "property_declaration":
                fields.append(_property(node, depth))
            case "enum_member_declaration":
                fields.append(ir.Field(text_of(node.child_by_field_name("name")), line_of(node)))
            case "method_declaration" | "constructor_declaration" | "local_function_statement":
                methods.append(_method(node, depth, title))
            case "class_declaration" if text_of(node.child_by_field_name("name")) == "ext" and (extended := _primary(node, depth)):
                inside = named(node.child_by_field_name("body"))
                methods += [_method(each, depth, title, extended[0]) for each in inside if each.type == "method_declaration"]
            case _ if (inner := _class(node, depth)) is not None:
                classes.append(inner)
    return tuple(fields), tuple(methods), tuple(classes), ()


def _property(node: Syntax, depth: int) -> ir.Field:
    value = node.child_by_field_name("value")
    inner = _given(value) if value is not None and value.type == "arrow_expression_clause" else value
    if inner is None:  # `get => value;` or `get { return value; }`
        accessors = named(node.child_by_field_name("accessors"))
        inner = next((given for each in accessors for child in named(each) if (given := _given(child)) is not None), None)
    return ir.Field(
        text_of(node.child_by_field_name("name")),
        line_of(node),
        type_of(node.child_by_field_name("type")),
        expression(inner, depth, _body) if inner is not None else None,
        attributes(node, depth, _body),
        "property" if _settable(node) else "get",
        any(text_of(child) == "static" for child in node.children if child.type == "modifier"),
    )


def _settable(node: Syntax) -> bool:
    """Whether a property is public and has `set` or `init`."""
    accessors = [text_of(each.child_by_field_name("name")) for each in named(node.child_by_field_name("accessors"))]
    return bool({"set", "init"} & set(accessors)) and any(text_of(child) == "public" for child in node.children if child.type == "modifier")


def _given(node: Syntax) -> Syntax | None:
    """What `=> value` gives, or a block that does nothing but return it."""
    inner = named(node)
    if node.type == "block" and len(inner) == 1 and inner[0].type == "return_statement":
        inner = named(inner[0])
    return inner[0] if inner and node.type in ("arrow_expression_clause", "block") else None


def _base_call(node: Syntax, depth: int) -> ir.Call:
    """`base(…)` of a constructor, also where a class's own parameters are handed on."""
    given = next((child for child in named(node) if child.type == "argument_list"), node)
    return ir.Call(ir.Name("super", line_of(node)), arguments(given, depth, _body), line_of(node))


def _method(node: Syntax, depth: int, within: str = "", extended: ir.Parameter | None = None) -> ir.Function:
    body = node.child_by_field_name("body")
    handed = next(
        (
            child
            for child in named(node)
            if child.type == "constructor_initializer" and any(inner.type == "base" for inner in child.children)
        ),
        None,
    )
    inner = later(body, lambda block: _body(block, depth + 1)) if body is not None else tuple
    first = (ir.Do(_base_call(handed, depth), line_of(handed)),) if handed is not None else ()
    given = parameters(node.child_by_field_name("parameters"), depth, _body)
    this = given[0] if given and any(isinstance(each, ir.Name) and each.name == "this" for each in given[0].decorators) else None
    receiver = this or extended
    marks = {text_of(child) for child in node.children if child.type == "modifier"}
    name = node.child_by_field_name("name")
    return ir.Function(
        text_of(name),
        line_of(name) if name is not None else line_of(node),
        given[1:] if this is not None else given,
        (lambda: (*first, *inner())) if first else inner,
        decorators=attributes(node, depth, _body),
        types=tuple(text_of(each.child_by_field_name("name")) for each in named(node.child_by_field_name("type_parameters"))),
        constructs=node.type == "constructor_declaration",
        within=within if receiver is not None else "",
        returns=type_of(node.child_by_field_name("returns") or node.child_by_field_name("type")),
        receiver=receiver,
        static="static" in marks,
        public="public" in marks,
        end=int(node.end_point[0]) + 1,
    )


# ---------------------------------------------------------------------------------------------- statements


def _body(node: Syntax | None, depth: int) -> tuple[ir.Statement, ...]:
    """A block, or the expression that a method or lambda gives."""
    if node is None or depth > DEPTH:
        return ()
    if node.type == "block":
        return tuple(each for child in named(node) for each in _statement(child, depth + 1))
    inner = named(node)[0] if node.type == "arrow_expression_clause" and named(node) else node
    if inner.type == "assignment_expression":
        return (_assignment(inner, depth),)
    return (ir.Return(expression(inner, depth, _body), line_of(inner)),)


def _assignment(node: Syntax, depth: int) -> ir.Statement:
    operator = text_of(node.child_by_field_name("operator"))
    target = expression(node.child_by_field_name("left"), depth, _body)
    value = expression(node.child_by_field_name("right"), depth, _body)
    return ir.Assign(target, value, line_of(node), adds=operator == "+=")


def _statement(node: Syntax, depth: int) -> Iterator[ir.Statement]:
    line = line_of(node)
    if depth > DEPTH:
        return
    depth += 1
    match node.type:
        case "expression_statement":
            for child in named(node):
                yield _assignment(child, depth) if child.type == "assignment_expression" else ir.Do(expression(child, depth, _body), line)
        case "local_declaration_statement":
            for child in named(node):
                if child.type == "variable_declaration":
                    yield from _variables(child, depth)
        case "return_statement":
            children = named(node)
            yield ir.Return(expression(children[0], depth, _body) if children else ir.Unknown(line), line)
        case "if_statement":
            condition = expression(node.child_by_field_name("condition"), depth, _body)
            arms = [(condition, _nested(node.child_by_field_name("consequence"), depth))]
            alternative = node.child_by_field_name("alternative")
            other = [(None, _nested(alternative, depth))] if alternative is not None else []
            yield ir.Branch((*arms, *other), line)
        case "switch_statement":
            yield ir.Do(expression(node.child_by_field_name("value"), depth, _body), line)
            sections = named(node.child_by_field_name("body"))
            yield ir.Branch(
                tuple((None, tuple(each for child in named(section) for each in _statement(child, depth))) for section in sections), line
            )
        case "foreach_statement":
            target = expression(node.child_by_field_name("left"), depth, _body)
            yield ir.Loop(
                target, expression(node.child_by_field_name("right"), depth, _body), _nested(node.child_by_field_name("body"), depth), line
            )
        case (
            "for_statement"
            | "while_statement"
            | "do_statement"
            | "lock_statement"
            | "unsafe_statement"
            | "checked_statement"
            | "fixed_statement"
        ):
            yield ir.Loop(None, None, _nested(node.child_by_field_name("body") or (named(node)[-1] if named(node) else None), depth), line)
        case "using_statement":
            for child in named(node):
                if child.type == "variable_declaration":
                    yield from _variables(child, depth)
            yield ir.Block(_nested(node.child_by_field_name("body"), depth), line)
        case "try_statement":
            blocks = [
                node.child_by_field_name("body"),
                *(child for child in named(node) if child.type in ("catch_clause", "finally_clause")),
            ]
            yield ir.Branch(
                tuple(
                    (
                        None,
                        _nested(
                            each if each is None or each.type == "block" else next((c for c in named(each) if c.type == "block"), None),
                            depth,
                        ),
                    )
                    for each in blocks
                ),
                line,
            )
        case "block":
            yield ir.Block(_body(node, depth), line)
        case "local_function_statement":
            yield ir.Define(_method(node, depth), line)
        case _:
            yield from _declaration(node, depth)


def _nested(node: Syntax | None, depth: int) -> tuple[ir.Statement, ...]:
    if node is None:
        return ()
    return _body(node, depth) if node.type == "block" else tuple(_statement(node, depth))


def _variables(node: Syntax, depth: int) -> Iterator[ir.Statement]:
    kind = type_of(node.child_by_field_name("type"))
    for each in named(node):
        if each.type != "variable_declarator":
            continue
        parts = named(each)
        name = each.child_by_field_name("name")
        value = expression(parts[-1], depth, _body) if len(parts) > 1 else ir.Unknown(line_of(each))
        yield ir.Assign(
            ir.Name(text_of(name or (parts[0] if parts else None)), line_of(each)), value, line_of(each), declares=True, type=kind
        )
