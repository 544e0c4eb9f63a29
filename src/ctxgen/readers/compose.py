"""Compose files: services, images, ports, variables, limits, and the files that they name.

Sources: https://docs.docker.com/reference/compose-file/ and, for files without `services:`, the first version of the
format, https://docs.docker.com/reference/compose-file/legacy-versions/.
"""

from __future__ import annotations

import re
import shlex
from collections.abc import Iterator
from typing import NamedTuple

from ctxgen.documents import Node, Unreadable
from ctxgen.facts import join_path
from ctxgen.model import At, Diagnostic, Image, Process, Property, Reference, Resource, Service, Setting
from ctxgen.opaque import MASK, Name, Opaque, looks_secret, name
from ctxgen.readers import Found, reads
from ctxgen.readers._compose_files import compose_name, looks_like_compose, services_of, variant_of
from ctxgen.readers._compose_variables import VARIABLE, entries, environment, references_to_variables
from ctxgen.readers._expansion import expand
from ctxgen.readers._ports import ports_of
from ctxgen.tree import File

_REMOTE = re.compile(r"[A-Za-z][\w+.-]*:(?://)?|git@|github\.com/|.*\.git(?:#|$)")
_PROFILE = re.compile(r"[A-Za-z0-9][\w.-]{0,60}")
_PATH = re.compile(r"[\w./+-]{1,200}")
_NOTHING = ("", "null", "~")  # what `!reset null` leaves behind


@reads("*.yml", "*.yaml")
def read_compose(file: File) -> Iterator[Found]:
    """Every service and what it runs, and the variables that the file refers to."""
    named = compose_name(file.path)
    try:
        if named is None and not (b"services:" in file.data and looks_like_compose(file.text)):
            return
        document = file.yaml()
    except Unreadable:
        if "{{" in file.text:
            if named:
                yield Diagnostic(
                    path=name(file.path), line=None, code="template", severity="info", message="a template of a compose file, not read"
                )
            return
        if named:
            raise
        return
    services = services_of(document, trusted=named is not None)
    included = list(_includes(file, document)) if named or services else []
    if not services and not included:
        return
    when = variant_of(file, named)
    for key in ("version", "name"):
        if (node := document.get(key)) is not None and node.text is not None:
            yield Property(name=name(f"compose.{key}"), value=Opaque(node.text), at=file.at(node.line), when=when)
    yield from included
    yield from references_to_variables(file, document, when)
    for title, node in services.items():
        yield from _service(file, title, node, when)


# ---------------------------------------------------------------------------------------------- one service


def _service(file: File, title: str, node: Node, when: Name | None) -> Iterator[Found]:
    owner = name(title)
    stated = [profile.text or "" for each in [node.get("profiles")] if each for profile in each.elements()]
    profiles = [name(profile) if _PROFILE.fullmatch(profile) else Name(MASK) for profile in stated]
    when = Name(".".join([*([when] if when else []), *profiles])) if profiles else when
    image, inherited = _scalar(node, "image"), _extends(file, node)
    build = _build(file, node)
    published, ports, specs = _ports(node)
    commands = [
        (key, said, line) for key in ("entrypoint", "command") if (said := _command_line(node, key)) and (line := node.value[key].line)
    ]
    env_files = list(_env_files(file, node))
    yield Service(
        name=owner,
        image=Opaque(image.text) if image and image.text else None,
        build=build.context,
        dockerfile=build.dockerfile,
        target=build.target,
        build_specs=build.specs,
        mounted=tuple(dict.fromkeys(_mounted(file, node))),
        ports=ports,
        published=published,
        port_specs=specs,
        depends_on=tuple(_depends_on(file, node)),
        awaited=tuple(_awaited(node)),
        command=Opaque(" ".join(said for _, said, _ in commands)) if commands else None,
        replicas=_replicas(node),
        extends=(join_path(file.folder, inherited.path) or "", name(inherited.service)) if inherited else None,
        build_args=tuple(_build_args(file, node)),
        env_files=tuple(path for found in env_files if (path := join_path(file.folder, found.path)) is not None),
        at=file.at(node.line),
        when=when,
    )
    if image and image.text:
        yield Image(spec=Opaque(image.text), owner=owner, at=file.at(image.line), when=when)
    for _, said, line in commands:
        yield Process(command=Opaque(said), owner=owner, at=file.at(line), when=when)
    yield from environment(file, node, owner, when)
    yield from _limits(file, node, owner, when)
    if (routed := _routed(node)) is not None:
        yield Resource(platform="other", kind=name("traefik router"), name=owner, at=file.at(routed), when=when)
    yield from env_files
    if inherited and inherited.path != file.name:
        yield Reference(path=inherited.path, reader="read_compose", at=file.at(inherited.line))


