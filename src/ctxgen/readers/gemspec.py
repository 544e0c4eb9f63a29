"""Gem specifications: *.gemspec, by its syntax tree and never run.  Source: https://guides.rubygems.org/specification-reference/."""

from __future__ import annotations

from collections.abc import Iterator
from typing import TYPE_CHECKING

from ctxgen.model import Dependency, Fact, Group, Project, Runtime
from ctxgen.opaque import name, version
from ctxgen.readers import reads
from ctxgen.readers._ruby import line, literal, literals, positional, raw
from ctxgen.tree import File

if TYPE_CHECKING:
    from tree_sitter import Node as Syntax

_METHODS: dict[str, Group] = {"add_dependency": "main", "add_runtime_dependency": "main", "add_development_dependency": "dev"}


@reads("*.gemspec")
def read_gemspec(file: File) -> Iterator[Fact]:
    """The gem, what it depends on, and the Ruby that it asks for."""
    facts: list[Fact] = []
    named, stated, first = name(file.name.removesuffix(".gemspec")), version(None), 1
    for node in _walk(file.syntax("ruby")):
        at = file.at(line(node))
        if node.type == "call":
            method, given = raw(node.child_by_field_name("method")), positional(node.child_by_field_name("arguments"))
            gem = literal(given[0]) if given else None
            if method in _METHODS and gem:
                requirement = ", ".join(each for argument in given[1:] for each in literals(argument))
                facts.append(
                    Dependency(ecosystem="rubygems", name=name(gem), declared=version(requirement or None), group=_METHODS[method], at=at)
                )
        elif node.type == "assignment":
            target, value = node.child_by_field_name("left"), node.child_by_field_name("right")
            attribute = raw(target.child_by_field_name("method")) if target is not None and target.type == "call" else ""
            written = ", ".join(literals(value))
            if attribute == "name" and written:
                named, first = name(written), line(node)
            elif attribute == "version" and written:
                stated = version(written)
            elif attribute == "required_ruby_version" and (asked := version(written or None)):
                facts.append(Runtime(name=name("Ruby"), version=asked, at=at))
    yield Project(ecosystem="rubygems", name=named, version=stated, output="library", at=file.at(first))
    yield from facts


def _walk(root: Syntax) -> Iterator[Syntax]:
    """The nodes below, in the order of the text."""
    stack = [root]
    while stack:
        node = stack.pop()
        yield node
        stack.extend(reversed(node.named_children))
