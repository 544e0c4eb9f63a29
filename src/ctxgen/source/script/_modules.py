"""How a module takes names from others and gives its own: ES modules and CommonJS.

Sources: https://tc39.es/ecma262/#sec-modules, https://nodejs.org/api/modules.html,
https://www.typescriptlang.org/docs/handbook/modules/reference.html
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import TYPE_CHECKING

from ctxgen.source.ir import Assign, Attribute, Define, Export, Expression, Import, Mapping, Name, Statement
from ctxgen.source.script import _expressions, _functions, _statements
from ctxgen.source.script._nodes import child, has_token, line, string, text

if TYPE_CHECKING:
    from tree_sitter import Node as Syntax


# ---------------------------------------------------------------------------------------------- in


def imports(node: Syntax) -> Iterator[Statement]:
    """An import statement; one for its side effect alone has no alias."""
    source = child(node, "source")
    for clause in node.named_children:
        if clause.type == "import_require_clause":  # import x = require("m")
            named, module = clause.named_children[0], child(clause, "source")
            if module is not None:
                yield Import(string(module), "default", text(named), line(named))
        elif clause.type == "import_clause" and source is not None:
            yield from _clause(clause, string(source))
    if source is not None and not any(part.type in ("import_clause", "import_require_clause") for part in node.named_children):
        yield Import(string(source), None, "", line(node))


def _clause(clause: Syntax, module: str) -> Iterator[Statement]:
    for part in clause.named_children:
        if part.type == "identifier":
            yield Import(module, "default", text(part), line(part))
        elif part.type == "namespace_import" and part.named_children:
            yield Import(module, None, text(part.named_children[-1]), line(part))
        elif part.type == "named_imports":
            for specifier in part.named_children:
                named = child(specifier, "name")
                if named is not None:
                    yield Import(module, _written(named), text(child(specifier, "alias") or named), line(specifier))


def required(target: Syntax, value: Syntax | None) -> list[Statement] | None:
    """The imports that a declaration makes: `const x = require("m")`, `const { a, b: c } = await import("m")`, `require("m").x`; None for any other."""
    attribute = None
    while value is not None and value.type in ("await_expression", "parenthesized_expression", "non_null_expression", "as_expression"):
        value = value.named_children[0] if value.named_children else None
    if value is not None and value.type == "member_expression":
        attribute, value = text(child(value, "property")), child(value, "object")
        while value is not None and value.type in ("await_expression", "parenthesized_expression"):
            value = value.named_children[0] if value.named_children else None
    module = _loaded(value) if value is not None else None
    if module is None or value is None:
        return None
    if target.type == "identifier":
        whole = None if text(child(value, "function")) == "import" else "default"
        return [Import(module, attribute or whole, text(target), line(target))]
    if target.type != "object_pattern" or attribute:
        return None
    found: list[Statement] = []
    for part in target.named_children:
        if part.type == "shorthand_property_identifier_pattern":
            found.append(Import(module, text(part), text(part), line(part)))
        elif part.type == "pair_pattern" and (to := child(part, "value")) is not None and to.type == "identifier":
            found.append(Import(module, text(child(part, "key")), text(to), line(part)))
        elif part.type != "comment":
            return None
    return found


def _loaded(node: Syntax) -> str | None:
    """The module that `require("m")` or `import("m")` loads."""
    if node.type != "call_expression" or text(child(node, "function")) not in ("require", "import"):
        return None
    given = child(node, "arguments")
    first = given.named_children[0] if given is not None and given.named_children else None
    return string(first) if first is not None and first.type == "string" else None


def _written(node: Syntax) -> str:
    return string(node) if node.type == "string" else text(node)


# ---------------------------------------------------------------------------------------------- out


def exported_as(target: Expression) -> str | None:
    """The name under which an assignment exports: `default` for `module.exports`, `x` for `exports.x` and `module.exports.x`."""
    if _is_exports(target, whole=False):
        return "default"
    if isinstance(target, Attribute) and _is_exports(target.owner, whole=True):
        return target.name
    return None


def _is_exports(target: Expression, *, whole: bool) -> bool:
    if whole and isinstance(target, Name):
        return target.name == "exports"
    return isinstance(target, Attribute) and target.name == "exports" and isinstance(target.owner, Name) and target.owner.name == "module"


def exports(node: Syntax, depth: int) -> Iterator[Statement]:
    """An export statement."""
    source = child(node, "source")
    if source is not None:
        yield from _forwarded(node, string(source))
        return
    default = has_token(node, "default", "=")
    declaration, value = child(node, "declaration"), child(node, "value")
    if declaration is not None:
        yield from _declared(node, declaration, default, depth)
    elif value is not None or default:
        value = value or next((part for part in node.named_children if part.type not in ("comment", "decorator")), None)
        yield from _statements.hoisted(value)
        yield Export("default", _expressions.expression(value, depth), line(value or node))
    for clause in node.named_children:
        if clause.type == "export_clause":
            for name, local, at in _specifiers(clause):
                yield Export(name, Name(local, at), at)


def _declared(node: Syntax, declaration: Syntax, default: bool, depth: int) -> Iterator[Statement]:
    """`export const x = …`, `export class X`, `export default function`: what is declared, and then its export."""
    outer = _functions.decorators_of(node, depth)
    if declaration.type in ("class_declaration", "abstract_class_declaration"):
        made = _functions.class_of(declaration, outer=outer, name="" if child(declaration, "name") is not None else "default")
        yield Define(made, line(declaration))
        yield Export("default" if default else made.name, Name(made.name, made.line), line(declaration))
        return
    for item in _statements.statement(declaration, depth):
        yield item
        if isinstance(item, Define):
            yield Export("default" if default else item.what.name, Name(item.what.name, item.line), item.line)
        elif isinstance(item, Import):
            yield Export(item.alias, Name(item.alias, item.line), item.line)
        elif isinstance(item, Assign) and item.declares:
            for name in _bound(item.target):
                yield Export(name, Name(name, item.line), item.line)


def _forwarded(node: Syntax, module: str) -> Iterator[Statement]:
    """`export … from "m"`."""
    for clause in node.named_children:
        if clause.type == "export_clause":
            for name, local, at in _specifiers(clause):
                yield Export(name, Name(local, at), at, module)
            return
        if clause.type == "namespace_export" and clause.named_children:
            yield Export(_written(clause.named_children[-1]), None, line(clause), module)
            return
    yield Export("*", None, line(node), module)


def _specifiers(clause: Syntax) -> Iterator[tuple[str, str, int]]:
    """(exported name, local name, line) of `{ a, b as c }`."""
    for specifier in clause.named_children:
        named = child(specifier, "name")
        if named is not None:
            yield _written(child(specifier, "alias") or named), _written(named), line(specifier)


def _bound(target: Expression) -> Iterator[str]:
    """The plain names that a declaration binds, one level of taking apart."""
    if isinstance(target, Name):
        yield target.name
    elif isinstance(target, Mapping):
        for _, part in target.entries:
            if isinstance(part, Name):
                yield part.name
