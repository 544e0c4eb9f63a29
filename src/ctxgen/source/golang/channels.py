"""Topics, queues and subjects that Go code reads from and writes to, and what the clock starts.

Sources: https://pkg.go.dev/github.com/segmentio/kafka-go, https://pkg.go.dev/github.com/IBM/sarama, https://pkg.go.dev/github.com/rabbitmq/amqp091-go,
https://pkg.go.dev/github.com/nats-io/nats.go, https://pkg.go.dev/github.com/hibiken/asynq, https://pkg.go.dev/github.com/robfig/cron/v3,
https://pkg.go.dev/github.com/go-co-op/gocron/v2.
"""

from __future__ import annotations

from functools import partial
from typing import Literal, NamedTuple

from ctxgen.model import Channel, Schedule
from ctxgen.opaque import Name, Opaque, name
from ctxgen.source.frameworks import plain
from ctxgen.source.program import Hook, MethodHook, Program
from ctxgen.source.values import UNKNOWN, Arguments, External, Object, Value


class Use(NamedTuple):
    """Which argument or field of a struct names what, and whether it is read or written."""

    where: int | str
    kind: Literal["queue", "topic", "exchange", "subject", "stream", "channel"]
    system: str
    role: Literal["producer", "consumer"] | None = None


_KAFKA, _CONFLUENT = "github.com/segmentio/kafka-go", "github.com/confluentinc/confluent-kafka-go/kafka"
CALLS: dict[str, dict[str, Use]] = {
    _KAFKA: {
        "ReaderConfig": Use("Topic", "topic", "kafka", "consumer"),
        "WriterConfig": Use("Topic", "topic", "kafka", "producer"),
        "Writer": Use("Topic", "topic", "kafka", "producer"),
        "Message": Use("Topic", "topic", "kafka", "producer"),
        "TopicConfig": Use("Topic", "topic", "kafka"),
    },
    _CONFLUENT: {"TopicPartition": Use("Topic", "topic", "kafka")},
    **{f"github.com/{owner}/sarama": {"ProducerMessage": Use("Topic", "topic", "kafka", "producer")} for owner in ("IBM", "Shopify")},
    "github.com/hibiken/asynq": {"NewTask": Use(0, "queue", "asynq", "producer")},
}
"""Functions and structs by their package."""
_NATS = {
    "Publish": Use(0, "subject", "nats", "producer"),
    "PublishRequest": Use(0, "subject", "nats", "producer"),
    "Request": Use(0, "subject", "nats", "producer"),
    "Subscribe": Use(0, "subject", "nats", "consumer"),
    "SubscribeSync": Use(0, "subject", "nats", "consumer"),
    "QueueSubscribe": Use(0, "subject", "nats", "consumer"),
    "PullSubscribe": Use(0, "subject", "nats", "consumer"),
}
ON: dict[str, dict[str, Use]] = {
    "amqp091-go.channel": {
        "QueueDeclare": Use(0, "queue", "rabbitmq"),
        "ExchangeDeclare": Use(0, "exchange", "rabbitmq"),
        "Consume": Use(0, "queue", "rabbitmq", "consumer"),
        "ConsumeWithContext": Use(1, "queue", "rabbitmq", "consumer"),
    },
    "nats-go.connection": _NATS,
    "nats-go.jetstream": {"Publish": Use(1, "subject", "nats", "producer"), "PublishAsync": Use(0, "subject", "nats", "producer")},
    "sarama.consumer": {"ConsumePartition": Use(0, "topic", "kafka", "consumer")},
    "sarama.group": {"Consume": Use(1, "topic", "kafka", "consumer")},
    "confluent-kafka-go.consumer": {
        "Subscribe": Use(0, "topic", "kafka", "consumer"),
        "SubscribeTopics": Use(0, "topic", "kafka", "consumer"),
    },
    "asynq.mux": {"HandleFunc": Use(0, "queue", "asynq", "consumer"), "Handle": Use(0, "queue", "asynq", "consumer")},
}
"""Methods by the framework and type that they are called on."""
PUBLISHES = {"Publish": 0, "PublishWithContext": 1, "PublishWithDeferredConfirm": 0, "PublishWithDeferredConfirmWithContext": 1}
"""Methods of a channel of RabbitMQ and where the exchange stands among their arguments; the key stands behind it."""


