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

_MOST_GEMS = 100
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
            for gem in _named(given[0], node) if given and method in _METHODS else ():
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


def _named(gem: Syntax, call: Syntax) -> list[str]:
    """The gem that a call names, or those of the list that a block goes through: `%w[actionpack railties].each do |gem| … end`."""
    if gem.type != "identifier":
        return [text] if (text := literal(gem)) else []
    block = call.parent
    while block is not None and block.type not in ("block", "do_block"):
        block = block.parent
    around = block.parent if block is not None else None
    if block is None or around is None or raw(around.child_by_field_name("method")) != "each":
        return []
    parameters = block.child_by_field_name("parameters")
    over = around.child_by_field_name("receiver")
    if parameters is None or over is None or raw(gem) not in [raw(child) for child in parameters.named_children[:1]]:
        return []
    return literals(over)[:_MOST_GEMS]


def _walk(root: Syntax) -> Iterator[Syntax]:
    """The nodes below, in the order of the text."""
    stack = [root]
    while stack:
        node = stack.pop()
        yield node
        stack.extend(reversed(node.named_children))
