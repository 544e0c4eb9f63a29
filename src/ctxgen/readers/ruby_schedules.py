"""Schedules of Rails applications: sidekiq-cron and sidekiq-scheduler, resque-scheduler, GoodJob's and Solid Queue's recurring tasks, whenever, Clockwork.

Sources: https://github.com/sidekiq-cron/sidekiq-cron, https://github.com/sidekiq-scheduler/sidekiq-scheduler,
https://github.com/rails/solid_queue#recurring-tasks, https://github.com/javan/whenever.
"""

from __future__ import annotations

import re
from collections.abc import Iterator

from ctxgen.documents import Node
from ctxgen.model import Channel, Fact, Schedule
from ctxgen.opaque import Name, Opaque, name
from ctxgen.readers import reads
from ctxgen.tree import File

_EVERY = re.compile(
    r"every\s+(\d{1,4}(?:\s+|\.)(?:second|minute|hour|day|week|month)s?|(?:second|minute|hour|day|week|month|year)\b|(?:day|hour)\b)",
    re.IGNORECASE,
)
_WHENEVER = re.compile(
    r"\s*every[\s(]+(?::(\w+)|(\d{1,4})\.((?:second|minute|hour|day|week|month|year)s?)|[\"']([^\"']{1,80})[\"'])[^#]*\bdo\b.*"
)
_STARTS = re.compile(r"\s*(?:runner|rake|command|job|rails|script)[\s(]+([\"'])([A-Za-z][\w.:]{0,99})\1\s*(?:[,)#].*)?(?:end)?")
_ENVIRONMENTS = ("production", "default")


@reads("sidekiq.yml", "sidekiq.*.yml", "sidekiq_*.yml", "sidekiq_schedule.yml", "sidekiq_cron.yml", "resque_schedule.yml", "config/schedule.yml", "**/config/schedule.yml", "config/recurring.yml", "**/config/recurring.yml")  # fmt: skip
def read_ruby_schedule(file: File) -> Iterator[Fact]:
    """The queues that workers take from, and the entries that the clock starts; what ERB puts in is unknown."""
    from ctxgen.documents import parse_yaml

    documents = parse_yaml(_without_erb(file.text)) if "<%" in file.text else file.yaml_documents()
    root = documents[0] if documents else Node({}, 1)
    if file.name.startswith("sidekiq") and file.name != "sidekiq_schedule.yml" and file.name != "sidekiq_cron.yml":
        yield from _queues(file, root)
        for holder in (_key(root, "schedule"), _key(_key(root, "scheduler"), "schedule"), _key(_key(root, "cron"), "schedule")):
            yield from _entries(file, holder)
        return
    named = [root.get(environment) for environment in _ENVIRONMENTS]
    holders = [each for each in named if each is not None] or [root]
    for holder in holders[:1]:
        yield from _entries(file, holder)


def _without_erb(text: str) -> str:
    """The text with a plain value for everything that ERB puts in, without what it only does; lines are kept."""
    out, start = [], 0
    while (opened := text.find("<%", start)) >= 0 and (closed := text.find("%>", opened)) >= 0:
        out += [text[start:opened], "0" if text.startswith("=", opened + 2) else "", "\n" * text.count("\n", opened, closed)]
        start = closed + 2
    return "".join([*out, text[start:]])


def _key(node: Node | None, key: str) -> Node | None:
    """An entry under a key written as a text or as a symbol."""
    return None if node is None else node.get(key) or node.get(f":{key}")


def _queues(file: File, root: Node) -> Iterator[Channel]:
    queues = _key(root, "queues")
    for each in queues.elements() if queues is not None else ():
        said = next(iter(each.elements()), each)
        title = said.text.partition(",")[0] if said.text else ""
        if (queue := Opaque(title).identifier()) is not None:
            yield Channel(name=queue, kind="queue", system=name("sidekiq"), role="consumer", at=file.at(said.line))


def _entries(file: File, holder: Node | None) -> Iterator[Schedule]:
    for title, entry in holder.items() if holder is not None else ():
        said = next((found for key in ("cron", "every", "schedule") if (found := _key(entry, key)) is not None), None)
        handler = next((found for key in ("class", "command") if (found := _key(entry, key)) is not None), None)
        if said is None or (key := Opaque(title).identifier()) is None:
            continue
        written = next((each.text for each in said.scalars() if each.text), "")
        yield Schedule(
            name=key,
            schedule=when(written),
            handler=Opaque(handler.text).identifier() if handler is not None and handler.text else None,
            at=file.at(entry.line),
        )


