"""Tasks, messages and schedules of Python's libraries: Celery, Dramatiq, RQ, arq, Huey, TaskIQ; Kafka, RabbitMQ, NATS, FastStream; APScheduler, Airflow.

Sources: https://docs.celeryq.dev/en/stable/userguide/tasks.html, https://dramatiq.io/reference.html, https://arq-docs.helpmanuel.com,
https://python-rq.org/docs/, https://apscheduler.readthedocs.io/en/3.x/userguide.html, https://aiokafka.readthedocs.io/en/stable/api.html,
https://docs.confluent.io/platform/current/clients/confluent-kafka-python/html/, https://aio-pika.readthedocs.io, https://faststream.ag2.ai/latest/,
https://airflow.apache.org/docs/apache-airflow/stable/core-concepts/dags.html.
"""

from __future__ import annotations

from collections.abc import Iterator

from ctxgen.model import At, Channel, Endpoint, Fact, Schedule
from ctxgen.opaque import Name, Opaque, looks_secret, name
from ctxgen.source import ir
from ctxgen.source.guards import spelled
from ctxgen.source.program import Program
from ctxgen.source.python.resolve import PythonResolver
from ctxgen.source.python.walk import Met, calls, shown
from ctxgen.source.values import External, LazyImport

_LIBRARIES = {
    "celery": "celery", "dramatiq": "dramatiq", "rq": "rq", "django_rq": "rq", "arq": "arq", "huey": "huey", "taskiq": "taskiq", "faststream": "faststream", "aiokafka": "kafka",
    "kafka": "kafka", "confluent_kafka": "kafka", "aio_pika": "amqp", "pika": "amqp", "kombu": "amqp", "nats": "nats", "apscheduler": "apscheduler", "flask_apscheduler": "apscheduler",
    "airflow": "airflow",
}  # fmt: skip
"""Modules at the top of a library, and the family of what they do."""
_UNITS = ("weeks", "days", "hours", "minutes", "seconds")
_CRON = (("minute", "0"), ("hour", "*"), ("day", "*"), ("month", "*"), ("day_of_week", "*"))
_FIELDS = {"day": ("day", "day_of_month"), "month": ("month", "month_of_year"), "day_of_week": ("day_of_week", "weekday")}


def finish(program: Program) -> None:
    """The facts of all modules that use one of the libraries."""
    for path in list(program.modules):
        families = _families(program, path)
        if families:
            for met in calls(program, path):
                program.facts += _facts(program, met, families)


def _families(program: Program, path: str) -> set[str]:
    """What a module imports of the libraries; a task's module may import only the application that its decorator comes from."""
    module = program.modules[path]
    found: set[str] = set()
    for value in module.scope.names.values() if module is not None else ():
        if isinstance(value, LazyImport):
            found.add(_LIBRARIES.get(value.statement.module.partition(".")[0], ""))
        elif isinstance(value, External):
            found.add(_LIBRARIES.get(value.path.partition(".")[0], ""))
    return found - {""}


def _facts(program: Program, met: Met, families: set[str]) -> Iterator[Fact]:
    at = At(met.module.path, met.call.line)
    if met.decorates is not None:
        yield from _decorator(program, met, families, at)
    else:
        yield from _broker(program, met, families, at)
    yield from _schedules(program, met, families, at)


# ---------------------------------------------------------------------------------------------- tasks

_TASKS = {"task": ("celery", "huey", "taskiq"), "shared_task": ("celery",), "actor": ("dramatiq",), "job": ("rq",), "periodic_task": ("celery", "huey"), "db_task": ("huey",)}  # fmt: skip


def _decorator(program: Program, met: Met, families: set[str], at: At) -> Iterator[Fact]:
    """`@app.task(name="mail.send", queue="mail")`, `@dramatiq.actor`, `@broker.subscriber("orders")`."""
    what = met.decorates
    assert what is not None
    family = next((each for each in _TASKS.get(met.name, ()) if each in families), None)
    wrapper = isinstance(what, ir.Function) and any(spelled(mark).rpartition(".")[2] == "wraps" for mark in what.decorators)
    if family is not None and isinstance(what, ir.Function) and not wrapper:  # what is put around a function has a name for nobody
        stated = met.given(program, "name", "actor_name", "task_name")
        module = (
            program.resolver.named(met.module.path)
            if isinstance(program.resolver, PythonResolver) and family in ("celery", "taskiq")
            else ""
        )
        separator = "." if family == "celery" else ":"
        title = stated if isinstance(stated, str) else f"{module}{separator}{what.name}" if module else what.name
        yield Endpoint(kind="message", operation=name(title), handler=name(what.name), technology=Name(family), at=at)
        for queue in met.texts(program, "queue", "queue_name", *((0,) if family == "rq" else ())):
            yield from _channel(queue, "queue", family, "consumer", at)
    elif met.name in ("subscriber", "publisher") and "faststream" in families:
        system = _faststream(program, met)
        for topic in met.texts(program, 0, "queue", "topic", "subject", "channel", "list", "stream"):
            yield from _channel(topic, _KINDS.get(system, "topic"), system, "consumer" if met.name == "subscriber" else "producer", at)
            if met.name == "subscriber":
                yield Endpoint(kind="message", operation=name(topic), handler=name(what.name), technology=Name("faststream"), at=at)


