"""Kotlin's classes, functions, properties and annotations; their bodies are lowered when they are first asked for.

Source: https://kotlinlang.org/spec/declarations.html
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from typing import TYPE_CHECKING

from msgspec.structs import replace

from ctxgen.source.ir import (
    Call,
    Class,
    Define,
    Expression,
    Field,
    Function,
    Name,
    Parameter,
    Return,
    Statement,
    Unknown,
)
from ctxgen.source.jvm.kotlin import _expressions, _recovery, _statements
from ctxgen.source.jvm.kotlin._types import TYPES, bare, type_of
from ctxgen.source.jvm.nodes import line, text
from ctxgen.source.later import later, now

if TYPE_CHECKING:
    from tree_sitter import Node as Syntax

Members = tuple[tuple[Field, ...], tuple[Function, ...], tuple[Class, ...], tuple[Statement, ...]]

CLASSES = ("class_declaration", "object_declaration", "companion_object")


def _modifiers(node: Syntax) -> tuple[tuple[Expression, ...], set[str]]:
    """The annotations of a declaration, and its modifiers."""
    for child in node.children:
        if child.type == "modifiers":
            return annotations_of(child), {text(each) for each in child.children if each.type.endswith("_modifier")}
    return (), set()


def annotations_of(node: Syntax) -> tuple[Expression, ...]:
    found = []
    for child in node.children:
        if child.type == "annotation":
            found += [_annotation(each) for each in child.children if each.type in ("user_type", "constructor_invocation")]
    return tuple(found)


def _annotation(node: Syntax) -> Expression:
    return bare(type_of(node)) if node.type == "user_type" else _construction(node, 0)


def _construction(node: Syntax, depth: int) -> Expression:
    """`Base(x)`: a type that is called."""
    named = next((child for child in node.children if child.type in TYPES), None)
    arguments = next((child for child in node.children if child.type == "value_arguments"), None)
    called = bare(type_of(named)) if named else Unknown(line(node))
    return Call(called, _expressions.arguments_of(arguments, depth + 1) if arguments else (), line(node))


def bases_of(nodes: Iterable[Syntax]) -> tuple[Expression, ...]:
    """The types that a class extends; one that is given arguments is a `Call` of it."""
    found = list[Expression]()
    for specifiers in nodes:
        for specifier in specifiers.children if specifiers.type == "delegation_specifiers" else ():
            for base in specifier.children:
                if base.type == "explicit_delegation" and base.children:
                    base = base.children[0]
                if base.type == "constructor_invocation":
                    made = _construction(base, 0)
                    found.append(made if isinstance(made, Call) and made.arguments else type_of(base.children[0]))
                elif base.type in TYPES:
                    found.append(type_of(base))
    return tuple(found)


def class_of(node: Syntax) -> Class:
    decorators, modifiers = _modifiers(node)
    kinds = {child.type for child in node.children}
    named = node.child_by_field_name("name")
    name = text(named) if named else "Companion" if node.type == "companion_object" else ""
    constructor = next((child for child in node.children if child.type == "primary_constructor"), None)
    parameters = [
        each for child in (constructor.children if constructor else ()) if child.type == "class_parameters" for each in child.children
    ]
    body = next((child for child in node.children if child.type in ("class_body", "enum_class_body")), None)

    def members() -> Members:
        fields, methods, classes, statements = members_of(body.children, name) if body else ((), (), (), ())
        own = tuple(
            Field(p.name, p.line, p.type, p.default, p.decorators)
            for each, p in ((each, _class_parameter(each)) for each in parameters if each.type == "class_parameter")
            if any(child.type in ("val", "var") for child in each.children)
        )
        return own + fields, methods, classes, statements

    kind = "object" if "object" in kinds else "interface" if "interface" in kinds else "class"
    return Class(
        name,
        line(named or node),
        bases_of(node.children),
        now(members),
        decorators=decorators,
        kind=next((word for word in ("annotation", "enum") if word in modifiers), kind),
        parameters=tuple(_class_parameter(each) for each in parameters if each.type == "class_parameter"),
        abstract=bool(modifiers & {"abstract", "sealed"}) or "interface" in kinds,
        end=node.end_point[0] + 1,
    )


def _class_parameter(node: Syntax) -> Parameter:
    """`@Value("…") private val name: Type = default`."""
    named = next((child for child in node.children if child.type == "identifier"), node)
    declared = next((child for child in node.children if child.type in TYPES), None)
    return Parameter(text(named), line(named), type_of(declared) if declared else None, _assigned(node, 0), _modifiers(node)[0])


def _assigned(node: Syntax, depth: int) -> Expression | None:
    """What stands behind `=`."""
    children = node.children
    for index, child in enumerate(children):
        if child.type == "=" and index + 1 < len(children):
            return _expressions.expression_of(children[index + 1], depth)
    return None


def members_of(nodes: Iterable[Syntax], owner: str) -> Members:
    """Members of a class; those of its companion object are its own, as Java's static ones are."""
    fields, methods, classes, statements = list[Field](), list[Function](), list[Class](), list[Statement]()
    pending: tuple[Expression, ...] = ()
    for node in _recovery.flat(nodes):
        kind = node.type
        if kind == "annotated_expression":
            made, pending = _recovery.misread(node)
            classes += [each.what for each in made if isinstance(each, Define) and isinstance(each.what, Class)]
            continue
        if kind == "property_declaration":
            fields += _property(node)
        elif kind in ("function_declaration", "secondary_constructor"):
            methods.append(_recovery.marked(function_of(node), pending))
        elif kind == "companion_object":
            companion = class_of(node)
            fields += [replace(each, static=True) for each in companion.fields]
            methods += [_static(method) for method in companion.methods]
            classes += companion.classes
            statements += companion.statements
        elif kind in CLASSES:
            classes.append(_recovery.marked(class_of(node), pending))
        elif kind == "enum_entry":
            named = next((child for child in node.children if child.type == "identifier"), None)
            arguments = next((child for child in node.children if child.type == "value_arguments"), None)
            if named:
                value = Call(Name(owner, line(node)), _expressions.arguments_of(arguments, 0) if arguments else (), line(node))
                fields.append(Field(text(named), line(named), Name(owner, line(named)), value, _modifiers(node)[0]))
        elif kind == "anonymous_initializer":
            statements += _statements.statements_of(
                [each for child in node.children if child.type == "block" for each in child.children], 0
            )
        elif kind == "ERROR":
            for what in (statement.what for statement in _recovery.broken(node) if isinstance(statement, Define)):
                if isinstance(what, Function):
                    methods.append(what)
                else:
                    classes.append(what)
        elif kind in _expressions.EXPRESSIONS:  # of a class whose end was not found
            statements += _statements.statement_of(node, 0)
        pending = pending if "comment" in kind else ()
    return tuple(fields), tuple(methods), tuple(classes), tuple(statements)


