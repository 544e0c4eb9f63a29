"""The objects of Kubernetes manifests: what their pods run, and the settings of scale that they state.

Sources: https://kubernetes.io/docs/reference/kubernetes-api/, https://knative.dev/docs/serving/reference/serving-api/,
https://keda.sh/docs/latest/reference/scaledobject-spec/.
"""

from __future__ import annotations

import re
import shlex
from collections.abc import Iterator

from ctxgen.documents import Node
from ctxgen.model import Fact, Image, Process, Property, Resource, Service, Setting, Variable
from ctxgen.opaque import Name, Opaque, name
from ctxgen.readers._go_templates import UNKNOWN
from ctxgen.tree import File

_POD_PATHS = (("spec", "template", "spec"), ("spec", "jobTemplate", "spec", "template", "spec"), ("spec",))
_VARIABLE = re.compile(r"[A-Za-z_][\w.-]{0,119}")
CONFIG_VARIABLE = re.compile(r"[A-Z_][A-Z0-9_]{1,119}")
CONFIG_MAP = "configmap/"
"""What properties begin with that are entries of a ConfigMap: `configmap/shop-addresses/ORDERS_ADDR`."""
FROM_MAP = name("environment from ConfigMap")
_API_VERSION = re.compile(r"(?:[a-z0-9][a-z0-9.-]{0,100}/)?v\d[a-z0-9]{0,12}")
_KIND = re.compile(r"[A-Z][A-Za-z0-9]{1,80}|postgresql")
_CRON = re.compile(r"(?:[\d*/,-]{1,40}\s+){4}[\d*/,-]{1,40}")
_KIND_IN_NAME = {
    "Deployment": ("-deployment", "-deploy", "-dep"),
    "StatefulSet": ("-statefulset", "-sts"),
    "DaemonSet": ("-daemonset",),
    "Rollout": ("-rollout",),
}
"""How workloads are called that carry their kind at the end of their name (`nginx-deployment` of https://kubernetes.io/docs/concepts/workloads/controllers/deployment/)."""
_OTHER_FORMATS = re.compile(r"(?:skaffold|backstage\.io|score\.dev|k3d\.io|tilt\.dev|kustomize\.config\.k8s\.io)/")
"""Formats of tools that borrow `apiVersion` and `kind`; nothing of them is applied to a cluster."""


def is_object(node: Node) -> bool:
    """Whether a document is an object of the Kubernetes API."""
    version, kind = _text(node, "apiVersion"), _text(node, "kind")
    return bool(
        version and kind and _API_VERSION.fullmatch(version) and _KIND.fullmatch(kind)
        and not _OTHER_FORMATS.match(version) and (version, kind) != ("v1", "Config")
    )  # fmt: skip


def objects(file: File, node: Node, depth: int = 0) -> Iterator[Fact]:
    """Everything that an object states, with those that a list or an OpenShift template holds."""
    if not is_object(node):
        return
    version, kind = _text(node, "apiVersion") or "", _text(node, "kind") or ""
    held = node.get("items") or node.get("objects")
    if kind.endswith("List") or (kind == "Template" and held is not None):
        if kind == "Template":
            yield Resource(platform="kubernetes", kind=name(f"{version} {kind}"), name=_title(node), at=file.at(_line(node)))
        for each in held.elements() if held is not None and depth < 3 else ():
            yield from objects(file, each, depth + 1)
        return
    title = _title(node)
    yield Resource(platform="kubernetes", kind=name(f"{version} {kind}"), name=title, at=file.at(_line(node)))
    match kind:
        case "ConfigMap" | "Secret":
            yield from _data(file, node, kind, title)
        case "HorizontalPodAutoscaler" | "ScaledObject":
            yield from _autoscaling(file, node, title)
        case "Service" if version == "v1":
            yield from _ports(file, node, title)
        case _:
            yield from _workload(file, node, workload_name(title, kind))


def workload_name(title: Name | None, kind: str) -> Name | None:
    """A workload's name without its kind at the end: `orders-deployment` runs what Compose, its image and its Service call `orders`."""
    for suffix in _KIND_IN_NAME.get(kind, ()):
        if title is not None and "$" not in title and title.endswith(suffix) and title != suffix:
            return name(title.removesuffix(suffix))
    return title


def _line(node: Node) -> int:
    version = node.get("apiVersion")
    return version.line if version is not None else node.line


def _text(node: Node, *path: str) -> str | None:
    found = node.get(*path)
    return found.text if found is not None else None


def _title(node: Node) -> Name | None:
    said = _text(node, "metadata", "name") or _text(node, "metadata", "generateName")
    return _known(said)


