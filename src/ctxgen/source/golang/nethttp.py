"""net/http: patterns with a method and a host (`"GET example.com/orders/{id}"`), and the server's default mux.

Source: https://pkg.go.dev/net/http#hdr-Patterns-ServeMux.
"""

from __future__ import annotations

import re

from ctxgen.source.program import Hook, MethodHook, Program
from ctxgen.source.values import UNKNOWN, Arguments, External, FunctionValue, Instance, Object, Value

_PATTERN = re.compile(r"(?:(?P<method>[A-Z]{3,10})[ \t]+)?(?P<host>[^/\s]{0,200})(?P<path>/.{0,400})")


def handle(program: Program, owner: Object, arguments: Arguments) -> Value:
    """`mux.Handle("/api/", router)` mounts a router, anything else is a route."""
    pattern = arguments.get(0)
    found = _PATTERN.fullmatch(pattern) if isinstance(pattern, str) else None
    if found is None or owner.router is None:
        return UNKNOWN
    handler, at = arguments.get(1), program.at(arguments)
    path = found["path"].replace("{$}", "")
    mounted = inside(program, handler)
    if mounted is not None and mounted.router is not None:
        # the pattern's path is not taken off: a router below it states whole paths, unless `http.StripPrefix` is around it
        owner.router.mount(
            mounted.router, handler.fields.get("stripped", "") if isinstance(handler, Object) else "", at, order=program.next_order()
        )
        return UNKNOWN
    if isinstance(handler, External) and "grpc-gateway/" in handler.path:
        return UNKNOWN  # what it answers, interface descriptions state
    handler, written, around = program.unwrapped(arguments, 1)
    guards = [*around, *program.handler_guards(owner, handler)]
    program.add_route(owner, (found["method"] or "ANY",), [path], at, program.handler_name(handler, written), guards, function=handler)
    program.answers(handler)
    return UNKNOWN


def inside(program: Program, handler: Value) -> Object | None:
    """The router that a handler is, or that functions of libraries are put around: `cors.Default().Handler(mux)`."""
    for _ in range(5):
        if isinstance(handler, Instance) and isinstance(program.member(handler.cls, "ServeHTTP"), FunctionValue):
            kept = [each for each in handler.fields.values() if isinstance(each, Object) and each.router is not None]
            if len(kept) == 1:
                return kept[0]  # what answers itself hands requests to the router that it keeps
        if (found := program.object_of(handler)) is not None or not isinstance(handler, External) or handler.arguments is None:
            return found
        handler = next((each for each in handler.arguments.positional if isinstance(each, External) or program.router_of(each)), None)
    return None


def _default(program: Program, arguments: Arguments) -> Value:
    """`http.HandleFunc("/orders", list)`: the default mux."""
    mux = program.made(External("net/http.DefaultServeMux"), program.at(arguments))
    return handle(program, mux, arguments) if mux is not None else UNKNOWN


def _strip(program: Program, arguments: Arguments) -> Value:
    """`http.StripPrefix("/api", router)`: the router answers below the prefix."""
    prefix, inner = arguments.get(0), program.object_of(arguments.get(1))
    if inner is None or inner.router is None or not isinstance(prefix, str):
        return arguments.get(1, default=UNKNOWN)
    around = Object(inner.type, program.new_router(inner.type, program.at(arguments)))
    assert around.router is not None
    around.router.root = False
    around.router.mount(inner.router, prefix, program.at(arguments))
    return around


def _around(program: Program, arguments: Arguments) -> Value:
    """`http.HandlerFunc(list)`, `http.TimeoutHandler(h, …)`: what stands inside."""
    return arguments.get(0, default=UNKNOWN)


HOOKS: dict[str, Hook] = {
    "net/http.HandleFunc()": _default,
    "net/http.Handle()": _default,
    "net/http.StripPrefix()": _strip,
    "net/http.HandlerFunc()": _around,
    "net/http.TimeoutHandler()": _around,
    "net/http.MaxBytesHandler()": _around,
}
METHODS: dict[str, MethodHook] = {"net-http.mux.Handle": handle, "net-http.mux.HandleFunc": handle}
