"""Kotlin syntax trees lowered.  Source: https://kotlinlang.org/spec/ and the node types of tree-sitter-kotlin."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Iterator
from itertools import pairwise
from typing import TYPE_CHECKING, TypeVar

from msgspec.structs import replace

from ctxgen.documents import parse_syntax
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
    Template,
    Unknown,
)
from ctxgen.source.jvm.nodes import DEEPEST, combined, line, number, text, unescape
from ctxgen.tree import File

if TYPE_CHECKING:
    from tree_sitter import Node as Syntax

Members = tuple[tuple[Field, ...], tuple[Function, ...], tuple[Class, ...], tuple[Statement, ...]]

_Declared = TypeVar("_Declared", Function, Class, Function | Class)
_TYPES = ("user_type", "nullable_type", "function_type", "non_nullable_type", "parenthesized_type")
_CLASSES = ("class_declaration", "object_declaration", "companion_object")
_DECLARED = ("fun", "class", "interface", "object")
_SIMPLE = re.compile(r"\$([A-Za-z_]\w*)")


def lower(file: File) -> Module:
    """A Kotlin file.  Raises `Unreadable` where it cannot be parsed."""
    package, statements = "", list[Statement]()
    written = file.text
    # without a line's end behind the last brace, the grammar takes annotated classes for expressions
    root = file.syntax("kotlin") if written.endswith("\n") else parse_syntax(f"{written}\n".encode(), "kotlin")
    if root.has_error and (separated := _separated(written)) is not None:
        root = parse_syntax(f"{separated}\n".encode(), "kotlin")
    pending: tuple[Expression, ...] = ()
    for node in _flat(root.children):
        if node.type == "annotated_expression":
            made, pending = _misread(node)
            statements += made
        elif node.type == "package_header":
            package = "".join(text(child) for child in node.children if child.type == "qualified_identifier")
        elif node.type == "import":
            statements.append(_import(node))
        else:
            for each in _statement(node, 0):
                if isinstance(each, Define):
                    _marked(each.what, pending)
                statements.append(each)
            pending = pending if "comment" in node.type else ()
    return Module(file.path, "kotlin", tuple(statements), package)


_ROUTE = re.compile(r"([ \t]*)[ \t](?=get[ \t]*(?:\{|<|\((?![ \t]*\))))")


def _separated(text: str) -> str | None:
    """The text with calls such as `get { … }` parted from the property before them, for whose getter the grammar takes them; None where there are none."""
    lines, last, comment, changed = text.split("\n"), "{", False, False
    for index, each in enumerate(lines):
        stripped = each.strip()
        if comment or stripped.startswith("/*"):
            comment = "*/" not in stripped
            continue
        if not stripped or stripped.startswith("//"):
            continue
        if last not in "{(,>" and (match := _ROUTE.match(each)):
            lines[index] = f"{match[1]};{each[match.end() :]}"
            changed = True
        last = stripped.partition(" //")[0].rstrip()[-1:]
    return "\n".join(lines) if changed else None


def _flat(nodes: Iterable[Syntax]) -> Iterator[Syntax]:
    """Nodes, with the children of ERROR nodes in their place."""
    for node in nodes:
        if node.type == "ERROR":
            yield from _flat_once(node)
        else:
            yield node


def _flat_once(node: Syntax) -> Iterator[Syntax]:
    """What an ERROR node holds.  Where it begins with a declaration, the node itself is told: `_broken` puts it together."""
    kinds = [child.type for child in node.children]
    if any(kind in _DECLARED for kind in kinds):
        yield node
    else:
        yield from node.children


def _misread(node: Syntax) -> tuple[list[Statement], tuple[Expression, ...]]:
    """What the grammar takes for an annotated expression at the top of a file: classes without a body, and annotations of what follows.

    `@A class B` becomes the call of a function `class`, `@A("x")` before a declaration an annotation of the expression `("x")`.
    """
    found, annotations, depth = list[Statement](), list[Expression](), 0
    current: Syntax | None = node
    while current is not None and current.type == "annotated_expression" and depth < DEEPEST:
        depth += 1
        annotations += _annotations(current)
        current = current.children[-1]
        if current.type == "parenthesized_expression" and annotations and not isinstance(annotations[-1], Call):
            annotations[-1] = Call(annotations[-1], (Argument(_first(current, 0)),), line(current))
        if current.type == "infix_expression" and len(current.children) == 3 and text(current.children[0]) in _DECLARED:
            kind, named, tail = current.children
            body = list(tail.children) if tail.type == "lambda_literal" else []
            what = _unfinished(text(kind), [named, *body], tuple(annotations))
            found += [Define(what, what.line)] if what is not None else []
            annotations, current = [], tail
    return found, tuple(annotations)


def _import(node: Syntax) -> Import:
    """`import a.b.C as D` makes `C` of `a.b` known, `*` all names of a package or object."""
    kinds = [child.type for child in node.children]
    path = next((text(child) for child in node.children if child.type in ("qualified_identifier", "identifier")), "").replace(" ", "")
    if "*" in kinds:
        return Import(path, "*", "*", line(node))
    owner, _, last = path.rpartition(".")
    return Import(owner, last, text(node.children[-1]) if "as" in kinds else last, line(node))


def _broken(node: Syntax) -> Iterator[Statement]:
    """The declarations of an ERROR node: what follows a `fun` or `class` whose end was not found is its body."""
    children = list(node.children)
    starts = [index for index, child in enumerate(children) if child.type in _DECLARED]
    for start, end in pairwise([*starts, len(children)]):
        decorators = _annotations(children[start - 1]) if start and children[start - 1].type == "modifiers" else ()
        what = _unfinished(children[start].type, children[start + 1 : end], decorators)
        if what is not None:
            yield Define(what, what.line)


def _unfinished(kind: str, nodes: list[Syntax], decorators: tuple[Expression, ...]) -> Function | Class | None:
    named = next((child for child in nodes if child.type == "identifier"), None)
    if named is None:
        return None
    head, rest = nodes[: nodes.index(named)], nodes[nodes.index(named) + 1 :]
    name, at = text(named), line(named)
    if kind != "fun":
        return Class(name, at, _bases(rest), lambda: _members(rest, name), decorators=decorators)
    parameters = next((child for child in rest if child.type == "function_value_parameters"), None)
    receiver = next((child for child in head if child.type in _TYPES), None)
    return Function(
        name,
        at,
        _parameters(parameters) if parameters else (),
        lambda: _statements(rest, 0),
        decorators=decorators,
        receiver=Parameter("self", at, _type(receiver)) if receiver else None,
    )


# ---------------------------------------------------------------------------------------------- declarations


def _modifiers(node: Syntax) -> tuple[tuple[Expression, ...], set[str]]:
    """The annotations of a declaration, and its modifiers."""
    for child in node.children:
        if child.type == "modifiers":
            return _annotations(child), {text(each) for each in child.children if each.type.endswith("_modifier")}
    return (), set()


def _annotations(node: Syntax) -> tuple[Expression, ...]:
    found = []
    for child in node.children:
        if child.type == "annotation":
            found += [_annotation(each) for each in child.children if each.type in ("user_type", "constructor_invocation")]
    return tuple(found)


def _annotation(node: Syntax) -> Expression:
    return _bare(_type(node)) if node.type == "user_type" else _construction(node, 0)


def _construction(node: Syntax, depth: int) -> Expression:
    """`Base(x)`: a type that is called."""
    named = next((child for child in node.children if child.type in _TYPES), None)
    arguments = next((child for child in node.children if child.type == "value_arguments"), None)
    called = _bare(_type(named)) if named else Unknown(line(node))
    return Call(called, _arguments(arguments, depth + 1) if arguments else (), line(node))


def _bare(type_: Expression) -> Expression:
    return type_.owner if isinstance(type_, Item) else type_


def _bases(nodes: Iterable[Syntax]) -> tuple[Expression, ...]:
    """The types that a class extends; one that is given arguments is a `Call` of it."""
    found = list[Expression]()
    for specifiers in nodes:
        for specifier in specifiers.children if specifiers.type == "delegation_specifiers" else ():
            for base in specifier.children:
                if base.type == "explicit_delegation" and base.children:
                    base = base.children[0]
                if base.type == "constructor_invocation":
                    made = _construction(base, 0)
                    found.append(made if isinstance(made, Call) and made.arguments else _type(base.children[0]))
                elif base.type in _TYPES:
                    found.append(_type(base))
    return tuple(found)


def _class(node: Syntax) -> Class:
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
        fields, methods, classes, statements = _members(body.children, name) if body else ((), (), (), ())
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
        _bases(node.children),
        members,
        decorators=decorators,
        kind=next((word for word in ("annotation", "enum") if word in modifiers), kind),
        parameters=tuple(_class_parameter(each) for each in parameters if each.type == "class_parameter"),
        abstract=bool(modifiers & {"abstract", "sealed"}) or "interface" in kinds,
        end=node.end_point[0] + 1,
    )


def _class_parameter(node: Syntax) -> Parameter:
    """`@Value("…") private val name: Type = default`."""
    named = next((child for child in node.children if child.type == "identifier"), node)
    declared = next((child for child in node.children if child.type in _TYPES), None)
    return Parameter(text(named), line(named), _type(declared) if declared else None, _assigned(node, 0), _modifiers(node)[0])


def _assigned(node: Syntax, depth: int) -> Expression | None:
    """What stands behind `=`."""
    children = node.children
    for index, child in enumerate(children):
        if child.type == "=" and index + 1 < len(children):
            return _expression(children[index + 1], depth)
    return None


def _members(nodes: Iterable[Syntax], owner: str) -> Members:
    """Members of a class; those of its companion object are its own, as Java's static ones are."""
    fields, methods, classes, statements = list[Field](), list[Function](), list[Class](), list[Statement]()
    pending: tuple[Expression, ...] = ()
    for node in _flat(nodes):
        kind = node.type
        if kind == "annotated_expression":
            made, pending = _misread(node)
            classes += [each.what for each in made if isinstance(each, Define) and isinstance(each.what, Class)]
            continue
        if kind == "property_declaration":
            fields += _property(node)
        elif kind in ("function_declaration", "secondary_constructor"):
            methods.append(_marked(_function(node), pending))
        elif kind == "companion_object":
            companion = _class(node)
            fields += [replace(each, static=True) for each in companion.fields]
            methods += [_static(method) for method in companion.methods]
            classes += companion.classes
            statements += companion.statements
        elif kind in _CLASSES:
            classes.append(_marked(_class(node), pending))
        elif kind == "enum_entry":
            named = next((child for child in node.children if child.type == "identifier"), None)
            arguments = next((child for child in node.children if child.type == "value_arguments"), None)
            if named:
                value = Call(Name(owner, line(node)), _arguments(arguments, 0) if arguments else (), line(node))
                fields.append(Field(text(named), line(named), Name(owner, line(named)), value, _modifiers(node)[0]))
        elif kind == "anonymous_initializer":
            statements += _statements([each for child in node.children if child.type == "block" for each in child.children], 0)
        elif kind == "ERROR":
            for what in (statement.what for statement in _broken(node) if isinstance(statement, Define)):
                if isinstance(what, Function):
                    methods.append(what)
                else:
                    classes.append(what)
        elif kind in _EXPRESSIONS:  # of a class whose end was not found
            statements += _statement(node, 0)
        pending = pending if "comment" in kind else ()
    return tuple(fields), tuple(methods), tuple(classes), tuple(statements)


