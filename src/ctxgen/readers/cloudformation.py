"""CloudFormation and SAM templates, in YAML with their short tags and in JSON.

Sources: https://docs.aws.amazon.com/AWSCloudFormation/latest/UserGuide/template-anatomy.html,
https://docs.aws.amazon.com/serverless-application-model/latest/developerguide/sam-specification.html.
"""

from __future__ import annotations

import re
from collections.abc import Iterator

from ctxgen.documents import Node, Unreadable
from ctxgen.facts import folder_of, join_path
from ctxgen.model import ConfigKey, Fact, Image, Resource, Runtime, Setting, Variable
from ctxgen.opaque import Name, Opaque, name, version
from ctxgen.readers import reads
from ctxgen.readers._function_routes import guard, route
from ctxgen.readers._lambda import runtime_of
from ctxgen.tree import File

_TYPE = re.compile(r"(?:AWS|Alexa|Custom)::[\w:]{2,100}")
_KEPT = ("Engine", "EngineVersion", "DBInstanceClass", "CacheNodeType", "Runtime", "InstanceType")
_VERSIONS = ("EngineVersion", "KafkaVersion", "CacheEngineVersion")
_ARCHIVE = re.compile(r"\.(?:jar|zip)\Z")
_VARIABLE = re.compile(r"[A-Za-z_]\w{0,119}")
_SETTINGS = {
    "MemorySize": ("memory-limit", "MB"),
    "Timeout": ("timeout", "s"),
    "DesiredCount": ("replicas", None),
    "ReservedConcurrentExecutions": ("concurrency", None),
    "NumCacheNodes": ("nodes", None),
    "MinCapacity": ("min-replicas", None),
    "MaxCapacity": ("max-replicas", None),
}


@reads("*.yml", "*.yaml", "*.template", "*template*.json", "**/cloudformation/**/*.json", "**/cfn/**/*.json", contains=(b"AWSTemplateFormatVersion", b"AWS::Serverless-2016-10-31", b"Type: AWS::", b"Type: 'AWS::", b'Type: "AWS::'))  # fmt: skip
def read_cloudformation(file: File) -> Iterator[Fact]:
    """The resources with their engines, runtimes, images, sizes and variables."""
    as_json = file.name.endswith("json") or file.text.lstrip().startswith("{")
    try:
        root = file.json() if as_json else file.yaml()
    except Unreadable:
        if b"AWSTemplateFormatVersion" in file.data:
            raise
        return
    resources = root.get("Resources") or root.get("resources", "Resources")
    if resources is None:
        return
    transform = root.get("Transform")
    for said in transform.scalars() if transform is not None else ():
        if (said.text or "").startswith("AWS::Serverless"):
            yield Resource(platform="cloudformation", kind=name("AWS::Serverless::Transform"), at=file.at(said.line))
    of_all = root.get("Globals", "Function")
    yield from _function(file, of_all, None)
    for title, node in resources.items():
        kind = node.get("Type")
        if kind is not None and kind.text and _TYPE.fullmatch(kind.text):
            properties = node.get("Properties") or Node({}, kind.line)
            yield from _resource(file, name(title), kind, properties)
            if kind.text == "AWS::Serverless::Function" and (folder := _code_of(file, properties, of_all)) is not None:
                yield Resource(platform="serverless", kind=name("function"), name=name(title), folder=folder, at=file.at(kind.line))


def _code_of(file: File, properties: Node, of_all: Node | None) -> str | None:
    """The folder of a function's code, which its template states relative to itself; an archive that is built there stands for it."""
    stated = properties.get("CodeUri") or (of_all.get("CodeUri") if of_all is not None else None)
    if stated is None or not stated.text or "$" in stated.text or ":" in stated.text:
        return None
    path = join_path(folder_of(file.path), stated.text)
    return folder_of(path) if path is not None and _ARCHIVE.search(path) else path


