"""Calls of gRPC services that the repository serves: interface descriptions say which there are, source which of them it registers.

The JVM's and .NET's services are found by the classes that extend generated ones.  Sources: https://grpc.io/docs/languages/,
https://connectrpc.com/docs/, https://grpc-ecosystem.github.io/grpc-gateway/, https://docs.nestjs.com/microservices/grpc, https://docs.rs/tonic/.
"""

from __future__ import annotations

import re
from collections import defaultdict
from collections.abc import Callable, Iterable, Iterator
from typing import NamedTuple

from ctxgen.facts import Facts, folder_of, shared_folders
from ctxgen.language_names import extension
from ctxgen.model import At, Endpoint, Procedure
from ctxgen.opaque import Name, name
from ctxgen.source.golang.interceptors import interceptors
from ctxgen.source.routing import access_of, parameters

_GO = re.compile(
    rb"(?<!func )\b(?:Register(?P<gateway>\w{1,80}?)Handler(?:FromEndpoint|Server|Client)?|Register(?P<kratos>\w{1,80})HTTPServer"
    rb"|Register(?P<grpc>\w{1,80})Server|\w{1,60}connect\.New(?P<connect>\w{1,80})Handler)\("
)
_PYTHON = re.compile(rb"(?<!def )\badd_(?P<grpc>\w{1,80})Servicer_to_server\(")
_SCRIPT = re.compile(
    rb"\.addService\(\s{0,40}(?:\w{1,80}\.){0,6}?(?P<grpc>\w{1,80}?)(?:\.service|ServiceDefinition|Service)?\s{0,20},"
    rb"|@GrpcMethod\(\s{0,20}['\"](?P<nest>\w{1,80})['\"]|@(?P<nested>\w{1,80})ControllerMethods\("
    rb"|\brouter\.service\(\s{0,20}(?P<connect>\w{1,80})\b"
)
_RUBY = re.compile(rb"<\s{0,8}(?:\w{1,60}::){0,6}(?P<grpc>\w{1,80})::Service\b")
_RUST = re.compile(rb"\b(?P<grpc>\w{1,80})Server::(?:new|with_interceptor|from_arc)\(")
_REGISTERS = {
    **dict.fromkeys(("go",), _GO),
    **dict.fromkeys(("py",), _PYTHON),
    **dict.fromkeys(("js", "mjs", "cjs", "ts", "mts"), _SCRIPT),
    "rb": _RUBY,
    "rs": _RUST,
}
_GENERATED = (".pb.go", ".pb.gw.go", "_grpc.py", "_pb.js", "_pb.ts", "_pb.rb", ".connect.go", "_connect.ts", "_test.go")
_DEFINED = {
    "go": re.compile(rb"^func[ \t]+\([ \t]{0,4}\w{0,60}[ \t]{0,4}\*?(?P<owner>\w{1,80})\)[ \t]+(?P<name>[A-Z]\w{0,80})\(", re.MULTILINE),
    "py": re.compile(rb"^(?:class (?P<owner>\w{1,80})|[ \t]{1,8}(?:async )?def (?P<name>[A-Za-z]\w{0,80})\()", re.MULTILINE),
}
_TECHNOLOGY = {"gateway": "grpc-gateway", "kratos": "kratos", "connect": "connect-rpc"}


class _Serving(NamedTuple):
    """A line that registers a service; `how` is the group of the pattern."""

    how: str
    at: At
    data: bytes


def procedures(facts: Facts, paths: Iterable[str], read: Callable[[str], bytes]) -> Iterator[Endpoint]:
    """The endpoints of the services that files among `paths` register, each with the line of its implementation where one is found."""
    services: dict[str, dict[str, list[Procedure]]] = defaultdict(lambda: defaultdict(list))
    """By the bare name of a service and the file that states it."""
    for fact in facts.of(Procedure):
        services[str(fact.service).rpartition(".")[2]][fact.at.path].append(fact)
    if not services:
        return
    contents = {path: read(path) for path in sorted(paths) if _pattern(path) is not None}
    for path, data in contents.items():
        for service, serving in _servings(path, data, services):
            calls = _nearest(services[service], serving)
            yield from _answered(calls, serving, contents)


def _pattern(path: str) -> re.Pattern[bytes] | None:
    return None if path.endswith(_GENERATED) else _REGISTERS.get(extension(path).lower().removeprefix("."))


