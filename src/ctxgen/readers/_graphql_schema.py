"""The types of a document in GraphQL's schema language, and the operations that a schema starts from.

Source: https://spec.graphql.org/October2021/#sec-Type-System.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import Literal, NamedTuple

from ctxgen.readers._tokens import Token, tokens

Root = Literal["Query", "Mutation", "Subscription"]
ROOTS: tuple[Root, ...] = ("Query", "Mutation", "Subscription")
_TOKEN = re.compile(r'#[^\n]*|"""(?:\\"""|.)*?"""|"(?:\\.|[^"\\\n])*"|[A-Za-z_]\w*|[{}():@=|&!]', re.DOTALL)
_OTHERS = ("interface", "input", "enum", "union", "scalar", "directive")


@dataclass
class Field:
    """A field of a type, with its directives by their names."""

    name: str
    line: int
    directives: list[str]


@dataclass
class Type:
    """A type that is declared, or the schema itself, whose fields are the operations with their types."""

    name: str
    line: int
    directives: list[str] = field(default_factory=list)
    fields: list[Field] = field(default_factory=list)
    types: list[str] = field(default_factory=list)
    """The first name behind each colon."""


class Operation(NamedTuple):
    """A field of one of the types that a schema starts from; `directives` are its own and those of its type."""

    root: Root
    name: str
    directives: tuple[str, ...]
    line: int


class Schema(NamedTuple):
    """What a document says of the start of a schema: its operations, how many each root type has that it declares or extends, and the first line of all that."""

    operations: list[Operation]
    counted: dict[Root, int]
    line: int


def schema(text: str) -> Schema | None:
    """What a document says of the start of a schema, None for one of other types alone.

    `schema { query: Shop }` names the types; where a document has none they are called `Query`, `Mutation` and `Subscription`.
    """
    found = list(types(text))
    schemas = [each for each in found if each.name == "" and each.fields]
    roots: dict[str, Root] = {
        type: root
        for each in schemas
        for stated, type in zip(each.fields, each.types, strict=False)
        for root in ROOTS
        if stated.name == root.lower()
    } or {root: root for root in ROOTS}
    lines = [each.line for each in found if each.name in roots or each in schemas]
    if not lines:
        return None
    operations, counted = list[Operation](), dict[Root, int]()
    for type in found:
        if (root := roots.get(type.name)) is not None:
            counted[root] = counted.get(root, 0) + len(type.fields)
            operations += [Operation(root, each.name, (*type.directives, *each.directives), each.line) for each in type.fields]
    return Schema(operations, counted, min(lines))


def types(text: str) -> Iterator[Type]:
    """The object types of a document in their order, extensions as types of their own, the schema as one without a name."""
    type: Type | None = None
    last = named = Token("", 1)
    depth = 0
    for token in tokens(text, _TOKEN, ("#", '"')):
        if depth == 0:
            if last.text == "@" and type is not None:
                type.directives.append(token.text)
            elif token.text == "schema" or last.text == "type":
                type = Type(
                    "" if token.text == "schema" and last.text != "type" else token.text, last.line if last.text == "type" else token.line
                )
                yield type
            elif token.text in _OTHERS:
                type = None
        elif depth == 1 and type is not None:
            if last.text == "@":
                if type.fields:
                    type.fields[-1].directives.append(token.text)
            elif token.text == ":":
                type.fields.append(Field(named.text, named.line, []) if last.text == ")" else Field(last.text, last.line, []))
            elif token.text == "(":
                named = last
            elif last.text == ":" and len(type.types) < len(type.fields):
                type.types.append(token.text)
        if token.text in "{(":
            depth += 1
        elif token.text in "})":
            depth = max(depth - 1, 0)
            if depth == 0 and token.text == "}":
                type = None
        last = token
