"""Classes that decorators make controllers: routing-controllers, Ts.ED, tsoa and inversify-express-utils.

Sources: https://github.com/typestack/routing-controllers, https://tsed.dev/docs/controllers.html, https://tsoa-community.github.io/docs/decorators.html
"""

from __future__ import annotations

from collections.abc import Iterator

from ctxgen.model import At, Endpoint, Guard
from ctxgen.opaque import Name, name
from ctxgen.source.frameworks import plain
from ctxgen.source.guards import guard
from ctxgen.source.program import Hook, Program
from ctxgen.source.routing import access_of, join, parameters
from ctxgen.source.script.decorators import Mark, marks, of_class
from ctxgen.source.values import Arguments, ClassValue, Value

_LIBRARIES = {
    "routing-controllers.": "routing-controllers",
    "@tsed/": "tsed",
    "tsoa.": "tsoa",
    "@tsoa/runtime.": "tsoa",
    "inversify-express-utils.": "inversify",
}
_CONTROLLERS = ("JsonController", "Controller", "Route", "controller")
_VERBS = {
    "Get": "GET",
    "Post": "POST",
    "Put": "PUT",
    "Patch": "PATCH",
    "Delete": "DELETE",
    "Head": "HEAD",
    "Options": "OPTIONS",
    "All": "ANY",
}
_VERBS |= {f"http{verb}": method for verb, method in _VERBS.items()}
_BEFORE = ("UseBefore", "UseAuth", "Use", "Middlewares", "UseBeforeEach")
_AUTHORIZED = ("Authorized", "Security", "Authenticate", "Authorize")


def _server(program: Program, arguments: Arguments) -> Value:
    """`createExpressServer({ routePrefix: "/api" })`, `useExpressServer(app, { … })`"""
    for each in arguments.positional:
        if isinstance(each, dict) and isinstance(each.get("routePrefix"), str):
            program.shared["controllers prefix"].append(each["routePrefix"])
    return None


def finish(program: Program) -> None:
    """The routes of every controller."""
    prefix = next(iter(program.shared["controllers prefix"]), "")
    for cls in list(program.classes):
        found = of_class(program, cls)
        mark = next((each for each in found if each.last in _CONTROLLERS and _technology(each)), None)
        if mark is not None:
            program.facts += _routes(program, cls, mark, found, prefix)


def _technology(mark: Mark) -> str | None:
    return next((technology for start, technology in _LIBRARIES.items() if mark.path.startswith(start)), None)


def _routes(program: Program, cls: ClassValue, mark: Mark, found: list[Mark], prefix: str) -> Iterator[Endpoint]:
    stated = mark.get(0)
    base = stated if isinstance(stated, str) else stated.get("path") if isinstance(stated, dict) else ""
    above = join(prefix, base if isinstance(base, str) else "")
    technology = _technology(mark) or ""
    seen: set[str] = set()
    for each in program.lineage(cls):
        for method in each.cls.methods:
            inside = list(marks(program, method.decorators, each.scope)) if method.name not in seen else []
            seen.add(method.name)
            guards = (*_guards(program, found), *_guards(program, inside))
            unique = tuple({(known.name, known.kind): known for known in guards}.values())
            for route in inside:
                if route.last in _VERBS and _technology(route):
                    for path in plain(route.get(0)) or [""]:
                        yield Endpoint(
                            method=name(_VERBS[route.last]), path=name(parameters(join(above, path) or "/")), handler=name(f"{cls.cls.name}.{method.name}"),
                            access=access_of(unique, None), guards=unique, technology=Name(technology), at=route.at, via=(mark.at,),
                        )  # fmt: skip


def _guards(program: Program, found: list[Mark]) -> list[Guard]:
    """What stands before a class or method: middleware by its name, decorators that ask who one is."""
    guards: list[Guard] = []
    for mark in found:
        if not _technology(mark):
            continue
        at = At(mark.at.path, mark.at.line)
        if mark.path.startswith("inversify") and (mark.last in _VERBS or mark.last in _CONTROLLERS):
            for index, value in enumerate(mark.arguments.positional[1:], 1):
                guards += program.guards_of(mark.arguments.expression(index), value, at)
        elif mark.last in _AUTHORIZED:
            roles = mark.arguments.positional and mark.path.startswith("routing-controllers.")
            made = guard(mark.last, at, "authz" if roles else "authn")
            guards += [made] if made is not None else []
        elif mark.last in _BEFORE:
            for index, value in enumerate(mark.arguments.positional):
                guards += program.guards_of(mark.arguments.expression(index), value, at)
    return guards


HOOKS: dict[str, Hook] = dict.fromkeys(
    (
        "routing-controllers.createExpressServer()",
        "routing-controllers.useExpressServer()",
        "routing-controllers.createKoaServer()",
        "routing-controllers.useKoaServer()",
    ),
    _server,
)
