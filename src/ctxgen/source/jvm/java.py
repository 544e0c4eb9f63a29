"""Java syntax trees lowered.  Source: https://docs.oracle.com/javase/specs/ and the node types of tree-sitter-java."""

from __future__ import annotations

import textwrap
from collections.abc import Callable, Iterable, Iterator
from typing import TYPE_CHECKING

from ctxgen.source.ir import (
    Argument,
    Assign,
    Attribute,
    Block,
    Branch,
    Call,
    Choice,
    Class,
    Define,
    Do,
    Expression,
    Field,
    Function,
    Import,
    Item,
    Literal,
    Loop,
    Module,
    Name,
    Parameter,
    Return,
    Sequence,
    Statement,
    Unknown,
)
from ctxgen.source.jvm.nodes import DEEPEST, combined, line, number, text, unescape
from ctxgen.tree import File

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


def lower(file: File) -> Module:
    """A Java file.  Raises `Unreadable` where it cannot be parsed."""
    package, statements = "", list[Statement]()
    for node in _flat(file.syntax("java")):
        if node.type == "package_declaration":
            package = next((text(child) for child in node.children if child.type in ("scoped_identifier", "identifier")), "")
        elif node.type == "import_declaration":
            statements.append(_import(node))
        elif node.type in TYPES:
            statements.append(Define(_class(node), line(node)))
    return Module(file.path, "java", tuple(statements), package)


def _flat(node: Syntax) -> Iterator[Syntax]:
    """The children of a node, those of an ERROR node in its place."""
    for child in node.children:
        if child.type == "ERROR":
            yield from child.children
        else:
            yield child


def _import(node: Syntax) -> Import:
    """`import a.b.C` makes `C` of `a.b` known, `import static a.b.C.X` the name `X` of `a.b.C`, `*` all names of a package or class."""
    path = next((text(child) for child in node.children if child.type in ("scoped_identifier", "identifier")), "")
    names = {child.type for child in node.children}
    if "asterisk" in names:
        return Import(path, "*", "*", line(node))
    owner, _, last = path.rpartition(".")
    return Import(owner, last, last, line(node))


# ---------------------------------------------------------------------------------------------- declarations


def _modifiers(node: Syntax) -> tuple[tuple[Expression, ...], set[str]]:
    """The annotations of a declaration, and its modifiers."""
    for child in node.children:
        if child.type == "modifiers":
            annotations = tuple(_annotation(each, 0) for each in child.children if each.type in ("annotation", "marker_annotation"))
            return annotations, {each.type for each in child.children}
    return (), set()


def _annotation(node: Syntax, depth: int) -> Expression:
    named = node.child_by_field_name("name")
    called = _expression(named, depth + 1) if named else Unknown(line(node))
    arguments = node.child_by_field_name("arguments")
    return called if arguments is None else Call(called, _arguments(arguments, depth + 1), line(node))


def _class(node: Syntax, anonymous: Expression | None = None) -> Class:
    decorators, modifiers = _modifiers(node)
    named, parameters = node.child_by_field_name("name"), node.child_by_field_name("parameters")
    bases: list[Expression] = [] if anonymous is None else [anonymous]
    for child in node.children:
        if child.type in ("superclass", "super_interfaces", "extends_interfaces"):
            for each in child.children:
                bases += [_type(one) for one in (each.children if each.type == "type_list" else [each]) if one.is_named]
    body = node if anonymous is not None else node.child_by_field_name("body")
    name = text(named) if named else ""
    components = _parameters(parameters) if parameters else ()
    own = tuple(Field(each.name, each.line, each.type, None, each.decorators) for each in components)

    def members() -> Members:
        fields, methods, classes, statements = _members(body, name) if body else ((), (), (), ())
        return own + fields, methods, classes, statements

    return Class(
        name,
        line(named or node),
        tuple(bases),
        members,
        decorators=decorators,
        kind=TYPES.get(node.type, "class"),
        parameters=components,
        abstract="abstract" in modifiers or node.type == "interface_declaration",
        end=node.end_point[0] + 1,
    )


