"""Settings that code asks for and no file of the repository states: they come from outside.

Variables of the environment (`System.getenv`, `@Value("${NAME}")`) are read by `ctxgen.readers.code_env`.
Sources: https://docs.spring.io/spring-boot/reference/features/external-config.html, https://quarkus.io/guides/config
"""

from __future__ import annotations

import re
from collections.abc import Iterator

from ctxgen.model import At, Variable
from ctxgen.opaque import name
from ctxgen.source import ir
from ctxgen.source.jvm.annotations import find, marks, of_class, simple, texts
from ctxgen.source.jvm.controllers import classes, settings
from ctxgen.source.program import Program
from ctxgen.source.values import ClassValue, Scope

_ASKED = re.compile(r"\$\{([a-z][\w.\-\[\]]{1,100})(:)?")
_REQUIRED = {"NotNull", "NotBlank", "NotEmpty"}


def finish(program: Program) -> None:
    """The settings that all classes ask for."""
    for cls in classes(program, "class", "object", "record"):
        found: dict[tuple[str, At], Variable] = {}
        for each in (*_injected(program, cls), *_bound(program, cls)):
            found.setdefault((each.name, each.at), each)
        program.facts += found.values()


def _asked(program: Program, key: str, required: bool, at: At) -> Iterator[Variable]:
    if not settings(program).all(at.path, key):
        yield Variable(name=name(key), source="code", required=required, at=at)


def _injected(program: Program, cls: ClassValue) -> Iterator[Variable]:
    """`@Value("${key:default}")` and `@ConfigProperty(name = "key", defaultValue = "…")` on fields and parameters."""
    scope = program.class_scope(cls)
    places = [field.decorators for field in cls.cls.fields]
    places += [parameter.decorators for parameter in cls.cls.parameters]
    places += [parameter.decorators for method in cls.cls.methods for parameter in method.parameters]
    for decorators in places:
        yield from _stated(program, decorators, scope)


def _stated(program: Program, decorators: tuple[ir.Expression, ...], scope: Scope) -> Iterator[Variable]:
    for each in marks(program, decorators, scope) if decorators else ():
        if each.name == "Value":
            for text in texts(program, each, "value"):
                for asked in _ASKED.finditer(text) if "#{" not in text else ():
                    yield from _asked(program, asked[1], asked[2] is None, each.at)
        elif each.name in ("ConfigProperty", "Property"):
            for key in texts(program, each, "name"):
                yield from _asked(program, key, "defaultValue" not in each.arguments, each.at)


def _bound(program: Program, cls: ClassValue) -> Iterator[Variable]:
    """The fields of a `@ConfigurationProperties` class that must be given."""
    bound = find(of_class(program, cls), "ConfigurationProperties")
    prefix = next(iter(texts(program, bound, "prefix", "value")), "") if bound else ""
    for field in cls.cls.fields if prefix else ():
        if any(simple(decorator) in _REQUIRED for decorator in field.decorators) and field.value is None:
            key = f"{prefix}.{re.sub(r'(?<=[a-z0-9])(?=[A-Z])', '-', field.name).lower()}"
            if not any(True for _ in settings(program).named(key)):
                yield Variable(name=name(key), source="code", required=True, at=At(cls.path, field.line))
