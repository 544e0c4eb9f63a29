"""The environment variables of the product: where they are set and read, and what is safe to say of their values."""

from __future__ import annotations

import re
from collections import defaultdict

from ctxgen.catalogue import Catalogue
from ctxgen.context import EnvironmentVariable
from ctxgen.facts import Facts
from ctxgen.inference.evidence import cite
from ctxgen.join import Join
from ctxgen.model import Variable
from ctxgen.opaque import Name
from ctxgen.places import Places

_SECRET = re.compile(
    r"(?i)(?:^|_|\.|-)(?:pass(?:word|wd|phrase)?|pwd|secrets?|token|api_?key|key|private|credentials?|cert|signature|salt|dsn|auth|jwt|access_key_id|pat)(?:$|_|\.|-|\d)|password|secret|apikey"
)
_MEASURE = re.compile(
    r"(?i)(?:_|\.|-)(?:expir(?:y|es|ed|ation|e)(?:[_-]?(?:in|at|time))?|ttl|duration|lifetime|max[_-]?age|algo(?:rithm)?|alg|issuer|audience|enabled|disabled)(?:[_-](?:in[_-])?(?:ms|millis|seconds?|secs?|minutes?|mins?|hours?|days?))?$"
)
"""Last words of what says how long, how or whether a secret is used, and is none: `JWT_EXPIRATION_MINUTES`."""
_SCHEMES = ("http", "https", "tcp", "ws", "wss", "smtp", "grpc")
_SOURCE_ORDER = {"dotenv": 0, "compose": 1, "settings": 2, "code": 3, "kubernetes": 4, "dockerfile": 5, "ci": 6, "other": 7}

_READS = ("code", "settings")
"""Statements that read a variable; others give it a value."""


def environment(facts: Facts, join: Join, catalogue: Catalogue, places: Places) -> list[EnvironmentVariable]:
    """Every variable of the product once, with the lines that set or read it and what is safe to say of its value."""
    grouped: dict[Name, list[Variable]] = defaultdict(list)
    for variable in facts.of(Variable):
        if variable.source == "kubernetes" and join.of_the_platform(variable.at.path, variable.owner):
            continue
        if places.scope(variable.at.path) is None and variable.source != "ci":
            grouped[variable.name].append(variable)
    found = []
    for name, same in sorted(grouped.items()):
        ordered = sorted(same, key=lambda v: (_SOURCE_ORDER[v.source], v.when is not None, v.at))
        # what a branch alone asks for is not needed wherever the branch is not taken
        required = [v.required for v in ordered if v.required is not None and not (v.required and v.when is not None)]
        url = next((v.value for v in ordered if v.value is not None and (v.value.scheme() or v.value.port())), None)
        scheme = url.scheme() if url is not None else None
        if scheme is not None and not catalogue.scheme(scheme) and scheme not in _SCHEMES:
            scheme = None
        secret = bool(_SECRET.search(name)) and _MEASURE.search(name) is None
        if secret and scheme is None:  # `word:1234` may be a password
            url = None
        found.append(
            EnvironmentVariable(
                name=name,
                secret=secret,
                required=any(required) if required else None,
                component=next((c for v in ordered if (c := join.component(v.at.path, v.owner))), None),
                evidence=cite((v.at for v in ordered), 4),
                scheme=scheme,
                host=url.host() if url is not None else None,
                port=url.port() if url is not None else None,
                set=any(v.source not in _READS for v in ordered),
                read=any(v.source in _READS for v in ordered),
            )
        )
    return found
