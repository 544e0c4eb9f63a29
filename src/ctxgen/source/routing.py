"""Routers, what is mounted on them, and the endpoints that come of it: one engine for every framework.

A router has a prefix, guards and routes; a mount puts one below another.  An endpoint is a route with all prefixes and
guards on a way from a router that nothing mounts.
"""

from __future__ import annotations

import itertools
import re
from collections.abc import Callable, Iterable, Iterator
from typing import Literal, NamedTuple

from msgspec.structs import replace

from ctxgen.model import At, Endpoint, Guard
from ctxgen.opaque import Name, name

Kind = Literal["http", "ws", "sse", "grpc", "graphql", "message"]

MAX_DEPTH = 20
MAX_WAYS = 20_000
"""Ways to a router through what it is mounted on: two mounts at each of many levels make millions."""
MAX_ENDPOINTS = 20_000
MAX_USES, MAX_GUARDS = 500, 20
"""Guards that one router has, and those that are told of one route."""


class Route(NamedTuple):
    """A route as one router knows it.  `methods` upper case, `ANY` where the framework does not restrict them; `public` the line that opens it to everybody."""

    methods: tuple[str, ...]
    path: str
    at: At
    handler: str | None = None
    guards: tuple[Guard, ...] = ()
    kind: Kind = "http"
    public: At | None = None
    operation: str | None = None
    absolute: bool = False
    """Whether the path takes no prefix."""
    order: int = 0
    via: tuple[At, ...] = ()
    """Lines that it takes its prefix from, where no mount says them."""
    function: object = None
    """What answers it, as far as it is followed."""


class Mount(NamedTuple):
    """A router below another."""

    child: Router
    prefix: str
    at: At
    guards: tuple[Guard, ...] = ()
    order: int = 0


class Use(NamedTuple):
    """Guards of what stands behind them in a router (of all of it where `order` is 0), or of what lies below a prefix."""

    guards: tuple[Guard, ...]
    prefix: str = ""
    order: int = 0


class Router:
    """A router, group or application.  `root` ones answer requests by themselves; `assumed` ones stand for a parameter that nobody was seen to pass.

    `kind` is the framework's type of it; `trailing`: whether a path of `/` below a prefix keeps its slash; `fallback`
    the guard of every route below it that nothing else guards or opens.
    """

    def __init__(self, technology: str, at: At, *, kind: str = "", root: bool = False, prefix: str = "", trailing: bool = False) -> None:
        self.technology, self.at, self.kind, self.root, self.prefix, self.trailing = technology, at, kind, root, prefix, trailing
        self.uses: list[Use] = []
        self.public: At | None = None
        self.fallback: Guard | None = None
        self.routes: list[Route] = []
        self.mounts: list[Mount] = []
        self._below: set[tuple[int, str]] = set()
        self.mounted = self.assumed = self.dropped = False
        self.loose = False
        """Whether it was made in a function that nobody was seen to call."""

    def use(self, guards: Iterable[Guard], prefix: str = "", order: int = 0) -> None:
        """Guard what stands behind `order`, or below a prefix."""
        if (found := tuple(guards)) and len(self.uses) < MAX_USES:
            self.uses.append(Use(found, prefix, order))

    def mount(self, child: Router, prefix: str, at: At, guards: Iterable[Guard] = (), order: int = 0) -> None:
        """Put a router below this one; one on itself, or twice at the same prefix, changes nothing."""
        if child is not self and (id(child), prefix) not in self._below:
            self._below.add((id(child), prefix))
            self.mounts.append(Mount(child, prefix, at, tuple(guards), order))
            child.mounted = True

    def guards(self, path: str, order: int) -> tuple[Guard, ...]:
        """The guards of a path below this router that was added at `order`."""
        return tuple(
            guard
            for use in self.uses
            if use.order <= order and (not use.prefix or (path.rstrip("/") + "/").startswith(use.prefix.rstrip("/*") + "/"))
            for guard in use.guards
        )


def endpoints(routers: Iterable[Router], cut: Callable[[At], None] = lambda at: None) -> Iterator[Endpoint]:
    """The endpoints of all routers, each route once a way; ways are bounded in depth and number.

    `cut` is told the place of a router that some ways do not reach.
    """
    known = [router for router in routers if not router.dropped and not router.mounted]
    ways = _ways(sorted(known, key=lambda router: router.loose), cut)
    yield from itertools.islice(ways, MAX_ENDPOINTS)
    if (left := next(ways, None)) is not None:
        cut(left.at)


def _ways(routers: Iterable[Router], cut: Callable[[At], None]) -> Iterator[Endpoint]:
    """The endpoints below some routers; what nobody was seen to make adds nothing to the routes of those that somebody makes."""
    stated: set[At] = set()
    for router in routers:
        ways = itertools.count()
        for endpoint in _below(router, "", (), (), None, 0, ways):
            if not router.loose:
                stated.add(endpoint.at)
            elif endpoint.at in stated:
                continue
            yield _or_fallback(endpoint, router.fallback)
        if next(ways) > MAX_WAYS:
            cut(router.at)


