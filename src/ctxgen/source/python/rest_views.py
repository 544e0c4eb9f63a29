"""Who may call a view of Django REST framework: its permissions, throttles, and the defaults of the settings.

Source: https://www.django-rest-framework.org/api-guide/permissions/.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator

from ctxgen.model import At, ConfigKey, Guard
from ctxgen.source import ir
from ctxgen.source.guards import guard, spelled
from ctxgen.source.program import Program
from ctxgen.source.python.resolve import PythonResolver
from ctxgen.source.python.views import bases, field_line, method
from ctxgen.source.values import ClassValue, FunctionValue

_OPEN = "AllowAny"
_DEPTH = 10
_AUTHN = {"IsAuthenticated", "IsAuthenticatedOrReadOnly", "TokenHasReadWriteScope"}
_SAFE = ("GET", "HEAD", "OPTIONS")
_NAMES = ("DEFAULT_PERMISSION_CLASSES", "DEFAULT_THROTTLE_CLASSES")


def is_rest(program: Program, cls: ClassValue) -> bool:
    """Whether a class extends one of REST framework's views."""
    return any(
        "rest_framework" in base or base.endswith(("APIView", "ViewSet", "GenericViewSet", "ModelViewSet")) for base in bases(program, cls)
    )


def access(program: Program, cls: ClassValue, verb: str, action: str, stated: ir.Expression | None = None) -> tuple[list[Guard], At | None]:
    """The guards of a method of a view, and the line that opens it to everybody.

    `stated` are the permissions of an extra action.
    """
    guards: list[Guard] = []
    public: At | None = None
    throttles = field_line(program, cls, "throttle_classes")
    if throttles is not None:
        for each in _names(throttles[0].value):
            made = guard(each, At(throttles[1].path, throttles[0].line), "rate")
            guards += [made] if made is not None else []
    if stated is not None:
        more, public = _permissions(list(_names(stated)), At(cls.path, _line(stated, cls.cls.line)), verb)
        return guards + more, public
    more, public = _of_class(program, cls, verb)
    own = method(program, cls, "get_permissions")
    if own is not None:
        return guards + _worked_out(own, more, verb), None
    return guards + more, public


def _of_class(program: Program, cls: ClassValue, verb: str) -> tuple[list[Guard], At | None]:
    """The permissions that a view states for all its methods, else the defaults."""
    found = field_line(program, cls, "permission_classes")
    if found is None:
        return defaults(program, verb)
    return _permissions(list(_names(found[0].value)), At(found[1].path, found[0].line), verb)


def _worked_out(function: FunctionValue, inherited: list[Guard], verb: str) -> list[Guard]:
    """The guards of a view that works its permissions out: those that it gives in every case; where each case has its own, the function itself.

    Which case is whose is not followed, so one that lets everybody in leaves nothing.
    """
    path = function.scope.module.path
    cases: list[list[Guard]] = []
    for listed in _lists(function.function.body, 0):
        if isinstance(listed, ir.Sequence):
            cases.append(_permissions(list(_names(listed)), At(path, listed.line), verb)[0])
        else:  # `super().get_permissions()`
            cases.append(inherited)
    if not cases or not all(any(each.kind in ("authn", "authz") for each in case) for case in cases):
        return []
    common = [each for each in cases[0] if all(any(each.name == other.name for other in case) for case in cases[1:])]
    made = guard(function.function.name, At(path, function.function.line), "authz")
    return common or ([made] if made is not None else [])


def _lists(statements: Iterable[ir.Statement], depth: int) -> Iterator[ir.Expression]:
    """The lists of permissions that a function gives or keeps for its end, and the calls of what it extends."""
    for statement in statements if depth < _DEPTH else ():
        match statement:
            case ir.Branch(arms):
                for _, body in arms:
                    yield from _lists(body, depth + 1)
            case ir.Loop() | ir.Block():
                yield from _lists(statement.body, depth + 1)
            case ir.Return(value) | ir.Assign(_, value) if isinstance(value, ir.Sequence):
                yield value
            case ir.Return(value) | ir.Assign(_, value) if _is_inherited(value):
                yield value


def _is_inherited(value: ir.Expression) -> bool:
    """`super().get_permissions()`, to which more may be appended."""
    match value:
        case ir.Call(ir.Attribute(ir.Call(ir.Name("super")), "get_permissions")):
            return True
    return False


def function_access(program: Program, function: FunctionValue) -> tuple[list[Guard], At | None]:
    """The same for a function with `@api_view`: its `@permission_classes`, else the defaults."""
    for mark in function.function.decorators:
        if isinstance(mark, ir.Call) and spelled(mark).rpartition(".")[2] == "permission_classes" and mark.arguments:
            return _permissions(list(_names(mark.arguments[0].value)), At(function.scope.module.path, mark.line), "")
    return defaults(program, "")


def _names(value: ir.Expression | None) -> Iterator[str]:
    """The classes of a list of permissions; `IsAdmin | IsOwner` and `~IsBanned` by what stands in them."""
    if isinstance(value, ir.Sequence):
        for item in value.items:
            yield from _names(item.value)
    elif isinstance(value, ir.Choice):
        yield " | ".join(filter(None, map(spelled, value.options)))
    elif named := spelled(value):
        yield named.rpartition(".")[2]


def _line(expression: ir.Expression, otherwise: int) -> int:
    return expression.line if not isinstance(expression, (ir.Function, ir.Class)) else otherwise


def _permissions(names: list[str], at: At, verb: str) -> tuple[list[Guard], At | None]:
    guards: list[Guard] = []
    for each in names:
        if each == _OPEN:
            continue
        if each.endswith("OrReadOnly") and verb in _SAFE:
            return [], at
        made = guard(each, at, "authn" if each in _AUTHN else "authz")
        guards += [made] if made is not None else []
    return guards, at if not guards else None


def defaults(program: Program, verb: str) -> tuple[list[Guard], At | None]:
    """What the settings say for views that state nothing."""
    facts = program.resolver.facts.of(ConfigKey) if isinstance(program.resolver, PythonResolver) else []
    guards: list[Guard] = []
    public: At | None = None
    for fact in facts:
        kind = fact.key.removeprefix("REST_FRAMEWORK.")
        named = fact.value.identifier() if kind in _NAMES else None
        if named is None:
            continue
        short = named.rpartition(".")[2]
        if kind == "DEFAULT_THROTTLE_CLASSES":
            made = guard(short, fact.at, "rate")
            guards += [made] if made is not None else []
        else:
            more, public = _permissions([short], fact.at, verb)
            guards += more
    return guards, public
