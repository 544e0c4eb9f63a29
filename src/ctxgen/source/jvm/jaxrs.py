"""JAX-RS resources (Jersey, RESTEasy, Quarkus REST, CXF), sub-resources included, and Quarkus' reactive routes.

Sources: https://jakarta.ee/specifications/restful-ws/3.1/jakarta-restful-ws-spec-3.1, https://quarkus.io/guides/rest, https://quarkus.io/guides/reactive-routes,
https://quarkus.io/guides/security-authorize-web-endpoints-reference
"""

from __future__ import annotations

import re
from collections import defaultdict
from collections.abc import Iterator, Sequence
from typing import NamedTuple

from ctxgen.model import At, Guard
from ctxgen.opaque import name
from ctxgen.source import ir
from ctxgen.source.guards import guard_kind, refusal
from ctxgen.source.jvm import servlets, spring_security
from ctxgen.source.jvm.annotations import Annotation, find, methods, names, of_class, of_method, simple, texts
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
from ctxgen.source.jvm.jaxrs_built import built
from ctxgen.source.jvm.settings import module_of
from ctxgen.source.jvm.specified import Specified
from ctxgen.source.program import Program
from ctxgen.source.routing import Kind, join
from ctxgen.source.values import ClassValue

_VERBS = ("GET", "POST", "PUT", "PATCH", "DELETE", "HEAD", "OPTIONS")
_PACKAGES = (b"javax.ws.rs", b"jakarta.ws.rs", b"io.quarkus.vertx.web")
_ROOTS = (
    ("quarkus.http.root-path",),
    ("quarkus.rest.path", "quarkus.resteasy-reactive.path", "quarkus.resteasy.path", "spring.jersey.application-path", "server.rootpath"),
)
_DEEPEST = 5
_REGISTER = re.compile(rb"\bregister(?:Classes)?\(([^;]{0,20000})")
_WORD = re.compile(rb"\w+")


def finish(program: Program) -> None:
    """The endpoints of all resources that are roots."""
    rules = _rules(program)
    technology = _technology(program)
    applications, mapped = list(_applications(program)), servlets.mappings(program)
    specified = Specified(program)
    for cls in classes(program, "interface"):
        prefix = _prefix(program, cls, applications, mapped)
        for answer in _panache(program, cls):
            program.facts += endpoints(
                program, answer._replace(paths=tuple(join(prefix, path) for path in answer.paths)), technology, rules
            )
    for cls in classes(program, "class", "object"):
        speaks = mentions(program, cls, *_PACKAGES)
        if not implemented(cls) or not (speaks or cls.cls.bases):
            continue
        found = inherited(program, cls)
        rooted = find(found, "Path")
        if find(found, "RegisterRestClient") or (rooted is not None and not speaks):
            continue
        answers = list(_answers(program, cls, found, [_text(program, rooted)], 0)) if rooted is not None else []
        if rooted is None and not mentions(program, cls, b"org.springframework", b"io.micronaut"):
            answers += specified.answers(program, cls, [], tuple(found))
        prefix = _prefix(program, cls, applications, mapped)
        for answer in (*answers, *built(program, cls), *_reactive(program, cls, found)):
            whole = answer._replace(paths=tuple(join(prefix, path) or "/" for path in answer.paths))
            program.facts += endpoints(program, whole, technology, rules)


def _technology(program: Program) -> str:
    known = {framework.technology for framework in program.vocabulary.frameworks.values()}
    return next(
        (each for each in ("quarkus", "dropwizard", "jersey", "resteasy", "helidon", "microprofile", "apache-cxf") if each in known),
        "jax-rs",
    )


def _text(program: Program, annotation: Annotation) -> str:
    stated = texts(program, annotation, "value", "path")
    return settings(program).filled(annotation.at.path, stated[0]) if stated else ""


def _applications(program: Program) -> Iterator[tuple[str, str]]:
    """The modules with an `@ApplicationPath`, and that path."""
    for cls in classes(program, "class", "object"):
        if (marked := find(of_class(program, cls), "ApplicationPath")) is not None:
            yield module_of(cls.path), _text(program, marked)


def _prefix(program: Program, cls: ClassValue, applications: Sequence[tuple[str, str]], mapped: Sequence[servlets.Mapping]) -> str:
    """What stands before the paths of a resource: the path of its program, then that of the servlet or application that serves it."""
    known, path = settings(program), cls.path
    prefix = "".join(f"/{stated.strip('/')}" for keys in _ROOTS if (stated := known.path(path, *keys)))
    if (servlet := servlets.path_of(mapped, cls)) is not None:
        return join(prefix, servlet)
    own = [given for module, given in applications if module == module_of(path)] or ([applications[0][1]] if len(applications) == 1 else [])
    return join(prefix, own[0].rstrip("*")) if len(own) == 1 else prefix


