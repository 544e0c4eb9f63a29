"""Settings modules written in Python, read as syntax trees and never run.

Every upper-case assignment of literals becomes settings with dotted keys, dictionaries by their keys, list items under
their list's key.  Branches, configuration classes and environment-named files say on what a setting depends.
Sources: https://docs.djangoproject.com/en/stable/topics/settings/, https://flask.palletsprojects.com/en/stable/config/.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import TYPE_CHECKING

from ctxgen.model import At, ConfigKey, Reference
from ctxgen.opaque import Name, name
from ctxgen.readers import Found
from ctxgen.readers._python_env import arguments, descendants, line_of, string_of, text_of, variables
from ctxgen.readers._python_values import MAX_DEPTH, PLAIN, Dialect, Leaf, Module, both, condition, leaves, module_of
from ctxgen.tree import File

if TYPE_CHECKING:
    from tree_sitter import Node as Syntax

_UPPER = re.compile(r"[A-Z][A-Z0-9_]*")
_ENVIRONMENT_WORDS = frozenset(
    [
        "dev",
        "devel",
        "develop",
        "development",
        "local",
        "localhost",
        "test",
        "tests",
        "testing",
        "unittest",
        "unittests",
        "pytest",
        "ci",
        "prod",
        "production",
        "live",
        "staging",
        "stage",
        "docker",
        "heroku",
        "demo",
        "e2e",
        "build",
        "example",
        "sample",
        "template",
    ]
)
_UNCONDITIONAL_CLASSES = {"", "base", "default", "common", "app", "application", "flask", "global", "general", "core"}


def is_django(file: File) -> bool:
    """Whether a settings module is Django's, by what it says."""
    return re.search(
        r"\b(?:INSTALLED_APPS|ROOT_URLCONF|MIDDLEWARE|DATABASES)\b|^[ \t]*+(?:from|import) django\b|^from configurations\b",
        file.text,
        re.MULTILINE,
    ) is not None or _of_an_environment(file)


_STARTS_FROM = re.compile(r"^(?:from [\w.]{0,80}(?:base|common|defaults?|settings|production|prod)[\w.]{0,20} import \*)", re.MULTILINE)
"""`from .base import *`: what a settings module for one environment begins with."""
_SETS = re.compile(
    r"^(?:ALLOWED_HOSTS|SECURE_SSL_REDIRECT|SECURE_PROXY_SSL_HEADER|CSRF_COOKIE_SECURE|STATICFILES_STORAGE|STORAGES)[ \t]{0,4}\+?=",
    re.MULTILINE,
)
_HOLDS_ALL = re.compile(r"^[ \t]{0,8}ROOT_URLCONF[ \t]{0,4}=", re.MULTILINE)


def elsewhere(file: File) -> bool:
    """Whether a module of any name is one of Django's settings: one that says where routes are, or that starts from one and sets what only Django knows.

    Source: https://docs.djangoproject.com/en/stable/topics/settings/#designating-the-settings.
    """
    return _HOLDS_ALL.search(file.text) is not None or _of_an_environment(file)


def _of_an_environment(file: File) -> bool:
    """Whether a module starts from one of settings and sets what only Django knows."""
    return _STARTS_FROM.search(file.text) is not None and _SETS.search(file.text) is not None


def settings(file: File, dialect: Dialect, reader: str, prefix: str = "") -> Iterator[Found]:
    """The settings, the variables read, and the modules that a settings module starts from.  With a prefix, lower-case names count too."""
    module = module_of(file, dialect, reader, prefix)
    yield from _block(file.syntax("python"), module, _file_environment(file), 0)


def _file_environment(file: File) -> str | None:
    """The environment that a settings file is for, by its name: `settings/production.py`, `test_settings.py`, `settings_dev.py`."""
    words = re.split(r"[_.\-]", file.name.removesuffix(".py").lower())
    rest = [word for word in words if word not in ("settings", "config", "configuration", "default")]
    return rest[0] if len(rest) == 1 and rest[0] in _ENVIRONMENT_WORDS else None


# ---------------------------------------------------------------------------------------------- statements


