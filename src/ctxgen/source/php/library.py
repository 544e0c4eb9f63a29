"""What functions of PHP and of its frameworks' helpers give, as far as paths and routers go through them; files that others run.

Sources: https://www.php.net/manual/en/funcref.php, https://laravel.com/docs/helpers.
"""

from __future__ import annotations

import posixpath
import re
from typing import TYPE_CHECKING

from ctxgen.readers import path_glob
from ctxgen.source import builtins, ir
from ctxgen.source.php.resolve import PhpResolver
from ctxgen.source.values import UNKNOWN, Arguments, FunctionValue, Scope, Value

if TYPE_CHECKING:
    from ctxgen.source.program import Hook, Program

_FORMAT = re.compile(r"%(?:\d{1,3}\$)?[sd]")
_DEEPEST = 12
_MOST = 2_000
"""Runs of files for others."""
LOADED = "php.loaded"
"""The files that another was seen to run."""


def resolver_of(program: Program) -> PhpResolver:
    assert isinstance(program.resolver, PhpResolver)
    return program.resolver


def file_at(program: Program, written: Value) -> str | None:
    """The path of a source file from what an expression of `__DIR__` or `base_path()` gives."""
    if not isinstance(written, str) or not written.startswith("."):
        return None
    path = posixpath.normpath(written)
    return path if resolver_of(program).exists(path) else None


def root_of(program: Program, path: str) -> str:
    """The folder of the application that a file belongs to: the nearest above with `bootstrap/app.php`, `routes` or `config`."""
    exists = resolver_of(program).exists
    folder = path.rpartition("/")[0]
    while folder:
        if any(exists(f"{folder}/{each}") for each in ("bootstrap/app.php", "routes/web.php", "routes/api.php", "config/app.php")):
            return folder
        folder = folder.rpartition("/")[0]
    return ""


def run_file(program: Program, path: str, scope: Scope | None) -> Value:
    """Run the statements of a file once more, with the names of the scope that asks for it; what it returns."""
    module = program.module(path)
    running = program.shared.setdefault("php.running", [])
    loaded = program.shared.setdefault(LOADED, [])
    if module is None or path in running or len(running) > _DEEPEST or len(loaded) > _MOST:
        return UNKNOWN
    loaded.append(path)
    module.done = True
    own = Scope(module, module.scope, this=scope.this if scope is not None else None, owner=scope.owner if scope is not None else None)
    names: list[Scope] = []
    while scope is not None and scope.parent is not None:  # those of the module itself are imports and classes
        names.append(scope)
        scope = scope.parent
    for each in reversed(names):
        own.names.update(each.names)
    running.append(path)
    try:
        return builtins.best(program._execute(program.lowered[path].statements, own, top=True))
    finally:
        running.pop()


def _require(program: Program, arguments: Arguments) -> Value:
    written = arguments.get(0)
    path = file_at(program, written)
    if path is None and isinstance(written, str) and not written.startswith("/"):  # beside the file itself
        path = file_at(program, f"./{arguments.scope.module.path.rpartition('/')[0]}/{written}")
    return run_file(program, path, arguments.scope) if path is not None else UNKNOWN


def _below(folder: str = "") -> Hook:
    """`base_path("x")`, `app_path("x")`."""

    def hook(program: Program, arguments: Arguments) -> Value:
        inner = arguments.get(0, default="")
        parts = (root_of(program, arguments.scope.module.path), folder, inner.lstrip("/") if isinstance(inner, str) else "")
        return "./" + "/".join(part for part in parts if part) if isinstance(inner, str) else UNKNOWN

    return hook


def _glob(program: Program, arguments: Arguments) -> Value:
    """`glob(__DIR__ . "/api/*.php")`: the files of source that match, for loops that load them."""
    pattern = arguments.get(0)
    if not isinstance(pattern, str) or not pattern.startswith("."):
        return UNKNOWN
    matches = path_glob(posixpath.normpath(pattern)).match
    return [f"./{path}" for path in resolver_of(program).sources.paths if matches(path)][:300]


def _files(program: Program, arguments: Arguments) -> Value:
    """`File::allFiles(base_path("routes/api"))`: the files of source in a folder."""
    folder = arguments.get(0)
    if not isinstance(folder, str) or not folder.startswith("."):
        return UNKNOWN
    start = posixpath.normpath(folder) + "/"
    return [f"./{path}" for path in resolver_of(program).sources.paths if path.startswith(start)][:300]


def _config(program: Program, arguments: Arguments) -> Value:
    """`config("api.prefix")`: what `config/api.php` returns below `prefix`, else the default of the call."""
    key, default = arguments.get(0), arguments.get(1, default=UNKNOWN)
    if not isinstance(key, str):
        return UNKNOWN
    file, *parts = key.split(".")
    value = _returned(program, "/".join(each for each in (root_of(program, arguments.scope.module.path), "config", f"{file}.php") if each))
    for part in parts:
        value = builtins.item(value, part) if isinstance(value, dict) else UNKNOWN
    return default if value is UNKNOWN or value is None else value


