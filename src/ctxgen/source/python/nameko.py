"""Nameko: entry points of service classes by decorators: HTTP, remote calls, events and timers.

Source: https://nameko.readthedocs.io/en/stable/built_in_extensions.html.
"""

from __future__ import annotations

import re
from collections.abc import Iterator

from ctxgen.model import At, Channel, Endpoint, Fact, Schedule
from ctxgen.opaque import Name, looks_secret, name
from ctxgen.source import ir
from ctxgen.source.guards import spelled
from ctxgen.source.program import Program
from ctxgen.source.python.views import decorators
from ctxgen.source.python.walk import Met, calls
from ctxgen.source.values import ClassValue, External, FunctionValue, LazyImport, Object, Value

_ENTRY_POINTS = {"http", "rpc", "event_handler", "timer", "consume", "websocket_rpc"}
_FIELD = re.compile(r"<(?:[^<>:]{1,80}:)?(\w{1,60})>")


def finish(program: Program) -> None:
    """The entry points of every service class, and the events that it sends."""
    for cls in program.classes:
        if any(spelled(mark).rpartition(".")[2] in _ENTRY_POINTS for each in cls.cls.methods for mark in each.decorators) and _uses(
            program, cls
        ):
            program.facts += _service(program, cls)


def _uses(program: Program, cls: ClassValue) -> bool:
    """Whether the module of a class imports the library."""
    for value in cls.scope.module.scope.names.values():
        path = value.statement.module if isinstance(value, LazyImport) else value.path if isinstance(value, External) else ""
        if path.partition(".")[0] == "nameko":
            return True
    return False


def _service(program: Program, cls: ClassValue) -> Iterator[Fact]:
    stated = next((each.value.value for each in cls.cls.fields if each.name == "name" and isinstance(each.value, ir.Literal)), None)
    title = stated if isinstance(stated, str) else cls.cls.name
    scope = program.class_scope(cls)
    for method in cls.cls.methods:
        function = FunctionValue(method, scope, cls, cls)
        for mark in method.decorators:
            at = At(cls.path, mark.line)
            given = [program.evaluate(each.value, scope) for each in _written(mark)]
            match spelled(mark).rpartition(".")[2], given:
                case "http", [str(verbs), str(path), *_]:
                    _route(program, function, mark, verbs, path)
                case "rpc" | "websocket_rpc", _:
                    yield Endpoint(
                        kind="message",
                        operation=name(f"{title}.{method.name}"),
                        handler=name(function.name),
                        technology=Name("nameko"),
                        at=at,
                    )
                case "event_handler", [str(source), str(event), *_]:
                    told = f"{source}.{event}"
                    yield from _channel(told, "topic", "consumer", at)
                    yield Endpoint(kind="message", operation=name(told), handler=name(function.name), technology=Name("nameko"), at=at)
                case "timer", _:
                    written = _interval(mark)
                    interval = program.evaluate(written, scope) if written is not None else None
                    every = name(f"every {interval:g} s") if isinstance(interval, (int, float)) and not isinstance(interval, bool) else None
                    yield Schedule(name=name(method.name), schedule=every, handler=name(function.name), at=at)
    yield from _sent(program, cls, title)


def _written(mark: ir.Expression) -> tuple[ir.Argument, ...]:
    return tuple(each for each in mark.arguments if each.keyword is None) if isinstance(mark, ir.Call) else ()


def _interval(mark: ir.Expression) -> ir.Expression | None:
    """`@timer(interval=10)`, `@timer(10)`."""
    given = mark.arguments if isinstance(mark, ir.Call) else ()
    return next((each.value for each in given if each.keyword in (None, "interval")), None)


def _route(program: Program, function: FunctionValue, mark: ir.Expression, verbs: str, path: str) -> None:
    """`@http("GET,POST", "/orders/<int:order_id>")`."""
    if "nameko" not in program.kept:
        program.kept["nameko"] = program.new_object(program.vocabulary.frameworks["nameko"].types["service"], At("", 1))
    site: Object = program.kept["nameko"]
    others = [each for each in function.function.decorators if each is not mark]
    guards = list(decorators(program, others, function.scope))
    program.answers(function)
    methods = [each.strip().upper() for each in verbs.split(",") if each.strip()]
    program.add_route(site, methods, [_FIELD.sub(r"{\1}", path)], At(function.scope.module.path, mark.line), function.name, guards)


def _sent(program: Program, cls: ClassValue, title: str) -> Iterator[Fact]:
    """`self.dispatch("order_created", order)` of `dispatch = EventDispatcher()`."""
    dispatchers = {
        each.name
        for each in cls.cls.fields
        if isinstance(each.value, ir.Call) and spelled(each.value).rpartition(".")[2] == "EventDispatcher"
    }
    for met in _calls(program, cls.path).get(cls.cls.name, ()) if dispatchers else ():
        owner: Value = met.owner
        if met.name in dispatchers and isinstance(owner, ir.Name) and owner.name == "self":
            for event in met.texts(program, 0, "event_type"):
                yield from _channel(f"{title}.{event}", "topic", "producer", At(cls.path, met.call.line))


def _calls(program: Program, path: str) -> dict[str, list[Met]]:
    """The calls in methods of a file's classes, by the class."""
    known: dict[str, dict[str, list[Met]]] = program.kept.setdefault("nameko.calls", {})
    if path not in known:
        known[path] = {}
        for met in calls(program, path):
            owner, inside, _ = met.inside.partition(".")
            if inside:
                known[path].setdefault(owner, []).append(met)
    return known[path]


def _channel(title: str, kind: str, role: str, at: At) -> Iterator[Channel]:
    if not looks_secret(title) and len(title) < 200:
        yield Channel(name=name(title), kind=kind, system=Name("amqp"), role=role, at=at)  # type: ignore[arg-type]
