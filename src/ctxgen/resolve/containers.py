"""Containers: variables of the `.env` beside a compose file, services that extend others, and what images are called.

Sources: https://docs.docker.com/reference/compose-file/interpolation/, https://docs.docker.com/reference/compose-file/services/#extends.
"""

from __future__ import annotations

import re
from collections import defaultdict
from collections.abc import Iterator

from msgspec.structs import replace

from ctxgen.facts import Facts, folder_of, join_path
from ctxgen.model import At, Container, Image, Process, Service, Setting, Variable
from ctxgen.opaque import Name, Opaque
from ctxgen.readers._compose_files import compose_name
from ctxgen.readers._ports import ports_of

_TEMPLATE = re.compile(r"example|sample|template|dist|default", re.IGNORECASE)
_CONTAINERS = {"docker", "compose", "container"}
_MAX_CHAIN = 16
_UNKNOWN = "x-unknown-x"

Lookup = dict[str, Variable]
Heritable = Image | Variable | Process | Setting


def resolve(facts: Facts) -> Facts:
    """Interpolate what compose files say, let services inherit, and name the images of compose files and Dockerfiles."""
    services = [service for service in facts.of(Service) if service.platform == "compose"]
    composed = {service.at.path for service in services}
    built = {container.at.path for container in facts.of(Container)}
    if not composed and not built:
        return facts
    lookups = _lookups(facts, services)

    def service(fact: Service) -> Iterator[Service]:
        yield _service(fact, lookups[fact.at.path]) if fact.at.path in composed else fact

    facts = facts.map(Service, service)
    arguments, known = _arguments(facts.of(Service), lookups), composed | built

    def process(fact: Process) -> Iterator[Process]:
        if fact.at.path in composed and fact.command.placeholders():
            command, via = _interpolated(fact.command, lookups[fact.at.path])
            fact = replace(fact, command=command, via=(*fact.via, *via))
        yield fact

    def variable(fact: Variable) -> Iterator[Variable]:
        if fact.at.path in composed and fact.value is not None and fact.value.placeholders():
            value, via = _interpolated(fact.value, lookups[fact.at.path])
            fact = replace(fact, value=value, via=(*fact.via, *via))
        yield fact

    def image(fact: Image) -> Iterator[Image]:
        if fact.name is not None or fact.spec is None or fact.at.path not in known:
            yield fact
        elif (named := _image(fact, lookups.get(fact.at.path) or arguments.get(fact.at.path, {}))) is not None:
            yield named

    facts = facts.map(Process, process).map(Variable, variable).map(Image, image)
    return _extended(facts) if any(each.extends for each in facts.of(Service)) else facts


# ---------------------------------------------------------------------------------------------- interpolation


def _lookups(facts: Facts, services: list[Service]) -> dict[str, Lookup]:
    """The variables that each compose file sees: those of the `.env` beside it.

    Where there is none, people copy a template to it: the only one in the folder, or the one whose name holds a word of
    the file's variant, or says that it is for containers (`.env.example_docker`).
    """
    stated: dict[str, dict[str, Lookup]] = defaultdict(lambda: defaultdict(dict))
    for variable in facts.of(Variable):
        if variable.source == "dotenv" and variable.value is not None:
            folder, _, filename = variable.at.path.rpartition("/")
            stated[folder][filename][variable.name] = variable
    found: dict[str, Lookup] = {}
    for service in services:
        path = service.at.path
        if path not in found:
            files = stated.get(folder_of(path), {})
            templates = [filename for filename in files if _TEMPLATE.search(filename)]
            words = {word for word in re.split(r"[._-]", service.when or "") if word}
            fitting = templates
            for wanted in (words, _CONTAINERS):
                if len(fitting) != 1:
                    fitting = [each for each in templates if wanted.intersection(re.split(r"[._-]", each))]
            found[path] = files.get(".env") or (files[fitting[0]] if len(fitting) == 1 else {})
    return found


def _arguments(services: list[Service], lookups: dict[str, Lookup]) -> dict[str, Lookup]:
    """The build arguments that compose files hand to each Dockerfile; the first service that says one counts."""
    found: dict[str, Lookup] = defaultdict(dict)
    for service in services:
        for title, value, at in service.build_args if service.dockerfile and service.at.path in lookups else ():
            written, via = _interpolated(value, lookups[service.at.path])
            found[service.dockerfile or ""].setdefault(title, Variable(name=title, value=written, via=via, at=at))
    return found


def _interpolated(value: Opaque, known: Lookup) -> tuple[Opaque, tuple[At, ...]]:
    """(the value with all that is known, the lines that say it)."""
    used: dict[At, None] = {}

    def answer(variable: str) -> Opaque | None:
        found = known.get(variable)
        if found is None:
            return None
        used.update(dict.fromkeys((found.at, *found.via)))
        return found.value

    return value.interpolate(answer), tuple(used)


