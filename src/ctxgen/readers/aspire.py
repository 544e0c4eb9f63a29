""".NET Aspire: the program of an AppHost, which states projects, containers and what they refer to.

Sources: https://aspire.dev/get-started/app-host/, https://aspire.dev/fundamentals/networking-overview/.  What a resource is says the name of
the method that adds it (`AddPostgres`), which is kept as it stands.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass, field

from ctxgen.facts import folder_of, join_path
from ctxgen.model import At, Channel, Fact, Image, Resource, Service, Setting
from ctxgen.opaque import Name, Opaque, looks_secret, name
from ctxgen.readers import reads
from ctxgen.readers._calls import Call, Chain, chains, integer, string, word
from ctxgen.readers._jvm_script import Item, Token, is_op, parse
from ctxgen.tree import SOURCE_LIMIT, File

_BUILDER = re.compile(r"IDistributedApplicationBuilder\s{1,9}(\w{1,60})|(\w{1,60})\s{0,9}=\s{0,9}DistributedApplication\.CreateBuilder")
_TITLE = re.compile(r"[A-Za-z][A-Za-z0-9-]{0,63}")
_FOLDER = re.compile(r"\.{0,2}[\w./\\ -]{1,200}")
_NO_PROCESS = re.compile(
    r"Add(?:Parameter.*|ConnectionString|Orleans|ExternalService|(?:Azure)?OpenAI.*|GitHubModel|AzureAIFoundry|.*Environment|.*ContainerRegistry|AzureApplicationInsights|AzureLogAnalytics.*|DevTunnel|DaprComponent|DaprStateStore|DaprPubSub)"
)
_SETTINGS = re.compile(r"(?i).+\.(?:ya?ml|json|conf|toml|xml|sql|env|ini|cfg|sh)")
_NO_LINK = {"WithParentRelationship", "WithChildRelationship", "WithRelationship", "PublishWithContainerFiles", "WithCertificateTrustScope"}
_ENDPOINT = re.compile(r"With(?:Http|Https|Tcp|External)?Endpoint")
_CHANNELS = {
    "AddServiceBusQueue": ("servicebus", "queue"), "AddServiceBusTopic": ("servicebus", "topic"), "AddHub": ("eventhubs", "stream"),
    "AddQueue": ("", "queue"), "AddTopic": ("", "topic"),
}  # fmt: skip


@dataclass
class _Resource:
    """What the chains that speak of one resource say together."""

    title: str
    kind: str
    at: At
    project: str | None = None
    build: str | None = None
    image: str | None = None
    tag: str | None = None
    image_at: At | None = None
    ports: dict[int, None] = field(default_factory=dict)
    published: dict[int, None] = field(default_factory=dict)
    replicas: tuple[str, At] | None = None
    links: dict[str, At] = field(default_factory=dict)


@reads("*.cs", limit=SOURCE_LIMIT, contains=(b"DistributedApplication",))
def read_aspire(file: File) -> Iterator[Fact]:
    """The resources that are added to the builder, as services; and what is added to them (`AddDatabase`) as their own."""
    builders = {found[1] or found[2] for found in _BUILDER.finditer(file.text)}
    if not builders or "DistributedApplicationTestingBuilder" in file.text:
        return
    program = _Program(file, builders)
    for chain in chains(parse(file.text)):
        program.take(chain)
    yield from program.facts()


class _Program:
    def __init__(self, file: File, builders: set[str]) -> None:
        self.file, self.builders = file, builders
        self.resources: dict[str, _Resource] = {}
        self.variables: dict[str, str] = {}
        """The resource that a variable stands for, or belongs to."""
        self.texts = dict(re.findall(r"\b(?:var|string)\s{1,9}(\w{1,60})\s{0,9}=\s{0,9}\"([\w-]{1,60})\"\s{0,9};", file.text))
        self.channels: list[Channel] = []

    def take(self, chain: Chain) -> None:
        """Whatever a chain says of a resource; its target stands for it from then on."""
        known = self.variables.get(chain.root)
        resource = self.resources.get(known) if known is not None else None
        for call in chain.calls:
            title = string(call.argument(0, "name")) or self.texts.get(word(call.argument(0, "name")) or "")
            if resource is None and chain.root in self.builders and call.name.startswith("Add") and title and _TITLE.fullmatch(title):
                resource = self._added(call, title)
            elif resource is not None:
                self._said(resource, call, title)
        if resource is not None and chain.target is not None:
            self.variables.setdefault(chain.target, resource.title.lower())

    def _added(self, call: Call, title: str) -> _Resource:
        resource = self.resources.setdefault(title.lower(), _Resource(title, call.name, self.file.at(call.line)))
        place = 2 if call.name == "AddExecutable" else 1
        second = string(call.argument(place, "image", "projectPath", "workingDirectory", "appDirectory", "contextPath", "projectDirectory"))
        if call.type is not None:
            resource.project = call.type.rpartition(".")[2]
        elif call.name == "AddContainer" and second:
            resource.image, resource.image_at = second, self.file.at(call.line)
            resource.tag = string(call.argument(2, "tag"))
        elif second is not None and _FOLDER.fullmatch(second) and not _SETTINGS.fullmatch(second) and ("/" in second or "\\" in second):
            path = join_path(self.file.folder, second)
            resource.build = folder_of(path) if path and path.lower().endswith("proj") else path
        if call.name not in ("AddContainer", "AddProject") and (port := integer(call.argument(-1, "port"))):
            resource.published[int(port)] = None
        return resource

    def _said(self, resource: _Resource, call: Call, title: str | None) -> None:
        at = self.file.at(call.line)
        if call.name == "WithImage" and (image := string(call.argument(0, "image"))):
            resource.image, resource.image_at, resource.tag = image, at, string(call.argument(1, "tag")) or resource.tag
        elif call.name == "WithImageTag" and (tag := string(call.argument(0, "tag"))):
            resource.tag, resource.image_at = tag, at
        elif call.name == "WithReplicas" and (number := integer(call.argument(0, "replicas"))):
            resource.replicas = (number, at)
        elif _ENDPOINT.fullmatch(call.name) or call.name == "WithHostPort":
            outer, inner = integer(call.argument(0, "port", "hostPort")), integer(call.argument(1, "targetPort", "containerPort"))
            resource.published.update({int(number): None for number in (outer,) if number})
            resource.ports.update({int(number): None for number in (inner,) if number})
        elif call.name in _CHANNELS and title is not None:
            system, kind = _CHANNELS[call.name]
            self.channels.append(Channel(name=name(title), kind=kind, system=name(system) if system else None, at=at))  # type: ignore[arg-type]
        if call.name not in _NO_LINK:
            for argument in call.arguments:
                self._links(resource, argument, at)

    def _links(self, resource: _Resource, argument: list[Item], at: At) -> None:
        """The resources whose variables an argument names, itself or by `x.GetEndpoint(…)`; inside blocks too."""
        for index, item in enumerate(argument):
            if not isinstance(item, Token):
                self._links(resource, item.items, at)
            elif item.kind == "word" and not (index and is_op(argument[index - 1], ".", "?.")):
                target = self.variables.get(item.text)
                if target is not None and target != resource.title.lower() and resource.title.lower() not in self._refers(target):
                    resource.links.setdefault(target, at)

    def _refers(self, target: str) -> dict[str, At]:
        """What a resource refers to already: two that name each other (call-back addresses) are linked as the first one says."""
        return self.resources[target].links if target in self.resources else {}

    def facts(self) -> Iterator[Fact]:
        yield from self.channels
        for resource in self.resources.values():
            title, kind = name(resource.title), name(resource.kind)
            yield Resource(platform="aspire", kind=kind, name=title, at=resource.at)
            # a program of the machine without a folder of its own is a developer's tool
            if _NO_PROCESS.fullmatch(resource.kind) or (resource.kind == "AddExecutable" and not resource.build):
                continue
            image = _image(resource)
            replicas = resource.replicas
            yield Service(
                name=title,
                platform="aspire",
                resource=kind,
                project=name(resource.project) if resource.project else None,
                build=resource.build,
                image=image,
                ports=tuple(resource.ports),
                published=tuple(resource.published),
                depends_on=tuple(dict(self._through(resource)).items()),
                replicas=int(replicas[0]) if replicas else None,
                at=resource.at,
            )
            if image is not None and (found := image.image()) is not None:
                yield Image(name=found[0], tag=found[1], owner=title, at=resource.image_at or resource.at)
            if replicas is not None:
                yield Setting(kind=name("replicas"), value=name(replicas[0]), owner=title, at=replicas[1])

    def _through(self, resource: _Resource) -> Iterator[tuple[Name, At]]:
        """The links of a resource; for one that is no process (a cluster's settings), those of it."""
        for target, at in resource.links.items():
            other = self.resources.get(target)
            if other is not None and _NO_PROCESS.fullmatch(other.kind):
                yield from ((name(self.resources[each].title), at) for each in other.links if each in self.resources)
            elif other is not None:
                yield name(other.title), at


def _image(resource: _Resource) -> Opaque | None:
    if not resource.image or looks_secret(resource.image):
        return None
    return Opaque(f"{resource.image}:{resource.tag}" if resource.tag and ":" not in resource.image else resource.image)
