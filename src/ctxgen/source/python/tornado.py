"""Tornado: an application's list of rules, handlers of which a method is a verb, and sockets.

Source: https://www.tornadoweb.org/en/stable/web.html.
"""

from __future__ import annotations

from collections.abc import Iterator

from ctxgen.model import At, Guard
from ctxgen.source.guards import guard
from ctxgen.source.program import Hook, MethodHook, Program
from ctxgen.source.python.refusals import refusal
from ctxgen.source.python.urlconf import from_regex
from ctxgen.source.python.views import bases, class_guards, method, methods_of
from ctxgen.source.values import UNKNOWN, Arguments, ClassValue, External, Object, Placed, Value

_LIBRARY = {"StaticFileHandler": ("GET",), "RedirectHandler": ("GET",)}


def _application(program: Program, arguments: Arguments) -> Value:
    """`Application([(r"/orders", OrdersHandler), url(r"/orders/(\\d+)", OrderHandler)])`."""
    made = program.made(External("tornado.web.Application()"), program.at(arguments), arguments)
    if made is not None:
        _initialise(program, made, arguments)
    return made


def _initialise(program: Program, owner: Object, arguments: Arguments) -> Value:
    _add(program, owner, arguments.get(0, "handlers", default=UNKNOWN), arguments)
    return UNKNOWN


def _add_handlers(program: Program, owner: Object, arguments: Arguments) -> Value:
    """`app.add_handlers(r".*", [(r"/orders", OrdersHandler)])`."""
    _add(program, owner, arguments.get(1, "host_handlers", default=UNKNOWN), arguments)
    return UNKNOWN


def _add(program: Program, owner: Object, rules: Value, arguments: Arguments) -> None:
    for rule, at in _rules(program, rules, program.at(arguments)):
        pattern, handler = (*rule, UNKNOWN, UNKNOWN)[:2]
        if not isinstance(pattern, str):
            continue
        path = from_regex(pattern)
        if isinstance(handler, list):  # a router below
            continue
        if isinstance(handler, ClassValue):
            _add_handler(program, owner, path, handler, at)
        elif isinstance(handler, External):
            name = handler.path.rpartition(".")[2]
            program.add_route(owner, _LIBRARY.get(name, ("ANY",)), [path], at, name)


def _rules(program: Program, rules: Value, at: At) -> Iterator[tuple[list[Value], At]]:
    """The rules of a list with the line of each."""
    for each in rules if isinstance(rules, list) else ():
        if isinstance(each, list) and len(each) >= 2:
            yield each, At(each.path, each.line) if isinstance(each, Placed) else at


def _add_handler(program: Program, owner: Object, path: str, handler: ClassValue, at: At) -> None:
    guards = _prepared(program, handler, at)
    if any(base.endswith("WebSocketHandler") for base in bases(program, handler)):
        program.add_route(owner, ["WS"], [path], at, handler.cls.name, [*guards, *class_guards(program, handler, "OPEN")], "ws")
        return
    for verb in methods_of(program, handler):
        own = [*guards, *class_guards(program, handler, verb)]
        program.add_route(owner, [verb], [path], at, f"{handler.cls.name}.{verb.lower()}", own)


def _prepared(program: Program, handler: ClassValue, at: At) -> list[Guard]:
    """`prepare` runs before every method: it guards where it refuses."""
    found = method(program, handler, "prepare")
    kind = refusal(found.function) if found is not None else None
    made = guard(found.name, at, kind) if found is not None and kind is not None else None
    return [made] if made is not None else []


def _rule(program: Program, arguments: Arguments) -> Value:
    """`url(r"/orders", OrdersHandler)`: the same as a tuple of these."""
    at = program.at(arguments)
    return Placed([arguments.get(0, "pattern", default=UNKNOWN), arguments.get(1, "handler", default=UNKNOWN)], at.path, at.line)


_URLS = ("tornado.web.url()", "tornado.web.URLSpec()", "tornado.routing.Rule()", "tornado.routing.URLSpec()")
HOOKS: dict[str, Hook] = {"tornado.web.Application()": _application, **dict.fromkeys(_URLS, _rule)}
METHODS: dict[str, MethodHook] = {"tornado.app.__init__": _initialise, "tornado.app.add_handlers": _add_handlers}
