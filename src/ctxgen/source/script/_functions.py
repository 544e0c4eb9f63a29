"""Functions, methods and classes of JavaScript and TypeScript, whose bodies are lowered when they are first asked for.

Sources: https://tc39.es/ecma262/#sec-ecmascript-language-functions-and-classes, https://www.typescriptlang.org/docs/handbook/2/classes.html
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from ctxgen.source.ir import Argument as Element
from ctxgen.source.ir import (
    Assign,
    Attribute,
    Choice,
    Class,
    Define,
    Expression,
    Field,
    Function,
    Literal,
    Mapping,
    Name,
    Parameter,
    Return,
    Sequence,
    Statement,
)  # fmt: skip
from ctxgen.source.later import later, now
from ctxgen.source.script import _expressions, _statements
from ctxgen.source.script._nodes import child, end, has_token, line, string, text
from ctxgen.source.script._types import generic, type_of

if TYPE_CHECKING:
    from tree_sitter import Node as Syntax

Members = tuple[tuple[Field, ...], tuple[Function, ...], tuple[Class, ...], tuple[Statement, ...]]


# ---------------------------------------------------------------------------------------------- functions


def function(node: Syntax, depth: int = 0, name: str = "") -> Function:
    """A function declaration, function expression or arrow function."""
    return _function(node, name or text(child(node, "name")), (), depth)


def method(node: Syntax, decorators: tuple[Expression, ...], depth: int = 0) -> Function:
    """A method of a class or object; a getter carries the decorator `property`, as what is read like a field."""
    if has_token(node, "get"):
        decorators = (*decorators, Name("property", line(node)))
    return _function(node, _member_name(node), decorators, depth)


def _function(node: Syntax, name: str, decorators: tuple[Expression, ...], depth: int) -> Function:
    body = child(node, "body")
    parameters, prologue = _parameters(node, depth)

    def lower(body: Syntax) -> tuple[Statement, ...]:
        if body.type != "statement_block":
            return (*prologue, *_statements.hoisted(body), Return(_expressions.expression(body), line(body)))
        return (*prologue, *_statements.block(body))

    named = child(node, "name") or node
    return Function(
        name, line(named), parameters, later(body, lower) if body is not None else lambda: prologue,
        decorators=decorators, returns=type_of(child(node, "return_type")), static=has_token(node, "static"),
        public=not any(text(part) in ("private", "protected") for part in node.children if part.type == "accessibility_modifier"),
        end=end(node),
    )  # fmt: skip


def _parameters(node: Syntax, depth: int) -> tuple[tuple[Parameter, ...], tuple[Statement, ...]]:
    """The parameters, and what a call does before the body: take apart what is destructured, keep parameter properties."""
    single = child(node, "parameter")
    if single is not None:
        return (Parameter(text(single), line(single)),), ()
    found: list[Parameter] = []
    first: list[Statement] = []
    listed = child(node, "parameters")
    for part in listed.named_children if listed is not None else ():
        pattern = child(part, "pattern") if part.type in ("required_parameter", "optional_parameter") else None
        if pattern is None or pattern.type == "this":
            continue
        variadic = pattern.type == "rest_pattern"
        if variadic and pattern.named_children:
            pattern = pattern.named_children[0]
        value = child(part, "value")
        name = text(pattern) if pattern.type == "identifier" else f"${len(found)}"
        found.append(
            Parameter(
                name, line(pattern), type_of(child(part, "type")), _expressions.expression(value, depth) if value is not None else None,
                decorators_of(part, depth), variadic,
            )
        )  # fmt: skip
        if pattern.type != "identifier":
            first.append(Assign(target(pattern, depth), Name(name, line(pattern)), line(pattern), declares=True))
        elif _is_property(part):
            first.append(Assign(Attribute(Name("self", line(pattern)), name, line(pattern)), Name(name, line(pattern)), line(pattern)))
    return tuple(found), tuple(first)


def _is_property(parameter: Syntax) -> bool:
    """Whether a constructor's parameter is a field as well: `private readonly users: UsersService`."""
    return any(part.type in ("accessibility_modifier", "readonly", "override_modifier") for part in parameter.children)


