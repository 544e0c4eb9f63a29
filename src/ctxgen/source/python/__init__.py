"""Python's front end: lowering, and the files that modules lead to.

Source: https://docs.python.org/3/reference/.
"""

from __future__ import annotations

from ctxgen.source.languages import Language
from ctxgen.source.python.annotations import annotated
from ctxgen.source.python.guards import judge
from ctxgen.source.python.lower import lower
from ctxgen.source.python.resolve import PythonResolver


def _inside(module: str, name: str) -> str:
    """`a.b`, `.b` for what a relative module holds."""
    return f"{module}{name}" if module.endswith(".") else f"{module}.{name}"


LANGUAGE = Language(
    "python",
    (".py",),
    lower,
    PythonResolver,
    decorators_run=True,
    assigns_locally=True,
    constructors=("__init__",),
    hooks={"typing.Annotated[]": annotated, "typing_extensions.Annotated[]": annotated},
    judge=judge,
    inside=_inside,
)
