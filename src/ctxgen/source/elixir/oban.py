"""Oban's workers, each with its queue.  Source: https://hexdocs.pm/oban/Oban.Worker.html."""

from __future__ import annotations

import re

from ctxgen.model import At, Channel, Endpoint
from ctxgen.opaque import Name, name
from ctxgen.readers._elixir import called, line, literal, options, raw
from ctxgen.source.elixir.modules import modules_of
from ctxgen.source.program import Program

_WORKER = re.compile(r"use[\s(]+Oban\.(?:Pro\.)?Worker\b")
_QUEUE = "default"
"""The queue of a worker that names none."""


def finish(program: Program) -> None:
    """The workers of the files that were chosen."""
    modules = modules_of(program)
    for path in sorted(program.roots):
        for module in modules.of(path).values():
            use = next((node for node in module.body if called(node) == "use" and _WORKER.match(raw(node))), None)
            entry = next((each for each in ("perform", "process") if each in module.functions), None)
            if use is None or entry is None:
                continue
            at = At(path, line(use))
            program.facts.append(
                Endpoint(
                    kind="message", operation=name(module.name), handler=name(f"{module.name}.{entry}"), technology=Name("oban"), at=at
                )
            )
            stated = options(use).get("queue")
            queue = _QUEUE if stated is None else literal(stated, module.attributes)
            if queue:
                program.facts.append(Channel(name=name(queue), kind="queue", system=Name("oban"), role="consumer", at=at))
