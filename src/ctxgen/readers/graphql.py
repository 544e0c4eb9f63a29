"""GraphQL schemas: which operations a schema offers.  Source: https://spec.graphql.org/October2021/#sec-Type-System.

Files of clients hold operations (`query Orders { … }`) and say nothing of what this repository serves.
"""

from __future__ import annotations

import re
from collections.abc import Iterator

from ctxgen.model import Fact, Resource
from ctxgen.opaque import Opaque, name
from ctxgen.readers import reads
from ctxgen.readers._tokens import Token, tokens
from ctxgen.tree import File

_TOKEN = re.compile(r'#[^\n]*|"""(?:\\"""|.)*?"""|"(?:\\.|[^"\\\n])*"|[A-Za-z_]\w*|[{}():@=|&!]', re.DOTALL)
_ROOTS = ("query", "mutation", "subscription")


@reads("*.graphql", "*.gql", "*.graphqls", contains=(b"type Query", b"type Mutation", b"type Subscription", b"schema"))
def read_graphql(file: File) -> Iterator[Fact]:
    """A resource for a file that declares or extends the types that a schema starts from, with the number of fields of each."""
    named = {root.capitalize(): root for root in _ROOTS}
    fields: dict[str, int] = {}
    declared: dict[str, int] = {}
    opened, before, last = "", "", Token("", 1)
    depth = 0
    schema_line = 0
    keyword: Token | None = None
    for token in tokens(file.text, _TOKEN, ("#", '"')):
        text = token.text
        if depth == 0 and text in ("type", "schema") and last.text != "@":
            keyword, opened = token, ""
        elif depth == 0 and keyword is not None and last is keyword and keyword.text == "type":
            opened = text
            declared.setdefault(text, keyword.line)
        if text in "{(":
            depth += 1
        elif text in "})":
            depth = max(depth - 1, 0)
            if depth == 0 and text == "}":
                keyword, opened = None, ""
        elif text == ":" and depth == 1 and keyword is not None:
            if opened:
                fields[opened] = fields.get(opened, 0) + 1
            elif keyword.text == "schema":
                schema_line = schema_line or keyword.line
        elif depth == 1 and keyword is not None and keyword.text == "schema" and before in _ROOTS and last.text == ":":
            named[text] = before
        before = last.text if text == ":" else ""
        last = token
    lines = [line for title, line in declared.items() if title in named] + ([schema_line] if schema_line else [])
    if lines:
        counted: dict[str, int] = {}
        for title, root in named.items():
            if title in declared:
                counted[root] = counted.get(root, 0) + fields.get(title, 0)
        attributes = tuple((name(root), Opaque(str(counted[root]))) for root in _ROOTS if root in counted)
        yield Resource(platform="other", kind=name("graphql-schema"), attributes=attributes, at=file.at(min(lines)))
