"""How the product authenticates: by libraries that show a mechanism, by settings, and by variables that name a proxy's user header."""

from __future__ import annotations

import re
from collections import defaultdict
from collections.abc import Iterator, Sequence
from functools import cache

from ctxgen.catalogue import Catalogue
from ctxgen.context import Mechanism, Technology
from ctxgen.facts import Facts
from ctxgen.inference.evidence import cite
from ctxgen.join import Join
from ctxgen.model import At, CodeFact, ConfigKey, Dependency, Endpoint, Import, Variable
from ctxgen.places import Places, for_tests

_AUTH_PLACE = re.compile(r"(?i)auth|security|token|jwt|login|session|identity|account|credential|guard|middleware|deps\b|users?\b")
_PROXY_USER = re.compile(r"(?:^|_)(?:REMOTE_USER|FORWARDED_USER|AUTH_PROXY|PROXY_AUTH|REMOTEUSER)(?:_|$)")

_OF_OAUTH = re.compile(r"/oauth2?/(?:v\d/)?(token|authorize)\Z")

_SPRING_OAUTH = re.compile(r"springframework\..*oauth2")
_OF_A_SERVER = re.compile(r"spring\.security\.oauth2\.(?:client\.|authorizationserver\.|.*(?:issuer|jwk|introspection))")
_RESOURCE_SERVER = ("oauth2-resource-server", "oauth2-jose", "oauth2-core")

_JWT_NAMED = re.compile(r"(?:\b|_)jwt|J(?:WT|wt)(?![a-z])")
"""A middleware that is called after the tokens which it takes, whatever library or code of one's own reads them."""

_TOKENS = ("oidc", "jwt", "oauth2")
_OF_A_CLIENT = re.compile(r"(?:\w{1,60}_)?OIDC_(?:CLIENT_ID|ISSUER|ISSUER_URL|ISSUER_URI|DISCOVERY_URL|AUTH_URI|TOKEN_URI)")
"""Variables of a template that only who signs in with OpenID Connect has."""
_BEHIND_OIDC = {"oauth2", "jwt"}
"""What the library of a product that signs in with OpenID Connect shows; variables named for it tell the two apart."""


def mechanisms(technologies: Sequence[Technology], facts: Facts, join: Join, catalogue: Catalogue, places: Places) -> tuple[Mechanism, ...]:
    """Every mechanism of authentication with what shows it.

    A description of the API adds to what code and settings show, and speaks alone only where they say nothing.
    """
    found: dict[str, list[At]] = defaultdict(list)
    component: dict[str, str | None] = {}
    read = [each for each in facts.of(Variable) if places.scope(each.at.path) is None and not for_tests(each.when)]
    for mechanism, at, user in _of_libraries(technologies, facts, read, catalogue, places):
        found[mechanism].append(at)
        component.setdefault(mechanism, user)
    described: list[tuple[str, At]] = []
    for key in facts.of(ConfigKey):
        if places.scope(key.at.path) is not None:
            continue
        shown = dict.fromkeys(mechanism for _, mechanism in catalogue.mechanism(key.key, key.value))
        if not shown.keys().isdisjoint(_TOKENS):
            shown.pop("bearer-opaque", None)  # the same setting says what the tokens are
        for mechanism in shown:
            if key.key.startswith("openapi.security."):
                described.append((mechanism, key.at))
                continue
            found[mechanism].append(key.at)
            component.setdefault(mechanism, join.component(key.at.path))
    for variable in read:
        if variable.source in ("settings", "code") and _PROXY_USER.search(variable.name):
            found["proxy-header"].append(variable.at)
    own = [each for each in read if each.source in ("settings", "code") or (each.source == "dotenv" and _OF_A_CLIENT.fullmatch(each.name))]
    if found.keys() & _BEHIND_OIDC and (named := _named_for("oidc", own)):
        found.setdefault("oidc", named)
    if "jwt" in found and (resource := _of_own_tokens(facts)):
        found["oauth2"] = [at for at in found.get("oauth2", ()) if At(at.path, at.line) not in resource]
        found = defaultdict(list, {mechanism: lines for mechanism, lines in found.items() if lines})
    for mechanism, at in _provided(facts):
        found[mechanism].append(at)
        component.setdefault(mechanism, join.component(at.path))
    for each in facts.of(CodeFact):
        if each.kind == "middleware" and _JWT_NAMED.search(each.subject) and places.scope(each.at.path) is None:
            found["jwt"].append(each.at)
            component.setdefault("jwt", join.component(each.at.path))
    code = frozenset(found)
    for mechanism, at in described:
        if not code or mechanism in code:
            found[mechanism].append(at)
            component.setdefault(mechanism, join.component(at.path))
    return tuple(Mechanism(mechanism, join.process(component.get(mechanism)), cite(at, 4)) for mechanism, at in sorted(found.items()))


