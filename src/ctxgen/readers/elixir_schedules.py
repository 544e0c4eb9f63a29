"""What the clock starts in Elixir: Oban's crontab and Quantum's jobs, as settings state them.

Sources: https://hexdocs.pm/oban/Oban.Plugins.Cron.html, https://hexdocs.pm/quantum/configuration.html.
"""

from __future__ import annotations

import re
from collections.abc import Iterator

from ctxgen.model import Schedule
from ctxgen.opaque import Opaque
from ctxgen.readers import reads
from ctxgen.readers._elixir import line, literal, pairs, raw, walk
from ctxgen.tree import File

_CALL = re.compile(r"\{\s{0,20}([A-Z][\w.]{0,99}),\s{0,20}:(\w{1,80}[?!]?),")


@reads("config/*.exs", "**/config/*.exs", contains=(b"crontab:", b"jobs:"), excludes=("dev.exs", "test.exs"))
def read_elixir_schedules(file: File) -> Iterator[Schedule]:
    """`crontab: [{"0 * * * *", Shop.Sweeper}]`, `jobs: [{"@daily", {Shop.Report, :send, []}}]`."""
    for node in walk(file.syntax("elixir")):
        for key, value in pairs(node):
            if key in ("crontab", "jobs") and value.type == "list":
                for entry in value.named_children:
                    parts = entry.named_children if entry.type == "tuple" else []
                    schedule = Opaque(literal(parts[0]) or "").cron() if len(parts) > 1 else None
                    if schedule is None:
                        continue
                    call = _CALL.match(raw(parts[1])[:300])
                    title = Opaque(f"{call[1]}.{call[2]}" if call else raw(parts[1]) if parts[1].type == "alias" else "").identifier()
                    if title is not None:
                        yield Schedule(name=title, schedule=schedule, handler=title, at=file.at(line(entry)))