def _known(said: str | None) -> Name | None:
    """A name, unless it holds a variable that nothing in the repository fills in."""
    if not said or "$" in re.sub(r"\$\{(?:Values|Chart|Release)\.", "", said):
        return None
    return name(said.strip("-"))  # a prefix or suffix of its own that a template fills in


# ---------------------------------------------------------------------------------------------- workloads


def _workload(file: File, node: Node, title: Name | None) -> Iterator[Fact]:
    """The containers of the object's pods; the first, or the one of the workload's name, is the workload itself."""
    pod = next((found for path in _POD_PATHS if (found := node.get(*path)) is not None and found.get("containers") is not None), None)
    if (schedule := node.get("spec", "schedule")) is not None and schedule.text and _CRON.fullmatch(schedule.text.strip()):
        yield Setting(kind=name("schedule"), value=name(schedule.text), owner=title, at=file.at(schedule.line))
    replicas = node.get("spec", "replicas")
    amount = Opaque(replicas.text).integer() if replicas is not None and replicas.text else None
    if replicas is not None and amount is not None and title is not None:
        yield Setting(kind=name("replicas"), value=name(str(amount)), owner=title, at=file.at(replicas.line))
    yield from _annotations(file, node, title)
    if pod is None:
        return
    kind = _text(node, "kind")
    ends = name(kind) if kind in ("Job", "CronJob") else None
    containers = [each for each in _elements(pod, "containers") if isinstance(each.value, dict)]
    main = next((each for each in containers if title and _text(each, "name") == title), containers[0] if containers else None)
    for container in containers:
        image = _text(container, "image")
        same = container is not main and image is not None and main is not None and _text(main, "image") == image
        own = _known(_text(container, "name"))
        yield from _container(
            file, container, own if same else title, ends, service=container is main or same, replicas=amount if container is main else None
        )
    for container in _elements(pod, "initContainers"):
        if command := _command(container):
            yield Process(command=Opaque(command[0]), owner=title, at=file.at(command[1]))
        yield from _environment(file, container, title)


def _container(file: File, node: Node, owner: Name | None, ends: Name | None, *, service: bool, replicas: int | None) -> Iterator[Fact]:
    """The facts of a container; `ends` is what it belongs to where that runs to an end."""
    image, command = node.get("image"), _command(node)
    if image is not None and image.text:
        spec = Opaque(image.text)
        at = file.at(image.line)
        named = None if "$" in image.text else spec.image()
        yield Image(
            name=named[0] if named else None, tag=named[1] if named else None, spec=spec if named is None else None, owner=owner, at=at
        )
        if service and owner is not None:
            numbers, specs = _container_ports(node)
            yield Service(
                name=owner,
                platform="kubernetes",
                image=spec,
                ports=numbers,
                port_specs=specs,
                command=Opaque(command[0]) if command else None,
                replicas=replicas,
                resource=ends,
                at=at,
            )
    if command:
        yield Process(command=Opaque(command[0]), owner=owner, at=file.at(command[1]))
    yield from _environment(file, node, owner)
    for side in ("limit", "request"):
        for resource in ("memory", "cpu"):
            said = node.get("resources", f"{side}s", resource)
            if said is not None and said.text and (value := amount_of(said.text)):
                yield Setting(kind=name(f"{resource}-{side}"), value=value, owner=owner, at=file.at(said.line))


def amount_of(text: str) -> Name | None:
    """A quantity of Kubernetes: `500m`, `0.5`, `512Mi`."""
    value = Opaque(text)
    return value.number() or value.size()


def _container_ports(node: Node) -> tuple[tuple[int, ...], tuple[Opaque, ...]]:
    """(numbers, those that a template's value holds) of TCP ports; a container's metrics port is one, too."""
    numbers: dict[int, None] = {}
    specs: list[Opaque] = []
    for port in _elements(node, "ports"):
        text = _text(port, "containerPort") or ""
        number = Opaque(text).integer()
        if number is not None and 0 < number < 65536:
            numbers[number] = None
        elif text.startswith("${") and UNKNOWN not in text:
            specs.append(Opaque(text))
    return tuple(numbers), tuple(specs)


def _command(node: Node) -> tuple[str, int] | None:
    """(command and arguments as one line, where they start)."""
    said = [found for key in ("command", "args") if (found := node.get(key)) is not None]
    words = [each.text for found in said for each in found.scalars() if each.text]
    return (shlex.join(words), said[0].line) if words else None


