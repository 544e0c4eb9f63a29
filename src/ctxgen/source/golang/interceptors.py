"""What a gRPC server of Go lets calls pass before its services: interceptors that are given to it, by their names.

Sources: https://pkg.go.dev/google.golang.org/grpc#ChainUnaryInterceptor, https://pkg.go.dev/github.com/grpc-ecosystem/go-grpc-middleware/v2/interceptors/auth,
https://connectrpc.com/docs/go/interceptors.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator

from ctxgen.model import At, Guard
from ctxgen.source.guards import guard

_GIVEN = re.compile(rb"\b(?:grpc\.(?:Chain)?UnaryInterceptor|grpc_middleware\.ChainUnaryServer|connect\.WithInterceptors)\(")
_NAMED = re.compile(rb"\s{0,200}&?(?P<name>[A-Za-z_][\w.]{1,100})")
_SERVERS = re.compile(rb"\bgrpc\.NewServer\(")
_MOST = 4_000
"""Bytes of a list of interceptors."""
_CHOOSE = (b"FullMethod", b"AuthFuncOverride")
"""What stands where an interceptor lets some methods pass."""


def interceptors(path: str, contents: dict[str, bytes]) -> list[Guard]:
    """The guards of all services that the file at `path` registers; none where there are several servers, or where an interceptor chooses among the methods."""
    data = contents[path]
    if len(_SERVERS.findall(data)) > 1 or any(b") AuthFuncOverride(" in each for each in contents.values() if b"AuthFuncOverride" in each):
        return []
    found: dict[str, Guard] = {}
    for start in _GIVEN.finditer(data):
        for offset, argument in _arguments(data, start.end()):
            named = _NAMED.match(argument)
            text = named["name"].decode("ascii", "replace") if named is not None else ""
            at = At(path, data.count(b"\n", 0, offset + (named.start("name") if named is not None else 0)) + 1)
            made = guard(text, at) if text and not _chooses(text, argument, contents.values()) else None
            if made is not None and made.kind in ("authn", "authz", "rate"):
                found.setdefault(text, made)
    return list(found.values())


def _chooses(text: str, argument: bytes, contents: Iterable[bytes]) -> bool:
    """Whether only some methods are intercepted: by a selector around it, or by what the function does."""
    if b"MatchFunc" in argument or text.startswith("selector."):
        return True
    defined = re.compile(rb"\bfunc (?:\([^()\n]{0,80}\) )?" + re.escape(text.rpartition(".")[2].encode()) + rb"\(")
    return any(any(word in each for word in _CHOOSE) for each in contents if defined.search(each))


def _arguments(data: bytes, start: int) -> Iterator[tuple[int, bytes]]:
    """The arguments of a call from behind its bracket, with their places."""
    depth, begin = 0, start
    for index in range(start, min(len(data), start + _MOST)):
        byte = data[index : index + 1]
        if byte in (b"(", b"[", b"{"):
            depth += 1
        elif byte in (b")", b"]", b"}"):
            if depth == 0:
                yield begin, data[begin:index]
                return
            depth -= 1
        elif byte == b"," and depth == 0:
            yield begin, data[begin:index]
            begin = index + 1
