"""Views as the frameworks of Python share them: classes with a method for each verb, and functions wrapped in others."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence

from ctxgen.model import At, Guard
from ctxgen.source import ir
from ctxgen.source.guards import guard, guard_kind, spelled
from ctxgen.source.program import Program
from ctxgen.source.values import ClassValue, External, FunctionValue, Method, Object, Scope, Value

VERBS = ("get", "post", "put", "patch", "delete", "head", "options", "trace")
_IMPLIED = ("HEAD", "OPTIONS", "TRACE")
_WRAPPED = 8


def methods_of(program: Program, cls: ClassValue, verbs: Sequence[str] = VERBS) -> list[str]:
    """The HTTP methods for which a class, or one that it extends in the repository, has a method; HEAD and OPTIONS are implied."""
    own = {method.name for each in program.lineage(cls) for method in each.cls.methods}
    own |= {field.name for each in program.lineage(cls) for field in each.cls.fields if field.value is not None}
    return [verb.upper() for verb in verbs if verb in own and verb.upper() not in _IMPLIED]


def bases(program: Program, cls: ClassValue) -> Iterator[str]:
    """The paths of the library's classes that a class extends, nearest first."""
    for each in program.lineage(cls):
        for base in each.cls.bases:
            value = program.evaluate(base, each.scope)
            if isinstance(value, External):
                yield value.path
            elif not isinstance(value, ClassValue):
                yield spelled(base)


def field(program: Program, cls: ClassValue, name: str) -> Value:
    """A class attribute, inherited ones included; UNKNOWN where there is none."""
    return program.attribute(cls, name, cls.cls.line, cls.scope)


def field_line(program: Program, cls: ClassValue, name: str) -> tuple[ir.Field, ClassValue] | None:
    """Where a class attribute is stated, nearest first."""
    for each in program.lineage(cls):
        for found in each.cls.fields:
            if found.name == name and found.value is not None:
                return found, each
    return None


def method(program: Program, cls: ClassValue, name: str) -> FunctionValue | None:
    """A method of a class, inherited ones included."""
    for each in program.lineage(cls):
        if (found := each.cls.method(name)) is not None:
            return FunctionValue(found, program.class_scope(each), cls, each)
    return None


def decorators(program: Program, marks: Iterable[ir.Expression], scope: Scope) -> Iterator[Guard]:
    """The guards among decorators; those of a method that adds a route are none."""
    for mark in marks:
        called = mark.function if isinstance(mark, ir.Call) else mark
        value = program.evaluate(called, scope)
        if isinstance(value, Method) or (isinstance(called, ir.Attribute) and called.name in ("route", *VERBS)):
            continue
        yield from program.guards_of(mark, value, At(scope.module.path, mark.line))


def class_guards(program: Program, cls: ClassValue, verb: str | None = None) -> list[Guard]:
    """What guards a class-based view: decorators and mixins of it and of what it extends, its `decorators`, and those of the method for a verb."""
    found: list[Guard] = []
    for each in program.lineage(cls):
        for base in each.cls.bases:
            if spelled(base).endswith("Mixin") or guard_kind(spelled(base)) in ("authn", "authz"):
                found += _mixin(program, base, each)
        for mark in each.cls.decorators:
            if _meant(mark, verb):
                found += decorators(program, [mark], each.scope)
    stated = field_line(program, cls, "decorators") or field_line(program, cls, "method_decorators")
    if stated is not None and stated[0].value is not None:
        found += _listed(program, stated[0].value, stated[1], 0)
    for name in ("dispatch", *([verb.lower()] if verb is not None else [])):
        if (function := method(program, cls, name)) is not None:
            found += decorators(program, function.function.decorators, function.scope)
    return found


def _mixin(program: Program, base: ir.Expression, cls: ClassValue) -> list[Guard]:
    """`LoginRequiredMixin`; a name that only says what is shown (`UserListMixin`) guards nothing."""
    name = spelled(base).rpartition(".")[2]
    kind = guard_kind(name)
    if kind not in ("authn", "authz") or not any(
        word in name for word in ("Required", "Permission", "Passes", "Auth", "Access", "Only", "Protected")
    ):
        return []
    made = guard(name, At(cls.path, base.line if not isinstance(base, (ir.Function, ir.Class)) else cls.cls.line), kind)
    return [made] if made is not None else []


