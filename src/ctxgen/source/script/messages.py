"""Queues and topics that code sends to and listens to, and what it lets the clock start.

Sources: https://kafka.js.org/docs/consuming, https://amqp-node.github.io/amqplib/channel_api.html, https://docs.bullmq.io,
https://docs.nestjs.com/techniques/queues, https://docs.nestjs.com/techniques/task-scheduling, https://github.com/agenda/agenda,
https://github.com/node-cron/node-cron, https://github.com/node-schedule/node-schedule, https://github.com/golevelup/nestjs
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import Literal, NamedTuple

from ctxgen.model import Channel, Fact, Schedule
from ctxgen.opaque import Name, Opaque, name
from ctxgen.source.frameworks import plain
from ctxgen.source.guards import spelled
from ctxgen.source.program import Program
from ctxgen.source.script.calls import Found
from ctxgen.source.script.decorators import Mark, marks
from ctxgen.source.values import ClassValue, External, FunctionValue, Value

Kind = Literal["queue", "topic", "exchange", "subject", "stream", "channel"]
Role = Literal["producer", "consumer"]


class Sends(NamedTuple):
    """A call that names a channel: which, and the argument, the keys of an object among the arguments, or the maker's argument that names it."""

    kind: Kind
    system: str
    role: Role | None
    where: int = 0
    keys: tuple[str, ...] = ()
    maker: bool = False


_CALLS: dict[str, Sends] = {
    "kafkajs.Kafka().consumer().subscribe()": Sends("topic", "kafka", "consumer", keys=("topic", "topics")),
    "kafkajs.Kafka().producer().send()": Sends("topic", "kafka", "producer", keys=("topic",)),
    "bullmq.Queue()": Sends("queue", "bullmq", "producer"),
    "bullmq.Worker()": Sends("queue", "bullmq", "consumer"),
    "bull()": Sends("queue", "bull", "producer"),
    "bull().process()": Sends("queue", "bull", "consumer", maker=True),
    "bee-queue()": Sends("queue", "bee-queue", "producer"),
    "bee-queue().process()": Sends("queue", "bee-queue", "consumer", maker=True),
    "pg-boss().work()": Sends("queue", "pg-boss", "consumer"),
    "pg-boss().send()": Sends("queue", "pg-boss", "producer"),
    "@golevelup/nestjs-rabbitmq.AmqpConnection.publish()": Sends("exchange", "rabbitmq", "producer"),
    **{f"@nestjs/microservices.{client}.{called}()": Sends("topic", "nestjs", "producer") for client in ("ClientProxy", "ClientKafka", "ClientKafkaProxy", "ClientRMQ") for called in ("emit", "send")},
}  # fmt: skip
_AMQP: dict[str, Sends] = {
    "consume": Sends("queue", "rabbitmq", "consumer"),
    "sendToQueue": Sends("queue", "rabbitmq", "producer"),
    "assertQueue": Sends("queue", "rabbitmq", None),
    "publish": Sends("exchange", "rabbitmq", "producer"),
    "assertExchange": Sends("exchange", "rabbitmq", None),
}
_CHANNEL = re.compile(r"channel|(?:^|[._])ch$", re.IGNORECASE)
_AT_INDEX = {"node-cron.schedule()": 0, "cron.CronJob()": 0, "croner.Cron()": 0, "croner()": 0}


def messages(found: Found) -> Iterator[Fact]:
    """The channels that a call names."""
    stated = _CALLS.get(found.path)
    if stated is None and found.called in _AMQP and found.owner is not None:
        known = "amqp" in found.path or (b"amqp" in _text(found) and _CHANNEL.search(spelled(found.owner)) is not None)
        stated = _AMQP[found.called] if known else None
    if stated is None:
        return
    values: Value = found.made_with(0) if stated.maker else found.value(stated.where)
    for key in stated.keys:
        if isinstance(option := found.option(stated.where, key), (str, list)):
            values = option
    for each in plain(values):
        if each:
            yield Channel(name=name(each), kind=stated.kind, system=Name(stated.system), role=stated.role, at=found.at)


def _text(found: Found) -> bytes:
    sources = found.program.sources
    return sources.data(found.module.path) if sources is not None else b""


# ---------------------------------------------------------------------------------------------- schedules