def _marked(what: _Declared, annotations: tuple[Expression, ...]) -> _Declared:
    """A declaration with annotations that the grammar left before it."""
    what.decorators = (*annotations, *what.decorators)
    return what


def _static(method: Function) -> Function:
    method.static = True
    return method


def _variables(node: Syntax) -> list[tuple[str, int, Expression | None]]:
    """The names that a property declares, with their types."""
    found = []
    for child in node.children:
        for each in child.children if child.type == "multi_variable_declaration" else [child]:
            if each.type == "variable_declaration":
                named = next((part for part in each.children if part.type == "identifier"), each)
                declared = next((part for part in each.children if part.type in _TYPES), None)
                found.append((text(named), line(named), _type(declared) if declared else None))
    return found


def _value(node: Syntax, depth: int) -> Expression | None:
    """The value of a property: behind `=`, of its delegate (`by lazy { … }` is what it computes) or its getter."""
    value = _assigned(node, depth)
    if value is not None:
        return value
    for child in node.children:
        if child.type == "property_delegate" and child.children:
            return _expression(child.children[-1], depth)
        if child.type == "getter":
            body = next((each for each in child.children if each.type == "function_body"), None)
            return _assigned(body, depth) if body else None
    return None


def _property(node: Syntax) -> Iterator[Field]:
    decorators, _ = _modifiers(node)
    for name, at, declared in _variables(node):
        yield Field(name, at, declared, _value(node, 0), decorators)


