"""GraphQL operations that only a schema states: those of a component that has a server for it, where no code says the same.

Sources: https://gqlgen.com/getting-started/, https://lighthouse-php.com/master/the-basics/schema.html,
https://docs.spring.io/spring-graphql/reference/, https://www.apollographql.com/docs/apollo-server/schema/schema.
"""

from __future__ import annotations

import re
from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping

from msgspec.structs import replace

from ctxgen.documents import Unreadable
from ctxgen.facts import Facts
from ctxgen.join import Join
from ctxgen.model import At, Endpoint, Guard, SchemaField, Sighting
from ctxgen.opaque import Name, name
from ctxgen.places import Places
from ctxgen.source.guards import guard
from ctxgen.source.routing import access_of
from ctxgen.tree import SOURCE_LIMIT, Tree

_SERVERS = (
    "gqlgen", "lighthouse-php", "netflix-dgs", "spring-graphql", "apollo-server", "graphql-yoga", "mercurius", "nestjs-graphql", "type-graphql", "ariadne", "strawberry", "graphene",
    "hot-chocolate", "async-graphql", "graphql",
)  # fmt: skip
"""Technologies that serve a schema; the one that comes first says most of how."""
_RESOLVER = re.compile(
    rb"^func \(\w{1,40} \*?(?P<owner>\w{0,60}?(?P<root>[qQ]uery|[mM]utation|[sS]ubscription)Resolver)\) (?P<name>[A-Z]\w{0,80})\(",
    re.MULTILINE,
)
"""A method of gqlgen's resolvers."""


def operations(tree: Tree, facts: Facts, sightings: Iterable[Sighting], join: Join, places: Places) -> list[Endpoint]:
    """The operations of schema files of the product that nothing else of the same component states."""
    stated = _stated(facts, join, places)
    if not stated:
        return []
    servers = _servers(sightings, join)
    told = {(join.component(each.at.path), str(each.operation)) for each in facts.of(Endpoint) if each.kind == "graphql"}
    found: list[Endpoint] = []
    for component, fields in stated.items():
        technology = servers.get(component)
        known = sum((component, operation) in told for operation in fields)
        if technology is None or 2 * known > len(fields):  # the schema is what the code gives, printed
            continue
        resolvers = _resolvers(tree, join, component) if technology == "gqlgen" else {}
        for operation, field in fields.items():
            if (component, operation) not in told:
                found.append(_endpoint(operation, field, technology, resolvers))
    return found


def directed(facts: Facts, join: Join, places: Places) -> Facts:
    """The facts, with the directives of a schema as guards of the operations that code of the same component answers: `orders: [Order] @auth`."""
    stated = _stated(facts, join, places)

    def guarded(endpoint: Endpoint) -> Iterator[Endpoint]:
        field = stated.get(join.component(endpoint.at.path), {}).get(str(endpoint.operation)) if endpoint.kind == "graphql" else None
        told = {each.name for each in endpoint.guards}
        found = [
            made for each in (field.directives if field else ()) if field and (made := _guard(each, field.at)) and made.name not in told
        ]
        guards = (*endpoint.guards, *found)
        yield replace(endpoint, guards=guards, access=access_of(guards, None)) if found else endpoint

    return facts.map(Endpoint, guarded) if stated else facts


def _stated(facts: Facts, join: Join, places: Places) -> dict[str | None, dict[str, SchemaField]]:
    """The operations that schemas of the product state, by component."""
    stated: dict[str | None, dict[str, SchemaField]] = defaultdict(dict)
    for field in facts.of(SchemaField):
        path = field.at.path
        if places.scope(path) is None and not join.frontend(path):
            stated[join.component(path)].setdefault(f"{field.root}.{field.name}", field)
    return stated


def _servers(sightings: Iterable[Sighting], join: Join) -> dict[str | None, str]:
    """What serves a schema, by component; what lies in none serves those that have none."""
    found: dict[str | None, str] = {}
    for each in sightings:
        if each.technology in _SERVERS and each.scope == "backend" and each.usage == "used":
            component = each.component or join.component(each.at.path)
            if component not in found or _SERVERS.index(each.technology) < _SERVERS.index(found[component]):
                found[component] = each.technology
    return found


def _endpoint(operation: str, field: SchemaField, technology: str, resolvers: Mapping[str, tuple[str, At]]) -> Endpoint:
    guards = tuple(found for each in field.directives if (found := _guard(each, field.at)) is not None)
    handler, at = resolvers.get(operation.lower(), (None, None))
    return Endpoint(
        kind="graphql",
        operation=name(operation),
        handler=name(handler) if handler else None,
        guards=guards,
        access="guarded" if any(each.kind in ("authn", "authz") for each in guards) else "unknown",
        technology=Name(technology),
        at=at or field.at,
        via=(field.at,) if at is not None else (),
    )


def _guard(directive: Name, at: At) -> Guard | None:
    """`@auth`, `@hasRole(role: ADMIN)`, Lighthouse's `@guard` and `@can`."""
    kind = (
        "authn"
        if directive == "guard"
        else "authz"
        if directive.startswith("can") and directive[3:4] in ("", *"ABCDEFGHIJKLMNOPQRSTUVWXYZ")
        else None
    )
    found = guard(directive, at, kind)  # type: ignore[arg-type]
    return Guard(name=name(f"@{directive}"), kind=found.kind, at=at) if found is not None else None


def _resolvers(tree: Tree, join: Join, component: str | None) -> dict[str, tuple[str, At]]:
    """The methods of gqlgen's resolvers in a component's files, by `query.name` in lower case: Go writes `UserID` for `userId`."""
    found: dict[str, tuple[str, At]] = {}
    for path, held in _resolver_files(tree):
        if join.component(path) == component:
            for match in _RESOLVER.finditer(held):
                root, method = match["root"].decode().lower(), match["name"].decode()
                at = At(path, held.count(b"\n", 0, match.start()) + 1)
                found.setdefault(f"{root}.{method.lower()}", (f"{match['owner'].decode()}.{method}", at))
    return found


def _resolver_files(tree: Tree) -> Iterator[tuple[str, bytes]]:
    for path in tree.paths:
        if path.endswith(".go") and "resolver" in path.rpartition("/")[2].lower() and not path.endswith("_test.go"):
            try:
                yield path, tree.file(path, SOURCE_LIMIT).data
            except Unreadable:
                continue
            finally:
                tree.forget(path)