def _returned(program: Program, path: str) -> Value:
    known = program.shared.setdefault(f"php.returned.{path}", [])
    if not known:
        known.append(UNKNOWN)  # for settings that lead back here
        module = program.module(path) if resolver_of(program).exists(path) else None
        if module is not None:
            found = next((each for each in program.lowered[path].statements if isinstance(each, ir.Return)), None)
            known[0] = program.evaluate(found.value, module.scope) if found is not None else UNKNOWN
    return known[0]


def _default(program: Program, arguments: Arguments) -> Value:
    """`env("NAME", default)`."""
    return arguments.get(1, "default", default=UNKNOWN)


def _dirname(program: Program, arguments: Arguments) -> Value:
    path, levels = arguments.get(0), arguments.get(1, "levels", default=1)
    if not isinstance(path, str):
        return UNKNOWN
    for _ in range(levels if isinstance(levels, int) and 0 < levels < 20 else 1):
        path = posixpath.dirname(posixpath.normpath(path))
    return path if path.startswith(".") else f"./{path}" if path else "."


def _sprintf(program: Program, arguments: Arguments) -> Value:
    pattern, *values = arguments.positional or [UNKNOWN]
    if not isinstance(pattern, str):
        return UNKNOWN
    given = iter(values)

    def filled(_: re.Match[str]) -> str:
        value = next(given, UNKNOWN)
        return str(value) if isinstance(value, (str, int)) else "{part}"

    return _FORMAT.sub(filled, pattern)[:500]


def _merge(program: Program, arguments: Arguments) -> Value:
    if any(isinstance(each, dict) for each in arguments.positional):
        merged: dict[str, Value] = {}
        for each in arguments.positional:
            merged |= each if isinstance(each, dict) else {}
        return merged
    return builtins.concatenated([each for each in arguments.positional if isinstance(each, list)])


def _map(program: Program, arguments: Arguments) -> Value:
    function, values = arguments.get(0), arguments.get(1)
    if not isinstance(function, FunctionValue) or not isinstance(values, list):
        return UNKNOWN
    return [program.call(function, arguments._replace(positional=(each,), keywords={})) for each in values[:300]]


def _call(program: Program, arguments: Arguments) -> Value:
    function = arguments.get(0)
    return program.call(function, arguments._replace(positional=arguments.positional[1:], written=arguments.written[1:]))


def _pairs(program: Program, arguments: Arguments) -> Value:
    match arguments.get(0):
        case list() as values:
            return [[index, value] for index, value in enumerate(values)]
        case dict() as entries:
            return [[key, value] for key, value in entries.items()]
    return [[UNKNOWN, UNKNOWN]]


def _values(program: Program, arguments: Arguments) -> Value:
    given = arguments.get(0, default=UNKNOWN)
    return list(given.values()) if isinstance(given, dict) else given


def _first(program: Program, arguments: Arguments) -> Value:
    return arguments.get(0, default=UNKNOWN)


def _trim(program: Program, arguments: Arguments) -> Value:
    text, marks = arguments.get(0), arguments.get(1)
    return text.strip(marks if isinstance(marks, str) else None) if isinstance(text, str) else UNKNOWN


def _implode(program: Program, arguments: Arguments) -> Value:
    separator, values = arguments.get(0), arguments.get(1)
    if not isinstance(separator, str) or not isinstance(values, list):
        return UNKNOWN
    return separator.join(each if isinstance(each, str) else "{part}" for each in values)[:500]


def _explode(program: Program, arguments: Arguments) -> Value:
    separator, text = arguments.get(0), arguments.get(1)
    return text.split(separator)[:300] if isinstance(separator, str) and separator and isinstance(text, str) else UNKNOWN


HOOKS: dict[str, Hook] = {
    "require()": _require,
    "base_path()": _below(),
    "app_path()": _below("app"),
    "config_path()": _below("config"),
    "config()": _config,
    "env()": _default,
    "dirname()": _dirname,
    "sprintf()": _sprintf,
    "array_merge()": _merge,
    "array_map()": _map,
    "call_user_func()": _call,
    "array_values()": _values,
    "each()()": _pairs,
    "realpath()": _first,
    "array_filter()": _first,
    "array_unique()": _first,
    "collect()": _first,
    "strval()": _first,
    "trim()": _trim,
    "implode()": _implode,
    "join()": _implode,
    "explode()": _explode,
    "glob()": _glob,
    **{
        f"{facade}.{name}()": hook
        for facade in ("File", "Illuminate.Support.Facades.File")
        for name, hook in (("glob", _glob), ("allFiles", _files), ("files", _files))
    },
}
