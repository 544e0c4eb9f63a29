"""Queues, topics and exchanges that code listens to, sends to and declares.

Sources: https://docs.spring.io/spring-kafka/reference/, https://docs.spring.io/spring-amqp/reference/, https://docs.awspring.io/,
https://quarkus.io/guides/messaging, https://micronaut-projects.github.io/micronaut-kafka/latest/guide/
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import Literal, NamedTuple

from ctxgen.model import At, Channel
from ctxgen.opaque import Name, name
from ctxgen.source import ir
from ctxgen.source.jvm.annotations import Annotation, find, marks, of_class, simple, strings, value
from ctxgen.source.jvm.controllers import classes, settings
from ctxgen.source.jvm.fields import filled_from, text_of, types
from ctxgen.source.jvm.walk import followed
from ctxgen.source.program import Program
from ctxgen.source.values import ClassValue, Scope

Kind = Literal["queue", "topic", "exchange", "subject", "stream", "channel"]
Role = Literal["producer", "consumer"]


class Listener(NamedTuple):
    """An annotation that makes a method a listener: where it names what it listens to."""

    keys: tuple[str, ...]
    kind: Kind
    system: str


_LISTENERS = {
    "KafkaListener": Listener(("topics", "topicPattern"), "topic", "kafka"),
    "RabbitListener": Listener(("queues",), "queue", "rabbitmq"),
    "JmsListener": Listener(("destination",), "queue", "jms"),
    "SqsListener": Listener(("value", "queueNames"), "queue", "sqs"),
    "PulsarListener": Listener(("topics",), "topic", "pulsar"),
    "ReactivePulsarListener": Listener(("topics",), "topic", "pulsar"),
    "RocketMQMessageListener": Listener(("topic",), "topic", "rocketmq"),
}


class Sender(NamedTuple):
    """A method of a type that sends: how many leading arguments name something, and what."""

    kind: Kind
    system: str
    role: Role = "producer"


_SENDERS: dict[tuple[str, str], Sender] = {
    **{(type, "send"): Sender("topic", "kafka") for type in ("KafkaTemplate", "ReactiveKafkaProducerTemplate", "KafkaOperations")},
    **{
        (type, method): Sender("queue", "jms")
        for type in ("JmsTemplate", "JmsMessagingTemplate", "JmsOperations")
        for method in ("convertAndSend", "send")
    },
    **{
        (type, method): Sender("queue", "sqs")
        for type in ("SqsTemplate", "QueueMessagingTemplate")
        for method in ("send", "convertAndSend", "sendAsync")
    },
    **{
        (type, method): Sender("topic", "sns")
        for type in ("SnsTemplate", "NotificationMessagingTemplate")
        for method in ("sendNotification", "convertAndSend")
    },
    **{(type, "send"): Sender("topic", "pulsar") for type in ("PulsarTemplate", "ReactivePulsarTemplate")},
    **{
        ("RocketMQTemplate", method): Sender("topic", "rocketmq")
        for method in ("convertAndSend", "syncSend", "asyncSend", "sendOneWay", "send")
    },
    **{(type, "subscribe"): Sender("topic", "kafka", "consumer") for type in ("KafkaConsumer", "Consumer")},
    ("Channel", "basicConsume"): Sender("queue", "rabbitmq", "consumer"),
}
_RABBIT = {"RabbitTemplate", "AmqpTemplate", "RabbitOperations", "RabbitMessagingTemplate", "AsyncRabbitTemplate"}
_DECLARED: dict[str, tuple[Kind, str, bytes]] = {
    "NewTopic": ("topic", "kafka", b"kafka"), "Queue": ("queue", "rabbitmq", b"springframework.amqp"), "TopicExchange": ("exchange", "rabbitmq", b"springframework.amqp"),
    "DirectExchange": ("exchange", "rabbitmq", b"springframework.amqp"), "FanoutExchange": ("exchange", "rabbitmq", b"springframework.amqp"),
    "HeadersExchange": ("exchange", "rabbitmq", b"springframework.amqp"), "ProducerRecord": ("topic", "kafka", b"kafka"), "ActiveMQQueue": ("queue", "activemq", b"activemq"),
}  # fmt: skip
_BUILDERS: dict[tuple[str, str], tuple[Kind, str]] = {
    ("TopicBuilder", "name"): ("topic", "kafka"), ("QueueBuilder", "durable"): ("queue", "rabbitmq"), ("QueueBuilder", "nonDurable"): ("queue", "rabbitmq"),
    **{("ExchangeBuilder", f"{kind}Exchange"): ("exchange", "rabbitmq") for kind in ("topic", "direct", "fanout", "headers")},
}  # fmt: skip
_SPEAK = (b"kafka", b"Kafka", b"rabbit", b"amqp", b"Jms", b"jms", b"sqs", b"Sqs", b"sns", b"pulsar", b"rocketmq", b"messaging")


def finish(program: Program) -> None:
    """The channels of all classes that speak of a broker."""
    for cls in classes(program, "class", "object", "interface"):
        if program.says(cls.path, _SPEAK):
            program.facts += dict.fromkeys([*_listened(program, cls), *_called(program, cls, program.data(cls.path))])


def channel(kind: Kind, title: str | None, system: str, role: Role | None, at: At) -> Iterator[Channel]:
    if title and 0 < len(title) <= 120:
        yield Channel(name=name(title), kind=kind, system=Name(system), role=role, at=at)


# ---------------------------------------------------------------------------------------------- annotations


def _listened(program: Program, cls: ClassValue) -> Iterator[Channel]:
    scope = program.class_scope(cls)
    outer = of_class(program, cls)
    filled = filled_from(program, cls)
    for each in outer:
        yield from _listener(program, each, filled)
    consumer = find(outer, "KafkaListener", "RabbitListener")
    producer = find(outer, "KafkaClient", "RabbitClient")
    for method in cls.cls.methods:
        for each in marks(program, method.decorators, scope) if method.decorators else ():
            yield from _listener(program, each, filled)
            if each.name in ("Topic", "Queue") and (consumer or producer):  # Micronaut
                kind: Kind = "topic" if each.name == "Topic" else "queue"
                role: Role = "consumer" if consumer else "producer"
                for title in _titles(program, each, filled, "value"):
                    yield from channel(kind, title, "kafka" if kind == "topic" else "rabbitmq", role, each.at)
            elif each.name in ("Incoming", "Outgoing"):
                yield from _reactive(program, each)
            elif each.name == "SendTo" and any(other.name in _LISTENERS for other in marks(program, method.decorators, scope)):
                system = next(_LISTENERS[other.name] for other in marks(program, method.decorators, scope) if other.name in _LISTENERS)
                for title in _titles(program, each, filled, "value"):
                    yield from channel(system.kind, title, system.system, "producer", each.at)


def _titles(program: Program, annotation: Annotation, filled: dict[str, str], *keys: str) -> Iterator[str]:
    for key in keys:
        for text in strings(value(program, annotation, key)) if key in annotation.arguments else ():
            title = settings(program).filled(annotation.at.path, text)
            if "{" not in title and "$" not in title and "#" not in title:
                yield title


def _listener(program: Program, annotation: Annotation, filled: dict[str, str]) -> Iterator[Channel]:
    listener = _LISTENERS.get(annotation.name)
    if listener is None:
        return
    for title in _titles(program, annotation, filled, *listener.keys):
        yield from channel(listener.kind, title, listener.system, "consumer", annotation.at)
    for key in ("bindings", "queuesToDeclare"):
        yield from _bound(program, annotation.arguments.get(key), annotation)


def _bound(program: Program, expression: ir.Expression | None, annotation: Annotation) -> Iterator[Channel]:
    """`@QueueBinding(value = @Queue("q"), exchange = @Exchange("e"))`."""
    for each in [item.value for item in expression.items] if isinstance(expression, ir.Sequence) else [expression]:
        if not isinstance(each, ir.Call):
            continue
        kind: Kind | None = {"Queue": "queue", "Exchange": "exchange"}.get(simple(each.function))  # type: ignore[assignment]
        for argument in each.arguments:
            if kind is None:
                yield from _bound(program, argument.value, annotation)
            elif argument.keyword in (None, "value", "name"):
                for text in strings(program.evaluate(argument.value, annotation.scope)):
                    title = settings(program).filled(annotation.at.path, text)
                    if "{" not in title and "#" not in title:
                        yield from channel(kind, title, "rabbitmq", "consumer", At(annotation.at.path, each.line))


def _reactive(program: Program, annotation: Annotation) -> Iterator[Channel]:
    """SmallRye's channels; those whose topic settings state are told from there."""
    side = "incoming" if annotation.name == "Incoming" else "outgoing"
    for title in strings(value(program, annotation, "value")):
        known = settings(program)
        prefix = f"mp.messaging.{side}.{title}"
        connector = known.find(annotation.at.path, f"{prefix}.connector")
        stated = any(
            known.all(annotation.at.path, f"{prefix}.{key}") for key in ("topic", "queue.name", "exchange.name", "address", "destination")
        )
        system = str(connector[0].identifier() or "").removeprefix("smallrye-") if connector else ""
        if system and not stated and "in-memory" not in system:
            role: Role = "consumer" if side == "incoming" else "producer"
            yield from channel("topic" if system == "kafka" else "queue", title, system, role, annotation.at)


