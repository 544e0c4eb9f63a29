"""Pools of Ecto's repositories and queues of Oban, with the sizes that the settings of production state.  Only numbers get out.

Where a variable is asked, its default is told.  Sources: https://hexdocs.pm/ecto/Ecto.Repo.html#module-shared-options,
https://hexdocs.pm/db_connection/DBConnection.html#start_link/2, https://hexdocs.pm/oban/Oban.html#start_link/1, https://hexdocs.pm/elixir/Config.html.
"""

from __future__ import annotations

import re
from bisect import bisect
from collections.abc import Iterable, Iterator, Sequence
from typing import TYPE_CHECKING

from ctxgen.model import Setting
from ctxgen.opaque import Name, name
from ctxgen.readers import reads
from ctxgen.readers._elixir import arguments, called, line, options, pairs, raw, walk
from ctxgen.tree import SOURCE_LIMIT, File

if TYPE_CHECKING:
    from tree_sitter import Node as Syntax

_REPOSITORY = re.compile(r"(?:[\w.]{0,150}\.)?(\w{0,60}Repo)")
_SIZES = {"pool_size": ("pool-size", "connections"), "timeout": ("timeout", "ms")}
_NUMBER = re.compile(r"\d[\d_]{0,8}")
_DEFAULT = re.compile(r"\"[A-Z][A-Z0-9_]{1,80}\"(?:,\s{0,9}:\w{1,20}[?!]?)?(?:\)\s{0,9}\|\||,)\s{0,9}\"?(\d[\d_]{0,8})\b")
"""What a variable that is asked for stands for where it is not set: `System.get_env("POOL_SIZE") || "10"`, `System.get_env("POOL_SIZE", "10")`."""
_ENVIRONMENT = re.compile(
    r"(?:config_env\(\)|Mix\.env(?:\(\))?)\s{0,9}(==\s{0,9}:(?!prod\b)\w|in\s{0,9}\[(?![^\]]{0,80}:prod\b)|!=\s{0,9}:prod\b)"
)
_LONGEST = 400
"""Characters of a value that are looked at."""
_MANY = 20
"""Queues of one application; one that has more says little with each."""


@reads(
    "config/*.exs",
    "**/config/*.exs",
    limit=SOURCE_LIMIT,
    contains=(b"pool_size:", b"queues:"),
    excludes=("dev.exs", "test.exs", "dev.*.exs", "test.*.exs"),
)
def read_elixir_sizes(file: File) -> Iterator[Setting]:
    """`config :shop, Shop.Repo, pool_size: 10` and `config :shop, Oban, queues: [mail: 5]`, not those of development and tests."""
    nodes = list(walk(file.syntax("elixir")))
    kept = {raw(node.child_by_field_name("left")): node.child_by_field_name("right") for node in nodes if _assigns(node)}
    elsewhere = _elsewhere(nodes)
    for node in nodes:
        if called(node) != "config" or len(given := arguments(node)) < 2 or _within(node, elsewhere):
            continue
        what, stated = raw(given[1])[:200], options(node)
        if found := _REPOSITORY.fullmatch(what):
            subject = "Ecto" if found[1] == "Repo" else f"Ecto {found[1]}"
            for key, (kind, unit) in _SIZES.items():
                if number := _number(stated.get(key), kept):
                    yield Setting(kind=Name(kind), value=number, unit=Name(unit), subject=name(subject), at=file.at(line(stated[key])))
        elif what == "Oban" or what.endswith(".Oban"):
            queues = list(pairs(stated.get("queues")))
            for queue, value in queues if len(queues) <= _MANY else ():
                limit = dict(pairs(value)).get("limit") if value.type == "list" else value
                if number := _number(limit, kept):
                    yield Setting(
                        kind=Name("concurrency"), value=number, unit=Name("jobs"), subject=name(f"Oban {queue}"), at=file.at(line(value))
                    )


def _assigns(node: Syntax) -> bool:
    left = node.child_by_field_name("left") if node.type == "binary_operator" else None
    return left is not None and left.type == "identifier" and raw(node.child_by_field_name("operator")) == "="


def _number(value: Syntax | None, kept: dict[str, Syntax | None]) -> Name | None:
    """A number, or the default of the variable that is asked for, also through the name that keeps it."""
    if value is not None and value.type == "identifier":
        value = kept.get(raw(value))
    text = raw(value)[:_LONGEST]
    found = _NUMBER.fullmatch(text)
    said = found[0] if found else asked[1] if (asked := _DEFAULT.search(text)) else ""
    number = said.replace("_", "").lstrip("0")
    return name(number) if number else None


def _elsewhere(nodes: Iterable[Syntax]) -> list[tuple[int, int]]:
    """Where the text is that a condition keeps from production, in order: `if config_env() == :test do`, `case config_env() do :dev -> …`."""
    found: list[tuple[int, int]] = []
    for node in nodes:
        if node.type == "stab_clause" and raw(node.child_by_field_name("left")).strip() in (":dev", ":test"):
            found.append((node.start_byte, node.end_byte))
        if called(node) == "if" and _ENVIRONMENT.search(raw(next(iter(arguments(node)), None))[:_LONGEST]):
            for block in node.named_children:
                if block.type == "do_block":
                    otherwise = next((child for child in block.named_children if child.type == "else_block"), None)
                    found.append((block.start_byte, block.end_byte if otherwise is None else otherwise.start_byte))
    apart: list[tuple[int, int]] = []
    for start, end in sorted(found):
        if apart and start < apart[-1][1]:
            apart[-1] = (apart[-1][0], max(end, apart[-1][1]))
        else:
            apart.append((start, end))
    return apart


def _within(node: Syntax, places: Sequence[tuple[int, int]]) -> bool:
    """Whether a node lies in one of several places that follow one another."""
    index = bisect(places, node.start_byte, key=lambda place: place[0]) - 1
    return index >= 0 and node.start_byte < places[index][1]
