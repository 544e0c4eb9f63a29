"""Platforms that take a repository as it is: Fly, Render, App Engine, Vercel, Netlify, Railway.

Sources: https://fly.io/docs/reference/configuration/, https://render.com/docs/blueprint-spec, https://cloud.google.com/appengine/docs/standard/reference/app-yaml,
https://vercel.com/docs/project-configuration, https://docs.netlify.com/configure-builds/file-based-configuration/, https://docs.railway.com/reference/config-as-code.
"""

from __future__ import annotations

import re
from collections.abc import Iterator

from ctxgen.documents import Node
from ctxgen.facts import join_path
from ctxgen.model import Fact, Image, Process, Resource, Runtime, Service, Setting, Variable
from ctxgen.opaque import Name, Opaque, name, version
from ctxgen.readers import reads
from ctxgen.readers._lambda import runtime_of
from ctxgen.tree import File

_VARIABLE = re.compile(r"[A-Za-z_]\w{0,119}")
_NUMBER = re.compile(r"v?\d[\w.]{0,20}")
_RUNTIME_VARIABLES = {
    "NODE_VERSION": "Node.js", "PYTHON_VERSION": "Python", "RUBY_VERSION": "Ruby", "GO_VERSION": "Go", "PHP_VERSION": "PHP", "BUN_VERSION": "Bun", "JAVA_VERSION": "Java",
    "ELIXIR_VERSION": "Elixir", "RUST_VERSION": "Rust", "DOTNET_VERSION": ".NET",
}  # fmt: skip


@reads("fly.toml", "fly.*.toml")
def read_fly(file: File) -> Iterator[Fact]:
    """Processes, variables and machine sizes of an application on Fly."""
    root = file.toml()
    processes = dict((root.get("processes") or Node({}, 1)).items())
    for title, said in processes.items():
        if said.text:
            yield Process(command=Opaque(said.text), owner=name(title), at=file.at(said.line))
            if len(processes) > 1:
                yield Service(name=name(title), platform="other", build=file.folder, command=Opaque(said.text), at=file.at(said.line))
    yield from _mapping(file, root.get("env"), None)
    image = root.get("build", "image")
    if image is not None and image.text and (found := Opaque(image.text).image()) is not None:
        yield Image(name=found[0], tag=found[1], at=file.at(image.line))
    release = root.get("deploy", "release_command")
    if release is not None and release.text:
        yield Process(command=Opaque(release.text), owner=name("release"), at=file.at(release.line))
    machines = root.get("vm")
    for machine in (machines, *machines.elements()) if machines is not None else ():
        yield from _amounts(file, machine, {"memory": "memory-limit", "cpus": "cpu-limit"})
        yield from _amounts(file, machine, {"memory_mb": "memory-limit"}, unit="MB")
    services = root.get("services")
    for each in (root.get("http_service"), services, *(services.elements() if services is not None else ())):
        if each is not None:
            yield from _amounts(file, each, {"min_machines_running": "min-replicas"})
            yield from _amounts(file, each.get("concurrency") or Node({}, 1), {"hard_limit": "concurrency"})


@reads("render.yaml", "render.yml")
def read_render(file: File) -> Iterator[Fact]:
    """Services, databases and variables of a Render blueprint."""
    root = file.yaml()
    for each in _elements(root, "services"):
        kind, called = _text(each, "type"), each.get("name")
        owner = name(called.text) if called is not None and called.text else None
        at = file.at(called.line if called is not None else each.line)
        if kind in ("redis", "keyvalue"):
            yield Resource(platform="other", kind=name(f"render {kind}"), name=owner, at=at)
            continue
        command = _text(each, "startCommand") or _text(each, "dockerCommand")
        if command:
            yield Process(command=Opaque(command), owner=owner, at=file.at(_line(each, "startCommand", "dockerCommand")))
        if owner is not None and kind in ("web", "worker", "pserv", "cron") and len(list(_elements(root, "services"))) > 1:
            context = Opaque(_text(each, "rootDir") or _text(each, "dockerContext") or ".").path()
            folder = join_path(file.folder, context) if context is not None else None
            yield Service(name=owner, platform="other", build=folder, command=Opaque(command) if command else None, at=at)
        image = each.get("image", "url")
        if image is not None and image.text and (found := Opaque(image.text).image()) is not None:
            yield Image(name=found[0], tag=found[1], owner=owner, at=file.at(image.line))
        yield from _amounts(file, each, {"numInstances": "replicas"}, owner=owner)
        yield from _amounts(
            file, each.get("scaling") or Node({}, 1), {"minInstances": "min-replicas", "maxInstances": "max-replicas"}, owner=owner
        )
        yield from _pairs(file, _elements(each, "envVars"), owner)
    for group in _elements(root, "envVarGroups"):
        yield from _pairs(file, _elements(group, "envVars"), None)
    for each in _elements(root, "databases"):
        called, major = each.get("name"), each.get("postgresMajorVersion")
        yield Resource(
            platform="other",
            kind=name("render database"),
            name=name(called.text) if called is not None and called.text else None,
            version=version(major.text) if major is not None else None,
            at=file.at(major.line if major is not None else each.line),
        )