def target(node: Syntax, depth: int) -> Expression:
    """What is assigned to; a default is a `Choice` of the target and it."""
    kind = node.type
    if kind in ("object_pattern", "object"):
        entries: list[tuple[Expression | None, Expression]] = []
        for part in node.named_children:
            if part.type in ("shorthand_property_identifier_pattern", "shorthand_property_identifier"):
                entries.append((Literal(text(part), line(part)), Name(text(part), line(part))))
            elif part.type in ("pair_pattern", "pair") and (value := child(part, "value")) is not None:
                entries.append((_expressions.key(child(part, "key"), depth), target(value, depth + 1)))
            elif part.type == "object_assignment_pattern" and (left := child(part, "left")) is not None:
                entries.append((Literal(text(left), line(left)), _with_default(part, depth)))
            elif part.type in ("rest_pattern", "spread_element") and part.named_children:
                entries.append((None, target(part.named_children[0], depth + 1)))
        return Mapping(tuple(entries), line(node))
    if kind in ("array_pattern", "array"):
        return Sequence(tuple(_elements(node, depth)), line(node))
    if kind in ("assignment_pattern", "assignment_expression"):
        return _with_default(node, depth)
    if kind == "shorthand_property_identifier_pattern":
        return Name(text(node), line(node))
    return _expressions.expression(node, depth)


def _elements(node: Syntax, depth: int) -> list[Element]:
    """The targets of `[a, , b, ...rest]`; a hole takes its place with a name that nothing has."""
    found, empty = [], True
    for part in node.children:
        if part.type == ",":
            if empty:
                found.append(Element(Name("", line(part))))
            empty = True
        elif part.type == "rest_pattern" and part.named_children:
            found.append(Element(target(part.named_children[0], depth + 1), spread=True))
            empty = False
        elif part.is_named and part.type != "comment":
            found.append(Element(target(part, depth + 1)))
            empty = False
    return found


def _with_default(node: Syntax, depth: int) -> Expression:
    left, right = child(node, "left"), child(node, "right")
    if left is None:
        return _expressions.expression(left)
    bound = target(left, depth + 1)
    return Choice((bound, _expressions.expression(right, depth)), line(left))


# ---------------------------------------------------------------------------------------------- classes


def class_of(node: Syntax, depth: int = 0, name: str = "", outer: tuple[Expression, ...] = ()) -> Class:
    """A class; `outer` are decorators that stand before `export`."""
    body = child(node, "body")
    named = child(node, "name")
    return Class(
        name or text(named), line(named or node), _bases(node, depth), now(lambda: _members(body)),
        decorators=(*outer, *decorators_of(node, depth)), kind="interface" if node.type == "interface_declaration" else "class",
        abstract=node.type == "abstract_class_declaration", end=end(node),
    )  # fmt: skip


def _bases(node: Syntax, depth: int) -> tuple[Expression, ...]:
    """What a class extends, with type arguments, and then what it implements."""
    found: list[Expression] = []
    for heritage in node.named_children:
        if heritage.type not in ("class_heritage", "extends_type_clause"):
            continue
        clauses = heritage.named_children if heritage.type == "class_heritage" else [heritage]
        for clause in clauses:
            if clause.type == "extends_clause":
                base = generic(_expressions.expression(child(clause, "value"), depth), child(clause, "type_arguments"), depth)
                found += [base] if base is not None else []
            elif clause.type in ("implements_clause", "extends_type_clause"):
                found += [base for part in clause.named_children if (base := type_of(part, depth)) is not None]
    return tuple(found)