def when(written: str) -> Name | None:
    """A cron expression (with a time zone or not), a duration, or `every 5 minutes` without what follows."""
    said = Opaque(written)
    if (known := said.cron() or said.duration() or Opaque(written.rpartition(" ")[0]).cron()) is not None:
        return known
    found = _EVERY.match(written.strip())
    return name(f"every {found[1].lower()}") if found else None


@reads("config/schedule.rb", "**/config/schedule.rb", contains=(b"every",))
def read_whenever(file: File) -> Iterator[Schedule]:
    """The blocks of whenever: `every 3.hours do runner "Report.send" end`."""
    schedule: Name | None = None
    for number, line in enumerate(file.lines, 1):
        if (found := _WHENEVER.fullmatch(line[:500])) is not None:
            schedule = name(f"every {found[1]}") if found[1] else name(f"every {found[2]} {found[3]}") if found[2] else when(found[4])
            line = line.partition(" do")[2]
        if schedule is not None and (starts := _STARTS.fullmatch(line[:500])) is not None and (title := Opaque(starts[2]).identifier()):
            yield Schedule(name=title, schedule=schedule, handler=title, at=file.at(number))
        elif line.strip() == "end":
            schedule = None


_CLOCKWORK = re.compile(
    r"\s{0,40}every[\s(]{1,9}(?:(\d{1,4})\.((?:second|minute|hour|day|week|month|year)s?)|[\w.\[\]\"':& |]{1,120}),\s{0,9}[\"':]([A-Za-z][\w.:-]{0,99})[\"']?"
)
_CLASS = re.compile(r"\s{0,80}([A-Z]\w{0,60}(?:::[A-Z]\w{0,60}){0,5})(?:\.(?:perform|set|new|call|run|delay|enqueue)|\s{0,3}$)")
_WITHIN = 6
"""Lines of a block of Clockwork in which the class that it starts is looked for."""


@reads("clock.rb", "*clock*.rb", "**/clock/*.rb", contains=(b"Clockwork",))
def read_clockwork(file: File) -> Iterator[Schedule]:
    """Clockwork's `every(1.hour, "sweep") { Sweeper.perform_later }`; an interval that code works out is unknown.

    Source: https://github.com/Rykian/clockwork#readme
    """
    for number, line in enumerate(file.lines, 1):
        if (found := _CLOCKWORK.match(line[:500])) is None:
            continue
        near = (
            match
            for text in (line[found.end() :], *file.lines[number : number + _WITHIN])
            if (match := _CLASS.match(text.lstrip(" ){|,do\t")[:200]))
        )
        started = next(near, None)
        title = Opaque(found[3]).identifier() or (Opaque(started[1]).identifier() if started else None)
        if title is not None:
            yield Schedule(
                name=title,
                schedule=name(f"every {found[1]} {found[2]}") if found[1] else None,
                handler=Opaque(started[1]).identifier() if started else None,
                at=file.at(number),
            )


_CRON_KEY = re.compile(r"(?:\bcron:|[\"':]cron[\"']?\s{0,4}(?::|=>))\s{0,4}[\"']([^\"'\n]{1,80})[\"']")
_CLASS_KEY = re.compile(r"(?:\b(?:class|klass):|[\"':](?:class|klass)[\"']?\s{0,4}(?::|=>))\s{0,4}[\"']?([A-Z][\w:]{0,99})")
_NEAR = 8
"""Lines between the time of a job and its class."""


@reads(
    "**/config/initializers/*.rb",
    "config/initializers/*.rb",
    "config/application.rb",
    "**/config/environments/production.rb",
    "config/environments/production.rb",
    contains=(b"good_job", b"Sidekiq::Cron"),
)
def read_cron_settings(file: File) -> Iterator[Schedule]:
    """GoodJob's `config.good_job.cron = { name: { cron: "…", class: "…" } }` and sidekiq-cron's `Sidekiq::Cron::Job.create(…)`."""
    for number, line in enumerate(file.lines, 1):
        if (found := _CRON_KEY.search(line[:500])) is None or line.lstrip().startswith("#") or (schedule := when(found[1])) is None:
            continue
        near = [line, *file.lines[number : number + _NEAR], *reversed(file.lines[max(number - 1 - _NEAR, 0) : number - 1])]
        started = next((match[1] for text in near if (match := _CLASS_KEY.search(text[:500])) is not None), None)
        if started is not None and (title := Opaque(started).identifier()) is not None:
            yield Schedule(name=title, schedule=schedule, handler=title, at=file.at(number))
