"""Routes of YARP and Ocelot: what the gateway lets in, as the settings beside its program state it.

Sources: https://learn.microsoft.com/aspnet/core/fundamentals/servers/yarp/config-files, https://ocelot.readthedocs.io/en/latest/features/configuration.html
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator

from ctxgen.facts import folder_of
from ctxgen.model import At, ConfigKey, Guard, GuardKind
from ctxgen.source.guards import asking, guard
from ctxgen.source.program import Program
from ctxgen.source.routing import Route
from ctxgen.source.values import Arguments, Object, Value

_YARP = re.compile(r"(?P<section>.{1,80})\.Routes\.(?P<route>[^.]{1,80})\.(?P<last>ClusterId|Match\.Path|Match\.Methods|AuthorizationPolicy|RateLimiterPolicy)", re.IGNORECASE)  # fmt: skip
_ADDRESS = re.compile(r".{1,80}\.Clusters\.(?P<cluster>[^.]{1,80})\.Destinations\.[^.]{1,80}\.Address", re.IGNORECASE)
_OCELOT = re.compile(r"(?:Re)?Routes\.(?P<last>[\w.]{1,120})", re.IGNORECASE)
_ONCE = {"upstreampathtemplate", "downstreampathtemplate", "downstreamscheme", "authenticationoptions.authenticationproviderkey", "servicename", "key"}  # fmt: skip
_VERBS = {"get", "post", "put", "patch", "delete", "head", "options"}


class _Stated:
    """A route as settings state it."""

    def __init__(self) -> None:
        self.path: str | None = None
        self.at: At | None = None
        self.target = ""
        self.verbs: list[str] = []
        self.guards: list[Guard] = []
        self.public: At | None = None

    def take(self, last: str, each: ConfigKey) -> None:
        """What one setting says of the route."""
        match last:
            case "match.path" | "upstreampathtemplate":
                self.path, self.at = str(each.value.route() or "") or None, each.at
            case "match.methods" | "upstreamhttpmethod" if verb := each.value.word(_VERBS):
                self.verbs.append(verb.upper())
            case "clusterid" | "servicename" | "downstreamhostandports.host":
                self.target = self.target or str(each.value.host() or each.value.identifier() or "")
            case "authorizationpolicy":
                policy = str(each.value.identifier() or "")
                if policy.lower() == "anonymous":
                    self.public = each.at
                else:
                    self._guard("AuthorizationPolicy", each.at, "authn" if policy.lower() == "default" else "authz", policy)
            case "authenticationoptions.authenticationproviderkey" | "authenticationoptions.authenticationproviderkeys":
                self._guard("AuthenticationOptions", each.at, "authn", str(each.value.identifier() or ""))
            case "ratelimiterpolicy":
                self._guard("RateLimiterPolicy", each.at, "rate")
            case "ratelimitoptions.enableratelimiting" if each.value.boolean():
                self._guard("RateLimitOptions", each.at, "rate")
            case _ if last.startswith("routeclaimsrequirement."):
                self._guard("RouteClaimsRequirement", each.at, "authz")

    def _guard(self, called: str, at: At, kind: GuardKind, asked: str = "") -> None:
        made = guard(asking(called, [asked] if asked and asked.lower() != "default" else []), at, kind)
        self.guards += [made] if made is not None else []

    def route(self) -> Iterator[Route]:
        """The route, where its path is known."""
        if self.path is not None and self.at is not None:
            yield Route(tuple(self.verbs) or ("ANY",), self.path, self.at, self.target or None, tuple(self.guards), public=self.public)


def map_proxy(program: Program, owner: Object, arguments: Arguments) -> Value:
    """`app.MapReverseProxy()`: the routes of YARP's settings."""
    made = program.below(owner, "endpoint", program.at(arguments))
    stated = [each for each in _settings(program) if _YARP.fullmatch(each.key) or _ADDRESS.fullmatch(each.key)]
    routes: dict[str, _Stated] = {}
    hosts: dict[str, str] = {}
    for each in stated:
        if found := _YARP.fullmatch(each.key):
            routes.setdefault(found["route"], _Stated()).take(found["last"].lower(), each)
        elif (address := _ADDRESS.fullmatch(each.key)) and (host := each.value.host()):
            hosts.setdefault(address["cluster"], str(host))
    for route in routes.values():
        route.target = hosts.get(route.target, route.target)
    return _added(made, routes.values())


def use_ocelot(program: Program, owner: Object, arguments: Arguments) -> Value:
    """`app.UseOcelot()`: the routes of `ocelot.json`, one where what is stated once is stated again."""
    made = program.below(owner, "endpoint", program.at(arguments))
    routes, seen = [_Stated()], set[str]()
    for each in _settings(program):
        found = _OCELOT.fullmatch(each.key)
        last = found["last"].lower() if found is not None else ""
        if last in _ONCE and last in seen:
            routes.append(_Stated())
            seen.clear()
        seen.add(last)
        if last:
            routes[-1].take(last, each)
    _added(made, routes)
    return owner


def _added(made: Object, routes: Iterable[_Stated]) -> Object:
    if made.router is not None:
        made.router.routes += [each for route in routes for each in route.route()]
    return made


def _settings(program: Program) -> list[ConfigKey]:
    """The settings in the folder of the program that state routes, those of no environment where there are such, in their order."""
    if program.sources is None:
        return []
    home = folder_of(program.entry)
    own = [
        each
        for each in program.sources.facts.of(ConfigKey)
        if each.dialect == "aspnet"
        and (not home or each.at.path.startswith(f"{home}/"))
        and any(pattern.fullmatch(each.key) for pattern in (_YARP, _ADDRESS, _OCELOT))
    ]
    base = [each for each in own if each.when is None]
    return base or [each for each in own if each.at.path == own[0].at.path]
