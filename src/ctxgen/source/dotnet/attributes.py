"""Attributes of classes and methods as frameworks see them, and what they say about who may enter.

Sources: https://learn.microsoft.com/aspnet/core/security/authorization/simple, https://learn.microsoft.com/aspnet/core/mvc/controllers/filters
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Sequence
from typing import NamedTuple

from ctxgen.model import At, Guard, GuardKind
from ctxgen.source import ir
from ctxgen.source.guards import asking, guard, guard_kind
from ctxgen.source.program import Program
from ctxgen.source.values import ClassValue, External, Scope, Value

VERBS = {f"Http{verb}": verb.upper() for verb in ("Get", "Post", "Put", "Patch", "Delete", "Head", "Options")}
_NO_GUARD = re.compile(r"(?i)^(?:disable|ignore|allow|skip|no[A-Z])|antiforgery|produces|apiversion|consumes|response")


class Attribute(NamedTuple):
    """An attribute: its name, the values of its arguments, its type arguments and its place."""

    name: str
    positional: tuple[Value, ...]
    named: dict[str, Value]
    types: tuple[ir.Expression, ...]
    at: At
    scope: Scope

    def first(self, *names: str) -> Value:
        """The first argument, or that of one of some names."""
        if self.positional:
            return self.positional[0]
        return next((self.named[each] for each in names if each in self.named), None)


def attributes(program: Program, decorators: Iterable[ir.Expression], scope: Scope) -> list[Attribute]:
    """The attributes of a declaration, their arguments evaluated in a scope."""
    found = []
    for each in decorators:
        called = each.function if isinstance(each, ir.Call) else each
        if not isinstance(called, ir.Name):
            continue
        given = each.arguments if isinstance(each, ir.Call) else ()
        values = [(argument.keyword, program.evaluate(argument.value, scope)) for argument in given]
        positional = tuple(value for key, value in values if key is None)
        types = each.types if isinstance(each, ir.Call) else ()
        found.append(
            Attribute(called.name, positional, {key: value for key, value in values if key}, types, At(scope.module.path, each.line), scope)
        )
    return found


def of_class(program: Program, cls: ClassValue) -> list[Attribute]:
    """The attributes of a class and of those that it extends, nearest first."""
    return [found for each in program.lineage(cls) for found in attributes(program, each.cls.decorators, program.class_scope(each))]


def of_function(program: Program, function: ir.Function, scope: Scope) -> Sequence[Guard]:
    """The guards that the attributes of a handler are: `[Authorize] (int id) => …`."""
    return protection(program, attributes(program, function.decorators, scope), ())[0] if function.decorators else ()


def class_of(program: Program, type: ir.Expression | None, user: ClassValue) -> ClassValue | None:
    """The class of the repository that a type names in the declaration of a class, whose members may have the names of types."""
    for scope in (user.scope, program.class_scope(user)) if type is not None else ():
        value = program.evaluate(type, scope)  # type: ignore[arg-type]
        if isinstance(value, ClassValue):
            return value
    return None


def base_names(program: Program, cls: ClassValue) -> set[str]:
    """The names of all types that a class extends, as far as the repository says."""
    return {named for each in program.lineage(cls) for base in each.cls.bases if (named := type_name(base))}


def type_name(type: ir.Expression | None) -> str:
    """The simple name of a type without its arguments."""
    match type:
        case ir.Name(name) | ir.Attribute(_, name):
            return name
        case ir.Item(owner):
            return type_name(owner)
    return ""


def argument_of(type: ir.Expression | None) -> ir.Expression | None:
    """The (first) argument of a generic type, the element of an array."""
    return type.key if isinstance(type, ir.Item) else None


# ---------------------------------------------------------------------------------------------- who may enter


def protection(program: Program, own: Sequence[Attribute], above: Sequence[Attribute]) -> tuple[tuple[Guard, ...], At | None]:
    """The guards of an action with its own attributes and those of its class, and the line that opens it to everybody."""
    opened = next((each.at for each in (*own, *above) if each.name == "AllowAnonymous"), None)
    guards = [made for each in (*own, *above) for made in _guards(program, each)]
    if opened is not None:
        guards = [each for each in guards if each.kind not in ("authn", "authz")]
    return tuple(guards), opened


def _guards(program: Program, attribute: Attribute) -> Iterator[Guard]:
    name, at = attribute.name, attribute.at
    made = None
    if name == "Authorize":
        stated = bool(attribute.positional or attribute.types or {"Roles", "Policy"} & set(attribute.named))
        made = guard(asking(name, _asked(attribute)), at, "authz" if stated else "authn")
    elif name == "EnableRateLimiting":
        made = guard(name, at, "rate")
    elif name == "ApiController":
        made = guard(name, at, "validation")
    elif name in ("ServiceFilter", "TypeFilter", "MiddlewareFilter"):
        value = program.evaluate(attribute.types[0], attribute.scope) if attribute.types else attribute.first()
        shown = value.cls.name if isinstance(value, ClassValue) else value.path if isinstance(value, External) else ""
        made = guard(shown, at)
    elif name not in VERBS and not _NO_GUARD.search(name):
        kind = guard_kind(name) or _declared(program, attribute)
        made = guard(asking(name, _asked(attribute)) if kind == "authz" else name, at, kind)
    if made is not None:
        yield made


def _asked(attribute: Attribute) -> list[str]:
    """The policies, roles or permissions that an attribute names."""
    given = [
        *attribute.positional,
        *(attribute.named[key] for key in ("Policy", "Roles", "Permission", "Permissions") if key in attribute.named),
    ]
    return roles(given)


def roles(given: Iterable[Value]) -> list[str]:
    """Texts, those of lists one by one; several roles are one text with commas."""
    flat = [inner for each in given for inner in (each if isinstance(each, list) else [each])]
    return [part.strip() for each in flat if isinstance(each, str) for part in each.split(",")]


def _declared(program: Program, attribute: Attribute) -> GuardKind | None:
    """The kind of an attribute of the repository that extends one which guards."""
    value = program.evaluate(ir.Name(f"{attribute.name}Attribute", attribute.at.line), attribute.scope)
    if not isinstance(value, ClassValue):
        return None
    names = base_names(program, value)
    return "authz" if names & {"AuthorizeAttribute", "IAuthorizationFilter", "IAsyncAuthorizationFilter", "Authorize"} else None
