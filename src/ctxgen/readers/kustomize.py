"""Kustomize: kustomization files, the files that they take in, and the images and replicas that they set.

Source: https://kubectl.docs.kubernetes.io/references/kustomize/kustomization/.
"""

from __future__ import annotations

from collections.abc import Iterator

from ctxgen.documents import Node
from ctxgen.model import Image, Reference, Resource, Setting, Variable
from ctxgen.opaque import Opaque, name
from ctxgen.readers import Found, reads
from ctxgen.readers._kubernetes import CONFIG_VARIABLE
from ctxgen.tree import File

_LISTS = ("resources", "bases", "components", "patchesStrategicMerge")
_FILES = (".yaml", ".yml")


@reads("kustomization.yaml", "kustomization.yml", "Kustomization")
def read_kustomization(file: File) -> Iterator[Found]:
    """The kustomization itself, its files, images, replicas and generated variables."""
    root = file.yaml()
    version = root.get("apiVersion")
    yield Resource(platform="other", kind=name("Kustomization"), at=file.at(version.line if version is not None else root.line))
    for key in _LISTS:
        for each in _elements(root, key):
            yield from _reference(file, each)
    for each in _elements(root, "patches"):
        yield from _reference(file, each.get("path"))
    for each in _elements(root, "images"):
        yield from _image(file, each)
    for each in _elements(root, "replicas"):
        called, count = each.get("name"), each.get("count")
        if called is not None and called.text and count is not None and count.text and (number := Opaque(count.text).integer()) is not None:
            yield Setting(kind=name("replicas"), value=name(str(number)), owner=name(called.text), at=file.at(count.line))
    for section in ("configMapGenerator", "secretGenerator"):
        for each in _elements(root, section):
            yield from _literals(file, each, secret=section == "secretGenerator")


def _reference(file: File, said: Node | None) -> Iterator[Reference]:
    """A manifest that is named; folders hold kustomizations of their own, which are read anyway."""
    if said is not None and said.text and said.text.endswith(_FILES) and "://" not in said.text:
        yield Reference(path=said.text, reader="read_kubernetes", at=file.at(said.line))


def _image(file: File, node: Node) -> Iterator[Image]:
    """`newName` and `newTag` in place of what the manifests say of `name`."""
    called, replaced, tag = node.get("name"), node.get("newName"), node.get("newTag")
    said = replaced if replaced is not None and replaced.text else called
    if said is None or not said.text or (tag is None and replaced is None):
        return
    written = f"{said.text}:{tag.text}" if tag is not None and tag.text else said.text
    if "$" not in written and (found := Opaque(written).image()) is not None:
        yield Image(name=found[0], tag=found[1], at=file.at(said.line))


def _literals(file: File, node: Node, *, secret: bool) -> Iterator[Found]:
    for each in _elements(node, "literals"):
        key, equals, value = (each.text or "").partition("=")
        if equals and CONFIG_VARIABLE.fullmatch(key):  # what else an entry may be called is looked up by `secretKeyRef` under another name
            yield Variable(name=name(key), value=None if secret else Opaque(value), source="kubernetes", at=file.at(each.line))
    sources = [each for key in ("envs", "env") if (said := node.get(key)) is not None for each in said.scalars()]
    for each in sources:
        if each.text:
            yield Reference(path=each.text, reader="read_dotenv", at=file.at(each.line))


def _elements(node: Node, key: str) -> Iterator[Node]:
    found = node.get(key)
    return found.elements() if found is not None else iter(())
