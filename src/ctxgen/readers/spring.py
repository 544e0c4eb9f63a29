"""Settings of Spring Boot, Quarkus and Micronaut: application and bootstrap files, and the files of a config server.

Sources: https://docs.spring.io/spring-boot/reference/features/external-config.html, https://quarkus.io/guides/config-reference,
https://docs.micronaut.io/latest/guide/#config.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import Literal

from ctxgen.documents import Node, Unreadable, parse_properties, parse_yaml
from ctxgen.model import ConfigKey, Fact, Variable
from ctxgen.opaque import MASK, Name, Opaque, looks_secret, name
from ctxgen.readers import reads
from ctxgen.tree import File

Entry = tuple[str, int, str]
Dialect = Literal["spring", "quarkus", "micronaut"]

_OWN_NAME = re.compile(r"(application|bootstrap|microprofile-config)(?:-([\w.-]+))?\.(?:ya?ml|properties)")
_SERVED_KEYS = re.compile(
    r"(?:spring|eureka|zuul|feign|hystrix|ribbon|resilience4j)\..|server\.(?:port|servlet|ssl|address|tomcat|undertow|jetty|netty|compression|shutdown|context-path)\b"
    r"|management\.(?:endpoints?|server|metrics|health|tracing|security|info|context-path|port)\b|security\.(?:oauth2|basic|user|ignored|require-ssl|enable-csrf)\b"
    r"|logging\.(?:level|file|pattern|path|config|logback)\b"
)
_SERVED_WORDS = ("spring", "eureka", "zuul", "feign", "hystrix", "ribbon", "resilience4j", "server", "management", "security", "logging")
_PROFILE_WORDS = {
    "dev",
    "development",
    "prod",
    "production",
    "test",
    "local",
    "docker",
    "k8s",
    "kubernetes",
    "staging",
    "stage",
    "qa",
    "uat",
    "native",
    "cloud",
    "ci",
    "default",
}
_BUILD_FILTER = re.compile(r"(:[ \t]+|-[ \t]+)(@[\w.-]+@[^\n\"']*)$", re.MULTILINE)
_DOCUMENT_END = re.compile(r"[#!]---\s*")
_PLACEHOLDER = re.compile(r"\$\{([A-Z][A-Z0-9_]{1,99})(?:(:)(?:([^{}]*)\})?|\})")
_PROFILES = re.compile(r"[\s!(]*[\w.@+-]{1,32}(?:[\s)]*[,&|][\s!(]*[\w.@+-]{1,32})*[\s)]*")
_INDEX = re.compile(r"\[\d{1,6}\]")


@reads(
    "application*.yml", "application*.yaml", "application*.properties", "bootstrap*.yml", "bootstrap*.yaml", "bootstrap*.properties", "microprofile-config*.properties",
)  # fmt: skip
def read_spring_config(file: File) -> Iterator[Fact]:
    """The settings of an application with the profile on which they depend, and the variables that they read."""
    if own := _OWN_NAME.fullmatch(file.name):
        yield from _settings(file, _documents(file), own[2])


@reads("*.yml", "*.yaml", "*.properties", contains=tuple(f"{key}{mark}".encode() for key in _SERVED_WORDS for mark in (":", ".")))
def read_config_server_file(file: File) -> Iterator[Fact]:
    """The settings that a config server hands out: files named after applications, in any folder of resources or configuration."""
    if _OWN_NAME.fullmatch(file.name) or not any(part == "resources" or "config" in part.lower() for part in file.folder.split("/")):
        return
    try:
        documents = _documents(file)
    except Unreadable:  # it may be anything: a template, a fixture
        return
    if _is_config(file, documents):
        yield from _settings(file, documents, _profile_of(file.name.rpartition(".")[0]))


def _settings(file: File, documents: list[list[Entry]], profile: str | None) -> Iterator[Fact]:
    first_parts = {_first_part(key) for entries in documents for key, _, _ in entries}
    dialect: Dialect = "quarkus" if "quarkus" in first_parts else "micronaut" if "micronaut" in first_parts else "spring"
    for entries in documents:
        activated = _activation(entries)
        for written, line, text in entries:
            prefixed, key = _prefix_profile(written)
            when = _when(profile, activated, prefixed)
            shown = Name(MASK) if looks_secret(key) else name(normal_key(key))
            yield ConfigKey(key=shown, value=Opaque(text), dialect=dialect, at=file.at(line), when=when)
            for variable, default, required in placeholders(text):
                yield Variable(name=name(variable), value=default, source="settings", required=required, at=file.at(line), when=when)


def normal_key(key: str) -> str:
    """A key in its canonical form by relaxed binding: `maximumPoolSize` and `maximum_pool_size` are `maximum-pool-size`; indices go."""
    key = _INDEX.sub("", key).replace("[", "").replace("]", "")
    return re.sub(r"(?<=[a-z0-9])(?=[A-Z])", "-", key).replace("_", "-").lower()


def placeholders(text: str) -> Iterator[tuple[str, Opaque | None, bool]]:
    """(variable, default, whether it is required) of every `${VARIABLE}` and `${VARIABLE:default}`; lower-case names are properties."""
    for found in _PLACEHOLDER.finditer(text):
        yield found[1], None if found[3] is None else Opaque(found[3]), found[2] is None


def _first_part(key: str) -> str:
    return re.split(r"[.\[]", _prefix_profile(key)[1], maxsplit=1)[0]


def _prefix_profile(key: str) -> tuple[str | None, str]:
    """Quarkus: `%prod.quarkus.http.port` holds for the profile prod."""
    if key.startswith("%"):
        profile, _, rest = key[1:].partition(".")
        return profile.strip('"'), rest
    return None, key


def _when(*profiles: str | None) -> Name | None:
    said = [profile for profile in dict.fromkeys(profiles) if profile]
    return (name(" and ".join(said)) if all(map(_PROFILES.fullmatch, said)) else Name(MASK)) if said else None


def _profile_of(stem: str) -> str | None:
    """The profile of a config server's file: `account-service-prod`."""
    last = stem.rpartition("-")[2]
    return last if "-" in stem and last in _PROFILE_WORDS else None