def _function(node: Syntax) -> Function:
    decorators, modifiers = _modifiers(node)
    named = node.child_by_field_name("name")
    children = node.children
    receiver: Syntax | None = None
    returns: Syntax | None = None
    for child in children:
        if child.type in _TYPES:
            if named is not None and child.start_byte < named.start_byte:
                receiver = child
            else:
                returns = child
    parameters = next((child for child in children if child.type == "function_value_parameters"), None)
    body = next((child for child in children if child.type in ("function_body", "block")), None)
    return Function(
        text(named) if named else "constructor" if node.type == "secondary_constructor" else "",
        line(named or node),
        _parameters(parameters) if parameters else (),
        lambda: _function_body(body) if body else (),
        decorators=decorators,
        returns=_type(returns) if returns else None,
        receiver=Parameter("self", line(receiver), _type(receiver)) if receiver else None,
        public="private" not in modifiers,
        end=node.end_point[0] + 1,
    )


def _function_body(node: Syntax) -> tuple[Statement, ...]:
    """`{ … }`, or `= expression`, which is returned."""
    if node.type == "block":
        return _statements(node.children, 0)
    value = _assigned(node, 0)
    if value is not None:
        return (Return(value, line(node)),)
    return tuple(statement for child in node.children if child.type == "block" for statement in _statements(child.children, 0))


