"""What frameworks' calls mean, as data: `detectors/source/<language>/<framework>/framework.toml`.

```toml
technology = "express"                     # the catalogue's id
literals = ["express"]                     # bytes one of which a file must hold before its source is read for this framework
hooks = "express"                          # optional: the module of `ctxgen.source.<language>` for what data cannot say

[types.router]                             # something that routes are put on
made_by = ["express.Router()"]             # paths of the library whose call gives one; without `()` the thing itself is one
typed = ["express.Router"]                 # declared types of parameters, fields and results
root = false                               # whether it answers requests by itself
is_a = "base"                              # a type whose methods it has, too

[[methods]]
on = ["router"]                            # types
names = ["get", "post"]                    # of the method called
does = "route"                             # see `Does`
path = [0]                                 # positions (from the end if negative) or keywords; the first that is there counts
```
"""

from __future__ import annotations

from collections.abc import Iterable
from functools import cache
from pathlib import Path
from typing import Any, Literal

import msgspec
from msgspec import Struct

Where = tuple[int | str, ...]
"""Positions (negative from the end) and keywords of a call; the first that is there counts."""

Does = Literal["route", "group", "mount", "guard", "prefix", "self", "public"]
"""What a method does to its owner:

- `route` adds a route;
- `group` gives a new router of type `makes` below the owner, to `callback` if one is given;
- `mount` puts `child` below the owner;
- `guard` adds guards to the owner: to all of it, or below `prefix`;
- `prefix` sets the owner's prefix;
- `self` is a call of a chain that changes nothing known;
- `public` opens the owner or the route of the chain to everybody.
"""

Verb = Literal["GET", "POST", "PUT", "PATCH", "DELETE", "HEAD", "OPTIONS", "TRACE", "CONNECT", "ANY", "WS"]


class Type(Struct, frozen=True, kw_only=True):
    """Something that routes are put on.  `prefix` and `guards`: where its constructor takes them."""

    name: str = ""
    framework: str = ""
    made_by: tuple[str, ...] = ()
    typed: tuple[str, ...] = ()
    named: tuple[str, ...] = ()
    """Names of parameters without a declared type that stand for one: `(sequelize, DataTypes) => …`."""
    root: bool = False
    is_a: str | None = None
    prefix: Where = ()
    guards: Where = ()
    fluent: bool = False
    """Whether methods that are not described give the object itself."""
    begins: dict[str, str] = {}
    """What a method gives that nothing describes, by the beginning of its name: `Map` something of its own below the object."""
    routes: bool = True
    """Whether it holds routes; a type that only leads to others (a builder of settings) does not."""


class Method(Struct, frozen=True, kw_only=True):
    """What a call of one of `names` on one of the types does."""

    on: tuple[str, ...]
    names: tuple[str, ...]
    does: Does
    path: Where = ()
    methods: tuple[Verb, ...] = ()
    """Fixed methods; without them and `methods_at` it is the name of the call, `ANY` for `any` and `all`."""
    methods_at: Where = ()
    default: tuple[Verb, ...] = ("GET",)
    """The methods where `methods_at` says none."""
    handler: Where = (-1,)
    guards: tuple[int | str, ...] = ()
    """Positions and keywords whose values are guards; `between` all between path and handler, `rest` all that is no path."""
    child: tuple[int | str, ...] = ()
    """Positions and keywords of what is mounted; `rest` all arguments that are routers."""
    prefix: Where = ()
    callback: Where = ()
    receiver: bool = False
    """Whether the callback calls the new router's methods by bare names (Ktor, Ruby blocks), or as `this`."""
    makes: str | None = None
    decorator: bool = False
    """Whether the call waits for the function that it decorates."""
    chain: bool = False
    """Whether the call gives its owner for further calls; a `route` gives the route, for guards that follow (`.RequireAuthorization()`)."""
    kind: Literal["http", "ws", "sse", "grpc", "graphql", "message"] = "http"


