"""The tables of PDM, Hatch and task runners in pyproject.toml, and hatch.toml.

Sources: https://pdm-project.org/en/latest/reference/pep621/, https://hatch.pypa.io/latest/config/environment/overview/,
https://poethepoet.natn.io/tasks/.
"""

from __future__ import annotations

from collections.abc import Iterator

from ctxgen.documents import Node
from ctxgen.model import Dependency, Fact
from ctxgen.opaque import name
from ctxgen.readers import reads
from ctxgen.readers._pep508 import dependency, group_of, parse_requirement
from ctxgen.readers._tasks import script
from ctxgen.tree import File

_RUNS = ("cmd", "shell", "script", "call", "composite", "sequence")


def _items(node: Node | None) -> Iterator[tuple[str, Node]]:
    return node.items() if node else iter(())


def _tool(file: File, tool: str, node: Node) -> Dependency:
    return Dependency(ecosystem="pypi", name=name(tool), group="build", at=file.at(node.line))


def _body(node: Node) -> str:
    """What a script runs: itself, its steps, or what its table says under a key for that."""
    for each in (node, *(inner for key in _RUNS if (inner := node.get(key)))):
        if lines := [text for scalar in each.scalars() if (text := scalar.text)]:
            return "\n".join(lines)
    return ""


def pdm(file: File, table: Node | None) -> Iterator[Fact]:
    """PDM's development groups and scripts."""
    if table is None:
        return
    yield _tool(file, "pdm", table)
    for group, node in _items(table.get("dev-dependencies")):
        for element in node.elements():
            text = (element.text or "").strip()
            if wanted := parse_requirement(text.removeprefix("--editable").removeprefix("-e")):
                yield dependency(file, wanted, element.line, "test" if group_of(group) == "test" else "dev")
    for task, node in _items(table.get("scripts")):
        yield from script(file, "pdm run", task, node.line, _body(node))


def hatch(file: File, table: Node | None) -> Iterator[Fact]:
    """Hatch's environments: their dependencies and scripts."""
    envs = table.get("envs") if table else None
    if envs is None:
        return
    yield _tool(file, "hatch", envs)
    for env, settings in envs.items():
        group = "test" if group_of(env) == "test" or env.startswith("hatch-test") else "dev"
        for key in ("dependencies", "extra-dependencies"):
            listed = settings.get(key)
            for element in listed.elements() if listed else ():
                if wanted := parse_requirement(element.text or ""):
                    yield dependency(file, wanted, element.line, "test" if group == "test" else "dev")
        for task, node in _items(settings.get("scripts")):
            yield from script(file, "hatch run", task if env == "default" else f"{env}:{task}", node.line, _body(node))


def poe(file: File, tool: Node) -> Iterator[Fact]:
    """The tasks of poethepoet and taskipy."""
    for table, runner in (("poe", "poe"), ("taskipy", "task")):
        for task, node in _items(tool.get(table, "tasks")):
            if not task.startswith("_"):
                yield from script(file, runner, task, node.line, _body(node))


@reads("hatch.toml")
def read_hatch_toml(file: File) -> Iterator[Fact]:
    """What `[tool.hatch]` may hold, in a file of its own."""
    yield from hatch(file, file.toml())