def _parameters(node: Syntax) -> tuple[Parameter, ...]:
    found = list[Parameter]()
    decorators: tuple[Expression, ...] = ()
    variadic, default = False, False
    for child in node.children:
        if child.type == "parameter_modifiers":
            decorators = _annotations(child)
            variadic = any(text(each) == "vararg" for each in child.children)
        elif child.type == "parameter":
            named = next((each for each in child.children if each.type == "identifier"), child)
            declared = next((each for each in child.children if each.type in _TYPES), None)
            found.append(Parameter(text(named), line(named), _type(declared) if declared else None, None, decorators, variadic))
            decorators, variadic = (), False
        elif default and found:
            found[-1] = replace(found[-1], default=_expression(child, 0))
        default = child.type == "="
    return tuple(found)


def _type(node: Syntax, depth: int = 0) -> Expression:
    """A type as names: `Map<String, Order>` is an `Item` of `Map` with both; that of a function is `Function` of its receiver."""
    at = line(node)
    inner = [child for child in node.children if child.is_named]
    if depth > DEEPEST:
        return Unknown(at)
    if node.type == "user_type":
        owner: Expression | None = None
        for child in node.children:
            if child.type == "identifier":
                owner = Name(text(child), at) if owner is None else Attribute(owner, text(child), at)
            elif child.type == "type_arguments" and owner is not None:
                given = [_type(each, depth + 1) for each in child.children if each.is_named]
                if given:
                    owner = Item(owner, given[0] if len(given) == 1 else Sequence(tuple(map(Argument, given)), at), at)
        return owner if owner is not None else Unknown(at)
    if node.type == "function_type":
        receiver = (
            next((child for child in inner if child.type in _TYPES), None) if "." in {child.type for child in node.children} else None
        )
        return Item(Name("Function", at), _type(receiver, depth + 1), at) if receiver else Name("Function", at)
    types = [child for child in inner if child.type in (*_TYPES, "type_projection")]
    return _type(types[-1], depth + 1) if types else Name(text(node), at) if node.type == "identifier" else Unknown(at)


# ---------------------------------------------------------------------------------------------- statements


