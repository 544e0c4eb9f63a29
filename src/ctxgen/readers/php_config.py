"""Configuration of PHP frameworks: Laravel's `config/*.php` and Symfony's `config/packages/*.yaml`.

Sources: https://laravel.com/docs/configuration, https://symfony.com/doc/current/configuration.html.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import TYPE_CHECKING

from ctxgen.model import ConfigKey, Fact, Variable
from ctxgen.opaque import Opaque, name
from ctxgen.readers import reads
from ctxgen.readers._python_env import line_of, text_of
from ctxgen.tree import SOURCE_LIMIT, File

if TYPE_CHECKING:
    from tree_sitter import Node as Syntax

_VARIABLE = re.compile(r"[A-Za-z_]\w{0,99}")
_SYMFONY_ENV = re.compile(r"%env\((?P<steps>(?:[\w.-]{0,40}:){0,8})(?P<name>[A-Za-z_]\w{0,99})\)%")
_SYMFONY_DEFAULT = re.compile(r"parameters\.env\(([A-Za-z_]\w{0,99})\)")
_OF_ENVIRONMENT = re.compile(r"config_(dev|test|prod)\.ya?ml")
_MAX_DEPTH = 40


@reads("config/*.php", "**/config/*.php", "**/Config/*.php", limit=SOURCE_LIMIT, contains=(b"return [", b"return array("))
def read_laravel_config(file: File) -> Iterator[Fact]:
    """The settings of a Laravel configuration file with the defaults of `env()`, and the variables that it reads."""
    stack = [file.syntax("php/php")]
    while stack:
        node = stack.pop()
        if (found := _env(node)) is not None:
            variable, default = found
            value = None if default is None else _scalar(default)
            yield Variable(
                name=name(variable), value=value, source="settings", required=None if default is None else False, at=file.at(line_of(node))
            )
        elif node.type == "return_statement" and (node.parent is None or node.parent.type == "program"):
            for child in node.named_children:
                yield from _settings(file, f"laravel.{file.name.removesuffix('.php')}", child, 0)
        stack.extend(reversed(node.named_children))


def _settings(file: File, key: str, node: Syntax, depth: int, line: int | None = None) -> Iterator[ConfigKey]:
    if depth > _MAX_DEPTH:
        return
    if node.type == "array_creation_expression":
        for element in node.named_children:
            parts = (
                [child for child in element.named_children if child.type != "comment"]
                if element.type == "array_element_initializer"
                else []
            )
            if len(parts) == 2 and (written := _string(parts[0])) is not None:
                yield from _settings(file, f"{key}.{written}", parts[1], depth + 1, line_of(element))
            elif len(parts) == 1:
                yield from _settings(file, key, parts[0], depth + 1)
        return
    while node.type in ("cast_expression", "parenthesized_expression") and node.named_children:
        node = node.named_children[-1]
    if (value := _value(node)) is not None:
        yield ConfigKey(key=name(key), value=value, dialect="other", at=file.at(line or line_of(node)))


def _value(node: Syntax) -> Opaque | None:
    if (found := _env(node)) is not None:
        variable, default = found
        nested = None if default is None else _value(default)
        return nested if nested is not None else Opaque(f"${{{variable}}}")
    if (fallback := _fallback(node)) is not None:
        return _value(fallback)
    if node.type == "class_constant_access_expression" and text_of(node).endswith("::class"):
        return Opaque(text_of(node).removesuffix("::class"))
    return _scalar(node)


def _env(node: Syntax) -> tuple[str, Syntax | None] | None:
    """(variable, default) of `env('NAME', default)` and `Env::get('NAME', default)`."""
    if node.type not in ("function_call_expression", "scoped_call_expression"):
        return None
    called = text_of(node.child_by_field_name("function") or node.child_by_field_name("name"))
    if called != "env" and not (called == "get" and text_of(node.child_by_field_name("scope")).rpartition("\\")[2] == "Env"):
        return None
    given = node.child_by_field_name("arguments")
    values = (
        [child.named_children[-1] for child in given.named_children if child.type == "argument" and child.named_children]
        if given is not None
        else []
    )
    variable = _string(values[0]) if values else None
    if variable is None or not _VARIABLE.fullmatch(variable):
        return None
    return variable, values[1] if len(values) > 1 else None


def _fallback(node: Syntax) -> Syntax | None:
    """The literal that a function of the application's own takes in place of an empty variable: `default_of(env('NAME'), 'mysql')`."""
    given = node.child_by_field_name("arguments") if node.type == "function_call_expression" else None
    if given is None or len(given.named_children) != 2:
        return None
    read, fallback = (argument.named_children[-1] if argument.named_children else argument for argument in given.named_children)
    found = _env(read)
    return fallback if found is not None and found[1] is None and _scalar(fallback) is not None else None


def _string(node: Syntax) -> str | None:
    if node.type not in ("string", "encapsed_string") or any(
        child.type not in ("string_content", "string_value", "escape_sequence") for child in node.named_children
    ):
        return None
    return text_of(node)[1:-1]


def _scalar(node: Syntax) -> Opaque | None:
    if (text := _string(node)) is not None:
        return Opaque(text)
    return Opaque(text_of(node).lower()) if node.type in ("integer", "float", "boolean") else None


@reads(
    "**/config/packages/*.yaml",
    "**/config/packages/*.yml",
    "**/config/packages/*/*.yaml",
    "**/config/packages/*/*.yml",
    "**/config/services*.yaml",
    "**/app/config/config*.yml",
    "**/app/config/security.yml",
    "**/app/config/services*.yml",
)
def read_symfony_config(file: File) -> Iterator[Fact]:
    """The settings of Symfony's bundles with the environment they are for, and the variables that they read; `app/config/config_dev.yml` of the older layout says its environment in its name."""
    folder = file.folder.rpartition("/packages/")[2] if "/packages/" in f"/{file.folder}" else None
    if (named := _OF_ENVIRONMENT.fullmatch(file.name)) is not None:
        folder = named[1]
    for document in file.yaml_documents():
        for section, node in document.items():
            environment = section[5:] if section.startswith("when@") else folder
            when = name(environment) if environment else None
            for key, leaf in node.leaves("" if section.startswith("when@") else section):
                if leaf.text is None:
                    continue
                yield ConfigKey(key=name(f"symfony.{key}"), value=Opaque(leaf.text), dialect="other", at=file.at(leaf.line), when=when)
                if (stated := _SYMFONY_DEFAULT.fullmatch(key)) is not None:
                    yield Variable(
                        name=name(stated[1]), value=Opaque(leaf.text), source="settings", required=False, at=file.at(leaf.line), when=when
                    )
                for found in _SYMFONY_ENV.finditer(leaf.text):
                    default = "default" in found["steps"].split(":")
                    yield Variable(
                        name=name(found["name"]), source="settings", required=False if default else None, at=file.at(leaf.line), when=when
                    )
