"""What the library of JavaScript and Node.js gives for values that are followed: entries of objects, paths, files of a folder.

A path of the file system is a text that begins with `file:///` and the path from the repository's root.
Sources: https://tc39.es/ecma262/#sec-object-constructor, https://nodejs.org/api/path.html, https://nodejs.org/api/fs.html
"""

from __future__ import annotations

import fnmatch
import math
import posixpath
from collections.abc import Iterable
from typing import TYPE_CHECKING

from ctxgen.facts import folder_of
from ctxgen.source.script._nodes import MAX_NUMBER
from ctxgen.source.values import UNKNOWN, Arguments, External, ModuleValue, Value

if TYPE_CHECKING:
    from ctxgen.source.program import Hook, Program

FILE = "file:///"


def file_path(value: Value, arguments: Arguments) -> str | None:
    """The path from the root that a value means, None for what is no path of the repository."""
    match value:
        case External("__dirname" | "import.meta.dirname"):
            return folder_of(arguments.scope.module.path)
        case External("__filename" | "import.meta.filename" | "import.meta.url"):
            return arguments.scope.module.path
        case External("process.cwd()"):
            return ""
        case str() if value.startswith(FILE):
            return value.removeprefix(FILE)
    return None


def _entries(program: Program, arguments: Arguments) -> Value:
    value = _table(arguments.get(0))
    return [[key, item] for key, item in value.items()] if isinstance(value, dict) else UNKNOWN


def _keys(program: Program, arguments: Arguments) -> Value:
    value = _table(arguments.get(0))
    return list(value) if isinstance(value, dict) else UNKNOWN


def _values(program: Program, arguments: Arguments) -> Value:
    value = _table(arguments.get(0))
    return list(value.values()) if isinstance(value, dict) else UNKNOWN


def _table(value: Value) -> Value:
    """A module is the table of what it exports."""
    return (
        {key: item for key, item in value.exports.items() if key != "default"} or value.exports.get("default")
        if isinstance(value, ModuleValue)
        else value
    )


def _assign(program: Program, arguments: Arguments) -> Value:
    """`Object.assign(target, …)`"""
    target = arguments.get(0)
    if isinstance(target, dict):
        for each in arguments.positional[1:]:
            target.update(each if isinstance(each, dict) else {})
    return target


def _first(program: Program, arguments: Arguments) -> Value:
    return arguments.get(0, default=UNKNOWN)


def _join(program: Program, arguments: Arguments) -> Value:
    """`path.join(__dirname, "routes")`; plain texts are joined as well."""
    parts = list(arguments.positional)
    start = file_path(parts[0], arguments) if parts else None
    words = [each for each in (parts if start is None else parts[1:]) if isinstance(each, str)]
    if len(words) != len(parts) - (start is not None):
        return UNKNOWN
    joined = posixpath.join(start or "", *(word.lstrip("/") if index or start is not None else word for index, word in enumerate(words)))
    return (FILE if start is not None else "") + posixpath.normpath(joined).removeprefix("./")


def _beside(program: Program, arguments: Arguments) -> Value:
    """desm's `join(import.meta.url, "routes")`: a path from the folder of the file."""
    path = file_path(arguments.get(0), arguments)
    words = [each for each in arguments.positional[1:] if isinstance(each, str)]
    return UNKNOWN if path is None else FILE + posixpath.normpath(posixpath.join(folder_of(path), *words))


def _dirname(program: Program, arguments: Arguments) -> Value:
    path = file_path(arguments.get(0), arguments)
    return UNKNOWN if path is None else FILE + folder_of(path)


def _file_name(program: Program, arguments: Arguments) -> Value:
    """`fileURLToPath(import.meta.url)`"""
    path = file_path(arguments.get(0), arguments)
    return UNKNOWN if path is None else FILE + path


def _basename(program: Program, arguments: Arguments) -> Value:
    path, suffix = arguments.get(0), arguments.get(1)
    if not isinstance(path, str):
        return UNKNOWN
    base = posixpath.basename(path)
    return base.removesuffix(suffix) if isinstance(suffix, str) else posixpath.splitext(base)[0] if suffix is not None else base


def _extname(program: Program, arguments: Arguments) -> Value:
    path = arguments.get(0)
    return posixpath.splitext(path)[1] if isinstance(path, str) else UNKNOWN


def _parse(program: Program, arguments: Arguments) -> Value:
    path = arguments.get(0)
    if not isinstance(path, str):
        return UNKNOWN
    folder, base = posixpath.split(path)
    stem, extension = posixpath.splitext(base)
    return {"dir": folder, "base": base, "name": stem, "ext": extension}


