"""Where a program puts the servlet that answers with its JAX-RS resources, and which resources that is.

Sources: https://eclipse-ee4j.github.io/jersey.github.io/documentation/latest/deployment.html,
https://jetty.org/docs/jetty/12/programming-guide/server/http.html, https://www.dropwizard.io/en/stable/manual/core.html
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import NamedTuple

from ctxgen.source import ir
from ctxgen.source.calls import calls, calls_in, chain
from ctxgen.source.jvm.annotations import simple
from ctxgen.source.jvm.controllers import classes, mentions
from ctxgen.source.jvm.settings import module_of
from ctxgen.source.program import Program
from ctxgen.source.values import ClassValue, Scope

_SERVLETS = {"ServletContainer", "HttpServletDispatcher", "HttpServlet30Dispatcher", "CXFServlet"}
_MAPS = {"addServlet", "ServletRegistrationBean", "setUrlPattern"}
_WORDS = (b"ServletContainer", b"ServletDispatcher", b"CXFServlet", b"setUrlPattern")


class Mapping(NamedTuple):
    """A servlet's path, without the `/*` at its end, and what it serves: `packages` and `resources` (file and name), both empty where that is not stated."""

    module: str
    path: str
    packages: frozenset[str]
    resources: frozenset[tuple[str, str]]

    def serves(self, cls: ClassValue) -> bool:
        """Whether the class is one of those that are stated."""
        package = cls.scope.module.package
        return (cls.path, cls.cls.name) in self.resources or any(
            package == each or package.startswith(f"{each}.") for each in self.packages
        )


def mappings(program: Program) -> tuple[Mapping, ...]:
    """All that the repository's code maps."""
    return tuple(
        mapping
        for cls in classes(program, "class", "object")
        if mentions(program, cls, *_WORDS)
        for method in cls.cls.methods
        for mapping in _of_body(program, cls, method)
    )


def path_of(known: Sequence[Mapping], cls: ClassValue) -> str | None:
    """The path of the servlet that serves a resource; None where none is known to."""
    own = [each for each in known if each.module == module_of(cls.path)] or list(known)
    stating = [each for each in own if each.serves(cls)]
    open_ = [each for each in own if not each.packages and not each.resources]
    found = {each.path for each in stating or open_ or (own if len(own) == 1 else ())}
    return found.pop() if len(found) == 1 else None


def _of_body(program: Program, cls: ClassValue, method: ir.Function) -> Iterator[Mapping]:
    scope = Scope(cls.scope.module, program.class_scope(cls), owner=cls)
    values = {each.target.name: each.value for each in method.body if isinstance(each, ir.Assign) and isinstance(each.target, ir.Name)}
    for call in calls(method.body):
        called = simple(call.function)
        if called not in _MAPS:
            continue
        parts = [part for argument in call.arguments for part in _parts(argument.value, values)]
        if called != "setUrlPattern" and not any(simple(part) in _SERVLETS for part in parts):
            continue
        stated = [program.evaluate(argument.value, scope) for argument in call.arguments]
        paths = [each for each in stated if isinstance(each, str) and each.startswith("/")]
        if len(paths) == 1:
            packages, resources = _served(program, method, parts, scope)
            yield Mapping(module_of(cls.path), paths[0].rstrip("*").rstrip("/"), packages, resources)


def _parts(expression: ir.Expression, values: dict[str, ir.Expression], depth: int = 0) -> Iterator[ir.Expression]:
    """Names and calls inside an expression, with those that its variables were given."""
    if depth > 6:
        return
    if isinstance(expression, ir.Name | ir.Attribute):
        yield expression
        if isinstance(expression, ir.Name) and expression.name in values:
            yield from _parts(values[expression.name], values, depth + 1)
    for call in calls_in(expression):
        yield call
        for argument in call.arguments:
            if not isinstance(argument.value, ir.Call):
                yield from _parts(argument.value, values, depth + 1)


def _served(
    program: Program, method: ir.Function, parts: Sequence[ir.Expression], scope: Scope
) -> tuple[frozenset[str], frozenset[tuple[str, str]]]:
    """The packages and resources that the servlet's configuration is told: a variable of the method, or a class of the repository."""
    variables = {part.name for part in parts if isinstance(part, ir.Name)}
    told = [(call, scope) for call in calls(method.body) if _owner(call) in variables]
    packages, resources = set[str](), set[tuple[str, str]]()
    for part in parts:
        value = program.evaluate(part.function, scope) if isinstance(part, ir.Call) else None
        if isinstance(value, ClassValue) and any(simple(base) in ("ResourceConfig", "Application") for base in value.cls.bases):
            told += [(call, program.class_scope(value)) for each in value.cls.methods for call in calls(each.body)]
            resources.add((value.path, value.cls.name))  # what it builds itself
    for call, inside in told:
        called = simple(call.function)
        for argument in call.arguments:
            if called == "packages":
                packages |= _package(program, argument.value, inside)
            elif called in ("register", "registerClasses"):
                given = program.evaluate(argument.value, inside)
                resources |= {(given.path, given.cls.name)} if isinstance(given, ClassValue) else set()
    return frozenset(packages), frozenset(resources)


def _owner(call: ir.Call) -> str:
    first = chain(call)[0]
    return first.name if isinstance(first, ir.Name) else ""


def _package(program: Program, expression: ir.Expression, scope: Scope) -> set[str]:
    """`"com.shop.web"`, `Orders.class.getPackage().getName()`, `Orders.class.getPackageName()`."""
    first = chain(expression)[0] if isinstance(expression, ir.Call | ir.Attribute) else expression
    value = program.evaluate(first, scope)
    if isinstance(value, ClassValue):
        return {value.scope.module.package}
    return {each.strip() for each in value.replace(";", ",").split(",")} if isinstance(value, str) else set()
