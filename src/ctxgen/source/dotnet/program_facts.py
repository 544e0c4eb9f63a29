"""All that is told of a program beside its endpoints and models: messages, jobs, settings that are read, what its lines do.  One module for frameworks to name as their hooks."""

from __future__ import annotations

from collections.abc import Iterator
from functools import partial

from ctxgen.model import CodeFact, Fact, Schedule
from ctxgen.source import ir
from ctxgen.source.calls import calls
from ctxgen.source.dotnet import code, jobs, messages, settings
from ctxgen.source.dotnet.attributes import type_name
from ctxgen.source.dotnet.settings import Body, locals_of
from ctxgen.source.dotnet.sites import Site
from ctxgen.source.mentions import Families
from ctxgen.source.program import Program
from ctxgen.source.values import ClassValue

_WORDS = (
    b"MassTransit", b"IConsumer<", b"RabbitMQ", b"Confluent.Kafka", b"ServiceBus", b"ICapPublisher", b"CapSubscribe", b"Wolverine", b"NServiceBus", b"IHandleMessages", b"RecurringJob", b"Quartz",
    b"BackgroundService", b"IHostedService", b"AbstractValidator", b"IExceptionHandler", b"IExceptionFilter", b"UseExceptionHandler", b"IMiddleware", b"RequestDelegate", b"BeginTransaction", b"TransactionScope", b"MemoryCache",
    b"IDistributedCache", b"HybridCache", b"OutputCache", b"RateLimiter", b"AddHttpClient", b"BaseAddress", b"JwtSecurityToken", b"JsonWebToken", b"AddJwtBearer", b"RefreshToken", b"GetConnectionString", b"onfiguration[", b"GetEnvironmentVariable",
    b".GetValue<", b"GetSection(", b"BackgroundJob", b"UseMiddleware", b"[Topic(", b"WithTopic(", b"PublishEventAsync",
)  # fmt: skip
"""What a file holds whose methods are looked through."""
_CALLED = Families(
    *((_WORDS, names) for names in (messages.CALLED, jobs.CALLED, code.CALLED, settings.CALLED)),
    ((b"Cache",), code.CACHES),
    behind=b"",
)
"""What a method calls or does that is looked through; names may go on (`PublishAsync<T>`)."""


def finish(program: Program) -> None:
    """Messages, jobs, settings and code of all classes and programs that were met."""
    for cls in list(program.classes):
        if cls.cls.kind in ("class", "record") and program.says(cls.path, _WORDS):
            for read in (messages.of_class, jobs.of_class, code.of_class):
                program.facts += dict.fromkeys(read(program, cls))
    found: list[Fact] = []
    for subject, body in _bodies(program):
        found += settings.read(program, body)
        for call in calls(body.statements):
            site = Site(call, body.scope, subject, body.types, body.path, body.locals)
            for tell in (messages.of_call, jobs.of_call, code.of_call):
                found += tell(program, site)
        found += jobs.of_body(program, body)
    scheduled = {fact.handler for fact in found if isinstance(fact, Schedule) and fact.schedule is not None}
    program.facts = [
        fact for fact in program.facts if not (isinstance(fact, Schedule) and fact.schedule is None and fact.handler in scheduled)
    ]
    program.facts += _without_repeats(found)


def _without_repeats(found: list[Fact]) -> list[Fact]:
    """Facts each once, clients without an address only where no line says it."""
    addressed = {(fact.at.path, fact.subject) for fact in found if isinstance(fact, CodeFact) and fact.kind == "http-client" and fact.value}
    return [
        fact
        for fact in dict.fromkeys(found)
        if not (isinstance(fact, CodeFact) and fact.kind == "http-client" and not fact.value and (fact.at.path, fact.subject) in addressed)
    ]


def _bodies(program: Program) -> Iterator[tuple[str, Body]]:
    """Every body of the files that are looked through, with the class and method that it stands in."""
    for path, module in list(program.modules.items()):
        if module is None or not program.says(path, _WORDS):
            continue
        top = tuple(each for each in program.lowered[path].statements if not isinstance(each, ir.Define))
        if top:
            yield "Program", Body(top, module.scope, {}, locals_of(top), path)
    for cls in list(program.classes):
        if cls.cls.kind in ("interface", "enum") or not program.says(cls.path, _WORDS):
            continue
        fields = {each.name: type_name(each.type) for each in cls.cls.fields}
        fields |= {each.name: type_name(each.type) for each in cls.cls.parameters}
        scope = program.class_scope(cls)
        given = tuple(ir.Do(each.value, each.line) for each in cls.cls.fields if each.value is not None)
        if given:
            yield cls.cls.name, Body(given, scope, fields, {}, cls.path)
        names = _CALLED.names(partial(program.says, cls.path))
        for method in cls.cls.methods:
            if not program.mentions.within(names, cls.path, method.line, method.end):
                continue
            types = fields | {
                each.name: type_name(each.type) for each in (*method.parameters, *([method.receiver] if method.receiver else []))
            }
            yield _subject(cls, method), Body(method.body, scope, types, locals_of(method.body), cls.path)


def _subject(cls: ClassValue, method: ir.Function) -> str:
    return cls.cls.name if method.constructs or method.name == cls.cls.name else f"{cls.cls.name}.{method.name}"
