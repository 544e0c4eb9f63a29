"""GraphQL: the operations that resolvers answer, whether a map, decorators or a builder states them.

Sources: https://www.apollographql.com/docs/apollo-server/data/resolvers, https://typegraphql.com/docs/resolvers.html,
https://docs.nestjs.com/graphql/resolvers, https://nexusjs.org/docs/api/extend-type, https://pothos-graphql.dev/docs/api/schema-builder
"""

from __future__ import annotations

from collections.abc import Iterable

from ctxgen.model import At, Endpoint, Guard
from ctxgen.opaque import Name, name
from ctxgen.source.guards import guard
from ctxgen.source.program import Hook, MethodHook, Program
from ctxgen.source.routing import access_of
from ctxgen.source.script import nest_guards
from ctxgen.source.script.decorators import Mark, marks, of_class
from ctxgen.source.values import UNKNOWN, Arguments, ClassValue, External, FunctionValue, ModuleValue, Object, Record, Value

_ROOTS = ("Query", "Mutation", "Subscription")
_LIBRARIES = {"@nestjs/graphql.": "nestjs-graphql", "type-graphql.": "type-graphql"}
_SERVERS = (
    "@apollo/server.ApolloServer()", "apollo-server.ApolloServer()", "apollo-server-express.ApolloServer()", "apollo-server-fastify.ApolloServer()",
    "apollo-server-koa.ApolloServer()", "apollo-server-lambda.ApolloServer()", "apollo-server-micro.ApolloServer()", "graphql-yoga.createSchema()",
    "graphql-yoga.GraphQLServer()", "@graphql-tools/schema.makeExecutableSchema()", "graphql-tools.makeExecutableSchema()",
    "apollo-server-express.makeExecutableSchema()", "@apollo/subgraph.buildSubgraphSchema()", "@apollo/federation.buildFederatedSchema()",
)  # fmt: skip
_MERGES = (
    "@graphql-tools/merge.mergeResolvers()",
    "merge-graphql-schemas.mergeResolvers()",
    "lodash.merge()",
    "lodash/merge()",
    "lodash.merge.default()",
)
_KINDS = ("", "list.", "nonNull.", "nullable.", "list.nonNull.", "nonNull.list.", "nonNull.list.nonNull.", "nullable.list.", "crud.")
_FIELDS = ("field", "string", "int", "float", "boolean", "id", "connectionField", "connection")


def operation(
    program: Program,
    root: str,
    field: str,
    at: At,
    technology: str,
    handler: str | None = None,
    guards: Iterable[Guard] = (),
    via: tuple[At, ...] = (),
) -> None:
    """Keep that a field of one of the root types is answered."""
    found = tuple(guards)
    program.facts.append(
        Endpoint(
            kind="graphql", operation=name(f"{root}.{field}"), handler=name(handler) if handler else None, guards=found,
            access=access_of(found, None), technology=Name(technology), at=at, via=via,
        )
    )  # fmt: skip


# ---------------------------------------------------------------------------------------------- maps of resolvers


def _served(program: Program, arguments: Arguments) -> Value:
    """`new ApolloServer({ typeDefs, resolvers })` and what is like it."""
    options = arguments.get(0)
    for each in _maps(program, options.get("resolvers") if isinstance(options, dict) else None):
        _map(program, each, program.at(arguments))
    for each in arguments.positional:
        if isinstance(each, dict) and isinstance(modules := each.get("modules", each.get("schema")), list):
            for module in modules:
                for inner in _maps(program, module.get("resolvers") if isinstance(module, dict) else None):
                    _map(program, inner, program.at(arguments))
    return None


def _federated(program: Program, arguments: Arguments) -> Value:
    """`buildSubgraphSchema([{ typeDefs, resolvers }])` or one of them alone."""
    given = arguments.get(0)
    for module in given if isinstance(given, list) else [given]:
        for each in _maps(program, module.get("resolvers") if isinstance(module, dict) else None):
            _map(program, each, program.at(arguments))
    return None


def _merge(program: Program, arguments: Arguments) -> Value:
    """The maps that are merged, one by one."""
    found = [each for value in arguments.positional for each in (value if isinstance(value, list) else [value])]
    return found if any(isinstance(each, dict) and set(_ROOTS) & set(each) for each in found) else None


