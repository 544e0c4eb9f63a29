"""Wrangler's configuration of a Cloudflare Worker.  Source: https://developers.cloudflare.com/workers/wrangler/configuration/."""

from __future__ import annotations

import re
from collections.abc import Iterator

from ctxgen.documents import Node
from ctxgen.model import Fact, Resource, Setting, Variable
from ctxgen.opaque import Opaque, name
from ctxgen.readers import reads
from ctxgen.tree import File

_BINDINGS = (
    "d1_databases", "r2_buckets", "kv_namespaces", "queues", "durable_objects", "vectorize", "ai", "hyperdrive", "analytics_engine_datasets", "workflows",
)  # fmt: skip
_VARIABLE = re.compile(r"[A-Za-z_]\w{0,119}")
_CRON = re.compile(r"(?:[\w*/,-]{1,40}\s+){4}[\w*/,#-]{1,40}")


@reads("wrangler.toml", "wrangler.json", "wrangler.jsonc")
def read_wrangler(file: File) -> Iterator[Fact]:
    """The worker, what is bound to it, its variables and schedules; its environments only repeat them."""
    root = file.toml() if file.name.endswith("toml") else file.json()
    main = root.get("main")
    if main is not None and main.text:
        yield Resource(platform="serverless", kind=name("function"), name=name("worker"), at=file.at(main.line))
    for key in _BINDINGS:
        if (bound := root.get(key)) is not None:
            yield Resource(platform="serverless", kind=name(f"wrangler {key}"), at=file.at(bound.line))
    for key, value in (root.get("vars") or Node({}, 1)).items():
        if _VARIABLE.fullmatch(key):
            yield Variable(name=name(key), value=Opaque(value.text) if value.text else None, source="other", at=file.at(value.line))
    crons = root.get("triggers", "crons")
    for each in crons.elements() if crons is not None else ():
        if each.text and _CRON.fullmatch(each.text):
            yield Setting(kind=name("schedule"), value=name(each.text), at=file.at(each.line))
