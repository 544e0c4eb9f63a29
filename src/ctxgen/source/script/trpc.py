"""tRPC: routers of procedures, what stands before them, and where adapters put them.

A query is a GET and a mutation a POST below the path of the adapter, named with dots.
Sources: https://trpc.io/docs/server/procedures, https://trpc.io/docs/server/merging-routers, https://trpc.io/docs/server/adapters, https://trpc.io/docs/rpc
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import NamedTuple

from ctxgen.model import At, Guard
from ctxgen.opaque import name
from ctxgen.source import ir
from ctxgen.source.guards import guard
from ctxgen.source.program import Hook, MethodHook, Program
from ctxgen.source.routing import Route, Router
from ctxgen.source.script import file_paths
from ctxgen.source.values import UNKNOWN, Arguments, External, FunctionValue, ModuleValue, Object, Record, Value

_CHAINS = ("", ".context()", ".meta()", ".context().meta()", ".meta().context()")
_FETCH = "@trpc/server/adapters/fetch.fetchRequestHandler()"
_MIDDLEWARES = (
    "@trpc/server/adapters/express.createExpressMiddleware()", "@trpc/server/adapters/koa.createKoaMiddleware()",
    "@hono/trpc-server.trpcServer()", "@trpc/server/adapters/standalone.createHTTPHandler()",
)  # fmt: skip
_SERVERS = ("@trpc/server/adapters/standalone.createHTTPServer()",)
_FILES = ("@trpc/server/adapters/next.createNextApiHandler()", "trpc-nuxt.createNuxtApiHandler()")
MAX_DEPTH = 12


class Passed(NamedTuple):
    """A guard of a procedure; one that is written in place has the name of the procedure that it makes."""

    guard: Guard
    named: bool


def _type(program: Program, wanted: str) -> Object:
    return Object(program.vocabulary.frameworks["trpc"].types[wanted])


def _create(program: Program, arguments: Arguments) -> Value:
    made = _type(program, "builder")
    made.fields["procedure"] = _procedure(program, ())
    return made


def _procedure(program: Program, passed: tuple[Passed, ...]) -> Object:
    made = _type(program, "procedure")
    made.fields[""] = passed
    return made


def _use(program: Program, owner: Object, arguments: Arguments) -> Value:
    """`procedure.use(isAuthed)`"""
    at = program.at(arguments)
    value, expression = arguments.get(0), arguments.expression(0)
    found = [Passed(each, named=True) for each in program.guards_of(expression, value, at)]
    if isinstance(value, FunctionValue) and isinstance(expression, ir.Function):
        found = [Passed(each, named=False) for each in program.guards_of(ir.Name("use", arguments.line), value, at)]
    return _procedure(program, (*owner.fields.get("", ()), *found))


def _concat(program: Program, owner: Object, arguments: Arguments) -> Value:
    other = arguments.get(0)
    more = other.fields.get("", ()) if isinstance(other, Object) else ()
    return _procedure(program, (*owner.fields.get("", ()), *more))


def _input(program: Program, owner: Object, arguments: Arguments) -> Value:
    made = guard("input", program.at(arguments), "validation")
    return _procedure(program, (*owner.fields.get("", ()), *([Passed(made, named=True)] if made else [])))


def _same(program: Program, owner: Object, arguments: Arguments) -> Value:
    return owner


def _answer(method: str) -> MethodHook:
    def answer(program: Program, owner: Object, arguments: Arguments) -> Value:
        made = _type(program, "answer")
        made.fields[""] = (method, owner.fields.get("", ()), program.at(arguments), arguments.get(0))
        program.answers(arguments.get(0))
        return made

    return answer


def _middleware(program: Program, owner: Object, arguments: Arguments) -> Value:
    """`t.middleware(f)` is what `f` does."""
    return arguments.get(0, default=UNKNOWN)


def _router(program: Program, owner: Object, arguments: Arguments) -> Value:
    return _made(program, arguments.get(0), program.at(arguments))


def _made(program: Program, table: Value, at: At) -> Object:
    made = _type(program, "router")
    made.fields[""] = table if isinstance(table, dict) else {}
    made.fields[" at"] = at
    program.shared["trpc routers"].append(made)
    return made


def _merge(program: Program, owner: Object | None, arguments: Arguments) -> Value:
    table = Record(arguments.scope.module.path, arguments.line)
    for each in arguments.positional:
        table.take(_table(program, each))
        program.shared["trpc inner"].append(each)
    return _made(program, table, program.at(arguments))


def _merged(program: Program, arguments: Arguments) -> Value:
    return _merge(program, None, arguments)


def _table(program: Program, value: Value) -> dict[str, Value]:
    """The procedures and routers of a router, also of one that is loaded when it is needed."""
    if isinstance(value, Object) and value.type.name == "router":
        found = value.fields.get("")
        return found if isinstance(found, dict) else {}
    if isinstance(value, External) and value.path.endswith(".lazy()") and value.arguments is not None:
        loader = value.arguments.get(0)
        return _table(program, program.call(loader, value.arguments._replace(positional=()))) if isinstance(loader, FunctionValue) else {}
    if isinstance(value, ModuleValue):
        for exported in list(value.exports):
            if table := _table(program, program.exported(value, exported)):
                return table
    return value if isinstance(value, dict) else {}


def _procedures(
    program: Program, value: Value, dotted: str, depth: int = 0
) -> Iterator[tuple[str, str, tuple[Passed, ...], At, Value, str]]:
    """(name with dots, method, guards, line, handler, name of the procedure that it is made from) of everything in a router."""
    if depth > MAX_DEPTH:
        return
    table = _table(program, value)
    for key, each in table.items():
        below = f"{dotted}.{key}" if dotted else key
        if isinstance(each, Object) and each.type.name == "answer":
            method, passed, at, handler = each.fields[""]
            written = table.written.get(key) if isinstance(table, Record) else None
            yield below, method, passed, at, handler, _root(written)
        else:
            program.shared["trpc inner"].append(each)
            yield from _procedures(program, each, below, depth + 1)


def _root(expression: ir.Expression | None) -> str:
    """The name that a chain of calls begins with."""
    for _ in range(50):
        if isinstance(expression, ir.Call):
            expression = expression.function
        elif isinstance(expression, ir.Attribute):
            expression = expression.owner
        else:
            break
    return expression.name if isinstance(expression, ir.Name) else ""


def _mounted(program: Program, root: Value, at: At, prefix: str = "") -> Object:
    """A router of the engine with all procedures of a tRPC one."""
    made = program.new_object(program.vocabulary.frameworks["trpc"].types["mounted"], at)
    program.shared["trpc mounts"].append((root, made.router, prefix))
    if made.router is not None:
        made.router.prefix = prefix
    return made


def _fill(program: Program, root: Value, router: Router) -> None:
    for dotted, method, passed, at, handler, made_from in _procedures(program, root, ""):
        guards = tuple(
            each.guard if each.named or not made_from else Guard(name=name(made_from), kind=each.guard.kind, at=each.guard.at)
            for each in passed
        )
        named = program.handler_name(handler, None) if isinstance(handler, FunctionValue) and handler.name else dotted
        kind, verb = ("sse", "GET") if method == "SUBSCRIPTION" else ("http", method)
        router.routes.append(Route((verb,), f"/{dotted}", at, named, guards, kind, operation=dotted))  # type: ignore[arg-type]


def _options(arguments: Arguments) -> dict[str, Value]:
    given = arguments.get(0)
    return given if isinstance(given, dict) else {}


def _middleware_of(program: Program, arguments: Arguments) -> Value:
    return _mounted(program, _options(arguments).get("router"), program.at(arguments))


def _served(program: Program, arguments: Arguments) -> Value:
    options = _options(arguments)
    base = options.get("basePath", options.get("endpoint"))
    return _mounted(program, options.get("router"), program.at(arguments), base if isinstance(base, str) else "")


def _of_file(program: Program, arguments: Arguments) -> Value:
    """The path of the file, less the parameter that takes the procedure's name."""
    place = file_paths.next_pages(arguments.scope.module.path) or file_paths.nitro(arguments.scope.module.path)
    prefix = place.path.rpartition("/")[0] if place is not None else ""
    return _mounted(program, _options(arguments).get("router"), program.at(arguments), prefix)