def _members(body: Syntax, owner: str) -> Members:
    fields, methods, classes, statements = list[Field](), list[Function](), list[Class](), list[Statement]()
    nodes = list(_flat(body))
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
                    type_ = _type(declared) if declared else None
                    fields.append(
                        Field(text(named), line(named), type_, _expression(value, 0) if value else None, decorators, static=static)
                    )
        elif kind in ("method_declaration", "constructor_declaration", "compact_constructor_declaration"):
            methods.append(_method(node))
        elif kind in TYPES:
            classes.append(_class(node))
        elif kind == "enum_constant":
            named, arguments = node.child_by_field_name("name"), node.child_by_field_name("arguments")
            if named:
                made = Call(Name(owner, line(node)), _arguments(arguments, 0) if arguments else (), line(node))
                fields.append(Field(text(named), line(named), Name(owner, line(named)), made, _modifiers(node)[0]))
        elif kind == "enum_body_declarations":
            nodes += _flat(node)
        elif kind == "annotation_type_element_declaration":
            named, declared, default = (node.child_by_field_name(field) for field in ("name", "type", "value"))
            if named:
                stated = _expression(default, 0) if default else None
                fields.append(Field(text(named), line(named), _type(declared) if declared else None, stated, _modifiers(node)[0]))
        elif kind in ("block", "static_initializer"):
            statements += _statements([node], 0)
    return tuple(fields), tuple(methods), tuple(classes), tuple(statements)


def _method(node: Syntax) -> Function:
    decorators, modifiers = _modifiers(node)
    named, parameters, returns, body = (node.child_by_field_name(field) for field in ("name", "parameters", "type", "body"))
    return Function(
        "constructor" if "constructor" in node.type else text(named) if named else "",
        line(named or node),
        _parameters(parameters) if parameters else (),
        lambda: _statements(list(body.children), 0) if body else (),
        decorators=decorators,
        returns=_type(returns) if returns else None,
        static="static" in modifiers,
        public="private" not in modifiers,
        end=node.end_point[0] + 1,
    )


def _parameters(node: Syntax) -> tuple[Parameter, ...]:
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
                        text(named), line(named), _type(declared) if declared else None, None, decorators, child.type == "spread_parameter"
                    )
                )
        elif child.type == "identifier":  # of a lambda
            found.append(Parameter(text(child), line(child)))
    return tuple(found)


def _type(node: Syntax, depth: int = 0) -> Expression:
    """A type as names: `Map<String, Order>` is an `Item` of `Map` with both."""
    at = line(node)
    if depth > DEEPEST:
        return Unknown(at)
    if node.type == "generic_type":
        parts = [child for child in node.children if child.is_named]
        owner = _type(parts[0], depth + 1)
        given = [_type(each, depth + 1) for part in parts[1:] for each in part.children if each.is_named]
        if not given:
            return owner
        return Item(owner, given[0] if len(given) == 1 else Sequence(tuple(map(Argument, given)), at), at)
    if node.type == "array_type":
        element = node.child_by_field_name("element")
        return Item(Name("Array", at), _type(element, depth + 1), at) if element else Unknown(at)
    if node.type == "scoped_type_identifier":
        parts = [child for child in node.children if child.is_named and "annotation" not in child.type]
        owner = _type(parts[0], depth + 1) if parts else Unknown(at)
        return Attribute(owner, text(parts[-1]), at) if len(parts) > 1 else owner
    if node.type in ("annotated_type", "wildcard"):
        inner = [child for child in node.children if child.is_named and "annotation" not in child.type and child.type != "super"]
        return _type(inner[-1], depth + 1) if inner else Unknown(at)
    return Name(text(node), at)


# ---------------------------------------------------------------------------------------------- statements


def _statements(nodes: Iterable[Syntax], depth: int) -> tuple[Statement, ...]:
    found = list[Statement]()
    for node in nodes:
        if node.is_named and depth <= DEEPEST:
            found += _statement(node, depth + 1)
    return tuple(found)


def _body(node: Syntax | None, depth: int) -> tuple[Statement, ...]:
    """The statements of a block, or the one statement that stands without."""
    if node is None:
        return ()
    return _statements(node.children if node.type in ("block", "constructor_body") else [node], depth)