def _static(method: Function) -> Function:
    method.static = True
    return method


def variables_of(node: Syntax) -> list[tuple[str, int, Expression | None]]:
    """The names that a property declares, with their types."""
    found = []
    for child in node.children:
        for each in child.children if child.type == "multi_variable_declaration" else [child]:
            if each.type == "variable_declaration":
                named = next((part for part in each.children if part.type == "identifier"), each)
                declared = next((part for part in each.children if part.type in TYPES), None)
                found.append((text(named), line(named), type_of(declared) if declared else None))
    return found


def value_of(node: Syntax, depth: int) -> Expression | None:
    """The value of a property: behind `=`, of its delegate (`by lazy { … }` is what it computes) or its getter."""
    value = _assigned(node, depth)
    if value is not None:
        return value
    for child in node.children:
        if child.type == "property_delegate" and child.children:
            return _expressions.expression_of(child.children[-1], depth)
        if child.type == "getter":
            body = next((each for each in child.children if each.type == "function_body"), None)
            return _assigned(body, depth) if body else None
    return None


def _property(node: Syntax) -> Iterator[Field]:
    decorators, _ = _modifiers(node)
    for name, at, declared in variables_of(node):
        yield Field(name, at, declared, value_of(node, 0), decorators)


def function_of(node: Syntax) -> Function:
    decorators, modifiers = _modifiers(node)
    named = node.child_by_field_name("name")
    children = node.children
    receiver: Syntax | None = None
    returns: Syntax | None = None
    for child in children:
        if child.type in TYPES:
            if named is not None and child.start_byte < named.start_byte:
                receiver = child
            else:
                returns = child
    parameters = next((child for child in children if child.type == "function_value_parameters"), None)
    return Function(
        text(named) if named else "constructor" if node.type == "secondary_constructor" else "",
        line(named or node),
        parameters_of(parameters) if parameters else (),
        later(node, _body),
        decorators=decorators,
        returns=type_of(returns) if returns else None,
        receiver=Parameter("self", line(receiver), type_of(receiver)) if receiver else None,
        public="private" not in modifiers,
        end=node.end_point[0] + 1,
    )


def _body(node: Syntax) -> tuple[Statement, ...]:
    """That of a function or constructor."""
    body = next((child for child in node.children if child.type in ("function_body", "block")), None)
    return _function_body(body) if body else ()


def _function_body(node: Syntax) -> tuple[Statement, ...]:
    """`{ … }`, or `= expression`, which is returned."""
    if node.type == "block":
        return _statements.statements_of(node.children, 0)
    value = _assigned(node, 0)
    if value is not None:
        return (Return(value, line(node)),)
    return tuple(
        statement for child in node.children if child.type == "block" for statement in _statements.statements_of(child.children, 0)
    )


def parameters_of(node: Syntax) -> tuple[Parameter, ...]:
    found = list[Parameter]()
    decorators: tuple[Expression, ...] = ()
    variadic, default = False, False
    for child in node.children:
        if child.type == "parameter_modifiers":
            decorators = annotations_of(child)
            variadic = any(text(each) == "vararg" for each in child.children)
        elif child.type == "parameter":
            named = next((each for each in child.children if each.type == "identifier"), child)
            declared = next((each for each in child.children if each.type in TYPES), None)
            found.append(Parameter(text(named), line(named), type_of(declared) if declared else None, None, decorators, variadic))
            decorators, variadic = (), False
        elif default and found:
            found[-1] = replace(found[-1], default=_expressions.expression_of(child, 0))
        default = child.type == "="
    return tuple(found)