def _block(block: Syntax, module: Module, when: str | None, depth: int) -> Iterator[Found]:
    if depth > MAX_DEPTH:
        return
    for statement in block.named_children:
        yield from _statement(statement, module, when, depth)


def _statement(statement: Syntax, module: Module, when: str | None, depth: int) -> Iterator[Found]:
    match statement.type:
        case "expression_statement":
            for expression in statement.named_children:
                yield from _connections(expression, module, when) if module.local else _assigned(expression, module, when)
            yield from variables(statement, module.file, module.environment, _name(when))
        case "if_statement":
            yield from _if(statement, module, when, depth)
        case "match_statement":
            yield from _match(statement, module, when, depth)
        case "class_definition":
            yield from _class(statement, module, when, depth)
        case "decorated_definition":
            if (definition := statement.child_by_field_name("definition")) is not None:
                yield from _statement(definition, module, when, depth)
        case "import_from_statement":
            yield from _import(statement, module)
        case "function_definition" if module.dialect == "django" and (body := statement.child_by_field_name("body")) is not None:
            yield from _block(body, module._replace(local=True), when, depth + 1)
        case "return_statement" if module.local:
            yield from _connections(statement, module, when)
            yield from variables(statement, module.file, module.environment, _name(when))
        case "function_definition" | "return_statement" | "assert_statement" | "raise_statement" | "delete_statement":
            yield from variables(statement, module.file, module.environment, _name(when))
        case "try_statement" | "with_statement" | "for_statement" | "while_statement" | "except_clause" | "else_clause" | "finally_clause":
            for child in statement.named_children:
                if child.type == "block":
                    yield from _block(child, module, when, depth + 1)
                elif child.type.endswith("_clause") and child.type != "with_clause":
                    yield from _statement(child, module, when, depth + 1)
                else:
                    yield from variables(child, module.file, module.environment, _name(when))


def _name(when: str | None) -> Name | None:
    return None if when is None else name(when)


def _if(statement: Syntax, module: Module, when: str | None, depth: int) -> Iterator[Found]:
    refused: list[str] = []
    clauses = [statement, *(child for child in statement.named_children if child.type in ("elif_clause", "else_clause"))]
    for clause in clauses:
        test, body = (
            clause.child_by_field_name("condition"),
            clause.child_by_field_name("consequence") or clause.child_by_field_name("body"),
        )
        if test is not None:
            said = condition(test, module)
            yield from variables(test, module.file, module.environment, _name(when))
        else:
            said = " and ".join(refused[:3])
        if body is not None and said not in ("TYPE_CHECKING", "__name__=__main__"):
            yield from _block(body, module, both(when, said), depth + 1)
        refused.append(said.removeprefix("not ") if said.startswith("not ") else f"not {said}")


def _match(statement: Syntax, module: Module, when: str | None, depth: int) -> Iterator[Found]:
    subject, body = statement.child_by_field_name("subject"), statement.child_by_field_name("body")
    said = "condition" if subject is None else condition(subject, module)
    if subject is not None:
        yield from variables(subject, module.file, module.environment, _name(when))
    refused: list[str] = []
    for clause in body.named_children if body is not None else ():
        block = clause.child_by_field_name("consequence")
        patterns = [text_of(child).strip("\"'") for child in clause.named_children if child.type == "case_pattern"]
        plain = bool(patterns) and all(PLAIN.fullmatch(pattern) for pattern in patterns)
        chosen = " and ".join(refused[:3]) if patterns == ["_"] else f"{said}={','.join(patterns)}" if plain else said
        refused.append(f"not {chosen}")
        if block is not None:
            yield from _block(block, module, both(when, chosen), depth + 1)


def _class(statement: Syntax, module: Module, when: str | None, depth: int) -> Iterator[Found]:
    parents = text_of(statement.child_by_field_name("superclasses"))
    body = statement.child_by_field_name("body")
    if body is None:
        return
    if "Enum" in parents or ("pydantic" in module.file.text and parents):
        yield from variables(body, module.file, module.environment, _name(when))
        return
    kind = (
        re.sub(r"(?:Config(?:uration)?|Settings|Conf)$|^(?:Config|Settings)(?=[A-Z])", "", text_of(statement.child_by_field_name("name")))
        .strip("_")
        .lower()
    )
    yield from _block(body, module, both(when, None if kind in _UNCONDITIONAL_CLASSES else kind), depth + 1)


