"""Variables of compose files: those that services set, and those that interpolations refer to.

Sources: https://docs.docker.com/reference/compose-file/services/#environment and
https://docs.docker.com/reference/compose-file/interpolation/.
"""

from __future__ import annotations

import re
from collections.abc import Iterator

from ctxgen.documents import Node
from ctxgen.model import Variable
from ctxgen.opaque import Name, Opaque, name
from ctxgen.readers._expansion import REFERENCE
from ctxgen.tree import File

VARIABLE = re.compile(r"[A-Za-z_][\w.:-]{0,119}")


def entries(said: Node | None) -> Iterator[tuple[str, str | None, int]]:
    """(name, value, line) of a mapping or of a list of `NAME=value`; the value is None where only the name stands."""
    if said is None:
        return
    for key, each in said.items():
        yield key, each.text, each.line
    for each in said.elements():
        title, equals, written = (each.text or "").partition("=")
        yield title.strip(), written if equals else None, each.line


def environment(file: File, node: Node, owner: Name, when: Name | None) -> Iterator[Variable]:
    """The variables that a service sets or passes through."""
    for key, value, line in entries(node.get("environment")):
        if not VARIABLE.fullmatch(key):
            continue
        # a value that only contains a required one is itself always there
        whole = REFERENCE.fullmatch(value) if value is not None else None
        required = True if whole and whole[2] in ("?", ":?") else None
        yield Variable(
            name=name(key),
            value=None if value is None else Opaque(value),
            source="compose",
            owner=owner,
            required=required,
            at=file.at(line),
            when=when,
        )


def references_to_variables(file: File, document: Node, when: Name | None) -> Iterator[Variable]:
    """Every variable that an interpolation names, once, at its first line; `${NAME:?}` makes it required."""
    first: dict[str, int] = {}
    required: set[str] = set()
    seen: set[int] = set()
    for _, leaf in document.leaves():
        text = leaf.text or ""
        if "$" not in text or id(leaf) in seen:
            continue
        seen.add(id(leaf))
        for found in REFERENCE.finditer(text.replace("$$", "  ")):
            title = found[1] or found[4]
            if found[2] in ("?", ":?"):
                required.add(title)
            if title not in first or leaf.line < first[title]:
                first[title] = leaf.line
    for title, line in first.items():
        there = next(
            (
                number
                for number in range(line, min(line + 200, len(file.lines)) + 1)
                if re.search(rf"\$\{{?{title}\b", file.lines[number - 1])
            ),
            line,
        )
        yield Variable(name=name(title), source="compose", required=True if title in required else None, at=file.at(there), when=when)