_KINDS = {"kafka": "topic", "amqp": "queue", "nats": "subject", "redis": "channel"}


def _faststream(program: Program, met: Met) -> str:
    """The broker of `broker = KafkaBroker()`, where the module says it."""
    value = program.evaluate(met.owner, met.module.scope) if met.owner is not None else None
    path = value.path.lower() if isinstance(value, External) else ""
    return next(
        (
            system
            for word, system in (("kafka", "kafka"), ("confluent", "kafka"), ("rabbit", "amqp"), ("nats", "nats"), ("redis", "redis"))
            if word in path
        ),
        "",
    )


def _channel(title: str, kind: str, system: str, role: str | None, at: At) -> Iterator[Channel]:
    if title and not looks_secret(title) and len(title) < 200:
        yield Channel(name=name(title), kind=kind, system=Name(system) if system else None, role=role, at=at)  # type: ignore[arg-type]


# ---------------------------------------------------------------------------------------------- brokers


def _broker(program: Program, met: Met, families: set[str], at: At) -> Iterator[Fact]:
    """Topics, queues and subjects that are consumed and produced."""
    last = met.name
    if "kafka" in families:
        if last in ("AIOKafkaConsumer", "KafkaConsumer"):
            for each in met.call.arguments:
                value = program.evaluate(each.value, met.module.scope) if each.keyword is None else None
                for topic in value if isinstance(value, list) else [value]:
                    if isinstance(topic, str):
                        yield from _channel(topic, "topic", "kafka", "consumer", at)
        elif last == "subscribe":
            for topic in met.texts(program, 0, "topics"):
                yield from _channel(topic, "topic", "kafka", "consumer", at)
        elif last in ("send", "send_and_wait", "produce") and "producer" in spelled(met.owner).lower():
            for topic in met.texts(program, 0, "topic"):
                yield from _channel(topic, "topic", "kafka", "producer", at)
    if "amqp" in families:
        if last in ("declare_queue", "queue_declare", "get_queue"):
            for queue in met.texts(program, 0, "queue", "name"):
                yield from _channel(queue, "queue", "amqp", None, at)
        elif last == "basic_consume":
            for queue in met.texts(program, "queue", 0):
                yield from _channel(queue, "queue", "amqp", "consumer", at)
        elif last in ("declare_exchange", "exchange_declare"):
            for exchange in met.texts(program, "exchange", "name", 0):
                yield from _channel(exchange, "exchange", "amqp", None, at)
        elif last in ("basic_publish", "publish"):
            for queue in met.texts(program, "routing_key"):
                yield from _channel(queue, "queue", "amqp", "producer", at)
    if "nats" in families and last in ("subscribe", "publish"):
        for subject in met.texts(program, 0, "subject"):
            yield from _channel(subject, "subject", "nats", "consumer" if last == "subscribe" else "producer", at)
    if "rq" in families and last == "Queue":
        for queue in met.texts(program, 0, "name"):
            yield from _channel(queue, "queue", "rq", None, at)


# ---------------------------------------------------------------------------------------------- schedules


