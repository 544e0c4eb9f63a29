"""Resources that Jersey programs build: `Resource.builder("orders").addMethod("GET")`.

Source: https://eclipse-ee4j.github.io/jersey.github.io/documentation/latest/resource-builder.html
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator

from ctxgen.model import At
from ctxgen.source import ir
from ctxgen.source.calls import bodies_of, chain
from ctxgen.source.jvm.annotations import simple, strings
from ctxgen.source.jvm.controllers import Answer, mentions
from ctxgen.source.jvm.walk import items
from ctxgen.source.program import Program
from ctxgen.source.routing import join
from ctxgen.source.values import ClassValue, Scope

_DEEPEST = 10


def built(program: Program, cls: ClassValue) -> Iterator[Answer]:
    """What the resources that a class builds answer."""
    if mentions(program, cls, b"org.glassfish.jersey.server.model"):
        for method in cls.cls.methods:
            scope = Scope(cls.scope.module, program.class_scope(cls), owner=cls)
            yield from _Builders(program, cls.path).answers(method.body, scope, 0)


class _Builders:
    """The builders that local names hold, by the path that each is at; what no resource is built of has none."""

    def __init__(self, program: Program, file: str) -> None:
        self.program, self.file = program, file
        self.paths: dict[str, str] = {}

    def answers(self, statements: Iterable[ir.Statement], scope: Scope, depth: int) -> Iterator[Answer]:
        for statement in statements if depth < _DEEPEST else ():
            match statement:
                case ir.Loop(ir.Name(target), iterable):
                    for item in items(self.program, iterable, scope):
                        inner = Scope(scope.module, scope, owner=scope.owner)
                        inner.names[target] = item
                        yield from self.answers(statement.body, inner, depth + 1)
                case ir.Assign(target, value):
                    path, made = self._built(value, scope)
                    yield from made
                    if path is not None and isinstance(target, ir.Name):
                        self.paths[target.name] = path
                case ir.Do(value) | ir.Return(value):
                    yield from self._built(value, scope)[1]
                case _:
                    for body in bodies_of(statement):
                        yield from self.answers(body, scope, depth + 1)

    def _built(self, expression: ir.Expression, scope: Scope) -> tuple[str | None, list[Answer]]:
        """The path of the builder that an expression gives, and what is answered there."""
        links = chain(expression)
        path = self.paths.get(links[0].name) if isinstance(links[0], ir.Name) else None
        holder = links[0].name if isinstance(links[0], ir.Name) and path is not None else ""
        found: list[Answer] = []
        for link in links:
            if not isinstance(link, ir.Call) or not isinstance(link.function, ir.Attribute):
                continue
            called = link.function.name
            given = strings([self.program.evaluate(each.value, scope) for each in link.arguments])
            if called == "builder" and simple(link.function.owner) == "Resource":
                path = "/".join(["", *given])
            elif path is not None and called == "path" and given:
                path = join(path, given[0])
                if holder:
                    self.paths[holder] = path
            elif path is not None and called == "addChildResource" and given:
                path, holder = join(path, given[0]), ""
            elif path is not None and called == "addMethod" and given:
                found.append(Answer((given[0].upper(),), (path,), At(self.file, link.line), ""))
        return path, found
