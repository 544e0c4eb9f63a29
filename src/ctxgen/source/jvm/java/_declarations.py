"""Java's classes, methods, fields and annotations; their bodies are lowered when they are first asked for.

Source: https://docs.oracle.com/javase/specs/jls/se21/html/jls-8.html
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import TYPE_CHECKING

from ctxgen.source.ir import (
    Call,
    Class,
    Expression,
    Field,
    Function,
    Name,
    Parameter,
    Statement,
)
from ctxgen.source.jvm.java import _expressions, _statements
from ctxgen.source.jvm.java._types import type_of
from ctxgen.source.jvm.nodes import line, text
from ctxgen.source.later import later, now

if TYPE_CHECKING:
    from tree_sitter import Node as Syntax

Members = tuple[tuple[Field, ...], tuple[Function, ...], tuple[Class, ...], tuple[Statement, ...]]

TYPES = {
    "class_declaration": "class",
    "interface_declaration": "interface",
    "enum_declaration": "enum",
    "record_declaration": "record",
    "annotation_type_declaration": "annotation",
}


def flat(node: Syntax) -> Iterator[Syntax]:
    """The children of a node, those of an ERROR node in its place."""
    for child in node.children:
        if child.type == "ERROR":
            yield from child.children
        else:
            yield child


def _modifiers(node: Syntax) -> tuple[tuple[Expression, ...], set[str]]:
    """The annotations of a declaration, and its modifiers."""
    for child in node.children:
        if child.type == "modifiers":
            annotations = tuple(
                _expressions.annotation_of(each, 0) for each in child.children if each.type in ("annotation", "marker_annotation")
            )
            return annotations, {each.type for each in child.children}
    return (), set()


def class_of(node: Syntax, anonymous: Expression | None = None) -> Class:
    decorators, modifiers = _modifiers(node)
    named, parameters = node.child_by_field_name("name"), node.child_by_field_name("parameters")
    bases: list[Expression] = [] if anonymous is None else [anonymous]
    for child in node.children:
        if child.type in ("superclass", "super_interfaces", "extends_interfaces"):
            for each in child.children:
                bases += [type_of(one) for one in (each.children if each.type == "type_list" else [each]) if one.is_named]
    body = node if anonymous is not None else node.child_by_field_name("body")
    name = text(named) if named else ""
    components = parameters_of(parameters) if parameters else ()
    own = tuple(Field(each.name, each.line, each.type, None, each.decorators) for each in components)

    def members() -> Members:
        fields, methods, classes, statements = _members(body, name) if body else ((), (), (), ())
        return own + fields, methods, classes, statements

    return Class(
        name,
        line(named or node),
        tuple(bases),
        now(members),
        decorators=decorators,
        kind=TYPES.get(node.type, "class"),
        parameters=components,
        abstract="abstract" in modifiers or node.type == "interface_declaration",
        end=node.end_point[0] + 1,
    )


def _members(body: Syntax, owner: str) -> Members:
    fields, methods, classes, statements = list[Field](), list[Function](), list[Class](), list[Statement]()
    nodes = list(flat(body))
    for node in nodes:  # grows: what follows an enum's constants is a node of its own
        kind = node.type
        if kind in ("field_declaration", "constant_declaration"):
            decorators, modifiers = _modifiers(node)
            declared = node.child_by_field_name("type")
            if "transient" in modifiers:  # the keyword says what the annotation does
                decorators = (*decorators, Name("Transient", line(node)))
            static = "static" in modifiers or kind == "constant_declaration"
            for each in node.children_by_field_name("declarator"):
                named, value = each.child_by_field_name("name"), each.child_by_field_name("value")
                if named:
                    type_ = type_of(declared) if declared else None
                    fields.append(
                        Field(
                            text(named),
                            line(named),
                            type_,
                            _expressions.expression_of(value, 0) if value else None,
                            decorators,
                            static=static,
                        )
                    )
        elif kind in ("method_declaration", "constructor_declaration", "compact_constructor_declaration"):
            methods.append(_method(node))
        elif kind in TYPES:
            classes.append(class_of(node))
        elif kind == "enum_constant":
            named, arguments = node.child_by_field_name("name"), node.child_by_field_name("arguments")
            if named:
                made = Call(Name(owner, line(node)), _expressions.arguments_of(arguments, 0) if arguments else (), line(node))
                fields.append(Field(text(named), line(named), Name(owner, line(named)), made, _modifiers(node)[0]))
        elif kind == "enum_body_declarations":
            nodes += flat(node)
        elif kind == "annotation_type_element_declaration":
            named, declared, default = (node.child_by_field_name(field) for field in ("name", "type", "value"))
            if named:
                stated = _expressions.expression_of(default, 0) if default else None
                fields.append(Field(text(named), line(named), type_of(declared) if declared else None, stated, _modifiers(node)[0]))
        elif kind in ("block", "static_initializer"):
            statements += _statements.statements_of([node], 0)
    return tuple(fields), tuple(methods), tuple(classes), tuple(statements)


def _method(node: Syntax) -> Function:
    decorators, modifiers = _modifiers(node)
    named, parameters, returns, body = (node.child_by_field_name(field) for field in ("name", "parameters", "type", "body"))
    return Function(
        "constructor" if "constructor" in node.type else text(named) if named else "",
        line(named or node),
        parameters_of(parameters) if parameters else (),
        later(body, lambda block: _statements.statements_of(list(block.children), 0)) if body else tuple,
        decorators=decorators,
        returns=type_of(returns) if returns else None,
        static="static" in modifiers,
        public="private" not in modifiers,
        end=node.end_point[0] + 1,
    )


def parameters_of(node: Syntax) -> tuple[Parameter, ...]:
    found = []
    for child in node.children:
        if child.type in ("formal_parameter", "spread_parameter"):
            decorators, _ = _modifiers(child)
            declared, named = child.child_by_field_name("type"), child.child_by_field_name("name")
            if child.type == "spread_parameter":
                parts = [each for each in child.children if each.is_named and each.type != "modifiers"]
                declared = parts[0] if len(parts) > 1 else None
                named = parts[-1].child_by_field_name("name") if parts else None
            if named:
                found.append(
                    Parameter(
                        text(named),
                        line(named),
                        type_of(declared) if declared else None,
                        None,
                        decorators,
                        child.type == "spread_parameter",
                    )
                )
        elif child.type == "identifier":  # of a lambda
            found.append(Parameter(text(child), line(child)))
    return tuple(found)