class Framework(Struct, frozen=True, kw_only=True):
    """One file of the folder."""

    technology: str
    language: str = ""
    name: str = ""
    literals: tuple[str, ...] = ()
    files: tuple[str, ...] = ()
    """Globs of paths that are read whatever they hold: `**/config/routes.rb`."""
    always: bool = False
    """Whether its hooks look at all files, whatever these hold; no file is followed for it alone."""
    hooks: str | None = None
    trailing: bool = False
    """Whether `/` below a prefix keeps its slash."""
    opens: tuple[str, ...] = ()
    """Decorators of handlers that open them to everybody."""
    types: dict[str, Type] = {}
    methods: tuple[Method, ...] = ()


class FrameworkError(Exception):
    """A file under `detectors/source` that is wrong: its path and the reason."""


def load_folder(folder: Path) -> list[Framework]:
    """All frameworks, by language and name.  Raises `FrameworkError`."""
    import tomllib

    found = []
    for path in sorted(folder.glob("*/*/framework.toml")):
        shown = path.relative_to(folder)
        try:
            framework = msgspec.convert(tomllib.loads(path.read_text(encoding="utf-8")), Framework, strict=True)
        except (tomllib.TOMLDecodeError, msgspec.ValidationError) as error:
            raise FrameworkError(f"{shown}: {error}") from None
        language, name = path.parent.parent.name, path.parent.name
        types = {key: msgspec.structs.replace(each, name=key, framework=name) for key, each in framework.types.items()}
        for method in framework.methods:
            for each in (*method.on, *([method.makes] if method.makes else [])):
                if each not in types:
                    raise FrameworkError(f"{shown}: no type {each!r}")
        found.append(msgspec.structs.replace(framework, language=language, name=name, types=types))
    return found


@cache
def frameworks() -> tuple[Framework, ...]:
    """All frameworks that are known."""
    from ctxgen import compiled

    return msgspec.msgpack.decode(compiled.load().frameworks, type=tuple[Framework, ...])


class Vocabulary:
    """The frameworks of one language, to look paths, types and methods up in."""

    def __init__(self, known: Iterable[Framework]) -> None:
        self.frameworks = {framework.name: framework for framework in known}
        self.made: dict[str, Type] = {}
        self.typed: dict[str, Type] = {}
        self.named: dict[str, Type] = {}
        self._methods: dict[tuple[str, str, str], Method] = {}
        methods = [method for framework in self.frameworks.values() for method in framework.methods]
        self.routing_names = {
            name
            for method in methods
            for name in method.names
            if method.does in ("mount", "group") or (method.does == "route" and name[:1].isupper())
        }
        """The names of methods that put something on a router, those of routes where no other code has such names (`GET`, not `get`)."""
        for framework in self.frameworks.values():
            for type in framework.types.values():
                self.made.update(dict.fromkeys(type.made_by, type))
                self.typed.update(dict.fromkeys(type.typed, type))
                self.named.update(dict.fromkeys(type.named, type))
            for method in framework.methods:
                for on in method.on:
                    for called in method.names:
                        self._methods[framework.name, on, called] = method

    def method(self, type: Type, called: str) -> Method | None:
        """What a method of a type does; those of the types that it is are its own."""
        framework = self.frameworks[type.framework]
        each: Type | None = type
        for _ in range(8):
            if each is None:
                return None
            if (found := self._methods.get((type.framework, each.name, called))) is not None:
                return found
            each = framework.types.get(each.is_a) if each.is_a else None
        return None

    def kinds(self, type: Type) -> list[str]:
        """The names of a type and of those that it is."""
        found, each = [type.name], type
        while each.is_a and each.is_a not in found:
            found.append(each.is_a)
            each = self.frameworks[type.framework].types[each.is_a]
        return found


def plain(value: Any) -> list[str]:
    """A string, or the strings of a list."""
    values = value if isinstance(value, list) else [value]
    return [each for each in values if isinstance(each, str)]
