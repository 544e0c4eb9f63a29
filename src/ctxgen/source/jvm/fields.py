"""What names of a class stand for where the container sets them: their declared types, and the settings that they are filled from."""

from __future__ import annotations

import re

from ctxgen.source import ir
from ctxgen.source.jvm.annotations import find, marks, of_class, simple, texts
from ctxgen.source.jvm.controllers import settings
from ctxgen.source.jvm.walk import plain
from ctxgen.source.program import Program
from ctxgen.source.values import ClassValue, Scope


def types(program: Program, cls: ClassValue, method: ir.Function | None = None) -> dict[str, str]:
    """The declared types, by their last names, of the fields of a class and those it extends, of what its constructors take and of a method's parameters."""
    found: dict[str, str] = {}
    for each in reversed(list(program.lineage(cls))):
        for field in each.cls.fields:
            if field.type is not None:
                found[field.name] = simple(field.type)
        for parameter in each.cls.parameters:
            if parameter.type is not None:
                found[parameter.name] = simple(parameter.type)
    for parameter in method.parameters if method is not None else ():
        if parameter.type is not None:
            found[parameter.name] = simple(parameter.type)
    return found


def filled_from(program: Program, cls: ClassValue) -> dict[str, str]:
    """The texts of `@Value` and `@ConfigProperty` on fields and constructor parameters, by name."""
    found: dict[str, str] = {}
    for each in reversed(list(program.lineage(cls))):
        scope = program.class_scope(each)
        for field in each.cls.fields:
            _remember(program, found, field.name, field.decorators, scope)
        for parameter in each.cls.parameters:
            _remember(program, found, parameter.name, parameter.decorators, scope)
        for method in each.cls.methods:
            if method.name == "constructor":
                for parameter in method.parameters:
                    _remember(program, found, parameter.name, parameter.decorators, scope)
    return found


def setting_of(program: Program, expression: ir.Expression | None, scope: Scope) -> str | None:
    """The key of what a getter of a class of settings gives: `security.open-urls` of `properties.getOpenUrls()`."""
    names = []
    current = expression
    while current is not None:
        if isinstance(current, ir.Call) and not current.arguments and isinstance(current.function, ir.Attribute):
            current = current.function
        if not isinstance(current, ir.Attribute):
            break
        names.append(re.sub(r"^(?:get|is)(?=[A-Z])", "", current.name))
        if isinstance(current.owner, ir.Name) and current.owner.name == "self":
            break
        current = current.owner
    if isinstance(current, ir.Name):
        names.append(current.name)
    if len(names) < 2 or scope.owner is None:
        return None
    declared = next(
        (field.type for each in program.lineage(scope.owner) for field in each.cls.fields if field.name == names[-1] and field.type), None
    )
    value = program.evaluate(declared, scope) if declared is not None else None
    found = find(of_class(program, value), "ConfigurationProperties") if isinstance(value, ClassValue) else None
    prefix = next(iter(texts(program, found, "prefix", "value")), None) if found else None
    return ".".join([prefix, *(name[:1].lower() + name[1:] for name in names[-2::-1])]) if prefix else None


def _remember(program: Program, found: dict[str, str], name: str, decorators: tuple[ir.Expression, ...], scope: Scope) -> None:
    for each in marks(program, decorators, scope) if decorators else ():
        if each.name in ("Value", "Property"):
            stated = texts(program, each, "value", "name")
            if stated:
                found[name] = stated[0] if "{" in stated[0] or each.name == "Value" else f"${{{stated[0]}}}"
        elif each.name == "ConfigProperty" and (stated := texts(program, each, "name")):
            default = texts(program, each, "defaultValue")
            found[name] = f"${{{stated[0]}:{default[0]}}}" if default else f"${{{stated[0]}}}"


def text_of(program: Program, expression: ir.Expression | None, scope: Scope, filled: dict[str, str]) -> str | None:
    """The text that an expression is, settings filled in; None where a part is not known."""
    if expression is None:
        return None
    called = (
        expression.name
        if isinstance(expression, ir.Name) or (isinstance(expression, ir.Attribute) and simple(expression.owner) == "self")
        else ""
    )
    value = filled.get(called) or (program.evaluate(expression, scope) if plain(expression) or _getter(expression) else None)
    if not isinstance(value, str):
        key = setting_of(program, expression, scope)
        value = f"${{{key}}}" if key is not None else None
    if not isinstance(value, str):
        return None
    text = settings(program).filled(scope.module.path, value)
    return text if text and "{" not in text and "$" not in text else None


def _getter(expression: ir.Expression) -> bool:
    """Whether an expression is a call without arguments (`topic()`, `properties.getTopic()`)."""
    return isinstance(expression, ir.Call) and not expression.arguments and isinstance(expression.function, ir.Name | ir.Attribute)