def _statements(nodes: Iterable[Syntax], depth: int) -> tuple[Statement, ...]:
    found = list[Statement]()
    for node in _flat(nodes):
        if node.is_named and depth <= DEEPEST:
            found += _statement(node, depth + 1)
    return tuple(found)


def _body(node: Syntax | None, depth: int) -> tuple[Statement, ...]:
    if node is None:
        return ()
    return _statements(node.children if node.type == "block" else [node], depth)


def _statement(node: Syntax, depth: int) -> Iterable[Statement]:
    at, kind = line(node), node.type
    if kind == "property_declaration":
        return _declared(node, depth)
    if kind == "assignment":
        left, right, symbol = (node.child_by_field_name(field) for field in ("left", "right", "operator"))
        if left is None or right is None:
            return ()
        return (Assign(_expression(left, depth), _expression(right, depth), at, adds=symbol is not None and symbol.type == "+="),)
    if kind == "function_declaration":
        return (Define(_function(node), at),)
    if kind in _CLASSES:
        return (Define(_class(node), at),)
    if kind == "return_expression":
        value = next((child for child in node.children if child.is_named and child.type != "label" and not _labels(node, child)), None)
        return (Return(_expression(value, depth) if value else Literal(None, at), at),)
    if kind == "if_expression":
        return (_if(node, depth),)
    if kind == "when_expression":
        return (Branch(tuple((None, _body(arm, depth)) for arm in _arms(node)), at),)
    if kind == "try_expression":
        blocks = [child for part in node.children for child in ([part] if part.type == "block" else part.children) if child.type == "block"]
        return (Branch(tuple((None, _body(block, depth)) for block in blocks), at),)
    if kind == "for_statement":
        return (_for(node, depth),)
    if kind in ("while_statement", "do_while_statement"):
        condition = node.child_by_field_name("condition")
        return (Loop(None, None, _statements([child for child in node.children if child != condition], depth), at),)
    if kind == "block":
        return (Block(_statements(node.children, depth), at),)
    if kind == "ERROR":
        return _broken(node)
    return (Do(_expression(node, depth), at),) if kind in _EXPRESSIONS else ()


def _labels(node: Syntax, child: Syntax) -> bool:
    """Whether a child is the label of `return@label`."""
    label = node.child_by_field_name("label")
    return label is not None and label == child


def _declared(node: Syntax, depth: int) -> Iterable[Statement]:
    variables, value = _variables(node), _value(node, depth) or Unknown(line(node))
    if len(variables) == 1:
        (name, at, declared), *_ = variables
        return (Assign(Name(name, at), value, at, declares=True, type=declared),)
    names = Sequence(tuple(Argument(Name(name, at)) for name, at, _ in variables), line(node))
    return (Assign(names, value, line(node), declares=True),) if variables else ()


def _if(node: Syntax, depth: int) -> Branch:
    arms = list[tuple[Expression | None, tuple[Statement, ...]]]()
    current: Syntax | None = node
    while current is not None and current.type == "if_expression":
        condition = current.child_by_field_name("condition")
        consequence, alternative = _consequences(current)
        arms.append((_expression(condition, depth) if condition else None, _body(consequence, depth)))
        current = alternative
    if current is not None:
        arms.append((None, _body(current, depth)))
    return Branch(tuple(arms), line(node))


def _consequences(node: Syntax) -> tuple[Syntax | None, Syntax | None]:
    """What an `if` does, and what it does otherwise."""
    then: Syntax | None = None
    otherwise: Syntax | None = None
    closed = alternative = False
    for child in node.children:
        if child.type == ")":
            closed = True
        elif child.type == "else":
            alternative = True
        elif closed and child.is_named and "comment" not in child.type:
            then, otherwise = (then, child) if alternative else (child, otherwise)
    return then, otherwise


def _arms(node: Syntax) -> list[Syntax]:
    """What stands behind each arrow of a `when`."""
    return [child.children[-1] for child in node.children if child.type == "when_entry" and child.children]


