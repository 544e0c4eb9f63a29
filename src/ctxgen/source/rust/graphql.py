"""GraphQL in Rust: the methods of the types that async-graphql's and juniper's schemas start from.

Sources: https://async-graphql.github.io/async-graphql/en/define_schema.html, https://async-graphql.github.io/async-graphql/en/field_guard.html,
https://graphql-rust.github.io/juniper/schema/index.html.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from functools import partial

import inflection

from ctxgen.model import At, Endpoint, Guard
from ctxgen.opaque import Name, name
from ctxgen.source import ir
from ctxgen.source.guards import guard
from ctxgen.source.program import Hook, Program
from ctxgen.source.rust.expressions import spelled_last
from ctxgen.source.values import UNKNOWN, Arguments, ClassValue, FunctionValue, Instance, Scope, Value

_ROOTS = ("Query", "Mutation", "Subscription")
_BLOCKS = {"Object", "Subscription", "ComplexObject", "graphql_object", "graphql_subscription", "object", "subscription"}
"""Attributes of the `impl` blocks whose methods are fields."""
_MERGED = {"MergedObject", "MergedSubscription"}
_GUARD = re.compile(r"(?<![:\w])([A-Z]\w{0,80})(?=::\w{1,80}\(|[().]|$)")
MAX_MERGED = 100


def _schema(program: Program, arguments: Arguments, technology: str) -> Value:
    """`Schema::build(QueryRoot, MutationRoot, EmptySubscription)`, `RootNode::new(Query, Mutation, EmptySubscription::new())`."""
    for root, index in zip(_ROOTS, range(3), strict=True):
        for cls in _merged(program, _type(program, arguments.expression(index), arguments.scope)):
            program.facts += dict.fromkeys(_fields(program, root, cls, technology))
    return UNKNOWN


def _type(program: Program, expression: ir.Expression | None, scope: Scope) -> ClassValue | None:
    """The type of what is made: `Query`, `Query::default()`, `Query { db }`."""
    match expression:
        case ir.Call(ir.Attribute(owner)):
            return _type(program, owner, scope)
        case ir.Mapping(type=made) if made is not None:
            return _type(program, made, scope)
        case ir.Name() | ir.Attribute():
            value = program.evaluate(expression, scope)
            return value.cls if isinstance(value, Instance) else value if isinstance(value, ClassValue) else None
    return None


def _merged(program: Program, cls: ClassValue | None) -> Iterator[ClassValue]:
    """A type, or those that it is put together of: `#[derive(MergedObject)] struct Query(Users, Orders)`."""
    work, seen = [cls] if cls is not None else [], set[int]()
    while work and len(seen) < MAX_MERGED:
        each = work.pop(0)
        if id(each) in seen:
            continue
        seen.add(id(each))
        derived = {spelled_last(argument.value) for mark in each.cls.decorators if isinstance(mark, ir.Call) for argument in mark.arguments}
        if not derived & _MERGED:
            yield each
            continue
        parts = (_type(program, field.type, each.scope) for field in each.cls.fields)
        work += [part for part in parts if part is not None]


def _fields(program: Program, root: str, cls: ClassValue, technology: str) -> Iterator[Endpoint]:
    for function in program.functions:
        receiver, marks = function.function.receiver, function.function.decorators
        if receiver is None or spelled_last(receiver.type) != cls.cls.name or not any(_called(mark) in _BLOCKS for mark in marks):
            continue
        stated = {each.keyword or spelled_last(each.value): each.value for mark in marks if isinstance(mark, ir.Call) and _called(mark) == "graphql" for each in mark.arguments}  # fmt: skip
        if "skip" in stated or not _of(program, function, cls):
            continue
        field = _text(stated.get("name")) or inflection.camelize(function.function.name.removeprefix("r#"), uppercase_first_letter=False)
        at = At(function.scope.module.path, function.function.line)
        guards = tuple(_guards(_text(stated.get("guard")), at))
        yield Endpoint(
            kind="graphql",
            operation=name(f"{root}.{field}"),
            handler=name(f"{cls.cls.name}.{function.function.name}"),
            guards=guards,
            access="guarded" if any(each.kind in ("authn", "authz") for each in guards) else "unknown",
            technology=Name(technology),
            at=at,
        )


def _of(program: Program, function: FunctionValue, cls: ClassValue) -> bool:
    """Whether a method's block is one of this very type, as the file of the block knows it."""
    value = program.evaluate(ir.Name(cls.cls.name, function.function.line), function.scope)
    return value is cls or not isinstance(value, ClassValue)


def _guards(written: str, at: At) -> Iterator[Guard]:
    """The types of `guard = "RoleGuard::new(Role::Admin).and(SignedIn)"`: what is no guard by its name guards all the same."""
    names = _GUARD.findall(written)
    told = [found for each in names if (found := guard(each, at)) is not None]
    yield from told or [Guard(name=name(each), kind="authz", at=at) for each in names[:1]]


def _called(mark: ir.Expression) -> str:
    return spelled_last(mark.function if isinstance(mark, ir.Call) else mark)


def _text(value: ir.Expression | None) -> str:
    return value.value if isinstance(value, ir.Literal) and isinstance(value.value, str) else ""


HOOKS: dict[str, Hook] = {
    "async_graphql.Schema.build()": partial(_schema, technology="async-graphql"),
    "async_graphql.Schema.new()": partial(_schema, technology="async-graphql"),
    "juniper.RootNode.new()": partial(_schema, technology="graphql"),
}
