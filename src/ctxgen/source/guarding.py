"""What guards a route: middlewares among the arguments of calls, decorators, what is put around a handler, what its parameters ask for."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Iterator, Mapping
from functools import partial
from typing import Any

from msgspec.structs import replace

from ctxgen.model import At, Endpoint, Guard, GuardKind
from ctxgen.source import ir
from ctxgen.source.frameworks import Method, Vocabulary
from ctxgen.source.guards import (
    answers,
    asks_nobody,
    attaches,
    guard,
    guard_kind,
    lets_all,
    of_browsers,
    optional,
    refusal,
    spelled,
    waived,
)
from ctxgen.source.handlers import WRAPS
from ctxgen.source.interpreter import Interpreter
from ctxgen.source.reach import Reach, reach
from ctxgen.source.routing import access_of
from ctxgen.source.values import UNKNOWN, Arguments, ClassValue, External, FunctionValue, Instance, Object, Scope, Value

_HANDLES_ERRORS = re.compile(r"[Ee]rrors?(?![a-z])|[Ee]xception")
"""What is named so speaks of refusals that others made."""
_HANDLES = re.compile(r"(?i)handle|^func$")
"""Types of what answers requests."""


class Guarding(Interpreter):
    """Tells guards of the calls that are followed."""

    vocabulary: Vocabulary
    method_hooks: Mapping[str, Callable[..., Any]]
    _reaches: dict[tuple[str, At], Reach]
    """Which paths a guard holds for, where its code says so."""

    def at(self, arguments: Arguments) -> At:
        """The line of a call."""
        raise NotImplementedError

    def object_of(self, value: Value) -> Object | None:
        """The framework's object that a value is."""
        raise NotImplementedError

    def given(self, arguments: Arguments, where: Iterable[int | str]) -> Iterator[tuple[ir.Expression | None, Value]]:
        """What stands at positions and keywords of a call, as written and as a value, lists one by one; `rest` is all positions."""
        for each in where:
            if each == "rest":
                for index in range(len(arguments.positional)):
                    yield from _parts(arguments.expression(index), arguments.positional[index])
            elif (each != "between" and (value := arguments.get(each, default=UNKNOWN)) is not UNKNOWN) or arguments.expression(
                each
            ) is not None:
                yield from _parts(arguments.expression(each), value)

    def guards_at(self, arguments: Arguments, where: Iterable[int | str]) -> list[Guard]:
        """The guards that stand at positions and keywords of a call."""
        at = self.at(arguments)
        return [
            found
            for expression, value in self.given(arguments, where)
            for found in self.guards_of(expression, value, at) or self._adapted(expression, arguments.scope, at)
        ]

    def _adapted(self, expression: ir.Expression | None, scope: Scope, at: At) -> list[Guard]:
        """The guard that a function of the repository makes a middleware of: `middleware(fn)` with what a caller handed over."""
        if not self.language.adapters or not isinstance(expression, ir.Call) or len(expression.arguments) != 1:
            return []
        given = expression.arguments[0].value
        if not isinstance(given, ir.Name) or not isinstance(self.evaluate(expression.function, scope), FunctionValue):
            return []
        value = self.evaluate(given, scope)
        return self.guards_of(None, value, at) if isinstance(value, FunctionValue) and value.function.name else []

    def _between(self, arguments: Arguments, method: Method) -> list[Guard]:
        where = list(method.guards)
        if "between" in where:
            where.remove("between")
            last = self._position(arguments, method.handler or method.callback)
            last = len(arguments.positional) if last < 0 else last
            where += range(self._position(arguments, method.path) + 1, min(last, len(arguments.positional)))
        return self.guards_at(arguments, where)

    def guards_before(self, arguments: Arguments, where: Iterable[int | str]) -> list[Guard]:
        """The guards in a list whose last is the handler."""
        if not isinstance(arguments.get(*where), list):
            return []
        parts = list(_parts(arguments.expression(*where), arguments.get(*where)))[:-1]
        return [found for expression, value in parts for found in self.guards_of(expression, value, self.at(arguments))]

    def guards_of(self, expression: ir.Expression | None, value: Value, at: At, kind: GuardKind | None = None) -> list[Guard]:
        """The guard that an expression is, by its name in the code, that of the function that it stands for, or that of the library."""
        if isinstance(value, str) and "/" in value:
            return []  # a path among the arguments
        if wrapped := self._wrapped_guards(expression, value, at):
            return wrapped
        at = At(at.path, expression.line) if expression is not None and not isinstance(expression, (ir.Function, ir.Class)) else at
        written = value if isinstance(value, str) else spelled(expression)
        itself = _own_name(value)
        if itself and isinstance(expression, ir.Unknown):  # one of a list, which is all that is written
            written = itself
        names = [written, itself]
        if kind is None and (any(map(optional, names)) or waived(expression) or _switched_off(value)):
            return []
        kinds = {each: self.judged(each, value) for each in names if each}
        found = kind or next((known for known in kinds.values() if known), None)
        if (
            found in (None, "validation")
            and isinstance(value, FunctionValue)
            and not any(map(attaches, names))
            and not any(map(of_browsers, names))
            and not _HANDLES_ERRORS.search(written)
        ):
            told = refusal(value.function)
            found = told if found is None or told == "authn" else found  # what checks fields may forbid some of them
        if found is None or (
            found in ("authn", "authz")
            and kind is None
            and isinstance(value, FunctionValue)
            and (lets_all(value.function) or asks_nobody(value.function))
        ):
            return []
        own = kinds if not isinstance(value, External) or not written or kinds[written] is None else {written: found}
        shown = next((each for each in own if guard_kind(each) and own[each]), next(iter(own), ""))
        return self._reaching(guard(shown, at, found), value)

    def _wrapped_guards(self, expression: ir.Expression | None, value: Value, at: At) -> list[Guard]:
        """The guards that a call only wraps: `asyncHandler(requireLogin)`; those made with a switch that is off (`authenticate(false)`) may let everybody pass."""
        if (
            not isinstance(expression, ir.Call)
            or not isinstance(value, FunctionValue)
            or value.scope.parent is None
            or not expression.arguments
            or not isinstance(expression.arguments[0].value, ir.Name | ir.Attribute | ir.Call)
        ):
            return []
        inner = next((each for each in value.scope.names.values() if isinstance(each, FunctionValue)), None)
        if inner is None or not WRAPS.search(spelled(expression.function)) or any(each is False for each in inner.scope.names.values()):
            return []
        return self.guards_of(expression.arguments[0].value, inner, at)

    def guards_inside(self, shown: str, value: FunctionValue, at: At) -> list[Guard]:
        """The guard that a function without a name is by what it refuses, told by what it is put to (`onRequest`)."""
        kind = refusal(value.function)
        told: GuardKind | None = "authn" if kind is not None and self.judged(shown, value) == "authn" else kind
        return self._reaching(guard(shown, at, told), value) if told is not None else []

    def _reaching(self, made: Guard | None, value: Value) -> list[Guard]:
        if made is not None and isinstance(value, FunctionValue):
            told = reach(value.function, partial(self.evaluate, scope=value.scope))
            if told != Reach():
                self._reaches[made.name, made.at] = told
        return [made] if made is not None else []

    def spare(self, guard: Guard, reach: Reach) -> None:
        """Say which paths a guard lets pass, where not its own code does."""
        self._reaches[guard.name, guard.at] = reach

    def reached(self, endpoint: Endpoint) -> Endpoint:
        """An endpoint without the guards that let its path pass."""
        path = str(endpoint.path or "")
        kept = tuple(each for each in endpoint.guards if (told := self._reaches.get((each.name, each.at))) is None or told.covers(path))
        if len(kept) == len(endpoint.guards):
            return endpoint
        return replace(endpoint, guards=kept, access=endpoint.access if endpoint.access == "public" else access_of(kept, None))

    def judged(self, spelled: str, value: Value) -> GuardKind | None:
        """The kind of guard that something of a name is."""
        return guard_kind(spelled) if self.language.judge is None else self.language.judge(spelled, value)

    def handler_guards(self, owner: Object, handler: Value) -> list[Guard]:
        """The guards that a handler has by its decorators, and by what the framework's hook sees in it."""
        found: list[Guard] = []
        if isinstance(handler, FunctionValue) and self.language.attributed is not None:
            found += self.language.attributed(self, handler.function, handler.scope)
        elif isinstance(handler, FunctionValue):
            inner = handler.scope
            for decorator in handler.function.decorators:
                if not self._adds_route(decorator, inner):
                    called = decorator.function if isinstance(decorator, ir.Call) else decorator
                    value = self.evaluate(called, inner) if self.language.decorators_run else UNKNOWN
                    found += self.guards_of(decorator, value, At(inner.module.path, decorator.line))
        return found + self.parameter_guards(owner, handler)

    def unwrapped(self, arguments: Arguments, *where: int | str) -> tuple[Value, ir.Expression | None, list[Guard]]:
        """The handler at a position with how it is written, and the guards of the calls around it: `requireLogin(list)`."""
        handler, written = arguments.get(*where, default=UNKNOWN), arguments.expression(*where)
        around = self.made_around(handler, self.at(arguments)) if self.language.handlers_wrapped else []
        guards: list[Guard] = []
        for _ in range(10 if self.language.handlers_wrapped else 0):
            if not isinstance(written, ir.Call):
                break
            inner = self._inside(written, arguments.scope)
            if inner is None:
                break
            called = written.function
            if not answers(spelled(called)):
                guards += self.guards_of(called, self.evaluate(called, arguments.scope), self.at(arguments))
            guards += self._chained(called, arguments)
            guards += self._beside(written, inner[1], arguments)
            handler, written = inner
        if guards or isinstance(written, ir.Name):  # a name that keeps what others were put around: `var list = requireLogin(all)`
            around += self.made_around(handler, self.at(arguments)) if self.language.handlers_wrapped else []
        told = {each.name.rpartition(".")[2] for each in guards}
        return handler, written, [*guards, *(each for each in around if each.name not in told)]

    def made_around(self, handler: Value, at: At) -> list[Guard]:
        """The guards by which functions of the repository put a handler into others: `chain(list, authenticate, limit)`."""
        guards: list[Guard] = []
        for _ in range(10):
            if not isinstance(handler, FunctionValue) or handler.inner is None or handler.maker is None:
                break
            guards += self.guards_of(None, handler.maker, at) if not answers(handler.maker.name) else []
            handler = handler.inner
        return guards

    def _inside(self, call: ir.Call, scope: Scope) -> tuple[Value, ir.Expression] | None:
        """The function among the arguments of a call, or the call among them that has one; what an adapter of a library is given is one, whatever it is."""
        called = self.evaluate(call.function, scope) if self.language.adapters and call.arguments else None
        if isinstance(called, External) and called.path in self.language.adapters:
            written = call.arguments[0].value
            return self.evaluate(written, scope), written
        for argument in call.arguments:
            match argument.value:
                case ir.Name() | ir.Attribute() | ir.Function():
                    value = self.evaluate(argument.value, scope)
                    if isinstance(value, FunctionValue):
                        return value, argument.value
                case ir.Call() as inner if self._inside(inner, scope) is not None:
                    return UNKNOWN, inner
        for argument in call.arguments:  # what makes a handler: `auth(newList(store))`
            made = argument.value.function if isinstance(argument.value, ir.Call) else None
            maker = self.evaluate(made, scope) if isinstance(made, (ir.Name, ir.Attribute)) else None
            if made is not None and isinstance(maker, FunctionValue) and _HANDLES.search(last_name(maker.function.returns)):
                given = self.evaluate(argument.value, scope)
                guarded = isinstance(given, FunctionValue) and given.maker is not None and given.inner is not None
                return given if guarded else maker, made
        return None

    def _chained(self, called: ir.Expression, arguments: Arguments) -> list[Guard]:
        """The guards of a chain of middleware: `alice.New(authenticate, limit).Then(list)`."""
        if not isinstance(called, ir.Attribute) or called.name not in ("Then", "ThenFunc", "Append", "Extend"):
            return []
        owner = called.owner
        if isinstance(owner, ir.Call):
            inner = self._chained(owner.function, arguments)
            given: list[tuple[ir.Expression | None, Value]] = [
                (each.value, self.evaluate(each.value, arguments.scope)) for each in owner.arguments
            ]
        else:
            value = self.evaluate(owner, arguments.scope)
            inner = []
            made = value.arguments if isinstance(value, External) else None
            given = [(made.expression(index), each) for index, each in enumerate(made.positional)] if made is not None else []
        return [*inner, *(found for written, each in given for found in self.guards_of(written, each, self.at(arguments)))]

    def _beside(self, call: ir.Call, inner: ir.Expression, arguments: Arguments) -> list[Guard]:
        """The guards that a library's function is given beside a handler: `chain.ToHandlerFunc(list(), middleware...)`."""
        if not isinstance(self.evaluate(call.function, arguments.scope), External):
            return []
        others = [each.value for each in call.arguments if each.value is not inner and not isinstance(each.value, ir.Call)]
        given = [(other, self.evaluate(other, arguments.scope)) for other in others]
        parts = [part for other, value in given for part in _parts(other, value) if isinstance(part[1], FunctionValue)]
        return [found for written, value in parts for found in self.guards_of(written, value, self.at(arguments))]

    def parameter_guards(self, owner: Object, handler: Value) -> list[Guard]:
        """The guards that the framework's hook sees in a handler's parameters."""
        found: list[Guard] = []
        for kind in self.vocabulary.kinds(owner.type):
            hook = self.method_hooks.get(f"{owner.type.framework}.{kind}.function")
            if hook is not None and isinstance(handler, FunctionValue):
                found += hook(self, owner, Arguments((handler,), {}, (), handler.function.line, handler.scope)) or []
        return found

    def _adds_route(self, decorator: ir.Expression, scope: Scope) -> bool:
        """Whether a decorator is a framework's method: `@auth_router.get("/token")` guards nothing."""
        called = decorator.function if isinstance(decorator, ir.Call) else decorator
        if not isinstance(called, ir.Attribute) or not self.language.decorators_run:
            return False
        owner = self.object_of(self.evaluate(called.owner, scope)) if isinstance(called.owner, (ir.Name, ir.Attribute)) else None
        return owner is not None and self.has_method(owner, called.name)

    @staticmethod
    def _position(arguments: Arguments, where: Iterable[int | str]) -> int:
        """Where the first of some positions and keywords stands; keywords stand behind all positions."""
        count = len(arguments.positional)
        for each in where:
            if isinstance(each, int) and -count <= each < count:
                return each % count
            if isinstance(each, str) and each in arguments.keywords:
                return count + 1
        return -1


def _switched_off(value: Value) -> bool:
    """Whether a middleware was made with a switch that is off without which it refuses nobody: `AuthMiddleware(false)`."""
    if not isinstance(value, FunctionValue) or value.scope.parent is None:
        return False
    off = {named for named, given in value.scope.names.items() if given is False}
    return bool(off) and refusal(value.function) is not None and refusal(value.function, off=off) is None


def _own_name(value: Value) -> str:
    """The name of what a value is, whatever holds it."""
    match value:
        case FunctionValue() | ClassValue():
            return value.name if isinstance(value, FunctionValue) else value.cls.name
        case Instance():
            return value.cls.cls.name
        case External():
            return value.path.replace("()", "")
    return ""


def last_name(type: ir.Expression | None) -> str:
    """The last name of a type."""
    return type.name if isinstance(type, ir.Name | ir.Attribute) else ""


def _parts(expression: ir.Expression | None, value: Value) -> Iterator[tuple[ir.Expression | None, Value]]:
    if isinstance(value, list):
        written = [item.value for item in expression.items] if isinstance(expression, ir.Sequence) else []
        for index, each in enumerate(value):
            yield from _parts(written[index] if index < len(written) else None, each)
    else:
        yield expression, value