def _statement(node: Syntax, depth: int) -> Iterable[Statement]:
    at, kind = line(node), node.type
    if kind == "expression_statement":
        return _effect(node.children[0], depth) if node.children else ()
    if kind == "local_variable_declaration":
        return _declared(node, depth)
    if kind == "return_statement":
        value = next((child for child in node.children if child.is_named), None)
        return (Return(_expression(value, depth) if value else Literal(None, at), at),)
    if kind in ("block", "static_initializer", "synchronized_statement", "labeled_statement", "ERROR"):
        return (Block(_statements([each for each in node.children if each.type != "identifier"], depth), at),)
    if kind == "if_statement":
        return (_if(node, depth),)
    if kind in ("switch_expression", "switch_statement"):
        arms = tuple(
            (None, _statements([each for each in group.children if each.type != "switch_label"], depth)) for group in _groups(node)
        )
        return (Branch(arms, at),)
    if kind in ("try_statement", "try_with_resources_statement"):
        return (_try(node, depth),)
    if kind == "enhanced_for_statement":
        target, iterable = node.child_by_field_name("name"), node.child_by_field_name("value")
        over = _expression(iterable, depth) if iterable else None
        return (Loop(Name(text(target), at) if target else None, over, _body(node.child_by_field_name("body"), depth), at),)
    if kind in ("for_statement", "while_statement", "do_statement"):
        return (Loop(None, None, _body(node.child_by_field_name("body"), depth), at),)
    if kind in TYPES:
        return (Define(_class(node), at),)
    if kind in ("throw_statement", "yield_statement", "explicit_constructor_invocation"):
        return [Do(_expression(child, depth), at) for child in node.children if child.is_named and child.type != "argument_list"]
    return _effect(node, depth) if kind in _EXPRESSIONS else ()


def _effect(node: Syntax, depth: int) -> Iterable[Statement]:
    """An expression that stands alone; `x = y = z` is two assignments."""
    at = line(node)
    if node.type != "assignment_expression":
        return (Do(_expression(node, depth), at),)
    left, right, symbol = (node.child_by_field_name(field) for field in ("left", "right", "operator"))
    if left is None or right is None:
        return ()
    before: list[Statement] = []
    while right is not None and right.type == "assignment_expression":
        inner, right = right.child_by_field_name("left"), right.child_by_field_name("right")
        if inner is not None and right is not None:
            before.append(Assign(_expression(left, depth), _expression(inner, depth), at))
            left = inner
    if right is None:
        return before
    return [
        Assign(_expression(left, depth), _expression(right, depth), at, adds=symbol is not None and symbol.type == "+="),
        *reversed(before),
    ]


def _declared(node: Syntax, depth: int) -> Iterator[Statement]:
    declared = node.child_by_field_name("type")
    type_ = None if declared is None or text(declared) == "var" else _type(declared)
    for each in node.children_by_field_name("declarator"):
        named, value = each.child_by_field_name("name"), each.child_by_field_name("value")
        if named is None:
            continue
        while value is not None and value.type == "assignment_expression":
            yield from _effect(value, depth)
            value = value.child_by_field_name("right")
        result = _expression(value, depth) if value else Unknown(line(each))
        yield Assign(Name(text(named), line(named)), result, line(each), declares=True, type=type_)


def _if(node: Syntax, depth: int) -> Branch:
    arms = list[tuple[Expression | None, tuple[Statement, ...]]]()
    current: Syntax | None = node
    while current is not None and current.type == "if_statement":
        condition = current.child_by_field_name("condition")
        arms.append((_expression(condition, depth) if condition else None, _body(current.child_by_field_name("consequence"), depth)))
        current = current.child_by_field_name("alternative")
    if current is not None:
        arms.append((None, _body(current, depth)))
    return Branch(tuple(arms), line(node))


def _try(node: Syntax, depth: int) -> Branch:
    opened = list[Statement]()
    resources = node.child_by_field_name("resources")
    for each in resources.children if resources else ():
        named, value = each.child_by_field_name("name"), each.child_by_field_name("value")
        if named and value:
            opened.append(Assign(Name(text(named), line(named)), _expression(value, depth), line(each), declares=True))
    arms = [(*opened, *_body(node.child_by_field_name("body"), depth))]
    for child in node.children:
        if child.type in ("catch_clause", "finally_clause"):
            arms.append(tuple(one for each in child.children if each.type == "block" for one in _body(each, depth)))
    return Branch(tuple((None, arm) for arm in arms), line(node))


