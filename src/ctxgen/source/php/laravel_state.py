"""What Laravel's routes are while they are followed: groups inside one another, routes, middleware.

Source: https://laravel.com/docs/routing.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass, field
from typing import NamedTuple

from ctxgen.model import At
from ctxgen.source import ir
from ctxgen.source.php.library import resolver_of
from ctxgen.source.program import Program
from ctxgen.source.values import UNKNOWN, Arguments, ClassValue, External, FunctionValue, Instance, Value


class Middleware(NamedTuple):
    """A middleware by its alias with parameters (`throttle:60,1`) or the path of its class, and where it is named."""

    text: str
    at: At

    @property
    def name(self) -> str:
        """Without parameters."""
        return self.text.partition(":")[0]


@dataclass
class Group:
    """What routes inside have in common; `file` the file whose top it stands for where no group was opened."""

    prefix: str = ""
    middleware: tuple[Middleware, ...] = ()
    without: tuple[Middleware, ...] = ()
    namespace: str = ""
    controller: Value = None
    via: tuple[At, ...] = ()
    shallow: bool = False
    file: str | None = None

    def below(self, inner: Group) -> Group:
        """A group inside this one."""
        return Group(
            prefix="/".join(part for part in (self.prefix.strip("/"), inner.prefix.strip("/")) if part),
            middleware=(*self.middleware, *inner.middleware),
            without=(*self.without, *inner.without),
            namespace=inner.namespace[1:]
            if inner.namespace.startswith(".")
            else ".".join(part for part in (self.namespace, inner.namespace) if part),
            controller=inner.controller if inner.controller is not None else self.controller,
            via=(*self.via, *inner.via),
            shallow=inner.shallow or self.shallow,
            file=self.file,
        )


@dataclass
class Route:
    """A route, or several of a resource (`resource` its kind, `path` its name, `options` what was stated)."""

    methods: tuple[str, ...]
    path: str
    at: At
    group: Group
    controller: Value = None
    action: str | None = None
    middleware: tuple[Middleware, ...] = ()
    without: tuple[Middleware, ...] = ()
    resource: str = ""
    options: dict[str, Value] = field(default_factory=dict)
    per_action: tuple[tuple[str, Middleware, bool], ...] = ()
    """Middleware of single actions of a resource, and whether it is added rather than taken away."""


@dataclass
class State:
    """Everything that was met."""

    stack: list[Group] = field(default_factory=list)
    routes: list[Route] = field(default_factory=list)
    groups: dict[str, list[Middleware]] = field(default_factory=dict)
    aliases: dict[str, str] = field(default_factory=dict)
    source: Callable[[str], bytes] = field(default=lambda path: b"")
    """The text of the file of a class of the repository by its path, `b""` for one of a library."""

    def top(self, arguments: Arguments) -> Group:
        """The group that a call stands in."""
        return self.stack[-1] if self.stack else Group(file=arguments.scope.module.path)


def state_of(program: Program) -> State:
    known: list[State] = program.shared.setdefault("laravel", [])
    if not known:
        resolver = resolver_of(program)
        known.append(State(source=lambda path: b"".join(map(program.data, resolver.module("", path)[:1]))))
    return known[0]


# ---------------------------------------------------------------------------------------------- values


def class_path(value: Value) -> str:
    """The path of the class that a value is (`App.Http.Middleware.Admin`)."""
    match value:
        case ClassValue():
            return ".".join(part for part in (value.scope.module.package, value.cls.name) if part)
        case Instance():
            return class_path(value.cls)
        case External(path):
            return path.replace("()", "")
    return ""


def middleware_of(value: Value, written: ir.Expression | None, at: At) -> Iterator[Middleware]:
    """The middleware that a value names: strings (`a|b`), classes, lists of them."""
    at = At(at.path, written.line) if written is not None and not isinstance(written, (ir.Function, ir.Class)) else at
    match value:
        case str():
            for each in value.split("|"):
                if each.strip():
                    yield Middleware(unbraced(each.strip()).strip("\\").replace("\\", "."), at)
        case list():
            items = [item.value for item in written.items] if isinstance(written, ir.Sequence) and len(written.items) == len(value) else []
            for index, each in enumerate(value):
                yield from middleware_of(each, items[index] if items else None, at)
        case dict():
            for each in value.values():
                yield from middleware_of(each, None, at)
        case ClassValue() | Instance() | External():
            if path := class_path(value):
                yield Middleware(path, at)


def given_middleware(program: Program, arguments: Arguments, where: Iterable[int] | None = None) -> tuple[Middleware, ...]:
    """The middleware among the arguments of a call."""
    at = program.at(arguments)
    found: list[Middleware] = []
    for index in where if where is not None else range(len(arguments.positional)):
        found += middleware_of(arguments.get(index), arguments.expression(index), at)
    return tuple(found)


def unbraced(text: str) -> str:
    """`Throttle::class . ":api"` is followed as `{Throttle}:api`: the class by its name."""
    return text.replace("{", "").replace("}", "") if text.startswith("{") else text


def words(value: Value) -> list[str]:
    """A string, the strings of a list."""
    return [each for each in (value if isinstance(value, list) else [value]) if isinstance(each, str)]


def options_group(program: Program, options: Value, written: ir.Expression | None, at: At) -> Group:
    """`Route::group(["prefix" => …, "middleware" => …, "namespace" => …, "controller" => …], …)`."""
    if not isinstance(options, dict):
        return Group(via=(at,))
    stated = {
        str(key.value): value for key, value in (written.entries if isinstance(written, ir.Mapping) else ()) if isinstance(key, ir.Literal)
    }
    prefix, namespace = options.get("prefix"), options.get("namespace")
    return Group(
        prefix=_text(prefix),
        middleware=tuple(middleware_of(options.get("middleware"), stated.get("middleware"), at)),
        without=tuple(middleware_of(options.get("excluded_middleware"), stated.get("excluded_middleware"), at)),
        namespace=dotted(namespace),
        controller=options.get("controller"),
        via=(at,),
    )


def dotted(value: Value) -> str:
    """A namespace with dots; one from the root keeps the dot before it."""
    return value.replace("\\", ".").rstrip(".") if isinstance(value, str) else ""


def _text(value: Value) -> str:
    return value if isinstance(value, str) else "{prefix}" if value is UNKNOWN else ""


def run_group(program: Program, inner: Group, arguments: Arguments, callback: Value, argument: Value) -> None:
    """Run a function or a file inside a group."""
    from ctxgen.source.php.library import file_at, run_file

    state = state_of(program)
    state.stack.append(state.top(arguments).below(inner))
    try:
        for each in callback if isinstance(callback, list) else [callback]:
            if isinstance(each, FunctionValue):
                program.call(each, arguments._replace(positional=(argument,), keywords={}, written=()))
            elif (path := file_at(program, each)) is not None:
                run_file(program, path, arguments.scope)
    finally:
        state.stack.pop()