def clock(stated: str) -> Name | None:
    """A schedule that is safe to tell."""
    return Opaque(stated).cron()


def _tell(program: Program, use: Use, value: Value, arguments: Arguments) -> None:
    for text in plain(value):
        if text and "{" not in text:
            at = program.at(arguments)
            program.facts.append(Channel(name=name(text), kind=use.kind, system=name(use.system), role=use.role, at=at))


def _called(program: Program, arguments: Arguments, use: Use) -> Value:
    _tell(program, use, arguments.get(use.where), arguments)
    return None  # the value is what the data says


def _on(program: Program, owner: Object, arguments: Arguments, use: Use) -> Value:
    _tell(program, use, arguments.get(use.where), arguments)
    if use.where == 0 and use.kind == "queue" and isinstance(text := arguments.get(0), str):
        return [{"Name": text}, UNKNOWN]  # `q, err := ch.QueueDeclare(…)`, of which `q.Name` is used
    return UNKNOWN


def _publish(program: Program, owner: Object, arguments: Arguments, start: int) -> Value:
    """`ch.Publish(exchange, key, …)`: the exchange; the queue that the key names where it is the default one."""
    exchange, key = arguments.get(start), arguments.get(start + 1)
    if exchange == "":
        _tell(program, Use(start + 1, "queue", "rabbitmq", "producer"), key, arguments)
    else:
        _tell(program, Use(start, "exchange", "rabbitmq", "producer"), exchange, arguments)
    return UNKNOWN


def _same_kind(program: Program, owner: Object, arguments: Arguments, kind: str) -> Value:
    """`connection.Channel()`, `connection.JetStream()`."""
    return Object(program.vocabulary.frameworks[owner.type.framework].types[kind])


def _schedule(program: Program, owner: Object, arguments: Arguments) -> Value:
    """`c.AddFunc("0 3 * * *", clean)`, `scheduler.Register("@every 5m", task)`."""
    _started(program, arguments, arguments.get(0), 1)
    return UNKNOWN


def _started(program: Program, arguments: Arguments, when: Value, position: int) -> None:
    handler, written, _ = program.unwrapped(arguments, position)
    called = program.handler_name(handler, written)
    if isinstance(when, str) and "{" not in when:
        shown = name(called) if called else None
        program.facts.append(Schedule(name=shown or name("cron"), schedule=clock(when), handler=shown, at=program.at(arguments)))


def _new_job(program: Program, owner: Object, arguments: Arguments) -> Value:
    """`s.NewJob(gocron.CronJob("0 3 * * *", false), gocron.NewTask(clean))`."""
    when, task = arguments.get(0), arguments.get(1)
    if isinstance(when, External) and when.path.endswith(".CronJob()") and when.arguments is not None:
        stated = when.arguments.get(0)
        if isinstance(task, External) and task.arguments is not None:
            _started(program, task.arguments._replace(line=arguments.line), stated, 0)
    return UNKNOWN


def _cron(program: Program, owner: Object, arguments: Arguments) -> Value:
    """`s.Cron("0 3 * * *").Do(clean)`."""
    made = Object(owner.type)
    made.fields["when"] = arguments.get(0)
    return made


def _do(program: Program, owner: Object, arguments: Arguments) -> Value:
    _started(program, arguments, owner.fields.get("when"), 0)
    return UNKNOWN


HOOKS: dict[str, Hook] = {
    f"{package}.{called}()": partial(_called, use=use) for package, calls in CALLS.items() for called, use in calls.items()
}
METHODS: dict[str, MethodHook] = {
    **{f"{type}.{called}": partial(_on, use=use) for type, calls in ON.items() for called, use in calls.items()},
    **{f"amqp091-go.channel.{called}": partial(_publish, start=start) for called, start in PUBLISHES.items()},
    "amqp091-go.connection.Channel": partial(_same_kind, kind="channel"),
    "nats-go.connection.JetStream": partial(_same_kind, kind="connection"),
    "robfig-cron.cron.AddFunc": _schedule,
    "robfig-cron.cron.AddJob": _schedule,
    "asynq.scheduler.Register": _schedule,
    "gocron.scheduler.NewJob": _new_job,
    "gocron.scheduler.Cron": _cron,
    "gocron.scheduler.CronWithSeconds": _cron,
    "gocron.scheduler.Do": _do,
}
