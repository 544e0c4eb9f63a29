"""Queues, topics and exchanges that C# listens to and sends to; messages by their class where a bus names the exchange after it.

Sources: https://masstransit.io/documentation/configuration/consumers, https://www.rabbitmq.com/client-libraries/dotnet-api-guide, https://docs.confluent.io/kafka-clients/dotnet/current/overview.html,
https://learn.microsoft.com/azure/service-bus-messaging/, https://cap.dotnetcore.xyz/user-guide/en/cap/messaging/, https://wolverinefx.net/guide/handlers/, https://docs.particular.net/nservicebus/handlers/,
https://docs.dapr.io/developing-applications/sdks/dotnet/dotnet-client/
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import Literal

from ctxgen.model import At, Channel, Dependency
from ctxgen.opaque import Name, name
from ctxgen.source import ir
from ctxgen.source.dotnet.attributes import argument_of, attributes, type_name
from ctxgen.source.dotnet.sites import Site, constructed
from ctxgen.source.program import Program
from ctxgen.source.values import ClassValue

Kind = Literal["queue", "topic", "exchange", "subject", "stream", "channel"]
Role = Literal["producer", "consumer"]

_CONSUMERS = {"IConsumer": "masstransit", "IHandleMessages": "nservicebus", "IAmStartedByMessages": "nservicebus"}
_BUSES = {
    "IPublishEndpoint": "masstransit", "IBus": "masstransit", "ISendEndpointProvider": "masstransit", "ISendEndpoint": "masstransit", "ConsumeContext": "masstransit",
    "IMessageBus": "wolverine", "IMessageContext": "wolverine", "IMessageSession": "nservicebus", "IMessageHandlerContext": "nservicebus", "IEndpointInstance": "nservicebus",
}  # fmt: skip
_SENDS = {"Publish", "PublishAsync", "Send", "SendAsync", "SendLocal"}
CALLED = (
    "Publish", "Send(", "Send<", "SendAsync", "SendLocal", "ReceiveEndpoint", "Subscribe", "QueueDeclare", "BasicConsume", "ExchangeDeclare", "BasicPublish", "Produce", "CreateSender",
    "CreateProcessor", "CreateReceiver", "CreateSessionProcessor", "ListenTo", "ToRabbit", "ToKafka", "WithTopic",
)  # fmt: skip
"""How what `of_call` looks at begins."""
_RABBIT: dict[str, tuple[str | int, ...]] = {"QueueDeclare": ("queue", 0), "QueueDeclareAsync": ("queue", 0), "BasicConsume": ("queue", 0), "BasicConsumeAsync": ("queue", 0), "ExchangeDeclare": ("exchange", 0), "ExchangeDeclareAsync": ("exchange", 0)}  # fmt: skip


_PACKAGES = {"masstransit": "masstransit", "nservicebus": "nservicebus", "rebus": "rebus", "wolverinefx": "wolverine", "dapr": "dapr"}
"""The libraries by the beginnings of their packages: interfaces of the same names are the repository's own where it has none of them."""
_BY_WORD = {"nservicebus": b"NServiceBus", "rebus": b"Rebus"}
"""What stands in a file that uses one of two libraries whose interface has the same name."""


def _present(program: Program) -> frozenset[str]:
    """The libraries of buses that the repository has."""
    if "dotnet.buses" not in program.kept:
        needs = program.sources.facts.of(Dependency) if program.sources is not None else ()
        packages = {each.name.lower().partition(".")[0] for each in needs if each.ecosystem == "nuget"}
        program.kept["dotnet.buses"] = frozenset(system for package, system in _PACKAGES.items() if package in packages)
    found: frozenset[str] = program.kept["dotnet.buses"]
    return found


def of_class(program: Program, cls: ClassValue) -> Iterator[Channel]:
    """Consumers by the interfaces of a class, Dapr's and CAP's by the attributes of its methods."""
    for base in cls.cls.bases:
        system = _CONSUMERS.get(type_name(base))
        message = type_name(argument_of(base))
        if type_name(base) == "IHandleMessages":
            system = next((known for known, word in _BY_WORD.items() if program.says(cls.path, (word,))), None)
        if (
            system in _present(program)
            and message
            and not cls.cls.abstract
            and (system != "nservicebus" or program.says(cls.path, (_BY_WORD[system],)))
        ):
            yield _channel(message, "exchange", system, "consumer", At(cls.path, cls.cls.line))
    dapr = program.says(cls.path, (b"[Topic(",)) and "dapr" in _present(program)
    for method in cls.cls.methods if dapr else ():
        for each in attributes(program, method.decorators, program.class_scope(cls)):
            if each.name == "Topic" and len(each.positional) > 1 and isinstance(topic := each.positional[1], str):
                yield _channel(topic, "topic", "dapr", "consumer", each.at)
    for method in cls.cls.methods if program.says(cls.path, (b"CapSubscribe",)) else ():
        for each in attributes(program, method.decorators, program.class_scope(cls)):
            if each.name == "CapSubscribe" and isinstance(topic := each.first(), str):
                yield _channel(topic, "topic", "cap", "consumer", each.at)


