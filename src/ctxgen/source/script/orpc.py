"""oRPC: routers of procedures, contracts that they implement, and the handlers that answer them by RPC or by paths.

Sources: https://orpc.unnoq.com/docs/procedure, https://orpc.unnoq.com/docs/rpc-handler, https://orpc.unnoq.com/docs/openapi/routing,
https://orpc.unnoq.com/docs/contract-first/implement-contract
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import NamedTuple

from ctxgen.model import At, Guard
from ctxgen.source import ir
from ctxgen.source.guards import guard
from ctxgen.source.program import Hook, MethodHook, Program
from ctxgen.source.routing import Route, join
from ctxgen.source.script.calls import Found, walk
from ctxgen.source.values import UNKNOWN, Arguments, External, FunctionValue, ModuleValue, Object, Value

MAX_DEPTH = 12
_SAME = ("$context", "$config", "$meta", "meta", "errors", "output", "tag", "callable", "actionable", "$input")


class State(NamedTuple):
    """What a chain of calls has said so far."""

    guards: tuple[Guard, ...] = ()
    method: str | None = None
    path: str | None = None
    prefix: str = ""


def _state(owner: Object) -> State:
    found = owner.fields.get(" state")
    return found if isinstance(found, State) else State()


def _made(program: Program, type: str, state: State) -> Object:
    made = Object(program.vocabulary.frameworks["orpc"].types[type])
    made.fields[" state"] = state
    return made


def _next(program: Program, owner: Object, state: State) -> Object:
    """The same chain with another state; what a contract has below it stays."""
    made = _made(program, owner.type.name, state)
    made.fields = {**owner.fields, " state": state}
    return made


def _same(program: Program, owner: Object, arguments: Arguments) -> Value:
    return owner


def _use(program: Program, owner: Object, arguments: Arguments) -> Value:
    """`os.use(requireUser)`; one that is written in place is told by what it refuses."""
    value, expression = arguments.get(0), arguments.expression(0)
    shown = ir.Name("use", arguments.line) if isinstance(expression, ir.Function) else expression
    state = _state(owner)
    return _next(program, owner, state._replace(guards=(*state.guards, *program.guards_of(shown, value, program.at(arguments)))))


def _middleware(program: Program, owner: Object, arguments: Arguments) -> Value:
    """`os.middleware(f)` is what `f` does."""
    return arguments.get(0, default=UNKNOWN)


def _input(program: Program, owner: Object, arguments: Arguments) -> Value:
    state, made = _state(owner), guard("input", program.at(arguments), "validation")
    return _next(program, owner, state._replace(guards=(*state.guards, *([made] if made else []))))


def _route(program: Program, owner: Object, arguments: Arguments) -> Value:
    """`os.route({ method: "GET", path: "/planets" })`"""
    options, state = arguments.get(0), _state(owner)
    stated = options if isinstance(options, dict) else {}
    method, path = stated.get("method"), stated.get("path")
    return _next(
        program,
        owner,
        state._replace(method=method if isinstance(method, str) else state.method, path=path if isinstance(path, str) else state.path),
    )


def _prefix(program: Program, owner: Object, arguments: Arguments) -> Value:
    given, state = arguments.get(0), _state(owner)
    return _next(program, owner, state._replace(prefix=join(state.prefix, given) if isinstance(given, str) else state.prefix))


def _handler(program: Program, owner: Object, arguments: Arguments) -> Value:
    made = _made(program, "procedure", _state(owner))
    made.fields[" at"], made.fields[" handler"] = program.at(arguments), arguments.get(0)
    program.answers(arguments.get(0))
    return made


def _router(program: Program, owner: Object, arguments: Arguments) -> Value:
    """`os.prefix("/planets").router({ … })`"""
    made = _made(program, "router", _state(owner))
    table = arguments.get(0)
    made.fields |= table if isinstance(table, dict) else {}
    return made


def _implement(program: Program, arguments: Arguments) -> Value:
    """`implement(contract)` has a builder for every procedure of the contract."""
    return _implementer(program, arguments.get(0), State(), 0)


def _implementer(program: Program, contract: Value, above: State, depth: int) -> Object:
    state = _state(contract) if isinstance(contract, Object) else State()
    prefix = join(above.prefix, state.prefix)
    made = _made(program, "builder", state._replace(prefix=prefix, guards=(*above.guards, *state.guards)))
    for key, each in _table(program, contract).items() if depth < MAX_DEPTH else ():
        made.fields[key] = _implementer(program, each, State(prefix=prefix), depth + 1)
    return made


def _table(program: Program, value: Value) -> dict[str, Value]:
    """What a router or contract has below it."""
    if isinstance(value, External) and value.path.endswith(".lazy()") and value.arguments is not None:
        loader = value.arguments.get(0)
        value = program.call(loader, value.arguments._replace(positional=())) if isinstance(loader, FunctionValue) else UNKNOWN
    if isinstance(value, ModuleValue):
        exported = {key: program.exported(value, key) for key in list(value.exports)}
        return _table(program, exported["default"]) if "default" in exported else exported
    found = value.fields if isinstance(value, Object) else value if isinstance(value, dict) else {}
    return {key: each for key, each in found.items() if not key.startswith(" ")}


# ---------------------------------------------------------------------------------------------- what answers


def _answering(*, by_path: bool) -> Hook:
    def answering(program: Program, arguments: Arguments) -> Value:
        """`new RPCHandler(router)`, `new OpenAPIHandler(router)`"""
        made = program.new_object(program.vocabulary.frameworks["orpc"].types["handler"], program.at(arguments))
        program.shared["orpc handlers"].append((made, arguments.get(0), by_path))
        return made

    return answering


def finish(program: Program) -> None:
    """Fill the routers of all handlers, below the prefix that their `handle` is called with."""
    handlers = program.shared["orpc handlers"]
    prefixes = _prefixes(program, [each for each, _, _ in handlers]) if handlers else {}
    for made, root, by_path in handlers:
        made.router.prefix = prefixes.get(id(made), "")
        made.router.routes += _routes(program, root, State(), (), by_path=by_path, depth=0)


def _prefixes(program: Program, handlers: list[Object]) -> dict[int, str]:
    """The prefix of `handler.handle(request, { prefix: "/rpc" })`, which stands in functions that answer requests."""
    found: dict[int, str] = {}
    for path, module in list(program.modules.items()):
        if module is None or program.sources is None or b".handle(" not in program.sources.data(path):
            continue
        for each in walk(program, module):
            if isinstance(each, Found) and each.called == "handle" and isinstance(each.owner, ir.Name):
                owner = program.lookup(each.owner.name, module.scope)
                for index in range(len(each.call.arguments)):
                    prefix = each.option(index, "prefix") if any(owner is known for known in handlers) else None
                    if isinstance(prefix, str):
                        found.setdefault(id(owner), prefix)
    return found


def _routes(program: Program, value: Value, above: State, keys: tuple[str, ...], *, by_path: bool, depth: int) -> Iterator[Route]:
    if isinstance(value, Object) and value.type.name == "procedure":
        state, handler, at = _state(value), value.fields[" handler"], value.fields[" at"]
        assert isinstance(at, At)
        named = handler.name if isinstance(handler, FunctionValue) and handler.name else ".".join(keys)
        stated = by_path and state.path is not None
        path = join(join(above.prefix, state.prefix), state.path or "") if stated else "/" + "/".join(keys)
        method = (state.method or "POST").upper() if by_path else "POST"
        guards = tuple({(each.name, each.kind): each for each in (*above.guards, *state.guards)}.values())
        yield Route((method,), path, at, named, guards, operation=".".join(keys))
        return
    state = _state(value) if isinstance(value, Object) and value.type.name == "router" else State()
    below = State(guards=(*above.guards, *state.guards), prefix=join(above.prefix, state.prefix))
    for key, each in _table(program, value).items() if depth < MAX_DEPTH else ():
        yield from _routes(program, each, below, (*keys, key), by_path=by_path, depth=depth + 1)


def _begun(called: str) -> Hook:
    """`os.input(…)`, `oc.route(…)`: the first call of a chain."""

    def begun(program: Program, arguments: Arguments) -> Value:
        return METHODS[f"orpc.builder.{called}"](program, _made(program, "builder", State()), arguments)

    return begun


_ADAPTERS = ("node", "fetch", "fastify", "standard", "crossws", "aws-lambda", "bun-ws", "websocket")
METHODS: dict[str, MethodHook] = {
    **{f"orpc.builder.{each}": _same for each in _SAME},
    "orpc.builder.use": _use,
    "orpc.builder.middleware": _middleware,
    "orpc.builder.input": _input,
    "orpc.builder.route": _route,
    "orpc.builder.prefix": _prefix,
    "orpc.builder.handler": _handler,
    "orpc.builder.router": _router,
    **{f"orpc.procedure.{each}": _same for each in ("callable", "actionable")},
}
HOOKS: dict[str, Hook] = {
    "@orpc/server.implement()": _implement,
    **{f"@orpc/server/{adapter}.RPCHandler()": _answering(by_path=False) for adapter in _ADAPTERS},
    **{f"@orpc/openapi/{adapter}.OpenAPIHandler()": _answering(by_path=True) for adapter in _ADAPTERS},
    **{
        f"{start}.{key.rpartition('.')[2]}()": _begun(key.rpartition(".")[2])
        for start in ("@orpc/server.os", "@orpc/contract.oc")
        for key in METHODS
    },
}
