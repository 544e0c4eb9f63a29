"""Who calls whom: components whose names stand as hosts in the routes of proxies and gateways, in settings and in variables.

A name is a component's where it is its own, or that which its settings give it (`spring.application.name`).  Addresses that are handed
on and not called (allowed origins, call-backs, the public address) link nothing.
"""

from __future__ import annotations

import re
from collections import defaultdict
from collections.abc import Iterator, Mapping, Sequence

from ctxgen.context import Link
from ctxgen.facts import Facts
from ctxgen.inference.evidence import cite
from ctxgen.join import Join, Part
from ctxgen.model import At, ConfigKey, Resource, Variable
from ctxgen.opaque import Opaque
from ctxgen.places import Places, for_tests

_PROXIES = ("nginx", "envoy", "kong", "krakend", "traefik", "caddy", "haproxy")
_ROUTE = re.compile(
    rf"(?:{'|'.join(_PROXIES)})\..+|(?:spring\.cloud\.gateway\.(?:.*\.)?routes|zuul\.routes)\..+|reverseproxy\.clusters\..+\.address|(?:routes|reroutes)\.downstreamhostandports\.host"
)
_HOST_NAMED = re.compile(
    r"(?:.*[._:-])?(?:host|hosts|hostname|addr|address|server|url|uri|endpoint|service-?id|contactpoints|client\.name|upstream)"
)
_NOT_CALLED = re.compile(
    r"origin|cors|redirect|call-?_?back|issuer|audience|allowed|public|external|site_?url|frontend|client_?url|base_?url$|app_?url$|hostname_?url|no_?proxy|server_?name|listen|applicationurl|^urls$|exporter|jaeger|zipkin|advertised|inter_broker|quorum|controller"
)
_BARE = re.compile(r"[A-Za-z][\w.-]{1,60}")
_LISTS = ",; "


def links(facts: Facts, join: Join, places: Places) -> dict[str, list[Link]]:
    """The links that addresses state, by the component that they belong to; each target once, by its first line."""
    if len(join.parts) < 2:
        return {}
    applications = _applications(facts, join)
    by_id = {part.id: part for part in join.parts}
    found: dict[str, dict[str, Link]] = defaultdict(dict)
    for source, value, at, route in _addresses(facts, join, places):
        for part in value.split(_LISTS):
            host = part.host() or (part.identifier() if _bare(part) else None)
            target = _answering(host.lower(), at.path, join, applications) if host else None
            if target is None or target == source or source not in by_id or (by_id[target].kind == "frontend" and not route):
                continue
            via = "route" if route else str(part.scheme() or "address")
            found[source].setdefault(target, Link(target, by_id[target].image, via, cite([at])))
    return {source: list(targets.values()) for source, targets in found.items()}


def _bare(value: Opaque) -> bool:
    return value.matches("*") and value.path() is not None and value.integer() is None


def _answering(host: str, path: str, join: Join, applications: Mapping[str, str]) -> str | None:
    """The component that a file means by a host: by its whole name, else by its first label."""
    for named in (host, host.partition(".")[0]):
        part = join.named.get(named, path)
        if (found := part.id if part is not None else applications.get(named)) is not None:
            return found
    return None


def _applications(facts: Facts, join: Join) -> dict[str, str]:
    """Components by the names that their settings give them."""
    names: dict[str, str] = {}
    for key in facts.of(ConfigKey):
        if key.key == "spring.application.name" and (said := key.value.identifier()) and (part := join.component(key.at.path)):
            names.setdefault(said.lower(), part)
    return names


def _addresses(facts: Facts, join: Join, places: Places) -> Iterator[tuple[str, Opaque, At, bool]]:
    """(component, address, place, whether it is a route): routes first, then what settings and variables say."""
    keys = [key for key in facts.of(ConfigKey) if places.scope(key.at.path) is None and not for_tests(key.when)]
    variables = [v for v in facts.of(Variable) if v.value is not None and places.scope(v.at.path) is None and not for_tests(v.when)]
    values: dict[str, Opaque | None] = {str(variable.name): variable.value for variable in reversed(variables)}
    for key in keys:
        if _ROUTE.fullmatch(key.key.lower()) and (source := _proxy(key, join)) is not None:
            yield source, key.value.interpolate(lambda variable: values.get(variable)), key.at, True
    yield from _labelled(facts, join)
    shared = len({part.folder for part in join.parts if part.language}) > 1
    # what a configuration server hands out speaks of those that ask it
    handing_out = {join.component(key.at.path) for key in keys if key.key.startswith("spring.cloud.config.server.")}
    read: dict[str | None, set[str]] = defaultdict(set)
    for variable in facts.of(Variable):
        if variable.source in ("code", "settings"):
            read[join.component(variable.at.path)].add(variable.name)

    def taken(variable: Variable) -> bool:
        """Whether a variable is its owner's: of a list that several share not those that the code of others alone reads."""
        own = read.get(join.component(variable.at.path, variable.owner)) if variable.shared else None
        return not own or variable.name in own or not any(variable.name in names for names in read.values())

    for named, value, at, owner in (
        *((key.key, key.value, key.at, None) for key in keys if not _ROUTE.fullmatch(key.key.lower())),
        *((v.name, v.value, v.at, v.owner) for v in variables if v.value is not None and v.source != "ci" and taken(v)),
    ):
        lowered = named.lower()
        if _NOT_CALLED.search(lowered) or not (_HOST_NAMED.fullmatch(lowered) or value.host()):
            continue
        source = join.component(at.path, owner)
        # what lies at the root of a repository of several speaks of none of them alone
        if source is not None and source not in handing_out and (owner is not None or "/" in at.path or not shared):
            yield source, value.interpolate(lambda _: None), at, False


def _proxy(key: ConfigKey, join: Join) -> str | None:
    """The component that a route belongs to: the one in whose folder it lies, else the only one that is such a proxy."""
    proxies = _of_kind(key.key.partition(".")[0].lower(), join)
    own = join.component(key.at.path)
    part = next((part for part in join.parts if part.id == own), None)
    if part is not None and part.folder and f"{key.at.path}/".startswith(f"{part.folder}/"):
        return own
    return proxies[0].id if len(proxies) == 1 else own if part is not None and part.kind in ("gateway", "frontend") else None


def _of_kind(proxy: str, join: Join) -> Sequence[Part]:
    return [part for part in join.parts if part.image == proxy] or [part for part in join.parts if proxy in part.name.lower()]


def _labelled(facts: Facts, join: Join) -> Iterator[tuple[str, Opaque, At, bool]]:
    """Services whose labels route requests to them."""
    for resource in facts.of(Resource):
        if resource.kind == "traefik router" and resource.name and len(proxies := _of_kind("traefik", join)) == 1:
            yield proxies[0].id, Opaque(resource.name), resource.at, True