def _for(node: Syntax, depth: int) -> Loop:
    named = [
        child for child in node.children if child.is_named and "comment" not in child.type and child.type not in ("label", "annotation")
    ]
    names = [text(each) for each in named[0].children if each.type == "identifier"] if named else []
    if named and named[0].type == "multi_variable_declaration":
        names = [name for name, _, _ in _variables(node)]
    at = line(node)
    targets: list[Expression] = [Name(name, at) for name in names]
    target = targets[0] if len(targets) == 1 else Sequence(tuple(map(Argument, targets)), at) if targets else None
    over = _expression(named[1], depth) if len(named) > 1 else None
    return Loop(target, over, _body(named[2], depth) if len(named) > 2 else (), at)


# ---------------------------------------------------------------------------------------------- expressions


def _expression(node: Syntax, depth: int) -> Expression:
    lowering = _EXPRESSIONS.get(node.type)
    if depth > DEEPEST or lowering is None:
        return Unknown(line(node))
    return lowering(node, depth + 1)


def _arguments(node: Syntax, depth: int) -> tuple[Argument, ...]:
    found = []
    for child in node.children:
        if child.type != "value_argument":
            continue
        parts = [each for each in child.children if "comment" not in each.type and each.type != "annotation"]
        if len(parts) >= 3 and parts[1].type == "=":
            found.append(Argument(_expression(parts[2], depth), text(parts[0])))
        elif parts and parts[0].type == "spread_expression":
            found.append(Argument(_expression(parts[0].children[-1], depth), spread=True))
        elif parts:
            found.append(Argument(_expression(parts[-1], depth)))
    return tuple(found)


def _string(node: Syntax, depth: int) -> Expression:
    """A string; the grammar leaves some `$name` unparsed, as text in pieces."""
    raw, at = node.type == "multiline_string_literal", line(node)
    parts = list[Expression]()
    written = ""

    def close() -> None:
        nonlocal written
        position = 0
        for match in _SIMPLE.finditer(written):
            parts.append(Literal(written[position : match.start()].replace("\0", "$"), at))
            parts.append(Name(match[1], at))
            position = match.end()
        parts.append(Literal(written[position:].replace("\0", "$"), at))
        written = ""

    for child in node.children:
        if child.type == "string_content":
            written += text(child)
        elif child.type == "escape_sequence":
            written += text(child) if raw else unescape(text(child)).replace("$", "\0")  # an escaped dollar names nothing
        elif child.type == "interpolation":
            close()
            inner = next((each for each in child.children if each.is_named), None)
            parts.append(_expression(inner, depth) if inner else Unknown(at))
    close()
    kept = [part for part in parts if not (isinstance(part, Literal) and part.value == "")]
    if not kept:
        return Literal("", at)
    return kept[0] if len(kept) == 1 and isinstance(kept[0], Literal) else Template(tuple(kept), at)


def _number(node: Syntax, depth: int) -> Expression:
    value = number(text(node))
    return Unknown(line(node)) if value is None else Literal(value, line(node))


def _named(node: Syntax, depth: int) -> Expression:
    name = text(node).strip("`")
    words: dict[str, bool | None] = {"true": True, "false": False, "null": None}
    return Literal(words[name], line(node)) if name in words else Name(name, line(node))


def _chain(node: Syntax, depth: int) -> Expression:
    """`a.b(1) { it }.c { … }`: a chain of calls can be longer than anything is nested."""
    links: list[Syntax] = []
    current = node
    while current.type in ("call_expression", "navigation_expression") and current.children:
        links.append(current)
        current = current.children[0]
        if current.type == "unary_expression" and (asserted := current.child_by_field_name("argument")) and text(current).endswith("!!"):
            current = asserted
    value = _expression(current, depth)
    for link in reversed(links):
        value = _navigated(value, link) if link.type == "navigation_expression" else _called(value, link, depth)
    return value


def _navigated(owner: Expression, node: Syntax) -> Expression:
    """`owner.name`; `Owner::class` and `Owner::class.java` are the type."""
    last = node.children[-1]
    name, at = text(last).strip("`"), line(last)
    if name == "class" and len(node.children) > 1 and node.children[-2].type == "::":
        return owner
    if name in ("java", "javaObjectType", "javaPrimitiveType", "kotlin") and "::class" in text(node.children[0])[-7:]:
        return owner
    return Attribute(owner, name, at)


