"""The variables that struct tags name, for the libraries that fill a struct from the environment.

Sources: https://github.com/caarlos0/env, https://github.com/kelseyhightower/envconfig, https://github.com/ilyakaznacheev/cleanenv, https://pkg.go.dev/github.com/sethvargo/go-envconfig.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import NamedTuple

from ctxgen.model import At, Variable
from ctxgen.opaque import name
from ctxgen.source import ir
from ctxgen.source.golang.calls import TONGUE, package
from ctxgen.source.kinds import kind_of
from ctxgen.source.program import Program
from ctxgen.source.typed_calls import Found
from ctxgen.source.values import ClassValue

_NAME = re.compile(r"[A-Za-z_][A-Za-z0-9_]{1,99}")
_TAG = re.compile(r'([\w-]{1,40}):"((?:[^"\\]|\\.){0,300})(?:"|$)')
_WORDS = re.compile(r"[A-Z]+(?![a-z])|[A-Z]?[a-z]+|\d+")
_DEPTH = 6
_PARSES = {
    "github.com/caarlos0/env": {"Parse": 0, "ParseWithOptions": 0, "ParseAs": -1, "ParseAsWithOptions": -1},
    "github.com/ilyakaznacheev/cleanenv": {"ReadEnv": 0, "ReadConfig": 1, "UpdateEnv": 0},
    "github.com/sethvargo/go-envconfig": {"Process": 1, "MustProcess": 1},
    "github.com/kelseyhightower/envconfig": {"Process": 1, "MustProcess": 1},
    "github.com/vrischmann/envconfig": {"Init": 0, "InitWithPrefix": 0},
    "github.com/joeshaw/envdecode": {"Decode": 0, "StrictDecode": 0, "MustDecode": 0, "MustStrictDecode": 0},
}
"""By package: the functions that fill a struct, and the argument that is one (-1: the type argument)."""


class Parsed(NamedTuple):
    """A struct that a library fills from the environment."""

    cls: ClassValue
    library: str
    prefix: str

    @staticmethod
    def of(found: Found) -> Parsed | None:
        """What a call fills."""
        library = package(found.path)
        where = _PARSES.get(library, {}).get(found.called)
        if where is None:
            return None
        written = found.expression(where) if where >= 0 else next(iter(found.call.types), None)
        kind = kind_of(TONGUE, found.program, found.module, written, found.inside.kinds)
        if not isinstance(kind, ClassValue):
            return None
        stated = (
            found.value(0)
            if library.startswith("github.com/kelseyhightower")
            else found.valued(found.fields(found.expression(-1)).get("Prefix"))
        )
        return Parsed(kind, library, stated if isinstance(stated, str) else "")

    def variables(self, program: Program, reached: set[int]) -> Iterator[Variable]:
        """The variables of its fields, and of the structs that these are."""
        by_name = self.library.startswith("github.com/kelseyhightower")
        prefix = f"{self.prefix}_".upper() if by_name and self.prefix else self.prefix
        yield from _fields(program, self.cls, prefix, by_name, reached, 0)


def _tags(field: ir.Field) -> dict[str, str]:
    return {match[1]: match[2] for match in _TAG.finditer(field.tag)}


def _fields(program: Program, cls: ClassValue, prefix: str, by_name: bool, reached: set[int], depth: int) -> Iterator[Variable]:
    reached.add(id(cls.cls))
    for field in cls.cls.fields if depth < _DEPTH else ():
        tags = _tags(field)
        inner = kind_of(TONGUE, program, cls.scope.module, field.type, {})
        if isinstance(inner, ClassValue) and inner.cls.kind == "struct" and id(inner.cls) != id(cls.cls) and not _listed(field):
            own = tags.get("envPrefix") or tags.get("env-prefix") or _prefix_option(tags.get("env", ""))
            if by_name and not any(isinstance(each, ir.Name) and each.name == "embedded" for each in field.decorators):
                own = f"{tags.get('envconfig') or _spelled(field.name, tags)}_".upper()
            yield from _fields(program, inner, prefix + own, by_name, reached, depth + 1)
        elif by_name and "env" not in tags:
            if (
                tags.get("ignored") != "true"
                and tags.get("envconfig") != "-"
                and field.name[:1].isupper()
                and not isinstance(field.type, ir.Unknown)
            ):
                yield from _named(
                    f"{prefix}{tags.get('envconfig') or _spelled(field.name, tags)}".upper(), tags, (), At(cls.path, field.line)
                )
        else:
            yield from _tagged(field, cls.path, prefix)


def settings(cls: ir.Class, path: str, prefix: str) -> Iterator[Variable]:
    """The variables that the tags of a struct name by themselves, whatever fills it."""
    for field in cls.fields:
        yield from _tagged(field, path, prefix)


def _tagged(field: ir.Field, path: str, prefix: str) -> Iterator[Variable]:
    tags = _tags(field)
    stated = tags.get("env") or tags.get("envconfig") or ""
    first, *options = [each.strip() for each in stated.split(",")]
    yield from _named(prefix + first if first else "", tags, options, At(path, field.line))


def _named(shown: str, tags: dict[str, str], options: tuple[str, ...] | list[str], at: At) -> Iterator[Variable]:
    if not _NAME.fullmatch(shown) or not (shown.isupper() or "env" in tags or "envconfig" in tags):
        return
    has_default = any(key in tags for key in ("envDefault", "env-default", "default")) or any(
        each.startswith("default=") for each in options
    )
    must = {"required", "notEmpty"} & set(options) or "true" in (tags.get("required"), tags.get("env-required")) or "strict" in options
    names = [shown, *(each for each in options if each.isupper() and _NAME.fullmatch(each))]  # cleanenv's are several of one value
    required = False if has_default else True if must and len(names) == 1 else None
    for each in names:
        yield Variable(name=name(each), source="code", required=required, at=at)


def _prefix_option(stated: str) -> str:
    """`env:",prefix=DB_"`."""
    return next((each.strip().removeprefix("prefix=") for each in stated.split(",") if each.strip().startswith("prefix=")), "")


def _spelled(title: str, tags: dict[str, str]) -> str:
    """A field's name as envconfig has it: `DBHOST`, with words apart `DB_HOST`."""
    return "_".join(_WORDS.findall(title)) if tags.get("split_words") == "true" else title


def _listed(field: ir.Field) -> bool:
    return isinstance(field.type, ir.Item)
