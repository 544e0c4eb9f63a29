"""Environment variables that Rust reads beside `env::var("X")`: constants that name one, clap's arguments, and the structs that envy, config and figment fill.

Sources: https://docs.rs/clap/latest/clap/struct.Arg.html#method.env, https://docs.rs/envy, https://docs.rs/config/latest/config/struct.Environment.html,
https://docs.rs/figment/latest/figment/providers/struct.Env.html.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import NamedTuple

from ctxgen.model import At, Variable
from ctxgen.opaque import name
from ctxgen.source import ir
from ctxgen.source.kinds import kind_of
from ctxgen.source.program import Program
from ctxgen.source.rust.calls import READING
from ctxgen.source.rust.expressions import spelled_last
from ctxgen.source.typed_calls import Defined, Found
from ctxgen.source.values import ClassValue

_NAME = re.compile(r"[A-Za-z_][A-Za-z0-9_]{1,99}")
_READ = re.compile(r"(?:std\.)?env\.var(?:_os)?\(\)|dotenvy\.var\(\)|dotenv\.var\(\)|dotenv_codegen\.var\(\)")
_DEPTH = 6


class _Source(NamedTuple):
    """The variables that a struct may be filled from: their prefix, and what stands between the names of structs inside one another (None: only its own fields)."""

    prefix: str
    between: str | None


def read(found: Found) -> Iterator[Variable]:
    """A variable that a constant names; one that a literal names is read with what stands behind it by its line."""
    if _READ.fullmatch(found.path) and isinstance(found.expression(0), (ir.Name, ir.Attribute)):
        value = found.value(0)
        if isinstance(value, str) and _NAME.fullmatch(value) and value.isupper():
            yield Variable(name=name(value), source="code", at=found.at)


def arguments(defined: Defined) -> Iterator[Variable]:
    """`#[arg(long, env = "PORT", default_value = "8080")]` of a struct's fields."""
    for field in defined.what.fields if isinstance(defined.what, ir.Class) else ():
        for mark in field.decorators:
            if isinstance(mark, ir.Call) and spelled_last(mark.function) in ("arg", "clap", "structopt"):
                given = {each.keyword or spelled_last(each.value): each.value for each in mark.arguments}
                if "env" in given:
                    stated = given["env"]
                    shown = stated.value if isinstance(stated, ir.Literal) else field.name.upper() if isinstance(stated, ir.Name) else None
                    optional = any(key.startswith("default_value") for key in given) or spelled_last(field.type) in (
                        "Option",
                        "Vec",
                        "bool",
                    )
                    if isinstance(shown, str) and _NAME.fullmatch(shown):
                        yield Variable(name=name(shown), source="code", required=not optional, at=At(defined.module.path, field.line))


def filled(found: Found) -> Iterator[Variable]:
    """The variables of a struct that a call fills."""
    cls = _type(found)
    source = _source(found)
    if cls is not None and source is not None:
        sure = found.path.startswith("envy.")  # the others may take it from a file
        yield from _fields(found.program, cls, source, sure, 0)


def _source(found: Found) -> _Source | None:
    """Where the variables of a call that fills a struct come from."""
    called, path = found.called, found.path
    if path.startswith("envy.") and called == "from_env":
        return _Source(_text(_argument(found.call, "prefixed")) or "", None)
    if called == "extract" and path.startswith("figment."):
        return next((each for each in _providers(found) if each is not None), None)
    if called in ("try_deserialize", "try_into") and "config" in path.partition(".")[0]:
        return next((each for each in _providers(found) if each is not None), None)
    return None


def _providers(found: Found) -> Iterator[_Source | None]:
    """The environments among the sources of a function: `Environment::with_prefix("APP").separator("__")`, `Env::prefixed("APP_").split("__")`."""
    work: list[object] = [found.inside.function.body if found.inside.function is not None else (), found.call]
    for _ in range(2_000):
        if not work:
            return
        each = work.pop()
        if isinstance(each, tuple):
            work += each
        elif isinstance(each, ir.Call) and (source := _provider(found, each)) is not None:
            yield source
        elif (fields := getattr(each, "__struct_fields__", None)) is not None:
            work += [getattr(each, field) for field in fields if field != "line"]


def _provider(found: Found, call: ir.Call) -> _Source | None:
    path = found.kind(call.function)
    if path.startswith("config.Environment."):
        prefix, between = _text(_argument(call, "with_prefix")) or "", _text(_argument(call, "separator"))
        first = _text(_argument(call, "prefix_separator")) or between or "_"
        return _Source(f"{prefix}{first}".upper() if prefix else "", between)
    if path.startswith("figment.providers.Env."):
        return _Source((_text(_argument(call, "prefixed")) or "").upper(), _text(_argument(call, "split")))
    return None


def _argument(call: ir.Call, called: str) -> ir.Expression | None:
    """The first argument of a call of a chain."""
    each: ir.Expression | None = call
    for _ in range(20):
        if not isinstance(each, ir.Call):
            return None
        if spelled_last(each.function) == called and each.arguments:
            return each.arguments[0].value
        each = each.function.owner if isinstance(each.function, ir.Attribute) else None
    return None


def _text(expression: ir.Expression | None) -> str | None:
    return expression.value if isinstance(expression, ir.Literal) and isinstance(expression.value, str) else None


def _type(found: Found) -> ClassValue | None:
    """The struct that is filled: the type argument, else what the function gives, else what it belongs to."""
    function = found.inside.function
    candidates: list[ir.Expression | None] = [*found.call.types]
    if function is not None:
        returned = function.returns
        candidates += [returned.key if isinstance(returned, ir.Item) else returned]
        candidates += [function.receiver.type] if function.receiver is not None else []
    for each in candidates:
        if spelled_last(each) == "Self" and function is not None and function.receiver is not None:
            each = function.receiver.type
        kind = kind_of(READING.tongue, found.program, found.module, each, {}) if each is not None else ""
        if isinstance(kind, ClassValue):
            return kind
    return None


def _fields(program: Program, cls: ClassValue, source: _Source, sure: bool, depth: int) -> Iterator[Variable]:
    for field in cls.cls.fields if depth < _DEPTH else ():
        stated = _serde(field.decorators)
        if "skip" in stated or not field.name:
            continue
        shown = stated.get("rename", "") or field.name
        inner = kind_of(READING.tongue, program, cls.scope.module, field.type, {})
        if "flatten" in stated and isinstance(inner, ClassValue):
            yield from _fields(program, inner, source, sure, depth + 1)
        elif isinstance(inner, ClassValue) and inner.cls.kind == "struct" and inner.cls.fields and inner is not cls:
            if source.between:
                yield from _fields(
                    program, inner, _Source(f"{source.prefix}{shown}{source.between}".upper(), source.between), sure, depth + 1
                )
        else:
            optional = "default" in stated or spelled_last(field.type) == "Option"
            whole = f"{source.prefix}{shown}".upper()
            if _NAME.fullmatch(whole):
                required = False if optional else True if sure else None
                yield Variable(name=name(whole), source="code", required=required, at=At(cls.path, field.line))


def _serde(decorators: tuple[ir.Expression, ...]) -> dict[str, str]:
    """What `#[serde(rename = "x", default)]` states."""
    found: dict[str, str] = {}
    for mark in decorators:
        if isinstance(mark, ir.Call) and spelled_last(mark.function) == "serde":
            for each in mark.arguments:
                key = each.keyword or spelled_last(each.value)
                found[key] = each.value.value if isinstance(each.value, ir.Literal) and isinstance(each.value.value, str) else ""
    return found