def _read_folder(program: Program, arguments: Arguments) -> Value:
    """`fs.readdirSync(path.join(__dirname, "routes"))`: the names in a folder, but for the file that asks."""
    folder = file_path(arguments.get(0), arguments)
    if folder is None:
        return UNKNOWN
    start = f"{folder}/" if folder else ""
    names = {
        path[len(start) :].split("/")[0]: None for path in program.paths if path.startswith(start) and path != arguments.scope.module.path
    }
    return list(names)


def _glob(program: Program, arguments: Arguments) -> Value:
    """`glob.sync(path.join(__dirname, "./routes/*.js"))`: the files that a pattern names."""
    patterns = arguments.get(0)
    found = []
    for pattern in patterns if isinstance(patterns, list) else [patterns]:
        if isinstance(pattern, str):
            found += matching(program.paths, pattern.removeprefix(FILE))
    return [FILE + path for path in found if path != arguments.scope.module.path]


def matching(paths: Iterable[str], pattern: str) -> list[str]:
    """The paths that are like a pattern; `**/` is any number of folders, `.js` may be compiled from `.ts`."""
    pattern = pattern.removeprefix("./").replace("**/", "*")
    if pattern.endswith(".js"):
        pattern = pattern.removesuffix("js") + "[jt]s"
    return [path for path in paths if fnmatch.fnmatchcase(path, pattern)]


def _resolved_promises(program: Program, arguments: Arguments) -> Value:
    return arguments.get(0, default=UNKNOWN)


_READ_FOLDER = (
    "fs.readdirSync()",
    "fs.readdir()",
    "fs/promises.readdir()",
    "fs.promises.readdir()",
    "node:fs.readdirSync()",
    "node:fs/promises.readdir()",
    "node:fs.promises.readdir()",
)
_GLOB = (
    "glob.sync()",
    "glob.globSync()",
    "glob.glob()",
    "glob()",
    "fast-glob.sync()",
    "fast-glob()",
    "globby.sync()",
    "globby.globbySync()",
    "globby.globby()",
    "globby()",
)


def _paths(module: str) -> dict[str, Hook]:
    return {
        f"{module}.join()": _join, f"{module}.resolve()": _join, f"{module}.normalize()": _first, f"{module}.dirname()": _dirname,
        f"{module}.posix.join()": _join, f"{module}.basename()": _basename, f"{module}.extname()": _extname, f"{module}.parse()": _parse,
    }  # fmt: skip


def _equal(program: Program, arguments: Arguments) -> Value:
    one, other = (arguments.get(index) for index in (0, 1))
    known = all(isinstance(each, (str, int)) for each in (one, other))
    return one == other if known else UNKNOWN


def _different(program: Program, arguments: Arguments) -> Value:
    found = _equal(program, arguments)
    return found if found is UNKNOWN else not found


def _from_entries(program: Program, arguments: Arguments) -> Value:
    """`Object.fromEntries(kinds.map((kind) => [kind, list(kind)]))`"""
    entries = arguments.get(0)
    pairs = [each for each in entries if isinstance(each, list) and len(each) == 2] if isinstance(entries, list) else []
    return {key: value for key, value in pairs if isinstance(key, str)} if pairs else UNKNOWN


def _multiplied(program: Program, arguments: Arguments) -> Value:
    """`15 * MINUTE`"""
    numbers = [each for each in arguments.positional if isinstance(each, int)]
    found = math.prod(numbers) if len(numbers) == len(arguments.positional) else MAX_NUMBER
    return found if abs(found) < MAX_NUMBER else UNKNOWN


def _part_of_version(index: int) -> Hook:
    """`semver.major("2.1.0")`"""

    def part(program: Program, arguments: Arguments) -> Value:
        version = arguments.get(0)
        numbers = version.lstrip("v").split(".") if isinstance(version, str) else []
        return int(numbers[index]) if len(numbers) > index and numbers[index].isdecimal() else UNKNOWN

    return part


HOOKS: dict[str, Hook] = {
    "===()": _equal, "!==()": _different, "a*b()": _multiplied,
    "Object.entries()": _entries, "Object.keys()": _keys, "Object.values()": _values, "Object.assign()": _assign, "Object.freeze()": _first,
    "semver.major()": _part_of_version(0), "semver.minor()": _part_of_version(1),
    "Object.fromEntries()": _from_entries, "Array.from()": _first, "Promise.all()": _resolved_promises,
    "Promise.resolve()": _resolved_promises, "String()": _first, "lodash.map()": lambda program, arguments: UNKNOWN,
    **_paths("path"), **_paths("node:path"),
    "url.fileURLToPath()": _file_name, "node:url.fileURLToPath()": _file_name,
    "desm.join()": _beside,
    **dict.fromkeys(_READ_FOLDER, _read_folder), **dict.fromkeys(_GLOB, _glob),
}  # fmt: skip
