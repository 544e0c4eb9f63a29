"""Queues, topics, exchanges and subjects that files name, with who sends and receives where a file says it."""

from __future__ import annotations

import re
from collections import defaultdict
from collections.abc import Iterator, Sequence
from typing import Literal

from ctxgen.catalogue import Catalogue
from ctxgen.context import Message, Technology
from ctxgen.facts import Facts
from ctxgen.inference.evidence import cite
from ctxgen.join import Join
from ctxgen.model import At, Channel, ConfigKey, Process, Resource, Service, Variable
from ctxgen.opaque import Name, Opaque, name
from ctxgen.places import Places, for_tests

Kind = Literal["queue", "topic", "exchange", "subject", "stream", "channel"]

_SYSTEMS = {
    "kafka": "kafka", "kafka-secure": "kafka", "smallrye-kafka": "kafka", "rabbitmq": "rabbitmq", "rabbit": "rabbitmq", "smallrye-rabbitmq": "rabbitmq", "nats": "nats", "pulsar": "pulsar",
    "sqs": "sqs", "sns": "sns", "mqtt": "mqtt", "secure-mqtt": "mqtt", "mqtt5": "mqtt", "googlepubsub": "google-pubsub", "pubsub": "google-pubsub", "servicebus": "azure-service-bus",
    "redis": "redis", "celery": "celery", "sidekiq": "sidekiq", "activemq": "activemq", "kinesis": "kinesis", "eventhubs": "azure-event-hubs", "eventhub": "azure-event-hubs", "bullmq": "bullmq",
    "rq": "rq", "ibmmq": "ibm-mq", "artemis": "artemis", "good_job": "good-job", "solid_queue": "solid-queue", "oban": "oban", "delayed_job": "delayed-job", "resque": "resque", "que": "que",
}  # fmt: skip
_RESOURCES: dict[str, tuple[str, Kind]] = {
    "aws_sqs_queue": ("sqs", "queue"), "aws_sns_topic": ("sns", "topic"), "aws_kinesis_stream": ("kinesis", "stream"), "google_pubsub_topic": ("google-pubsub", "topic"),
    "azurerm_servicebus_queue": ("azure-service-bus", "queue"), "azurerm_servicebus_topic": ("azure-service-bus", "topic"), "azurerm_eventhub": ("azure-event-hubs", "stream"),
    "kafka_topic": ("kafka", "topic"), "confluent_kafka_topic": ("kafka", "topic"), "rabbitmq_queue": ("rabbitmq", "queue"), "rabbitmq_exchange": ("rabbitmq", "exchange"),
    "AWS::SQS::Queue": ("sqs", "queue"), "AWS::SNS::Topic": ("sns", "topic"), "AWS::Kinesis::Stream": ("kinesis", "stream"), "KafkaTopic": ("kafka", "topic"),
}  # fmt: skip
_KUBERNETES = re.compile(r"(?:(?P<group>kafka\.strimzi\.io|rabbitmq\.com)/\S+) (?P<kind>KafkaTopic|Queue|Exchange)")
_STREAM = re.compile(r"spring\.cloud\.stream\.bindings\.(?P<binding>[\w-]+)\.destination")
_REACTIVE = re.compile(
    r"mp\.messaging\.(?P<side>incoming|outgoing)\.(?P<channel>[\w-]+)\.(?P<field>connector|topic|queue\.name|exchange\.name|address|destination)"
)
_ROUTES = re.compile(
    r"(?:celery[._])?task_routes\..+\.queue|(?:celery[._])?(?:task_)?default_queue|(?:celery[._])?(?:task_)?queues(?:\.[\w-]+)?"
)
_NAMED = re.compile(
    r"(?:.*[._:-])?(?P<system>kafka|rabbitmq|rabbit|nats|pulsar|sqs|sns|pubsub|servicebus|activemq|kinesis|eventhubs?|mqtt)(?:[._:-].*)?"
    r"[._:-](?:[\w-]*?[_-])?(?P<kind>topics?|queues?|exchanges?|subjects?|streams?)(?:[._-]?names?)?(?:\.(?!partitions|replic|count|size|max|min|enabled|type|durable|auto)[\w-]+)?"
)
_BUS = re.compile(
    r"(?:.*[._:-])?(?:eventbus|messagebus|messagebroker|servicebroker|broker|masstransit|jetstream|amqp|messaging)\w{0,20}(?:[._:-].*)?[._:-](?:[\w-]*?[_-])?(?P<kind>topic|queue|exchange|subject|stream)s?(?:[._-]?names?)?"
)
"""Keys that name a bus and not its broker, which is told where only one is used."""
_SPRING: dict[str, tuple[str, Kind, str | None]] = {
    "spring.kafka.template.default-topic": ("kafka", "topic", "producer"), "spring.rabbitmq.template.exchange": ("rabbitmq", "exchange", "producer"),
    "spring.rabbitmq.template.default-receive-queue": ("rabbitmq", "queue", "consumer"), "spring.rabbitmq.template.queue": ("rabbitmq", "queue", "consumer"),
    "spring.jms.template.default-destination": ("jms", "queue", "producer"), "spring.pulsar.producer.topic-name": ("pulsar", "topic", "producer"),
    "eventbus.subscriptionclientname": ("", "queue", "consumer"),
}  # fmt: skip
_VARIABLE = re.compile(
    r"(?:.*_)?(?P<system>KAFKA|RABBITMQ|RABBIT|NATS|PULSAR|SQS|SNS|PUBSUB|SERVICEBUS|SERVICE_BUS|MQTT|KINESIS|CELERY)_(?:.*_)?(?P<kind>TOPIC|QUEUE|EXCHANGE|SUBJECT|STREAM)S?(?:_NAMES?)?"
)
_NO_NAME = {
    "true",
    "false",
    "default",
    "none",
    "null",
    "direct",
    "topic",
    "fanout",
    "headers",
    "classic",
    "quorum",
    "kafka",
    "rabbitmq",
    "rabbit",
    "sqs",
    "sync",
    "memory",
}
_STOCK = ("your-", "your_")
"""How names begin that generators leave to be filled in."""
Found = tuple[str, Kind, Name, str | None, str | None, At]
"""System, kind, name, role, component, place."""


