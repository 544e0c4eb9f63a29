"""Kubernetes and Helm: the values of a chart in its templates, and the ports of Service objects for the workloads of their names.

Source: https://helm.sh/docs/chart_template_guide/values_files/.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterator
from posixpath import commonprefix

from msgspec.structs import replace

from ctxgen.facts import Facts, folder_of, folders_up
from ctxgen.model import At, Fact, Image, Process, Property, Resource, Service, Setting, Variable
from ctxgen.opaque import Name, Opaque, name
from ctxgen.readers._kubernetes import CONFIG_MAP, FROM_MAP


class Chart:
    """A chart's name and the values that its templates see."""

    def __init__(self, resource: Resource | None, values: list[Property]) -> None:
        self.values = {str(value.name): value for value in values}
        self.own = {"Release.Name": Opaque("")}
        if resource is None:
            return
        self.own["Chart.Name"] = Opaque(resource.name or "")
        attributes = {str(key): value for key, value in resource.attributes}
        if "appVersion" in attributes:
            self.own["Chart.AppVersion"] = attributes["appVersion"]
        if resource.version:
            self.own["Chart.Version"] = Opaque(resource.version)

    def fill(self, value: Opaque) -> tuple[Opaque, tuple[At, ...]]:
        """(the value with all that is known, the lines that say it)."""
        used: dict[At, None] = {}

        def answer(key: str) -> Opaque | None:
            if (stated := self.values.get(key)) is not None:
                used[stated.at] = None
                return stated.value
            return self.own.get(key)

        return value.interpolate(answer), tuple(used)

    def called(self, written: Name | None) -> Name | None:
        """A name with its placeholders filled; the release's own part of it is nobody's to know and left out."""
        if written is None or "$" not in written:
            return written
        filled = self.fill(Opaque(written))[0].path()
        return name(filled.strip("-")) or None if filled else None

    def switches_off(self, dependency: Resource) -> bool:
        """Whether the values say that the chart does without a dependency."""
        condition = next((value for key, value in dependency.attributes if key == "condition"), None)
        path = condition.path() if condition is not None else None
        switch = self.values.get(f"Values.{path}") if path else None
        return switch is not None and switch.value.boolean() is False


_NO_CHART = Chart(None, [])


def resolve(facts: Facts) -> Facts:
    """Fill in what templates take from values, and join Service objects with workloads."""
    resources = facts.of(Resource)
    manifests = {resource.at.path for resource in resources if resource.platform in ("kubernetes", "helm")}
    if not manifests:
        return facts
    charts = {
        folder_of(resource.at.path): Chart(resource, _values(facts, folder_of(resource.at.path)))
        for resource in resources
        if resource.platform == "helm" and resource.kind == "Chart"
    }
    around: dict[str, Chart] = {}

    def chart_of(path: str) -> Chart:
        folder = folder_of(path)
        if folder not in around:
            around[folder] = next((charts[each] for each in folders_up(folder) if each in charts), _NO_CHART)
        return around[folder]

    filled = (new for fact in facts for new in (_filled(fact, chart_of(fact.at.path)) if fact.at.path in manifests else (fact,)))
    return _with_variables_of_maps(_with_service_ports(Facts(filled)))


def _values(facts: Facts, folder: str) -> list[Property]:
    prefix = f"{folder}/" if folder else ""
    return facts.in_file(Property, f"{prefix}values.yaml") or facts.in_file(Property, f"{prefix}values.yml")


def _filled(fact: Fact, chart: Chart) -> Iterator[Fact]:
    """A fact of a manifest with what the chart around it knows; what stays unknown names nothing."""
    match fact:
        case Service(platform="kubernetes"):
            yield from _service(fact, chart)
        case Image():
            yield from _named(replace(fact, owner=chart.called(fact.owner)), chart)
        case Variable(source="kubernetes"):
            value, via = chart.fill(fact.value) if fact.value is not None else (None, ())
            yield replace(fact, owner=chart.called(fact.owner), value=value, via=(*fact.via, *via))
        case Process() | Setting():
            yield replace(fact, owner=chart.called(fact.owner)) if fact.owner and "$" in fact.owner else fact
        case Resource(platform="kubernetes"):
            yield replace(fact, name=chart.called(fact.name))
        case Resource(platform="helm", kind="dependency"):
            if not chart.switches_off(fact):
                yield fact
        case _:
            yield fact


