"""Skaffold: the images that it builds and the folders that they are built from.  Source: https://skaffold.dev/docs/references/yaml/."""

from __future__ import annotations

import re
from collections.abc import Iterator

from ctxgen.documents import Node
from ctxgen.facts import join_path
from ctxgen.model import Fact, Resource, Service
from ctxgen.opaque import Opaque, name, version
from ctxgen.readers import reads
from ctxgen.tree import File

_API_VERSION = re.compile(r"skaffold/v\d[a-z0-9]*")


@reads("skaffold.yaml", "skaffold.yml", "skaffold.*.yaml", "skaffold-*.yaml", contains=(b"skaffold/",))
def read_skaffold(file: File) -> Iterator[Fact]:
    """The configurations with the version of their schema, and a service for every artifact."""
    seen: set[str] = set()
    for document in file.yaml_documents():
        said = document.get("apiVersion")
        if said is None or not said.text or not _API_VERSION.fullmatch(said.text):
            continue
        yield Resource(
            platform="other",
            kind=name("Skaffold"),
            version=version(said.text.partition("/")[2]),
            attributes=((name("apiVersion"), Opaque(said.text)),),
            at=file.at(said.line),
        )
        for artifacts in (
            document.get("build", "artifacts"),
            *(each.get("build", "artifacts") for each in _elements(document, "profiles")),
        ):
            for artifact in artifacts.elements() if artifacts is not None else ():
                for service in _artifact(file, artifact):
                    if service.name not in seen:
                        seen.add(service.name)
                        yield service


def _artifact(file: File, node: Node) -> Iterator[Service]:
    """`image`, `context` and the Dockerfile, which is named relative to the context."""
    image = node.get("image")
    if image is None or not image.text or (found := Opaque(image.text).image()) is None:
        return
    context = Opaque(_text(node, "context") or _text(node, "workspace") or ".").path()
    folder = join_path(file.folder, context) if context is not None else None
    beside = Opaque(_text(node, "docker", "dockerfile") or _text(node, "kaniko", "dockerfile") or "Dockerfile").path()
    if folder is None or beside is None:
        return
    docker = node.get("docker") is not None or node.get("kaniko") is not None
    builder = any(node.get(key) is not None for key in ("jib", "buildpacks", "ko", "bazel", "custom"))
    dockerfile = join_path(folder, beside) if docker or not builder else None
    yield Service(
        name=name(found[0].rpartition("/")[2]),
        platform="other",
        build=folder,
        dockerfile=dockerfile,
        at=file.at(image.line),
    )


def _text(node: Node, *path: str) -> str | None:
    found = node.get(*path)
    return found.text if found is not None else None


def _elements(node: Node, key: str) -> Iterator[Node]:
    found = node.get(key)
    return found.elements() if found is not None else iter(())
