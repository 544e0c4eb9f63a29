"""AsyncAPI 2 and 3: the channels of a message-driven interface, and who sends and receives on them.

Sources: https://www.asyncapi.com/docs/reference/specification/v3.0.0, https://v2.asyncapi.com/docs/reference/specification/v2.6.0.
In version 2 `publish` is what others may publish, so the application consumes it; version 3 says `send` and `receive`
from the application's side.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import Literal

from ctxgen.documents import Node
from ctxgen.model import Channel, Fact, Resource
from ctxgen.opaque import Name, Opaque, name, version
from ctxgen.readers import reads
from ctxgen.tree import File

_YAML_START = re.compile(rb"^[\"']?asyncapi[\"']?[ \t]*:", re.MULTILINE)
_ADDRESS = re.compile(r"[A-Za-z0-9_{}][\w.:/{}#*>-]{0,99}")
_PROTOCOLS = {
    "amqp", "amqps", "amqp1", "kafka", "kafka-secure", "mqtt", "secure-mqtt", "mqtt5", "nats", "redis", "sns", "sqs", "pulsar", "googlepubsub", "jms", "stomp", "stomps", "anypointmq",
    "ibmmq", "solace", "ws", "wss", "http", "https", "mercure",
}  # fmt: skip


@reads("*.yml", "*.yaml", contains=(b"asyncapi",))
def read_asyncapi_yaml(file: File) -> Iterator[Fact]:
    """A description in YAML."""
    if _YAML_START.search(file.data):
        yield from _described(file, file.yaml())


@reads("*asyncapi*.json", contains=(b'"asyncapi"',))
def read_asyncapi_json(file: File) -> Iterator[Fact]:
    """A description in JSON."""
    yield from _described(file, file.json())


def _described(file: File, root: Node) -> Iterator[Fact]:
    said = root.get("asyncapi")
    stated = version(said.text) if said is not None else None
    if said is None or stated is None or not re.match(r"[1-3]\.", stated):
        return
    yield Resource(platform="other", kind=name("asyncapi"), version=stated, at=file.at(said.line))
    protocol = _protocol(root)
    channels = root.get("channels") or Node({}, 1)
    operations = root.get("operations") or Node({}, 1)
    roles = _roles(operations)
    for key, channel in channels.items():
        address = channel.get("address")
        written = (address.text if address is not None else None) or key
        if not _ADDRESS.fullmatch(written):
            continue
        role: Literal["producer", "consumer"] | None = roles.get(key)
        if channel.get("publish") is not None or channel.get("subscribe") is not None:
            both = channel.get("publish") is not None and channel.get("subscribe") is not None
            role = None if both else "consumer" if channel.get("publish") is not None else "producer"
        yield Channel(name=name(written), kind=_kind(channel), system=_bound(channel) or protocol, role=role, at=file.at(channel.line))


def _protocol(root: Node) -> Name | None:
    """The protocol of the servers, where all have one."""
    servers = root.get("servers") or Node({}, 1)
    words = {Opaque(said.text).word(_PROTOCOLS) for _, server in servers.items() if (said := server.get("protocol")) and said.text}
    return words.pop() if len(words) == 1 else None


def _roles(operations: Node) -> dict[str, Literal["producer", "consumer"] | None]:
    """What the operations of version 3 say of each channel; of one that is both sent to and received from, nothing."""
    roles: dict[str, Literal["producer", "consumer"] | None] = {}
    for _, operation in operations.items():
        target, action = operation.get("channel", "$ref"), operation.get("action")
        if target is None or not target.text or action is None or action.text not in ("send", "receive"):
            continue
        key = target.text.rpartition("/")[2].replace("~1", "/").replace("~0", "~")
        role: Literal["producer", "consumer"] = "producer" if action.text == "send" else "consumer"
        roles[key] = role if roles.get(key, role) == role else None
    return roles


def _bound(channel: Node) -> Name | None:
    bindings = channel.get("bindings") or Node({}, 1)
    words = {word for key, _ in bindings.items() if (word := Opaque(key).word(_PROTOCOLS))}
    return words.pop() if len(words) == 1 else None


def _kind(channel: Node) -> Literal["queue", "exchange", "topic", "channel"]:
    """What a binding of AMQP or Kafka says that the channel is."""
    match channel.get("bindings", "amqp", "is"):
        case Node(value="queue"):
            return "queue"
        case Node(value="routingKey"):
            return "exchange"
    return "topic" if channel.get("bindings", "kafka") is not None else "channel"