def _members(body: Syntax | None) -> Members:
    fields: list[Field] = []
    methods: list[Function] = []
    statements: list[Statement] = []
    pending: list[Expression] = []
    for part in body.named_children if body is not None else ():
        if part.type == "decorator":
            pending.append(_decorator(part, 0))
            continue
        if part.type == "comment":
            continue
        if part.type in ("public_field_definition", "property_signature"):
            fields.append(_field(part, tuple(pending)))
        elif part.type == "method_definition":
            methods.append(method(part, tuple(pending)))
            if methods[-1].name == "constructor":
                fields += _parameter_properties(part)
        elif part.type == "abstract_method_signature" and pending:
            methods.append(method(part, tuple(pending)))
        elif part.type == "class_static_block" and (block := child(part, "body")) is not None:
            statements += _statements.block(block)
        pending = []
    return tuple(fields), tuple(methods), (), tuple(statements)


def _field(node: Syntax, decorators: tuple[Expression, ...]) -> Field:
    written, named = child(node, "value"), child(node, "name")
    value = _expressions.expression(written) if written is not None else None
    if isinstance(value, Function) and not value.name:
        value.name = _member_name(node)
    return Field(
        _member_name(node), line(named or node), type_of(child(node, "type")), value, (*decorators, *decorators_of(node, 0))
    )  # fmt: skip


def _parameter_properties(constructor: Syntax) -> list[Field]:
    listed = child(constructor, "parameters")
    return [
        Field(text(pattern), line(pattern), type_of(child(part, "type")), None, decorators_of(part, 0))
        for part in (listed.named_children if listed is not None else ())
        if _is_property(part) and (pattern := child(part, "pattern")) is not None
    ]


def _member_name(node: Syntax) -> str:
    named = child(node, "name")
    if named is None:
        return ""
    if named.type == "computed_property_name":
        inner = named.named_children[0] if named.named_children else None
        return string(inner) if inner is not None and inner.type == "string" else ""
    return string(named) if named.type == "string" else text(named)


def decorators_of(node: Syntax, depth: int) -> tuple[Expression, ...]:
    """The decorators among a node's children, outermost first."""
    return tuple(_decorator(part, depth) for part in node.children if part.type == "decorator")


def _decorator(node: Syntax, depth: int) -> Expression:
    return _expressions.expression(node.named_children[0] if node.named_children else None, depth)


def enum_of(node: Syntax) -> Class:
    """An enumeration: its members are fields, those without a value count up."""
    body = child(node, "body")

    def members() -> Members:
        fields, following = [], 0
        for part in body.named_children if body is not None else ():
            if part.type not in ("enum_assignment", "property_identifier", "string"):
                continue
            value: Expression = Literal(following, line(part))
            if part.type == "enum_assignment":
                value = _expressions.expression(child(part, "value"))
            if isinstance(value, Literal) and isinstance(value.value, int):
                following = value.value + 1
            named = (child(part, "name") if part.type == "enum_assignment" else part) or part
            fields.append(Field(string(named) if named.type == "string" else text(named), line(part), None, value))
        return tuple(fields), (), (), ()

    named = child(node, "name")
    return Class(text(named), line(named or node), (), now(members), kind="enum", end=end(node))


def namespace_of(node: Syntax) -> Class:
    """`namespace N { … }`: a class of kind `module`, its constants fields."""
    body = child(node, "body")

    def members() -> Members:
        fields: list[Field] = []
        defined: list[Function | Class] = []
        for statement in _statements.block(body) if body is not None else ():
            if isinstance(statement, Assign) and isinstance(statement.target, Name):
                fields.append(Field(statement.target.name, statement.line, statement.type, statement.value))
            elif isinstance(statement, Define):
                defined.append(statement.what)
        functions = tuple(item for item in defined if isinstance(item, Function))
        return tuple(fields), functions, tuple(item for item in defined if isinstance(item, Class)), ()

    named = child(node, "name")
    return Class(text(named), line(named or node), (), now(members), kind="module", end=end(node))
