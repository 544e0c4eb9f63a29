"""Routes of Spring Cloud Gateway and Zuul: what the gateway lets in, whatever the method where the route restricts none.

Sources: https://docs.spring.io/spring-cloud-gateway/reference/, https://cloud.spring.io/spring-cloud-netflix/multi/multi__router_and_filter_zuul.html
"""

from __future__ import annotations

import re
from collections import defaultdict
from collections.abc import Callable, Iterator

from msgspec.structs import replace

from ctxgen.model import At, ConfigKey
from ctxgen.opaque import Opaque
from ctxgen.source import ir
from ctxgen.source.calls import calls_in, type_name
from ctxgen.source.jvm.annotations import simple, strings
from ctxgen.source.jvm.controllers import Answer, Rules, classes, endpoints, settings
from ctxgen.source.jvm.settings import module_of, relaxed
from ctxgen.source.jvm.walk import followed
from ctxgen.source.program import Program
from ctxgen.source.routing import join
from ctxgen.source.values import Scope

_LOCATOR = ("RouteLocator",)
_STARTS = ("SpringBootApplication", "EnableZuulProxy", "EnableZuulServer", "EnableAutoConfiguration", "SpringCloudApplication")


def finish(program: Program, rules: Rules, context_path: Callable[[Program, str], str]) -> None:
    """The endpoints of gateways' routes that code builds and that settings state."""
    from_settings(program, rules, context_path)
    for cls in classes(program, "class", "object"):
        for method in cls.cls.methods:
            if type_name(method.returns) in _LOCATOR:
                scope = Scope(cls.scope.module, program.class_scope(cls), owner=cls)
                for parameter in method.parameters:
                    scope.names[parameter.name] = None
                for call, inside in followed(program, method.body, scope):
                    if simple(call.function) == "route" and call.arguments and isinstance(call.arguments[-1].value, ir.Function):
                        for answer in _route(program, call, inside):
                            program.facts += endpoints(program, answer, "spring-cloud-gateway", rules)


def _route(program: Program, call: ir.Call, scope: Scope) -> Iterator[Answer]:
    """`.route("orders", r -> r.path("/orders/**").and().method(GET).uri("lb://orders"))`."""
    paths: list[str] = []
    verbs: list[str] = []
    target, at = "", At(scope.module.path, call.line)
    for expression in (each.value for each in call.arguments if isinstance(each.value, ir.Function)):
        for inner in (one for statement in expression.body for one in _calls(statement)):
            called = simple(inner.function)
            given = strings([program.evaluate(each.value, scope) for each in inner.arguments if not isinstance(each.value, ir.Function)])
            if called == "path" and given:
                paths += given
                at = At(scope.module.path, inner.line)
            elif called == "method":
                verbs += [verb for each in inner.arguments if (verb := simple(each.value))] or [each.upper() for each in given]
            elif called == "uri":
                target = given[0] if given else ""
    if paths:
        yield Answer(tuple(verbs) or ("ANY",), tuple(paths), at, destination(target))


def _calls(statement: ir.Statement) -> Iterator[ir.Call]:
    if isinstance(statement, ir.Return | ir.Do):
        yield from calls_in(statement.value)


def destination(uri: str) -> str:
    """The service that a route leads to: `orders` of `lb://orders`."""
    found = re.match(r"(?:lb(?::wss?)?|https?|wss?)://([\w.-]{1,80})", uri)
    return found[1] if found else ""


# ---------------------------------------------------------------------------------------------- settings

_PREFIXES = (
    "spring.cloud.gateway.routes",
    "spring.cloud.gateway.server.webflux.routes",
    "spring.cloud.gateway.server.webmvc.routes",
    "spring.cloud.gateway.mvc.routes",
)
_HERE = ("", "localhost", "127.0.0.1", "0.0.0.0", "host.docker.internal")
_INDEX = re.compile(r"\[\d{1,4}\]")


