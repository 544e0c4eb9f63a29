"""RabbitMQ's definitions: exchanges and queues that a broker starts with.  Source: https://www.rabbitmq.com/docs/definitions.

The file holds users with password hashes, too; of those nothing is read.
"""

from __future__ import annotations

from collections.abc import Iterator

from ctxgen.model import Channel, Fact
from ctxgen.opaque import Opaque, name
from ctxgen.readers import reads
from ctxgen.tree import File


@reads("*definitions*.json", "rabbitmq*.json", "load_definition*.json", contains=(b'"exchanges"', b'"queues"'))
def read_rabbitmq_definitions(file: File) -> Iterator[Fact]:
    """Every named queue and exchange, the broker's own aside."""
    root = file.json()
    if not any(root.get(key) is not None for key in ("vhosts", "rabbit_version", "rabbitmq_version", "bindings", "permissions")):
        return
    for key, kind in (("queues", "queue"), ("exchanges", "exchange")):
        listed = root.get(key)
        for each in listed.elements() if listed is not None else ():
            said = each.get("name")
            title = Opaque(said.text).identifier() if said is not None and said.text else None
            if said is not None and title is not None and not title.startswith("amq."):
                yield Channel(name=title, kind="queue" if kind == "queue" else "exchange", system=name("rabbitmq"), at=file.at(said.line))
