"""Nitro and Nuxt: the middleware of a server, which stands before all of its routes, and whether it guards them.

Sources: https://nitro.build/guide/routing#middleware, https://nuxt.com/docs/guide/directory-structure/server#server-middleware
"""

from __future__ import annotations

import posixpath
import re
from collections.abc import Iterator

from ctxgen.model import At
from ctxgen.source.guards import guard, refusal
from ctxgen.source.program import Program
from ctxgen.source.reach import conditional
from ctxgen.source.script.next_middleware import Middleware
from ctxgen.source.values import External, FunctionValue, Value

_FILE = re.compile(r"(?:\d{1,4}[.-])?([\w.-]{1,60})\.m?[jt]s")
"""Numbers before a name only put the files in order."""


def middlewares(program: Program, root: str) -> list[Middleware]:
    """The guards among the middleware of the project in a folder, in the order in which they run."""
    folder = posixpath.join(root, "server/middleware")
    return [made for path in program.paths if posixpath.dirname(path) == folder for made in _one(program, path)]


def _one(program: Program, path: str) -> Iterator[Middleware]:
    named, module = _FILE.fullmatch(posixpath.basename(path)), program.run(path)
    value = _inner(program.exported(module, "default")) if module is not None and "default" in module.exports else None
    if named is None or not isinstance(value, FunctionValue) or conditional(value.function):
        return
    made = guard(named[1], At(path, value.function.line), refusal(value.function))
    if made is not None and made.kind in ("authn", "authz") and refusal(value.function) is not None:
        yield Middleware(made, (), value)


def _inner(value: Value) -> Value:
    """The function in `defineEventHandler(…)`, which nothing imports."""
    given = value.arguments.get(0) if isinstance(value, External) and value.arguments is not None else value
    return given.get("handler") if isinstance(given, dict) else given
