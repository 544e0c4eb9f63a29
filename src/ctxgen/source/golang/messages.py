"""Channels and schedules by the calls that name them, wherever they stand: what answers requests publishes, too, and is not followed.

Sources: https://watermill.io/docs/, https://pkg.go.dev/github.com/twmb/franz-go/pkg/kgo, https://pkg.go.dev/github.com/streadway/amqp, https://riverqueue.com/docs,
https://pkg.go.dev/github.com/RichardKnop/machinery/v2, https://docs.temporal.io/develop/go, https://pkg.go.dev/github.com/go-co-op/gocron/v2, https://redis.io/docs/latest/develop/clients/go/.
"""

from __future__ import annotations

from collections.abc import Iterator

from ctxgen.model import Channel, Fact, Schedule
from ctxgen.opaque import Name, Opaque, name
from ctxgen.source import ir
from ctxgen.source.frameworks import plain
from ctxgen.source.golang.calls import TONGUE
from ctxgen.source.golang.channels import CALLS, ON, PUBLISHES, Use, clock
from ctxgen.source.guards import spelled
from ctxgen.source.kinds import kind_of
from ctxgen.source.typed_calls import Found
from ctxgen.source.values import ClassValue

_AMQP = ("github.com/rabbitmq/amqp091-go", "github.com/streadway/amqp")
_GOCRON = ("github.com/go-co-op/gocron", "github.com/jasonlvhit/gocron")
_RIVER = "github.com/riverqueue/river"
_REDIS = {
    "Publish": Use(1, "channel", "redis", "producer"),
    "Subscribe": Use(1, "channel", "redis", "consumer"),
    "PSubscribe": Use(1, "channel", "redis", "consumer"),
    "XAddArgs": Use("Stream", "stream", "redis", "producer"),
}
_TEMPORAL = {"StartWorkflowOptions": Use("TaskQueue", "queue", "temporal", "producer")}
_USES: dict[str, dict[str, Use]] = {
    **CALLS,
    **dict.fromkeys(_AMQP, ON["amqp091-go.channel"]),
    "github.com/nats-io/nats": ON["nats-go.connection"],
    "github.com/nats-io/nats.go/jetstream": {**ON["nats-go.jetstream"], "ConsumerConfig": Use("FilterSubject", "subject", "nats", "consumer"), "StreamConfig": Use("Name", "stream", "nats")},
    **{f"github.com/{owner}/sarama": {**ON["sarama.consumer"], **ON["sarama.group"], **CALLS[f"github.com/{owner}/sarama"]} for owner in ("IBM", "Shopify")},
    "github.com/confluentinc/confluent-kafka-go/kafka": {**ON["confluent-kafka-go.consumer"], **CALLS["github.com/confluentinc/confluent-kafka-go/kafka"]},
    "github.com/hibiken/asynq": {**ON["asynq.mux"], **CALLS["github.com/hibiken/asynq"]},
    "github.com/twmb/franz-go/pkg/kgo": {
        "ConsumeTopics": Use(0, "topic", "kafka", "consumer"), "AddConsumeTopics": Use(0, "topic", "kafka", "consumer"), "DefaultProduceTopic": Use(0, "topic", "kafka", "producer"),
        "Record": Use("Topic", "topic", "kafka", "producer")
    },
    "github.com/ThreeDotsLabs/watermill/message": {
        "AddHandler": Use(1, "topic", "watermill", "consumer"), "AddNoPublisherHandler": Use(1, "topic", "watermill", "consumer"), "AddConsumerHandler": Use(1, "topic", "watermill", "consumer"),
        "Publish": Use(0, "topic", "watermill", "producer"), "Subscribe": Use(1, "topic", "watermill", "consumer"),
    },
    "github.com/RichardKnop/machinery": {"RegisterTask": Use(0, "queue", "machinery", "consumer")},
    "github.com/RichardKnop/machinery/tasks": {"Signature": Use("Name", "queue", "machinery", "producer")},
    "github.com/nsqio/go-nsq": {"NewConsumer": Use(0, "topic", "nsq", "consumer"), "Publish": Use(0, "topic", "nsq", "producer"), "PublishAsync": Use(0, "topic", "nsq", "producer")},
    "github.com/apache/pulsar-client-go/pulsar": {
        "ProducerOptions": Use("Topic", "topic", "pulsar", "producer"), "ConsumerOptions": Use("Topic", "topic", "pulsar", "consumer"), "ReaderOptions": Use("Topic", "topic", "pulsar", "consumer"),
    },
    "github.com/eclipse/paho": {"Publish": Use(0, "topic", "mqtt", "producer"), "Subscribe": Use(0, "topic", "mqtt", "consumer")},
    "cloud.google.com/go/pubsub": {"Topic": Use(0, "topic", "google-pubsub"), "Publisher": Use(0, "topic", "google-pubsub", "producer"), "CreateTopic": Use(1, "topic", "google-pubsub"), "Subscription": Use(0, "queue", "google-pubsub", "consumer")},
    "go.temporal.io/sdk/worker": {"New": Use(1, "queue", "temporal", "consumer")},
    "go.temporal.io/sdk/client": _TEMPORAL,
    **dict.fromkeys(("github.com/redis/go-redis", "github.com/go-redis/redis"), _REDIS),
}  # fmt: skip
_ALL = {"ConsumeTopics", "AddConsumeTopics", "Subscribe", "PSubscribe"}
"""Calls whose arguments from the first on are all names."""
_UNITS = {"Second": "s", "Minute": "min", "Hour": "h", "Day": "d", "Week": "week"}