def _groups(node: Syntax) -> list[Syntax]:
    """The arms of a switch."""
    body = node.child_by_field_name("body")
    return [child for child in body.children if child.type in ("switch_rule", "switch_block_statement_group")] if body else []


# ---------------------------------------------------------------------------------------------- expressions


def _expression(node: Syntax, depth: int) -> Expression:
    lowering = _EXPRESSIONS.get(node.type)
    if depth > DEEPEST or lowering is None:
        return Unknown(line(node))
    return lowering(node, depth + 1)


def _arguments(node: Syntax, depth: int) -> tuple[Argument, ...]:
    found = []
    for child in node.children:
        if child.type == "element_value_pair":
            key, value = child.child_by_field_name("key"), child.child_by_field_name("value")
            if key and value:
                found.append(Argument(_expression(value, depth), text(key)))
        elif child.is_named and "comment" not in child.type:
            found.append(Argument(_expression(child, depth)))
    return tuple(found)


def _string(node: Syntax, depth: int) -> Expression:
    written = text(node)
    if not written.startswith('"""'):
        return Literal(unescape(written[1:-1]), line(node))
    inside = written[3:-3].partition("\n")[2]
    *lines, last = inside.split("\n")
    kept = textwrap.dedent(
        "\n".join([*lines, last + "|"] if not last.strip() else [*lines, last])
    )  # the closing quotes take part in the indentation
    return Literal(unescape(kept.removesuffix("|") if not last.strip() else kept), line(node))


def _number(node: Syntax, depth: int) -> Expression:
    value = number(text(node))
    return Unknown(line(node)) if value is None else Literal(value, line(node))


def _named(node: Syntax, depth: int) -> Expression:
    return Name(text(node), line(node))


def _inside(node: Syntax, depth: int) -> Expression:
    """The expression in brackets, behind a cast or in a condition."""
    inner = [child for child in node.children if child.is_named and "comment" not in child.type]
    return _expression(inner[-1], depth) if inner else Unknown(line(node))


def _evaluated(node: Syntax, depth: int) -> Expression:
    """What is evaluated for what it does."""
    return Unknown(line(node), tuple(_expression(child, depth) for child in node.children if child.type in _EXPRESSIONS))


def _chain(node: Syntax, depth: int) -> Expression:
    """`a.b().c.d()`: a chain of calls can be longer than anything is nested."""
    links: list[Syntax] = []
    current: Syntax | None = node
    while current is not None and current.type in ("method_invocation", "field_access", "scoped_identifier"):
        links.append(current)
        current = current.child_by_field_name("scope" if current.type == "scoped_identifier" else "object")
    value = None if current is None else _expression(current, depth)
    for link in reversed(links):
        named = link.child_by_field_name("field" if link.type == "field_access" else "name")
        at = line(named or link)
        name = text(named) if named else ""
        value = Name(name, at) if value is None else Attribute(value, "self" if name == "this" else name, at)
        if link.type == "method_invocation":
            arguments, types = link.child_by_field_name("arguments"), link.child_by_field_name("type_arguments")
            value = Call(
                value,
                _arguments(arguments, depth) if arguments else (),
                at,
                tuple(_type(each) for each in types.children if each.is_named) if types else (),
            )
    return value if value is not None else Unknown(line(node))


def _creation(node: Syntax, depth: int) -> Expression:
    declared, arguments = node.child_by_field_name("type"), node.child_by_field_name("arguments")
    if declared is None:
        return Unknown(line(node))
    body = next((child for child in node.children if child.type == "class_body"), None)
    made, types = _type(declared), tuple[Expression, ...]()
    if isinstance(made, Item) and declared.type == "generic_type":
        types = tuple(each.value for each in made.key.items) if isinstance(made.key, Sequence) else (made.key,)
        made = made.owner
    function = _class(body, made) if body is not None else made
    return Call(function, _arguments(arguments, depth) if arguments else (), line(node), types)


def _array(node: Syntax, depth: int) -> Expression:
    value = node.child_by_field_name("value")
    return _expression(value, depth) if value else Unknown(line(node))


def _sequence(node: Syntax, depth: int) -> Expression:
    return Sequence(_arguments(node, depth), line(node))


def _item(node: Syntax, depth: int) -> Expression:
    owner, key = node.child_by_field_name("array"), node.child_by_field_name("index")
    return Item(_expression(owner, depth), _expression(key, depth), line(node)) if owner and key else Unknown(line(node))