def _servings(path: str, data: bytes, services: Iterable[str]) -> Iterator[tuple[str, _Serving]]:
    known = set(services)
    pattern = _pattern(path)
    seen: set[tuple[str, str]] = set()
    for found in pattern.finditer(data) if pattern is not None else ():
        how, text = next((key, value) for key, value in found.groupdict().items() if value)
        stated = text.decode("ascii", "replace")
        service = next((each for each in (stated, f"{stated}Service") if each in known), None)
        if service is not None and (service, how) not in seen:
            seen.add((service, how))
            yield service, _Serving(how, At(path, data.count(b"\n", 0, found.start()) + 1), data)


def _nearest(stated: dict[str, list[Procedure]], serving: _Serving) -> list[Procedure]:
    """The description of a service that a file means: the one whose package it imports, then the one beside it."""

    def likely(path: str) -> tuple[bool, int, str]:
        package = str(stated[path][0].service).rpartition(".")[0].split(".")
        names = [separator.join(package).encode() for separator in ("/", ".", "::", "_", "")]
        common = next((index for index, (a, b) in enumerate(zip(path, serving.at.path, strict=False)) if a != b), 0)
        return (not any(each and each in serving.data for each in names), -common, path)

    return stated[min(stated, key=likely)]


def _answered(calls: list[Procedure], serving: _Serving, contents: dict[str, bytes]) -> Iterator[Endpoint]:
    technology = name(_TECHNOLOGY.get(serving.how, "grpc"))
    guards = (
        tuple(interceptors(serving.at.path, contents)) if serving.at.path.endswith(".go") and serving.how in ("grpc", "connect") else ()
    )
    implemented = _implementation(calls, serving.at.path, contents)
    for call in calls:
        title = str(call.service).rpartition(".")[2]
        handler, at = implemented.get(str(call.name), (None, call.at))
        if serving.how in ("gateway", "kratos"):
            for method, path, line in call.http:
                yield Endpoint(
                    kind="http",
                    method=method,
                    path=name(parameters(expanded(str(path)))),
                    handler=handler or call.name,
                    technology=technology,
                    at=At(call.at.path, line),
                    via=(serving.at,),
                )
            continue
        yield Endpoint(
            kind="grpc",
            operation=name(f"{title}/{call.name}"),
            handler=handler,
            technology=technology,
            access=access_of(guards, None),
            guards=guards,
            at=at,
            via=(call.at, serving.at) if at != call.at else (serving.at,),
        )


_BOUND = re.compile(r"\{([\w.]{1,80})=([^{}]{1,200})\}")


def expanded(path: str) -> str:
    """`/v1/{name=shelves/*/books/*}` with a parameter for each wildcard: `/v1/shelves/{shelf}/books/{book}`."""

    def segments(match: re.Match[str]) -> str:
        found: list[str] = []
        for each in match[2].split("/"):
            before = found[-1] if found and not found[-1].startswith("{") else ""
            found.append("{" + (_singular(before) or match[1]) + "}" if each in ("*", "**") else each)
        return "/".join(found)

    return _BOUND.sub(segments, path)


def _singular(word: str) -> str:
    return f"{word[:-3]}y" if word.endswith("ies") else word.removesuffix("s")


def _implementation(calls: list[Procedure], registering: str, contents: dict[str, bytes]) -> dict[str, tuple[Name, At]]:
    """Where the calls are implemented: the type of the same language that has most of them as methods, the nearest of several."""
    ending = extension(registering).lower().removeprefix(".")
    pattern = _DEFINED.get(ending)
    if pattern is None:
        return {}
    wanted = {str(call.name) for call in calls}
    found: dict[tuple[str, str], dict[str, tuple[Name, At]]] = defaultdict(dict)
    for path, data in contents.items():
        if not path.endswith(f".{ending}") or not any(each.encode() in data for each in wanted):
            continue
        owner = ""
        for match in pattern.finditer(data):
            owner = match["owner"].decode() if match["owner"] else owner
            method = match["name"].decode() if match["name"] else ""
            if method in wanted and _is_served(ending, data, match.end()):
                at = At(path, data.count(b"\n", 0, match.start("name")) + 1)
                found[folder_of(path), owner].setdefault(method, (name(f"{owner}.{method}"), at))
    if not found:
        return {}
    most = max(len(each) for each in found.values())
    same = [key for key, each in found.items() if len(each) == most]
    return found[min(same, key=lambda key: (-shared_folders(key[0], folder_of(registering)), key))]


def _is_served(ending: str, data: bytes, start: int) -> bool:
    """Whether a method has the parameters of one that is called from afar."""
    head = data[start : start + 200].partition(b"{")[0]
    if ending == "py":
        return head.lstrip().startswith(b"self,")
    return b"opts ..." not in head and (b"ontext" in head[:60] or b"Server" in head or b"stream" in head)
