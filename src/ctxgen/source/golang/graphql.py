"""GraphQL in Go by code: objects of graphql-go, and schemas that graph-gophers parses from text.  What gqlgen serves its schema files say.

Sources: https://pkg.go.dev/github.com/graphql-go/graphql, https://pkg.go.dev/github.com/graph-gophers/graphql-go.
"""

from __future__ import annotations

from collections.abc import Iterator

from ctxgen.model import At, Endpoint
from ctxgen.opaque import Name, name
from ctxgen.readers._graphql_schema import ROOTS, schema
from ctxgen.source.guards import spelled
from ctxgen.source.program import Hook, Program
from ctxgen.source.values import UNKNOWN, Arguments, ClassValue, External, FunctionValue, Instance, Value

_OBJECTS = "github.com/graphql-go/graphql"
_PARSED = "github.com/graph-gophers/graphql-go"


def _schema(program: Program, arguments: Arguments) -> Value:
    """`graphql.NewSchema(graphql.SchemaConfig{Query: queryType, Mutation: mutationType})`."""
    config = _stated(arguments.get(0))
    for root in ROOTS if config is not None else ():
        made = config.keywords.get(root) if config is not None else None
        options = _stated(_first(made))
        fields = options.keywords.get("Fields") if options is not None else None
        stated = _stated(fields)
        if stated is not None:
            program.facts += dict.fromkeys(_fields(root, stated))
    return UNKNOWN


def _fields(root: str, stated: Arguments) -> Iterator[Endpoint]:
    for field, value in stated.keywords.items():
        inner = _stated(value)
        written = inner.expression("Resolve") if inner is not None else None
        resolve = inner.keywords.get("Resolve") if inner is not None else None
        handler = resolve.name if isinstance(resolve, FunctionValue) and resolve.name else spelled(written)
        at = At((inner or stated).scope.module.path, (inner or stated).line)
        yield _operation(root, field, handler, at)


def _text(program: Program, arguments: Arguments) -> Value:
    """`graphql.MustParseSchema(text, &Resolver{})`, where the source has the text."""
    text, resolver, written = arguments.get(0), arguments.get(1), arguments.expression(0)
    found = schema(text) if isinstance(text, str) else None
    cls = resolver.cls if isinstance(resolver, Instance) else resolver if isinstance(resolver, ClassValue) else None
    methods = {each.function.name.lower(): each for each in program.functions if cls is not None and _on(each, cls)}
    for each in found.operations if found is not None else ():
        method = methods.get(each.name.replace("_", "").lower())
        at = program.at(arguments) if method is None else At(method.scope.module.path, method.function.line)
        handler = f"{cls.cls.name}.{method.function.name}" if cls is not None and method is not None else ""
        program.facts.append(_operation(each.root, each.name, handler, at))
    return UNKNOWN if written is None or cls is None else resolver


def _on(function: FunctionValue, cls: ClassValue) -> bool:
    receiver = function.function.receiver
    return receiver is not None and spelled(receiver.type) == cls.cls.name


def _operation(root: str, field: str, handler: str, at: At) -> Endpoint:
    return Endpoint(
        kind="graphql", operation=name(f"{root}.{field}"), handler=name(handler) if handler else None, technology=Name("graphql"), at=at
    )


def _stated(value: Value) -> Arguments | None:
    """What a composite literal of the library states."""
    return value.arguments if isinstance(value, External) else None


def _first(value: Value) -> Value:
    arguments = _stated(value)
    return arguments.get(0) if arguments is not None else None


HOOKS: dict[str, Hook] = {
    f"{_OBJECTS}.NewSchema()": _schema,
    f"{_PARSED}.MustParseSchema()": _text,
    f"{_PARSED}.ParseSchema()": _text,
}