def _answers(program: Program, cls: ClassValue, found: Sequence[Annotation], prefixes: Sequence[str], depth: int) -> Iterator[Answer]:
    """What a resource answers below some prefixes; a method with a path and no verb leads to another resource."""
    outer = tuple(each for each in found if each.name != "Path")
    for method, written, carried in methods(program, cls):
        verbs = _verbs(program, carried)
        located = find(carried, "Path")
        paths = [path.rstrip("/") or "/" for path in joined(prefixes, [_text(program, located)] if located else [""], [""])]
        if verbs:
            mark = find(carried, *verbs) or carried[0]
            at, stated = placed(cls, method, written, located.at if located is not None and located.at.path == mark.at.path else mark.at)
            stream = any("SERVER_SENT_EVENTS" in each or "event-stream" in each for each in _produces(program, carried)) or any(
                simple(parameter.type) == "SseEventSink" for parameter in method.parameters
            )
            own = (*carried, *_principal(method, written))
            kind: Kind = "sse" if stream else "http"
            yield Answer(verbs, tuple(paths), at, f"{cls.cls.name}.{method.name}", own, outer, method, kind, stated=stated)
        elif located is not None and depth < _DEEPEST and (inner := _located(program, method, written)) is not None:
            yield from _answers(program, inner, inherited(program, inner), paths, depth + 1)


def _verbs(program: Program, carried: Sequence[Annotation]) -> tuple[str, ...]:
    stated = [each.name for each in carried if each.name in _VERBS]
    stated += [text for each in carried if each.name == "HttpMethod" for text in texts(program, each, "value")]
    return tuple(dict.fromkeys(stated))


def _produces(program: Program, carried: Sequence[Annotation]) -> list[str]:
    produced = find(carried, "Produces")
    return [*texts(program, produced, "value"), *names(produced.arguments.get("value"))] if produced else []


def _principal(method: ir.Function, written: ClassValue) -> Iterator[Annotation]:
    """Dropwizard's `@Auth User user` lets only known users in.  Source: https://www.dropwizard.io/en/stable/manual/auth.html"""
    for parameter in method.parameters:
        for decorator in parameter.decorators:
            if simple(decorator) == "Auth" and simple(parameter.type) != "Optional":
                yield Annotation("Authenticated", At(written.path, decorator.line), {}, written.scope)


def _located(program: Program, method: ir.Function, written: ClassValue) -> ClassValue | None:
    """The resource that a locator gives: its return type, or what `Class<T>` names."""
    returns = method.returns
    if isinstance(returns, ir.Item) and simple(returns) in ("Class", "KClass", "Uni"):
        returns = returns.key
    value = program.evaluate(returns, written.scope) if returns is not None else None
    return value if isinstance(value, ClassValue) else None


def _reactive(program: Program, cls: ClassValue, found: Sequence[Annotation]) -> Iterator[Answer]:
    """`@Route(path = "hello", methods = Route.HttpMethod.GET)` of Quarkus."""
    base = find(found, "RouteBase")
    prefix = "".join(texts(program, base, "path", "value")) if base else ""
    for method, _, carried in methods(program, cls):
        for each in carried:
            if each.name == "Route" and not each.own:
                verbs = tuple(verb.upper() for verb in names(each.arguments.get("methods"))) or ("ANY",)
                paths = texts(program, each, "path") or [f"/{method.name}"]
                yield Answer(
                    verbs, tuple(joined([prefix], [""], paths)), each.at, f"{cls.cls.name}.{method.name}", tuple(carried), tuple(found)
                )


_PANACHE = {"PanacheEntityResource", "PanacheRepositoryResource", "PanacheMongoEntityResource", "PanacheMongoRepositoryResource"}
_GENERATED = (
    ("list", "GET", ""),
    ("count", "GET", "/count"),
    ("get", "GET", "/{id}"),
    ("add", "POST", ""),
    ("update", "PUT", "/{id}"),
    ("delete", "DELETE", "/{id}"),
)


def _panache(program: Program, cls: ClassValue) -> Iterator[Answer]:
    """What Quarkus generates for an interface that extends `PanacheEntityResource`.  Source: https://quarkus.io/guides/rest-data-panache"""
    if not any(simple(base) in _PANACHE for base in cls.cls.bases):
        return
    found = of_class(program, cls)
    stated = find(found, "ResourceProperties")
    at = stated.at if stated else At(cls.path, cls.cls.line)
    bare = re.sub(r"(?:Resource|Controller)$", "", cls.cls.name)
    path = next(iter(texts(program, stated, "path") if stated else []), "") or re.sub(r"(?<=[a-z0-9])(?=[A-Z])", "-", bare).lower()
    hidden, own = set[str](), dict[str, tuple[Annotation, ...]]()
    for method in cls.cls.methods:
        own[method.name] = tuple(of_method(program, cls, method))
        exposed = next((each.arguments.get("exposed") for each in own[method.name] if each.name == "MethodProperties"), None)
        if isinstance(exposed, ir.Literal) and exposed.value is False:
            hidden.add(method.name)
    for called, verb, ending in _GENERATED:
        if called not in hidden:
            yield Answer(
                (verb,), (join("", f"/{path.strip('/')}{ending}"),), at, f"{cls.cls.name}.{called}", own.get(called, ()), tuple(found)
            )


