"""Names of queues and subjects that source code states: endpoints of MassTransit, subjects of NATS.

Sources: https://masstransit.io/documentation/configuration, https://masstransit.io/documentation/concepts/producers#addresses, https://docs.nats.io/nats-concepts/subjects.
Only literals are read; a name that is put together is none.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import Literal

from ctxgen.model import Channel
from ctxgen.opaque import Opaque, name
from ctxgen.readers import reads
from ctxgen.tree import SOURCE_LIMIT, File

_N = r"([A-Za-z][\w.:*>-]{1,100})"
_MASS_TRANSIT = re.compile(
    rf"\b(?P<receive>ReceiveEndpoint\(\s{{0,9}}\"{_N}\")|\"(?P<kind>queue|exchange|topic):(?P<address>[\w.-]{{2,100}})(?:\?[^\"\n]{{0,100}})?\"|\bSetEntityName\(\s{{0,9}}\"(?P<entity>[\w.-]{{2,100}})\""
)
_NATS = re.compile(
    rf"\b\w*\.?(?P<consumer>(?:[qQ]ueue)?[sS]ubscribe(?:Sync|Async)?|QueueSubscribeSync|[pP]ullSubscribe|ChanSubscribe|SubscribeCoreAsync)(?:<[\w.\[\]]{{1,60}}>)?\(\s{{0,9}}(?:subject\s{{0,3}}[:=]\s{{0,3}})?[\"'`]{_N}[\"'`]"
    rf"|\.(?P<producer>[pP]ublish(?:Async|Msg)?|[rR]equest(?:Async)?)(?:<[\w.\[\]]{{1,60}}>)?\(\s{{0,9}}(?:subject\s{{0,3}}[:=]\s{{0,3}})?[\"'`]([A-Za-z][\w.-]{{1,100}})[\"'`]"
)
_IMPORTS_NATS = re.compile(
    rb"[\"'](?:nats|@nats-io/[\w-]+|ts-nats)[\"']|^[ \t]*(?:import|from) nats\b|\busing NATS\.|\bio\.nats\.client",
    re.MULTILINE,
)
_COMMENT = re.compile(r"\s{0,80}(?://|#|\*|--)")


@reads("*.cs", limit=SOURCE_LIMIT, contains=(b"ReceiveEndpoint(", b'"queue:', b'"exchange:', b'"topic:', b"SetEntityName("))
def read_mass_transit(file: File) -> Iterator[Channel]:
    """The queues of receive endpoints, the addresses that messages are sent to, and the exchanges of messages."""
    for found, line in _outside_comments(file, _MASS_TRANSIT):
        if found["receive"]:
            yield from _channel(file, found[2], "queue", None, "consumer", line)
        elif found["kind"]:
            kind: Literal["queue", "exchange", "topic"] = (
                "queue" if found["kind"] == "queue" else "exchange" if found["kind"] == "exchange" else "topic"
            )
            yield from _channel(file, found["address"], kind, None, "producer", line)
        else:
            yield from _channel(file, found["entity"], "exchange", None, "producer", line)


@reads(
    "*.ts",
    "*.js",
    "*.mjs",
    "*.py",
    "*.cs",
    "*.java",
    "*.kt",
    limit=SOURCE_LIMIT,
    contains=(b"nats",),
    excludes=("*.spec.ts", "*.test.ts", "*.min.js"),
)
def read_nats_subjects(file: File) -> Iterator[Channel]:
    """The subjects that code which imports a client of NATS subscribes to and publishes; Go and Rust are followed for that (`source/`)."""
    if _IMPORTS_NATS.search(file.data):
        for found, line in _outside_comments(file, _NATS):
            consumes = found["consumer"] is not None
            yield from _channel(file, found[2] if consumes else found[4], "subject", "nats", "consumer" if consumes else "producer", line)


def _outside_comments(file: File, pattern: re.Pattern[str]) -> Iterator[tuple[re.Match[str], int]]:
    for number, line in enumerate(file.lines, 1):
        if not _COMMENT.match(line[:100]):
            for found in pattern.finditer(line[:1_000]):
                yield found, number


def _channel(
    file: File,
    title: str,
    kind: Literal["queue", "exchange", "topic", "subject"],
    system: str | None,
    role: Literal["producer", "consumer"],
    line: int,
) -> Iterator[Channel]:
    """A channel, unless its name may be a credential."""
    plain = Opaque(title.replace(">", "").replace("*", "").strip(".")).identifier()
    if plain is not None:
        yield Channel(name=name(title), kind=kind, system=name(system) if system else None, role=role, at=file.at(line))
