"""What the languages' own strings, lists and dictionaries do with values that are followed."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import TYPE_CHECKING, Any, NamedTuple

from ctxgen.source import ir
from ctxgen.source.naming import kebab_case, regular_plural, snake_case
from ctxgen.source.values import UNKNOWN, Arguments, External, FunctionValue, Value

if TYPE_CHECKING:
    from ctxgen.source.interpreter import Interpreter

_EACH = {"forEach", "map", "flatMap", "each", "ForEach", "each_with_index", "foreach", "collect"}
_APPEND = {"append", "push", "add", "Add", "<<", "unshift", "insert"}
_EXTEND = {"extend", "addAll", "AddRange", "concat", "update", "merge", "push_all"}
_FOLDS = {"fold", "reduce", "inject"}
_SAME = {
    "toLowerCase",
    "lower",
    "trim",
    "strip",
    "toString",
    "to_s",
    "String",
    "to_string",
    "into",
    "as_str",
    "freeze",
    "copy",
    "reverse",
    "flat",
    "values",
    "clone",
    "unwrap",
    "as_view",
    "getPathname",
    "getRealPath",
    "ToList",
    "ToArray",
    "AsEnumerable",
    "toList",
    "stream",
}
MAX = 300


class Bound(NamedTuple):
    """A method of a plain value, before it is called."""

    owner: Any
    name: str


def call(interpreter: Interpreter, method: Bound, arguments: Arguments) -> Value:
    """What a method of a plain value gives, and what it does to a list or dictionary."""
    owner, name = method
    first = arguments.get(0, default=UNKNOWN)
    if name == "then":  # a promise is what it will be
        return interpreter.call(first, arguments._replace(positional=(owner,), keywords={}))
    if isinstance(owner, list):
        if name == "filter":
            return [each for each in owner if _keeps(interpreter, first, each, arguments)]
        if name in _EACH:
            unpacks = interpreter.language.blocks_unpack and name != "each_with_index"
            return [
                interpreter.call(first, arguments._replace(positional=_unpacked(first, each) if unpacks else (each, index), keywords={}))
                for index, each in enumerate(owner[:MAX])
            ]
        if name in _APPEND:
            owner.extend(arguments.positional if name not in ("insert",) else arguments.positional[1:])
            del owner[MAX:]
            return owner
        if (
            name == "concat" and not arguments.positional and any(isinstance(each, str) for each in owner)
        ):  # Rust's `[base, "/api"].concat()`
            parts = owner[1:] if not isinstance(owner[0], str) else owner
            return _joined("", parts)
        if name in _EXTEND:
            found = [*owner, *(each for value in arguments.positional for each in (value if isinstance(value, list) else [value]))][:MAX]
            if name not in ("concat", "merge"):
                owner[:] = found
            return found
        if name in _FOLDS and len(arguments.positional) > 1:
            return _folded(interpreter, owner, arguments)
        if name == "join":
            return _joined(str(first) if isinstance(first, str) else ",", owner)
        if name == "slice":
            return owner[_part(first, arguments.get(1))]
        return owner if name in _SAME else UNKNOWN
    if isinstance(owner, dict):
        match name:
            case "get" | "fetch" | "GetValueOrDefault":
                known = owner.get(first) if isinstance(first, str) else None
                return known if known is not None else arguments.get(1, default=UNKNOWN)
            case "update" | "merge":
                owner.update(first if isinstance(first, dict) else {})
                owner.update(arguments.keywords)
                return owner
            case "items" | "entries" | "each" | "forEach" | "each_pair":
                pairs: list[Value] = [[key, value] for key, value in owner.items()]
                return (
                    pairs
                    if name in ("items", "entries")
                    else [interpreter.call(first, arguments._replace(positional=tuple(pair), keywords={})) for pair in pairs[:MAX]]
                )
            case "values":
                return list(owner.values())
            case "keys":
                return list(owner)
        return UNKNOWN
    return _text(owner, name, arguments)


def _unpacked(block: Value, item: Value) -> tuple[Value, ...]:
    """What a block of Ruby gets of an item: a list in its parts where it takes several."""
    several = isinstance(block, FunctionValue) and len(block.function.parameters) > 1
    return tuple(item) if several and isinstance(item, list) else (item,)


def _folded(interpreter: Interpreter, values: list[Value], arguments: Arguments) -> Value:
    """What a function makes of a beginning and each of some values: `fold(start, function)`, JavaScript's `reduce(function, start)`."""
    folds = next((each for each in arguments.positional if isinstance(each, FunctionValue)), None)
    found = next((each for each in arguments.positional if each is not folds), UNKNOWN)
    for each in values[:MAX] if folds is not None else ():
        found = interpreter.call(folds, arguments._replace(positional=(found, each), keywords={}))
    return found if folds is not None else UNKNOWN


def _keeps(interpreter: Interpreter, predicate: Value, item: Value, arguments: Arguments) -> bool:
    """Whether a filter keeps an item: all but what it is known to refuse."""
    if not isinstance(predicate, FunctionValue):
        return True
    returned = predicate.function.body[-1] if predicate.function.body else None
    if isinstance(returned, ir.Return) and isinstance(returned.value, ir.Choice) and returned.value.every:
        parts = [
            FunctionValue(
                ir.Function(predicate.name, each.line, predicate.function.parameters, lambda each=each: (ir.Return(each, each.line),)),  # type: ignore[misc]
                predicate.scope,
            )
            for each in returned.value.options
        ]
    else:
        parts = [predicate]
    return all(interpreter.call(part, arguments._replace(positional=(item,), keywords={})) is not False for part in parts)


