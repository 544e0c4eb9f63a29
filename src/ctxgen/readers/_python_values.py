"""The literal values of Python expressions with their dotted keys, and conditions in a few safe words."""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import TYPE_CHECKING, Literal, NamedTuple

from ctxgen.opaque import Opaque
from ctxgen.readers._python_env import Environment, arguments, env_read, environment_of, line_of, scalar, string_of, text_of, unwrapped
from ctxgen.tree import File

if TYPE_CHECKING:
    from tree_sitter import Node as Syntax

Dialect = Literal["django", "flask", "other"]

_SECRET_SUBJECT = re.compile(r"SECRET|PASS|TOKEN|KEY|CREDENTIAL|PWD|SALT", re.IGNORECASE)
PLAIN = re.compile(r"[\w.-]{1,40}")
_WRAPPERS = {
    "int",
    "float",
    "str",
    "bool",
    "list",
    "tuple",
    "set",
    "frozenset",
    "dict",
    "dj_database_url.parse",
    "deepcopy",
    "copy.deepcopy",
}
MAX_DEPTH = 40


class Leaf(NamedTuple):
    """A value found under a dotted key."""

    key: str
    line: int
    value: Opaque
    when: str | None = None
    via: tuple[int, ...] = ()


class Module(NamedTuple):
    """A settings module on its way through the walk: whose it is, and what it says about itself."""

    file: File
    dialect: Dialect
    reader: str
    environment: Environment
    constants: dict[str, Syntax]
    prefix: str
    local: bool = False
    """Inside a function: names are not settings there, but a connection's dictionary is one."""


def module_of(file: File, dialect: Dialect, reader: str, prefix: str) -> Module:
    """What the walk needs to know of a module before it starts."""
    root = file.syntax("python")
    return Module(file, dialect, reader, environment_of(root), _constants(root), prefix)


def _constants(root: Syntax) -> dict[str, Syntax]:
    """The names that a module assigns once at its top level."""
    assigned: dict[str, list[Syntax]] = {}
    for statement in root.named_children:
        for child in statement.named_children if statement.type == "expression_statement" else ():
            left, right = child.child_by_field_name("left"), child.child_by_field_name("right")
            if (
                child.type in ("assignment", "augmented_assignment")
                and left is not None
                and right is not None
                and left.type == "identifier"
            ):
                assigned.setdefault(text_of(left), []).append(right)
    return {key: values[0] for key, values in assigned.items() if len(values) == 1}


def both(*conditions: str | None) -> str | None:
    """Conditions that hold together."""
    return " and ".join(condition for condition in conditions if condition) or None


def condition(node: Syntax, module: Module) -> str:
    """A condition in a few safe words: `DB=postgres`, `DEBUG`, `not DEBUG`; else `condition`."""
    node = unwrapped(node)
    if node.type == "named_expression" and (value := node.child_by_field_name("value")) is not None:
        return condition(value, module)
    if read := env_read(node, module.environment):
        return read.name
    children = node.named_children
    match node.type:
        case "identifier":
            return text_of(node)
        case "attribute":
            return text_of(node.child_by_field_name("attribute"))
        case "not_operator" if children:
            return f"not {condition(children[0], module)}"
        case "boolean_operator" if len(children) >= 2:
            operator = text_of(node.child_by_field_name("operator"))
            return f"{condition(children[0], module)} {operator} {condition(children[-1], module)}"
        case "comparison_operator" if len(children) == 2:
            return _comparison(node, module)
        case "call" if (
            (positional := arguments(node)[0]) and len(positional) == 1 and text_of(node.child_by_field_name("function")) in _WRAPPERS
        ):
            return condition(positional[0], module)
        case "call" if (function := node.child_by_field_name("function")) is not None and function.type == "attribute":
            owner = function.child_by_field_name("object")
            return "condition" if owner is None else condition(owner, module)
        case _:
            return "condition"


def _comparison(node: Syntax, module: Module) -> str:
    left, right = (unwrapped(child) for child in node.named_children)
    operator = next((text_of(child) for child in node.children if not child.is_named), "")
    if "in" in operator.split() and text_of(right) in ("os.environ", "environ") and (variable := string_of(left)):
        return f"not {variable}" if "not" in operator else variable
    if string_of(left) is not None:
        left, right = right, left
    items = right.named_children if right.type in ("list", "tuple", "set") else [right]
    literals = [
        string_of(item) if item.type == "string" else text_of(item)
        for item in items
        if item.type in ("string", "integer", "true", "false", "none")
    ]
    subject = condition(left, module)
    if (
        not literals
        or subject == "condition"
        or _SECRET_SUBJECT.search(subject)
        or not all(PLAIN.fullmatch(literal or "") for literal in literals)
    ):
        return subject
    return f"{subject}{'!=' if operator in ('!=', 'not in', 'is not') else '=' if operator in ('==', 'in', 'is') else operator}{','.join(str(each) for each in literals)}"