def _service(fact: Service, known: Lookup) -> Service:
    published, ports = dict.fromkeys(fact.published), dict.fromkeys(fact.ports)
    via = dict.fromkeys(fact.via)
    for spec in fact.port_specs:
        written, lines = _interpolated(spec, known)
        outer, inner = ports_of(written)
        published.update(dict.fromkeys(outer))
        ports.update(dict.fromkeys(inner))
        via.update(dict.fromkeys(lines))
    build, dockerfile = fact.build, fact.dockerfile
    if fact.build_specs is not None:
        build, dockerfile, lines = _paths(folder_of(fact.at.path), fact.build_specs, known)
        via.update(dict.fromkeys(lines))
    image, image_lines = _interpolated(fact.image, known) if fact.image else (None, ())
    command, command_lines = _interpolated(fact.command, known) if fact.command else (None, ())
    via.update(dict.fromkeys((*image_lines, *command_lines)))
    return replace(
        fact,
        image=image,
        build=build,
        dockerfile=dockerfile,
        build_specs=None,
        command=command,
        ports=tuple(ports),
        published=tuple(published),
        port_specs=(),
        via=tuple(via),
    )


def _paths(folder: str, specs: tuple[Opaque, Opaque], known: Lookup) -> tuple[str | None, str | None, tuple[At, ...]]:
    """(context, Dockerfile, deciding lines); a context whose Dockerfile stays unknown says nothing about where the code is."""
    (context, context_lines), (dockerfile, lines) = _interpolated(specs[0], known), _interpolated(specs[1], known)
    local, beside = context.path(), dockerfile.path()
    if local is None or not (beside or dockerfile.empty):
        return None, None, ()
    build = join_path(folder, local)
    if build is None:
        return None, None, ()
    return build, join_path(build, beside) if beside else None, (*context_lines, *lines)


def _image(fact: Image, known: Lookup) -> Image | None:
    """An image with name and tag; a tag that a variable is part of is none, and without a known name there is no image."""
    assert fact.spec is not None
    written, via = _interpolated(fact.spec, known)
    found = written.interpolate(lambda _: Opaque(_UNKNOWN)).image()
    if found is None:
        return None
    called, tag = found
    # a registry or organisation that a variable holds says nothing about what the image is
    called = Name(called.removeprefix(f"{_UNKNOWN}/"))
    if _UNKNOWN in called:
        return None
    return replace(fact, name=called, tag=None if tag and _UNKNOWN in tag else tag, via=(*fact.via, *via))


# ---------------------------------------------------------------------------------------------- extends


def _extended(facts: Facts) -> Facts:
    """Let every service that extends another have what that one says and itself does not."""
    services: dict[tuple[str, str], Service] = {}
    for service in facts.of(Service):
        if service.platform == "compose":
            services.setdefault((service.at.path, service.name), service)
    owned: dict[tuple[str, str], list[Heritable]] = defaultdict(list)
    stated: list[Heritable] = [*facts.of(Image), *facts.of(Variable), *facts.of(Process), *facts.of(Setting)]
    for fact in stated:
        if fact.owner is not None:
            owned[fact.at.path, fact.owner].append(fact)
    more: list[tuple[tuple[str, str], Heritable]] = []
    templates: set[tuple[str, str]] = set()

    def change(service: Service) -> Iterator[Service]:
        place = inherited = service
        seen = {(place.at.path, str(place.name))}
        said = {_topic(fact) for fact in owned[place.at.path, place.name]}
        for _ in range(_MAX_CHAIN):
            base = services.get(inherited.extends) if inherited.extends else None
            if base is None or (base.at.path, str(base.name)) in seen:
                break
            seen.add((base.at.path, str(base.name)))
            if base.at.path != place.at.path and compose_name(base.at.path) is None:
                templates.add((base.at.path, str(base.name)))
            new = [fact for fact in owned[base.at.path, base.name] if _topic(fact) not in said]
            key = (place.at.path, str(place.name))
            more.extend((key, replace(fact, owner=place.name, when=place.when, via=(*fact.via, place.at))) for fact in new)
            said.update(_topic(fact) for fact in new)
            service = _inherit(service, base)
            inherited = base
        yield service

    facts = facts.map(Service, change)
    # what a file that nobody starts holds for others to extend is no service of its own
    left_out = {id(fact) for key in templates for fact in owned[key]}
    kept = (
        fact
        for fact in facts
        if id(fact) not in left_out and not (isinstance(fact, Service) and (fact.at.path, str(fact.name)) in templates)
    )
    return Facts([*kept, *(fact for key, fact in more if key not in templates)])


def _topic(fact: Heritable) -> tuple[str, str]:
    """What a fact is about: a service's own fact takes the place of an inherited one about the same."""
    match fact:
        case Variable():
            return "variable", fact.name
        case Setting():
            return "setting", fact.kind
        case _:
            return type(fact).__name__, ""


def _inherit(service: Service, base: Service) -> Service:
    """Scalars are the service's own if it says them, lists are put together."""
    named = {name for name, _ in service.depends_on}
    return replace(
        service,
        image=service.image or base.image,
        build=base.build if service.build is None else service.build,
        dockerfile=service.dockerfile or base.dockerfile,
        target=service.target or base.target,
        ports=tuple(dict.fromkeys((*base.ports, *service.ports))),
        published=tuple(dict.fromkeys((*base.published, *service.published))),
        depends_on=(*service.depends_on, *((name, at) for name, at in base.depends_on if name not in named)),
        command=service.command or base.command,
        replicas=base.replicas if service.replicas is None else service.replicas,
        env_files=tuple(dict.fromkeys((*base.env_files, *service.env_files))),
        build_args=service.build_args or base.build_args,
        via=(*service.via, base.at),
    )
