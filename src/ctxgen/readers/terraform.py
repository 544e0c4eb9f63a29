"""Terraform and OpenTofu: resource types, providers, modules and the version that is asked for.

Sources: https://developer.hashicorp.com/terraform/language/syntax/configuration, https://developer.hashicorp.com/terraform/language/syntax/json.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import Literal

from ctxgen.documents import Node
from ctxgen.facts import join_path
from ctxgen.model import Fact, Resource, Setting
from ctxgen.opaque import Name, Opaque, name, version
from ctxgen.readers import reads
from ctxgen.readers._hcl import Block, Value, blocks
from ctxgen.tree import SOURCE_LIMIT, File

_TYPE = re.compile(r"[a-z][a-z0-9]*_[a-z0-9_]{1,100}")
_ENGINE = ("engine", "database_version", "database_engine")
_VERSION = ("engine_version", "redis_version", "database_version", "kubernetes_version", "memcache_version", "mysql_version", "version", "cluster_version", "server_version")  # fmt: skip
_KEPT = (
    *_ENGINE, *_VERSION, "instance_class", "node_type", "tier", "size", "machine_type", "instance_type", "memory_size", "memory_size_gb", "runtime", "timeout", "multi_az", "sku_name",
)  # fmt: skip
_SETTINGS = {
    "desired_count": "replicas",
    "min_capacity": "min-replicas",
    "max_capacity": "max-replicas",
    "min_instance_count": "min-replicas",
    "max_instance_count": "max-replicas",
    "memory_size": "memory-limit",
    "reserved_concurrent_executions": "concurrency",
    "num_cache_nodes": "nodes",
    "number_of_broker_nodes": "nodes",
    "number_cache_clusters": "nodes",
    "num_cache_clusters": "nodes",
}
_WORD = re.compile(r"[\w.-]{1,60}")


@reads("*.tf", "*.tofu", limit=SOURCE_LIMIT)
def read_terraform(file: File) -> Iterator[Fact]:
    """The blocks of a configuration in HCL."""
    for block in blocks(file.syntax("hcl")):
        yield from _block(file, block)


@reads("*.tf.json")
def read_terraform_json(file: File) -> Iterator[Fact]:
    """The blocks of a configuration in JSON: labels are keys, several blocks of one label a list."""
    for kind, node in file.json().items():
        for block in _json_blocks(kind, node, {"resource": 2, "data": 2, "module": 1, "provider": 1}.get(kind, 0)):
            yield from _block(file, block)


def _json_blocks(kind: str, node: Node, labels: int, title: tuple[str, ...] = ()) -> Iterator[Block]:
    if labels == len(title):
        for each in (node, *node.elements()) if isinstance(node.value, list) else (node,):
            if isinstance(each.value, dict):
                yield _json_block(kind, each, title, 0)
        return
    for key, child in node.items():
        yield from _json_blocks(kind, child, labels, (*title, key))


def _json_block(kind: str, node: Node, title: tuple[str, ...], depth: int) -> Block:
    values = {key: Value(child.text, child.line) for key, child in node.items() if child.text is not None}
    inner = tuple(
        _json_block(key, part, (), depth + 1)
        for key, child in node.items()
        for part in (child, *child.elements())
        if isinstance(part.value, dict) and depth < 8
    )
    return Block(kind, title, node.line, values, inner)


def _block(file: File, block: Block) -> Iterator[Fact]:
    match block.kind, block.labels:
        case "resource", (kind, title) if _TYPE.fullmatch(kind):
            yield from resource_facts(file, "terraform", kind, title, block)
        case "module", (title,):
            yield from _module(file, title, block)
        case "terraform", ():
            if (required := block.values.get("required_version")) is not None:
                yield Resource(
                    platform="terraform", kind=name("required_version"), version=version(required.text), at=file.at(required.line)
                )
            for inner in block.blocks:
                if inner.kind == "required_providers":
                    yield from _providers(file, inner)


def resource_facts(file: File, platform: Literal["terraform", "pulumi"], kind: str, title: str, block: Block) -> Iterator[Fact]:
    """The type, and for what runs one of several engines the type with its engine, which the version belongs to."""
    attributes: tuple[tuple[Name, Opaque], ...] = tuple(
        (name(key), Opaque(value.text))
        for key in dict.fromkeys(_KEPT)
        if (value := block.values.get(key)) is not None and value.text is not None
    )
    engine = next(((key, value) for key in _ENGINE if (value := block.values.get(key)) is not None), None)
    stated = next((value for key in _VERSION if (value := block.values.get(key)) is not None and value.text), None)
    written = version(stated.text) if stated is not None and kind != "helm_release" else None
    written = written if written and re.search(r"\d", written) else None
    at = file.at(block.line)
    if engine is not None and engine[1].text and _WORD.fullmatch(engine[1].text):
        key, value = engine
        yield Resource(platform=platform, kind=name(kind), name=name(title), attributes=attributes, at=at)
        yield Resource(
            platform=platform,
            kind=name(f"{kind} {key}={value.text}"),
            name=name(title),
            version=written,
            at=file.at(value.line),
            via=(at,),
        )
    else:
        # without a known engine the version has no owner
        written = written if engine is None else None
        yield Resource(platform=platform, kind=name(kind), name=name(title), version=written, attributes=attributes, at=at)
    if kind == "helm_release" and (chart := block.values.get("chart")) is not None and chart.text and _WORD.fullmatch(chart.text):
        yield Resource(platform="helm", kind=name("release"), name=name(chart.text), at=file.at(chart.line))
    for found in (block, *block.inner()):
        for key, setting in _SETTINGS.items():
            if (said := found.values.get(key)) is not None and said.text and (number := Opaque(said.text).integer()) is not None:
                amount = f"{number}MB" if setting == "memory-limit" else str(number)
                yield Setting(kind=name(setting), value=name(amount), subject=name(title), at=file.at(said.line))


def _module(file: File, title: str, block: Block) -> Iterator[Fact]:
    source = block.values.get("source")
    if source is None or not source.text:
        return
    path = join_path(file.folder, source.text) if source.text.startswith(".") else None
    registry = re.fullmatch(r"(?:[a-z0-9.-]+/)?[\w-]+/[\w-]+/[\w-]+(?://[\w/-]+)?", source.text)
    stated = block.values.get("version")
    yield Resource(
        platform="terraform",
        kind=name("module"),
        name=name(source.text if registry else title),
        version=version(stated.text) if stated is not None else None,
        attributes=((name("path"), Opaque(path)),) if path is not None else (),
        at=file.at(source.line),
    )


def _providers(file: File, block: Block) -> Iterator[Fact]:
    """`aws = { source = "hashicorp/aws", version = "~> 5.0" }`, or `aws = "~> 5.0"` in old files."""
    for key, said in block.values.items():
        yield Resource(platform="terraform", kind=name("provider"), name=name(key), version=version(said.text), at=file.at(said.line))
    for inner in block.blocks:
        stated = inner.values.get("version")
        yield Resource(
            platform="terraform",
            kind=name("provider"),
            name=name(inner.kind),
            version=version(stated.text) if stated is not None else None,
            at=file.at(stated.line if stated is not None else inner.line),
        )
