"""What the clock starts: scheduled methods and Quartz jobs.

Sources: https://docs.spring.io/spring-framework/reference/integration/scheduling.html, https://quarkus.io/guides/scheduler,
https://docs.micronaut.io/latest/guide/#scheduling, https://www.quartz-scheduler.org/documentation/
"""

from __future__ import annotations

import re
from collections.abc import Iterator

from ctxgen.model import At, Schedule
from ctxgen.opaque import Name, Opaque, name
from ctxgen.source import ir
from ctxgen.source.calls import calls
from ctxgen.source.jvm.annotations import Annotation, marks, simple, strings, value
from ctxgen.source.jvm.controllers import classes, implemented, settings
from ctxgen.source.jvm.fields import filled_from, text_of
from ctxgen.source.program import Program
from ctxgen.source.values import ClassValue

_UNITS = {"NANOSECONDS": "ns", "MICROSECONDS": "us", "MILLISECONDS": "ms", "SECONDS": "s", "MINUTES": "min", "HOURS": "h", "DAYS": "d"}
_ASKED = re.compile(r"\$?\{([\w.\-]{1,120})[:}]")
_QUARTZ = {"Job", "QuartzJobBean", "InterruptableJob", "StatefulJob"}


def finish(program: Program) -> None:
    """The schedules of all classes."""
    for cls in classes(program, "class", "object"):
        for method in cls.cls.methods:
            for each in marks(program, method.decorators, program.class_scope(cls)) if method.decorators else ():
                program.facts += _scheduled(program, cls, method, each)
        data = program.resolver.data(cls.path)  # type: ignore[attr-defined]
        if b"quartz" in data:
            program.facts += _quartz(program, cls)


def _scheduled(program: Program, cls: ClassValue, method: ir.Function, annotation: Annotation) -> Iterator[Schedule]:
    handler = f"{cls.cls.name}.{method.name}"
    if annotation.name == "Scheduled":
        via = tuple(_stated(program, annotation))
        yield Schedule(name=name(handler), schedule=schedule(program, annotation), handler=name(handler), at=annotation.at, via=via)
    elif annotation.name in ("XxlJob", "Recurring", "JmsSchedule"):
        title = next(iter(strings(value(program, annotation, "value", "id"))), handler)
        stated = _clock(program, annotation, "cron", "interval")
        yield Schedule(name=name(title), schedule=stated, handler=name(handler), at=annotation.at)
    elif annotation.name == "Schedule" and annotation.arguments.keys() & {
        "hour",
        "minute",
        "second",
        "dayOfWeek",
    }:  # Jakarta Enterprise Beans
        fields = [
            next(iter(strings(value(program, annotation, key))), default)
            for key, default in (("second", "0"), ("minute", "0"), ("hour", "0"), ("dayOfMonth", "*"), ("month", "*"), ("dayOfWeek", "*"))
        ]
        yield Schedule(name=name(handler), schedule=Opaque(" ".join(fields)).cron(), handler=name(handler), at=annotation.at)


def _stated(program: Program, annotation: Annotation) -> Iterator[At]:
    """Where the settings stand that a schedule names."""
    for key in ("cron", "fixedRateString", "fixedDelayString", "every"):
        for text in strings(value(program, annotation, key)):
            for asked in _ASKED.findall(text):
                yield from (each.at for each in settings(program).all(annotation.at.path, asked))


def schedule(program: Program, annotation: Annotation) -> Name | None:
    """When an `@Scheduled` method runs: its cron expression, or `every 5 s`."""
    stated = _clock(program, annotation, "cron")
    if stated is not None:
        return stated
    for key in ("fixedRate", "fixedDelay", "fixedRateString", "fixedDelayString", "every"):
        given = value(program, annotation, key)
        if isinstance(given, bool) or given is None:
            continue
        unit = _UNITS.get(simple(annotation.arguments.get("timeUnit")), "ms")
        if isinstance(given, int | float):
            return _every(int(given), unit)
        if isinstance(given, str):
            filled = _filled(program, annotation.at.path, given)
            number = filled.integer()
            known = _every(number, unit) if number is not None else None
            duration = filled.duration()
            return known or (name(f"every {duration}") if duration else None)
    return None


def _every(count: int, unit: str) -> Name:
    """A duration in the largest unit that it is a whole number of, hours at most."""
    for small, large, factor in (("ms", "s", 1000), ("s", "min", 60), ("min", "h", 60)):
        if unit == small and count >= factor and count % factor == 0:
            count, unit = count // factor, large
    return name(f"every {count} {unit}")


def _clock(program: Program, annotation: Annotation, *keys: str) -> Name | None:
    for text in strings(value(program, annotation, *keys)):
        filled = _filled(program, annotation.at.path, text)
        if (known := filled.cron() or filled.duration()) is not None:
            return known
    return None


def _filled(program: Program, path: str, text: str) -> Opaque:
    """A text with its placeholders (Quarkus writes `{key}`) replaced by what settings state."""
    if text.startswith("{") and text.endswith("}"):
        text = f"${text}"
    known = settings(program)

    def stated(key: str) -> Opaque | None:
        found = known.find(path, key)
        return found[0] if found else None

    return Opaque(text).interpolate(stated)


def _quartz(program: Program, cls: ClassValue) -> Iterator[Schedule]:
    """Quartz's jobs by their classes, with the expression of a trigger that the same method makes for the job."""
    if implemented(cls) and any(simple(base) in _QUARTZ for base in cls.cls.bases):
        handler = f"{cls.cls.name}.{'executeInternal' if any(simple(base) == 'QuartzJobBean' for base in cls.cls.bases) else 'execute'}"
        yield Schedule(name=name(cls.cls.name), handler=name(handler), at=At(cls.path, cls.cls.line))
    filled = filled_from(program, cls)
    for method in cls.cls.methods:
        job, stated = "", None
        for call in calls(method.body):
            called = simple(call.function)
            first = call.arguments[0].value if call.arguments else None
            if called in ("newJob", "forJob", "JobDetailImpl") and first is not None:
                job = simple(first) or job
            elif called in ("cronSchedule", "setCronExpression") and first is not None:
                text = text_of(program, first, program.class_scope(cls), filled)
                stated = (Opaque(text).cron(), At(cls.path, call.line)) if text else stated
        if stated is not None and stated[0] is not None:
            yield Schedule(name=name(job or f"{cls.cls.name}.{method.name}"), schedule=stated[0], at=stated[1])
