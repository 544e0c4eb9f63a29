"""What settings say: environment variables, scale, and authentication mechanisms."""

from __future__ import annotations

import re
from collections import defaultdict
from collections.abc import Sequence

from ctxgen.catalogue import Catalogue
from ctxgen.context import EnvironmentVariable, Mechanism, ScaleSetting, Security, Technology
from ctxgen.facts import Facts
from ctxgen.inference.evidence import cite
from ctxgen.join import Join
from ctxgen.model import At, ConfigKey, Import, Process, Service, Setting, Variable
from ctxgen.opaque import Name, Opaque
from ctxgen.places import Places

_SECRET = re.compile(
    r"(?i)(?:^|_|\.|-)(?:pass(?:word|wd|phrase)?|pwd|secrets?|token|api_?key|key|private|credentials?|cert|signature|salt|dsn|auth|jwt|access_key_id|pat)(?:$|_|\.|-|\d)|password|secret|apikey"
)
_SOURCE_ORDER = {"dotenv": 0, "compose": 1, "settings": 2, "code": 3, "kubernetes": 4, "dockerfile": 5, "ci": 6, "other": 7}
_COMMON = {
    "PATH",
    "HOME",
    "LANG",
    "LC_ALL",
    "DEBIAN_FRONTEND",
    "PYTHONUNBUFFERED",
    "PYTHONDONTWRITEBYTECODE",
    "PIP_NO_CACHE_DIR",
    "PYTHONPATH",
}


def environment(facts: Facts, join: Join, catalogue: Catalogue, places: Places) -> list[EnvironmentVariable]:
    """Every variable of the product once, with the lines that set or read it and what is safe to say of its value."""
    grouped: dict[Name, list[Variable]] = defaultdict(list)
    for variable in facts.of(Variable):
        if places.scope(variable.at.path) is None and variable.source != "ci":
            grouped[variable.name].append(variable)
    found = []
    for name, same in sorted(grouped.items()):
        ordered = sorted(same, key=lambda v: (_SOURCE_ORDER[v.source], v.when is not None, v.at))
        required = [v.required for v in ordered if v.required is not None]
        url = next((v.value for v in ordered if v.value is not None and (v.value.scheme() or v.value.port())), None)
        scheme = url.scheme() if url is not None else None
        found.append(
            EnvironmentVariable(
                name=name,
                secret=bool(_SECRET.search(name)),
                required=any(required) if required else None,
                component=next((c for v in ordered if (c := join.component(v.at.path, v.owner))), None),
                evidence=cite((v.at for v in ordered), 4),
                scheme=scheme
                if scheme and (catalogue.scheme(scheme) or scheme in ("http", "https", "tcp", "ws", "wss", "smtp", "grpc"))
                else None,
                host=url.host() if url is not None else None,
                port=url.port() if url is not None else None,
            )
        )
    return found


def is_minor(name: str) -> bool:
    """Whether a variable says something of the image's plumbing rather than of the backend."""
    return name in _COMMON


_VALUE_KINDS = {"timeout": "duration", "ttl": "duration", "memory-limit": "size", "heap": "size", "body-limit": "size"}


def scale(facts: Facts, join: Join, catalogue: Catalogue, places: Places) -> list[ScaleSetting]:
    """Settings of scale from every place that states one; only integers, durations and sizes can be told."""
    found: dict[tuple[str, str, str | None, str | None], list[At]] = defaultdict(list)
    units: dict[tuple[str, str, str | None, str | None], str | None] = {}

    written: dict[str, str | None] = {}  # one spelling of a subject that values and manifests write differently

    def add(kind: str, value: str | None, unit: str | None, subject: str | None, component: str | None, at: At) -> None:
        if value is not None and places.scope(at.path) in (None, "dev"):
            key = (kind, value, written.setdefault((subject or "").lower(), subject), component)
            found[key].append(at)
            units[key] = unit

    for setting in facts.of(Setting):
        add(
            setting.kind,
            setting.value,
            setting.unit,
            setting.subject or setting.owner,
            join.component(setting.at.path, setting.owner),
            setting.at,
        )
    for service in facts.of(Service):
        if service.replicas is not None:
            add("replicas", str(service.replicas), None, service.name, join.component(service.at.path, service.name), service.at)
    for key in facts.of(ConfigKey):
        if known := catalogue.setting(key.key):
            technology, signal = known
            add(
                signal.kind,
                _safe(key.value, signal.kind),
                signal.unit,
                signal.subject or catalogue[technology].name,
                join.component(key.at.path),
                key.at,
            )
    for variable in facts.of(Variable):
        if variable.value is not None and (known := catalogue.setting(variable.name)):
            technology, signal = known
            add(
                signal.kind,
                _safe(variable.value, signal.kind),
                signal.unit,
                signal.subject or variable.name,
                join.component(variable.at.path, variable.owner),
                variable.at,
            )
    commands = [(process.at, process.command, process.owner) for process in facts.of(Process)]
    commands += [(service.at, service.command, service.name) for service in facts.of(Service) if service.command is not None]
    for at, command, owner in commands:
        for word in dict.fromkeys(command.words(catalogue.command_words)):
            known_id = catalogue.command(word)
            for option, signal in catalogue.options(word):
                value = command.option(option)
                if value is not None and known_id:
                    add(
                        signal.kind,
                        _safe(value, signal.kind),
                        signal.unit,
                        signal.subject or catalogue[known_id].name,
                        join.component(at.path, owner),
                        at,
                    )
    ordered = sorted(found.items(), key=lambda entry: (_KIND_ORDER.get(entry[0][0], 50), entry[0][3] or "", entry[0][2] or "", entry[1][0]))
    return [
        ScaleSetting(kind, value, units[kind, value, subject, component], subject, component, cite(at, 4))
        for (kind, value, subject, component), at in ordered
    ]


