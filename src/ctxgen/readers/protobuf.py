"""Protocol Buffers: the edition or syntax, and the services with their calls and the HTTP requests that those are mapped to.

Sources: https://protobuf.dev/reference/protobuf/proto3-spec/, https://protobuf.dev/reference/protobuf/edition-2023-spec/,
https://cloud.google.com/endpoints/docs/grpc/transcoding.
"""

from __future__ import annotations

import re
from collections.abc import Iterator

from ctxgen.model import Fact, Procedure, Resource
from ctxgen.opaque import Name, Opaque, name, version
from ctxgen.readers import reads
from ctxgen.readers._tokens import Token, tokens
from ctxgen.tree import SOURCE_LIMIT, File

_TOKEN = re.compile(r"//[^\n]*|/\*.*?(?:\*/|\Z)|\"(?:\\.|[^\"\\\n])*\"|'(?:\\.|[^'\\\n])*'|[A-Za-z_][\w.]*|[{}();=]", re.DOTALL)
_SYNTAX = re.compile(r"[\"'](proto[23]|20\d\d)[\"']")
_VERBS = {"get", "put", "post", "delete", "patch"}
_IDENTIFIER = re.compile(r"[A-Za-z_]\w{0,99}(?:\.[A-Za-z_]\w{0,99})*")


@reads("*.proto", limit=SOURCE_LIMIT)
def read_protobuf(file: File) -> Iterator[Fact]:
    """One resource for the file, with its syntax as version, and one for every service, with the names of its calls; the calls themselves."""
    stated: tuple[str | None, int] = (None, 1)
    package = ""
    services: list[tuple[Token, list[tuple[Token, list[tuple[Name, Name, int]]]]]] = []
    mapped = False
    """Whether an option `google.api.http` is read."""
    depth, inside = 0, False
    one = two = Token("", 1)
    for token in tokens(file.text, _TOKEN, ("//", "/*")):
        if token.text == "{":
            depth += 1
            inside = inside or (depth == 1 and two.text == "service" and bool(_IDENTIFIER.fullmatch(one.text)))
            if inside and depth == 1:
                services.append((Token(one.text, two.line), []))
        elif token.text == "}":
            depth = max(depth - 1, 0)
            inside = inside and depth > 0
        elif depth == 0 and one.text == "=" and two.text in ("syntax", "edition") and (found := _SYNTAX.fullmatch(token.text)):
            stated = (found[1], two.line)
        elif depth == 0 and token.text == ";" and two.text == "package" and _IDENTIFIER.fullmatch(one.text):
            package = one.text
        elif inside and depth == 1 and token.text == "(" and two.text == "rpc" and _IDENTIFIER.fullmatch(one.text):
            services[-1][1].append((one, []))
        elif inside and depth > 1 and token.text == "google.api.http":
            mapped = True
        elif mapped and depth > 1 and token.text[:1] in "\"'" and services[-1][1]:
            verb = next((each.text for each in (one, two) if each.text in _VERBS), "")
            if verb:
                services[-1][1][-1][1].append((name(verb.upper()), name(token.text[1:-1]), token.line))
        elif token.text == ";" and depth <= 2:
            mapped = False
        one, two = token, one
    syntax, line = stated
    yield Resource(
        platform="other", kind=name("protobuf"), name=name(package) if package else None, version=version(syntax), at=file.at(line)
    )
    for service, calls in services:
        title = f"{package}.{service.text}" if package else service.text
        attributes = tuple((name(call.text), Opaque("rpc")) for call, _ in calls)
        yield Resource(platform="other", kind=name("grpc-service"), name=name(title), attributes=attributes, at=file.at(service.line))
        for call, http in calls:
            yield Procedure(service=name(title), name=name(call.text), http=tuple(http), at=file.at(call.line))
