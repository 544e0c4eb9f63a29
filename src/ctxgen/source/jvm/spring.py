"""Spring MVC and WebFlux: controllers with mappings, inherited and composed ones too.

Sources: https://docs.spring.io/spring-framework/reference/web/webmvc/mvc-controller/ann-requestmapping.html,
https://docs.spring.io/spring-framework/reference/integration/rest-clients.html#rest-http-interface (`@HttpExchange` on controllers).
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from ctxgen.model import At
from ctxgen.source import ir
from ctxgen.source.calls import calls, chain
from ctxgen.source.jvm import spring_data_rest, spring_functional, spring_gateway, spring_security
from ctxgen.source.jvm.annotations import Annotation, find, methods, names, simple, strings, texts
from ctxgen.source.jvm.controllers import Answer, classes, endpoints, implemented, inherited, joined, mentions, placed, settings
from ctxgen.source.jvm.settings import module_of
from ctxgen.source.jvm.specified import Specified
from ctxgen.source.jvm.walk import followed
from ctxgen.source.program import Program
from ctxgen.source.values import ClassValue, Scope

_VERBS = {
    "GetMapping": "GET", "PostMapping": "POST", "PutMapping": "PUT", "PatchMapping": "PATCH", "DeleteMapping": "DELETE",
    "GetExchange": "GET", "PostExchange": "POST", "PutExchange": "PUT", "PatchExchange": "PATCH", "DeleteExchange": "DELETE",
}  # fmt: skip
_ANY = ("RequestMapping", "HttpExchange")
_MAPPINGS = (*_VERBS, *_ANY)
_CONTROLLERS = ("RestController", "Controller", "RepositoryRestController", "BasePathAwareController")
_CLIENTS = ("FeignClient",)
_CONTEXT = (("server.servlet.context-path", "server.context-path", "spring.webflux.base-path"), ("spring.mvc.servlet.path",))
"""Keys of the context, then of the dispatcher below it."""


def finish(program: Program) -> None:
    """The endpoints of all controllers, of functional routes, gateways and repositories."""
    technology = _technology(program)
    rules = spring_security.rules(program)
    added = list(path_prefixes(program))
    specified = Specified(program)
    for cls in classes(program, "class", "object"):
        found = inherited(program, cls)
        if not implemented(cls) or find(found, *_CLIENTS) or not mentions(program, cls, b"org.springframework"):
            continue
        prefix = context_path(program, cls.path)
        if find(found, *_CONTROLLERS):
            for answer in answers(program, cls, found, added):
                program.facts += endpoints(program, answer, technology, rules, prefix=prefix)
        if find(found, *_CONTROLLERS, "Service", "Component"):  # the generated controller asks a component
            for answer in specified.answers(program, cls, _prefixes(program, cls, find(found, *_ANY)), _outer(found)):
                program.facts += endpoints(program, answer, technology, rules, prefix=prefix)
        for answer in (*_views(program, cls), *_registered(program, cls), *_management(program, cls, found)):
            program.facts += endpoints(program, answer, technology, rules, prefix=prefix)
    spring_functional.finish(program, rules, context_path)
    spring_gateway.finish(program, rules, context_path)
    spring_data_rest.finish(program, rules, context_path)


def context_path(program: Program, path: str) -> str:
    """What stands before all paths of the program that a file belongs to."""
    known = settings(program)
    return "".join(f"/{stated.strip('/')}" for keys in _CONTEXT if (stated := known.path(path, *keys)))


def _technology(program: Program) -> str:
    known = {framework.technology for framework in program.vocabulary.frameworks.values()}
    return "spring-webflux" if "spring-webflux" in known and "spring-mvc" not in known else "spring-mvc"


def answers(
    program: Program, cls: ClassValue, found: Sequence[Annotation], added: Sequence[tuple[str, str, str | None]]
) -> Iterator[Answer]:
    """What the methods of a controller answer."""
    typed = find(found, *_ANY)
    filled = settings(program).filled
    prefixes, outer = _prefixes(program, cls, typed), _outer(found)
    bases = [prefix for module, prefix, package in added if module == module_of(cls.path) and (package is None or _within(cls, package))]
    for method, written, carried in methods(program, cls):
        mapped = find(carried, *_MAPPINGS)
        if mapped is None:
            continue
        paths = [filled(mapped.at.path, text) for text in texts(program, mapped, "path", "value", "url")]
        at, stated = placed(cls, method, written, mapped.at)
        stream = simple(method.returns) == "SseEmitter" or any("event-stream" in text for text in _produces(program, mapped))
        yield Answer(
            verbs=_verbs(program, mapped, typed),
            paths=tuple(joined(bases[:1], prefixes, paths)),
            at=at,
            stated=stated,
            handler=f"{cls.cls.name}.{method.name}",
            own=tuple(carried),
            outer=outer,
            function=method,
            kind="sse" if stream else "http",
        )


def _prefixes(program: Program, cls: ClassValue, typed: Annotation | None) -> list[str]:
    """What the mapping of a class puts before those of its methods."""
    filled = settings(program).filled
    return [filled(cls.path, text) for text in texts(program, typed, "path", "value", "url")] if typed else []


def _outer(found: Sequence[Annotation]) -> tuple[Annotation, ...]:
    return tuple(each for each in found if each.name not in _MAPPINGS)


def _views(program: Program, cls: ClassValue) -> Iterator[Answer]:
    """Pages without a controller: `registry.addViewController("/login")`.

    Source: https://docs.spring.io/spring-framework/reference/web/webmvc/mvc-config/view-controller.html
    """
    for method in cls.cls.methods:
        if method.name == "addViewControllers":
            scope = Scope(cls.scope.module, program.class_scope(cls), owner=cls)
            for call, inside in followed(program, method.body, scope):
                if simple(call.function) in ("addViewController", "addRedirectViewController") and call.arguments:
                    paths = strings(program.evaluate(call.arguments[0].value, inside))
                    yield Answer(("GET",), tuple(paths), At(cls.path, call.line), f"{cls.cls.name}.{method.name}")


def _registered(program: Program, cls: ClassValue) -> Iterator[Answer]:
    """Mappings that code registers: `mapping.registerMapping(RequestMappingInfo.paths("/x").methods(GET).build(), handler, method)`.

    Source: https://docs.spring.io/spring-framework/reference/web/webmvc/mvc-controller/ann-requestmapping.html#mvc-ann-requestmapping-registration
    """
    if not mentions(program, cls, b"registerMapping"):
        return
    for method in cls.cls.methods:
        scope = Scope(cls.scope.module, program.class_scope(cls), owner=cls)
        for call, inside in followed(program, method.body, scope):
            links = [link for link in chain(call) if isinstance(link, ir.Call)] if simple(call.function) == "build" else []
            if not links or not isinstance(made := links[0].function, ir.Attribute) or simple(made.owner) != "RequestMappingInfo":
                continue
            paths = [text for each in links[0].arguments for text in strings(program.evaluate(each.value, inside))]
            verbs = [verb for link in links if simple(link.function) == "methods" for each in link.arguments for verb in names(each.value)]
            if paths:
                yield Answer(tuple(verbs) or ("ANY",), tuple(paths), At(cls.path, links[0].line), "")


_OPERATIONS = {"ReadOperation": "GET", "WriteOperation": "POST", "DeleteOperation": "DELETE"}


def _management(program: Program, cls: ClassValue, found: Sequence[Annotation]) -> Iterator[Answer]:
    """Management endpoints of the program's own: `@Endpoint(id = "features")` with `@ReadOperation`.

    Source: https://docs.spring.io/spring-boot/reference/actuator/endpoints.html#actuator.endpoints.implementing-custom
    """
    endpoint = find(found, "Endpoint", "WebEndpoint", "RestControllerEndpoint", "ControllerEndpoint")
    identifier = next(iter(texts(program, endpoint, "id")), "") if endpoint else ""
    base = settings(program).path(cls.path, "management.endpoints.web.base-path") or "/actuator"
    for method, written, carried in methods(program, cls) if identifier else ():
        operation = find(carried, *_OPERATIONS)
        if operation is not None:
            selected = [each.name for each in method.parameters if any(simple(mark) == "Selector" for mark in each.decorators)]
            path = "/".join([base, identifier, *(f"{{{name}}}" for name in selected)])
            at, stated = placed(cls, method, written, operation.at)
            yield Answer((_OPERATIONS[operation.name],), (path,), at, f"{cls.cls.name}.{method.name}", tuple(carried), stated=stated)


def _produces(program: Program, mapped: Annotation) -> list[str]:
    written = names(mapped.arguments.get("produces"))
    return [*texts(program, mapped, "produces"), *("event-stream" for each in written if each == "TEXT_EVENT_STREAM_VALUE")]


def _verbs(program: Program, mapped: Annotation, typed: Annotation | None) -> tuple[str, ...]:
    if mapped.name in _VERBS:
        return (_VERBS[mapped.name],)
    stated = [each.upper() for each in names(mapped.arguments.get("method"))] or texts(program, mapped, "method")
    if not stated and typed is not None:
        stated = [each.upper() for each in names(typed.arguments.get("method"))]
    return tuple(each for each in stated if each.isalpha()) or ("ANY",)


def _within(cls: ClassValue, package: str) -> bool:
    own = cls.scope.module.package
    return own == package or own.startswith(f"{package}.")


def path_prefixes(program: Program) -> Iterator[tuple[str, str, str | None]]:
    """What `addPathPrefix` of a `WebMvcConfigurer` puts before the controllers of a module, all or those of a package: (module, prefix, package).

    Source: https://docs.spring.io/spring-framework/reference/web/webmvc/mvc-config/path-matching.html
    """
    for cls in classes(program, "class", "object"):
        for method in cls.cls.methods:
            if method.name not in ("configurePathMatch", "configurePathMatching"):
                continue
            scope = program.class_scope(cls)
            for call in calls(method.body):
                if simple(call.function) == "addPathPrefix" and call.arguments:
                    prefix = program.evaluate(call.arguments[0].value, scope)
                    filled = settings(program).filled(cls.path, prefix) if isinstance(prefix, str) else ""
                    predicate = call.arguments[1].value if len(call.arguments) > 1 else None
                    packages = (
                        strings([program.evaluate(each.value, scope) for each in predicate.arguments])
                        if isinstance(predicate, ir.Call)
                        else []
                    )
                    if filled:
                        yield module_of(cls.path), filled, packages[0] if packages else None
