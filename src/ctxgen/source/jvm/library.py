"""What functions of Java's and Kotlin's own libraries give, as far as paths are made with them."""

from __future__ import annotations

from ctxgen.source.program import Hook, MethodHook, Program
from ctxgen.source.values import UNKNOWN, Arguments, FunctionValue, Instance, Object, Value


def _listed(program: Program, arguments: Arguments) -> Value:
    """`List.of("a", "b")`, `arrayOf("a", *others)`, `Arrays.asList(array)`."""
    return [each for value in arguments.positional for each in (value if isinstance(value, list) else [value])]


def _formatted(program: Program, arguments: Arguments) -> Value:
    """`String.format("/%s/orders", version)`."""
    first, *rest = arguments.positional or (UNKNOWN,)
    if not isinstance(first, str):
        return UNKNOWN
    for value in rest:
        first = first.replace("%s", value if isinstance(value, str) else "{part}", 1)
    return first.replace("%s", "{part}").replace("%d", "{part}")


def _with(program: Program, arguments: Arguments) -> Value:
    """`with(context) { … }`, `run { … }`: the block is run."""
    block = arguments.positional[-1] if arguments.positional else None
    if not isinstance(block, FunctionValue):
        return UNKNOWN
    given = arguments.positional[0] if len(arguments.positional) > 1 else UNKNOWN
    if isinstance(given, Object):
        return program.call_with(block, given, arguments, receiver=True)
    if isinstance(given, Instance):
        block = FunctionValue(block.function, block.scope, given, given.cls)  # `with(orders) { routes() }`
    return program.call(block, arguments._replace(positional=(given,), keywords={}, written=(), types=()))


def _scoped(program: Program, owner: Object, arguments: Arguments) -> Value:
    block = arguments.positional[-1] if arguments.positional else None
    if isinstance(block, FunctionValue):
        program.call_with(block, owner, arguments, receiver=True)
    return owner


def scoped(*types: str) -> dict[str, MethodHook]:
    """Kotlin's scope functions for what a framework makes: `router.apply { get("/orders") }`, `run`, `also` and `let`.  Source: https://kotlinlang.org/docs/scope-functions.html"""
    return {f"{type}.{called}": _scoped for type in types for called in ("apply", "run", "also", "let")}


def getter(name: str) -> str:
    """The field of `getName()` and `isOpen()`, which Lombok makes."""
    start = 3 if name.startswith("get") else 2 if name.startswith("is") else 0
    return name[start : start + 1].lower() + name[start + 1 :] if start and name[start : start + 1].isupper() else ""


_LISTS = (
    "listOf",
    "arrayOf",
    "setOf",
    "mutableListOf",
    "List.of",
    "Set.of",
    "Arrays.asList",
    "Stream.of",
    "Collections.singletonList",
    "ImmutableList.of",
)
_PACKAGES = ("", "java.util.", "java.util.stream.", "kotlin.collections.", "com.google.common.collect.")

HOOKS: dict[str, Hook] = {
    **{f"{package}{name}()": _listed for package in _PACKAGES for name in _LISTS},
    "with()": _with,
    "run()": _with,
    "String.format()": _formatted,
    "java.lang.String.format()": _formatted,
}