def messaging(facts: Facts, technologies: Sequence[Technology], join: Join, catalogue: Catalogue, places: Places) -> list[Message]:
    """Every named channel once, by technology, kind and name."""
    used = {t.id for t in technologies if t.usage in ("used", "default") and t.scope in ("backend", "deploy")}
    grouped: dict[tuple[str, Kind, Name], list[Found]] = defaultdict(list)
    for found in _found(facts, join):
        system, kind, title, _, _, at = found
        if places.scope(at.path) is not None or title.lower() in _NO_NAME or title.lower().startswith(_STOCK) or "$" in title:
            continue
        technology = _technology(system, used, catalogue)
        kind = "topic" if kind == "channel" and technology in ("kafka", "redpanda") else kind
        grouped[technology or "", kind, title].append(found)
    messages = []
    for (technology, kind, title), same in sorted(grouped.items()):
        sides = {
            side: tuple(sorted({owner for _, _, _, role, owner, _ in same if role == side and owner})) for side in ("producer", "consumer")
        }
        messages.append(Message(technology or None, kind, title, sides["producer"], sides["consumer"], cite((each[5] for each in same), 4)))
    return messages


def _technology(system: str, used: set[str], catalogue: Catalogue) -> str | None:
    """The broker behind the word that a file has for it; a protocol or a framework tells it only where one broker that fits is used."""
    compatible = {other: each for each in sorted(used) for other in catalogue[each].compatible_with if other not in used}
    if (known := _SYSTEMS.get(system)) is not None:
        known = compatible.get(known, known)
        return known if known in catalogue.technologies else None
    fitting: dict[str, set[str]] = {
        "amqp": {"rabbitmq", "activemq", "artemis", "azure-service-bus"},
        "jms": {"activemq", "artemis", "ibm-mq"},
        "amqps": {"rabbitmq"},
        "amqp1": {"activemq", "artemis"},
        "active-job": set(),
        "laravel": set(),
    }
    fit = fitting.get(system, {"rabbitmq", "kafka", "nats", "pulsar", "azure-service-bus", "google-pubsub", "activemq", "sqs", "kinesis"})
    brokers = used & (fit | {each for other, each in compatible.items() if other in fit})
    return next(iter(brokers)) if len(brokers) == 1 else None