def _class_literal(node: Syntax, depth: int) -> Expression:
    return _type(node.children[0]) if node.children else Unknown(line(node))


def _reference(node: Syntax, depth: int) -> Expression:
    """`this::list`, `OrderHandler::new`."""
    owner, last = node.children[0], node.children[-1]
    known = _expression(owner, depth) if owner.type in _EXPRESSIONS else _type(owner)
    return Attribute(known, "new" if last.type == "new" else text(last), line(last))


def _lambda(node: Syntax, depth: int) -> Expression:
    parameters, body = node.child_by_field_name("parameters"), node.child_by_field_name("body")
    known: tuple[Parameter, ...] = ()
    if parameters:
        known = (Parameter(text(parameters), line(parameters)),) if parameters.type == "identifier" else _parameters(parameters)

    def lowered() -> tuple[Statement, ...]:
        if body is None:
            return ()
        return _body(body, 0) if body.type == "block" else (Return(_expression(body, 0), line(body)),)

    return Function("", line(node), known, lowered, end=node.end_point[0] + 1)


def _binary(node: Syntax, depth: int) -> Expression:
    """`a + b + c` is nested to the left, and can be long."""
    symbol = node.child_by_field_name("operator")
    operator = symbol.type if symbol else ""
    operands: list[Syntax] = []
    current: Syntax | None = node
    while current is not None and current.type == "binary_expression":
        its = current.child_by_field_name("operator")
        right = current.child_by_field_name("right")
        if its is None or its.type != operator or right is None:
            break
        operands.append(right)
        current = current.child_by_field_name("left")
    if current is not None:
        operands.append(current)
    return combined(operator, [_expression(each, depth) for each in reversed(operands)], line(node))


def _unary(node: Syntax, depth: int) -> Expression:
    operand, symbol = node.child_by_field_name("operand"), node.child_by_field_name("operator")
    inner = _expression(operand, depth) if operand else Unknown(line(node))
    if symbol is not None and symbol.type == "-" and isinstance(inner, Literal) and isinstance(inner.value, int | float):
        return Literal(-inner.value, line(node))
    return Unknown(line(node), (inner,))


def _choice(node: Syntax, depth: int) -> Expression:
    options = (node.child_by_field_name("consequence"), node.child_by_field_name("alternative"))
    return Choice(tuple(_expression(each, depth) for each in options if each), line(node))


def _switch(node: Syntax, depth: int) -> Expression:
    options = []
    for group in _groups(node):
        for child in group.children:
            if child.type == "expression_statement" and group.type == "switch_rule":
                options.append(_inside(child, depth))
            elif child.type == "block":
                options += [_inside(each, depth) for each in child.children if each.type == "yield_statement"]
    return Choice(tuple(options), line(node))


def _constant(value: bool | None) -> Callable[[Syntax, int], Expression]:
    return lambda node, depth: Literal(value, line(node))


_EXPRESSIONS: dict[str, Callable[[Syntax, int], Expression]] = {
    "string_literal": _string,
    "character_literal": _string,
    "decimal_integer_literal": _number,
    "hex_integer_literal": _number,
    "octal_integer_literal": _number,
    "binary_integer_literal": _number,
    "decimal_floating_point_literal": _number,
    "true": _constant(True),
    "false": _constant(False),
    "null_literal": _constant(None),
    "identifier": _named,
    "type_identifier": _named,
    "super": _named,
    "this": lambda node, depth: Name("self", line(node)),
    "field_access": _chain,
    "scoped_identifier": _chain,
    "method_invocation": _chain,
    "object_creation_expression": _creation,
    "array_creation_expression": _array,
    "array_initializer": _sequence,
    "element_value_array_initializer": _sequence,
    "array_access": _item,
    "class_literal": _class_literal,
    "method_reference": _reference,
    "lambda_expression": _lambda,
    "binary_expression": _binary,
    "unary_expression": _unary,
    "ternary_expression": _choice,
    "switch_expression": _switch,
    "cast_expression": _inside,
    "parenthesized_expression": _inside,
    "assignment_expression": _evaluated,
    "instanceof_expression": _evaluated,
    "update_expression": _evaluated,
    "annotation": _annotation,
    "marker_annotation": _annotation,
}
