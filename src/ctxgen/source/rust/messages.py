"""Topics, queues and subjects that Rust code reads from and writes to, and what the clock starts.

Sources: https://docs.rs/rdkafka, https://docs.rs/lapin, https://docs.rs/amqprs, https://docs.rs/async-nats, https://docs.rs/apalis, https://docs.rs/tokio-cron-scheduler,
https://docs.rs/clokwerk, https://docs.rs/rumqttc, https://docs.rs/redis.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import Literal, NamedTuple

from ctxgen.model import Channel, Fact, Schedule
from ctxgen.opaque import Name, Opaque, name
from ctxgen.source import ir
from ctxgen.source.frameworks import plain
from ctxgen.source.guards import spelled
from ctxgen.source.typed_calls import Found


class _Use(NamedTuple):
    """Which argument names what, and whether it is read or written; `alone` where no other library has a method of the name."""

    where: int
    kind: Literal["queue", "topic", "exchange", "subject", "stream", "channel"]
    system: str
    role: Literal["producer", "consumer"] | None = None
    alone: bool = False


_USES: dict[str, dict[str, _Use]] = {
    "rdkafka": {
        "to": _Use(0, "topic", "kafka", "producer"), "with_payload": _Use(0, "topic", "kafka", "producer"), "subscribe": _Use(0, "topic", "kafka", "consumer"),
        "NewTopic": _Use(0, "topic", "kafka"),
    },
    "lapin": {
        "queue_declare": _Use(0, "queue", "rabbitmq", None, True), "exchange_declare": _Use(0, "exchange", "rabbitmq", None, True), "basic_consume": _Use(0, "queue", "rabbitmq", "consumer", True),
    },
    "amqprs": {"durable_client_named": _Use(0, "queue", "rabbitmq", None, True)},
    "async_nats": {
        "publish": _Use(0, "subject", "nats", "producer"), "publish_with_headers": _Use(0, "subject", "nats", "producer"), "request": _Use(0, "subject", "nats", "producer"),
        "subscribe": _Use(0, "subject", "nats", "consumer"), "queue_subscribe": _Use(0, "subject", "nats", "consumer", True),
    },
    "rumqttc": {"publish": _Use(0, "topic", "mqtt", "producer"), "subscribe": _Use(0, "topic", "mqtt", "consumer")},
    "redis": {"publish": _Use(0, "channel", "redis", "producer"), "subscribe": _Use(0, "channel", "redis", "consumer"), "xadd": _Use(0, "stream", "redis", "producer", True)},
}  # fmt: skip
_SINGLE = {"publish", "subscribe", "request", "publish_with_headers"}
"""Methods that many libraries have: they count where the file uses one alone that has them."""


def written(found: Found, data: bytes) -> Iterator[Fact]:
    """The channels that a call names, and what it lets the clock start."""
    library, called = found.path.partition(".")[0], found.called
    use = _USES.get(library, {}).get(called)
    if use is None and not library[:1].isupper():
        use = _by_file(called, data)
    if use is not None and found.owner is not None:
        if called == "basic_publish":
            return
        for text in plain(found.value(use.where)):
            if text and "{" not in text:
                yield Channel(name=name(text), kind=use.kind, system=Name(use.system), role=use.role, at=found.at)
    elif called == "basic_publish" and b"lapin" in data:
        yield from _published(found)
    elif (
        library == "apalis"
        and called == "new"
        and spelled(found.owner).rpartition(".")[2] == "WorkerBuilder"
        and isinstance(found.value(0), str)
    ):
        title = found.value(0)
        yield Channel(name=name(title), kind="queue", system=Name("apalis"), role="consumer", at=found.at)
    yield from _schedules(found, library, data)


def _by_file(called: str, data: bytes) -> _Use | None:
    """What a method is where its owner's type is not known: that of the only library of the file that has one of the name."""
    known = [calls[called] for library, calls in _USES.items() if called in calls and library.encode() in data]
    return known[0] if len(known) == 1 and (known[0].alone or called in _SINGLE) else None


def _published(found: Found) -> Iterator[Channel]:
    """The exchange; the queue that the key names where it is the default one."""
    exchange, key = found.value(0), found.value(1)
    text, kind = (key, "queue") if exchange == "" else (exchange, "exchange")
    if isinstance(text, str) and text and "{" not in text:
        yield Channel(name=name(text), kind=kind, system=Name("rabbitmq"), role="producer", at=found.at)  # type: ignore[arg-type]


# ---------------------------------------------------------------------------------------------- schedules


def _schedules(found: Found, library: str, data: bytes) -> Iterator[Schedule]:
    called, path = found.called, found.path
    if library == "tokio_cron_scheduler" and path.startswith("tokio_cron_scheduler.") and ".Job." in path:
        if called in ("new", "new_async", "new_tz", "new_async_tz", "new_cron_job", "new_cron_job_async"):
            text = found.value(0)
            yield from _started(found, Opaque(text).cron() if isinstance(text, str) else None)
        elif called in ("new_repeated", "new_repeated_async"):
            span = found.span(found.expression(0))
            yield from _started(found, name(f"every {span}") if span else None)
    elif library == "clokwerk" and called == "run":
        yield from _started(found, _every(found))
    elif called == "from_str" and path.startswith(("cron.Schedule", "apalis_cron.Schedule", "apalis.cron.Schedule")):
        text = found.value(0)
        yield from _started(found, Opaque(text).cron() if isinstance(text, str) else None)


def _every(found: Found) -> Name | None:
    """`scheduler.every(10.minutes()).run(…)`."""
    owner = found.owner
    while isinstance(owner, ir.Call) and isinstance(owner.function, ir.Attribute):
        if owner.function.name == "every" and owner.arguments:
            span = owner.arguments[0].value
            if isinstance(span, ir.Call) and isinstance(span.function, ir.Attribute) and isinstance(span.function.owner, ir.Literal):
                number, unit = span.function.owner.value, span.function.name
                return name(f"every {number} {unit}") if isinstance(number, int) and unit.isalpha() else None
        owner = owner.function.owner
    return None


def _started(found: Found, when: Name | None) -> Iterator[Schedule]:
    """The job is told by what its closure calls, else by the function that sets it up."""
    if when is not None:
        handler = found.expression(1)
        shown = spelled(handler) if isinstance(handler, (ir.Name, ir.Attribute)) else ""
        yield Schedule(name=name(shown or found.inside.name or "job"), schedule=when, handler=name(shown) if shown else None, at=found.at)
