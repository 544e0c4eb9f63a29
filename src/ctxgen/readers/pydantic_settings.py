"""Settings classes of pydantic: fields are environment variables.

Source: https://docs.pydantic.dev/latest/concepts/pydantic_settings/ (and pydantic 1's `BaseSettings`).
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import TYPE_CHECKING, NamedTuple

from ctxgen.model import ConfigKey, Fact, SettingsClass, SettingsField, Variable
from ctxgen.opaque import Opaque, name
from ctxgen.readers import reads
from ctxgen.readers._python_env import UPPER_NAME, VARIABLE_NAME, arguments, descendants, line_of, scalar, string_of, text_of, unwrapped
from ctxgen.tree import SOURCE_LIMIT, File

if TYPE_CHECKING:
    from tree_sitter import Node as Syntax

_DSN_SCHEMES = {
    "PostgresDsn": "postgresql", "CockroachDsn": "cockroachdb", "MySQLDsn": "mysql", "MariaDBDsn": "mariadb", "MongoDsn": "mongodb", "RedisDsn": "redis", "AmqpDsn": "amqp",
    "KafkaDsn": "kafka", "NatsDsn": "nats", "ClickHouseDsn": "clickhouse", "SnowflakeDsn": "snowflake",
}  # fmt: skip
_URL = re.compile(r"(?!https?:)[a-z][a-z0-9+.]{1,40}://")


class _Class(NamedTuple):
    """A class of the file: its parents' names, and the fields' statements."""

    node: Syntax
    parents: list[str]
    body: Syntax


class _Field(NamedTuple):
    field: str
    kind: str
    default: Syntax | None
    line: int


@reads("*.py", limit=SOURCE_LIMIT, contains=(b"BaseSettings",))
def read_pydantic_settings(file: File) -> Iterator[Fact]:
    """The variables behind the fields of every settings class, with their defaults, and the URLs that the classes put together."""
    classes = _classes(file)
    for title, each in classes.items():
        if _is_settings(each, classes):
            options = _options(each, classes)
            yield SettingsClass(
                name=name(title), prefix=name(options["env_prefix"]) if options.get("env_prefix") else None, at=file.at(line_of(each.node))
            )
            for field in _fields(each):
                yield from _field_facts(file, field, options, classes)
            yield from _built_urls(file, each)


_HEIR = re.compile(r"^class \w{1,100}\([^()\n]{0,200}\b\w{1,80}Settings\b", re.MULTILINE)


@reads("*.py", limit=SOURCE_LIMIT, contains=(b"Settings)", b"Settings,"))
def read_settings_heirs(file: File) -> Iterator[Fact]:
    """The fields of classes that extend what is called settings in another file: whether they are variables, that one says."""
    if _HEIR.search(file.text) is None:
        return
    classes = _classes(file)
    for title, each in classes.items():
        bases = tuple(name(parent) for parent in each.parents if parent.endswith("Settings") and parent not in classes)
        if not bases or _is_settings(each, classes):
            continue
        prefix = _options(each, classes).get("env_prefix")
        for field in _fields(each):
            default, aliases = _default(field)
            named = [alias for alias in aliases if VARIABLE_NAME.fullmatch(alias)]
            required = _required(field, default)
            for written in named or [field.field]:
                yield SettingsField(
                    owner=name(title), bases=bases, name=name(written), value=None if default is None else scalar(default),
                    required=required, prefix=None if prefix is None else name(prefix), alias=bool(named), at=file.at(field.line),
                )  # fmt: skip


def _classes(file: File) -> dict[str, _Class]:
    """The classes of a file by their names."""
    return {
        text_of(node.child_by_field_name("name")): _Class(node, _parents(node), body)
        for node in descendants(file.syntax("python"))
        if node.type == "class_definition" and (body := node.child_by_field_name("body")) is not None
    }


def _parents(node: Syntax) -> list[str]:
    superclasses = node.child_by_field_name("superclasses")
    return (
        [text_of(child).rpartition(".")[2] for child in superclasses.named_children if child.type in ("identifier", "attribute")]
        if superclasses
        else []
    )


def _is_settings(each: _Class, classes: dict[str, _Class], depth: int = 0) -> bool:
    if depth > 10:
        return False
    return any(
        parent.endswith("BaseSettings") or (parent in classes and _is_settings(classes[parent], classes, depth + 1))
        for parent in each.parents
    )


def _options(each: _Class, classes: dict[str, _Class], depth: int = 0) -> dict[str, str]:
    """`env_prefix` and `env_nested_delimiter` of a class and its parents: keywords, `model_config` or an inner `Config`."""
    options: dict[str, str] = {}
    for parent in reversed(each.parents):
        if parent in classes and depth < 10:
            options |= _options(classes[parent], classes, depth + 1)
    stated: dict[str, Syntax] = {}
    superclasses = each.node.child_by_field_name("superclasses")
    for child in superclasses.named_children if superclasses else ():
        if child.type == "keyword_argument" and (value := child.child_by_field_name("value")) is not None:
            stated[text_of(child.child_by_field_name("name"))] = value
    for statement in each.body.named_children:
        if statement.type == "class_definition" and text_of(statement.child_by_field_name("name")) == "Config":
            for node in descendants(statement):
                if node.type == "assignment" and (value := node.child_by_field_name("right")) is not None:
                    stated[text_of(node.child_by_field_name("left"))] = value
        for node in statement.named_children if statement.type == "expression_statement" else ():
            config = node.child_by_field_name("right")
            if node.type == "assignment" and text_of(node.child_by_field_name("left")) == "model_config" and config is not None:
                stated |= arguments(config)[1] if config.type == "call" else {}
                for pair in config.named_children if config.type == "dictionary" else ():
                    entry = pair.child_by_field_name("value")
                    if (key := string_of(pair.child_by_field_name("key"))) and entry is not None:
                        stated[key] = entry
    return options | {
        key: text for key in ("env_prefix", "env_nested_delimiter") if key in stated and (text := string_of(stated[key])) is not None
    }


def _fields(each: _Class) -> Iterator[_Field]:
    for statement in each.body.named_children:
        for node in statement.named_children if statement.type == "expression_statement" else ():
            left, kind = node.child_by_field_name("left"), node.child_by_field_name("type")
            field = text_of(left)
            if (
                node.type == "assignment"
                and kind is not None
                and left is not None
                and left.type == "identifier"
                and not field.startswith("_")
                and field != "model_config"
            ):
                written = text_of(kind)
                if not written.startswith(("ClassVar", "typing.ClassVar", "InitVar")):
                    yield _Field(field, written, node.child_by_field_name("right"), line_of(node))


def _field_facts(
    file: File, field: _Field, options: dict[str, str], classes: dict[str, _Class], prefix: str | None = None, depth: int = 0
) -> Iterator[Fact]:
    nested = next((classes[word] for word in re.findall(r"\w+", field.kind) if word in classes), None)
    base = (options.get("env_prefix", "") if prefix is None else prefix) + field.field
    if nested is not None and _is_settings(nested, classes):
        return
    if nested is not None and (delimiter := options.get("env_nested_delimiter")) and depth < 5:
        for child in _fields(nested):
            yield from _field_facts(file, child, options, classes, base + delimiter, depth + 1)
        return
    default, aliases = _default(field)
    names = [alias for alias in aliases if VARIABLE_NAME.fullmatch(alias)] or [base]
    value = None if default is None else scalar(default)
    required = _required(field, default)
    at = file.at(field.line)
    for written in names:
        yield Variable(name=name(written.upper()), value=value, source="settings", required=required, at=at)
    scheme = next((scheme for kind, scheme in _DSN_SCHEMES.items() if re.search(rf"\b{kind}\b", field.kind)), None)
    if value is None and scheme:
        value = Opaque(f"{scheme}://")
    if value is not None:
        yield ConfigKey(key=name(names[0].upper()), value=value, dialect="other", at=at)


def _required(field: _Field, default: Syntax | None) -> bool | None:
    """Whether the variable of a field must be set."""
    missing = field.default is None or text_of(default) == "..." or (default is None and not _has_factory(field))
    return None if missing and re.search(r"\bOptional\b|\bNone\b", field.kind) and field.default is None else missing


def _default(field: _Field) -> tuple[Syntax | None, list[str]]:
    """The default of a field, and the names that it goes by instead of its own."""
    node = None if field.default is None else unwrapped(field.default)
    if node is None or node.type != "call" or text_of(node.child_by_field_name("function")).rpartition(".")[2] != "Field":
        return node, []
    positional, keywords = arguments(node)
    aliases: list[str] = []
    for keyword in ("validation_alias", "env", "alias"):
        if keyword in keywords and not aliases:
            aliases = [text for child in descendants(keywords[keyword]) if child.type == "string" and (text := string_of(child))]
    return keywords.get("default") or (positional[0] if positional else None), aliases


def _has_factory(field: _Field) -> bool:
    return field.default is not None and "default_factory" in arguments(unwrapped(field.default))[1]


def _built_urls(file: File, each: _Class) -> Iterator[ConfigKey]:
    """URLs that a method returns: `PostgresDsn.build(scheme="postgresql+psycopg", …)`, `f"redis://{…}"`."""
    for function in descendants(each.body):
        if function.type != "function_definition":
            continue
        written = text_of(function.child_by_field_name("name"))
        key = written if UPPER_NAME.fullmatch(written) else written.strip("_")
        for statement in (node for node in descendants(function) if node.type == "return_statement"):
            for node in descendants(statement):
                value: Opaque | None = None
                if node.type == "call" and text_of(node.child_by_field_name("function")).endswith(".build"):
                    scheme = string_of(arguments(node)[1].get("scheme"))
                    value = Opaque(f"{scheme}://") if scheme else None
                elif node.type == "string" and _URL.match(string_of(node) or ""):
                    value = Opaque(string_of(node) or "")
                if value is not None:
                    yield ConfigKey(key=name(key), value=value, dialect="other", at=file.at(line_of(node)))