def _schedules(program: Program, met: Met, families: set[str], at: At) -> Iterator[Schedule]:
    """`scheduler.add_job(clean, "interval", minutes=5)`, `sender.add_periodic_task(crontab(hour=3), clean.s())`, arq's `cron(clean, hour=3)`."""
    last = met.name
    if "apscheduler" in families and last in ("add_job", "scheduled_job", "task", "add_schedule"):
        decorated = met.decorates.name if met.decorates is not None else ""
        trigger = met.written("trigger", *((0,) if met.decorates is not None else (1,)))
        handler = decorated or shown(met.written(0, "func"))
        stated = _trigger(program, met, trigger)
        if handler and (stated is not None or trigger is not None):
            title = met.given(program, "id", "name")
            yield Schedule(name=name(title if isinstance(title, str) else handler), schedule=stated, handler=name(handler), at=at)
    elif "celery" in families and last == "add_periodic_task":
        handler = shown(met.written(1, "sig"))
        title = met.given(program, "name")
        yield Schedule(name=name(title if isinstance(title, str) else handler), schedule=_when(program, met, met.written(0, "schedule")), handler=name(handler), at=at)  # fmt: skip
    elif "arq" in families and last == "cron" and (handler := shown(met.written(0))):
        yield Schedule(name=name(handler), schedule=_crontab(program, met, met.call), handler=name(handler), at=at)
    elif "airflow" in families and last in ("DAG", "dag"):
        yield from _dag(program, met, at)
    elif last == "periodic_task" and met.decorates is not None and families & {"huey", "celery"}:
        yield Schedule(
            name=name(met.decorates.name),
            schedule=_when(program, met, met.written(0, "run_every")),
            handler=name(met.decorates.name),
            at=at,
        )


def _dag(program: Program, met: Met, at: At) -> Iterator[Schedule]:
    """`with DAG("clean", schedule="@daily")`, `@dag(schedule=timedelta(hours=1))`; one without a schedule is started by hand."""
    written = met.written("schedule", "schedule_interval", "timetable")
    title = met.given(program, "dag_id", 0)
    decorated = met.decorates.name if met.decorates is not None else ""
    title = title if isinstance(title, str) else decorated
    if title and written is not None and not (isinstance(written, ir.Literal) and written.value is None):
        value = program.evaluate(written, met.module.scope)
        stated = Opaque(value).cron() if isinstance(value, str) else _every(program, met, written) if isinstance(written, ir.Call) else None
        yield Schedule(name=name(title), schedule=stated, handler=name(decorated or title), at=at)


def _trigger(program: Program, met: Met, trigger: ir.Expression | None) -> Name | None:
    if isinstance(trigger, ir.Call):
        kind = spelled(trigger).rpartition(".")[2]
        if kind == "from_crontab" or (kind == "CronTrigger" and trigger.arguments and trigger.arguments[0].keyword is None):
            value = program.evaluate(trigger.arguments[0].value, met.module.scope) if trigger.arguments else None
            return Opaque(value).cron() if isinstance(value, str) else None
        return _every(program, met, trigger) if kind == "IntervalTrigger" else _crontab(program, met, trigger)
    value = program.evaluate(trigger, met.module.scope) if trigger is not None else None
    return _every(program, met, met.call) if value == "interval" else _crontab(program, met, met.call) if value == "cron" else None


def _when(program: Program, met: Met, written: ir.Expression | None) -> Name | None:
    """`crontab(hour=3)`, `timedelta(minutes=5)`, `30.0`."""
    if isinstance(written, ir.Call):
        return _crontab(program, met, written) if spelled(written).endswith("crontab") else _every(program, met, written)
    value = program.evaluate(written, met.module.scope) if written is not None else None
    return name(f"every {value:g} s") if isinstance(value, (int, float)) and not isinstance(value, bool) else None


def _every(program: Program, met: Met, call: ir.Call) -> Name | None:
    """A duration in the units that keywords state."""
    given = {each.keyword: program.evaluate(each.value, met.module.scope) for each in call.arguments if each.keyword in _UNITS}
    parts = [f"{value} {unit}" for unit in _UNITS if isinstance(value := given.get(unit), (int, float)) and not isinstance(value, bool)]
    return name("every " + " ".join(parts)) if parts else None


def _crontab(program: Program, met: Met, call: ir.Call) -> Name | None:
    """A cron expression of keywords; what stands before the first that is stated is its least value, what stands behind is any."""
    given = {each.keyword: program.evaluate(each.value, met.module.scope) for each in call.arguments if each.keyword is not None}
    fields: list[str] = []
    stated = False
    library = spelled(call).rpartition(".")[2]
    for field, least in _CRON:
        value = next((given[each] for each in _FIELDS.get(field, (field,)) if each in given), None)
        if isinstance(value, (int, str)) and not isinstance(value, bool):
            fields.append(str(value).replace(" ", ""))
            stated = True
        elif isinstance(value, list):
            fields.append(",".join(str(each) for each in value if isinstance(each, int)))
            stated = True
        else:  # Celery's and Huey's unstated fields are any value
            fields.append("*" if library == "crontab" or stated else least if field == "minute" else "*")
    return Opaque(" ".join(fields)).cron() if stated else None
