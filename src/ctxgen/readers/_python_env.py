"""How Python code reads environment variables and writes literals: what the settings readers share.

Sources: https://docs.python.org/3/library/os.html#os.environ, https://django-environ.readthedocs.io,
https://pypi.org/project/environs/, https://pypi.org/project/python-decouple/, https://pypi.org/project/dj-database-url/.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import TYPE_CHECKING, NamedTuple

from ctxgen.model import Variable
from ctxgen.opaque import Name, Opaque, name
from ctxgen.tree import File

if TYPE_CHECKING:
    from tree_sitter import Node as Syntax

VARIABLE_NAME = re.compile(r"[A-Za-z_][A-Za-z0-9_]{0,99}")
UPPER_NAME = re.compile(r"[A-Z][A-Z0-9_]{0,99}")
_MAPPINGS = {"os.environ", "environ", "os.environb"}
_GETTERS = {"os.getenv", "getenv", "os.environ.get", "environ.get", "os.environ.pop", "environ.pop", "os.getenvb"}
_STRICT = {"env", "config", "decouple.config"}
_HELPER = re.compile(r"(?:^|_|get|from|read|load)env(?:$|_|iron|ironment|var|int|bool|str|list|float|json|dict)", re.IGNORECASE)
_SETTERS = {"setdefault", "update", "read_env", "prefixed", "seal", "clear"}
_URL_METHODS = {"db": "DATABASE_URL", "db_url": "DATABASE_URL", "dj_db_url": None, "cache": "CACHE_URL", "cache_url": "CACHE_URL", "email": "EMAIL_URL", "email_url": "EMAIL_URL",
                "dj_email_url": None, "dj_cache_url": None, "search_url": "SEARCH_URL", "channels": "CHANNELS_URL", "channels_url": "CHANNELS_URL"}  # fmt: skip


class EnvRead(NamedTuple):
    """A variable that an expression reads; `required` is True where its absence raises, None where the code does not say."""

    name: str
    default: Syntax | None
    required: bool | None


class Environment(NamedTuple):
    """What a module says about its own way to read variables: thin helpers, and the scheme of `environ.Env(DEBUG=(bool, False))`."""

    helpers: frozenset[str]
    scheme: dict[str, Syntax]


_LONGEST = 10_000
_TYPES = {"str", "int", "bool", "float", "list", "dict", "tuple", "set", "bytes"}


def text_of(node: Syntax | None) -> str:
    """The source text of a node; of one longer than any name or value nothing, because nested ones would be copied at every level."""
    if node is None or node.end_byte - node.start_byte > _LONGEST:
        return ""
    return (node.text or b"").decode(errors="replace")


def line_of(node: Syntax) -> int:
    return int(node.start_point[0]) + 1


def unwrapped(node: Syntax) -> Syntax:
    """The expression inside parentheses."""
    while node.type == "parenthesized_expression" and node.named_children:
        node = node.named_children[0]
    return node


def descendants(root: Syntax) -> Iterator[Syntax]:
    """All named nodes below, in the order of the text, the root first."""
    stack = [root]
    while stack:
        node = stack.pop()
        yield node
        stack.extend(reversed(node.named_children))


def string_of(node: Syntax | None) -> str | None:
    """The text of a string literal; of one with interpolations, what stands before the first with `{}` behind it."""
    if node is None:
        return None
    node = unwrapped(node)
    if node.type == "concatenated_string":
        parts = [string_of(child) for child in node.named_children if child.type == "string"]
        return "".join(part or "" for part in parts)
    if node.type != "string":
        return None
    out = ""
    for child in node.named_children:
        if child.type == "string_content":
            out += text_of(child)
        elif child.type == "interpolation":
            return out + "{}"
    return out


def arguments(call: Syntax) -> tuple[list[Syntax], dict[str, Syntax]]:
    """The positional and keyword arguments of a call."""
    positional: list[Syntax] = []
    keywords: dict[str, Syntax] = {}
    given = call.child_by_field_name("arguments")
    for child in given.named_children if given is not None and given.type == "argument_list" else ():
        if child.type == "keyword_argument":
            value = child.child_by_field_name("value")
            if value is not None:
                keywords[text_of(child.child_by_field_name("name"))] = value
        elif child.type not in ("comment", "list_splat", "dictionary_splat"):
            positional.append(child)
    return positional, keywords


def env_read(node: Syntax, environment: Environment) -> EnvRead | None:
    """The variable that a subscript or call reads, or None."""
    if node.type == "subscript":
        key = node.child_by_field_name("subscript")
        literal = string_of(key)
        if (
            text_of(node.child_by_field_name("value")) in _MAPPINGS
            and literal
            and VARIABLE_NAME.fullmatch(literal)
            and not _is_target(node)
        ):
            return EnvRead(literal, None, True)
        return None
    if node.type != "call":
        return None
    function = text_of(node.child_by_field_name("function"))
    if len(function) > 80:
        return None
    positional, keywords = arguments(node)
    if function in ("dj_database_url.config", "django_cache_url.config", "dj_email_url.config"):
        implied = {"dj": "DATABASE_URL"}.get(function[:2], "CACHE_URL") if "email" not in function else "EMAIL_URL"
        return EnvRead(
            string_of(keywords.get("env")) or implied,
            keywords.get("default") or (positional[0] if positional else None),
            None if not ("default" in keywords or positional) else False,
        )
    owner, _, method = function.rpartition(".")
    literal = string_of(positional[0]) if positional else string_of(keywords.get("key") or keywords.get("var") or keywords.get("name"))
    is_env = owner.rpartition(".")[2].lower() == "env" and method not in _SETTERS
    if is_env and not positional and method in _URL_METHODS and (url := _URL_METHODS[method]):
        default = keywords.get("default")
        return EnvRead(url, default, default is None)
    if literal is None or not VARIABLE_NAME.fullmatch(literal):
        return None
    default = keywords.get("default") or _positional_default(positional)
    if function in _GETTERS:
        return EnvRead(literal, default, None if default is None else False)
    if not UPPER_NAME.fullmatch(literal):
        return None
    if function in _STRICT or is_env:
        default = default if default is not None else environment.scheme.get(literal)
        return EnvRead(literal, default, default is None)
    if method in environment.helpers or _HELPER.search(method):
        return EnvRead(literal, default, None if default is None else False)
    return None


def _positional_default(positional: list[Syntax]) -> Syntax | None:
    """The default behind a name, or behind the type that the value is turned into: `config("DEBUG", bool, False)`."""
    for each in positional[1:3]:
        written = text_of(each)
        if each.type == "lambda" or written in _TYPES or (each.type == "identifier" and not written.isupper() and written[:1].isupper()):
            continue
        return each
    return None


def _is_target(node: Syntax) -> bool:
    parent = node.parent
    if parent is None:
        return False
    return parent.type == "delete_statement" or (
        parent.type in ("assignment", "augmented_assignment") and parent.child_by_field_name("left") == node
    )


def environment_of(root: Syntax) -> Environment:
    """The helpers that a module defines (functions that read a variable named by their first parameter), and its declared scheme."""
    functions: dict[str, tuple[str, Syntax]] = {}
    scheme: dict[str, Syntax] = {}
    for node in descendants(root):
        if node.type == "function_definition":
            parameters = node.child_by_field_name("parameters")
            first = next(
                (
                    text_of(next(iter(descendants_of_identifier(child)), None))
                    for child in (parameters.named_children if parameters else ())
                ),
                "",
            )
            body = node.child_by_field_name("body")
            if first and body is not None:
                functions[text_of(node.child_by_field_name("name"))] = first, body
        elif node.type == "call" and text_of(node.child_by_field_name("function")).rpartition(".")[2] in ("Env", "FileAwareEnv"):
            for key, value in arguments(node)[1].items():
                if value.type == "tuple" and len(value.named_children) == 2 and UPPER_NAME.fullmatch(key):
                    scheme[key] = value.named_children[1]
    helpers: set[str] = set()
    for _ in range(3):  # a helper may call another one
        for function, (parameter, body) in functions.items():
            if function not in helpers and any(_reads_named(node, parameter, helpers) for node in descendants(body)):
                helpers.add(function)
    return Environment(frozenset(helpers), scheme)


def descendants_of_identifier(node: Syntax) -> Iterator[Syntax]:
    """The identifier of a parameter, typed or with a default or plain."""
    return (child for child in descendants(node) if child.type == "identifier")


def _reads_named(node: Syntax, parameter: str, helpers: set[str]) -> bool:
    if node.type == "subscript":
        return text_of(node.child_by_field_name("value")) in _MAPPINGS and text_of(node.child_by_field_name("subscript")) == parameter
    if node.type != "call":
        return False
    function = text_of(node.child_by_field_name("function"))
    positional, _ = arguments(node)
    return bool(positional) and text_of(positional[0]) == parameter and (function in _GETTERS or function in helpers)


def variables(node: Syntax, file: File, environment: Environment, when: Name | None) -> Iterator[Variable]:
    """The variables that an expression or statement reads, each at its line."""
    for child in descendants(node):
        if child.type in ("call", "subscript") and (found := env_read(child, environment)):
            default = None if found.default is None else scalar(found.default)
            yield Variable(
                name=name(found.name), value=default, source="settings", required=found.required, at=file.at(line_of(child)), when=when
            )


def scalar(node: Syntax) -> Opaque | None:
    """A literal string, number or boolean as a value."""
    node = unwrapped(node)
    match node.type:
        case "string" | "concatenated_string":
            return Opaque(string_of(node) or "")
        case "integer" | "float":
            return Opaque(text_of(node).replace("_", ""))
        case "unary_operator" if node.named_children and node.named_children[0].type in ("integer", "float"):
            return Opaque(text_of(node).replace("_", "").replace(" ", ""))
        case "true" | "false":
            return Opaque(node.type)
        case "binary_operator" if (product := _product(node)) is not None:
            return Opaque(str(product))
        case _:
            return None


def _product(node: Syntax, depth: int = 0) -> int | None:
    """An integer literal, or integer literals multiplied: `60 * 60 * 24`."""
    node = unwrapped(node)
    if node.type == "integer":
        digits = text_of(node).replace("_", "")
        return int(digits) if digits.isascii() and digits.isdigit() and len(digits) <= 12 else None
    left, right, operator = (node.child_by_field_name(field) for field in ("left", "right", "operator"))
    if node.type != "binary_operator" or text_of(operator) != "*" or left is None or right is None or depth > 8:
        return None
    first, second = _product(left, depth + 1), _product(right, depth + 1)
    return None if first is None or second is None else first * second
