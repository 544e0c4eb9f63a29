"""Python's front end: lowering, and the files that modules lead to.

Source: https://docs.python.org/3/reference/.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import NamedTuple

from ctxgen.source.ir import Module
from ctxgen.source.languages import Resolver, Sources
from ctxgen.source.python.lower import lower
from ctxgen.source.python.resolve import PythonResolver
from ctxgen.tree import File


class _Python(NamedTuple):
    name: str
    extensions: tuple[str, ...]
    lower: Callable[[File], Module]
    resolver: Callable[[Sources], Resolver]


LANGUAGE = _Python("python", (".py",), lower, PythonResolver)