def _maps(program: Program, value: Value, depth: int = 0) -> list[dict[str, Value]]:
    if isinstance(value, ModuleValue):
        value = {key: program.exported(value, key) for key in list(value.exports)} if depth < 4 else {}
        inner = value.get("default", value.get("resolvers"))
        value = inner if isinstance(inner, (dict, list)) else value
    if isinstance(value, list) and depth < 4:
        return [found for each in value for found in _maps(program, each, depth + 1)]
    return [value] if isinstance(value, dict) else []


def _combined(program: Program, value: Value) -> list[Guard]:
    """`combineResolvers(isAuthenticated, orders)`  Source: https://github.com/lucasconstantino/graphql-resolvers"""
    made = value.arguments if isinstance(value, External) and value.path == "graphql-resolvers.combineResolvers()" else None
    return program.guards_at(made, range(len(made.positional) - 1)) if made is not None else []


def _map(program: Program, table: dict[str, Value], at: At) -> None:
    for root in _ROOTS:
        for fields in _maps(program, table.get(root)):
            for field, value in fields.items():
                written = fields.written.get(field) if isinstance(fields, Record) else None
                where = fields.place(field) if isinstance(fields, Record) and written is not None else at
                handler = program.handler_name(value, written)
                guards = [*_combined(program, value), *program.made_around(value, where)]
                operation(program, root, field, where, "graphql", handler if handler != "UNKNOWN" else None, guards)
                program.answers(value)


# ---------------------------------------------------------------------------------------------- decorators


def finish(program: Program) -> None:
    """The classes that are resolvers."""
    for cls in list(program.classes):
        found = of_class(program, cls)
        resolver = next((mark for mark in found if mark.last == "Resolver" and _library(mark)), None)
        if resolver is not None:
            _resolver(program, cls, found, resolver)


def _library(mark: Mark) -> str | None:
    return next((technology for start, technology in _LIBRARIES.items() if mark.path.startswith(start)), None)


def _resolver(program: Program, cls: ClassValue, found: list[Mark], resolver: Mark) -> None:
    for each in program.lineage(cls):
        for method in each.cls.methods:
            inside = list(marks(program, method.decorators, each.scope))
            for mark in inside:
                technology = _library(mark)
                if mark.last in _ROOTS and technology is not None:
                    used = [*nest_guards.used(program, found), *nest_guards.used(program, inside)]
                    guards = [*nest_guards.applying(program, used, [*found, *inside]), *_authorized([*found, *inside])]
                    operation(
                        program,
                        mark.last,
                        _named(mark) or method.name,
                        mark.at,
                        technology,
                        f"{cls.cls.name}.{method.name}",
                        guards,
                        (resolver.at,),
                    )


def _named(mark: Mark) -> str | None:
    """The name that a decorator gives an operation: `@Query("users")`, `@Query(() => User, { name: "users" })`."""
    for each in mark.arguments.positional:
        if isinstance(each, str):
            return each
        if isinstance(each, dict) and isinstance(each.get("name"), str):
            return str(each["name"])
    return None


def _authorized(found: Iterable[Mark]) -> list[Guard]:
    """TypeGraphQL's `@Authorized("ADMIN")`: with roles it decides what one may do, without that one is known."""
    guards = []
    for mark in found:
        if mark.path == "type-graphql.Authorized":
            made = guard("Authorized", mark.at, "authz" if mark.arguments.positional else "authn")
            guards += [made] if made is not None else []
    return guards


# ---------------------------------------------------------------------------------------------- builders


def _extended(program: Program, arguments: Arguments) -> Value:
    """Nexus: `extendType({ type: "Query", definition(t) { t.field("users", …) } })`"""
    options = arguments.get(0)
    if isinstance(options, dict):
        root = options.get("type", options.get("name"))
        _define(program, root if isinstance(root, str) else "", options.get("definition"), arguments)
    return None


