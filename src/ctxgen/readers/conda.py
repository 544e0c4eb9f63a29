"""Conda environment files.

Sources: https://docs.conda.io/projects/conda/en/latest/user-guide/tasks/manage-environments.html and, for what a package
is called on PyPI, the names of conda-forge.
"""

from __future__ import annotations

import re
from collections.abc import Iterator

from ctxgen.documents import Node
from ctxgen.model import Dependency, Group, Reference, Runtime
from ctxgen.opaque import name, version
from ctxgen.readers import Found, reads
from ctxgen.readers._pep508 import dependency, group_of, parse_requirement
from ctxgen.tree import File

_RANGE = r"(?:[<>!~]=|==?|[<>~])?[\w.*+!-]{1,60}"
_SPEC = re.compile(
    r"(?:[\w./-]{1,80}::)?([A-Za-z0-9_][\w.-]{0,100}?)(?:\[[^\]]{0,200}\])?(?:\s*(?=[<>=!~])|\s+|\Z)"
    rf"({_RANGE}(?:[,|]{_RANGE}){{0,8}})?(?:[=\s]\S{{0,80}})?\Z"
)
_RUNTIMES = {"python": "Python", "nodejs": "Node.js", "openjdk": "Java", "go": "Go", "ruby": "Ruby", "php": "PHP", "rust": "Rust"}
_PYPI = {
    "pytorch": "torch",
    "redis-py": "redis",
    "msgpack-python": "msgpack",
    "pytables": "tables",
    "pytorch-gpu": "torch",
    "opencv": "opencv-python",
}
_NOT_PYPI = {"redis", "redis-server"}
"""On conda-forge these are the server, not a Python package."""


@reads(
    "environment*.yml",
    "environment*.yaml",
    "*environment.yml",
    "*environment.yaml",
    "conda*.yml",
    "conda*.yaml",
    contains=(b"dependencies",),
)
def read_conda(file: File) -> Iterator[Found]:
    """Packages, those that pip installs, and the versions of languages."""
    listed = file.yaml().get("dependencies")
    if listed is None or not (
        file.yaml().get("channels") or any(re.match(r"(?:\S+::)?(?:python|pip)\b", node.text or "") for node in listed.elements())
    ):
        return
    group = group_of(file.name.rpartition(".")[0]) or "main"
    for element in listed.elements():
        if element.text is not None:
            yield from _package(file, element, element.text.strip(), group)
        for installer, requirements in element.items():
            if installer == "pip":
                yield from _pip(file, requirements, group)


def _package(file: File, element: Node, text: str, group: Group) -> Iterator[Found]:
    found = _SPEC.match(text)
    if found is not None:
        yield from conda_package(file, found[1].lower(), found[2], element.line, group)


def conda_package(file: File, package: str, stated: str | None, line: int, group: Group) -> Iterator[Dependency | Runtime]:
    """A package of conda: a language's runtime, or what PyPI calls it; what is neither, and virtual packages, are nothing."""
    if package in _RUNTIMES:
        yield Runtime(name=name(_RUNTIMES[package]), version=version(re.sub(r"\A={1,2}", "", stated)) if stated else None, at=file.at(line))
    elif package not in _NOT_PYPI and not package.startswith(("r-", "_")):
        known = _PYPI.get(package, package)
        yield Dependency(ecosystem="pypi", name=name(known), declared=version(stated), group=group, at=file.at(line))


def _pip(file: File, requirements: Node, group: Group) -> Iterator[Found]:
    for element in requirements.elements():
        text = (element.text or "").strip()
        if named := re.match(r"(?:-r|--requirement)[\s=]*(?:file:)?(\S+)\Z", text):
            yield Reference(named[1], "read_requirements", file.at(element.line))
        elif wanted := parse_requirement(re.sub(r"\A(?:-e|--editable)\s*", "", text)):
            yield dependency(file, wanted, element.line, group)
