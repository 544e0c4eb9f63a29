"""Settings of security whose values are safe by type: words of fixed sets, booleans, numbers, durations, and counts instead of addresses."""

from __future__ import annotations

import re
from collections import defaultdict
from collections.abc import Callable, Iterator, Sequence

from msgspec import Struct

from ctxgen.catalogue import Catalogue
from ctxgen.context import SecuritySetting, Technology
from ctxgen.facts import Facts
from ctxgen.inference.evidence import cite
from ctxgen.join import Join
from ctxgen.model import At, ConfigKey, Container, Mention, Variable
from ctxgen.opaque import Opaque
from ctxgen.places import Places, for_tests

Value = Callable[[Opaque], str | None]


def _switch(value: Opaque) -> str | None:
    known = value.boolean()
    return None if known is None else "on" if known else "off"


def _seconds(value: Opaque) -> str | None:
    number = value.integer()
    return f"{number} s" if number is not None else value.duration()


def _number(value: Opaque) -> str | None:
    number = value.integer()
    return None if number is None else str(number)


def _present(value: Opaque) -> str | None:
    return None if value.empty else "configured"


def _word(*allowed: str) -> Value:
    return lambda value: value.word(allowed)


def _hasher(value: Opaque) -> str | None:
    return next((shown for pattern, shown in _HASHERS if value.matches(pattern)), None)


_HASHERS = (
    ("*argon2*", "Argon2"), ("*scrypt*", "scrypt"), ("*bcryptsha256*", "bcrypt-SHA256"), ("*bcrypt*", "bcrypt"), ("*pbkdf2sha1*", "PBKDF2-SHA1"), ("*pbkdf2*", "PBKDF2"),
    ("*md5*", "MD5"), ("argon", "Argon2i"),
)  # fmt: skip


_SAME_SITE = _word("lax", "strict", "none")
_SSL_MODES = (
    "disable",
    "allow",
    "prefer",
    "require",
    "verify-ca",
    "verify-full",
    "required",
    "preferred",
    "disabled",
    "verify_ca",
    "verify_identity",
)


class Signal(Struct, frozen=True):
    """A key (dotted, lower case) whose value is a setting of security."""

    pattern: re.Pattern[str]
    name: str
    value: Value


def _signals(*rows: tuple[str, str, Value]) -> tuple[Signal, ...]:
    return tuple(Signal(re.compile(pattern), name, value) for pattern, name, value in rows)


_KEYS = _signals(
    (r"(?:app\.)?cors_allow_all_origins|cors_origin_allow_all", "CORS: all origins", _switch),
    (r"cors_allow_credentials|cors_supports_credentials", "CORS: credentials", _switch),
    (r"quarkus\.http\.cors(?:\.enabled)?|micronaut\.server\.cors\.enabled", "CORS", _switch),
    (r"secure_ssl_redirect|preferred_url_scheme_https|force_https", "TLS: redirect to HTTPS", _switch),
    (r"secure_hsts_seconds", "TLS: HSTS", _seconds),
    (r"server\.ssl\.enabled", "TLS", _switch),
    (r"server\.ssl\.(?:key-store|bundle|certificate)|quarkus\.http\.ssl\.certificate\.(?:files?|key-store-file)|kestrel\.(?:endpoints\.\w+\.)?certificates?\..*path|micronaut\.server\.ssl\.key-store\.path", "TLS: certificate", _present),
    (r"server\.ssl\.client-auth|quarkus\.http\.ssl\.client-auth", "TLS: client certificates", _word("none", "want", "need", "request", "required")),
    (r"quarkus\.http\.insecure-requests", "TLS: plain requests", _word("enabled", "redirect", "disabled")),
    (r"(?:.*\.)?databases\.\w+\.options\.sslmode", "TLS to the database", _word(*_SSL_MODES)),
    (r"session_cookie_secure|server\.servlet\.session\.cookie\.secure|session\.secure", "session cookie: secure", _switch),
    (r"session_cookie_httponly|server\.servlet\.session\.cookie\.http-?only|session\.http_only", "session cookie: HTTP only", _switch),
    (r"session_cookie_samesite|server\.servlet\.session\.cookie\.same-?site|session\.same_site", "session cookie: SameSite", _SAME_SITE),
    (r"session_cookie_age|server\.servlet\.session\.timeout|permanent_session_lifetime", "session lifetime", _seconds),
    (r"csrf_cookie_secure", "CSRF cookie: secure", _switch),
    (r"wtf_csrf_enabled|request\.csrf", "CSRF protection", _switch),
    (r"spring\.h2\.console\.enabled", "console of H2", _switch),
    (r"password_hashers|hashing\.driver|security\.password_hashers\..*\.algorithm", "password hashing", _hasher),
    (r"rest_framework\.default_throttle_rates\.[\w-]+", "rate limit", lambda value: value.rate()),
    (r"ratelimit_default|ratelimit_default_limits|ratelimits?_\w+", "rate limit", lambda value: value.rate()),
    (r"(?:.*\.)?redis-rate-limiter\.replenish-?rate", "rate limit per second", _number),
    (r"ipratelimiting\.generalrules\.limit|clientratelimiting\.generalrules\.limit", "rate limit", _number),
    (r"spring\.cloud\.config\.server\.encrypt\.enabled", "encrypted settings", _switch),
)  # fmt: skip
_ANY_KEY = re.compile("|".join(signal.pattern.pattern for signal in _KEYS))
_ORIGINS = re.compile(
    r"(?:.*[._:-])?(?:cors[._:-])?allowed-?_?origins?|cors_origin_whitelist|(?:.*[._])?cors[._](?:\w+[._])?origins?|quarkus\.http\.cors\.origins",
    re.IGNORECASE,
)
_ORIGIN_VARIABLE = re.compile(r"(?:.*_)?CORS(?:_.*)?_ORIGINS?|CORS_ORIGINS?|(?:.*_)?CORS_ALLOWED_ORIGINS?|ALLOWED_ORIGINS?")
_BY_TECHNOLOGY = {
    "secret store": ("vault", "aws-secrets-manager", "google-secret-manager", "azure-key-vault", "external-secrets", "sealed-secrets", "spring-vault", "aws-kms"),
    "dependency updates": ("dependabot", "renovate"),
    "dependency scanning": ("snyk", "trivy"),
    "code scanning": ("codeql", "sonarqube", "bandit-python", "brakeman"),
    "rate limiting": (
        "express-rate-limit", "rate-limiter-flexible", "nestjs-throttler", "fastify-rate-limit", "koa-ratelimit", "flask-limiter", "fastapi-limiter", "django-ratelimit", "bucket4j",
        "aspnetcore-ratelimit", "aspnet-core-rate-limiting", "symfony-rate-limiter",
    ),
    "CORS by": ("cors", "koa-cors", "fastify-cors", "django-cors-headers", "flask-cors", "nelmio-cors", "rack-cors"),
    "password hashing by": ("bcrypt", "argon2-node", "scrypt-kdf", "flask-bcrypt", "passlib", "pwdlib", "argon2-cffi", "argon2-elixir", "argon2-rs", "bcrypt-password-hashing"),
    "security headers by": ("helmet", "koa-helmet", "fastify-helmet"),
}  # fmt: skip
_SCANNERS = ("dependency updates", "dependency scanning", "code scanning")