# ---------------------------------------------------------------------------------------------- rules


class _Permission(NamedTuple):
    """`quarkus.http.auth.permission.<name>`: paths, methods and policy."""

    paths: tuple[str, ...]
    methods: tuple[str, ...]
    policy: str
    at: At


def _rules(program: Program) -> Rules:
    """Quarkus' permissions by path, the chains of Spring Security where it serves the resources, and filters for everything whose name says that they guard."""
    permissions = _permissions(program)
    filters = dict(_filters(program))
    in_spring = any(framework.technology.startswith("spring-") for framework in program.vocabulary.frameworks.values())
    secured = spring_security.rules(program) if in_spring else None

    def ask(path: str, verb: str, route: str) -> Verdict:
        module = module_of(path)
        best: tuple[int, _Permission] | None = None
        for each in permissions.get(module, ()):
            for pattern in each.paths:
                if _covers(pattern, route) and (not each.methods or verb in each.methods) and (best is None or len(pattern) > best[0]):
                    best = (len(pattern), each)
        if best is not None:
            _, found = best
            if found.policy == "permit":
                return Verdict(public=found.at)
            kind = "authn" if found.policy == "authenticated" else "authz"
            return Verdict(Guard(name=name(found.policy or "policy"), kind=kind, at=found.at))  # type: ignore[arg-type]
        verdict = secured(path, verb, route) if secured is not None else NOTHING
        if verdict != NOTHING:
            return verdict
        return Verdict(filters[module], doubtful=True) if module in filters else NOTHING

    return ask


def _covers(pattern: str, route: str) -> bool:
    if pattern.endswith("*"):
        start = pattern.rstrip("*").rstrip("/")
        return route == start or route.startswith(f"{start}/")
    return pattern.rstrip("/") == route.rstrip("/")


def _permissions(program: Program) -> dict[str, list[_Permission]]:
    stated: dict[tuple[str, str], dict[str, tuple[tuple[str, ...], At]]] = defaultdict(dict)
    for each in settings(program).named("quarkus.http.auth.permission."):
        called, _, last = re.sub(r"\[\d+\]", "", each.key).removeprefix("quarkus.http.auth.permission.").rpartition(".")
        if each.when is None and last in ("paths", "methods", "policy"):
            parts = tuple(str(part.route() or part.identifier() or "") for part in each.value.split(","))
            known = stated[module_of(each.at.path), called.strip('"')].get(last, ((), each.at))
            stated[module_of(each.at.path), called.strip('"')][last] = ((*known[0], *parts), known[1])
    found: dict[str, list[_Permission]] = defaultdict(list)
    for (module, _), keys in stated.items():
        if "paths" in keys:
            root = settings(program).path(keys["paths"][1].path, "quarkus.http.root-path")
            paths = tuple(each if each.startswith("/") else join(f"/{root.strip('/')}" if root else "", each) for each in keys["paths"][0])
            policy = keys["policy"][0][0] if "policy" in keys and keys["policy"][0] else ""
            verbs = tuple(each.upper() for each in keys["methods"][0]) if "methods" in keys else ()
            found[module].append(_Permission(paths, verbs, policy, keys["paths"][1]))
    return found


def _filters(program: Program) -> Iterator[tuple[str, Guard]]:
    """A `ContainerRequestFilter` without a name binding that is found or registered guards all of its program, where its name or what it refuses says so."""
    registered: set[tuple[str, bytes]] | None = None
    for cls in classes(program, "class", "object"):
        if not any(simple(base) == "ContainerRequestFilter" for base in cls.cls.bases):
            continue
        found, method = of_class(program, cls), cls.cls.method("filter")
        kind = guard_kind(cls.cls.name) or (refusal(method) if method is not None else None)
        if kind not in ("authn", "authz") or any(each.own for each in found):
            continue
        if registered is None:
            registered = _registered(program)
        if find(found, "Provider") or (module_of(cls.path), cls.cls.name.encode()) in registered:
            yield module_of(cls.path), Guard(name=name(cls.cls.name), kind=kind, at=At(cls.path, cls.cls.line))


def _registered(program: Program) -> set[tuple[str, bytes]]:
    """Modules and the classes that each registers: `register(AuthFilter.class)`, `registerClasses(A.class, AuthFilter.class)`."""
    data = program.resolver.data  # type: ignore[attr-defined]
    calls = ((path, call[1]) for path in program.modules for call in _REGISTER.finditer(data(path)))
    return {(module_of(path), named) for path, call in calls for named in _WORD.findall(call)}