def _import(statement: Syntax, module: Module) -> Iterator[Reference]:
    """`from .base import *`: relative, or absolute where the file's own folder tells the package's root."""
    if not any(child.type == "wildcard_import" for child in statement.named_children):
        return
    written = text_of(statement.child_by_field_name("module_name")).replace(" ", "")
    dots = len(written) - len(written.lstrip("."))
    parts = [part for part in written.lstrip(".").split(".") if part]
    if dots:
        path = "../" * (dots - 1) + "/".join(parts)
    else:
        folders = module.file.folder.split("/") if module.file.folder else []
        if parts[:1] and parts[0] in folders:
            path = "../" * (len(folders) - folders.index(parts[0])) + "/".join(parts)
        else:
            path = "../" * len(folders) + "/".join(parts)
    at = module.file.at(line_of(statement))
    for target in (f"{path}.py", f"{path}/__init__.py") if parts else (f"{path}__init__.py",):
        yield Reference(path=target, reader=module.reader, at=at)


# ---------------------------------------------------------------------------------------------- values


def _assigned(expression: Syntax, module: Module, when: str | None) -> Iterator[ConfigKey]:
    """The settings of `X = …`, `X += …`, `X["a"]["b"] = …`, `X.append(…)` and `X["a"].update(…)`."""
    target: Syntax | None
    if expression.type in ("assignment", "augmented_assignment"):
        target, values = expression.child_by_field_name("left"), [expression.child_by_field_name("right")]
        while values[0] is not None and values[0].type == "assignment":
            values = [values[0].child_by_field_name("right")]
    elif expression.type == "call":
        function = expression.child_by_field_name("function")
        if function is None or text_of(function.child_by_field_name("attribute")) not in ("append", "extend", "insert", "update", "add"):
            return
        target, values = function.child_by_field_name("object"), list(arguments(expression)[0][-1:])
    else:
        return
    key = _target_key(target, module)
    if key is None:
        return
    line = line_of(expression)
    for value in values:
        for leaf in leaves(key, line, value, module) if value is not None else ():
            written = f"{module.prefix}.{leaf.key}" if module.prefix else leaf.key
            via = tuple(module.file.at(each) for each in leaf.via)
            yield _config_key(written, leaf, via, module, both(when, leaf.when))


def _connections(statement: Syntax, module: Module, when: str | None) -> Iterator[ConfigKey]:
    """The dictionaries of databases and caches that a function of a settings module puts together."""
    for node in descendants(statement):
        entries = {
            string_of(pair.child_by_field_name("key")): string_of(pair.child_by_field_name("value"))
            for pair in node.named_children
            if node.type == "dictionary"
        }
        key = (
            "DATABASES.default"
            if "." in (entries.get("ENGINE") or "")
            else "CACHES.default"
            if ".cache" in (entries.get("BACKEND") or "")
            else None
        )
        if key:
            for leaf in leaves(key, line_of(node), node, module):
                yield _config_key(leaf.key, leaf, (), module, both(when, leaf.when))


def _config_key(key: str, leaf: Leaf, via: tuple[At, ...], module: Module, when: str | None) -> ConfigKey:
    return ConfigKey(key=name(key), value=leaf.value, dialect=module.dialect, at=module.file.at(leaf.line), via=via, when=_name(when))


def _target_key(target: Syntax | None, module: Module) -> str | None:
    parts: list[str] = []
    while target is not None and target.type == "subscript":
        part = string_of(target.child_by_field_name("subscript"))
        if part is None:
            return None
        parts.insert(0, part)
        target = target.child_by_field_name("value")
    if target is None or target.type != "identifier":
        return None
    base = text_of(target)
    return ".".join([base, *parts]) if _UPPER.fullmatch(base) or (module.prefix and not base.startswith("_")) else None