def _found(facts: Facts, join: Join) -> Iterator[Found]:
    for channel in facts.of(Channel):
        running = join.process(join.component(channel.at.path, channel.owner))
        yield channel.system or "", channel.kind, channel.name, channel.role, running, channel.at
    for resource in facts.of(Resource):
        kind: str = resource.kind
        if (found := _KUBERNETES.fullmatch(kind)) is not None:
            kind = {"KafkaTopic": "KafkaTopic", "Queue": "rabbitmq_queue", "Exchange": "rabbitmq_exchange"}[found["kind"]]
        if kind in _RESOURCES and resource.name:
            yield *_RESOURCES[kind], resource.name, None, None, resource.at
    for key in facts.of(ConfigKey):
        if for_tests(key.when):
            continue
        component = join.component(key.at.path)
        for system, kind_, title, role in _in_key(key):
            yield system, kind_, title, role, component, key.at
    for variable in facts.of(Variable):
        if variable.value is not None and variable.source != "ci" and not for_tests(variable.when):
            for system, kind_, title in _in_variable(variable.name, variable.value):
                yield system, kind_, title, None, join.component(variable.at.path, variable.owner), variable.at
    commands = [(fact.at, fact.command, fact.owner) for fact in facts.of(Process)]
    commands += [(fact.at, fact.command, fact.name) for fact in facts.of(Service) if fact.command is not None]
    for at, command, owner in commands:
        yield from _in_command(at, command, join.component(at.path, owner))


def _names(value: Opaque) -> list[Name]:
    """The identifiers that a value lists; nothing where a part is none, which may then be the rest of something else."""
    titles = [part.identifier() for part in value.interpolate(lambda _: None).split(",; ")]
    known = [title for title in titles if title is not None]
    return known if len(known) == len(titles) else []


def _in_key(key: ConfigKey) -> Iterator[tuple[str, Kind, Name, str | None]]:
    lowered = key.key.lower()
    if (found := _STREAM.fullmatch(lowered)) is not None:
        binding = found["binding"]
        role = (
            "producer"
            if re.search(r"-out-\d+$|output$|^output", binding)
            else "consumer"
            if re.search(r"-in-\d+$|input$|^input", binding)
            else None
        )
        for title in _names(key.value):
            yield "", "channel", title, role
    elif (found := _REACTIVE.fullmatch(lowered)) is not None:
        role = "consumer" if found["side"] == "incoming" else "producer"
        if found["field"] == "connector":
            if (word := key.value.word(_SYSTEMS.keys())) is not None:
                yield word, "channel", name(found["channel"]), role
        else:
            kind: Kind = "topic" if found["field"] == "topic" else "exchange" if found["field"].startswith("exchange") else "queue"
            for title in _names(key.value):
                yield "kafka" if kind == "topic" else "", kind, title, role
    elif lowered in _SPRING:
        system, kind, role = _SPRING[lowered]
        for title in _names(key.value):
            yield system, kind, title, role
    elif lowered.startswith(("celery", "task_")) and _ROUTES.fullmatch(lowered):
        for title in _names(key.value):
            yield "celery", "queue", title, None
    elif (found := _NAMED.fullmatch(lowered)) is not None and key.dialect in ("spring", "aspnet", "quarkus", "micronaut"):
        for title in _names(key.value):
            yield found["system"], _kind(found["kind"]), title, None
    elif (found := _BUS.fullmatch(lowered)) is not None and key.dialect in ("spring", "aspnet", "quarkus", "micronaut"):
        for title in _names(key.value):
            yield "", _kind(found["kind"]), title, None


def _kind(word: str) -> Kind:
    kinds: tuple[Kind, ...] = ("topic", "queue", "exchange", "subject", "stream")
    return next((kind for kind in kinds if word.lower().startswith(kind)), "channel")


def _in_variable(variable: str, value: Opaque) -> Iterator[tuple[str, Kind, Name]]:
    """`KAFKA_CREATE_TOPICS=orders:3:1,stock:1:1` as images of Kafka read it, and variables that name a broker and a kind of channel."""
    if variable == "KAFKA_CREATE_TOPICS":
        topics = [part.split(":") for part in value.split(",")]
        if all(len(fields) >= 3 and fields[0].identifier() and fields[1].integer() and fields[2].integer() for fields in topics):
            yield from (("kafka", "topic", title) for fields in topics if (title := fields[0].identifier()) is not None)
    elif (found := _VARIABLE.fullmatch(variable)) is not None:
        for title in _names(value):
            yield found["system"].replace("_", "").lower(), _kind(found["kind"]), title


def _in_command(at: At, command: Opaque, component: str | None) -> Iterator[Found]:
    """`kafka-topics --create --topic orders`, and the queues that a worker of Celery takes from."""
    if (
        command.words({"kafka-topics", "kafka-topics.sh"})
        and (topic := command.option("--topic")) is not None
        and (title := topic.identifier())
    ):
        yield "kafka", "topic", title, None, None, at
    if command.words({"celery"}) and command.words({"worker"}) and (queues := command.option("-Q", "--queues")) is not None:
        for title in _names(queues):
            yield "celery", "queue", title, "consumer", component, at
