"""`Annotated` types, kept with what is written in them, whatever their alias.

Source: https://docs.python.org/3/library/typing.html#typing.Annotated.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from ctxgen.source.values import Arguments, External, Value

if TYPE_CHECKING:
    from ctxgen.source.program import Program

ANNOTATED = "typing.Annotated[]"
"""The path of the value that such a type is."""


def annotated(program: Program, arguments: Arguments) -> Value:
    """`Annotated[User, Depends(get_current_user)]`."""
    return External(ANNOTATED, arguments)
