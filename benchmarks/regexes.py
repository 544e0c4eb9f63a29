"""Every regular expression of the package on strings derived from its own structure: none may backtrack badly.

    python benchmarks/regexes.py [MODULE]

with the beginning of a module's name for the patterns of a part alone.

Patterns are those that modules hold or write in calls of `re`, and those that are made while the fixtures are read.
For every repetition of a pattern a text is made that matches up to it, goes on with what it repeats, and then fails.
It is doubled until the pattern takes long on it, in the way in which the package applies the pattern (`search` where
that is not seen), and the growth of the last doubling is told: 2 is linear; 4 is quadratic, harmless on bounded lines;
8 and more never is.
"""

from __future__ import annotations

import ast
import importlib
import re
import signal
import sys
import time
from collections import defaultdict
from collections.abc import Callable, Iterator
from pathlib import Path
from types import ModuleType
from typing import Any, NamedTuple

ROOT = Path(__file__).parents[1]
sys.path.insert(0, str(ROOT / "tests"))

from support_hostile import attacks, patterns_of  # noqa: E402

import ctxgen  # noqa: E402

FIRST, LAST = 8, 1 << 13
"""Repetitions of an attack."""
LONG, NEVER = 0.05, 2.0
"""CPU seconds after which growth can be judged, and after which a search is ended."""
ANCHORED = frozenset(("match", "fullmatch"))
METHODS = ANCHORED | {"search", "sub", "subn", "finditer", "findall"}


class _TooLong(Exception):
    pass


def _stop(*_: object) -> None:
    raise _TooLong


class Slow(NamedTuple):
    """The worst attack on a pattern: growth at the last doubling, CPU seconds, characters."""

    growth: float = 0.0
    seconds: float = 0.0
    size: int = 0
    attack: str = ""


def spent(apply: Callable[[Any], object], subject: Any) -> float:
    """CPU seconds of one search, `NEVER` where it takes longer."""
    signal.setitimer(signal.ITIMER_VIRTUAL, NEVER)
    begun = time.process_time()
    try:
        apply(subject)
    except _TooLong:
        return NEVER
    finally:
        signal.setitimer(signal.ITIMER_VIRTUAL, 0)
    return time.process_time() - begun


