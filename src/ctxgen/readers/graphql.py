"""GraphQL schemas: which operations a schema offers.  Source: https://spec.graphql.org/October2021/#sec-Type-System.

Files of clients hold operations (`query Orders { … }`) and say nothing of what this repository serves.
"""

from __future__ import annotations

from collections.abc import Iterator

from ctxgen.model import Fact, Resource, SchemaField
from ctxgen.opaque import Opaque, name
from ctxgen.readers import reads
from ctxgen.readers._graphql_schema import ROOTS, schema
from ctxgen.tree import File


@reads("*.graphql", "*.gql", "*.graphqls", contains=(b"type Query", b"type Mutation", b"type Subscription", b"schema"))
def read_graphql(file: File) -> Iterator[Fact]:
    """The fields of the types that a schema starts from, and a resource with their numbers for a file that declares or extends one."""
    found = schema(file.text)
    if found is None:
        return
    for each in found.operations:
        yield SchemaField(root=each.root, name=name(each.name), directives=tuple(map(name, each.directives)), at=file.at(each.line))
    attributes = tuple((name(root.lower()), Opaque(str(found.counted[root]))) for root in ROOTS if root in found.counted)
    yield Resource(platform="other", kind=name("graphql-schema"), attributes=attributes, at=file.at(found.line))