def schedules(found: Found) -> Iterator[Fact]:
    """What a call lets the clock start."""
    path = found.path
    if path in _AT_INDEX:
        first = found.value(0)
        handler = _handler(found, 1)
        if isinstance(first, str):
            yield from _schedule(found, handler or found.inside or "scheduled call", first, handler)
    elif path == "cron.CronJob.from()" and isinstance(time := found.option(0, "cronTime"), str):
        yield from _schedule(found, found.inside or "scheduled call", time, None)
    elif path == "node-schedule.scheduleJob()":
        texts = [value for index in (0, 1) if isinstance(value := found.value(index), str)]
        if texts:
            handler = _handler(found, len(texts))
            yield from _schedule(found, texts[0] if len(texts) > 1 else handler or found.inside or "scheduled call", texts[-1], handler)
    elif re.fullmatch(r"(?:@hokify/)?agenda(?:\.Agenda)?\(\)\.(?:every|schedule)\(\)", path):
        for title in plain(found.value(1)):
            yield from _schedule(found, title, found.value(0), None)
    elif path == "pg-boss().schedule()" and isinstance(found.value(0), str):
        yield from _schedule(found, found.value(0), found.value(1), None)
    elif re.fullmatch(r"(?:bullmq\.Queue|bull)\(\)\.(?:add|upsertJobScheduler)\(\)", path) and isinstance(found.value(0), str):
        repeat = found.option(2, "repeat") if found.called == "add" else found.value(1)
        if isinstance(repeat, dict):
            stated = next((repeat[key] for key in ("pattern", "cron", "every") if key in repeat), None)
            shown = f"{stated}ms" if isinstance(stated, int) else stated
            yield from _schedule(found, found.value(0), shown, None)


def _handler(found: Found, index: int) -> str | None:
    value = found.value(index)
    return (value.name if isinstance(value, FunctionValue) else None) or spelled(found.expression(index)) or None


def _schedule(found: Found, title: str, stated: Value, handler: str | None) -> Iterator[Schedule]:
    if isinstance(stated, str):
        yield Schedule(name=name(title), schedule=clock(stated), handler=name(handler) if handler else None, at=found.at)


def clock(stated: str) -> Name | None:
    """A schedule that is safe to tell: a cron expression or a duration."""
    return Opaque(stated).cron() or Opaque(stated).duration()


# ---------------------------------------------------------------------------------------------- decorators


def decorated(program: Program, cls: ClassValue) -> Iterator[Fact]:
    """Processors of queues, injected queues, listeners and schedules that the decorators of a class state."""
    for mark in marks(program, cls.cls.decorators, cls.scope):
        if mark.path in ("@nestjs/bull.Processor", "@nestjs/bullmq.Processor") and (title := _title(mark)):
            yield Channel(name=name(title), kind="queue", system=_bull(mark), role="consumer", at=mark.at)
    for method in cls.cls.methods:
        for parameter in method.parameters if method.name == "constructor" else ():
            for mark in marks(program, parameter.decorators, cls.scope):
                if mark.path in ("@nestjs/bull.InjectQueue", "@nestjs/bullmq.InjectQueue") and (title := _title(mark)):
                    yield Channel(name=name(title), kind="queue", system=_bull(mark), role="producer", at=mark.at)
        for mark in marks(program, method.decorators, cls.scope):
            yield from _of_method(mark, f"{cls.cls.name}.{method.name}")


def _bull(mark: Mark) -> Name:
    return Name("bullmq" if "bullmq" in mark.path else "bull")


def _title(mark: Mark) -> str:
    value = mark.get(0)
    value = value.get("name") if isinstance(value, dict) else value
    return value if isinstance(value, str) else ""


def _of_method(mark: Mark, handler: str) -> Iterator[Fact]:
    if mark.path.startswith("@nestjs/schedule.") and mark.last in ("Cron", "Interval", "Timeout"):
        values = mark.arguments.positional
        stated = next((each for each in values if isinstance(each, (int, External)) or (isinstance(each, str) and clock(each))), None)
        named = next((each.get("name") for each in values if isinstance(each, dict)), None)
        if mark.last != "Cron":
            named = next((each for each in values if isinstance(each, str)), None)
        shown = clock(stated) if isinstance(stated, str) else None
        if isinstance(stated, int) and not isinstance(stated, bool):
            shown = name(f"{stated}ms")
        elif isinstance(stated, External) and ".CronExpression." in stated.path:
            shown = name(stated.path.rpartition(".")[2].lower().replace("_", " "))
        yield Schedule(name=name(named) if isinstance(named, str) else name(handler), schedule=shown, handler=name(handler), at=mark.at)
    elif mark.path in ("@golevelup/nestjs-rabbitmq.RabbitSubscribe", "@golevelup/nestjs-rabbitmq.RabbitRPC"):
        given = mark.get(0)
        options = given if isinstance(given, dict) else {}
        for key, kind in (("queue", "queue"), ("exchange", "exchange")):
            if isinstance(options.get(key), str):
                yield Channel(name=name(options[key]), kind=kind, system=Name("rabbitmq"), role="consumer", at=mark.at)  # type: ignore[arg-type]
