"""All that is told of a program beside its endpoints and models: messages, jobs, what its lines do, what it asks for.  One module for frameworks to name as their hooks."""

from __future__ import annotations

from ctxgen.source.jvm import code, jobs, messages, operations, variables
from ctxgen.source.program import Program


def finish(program: Program) -> None:
    """Messages, jobs, code, sockets, operations and settings asked for of all classes that were met."""
    messages.finish(program)
    jobs.finish(program)
    code.finish(program)
    operations.finish(program)
    variables.finish(program)
