"""Kubernetes manifests, plain or as templates of Helm: objects, what they run and how it is sized.

Source: https://kubernetes.io/docs/concepts/overview/working-with-objects/.  A template is not rendered: its actions become placeholders
(see `_go_templates`), and documents that are no YAML even then are read line by line.
"""

from __future__ import annotations

import re
from collections.abc import Iterator

from ctxgen.documents import Unreadable
from ctxgen.model import Fact, Image, Resource
from ctxgen.opaque import Opaque, name
from ctxgen.readers import reads
from ctxgen.readers._go_templates import documents, is_template
from ctxgen.readers._kubernetes import objects
from ctxgen.tree import File

_OBJECT = re.compile(rb"^[ \t-]*[\"']?apiVersion[\"']?[ \t]*:.*$", re.MULTILINE)
_KIND = re.compile(rb"^[ \t-]*[\"']?kind[\"']?[ \t]*:", re.MULTILINE)
_API_VERSION = re.compile(r"(?:[a-z0-9.-]+/)?v\d\w*")
_LINE = re.compile(r"(?P<indent>\s*)(?:-\s+)?(?P<key>apiVersion|kind|image):\s*[\"']?(?P<value>[\w./:@-]{1,200})[\"']?\s*(?:#.*)?")


@reads("*.yml", "*.yaml", "*.tpl", "*.yaml.tmpl", "*.yml.tmpl", "*.yaml.j2", "*.yml.j2", contains=(b"apiVersion:",))
def read_kubernetes(file: File) -> Iterator[Fact]:
    """The objects of every document of the file."""
    if not (_OBJECT.search(file.data) and _KIND.search(file.data)):
        return
    if not is_template(file.data):
        try:
            parsed = file.yaml_documents()
        except Unreadable:
            yield from _lines(file)
            raise
    else:
        parsed = documents(file.text)
    found = [fact for document in parsed for fact in objects(file, document)]
    yield from found
    if is_template(file.data):
        known = {fact.at.line for fact in found if isinstance(fact, Resource | Image)}
        yield from (fact for fact in _lines(file) if fact.at.line not in known)


def _lines(file: File) -> Iterator[Fact]:
    """The objects and literal images that single lines name: `apiVersion:` and `kind:` of one indentation, next to each other."""
    version: tuple[str, str, int] | None = None
    for number, line in enumerate(file.lines, 1):
        found = _LINE.fullmatch(line)
        if found is None:
            continue
        if found["key"] == "apiVersion":
            version = (found["indent"], found["value"], number)
        elif found["key"] == "kind":
            near = version is not None and version[0] == found["indent"] and number - version[2] <= 3
            if version is not None and near and _API_VERSION.fullmatch(version[1]) and re.fullmatch(r"[A-Z]\w+", found["value"]):
                yield Resource(platform="kubernetes", kind=name(f"{version[1]} {found['value']}"), at=file.at(version[2]))
            version = None
        elif (image := Opaque(found["value"]).image()) is not None and found["value"].count(":") >= 1:
            yield Image(name=image[0], tag=image[1], at=file.at(number))
