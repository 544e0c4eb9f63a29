"""Handlers and guards as JavaScript's frameworks take them: functions, wrapped functions, lists, options of a route."""

from __future__ import annotations

from collections.abc import Iterable, Sequence

from ctxgen.model import At, Guard
from ctxgen.source import ir
from ctxgen.source.calls import DEEPEST, calls
from ctxgen.source.guards import delegate, guard, guard_kind, refusal, spelled
from ctxgen.source.program import Program
from ctxgen.source.values import UNKNOWN, Arguments, FunctionValue, Record, Value


def guards_between(program: Program, arguments: Arguments, first: int, last: int) -> list[Guard]:
    """The guards among the positional arguments from `first` to before `last`, and in a list that ends with the handler."""
    found = program.guards_at(arguments, range(first, last))
    return found + program.guards_before(arguments, (last,))


def guards_in(program: Program, options: Value, keys: tuple[str, ...], at: At) -> list[Guard]:
    """The guards that stand under some keys of an object."""
    found: list[Guard] = []
    if not isinstance(options, dict):
        return found
    for key in keys:
        value = options.get(key, UNKNOWN)
        expression = options.written.get(key) if isinstance(options, Record) else None
        if value is UNKNOWN and expression is None:
            continue
        where = options.place(key) if isinstance(options, Record) else at
        written = [item.value for item in expression.items] if isinstance(expression, ir.Sequence) else [expression]
        values = value if isinstance(value, list) else [value]
        for index, each in enumerate(values):
            shown = written[index] if index < len(written) else None
            if isinstance(shown, ir.Function) and isinstance(each, FunctionValue):  # written in place: told by where it stands
                if (inner := delegate(each.function)) is not None:
                    found += program.guards_of(inner, program.evaluate(inner, each.scope), At(where.path, inner.line))
                    continue
                found += guards_written(program, key, each, At(where.path, each.function.line))
            else:
                found += program.guards_of(shown, each, where)
    return found


_VERIFY = "jwtVerify"


def guards_written(program: Program, shown: str, function: FunctionValue, at: At) -> list[Guard]:
    """The guard that a function without a name is: by what it refuses, told by what it is put to, or by the token that it has Fastify verify.

    `await request.jwtVerify()` of @fastify/jwt rejects who brings none: https://github.com/fastify/fastify-jwt#requestjwtverify.
    """
    found = program.guards_inside(shown, function, at)
    parameters = function.function.parameters
    if found or not parameters:
        return found
    request = parameters[0].name
    if _verifies(function.function.body, f"{request}.{_VERIFY}"):
        made = guard(f"{request}.{_VERIFY}", at, "authn")
    else:
        made = _of_request(program, function.function.body, request, at)
    return [made] if made is not None else []


DECORATED = "fastify decorators of requests"


def _of_request(program: Program, body: Sequence[ir.Statement], request: str, at: At) -> Guard | None:
    """The guard that a method of the request is, where nothing else is called: `(request, reply) => request.isAdmin(reply)`.

    By its name, or by what the function refuses that the request is decorated with, itself or through another one that it is decorated with:
    https://fastify.dev/docs/latest/Reference/Decorators/#decoraterequest.
    """
    only = body[0].value if len(body) == 1 and isinstance(body[0], (ir.Do, ir.Return)) else None
    if not isinstance(only, ir.Call) or not isinstance(only.function, ir.Attribute) or only.function.owner != ir.Name(request, only.line):
        return None
    decorated: dict[str, FunctionValue] = program.kept.get(DECORATED, {})
    kind = guard_kind(only.function.name)
    known = decorated.get(only.function.name) if kind not in ("authn", "authz") else None
    if known is not None:
        called = (each.function for each in calls(known.function.body))
        others = [
            decorated.get(each.name) for each in called if isinstance(each, ir.Attribute) and each.owner == ir.Name("self", each.line)
        ]
        kind = next((told for each in (known, *others) if each is not None and (told := refusal(each.function)) is not None), None)
    return guard(spelled(only.function), at, kind) if kind in ("authn", "authz") else None


def _verifies(body: Iterable[ir.Statement], called: str, depth: int = 0) -> bool:
    """Whether statements make a call whatever is asked for: not below a condition, nor where what it throws is passed over (`catch {}`)."""
    for each in body:
        if isinstance(each, (ir.Do, ir.Return, ir.Assign)) and isinstance(each.value, ir.Call) and spelled(each.value.function) == called:
            return True
        if (
            isinstance(each, ir.Branch)
            and depth < DEEPEST
            and all(condition is None and arm for condition, arm in each.arms)
            and any(_verifies(arm, called, depth + 1) for _, arm in each.arms[:1])
        ):
            return True
    return False