class _Extends(NamedTuple):
    """`extends: base` or `extends: {file: common.yml, service: base}`."""

    path: str
    service: str
    line: int


def _extends(file: File, node: Node) -> _Extends | None:
    said = node.get("extends")
    if said is None:
        return None
    if said.text is not None:
        return _Extends(file.name, said.text, said.line)
    service, path = _text(said, "service"), _local(_text(said, "file") or file.name)
    return _Extends(path, service, said.line) if service and path else None


class _Build(NamedTuple):
    """Paths relative to the root, and (context, dockerfile) as written where they need interpolation."""

    context: str | None = None
    dockerfile: str | None = None
    target: Name | None = None
    specs: tuple[Opaque, Opaque] | None = None


def _build(file: File, node: Node) -> _Build:
    """The short and the long form; a remote context has no path."""
    said = node.get("build")
    if said is None or said.text in _NOTHING:
        return _Build()
    stated = _text(said, "target")
    target = name(stated) if stated and _PROFILE.fullmatch(stated) else None
    written = said.text or _text(said, "context") or "."
    # a file beside `build:` is how the first version of the format wrote it
    beside = "" if said.get("dockerfile_inline") is not None else _text(said, "dockerfile") or _text(node, "dockerfile") or "Dockerfile"
    if "$" in written + beside:
        return _Build(target=target, specs=(Opaque(written), Opaque(beside)))
    local, dockerfile = _local(written), _local(beside)
    context = join_path(file.folder, local) if local is not None else None
    return _Build(context, join_path(context, dockerfile) if context is not None and dockerfile else None, target)


def _build_args(file: File, node: Node) -> Iterator[tuple[Name, Opaque, At]]:
    """What the build is given; an argument without a value has that of the variable of its name."""
    for key, value, line in entries(node.get("build", "args")):
        if VARIABLE.fullmatch(key):
            yield name(key), Opaque(f"${{{key}}}" if value is None else value), file.at(line)


def _mounted(file: File, node: Node) -> Iterator[str]:
    """The paths of the host that a service binds, in the short form (`./api:/app`) and the long one.  Source: https://docs.docker.com/reference/compose-file/services/#volumes."""
    for each in _elements(node, "volumes"):
        written = each.text.partition(":")[0] if each.text else _text(each, "source") if _text(each, "type") == "bind" else None
        local = _local(written) if written and written.startswith(".") else None
        if local is not None and (path := join_path(file.folder, local)) is not None:
            yield path


def _ports(node: Node) -> tuple[tuple[int, ...], tuple[int, ...], tuple[Opaque, ...]]:
    """(published, container's, those that need interpolation)."""
    published: dict[int, None] = {}
    inside: dict[int, None] = {}
    specs: list[Opaque] = []
    for each in (*_elements(node, "ports"), *_elements(node, "expose")):
        spec = each.text
        if spec is None:
            target, outside = _text(each, "target"), _text(each, "published")
            spec = (f"{outside}:{target}" if outside else target) if target else None
        if spec is None:
            continue
        if "$" in spec:
            specs.append(Opaque(spec))
            continue
        outer, inner = ports_of(Opaque(spec))
        published.update(dict.fromkeys(outer))
        inside.update(dict.fromkeys(inner))
    return tuple(published), tuple(inside), tuple(specs)


def _depends_on(file: File, node: Node) -> Iterator[tuple[Name, At]]:
    """The services that `depends_on` (list or mapping) and `links` (`service:alias`) name, each once."""
    seen: set[str] = set()
    for key in ("depends_on", "links"):
        said = node.get(key)
        if said is None:
            continue
        listed = [(text.partition(":")[0], each.line) for each in said.elements() if (text := each.text)]
        for service, line in (*listed, *((title, each.line) for title, each in said.items())):
            if service not in seen:
                seen.add(service)
                yield name(service), file.at(line)


