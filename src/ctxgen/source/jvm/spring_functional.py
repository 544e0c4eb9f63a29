"""Routes that Spring programs build: `RouterFunctions.route()`, `route(GET("/x"), …)` and Kotlin's `router { … }` and `coRouter { … }`.

Sources: https://docs.spring.io/spring-framework/reference/web/webflux-functional.html,
https://docs.spring.io/spring-framework/reference/languages/kotlin/web.html
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator
from typing import NamedTuple

from ctxgen.model import At
from ctxgen.source import ir
from ctxgen.source.calls import calls, chain, type_name
from ctxgen.source.guards import spelled
from ctxgen.source.jvm.annotations import find, marks, simple
from ctxgen.source.jvm.controllers import Answer, Rules, classes, endpoints, settings
from ctxgen.source.jvm.spring_collected import Collectors
from ctxgen.source.jvm.walk import items
from ctxgen.source.program import Program
from ctxgen.source.routing import join
from ctxgen.source.values import ClassValue, FunctionValue, Scope, Value

_VERBS = {"GET", "POST", "PUT", "PATCH", "DELETE", "HEAD", "OPTIONS"}
_DSL = {"router", "coRouter"}
_DEEPEST = 12


class Built(NamedTuple):
    """A route that is built: `path` whole below the program's base path."""

    verbs: tuple[str, ...]
    path: str
    at: At
    handler: str


def finish(program: Program, rules: Rules, context_path: Callable[[Program, str], str]) -> None:
    """The endpoints of router functions: of beans first, then of functions that no bean leads to."""
    builder = _Builder(program)
    sources = list(_functions(program))
    collectors = Collectors(program, builder.nested)
    for value, bean in sorted(sources, key=lambda each: not each[1]):
        given = bean or value.owner is None or not _overrides(program, value)
        above = "" if given else collectors.prefix(value)
        if id(value.function) not in builder.visited and above is not None:
            for built in builder.of(value, above, 0):
                answer = Answer(built.verbs, (built.path,), built.at, built.handler)
                prefix = context_path(program, built.at.path)
                program.facts += endpoints(program, answer, _technology(program), rules, prefix=prefix)


def _technology(program: Program) -> str:
    known = {framework.technology for framework in program.vocabulary.frameworks.values()}
    return "spring-mvc" if "spring-mvc" in known and "spring-webflux" not in known else "spring-webflux"


def _functions(program: Program) -> Iterator[tuple[FunctionValue, bool]]:
    """The functions that give router functions, and whether each is a bean."""
    mentioning = {path for path, module in program.modules.items() if module is not None and _mentions(program, path)}
    for cls in classes(program, "class", "object"):
        for method in cls.cls.methods if cls.path in mentioning else ():
            if _gives_routes(method):
                bean = find(marks(program, method.decorators, cls.scope), "Bean") is not None
                yield FunctionValue(method, program.class_scope(cls), cls, cls), bean
    for function in program.functions:
        if function.scope.module.path in mentioning and _gives_routes(function.function):
            yield function, False


def _mentions(program: Program, path: str) -> bool:
    data = program.resolver.data(path)  # type: ignore[attr-defined]
    return b"RouterFunction" in data or b"outer {" in data or b"outer{" in data


def _gives_routes(function: ir.Function) -> bool:
    returns = function.returns
    if isinstance(returns, ir.Item) and type_name(returns) == "Supplier":  # what `nest` asks for routes
        returns = returns.key
    if type_name(returns) == "RouterFunction":
        return True
    return function.returns is None and any(simple(call.function) in _DSL and _block(call) for call in calls(function.body))


def _overrides(program: Program, value: FunctionValue) -> bool:
    """Whether a method is asked for by an interface of the repository: who asks may put the routes anywhere."""
    owner = value.owner
    lineage = list(program.lineage(owner))[1:] if owner is not None else []
    return any(method.name == value.function.name for base in lineage for method in base.cls.methods)


def _block(call: ir.Call) -> ir.Function | None:
    last = call.arguments[-1].value if call.arguments else None
    return last if isinstance(last, ir.Function) else None