def _rooted(root: str) -> Hook:
    def rooted(program: Program, arguments: Arguments) -> Value:
        """Nexus: `queryType({ definition(t) { … } })`, `queryField("users", { … })`, `queryField((t) => …)`"""
        first = arguments.get(0)
        if isinstance(first, str):
            operation(program, root, first, program.at(arguments), "nexus-graphql", None, _plugin_guards(program, arguments.get(1)))
        else:
            _define(program, root, first.get("definition") if isinstance(first, dict) else first, arguments)
        return None

    return rooted


def _define(program: Program, root: str, definition: Value, arguments: Arguments) -> None:
    if root in _ROOTS and isinstance(definition, FunctionValue):
        fields = Object(program.vocabulary.frameworks["graphql"].types["definition"])
        fields.fields[" root"] = root
        program.call(definition, arguments._replace(positional=(fields,)))


def _field(program: Program, owner: Object, arguments: Arguments) -> Value:
    """`t.field("users", { … })`, `t.field({ name: "users" })`"""
    first = arguments.get(0)
    stated = first if isinstance(first, str) else first.get("name") if isinstance(first, dict) else None
    if isinstance(stated, str):
        options = arguments.get(1) if isinstance(first, str) else first
        operation(
            program, str(owner.fields.get(" root")), stated, program.at(arguments), "nexus-graphql", None, _plugin_guards(program, options)
        )
    return UNKNOWN


def _plugin_guards(program: Program, options: Value) -> list[Guard]:
    """Nexus's plug-in: `authorize: (root, args, context) => …`"""
    if isinstance(options, Record) and "authorize" in options.written:
        made = guard("authorize", options.place("authorize"), "authz")
        return [made] if made is not None else []
    return []


def _one_field(root: str) -> MethodHook:
    def one(program: Program, owner: Object, arguments: Arguments) -> Value:
        """Pothos: `builder.queryField("users", (t) => …)`"""
        if isinstance(arguments.get(0), str):
            operation(program, root, arguments.get(0), program.at(arguments), "pothos", None, _scopes(program, arguments.get(1), arguments))
        return owner

    return one


def _fields_of(root: str) -> MethodHook:
    def fields(program: Program, owner: Object, arguments: Arguments) -> Value:
        """Pothos: `builder.queryFields((t) => ({ users: … }))`, `builder.queryType({ fields: (t) => ({ … }) })`"""
        given = arguments.get(0)
        function = given.get("fields") if isinstance(given, dict) else given
        table = program.call(function, arguments._replace(positional=(UNKNOWN,))) if isinstance(function, FunctionValue) else None
        if isinstance(table, Record):
            for key in table.written:
                operation(program, root, key, table.place(key), "pothos")
        return owner

    return fields


def _scopes(program: Program, function: Value, arguments: Arguments) -> list[Guard]:
    """Pothos's plug-in for scopes: `t.field({ authScopes: { user: true } })`."""
    if not isinstance(function, FunctionValue):
        return []
    asked: list[Guard] = []
    for statement in function.function.body:
        call = getattr(statement, "value", None)
        for argument in getattr(call, "arguments", ()):
            options = program.evaluate(argument.value, function.scope)
            if isinstance(options, Record) and "authScopes" in options.written:
                made = guard("authScopes", options.place("authScopes"), "authz")
                asked += [made] if made is not None else []
    return asked


HOOKS: dict[str, Hook] = {
    **dict.fromkeys(_SERVERS, _served),
    **dict.fromkeys(_MERGES, _merge),
    "@apollo/subgraph.buildSubgraphSchema()": _federated,
    "@apollo/federation.buildFederatedSchema()": _federated,
    "nexus.extendType()": _extended,
    "nexus.objectType()": _extended,
    **{f"nexus.{root.lower()}Type()": _rooted(root) for root in _ROOTS},
    **{f"nexus.{root.lower()}Field()": _rooted(root) for root in _ROOTS},
}
METHODS: dict[str, MethodHook] = {
    **{f"graphql.definition.{kind}{each}": _field for kind in _KINDS for each in _FIELDS},
    **{f"graphql.builder.{root.lower()}Field": _one_field(root) for root in _ROOTS},
    **{f"graphql.builder.{root.lower()}Fields": _fields_of(root) for root in _ROOTS},
    **{f"graphql.builder.{root.lower()}Type": _fields_of(root) for root in _ROOTS},
}