def _awaited(node: Node) -> Iterator[Name]:
    """The services that have to end well before this one starts.  Source: https://docs.docker.com/reference/compose-file/services/#long-syntax-1"""
    said = node.get("depends_on")
    for title, each in said.items() if said is not None else ():
        if _text(each, "condition") == "service_completed_successfully":
            yield name(title)


def _command_line(node: Node, key: str) -> str | None:
    """A command in either form as one line of shell words."""
    said = node.get(key)
    if said is None or said.text in _NOTHING:
        return None
    return said.text if said.text is not None else shlex.join(each.text for each in said.elements() if each.text is not None) or None


def _routed(node: Node) -> int | None:
    """The line of the first label by which Traefik routes requests to a service.  Source: https://doc.traefik.io/traefik/routing/providers/docker/."""
    for labels in (node.get("labels"), node.get("deploy", "labels")):
        listed = [(each.text or "", each.line) for each in labels.elements()] if labels is not None else []
        named = [(key, each.line) for key, each in labels.items()] if labels is not None else []
        for label, line in (*listed, *named):
            if label.startswith("traefik.http.routers."):
                return line
    return None


def _replicas(node: Node) -> int | None:
    said = _scale(node)
    return Opaque(expand(said.text, {})).integer() if said and said.text else None


def _scale(node: Node) -> Node | None:
    return node.get("deploy", "replicas") or node.get("scale")


def _limits(file: File, node: Node, owner: Name, when: Name | None) -> Iterator[Setting]:
    """Replicas, and what the service may use at most."""
    limits = node.get("deploy", "resources", "limits") or Node({}, node.line)
    for kind, said in (
        ("replicas", _scale(node)),
        ("memory-limit", limits.get("memory") or node.get("mem_limit")),
        ("cpu-limit", limits.get("cpus") or node.get("cpus")),
    ):
        if said is None or said.text is None:
            continue
        value = Opaque(expand(said.text, {}))
        if amount := value.number() or (value.size() if kind == "memory-limit" else None):
            yield Setting(kind=name(kind), value=amount, owner=owner, at=file.at(said.line), when=when)


# ---------------------------------------------------------------------------------------------- other files


def _env_files(file: File, node: Node) -> Iterator[Reference]:
    """`env_file` as a path, a list of paths, or a list of mappings with `path` and `required`."""
    said = node.get("env_file")
    if said is None:
        return
    for each in (said, *said.elements()):
        path = _local(each.text or _text(each, "path") or "")
        if path:
            yield Reference(path=path, reader="read_dotenv", at=file.at(each.line))


def _includes(file: File, document: Node) -> Iterator[Reference]:
    """`include` as a path, a list of paths, or a list of mappings whose `path` is one or several."""
    said = document.get("include")
    if said is None:
        return
    for each in (said, *said.elements()):
        for key, reader in (("path", "read_compose"), ("env_file", "read_dotenv")):
            paths = each.get(key) if isinstance(each.value, dict) else each if key == "path" and each.text else None
            for named in paths.scalars() if paths else ():
                if path := _local(named.text or ""):
                    yield Reference(path=path, reader=reader, at=file.at(named.line))


# ---------------------------------------------------------------------------------------------- values


def _scalar(node: Node, key: str) -> Node | None:
    """A scalar under a key unless it says nothing."""
    found = node.get(key)
    return found if found is not None and found.text not in (None, *_NOTHING) else None


def _text(node: Node, key: str) -> str | None:
    found = _scalar(node, key)
    return found.text if found else None


def _elements(node: Node, key: str) -> Iterator[Node]:
    found = node.get(key)
    return found.elements() if found is not None else iter(())


def _local(path: str) -> str | None:
    """A path inside the repository, its defaults applied; None for addresses, unknown variables and what may be a credential."""
    local = expand(path, {})
    return local if _PATH.fullmatch(local) and not _REMOTE.match(local) and not looks_secret(local) else None
