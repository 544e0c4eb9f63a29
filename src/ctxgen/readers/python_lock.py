"""Lock files of Python: poetry.lock, uv.lock, pdm.lock, pylock.toml and Pipfile.lock.

Sources: https://packaging.python.org/specifications/pylock-toml/, https://docs.astral.sh/uv/concepts/projects/layout/,
https://python-poetry.org/docs/basic-usage/, https://github.com/pypa/pipfile.  The TOML ones are written by machines, one key a
line, so one pass over the lines gives names, versions and their places without building the document.
"""

from __future__ import annotations

import re
from collections.abc import Iterator

from ctxgen.documents import Node
from ctxgen.model import Dependency, Fact, Locked, Runtime
from ctxgen.opaque import name, version
from ctxgen.readers import reads
from ctxgen.tree import LOCK_LIMIT, File

_KEY = re.compile(
    r"^(?:(\[.*)|(name|version|requires-python|python-versions)[ \t]*=[ \t]*([\"'])([^\"'\n]*)\3[ \t]*(?:#.*)?)$", re.MULTILINE
)
_TOOLS = {"uv.lock": "uv", "poetry.lock": "poetry", "pdm.lock": "pdm"}


@reads("uv.lock", "poetry.lock", "pdm.lock", "pylock.toml", "pylock.*.toml", limit=LOCK_LIMIT)
def read_toml_lock(file: File) -> Iterator[Fact]:
    """Every locked package, the Python versions, and the tool that wrote the lock."""
    if tool := _TOOLS.get(file.name):
        yield Dependency(ecosystem="pypi", name=name(tool), group="build", at=file.at(1))
    text, line, counted = file.text, 1, 0
    in_package, package, package_line = False, "", 0
    for found in _KEY.finditer(text):
        line += text.count("\n", counted, found.start())
        counted = found.start()
        header, key, stated = found[1], found[2], found[4]
        if header:
            in_package = header.rstrip() in ("[[package]]", "[[packages]]")
            package = ""
        elif key in ("requires-python", "python-versions"):
            if not in_package and (wanted := version(stated)):
                yield Runtime(name=name("Python"), version=wanted, source="lock", at=file.at(line))
        elif in_package and key == "name":
            package, package_line = stated, line
        elif in_package and package and (resolved := version(stated)):
            yield Locked(ecosystem="pypi", name=name(package), version=resolved, at=file.at(package_line))


@reads("Pipfile.lock", limit=LOCK_LIMIT)
def read_pipfile_lock(file: File) -> Iterator[Fact]:
    """Every locked package of every category, and the Python version."""
    root = file.json()
    for category, packages in root.items():
        if category == "_meta":
            yield from _requires(file, packages)
            continue
        for package, node in packages.items():
            pin = node.get("version")
            if pin and pin.text and (resolved := version(pin.text.lstrip("="))):
                yield Locked(ecosystem="pypi", name=name(package), version=resolved, at=file.at(node.line))


def _requires(file: File, meta: Node) -> Iterator[Runtime]:
    for key in ("python_full_version", "python_version"):
        if (stated := meta.get("requires", key)) and stated.text:
            yield Runtime(name=name("Python"), version=version(stated.text), source="lock", at=file.at(stated.line))
            return
