"""GraphQL by code: the operations of Strawberry's and Graphene's root types, and the resolvers of Ariadne's.

Sources: https://strawberry.rocks/docs/general/queries, https://docs.graphene-python.org/en/latest/types/schema/, https://ariadnegraphql.org/docs/resolvers.
"""

from __future__ import annotations

import re
from collections.abc import Iterator

from ctxgen.model import At, Endpoint, Guard
from ctxgen.opaque import Name, name
from ctxgen.source import ir
from ctxgen.source.guards import guard, spelled
from ctxgen.source.program import Hook, Program
from ctxgen.source.python.fields import last
from ctxgen.source.python.views import decorators
from ctxgen.source.values import UNKNOWN, Arguments, ClassValue, Decorator, External, FunctionValue, Value

_ROOTS = {"query": "Query", "mutation": "Mutation", "subscription": "Subscription"}
_STRAWBERRY_FIELDS = {"field", "mutation", "subscription", "connection"}
_UNDERSCORE = re.compile(r"(?<=[A-Za-z0-9])_+([a-z0-9])")


def _camel(text: str) -> str:
    """The name of a field in the schema: `createUser` for `create_user`."""
    return _UNDERSCORE.sub(lambda found: found[1].upper(), text)


def _schema(technology: str) -> Hook:
    def make(program: Program, arguments: Arguments) -> Value:
        """`strawberry.Schema(query=Query, mutation=Mutation)`, `graphene.Schema(query=Query)`."""
        for index, (keyword, title) in enumerate(_ROOTS.items()):
            where = (keyword, index) if technology == "graphene" else (keyword,)
            value = arguments.get(*where, default=UNKNOWN)
            for cls in value if isinstance(value, list) else [value]:
                if isinstance(cls, ClassValue):
                    program.defined(cls)
                    program.facts += _strawberry(program, cls, title) if technology == "strawberry" else _graphene(program, cls, title)
        return UNKNOWN

    return make


def _merged(program: Program, arguments: Arguments) -> Value:
    """`merge_types("Query", (OrderQuery, UserQuery))`: the types, one after the other."""
    return arguments.get(1, "types", default=UNKNOWN)


# ---------------------------------------------------------------------------------------------- Strawberry


def _strawberry(program: Program, cls: ClassValue, title: str) -> Iterator[Endpoint]:
    """The fields of a root type: methods with `@strawberry.field`, resolvers, annotations."""
    seen: set[str] = set()
    for each in program.lineage(cls):
        scope = program.class_scope(each)
        for method in each.cls.methods:
            mark = next((mark for mark in method.decorators if last(mark) in _STRAWBERRY_FIELDS), None)
            if mark is not None and method.name not in seen:
                seen.add(method.name)
                at = At(each.path, mark.line if not isinstance(mark, (ir.Function, ir.Class)) else method.line)
                others = [other for other in method.decorators if other is not mark]
                guards = [*_permissions(mark, at), *decorators(program, others, scope)]
                yield _operation("strawberry", title, _stated(mark) or _camel(method.name), f"{each.cls.name}.{method.name}", guards, at)
        for field in each.cls.fields:
            if field.name in seen or field.name.startswith("_") or (field.type is None and not isinstance(field.value, ir.Call)):
                continue
            seen.add(field.name)
            at = At(each.path, field.line)
            resolver = spelled(_keyword(field.value, "resolver")) or (spelled(_first(field.value)) if last(field.value) in ("mutation", "subscription") else "")  # fmt: skip
            yield _operation("strawberry", title, _stated(field.value) or _camel(field.name), resolver or f"{each.cls.name}.{field.name}", _permissions(field.value, at), at)  # fmt: skip


def _stated(mark: ir.Expression | None) -> str | None:
    found = _keyword(mark, "name")
    return found.value if isinstance(found, ir.Literal) and isinstance(found.value, str) else None


def _keyword(mark: ir.Expression | None, wanted: str) -> ir.Expression | None:
    given = mark.arguments if isinstance(mark, ir.Call) else ()
    return next((each.value for each in given if each.keyword == wanted), None)


def _first(mark: ir.Expression | None) -> ir.Expression | None:
    given = mark.arguments if isinstance(mark, ir.Call) else ()
    return next((each.value for each in given if each.keyword is None), None)


def _permissions(mark: ir.Expression | None, at: At) -> list[Guard]:
    """`permission_classes=[IsAuthenticated]`."""
    written = _keyword(mark, "permission_classes")
    found: list[Guard] = []
    for item in written.items if isinstance(written, ir.Sequence) else ():
        shown = last(item.value)
        made = guard(shown, at, "authn" if "Authenticated" in shown else "authz")
        found += [made] if made is not None else []
    return found


