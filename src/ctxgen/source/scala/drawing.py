"""Routes that definitions hold, and below which paths these are mounted: by what uses them, up to what nothing uses."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Iterator
from itertools import islice
from typing import NamedTuple

from ctxgen.model import At, Endpoint, Guard
from ctxgen.opaque import Name, name
from ctxgen.source.program import Program
from ctxgen.source.routing import access_of, join, parameters
from ctxgen.source.scala.definitions import Definition, Definitions

_MOST_PREFIXES = 6
_MOST_USERS = 200
_MOST_STEPS = 50_000
_MOST_ROUTES = 5_000
MOST_GUARDS = 8
"""Guards around a route, and on a way to it."""
LONGEST = 500
"""Characters of a path that are put together; a name keeps fewer."""


class Route(NamedTuple):
    """A route as its definition writes it."""

    method: str
    path: str
    at: At
    guards: tuple[Guard, ...] = ()
    handler: str = ""


class Use(NamedTuple):
    """That a definition uses what is called `name` below a path, behind guards."""

    name: str
    path: str = ""
    guards: tuple[Guard, ...] = ()


class Mounted(NamedTuple):
    """A way to a definition."""

    path: str
    guards: tuple[Guard, ...] = ()


class Drawing:
    """What definitions draw, as a framework tells it: routes and uses by definition."""

    def __init__(self, definitions: Definitions, technology: str) -> None:
        self.definitions, self.technology = definitions, technology
        self.routes: dict[Definition, list[Route]] = defaultdict(list)
        self._users: dict[str, list[tuple[Definition, Use]]] = defaultdict(list)
        self._found: dict[tuple[str, str, str], tuple[Mounted, ...]] = {}
        self._steps = 0

    def use(self, definition: Definition, uses: Iterable[Use]) -> None:
        """Note what a definition uses; only names that something defines tell anything."""
        for each in dict.fromkeys(uses):
            if each.name in self.definitions.by_name and each.name != definition.name:
                self._users[each.name].append((definition, each))

    def endpoints(self, program: Program) -> Iterator[Endpoint]:
        """The routes of all definitions, each below every path where it is mounted; the program is told where they are left off."""
        ways = self._endpoints()
        yield from islice(ways, _MOST_ROUTES)
        if (left := next(ways, None)) is not None:
            program.note(left.at, "too-complex", "the routes of the scala source are told only in part: there are too many")

    def _endpoints(self) -> Iterator[Endpoint]:
        for definition, routes in self.routes.items():
            ways = self._ways(definition, 0)
            for route in dict.fromkeys(routes):
                for way in ways:
                    guards = tuple(dict.fromkeys((*way.guards, *route.guards)))
                    yield Endpoint(
                        method=Name(route.method),
                        path=name(parameters(join(way.path, route.path) or "/")),
                        handler=name(route.handler or definition.whole) or None,
                        access=access_of(guards, None),
                        guards=guards,
                        technology=Name(self.technology),
                        at=route.at,
                    )

    def _ways(self, definition: Definition, depth: int) -> tuple[Mounted, ...]:
        """The ways to what a definition holds: through what uses it, or else its class."""
        key = (definition.at.path, definition.owner, definition.name)
        if key in self._found:
            return self._found[key]
        self._found[key] = (Mounted(""),)  # what goes round in circles ends
        if depth > 30 or self._steps > _MOST_STEPS:
            return self._found[key]
        users = [] if definition.template else self._users_of(definition)
        if not users and definition.owner:
            users = self._users_of_class(definition)
        self._steps += 1 + len(users)
        found: dict[Mounted, None] = {}
        for user, use in users:
            for way in self._ways(user, depth + 1):
                found[Mounted(join(way.path, use.path)[:LONGEST], (*way.guards, *use.guards)[:MOST_GUARDS])] = None
        mounted = [way for way in found if way.path not in ("", "/")]
        self._found[key] = tuple((mounted or list(found) or [Mounted("")])[:_MOST_PREFIXES])
        return self._found[key]

    def _users_of(self, definition: Definition) -> list[tuple[Definition, Use]]:
        """What uses a value or function: of its own class, else of files that know that class."""
        users = self._users.get(definition.name, [])[:_MOST_USERS] if definition.name else []
        own = [(user, use) for user, use in users if user.owner == definition.owner and user.at.path == definition.at.path]
        if own:
            return own
        known = self.definitions.words
        return [
            (user, use) for user, use in users if definition.owner and use.path and definition.owner in known.get(user.at.path, frozenset())
        ]

    def _users_of_class(self, definition: Definition) -> list[tuple[Definition, Use]]:
        """What uses the class or object of a definition, its companion aside."""
        users = self._users.get(definition.owner, [])[:_MOST_USERS]
        return [(user, use) for user, use in users if user.owner != definition.owner]