def written(found: Found, library: str) -> Iterator[Fact]:
    """The channels that a call of a library's package names, and what it lets the clock start."""
    called = found.called
    use = _USES.get(library, {}).get(called)
    if use is not None:
        yield from _channels(found, use)
    if library in _AMQP and called in PUBLISHES:
        yield from _published(found, PUBLISHES[called])
    elif library == "github.com/ThreeDotsLabs/watermill/message" and called == "AddHandler":
        yield from _told(found.value(3), Use(3, "topic", "watermill", "producer"), found)
    elif library == "github.com/RichardKnop/machinery" and called == "RegisterTasks":
        for key in found.fields(found.expression(0)):
            yield from _told(key, Use(0, "queue", "machinery", "consumer"), found)
    elif library == _RIVER:
        yield from _river(found)
    yield from _schedules(found, library)


def _channels(found: Found, use: Use) -> Iterator[Channel]:
    if found.called in _ALL and isinstance(use.where, int):
        for argument in found.call.arguments[use.where :]:
            yield from _told(found.valued(argument.value), use, found)
    else:
        yield from _told(found.value(use.where), use, found)


def _told(value: object, use: Use, found: Found) -> Iterator[Channel]:
    for text in plain(value):
        if text and "{" not in text:
            yield Channel(name=name(text), kind=use.kind, system=Name(use.system), role=use.role, at=found.at)


def _published(found: Found, start: int) -> Iterator[Channel]:
    """The exchange; the queue that the key names where it is the default one."""
    exchange = found.value(start)
    if exchange == "":
        yield from _told(found.value(start + 1), Use(0, "queue", "rabbitmq", "producer"), found)
    else:
        yield from _told(exchange, Use(0, "exchange", "rabbitmq", "producer"), found)


# ---------------------------------------------------------------------------------------------- River


def _river(found: Found) -> Iterator[Fact]:
    """Jobs by the kind that their arguments state: those that a worker is added for, and those that are inserted."""
    if found.called in ("AddWorker", "AddWorkerSafely"):
        worker = _own(found, found.expression(1))
        bases = worker.cls.bases if worker is not None else ()
        for base in bases:
            if worker is not None and isinstance(base, ir.Item) and spelled(base.owner).endswith("WorkerDefaults"):
                kind = kind_of(TONGUE, found.program, worker.scope.module, base.key, {})
                yield from _told(_kind(found, kind), Use(0, "queue", "river", "consumer"), found)
    elif found.called in ("Insert", "InsertTx"):
        inserted = _own(found, found.expression(1 if found.called == "Insert" else 2))
        yield from _told(_kind(found, inserted), Use(0, "queue", "river", "producer"), found)


def _own(found: Found, expression: ir.Expression | None) -> ClassValue | None:
    """The type of the repository that a literal or variable is of."""
    kind = kind_of(TONGUE, found.program, found.module, expression, found.inside.kinds)
    return kind if isinstance(kind, ClassValue) else None


def _kind(found: Found, arguments: object) -> str | None:
    """What `Kind()` of a job's arguments gives."""
    if not isinstance(arguments, ClassValue):
        return None
    for path in found.program.resolver.defining(arguments.path, f"{arguments.cls.name}.Kind"):
        found.program.module(path)
    for method in found.program.extensions.get("Kind", ()):
        receiver, body = method.function.receiver, method.function.body
        if receiver is not None and spelled(receiver.type) == arguments.cls.name and len(body) == 1 and isinstance(body[0], ir.Return):
            value = found.program.evaluate(body[0].value, method.scope.module.scope)
            return value if isinstance(value, str) else None
    return None


# ---------------------------------------------------------------------------------------------- schedules


