"""All that is told of a program beside its endpoints and models: messages, jobs, settings that are read, what its lines do.  One module for frameworks to name as their hooks."""

from __future__ import annotations

from collections.abc import Iterator

from ctxgen.source import ir
from ctxgen.source.calls import calls
from ctxgen.source.dotnet import code, jobs, messages
from ctxgen.source.dotnet.attributes import type_name
from ctxgen.source.dotnet.sites import Site
from ctxgen.source.program import Program
from ctxgen.source.values import ClassValue

_WORDS = (
    b"MassTransit", b"IConsumer<", b"RabbitMQ", b"Confluent.Kafka", b"ServiceBus", b"ICapPublisher", b"CapSubscribe", b"Wolverine", b"NServiceBus", b"IHandleMessages", b"RecurringJob", b"Quartz",
    b"BackgroundService", b"IHostedService", b"AbstractValidator", b"IExceptionHandler", b"IExceptionFilter", b"UseExceptionHandler", b"IMiddleware", b"RequestDelegate", b"BeginTransaction", b"TransactionScope", b"MemoryCache",
    b"IDistributedCache", b"HybridCache", b"OutputCache", b"RateLimiter", b"AddHttpClient", b"BaseAddress", b"JwtSecurityToken", b"JsonWebToken", b"AddJwtBearer", b"RefreshToken", b"GetConnectionString", b"onfiguration[", b"GetEnvironmentVariable",
    b".GetValue<", b"GetSection(", b"BackgroundJob", b"UseMiddleware",
)  # fmt: skip
"""What a file holds whose methods are looked through."""


def finish(program: Program) -> None:
    """Messages, jobs and code of all classes and programs that were met."""
    for cls in list(program.classes):
        if cls.cls.kind in ("class", "record") and program.says(cls.path, _WORDS):
            for read in (messages.of_class, jobs.of_class, code.of_class):
                program.facts += dict.fromkeys(read(program, cls))
    for site in _sites(program):
        for tell in (messages.of_call, jobs.of_call, code.of_call):
            program.facts += dict.fromkeys(tell(program, site))


def _sites(program: Program) -> Iterator[Site]:
    """Every call of the files that are looked through, with the class and method that it stands in."""
    for path, module in list(program.modules.items()):
        if module is None or not program.says(path, _WORDS):
            continue
        top = [each for each in program.lowered[path].statements if not isinstance(each, ir.Define)]
        for call in calls(top):
            yield Site(call, module.scope, "Program", {}, path)
    for cls in list(program.classes):
        if cls.cls.kind in ("interface", "enum") or not program.says(cls.path, _WORDS):
            continue
        fields = {each.name: type_name(each.type) for each in cls.cls.fields}
        fields |= {each.name: type_name(each.type) for each in cls.cls.parameters}
        for method in cls.cls.methods:
            types = fields | {
                each.name: type_name(each.type) for each in (*method.parameters, *([method.receiver] if method.receiver else []))
            }
            for call in calls(method.body):
                yield Site(call, program.class_scope(cls), _subject(cls, method), types, cls.path)


def _subject(cls: ClassValue, method: ir.Function) -> str:
    return cls.cls.name if method.constructs or method.name == cls.cls.name else f"{cls.cls.name}.{method.name}"
