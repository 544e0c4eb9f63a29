"""Kubernetes and Helm: the values of a chart in its templates, and the ports of Service objects for the workloads of their names.

Source: https://helm.sh/docs/chart_template_guide/values_files/.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterator

from msgspec.structs import replace

from ctxgen.facts import Facts, folder_of, folders_up
from ctxgen.model import At, Image, Process, Property, Resource, Service, Setting, Variable
from ctxgen.opaque import Name, Opaque, name

Owned = Image | Variable | Process | Setting


class Chart:
    """A chart's name and the values that its templates see."""

    def __init__(self, resource: Resource, values: list[Property]) -> None:
        self.values = {str(value.name): value for value in values}
        self.title = Opaque(resource.name or "")
        self.own = {"Chart.Name": self.title, "Release.Name": Opaque("")}
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


def resolve(facts: Facts) -> Facts:
    """Fill in what templates take from values, and join Service objects with workloads."""
    charts = _charts(facts)
    if charts:
        facts = _filled(facts, charts)
    return _with_service_ports(facts)


def _charts(facts: Facts) -> dict[str, Chart]:
    """The charts by folder; a dependency that the values switch off is none."""
    return {
        folder_of(resource.at.path): Chart(resource, _values(facts, folder_of(resource.at.path)))
        for resource in facts.of(Resource)
        if resource.platform == "helm" and resource.kind == "Chart"
    }


def _values(facts: Facts, folder: str) -> list[Property]:
    prefix = f"{folder}/" if folder else ""
    return facts.in_file(Property, f"{prefix}values.yaml") or facts.in_file(Property, f"{prefix}values.yml")


def _filled(facts: Facts, charts: dict[str, Chart]) -> Facts:
    known: dict[str, Chart | None] = {}

    def chart_of(path: str) -> Chart | None:
        folder = folder_of(path)
        if folder not in known:
            known[folder] = next((charts[each] for each in folders_up(folder) if each in charts), None)
        return known[folder]

    def service(fact: Service) -> Iterator[Service]:
        chart = chart_of(fact.at.path)
        if fact.platform != "kubernetes" or chart is None:
            yield fact
            return
        title = chart.called(fact.name)
        image, image_lines = chart.fill(fact.image) if fact.image else (None, ())
        ports = [number for spec in fact.port_specs if (number := chart.fill(spec)[0].integer()) is not None and 0 < number < 65536]
        if title is not None:
            yield replace(
                fact,
                name=title,
                image=image,
                ports=tuple(dict.fromkeys((*fact.ports, *ports))),
                port_specs=(),
                via=(*fact.via, *image_lines),
            )

    def image(fact: Image) -> Iterator[Image]:
        chart = chart_of(fact.at.path)
        if chart is not None:
            fact = replace(fact, owner=chart.called(fact.owner))
            if fact.name is None and fact.spec is not None:
                written, via = chart.fill(fact.spec)
                if (found := _image(written)) is None:
                    return
                fact = replace(fact, name=found[0], tag=found[1], spec=None, via=(*fact.via, *via))
        yield fact

    def variable(fact: Variable) -> Iterator[Variable]:
        chart = chart_of(fact.at.path)
        if chart is not None and fact.source == "kubernetes":
            value, via = chart.fill(fact.value) if fact.value is not None else (None, ())
            fact = replace(fact, owner=chart.called(fact.owner), value=value, via=(*fact.via, *via))
        yield fact

    def owned(fact: Owned) -> Iterator[Owned]:
        chart = chart_of(fact.at.path)
        yield replace(fact, owner=chart.called(fact.owner)) if chart is not None and fact.owner and "$" in fact.owner else fact

    def resource(fact: Resource) -> Iterator[Resource]:
        chart = chart_of(fact.at.path)
        if chart is not None and fact.platform == "kubernetes":
            fact = replace(fact, name=chart.called(fact.name))
        if chart is not None and fact.platform == "helm" and fact.kind == "dependency":
            condition = next((value for key, value in fact.attributes if key == "condition"), None)
            path = condition.path() if condition is not None else None
            switch = chart.values.get(f"Values.{path}") if path else None
            if switch is not None and switch.value.boolean() is False:
                return
        yield fact

    facts = facts.map(Service, service).map(Image, image).map(Variable, variable).map(Resource, resource)
    return facts.map(Process, owned).map(Setting, owned)


def _image(written: Opaque) -> tuple[Name, Name | None] | None:
    """An image with name and tag, unknown parts left out: a tag that is partly unknown is none."""
    found = written.interpolate(lambda _: Opaque("x-unknown-x")).image()
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
