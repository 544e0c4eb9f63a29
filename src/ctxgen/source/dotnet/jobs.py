"""What the clock starts, and what runs beside requests: Hangfire, Quartz.NET, hosted services.

Sources: https://docs.hangfire.io/en/latest/background-methods/performing-recurrent-tasks.html, https://www.quartz-scheduler.net/documentation/,
https://learn.microsoft.com/aspnet/core/fundamentals/host/hosted-services
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping

from ctxgen.model import At, Schedule
from ctxgen.opaque import Name, Opaque, name
from ctxgen.source import ir
from ctxgen.source.calls import calls, chain
from ctxgen.source.dotnet.attributes import base_names, type_name
from ctxgen.source.dotnet.settings import Body, locals_of
from ctxgen.source.dotnet.sites import Site, span
from ctxgen.source.program import Program
from ctxgen.source.values import ClassValue

_CRON = {
    "Minutely": "* * * * *",
    "Hourly": "0 * * * *",
    "Daily": "0 0 * * *",
    "Weekly": "0 0 * * 1",
    "Monthly": "0 0 1 * *",
    "Yearly": "0 0 1 1 *",
}
"""Hangfire's `Cron.Daily()`."""


CALLED = ("AddOrUpdate", "WithCronSchedule", "CronSchedule", "ScheduleJob")
"""What `of_call` and `of_body` look at."""
_STARTED = ("ExecuteAsync", "StartAsync")
"""What the host calls of a background service."""


def of_class(program: Program, cls: ClassValue) -> Iterator[Schedule]:
    """Background services, with the pace of a timer or delay in their loop, and Quartz' jobs."""
    if cls.cls.abstract:
        return
    names = base_names(program, cls)
    data = program.resolver.data(cls.path)  # type: ignore[attr-defined]
    pace = _pace(program, cls) if names & {"BackgroundService", "IHostedService"} else None
    if "BackgroundService" in names or pace is not None:
        handler = next((each.name for each in cls.cls.methods if each.name in _STARTED), None)
        yield Schedule(
            name=name(cls.cls.name), schedule=pace, handler=name(f"{cls.cls.name}.{handler}") if handler else None,
            at=At(cls.path, cls.cls.line),
        )  # fmt: skip
    elif names & {"IJob", "QuartzJob"} and b"Quartz" in data:
        yield Schedule(name=name(cls.cls.name), handler=name(f"{cls.cls.name}.Execute"), at=At(cls.path, cls.cls.line))


def _pace(program: Program, cls: ClassValue) -> Name | None:
    """`every 5 min` where the class waits for `Task.Delay` or makes a `PeriodicTimer` with a span that is written there."""
    for method in cls.cls.methods:
        local = locals_of(method.body)
        for call in calls(method.body):
            called = call.function.name if isinstance(call.function, ir.Name | ir.Attribute) else ""
            if called in ("PeriodicTimer", "Timer") and call.arguments and (stated := _span(program, cls, call.arguments[-1].value, local)):
                return name(f"every {stated}")
        for call in _repeated(method.body) if method.name in _STARTED else ():
            waits = type_name(call.function) == "Delay" and call.arguments
            if waits and (stated := _span(program, cls, call.arguments[0].value, local)) is not None:
                return name(f"every {stated}")
    return None


def _span(program: Program, cls: ClassValue, expression: ir.Expression, local: Mapping[str, ir.Expression]) -> Name | None:
    """A span that is written there, or what a local name or a field of the class is given."""
    if isinstance(expression, ir.Name):
        field = cls.cls.field(expression.name)
        expression = local.get(expression.name) or (field.value if field is not None else None) or expression
    return span(program, expression, program.class_scope(cls))


def _repeated(statements: Iterable[ir.Statement], inside: bool = False) -> Iterator[ir.Call]:
    """The calls that a loop makes every time: not those of its conditions, nor of what it does when something goes wrong."""
    for statement in statements:
        match statement:
            case ir.Loop(body=body):
                yield from _repeated(body, True)
            case ir.Block(body):
                yield from _repeated(body, inside)
            case ir.Branch(((None, first), *_)):  # `try`
                yield from _repeated(first, inside)
            case ir.Branch(arms):
                for _, body in arms:
                    yield from _repeated(body) if not inside else ()
            case _ if inside:
                yield from calls([statement])


