"""What is answered beside HTTP routes: web sockets, STOMP destinations, gRPC services and GraphQL operations.

Sources: https://docs.spring.io/spring-framework/reference/web/websocket.html, https://jakarta.ee/specifications/websocket/2.1/, https://quarkus.io/guides/websockets-next-reference,
https://docs.micronaut.io/latest/guide/#websocketServer, https://grpc.io/docs/languages/java/basics/, https://docs.spring.io/spring-graphql/reference/controllers.html, https://netflix.github.io/dgs/
"""

from __future__ import annotations

from collections.abc import Iterator

from ctxgen.model import At, Endpoint
from ctxgen.opaque import Name, name
from ctxgen.source import ir
from ctxgen.source.jvm import spring_security
from ctxgen.source.jvm.annotations import find, marks, methods, of_class, simple, strings, texts
from ctxgen.source.jvm.controllers import classes, guards_of, implemented, settings
from ctxgen.source.jvm.settings import module_of
from ctxgen.source.jvm.walk import followed
from ctxgen.source.program import Program
from ctxgen.source.routing import Kind, join, parameters
from ctxgen.source.values import ClassValue, Scope

_GRAPHQL = {
    "QueryMapping": "Query",
    "MutationMapping": "Mutation",
    "SubscriptionMapping": "Subscription",
    "DgsQuery": "Query",
    "DgsMutation": "Mutation",
    "DgsSubscription": "Subscription",
}
_MICROPROFILE = {"Query": "Query", "Mutation": "Mutation", "Subscription": "Subscription"}
_SPEAKS_GRAPHQL = (b"graphql", b"GraphQL", b"dgs")
"""What a file holds that imports one of these annotations."""
_CONTEXT = ("server.servlet.context-path", "server.context-path", "spring.webflux.base-path")
_SOCKETS = {"ServerEndpoint": ("value",), "WebSocket": ("path",), "ServerWebSocket": ("value", "uri")}


def finish(program: Program) -> None:
    """The operations of all classes."""
    prefixes = dict(_destinations(program))
    asked = [_graphql] if any(program.says(path, _SPEAKS_GRAPHQL) for path in program.modules) else []
    for cls in classes(program, "class", "object"):
        for read in (_sockets, _registered, _mapped, _grpc, *asked):
            program.facts += read(program, cls)
        program.facts += _stomp(program, cls, prefixes.get(module_of(cls.path), ""))


def _endpoint(
    program: Program, cls: ClassValue, kind: Kind, at: At, technology: str, *, path: str | None = None, base: str = "", operation: str | None = None, handler: str | None = None, method: ir.Function | None = None
) -> Endpoint:  # fmt: skip
    own = marks(program, method.decorators, program.class_scope(cls)) if method is not None else []
    guards, opened = guards_of(program, own, of_class(program, cls))
    if kind == "ws" and path is not None:
        verdict = spring_security.rules(program)(cls.path, "GET", path)
        guards = [*([verdict.guard] if verdict.guard else []), *guards]
        opened = opened or verdict.public
    protected = any(guard.kind in ("authn", "authz") for guard in guards)
    return Endpoint(
        kind=kind,
        method=Name("WS") if kind == "ws" else None,
        path=name(parameters(join(base, path))) if path is not None else None,
        operation=name(operation) if operation else None,
        handler=name(handler) if handler else None,
        access="guarded" if protected else "public" if opened else "unknown",
        guards=tuple(guards),
        technology=Name(technology),
        at=at,
        via=(opened,) if opened and not protected and opened != at else (),
    )


def _technology(program: Program, *wanted: str) -> str:
    """The first of some technologies that the repository has, else the last."""
    known = {framework.technology for framework in program.vocabulary.frameworks.values()}
    return next((each for each in wanted if each in known), wanted[-1])


# ---------------------------------------------------------------------------------------------- web sockets


def _sockets(program: Program, cls: ClassValue) -> Iterator[Endpoint]:
    """`@ServerEndpoint("/chat/{room}")`, `@WebSocket(path = "/chat")`, `@ServerWebSocket("/chat")`."""
    for each in of_class(program, cls):
        if each.name in _SOCKETS and not each.own and implemented(cls):
            for path in texts(program, each, *_SOCKETS[each.name])[:1]:
                technology = _technology(program, "quarkus", "micronaut", "spring-websocket", "jakarta-ee")
                yield _endpoint(
                    program, cls, "ws", each.at, technology, path=settings(program).filled(cls.path, path), handler=cls.cls.name
                )


def _registered(program: Program, cls: ClassValue) -> Iterator[Endpoint]:
    """`registry.addHandler(handler, "/ws")` and `registry.addEndpoint("/stomp")` of Spring."""
    for method in cls.cls.methods:
        if method.name not in ("registerWebSocketHandlers", "registerStompEndpoints"):
            continue
        scope = Scope(cls.scope.module, program.class_scope(cls), owner=cls)
        for call, inside in followed(program, method.body, scope, ("WebSocketHandlerRegistry", "StompEndpointRegistry")):
            called = simple(call.function)
            values = [argument.value for argument in call.arguments]
            handler = ""
            if called == "addHandler" and len(values) > 1:
                handler, values = simple(values[0]), values[1:]
            elif called != "addEndpoint":
                continue
            base = settings(program).path(cls.path, *_CONTEXT)
            for path in strings([program.evaluate(each, inside) for each in values]):
                route, at = settings(program).filled(cls.path, path), At(cls.path, call.line)
                yield _endpoint(program, cls, "ws", at, "spring-websocket", path=route, base=base, handler=handler or None)