def security_settings(
    facts: Facts, technologies: Sequence[Technology], join: Join, catalogue: Catalogue, places: Places
) -> list[SecuritySetting]:
    """Every setting once by name, value and component, with the lines that state it."""
    found: dict[tuple[str, str, str | None], list[At]] = defaultdict(list)
    for name, value, component, at in (
        *_of_keys(facts, join, places),
        *_of_origins(facts, join, places),
        *_of_actuator(facts, join, places),
        *_of_databases(facts, join, places),
        *_of_containers(facts, join, places),
        *_of_technologies(technologies),
        *_of_documents(facts, places),
    ):
        found[name, value, component].append(at)
    ordered = sorted(found.items(), key=lambda entry: (entry[0][0], entry[0][2] or "", entry[0][1]))
    return [SecuritySetting(name, value, component, cite(at, 4)) for (name, value, component), at in ordered]


_Found = tuple[str, str, str | None, At]


def _of_keys(facts: Facts, join: Join, places: Places) -> Iterator[_Found]:
    hashers: set[tuple[str, str | None]] = set()
    for key in facts.of(ConfigKey):
        if places.scope(key.at.path) is not None or for_tests(key.when):
            continue
        lowered = key.key.lower()
        for signal in _KEYS if _ANY_KEY.fullmatch(lowered) else ():
            if not signal.pattern.fullmatch(lowered):
                continue
            value = signal.value(key.value.interpolate(lambda _: None))
            if value is None:
                continue
            if signal.name == "password hashing":  # the first of Django's list is used, the others only check old passwords
                if (key.at.path, key.when) in hashers:
                    continue
                hashers.add((key.at.path, key.when))
            yield signal.name, f"{value} ({key.when})" if key.when else value, join.component(key.at.path), key.at


_EXPOSED = "management.endpoints.web.exposure.include"
_TELLING = (
    "auditevents", "beans", "conditions", "configprops", "env", "heapdump", "httpexchanges", "httptrace", "jolokia", "logfile", "loggers", "mappings", "refresh", "sessions", "shutdown",
    "threaddump", "trace",
)  # fmt: skip
"""Endpoints that manage a service and tell or change what is inside it, not only whether it is well."""


