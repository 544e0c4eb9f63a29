"""NestJS guards: of the application, of classes and of methods, and the decorators that open a route in spite of them.

Sources: https://docs.nestjs.com/guards, https://docs.nestjs.com/security/authentication#enable-authentication-globally,
https://docs.nestjs.com/security/rate-limiting
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator

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
    return guard(shown, at, kind) if kind is not None else None


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