def _schedules(found: Found, library: str) -> Iterator[Schedule]:
    called = found.called
    if library == "github.com/robfig/cron" and called in ("AddFunc", "AddJob"):
        yield from _started(found, _cron(found, 0), _handler(found, 1))
    elif library == "github.com/hibiken/asynq" and called in ("Register", "PeriodicTaskConfig"):
        when = _cron(found, 0, "Cronspec")
        task = found.stated(found.expression(1, "Task"))
        title = found.valued(task.arguments[0].value) if isinstance(task, ir.Call) and task.arguments else None
        yield from _started(found, when, title if isinstance(title, str) else _handler(found, 1))
    elif library in _GOCRON and called == "NewJob":
        yield from _new_job(found)
    elif library in _GOCRON and called in ("Do", "DoWithJobDetails"):
        yield from _started(found, _every(found), _handler(found, 0))
    elif library == _RIVER and called == "NewPeriodicJob":
        yield from _periodic(found)
    elif library == "github.com/RichardKnop/machinery" and called.startswith("RegisterPeriodic"):
        title = found.value(1)
        yield from _started(found, _cron(found, 0), title if isinstance(title, str) else "")
    elif library == "go.temporal.io/sdk/client" and called == "StartWorkflowOptions" and (when := _cron(found, "CronSchedule")):
        yield from _started(found, when, "")


def _started(found: Found, when: Name | None, handler: str) -> Iterator[Schedule]:
    if when is not None:
        shown = name(handler) if handler else None
        yield Schedule(name=shown or name(found.inside.name or "cron"), schedule=when, handler=shown, at=found.at)


def _cron(found: Found, *where: int | str) -> Name | None:
    text = found.value(*where)
    return clock(text) if isinstance(text, str) else None


def _handler(found: Found, position: int) -> str:
    return spelled(found.expression(position))


def _spans(found: Found, expression: ir.Expression | None) -> Name | None:
    """`every 5 min` of a span, or of a text such as `"5m"`."""
    text = found.valued(expression)
    stated = Opaque(text).duration() if isinstance(text, str) else found.span(expression)
    return name(f"every {stated}") if stated else None


def _new_job(found: Found) -> Iterator[Schedule]:
    """`s.NewJob(gocron.DurationJob(time.Hour), gocron.NewTask(clean))`."""
    when, task = found.expression(0), found.expression(1)
    handler = spelled(task.arguments[0].value) if isinstance(task, ir.Call) and task.arguments else ""
    if not isinstance(when, ir.Call) or not when.arguments:
        return
    kind = found.kind(when.function).rpartition(".")[2]
    if kind == "CronJob":
        text = found.valued(when.arguments[0].value)
        yield from _started(found, clock(text) if isinstance(text, str) else None, handler)
    elif kind == "DurationJob":
        yield from _started(found, _spans(found, when.arguments[0].value), handler)
    elif kind in ("DailyJob", "WeeklyJob", "MonthlyJob"):
        number = found.counted(when.arguments[0].value)
        unit = {"DailyJob": "d", "WeeklyJob": "weeks", "MonthlyJob": "months"}[kind]
        yield from _started(found, name(f"every {number} {unit}") if number else None, handler)


def _every(found: Found) -> Name | None:
    """The schedule of a chain: `s.Every(5).Minutes().Do(clean)`, `s.Every("5m")`, `s.Cron("0 3 * * *")`."""
    unit, each = "", found.owner
    for _ in range(8):
        if not isinstance(each, ir.Call) or not isinstance(each.function, ir.Attribute):
            return None
        called = each.function.name
        first = each.arguments[0].value if each.arguments else None
        if called in ("Cron", "CronWithSeconds"):
            text = found.valued(first)
            return clock(text) if isinstance(text, str) else None
        if called == "Every":
            number = found.counted(first) if first is not None else 1
            return name(f"every {number} {unit}") if number and unit else _spans(found, first)
        unit = _UNITS.get(called.removesuffix("s"), unit)
        each = each.function.owner
    return None


def _periodic(found: Found) -> Iterator[Schedule]:
    """`river.NewPeriodicJob(river.PeriodicInterval(time.Hour), func() (river.JobArgs, *river.InsertOpts) { return Args{}, nil }, …)`."""
    when, made = found.expression(0), found.expression(1)
    interval = when.arguments[0].value if isinstance(when, ir.Call) and when.arguments else None
    title = ""
    for statement in made.body if isinstance(made, ir.Function) else ():
        value = statement.value if isinstance(statement, ir.Return) else None
        first = value.items[0].value if isinstance(value, ir.Sequence) and value.items else value
        title = _kind(found, _own(found, first)) or title
    yield from _started(found, _spans(found, interval), title)
