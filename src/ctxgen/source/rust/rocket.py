"""Rocket: handlers that an attribute macro names the path of, mounted as lists.

Source: https://rocket.rs/guide/v0.5/requests/.
"""

from __future__ import annotations

from collections.abc import Iterator

from ctxgen.source.program import Hook, MethodHook, Program
from ctxgen.source.rust.handlers import extractor_guards, listed, stated
from ctxgen.source.values import Arguments, FunctionValue, Object, Value


def _mount(program: Program, owner: Object, arguments: Arguments) -> Value:
    """`rocket.mount("/api", routes![list, get])`."""
    prefix, handlers = arguments.get(0), arguments.get(1)
    if owner.router is None or not isinstance(prefix, str):
        return owner
    at = program.at(arguments)
    group = program.new_object(program.vocabulary.frameworks["rocket"].types["routes"], at)
    for handler in _flat(handlers):
        if isinstance(handler, FunctionValue):
            program.answers(handler)
            guards = program.handler_guards(owner, handler)
            for route in stated(program, handler):
                path = route.path.partition("?")[0]
                program.add_route(group, route.methods, [path], route.at, handler.name, [*route.guards, *guards])
    if group.router is not None:
        owner.router.mount(group.router, prefix, at, order=program.next_order())
    return owner


def _flat(handlers: Value) -> Iterator[Value]:
    """The handlers of a list, and of the lists that were appended to it."""
    for each in handlers if isinstance(handlers, list) else []:
        if isinstance(each, list):
            yield from _flat(each)
        else:
            yield each


def _fairing(program: Program, arguments: Arguments) -> Value:
    """`AdHoc::on_ignite("Orders", |rocket| async { rocket.mount(…) })`: the callback gets the application."""
    callback = arguments.get(1)
    if isinstance(callback, FunctionValue):
        application = program.new_object(program.vocabulary.frameworks["rocket"].types["rocket"], program.at(arguments))
        program.call(callback, Arguments((application,), {}, (), arguments.line, arguments.scope))
    return None


HOOKS: dict[str, Hook] = {
    **{
        f"{prefix}{macro}!()": listed
        for prefix, macro in (
            ("", "routes"), ("rocket.", "routes"), ("", "openapi_get_routes"), ("rocket_okapi.", "openapi_get_routes"), ("", "routes_with_openapi"),
        )
    },
    **{f"{path}.{name}()": _fairing for path in ("rocket.fairing.AdHoc", "AdHoc") for name in ("on_ignite", "try_on_ignite", "on_attach")},
}  # fmt: skip
METHODS: dict[str, MethodHook] = {"rocket.rocket.mount": _mount, "rocket.rocket.function": extractor_guards}