def _of_actuator(facts: Facts, join: Join, places: Places) -> Iterator[_Found]:
    """Which endpoints of Spring Boot's Actuator are open to HTTP: all, or those that tell more than health and numbers.

    Source: https://docs.spring.io/spring-boot/reference/actuator/endpoints.html#actuator.endpoints.exposing
    """
    stated: dict[tuple[str, str], list[ConfigKey]] = defaultdict(list)
    for key in facts.of(ConfigKey):
        if key.key == _EXPOSED and places.scope(key.at.path) is None and not for_tests(key.when):
            stated[key.at.path, key.when or ""].append(key)
    always = set[tuple[str | None, str]]()
    for (path, when), keys in sorted(stated.items(), key=lambda entry: (entry[0][1] != "", entry[0])):
        parts = [part for key in keys for part in key.value.split(",")]
        named = sorted({str(word) for part in parts if (word := part.word(_TELLING)) is not None})
        said = "all" if any(part.matches("[*]") for part in parts) else ", ".join(named)
        known = join.component(path), said
        always |= {known} if not when else set()
        if said and (not when or known not in always):
            yield "actuator endpoints exposed:", f"{said} ({when})" if when else said, join.component(path), keys[0].at


def _of_origins(facts: Facts, join: Join, places: Places) -> Iterator[_Found]:
    """How many origins may call, never which."""
    counted: dict[tuple[str, str, str], list[ConfigKey]] = defaultdict(list)
    for key in facts.of(ConfigKey):
        if places.scope(key.at.path) is None and _ORIGINS.fullmatch(key.key) and not key.value.empty:
            counted[key.at.path, key.key, key.when or ""].append(key)
    for (path, _, when), keys in counted.items():
        if (said := _origins([part for key in keys for part in key.value.interpolate(lambda _: None).split(",")])) is not None:
            yield "CORS: origins", f"{said} ({when})" if when else said, join.component(path), keys[0].at
    for variable in facts.of(Variable):
        if variable.value is not None and places.scope(variable.at.path) is None and _ORIGIN_VARIABLE.fullmatch(variable.name):
            if (
                variable.source == "ci"
                or for_tests(variable.when)
                or (said := _origins(variable.value.interpolate(lambda _: None).split(","))) is None
            ):
                continue
            yield (
                "CORS: origins",
                f"{said} ({variable.when})" if variable.when else said,
                join.component(variable.at.path, variable.owner),
                variable.at,
            )


def _origins(parts: Sequence[Opaque]) -> str | None:
    """`*` allows all; what is a URL or a host counts as one."""
    if any(part.matches("[[]'*'[]]") or part.matches('[[]"*"[]]') or part.matches("[*]") for part in parts):
        return "all"
    listed = [part for part in parts if part.matches("*http*://*") or part.matches("*[.]*") or part.matches("localhost*")]
    return str(len(listed)) if listed else None


def _of_databases(facts: Facts, join: Join, places: Places) -> Iterator[_Found]:
    """The mode of TLS that a database's URL asks for."""
    stating: list[ConfigKey | Variable] = [*facts.of(ConfigKey), *facts.of(Variable)]
    for fact in stating:
        value = fact.value
        if (
            value is None
            or places.scope(fact.at.path) is not None
            or for_tests(fact.when)
            or (isinstance(fact, Variable) and fact.source == "ci")
        ):
            continue
        if value.scheme() is None or not value.matches("*ssl*mode=*"):
            continue
        if (mode := _ssl_mode(value.interpolate(lambda _: None))) is not None:
            yield (
                "TLS to the database",
                f"{mode} ({fact.when})" if fact.when else mode,
                join.component(fact.at.path, getattr(fact, "owner", None)),
                fact.at,
            )


def _ssl_mode(url: Opaque) -> str | None:
    """The word behind `sslmode=` or `ssl-mode=` in the query of a URL."""
    endings = [f"*ssl{dash}mode={{}}{end}" for dash in ("", "-") for end in ("", "&*")]
    return next((mode for mode in _SSL_MODES if any(url.matches(ending.format(mode)) for ending in endings)), None)


def _of_containers(facts: Facts, join: Join, places: Places) -> Iterator[_Found]:
    """Whether a container that is built here runs as root, where its Dockerfile says it."""
    for container in facts.of(Container):
        if (
            container.user is not None
            and not for_tests(container.when)
            and places.scope(container.at.path) is None
            and "$" not in container.user
        ):
            root = container.user.partition(":")[0] in ("root", "0")
            user = "root" if root else "non-root"
            yield (
                "container user",
                f"{user} ({container.when})" if container.when else user,
                join.component(container.at.path),
                container.user_at or container.at,
            )


def _of_technologies(technologies: Sequence[Technology]) -> Iterator[_Found]:
    for technology in technologies:
        for name, known in _BY_TECHNOLOGY.items():
            if technology.id not in known or technology.usage not in ("used", "default") or not technology.evidence:
                continue
            if technology.scope in ("backend", "deploy") or (name in _SCANNERS and technology.scope != "docs"):
                component = next((use.component for use in technology.uses if use.component and use.scope == "backend"), None)
                first = technology.evidence[0]
                yield name, technology.name.partition(" (")[0], component, At(first.path, first.line)


def _of_documents(facts: Facts, places: Places) -> Iterator[_Found]:
    """Words of compliance from the repository's own documents, not those of examples and of copied code."""
    for mention in facts.of(Mention):
        path = mention.at.path
        if places.scope(path) is None or (path.startswith(("docs/", "doc/")) and not places.vendored(path)):
            yield "compliance", mention.word, None, mention.at
