"""Medusa: what stands before its routes, by default and by the middlewares of a project.

Sources: https://docs.medusajs.com/learn/fundamentals/api-routes/protected-routes, https://docs.medusajs.com/learn/fundamentals/api-routes/middlewares
"""

from __future__ import annotations

from collections.abc import Iterator

from msgspec.structs import replace

from ctxgen.model import At, Endpoint, Guard
from ctxgen.opaque import name
from ctxgen.source.program import Program
from ctxgen.source.routing import access_of, parameters
from ctxgen.source.script.next_middleware import Middleware, Pattern
from ctxgen.source.values import External, ModuleValue, Value

_FILE = "src/api/middlewares."
_PROTECTED = ("/admin", "/store/customers/me")
"""Where only those who are signed in are answered unless a file says otherwise."""
_GUARD = "authenticate"
_MOST, _STEPS = 500, 5_000
"""Middlewares of a project, and values that are looked at for them."""


def protected(program: Program, module: ModuleValue, endpoint: Endpoint, path: str) -> Endpoint:
    """An endpoint with the sign-in that Medusa asks for by default; `export const AUTHENTICATE = false` takes it away."""
    opened = "AUTHENTICATE" in module.exports and program.exported(module, "AUTHENTICATE") is False
    if opened or not any(f"{path}/".startswith(f"{each}/") for each in _PROTECTED):
        return endpoint
    guards = (Guard(name=name(_GUARD), kind="authn", at=endpoint.at), *endpoint.guards)
    return replace(endpoint, guards=guards, access=access_of(guards, None))


def middlewares(program: Program, root: str) -> list[Middleware]:
    """The sign-in that `defineMiddlewares` puts before paths."""
    start = f"{root}/" if root else ""
    found: list[Middleware] = []
    for path in program.sources.paths if program.sources is not None else ():
        if not path.startswith(start + _FILE) or (module := program.run(path)) is None:
            continue
        work = [(program.exported(module, each), At(path, 1)) for each in reversed(module.exports)]
        steps = 0
        while work and (steps := steps + 1) < _STEPS:  # a list may hold itself many times over
            value, at = work.pop()
            found += _stated(value, at)
            work += reversed([*_within(value, at)][:_MOST])
    return found[:_MOST]


def _within(value: Value, at: At) -> Iterator[tuple[Value, At]]:
    """What `defineMiddlewares`, a list or its `routes` hold."""
    if isinstance(value, External) and value.arguments is not None:
        for each in value.arguments.positional:
            yield each, At(at.path, value.arguments.line)
    elif isinstance(value, list):
        for each in value:
            yield each, at
    elif isinstance(value, dict) and not isinstance(value.get("matcher"), str) and isinstance(value.get("routes"), list):
        yield value["routes"], at


def _stated(value: Value, at: At) -> Iterator[Middleware]:
    """The sign-in of one entry, before its paths."""
    if isinstance(value, dict) and isinstance(value.get("matcher"), str):
        methods = value.get("methods", value.get("method"))
        stated = tuple(each for each in (methods if isinstance(methods, list) else [methods]) if isinstance(each, str) and each != "ALL")
        before = value.get("middlewares")
        if any(map(_signs_in, before if isinstance(before, list) else ())):
            path = parameters(value["matcher"])
            pattern = Pattern(path.rstrip("*").rstrip("/"), begins=path.endswith("*"))
            yield Middleware(Guard(name=name(_GUARD), kind="authn", at=at), (pattern,), None, stated)


def _signs_in(value: Value) -> bool:
    """Whether a middleware is `authenticate("customer", ["session"])`, which does not let others pass as well."""
    if not isinstance(value, External) or value.path.removesuffix("()").rpartition(".")[2] != _GUARD:
        return False
    options = value.arguments.get(2) if value.arguments is not None else None
    return not (isinstance(options, dict) and options.get("allowUnauthenticated") is True)
