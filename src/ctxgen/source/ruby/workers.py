"""Ruby's workers, jobs and consumers: what answers a message, and the queue that it comes from.

Sources: https://github.com/sidekiq/sidekiq/wiki/Advanced-Options, https://guides.rubyonrails.org/active_job_basics.html#queues, https://github.com/resque/resque,
https://github.com/que-rb/que, https://karafka.io/docs, https://github.com/jondot/sneakers, https://github.com/ruby-shoryuken/shoryuken
"""

from __future__ import annotations

import re
from typing import NamedTuple

from ctxgen.model import At, Channel, Endpoint
from ctxgen.opaque import Name, name
from ctxgen.source import ir
from ctxgen.source.guards import spelled
from ctxgen.source.program import Program
from ctxgen.source.values import ClassValue, Value

_MIXED_IN = {
    "Sidekiq.Worker": "sidekiq", "Sidekiq.Job": "sidekiq", "Sidekiq.IterableJob": "sidekiq", "Sneakers.Worker": "sneakers", "Shoryuken.Worker": "shoryuken",
}  # fmt: skip
_BASES = {
    "ApplicationJob": "rails",
    "ActiveJob.Base": "rails",
    "Que.Job": "que",
    "ApplicationConsumer": "karafka",
    "Karafka.BaseConsumer": "karafka",
}
_SYSTEMS = {"sidekiq": "sidekiq", "resque": "resque", "que": "que", "sneakers": "rabbitmq", "shoryuken": "sqs"}
_QUEUE = "default"
"""The queue of a class that names none."""
_UNNAMED = {"sidekiq", "rails", "que"}
"""What takes from that queue where a class names none."""
_ADAPTER = re.compile(r"^\s{0,20}config\.active_job\.queue_adapter\s{0,9}=\s{0,9}:(\w{1,30})", re.MULTILINE)
_ENTRIES = {"perform", "run", "work", "consume"}
_NAMES = {"sidekiq_options": False, "shoryuken_options": False, "queue_as": True, "from_queue": True}
"""Calls that name a queue, and whether they do so by their first argument."""


class _Work(NamedTuple):
    """What a class says of itself: the library that calls it, its queue and the line of that."""

    technology: str
    queue: str
    at: At


def finish(program: Program) -> None:
    """The workers and jobs of all files, each with its queue."""
    for cls in list(program.classes):
        work = _work(program, cls)
        entry = next((method.name for method in cls.cls.methods if method.name in _ENTRIES), None)
        if work is None or entry is None:
            continue
        program.facts.append(
            Endpoint(
                kind="message",
                operation=name(whole(cls)),
                handler=name(f"{whole(cls)}#{entry}"),
                technology=Name(work.technology),
                at=At(cls.path, cls.cls.line),
            )
        )
        if work.queue:
            system = _SYSTEMS.get(work.technology) or _adapter(program, cls.path)
            program.facts.append(Channel(name=name(work.queue), kind="queue", system=name(system), role="consumer", at=work.at))


def _adapter(program: Program, path: str) -> str:
    """What Active Job hands its jobs to in production, where the settings say it."""
    root = path[: max(path.rfind("app/"), 0)]
    for file in ("config/environments/production.rb", "config/application.rb", "config/initializers/active_job.rb"):
        found = _ADAPTER.search(program.resolver.text(f"{root}{file}"))  # type: ignore[attr-defined]
        if found is not None:
            return found[1]
    return "active-job"


def whole(cls: ClassValue) -> str:
    """`Mail::Worker`: a class with the modules that it lies in."""
    return f"{whole(cls.outer)}::{cls.cls.name}" if cls.outer is not None else cls.cls.name


def _work(program: Program, cls: ClassValue) -> _Work | None:
    technology, queue, at = None, "", At(cls.path, cls.cls.line)
    for each in reversed(list(program.lineage(cls))):
        technology = next((known for base in each.cls.bases if (known := _BASES.get(spelled(base)))), technology)
        for statement in each.cls.statements:
            if isinstance(statement, ir.Assign):  # `@queue = :mail` of Resque, `self.queue = "mail"` of Que
                if (
                    spelled(statement.target) == "queue"
                    and isinstance(statement.value, ir.Literal)
                    and isinstance(statement.value.value, str)
                ):
                    queue, at = statement.value.value, At(each.path, statement.line)
                    technology = technology or ("resque" if any(method.static for method in each.cls.methods) else None)
                continue
            call = statement.value if isinstance(statement, ir.Do) else None
            if not isinstance(call, ir.Call) or not isinstance(call.function, ir.Name):
                continue
            if call.function.name == "include":
                mixed = [known for argument in call.arguments if (known := _MIXED_IN.get(spelled(argument.value)))]
                technology = mixed[0] if mixed else technology
            elif call.function.name in _NAMES:
                stated = _queue(program, each, call)
                queue, at = (stated, At(each.path, call.line)) if stated else (queue, at)
    if technology is None:
        return None
    return _Work(technology, queue or (_QUEUE if technology in _UNNAMED else ""), at)


def _queue(program: Program, cls: ClassValue, call: ir.Call) -> str | None:
    """`sidekiq_options queue: "mail"`, `queue_as :mail`, `from_queue "mail"`."""
    first = isinstance(call.function, ir.Name) and _NAMES[call.function.name]
    for argument in call.arguments:
        if argument.keyword == "queue" or (argument.keyword is None and first):
            value: Value = program.evaluate(argument.value, program.class_scope(cls))
            return value if isinstance(value, str) else None
    return None