def worst(pattern: re.Pattern[Any], method: str) -> Slow:
    """The attack under which a pattern's time grows fastest."""
    apply, found = getattr(pattern, method), Slow()
    for prefix, body, suffix in attacks(pattern):

        def text(count: int, prefix: str = prefix, body: str = body, suffix: str = suffix) -> Any:
            made = prefix + body * count + suffix
            return made.encode("latin-1", "replace") if isinstance(pattern.pattern, bytes) else made

        count, last = FIRST, spent(apply, text(FIRST))
        while last < LONG and count < LAST:
            count *= 2
            last = spent(apply, text(count))
        growth = 1.0
        if last >= LONG:  # a busy machine makes one of several slow
            last = min(last, spent(apply, text(count)))
            growth = last / max(1e-5, min(spent(apply, text(count // 2)) for _ in range(3)))
        found = max(found, Slow(growth, last, len(text(count)), f"{prefix[:40]!r} + {body[:20]!r} * {count}"))
    return found


def files() -> Iterator[tuple[str, Path]]:
    """(name, file) of every module of the package; not every folder of it has an `__init__.py`."""
    package = Path(ctxgen.__path__[0])
    for path in sorted(package.rglob("*.py")):
        yield ".".join((package.name, *path.relative_to(package).with_suffix("").parts)).removesuffix(".__init__"), path


def modules(only: str) -> Iterator[ModuleType]:
    for name, _ in files():
        if not name.endswith("__main__") and name.startswith(only):
            yield importlib.import_module(name)


def ways() -> tuple[dict[str, set[str]], dict[str, set[str]]]:
    """How patterns are applied: by the name that one has anywhere, and by the module for those in tables and attributes."""
    by_name: dict[str, set[str]] = defaultdict(set)
    by_module: dict[str, set[str]] = defaultdict(set)
    for module, path in files():
        called: set[int] = set()
        for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
            match node:
                case ast.Call(func=ast.Attribute(value=ast.Name(id="re"), attr=attr), args=[ast.Name(), *_]):
                    by_module[module].add(attr)
                case ast.Attribute(value=ast.Name(id=name) as inner, attr=attr) if attr in METHODS and name != "re":
                    by_name[_place(module, name)].add(attr)
                    called.add(id(inner))
                    if not name.isupper():  # a local name for a member of a table
                        by_module[module].add(attr)
                case ast.Attribute(attr=attr) if attr in METHODS:
                    by_module[module].add(attr)
                case ast.Name(id=name, ctx=ast.Load()) if id(node) not in called:
                    by_name[_place(module, name)].add("search")
    return by_name, by_module


def _place(module: str, name: str) -> str:
    """A name of the package: one that begins with `_` is its module's own."""
    return f"{module}.{name}" if name.startswith("_") else name


def made_while_reading() -> dict[str, dict[re.Pattern[Any], set[str]]]:
    """Patterns by the module of the package that asks `re` for them while the fixtures are read, and what it asks for."""
    from ctxgen.pipeline import scan

    found: dict[str, dict[re.Pattern[Any], set[str]]] = defaultdict(dict)
    compiled = re._compile  # type: ignore[attr-defined]

    def noting(pattern: Any, flags: Any) -> re.Pattern[Any]:
        made: re.Pattern[Any] = compiled(pattern, flags)
        asking = sys._getframe(2).f_globals.get("__name__", "")
        if asking.startswith("ctxgen."):
            found[asking].setdefault(made, set()).add(sys._getframe(1).f_code.co_name)
        return made

    re._compile = noting  # type: ignore[attr-defined]
    try:
        for folder in sorted((ROOT / "fixtures").glob("*/*")):
            if folder.is_dir():
                scan(folder)
    finally:
        re._compile = compiled  # type: ignore[attr-defined]
    return found


def patterns(only: str) -> Iterator[tuple[str, re.Pattern[Any], str]]:
    """(module, pattern, how it is applied) of every pattern of the package, once."""
    loaded = list(modules(only))
    made, (by_name, by_module) = made_while_reading(), ways()
    seen: dict[tuple[re.Pattern[Any], str], None] = {}
    for module in loaded:
        name = module.__name__
        names = {id(value): key for key, value in vars(module).items() if isinstance(value, re.Pattern)}
        asked = made.get(name, {})
        for pattern in dict.fromkeys((*patterns_of(module), *asked)):
            if id(pattern) in names:
                applied = by_name[_place(name, names[id(pattern)])]
            else:
                applied = asked.get(pattern, set()) - {"compile"} or by_module[name] & METHODS
            method = "match" if applied and applied <= ANCHORED else "search"
            if (pattern, method) not in seen:
                seen[pattern, method] = None
                yield name, pattern, method


def main() -> int:
    signal.signal(signal.SIGVTALRM, _stop)
    tried = quadratic = worse = 0
    slowest = Slow()
    for name, pattern, method in patterns(sys.argv[1] if len(sys.argv) > 1 else ""):
        tried += 1
        found = worst(pattern, method)
        slowest = max(slowest, found)
        if found.growth > 2.8:
            bad = found.growth > 6 or found.seconds >= NEVER
            quadratic, worse = quadratic + (not bad), worse + bad
            told = f"x{found.growth:5.1f} {found.seconds:6.3f} s for {found.size:7} {method:6} {name} {str(pattern.pattern)[:90]!r} {found.attack}"
            print(f"{'BAD' if bad else 'quadratic':9} {told}", flush=True)
    print(f"{tried} patterns, {quadratic} quadratic, {worse} worse; fastest growing: {slowest}")
    return 1 if worse else 0


if __name__ == "__main__":
    raise SystemExit(main())
