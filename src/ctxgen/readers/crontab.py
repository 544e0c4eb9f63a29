"""Tables of cron: what is started when.  Source: https://man7.org/linux/man-pages/man5/crontab.5.html.

Of a command only the name of what it starts is kept: the management command, task or module, else the program.
"""

from __future__ import annotations

import re
from collections.abc import Iterator

from ctxgen.model import Fact, Process, Schedule
from ctxgen.opaque import Name, Opaque, looks_secret, name
from ctxgen.readers import reads
from ctxgen.tree import File

_LINE = re.compile(
    r"\s*(?:-\s*)?(@[a-z]{3,12}|@every\s+\S{1,20}|(?:[\d*?][^\s]{0,40}\s+|[A-Za-z]{3}[^\s]{0,40}\s+){4}[^\s]{1,40})\s+(\S.*)"
)
_USER = re.compile(r"(?:root|[a-z_][a-z0-9_-]{1,31})\s+(?=\S)")
_PROGRAM = re.compile(r"(?:[\w.-]*/)*([a-z][a-z0-9]{0,40}(?:[_.:-][a-z0-9]{1,40}){0,8})")
_RUNNERS = re.compile(
    r"(?:.*/)?(?:python[\d.]*|poetry|uv|pipenv|run|node|npm|npx|yarn|pnpm|bash|sh|dash|env|exec|sudo|nice|ionice|flock|timeout|bundle|rails|rake|php|artisan|manage\.py|"
    r"bin/console|console|flask|java|dotnet|docker|compose|docker-compose|curl|wget|cd|test|su|time|chronic|gosu|su-exec|runner)\Z"
)


@reads("crontab", "crontab.*", "*.crontab", "*.cron", "*-crontab", "*_crontab", "crontab-*", "**/cron.d/*", "**/crontabs/*", "crontabs")
def read_crontab(file: File) -> Iterator[Fact]:
    """Every entry; the tables of the system (`/etc/cron.d`) have a user between time and command."""
    system = "/cron.d/" in f"/{file.path}"
    for number, line in enumerate(file.lines, 1):
        found = _LINE.fullmatch(line[:2_000].rstrip())
        if found is None or line.lstrip().startswith("#") or (schedule := Opaque(found[1]).cron()) is None:
            continue
        command = found[2]
        if (system or command.startswith("root ")) and (user := _USER.match(command)) is not None:
            command = command[user.end() :]
        yield Process(command=Opaque(command), at=file.at(number))
        if (title := started(command)) is not None:
            yield Schedule(name=title, schedule=schedule, handler=title, at=file.at(number))


def started(command: str) -> Name | None:
    """What a command line starts by name: the first word that no runner of others is; none where a value may stand there."""
    for part in re.split(r"\s&&\s|;\s", command)[:6]:
        words = part.partition(" | ")[0].partition(" >")[0].split()
        if not words or words[0] == "cd":
            continue
        for word in words[:8]:
            plain = word.strip("\"'`()[]{}")
            if plain.startswith(("-", "$", "%", "/dev/")) or "=" in plain or "://" in plain or _RUNNERS.fullmatch(plain):
                continue
            program = _PROGRAM.fullmatch(plain)
            return name(program[1]) if program is not None and not looks_secret(plain) else None
    return None
