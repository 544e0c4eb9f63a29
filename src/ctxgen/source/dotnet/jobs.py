"""What the clock starts, and what runs beside requests: Hangfire, Quartz.NET, hosted services.

Sources: https://docs.hangfire.io/en/latest/background-methods/performing-recurrent-tasks.html, https://www.quartz-scheduler.net/documentation/,
https://learn.microsoft.com/aspnet/core/fundamentals/host/hosted-services
"""

from __future__ import annotations

from collections.abc import Iterator

from ctxgen.model import At, Schedule
from ctxgen.opaque import Name, Opaque, name
from ctxgen.source import ir
from ctxgen.source.calls import calls
from ctxgen.source.dotnet.attributes import base_names, type_name
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


def of_class(program: Program, cls: ClassValue) -> Iterator[Schedule]:
    """Background services, with the pace of a timer or delay in their loop, and Quartz' jobs."""
    if cls.cls.abstract:
        return
    names = base_names(program, cls)
    data = program.resolver.data(cls.path)  # type: ignore[attr-defined]
    pace = _pace(program, cls) if names & {"BackgroundService", "IHostedService"} else None
    if "BackgroundService" in names or pace is not None:
        handler = next((each.name for each in cls.cls.methods if each.name in ("ExecuteAsync", "StartAsync")), None)
        yield Schedule(
            name=name(cls.cls.name), schedule=pace, handler=name(f"{cls.cls.name}.{handler}") if handler else None,
            at=At(cls.path, cls.cls.line),
        )  # fmt: skip
    elif names & {"IJob", "QuartzJob"} and b"Quartz" in data:
        yield Schedule(name=name(cls.cls.name), handler=name(f"{cls.cls.name}.Execute"), at=At(cls.path, cls.cls.line))


def _pace(program: Program, cls: ClassValue) -> Name | None:
    """`every 5 min` where the class waits for `Task.Delay` or makes a `PeriodicTimer` with a span that is written there."""
    for method in cls.cls.methods:
        for call in calls(method.body):
            called = call.function.name if isinstance(call.function, ir.Name | ir.Attribute) else ""
            if called in ("PeriodicTimer", "Delay", "Timer") and call.arguments:
                given = call.arguments[-1].value if called == "Timer" else call.arguments[0].value
                if (stated := span(program, given, program.class_scope(cls))) is not None:
                    return name(f"every {stated}")
    return None


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
        yield Schedule(name=name(_job(site.call) or site.subject), schedule=stated, at=site.at)


def _action(action: ir.Function | None, type: str, types: dict[str, str]) -> str:
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


def _job(call: ir.Call) -> str:
    """The job of the trigger's chain: `ForJob("cleanup")`, `WithIdentity("cleanup")`."""
    current: ir.Expression | None = call
    while isinstance(current, ir.Call):
        function = current.function
        if isinstance(function, ir.Attribute) and function.name in ("ForJob", "WithIdentity") and current.arguments:
            first = current.arguments[0].value
            return first.value if isinstance(first, ir.Literal) and isinstance(first.value, str) else ""
        current = function.owner if isinstance(function, ir.Attribute) else None
    return ""
