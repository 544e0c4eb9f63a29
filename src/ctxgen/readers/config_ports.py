"""The port that an application's own settings state, in the files that its library of settings reads: `server.port: 8080`, `[http] addr = ":8080"`.

Such files have keys of the application's choice, so only a key that can mean nothing else is told: at the top, or directly in a section that is called
as what serves.  Sources: https://docs.rs/config/latest/config/, https://pkg.go.dev/github.com/spf13/viper, https://docs.rs/figment/latest/figment/.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Iterator
from typing import TypeVar

from ctxgen.documents import Node, Unreadable
from ctxgen.model import ConfigKey, Fact
from ctxgen.opaque import Opaque, name
from ctxgen.readers import reads
from ctxgen.tree import File

T = TypeVar("T")

_SERVING = {"server", "app", "application", "http", "httpserver", "web", "webserver", "api", "apiserver", "service", "listen", "rest"}
_PORTS = {"port", "httpport", "serverport", "listenport"}
_PORT = re.compile(r":?([1-9]\d{1,4})")
_MOST = 2_000
"""Leaves of a file that are looked at."""


@reads(
    "**/configuration/*.yml", "**/configuration/*.yaml", "**/config/*.yml", "**/config/*.yaml", "**/configs/*.yml", "**/configs/*.yaml",
    "configuration.yml", "configuration.yaml", "config.yml", "config.yaml",
    contains=(b"port", b"Port"),
    excludes=("application*", "bootstrap*", "database.*", "*test*", "*prod*example*", "*.example.*"),
)  # fmt: skip
def read_yaml_port(file: File) -> Iterator[Fact]:
    """Files that Viper, Koanf, the crate `config` and the like read; not what Kubernetes or Rails is told."""
    for document in _read(file.yaml_documents, list[Node]())[:1]:
        if document.get("apiVersion") is None and document.get("services") is None and document.get("production") is None:
            yield from _ports(file, ((key, node.text or "", node.line) for key, node in document.leaves()))


@reads(
    "**/configuration/*.toml", "**/config/*.toml", "**/configs/*.toml", "configuration.toml", "config.toml", "Rocket.toml",
    contains=(b"port", b"Port"),
    excludes=("*test*", "*.example.*"),
)  # fmt: skip
def read_toml_port(file: File) -> Iterator[Fact]:
    """Files that Viper, Figment, Rocket and the like read; Rocket's sections are its profiles."""
    yield from _ports(
        file, ((key, node.text or "", node.line) for key, node in _read(file.toml, Node({}, 1)).leaves()), rocket=file.name == "Rocket.toml"
    )


def _read(document: Callable[[], T], otherwise: T) -> T:
    """A document, or nothing where the file is another one: a template has the same names."""
    try:
        return document()
    except Unreadable:
        return otherwise


def _ports(file: File, leaves: Iterable[tuple[str, str, int]], *, rocket: bool = False) -> Iterator[Fact]:
    """The first port among keys, their texts and lines."""
    for count, (key, text, line) in enumerate(leaves):
        if count >= _MOST:
            return
        *sections, last = (re.sub(r"[_-]", "", part).lower() for part in key.split("."))
        serving = not sections or (
            len(sections) == 1 and (sections[0] in _SERVING or (rocket and sections[0] in ("default", "release", "global")))
        )
        if serving and last in _PORTS and (found := _PORT.fullmatch(text)) is not None and int(found[1]) < 65536:
            yield ConfigKey(key=name("listen.port"), value=Opaque(found[1]), dialect="other", at=file.at(line))
            return
