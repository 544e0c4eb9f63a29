"""Gateways and clients: to whom requests are passed on, as addresses of upstreams.

Sources: https://www.envoyproxy.io/docs/envoy/latest/configuration/overview/examples, https://docs.konghq.com/gateway/latest/production/deployment-topologies/db-less-and-declarative-config/,
https://www.krakend.io/docs/configuration/structure/, https://doc.traefik.io/traefik/routing/services/, https://caddyserver.com/docs/caddyfile/directives/reverse_proxy,
https://docs.haproxy.org/3.0/configuration.html, https://docs.spring.io/spring-cloud-openfeign/reference/.
"""

from __future__ import annotations

import re
from collections.abc import Iterator

from ctxgen.documents import Node
from ctxgen.model import ConfigKey
from ctxgen.opaque import Opaque, name
from ctxgen.readers import reads
from ctxgen.readers._lines import lines_with
from ctxgen.tree import SOURCE_LIMIT, File

_MAX_DEPTH = 30
_ADDRESS = re.compile(r"(?:https?|h2c)://[^\s{}]{1,200}|[A-Za-z0-9][\w.-]{0,100}:\d{1,5}")
_HAPROXY = re.compile(r"\s{0,40}server\s{1,20}[\w.-]{1,80}\s{1,20}([A-Za-z][\w.-]{0,100}:\d{1,5})(?=\s|$)")
_ADDRESS_IN_SOURCE = re.compile(rb"[\"'`](lb|http|https|grpc)://([a-z][a-z0-9-]{2,60})(?=[/:\"'`$])")
_FEIGN = re.compile(rb"@FeignClient\(\s{0,20}(?:(?:name|value)\s{0,9}=\s{0,9})?\"([a-z][\w-]{1,60})\"")


def _key(file: File, proxy: str, address: str, line: int) -> ConfigKey:
    return ConfigKey(key=name(proxy), value=Opaque(address), dialect="other", at=file.at(line))


@reads("*.yaml", "*.yml", contains=(b"static_resources:", b"load_assignment:"))
def read_envoy(file: File) -> Iterator[ConfigKey]:
    """The endpoints of Envoy's clusters."""
    for node in _mappings(file.yaml(), 0):
        clusters = node.get("clusters")
        for cluster in clusters.elements() if clusters is not None else ():
            for inner in _mappings(cluster, 0):
                address = inner.get("socket_address", "address")
                if address is not None and address.text:
                    yield _key(file, "envoy.clusters.address", address.text, address.line)


def _mappings(node: Node, depth: int) -> Iterator[Node]:
    if isinstance(node.value, dict):
        yield node
    if depth < _MAX_DEPTH:
        for child in (*(each for _, each in node.items()), *node.elements()):
            yield from _mappings(child, depth + 1)


@reads("*.yaml", "*.yml", contains=(b"_format_version:",))
def read_kong(file: File) -> Iterator[ConfigKey]:
    """The services and upstream targets of Kong's declarative configuration."""
    root = file.yaml()
    for section, fields in (("services", ("url", "host")), ("upstreams", ())):
        listed = root.get(section)
        for each in listed.elements() if listed is not None else ():
            said = next((found for field in fields if (found := each.get(field)) is not None and found.text), None)
            if said is not None and said.text:
                yield _key(file, "kong.services.url", said.text, said.line)
            targets = each.get("targets")
            for target in targets.elements() if targets is not None else ():
                if (address := target.get("target")) is not None and address.text:
                    yield _key(file, "kong.upstreams.target", address.text, address.line)


@reads("krakend*.json", "**/krakend/*.json", "krakend*.tmpl", contains=(b'"backend"',))
def read_krakend(file: File) -> Iterator[ConfigKey]:
    """The hosts of the backends of KrakenD's endpoints."""
    for key, leaf in file.json().leaves():
        if leaf.text and key.rpartition(".")[2] == "host" and _ADDRESS.match(leaf.text):
            yield _key(file, "krakend.backend.host", leaf.text, leaf.line)


@reads(
    "*traefik*.y*ml",
    "*traefik*.toml",
    "**/traefik/**/*.yml",
    "**/traefik/**/*.yaml",
    "**/traefik/**/*.toml",
    contains=(b"loadBalancer", b"loadbalancer"),
)
def read_traefik(file: File) -> Iterator[ConfigKey]:
    """The servers of the services in Traefik's dynamic configuration."""
    root = file.toml() if file.name.endswith(".toml") else file.yaml()
    for key, leaf in root.leaves():
        if leaf.text and re.fullmatch(r"(?i)(?:http|tcp|udp)\.services\..+\.servers\.(?:url|address)", key):
            yield _key(file, "traefik.services.url", leaf.text, leaf.line)


@reads("Caddyfile", "Caddyfile.*", "*.Caddyfile", "*.caddy", limit=SOURCE_LIMIT, contains=(b"reverse_proxy", b"php_fastcgi"))
def read_caddy(file: File) -> Iterator[ConfigKey]:
    """The upstreams of `reverse_proxy` and `php_fastcgi`, in the line or as `to` in the block."""
    for number, line in enumerate(file.lines, 1):
        words = line[:500].split()
        if words and words[0] in ("reverse_proxy", "php_fastcgi", "to"):
            for word in words[1:]:
                if _ADDRESS.fullmatch(word):
                    yield _key(file, "caddy.reverse_proxy", word, number)


@reads("haproxy*.cfg", "**/haproxy/*.cfg", "haproxy*.conf", limit=SOURCE_LIMIT)
def read_haproxy(file: File) -> Iterator[ConfigKey]:
    """The servers of HAProxy's back ends."""
    for number, line in enumerate(file.lines, 1):
        if found := _HAPROXY.match(line[:500]):
            yield _key(file, "haproxy.server", found[1], number)


@reads(
    "*.java", "*.kt", "*.scala", "*.cs", "*.go", "*.py", "*.ts", "*.js", "*.php", "*.rb", "*.rs", limit=SOURCE_LIMIT, contains=(b"lb://", b"http://", b"grpc://", b"https+http://", b"@FeignClient"),
    excludes=("*.min.js", "*.d.ts", "*_test.go", "*.spec.ts", "*.test.ts"),
)  # fmt: skip
def read_client_addresses(file: File) -> Iterator[ConfigKey]:
    """Hosts of one word in the addresses of source code (`"http://orders/…"`, `lb://ORDERS`), and the services that Feign clients name."""
    data, told = file.data, set[bytes]()
    found = [
        (match.start(), match[1], match[2])
        for start, end in lines_with(data, b"://")
        for match in _ADDRESS_IN_SOURCE.finditer(data, start, end + 1)
    ]
    found += [(match.start(), b"http", match[1]) for match in _FEIGN.finditer(data)]
    for start, scheme, host in sorted(found):
        if host not in told and host != b"localhost":
            told.add(host)
            yield _key(file, "client.address", f"{scheme.decode()}://{host.decode()}", data.count(b"\n", 0, start) + 1)