# ---------------------------------------------------------------------------------------------- calls


def _called(program: Program, cls: ClassValue, data: bytes) -> Iterator[Channel]:
    filled = filled_from(program, cls)
    for method in cls.cls.methods:
        known = types(program, cls, method)
        scope = Scope(cls.scope.module, program.class_scope(cls), owner=cls)
        for call, inside in followed(program, method.body, scope):
            at = At(inside.module.path, call.line)
            first = call.arguments[0].value if call.arguments else None
            called = simple(call.function)
            if called in _DECLARED and _DECLARED[called][2] in data and not isinstance(call.function, ir.Attribute):
                kind, system, _ = _DECLARED[called]
                role: Role | None = "producer" if called == "ProducerRecord" else None
                yield from channel(kind, text_of(program, first, inside, filled), system, role, at)
                continue
            if not isinstance(call.function, ir.Attribute) or first is None:
                continue
            owner = simple(call.function.owner)
            type = known.get(owner, owner)
            if (type, called) in _BUILDERS:
                kind, system = _BUILDERS[type, called]
                yield from channel(kind, text_of(program, first, inside, filled), system, None, at)
            elif type in _RABBIT and called in ("convertAndSend", "convertSendAndReceive", "send", "sendAndReceive"):
                yield from _rabbit(program, call, inside, filled, at)
            elif (type, called) in _SENDERS:
                sender = _SENDERS[type, called]
                for title in _given(program, first, inside, filled):
                    yield from channel(
                        sender.kind, title.partition(":")[0] if sender.system == "rocketmq" else title, sender.system, sender.role, at
                    )
            elif type == "StreamBridge" and called == "send":
                title_ = text_of(program, first, inside, filled)
                if title_ and not settings(program).all(inside.module.path, f"spring.cloud.stream.bindings.{title_}.destination"):
                    yield from channel("channel", title_, "", "producer", at)


def _given(program: Program, expression: ir.Expression, scope: Scope, filled: dict[str, str]) -> list[str]:
    """The texts of an argument: one, or those of a list."""
    one = text_of(program, expression, scope, filled)
    return [one] if one else [text for text in strings(program.evaluate(expression, scope)) if "{" not in text and "$" not in text]


def _rabbit(program: Program, call: ir.Call, scope: Scope, filled: dict[str, str], at: At) -> Iterator[Channel]:
    """With three arguments the first is the exchange, with two it is the routing key: the queue of that name."""
    values = [argument.value for argument in call.arguments]
    if len(values) < 2:
        return
    title = text_of(program, values[0], scope, filled)
    keyed = len(values) >= 3 and not isinstance(values[-1], ir.Function)
    yield from channel("exchange" if keyed else "queue", title, "rabbitmq", "producer", at)
