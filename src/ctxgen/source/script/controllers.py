"""Classes that decorators make controllers: routing-controllers, Ts.ED, tsoa, inversify-express-utils and Midway.

Sources: https://github.com/typestack/routing-controllers, https://tsed.dev/docs/controllers.html, https://tsoa-community.github.io/docs/decorators.html,
https://midwayjs.org/en/docs/controller, https://midwayjs.org/en/docs/guard
"""

from __future__ import annotations

from collections.abc import Iterator

from ctxgen.model import At, Guard
from ctxgen.source.frameworks import plain
from ctxgen.source.guards import guard
from ctxgen.source.program import Program
from ctxgen.source.routing import Route, join
from ctxgen.source.script import controller_places
from ctxgen.source.script.decorators import Mark, marks, of_class
from ctxgen.source.values import ClassValue

_LIBRARIES = {
    "routing-controllers.": "routing-controllers",
    "@tsed/": "tsed",
    "tsoa.": "tsoa",
    "@tsoa/runtime.": "tsoa",
    "inversify-express-utils.": "inversify",
    "@midwayjs/core.": "midway",
    "@midwayjs/decorator.": "midway",
}
_CONTROLLERS = ("JsonController", "Controller", "Route", "controller")
_VERBS = {
    "Get": "GET",
    "Post": "POST",
    "Put": "PUT",
    "Patch": "PATCH",
    "Delete": "DELETE",
    "Del": "DELETE",
    "Head": "HEAD",
    "Options": "OPTIONS",
    "All": "ANY",
    "all": "ANY",
}
_VERBS |= {f"http{verb}": method for verb, method in _VERBS.items()}
_STATED = ("httpMethod", "Method")
"""Those whose first argument is the method."""
_BEFORE = ("UseBefore", "UseAuth", "Use", "Middlewares", "UseBeforeEach", "withMiddleware")
_AUTHORIZED = ("Authorized", "Security", "Authenticate", "Authorize")
_GUARDED = ("UseGuard",)
"""What is given classes that say whether a request is let in."""
_OPENED = ("NoSecurity",)


def finish(program: Program) -> None:
    """The routes of every controller, on the routers that take them."""
    placed = controller_places.mounted(program) if "tsed" in program.vocabulary.frameworks else None
    for cls in list(program.classes):
        found = of_class(program, cls)
        mark = next((each for each in found if each.last in _CONTROLLERS and _technology(each)), None)
        technology = _technology(mark) if mark is not None else None
        if mark is None or technology is None:
            continue
        prefixes = placed.get(cls, []) if technology == "tsed" and placed is not None else [""]
        routes = [route for prefix in prefixes for route in _routes(program, cls, mark, found, technology, prefix)]
        for router in controller_places.hosts(program, technology, mark.at) if routes else ():
            router.routes += [route._replace(order=program.next_order()) for route in routes]


def _technology(mark: Mark) -> str | None:
    return next((technology for start, technology in _LIBRARIES.items() if mark.path.startswith(start)), None)


def _routes(program: Program, cls: ClassValue, mark: Mark, found: list[Mark], technology: str, prefix: str) -> Iterator[Route]:
    stated = mark.get(0)
    base = stated if isinstance(stated, str) else stated.get("path") if isinstance(stated, dict) else ""
    above = join(prefix, base if isinstance(base, str) else "")
    seen: set[str] = set()
    for each in program.lineage(cls):
        for method in each.cls.methods:
            inside = list(marks(program, method.decorators, each.scope)) if method.name not in seen else []
            seen.add(method.name)
            guards = tuple(_guards(program, found, inside, technology))
            public = next((known.at for known in inside if known.last in _OPENED and _technology(known)), None)
            for route in inside:
                verb, where = _VERBS.get(route.last), 0
                if route.last in _STATED and isinstance(named := route.get(0), str):
                    verb, where = named.upper(), 1
                if verb is None or _technology(route) != technology:
                    continue
                for path in plain(route.get(where)) or [""]:
                    yield Route(
                        ("ANY" if verb == "ALL" else verb,), join(above, path) or "/", route.at, f"{cls.cls.name}.{method.name}",
                        tuple(known for known in guards if public is None or known.kind not in ("authn", "authz")), public=public, via=(mark.at,),
                    )  # fmt: skip


def _guards(program: Program, above: list[Mark], inside: list[Mark], technology: str) -> Iterator[Guard]:
    """What stands before a method: the guards of its class and its own, of which tsoa's security takes the place of the class's."""
    replaced = technology == "tsoa" and any(mark.last == "Security" for mark in inside)
    for mark in [each for each in above if not (replaced and each.last == "Security")] + inside:
        if _technology(mark) is None:
            continue
        if mark.path.startswith("inversify") and (mark.last in (*_VERBS, *_STATED) or mark.last in _CONTROLLERS):
            first = 2 if mark.last in _STATED else 1
            for index, value in enumerate(mark.arguments.positional[first:], first):
                yield from program.guards_of(mark.arguments.expression(index), value, mark.at)
        elif mark.last in _AUTHORIZED:
            made = guard(mark.last, At(mark.at.path, mark.at.line), "authz" if _roles(mark) else "authn")
            yield from [made] if made is not None else []
        elif mark.last in _GUARDED:
            for index, value in enumerate(mark.arguments.positional):
                yield from program.guards_of(mark.arguments.expression(index), value, mark.at, "authn")
        elif isinstance(options := mark.get(1), dict) and isinstance(options.get("middleware"), list):
            for value in options["middleware"]:
                yield from program.guards_of(None, value, mark.at)
        elif mark.last in _BEFORE:
            for index, value in enumerate(mark.arguments.positional):
                yield from program.guards_of(mark.arguments.expression(index), value, mark.at)


def _roles(mark: Mark) -> bool:
    """Whether a decorator asks for more than somebody: roles of routing-controllers, scopes of tsoa."""
    if mark.path.startswith("routing-controllers."):
        return bool(mark.arguments.positional)
    first, scopes = mark.get(0), mark.get(1)
    return bool(scopes) if isinstance(first, str) else isinstance(first, dict) and any(first.values())


HOOKS = controller_places.HOOKS
METHODS = controller_places.METHODS
