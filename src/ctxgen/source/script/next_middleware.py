"""Next.js: the middleware of a project, which paths it is put before, and whether it guards them.

Sources: https://nextjs.org/docs/app/api-reference/file-conventions/middleware, https://next-auth.js.org/configuration/nextjs#middleware,
https://clerk.com/docs/references/nextjs/clerk-middleware
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator
from functools import partial
from typing import NamedTuple

from ctxgen.model import At, Guard
from ctxgen.opaque import name
from ctxgen.source import ir
from ctxgen.source.guards import guard, refusal
from ctxgen.source.program import Program
from ctxgen.source.reach import reach
from ctxgen.source.values import External, FunctionValue, ModuleValue, Value

_FILES = ("middleware", "proxy")
_EXPORTS = ("middleware", "proxy", "default")
_GUARDING = ("next-auth/middleware", "next-auth/middleware.withAuth", "@kinde-oss/kinde-auth-nextjs/middleware.withAuth")
"""What turns away everybody who is not signed in."""
_LITERAL = re.compile(r"[\w./-]{1,100}")


class Pattern(NamedTuple):
    """A path that `config.matcher` states: with all below it, or all that begin with none of some words."""

    path: str
    begins: bool = False
    without: tuple[str, ...] = ()

    def meets(self, path: str) -> bool:
        if self.without:
            return not any(path.removeprefix("/").startswith(each) for each in self.without)
        return path == self.path or (self.begins and path.startswith(self.path.rstrip("/") + "/")) or (self.begins and self.path == "/")


class Middleware(NamedTuple):
    """A guard and the paths that it stands before; `checked` is told what it says of paths itself."""

    guard: Guard
    patterns: tuple[Pattern, ...]
    function: FunctionValue | None
    methods: tuple[str, ...] = ()
    """The methods that alone it is put before; none: all."""

    def covers(self, program: Program, path: str) -> bool:
        """Whether it guards a path (without the base path of the project)."""
        if self.patterns and not any(each.meets(path) for each in self.patterns):
            return False
        return self.function is None or reach(self.function.function, partial(program.evaluate, scope=self.function.scope)).covers(path)


def middleware(program: Program, root: str) -> list[Middleware]:
    """The guard that the middleware of a project is, none where it is none or where it is not known what it stands before."""
    start = f"{root}/" if root else ""
    for path in program.paths:
        stem, _, ending = path.removeprefix(start).removeprefix("src/").rpartition(".")
        if path.startswith(start) and stem in _FILES and ending in ("ts", "js", "mjs"):
            module = program.run(path)
            patterns = _patterns(program, module) if module is not None else None
            found = _guard(program, module, patterns) if module is not None and patterns is not None else None
            return [found] if found is not None else []
    return []


def _guard(program: Program, module: ModuleValue, patterns: tuple[Pattern, ...]) -> Middleware | None:
    exported = next((each for each in _EXPORTS if each in module.exports), None)
    if exported is None:
        return None
    value = program.exported(module, exported)
    line = next((each.line for each in program.lowered[module.path].statements if isinstance(each, ir.Export) and each.name == exported), 1)
    at = At(module.path, line)
    if isinstance(value, External) and value.path.removesuffix("()").removesuffix(".default") in _GUARDING:
        return Middleware(Guard(name=name(value.path.partition(".")[0]), kind="authn", at=at), patterns, None)
    if isinstance(value, FunctionValue) and (kind := refusal(value.function)) is not None:
        made = guard("middleware", at, kind)
        return Middleware(made, patterns, value) if made is not None else None
    return None


def _patterns(program: Program, module: ModuleValue) -> tuple[Pattern, ...] | None:
    """The patterns of `config.matcher`, none where there is none; None where one of them is not understood."""
    config = program.exported(module, "config") if "config" in module.exports else None
    stated = config.get("matcher") if isinstance(config, dict) else None
    found = [_pattern(each) for each in _texts(stated)]
    known = tuple(each for each in found if each is not None)
    return known if len(known) == len(found) else None


def _texts(stated: Value) -> Iterator[str]:
    for each in stated if isinstance(stated, list) else [stated]:
        text = each.get("source") if isinstance(each, dict) else each
        if each is not None:
            yield text if isinstance(text, str) else "?"


def _pattern(written: str) -> Pattern | None:
    """`/api/:path*`, `/admin/(.*)`, `/((?!api|_next/static).*)`; other expressions are not understood."""
    if written.startswith("/((?!") and written.endswith(").*)"):
        words = tuple(_words(written.removeprefix("/((?!").removesuffix(").*)").split("|")))
        return Pattern("/", without=words) if words else None
    for ending in ("/:path*", "/(.*)", "/:path+", "(.*)"):
        if written.endswith(ending):
            path = written.removesuffix(ending) or "/"
            return Pattern(path, begins=True) if _LITERAL.fullmatch(path) else None
    return Pattern(written) if _LITERAL.fullmatch(written) else None


def _words(parts: Iterable[str]) -> Iterator[str]:
    """The parts that are words; the others name files, whose ends no endpoint of code has."""
    return (word for each in parts if _LITERAL.fullmatch(word := each.replace("\\.", ".").removesuffix("$")))
