"""Micronaut's controllers.

Sources: https://docs.micronaut.io/latest/guide/#httpServer, https://micronaut-projects.github.io/micronaut-security/latest/guide/#interceptUrlMap
"""

from __future__ import annotations

import re
from collections import defaultdict
from collections.abc import Iterable, Iterator
from typing import NamedTuple

from ctxgen.model import At, Guard
from ctxgen.opaque import name
from ctxgen.source import ir
from ctxgen.source.calls import bodies_of, chain
from ctxgen.source.guards import guard_kind
from ctxgen.source.jvm.annotations import find, methods, names, of_class, simple, texts
from ctxgen.source.jvm.controllers import (
    NOTHING,
    Answer,
    Rules,
    Verdict,
    classes,
    endpoints,
    implemented,
    inherited,
    joined,
    mentions,
    placed,
    settings,
)
from ctxgen.source.jvm.paths import matches
from ctxgen.source.jvm.settings import module_of
from ctxgen.source.jvm.walk import items
from ctxgen.source.program import Program
from ctxgen.source.routing import join
from ctxgen.source.values import ClassValue, Scope

_VERBS = {
    "Get": "GET",
    "Post": "POST",
    "Put": "PUT",
    "Patch": "PATCH",
    "Delete": "DELETE",
    "Head": "HEAD",
    "Options": "OPTIONS",
    "Trace": "TRACE",
}
_BUILDERS = ("DefaultRouteBuilder", "GroovyRouteBuilder")
_DEEPEST = 10
_QUERY = re.compile(r"\{[?&#][^{}]{0,200}\}")
_OPERATOR = re.compile(r"\{([/.;]?)([+#]?)(\w[\w.-]{0,60})[*]?(?::[^{}]{0,120})?\}")


def finish(program: Program) -> None:
    """The endpoints of all controllers."""
    rules = _rules(program)
    for cls in classes(program, "class", "object"):
        found = inherited(program, cls)
        if any(simple(base) in _BUILDERS for each in program.lineage(cls) for base in each.cls.bases):
            context = settings(program).path(cls.path, "micronaut.server.context-path")
            for method in cls.cls.methods:
                for answer in _built(program, method.body, Scope(cls.scope.module, program.class_scope(cls), owner=cls), ""):
                    program.facts += endpoints(program, answer, "micronaut", rules, prefix=f"/{context.strip('/')}" if context else "")
        if not implemented(cls) or not mentions(program, cls, b"io.micronaut") or (controller := find(found, "Controller")) is None:
            continue
        context = settings(program).path(cls.path, "micronaut.server.context-path")
        filled = settings(program).filled
        prefixes = [filled(cls.path, text) for text in texts(program, controller, "value", "uri")]
        for answer in _answers(program, cls, prefixes):
            program.facts += endpoints(
                program, answer._replace(outer=tuple(found)), "micronaut", rules, prefix=f"/{context.strip('/')}" if context else ""
            )


def _answers(program: Program, cls: ClassValue, prefixes: list[str]) -> Iterator[Answer]:
    for method, written, carried in methods(program, cls):
        for mapped in carried:
            if mapped.name in _VERBS and not mapped.own:
                verb = _VERBS[mapped.name]
            elif mapped.name == "CustomHttpMethod":
                verb = next(iter(texts(program, mapped, "method")), "ANY").upper()
            else:
                continue
            templates = texts(program, mapped, "uris") or texts(program, mapped, "value", "uri") or [""]
            paths = [template(settings(program).filled(mapped.at.path, text)) for text in templates]
            streams = [*texts(program, mapped, "produces"), *names(mapped.arguments.get("produces"))]
            produced = find(carried, "Produces")
            streams += [*texts(program, produced, "value"), *names(produced.arguments.get("value"))] if produced else []
            stream = any("event-stream" in each or each == "TEXT_EVENT_STREAM" for each in streams)
            at, stated = placed(cls, method, written, mapped.at)
            yield Answer(
                verbs=(verb,),
                paths=tuple(path.rstrip("/") or "/" for path in joined([""], prefixes, paths)),
                at=at,
                handler=f"{cls.cls.name}.{method.name}",
                own=tuple(carried),
                function=method,
                kind="sse" if stream else "http",
                stated=stated,
            )