def _service(fact: Service, chart: Chart) -> Iterator[Service]:
    title = chart.called(fact.name)
    if title is None:
        return
    image, image_lines = chart.fill(fact.image) if fact.image else (None, ())
    if image is not None and image.image() is None and (found := _image(image)) is not None:
        image = Opaque(found[0])  # its tag is the release's to know
    ports = [number for spec in fact.port_specs if (number := chart.fill(spec)[0].integer()) is not None and 0 < number < 65536]
    yield replace(
        fact, name=title, image=image, ports=tuple(dict.fromkeys((*fact.ports, *ports))), port_specs=(), via=(*fact.via, *image_lines)
    )


def _named(fact: Image, chart: Chart) -> Iterator[Image]:
    if fact.name is not None or fact.spec is None:
        yield fact
        return
    written, via = chart.fill(fact.spec)
    if (found := _image(written)) is not None:
        yield replace(fact, name=found[0], tag=found[1], spec=None, via=(*fact.via, *via))


def _image(written: Opaque) -> tuple[Name, Name | None] | None:
    """An image with name and tag, unknown parts left out: a tag that is empty or partly unknown is none."""
    whole = written.interpolate(lambda _: Opaque("x-unknown-x"))
    parts = whole.split(":")
    found = whole.image() or (parts[0].image() if len(parts) == 1 else None)
    if found is None:
        return None
    title, tag = Name(found[0].removeprefix("x-unknown-x/")), found[1]
    return None if "x-unknown-x" in title else (title, None if tag and "x-unknown-x" in tag else tag)


def _with_service_ports(facts: Facts) -> Facts:
    """A Service object is no process: where the workload of its name states no port, it has the object's; else the object only repeats it."""
    objects: dict[str, list[Service]] = defaultdict(list)
    for service in facts.of(Service):
        if service.platform == "kubernetes" and service.image is None:
            objects[service.name].append(service)
    if not objects:
        return facts

    def change(service: Service) -> Iterator[Service]:
        if service.platform != "kubernetes":
            yield service
        elif service.image is not None:
            stated = [each for each in objects.get(service.name, ()) if each.ports] if not service.ports else []
            yield replace(service, ports=stated[0].ports, via=(*service.via, stated[0].at)) if stated else service

    return facts.map(Service, change)


_MOST = 20_000
"""Variables of ConfigMaps that are told of all workloads together: each of many may take the same long map."""


def _with_variables_of_maps(facts: Facts) -> Facts:
    """The variables that workloads take from ConfigMaps, each as theirs; of several maps of a name the one whose file lies nearest counts."""
    entries: dict[str, dict[str, list[Property]]] = defaultdict(lambda: defaultdict(list))
    for entry in facts.of(Property):
        if entry.name.startswith(CONFIG_MAP):
            title, _, key = entry.name.removeprefix(CONFIG_MAP).partition("/")
            entries[title][key].append(entry)
    taken = [resource for resource in facts.of(Resource) if resource.kind == FROM_MAP]
    found: list[Variable] = []
    for resource in taken:
        said = {str(key): value.path() for key, value in resource.attributes}
        owner, only = said.get("owner"), said.get("key")
        of_map = entries.get(str(resource.name), {})
        if owner is None or len(found) > _MOST:
            continue
        for key in of_map if only is None else (only,):
            if stated := of_map.get(key):
                entry = max(stated, key=lambda each: (len(commonprefix((each.at.path, resource.at.path))), each.at))
                title = name(said.get("variable") or key)
                found.append(
                    Variable(
                        name=title,
                        value=entry.value,
                        source="kubernetes",
                        owner=name(owner),
                        shared=only is None,
                        at=entry.at,
                        via=(resource.at,),
                    )
                )
    return facts.plus(found)