def of_call(program: Program, site: Site) -> Iterator[Channel]:
    """What a call declares, listens to or sends."""
    called, owner, at = site.called, site.owner, site.at
    data = program.resolver.data(site.path)  # type: ignore[attr-defined]
    system = "rebus" if b"Rebus" in data and owner == "IBus" else _BUSES.get(owner)
    if system is not None and called in _SENDS:
        message = site.type() or _message(site)
        if message and system in _present(program):
            yield _channel(message, "exchange", system, "producer", at)
    elif owner == "ICapPublisher" and called in ("Publish", "PublishAsync", "PublishDelayAsync"):
        place = 1 if called == "PublishDelayAsync" else 0
        yield from _named(site.text(program, "name", place), "topic", "cap", "producer", at)
    elif called in ("PublishEventAsync", "WithTopic") and "dapr" in _present(program):
        yield from _named(
            site.text(program, "topicName", "name", 1), "topic", "dapr", "consumer" if called == "WithTopic" else "producer", at
        )
    elif called in ("ReceiveEndpoint", "Subscribe") and b"MassTransit" in data and called == "ReceiveEndpoint":
        yield from _named(site.text(program, "queueName", 0), "queue", "masstransit", "consumer", at)
    elif called in _RABBIT and b"RabbitMQ" in data:
        kind: Kind = "exchange" if called.startswith("Exchange") else "queue"
        yield from _named(site.text(program, *_RABBIT[called]), kind, "rabbitmq", "consumer" if "Consume" in called else None, at)
    elif called in ("BasicPublish", "BasicPublishAsync") and b"RabbitMQ" in data:
        exchange, key = site.text(program, "exchange", 0), site.text(program, "routingKey", 1)
        yield from _named(exchange or key, "exchange" if exchange else "queue", "rabbitmq", "producer", at)
    elif b"Confluent.Kafka" in data and called in ("Produce", "ProduceAsync"):
        yield from _named(site.text(program, "topic", 0), "topic", "kafka", "producer", at)
    elif b"Confluent.Kafka" in data and called == "Subscribe":
        expression = site.expression("topic", "topics", 0)
        topics = [each.value for each in expression.items] if isinstance(expression, ir.Sequence) else [expression]
        for each in map(site.resolved, topics):
            value = program.evaluate(each, site.scope) if isinstance(each, ir.Literal | ir.Name | ir.Attribute | ir.Template) else None
            yield from _named(value if isinstance(value, str) else None, "topic", "kafka", "consumer", at)
    elif b"ServiceBus" in data and called in ("CreateSender", "CreateProcessor", "CreateReceiver", "CreateSessionProcessor"):
        yield from _named(site.text(program, "queueName", "queueOrTopicName", "topicName", 0), "topic" if site.expression("subscriptionName", 1) else "queue", "servicebus", "producer" if called == "CreateSender" else "consumer", at)  # fmt: skip
    elif b"Wolverine" in data and called in (
        "ListenToRabbitQueue",
        "ListenToKafkaTopic",
        "ToRabbitQueue",
        "ToRabbitExchange",
        "ToKafkaTopic",
        "ToRabbitTopics",
    ):
        kind = "topic" if "Topic" in called else "exchange" if "Exchange" in called else "queue"
        broker = "kafka" if "Kafka" in called else "rabbitmq"
        yield from _named(site.text(program, 0), kind, broker, "consumer" if called.startswith("Listen") else "producer", at)


def _message(site: Site) -> str:
    """The type of what is sent: made there or before, mapped to a type, or that of a parameter."""
    written = site.expression(0)
    given = site.resolved(written)
    made = constructed(given)
    if made or not isinstance(written, ir.Name):
        return made
    mapped = type_name(given.types[0]) if isinstance(given, ir.Call) and given.types else ""
    declared = site.types.get(written.name, "") if given is written else ""
    return mapped or (declared if declared.endswith(("Event", "Command", "Message")) else "")


def _named(text: str | None, kind: Kind, system: str, role: Role | None, at: At) -> Iterator[Channel]:
    if text and "{" not in text:
        yield _channel(text, kind, system, role, at)


def _channel(text: str, kind: Kind, system: str, role: Role | None, at: At) -> Channel:
    return Channel(name=name(text), kind=kind, system=Name(system), role=role, at=at)
