"""Procfile and app.json of Heroku-like platforms: process types and add-ons.

Sources: https://devcenter.heroku.com/articles/procfile, https://devcenter.heroku.com/articles/app-json-schema, https://devcenter.heroku.com/articles/build-docker-images-heroku-yml.
"""

from __future__ import annotations

import re
from collections.abc import Iterator

from ctxgen.documents import Node
from ctxgen.facts import join_path
from ctxgen.model import Command, Fact, Process, Resource, Service, Variable
from ctxgen.opaque import Opaque, name
from ctxgen.readers import reads
from ctxgen.tree import File

_LINE = re.compile(r"([A-Za-z0-9_-]{1,60}):\s*(\S.*)")
_CONSOLE = re.compile(r"(?:^|[ /])(?:rails c(?:onsole)?|(?:manage\.py |flask )shell(?:_plus)?|bash|irb|iex(?: -S mix)?)\s{0,9}\Z")
_ADDON = re.compile(r"[a-z0-9-]{2,60}")


@reads("Procfile", "Procfile.*")
def read_procfile(file: File) -> Iterator[Fact]:
    """A service for every process type; `release` runs before a release and is none."""
    suffix = file.name.partition(".")[2]
    when = name(suffix) if suffix else None
    for number, line in enumerate(file.lines, 1):
        found = _LINE.fullmatch(line.strip())
        if found is None or line.lstrip().startswith("#"):
            continue
        at, command, title = file.at(number), Opaque(found[2]), name(found[1])
        if _CONSOLE.search(found[2]):
            continue  # for people, by hand
        yield Process(command=command, owner=title, at=at, when=when)
        if found[1] == "release":
            if re.search(r"migrat|alembic|db:", found[2]):
                yield Command(kind="migrate", command=name("Procfile release"), body=command, at=at, when=when)
        else:
            yield Service(name=title, platform="procfile", build=file.folder, command=command, at=at, when=when)


@reads("app.json", contains=(b'"addons"', b'"buildpacks"', b'"formation"'))
def read_app_json(file: File) -> Iterator[Fact]:
    """The add-ons and variables of a Heroku application."""
    root = file.json()
    addons = root.get("addons")
    for each in addons.elements() if addons is not None else ():
        said = each if each.text else each.get("plan")
        plan = (said.text or "").partition(":")[0] if said is not None else ""
        if said is not None and _ADDON.fullmatch(plan):
            yield Resource(platform="other", kind=name(f"heroku {plan}"), at=file.at(said.line))
    for key, said in (root.get("env") or Node({}, 1)).items():
        if re.fullmatch(r"[A-Za-z_]\w{0,119}", key):
            value = said if said.text else said.get("value")
            required = said.get("required")
            yield Variable(
                name=name(key),
                value=Opaque(value.text) if value is not None and value.text else None,
                source="other",
                required=False if required is not None and required.value is False else None,
                at=file.at(said.line),
            )


@reads("heroku.yml")
def read_heroku_yml(file: File) -> Iterator[Fact]:
    """The Dockerfiles and commands of an application's process types."""
    root = file.yaml()
    run = root.get("run") or Node({}, 1)
    docker = root.get("build", "docker") or Node({}, 1)
    types = dict.fromkeys([*(key for key, _ in docker.items()), *(key for key, _ in run.items())])
    for title in types:
        built, started = docker.get(title), run.get(title)
        dockerfile = Opaque(built.text).path() if built is not None and built.text else None
        said = started.get("command") if started is not None and started.text is None else started
        words = [each.text for each in said.scalars() if each.text] if said is not None else []
        source = built if built is not None else started
        yield Service(
            name=name(title),
            platform="other",
            build=file.folder,
            dockerfile=join_path(file.folder, dockerfile) if dockerfile else None,
            command=Opaque(" ".join(words)) if words else None,
            at=file.at(source.line if source is not None else 1),
        )
    addons = root.get("setup", "addons")
    for each in addons.elements() if addons is not None else ():
        plan = each.get("plan")
        if plan is not None and plan.text and _ADDON.fullmatch(plan.text.partition(":")[0]):
            yield Resource(platform="other", kind=name(f"heroku {plan.text.partition(':')[0]}"), at=file.at(plan.line))
