"""Chains of calls in programs of a language with braces: `var db = builder.AddPostgres("db").AddDatabase("orders")`.

The tolerant lexer of build scripts (`_jvm_script`) serves C#, Go and Java as well: what is asked of infrastructure programs is
calls with literal arguments, in the order of the text.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import NamedTuple

from ctxgen.readers._jvm_script import Group, Item, Token, is_op, named, split

_MOST_TYPES = 6
"""Types inside one another."""


class Call(NamedTuple):
    """One call: its name, what stands in `<…>` behind it, the arguments, and those of them that are named."""

    name: str
    type: str | None
    arguments: list[list[Item]]
    line: int

    def argument(self, position: int, *names: str) -> list[Item]:
        """The argument that is called by one of the names, else the one at a position among those without a name; empty where there is none."""
        given = [argument for argument in self.arguments if named(argument) is None]
        by_name = dict(pair for argument in self.arguments if (pair := named(argument)) is not None)
        called = next((by_name[each] for each in names if each in by_name), None)
        return called if called is not None else given[position] if 0 <= position < len(given) else []


class Chain(NamedTuple):
    """What a chain is assigned to, the name that it begins with (dots included), and its calls."""

    target: str | None
    root: str
    calls: list[Call]
    line: int
    made: bool = False
    """Whether `new` stands before it."""


def chains(items: list[Item]) -> Iterator[Chain]:
    """Every chain that holds a call, outer ones before those in their arguments and blocks."""
    flat = [item for item in items if not (isinstance(item, Token) and item.kind == "newline")]
    index, target, made = 0, None, False
    while index < len(flat):
        item = flat[index]
        if isinstance(item, Group):
            yield from chains(item.items)
            target = None if item.open == "{" else target
        elif item.kind == "word":
            if item.text == "new":
                made = True
            elif index + 1 < len(flat) and (is_op(flat[index + 1], "=", ":=")) and not is_op(flat[index - 1] if index else item, "."):
                target = item.text
            else:
                chain, index = _chain(flat, index, target, made)
                if chain.calls:
                    yield chain
                    for call in chain.calls:
                        for argument in call.arguments:
                            yield from chains(argument)
                    target = None
                made = False
                continue
        elif is_op(item, ";"):
            target, made = None, False
        index += 1


def _chain(flat: list[Item], index: int, target: str | None, made: bool) -> tuple[Chain, int]:
    """The chain that begins at a word, and the index behind it."""
    begun = flat[index]
    line = begun.line
    path: list[str] = []
    calls: list[Call] = []
    while index < len(flat):
        word = flat[index]
        if not isinstance(word, Token) or word.kind != "word":
            break
        index += 1
        kind, index = _type(flat, index)
        following = flat[index] if index < len(flat) else None
        if isinstance(following, Group) and following.open == "(":
            calls.append(Call(word.text, kind, split(following.items, ","), word.line))
            index += 1
        elif not calls:
            path.append(word.text)
        while index < len(flat) and is_op(flat[index], "!", "?", "!!"):
            index += 1
        if index < len(flat) and is_op(flat[index], ".", "?."):
            index += 1
        else:
            break
    return Chain(target, ".".join(path), calls, line, made), index


def _type(flat: list[Item], index: int) -> tuple[str | None, int]:
    """What stands in `<…>` at an index, as text, if a call follows it; and the index behind it."""
    if index >= len(flat) or not is_op(flat[index], "<"):
        return None, index
    depth, text = 0, ""
    for at in range(index, min(index + 40, len(flat))):
        item = flat[at]
        if isinstance(item, Group) and item.open != "[":
            return None, index
        depth += is_op(item, "<")
        depth -= is_op(item, ">")
        if depth == 0:
            return text, at + 1
        if depth > _MOST_TYPES:
            return None, index
        text += item.text if isinstance(item, Token) and at > index else ""
    return None, index


def string(argument: list[Item]) -> str | None:
    """The text of an argument that is one plain string literal."""
    if len(argument) == 1 and isinstance(argument[0], Token) and argument[0].kind == "string" and "$" not in argument[0].text:
        return argument[0].text
    return None


def integer(argument: list[Item]) -> str | None:
    """The digits of an argument that is one whole number."""
    if len(argument) == 1 and isinstance(argument[0], Token) and argument[0].kind == "number":
        plain = argument[0].text.replace("_", "")
        return plain if plain.isdecimal() and len(plain) <= 9 else None
    return None


def word(argument: list[Item]) -> str | None:
    """The name that an argument is."""
    found = argument[0] if len(argument) == 1 else None
    return found.text if isinstance(found, Token) and found.kind == "word" else None
