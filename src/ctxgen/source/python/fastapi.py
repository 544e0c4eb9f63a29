"""FastAPI: dependencies that a handler's parameters state, and those that guard.

A dependency guards where it, or one that it depends on, takes a security scheme, answers 401 or 403, or is named like a
guard.
Sources: https://fastapi.tiangolo.com/tutorial/dependencies/, https://fastapi.tiangolo.com/reference/security/.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator

from ctxgen.model import At, Guard, GuardKind
from ctxgen.source import ir
from ctxgen.source.guards import guard, optional, spelled
from ctxgen.source.program import Hook, MethodHook, Program
from ctxgen.source.python.annotations import ANNOTATED
from ctxgen.source.python.guards import called, denies, judge
from ctxgen.source.python.other_models import optional_type
from ctxgen.source.python.refusals import refusal
from ctxgen.source.python.starlette import middleware_guard, mount_app
from ctxgen.source.values import UNKNOWN, Arguments, External, FunctionValue, Instance, Object, Scope, Value

_DEPENDS = ("Depends", "Security")
_SECURITY = re.compile(r"(?:fastapi|starlette)\.security\.(?!(?:\w+\.)?OAuth2PasswordRequestForm)")
"""The security schemes; the form with which somebody signs in is none."""
_REQUIRES = re.compile(r"_?(?:requires?|ensure|must|verify)_")
"""How a dependency is called that refuses whoever brings nothing; the answer may be that of something which it asks."""
_DEPTH = 5
_NESTED = 30


def _depends(program: Program, arguments: Arguments) -> Value:
    """`Depends(get_current_user)`: the dependency."""
    return arguments.get(0, "dependency", default=UNKNOWN)


def _handler(program: Program, owner: Object, arguments: Arguments) -> Value:
    """The guards among a handler's dependencies; those of a class-based view (fastapi-utils' `@cbv`) are its attributes, too."""
    function = arguments.get(0)
    if not isinstance(function, FunctionValue):
        return []
    found = list(_of_parameters(program, function.function.parameters, function.scope, 0))
    for cls in program.lineage(function.owner) if function.owner is not None else ():
        attributes = [ir.Parameter(each.name, each.line, each.type, each.value) for each in cls.cls.fields]
        found += _of_parameters(program, attributes, program.class_scope(cls), 0)
    return found


def _of_parameters(program: Program, parameters: Iterable[ir.Parameter], scope: Scope, depth: int) -> Iterator[Guard]:
    for parameter in parameters:
        at = At(scope.module.path, parameter.line)
        for depends, inside in _dependencies(program, parameter, scope):
            yield from _guards(program, depends, inside, parameter, at, depth)


def _dependencies(program: Program, parameter: ir.Parameter, scope: Scope) -> Iterator[tuple[ir.Call, Scope]]:
    """The calls of `Depends` and `Security` that a parameter states: as its default, or in its type, which may be an alias."""
    if _is_dependency(parameter.default):
        yield parameter.default, scope  # type: ignore[misc]
    if parameter.type is not None:
        known = program.evaluate(parameter.type, scope)
        if isinstance(known, External) and known.path == ANNOTATED and known.arguments is not None:
            for argument in known.arguments.written[1:]:
                if _is_dependency(argument.value):
                    yield argument.value, known.arguments.scope  # type: ignore[misc]


def _is_dependency(expression: ir.Expression | None) -> bool:
    return isinstance(expression, ir.Call) and _last(expression.function) in _DEPENDS


def _last(expression: ir.Expression) -> str:
    return expression.name if isinstance(expression, (ir.Name, ir.Attribute)) else ""


def _guards(program: Program, depends: ir.Call, scope: Scope, parameter: ir.Parameter, at: At, depth: int) -> Iterator[Guard]:
    given = [argument for argument in depends.arguments if argument.keyword in (None, "dependency")]
    # `user: CurrentUser = Depends()` depends on the declared class
    expression = given[0].value if given else parameter.type
    if expression is None or depth > _DEPTH:
        return
    value = program.evaluate(expression, scope)
    runs = _called(value)
    name = spelled(expression) or (runs.name if runs is not None else "")
    kind = _kind(value, name, scoped=any(argument.keyword == "scopes" for argument in depends.arguments))
    if kind is None and runs is not None and _REQUIRES.match(name.rpartition(".")[2]) and _takes_scheme(program, runs):
        kind = "authn"
    inner = list(_of_parameters(program, runs.function.parameters, runs.scope, depth + 1)) if runs is not None else []
    found = guard(name, at, kind) if kind is not None else None
    if found is not None:
        yield found
    for each in inner:
        if found is None or each.kind != found.kind:
            yield Guard(name=each.name, kind=each.kind, at=at)


def _takes_scheme(program: Program, runs: FunctionValue) -> bool:
    """Whether a dependency is given what a security scheme finds, which lets everybody in: `require_key(key=Security(api_key_header))`."""
    for parameter in runs.function.parameters:
        for depends, scope in _dependencies(program, parameter, runs.scope):
            value = program.evaluate(depends.arguments[0].value, scope) if depends.arguments else None
            if isinstance(value, External) and _SECURITY.match(value.path):
                return True
    return False


def _called(value: Value) -> FunctionValue | None:
    """The function that runs when a dependency is asked for."""
    if isinstance(value, FunctionValue):
        return value
    function = next(iter(called(value)), None)
    cls = value.cls if isinstance(value, Instance) else value
    return FunctionValue(function, cls.scope, value, cls) if function is not None else None


def _kind(value: Value, name: str, *, scoped: bool) -> GuardKind | None:
    """What a dependency guards, by what it is, what it answers and how it is called."""
    if isinstance(value, External) and _SECURITY.match(value.path):
        # one that lets everybody in leaves the answer to what depends on it
        return "authn" if value.arguments is None or value.arguments.get("auto_error") is not False else None
    if isinstance(value, Instance) and any(_SECURITY.match(_base(value, base)) for base in value.cls.cls.bases):
        return "authn" if value.above is None or value.above.get("auto_error") is not False else None
    if scoped:
        return "authz"
    if optional(name) or (isinstance(value, FunctionValue) and (optional(value.name) or _may_give_none(value.function))):
        return None
    if denies(name):
        return judge(name, value)
    names = [
        name,
        *([value.cls.cls.name] if isinstance(value, Instance) else [value.path.replace("()", "")] if isinstance(value, External) else []),
    ]
    return next((kind for each in names if (kind := judge(each, value)) is not None), None)


def _may_give_none(function: ir.Function) -> bool:
    """Whether a dependency says that it may find nobody, and refuses nobody itself: `-> User | None` with a `return None`."""
    return (
        refusal(function) is None
        and function.returns is not None
        and optional_type(function.returns)[0]
        and any(isinstance(each.value, ir.Literal) and each.value.value is None for each in _returns(function.body, 0))
    )


def _returns(statements: Iterable[ir.Statement], depth: int) -> Iterator[ir.Return]:
    for each in statements if depth < _NESTED else ():
        match each:
            case ir.Return():
                yield each
            case ir.Branch(arms):
                for _, body in arms:
                    yield from _returns(body, depth + 1)
            case ir.Loop() | ir.Block():
                yield from _returns(each.body, depth + 1)


def _base(value: Instance, base: ir.Expression) -> str:
    known = value.cls.scope.holder(spelled(base))
    found = known.names.get(spelled(base)) if known is not None else None
    module = getattr(getattr(found, "statement", None), "module", "")
    return found.path if isinstance(found, External) else f"{module}." if module else ""


def _middleware(program: Program, owner: Object, arguments: Arguments) -> Value:
    """`app.add_middleware(AuthMiddleware)`: guards where a class of the repository refuses requests by itself."""
    if owner.router is not None:
        owner.router.use(middleware_guard(arguments.get(0, "middleware_class"), program.at(arguments)))
    return UNKNOWN


HOOKS: dict[str, Hook] = {f"fastapi.{module}{name}()": _depends for module in ("", "params.", "param_functions.") for name in _DEPENDS}
METHODS: dict[str, MethodHook] = {
    "fastapi.router.function": _handler,
    "fastapi.router.mount": mount_app,
    "fastapi.app.add_middleware": _middleware,
}