_NAMING: dict[str, Callable[[str], str]] = {"Underscore": snake_case, "ToSnakeCase": snake_case, "Kebaberize": kebab_case, "ToKebabCase": kebab_case, "Pluralize": regular_plural}  # fmt: skip
"""What Humanizer and the like make of a name."""


def _text(owner: str, name: str, arguments: Arguments) -> Value:
    first, second = arguments.get(0, default=UNKNOWN), arguments.get(1, default=UNKNOWN)
    if name in _NAMING and "{" not in owner:
        return _NAMING[name](owner)
    match name:
        case "format":
            out = owner
            for index, value in enumerate(arguments.positional):
                text = value if isinstance(value, str) else "{part}"
                out = out.replace(f"{{{index}}}", text).replace("{}", text, 1)
            for key, value in arguments.keywords.items():
                out = out.replace("{" + key + "}", value if isinstance(value, str) else "{" + key + "}")
            return out[:500]
        case "rstrip" | "trimEnd" | "TrimEnd":
            return owner.rstrip(first if isinstance(first, str) else None)
        case "lstrip" | "trimStart" | "TrimStart":
            return owner.lstrip(first if isinstance(first, str) else None)
        case "strip" | "trim" | "Trim":
            return owner.strip(first if isinstance(first, str) else None)
        case "removeprefix" | "removePrefix":
            return owner.removeprefix(first) if isinstance(first, str) else UNKNOWN
        case "removesuffix" | "removeSuffix":
            return owner.removesuffix(first) if isinstance(first, str) else UNKNOWN
        case "join":
            return _joined(owner, first) if isinstance(first, list) else UNKNOWN
        case "replace" | "replaceAll" | "Replace":
            return owner.replace(first, second)[:500] if isinstance(first, str) and isinstance(second, str) else UNKNOWN
        case "concat" | "Concat" | "plus":
            return _joined("", [owner, *arguments.positional])
        case "split":
            return list(owner.split(first)) if isinstance(first, str) and first else UNKNOWN
        case "slice" | "substring":
            return owner[_part(first, second)]
        case "toLowerCase" | "lower" | "ToLower" | "ToLowerInvariant" | "lowercase" | "downcase":
            return owner.lower()
        case "upper" | "toUpperCase" | "upcase":
            return owner.upper()
        case "startswith" | "startsWith":
            return owner.startswith(first) if isinstance(first, str) and "{" not in owner else UNKNOWN
        case "endswith" | "endsWith":
            return owner.endswith(first) if isinstance(first, str) and "{" not in owner else UNKNOWN
        case "includes":
            return first in owner if isinstance(first, str) and "{" not in owner else UNKNOWN
        case "indexOf":
            return owner.find(first) if isinstance(first, str) and "{" not in owner else UNKNOWN
    return owner if name in _SAME else UNKNOWN


def _part(start: Value, stop: Value) -> slice:
    return slice(start if isinstance(start, int) else None, stop if isinstance(stop, int) else None)


def _joined(separator: str, values: Sequence[Value]) -> str:
    return separator.join(value if isinstance(value, str) else "{part}" for value in values)[:500]


def items(value: Value, most: int) -> list[Value]:
    """What a loop goes over; one unknown item for what is not known."""
    if isinstance(value, list):
        return value[:most]
    if isinstance(value, dict):
        return list(value)[:most]
    return [UNKNOWN]


def item(value: Value, key: Value, *, first: bool = False) -> Value:
    """`value[key]`.  `first`: what is no list is its own first item (Go's results with an error)."""
    if isinstance(value, list) and isinstance(key, int) and -len(value) <= key < len(value):
        return value[key]
    if isinstance(value, dict) and isinstance(key, (str, int)):
        return value.get(str(key), UNKNOWN)
    if isinstance(value, External):
        return value
    return value if first and key == 0 and not isinstance(value, (list, dict)) else UNKNOWN


def added(known: Value, value: Value) -> Value:
    """`known += value`."""
    if isinstance(known, list):
        return [*known, *(value if isinstance(value, list) else [])][:MAX]
    if isinstance(known, str):
        return (known + (value if isinstance(value, str) else "{part}"))[:500]
    return value if known is UNKNOWN else known


def concatenated(values: Sequence[Value]) -> list[Value]:
    """Lists put together."""
    return [each for value in values for each in (value if isinstance(value, list) else [value])][:MAX]


def best(values: Sequence[Value]) -> Value:
    """Of several values that something may have, the first that says most."""

    def rank(value: Value, depth: int = 0) -> int:
        if value is UNKNOWN:
            return 3
        if value is None or isinstance(value, bool):
            return 2
        if isinstance(value, External) or (isinstance(value, (list, dict, str)) and not value):
            return 1
        if isinstance(value, list) and depth < 2 and all(rank(each, depth + 1) >= 2 for each in value):
            return 2
        return 0

    return min(values, key=rank, default=UNKNOWN)


def returned(values: Sequence[Value]) -> Value:
    """What a function gives that may return several values, in their order.

    The last is met by whoever passes the conditions of those before.  Where it puts what is not known before another,
    that one stands: a helper that adds a prefix where the environment sets one.
    """
    found = best([*values[-1:], *values[:-1]])
    if isinstance(found, str) and found.lstrip("/").startswith("{"):
        rest = found.partition("}")[2]
        return next((each for each in values if isinstance(each, str) and rest in (each, f"/{each}")), found)
    return found


def functions(values: Sequence[Value]) -> list[FunctionValue]:
    """The functions among some values."""
    return [value for value in values if isinstance(value, FunctionValue)]