@reads("app.yaml", "app.yml", "app.*.yaml", "app-*.yaml", contains=(b"runtime:",))
def read_app_engine(file: File) -> Iterator[Fact]:
    """Runtime, scaling and variables of a service on App Engine."""
    root = file.yaml()
    runtime = root.get("runtime")
    if runtime is None or not runtime.text or root.get("kind") is not None:
        return
    known = runtime_of(runtime.text)
    if known is None and runtime.text not in ("custom", "nodejs", "python", "java", "go", "php", "ruby", "aspnetcore", "python-3"):
        return
    yield Resource(platform="other", kind=name("app-engine"), name=name(_text(root, "service") or "default"), at=file.at(runtime.line))
    if known is not None:
        yield Runtime(name=known[0], version=known[1], at=file.at(runtime.line))
    entry = root.get("entrypoint")
    if entry is not None and entry.text:
        yield Process(command=Opaque(entry.text), at=file.at(entry.line))
    yield from _mapping(file, root.get("env_variables"), None)
    keys = {"min_instances": "min-replicas", "max_instances": "max-replicas", "min_num_instances": "min-replicas", "max_num_instances": "max-replicas", "instances": "replicas"}  # fmt: skip
    for section in ("automatic_scaling", "basic_scaling", "manual_scaling"):
        yield from _amounts(file, root.get(section) or Node({}, 1), keys)


@reads("vercel.json", "now.json")
def read_vercel(file: File) -> Iterator[Fact]:
    """Functions with their limits, and scheduled calls, of a Vercel project."""
    root = file.json()
    functions = root.get("functions")
    if functions is not None:
        yield Resource(platform="other", kind=name("vercel functions"), at=file.at(functions.line))
        for _, node in functions.items():
            yield from _amounts(file, node, {"memory": "memory-limit"}, unit="MB")
            yield from _amounts(file, node, {"maxDuration": "timeout"}, unit="s")
    for each in _elements(root, "crons"):
        said = each.get("schedule")
        if said is not None and said.text and re.fullmatch(r"(?:[\d*/,-]{1,40}\s+){4}[\d*/,-]{1,40}", said.text):
            yield Setting(kind=name("schedule"), value=name(said.text), at=file.at(said.line))


@reads("netlify.toml")
def read_netlify(file: File) -> Iterator[Fact]:
    """Functions of a Netlify site, and the versions that its builds run on; their other variables are no part of the product."""
    root = file.toml()
    functions = root.get("functions") or root.get("build", "functions")
    if functions is not None:
        yield Resource(platform="other", kind=name("netlify functions"), at=file.at(functions.line))
    for key, said in (root.get("build", "environment") or Node({}, 1)).items():
        if key in _RUNTIME_VARIABLES and said.text and _NUMBER.fullmatch(said.text):
            yield Runtime(name=name(_RUNTIME_VARIABLES[key]), version=version(said.text), source="ci", at=file.at(said.line))


@reads("railway.json", "railway.toml")
def read_railway(file: File) -> Iterator[Fact]:
    """The command and the number of replicas of a service on Railway."""
    root = file.json() if file.name.endswith("json") else file.toml()
    command = root.get("deploy", "startCommand")
    if command is not None and command.text:
        yield Process(command=Opaque(command.text), at=file.at(command.line))
    yield from _amounts(file, root.get("deploy") or Node({}, 1), {"numReplicas": "replicas"})


# ---------------------------------------------------------------------------------------------- shared


def _mapping(file: File, node: Node | None, owner: Name | None) -> Iterator[Fact]:
    for key, said in node.items() if node is not None else ():
        if said.text is not None:
            yield from _variable(file, key, said.text, said.line, owner)


def _pairs(file: File, listed: Iterator[Node], owner: Name | None) -> Iterator[Fact]:
    """`- key: NAME` with `value`, or with where the value comes from."""
    for each in listed:
        key, value = each.get("key"), _text(each, "value")
        if key is not None and key.text:
            yield from _variable(file, key.text, value, key.line, owner)


def _variable(file: File, key: str, value: str | None, line: int, owner: Name | None) -> Iterator[Fact]:
    """A variable; some say the version of a runtime that the platform installs."""
    if not _VARIABLE.fullmatch(key):
        return
    yield Variable(name=name(key), value=None if value is None else Opaque(value), source="other", owner=owner, at=file.at(line))
    if key in _RUNTIME_VARIABLES and value and _NUMBER.fullmatch(value):
        yield Runtime(name=name(_RUNTIME_VARIABLES[key]), version=version(value), at=file.at(line))


def _amounts(file: File, node: Node, keys: dict[str, str], *, unit: str | None = None, owner: Name | None = None) -> Iterator[Setting]:
    for key, kind in keys.items():
        said = node.get(key)
        if said is None or not said.text:
            continue
        value = Opaque(said.text)
        if amount := value.number() or (value.size() if kind == "memory-limit" else None):
            yield Setting(kind=name(kind), value=amount, unit=name(unit) if unit else None, owner=owner, at=file.at(said.line))


def _line(node: Node, *keys: str) -> int:
    return next((said.line for key in keys if (said := node.get(key)) is not None), node.line)


def _text(node: Node, key: str) -> str | None:
    found = node.get(key)
    return found.text if found is not None else None


def _elements(node: Node, key: str) -> Iterator[Node]:
    found = node.get(key)
    return found.elements() if found is not None else iter(())