_KIND_ORDER = {
    "replicas": 0,
    "autoscaling": 1,
    "workers": 2,
    "threads": 3,
    "concurrency": 4,
    "pool-size": 5,
    "max-connections": 6,
    "memory-limit": 7,
    "cpu-limit": 8,
    "heap": 9,
    "rate-limit": 10,
    "timeout": 11,
    "ttl": 12,
}


def _safe(value: Opaque, kind: str) -> str | None:
    resolved = value.interpolate(lambda _: None)
    number = resolved.integer()
    if number is not None:
        return str(number)
    return resolved.duration() or resolved.size() or resolved.number()


_AUTH_PLACE = re.compile(r"(?i)auth|security|token|jwt|login|session|identity|account|credential|guard|middleware|deps\b|users?\b")
_PROXY_USER = re.compile(r"(?:^|_)(?:REMOTE_USER|FORWARDED_USER|AUTH_PROXY|PROXY_AUTH|REMOTEUSER)(?:_|$)")


def security(technologies: Sequence[Technology], facts: Facts, join: Join, catalogue: Catalogue, places: Places) -> Security:
    """Authentication mechanisms, from the libraries that show one, from settings, and from variables that name a proxy's user header.

    A library of many uses (`generic`, as those for tokens) shows its mechanism only where code of authentication
    imports it or a variable is named for it.
    """
    found: dict[str, list[At]] = defaultdict(list)
    component: dict[str, str | None] = {}
    read = [v for v in facts.of(Variable) if places.scope(v.at.path) is None]
    for technology in technologies:
        if technology.scope != "backend" or technology.usage not in ("used", "default", "supported"):
            continue
        declared = catalogue[technology.id]
        places_of = [At(evidence.path, evidence.line) for evidence in technology.evidence[:2]]
        if declared.generic:
            imported = [
                i.at
                for i in facts.of(Import)
                if places.scope(i.at.path) is None and _shows(i, technology.id, catalogue) and _AUTH_PLACE.search(i.at.path)
            ]
            places_of = [*imported[:1], *places_of] if imported else []
        for mechanism in declared.mechanisms:
            named = [v.at for v in read if mechanism.upper() in re.split(r"[_.]", v.name)] if declared.generic and not places_of else []
            for at in places_of or named[:1]:
                found[mechanism].append(at)
                component.setdefault(mechanism, next((use.component for use in technology.uses if use.scope == "backend"), None))
    described: list[tuple[str, At]] = []
    for key in facts.of(ConfigKey):
        if places.scope(key.at.path) is not None:
            continue
        for _, mechanism in catalogue.mechanism(key.key, key.value):
            if key.key.startswith("openapi.security."):
                described.append((mechanism, key.at))
                continue
            found[mechanism].append(key.at)
            component.setdefault(mechanism, join.component(key.at.path))
    for variable in read:
        if variable.source in ("settings", "code") and _PROXY_USER.search(variable.name):
            found["proxy-header"].append(variable.at)
    code = frozenset(found)
    for mechanism, at in described:  # a description adds to what code and settings show, and speaks alone only where they say nothing
        if not code or mechanism in code:
            found[mechanism].append(at)
            component.setdefault(mechanism, join.component(at.path))
    return Security(tuple(Mechanism(mechanism, component.get(mechanism), cite(at, 4)) for mechanism, at in sorted(found.items())), ())


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
