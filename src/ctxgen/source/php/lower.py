"""PHP's declarations and statements, lowered from tree-sitter's tree; bodies when they are first asked for.

Source: https://www.php.net/manual/en/langref.php.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import TYPE_CHECKING

from ctxgen.source import ir
from ctxgen.source.later import later, lowered, now
from ctxgen.source.php.expressions import (
    DEPTH,
    Context,
    arguments,
    attributes,
    class_name,
    expression,
    line_of,
    named,
    parameters,
    path_of,
    text_of,
    type_of,
    variable,
)
from ctxgen.tree import File

if TYPE_CHECKING:
    from tree_sitter import Node as Syntax

_TYPES = {"class_declaration": "class", "interface_declaration": "interface", "trait_declaration": "trait", "enum_declaration": "enum"}
_Members = tuple[tuple[ir.Field, ...], tuple[ir.Function, ...], tuple[ir.Class, ...], tuple[ir.Statement, ...]]


def lower(file: File) -> ir.Module:
    """The module that a file is: its imports, types and functions in whatever namespace, its statements.  Raises `Unreadable`."""
    return lowered(file, "php/php", frozenset({"compound_statement"}), _Lowering(file.path).module)


class _Lowering:
    """The lowering of one file."""

    def __init__(self, path: str) -> None:
        self.context = Context(path, self.body, self._anonymous)

    def module(self, root: Syntax) -> ir.Module:
        package = next((path_of(child.child_by_field_name("name")) for child in named(root) if child.type == "namespace_definition"), "")
        self.context.package = package
        for child in named(root):
            for block in (child, *named(child.child_by_field_name("body"))) if child.type == "namespace_definition" else (child,):
                if block.type == "namespace_use_declaration":
                    self.context.uses.update({each.alias: f"{each.module}.{each.name}".lstrip(".") for each in self._uses(block)})
        statements = tuple(each for child in named(root) for each in self._statement(child, 0))
        return ir.Module(self.context.path, "php", statements, package)

    # ---- types and functions

    def _anonymous(self, node: Syntax, depth: int) -> ir.Class:
        return self._type(node, "class", depth)

    def _type(self, node: Syntax, kind: str, depth: int) -> ir.Class:
        body = node.child_by_field_name("body")
        bases = [
            class_name(each, self.context)
            for child in named(node)
            if child.type in ("base_clause", "class_interface_clause")
            for each in named(child)
        ]
        # the members of a trait are the class's own: the trait stands before what the class extends
        traits = [
            class_name(each, self.context)
            for child in named(body)
            if child.type == "use_declaration"
            for each in named(child)
            if each.type in ("name", "qualified_name")
        ]
        marks = {child.type for child in node.children}
        name = node.child_by_field_name("name")
        return ir.Class(
            text_of(name),
            line_of(name) if name is not None else line_of(node),
            (*traits, *bases),
            now(lambda: self._members(body, depth + 1)),
            decorators=attributes(node, depth, self.context),
            kind=kind,
            abstract="abstract_modifier" in marks,
            end=int(node.end_point[0]) + 1,
        )

    def _members(self, body: Syntax | None, depth: int) -> _Members:
        fields: list[ir.Field] = []
        methods: list[ir.Function] = []
        if depth > DEPTH:
            return (), (), (), ()
        for node in named(body):
            match node.type:
                case "const_declaration":
                    for each in named(node):
                        if each.type == "const_element" and len(parts := named(each)) > 1:
                            value = expression(parts[-1], depth, self.context)
                            fields.append(ir.Field(text_of(parts[0]), line_of(each), None, value, static=True))
                case "enum_case":
                    given = node.child_by_field_name("value")
                    name = node.child_by_field_name("name")
                    value = expression(given, depth, self.context) if given is not None else ir.Literal(text_of(name), line_of(node))
                    fields.append(ir.Field(text_of(name), line_of(node), None, value, static=True))
                case "property_declaration":
                    fields += self._properties(node, depth)
                case "method_declaration":
                    method = self._function(node, depth)
                    if method.name == "__construct":
                        fields += [
                            ir.Field(each.name, each.line, each.type, None, each.decorators)
                            for each in method.parameters
                            if any(isinstance(mark, ir.Name) and mark.name == "property" for mark in each.decorators)
                        ]
                    methods.append(method)
        return tuple(fields), tuple(methods), (), ()

    def _properties(self, node: Syntax, depth: int) -> Iterator[ir.Field]:
        kind = type_of(node.child_by_field_name("type"), self.context)
        static = any(child.type == "static_modifier" for child in node.children)
        decorators = attributes(node, depth, self.context)
        for each in named(node):
            if each.type == "property_element":
                value = each.child_by_field_name("default_value")
                yield ir.Field(
                    variable(each.child_by_field_name("name")),
                    line_of(each),
                    kind,
                    expression(value, depth, self.context) if value is not None else None,
                    decorators,
                    static=static,
                )

    def _function(self, node: Syntax, depth: int) -> ir.Function:
        inner = node.child_by_field_name("body")
        name = node.child_by_field_name("name")
        marks = {text_of(child) for child in node.children if child.type.endswith("_modifier")}
        given = parameters(node.child_by_field_name("parameters"), depth, self.context)
        first = tuple(_promoted(given))
        body = later(inner, lambda block: self.body(block, depth + 1)) if inner is not None else tuple
        return ir.Function(
            text_of(name),
            line_of(name) if name is not None else line_of(node),
            given,
            (lambda: (*first, *body())) if first else body,
            decorators=attributes(node, depth, self.context),
            returns=type_of(node.child_by_field_name("return_type"), self.context),
            static="static" in marks,
            public=not marks & {"private", "protected"},
            end=int(node.end_point[0]) + 1,
        )

    # ---- statements

    def body(self, node: Syntax | None, depth: int) -> tuple[ir.Statement, ...]:
        """A block, a single statement, or the expression that an arrow function gives."""
        if node is None or depth > DEPTH:
            return ()
        if node.type in ("compound_statement", "colon_block", "switch_block"):
            return tuple(each for child in named(node) for each in self._statement(child, depth + 1))
        if node.type.endswith(("_statement", "_declaration")):
            return tuple(self._statement(node, depth + 1))
        return (ir.Return(expression(node, depth, self.context), line_of(node)),)

    def _statement(self, node: Syntax, depth: int) -> Iterator[ir.Statement]:
        line = line_of(node)
        if depth > DEPTH:
            return
        depth += 1
        match node.type:
            case "expression_statement":
                for child in named(node):
                    yield from self._expression(child, depth)
            case "return_statement":
                children = named(node)
                yield ir.Return(expression(children[0], depth, self.context) if children else ir.Unknown(line), line)
            case "namespace_definition":
                for child in named(node.child_by_field_name("body")):
                    yield from self._statement(child, depth)
            case "namespace_use_declaration":
                yield from self._uses(node)
            case kind if kind in _TYPES:
                yield ir.Define(self._type(node, _TYPES[kind], depth), line)
            case "function_definition":
                yield ir.Define(self._function(node, depth), line)
            case "const_declaration":
                for each in named(node):
                    if len(parts := named(each)) > 1:
                        yield ir.Assign(ir.Name(text_of(parts[0]), line), expression(parts[-1], depth, self.context), line, declares=True)
            case "if_statement":
                yield self._if(node, depth)
            case "switch_statement":
                sections = named(node.child_by_field_name("body"))
                arms = [
                    tuple(each for child in named(section) for each in self._statement(child, depth) if child.type.endswith("_statement"))
                    for section in sections
                ]
                yield ir.Branch(tuple((None, arm) for arm in arms), line)
            case "foreach_statement":
                yield self._foreach(node, depth)
            case "for_statement" | "while_statement" | "do_statement":
                yield ir.Loop(None, None, self.body(node.child_by_field_name("body"), depth), line)
            case "try_statement":
                blocks = [node, *(child for child in named(node) if child.type in ("catch_clause", "finally_clause"))]
                yield ir.Branch(tuple((None, self.body(each.child_by_field_name("body"), depth)) for each in blocks), line)
            case "compound_statement":
                yield ir.Block(self.body(node, depth), line)
            case "echo_statement" | "unset_statement":
                yield ir.Do(ir.Unknown(line, tuple(expression(each, depth, self.context) for each in named(node))), line)

    def _expression(self, node: Syntax, depth: int) -> Iterator[ir.Statement]:
        line = line_of(node)
        match node.type:
            case "assignment_expression" | "reference_assignment_expression":
                left, right = node.child_by_field_name("left"), node.child_by_field_name("right")
                if right is not None and right.type == "assignment_expression":  # `$a = $b = x`
                    yield from self._expression(right, depth)
                    right = right.child_by_field_name("left")
                value = expression(right, depth, self.context)
                if left is not None and left.type == "subscript_expression" and len(named(left)) == 1:  # `$list[] = x`
                    target = expression(named(left)[0], depth, self.context)
                    yield ir.Assign(target, ir.Sequence((ir.Argument(value),), line), line, adds=True)
                else:
                    yield ir.Assign(expression(left, depth, self.context), value, line)
            case "augmented_assignment_expression":
                operator = text_of(node.child_by_field_name("operator"))
                target = expression(node.child_by_field_name("left"), depth, self.context)
                value = expression(node.child_by_field_name("right"), depth, self.context)
                if operator == "??=":
                    value = ir.Choice((target, value), line)
                yield ir.Assign(target, value, line, adds=operator in (".=", "+="))
            case "function_call_expression" if text_of(node.child_by_field_name("function")) == "define":
                given = arguments(node.child_by_field_name("arguments"), depth, self.context)
                if len(given) > 1 and isinstance(given[0].value, ir.Literal):
                    yield ir.Assign(ir.Name(str(given[0].value.value), line), given[1].value, line, declares=True)
            case _:
                yield ir.Do(expression(node, depth, self.context), line)

    def _uses(self, node: Syntax) -> Iterator[ir.Import]:
        """`use A\\B;`, `use A\\B as C;`, `use A\\{B, C as D};`, those of functions and constants too."""
        group = node.child_by_field_name("body")
        prefix = next((path_of(child) for child in named(node) if child.type == "namespace_name"), "") if group is not None else ""
        for each in named(group) if group is not None else named(node):
            if each.type != "namespace_use_clause":
                continue
            alias = each.child_by_field_name("alias")
            names = [child for child in named(each) if child != alias and child.type in ("name", "qualified_name", "namespace_name")]
            path = ".".join(part for part in (prefix, path_of(names[0]) if names else "") if part)
            module, _, name = path.rpartition(".")
            if name and module:
                yield ir.Import(module, name, text_of(alias) or name, line_of(each))

    def _if(self, node: Syntax, depth: int) -> ir.Statement:
        arms: list[tuple[ir.Expression | None, tuple[ir.Statement, ...]]] = []
        for each in [node, *(child for child in named(node) if child.type in ("else_if_clause", "else_clause"))]:
            condition = each.child_by_field_name("condition")
            inner = each.child_by_field_name("body")
            arms.append(
                (
                    expression(condition, depth, self.context) if condition is not None and each.type != "else_clause" else None,
                    self.body(inner, depth) if inner is None or inner.type.endswith(("_statement", "_block")) else (),
                )
            )
        return ir.Branch(tuple(arms), line_of(node))

    def _foreach(self, node: Syntax, depth: int) -> ir.Statement:
        line = line_of(node)
        inner = node.child_by_field_name("body")
        parts = [child for child in named(node) if child != inner]
        iterable = expression(parts[0], depth, self.context) if parts else None
        target: ir.Expression | None = None
        if len(parts) > 1 and parts[1].type == "pair":
            pair = named(parts[1])
            target = ir.Sequence(tuple(ir.Argument(expression(each, depth, self.context)) for each in pair), line)
            iterable = ir.Call(ir.Name("each()", line), (ir.Argument(iterable or ir.Unknown(line)),), line)
        elif len(parts) > 1:
            target = expression(parts[1], depth, self.context)
            iterable = ir.Call(ir.Name("array_values", line), (ir.Argument(iterable or ir.Unknown(line)),), line)
        return ir.Loop(target, iterable, self.body(inner, depth), line)


def _promoted(given: tuple[ir.Parameter, ...]) -> Iterator[ir.Statement]:
    """What promoted parameters of a constructor set."""
    for each in given:
        if any(isinstance(mark, ir.Name) and mark.name == "property" for mark in each.decorators):
            yield ir.Assign(ir.Attribute(ir.Name("self", each.line), each.name, each.line), ir.Name(each.name, each.line), each.line)