def _operation(technology: str, title: str, field: str, handler: str, guards: list[Guard], at: At) -> Endpoint:
    protected = any(each.kind in ("authn", "authz") for each in guards)
    return Endpoint(
        kind="graphql",
        operation=name(f"{title}.{field}"),
        handler=name(handler),
        access="guarded" if protected else "unknown",
        guards=tuple(guards),
        technology=Name(technology),
        at=at,
    )


# ---------------------------------------------------------------------------------------------- Graphene


def _graphene(program: Program, cls: ClassValue, title: str) -> Iterator[Endpoint]:
    """The fields of a root type and of all that it is put together of, each with its `resolve_…`."""
    seen: set[str] = set()
    lineage = list(program.lineage(cls))
    methods = {method.name: (method, each) for each in reversed(lineage) for method in each.cls.methods}
    for each in lineage:
        for field in each.cls.fields:
            if not isinstance(field.value, ir.Call) or field.name in seen or field.name.startswith("_"):
                continue
            seen.add(field.name)
            at = At(each.path, field.line)
            called = spelled(field.value)
            if called.endswith(".Field") and not called.startswith("graphene."):  # `CreateOrder.Field()`
                handler, guards = called.removesuffix(".Field"), _mutation_guards(program, field.value, each)
            else:
                method, owner = methods.get(f"resolve_{field.name}", (None, each))
                handler = f"{owner.cls.name}.resolve_{field.name}" if method is not None else f"{each.cls.name}.{field.name}"
                guards = list(decorators(program, method.decorators, program.class_scope(owner))) if method is not None else []
            guards += _permissions_of(field.value, at)
            yield _operation("graphene", title, _stated(field.value) or _camel(field.name), handler, guards, at)


def _mutation_guards(program: Program, call: ir.Call, cls: ClassValue) -> list[Guard]:
    """The guards of a mutation's `mutate` or `perform_mutation`."""
    owner = program.evaluate(call.function.owner, cls.scope) if isinstance(call.function, ir.Attribute) else None
    methods = owner.cls.methods if isinstance(owner, ClassValue) else ()
    scope = program.class_scope(owner) if isinstance(owner, ClassValue) else cls.scope
    return [
        found
        for method in methods
        if method.name in ("mutate", "mutate_and_get_payload")
        for found in decorators(program, method.decorators, scope)
    ]


def _permissions_of(call: ir.Call, at: At) -> list[Guard]:
    """`PermissionsField(permissions=[…])`: a field of the project's own that asks for permissions."""
    if _keyword(call, "permissions") is None:
        return []
    made = guard(last(call), at, "authz")
    return [made] if made is not None else []


# ---------------------------------------------------------------------------------------------- Ariadne


def _ariadne_types(title: str) -> Hook:
    def make(program: Program, arguments: Arguments) -> Value:
        """`query = QueryType()`, then `@query.field("orders")`."""
        return External(f"ariadne {title}")

    return make


def _resolver(title: str) -> Hook:
    def make(program: Program, arguments: Arguments) -> Value:
        field = arguments.get(0, "name")

        def bind(waiting: Arguments) -> Value:
            function = waiting.get(0)
            if isinstance(field, str) and isinstance(function, FunctionValue):
                at = program.at(arguments)
                others = [mark for mark in function.function.decorators if last(mark) not in ("field", "source")]
                guards = list(decorators(program, others, function.scope))
                program.facts.append(_operation("ariadne", title, field, function.name, guards, at))
            return function

        return Decorator(bind)

    return make


def _set_field(title: str) -> Hook:
    def make(program: Program, arguments: Arguments) -> Value:
        """`query.set_field("orders", resolve_orders)`."""
        field = arguments.get(0, "name")
        if isinstance(field, str):
            handler = program.handler_name(arguments.get(1, "resolver"), arguments.expression(1, "resolver"))
            program.facts.append(_operation("ariadne", title, field, handler or field, [], program.at(arguments)))
        return UNKNOWN

    return make


HOOKS: dict[str, Hook] = {
    "strawberry.Schema()": _schema("strawberry"),
    "strawberry.federation.Schema()": _schema("strawberry"),
    "strawberry.tools.merge_types()": _merged,
    "graphene.Schema()": _schema("graphene"),
}
for _title in _ROOTS.values():
    HOOKS |= {
        f"ariadne.{_title}Type()": _ariadne_types(_title),
        f"ariadne {_title}.field()": _resolver(_title),
        f"ariadne {_title}.set_field()": _set_field(_title),
    }
HOOKS["ariadne Subscription.source()"] = _resolver("Subscription")
