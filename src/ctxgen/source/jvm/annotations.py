"""Annotations as frameworks see them: also those that an annotation of the repository stands for, with the values handed on to them.

Source: https://docs.spring.io/spring-framework/reference/core/beans/classpath-scanning.html#beans-meta-annotations
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from typing import NamedTuple

from ctxgen.model import At
from ctxgen.source import ir
from ctxgen.source.program import Program
from ctxgen.source.values import ClassValue, Scope, Value

_DEEPEST = 5
_META = {"Target", "Retention", "Documented", "Inherited", "Repeatable", "MustBeDocumented"}


class Annotation(NamedTuple):
    """One annotation: its simple name, its place (where it is written on the class or method, whatever stands for it), its arguments and the scope that they are written in.

    `own` is set for one that the repository itself declares.
    """

    name: str
    at: At
    arguments: dict[str, ir.Expression]
    scope: Scope
    own: bool = False


def marks(program: Program, decorators: Iterable[ir.Expression], scope: Scope) -> list[Annotation]:
    """All annotations that stand on something, nearest first, composed and repeated ones resolved; looked up once for each thing."""
    if not decorators:
        return []
    known: dict[int, tuple[Iterable[ir.Expression], list[Annotation]]] = program.kept.setdefault("annotations", {})
    if id(decorators) not in known:  # beside what is kept stands what the number is that of
        known[id(decorators)] = decorators, list(_resolved(program, decorators, scope, None, 0))
    return known[id(decorators)][1]


def of_class(program: Program, cls: ClassValue) -> list[Annotation]:
    """Those on a class itself."""
    return marks(program, cls.cls.decorators, program.class_scope(cls))


def of_method(program: Program, cls: ClassValue, method: ir.Function) -> list[Annotation]:
    """Those on a method of a class."""
    return marks(program, method.decorators, program.class_scope(cls))


_Handed = Sequence[tuple[str, str, ir.Expression]]
"""What an annotation hands on to those that it stands for: (annotation, attribute, value)."""


def _resolved(
    program: Program,
    decorators: Iterable[ir.Expression],
    scope: Scope,
    at: At | None,
    depth: int,
    handed: _Handed = (),
    given: Scope | None = None,
) -> Iterator[Annotation]:
    """The annotations of a declaration; `handed` are values for them, written in the scope `given`."""
    for decorator in decorators:
        function = decorator.function if isinstance(decorator, ir.Call) else decorator
        name = simple(function)
        if not name or (depth and name in _META):
            continue
        place = at or At(scope.module.path, decorator.line)
        arguments = _arguments(decorator) if isinstance(decorator, ir.Call) else {}
        aliased = {key: value for annotation, key, value in handed if annotation == name}
        written = given if aliased and given is not None else scope
        arguments |= aliased
        meta = _declaration(program, function, scope) if depth < _DEEPEST else None
        yield Annotation(name, place, arguments, written, meta is not None)
        for inner in _repeated(name, arguments):
            yield from _resolved(program, [inner], scope, At(scope.module.path, inner.line) if at is None else at, depth + 1)
        if meta is not None:
            inner_scope = program.class_scope(meta)
            yield from _resolved(program, meta.cls.decorators, inner_scope, place, depth + 1, list(_handed(meta, arguments)), written)


def _arguments(call: ir.Call) -> dict[str, ir.Expression]:
    """What an annotation is given by name; several values without one (Kotlin's `@GetMapping("/a", "/b")`) are a list."""
    plain = [given for given in call.arguments if given.keyword is None]
    named = {given.keyword: given.value for given in call.arguments if given.keyword is not None}
    if plain:
        named["value"] = plain[0].value if len(plain) == 1 else ir.Sequence(tuple(plain), call.line)
    return named


def _repeated(name: str, arguments: dict[str, ir.Expression]) -> list[ir.Expression]:
    """The annotations in a container (`@Schedules({@Scheduled(…), …})`)."""
    value = arguments.get("value")
    if not name.endswith("s") or not isinstance(value, ir.Sequence):
        return []
    inner = [item.value for item in value.items]
    return [each for each in inner if isinstance(each, ir.Call) and simple(each.function).startswith(name[:-1])]


def _declaration(program: Program, function: ir.Expression, scope: Scope) -> ClassValue | None:
    """The annotation class of the repository that a name stands for."""
    key = (scope.module.path, simple(function))
    known: dict[tuple[str, str], ClassValue | None] = program.__dict__.setdefault("_annotations", {})
    if key not in known:
        value = program.evaluate(function, scope)
        known[key] = value if isinstance(value, ClassValue) and value.cls.kind == "annotation" else None
    return known[key]


def _handed(meta: ClassValue, arguments: dict[str, ir.Expression]) -> Iterator[tuple[str, str, ir.Expression]]:
    """What `@AliasFor` hands on."""
    for field in meta.cls.fields:
        for decorator in field.decorators:
            if not isinstance(decorator, ir.Call) or simple(decorator.function) != "AliasFor":
                continue
            named = {each.keyword or "value": each.value for each in decorator.arguments}
            target = simple(named["annotation"]) if "annotation" in named else ""
            attribute = named.get("attribute", named.get("member", named.get("value")))  # Micronaut's is `member`
            key = attribute.value if isinstance(attribute, ir.Literal) and isinstance(attribute.value, str) else field.name
            value = arguments.get(field.name)
            if value is not None and target:
                yield target, key, value


def simple(expression: ir.Expression | None) -> str:
    """The last name of a name, type or call: `GET` of `RequestMethod.GET`."""
    match expression:
        case ir.Name(name) | ir.Attribute(_, name):
            return name
        case ir.Item(owner):
            return simple(owner)
        case ir.Call(function):
            return simple(function)
    return ""


def names(expression: ir.Expression | None) -> list[str]:
    """The last names of one or several: `{GET, RequestMethod.POST}`."""
    if isinstance(expression, ir.Sequence):
        return [name for item in expression.items for name in names(item.value)]
    if isinstance(expression, ir.Call) and simple(expression.function) in ("arrayOf", "listOf", "setOf", "of"):
        return [name for item in expression.arguments for name in names(item.value)]
    name = simple(expression)
    return [name] if name else []


def find(found: Sequence[Annotation], *wanted: str) -> Annotation | None:
    """The first of some annotations with one of the names."""
    return next((each for each in found if each.name in wanted), None)


def value(program: Program, annotation: Annotation, *keys: str) -> Value:
    """The value of the first attribute that is given; None where none is."""
    for key in keys:
        if key in annotation.arguments:
            return program.evaluate(annotation.arguments[key], annotation.scope)
    return None


def strings(value: Value) -> list[str]:
    """The strings of a value, of lists one by one."""
    if isinstance(value, list):
        return [text for each in value for text in strings(each)]
    return [value] if isinstance(value, str) else []


def texts(program: Program, annotation: Annotation, *keys: str) -> list[str]:
    """The strings of the first attribute that is given."""
    return strings(value(program, annotation, *keys))


def methods(program: Program, cls: ClassValue) -> Iterator[tuple[ir.Function, ClassValue, list[Annotation]]]:
    """The methods that a class has, inherited ones too, with the class that the method is written in and its annotations, then those of the methods that it overrides."""
    known: list[tuple[ir.Function, ClassValue, list[Annotation]]] = []
    for each in program.lineage(cls):
        for method in each.cls.methods:
            own = of_method(program, each, method) if method.decorators else []
            overriding = next((entry for entry in known if entry[1] is not each and _overrides(entry[0], method)), None)
            if overriding is not None:
                overriding[2].extend(own)
            else:
                known.append((method, each, own))
    yield from known


def _overrides(method: ir.Function, base: ir.Function) -> bool:
    """Whether a method has the name and the types of another; a type of at most two letters is a variable."""
    return (
        method.name == base.name
        and len(method.parameters) == len(base.parameters)
        and all(
            simple(own.type) == simple(other.type) or len(simple(other.type)) <= 2
            for own, other in zip(method.parameters, base.parameters, strict=True)
        )
    )
