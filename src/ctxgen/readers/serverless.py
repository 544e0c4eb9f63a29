"""Serverless Framework: provider, runtime, functions and plug-ins.  Source: https://www.serverless.com/framework/docs/providers/aws/guide/serverless.yml."""

from __future__ import annotations

import re
from collections.abc import Iterator

from ctxgen.documents import Node
from ctxgen.model import Fact, Guard, Resource, Runtime, Setting, Variable
from ctxgen.opaque import Name, Opaque, name, version
from ctxgen.readers import reads
from ctxgen.readers._function_routes import guard, route
from ctxgen.readers._lambda import runtime_of
from ctxgen.tree import File

_VARIABLE = re.compile(r"[A-Za-z_]\w{0,119}")
_WORD = re.compile(r"[\w@/.-]{1,100}")


@reads("serverless.yml", "serverless.yaml", "serverless.json", contains=(b"provider",))
def read_serverless(file: File) -> Iterator[Fact]:
    """The service: its provider, functions and plug-ins, and what they are sized to."""
    root = file.json() if file.name.endswith("json") else file.yaml()
    provider = root.get("provider")
    if provider is None:
        return
    called = provider if provider.text else provider.get("name")
    if called is not None and called.text and _WORD.fullmatch(called.text):
        stated = root.get("frameworkVersion")
        yield Resource(
            platform="serverless",
            kind=name(f"provider {called.text}"),
            version=version(stated.text) if stated is not None else None,
            at=file.at(called.line),
        )
    yield from _settings(file, provider, None)
    for title, node in (root.get("functions") or Node({}, 1)).items():
        yield Resource(platform="serverless", kind=name("function"), name=name(title), at=file.at(node.line))
        yield from _settings(file, node, name(title))
        yield from _routes(file, node)
    plugins = root.get("plugins")
    for each in plugins.elements() if plugins is not None else ():
        if each.text and _WORD.fullmatch(each.text):
            yield Resource(platform="serverless", kind=name(f"plugin {each.text}"), at=file.at(each.line))


def _routes(file: File, function: Node) -> Iterator[Fact]:
    """What a function answers: `- http: { path: orders/{id}, method: get }`, `- httpApi: GET /orders`."""
    events = function.get("events")
    for each in events.elements() if events is not None else ():
        event = each.get("http") or each.get("httpApi")
        if event is None:
            continue
        at = file.at(event.line)
        if event.text:
            method, _, path = event.text.strip().rpartition(" ")
            stated = method or None, path
            guards: tuple[Guard, ...] = ()
        else:
            method_said, path_said = event.get("method"), event.get("path")
            stated = method_said.text if method_said is not None else None, (path_said.text or "") if path_said is not None else ""
            private = event.get("private")
            guards = guard(event.get("authorizer"), at, "authorizer")
            if not guards and private is not None and private.text == "true":  # an API key is asked for
                guards = (Guard(name=name("private"), kind="authn", at=at),)
        if (found := route(at, *stated, function.get("handler"), guards, "serverless-framework")) is not None:
            yield found


def _settings(file: File, node: Node, owner: Name | None) -> Iterator[Fact]:
    """Runtime, memory, time-out and variables of the provider or of one function."""
    said = node.get("runtime")
    if said is not None and said.text and (known := runtime_of(said.text)) is not None:
        yield Runtime(name=known[0], version=known[1], at=file.at(said.line))
    for key, kind, unit in (
        ("memorySize", "memory-limit", "MB"),
        ("timeout", "timeout", "s"),
        ("reservedConcurrency", "concurrency", None),
    ):
        amount = node.get(key)
        if amount is not None and amount.text and (number := Opaque(amount.text).integer()) is not None:
            yield Setting(kind=name(kind), value=name(str(number)), unit=name(unit) if unit else None, owner=owner, at=file.at(amount.line))
    for key, value in (node.get("environment") or Node({}, 1)).items():
        if _VARIABLE.fullmatch(key):
            yield Variable(
                name=name(key), value=Opaque(value.text) if value.text else None, source="other", owner=owner, at=file.at(value.line)
            )