def _mapped(program: Program, cls: ClassValue) -> Iterator[Endpoint]:
    """WebFlux's sockets: a handler mapping with `Map.of("/ws", handler)`.

    Source: https://docs.spring.io/spring-framework/reference/web/webflux-websocket.html
    """
    data = program.resolver.data(cls.path)  # type: ignore[attr-defined]
    if b"WebSocketHandler" not in data or b"web.reactive" not in data:
        return
    for method in cls.cls.methods:
        if not simple(method.returns).endswith("HandlerMapping"):
            continue
        scope = Scope(cls.scope.module, program.class_scope(cls), owner=cls)
        for call, inside in followed(program, method.body, scope):
            called, values = simple(call.function), [argument.value for argument in call.arguments]
            if called == "to" and isinstance(call.function, ir.Attribute):
                values = [call.function.owner, *values]
            if called in ("of", "singletonMap", "put", "entry", "to") and len(values) > 1:
                for path in strings([program.evaluate(each, inside) for each in values[::2]]):
                    if path.startswith("/"):
                        base, at = settings(program).path(cls.path, *_CONTEXT), At(cls.path, call.line)
                        handler = simple(values[1]) or None
                        yield _endpoint(program, cls, "ws", at, "spring-webflux", path=path, base=base, handler=handler)


def _destinations(program: Program) -> Iterator[tuple[str, str]]:
    """The prefix of destinations that the application handles, by module."""
    for cls in classes(program, "class", "object"):
        for method in cls.cls.methods:
            if method.name == "configureMessageBroker":
                scope = Scope(cls.scope.module, program.class_scope(cls), owner=cls)
                for call, inside in followed(program, method.body, scope):
                    if simple(call.function) == "setApplicationDestinationPrefixes":
                        for text in strings([program.evaluate(each.value, inside) for each in call.arguments])[:1]:
                            yield module_of(cls.path), text


def _stomp(program: Program, cls: ClassValue, prefix: str) -> Iterator[Endpoint]:
    """`@MessageMapping("/chat")`: over STOMP below the application's prefix, a route of RSocket without one."""
    typed = find(of_class(program, cls), "MessageMapping")
    above = next(iter(texts(program, typed, "value")), "") if typed else ""
    for method in cls.cls.methods:
        mapped = (
            find(marks(program, method.decorators, program.class_scope(cls)), "MessageMapping", "SubscribeMapping")
            if method.decorators
            else None
        )
        for path in (texts(program, mapped, "value") or [""]) if mapped else ():
            whole = join(join(prefix, above), path) if prefix else ".".join(part for part in (above, path) if part)
            handler = f"{cls.cls.name}.{method.name}"
            yield _endpoint(program, cls, "message", mapped.at, "spring-websocket", path=whole, handler=handler, method=method)  # type: ignore[union-attr]


# ---------------------------------------------------------------------------------------------- gRPC, GraphQL


def _grpc(program: Program, cls: ClassValue) -> Iterator[Endpoint]:
    """The methods of a class that extends a generated `OrdersGrpc.OrdersImplBase` (`OrdersCoroutineImplBase` in Kotlin), or implements Quarkus' generated service."""
    marked = find(of_class(program, cls), "GrpcService") is not None
    for base in cls.cls.bases:
        called = simple(base)
        service = next((called.removesuffix(ending) for ending in ("CoroutineImplBase", "ImplBase") if called.endswith(ending)), "")
        if not service and marked and called != "BindableService" and not called.endswith("Base"):
            service = called
        if not service:
            continue
        for method in cls.cls.methods:
            overridden = find(marks(program, method.decorators, cls.scope), "Override") is not None or cls.path.endswith(".kt")
            if method.name in ("constructor", "bindService") or not overridden or not method.public or not method.parameters:
                continue
            operation = f"{service}/{method.name[:1].upper()}{method.name[1:]}"
            technology = _technology(program, "grpc-java", "grpc-java-starters", "quarkus", "grpc-java")
            yield _endpoint(
                program,
                cls,
                "grpc",
                At(cls.path, method.line),
                technology,
                operation=operation,
                handler=f"{cls.cls.name}.{method.name}",
                method=method,
            )


def _graphql(program: Program, cls: ClassValue) -> Iterator[Endpoint]:
    """Operations of Spring for GraphQL, DGS and MicroProfile GraphQL; fields of types are no operations."""
    own = of_class(program, cls)
    microprofile = find(own, "GraphQLApi") is not None
    for method, _, found in methods(program, cls):
        for each in found:
            kind = _GRAPHQL.get(each.name) or (_MICROPROFILE.get(each.name) if microprofile else None)
            field = next(iter(texts(program, each, "name", "value", "field")), "") or method.name
            if each.name in ("SchemaMapping", "DgsData"):
                parent = next(iter(texts(program, each, "typeName", "parentType")), "") or simple(each.arguments.get("parentType"))
                kind = {"query": "Query", "mutation": "Mutation", "subscription": "Subscription", "query_type": "Query"}.get(parent.lower())
                field = next(iter(texts(program, each, "field")), "") or method.name
            if kind is not None and not each.own:
                technology = _technology(
                    program,
                    "netflix-dgs" if each.name.startswith("Dgs") else "spring-graphql",
                    "quarkus" if microprofile else "spring-graphql",
                )
                yield _endpoint(
                    program,
                    cls,
                    "graphql",
                    each.at,
                    technology,
                    operation=f"{kind}.{field}",
                    handler=f"{cls.cls.name}.{method.name}",
                    method=method,
                )