def leaves(key: str, line: int, node: Syntax, module: Module, depth: int = 0) -> Iterator[Leaf]:
    """The literal values of an expression with their dotted keys."""
    if depth > MAX_DEPTH:
        return
    node = unwrapped(node)
    if (value := scalar(node)) is not None:
        yield Leaf(key, line, value)
        return
    children = [child for child in node.named_children if child.type != "comment"]
    match node.type:
        case "dictionary":
            for pair in children:
                written, child = pair.child_by_field_name("key"), pair.child_by_field_name("value")
                if pair.type == "pair" and written is not None and child is not None and (part := _key_part(written, module)) is not None:
                    yield from leaves(f"{key}.{part}", line_of(pair), child, module, depth + 1)
        case "list" | "tuple" | "set":
            for child in children:
                yield from leaves(key, line_of(child), child, module, depth + 1)
        case "call" | "subscript":
            yield from _called(key, line, node, module, depth)
        case "binary_operator":
            yield from _combined(key, line, node, module, depth)
        case "boolean_operator" if len(children) == 2 and text_of(node.child_by_field_name("operator")) == "or":
            fallback = list(leaves(key, line, children[1], module, depth + 1))
            yield from fallback or leaves(key, line, children[0], module, depth + 1)
        case "conditional_expression" if len(children) == 3:
            said = condition(children[1], module)
            for child, when in ((children[0], said), (children[2], f"not {said}")):
                for leaf in leaves(key, line, child, module, depth + 1):
                    yield leaf._replace(when=both(when, leaf.when))
        case "identifier" if depth < 4 and (constant := module.constants.get(text_of(node))) is not None:
            for leaf in leaves(key, line, constant, module, depth + 10):
                yield leaf._replace(line=line, via=(line_of(constant), *leaf.via)[:2])


def _key_part(written: Syntax, module: Module) -> str | None:
    """A dictionary's key: a literal, or the text of the constant that is named."""
    if written.type == "identifier":
        constant = module.constants.get(text_of(written))
        return (None if constant is None else string_of(constant)) or text_of(written)
    return string_of(written) if written.type == "string" else text_of(written) if written.type == "integer" else None


def _called(key: str, line: int, node: Syntax, module: Module, depth: int) -> Iterator[Leaf]:
    if read := env_read(node, module.environment):
        defaults = list(leaves(key, line, read.default, module, depth + 1)) if read.default is not None else []
        yield from defaults or [Leaf(key, line, Opaque(f"${{{read.name}}}"))]
        if node.type == "call" and (lifetime := arguments(node)[1].get("conn_max_age")) is not None:
            yield from leaves(f"{key}.CONN_MAX_AGE", line_of(lifetime), lifetime, module, depth + 1)
        return
    if node.type != "call":
        return
    positional, keywords = arguments(node)
    function = text_of(node.child_by_field_name("function"))
    if function == "dict":
        for keyword, child in keywords.items():
            yield from leaves(f"{key}.{keyword}", line_of(child), child, module, depth + 1)
    elif function.rpartition(".")[2] == "timedelta" and len(keywords) == 1 and not positional:
        (unit, amount), *_ = keywords.items()
        if (number := scalar(amount)) is not None and (count := number.integer()) is not None:
            yield Leaf(key, line, Opaque(f"{count} {unit}"))
    elif function.rpartition(".")[2] == "crontab" and (fields := _crontab(positional, keywords)) is not None:
        yield Leaf(key, line, Opaque(fields))
    elif positional and (function in _WRAPPERS or _declares(function) or env_read(unwrapped(positional[0]), module.environment)):
        yield from leaves(key, line, positional[0], module, depth + 1)


_CRONTAB = ("minute", "hour", "day_of_month", "month_of_year", "day_of_week")


def _crontab(positional: list[Syntax], keywords: dict[str, Syntax]) -> str | None:
    """Celery's `crontab(hour=3, minute=0)` as an expression; None where a field is no literal."""
    order = ("minute", "hour", "day_of_week", "day_of_month", "month_of_year")
    written = {**dict(zip(order, positional, strict=False)), **{key: value for key, value in keywords.items() if key in _CRONTAB}}
    fields = []
    for field in _CRONTAB:
        if field not in written:
            fields.append("*")
            continue
        node = unwrapped(written[field])
        text = string_of(node) if node.type == "string" else text_of(node) if node.type == "integer" else None
        if text is None or not re.fullmatch(r"[\w*/,\-]{1,40}", text):
            return None
        fields.append(text)
    return " ".join(fields)


def _declares(function: str) -> bool:
    """Whether a call declares a queue or exchange of Kombu by the name that is its first argument."""
    return function.rpartition(".")[2] in ("Queue", "Exchange")


def _combined(key: str, line: int, node: Syntax, module: Module, depth: int) -> Iterator[Leaf]:
    """Lists and dictionaries that are joined give both sides' values; of a text that is put together, only the start of a URL."""
    left, right, operator = (node.child_by_field_name(field) for field in ("left", "right", "operator"))
    if left is None or right is None:
        return
    text = string_of(left)
    if text is not None:
        if "://" in text:
            yield Leaf(key, line, Opaque(text))
    elif text_of(operator) in ("+", "|") and string_of(right) is None:
        collections = ("list", "tuple", "dictionary", "binary_operator", "call", "parenthesized_expression", "identifier")
        for side in (left, right):
            if side.type in collections:
                yield from (leaf for leaf in leaves(key, line_of(side), side, module, depth + 1))