def _called(function: Expression, node: Syntax, depth: int) -> Expression:
    arguments: tuple[Argument, ...] = ()
    types: tuple[Expression, ...] = ()
    bare = True
    for child in node.children[1:]:
        if child.type == "value_arguments":
            arguments, bare = _arguments(child, depth), False
        elif child.type == "type_arguments":
            types = tuple(_type(each) for each in child.children if each.is_named)
        elif child.type in ("annotated_lambda", "lambda_literal"):
            block = next((each for each in child.children if each.type == "lambda_literal"), child)
            if bare and not types and isinstance(function, Call) and not _has_block(node.children[0]):
                # `f(x) { … }` is one call: the grammar makes a call of what `f(x)` gives
                return replace(function, arguments=(*function.arguments, Argument(_lambda(block, depth))))
            arguments = (*arguments, Argument(_lambda(block, depth)))
    at = function.line if isinstance(function, Name | Attribute) else line(node)
    return Call(function, arguments, at, types)


def _has_block(node: Syntax) -> bool:
    return bool(node.children) and node.children[-1].type == "annotated_lambda"


def _infix(node: Syntax, depth: int) -> Expression:
    """`a to b`, `accept(JSON) and queryParam(…)`: nested to the left."""
    links: list[Syntax] = []
    current = node
    while current.type == "infix_expression" and len(current.children) >= 3:
        links.append(current)
        current = current.children[0]
    value = _expression(current, depth)
    for link in reversed(links):
        at = line(link.children[1])
        value = Call(Attribute(value, text(link.children[1]), at), (Argument(_expression(link.children[-1], depth)),), at)
    return value


def _binary(node: Syntax, depth: int) -> Expression:
    """`a + b + c` is nested to the left, and can be long; `a ?: b` is one of both."""
    symbol = node.child_by_field_name("operator")
    operator = symbol.type if symbol else ""
    if operator == ">" and (call := _typed_block(node, depth)) is not None:
        return call
    operands: list[Syntax] = []
    current: Syntax | None = node
    while current is not None and current.type == "binary_expression":
        its, right = current.child_by_field_name("operator"), current.child_by_field_name("right")
        if its is None or its.type != operator or right is None:
            break
        operands.append(right)
        current = current.child_by_field_name("left")
    if current is not None:
        operands.append(current)
    values = [_expression(each, depth) for each in reversed(operands)]
    return Choice(tuple(values), line(node)) if operator == "?:" else combined(operator, values, line(node))


def _typed_block(node: Syntax, depth: int) -> Expression | None:
    """`get<Orders> { … }`, which the grammar takes for two comparisons."""
    left, block = node.child_by_field_name("left"), node.child_by_field_name("right")
    if left is None or block is None or block.type != "lambda_literal" or left.type != "binary_expression":
        return None
    called, symbol, type_ = (left.child_by_field_name(field) for field in ("left", "operator", "right"))
    if called is None or symbol is None or symbol.type != "<" or type_ is None:
        return None
    function = _expression(called, depth)
    return Call(function, (Argument(_lambda(block, depth)),), line(called), (_expression(type_, depth),))


def _unary(node: Syntax, depth: int) -> Expression:
    argument, symbol = node.child_by_field_name("argument"), node.child_by_field_name("operator")
    inner = _expression(argument, depth) if argument else Unknown(line(node))
    if symbol is not None and symbol.type == "!!":
        return inner
    if symbol is not None and symbol.type == "-" and isinstance(inner, Literal) and isinstance(inner.value, int | float):
        return Literal(-inner.value, line(node))
    return Unknown(line(node), (inner,))


def _first(node: Syntax, depth: int) -> Expression:
    """The first expression inside: `(x)`, `x as T`, an annotated or labelled expression."""
    inner = [child for child in node.children if child.type in _EXPRESSIONS]
    return _expression(inner[0], depth) if inner else Unknown(line(node))


def _evaluated(node: Syntax, depth: int) -> Expression:
    return Unknown(line(node), tuple(_expression(child, depth) for child in node.children if child.type in _EXPRESSIONS))


