"""Where the drawing of Rails' routes stands, and how a route is put there.

A mapper is the state of the drawing at one level: path, module, controller, the resource that a block speaks of.
Source: https://api.rubyonrails.org/classes/ActionDispatch/Routing/Mapper.html.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator

from msgspec import Struct
from msgspec.structs import replace

from ctxgen.model import At, Guard
from ctxgen.source import ir
from ctxgen.source.guards import guard, spelled
from ctxgen.source.program import Program
from ctxgen.source.routing import join
from ctxgen.source.ruby.rails_filters import before
from ctxgen.source.ruby.rails_names import names_of
from ctxgen.source.values import Arguments, FunctionValue, Object, Value

_OPTIONAL = re.compile(r"/?\([^()]*\)")
_DEEPEST = 8


class Level(Struct, frozen=True):
    """Where in the drawing a block stands.  `member`, `collection` are the paths of the resource around it, `nested` what a bare route gets."""

    path: str = ""
    module: str = ""
    controller: str = ""
    action: str = ""
    member: str = ""
    collection: str = ""
    nested: str = ""
    within: str = ""
    """`resources`, `resource`, `member`, `collection` or nothing."""
    shallow: bool = False
    format: bool = False
    """Whether paths must name a format: `/orders.json`."""
    guards: tuple[Guard, ...] = ()
    api: bool = False
    names: tuple[tuple[str, str], ...] = ()
    """What `path_names` calls `new` and `edit`."""
    only: Value = None
    left_out: Value = None
    """The actions that resources have or leave out where they do not say it."""
    given: tuple[tuple[str, Value], ...] = ()
    """The options that `with_options` gives to each call."""

    @property
    def base(self) -> str:
        """What a path inside begins with."""
        return self.nested if self.within in ("resources", "resource") else self.path

    def inside(self, module: Value) -> str:
        """The module of a level below."""
        return f"{self.module}/{module}".strip("/") if isinstance(module, str) else self.module


def level_of(owner: Object) -> Level:
    found = owner.fields.get("level")
    return found if isinstance(found, Level) else Level()


def draw_inside(program: Program, owner: Object, level: Level, arguments: Arguments) -> None:
    """Draw what the block of a call draws, at another level."""
    callback = arguments.get(-1)
    if isinstance(callback, FunctionValue):
        child = Object(owner.type, owner.router)
        child.fields |= {"level": level, "concerns": owner.fields.setdefault("concerns", {})}
        program.call_with(callback, child, arguments, receiver=True)


def formatted(level: Level, arguments: Arguments) -> Level:
    """The level with what the options of a call say of the format."""
    stated = arguments.get("format")
    return replace(level, format=stated) if isinstance(stated, bool) else level


def add(program: Program, owner: Object, methods: Iterable[str], path: str, target: str, at: At, level: Level) -> None:
    """A route; `target` is `controller#action` below the level's module, which is the controller where none is stated."""
    controller, _, action = target.partition("#")
    controller = controller.strip("/") if controller.startswith("/") else "/".join(part for part in (level.module, controller) if part)
    shown = path
    for _ in range(_DEEPEST):
        shorter = _OPTIONAL.sub("", shown)
        if shorter == shown:
            break
        shown = shorter
    shown = f"{shown.rstrip('/')}{'.:format' if level.format else ''}" or "/"
    handler = f"{names_of(program, at.path).constant(controller)}Controller#{action}" if controller and action else None
    guards, public = before(program, controller, action, at.path) if handler else ((), None)
    program.add_route(owner, methods, [shown], at, handler, (*level.guards, *guards), public=public)


def below(level: Level, path: Value) -> str:
    """A path stated inside a level; one that is not known adds nothing."""
    return join(level.base, path) if isinstance(path, str) else level.base


def stated_names(value: Value) -> tuple[tuple[str, str], ...]:
    """The words of `path_names`."""
    return tuple((key, each) for key, each in value.items() if isinstance(each, str)) if isinstance(value, dict) else ()


def constraints(program: Program, stated: Iterable[ir.Expression | None], at: At) -> Iterator[Guard]:
    """The classes among constraints whose names guard."""
    for each in stated:
        called = spelled(each) if isinstance(each, (ir.Call, ir.Name, ir.Attribute)) else ""
        if called[:1].isupper() and (made := guard(called, at)) is not None and made.kind in ("authn", "authz"):
            yield made
