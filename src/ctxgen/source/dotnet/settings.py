"""Settings that C# reads: by key, by section, and as options that a section is bound to.

`A:B` is the environment variable `A__B`.  Sources: https://learn.microsoft.com/aspnet/core/fundamentals/configuration/,
https://learn.microsoft.com/dotnet/core/extensions/options
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Mapping
from typing import NamedTuple

from ctxgen.model import At, ConfigKey, Variable
from ctxgen.opaque import name
from ctxgen.source import ir
from ctxgen.source.calls import DEEPEST, bodies_of, chain, expressions_of
from ctxgen.source.dotnet.attributes import attributes, type_name
from ctxgen.source.program import Program
from ctxgen.source.values import ClassValue, Scope

_KEY = re.compile(r"[A-Za-z][\w.:-]{0,118}")
_ROOT = re.compile(r"(?:\w{0,40}configuration|\w{0,40}config|configurationmanager)", re.IGNORECASE)
_TYPES = {"IConfiguration", "IConfigurationRoot", "ConfigurationManager"}
_ADDED = ("AddOptions", "AddOptionsWithValidateOnStart")
_MAX_PROPERTIES = 60
CALLED = ('["', '[$"', '[@"', "GetEnvironmentVariable", "GetConnectionString", "GetValue", "Get(", "Get<", "Configure", "Bind")
"""How what `read` looks at begins."""


class Body(NamedTuple):
    """Statements with what is known where they stand: the scope, the types of names, what local names are assigned."""

    statements: tuple[ir.Statement, ...]
    scope: Scope
    types: Mapping[str, str]
    locals: Mapping[str, ir.Expression]
    path: str


def read(program: Program, body: Body) -> Iterator[Variable]:
    """The settings that a body reads."""
    for expression, required in _all(body.statements):
        at = At(body.path, expression.line)
        match expression:
            case ir.Item(owner, ir.Literal(str(key))):
                prefix = _section(program, body, owner)
                if prefix is not None:
                    yield from _variable(program, prefix + key, required, at)
            case ir.Call(ir.Attribute(owner, called)):
                yield from _called(program, body, expression, owner, called, required)


def _called(program: Program, body: Body, call: ir.Call, owner: ir.Expression, called: str, required: bool | None) -> Iterator[Variable]:
    at = At(body.path, call.line)
    first = _text(program, body, call.arguments[0].value) if call.arguments else None
    if called == "GetEnvironmentVariable" and first is not None:
        yield from _variable(program, first, required, at, settings=False)
    elif called == "GetConnectionString" and first is not None and _section(program, body, owner) is not None:
        yield from _variable(program, f"ConnectionStrings:{first}", required, at)
    elif called == "GetValue" and call.types and first is not None:
        prefix = _section(program, body, owner)
        if prefix is not None:
            yield from _variable(program, prefix + first, False if len(call.arguments) > 1 else required, at)
    elif called in ("Get", "Configure", "Bind", "BindConfiguration"):
        yield from _bound(program, body, call, owner, called)


def _bound(program: Program, body: Body, call: ir.Call, owner: ir.Expression, called: str) -> Iterator[Variable]:
    """What a section must hold for the options that it is bound to, where they are validated."""
    type = call.types[0] if call.types else None
    given = call.arguments[-1].value if call.arguments else None
    section: str | None
    if called == "Get":
        section = _section(program, body, owner)
    elif called == "BindConfiguration":
        text = _text(program, body, given)
        section = f"{text}:" if text else None
    else:
        section = _section(program, body, given)
    if type is None:  # `services.AddOptions<JwtOptions>().Bind(section)`
        type = next(
            (link.types[0] for link in chain(owner) if isinstance(link, ir.Call) and link.types and type_name(link.function) in _ADDED),
            None,
        )
    options = program.evaluate(type, body.scope) if type is not None and section else None
    validated = b"ValidateDataAnnotations" in program.resolver.data(body.path)  # type: ignore[attr-defined]
    if not isinstance(options, ClassValue) or not section or not validated:
        return
    fields = [(each, field) for each in program.lineage(options) for field in each.cls.fields if field.tag == "property"]
    for each, field in fields[:_MAX_PROPERTIES]:
        if field.value is None and any(
            mark.name == "Required" for mark in attributes(program, field.decorators, program.class_scope(each))
        ):
            yield from _variable(program, section + field.name, True, At(each.path, field.line))


def _section(program: Program, body: Body, owner: ir.Expression | None, depth: int = 0) -> str | None:
    """The part of a key before what is read of a section, `""` for the whole configuration; None for what is none."""
    match owner:
        case ir.Call(ir.Attribute(inner, "GetSection" | "GetRequiredSection"), (first, *_)) if depth < 8:
            before, text = _section(program, body, inner, depth + 1), _text(program, body, first.value)
            return f"{before}{text}:" if before is not None and text else None
        case ir.Name(title) if title in body.locals and depth < 8:
            given = body.locals[title]
            return "" if _is_root(given) else _section(program, body, given, depth + 1)
        case ir.Name(title) | ir.Attribute(_, title):
            declared = body.types.get(title)
            if declared is not None and declared not in _TYPES:
                return None
            return "" if declared in _TYPES or _ROOT.fullmatch(title) else None
    return None


def _is_root(expression: ir.Expression) -> bool:
    """Whether the whole configuration is made or asked for: `GetRequiredService<IConfiguration>()`, `new ConfigurationBuilder()….Build()`."""
    if not isinstance(expression, ir.Call):
        return False
    called = type_name(expression.function)
    return any(type_name(each) in _TYPES for each in expression.types) or called == "Build" or _ROOT.fullmatch(called) is not None


def _text(program: Program, body: Body, expression: ir.Expression | None) -> str | None:
    value = program.evaluate(expression, body.scope) if isinstance(expression, ir.Literal | ir.Name | ir.Attribute | ir.Template) else None
    return value if isinstance(value, str) else None


def _variable(program: Program, key: str, required: bool | None, at: At, *, settings: bool = True) -> Iterator[Variable]:
    """A setting by the name of the variable that sets it; one that a settings file gives a value to is not required."""
    if _KEY.fullmatch(key):
        known = settings and key.replace(":", ".").lower() in _stated(program)
        yield Variable(name=name(key.replace(":", "__")), source="code", required=False if known else required, at=at)


def _stated(program: Program) -> frozenset[str]:
    """The keys that settings files of every environment give a value to."""
    found: frozenset[str] | None = program.kept.get("dotnet.settings")
    if found is None:
        facts = program.sources.facts.of(ConfigKey) if program.sources is not None else ()
        found = frozenset(fact.key.lower() for fact in facts if fact.dialect == "aspnet" and fact.when is None and not fact.value.empty)
        program.kept["dotnet.settings"] = found
    return found


def locals_of(statements: Iterable[ir.Statement], depth: int = 0) -> dict[str, ir.Expression]:
    """What local names are assigned, those that are assigned again left out."""
    found: dict[str, ir.Expression] = {}
    again: set[str] = set()
    for statement in statements:
        inner = [locals_of(body, depth + 1) for body in bodies_of(statement)] if depth < DEEPEST else []
        if isinstance(statement, ir.Assign) and isinstance(statement.target, ir.Name):
            inner.append({statement.target.name: statement.value})
        for each in inner:
            again |= found.keys() & each.keys()
            found |= each
    return {key: value for key, value in found.items() if key not in again}


def _all(statements: Iterable[ir.Statement], depth: int = 0) -> Iterator[tuple[ir.Expression, bool | None]]:
    """Every expression of a body, with whether the program does without its value (`??`): None where it does not say."""
    for statement in statements:
        for expression in expressions_of(statement):
            yield from _within(expression, None, depth)
        for body in bodies_of(statement):
            if depth < DEEPEST:
                yield from _all(body, depth + 1)


def _within(expression: ir.Expression | None, required: bool | None, depth: int) -> Iterator[tuple[ir.Expression, bool | None]]:
    if expression is None or depth > DEEPEST:
        return
    yield expression, required
    inner: list[ir.Expression | None] = []
    match expression:
        case ir.Choice(options) if len(options) == 2:
            yield from _within(options[0], _throws(options[1]), depth + 1)
            inner = [options[1]]
        case ir.Choice(options) | ir.Template(options):
            inner = list(options)
        case ir.Call():
            inner = [expression.function, *(argument.value for argument in expression.arguments)]
        case ir.Attribute(owner):
            inner = [owner]
        case ir.Item(owner, key):
            inner = [owner, key]
        case ir.Sequence(items):
            inner = [item.value for item in items]
        case ir.Mapping(entries):
            inner = [value for _, value in entries]
        case ir.Unknown(_, parts):
            inner = list(parts)
        case ir.Function():
            yield from _all(expression.body, depth + 1)
    for each in inner:
        yield from _within(each, None, depth + 1)


def _throws(expression: ir.Expression) -> bool:
    """Whether `?? throw new …Exception(…)` stands where a default could."""
    return isinstance(expression, ir.Call) and type_name(expression.function).endswith("Exception")
