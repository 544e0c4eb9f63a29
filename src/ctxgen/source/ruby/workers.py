"""Sidekiq's workers and Active Job's jobs: what answers a message, and the queue that it comes from.

Sources: https://github.com/sidekiq/sidekiq/wiki/Advanced-Options, https://guides.rubyonrails.org/active_job_basics.html#queues.
"""

from __future__ import annotations

from typing import NamedTuple

from ctxgen.model import At, Channel, Endpoint
from ctxgen.opaque import Name, name
from ctxgen.source import ir
from ctxgen.source.guards import spelled
from ctxgen.source.program import Program
from ctxgen.source.values import ClassValue, Value

_MIXED_IN = {"Sidekiq.Worker", "Sidekiq.Job"}
_JOBS = {"ApplicationJob", "ActiveJob.Base"}
_QUEUE = "default"
"""The queue of a class that names none."""


class _Work(NamedTuple):
    """What a class says of itself: the library that calls it, its queue and the line of that."""

    technology: str
    queue: str
    at: At


def finish(program: Program) -> None:
    """The workers and jobs of all files, each with its queue."""
    for cls in list(program.classes):
        work = _work(program, cls)
        if work is None or not any(method.name == "perform" for method in cls.cls.methods):
            continue
        at = At(cls.path, cls.cls.line)
        program.facts.append(
            Endpoint(
                kind="message",
                operation=name(whole(cls)),
                handler=name(f"{whole(cls)}#perform"),
                technology=Name(work.technology),
                at=at,
            )
        )
        program.facts.append(
            Channel(
                name=name(work.queue),
                kind="queue",
                system=Name("sidekiq") if work.technology == "sidekiq" else None,
                role="consumer",
                at=work.at,
            )
        )


def whole(cls: ClassValue) -> str:
    """`Mail::Worker`: a class with the modules that it lies in."""
    return f"{whole(cls.outer)}::{cls.cls.name}" if cls.outer is not None else cls.cls.name


def _work(program: Program, cls: ClassValue) -> _Work | None:
    technology, queue, at = None, _QUEUE, At(cls.path, cls.cls.line)
    for each in reversed(list(program.lineage(cls))):
        if any(spelled(base) in _JOBS for base in each.cls.bases):
            technology = "rails"
        for call in (statement.value for statement in each.cls.statements if isinstance(statement, ir.Do)):
            if not isinstance(call, ir.Call) or not isinstance(call.function, ir.Name):
                continue
            called = call.function.name
            if called == "include" and any(spelled(argument.value) in _MIXED_IN for argument in call.arguments):
                technology = "sidekiq"
            elif called in ("sidekiq_options", "queue_as"):
                stated = _queue(program, each, call)
                queue, at = (stated, At(each.path, call.line)) if stated else (queue, at)
    return _Work(technology, queue, at) if technology is not None else None


def _queue(program: Program, cls: ClassValue, call: ir.Call) -> str | None:
    """`sidekiq_options queue: "mail"`, `queue_as :mail`."""
    for argument in call.arguments:
        if argument.keyword == "queue" or (argument.keyword is None and call.function == ir.Name("queue_as", call.line)):
            value: Value = program.evaluate(argument.value, program.class_scope(cls))
            return value if isinstance(value, str) else None
    return None