def of_call(program: Program, site: Site) -> Iterator[Schedule]:
    """Recurring jobs of Hangfire, triggers of Quartz.NET."""
    called = site.called
    if called == "AddOrUpdate" and ("RecurringJob" in site.owner or site.owner == "IRecurringJobManager"):
        action = next((each.value for each in site.call.arguments if isinstance(each.value, ir.Function)), None)
        title = next((text for text in (site.text(program, "recurringJobId", 0),) if text), "")
        handler = _action(action, site.type(), site.types)
        stated = next((found for each in site.call.arguments if (found := _cron(program, each.value, site)) is not None), None)
        if title or handler:
            yield Schedule(name=name(title or handler), schedule=stated, handler=name(handler) if handler else None, at=site.at)
    elif called in ("WithCronSchedule", "CronSchedule") and (stated := _cron(program, site.expression(0), site)) is not None:
        title = _job(site)
        if title or not _assigned_to(site):
            yield Schedule(name=name(title or site.subject), schedule=stated, at=site.at)


def _action(action: ir.Function | None, type: str, types: Mapping[str, str]) -> str:
    """`Cleaner.Run` of `x => x.Run()`."""
    for call in calls(action.body) if action is not None else ():
        if isinstance(call.function, ir.Attribute):
            owner = call.function.owner.name if isinstance(call.function.owner, ir.Name) else ""
            shown = type or types.get(owner, owner)
            return f"{shown}.{call.function.name}" if shown and shown[:1].isupper() else call.function.name
    return ""


def _cron(program: Program, expression: ir.Expression | None, site: Site) -> Name | None:
    """A cron expression that is written, or `Cron.Daily()`."""
    function = expression.function if isinstance(expression, ir.Call) and not expression.arguments else expression
    if isinstance(function, ir.Attribute) and type_name(function.owner) == "Cron" and function.name in _CRON:
        return Name(_CRON[function.name])
    value = program.evaluate(expression, site.scope) if isinstance(expression, ir.Literal | ir.Name | ir.Attribute) else None
    return Opaque(value).cron() if isinstance(value, str) else None


def _job(site: Site) -> str:
    """The job of the trigger's chain: `ForJob("cleanup")`, `ForJob(key)` of a key that is made there, else `WithIdentity("cleanup")`."""
    titles: dict[str, str] = {}
    current: ir.Expression | None = site.call
    while isinstance(current, ir.Call):
        function = current.function
        if isinstance(function, ir.Attribute) and function.name in ("ForJob", "WithIdentity") and current.arguments:
            titles[function.name] = _title(site.resolved(current.arguments[0].value))
        current = function.owner if isinstance(function, ir.Attribute) else None
    return titles.get("ForJob") or titles.get("WithIdentity") or ""


def _title(expression: ir.Expression | None) -> str:
    """`"cleanup"`, or that of `new JobKey("cleanup")`."""
    if isinstance(expression, ir.Call) and type_name(expression.function) in ("JobKey", "TriggerKey") and expression.arguments:
        expression = expression.arguments[0].value
    return expression.value if isinstance(expression, ir.Literal) and isinstance(expression.value, str) else ""


def _assigned_to(site: Site) -> str:
    """The local name that is assigned the chain which a call stands in."""
    return next((title for title, value in site.locals.items() if any(link is site.call for link in chain(value))), "")


def of_body(program: Program, body: Body) -> Iterator[Schedule]:
    """`scheduler.ScheduleJob(job, trigger)` of a job and a trigger that are made before it."""
    for call in calls(body.statements):
        if not (isinstance(call.function, ir.Attribute) and call.function.name == "ScheduleJob" and len(call.arguments) > 1):
            continue
        made, trigger = (body.locals.get(each.value.name) if isinstance(each.value, ir.Name) else each.value for each in call.arguments[:2])
        job = (
            next((type_name(link.types[0]) for link in chain(made) if isinstance(link, ir.Call) and link.types), "")
            if made is not None
            else ""
        )
        for link in chain(trigger) if trigger is not None and job else ():
            if isinstance(link, ir.Call) and type_name(link.function) in ("WithCronSchedule", "CronSchedule") and link.arguments:
                stated = _cron(program, link.arguments[0].value, Site(link, body.scope, job, body.types, body.path, body.locals))
                if stated is not None:
                    yield Schedule(name=name(job), schedule=stated, handler=name(f"{job}.Execute"), at=At(body.path, call.line))