def _or_fallback(endpoint: Endpoint, fallback: Guard | None) -> Endpoint:
    if fallback is None or endpoint.access != "unknown":
        return endpoint
    return replace(endpoint, access="guarded", guards=(*endpoint.guards, fallback))


def _below(
    router: Router, prefix: str, guards: tuple[Guard, ...], via: tuple[At, ...], public: At | None, depth: int, ways: Iterator[int]
) -> Iterator[Endpoint]:
    if depth > MAX_DEPTH or next(ways) > MAX_WAYS:
        return
    here = join(prefix, router.prefix)
    public = router.public or public
    for route in router.routes:
        path = route.path if route.absolute else join(here, route.path, trailing=router.trailing)
        own = (*guards, *router.guards(join("", route.path), route.order), *route.guards)
        yield from _endpoints(router, route, path, own, via, route.public or (None if route.guards else public))
    for mount in router.mounts:
        above = (*guards, *router.guards(join("", mount.prefix), mount.order), *mount.guards)
        yield from _below(mount.child, join(here, mount.prefix), above, (*via, mount.at), public, depth + 1, ways)


def _endpoints(
    router: Router, route: Route, path: str, guards: tuple[Guard, ...], via: tuple[At, ...], public: At | None
) -> Iterator[Endpoint]:
    unique = tuple({(guard.name, guard.kind): guard for guard in guards}.values())
    # a line that opens a route speaks of it more closely than a guard of everything
    access = "public" if route.public is not None else access_of(unique, public)
    shown = parameters(path)
    for method in route.methods:
        yield Endpoint(
            kind=route.kind,
            method=None if route.kind == "grpc" else Name(method),
            path=None if route.kind == "grpc" else name(shown or "/"),
            operation=name(route.operation) if route.operation else None,
            handler=name(route.handler) if route.handler else None,
            access=access,
            guards=unique[:MAX_GUARDS],
            technology=Name(router.technology),
            at=route.at,
            via=(*via, *route.via, *((public,) if public is not None and access == "public" else ())),
        )


def access_of(guards: Iterable[Guard], public: At | None) -> Literal["guarded", "public", "unknown"]:
    """Who gets in: whoever passes the guards, everybody where a line says so, unknown otherwise."""
    protected = any(guard.kind in ("authn", "authz") for guard in guards)
    return "guarded" if protected else "public" if public is not None else "unknown"


def join(prefix: str, path: str, *, trailing: bool = False) -> str:
    """Two parts of a path with one slash between them; `/` below a prefix is the prefix, unless trailing slashes count."""
    if not path or (path == "/" and not trailing):
        return prefix or path
    if not prefix or prefix == "/":
        return path if path.startswith("/") else f"/{path}"
    return f"{prefix.rstrip('/')}/{path.lstrip('/')}"


_NAMED_GROUP = re.compile(r"\(\?P?<(\w{1,60})>")
_ANGLE = re.compile(r"<(?:[^<>:]{1,120}:)?\s{0,3}(\w{1,60})[^<>]{0,120}>")
_BRACE = re.compile(r"\{\s{0,3}\*{0,2}([A-Za-z_][\w.-]{0,60})\s{0,3}(?:[^{}]|\{[^{}]{0,40}\}){0,200}\}")
_COLON = re.compile(r"(?<=[/.\-~@])[:*]([A-Za-z_]\w{0,60})(?:\((?:[^()]|\([^()]{0,60}\)){0,200}\)|\{[^{}]{0,100}\}|<[^<>]{0,100}>)?[?*+]?")
_BRACKET = re.compile(r"\[\[?\.{0,3}(\w{1,60})\]?\]")
_STAR = re.compile(r"(?<=/)\*{1,2}(?=/|$)")
_SLASHES = re.compile(r"/{2,}")


def parameters(path: str) -> str:
    """A path with its parameters as `{name}`, whatever the framework's own way to write them, and one slash between its parts."""
    if len(path) > 2_000:
        return "/"
    path = _without_groups(path)
    path = _ANGLE.sub(r"{\1}", path) if "<" in path else path
    path = _BRACE.sub(r"{\1}", path) if "{" in path else path
    path = _COLON.sub(r"{\1}", path) if ":" in path or "*" in path else path
    path = _BRACKET.sub(r"{\1}", path) if "[" in path else path
    path = _STAR.sub("{path}", path) if "*" in path else path
    path = _SLASHES.sub("/", path)
    return path if path.startswith("/") else f"/{path}"


def _without_groups(path: str) -> str:
    """Named groups of a regular expression, with balanced brackets, as `{name}`."""
    if "(?" not in path:
        return path
    out, position = "", 0
    for found in _NAMED_GROUP.finditer(path):
        if found.start() < position:
            continue
        depth, end = 1, found.end()
        while end < len(path) and depth:
            depth += {"(": 1, ")": -1}.get(path[end], 0) if path[end - 1] != "\\" else 0
            end += 1
        out += path[position : found.start()] + "{" + found[1] + "}"
        position = end
    return out + path[position:]
