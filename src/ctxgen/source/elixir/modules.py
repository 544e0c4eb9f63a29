"""Elixir's modules: which file declares one, what its functions say, which names it goes by elsewhere."""

from __future__ import annotations

import re
from collections import defaultdict
from collections.abc import Iterable, Iterator
from functools import cached_property
from typing import TYPE_CHECKING, NamedTuple

from ctxgen.documents import Unreadable
from ctxgen.model import At
from ctxgen.readers._elixir import arguments, attributes_of, block, called, raw
from ctxgen.source.languages import Repository
from ctxgen.source.program import Program

if TYPE_CHECKING:
    from tree_sitter import Node as Syntax

_DECLARED = re.compile(rb"^[ \t]{0,12}defmodule[ \t]+([A-Z][\w.]{0,150})", re.MULTILINE)
_PLUG = re.compile(rb"^[ \t]{0,12}defp?[ \t]+(\w{1,80}[?!]?)\((?:%[\w.]{0,80}\{[^\n]{0,200}?=[ \t]*)?_?conn[ \t]*,", re.MULTILINE)
"""Functions of a connection and options."""


_MOST_BYTES = 6 * 1024 * 1024
"""Source whose trees are kept until all hooks are done."""


class Declared(NamedTuple):
    """A module as a file declares it: `aliases` are the names of others by their last parts, `functions` the clauses of its functions by name."""

    name: str
    path: str
    body: list[Syntax]
    aliases: dict[str, str]
    attributes: dict[str, str]
    functions: dict[str, list[Syntax]]

    def whole(self, written: str) -> str:
        """The whole name of a module that this one names."""
        first, dot, rest = written.partition(".")
        return self.name + dot + rest if first == "__MODULE__" else self.aliases.get(first, first) + dot + rest

    def says(self, function: str) -> str:
        """The text of all clauses of a function."""
        return "\n".join(raw(clause) for clause in self.functions.get(function, ()))


class Modules:
    """The modules of a program, read when they are asked for."""

    def __init__(self, program: Program) -> None:
        self._program = program
        self._read: dict[str, dict[str, Declared]] = {}
        self._bytes, self._cut = 0, False

    @cached_property
    def _paths(self) -> dict[str, str]:
        found: dict[str, str] = {}
        for path in self._program.paths:
            for each in _DECLARED.finditer(self._program.data(path)):
                found.setdefault(each[1].decode(), path)
        return found

    @cached_property
    def _plugs(self) -> dict[str, list[str]]:
        """The files that define a function of a connection, by its name."""
        found: dict[str, list[str]] = defaultdict(list)
        for path in self._program.paths:
            for each in {match[1].decode() for match in _PLUG.finditer(self._program.data(path))}:
                found[each].append(path)
        return found

    def named(self, module: str) -> Declared | None:
        """The module of a whole name; None for one of a library."""
        path = self._paths.get(module)
        return self.of(path).get(module) if path is not None else None

    def of(self, path: str) -> dict[str, Declared]:
        """The modules of a file by their names."""
        if path not in self._read:
            self._bytes += len(self._program.data(path))
            if self._bytes > _MOST_BYTES:
                if not self._cut:
                    self._program.note(At(path, 1), "too-complex", "Elixir source is read only in part: there is too much")
                self._cut = True
                return {}
            sources = self._program.sources
            try:
                root = sources.file(path).syntax("elixir") if isinstance(sources, Repository) else None
            except Unreadable as error:
                self._program.note(At(path, error.line or 1), error.code, error.message)
                root = None
            self._read[path] = {each.name: each for each in _declared(path, root.named_children if root is not None else ())}
        return self._read[path]

    def plug(self, module: Declared, function: str) -> Declared | None:
        """The module whose function of a connection another one means by its bare name: its own, or one that it imports, in whatever way."""
        if function in module.functions:
            return module
        found = [each for path in self._plugs.get(function, ())[:9] for each in self.of(path).values() if function in each.functions]
        return found[0] if len(found) == 1 else next((each for each in found if not each.name.endswith("Controller")), None)


def modules_of(program: Program) -> Modules:
    """The modules of a program, the same for all hooks."""
    found: Modules = program.kept.setdefault("elixir", Modules(program))
    return found


def _declared(path: str, nodes: Iterable[Syntax], outer: str = "") -> Iterator[Declared]:
    for node in nodes:
        given = arguments(node) if called(node) == "defmodule" else []
        if not given:
            continue
        name = f"{outer}.{raw(given[0])}" if outer else raw(given[0])
        body = block(node)
        functions: dict[str, list[Syntax]] = defaultdict(list)
        for each in body:
            head = arguments(each) if called(each) in ("def", "defp") else []
            if head:
                functions[re.split(r"[\s(]", raw(head[0])[:100], maxsplit=1)[0]].append(each)
        yield Declared(name, path, body, dict(_aliases(body)), attributes_of(body), dict(functions))
        yield from _declared(path, body, name)


def _aliases(body: Iterable[Syntax]) -> Iterator[tuple[str, str]]:
    """`alias Shop.Orders.Order`, `alias Shop.{Cart, Order}`, `alias Shop.Cart, as: Basket`."""
    for node in body:
        given = next((child for child in node.named_children if child.type == "arguments"), None) if called(node) == "alias" else None
        text = re.sub(r"\s+", "", raw(given))[:2_000]
        base, brace, inner = text.partition(".{")
        whole, _, told = text.partition(",as:")
        if brace:
            yield from ((each.rpartition(".")[2], f"{base}.{each}") for each in inner.rstrip("}").split(",") if each)
        elif whole:
            yield told or whole.rpartition(".")[2], whole


def uses(module: Declared, what: re.Pattern[str]) -> bool:
    """Whether a module begins with a `use` whose arguments are like a pattern."""
    return any(called(node) == "use" and what.match(raw(node)) for node in module.body)