def _resource(file: File, title: Name, kind: Node, properties: Node) -> Iterator[Fact]:
    """The type, and for what runs one of several engines the type with its engine, which the version belongs to."""
    stated = {key: said for key in (*_KEPT, *_VERSIONS) if (said := properties.get(key)) is not None and said.text}
    attributes = tuple((name(key), Opaque(stated[key].text or "")) for key in _KEPT if key in stated)
    written = next((version(stated[key].text) for key in _VERSIONS if key in stated), None)
    engine, at = stated.get("Engine"), file.at(kind.line)
    plain = engine is not None and re.fullmatch(r"[\w.-]{1,60}", engine.text or "")
    yield Resource(
        platform="cloudformation",
        kind=name(kind.text or ""),
        name=title,
        version=None if plain else written,
        attributes=attributes,
        at=at,
    )
    if engine is not None and plain:
        yield Resource(
            platform="cloudformation",
            kind=name(f"{kind.text} Engine={engine.text}"),
            name=title,
            version=written,
            at=file.at(engine.line),
            via=(at,),
        )
    if kind.text == "AWS::AppSync::GraphQLApi":
        providers = properties.get("AdditionalAuthenticationProviders")
        for each in (properties, *(providers.elements() if providers is not None else ())):
            if (said := each.get("AuthenticationType")) is not None and said.text:
                yield ConfigKey(key=name("appsync.authentication"), value=Opaque(said.text), dialect="other", at=file.at(said.line))
    yield from _function(file, properties, title)
    containers = properties.get("ContainerDefinitions")
    for container in containers.elements() if containers is not None else ():
        yield from _container(file, container)


def _function(file: File, node: Node | None, title: Name | None) -> Iterator[Fact]:
    """What functions state, and what `Globals` state for all of them."""
    if node is None:
        return
    said = node.get("Runtime")
    if said is not None and said.text and (known := runtime_of(said.text)) is not None:
        yield Runtime(name=known[0], version=known[1], at=file.at(said.line))
    for key, (kind, unit) in _SETTINGS.items():
        amount = node.get(key)
        if amount is not None and amount.text and (number := Opaque(amount.text).integer()) is not None:
            yield Setting(
                kind=name(kind),
                value=name(str(number)),
                unit=name(unit) if unit else None,
                subject=title,
                at=file.at(amount.line),
            )
    for _, event in (node.get("Events") or Node({}, 1)).items():
        kind_said, path, method = event.get("Type"), event.get("Properties", "Path"), event.get("Properties", "Method")
        if kind_said is not None and kind_said.text in ("Api", "HttpApi") and path is not None:
            at = file.at(path.line)
            guards = guard(event.get("Properties", "Auth", "Authorizer"), at, "Authorizer")
            if (
                found := route(at, method.text if method is not None else None, path.text, node.get("Handler"), guards, "aws-sam")
            ) is not None:
                yield found
    for key, value in (node.get("Environment", "Variables") or Node({}, 1)).items():
        if _VARIABLE.fullmatch(key):
            yield Variable(
                name=name(key), value=Opaque(value.text) if value.text else None, source="other", owner=title, at=file.at(value.line)
            )


def _container(file: File, node: Node) -> Iterator[Fact]:
    """A container of an ECS task."""
    image, called = node.get("Image"), node.get("Name")
    owner = name(called.text) if called is not None and called.text and "$" not in called.text else None
    if image is not None and image.text and "$" not in image.text and (found := Opaque(image.text).image()) is not None:
        yield Image(name=found[0], tag=found[1], owner=owner, at=file.at(image.line))
    for key, kind, unit in (("Memory", "memory-limit", "MB"), ("Cpu", "cpu-limit", "cpu units")):
        said = node.get(key)
        if said is not None and said.text and (number := Opaque(said.text).integer()) is not None:
            yield Setting(kind=name(kind), value=name(str(number)), unit=name(unit), owner=owner, at=file.at(said.line))
    listed = node.get("Environment")
    for each in listed.elements() if listed is not None else ():
        title, value = each.get("Name"), each.get("Value")
        if title is not None and title.text and _VARIABLE.fullmatch(title.text):
            opaque = Opaque(value.text) if value is not None and value.text else None
            yield Variable(name=name(title.text), value=opaque, source="other", owner=owner, at=file.at(title.line))
