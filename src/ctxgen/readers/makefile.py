"""Targets of task runners: Makefile, justfile and Taskfile.

Sources: https://www.gnu.org/software/make/manual/, https://just.systems/man/en/, https://taskfile.dev/reference/schema.
"""

from __future__ import annotations

import re
from collections.abc import Iterator

from ctxgen.model import Fact
from ctxgen.readers import reads
from ctxgen.readers._tasks import task
from ctxgen.tree import File

_RULE = re.compile(r"([A-Za-z0-9][\w.:/ -]{0,200}?)\s*::?(?![:=])\s*(?![\w ]*:?=)(.*)\Z")
_RECIPE = re.compile(r"@?([A-Za-z_][\w-]{0,60})(?:\s+[^:]{0,200})?:(?!=)")
_BODY_LINES = 20
_LINE = 400


def _indented(lines: list[str], after: int) -> str:
    """The recipe lines that follow a line."""
    body = []
    for line in lines[after : after + _BODY_LINES]:
        if line.strip() and not line[0].isspace():
            break
        body.append(line.strip())
    return "\n".join(body).strip()


@reads("Makefile", "makefile", "GNUmakefile")
def read_makefile(file: File) -> Iterator[Fact]:
    """The targets whose names say that they build, run, test, lint or migrate."""
    seen: set[str] = set()
    for number, line in enumerate(file.lines, 1):
        if not (found := _RULE.match(line[:_LINE])):
            continue
        for target in found[1].split():
            if target not in seen:
                seen.add(target)
                yield from task(file, "make", target, number, _indented(file.lines, number))


@reads("justfile", "Justfile", ".justfile", "*.just")
def read_justfile(file: File) -> Iterator[Fact]:
    """The recipes whose names say what they are for; private ones (`_name`) are left out."""
    for number, line in enumerate(file.lines, 1):
        if (found := _RECIPE.match(line[:_LINE])) and not found[1].startswith("_"):
            yield from task(file, "just", found[1], number, _indented(file.lines, number))


@reads("Taskfile.yml", "Taskfile.yaml", "taskfile.yml", "taskfile.yaml", "Taskfile.dist.yml", "Taskfile.dist.yaml")
def read_taskfile(file: File) -> Iterator[Fact]:
    """The tasks whose names say what they are for; internal ones are left out."""
    tasks = file.yaml().get("tasks")
    for title, node in tasks.items() if tasks else ():
        internal = node.get("internal")
        if internal is None or internal.text != "true":
            body = "\n".join(text for _, leaf in node.leaves() if (text := leaf.text))
            yield from task(file, "task", title, node.line, body)