def _meant(mark: ir.Expression, verb: str | None) -> bool:
    """`@method_decorator(login_required, name="post")` speaks of one method."""
    if not isinstance(mark, ir.Call):
        return True
    named = next((each.value.value for each in mark.arguments if each.keyword == "name" and isinstance(each.value, ir.Literal)), None)
    return named in (None, "dispatch") or verb is None or named == verb.lower()


def _listed(program: Program, value: ir.Expression, cls: ClassValue, depth: int) -> list[Guard]:
    """`decorators = BaseView.decorators + [login_required]`."""
    found: list[Guard] = []
    if depth > _WRAPPED:
        return found
    scope = program.class_scope(cls)
    for item in value.items if isinstance(value, ir.Sequence) else ():
        if isinstance(item.value, ir.Sequence) and item.spread:
            found += _listed(program, item.value, cls, depth + 1)
        elif isinstance(item.value, ir.Attribute) and item.spread:
            owner = program.evaluate(item.value.owner, scope)
            stated = field_line(program, owner, item.value.name) if isinstance(owner, ClassValue) else None
            if stated is not None and stated[0].value is not None:
                found += _listed(program, stated[0].value, stated[1], depth + 1)
        else:
            found += decorators(program, [item.value], scope)
    return found


def add_view(
    program: Program, owner: Object, path: str, view: Value, at: At, *, expression: ir.Expression | None = None, methods: Sequence[str] = (),
    default: Sequence[str] = ("GET",), kind: str = "http", guards: Sequence[Guard] = (),
) -> None:  # fmt: skip
    """Put a view on a router: a class with its own methods and guards for each, or a function with those of its decorators."""
    if isinstance(view, ClassValue):
        program.defined(view)
        for verb in methods or methods_of(program, view) or default:
            handler = f"{view.cls.name}.{verb.lower()}" if method(program, view, verb.lower()) is not None else view.cls.name
            program.add_route(owner, [verb], [path], at, handler, [*guards, *class_guards(program, view, verb)], kind)
        program.handlers.update(id(each) for each in view.cls.methods)
        return
    own = list(guards)
    if isinstance(view, FunctionValue):
        own += decorators(program, view.function.decorators, view.scope)
        own += program.parameter_guards(owner, view)
    program.answers(view)
    program.add_route(owner, methods or default, [path], at, program.handler_name(view, expression), own, kind)


def unwrapped(program: Program, expression: ir.Expression | None, value: Value, scope: Scope, at: At) -> tuple[Value, list[Guard]]:
    """The view inside `login_required(cache_page(60)(View.as_view()))`, and the guards around it."""
    guards: list[Guard] = []
    for _ in range(_WRAPPED):
        if not isinstance(expression, ir.Call) or (isinstance(expression.function, ir.Attribute) and expression.function.name == "as_view"):
            break
        inner = next((each.value for each in expression.arguments if each.keyword is None and not isinstance(each.value, ir.Literal)), None)
        if inner is None:
            break
        around = program.evaluate(expression.function, scope)
        found = program.evaluate(inner, scope)
        if view_class(program, inner, found, scope) is None and not isinstance(found, (FunctionValue, External)):
            break
        guards += program.guards_of(expression.function, around, at)
        expression, value = inner, found
    cls = view_class(program, expression, value, scope)
    return (cls if cls is not None else value), guards


def view_class(program: Program, expression: ir.Expression | None, value: Value, scope: Scope) -> ClassValue | None:
    """The class behind `View.as_view()`, or a class itself."""
    if isinstance(value, ClassValue):
        return value
    if isinstance(expression, ir.Call) and isinstance(expression.function, ir.Attribute) and expression.function.name == "as_view":
        owner = program.evaluate(expression.function.owner, scope)
        return owner if isinstance(owner, ClassValue) else None
    return None


def external_view(expression: ir.Expression | None, value: Value) -> str | None:
    """The path of a library's view: `django.contrib.auth.views.LoginView`."""
    if isinstance(value, External):
        return value.path.replace("()", "").removesuffix(".as_view")
    return None
