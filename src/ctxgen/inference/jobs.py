"""What the clock starts: schedules of configuration, of cron and of the platform.  Schedules of pipelines are no jobs of the backend."""

from __future__ import annotations

import re
from collections.abc import Iterator

from ctxgen.context import Job
from ctxgen.facts import Facts
from ctxgen.inference.evidence import cite
from ctxgen.join import Join
from ctxgen.model import At, ConfigKey, Schedule, Setting, Variable
from ctxgen.opaque import Name, Opaque, name
from ctxgen.places import Places, for_tests

_BEAT = re.compile(r"(?:.*[._])?(?:celery_?)?beat_?schedule\.(?P<entry>.+)\.(?P<field>schedule|task)", re.IGNORECASE)
_CRON_KEY = re.compile(
    r"(?P<title>.*?)[._:-]?(?:cron(?:[._-]?(?:expression|schedule|trigger|exp|tab|spec))?|schedule(?:[._-]?(?:cron|expression))?|quartz[._-]?expression)",
    re.IGNORECASE,
)
_CRON_VARIABLE = re.compile(r"(?:.*_)?(?:CRON|SCHEDULE)(?:_.*)?")


def jobs(facts: Facts, join: Join, places: Places) -> list[Job]:
    """Every scheduled job with its schedule and handler, as far as they are stated."""
    found: dict[tuple[str, str | None, str | None, str | None], list[At]] = {}
    for title, schedule, handler, component, at in (
        *_stated(facts, join),
        *_beat(facts, join),
        *_cron_keys(facts, join),
        *_django_crontab(facts, join),
    ):
        if places.scope(at.path) is None:
            found.setdefault((title, schedule, handler, component), []).append(at)
    ordered = sorted(found.items(), key=lambda entry: (entry[1][0], entry[0][0]))
    return [Job(title, schedule, handler, component, cite(at, 3)) for (title, schedule, handler, component), at in ordered]


_Found = tuple[str, str | None, str | None, str | None, At]


def _stated(facts: Facts, join: Join) -> Iterator[_Found]:
    """Schedules that readers tell as such, those of Kubernetes and of platforms among them."""
    for fact in facts.of(Schedule):
        for at in (fact.at, *fact.via):
            yield fact.name, fact.schedule, fact.handler, join.process(join.component(fact.at.path, fact.owner)), at
    for setting in facts.of(Setting):
        if setting.kind == "schedule":
            title = setting.owner or setting.subject or name("scheduled call")
            yield title, setting.value, None, join.component(setting.at.path, setting.owner), setting.at


def schedule_of(value: Opaque) -> Name | None:
    """A schedule that is safe to tell: a cron expression, a duration, or seconds as a number."""
    resolved = value.interpolate(lambda _: None)
    if (known := resolved.cron() or resolved.duration()) is not None:
        return known
    seconds = resolved.number()
    return name(f"every {seconds} s") if seconds else None


def _beat(facts: Facts, join: Join) -> Iterator[_Found]:
    """The entries of Celery's beat, whose schedule and task stand in two settings."""
    entries: dict[tuple[str, str, str], dict[str, ConfigKey]] = {}
    for key in facts.of(ConfigKey):
        if (found := _BEAT.fullmatch(key.key)) is not None and not for_tests(key.when):
            entries.setdefault((key.at.path, found["entry"], key.when or ""), {}).setdefault(found["field"].lower(), key)
    for (path, entry, _), fields in entries.items():
        schedule, task = fields.get("schedule"), fields.get("task")
        first = min(fields.values(), key=lambda key: key.at)
        handler = task.value.identifier() if task is not None else None
        yield entry, schedule_of(schedule.value) if schedule is not None else None, handler, join.component(path), first.at


def _cron_keys(facts: Facts, join: Join) -> Iterator[_Found]:
    """Settings and variables that are named for a schedule and hold a cron expression; those that code asks for are its schedules'."""
    asked = {at for fact in facts.of(Schedule) for at in fact.via}
    for key in facts.of(ConfigKey):
        found = None if for_tests(key.when) or key.at in asked else _CRON_KEY.fullmatch(key.key)
        schedule = key.value.interpolate(lambda _: None).cron() if found is not None and not _BEAT.fullmatch(key.key) else None
        if found is not None and schedule is not None:
            yield found["title"] or key.key, schedule, None, join.component(key.at.path), key.at
    for variable in facts.of(Variable):
        if variable.value is None or variable.source == "ci" or for_tests(variable.when) or not _CRON_VARIABLE.fullmatch(variable.name):
            continue
        if (schedule := variable.value.interpolate(lambda _: None).cron()) is not None:
            yield variable.name, schedule, None, join.component(variable.at.path, variable.owner), variable.at


def _django_crontab(facts: Facts, join: Join) -> Iterator[_Found]:
    """`CRONJOBS = [("*/5 * * * *", "shop.cron.send")]`: of each pair first the time, then the function."""
    schedule: Name | None = None
    for key in facts.of(ConfigKey):
        if key.key != "CRONJOBS":
            continue
        if (known := key.value.cron()) is not None:
            schedule = known
        elif schedule is not None and (handler := key.value.identifier()) is not None:
            yield handler.rpartition(".")[2], schedule, handler, join.component(key.at.path), key.at
            schedule = None
