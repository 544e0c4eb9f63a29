"""GraphQL by Hot Chocolate: the fields of the types that are registered as roots, of classes that are marked as such, and of those that extend them.

Sources: https://chillicream.com/docs/hotchocolate/defining-a-schema/queries, https://chillicream.com/docs/hotchocolate/defining-a-schema/extending-types
"""

from __future__ import annotations

from collections.abc import Iterator

from ctxgen.model import At, Endpoint
from ctxgen.opaque import Name, name
from ctxgen.source import ir
from ctxgen.source.calls import calls
from ctxgen.source.dotnet.attributes import Attribute, argument_of, attributes, of_class, protection, type_name
from ctxgen.source.program import Program
from ctxgen.source.values import ClassValue, External, Scope, Value

_ROOTS = ("Query", "Mutation", "Subscription")
_ADDED = {f"Add{root}Type": root for root in _ROOTS}
_MARKED = {f"{root}Type": root for root in _ROOTS}
_NO_FIELDS = {"ToString", "Equals", "GetHashCode", "Dispose", "DisposeAsync", "Configure"}


def finish(program: Program) -> None:
    """An endpoint for every field of a root."""
    data = program.resolver.data  # type: ignore[attr-defined]
    roots: dict[int, tuple[ClassValue, str]] = {}
    names = {root: root for root in _ROOTS}
    for path, module in list(program.modules.items()):
        if module is not None and any(called.encode() in data(path) for called in _ADDED):
            for root, value in _added(program, path, module.scope):
                for cls in _described(program, value):
                    roots[id(cls.cls)] = cls, root
                    names[cls.cls.name] = root
    for cls in list(program.classes):
        for each in attributes(program, cls.cls.decorators, program.class_scope(cls)) if cls.cls.kind in ("class", "record") else ():
            marked = _MARKED.get(each.name) or (names.get(_extended(each)) if each.name == "ExtendObjectType" else None)
            if marked is not None:
                roots.setdefault(id(cls.cls), (cls, marked))
    told = {fact.operation for fact in program.facts if isinstance(fact, Endpoint)}
    for cls, root in roots.values():
        program.facts += [fact for fact in _fields(program, cls, root) if fact.operation not in told]


def _added(program: Program, path: str, scope: Scope) -> Iterator[tuple[str, Value]]:
    """`AddQueryType<Query>()` and `AddQueryType(typeof(Query))`, wherever they are called."""
    classes = [cls for cls in program.classes if cls.path == path]
    bodies: list[list[ir.Statement]] = [[each for each in program.lowered[path].statements if not isinstance(each, ir.Define)]]
    bodies += [list(method.body) for cls in classes for method in cls.cls.methods]
    for body in bodies:
        for call in calls(body):
            root = _ADDED.get(call.function.name) if isinstance(call.function, ir.Attribute) else None
            given = [*call.types, *(each.value for each in call.arguments if isinstance(each.value, ir.Name))]
            if root is not None and given:
                yield root, program.evaluate(given[0], scope)


def _described(program: Program, value: Value) -> Iterator[ClassValue]:
    """The class whose members are fields: that of `ObjectType<Query>` where the type only describes it."""
    if not isinstance(value, ClassValue):
        return
    described = [base for base in value.cls.bases if type_name(base) in ("ObjectType", "ObjectTypeExtension") and isinstance(base, ir.Item)]
    if not described:
        yield value
    for base in described:
        inner = program.evaluate(argument_of(base), value.scope)  # type: ignore[arg-type]
        if isinstance(inner, ClassValue):
            yield inner


def _extended(attribute: Attribute) -> str:
    """What `[ExtendObjectType("Query")]`, `[ExtendObjectType(typeof(Query))]`, `<Query>` or `(OperationTypeNames.Query)` extends."""
    if attribute.types:
        return type_name(attribute.types[0])
    value = attribute.first("Name", "name")
    if isinstance(value, ClassValue):
        return value.cls.name
    return value.path.rpartition(".")[2] if isinstance(value, External) else value if isinstance(value, str) else ""


def _fields(program: Program, cls: ClassValue, root: str) -> Iterator[Endpoint]:
    above = of_class(program, cls)
    seen: set[str] = set()
    for each in program.lineage(cls):
        scope = program.class_scope(each)
        members = [(method.name, method.line, method.decorators) for method in each.cls.methods if method.public and not method.constructs and method.name != each.cls.name]  # fmt: skip
        members += [(field.name, field.line, field.decorators) for field in each.cls.fields if field.tag]
        marked = [(title, line, attributes(program, decorators, scope)) for title, line, decorators in members]
        helpers = {mark.named.get("With") for _, _, own in marked for mark in own if mark.name == "Subscribe"}
        for title, line, own in marked:
            if title in seen or title in _NO_FIELDS or title in helpers or any(mark.name == "GraphQLIgnore" for mark in own):
                continue
            seen.add(title)
            stated = next((text for mark in own if mark.name == "GraphQLName" and isinstance(text := mark.first("name"), str)), None)
            guards, opened = protection(program, own, above)
            guarded = any(made.kind in ("authn", "authz") for made in guards)
            yield Endpoint(
                kind="graphql",
                operation=name(f"{root}.{stated or _field(title)}"),
                handler=name(f"{cls.cls.name}.{title}"),
                access="public" if opened is not None else "guarded" if guarded else "unknown",
                guards=guards,
                technology=Name("hot-chocolate"),
                at=At(each.path, line),
            )


def _field(title: str) -> str:
    """`GetOrdersAsync` as `orders`."""
    bare = title.removesuffix("Async") or title
    bare = bare[3:] if bare.startswith("Get") and bare[3:4].isupper() else bare
    return bare[:1].lower() + bare[1:]
