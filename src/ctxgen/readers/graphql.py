"""GraphQL schemas: which operations a schema offers.  Sources: https://spec.graphql.org/October2021/#sec-Type-System,
https://www.apollographql.com/docs/apollo-server/schema/schema, https://the-guild.dev/graphql/yoga-server/docs/features/schema.

Files of clients hold operations (`query Orders { … }`) and say nothing of what this repository serves.
"""

from __future__ import annotations

import re
from collections.abc import Iterator

from ctxgen.model import Fact, Resource, SchemaField
from ctxgen.opaque import Opaque, name
from ctxgen.readers import reads
from ctxgen.readers._graphql_schema import ROOTS, Schema, schema
from ctxgen.tree import SOURCE_LIMIT, File


@reads("*.graphql", "*.gql", "*.graphqls", contains=(b"type Query", b"type Mutation", b"type Subscription", b"schema"))
def read_graphql(file: File) -> Iterator[Fact]:
    """The fields of the types that a schema starts from, and a resource with their numbers for a file that declares or extends one."""
    found = schema(file.text)
    if found is None:
        return
    yield from _operations(file, found, 0)
    attributes = tuple((name(root.lower()), Opaque(str(found.counted[root]))) for root in ROOTS if root in found.counted)
    yield Resource(platform="other", kind=name("graphql-schema"), attributes=attributes, at=file.at(found.line))


_TAGGED = re.compile(r"(?:\b(?:gql|graphql|buildSchema\(\s{0,40})|GraphQL\s{0,3}\*/\s{0,40}|\btypeDefs\s{0,3}[:=]\s{0,40})\Z")
"""What stands before a template that is a schema."""
_REACH = 120


@reads("*.ts", "*.js", "*.mjs", "*.cjs", limit=SOURCE_LIMIT, contains=(b"type Query", b"type Mutation", b"type Subscription"))
def read_graphql_template(file: File) -> Iterator[Fact]:
    """The same of schemas that code states in templates: ``typeDefs = gql`type Query { orders: [Order] @auth }` ``."""
    before, line = "", 0
    for part in file.text.split("`"):
        told = any(f"type {root}" in part for root in ROOTS)
        if told and (_TAGGED.search(before) or part.startswith("#graphql")) and (found := schema(part)) is not None:
            yield from _operations(file, found, line)
        before, line = part[-_REACH:], line + part.count("\n")


def _operations(file: File, found: Schema, before: int) -> Iterator[SchemaField]:
    for each in found.operations:
        yield SchemaField(
            root=each.root, name=name(each.name), directives=tuple(map(name, each.directives)), at=file.at(before + each.line)
        )
