"""Python's statements, lowered from tree-sitter's tree; bodies of functions and classes when they are first asked for.

Source: https://docs.python.org/3/reference/compound_stmts.html, https://docs.python.org/3/reference/simple_stmts.html.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator
from typing import TYPE_CHECKING

from ctxgen.source import ir
from ctxgen.source.later import later, lowered, now
from ctxgen.source.python.expressions import DEPTH, arguments, expression, line_of, named, text_of
from ctxgen.tree import File

if TYPE_CHECKING:
    from tree_sitter import Node as Syntax


def lower(file: File) -> ir.Module:
    """The module that a file is.  Raises `Unreadable` where its text takes too long to parse."""
    return lowered(file, "python", _ALONE, lambda root: ir.Module(file.path, "python", _statements(root, 0)))


_ALONE = frozenset({"function_definition"})


def _statements(block: Syntax | None, depth: int) -> tuple[ir.Statement, ...]:
    return tuple(each for child in named(block) for each in _statement(child, depth)) if block is not None and depth < DEPTH else ()


def _statement(node: Syntax, depth: int) -> Iterable[ir.Statement]:
    lower = _LOWER.get(node.type)
    return lower(node, depth + 1) if lower is not None else ()


# ---------------------------------------------------------------------------------------------- simple statements


def _expression_statement(node: Syntax, depth: int) -> Iterator[ir.Statement]:
    children = named(node)
    if len(children) > 1:  # a tuple without parentheses
        yield from (ir.Do(expression(child, depth), line_of(child)) for child in children)
    for child in children[:1] if len(children) == 1 else ():
        if child.type == "assignment":
            yield from _assignment(child, depth)
        elif child.type == "augmented_assignment":
            adds = text_of(child.child_by_field_name("operator")) in ("+=", "|=")
            value = expression(child.child_by_field_name("right"), depth)
            line = line_of(child)
            yield ir.Assign(
                expression(child.child_by_field_name("left"), depth), value if adds else ir.Unknown(line, (value,)), line, adds=adds
            )
        elif child.type not in ("string", "concatenated_string", "ellipsis", "identifier", "integer"):
            yield ir.Do(expression(child, depth), line_of(child))


def _assignment(node: Syntax, depth: int) -> Iterator[ir.Statement]:
    """`a = b = value`: the value is made once, for the last target; the others are given that name."""
    targets: list[tuple[Syntax, Syntax | None]] = []
    value: Syntax | None = node
    while value is not None and value.type == "assignment":
        left = value.child_by_field_name("left")
        if left is not None:
            targets.append((left, value.child_by_field_name("type")))
        value = value.child_by_field_name("right")
    if value is None or not targets:  # `x: int`
        return
    made = expression(value, depth)
    for target, kind in reversed(targets):
        place = expression(target, depth)
        yield ir.Assign(place, made, line_of(target), type=expression(kind, depth) if kind is not None else None)
        if isinstance(place, ir.Name | ir.Attribute):
            made = place


def _return(node: Syntax, depth: int) -> Iterator[ir.Statement]:
    children = named(node)
    yield ir.Return(expression(children[0], depth) if children else ir.Literal(None, line_of(node)), line_of(node))


def _raise(node: Syntax, depth: int) -> Iterator[ir.Statement]:
    yield from (ir.Do(expression(child, depth), line_of(node)) for child in named(node)[:1])


def _import(node: Syntax, depth: int) -> Iterator[ir.Statement]:
    """`import a.b` makes `a` known and runs `a.b`, `import a.b as c` makes the module `a.b` known."""
    line = line_of(node)
    for child in node.children_by_field_name("name"):
        if child.type == "aliased_import":
            yield ir.Import(_field(child, "name"), None, _field(child, "alias"), line)
        else:
            whole = text_of(child)
            first = whole.partition(".")[0]
            yield ir.Import(first, None, first, line)
            if whole != first:
                yield ir.Import(whole, None, "", line)


def _import_from(node: Syntax, depth: int) -> Iterator[ir.Statement]:
    line, module = line_of(node), "".join(_field(node, "module_name").split())
    if any(child.type == "wildcard_import" for child in node.children):
        yield ir.Import(module, "*", "*", line)
    for child in node.children_by_field_name("name"):
        if child.type == "aliased_import":
            yield ir.Import(module, _field(child, "name"), _field(child, "alias"), line_of(child))
        else:
            yield ir.Import(module, text_of(child), text_of(child), line_of(child))


def _field(node: Syntax, name: str) -> str:
    return text_of(node.child_by_field_name(name))


def _type_alias(node: Syntax, depth: int) -> Iterator[ir.Statement]:
    left, right = node.child_by_field_name("left"), node.child_by_field_name("right")
    yield ir.Assign(expression(left, depth), expression(right, depth), line_of(node))


# ---------------------------------------------------------------------------------------------- compound statements


def _if(node: Syntax, depth: int) -> Iterator[ir.Statement]:
    arms = [(_condition(node, depth), _body(node, depth, "consequence"))]
    for child in node.children_by_field_name("alternative"):
        if child.type == "elif_clause":
            arms.append((_condition(child, depth), _body(child, depth, "consequence")))
        else:
            arms.append((None, _body(child, depth)))
    yield ir.Branch(tuple(arms), line_of(node))


def _condition(node: Syntax, depth: int) -> ir.Expression | None:
    return expression(node.child_by_field_name("condition"), depth)


def _body(node: Syntax, depth: int, field: str = "body") -> tuple[ir.Statement, ...]:
    block = node.child_by_field_name(field) or next((child for child in reversed(named(node)) if child.type == "block"), None)
    return _statements(block, depth)


def _for(node: Syntax, depth: int) -> Iterator[ir.Statement]:
    target, iterable = node.child_by_field_name("left"), node.child_by_field_name("right")
    yield ir.Loop(expression(target, depth), expression(iterable, depth), _body(node, depth), line_of(node))
    yield from _otherwise(node, depth)


def _while(node: Syntax, depth: int) -> Iterator[ir.Statement]:
    yield ir.Loop(None, _condition(node, depth), _body(node, depth), line_of(node))
    yield from _otherwise(node, depth)


def _otherwise(node: Syntax, depth: int) -> Iterator[ir.Statement]:
    for child in node.children_by_field_name("alternative"):
        yield ir.Block(_body(child, depth), line_of(child))


def _try(node: Syntax, depth: int) -> Iterator[ir.Statement]:
    """Handlers stand before what they belong to: where both give a name a value, that of the body counts."""
    arms: list[tuple[ir.Expression | None, tuple[ir.Statement, ...]]] = []
    last: list[tuple[ir.Expression | None, tuple[ir.Statement, ...]]] = [(None, _body(node, depth))]
    for child in named(node):
        if child.type == "except_clause":
            caught = next((part for part in named(child) if part.type != "block"), None)
            if caught is not None and caught.type == "as_pattern":
                caught = named(caught)[0]
            arms.append((expression(caught, depth) if caught is not None else ir.Unknown(line_of(child)), _body(child, depth)))
        elif child.type in ("else_clause", "finally_clause"):
            last.append((None, _body(child, depth)))
    yield ir.Branch((*arms, *last), line_of(node))


def _with(node: Syntax, depth: int) -> Iterator[ir.Statement]:
    opened: list[ir.Statement] = []
    for clause in named(node):
        for item in named(clause) if clause.type == "with_clause" else ():
            value = item.child_by_field_name("value")
            if value is not None and value.type == "as_pattern" and (children := named(value)):
                target = value.child_by_field_name("alias")
                opened.append(ir.Assign(expression(target, depth), expression(children[0], depth), line_of(item)))
            elif value is not None:
                opened.append(ir.Do(expression(value, depth), line_of(item)))
    yield ir.Block((*opened, *_body(node, depth)), line_of(node))


def _match(node: Syntax, depth: int) -> Iterator[ir.Statement]:
    block = node.child_by_field_name("body")
    subject = expression(node.child_by_field_name("subject"), depth)
    cases = [child for child in named(block) if child.type == "case_clause"] if block is not None else []
    yield ir.Branch(tuple((ir.Unknown(line_of(case), (subject,)), _body(case, depth, "consequence")) for case in cases), line_of(node))


# ---------------------------------------------------------------------------------------------- definitions


def _decorated(node: Syntax, depth: int) -> Iterator[ir.Statement]:
    what = _definition(node, depth)
    if what is not None:
        yield ir.Define(what, what.line)


def _definition(node: Syntax, depth: int, *, member: bool = False) -> ir.Function | ir.Class | None:
    """A function or class with what decorates it."""
    decorators: tuple[ir.Expression, ...] = ()
    if node.type == "decorated_definition":
        marks = [part for child in named(node) if child.type == "decorator" for part in named(child)[:1]]
        decorators = tuple(expression(mark, depth) for mark in marks)
        found = node.child_by_field_name("definition")
        if found is None:
            return None
        node = found
    if node.type == "class_definition":
        return _class(node, decorators, depth)
    return _function(node, decorators, depth, member=member)


def _function(node: Syntax, decorators: tuple[ir.Expression, ...], depth: int, *, member: bool) -> ir.Function:
    known = parameters(node.child_by_field_name("parameters"), depth)
    static = any(isinstance(mark, ir.Name) and mark.name == "staticmethod" for mark in decorators)
    receiver = known[0] if member and not static and known and not known[0].variadic else None
    body = later(node, lambda node: _statements(node.child_by_field_name("body"), depth))
    if receiver is not None:
        known = known[1:]
        if receiver.name != "self":
            this: ir.Statement = ir.Assign(ir.Name(receiver.name, receiver.line), ir.Name("self", receiver.line), receiver.line, True)
            inner = body
            body = lambda: (this, *inner())  # noqa: E731
    returned = node.child_by_field_name("return_type")
    return ir.Function(
        _field(node, "name"),
        line_of(node),
        known,
        body,
        decorators=decorators,
        returns=expression(returned, depth) if returned is not None else None,
        static=static,
        public=not _field(node, "name").startswith("_"),
        end=int(node.end_point[0]) + 1,
    )


def parameters(node: Syntax | None, depth: int = 0) -> tuple[ir.Parameter, ...]:
    """The parameters of a function or lambda."""
    return tuple(found for child in (named(node) if node is not None else []) if (found := _parameter(child, depth)) is not None)


def _parameter(node: Syntax, depth: int) -> ir.Parameter | None:
    kind, default = node.child_by_field_name("type"), node.child_by_field_name("value")
    target = node.child_by_field_name("name") or (named(node)[0] if node.type == "typed_parameter" else node)
    variadic = target.type in ("list_splat_pattern", "dictionary_splat_pattern")
    prefix = "**" if target.type == "dictionary_splat_pattern" else ""
    if variadic:
        target = next(iter(named(target)), target)
    if target.type != "identifier":  # the marks `/` and `*`
        return None
    return ir.Parameter(
        prefix + text_of(target),
        line_of(node),
        expression(kind, depth) if kind is not None else None,
        expression(default, depth) if default is not None else None,
        variadic=variadic,
    )


def _class(node: Syntax, decorators: tuple[ir.Expression, ...], depth: int) -> ir.Class:
    given = arguments(node.child_by_field_name("superclasses"), depth)
    body, line = node.child_by_field_name("body"), line_of(node)
    return ir.Class(
        _field(node, "name"),
        line,
        tuple(argument.value for argument in given if argument.keyword is None),
        now(lambda: _members(body, depth)),
        decorators=decorators,
        parameters=tuple(ir.Parameter(each.keyword, line, default=each.value) for each in given if each.keyword is not None),
        end=int(node.end_point[0]) + 1,
    )


_Members = tuple[tuple[ir.Field, ...], tuple[ir.Function, ...], tuple[ir.Class, ...], tuple[ir.Statement, ...]]


def _members(body: Syntax | None, depth: int) -> _Members:
    """What a class's body holds: fields are plain names that get a value or a type, all else that is no definition is a statement."""
    fields: list[ir.Field] = []
    methods: list[ir.Function] = []
    classes: list[ir.Class] = []
    statements: list[ir.Statement] = []
    for child in named(body) if body is not None and depth < DEPTH else ():
        if child.type in ("function_definition", "class_definition", "decorated_definition"):
            what = _definition(child, depth + 1, member=True)
            if isinstance(what, ir.Function):
                methods.append(what)
            elif what is not None:
                classes.append(what)
        elif child.type == "expression_statement" and (declared := _declared(child, depth)) is not None:
            fields.append(declared)
        else:
            for each in _statement(child, depth):
                if isinstance(each, ir.Assign) and isinstance(each.target, ir.Name) and not each.adds:
                    fields.append(ir.Field(each.target.name, each.line, each.type, each.value))
                else:
                    statements.append(each)
    return tuple(fields), tuple(methods), tuple(classes), tuple(statements)


def _declared(node: Syntax, depth: int) -> ir.Field | None:
    """`name: type` without a value, which is a field of a class only."""
    statement = next(iter(named(node)), None)
    if statement is None or statement.type != "assignment" or statement.child_by_field_name("right") is not None:
        return None
    kind, left = statement.child_by_field_name("type"), statement.child_by_field_name("left")
    if kind is None or left is None or left.type != "identifier":
        return None
    return ir.Field(text_of(left), line_of(statement), expression(kind, depth))


_LOWER: dict[str, Callable[[Syntax, int], Iterable[ir.Statement]]] = {
    "expression_statement": _expression_statement,
    "return_statement": _return,
    "raise_statement": _raise,
    "import_statement": _import,
    "import_from_statement": _import_from,
    "type_alias_statement": _type_alias,
    "if_statement": _if,
    "for_statement": _for,
    "while_statement": _while,
    "try_statement": _try,
    "with_statement": _with,
    "match_statement": _match,
    "function_definition": _decorated,
    "class_definition": _decorated,
    "decorated_definition": _decorated,
}
