"""Helm charts: Chart.yaml, its dependencies, the values that templates take, and helmfile releases.

Sources: https://helm.sh/docs/topics/charts/, https://helm.sh/docs/chart_best_practices/values/, https://helmfile.readthedocs.io.
Templates are read by `readers.kubernetes`; `resolve.helm` puts the values into them.
"""

from __future__ import annotations

import re
from collections.abc import Iterator

from ctxgen.documents import Node
from ctxgen.model import Fact, Image, Property, Resource, Setting, Variable
from ctxgen.opaque import Name, Opaque, name, version
from ctxgen.readers import reads
from ctxgen.readers._kubernetes import amount_of
from ctxgen.tree import File

_VARIABLE = re.compile(r"[A-Za-z_][\w.-]{0,119}")
_UPPER = re.compile(r"[A-Z][A-Z0-9_]{1,119}")
_COUNTS = {
    "replicaCount": "replicas",
    "replicas": "replicas",
    "minReplicas": "min-replicas",
    "maxReplicas": "max-replicas",
    "targetCPUUtilizationPercentage": "cpu-target",
}
_MAX_DEPTH = 12


@reads("Chart.yaml", "Chart.yml", "requirements.yaml", contains=(b"name:",))
def read_chart(file: File) -> Iterator[Fact]:
    """The chart with its own version, and the charts that it depends on.

    A dependency's version is its chart's, not that of what the chart runs, so it is kept as an attribute.
    """
    root = file.yaml()
    chart = root.get("name")
    if chart is not None and chart.text and file.name.startswith("Chart"):
        own = root.get("version")
        line = own.line if own is not None else chart.line
        attributes = tuple(
            (name(key), Opaque(said.text)) for key in ("appVersion", "type") if (said := root.get(key)) is not None and said.text
        )
        yield Resource(
            platform="helm",
            kind=name("Chart"),
            name=name(chart.text),
            version=version(own.text) if own is not None else None,
            attributes=attributes,
            at=file.at(line),
        )
    for each in _elements(root, "dependencies"):
        called = each.get("name")
        if called is None or not called.text:
            continue
        attributes = tuple(
            (name(key), Opaque(said.text)) for key in ("version", "condition", "alias") if (said := each.get(key)) is not None and said.text
        )
        yield Resource(platform="helm", kind=name("dependency"), name=name(called.text), attributes=attributes, at=file.at(called.line))


@reads("helmfile.yaml", "helmfile.yml", "helmfile.d/*.yaml", "**/helmfile.d/*.yaml")
def read_helmfile(file: File) -> Iterator[Fact]:
    """The charts that a helmfile releases."""
    from ctxgen.readers._go_templates import documents

    for document in documents(file.text):
        for each in _elements(document, "releases"):
            chart = each.get("chart")
            if chart is not None and chart.text and "$" not in chart.text and not chart.text.startswith("."):
                yield Resource(platform="helm", kind=name("release"), name=name(chart.text.rpartition("/")[2]), at=file.at(chart.line))


@reads("values.yaml", "values.yml", "values[-._]*.yaml", "values[-._]*.yml", "*values.yaml", "*values.yml")
def read_helm_values(file: File) -> Iterator[Fact]:
    """Every value of a chart for its templates, and the images, sizes and variables that are plainly stated."""
    label = re.sub(r"(?:^|[-._])?values(?:[-._]|$)", "", file.name.rpartition(".")[0])
    when = name(label) if label else None
    root = file.yaml()
    if when is None:
        for key, leaf in _leaves(root, "", 0):
            yield Property(name=name(f"Values.{key}"), value=Opaque(leaf.text or ""), at=file.at(leaf.line))
    if b"repository:" in file.data or b"replica" in file.data or f"{file.folder}/Chart.yaml".lstrip("/") in file.tree:
        yield from _section(file, root, None, when, 0)


def _leaves(node: Node, prefix: str, depth: int) -> Iterator[tuple[str, Node]]:
    """The scalars of nested mappings by dotted key."""
    for key, child in node.items():
        path = f"{prefix}.{key}" if prefix else key
        if isinstance(child.value, dict) and depth < _MAX_DEPTH:
            yield from _leaves(child, path, depth + 1)
        elif child.text is not None and len(path) <= 100 and len(child.text) <= 1000:
            yield path, child


def _section(file: File, node: Node, owner: Name | None, when: Name | None, depth: int) -> Iterator[Fact]:
    """One mapping of the values; a part that is switched off says nothing of what runs."""
    if depth > _MAX_DEPTH or _text(node, "enabled") == "false":
        return
    yield from _image(file, node.get("image"), owner, when)
    for key, kind in _COUNTS.items():
        said = node.get(key)
        if said is not None and said.text and (number := Opaque(said.text).integer()) is not None:
            yield Setting(
                kind=name(kind),
                value=name(str(number)),
                unit=name("%") if kind == "cpu-target" else None,
                owner=owner,
                at=file.at(said.line),
                when=when,
            )
    for side in ("limit", "request"):
        for resource in ("memory", "cpu"):
            said = node.get("resources", f"{side}s", resource)
            if said is not None and said.text and (value := amount_of(said.text)):
                yield Setting(kind=name(f"{resource}-{side}"), value=value, owner=owner, at=file.at(said.line), when=when)
    for key in ("env", "extraEnv", "extraEnvVars", "envVars", "environment", "config", "secrets"):
        yield from _variables(file, node.get(key), owner, when)
    for key, child in node.items():
        if isinstance(child.value, dict) and key not in ("image", "resources", "env"):
            yield from _section(file, child, owner if key in ("autoscaling", "deployment", "global") else name(key), when, depth + 1)


def _image(file: File, node: Node | None, owner: Name | None, when: Name | None) -> Iterator[Image]:
    """`image: {registry, repository, tag}` or `image: name:tag`."""
    if node is None:
        return
    said = node if node.text else node.get("repository")
    if said is None or not said.text or "{{" in said.text:
        return
    tag = _text(node, "tag")
    written = f"{said.text}:{tag}" if tag and "{{" not in tag else said.text
    if (found := Opaque(written).image()) is not None:
        yield Image(name=found[0], tag=found[1], owner=owner, at=file.at(said.line), when=when)


def _variables(file: File, node: Node | None, owner: Name | None, when: Name | None) -> Iterator[Variable]:
    """A list of `{name, value}` or a mapping whose keys are written like variables."""
    if node is None:
        return
    for each in node.elements():
        said = each.get("name")
        if said is not None and said.text and _VARIABLE.fullmatch(said.text):
            value = _text(each, "value")
            yield _variable(file, said.text, value, said.line, owner, when)
    for key, said in node.items():
        if _UPPER.fullmatch(key):
            yield _variable(file, key, said.text, said.line, owner, when)


def _variable(file: File, key: str, value: str | None, line: int, owner: Name | None, when: Name | None) -> Variable:
    return Variable(
        name=name(key), value=None if value is None else Opaque(value), source="kubernetes", owner=owner, at=file.at(line), when=when
    )


def _text(node: Node, key: str) -> str | None:
    found = node.get(key)
    return found.text if found is not None else None


def _elements(node: Node, key: str) -> Iterator[Node]:
    found = node.get(key)
    return found.elements() if found is not None else iter(())
