"""Controllers of interfaces that the build generates from a description of the API: the description states their paths.

The generated interface lies in no repository; its methods are named for the operations that the description identifies.
Source: https://openapi-generator.tech/docs/generators/spring, https://openapi-generator.tech/docs/generators/jaxrs-spec
"""

from __future__ import annotations

import re
from collections import defaultdict
from collections.abc import Iterator

from ctxgen.model import At, Operation
from ctxgen.source.jvm.annotations import Annotation, of_method, simple
from ctxgen.source.jvm.controllers import Answer, joined
from ctxgen.source.jvm.resolve import JvmResolver
from ctxgen.source.jvm.settings import module_of
from ctxgen.source.program import Program
from ctxgen.source.values import ClassValue, External

_GENERATED = re.compile(r"\w+(?:Api|Resource|Resources|ApiDelegate|ApiService|Delegate|Operations)")
_PARTS = re.compile(r"[^A-Za-z0-9]+([A-Za-z0-9]?)")


class Specified:
    """The operations of a repository's descriptions, by the name of the method that answers them."""

    def __init__(self, program: Program) -> None:
        resolver = program.resolver
        assert isinstance(resolver, JvmResolver)
        self._known: dict[str, list[Operation]] = defaultdict(list)
        for each in resolver.facts.of(Operation):
            self._known[method_name(each.name)].append(each)

    def answers(self, program: Program, cls: ClassValue, prefixes: list[str], outer: tuple[Annotation, ...]) -> Iterator[Answer]:
        """What a class answers by the operations that its methods are named for."""
        if not self._known or not _generated(program, cls):
            return
        for method in cls.cls.methods:
            operation = self._operation(cls.path, method.name) if method.public and not method.static else None
            if operation is not None:
                own = tuple(of_method(program, cls, method)) if method.decorators else ()
                paths = tuple(joined([""], prefixes, [operation.path]))
                handler = f"{cls.cls.name}.{method.name}"
                yield Answer((operation.method,), paths, At(cls.path, method.line), handler, own, outer, method, stated=operation.at)

    def _operation(self, path: str, name: str) -> Operation | None:
        """The operation of the class's own module, else of the one description that has it."""
        known = self._known.get(name, [])
        own = [each for each in known if module_of(each.at.path) == module_of(path)] or known
        return own[0] if len({(each.method, each.path) for each in own}) == 1 else None


def method_name(identifier: str) -> str:
    """How generators name the method of an operation: `list-owners` as `listOwners`."""
    joined_up = _PARTS.sub(lambda match: match[1].upper(), identifier)
    return joined_up[:1].lower() + joined_up[1:]


def _generated(program: Program, cls: ClassValue) -> bool:
    """Whether a class implements an interface that is not of the repository and called as generators call theirs."""
    for base in cls.cls.bases:
        value = program.evaluate(base, cls.scope)
        if isinstance(value, External) and _GENERATED.fullmatch(simple(base)):
            return True
    return False
