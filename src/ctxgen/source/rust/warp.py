"""warp: filters, of which each is a number of ways through paths, methods and handlers; `and` goes on with a way, `or` adds others.

Source: https://docs.rs/warp/latest/warp/trait.Filter.html.
"""

from __future__ import annotations

from functools import partial
from typing import NamedTuple

from ctxgen.model import At, Guard
from ctxgen.source import ir
from ctxgen.source.program import Hook, MethodHook, Program
from ctxgen.source.rust.handlers import VERBS
from ctxgen.source.values import UNKNOWN, Arguments, FunctionValue, Object, Value

MAX_WAYS = 2_000
_TAKES = "\0"
"""A part of a path that a handler takes; its name is that of the handler's parameter."""


class _Way(NamedTuple):
    """One way through a filter; `at` is where its path was stated first."""

    path: tuple[str, ...] = ()
    methods: tuple[str, ...] = ()
    handler: Value = None
    written: ir.Expression | None = None
    guards: tuple[Guard, ...] = ()
    kind: str = "http"
    at: At | None = None


def _made(program: Program, ways: list[_Way]) -> Object:
    made = Object(program.vocabulary.frameworks["warp"].types["filter"])
    made.fields["ways"] = ways[:MAX_WAYS]
    return made


def _ways(value: Value) -> list[_Way]:
    return value.fields.get("ways", []) if isinstance(value, Object) else []


def _path(program: Program, arguments: Arguments) -> Value:
    """`warp::path("orders")`."""
    text = arguments.get(0)
    return _made(program, [_Way((text,) if isinstance(text, str) else (_TAKES,), at=program.at(arguments))])


def _macro(program: Program, arguments: Arguments) -> Value:
    """`warp::path!("orders" / u32 / "lines")`."""
    parts = tuple(
        each.value.value if isinstance(each.value, ir.Literal) and isinstance(each.value.value, str) else _TAKES
        for each in arguments.written
        if not isinstance(each.value, ir.Unknown)  # `..`: more may follow
    )
    return _made(program, [_Way(parts, at=program.at(arguments))])


def _parameter(program: Program, arguments: Arguments) -> Value:
    return _made(program, [_Way((_TAKES,), at=program.at(arguments))])


def _rest(program: Program, arguments: Arguments) -> Value:
    """`warp::path::tail()`."""
    return _made(program, [_Way(("{tail}",), at=program.at(arguments))])


def _method(program: Program, arguments: Arguments, methods: tuple[str, ...]) -> Value:
    return _made(program, [_Way(methods=methods)])


def _neutral(program: Program, arguments: Arguments) -> Value:
    """A filter that only takes something from the request, or lets all pass."""
    return _made(program, [_Way()])


def _socket(program: Program, arguments: Arguments) -> Value:
    return _made(program, [_Way(methods=("WS",), kind="ws")])


def _files(program: Program, arguments: Arguments) -> Value:
    """`warp::fs::dir("public")`."""
    return _made(program, [_Way(("{path}",), ("GET",), None, ir.Name("warp.fs.dir", arguments.line), at=program.at(arguments))])


def _file(program: Program, arguments: Arguments) -> Value:
    return _made(program, [_Way((), ("GET",), None, ir.Name("warp.fs.file", arguments.line), at=program.at(arguments))])


def _and(program: Program, owner: Object, arguments: Arguments) -> Value:
    """Every way through the owner goes on with every way through the other."""
    other = arguments.get(0, default=UNKNOWN)
    guards = tuple(program.guards_of(arguments.expression(0), other, program.at(arguments)))
    found = []
    for first in _ways(owner):
        for second in _ways(other) or [_Way()]:
            whole = second.handler is not None or second.written is not None  # a route below the owner, which is stated there
            answered, nearer = (second, second.at or first.at) if whole else (first, first.at or second.at)
            found.append(
                _Way(
                    (*first.path, *second.path), second.methods or first.methods, answered.handler, answered.written,
                    (*first.guards, *guards, *second.guards), "ws" if "ws" in (first.kind, second.kind) else "http", nearer,
                )
            )  # fmt: skip
    return _made(program, found)


def _or(program: Program, owner: Object, arguments: Arguments) -> Value:
    return _made(program, [*_ways(owner), *_ways(arguments.get(0))])


def _answered(program: Program, owner: Object, arguments: Arguments) -> Value:
    """`and_then(list)`, `map(list)`: the ways are answered; what only changes an answer is a closure behind a handler."""
    handler, written = arguments.get(0, default=UNKNOWN), arguments.expression(0)
    program.answers(handler)
    nameless = isinstance(handler, FunctionValue) and not handler.name
    return _made(
        program,
        [way if nameless and _named(program, way) else way._replace(handler=handler, written=written) for way in _ways(owner)],
    )


def _named(program: Program, way: _Way) -> bool:
    return program.handler_name(way.handler, way.written) is not None


def _around(program: Program, owner: Object, arguments: Arguments) -> Value:
    """`with(log)`, `recover(shown)`, `boxed()`: the ways are the same."""
    return owner


def _serve(program: Program, arguments: Arguments) -> Value:
    """`warp::serve(routes)`."""
    made = program.new_object(program.vocabulary.frameworks["warp"].types["server"], program.at(arguments))
    for way in _ways(arguments.get(0)):
        if way.handler is None and way.written is None:
            continue
        handler = program.handler_name(way.handler, way.written)
        at = way.at or program.at(arguments)
        program.add_route(made, way.methods or ("ANY",), ["/" + "/".join(_shown(way))], at, handler, way.guards, way.kind)
    return made


def _shown(way: _Way) -> list[str]:
    """The parts of a path, those that the handler takes by the names of its first parameters."""
    function = way.handler.function if isinstance(way.handler, FunctionValue) else None
    names = [each.name for each in function.parameters] if function is not None else []
    taken = [index for index, part in enumerate(way.path) if part == _TAKES]
    shown = list(way.path)
    for place, index in enumerate(taken):
        name = names[place].lstrip("_") if place < len(names) else ""
        shown[index] = "{" + (name or ("part" if len(taken) == 1 else f"part{place + 1}")) + "}"
    return shown


_NEUTRAL = (
    "any", "query.query", "query", "query.raw", "body.json", "body.form", "body.bytes", "body.stream", "body.content_length_limit", "body.aggregate", "header.header", "header", "header.optional",
    "header.exact", "header.exact_ignore_case", "header.headers_cloned", "header.value", "cookie.cookie", "cookie", "cookie.optional", "addr.remote", "multipart.form", "ext.get", "ext.optional",
    "path.end", "path.full", "path.peek", "host.exact", "host.optional",
)  # fmt: skip
HOOKS: dict[str, Hook] = {
    "warp.path()": _path,
    "warp.path.path()": _path,
    "warp.path!()": _macro,
    "path!()": _macro,
    "warp.path.param()": _parameter,
    "warp.path.tail()": _rest,
    "warp.ws()": _socket,
    "warp.ws.ws()": _socket,
    "warp.fs.dir()": _files,
    "warp.fs.file()": _file,
    "warp.serve()": _serve,
    **{f"warp.{module}{verb}()": partial(_method, methods=(verb.upper(),)) for module in ("", "method.") for verb in VERBS},
    **{f"warp.{path}()": _neutral for path in _NEUTRAL},
}
METHODS: dict[str, MethodHook] = {
    "warp.filter.and": _and,
    "warp.filter.or": _or,
    "warp.filter.or_else": _around,
    **{f"warp.filter.{name}": _answered for name in ("and_then", "map", "then", "untuple_one_and_then")},
    "warp.filter.*": _around,
}