def _is_config(file: File, documents: list[list[Entry]]) -> bool:
    """Whether a file of another name holds settings of an application: it may be a config server's."""
    keys = {normal_key(key) for entries in documents for key, _, _ in entries}
    return "api-version" not in keys and ".github" not in file.path.split("/") and any(_SERVED_KEYS.match(key) for key in keys)


def _activation(entries: list[Entry]) -> str | None:
    """The profiles for which a document holds."""
    said = [
        text
        for key, _, text in entries
        if normal_key(key) in ("spring.config.activate.on-profile", "spring.profiles", "spring.config.activate.on-cloud-platform")
    ]
    return ",".join(said) or None


def _documents(file: File) -> list[list[Entry]]:
    """The documents of a file; in YAML `@project.version@`, which the build replaces, is read as text."""
    if file.name.endswith(".properties"):
        return _properties_documents(file)
    try:
        documents = file.yaml_documents()
    except Unreadable:
        if "@" not in file.text and "\\${" not in file.text:
            raise
        # a build fills the file in: Maven puts values for @…@, Gradle takes the backslash from what Spring is to resolve
        text = _BUILD_FILTER.sub(lambda found: f'{found[1]}"{found[2].strip()}"', file.text)
        documents = parse_yaml(text.replace("\\${", "${"))
    return [list(_leaves(document)) for document in documents]


def _leaves(document: Node) -> Iterator[Entry]:
    for key, node in document.leaves():
        if key and node.text is not None:
            yield key, node.line, node.text


def _properties_documents(file: File) -> list[list[Entry]]:
    """The documents of a properties file (`#---` parts them) with the line of each key."""
    documents: list[list[Entry]] = [[]]
    for key, text, line in parse_properties(file.text):
        if key is not None:
            documents[-1].append((key, line, text))
        elif _DOCUMENT_END.fullmatch(text.strip()):
            documents.append([])
    return documents
