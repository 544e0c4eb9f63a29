"""NestJS guards: of the application, of classes and of methods, and the decorators that open a route in spite of them.

Sources: https://docs.nestjs.com/guards, https://docs.nestjs.com/security/authentication#enable-authentication-globally,
https://docs.nestjs.com/security/rate-limiting
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator
from typing import NamedTuple

from ctxgen.model import At, Guard, GuardKind
from ctxgen.source import ir
from ctxgen.source.guards import guard, guard_kind, spelled
from ctxgen.source.program import Program
from ctxgen.source.script.decorators import Mark
from ctxgen.source.values import UNKNOWN, ClassValue, External, Instance, Record, Value

_OPENS = re.compile(r"public|anonymous|skip_?auth|no_?auth|bypass_?auth|without_?auth|unauthenticated|is_?open|guest", re.IGNORECASE)
_USE = ("@nestjs/common.UseGuards", "@nestjs/common.guards.UseGuards")
_METADATA = ("@nestjs/common.SetMetadata", "@nestjs/core.Reflector.createDecorator")
_PIPES = ("@nestjs/common.UsePipes", "nestjs-zod.UseZodGuard")


def of_value(
    program: Program, value: Value, expression: ir.Expression | None, at: At, otherwise: GuardKind | None = "authz"
) -> Guard | None:
    """The guard that an expression in `UseGuards(…)` is; one whose name tells nothing decides about access, as that is what guards are for.

    One of the whole application may only look on, so its name must tell (`otherwise` is None).
    """
    cls = value.cls if isinstance(value, Instance) else value if isinstance(value, ClassValue) else None
    written = spelled(expression)
    shown = (
        cls.cls.name
        if cls is not None
        else written or (value.path.replace("()", "").rpartition(".")[2] if isinstance(value, External) else "")
    )
    kind = _kind(program, cls, shown, otherwise)
    made = guard(shown, at, kind) if kind is not None else None
    if made is not None and cls is not None and kind in ("authn", "authz") and (asked := _asked(program, cls)) is not None:
        program.kept.setdefault(_SELECTIVE, {})[made.name, made.at] = asked
    return made


_SELECTIVE = "nest guards that ask of marked routes alone"
_READS = ("get", "getAllAndOverride", "getAllAndMerge")
"""How a guard reads what decorators state, through `Reflector`."""


class _Asked(NamedTuple):
    """What a guard asks for: the key of metadata, and how that is written."""

    key: Value
    written: str


def applying(program: Program, guards: Iterable[Guard], found: Iterable[Mark]) -> list[Guard]:
    """The guards of a route, without those that let everybody pass where no decorator states what they ask for.

    `const roles = this.reflector.get(ROLES, context.getHandler()); if (!roles) return true;` of https://docs.nestjs.com/guards#putting-it-all-together.
    """
    selective: dict[tuple[str, At], _Asked] = program.kept.get(_SELECTIVE, {})
    stated = [mark for mark in found if mark.path in _METADATA] if selective else []

    def states(mark: Mark, asked: _Asked) -> bool:
        called = mark.name.rpartition(".")[2] == asked.written.rpartition(".")[2]
        return called or mark.get(0) == asked.key or not isinstance(asked.key, str | External)

    return [
        each for each in guards if (asked := selective.get((each.name, each.at))) is None or any(states(mark, asked) for mark in stated)
    ]


def _asked(program: Program, cls: ClassValue) -> _Asked | None:
    """What a guard reads of decorators, where it lets everybody pass who asks for a route without it."""
    found = next(((method, each) for each in program.lineage(cls) for method in each.cls.methods if method.name == "canActivate"), None)
    if found is None:
        return None
    method, owner = found
    read: dict[str, ir.Expression] = {}
    for statement in method.body:
        if isinstance(statement, ir.Assign) and isinstance(statement.target, ir.Name) and (key := _key(statement.value)) is not None:
            read[statement.target.name] = key
        if not isinstance(statement, ir.Branch) or not statement.arms or not read:
            continue
        condition, body = statement.arms[0]
        lets = bool(body) and isinstance(body[-1], ir.Return) and body[-1].value == ir.Literal(True, body[-1].value.line)
        names = {each.name for each in _names(condition) if each.name in read} if lets and _negative(condition) else set()
        if len(names) == 1:
            asked = read[names.pop()]
            return _Asked(program.evaluate(asked, owner.scope), spelled(asked))
    return None


def _key(value: ir.Expression) -> ir.Expression | None:
    """The first argument of `this.reflector.get(KEY, …)`, also before `|| []`."""
    calls = value.options if isinstance(value, ir.Choice) else (value,)
    for each in calls:
        if (
            isinstance(each, ir.Call)
            and isinstance(each.function, ir.Attribute)
            and each.function.name in _READS
            and spelled(each.function.owner).lower().endswith("reflector")
            and each.arguments
        ):
            return each.arguments[0].value
    return None


def _negative(condition: ir.Expression | None, depth: int = 0) -> bool:
    """Whether a condition says that something is not there: `!roles`, `!roles || roles.length === 0`; not `isPublic` or `isPublic === true`."""
    match condition:
        case ir.Unknown():
            return True
        case ir.Call(ir.Name("==="), (_, ir.Argument(compared))):  # with 0, null, undefined or false
            return (isinstance(compared, ir.Literal) and not compared.value) or getattr(compared, "name", "") == "undefined"
        case ir.Choice(options, _, False) if depth < _DEEPEST:
            return all(_negative(each, depth + 1) for each in options)
    return False


_DEEPEST = 6


def _names(expression: ir.Expression | None, depth: int = 0) -> Iterator[ir.Name]:
    inner: tuple[ir.Expression, ...] = ()
    match expression:
        case ir.Name():
            yield expression
        case ir.Unknown(_, inside):
            inner = inside
        case ir.Choice(options):
            inner = options
        case ir.Attribute(owner):
            inner = (owner,)
        case ir.Call(_, arguments):
            inner = tuple(each.value for each in arguments)
    for each in inner if depth < _DEEPEST else ():
        yield from _names(each, depth + 1)


def _kind(program: Program, cls: ClassValue | None, shown: str, otherwise: GuardKind | None) -> GuardKind | None:
    names = [shown]
    if cls is not None:
        names += [spelled(base) for each in program.lineage(cls) for base in each.cls.bases if spelled(base) != "CanActivate"]
    kinds = [guard_kind(each.removesuffix("Guard")) for each in names]
    return next((kind for kind in kinds if kind in ("authn", "authz", "rate")), otherwise)


def used(program: Program, found: Iterable[Mark]) -> list[Guard]:
    """The guards that decorators put on a class or method."""
    guards: list[Guard] = []
    for mark in found:
        if mark.path in _USE:
            for index, value in enumerate(mark.arguments.positional):
                expression = mark.arguments.expression(index)
                parts = value if isinstance(value, list) else [value]
                written = [item.value for item in expression.items] if isinstance(expression, ir.Sequence) else [expression] * len(parts)
                guards += [made for part, each in zip(parts, written, strict=False) if (made := of_value(program, part, each, mark.at))]
        elif mark.path in _PIPES and (made := guard(_argument_name(mark) or mark.name, mark.at, "validation")):
            guards.append(made)
    return guards


def _argument_name(mark: Mark) -> str:
    return spelled(mark.arguments.expression(0))


def metadata(found: Iterable[Mark], active: bool) -> Iterator[Guard]:
    """Roles and permissions that a decorator of the project's own states for a guard to check, where one is `active`."""
    for mark in found:
        if active and mark.path in _METADATA and guard_kind(mark.name) == "authz" and (made := guard(mark.name, mark.at, "authz")):
            yield made


def opened(found: Iterable[Mark]) -> At | None:
    """The line of a decorator that opens a route: `@Public()`, by its name or that of the metadata it sets."""
    for mark in found:
        key = mark.get(0)
        stated = mark.get(1)
        sets = mark.path in _METADATA
        said = (
            stated is True if mark.path == _METADATA[0] else stated is not False
        )  # `SetMetadata(key, isPublic)` of a caller's may say either
        if (sets or not mark.path) and said and (_OPENS.search(mark.name) or (sets and _OPENS.search(str(key)))):
            return mark.at
    return None


def unlimited(found: Iterable[Mark]) -> bool:
    """Whether a decorator takes a route out of the rate limit."""
    return any(mark.last == "SkipThrottle" for mark in found)


def provided(program: Program, value: Value, entry: dict[str, Value]) -> Guard | None:
    """The guard of `{ provide: APP_GUARD, useClass: JwtAuthGuard }`."""
    if not isinstance(entry, Record) or value is UNKNOWN:
        return None
    key = next((each for each in ("useClass", "useExisting", "useValue") if each in entry.written), "")
    return of_value(program, value, entry.written.get(key), entry.place(key), None)