class _Builder:
    """Follows the expressions that build routes; `visited` are the functions that were."""

    def __init__(self, program: Program) -> None:
        self.program = program
        self.visited: set[int] = set()
        self.types: dict[str, str] = {}
        """The declared types of names, for the names of handlers."""
        self.predicates: dict[str, ir.Expression] = {}
        """What variables that hold predicates were given."""

    def of(self, value: FunctionValue, prefix: str, depth: int) -> Iterator[Built]:
        """The routes that a function gives."""
        if depth < _DEEPEST and not (id(value.function) in self.visited and depth == 0):
            self.visited.add(id(value.function))
            owner = value.owner.cls if value.owner is not None else None
            if owner is not None:
                self.types |= {each.name: simple(each.type) for each in owner.fields if each.type is not None}
                self.types |= {each.name: simple(each.type) for each in owner.parameters if each.type is not None}
            self.types |= {each.name: simple(each.type) for each in value.function.parameters if each.type is not None}
            scope = Scope(value.scope.module, value.scope, owner=value.owner)
            yield from self._statements(value.function.body, scope, prefix, depth)

    def _statements(self, statements: Iterable[ir.Statement], scope: Scope, prefix: str, depth: int) -> Iterator[Built]:
        for statement in statements:
            match statement:
                case ir.Return(ir.Function() as value):
                    yield from self._inside(value, scope, prefix, depth)
                case ir.Do(value) | ir.Return(value):
                    yield from self._routes(value, scope, prefix, depth)
                case ir.Assign(target, value):
                    if isinstance(target, ir.Name) and isinstance(value, ir.Literal | ir.Template):
                        scope.names[target.name] = self.program.evaluate(value, scope)
                    elif isinstance(target, ir.Name) and self._predicate(value, scope) != ((), ""):
                        self.predicates[target.name] = value
                    else:
                        yield from self._routes(value, scope, prefix, depth)
                case ir.Branch(arms):
                    for _, body in arms:
                        yield from self._statements(body, scope, prefix, depth + 1)
                case ir.Loop(target):
                    for item in items(self.program, statement.iterable, scope):
                        named = target.name if isinstance(target, ir.Name) else ""
                        yield from self._statements(statement.body, self._with(scope, named, item), prefix, depth + 1)
                case ir.Block():
                    yield from self._statements(statement.body, scope, prefix, depth + 1)

    def _routes(self, expression: ir.Expression, scope: Scope, prefix: str, depth: int) -> Iterator[Built]:
        if depth >= _DEEPEST:
            return
        links = chain(expression)
        for index, link in enumerate(links):
            if not isinstance(link, ir.Call):
                continue
            called, block = simple(link.function), _block(link)
            at = At(scope.module.path, link.line)
            first = link.arguments[0].value if link.arguments else None
            if called in _VERBS:
                path = self._mapped(link, scope)
                if path is None:
                    self.program.note(at, "path-unknown", "a route whose path could not be followed is left out")
                else:
                    yield Built((called,), join(prefix, path), at, self._handler(link))
            elif called in ("route", "andRoute") and len(link.arguments) > 1 and first is not None:
                verbs, path = self._predicate(first, scope)
                yield Built(verbs or ("ANY",), join(prefix, path), At(scope.module.path, _line(first)), self._handler(link))
            elif called in ("nest", "andNest", "path") and len(link.arguments) > 1 and first is not None:
                inner = join(prefix, self._text(first, scope) or self._predicate(first, scope)[1])
                yield from self._inside(link.arguments[-1].value, scope, inner, depth)
            elif called == "nest" and block is not None:
                owner = link.function.owner if isinstance(link.function, ir.Attribute) else None
                here = "" if owner is None else self._text(owner, scope) or self._predicate(owner, scope)[1]
                yield from self._statements(block.body, scope, join(prefix, here), depth + 1)
            elif called in _DSL and block is not None:
                yield from self._statements(block.body, scope, prefix, depth + 1)
            elif called == "forEach" and block is not None and len(block.parameters) == 1 and isinstance(link.function, ir.Attribute):
                for item in items(self.program, link.function.owner, scope):
                    yield from self._statements(block.body, self._with(scope, block.parameters[0].name, item), prefix, depth + 1)
            elif called in ("and", "andOther", "add") and first is not None:
                yield from self._inside(first, scope, prefix, depth)
            elif index == 0 or not isinstance(link.function, ir.Attribute):
                yield from self._called(link, scope, prefix, depth)
        if (
            isinstance(expression, ir.Call)
            and isinstance(expression.function, ir.Attribute)
            and isinstance(expression.function.owner, ir.Name)
        ):
            yield from self._called(expression, scope, prefix, depth)

    def _with(self, scope: Scope, name: str, item: Value) -> Scope:
        """The scope of one run of a loop over items that are known."""
        inner = Scope(scope.module, scope, owner=scope.owner)
        if name and item is not None:
            inner.names[name] = item
        return inner

    def _inside(self, expression: ir.Expression, scope: Scope, prefix: str, depth: int) -> Iterator[Built]:
        if isinstance(expression, ir.Function):
            yield from self._statements(expression.body, scope, prefix, depth + 1)
        elif isinstance(expression, ir.Attribute):  # `this::userRoutes`
            yield from self._called(ir.Call(expression, (), expression.line), scope, prefix, depth)
        else:
            yield from self._routes(expression, scope, prefix, depth + 1)

    def _called(self, call: ir.Call, scope: Scope, prefix: str, depth: int) -> Iterator[Built]:
        """A function of the repository that gives more routes."""
        value = self.program.evaluate(call.function, scope)
        if isinstance(value, FunctionValue) and _gives_routes(value.function):
            owner = value.owner if isinstance(value.owner, ClassValue) else None
            yield from self.of(FunctionValue(value.function, value.scope, value.this, owner), prefix, depth + 1)

    def _handler(self, call: ir.Call) -> str:
        """`OrderHandler.list` of `handler::list`; `""` for a lambda."""
        for argument in call.arguments[1:] or call.arguments:
            if isinstance(argument.value, ir.Attribute | ir.Name) and (shown := spelled(argument.value)):
                owner, _, last = shown.rpartition(".")
                return f"{self.types.get(owner, owner)}.{last}" if owner else last
        return ""

    def _mapped(self, call: ir.Call, scope: Scope) -> str | None:
        """The path of `GET("/x", handler)`, `GET(predicate, handler)` and `GET(handler)`; None where it is not known."""
        first = call.arguments[0].value if call.arguments else None
        if first is None or isinstance(first, ir.Function):
            return ""
        _, path = self._predicate(self.predicates.get(first.name, first) if isinstance(first, ir.Name) else first, scope)
        if path:
            return path
        value = self.program.evaluate(first, scope)
        if isinstance(value, FunctionValue) or len(call.arguments) == 1:
            return self._text(first, scope)
        return settings(self.program).filled(scope.module.path, value) if isinstance(value, str) else None

    def nested(self, expression: ir.Expression, scope: Scope) -> ir.Expression | None:
        """The path of a predicate as it is written: of `path("/api/" + version)`."""
        for link in chain(expression):
            if isinstance(link, ir.Call) and simple(link.function) in ("path", "pathPrefix") and link.arguments:
                return link.arguments[0].value
        return expression if isinstance(expression, ir.Literal | ir.Template) else None

    def _text(self, expression: ir.Expression | None, scope: Scope) -> str:
        if expression is None or isinstance(expression, ir.Function | ir.Call):
            return ""
        value = self.program.evaluate(expression, scope)
        return settings(self.program).filled(scope.module.path, value) if isinstance(value, str) else ""

    def _predicate(self, expression: ir.Expression, scope: Scope, depth: int = 0) -> tuple[tuple[str, ...], str]:
        """The methods and path that a predicate asks for: `GET("/x").and(accept(JSON))`."""
        verbs: list[str] = []
        path = ""
        for link in chain(expression) if depth < _DEEPEST else []:
            if not isinstance(link, ir.Call):
                continue
            called = simple(link.function)
            first = link.arguments[0].value if link.arguments else None
            if called in _VERBS or called in ("path", "pathPrefix"):
                path = join(path, self._text(first, scope))
                verbs += [called] if called in _VERBS else []
            elif called in ("method", "methods"):
                verbs += [simple(argument.value) for argument in link.arguments if simple(argument.value) in _VERBS]
            elif called in ("and", "or", "nest") and first is not None:
                more, below = self._predicate(first, scope, depth + 1)
                verbs += more
                path = join(path, below) if called == "and" else path or below
        return tuple(verbs), path


def _line(expression: ir.Expression) -> int:
    """The line on which an expression begins."""
    first = chain(expression)[0] if isinstance(expression, ir.Call | ir.Attribute) else expression
    return first.line