def _of_own_tokens(facts: Facts) -> set[At]:
    """Where Spring's resource server stands in manifests and settings, if the product issues the tokens that it takes: these are its own, with no server of OAuth."""
    spring = [each for each in facts.of(Dependency) if each.ecosystem == "maven" and _SPRING_OAUTH.search(each.name)]
    foreign = any(_OF_A_SERVER.match(key.key) for key in facts.of(ConfigKey))
    issued = any(each.kind == "token-issued" for each in facts.of(CodeFact))
    if foreign or not issued or not all(each.name.endswith(_RESOURCE_SERVER) for each in spring):
        return set()
    stated = [key for key in facts.of(ConfigKey) if key.key.startswith("spring.security.oauth2.resourceserver.")]
    return {At(each.at.path, each.at.line) for each in (*spring, *stated)}


def _provided(facts: Facts) -> Iterator[tuple[str, At]]:
    """The protocols that the product itself speaks to its clients, by the endpoints that their standards name.

    Sources: https://openid.net/specs/openid-connect-discovery-1_0.html#ProviderConfig, RFC 8414 (section 3), RFC 6749 (sections 3.1, 3.2).
    """
    parts: dict[str, At] = {}
    for each in facts.of(Endpoint):
        path = each.path or ""
        if path.endswith("/.well-known/openid-configuration"):
            yield "oidc", each.at
        elif path.endswith("/.well-known/oauth-authorization-server"):
            yield "oauth2", each.at
        elif told := _OF_OAUTH.search(path):
            parts.setdefault(told[1], each.at)
    if len(parts) == 2:
        yield from (("oauth2", at) for at in parts.values())


def _of_libraries(
    technologies: Sequence[Technology], facts: Facts, read: Sequence[Variable], catalogue: Catalogue, places: Places
) -> Iterator[tuple[str, At, str | None]]:
    """The mechanisms that libraries show, where, and the component that uses the library.

    A library of many uses (`generic`, as those for tokens) shows its mechanism only where code of authentication
    imports it or a variable is named for it.
    """
    of_authentication = cache(lambda path: _AUTH_PLACE.search(path) is not None and places.scope(path) is None)
    imports = [each for each in facts.of(Import) if of_authentication(each.at.path)]
    used = {technology.id for technology in technologies if technology.scope == "backend" and technology.usage in ("used", "default")}
    for technology in technologies:
        if technology.scope != "backend" or technology.usage not in ("used", "default", "supported"):
            continue
        declared = catalogue[technology.id]
        if not used.isdisjoint(declared.yields_to):
            continue
        shown = [At(evidence.path, evidence.line) for evidence in technology.evidence[:2]]
        if declared.generic and declared.mechanisms:
            imported = next((each.at for each in imports if _shows(each, technology.id, catalogue)), None)
            shown = [imported, *shown] if imported is not None else []
        user = next((use.component for use in technology.uses if use.scope == "backend"), None)
        for mechanism in declared.mechanisms:
            for at in shown or (_in_code(mechanism, facts) or _named_for(mechanism, read) if declared.generic else ()):
                yield mechanism, at, user


def _in_code(mechanism: str, facts: Facts) -> list[At]:
    """The first line that issues or checks tokens of a mechanism: `JWT.decode`."""
    return [each.at for each in facts.of(CodeFact) if each.kind.startswith("token-") and mechanism in each.subject.lower()][:1]


def _named_for(mechanism: str, read: Sequence[Variable]) -> list[At]:
    """The first variable that a mechanism's name is a part of."""
    words = {mechanism.upper(), mechanism.upper().removesuffix("2")}
    return [variable.at for variable in read if words & set(re.split(r"[_.]", variable.name))][:1]


def _shows(imported: Import, technology: str, catalogue: Catalogue) -> bool:
    """Whether an import is of one of a technology's packages or modules."""
    module, declared = imported.module, catalogue[technology]
    match imported.language:
        case "javascript":
            return any(f"{module}/".startswith(f"{package}/") for package in declared.npm)
        case "go":
            return any(f"{module}/".startswith(package.rstrip("*")) for package in declared.go)
        case language:
            return catalogue.module(language, module) == technology
