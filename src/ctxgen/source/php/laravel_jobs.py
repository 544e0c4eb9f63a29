"""What Laravel's scheduler starts, and the queues that jobs go to.

Sources: https://laravel.com/docs/scheduling, https://laravel.com/docs/queues.
"""

from __future__ import annotations

import itertools
import re

from ctxgen.model import At, Channel, Schedule
from ctxgen.opaque import Name, Opaque, name
from ctxgen.source import ir
from ctxgen.source.php.eloquent import bases
from ctxgen.source.php.laravel_state import class_path
from ctxgen.source.php.library import resolver_of
from ctxgen.source.program import Hook, MethodHook, Program
from ctxgen.source.values import Arguments, ClassValue, External, FunctionValue, Instance, Object, Value

_EVERY = {"Two": 2, "Three": 3, "Four": 4, "Five": 5, "Six": 6, "Ten": 10, "Fifteen": 15, "Thirty": 30}
_FIXED = {
    "everyMinute": "* * * * *", "hourly": "0 * * * *", "daily": "0 0 * * *", "weekly": "0 0 * * 0", "monthly": "0 0 1 * *", "quarterly": "0 0 1 1-12/3 *", "yearly": "0 0 1 1 *",
    "everyOddHour": "0 1-23/2 * * *", "lastDayOfMonth": "0 0 L * *", "twiceDaily": "0 1,13 * * *", "twiceMonthly": "0 0 1,16 * *",
    **{f"every{word}Minutes": f"*/{count} * * * *" for word, count in _EVERY.items()},
    **{f"every{word}Hours": f"0 */{count} * * *" for word, count in _EVERY.items()},
}  # fmt: skip
_DAYS = {"sundays": "0", "mondays": "1", "tuesdays": "2", "wednesdays": "3", "thursdays": "4", "fridays": "5", "saturdays": "6", "weekdays": "1-5", "weekends": "6,0"}  # fmt: skip
_TIME = re.compile(r"(\d{1,2})(?::(\d{2}))?")
_ON_QUEUE = re.compile(rb"->onQueue\(\s{0,20}['\"]([\w.:-]{1,80})['\"]\s{0,20}\)")
_MAX = 500


class _Event:
    """Something that is scheduled, until everything is known of it."""

    def __init__(self, title: str, handler: str | None, at: At) -> None:
        self.title, self.handler, self.at = title, handler, at
        self.fields = ["*", "*", "*", "*", "*"]
        self.stated = False


def _schedule(program: Program, owner: Object, arguments: Arguments, *, shown: str) -> Value:
    value = arguments.get(0)
    at = program.at(arguments)
    path = class_path(value).rpartition(".")[2]
    if isinstance(value, str) and shown != "exec":
        title = value.split(" ")[0].rpartition("\\")[2]
    elif isinstance(value, (ClassValue, Instance, External)) and path:
        title = path
    elif isinstance(value, list) and len(value) == 2 and isinstance(value[1], str):
        title = f"{class_path(value[0]).rpartition('.')[2]}@{value[1]}"
    else:
        title = "closure" if isinstance(value, FunctionValue) else shown
    event = _Event(title, title if path or "@" in title else None, at)
    program.shared.setdefault("laravel.events", []).append(event)
    made = Object(program.vocabulary.frameworks["laravel-jobs"].types["event"])
    made.fields["@event"] = event
    return made


def _starts(shown: str) -> MethodHook:
    return lambda program, owner, arguments: _schedule(program, owner, arguments, shown=shown)


def _sets(called: str) -> MethodHook:
    """A method that says when."""

    def hook(program: Program, owner: Object, arguments: Arguments) -> Value:
        event = owner.fields.get("@event")
        if isinstance(event, _Event):
            event.stated = True
            _apply(event, called, [each for each in arguments.positional if isinstance(each, (str, int))])
        return owner

    return hook


def _apply(event: _Event, called: str, given: list[str | int]) -> None:
    first = str(given[0]) if given else ""
    if called in _FIXED:
        event.fields = _FIXED[called].split()
        if called == "twiceDaily" and len(given) > 1:
            event.fields[1] = f"{given[0]},{given[1]}"
    elif called == "cron" and len(first.split()) == 5:
        event.fields = first.split()
    elif called == "hourlyAt":
        event.fields = [first or "0", "*", "*", "*", "*"]
    elif called in _DAYS:
        event.fields[4] = _DAYS[called]
    elif called in ("dailyAt", "at"):
        _at(event, first)
    elif called in ("weeklyOn", "monthlyOn") and given:
        event.fields = ["0", "0", "*", "*", first] if called == "weeklyOn" else ["0", "0", first, "*", "*"]
        _at(event, str(given[1]) if len(given) > 1 else "0:00")


def _at(event: _Event, time: str) -> None:
    if (match := _TIME.fullmatch(time)) is not None:
        event.fields[0], event.fields[1] = str(int(match[2] or 0)), str(int(match[1]))


def _with_schedule(program: Program, arguments: Arguments) -> Value:
    """`->withSchedule(function (Schedule $schedule) { … })` of `bootstrap/app.php`."""
    callback = arguments.get(0)
    if isinstance(callback, FunctionValue):
        schedule = Object(program.vocabulary.frameworks["laravel-jobs"].types["schedule"])
        program.call(callback, arguments._replace(positional=(schedule,), keywords={}, written=()))
    return External("Illuminate.Foundation.Application.configure()")


METHODS: dict[str, MethodHook] = {
    **{f"laravel-jobs.schedule.{each}": _starts(each) for each in ("command", "job", "call", "exec")},
    **{
        f"laravel-jobs.event.{each}": _sets(each)
        for each in (*_FIXED, *_DAYS, "cron", "hourlyAt", "dailyAt", "at", "weeklyOn", "monthlyOn")
    },
    "laravel-jobs.event.*": lambda program, owner, arguments: owner,
}
HOOKS: dict[str, Hook] = {"Illuminate.Foundation.Application.configure().withSchedule()": _with_schedule}


def finish(program: Program) -> None:
    """The schedules, and the queues that classes name."""
    for event in program.shared.get("laravel.events", [])[:_MAX]:
        stated = Opaque(" ".join(event.fields)).cron() if event.stated else None
        program.facts.append(
            Schedule(name=name(event.title), schedule=stated, handler=name(event.handler) if event.handler else None, at=event.at)
        )
    seen: set[tuple[str, str]] = set()
    for cls in list(program.classes):
        if "Illuminate.Contracts.Queue.ShouldQueue" in bases(program, cls):
            for field in cls.cls.fields:
                if field.name == "queue" and isinstance(field.value, ir.Literal) and isinstance(field.value.value, str):
                    seen.add((cls.path, field.value.value))
                    program.facts.append(
                        Channel(
                            name=name(field.value.value), kind="queue", system=Name("laravel"), role="consumer", at=At(cls.path, field.line)
                        )
                    )
    sources = resolver_of(program).sources
    for path in [path for path, module in program.modules.items() if module is not None]:
        data = sources.data(path)
        for match in itertools.islice(_ON_QUEUE.finditer(data), _MAX) if b"->onQueue(" in data else ():
            at = At(path, data.count(b"\n", 0, match.start(1)) + 1)
            program.facts.append(
                Channel(name=name(match[1].decode("ascii", "replace")), kind="queue", system=Name("laravel"), role="producer", at=at)
            )