def plugged(program: Program, options: Value, at: At) -> Object | None:
    """What Fastify's plug-in of tRPC puts below its prefix."""
    stated = options.get("trpcOptions") if isinstance(options, dict) else None
    return _mounted(program, stated.get("router"), at) if isinstance(stated, dict) else None


def finish(program: Program) -> None:
    """Fill what adapters serve; a router that is part of no other and that no adapter serves stands for itself."""
    mounted: set[int] = set()
    for root, router, _ in program.shared["trpc mounts"]:
        if isinstance(root, Object) and router is not None:
            mounted.add(id(root))
            if not router.routes:
                _fill(program, root, router)
    roots = [each for each in program.shared["trpc routers"] if id(each) not in mounted]
    filled: list[tuple[Value, Router]] = []
    for each in roots:
        router = Router("trpc", each.fields[" at"])
        _fill(program, each, router)
        filled.append((each, router))
    inner = {id(each) for each in program.shared["trpc inner"]}
    known = {route.at for router in program.routers for route in router.routes}
    for each, router in filled:
        if id(each) not in inner and any(route.at not in known for route in router.routes):
            program.routers.append(router)


HOOKS: dict[str, Hook] = {
    **{f"@trpc/server.initTRPC{chain}.create()": _create for chain in _CHAINS},
    **dict.fromkeys(_MIDDLEWARES, _middleware_of),
    **dict.fromkeys(_SERVERS, _served),
    **dict.fromkeys(_FILES, _of_file),
    _FETCH: _served,
    "@trpc/server.mergeRouters()": _merged,
    "@trpc/server/unstable-core-do-not-import.mergeRouters()": _merged,
}
METHODS: dict[str, MethodHook] = {
    "trpc.builder.router": _router,
    "trpc.builder.middleware": _middleware,
    "trpc.builder.mergeRouters": _merge,
    "trpc.procedure.use": _use,
    "trpc.procedure.concat": _concat,
    "trpc.procedure.unstable_concat": _concat,
    "trpc.procedure.input": _input,
    **{f"trpc.procedure.{each}": _same for each in ("output", "meta")},
    "trpc.procedure.query": _answer("GET"),
    "trpc.procedure.mutation": _answer("POST"),
    "trpc.procedure.subscription": _answer("SUBSCRIPTION"),
}
