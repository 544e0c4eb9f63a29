"""What the names of a language with declared types lead to: a path in a library, or a type of the repository.

A name leads there through the imports of its file, the declared type of a parameter, variable, field or result, or through
the call that it is assigned from.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import NamedTuple

from ctxgen.facts import folder_of
from ctxgen.source import ir
from ctxgen.source.program import Program
from ctxgen.source.values import ClassValue, External, FunctionValue, Instance, ModuleValue, Package

LINKS = 40
"""Links of one chain."""

Kind = str | ClassValue
"""A path in a library, or a type of the repository; `""` is not known."""


class Tongue(NamedTuple):
    """What a language says of its names."""

    holders: frozenset[str]
    """Types that only hold what their argument is (`list`, `State<Pool>`)."""
    declared: Callable[[Program, str, str], tuple[ir.Assign, str] | None]
    """The declaration of a constant or variable by the file that it is known in and its name, with its own file."""
    packages: bool = False
    """Whether the methods of a type stand in files beside it."""
    crates: bool = False
    """Whether a library's names are used without an import, too (`sqlx::query`)."""


def kind_of(
    tongue: Tongue, program: Program, module: ModuleValue, expression: ir.Expression | None, kinds: dict[str, Kind], depth: int = 0
) -> Kind:
    """What an expression is: a path in a library, a type of the repository, `""` for what is not known."""
    if depth > LINKS:
        return ""
    match expression:
        case ir.Name(name):
            if name in kinds:
                return kinds[name]
            return _named(tongue, program, module, name, depth)
        case ir.Attribute(owner, name):
            if isinstance(owner, ir.Name) and owner.name not in kinds:
                package = program.lookup(owner.name, module.scope)
                if isinstance(package, (Package, ModuleValue)):
                    return _of_package(tongue, program, package, name, depth)
            inner = kind_of(tongue, program, module, owner, kinds, depth + 1)
            if isinstance(inner, ClassValue):
                return _member(tongue, program, inner, name, depth)
            return f"{inner}.{name}" if inner else ""
        case ir.Call(function):
            inner = kind_of(tongue, program, module, function, kinds, depth + 1)
            if isinstance(inner, ClassValue):  # a conversion, or a function whose result is of that type
                return inner
            if not inner or inner.startswith("="):
                return inner[1:]
            return f"{inner}()"
        case ir.Item(owner, key):
            if last_name(owner) in tongue.holders:
                return kind_of(tongue, program, module, key, kinds, depth + 1)
            return kind_of(tongue, program, module, owner, kinds, depth + 1)
        case ir.Mapping(_, _, type) if type is not None:
            return kind_of(tongue, program, module, type, kinds, depth + 1)
    return ""


def _of_package(tongue: Tongue, program: Program, package: Package | ModuleValue, name: str, depth: int) -> Kind:
    first = package.files[0] if isinstance(package, Package) else package.path
    for path in program.resolver.defining(first, name) or (first,):
        inner = program.module(path)
        if inner is not None and (found := _named(tongue, program, inner, name, depth + 1)):
            return found
    return ""


def _named(tongue: Tongue, program: Program, module: ModuleValue, name: str, depth: int) -> Kind:
    """What a name at the top of a package is; the result of a function of the repository stands behind `=` until it is called."""
    value = program.lookup(name, module.scope)
    match value:
        case External(path):
            return path if tongue.crates or path != name or name in module.scope.names else ""  # an import, no name of the language
        case ClassValue():
            return _aliased(tongue, program, value, depth)
        case Instance():
            return value.cls
        case FunctionValue():
            found = kind_of(tongue, program, value.scope.module, value.function.returns, {}, depth + 1)
            return f"={found}" if isinstance(found, str) else found
    found_at = tongue.declared(program, module.path, name)
    if found_at is not None:
        stated, path = found_at
        return kind_of(tongue, program, program.module(path) or module, stated.type or stated.value, {}, depth + 1)
    return ""


def _aliased(tongue: Tongue, program: Program, cls: ClassValue, depth: int) -> Kind:
    """A type that is another's: `type DB = gorm.DB`, `type Store struct{ *gorm.DB }` keeps its own name."""
    if cls.cls.kind == "type" and cls.cls.bases:
        return kind_of(tongue, program, cls.scope.module, cls.cls.bases[0], {}, depth + 1) or cls
    return cls


def _member(tongue: Tongue, program: Program, cls: ClassValue, name: str, depth: int) -> Kind:
    """A field or method of a type of the repository; those of what it embeds are its own."""
    for each in program.lineage(cls):
        if (field := each.cls.field(name)) is not None:
            return kind_of(tongue, program, each.scope.module, field.type, {}, depth + 1)
        if (method := each.cls.method(name)) is not None:
            found = kind_of(tongue, program, each.scope.module, method.returns, {}, depth + 1)
            return f"={found}" if isinstance(found, str) else found
        for path in program.resolver.defining(each.path, f"{each.cls.name}.{name}"):
            program.module(path)
        for extension in program.extensions.get(name, ()):
            receiver = extension.function.receiver
            if (
                receiver is not None
                and last_name(receiver.type) == each.cls.name
                and (not tongue.packages or folder_of(extension.scope.module.path) == folder_of(each.path))
            ):
                found = kind_of(tongue, program, extension.scope.module, extension.function.returns, {}, depth + 1)
                return f"={found}" if isinstance(found, str) else found
    for base in cls.cls.bases:
        if isinstance(inner := kind_of(tongue, program, cls.scope.module, base, {}, depth + 1), str) and inner:
            return f"{inner}.{name}"
    return ""


def last_name(type: ir.Expression | None) -> str:
    """The bare name of a type."""
    while isinstance(type, ir.Item):
        type = type.owner
    return type.name if isinstance(type, (ir.Name, ir.Attribute)) else ""