def _built(program: Program, statements: Iterable[ir.Statement], scope: Scope, prefix: str, depth: int = 0) -> Iterator[Answer]:
    """Routes that code builds: `GET("/orders/{id}", orders, "show").nest(() -> GET("/lines", orders, "lines"))`.

    Source: https://docs.micronaut.io/latest/guide/#routingApi
    """
    for statement in statements if depth < _DEEPEST else ():
        match statement:
            case ir.Loop(ir.Name(target), iterable):
                for item in items(program, iterable, scope):
                    inner = Scope(scope.module, scope, owner=scope.owner)
                    inner.names[target] = item
                    yield from _built(program, statement.body, inner, prefix, depth + 1)
            case ir.Do(value) | ir.Return(value):
                links = [link for link in chain(value) if isinstance(link, ir.Call)]
                first = links[0] if links else None
                stated = program.evaluate(first.arguments[0].value, scope) if first is not None and first.arguments else None
                if first is None or not isinstance(first.function, ir.Name) or not isinstance(stated, str):
                    continue
                path = join(prefix, template(settings(program).filled(scope.module.path, stated)))
                if first.function.name.title() in _VERBS and first.function.name.isupper():
                    yield Answer((first.function.name,), (path,), At(scope.module.path, first.line), "")
                for link in links:
                    block = link.arguments[-1].value if simple(link.function) == "nest" and link.arguments else None
                    if isinstance(block, ir.Function):
                        yield from _built(program, block.body, scope, path, depth + 1)
            case _:
                for body in bodies_of(statement):
                    yield from _built(program, body, scope, prefix, depth + 1)


def template(path: str) -> str:
    """A URI template (RFC 6570) as a path: without query parameters, `{/id}` as `/{id}`.  Source: https://docs.micronaut.io/latest/guide/#routing"""
    return _OPERATOR.sub(lambda match: f"{match[1]}{{{match[3]}}}", _QUERY.sub("", path))


class _Entry(NamedTuple):
    """An entry of the URL map."""

    pattern: str
    verb: str | None
    access: tuple[str, ...]
    at: At


def _rules(program: Program) -> Rules:
    """What `micronaut.security.intercept-url-map` says of a path, else the filters before it whose name says that they guard."""
    entries, filters = _entries(program), list(_filters(program))

    def ask(path: str, verb: str, route: str) -> Verdict:
        for each in entries.get(module_of(path), ()):
            if (each.verb is None or each.verb == verb) and matches(each.pattern, route):
                if any("anonymous" in word for word in each.access):
                    return Verdict(public=each.at)
                known = all("authenticated" in word for word in each.access)
                return Verdict(Guard(name=name("intercept-url-map"), kind="authn" if known else "authz", at=each.at))
        for module, patterns, guard in filters:
            if module == module_of(path) and any(matches(pattern, route) for pattern in patterns):
                return Verdict(guard, doubtful=True)
        return NOTHING

    return ask


def _filters(program: Program) -> Iterator[tuple[str, list[str], Guard]]:
    """`@Filter("/api/**") class AuthenticationFilter implements HttpServerFilter`.  Source: https://docs.micronaut.io/latest/guide/#filters"""
    for cls in classes(program, "class", "object"):
        marked = find(of_class(program, cls), "Filter", "ServerFilter")
        kind = guard_kind(cls.cls.name) if marked is not None else None
        if marked is not None and kind in ("authn", "authz") and not any(simple(base) == "HttpClientFilter" for base in cls.cls.bases):
            patterns = texts(program, marked, "value", "patterns") or ["/**"]
            yield module_of(cls.path), patterns, Guard(name=name(cls.cls.name), kind=kind, at=At(cls.path, cls.cls.line))


def _entries(program: Program) -> dict[str, list[_Entry]]:
    found: dict[str, list[_Entry]] = defaultdict(list)
    current: dict[str, tuple[str, str | None, list[str], At]] = {}
    for each in settings(program).named("micronaut.security.intercept-url-map"):
        key = re.sub(r"\[\d+\]", "", each.key)
        last, module = key.rpartition(".")[2], module_of(each.at.path)
        if last == "pattern" and (pattern := each.value.route()):
            _close(found, module, current.pop(module, None))
            current[module] = (str(pattern), None, [], each.at)
        elif module in current and last == "http-method":
            pattern_, _, access, at = current[module]
            current[module] = (pattern_, str(each.value.identifier() or "").upper() or None, access, at)
        elif module in current and last == "access":
            current[module][2].extend(
                str(part.word({"isanonymous()", "isauthenticated()", "permitall", "denyall()"}) or "role") for part in each.value.split(",")
            )
    for module, entry in current.items():
        _close(found, module, entry)
    return found


def _close(found: dict[str, list[_Entry]], module: str, entry: tuple[str, str | None, list[str], At] | None) -> None:
    if entry is not None and entry[2]:
        found[module].append(_Entry(entry[0], entry[1], tuple(entry[2]), entry[3]))