class _Stated:
    """A route as settings state it."""

    def __init__(self) -> None:
        self.name = self.target = ""
        self.paths: list[str] = []
        self.verbs: list[str] = []
        self.at: At | None = None

    @property
    def leads_to(self) -> str:
        """The service that answers; where the target is this machine, on which each has a port of its own, the route's name says more."""
        return self.name or self.target if self.target in _HERE else self.target or self.name

    def predicate(self, value: Opaque, at: At) -> None:
        """`Path=/api/**,/other/**`, `Method=GET,POST`."""
        word, *rest = value.split("=,") or [value]
        if word.word({"path"}):
            self.paths += [str(path) for each in rest if (path := each.route())]
            self.at = self.at or at
        elif word.word({"method"}):
            self.verbs += [
                verb.upper() for each in rest if (verb := each.word({"get", "post", "put", "patch", "delete", "head", "options"}))
            ]


def _routes(stated: list[ConfigKey]) -> Iterator[_Stated]:
    """Routes from their keys in order: one begins where its name or target is stated once more."""
    route, seen = _Stated(), set[str]()
    for each in stated:
        last = _INDEX.sub("", each.key).rpartition("routes.")[2]
        if last in ("id", "uri") and last in seen:
            yield route
            route, seen = _Stated(), set()
        seen.add(last)
        if last == "id":
            route.name = str(each.value.identifier() or "")
        elif last == "uri":
            route.target = str(each.value.host() or "")
        elif last == "predicates":
            route.predicate(each.value, each.at)
        elif last.startswith("predicates.args.pattern") and (path := each.value.route()):
            route.paths.append(str(path))
            route.at = route.at or each.at
    yield route


def _zuul(stated: list[ConfigKey]) -> Iterator[_Stated]:
    """`zuul.routes.orders.path: /orders/**`, or the path alone as the value of the route's name."""
    routes: dict[tuple[str, str], _Stated] = {}
    prefix = next((str(path) for each in stated if each.key == "zuul.prefix" and (path := each.value.route())), "")
    for each in stated:
        if not each.key.startswith("zuul.routes."):
            continue
        called, _, last = each.key.removeprefix("zuul.routes.").partition(".")
        route = routes.setdefault((each.at.path, called), _Stated())
        if last in ("", "path") and (path := each.value.route()):
            route.paths, route.at, route.name = [join(prefix, str(path))], each.at, called
        elif relaxed(last) == "serviceid":
            route.target = str(each.value.identifier() or "")
        elif last == "url":
            route.target = str(each.value.host() or "")
        if route.at is None:
            route.name, route.at = called, each.at
    for route in routes.values():
        route.paths = route.paths or [join(prefix, f"/{route.name}/**")]  # what Zuul takes where none is stated
        yield route


def from_settings(program: Program, rules: Rules, context_path: Callable[[Program, str], str]) -> None:
    """The routes that settings state.  Those of a configuration server are the named program's: its start class is the evidence then."""
    known = settings(program)
    files: dict[str, list[ConfigKey]] = defaultdict(list)
    for each in (key for prefix in (*_PREFIXES, "zuul") for key in known.named(prefix)):
        files[each.at.path].append(each)
    starts = {
        module_of(cls.path): At(cls.path, mark.line) for cls in classes(program) for mark in cls.cls.decorators if simple(mark) in _STARTS
    }
    for path, stated in sorted(files.items()):
        zuul = stated[0].key.startswith("zuul")
        owner = known.application(path.rpartition("/")[2].rpartition(".")[0])
        start = starts.get(owner) if owner is not None else None
        if not zuul and module_of(path) not in starts and start is None:
            continue
        for route in _zuul(stated) if zuul else _routes(stated):
            if route.paths and route.at is not None:
                at = start or route.at
                answer = Answer(tuple(route.verbs) or ("ANY",), tuple(route.paths), at, route.leads_to)
                above = context_path(program, at.path) if zuul else ""  # Zuul is a servlet; a gateway's predicates see the whole path
                for endpoint in endpoints(program, answer, "netflix-zuul" if zuul else "spring-cloud-gateway", rules, prefix=above):
                    program.facts.append(replace(endpoint, via=(*endpoint.via, route.at)) if at != route.at else endpoint)
