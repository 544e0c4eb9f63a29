"""Topics, queues and subjects that Go code reads from and writes to, and what the clock starts.

Sources: https://pkg.go.dev/github.com/segmentio/kafka-go, https://pkg.go.dev/github.com/IBM/sarama, https://pkg.go.dev/github.com/rabbitmq/amqp091-go,
https://pkg.go.dev/github.com/nats-io/nats.go, https://pkg.go.dev/github.com/hibiken/asynq, https://pkg.go.dev/github.com/robfig/cron/v3,
https://pkg.go.dev/github.com/go-co-op/gocron/v2.
"""

from __future__ import annotations

from functools import partial
from typing import Literal, NamedTuple

from ctxgen.model import Channel, Schedule
from ctxgen.opaque import name
from ctxgen.source.frameworks import plain
from ctxgen.source.program import Hook, MethodHook, Program
from ctxgen.source.values import UNKNOWN, Arguments, External, Object, Value


class _Use(NamedTuple):
    """Which argument or field of a struct names what, and whether it is read or written."""

    where: int | str
    kind: Literal["queue", "topic", "exchange", "subject"]
    system: str
    role: Literal["producer", "consumer"] | None = None


_KAFKA, _CONFLUENT = "github.com/segmentio/kafka-go", "github.com/confluentinc/confluent-kafka-go/kafka"
_CALLS: dict[str, _Use] = {
    f"{_KAFKA}.ReaderConfig": _Use("Topic", "topic", "kafka", "consumer"),
    f"{_KAFKA}.WriterConfig": _Use("Topic", "topic", "kafka", "producer"),
    f"{_KAFKA}.Writer": _Use("Topic", "topic", "kafka", "producer"),
    f"{_KAFKA}.Message": _Use("Topic", "topic", "kafka", "producer"),
    f"{_KAFKA}.TopicConfig": _Use("Topic", "topic", "kafka"),
    f"{_CONFLUENT}.TopicPartition": _Use("Topic", "topic", "kafka"),
    **{f"github.com/{owner}/sarama.ProducerMessage": _Use("Topic", "topic", "kafka", "producer") for owner in ("IBM", "Shopify")},
    "github.com/hibiken/asynq.NewTask": _Use(0, "queue", "asynq", "producer"),
}
_METHODS: dict[str, _Use] = {
    "amqp091-go.channel.QueueDeclare": _Use(0, "queue", "rabbitmq"),
    "amqp091-go.channel.ExchangeDeclare": _Use(0, "exchange", "rabbitmq"),
    "amqp091-go.channel.Consume": _Use(0, "queue", "rabbitmq", "consumer"),
    "amqp091-go.channel.ConsumeWithContext": _Use(1, "queue", "rabbitmq", "consumer"),
    "nats-go.connection.Publish": _Use(0, "subject", "nats", "producer"),
    "nats-go.connection.PublishRequest": _Use(0, "subject", "nats", "producer"),
    "nats-go.connection.Request": _Use(0, "subject", "nats", "producer"),
    "nats-go.connection.Subscribe": _Use(0, "subject", "nats", "consumer"),
    "nats-go.connection.SubscribeSync": _Use(0, "subject", "nats", "consumer"),
    "nats-go.connection.QueueSubscribe": _Use(0, "subject", "nats", "consumer"),
    "nats-go.connection.PullSubscribe": _Use(0, "subject", "nats", "consumer"),
    "nats-go.jetstream.Publish": _Use(1, "subject", "nats", "producer"),
    "nats-go.jetstream.PublishAsync": _Use(0, "subject", "nats", "producer"),
    "sarama.consumer.ConsumePartition": _Use(0, "topic", "kafka", "consumer"),
    "sarama.group.Consume": _Use(1, "topic", "kafka", "consumer"),
    "confluent-kafka-go.consumer.Subscribe": _Use(0, "topic", "kafka", "consumer"),
    "confluent-kafka-go.consumer.SubscribeTopics": _Use(0, "topic", "kafka", "consumer"),
    "asynq.mux.HandleFunc": _Use(0, "queue", "asynq", "consumer"),
    "asynq.mux.Handle": _Use(0, "queue", "asynq", "consumer"),
}


def _tell(program: Program, use: _Use, value: Value, arguments: Arguments) -> None:
    for text in plain(value):
        if text and "{" not in text:
            at = program.at(arguments)
            program.facts.append(Channel(name=name(text), kind=use.kind, system=name(use.system), role=use.role, at=at))


def _called(program: Program, arguments: Arguments, use: _Use) -> Value:
    _tell(program, use, arguments.get(use.where), arguments)
    return None  # the value is what the data says


def _on(program: Program, owner: Object, arguments: Arguments, use: _Use) -> Value:
    _tell(program, use, arguments.get(use.where), arguments)
    if use.where == 0 and use.kind == "queue" and isinstance(text := arguments.get(0), str):
        return [{"Name": text}, UNKNOWN]  # `q, err := ch.QueueDeclare(…)`, of which `q.Name` is used
    return UNKNOWN


def _publish(program: Program, owner: Object, arguments: Arguments, start: int) -> Value:
    """`ch.Publish(exchange, key, …)`: the exchange; the queue that the key names where it is the default one."""
    exchange, key = arguments.get(start), arguments.get(start + 1)
    if exchange == "":
        _tell(program, _Use(start + 1, "queue", "rabbitmq", "producer"), key, arguments)
    else:
        _tell(program, _Use(start, "exchange", "rabbitmq", "producer"), exchange, arguments)
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
        program.facts.append(Schedule(name=shown or name("cron"), schedule=name(when), handler=shown, at=program.at(arguments)))


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


HOOKS: dict[str, Hook] = {f"{path}()": partial(_called, use=use) for path, use in _CALLS.items()}
METHODS: dict[str, MethodHook] = {
    **{path: partial(_on, use=use) for path, use in _METHODS.items()},
    "amqp091-go.channel.Publish": partial(_publish, start=0),
    "amqp091-go.channel.PublishWithContext": partial(_publish, start=1),
    "amqp091-go.channel.PublishWithDeferredConfirmWithContext": partial(_publish, start=1),
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