def _last(node: Syntax | None, depth: int) -> list[Expression]:
    """The value of a branch: the last expression of its block."""
    if node is None:
        return []
    if node.type == "block":
        inner = [child for child in node.children if child.is_named and "comment" not in child.type]
        return [_expression(inner[-1], depth)] if inner else []
    return [_expression(node, depth)]


def _choice(node: Syntax, depth: int) -> Expression:
    """`if`, `when` and `try` as expressions."""
    branches: list[Syntax | None] = []
    if node.type == "if_expression":
        branches += _consequences(node)
    elif node.type == "when_expression":
        branches += _arms(node)
    else:
        branches += [
            child for part in node.children for child in ([part] if part.type == "block" else part.children) if child.type == "block"
        ]
    return Choice(tuple(value for branch in branches for value in _last(branch, depth)), line(node))


def _lambda(node: Syntax, depth: int) -> Expression:
    """A block in braces; its last expression is what it gives.  Without parameters it has `it`."""
    known = list[Parameter]()
    body = []
    for child in node.children:
        if child.type == "lambda_parameters":
            known += [Parameter(name, at, declared) for name, at, declared in _variables(child)]
        elif child.is_named and "comment" not in child.type:
            body.append(child)

    def lowered() -> tuple[Statement, ...]:
        return _returning(_statements(body, 0))

    if not known:
        known.append(Parameter("it", line(node)))
    return Function("", line(node), tuple(known), lowered, end=node.end_point[0] + 1)


def _returning(statements: tuple[Statement, ...]) -> tuple[Statement, ...]:
    if statements and isinstance(statements[-1], Do):
        return (*statements[:-1], Return(statements[-1].value, statements[-1].line))
    return statements


def _anonymous(node: Syntax, depth: int) -> Expression:
    return _function(node)


def _object(node: Syntax, depth: int) -> Expression:
    body = next((child for child in node.children if child.type == "class_body"), None)
    made = Class("", line(node), _bases(node.children), lambda: _members(body.children, "") if body else ((), (), (), ()), kind="object")
    return Call(made, (), line(node))


def _sequence(node: Syntax, depth: int) -> Expression:
    items = [child for child in node.children if child.type in _EXPRESSIONS and text(child)]
    return Sequence(tuple(Argument(_expression(child, depth)) for child in items), line(node))


def _item(node: Syntax, depth: int) -> Expression:
    inner = [child for child in node.children if child.is_named]
    if len(inner) < 2:
        return Unknown(line(node))
    key = (
        next((child for child in inner[1].children if child.type in _EXPRESSIONS), None) if inner[1].type == "indexing_suffix" else inner[1]
    )
    return Item(_expression(inner[0], depth), _expression(key, depth) if key else Unknown(line(node)), line(node))


def _reference(node: Syntax, depth: int) -> Expression:
    """`::list` is the function itself."""
    return _expression(node.children[-1], depth) if node.children else Unknown(line(node))


_EXPRESSIONS: dict[str, Callable[[Syntax, int], Expression]] = {
    "string_literal": _string,
    "multiline_string_literal": _string,
    "character_literal": lambda node, depth: Literal(unescape(text(node)[1:-1]), line(node)),
    "number_literal": _number,
    "float_literal": _number,
    "identifier": _named,
    "this_expression": lambda node, depth: Name("self", line(node)),
    "super_expression": lambda node, depth: Name("super", line(node)),
    "navigation_expression": _chain,
    "call_expression": _chain,
    "infix_expression": _infix,
    "binary_expression": _binary,
    "unary_expression": _unary,
    "parenthesized_expression": _first,
    "as_expression": _first,
    "annotated_expression": _first,
    "labeled_expression": _first,
    "in_expression": _evaluated,
    "is_expression": _evaluated,
    "range_expression": _evaluated,
    "throw_expression": _evaluated,
    "return_expression": _evaluated,
    "if_expression": _choice,
    "when_expression": _choice,
    "try_expression": _choice,
    "lambda_literal": _lambda,
    "annotated_lambda": lambda node, depth: _first(node, depth),
    "anonymous_function": _anonymous,
    "object_literal": _object,
    "collection_literal": _sequence,
    "index_expression": _item,
    "callable_reference": _reference,
}
