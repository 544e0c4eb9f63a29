"""graphql-ruby: the fields of the types that a schema starts from.

Sources: https://graphql-ruby.org/schema/definition.html, https://graphql-ruby.org/fields/introduction.html, https://graphql-ruby.org/mutations/mutation_root.html,
https://graphql-ruby.org/authorization/authorization.html.
"""

from __future__ import annotations

from collections.abc import Iterator

import inflection

from ctxgen.model import At, Endpoint, Guard
from ctxgen.opaque import Name, name
from ctxgen.source import ir
from ctxgen.source.guards import guard, refusal, spelled
from ctxgen.source.program import Program
from ctxgen.source.ruby.workers import whole
from ctxgen.source.values import ClassValue

_SCHEMA = "GraphQL.Schema"
_ROOTS = {"query": "Query", "mutation": "Mutation", "subscription": "Subscription"}
_ANSWERS = ("resolver", "mutation", "subscription")
"""Keywords of a field that name the class which answers it."""


def finish(program: Program) -> None:
    """The operations of all schemas."""
    for cls in list(program.classes):
        if any(spelled(base) == _SCHEMA for each in program.lineage(cls) for base in each.cls.bases):
            for call in _calls(cls):
                root = _ROOTS.get(_called(call))
                type = _class(program, cls, call.arguments[0].value) if root is not None and call.arguments else None
                if root is not None and type is not None:
                    program.facts += dict.fromkeys(_operations(program, root, type))


def _operations(program: Program, root: str, type: ClassValue) -> Iterator[Endpoint]:
    for cls in program.lineage(type):
        for call in _calls(cls):
            if _called(call) != "field" or not call.arguments or not isinstance(stated := call.arguments[0].value, ir.Literal):
                continue
            given = {each.keyword: each.value for each in call.arguments if each.keyword is not None}
            field, camelize = str(stated.value), given.get("camelize")
            if not isinstance(camelize, ir.Literal) or camelize.value is not False:
                field = inflection.camelize(field, uppercase_first_letter=False)
            written = next((given[key] for key in _ANSWERS if key in given), None)
            answering = _class(program, cls, written) if written is not None else None
            at = At(cls.path, call.line)
            guards = tuple(dict.fromkeys(_guards(program, answering))) if answering is not None else ()
            yield Endpoint(
                kind="graphql",
                operation=name(f"{root}.{field}"),
                handler=name(_handler(cls, str(stated.value), given, written)),
                guards=guards,
                access="guarded" if any(each.kind in ("authn", "authz") for each in guards) else "unknown",
                technology=Name("graphql"),
                at=at,
            )


def _handler(cls: ClassValue, field: str, given: dict[str, ir.Expression], written: ir.Expression | None) -> str:
    if written is not None:
        return spelled(written).replace(".", "::")
    method = given.get("resolver_method", given.get("method"))
    return f"{cls.cls.name}#{method.value if isinstance(method, ir.Literal) else field}"


def _guards(program: Program, cls: ClassValue) -> Iterator[Guard]:
    """The checks of a resolver or mutation before it runs, its own, inherited or mixed in, and what is mixed in whose name tells a guard."""
    for each in program.lineage(cls):
        yield from _checks(each)
        for call in _calls(each):
            for argument in call.arguments if _called(call) in ("include", "prepend") else ():
                mixed, at = _class(program, each, argument.value), At(each.path, call.line)
                found = guard(spelled(argument.value).rpartition(".")[2], at)
                yield from [found] if found is not None else _checks(mixed) if mixed is not None else []


def _checks(cls: ClassValue) -> Iterator[Guard]:
    """graphql-ruby asks `ready?` and `authorized?` before it resolves anything."""
    for method in cls.cls.methods:
        kind = refusal(method) or "authz" if method.name == "authorized?" else refusal(method) if method.name == "ready?" else None
        if kind is not None:
            yield Guard(name=name(cls.cls.name), kind=kind, at=At(cls.path, method.line))


def _calls(cls: ClassValue) -> Iterator[ir.Call]:
    """The calls in the body of a class."""
    return (each.value for each in cls.cls.statements if isinstance(each, ir.Do) and isinstance(each.value, ir.Call))


def _called(call: ir.Call) -> str:
    return call.function.name if isinstance(call.function, ir.Name) else ""


def _class(program: Program, cls: ClassValue, expression: ir.Expression) -> ClassValue | None:
    """The class that a constant names in the body of another, by the modules around both: the files of an autoloader are found by their names."""
    wanted = spelled(expression).replace(".", "::")
    around = whole(cls).split("::")
    names = ["::".join([*around[:count], wanted]) for count in range(len(around), -1, -1)]
    for path in program.resolver.defining(cls.path, wanted.rpartition("::")[2]):
        declared = _declared(program, path)
        if (found := next((declared[each] for each in names if each in declared), None)) is not None:
            return found
        for title, each in declared.items():  # `class Types::QueryType` is known as `QueryType`
            if wanted.endswith(f"::{title}"):
                return each
    return None


def _declared(program: Program, path: str) -> dict[str, ClassValue]:
    """The classes of a file by their whole names."""
    known: dict[str, dict[str, ClassValue]] = program.kept.setdefault("graphql", {})
    if path not in known:
        module = program.run(path)
        for each in list(program.classes) if module is not None else ():
            if each.path == path:
                program.defined(each)
        known[path] = {whole(each): each for each in program.classes if each.path == path}
    return known[path]
