"""LoopBack 4: methods of controllers that decorators give a path.

Sources: https://loopback.io/doc/en/lb4/Decorators_openapi.html, https://loopback.io/doc/en/lb4/Decorators_authenticate.html
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator

from ctxgen.model import Endpoint, Guard
from ctxgen.opaque import Name, name
from ctxgen.source.guards import guard
from ctxgen.source.program import Program
from ctxgen.source.routing import access_of, join, parameters
from ctxgen.source.script.decorators import Mark, marks, of_class
from ctxgen.source.values import ClassValue

_VERBS = {"get": "GET", "post": "POST", "put": "PUT", "patch": "PATCH", "del": "DELETE", "head": "HEAD"}
_GUARDS = {"@loopback/authentication.authenticate": "authn", "@loopback/authorization.authorize": "authz"}
_OPEN = (
    "@loopback/authentication.authenticate.skip",
    "@loopback/authorization.authorize.allowAll",
    "@loopback/authorization.authorize.skip",
)


def finish(program: Program) -> None:
    """The routes of every class with such methods."""
    for cls in list(program.classes):
        program.facts += _routes(program, cls)


def _routes(program: Program, cls: ClassValue) -> Iterator[Endpoint]:
    own = of_class(program, cls)
    stated = next((mark.get(0) for mark in own if mark.path in ("@loopback/rest.api", "@loopback/openapi-v3.api")), None)
    base = stated.get("basePath") if isinstance(stated, dict) else ""
    for method in cls.cls.methods:
        inside = list(marks(program, method.decorators, cls.scope)) if method.decorators else []
        for mark in inside:
            path = mark.get(0)
            if mark.path.startswith(("@loopback/rest.", "@loopback/openapi-v3.")) and mark.last in _VERBS and isinstance(path, str):
                opened = next((each.at for each in inside if each.path in _OPEN), None)
                guards = () if opened is not None else tuple(_guards([*own, *inside]))
                yield Endpoint(
                    method=name(_VERBS[mark.last]), path=name(parameters(join(base if isinstance(base, str) else "", path))),
                    handler=name(f"{cls.cls.name}.{method.name}"), access=access_of(guards, opened), guards=guards, technology=Name("loopback"),
                    at=mark.at, via=(opened,) if opened is not None else (),
                )  # fmt: skip


def _guards(found: Iterable[Mark]) -> Iterator[Guard]:
    for mark in found:
        kind = _GUARDS.get(mark.path)
        if kind is not None and (made := guard(mark.last, mark.at, kind)) is not None:  # type: ignore[arg-type]
            yield made