def _environment(file: File, node: Node, owner: Name | None) -> Iterator[Variable | Resource]:
    for each in _elements(node, "env"):
        said = each.get("name")
        if said is None or not said.text or not _VARIABLE.fullmatch(said.text):
            continue
        value = _text(each, "value")
        yield Variable(
            name=name(said.text), value=None if value is None else Opaque(value), source="kubernetes", owner=owner, at=file.at(said.line)
        )
        entry = each.get("valueFrom", "configMapKeyRef")
        if entry is not None and (key := _known(_text(entry, "key"))) is not None:
            yield from _from_map(file, entry, owner, ("variable", said.text), ("key", key))
    for each in _elements(node, "envFrom"):
        if (whole := each.get("configMapRef")) is not None:
            yield from _from_map(file, whole, owner)


def _from_map(file: File, node: Node, owner: Name | None, *attributes: tuple[str, str]) -> Iterator[Resource]:
    """That a workload takes its variables, or one of them, from a ConfigMap.  Source: https://kubernetes.io/docs/tasks/configure-pod-container/configure-pod-configmap/."""
    title = _known(_text(node, "name"))
    if title is not None and owner is not None:
        said = (("owner", owner), *attributes)
        yield Resource(
            platform="kubernetes",
            kind=FROM_MAP,
            name=title,
            attributes=tuple((name(key), Opaque(value)) for key, value in said),
            at=file.at(node.line),
        )


def _elements(node: Node, key: str) -> Iterator[Node]:
    found = node.get(key)
    return found.elements() if found is not None else iter(())


# ---------------------------------------------------------------------------------------------- other objects


def _data(file: File, node: Node, kind: str, title: Name | None) -> Iterator[Variable | Property]:
    """The entries that look like variables, by the name of their map as well; what a secret holds is never kept."""
    for section in ("data", "stringData"):
        for key, value in (node.get(section) or Node({}, 1)).items():
            if CONFIG_VARIABLE.fullmatch(key):
                opaque = Opaque(value.text) if kind == "ConfigMap" and value.text is not None else None
                yield Variable(name=name(key), value=opaque, source="kubernetes", at=file.at(value.line))
                if opaque is not None and title is not None:
                    yield Property(name=name(f"{CONFIG_MAP}{title}/{key}"), value=opaque, at=file.at(value.line))


def _autoscaling(file: File, node: Node, title: Name | None) -> Iterator[Setting]:
    target = _text(node, "spec", "scaleTargetRef", "name")
    owner = workload_name(_known(target), _text(node, "spec", "scaleTargetRef", "kind") or "Deployment") or title
    for kind, keys in (("min-replicas", ("minReplicas", "minReplicaCount")), ("max-replicas", ("maxReplicas", "maxReplicaCount"))):
        for key in keys:
            said = node.get("spec", key)
            if said is not None and said.text and (number := Opaque(said.text).integer()) is not None:
                yield Setting(kind=name(kind), value=name(str(number)), owner=owner, at=file.at(said.line))
    targets = [node.get("spec", "targetCPUUtilizationPercentage")]
    targets += [
        each.get("resource", "target", "averageUtilization")
        for each in _elements(node.get("spec") or node, "metrics")
        if _text(each, "resource", "name") == "cpu"
    ]
    for said in targets:
        if said is not None and said.text and (number := Opaque(said.text).integer()) is not None:
            yield Setting(kind=name("cpu-target"), value=name(str(number)), unit=name("%"), owner=owner, at=file.at(said.line))


def _annotations(file: File, node: Node, title: Name | None) -> Iterator[Setting]:
    """Bounds that Knative and Cloud Run take from annotations of the pod template."""
    for key, said in (node.get("spec", "template", "metadata", "annotations") or Node({}, 1)).items():
        found = re.fullmatch(r"autoscaling\.knative\.dev/(min|max)-?[sS]cale", key)
        if found and said.text and (number := Opaque(said.text).integer()) is not None:
            yield Setting(kind=name(f"{found[1]}-replicas"), value=name(str(number)), owner=title, at=file.at(said.line))


def _ports(file: File, node: Node, title: Name | None) -> Iterator[Service]:
    """The ports of a Service object, for the workload of its name."""
    if title is None:
        return
    ports = [
        number
        for each in _elements(node.get("spec") or node, "ports")
        for text in [_text(each, "targetPort") or _text(each, "port") or ""]
        if (number := Opaque(text).integer()) is not None and 0 < number < 65536
    ]
    if ports:
        yield Service(name=title, platform="kubernetes", ports=tuple(dict.fromkeys(ports)), at=file.at(_line(node)))
