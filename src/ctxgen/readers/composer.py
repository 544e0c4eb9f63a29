"""Composer for PHP: composer.json and composer.lock.  Source: https://getcomposer.org/doc/04-schema.md."""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import Literal

from ctxgen.documents import Node, Unreadable
from ctxgen.model import Command, Dependency, Fact, Group, Locked, Member, Process, Project, Runtime
from ctxgen.opaque import Opaque, Version, name, version
from ctxgen.readers import reads
from ctxgen.readers._lockfile import Cursor, load, table, text
from ctxgen.readers._tasks import Kind, kind_of
from ctxgen.tree import LOCK_LIMIT, File

_PLATFORM = re.compile(r"php(?:-64bit|-ipv6|-zts|-debug)?|hhvm|composer(?:-plugin-api|-runtime-api)?|lib-[\w.-]+", re.IGNORECASE)
_EVENT = re.compile(
    r"(?:pre|post)-(?:install|update|status|archive|autoload|root|create|operations|package|file|command|pool)-?[\w-]*", re.IGNORECASE
)
_TAKEN = re.compile(r"(?:[\w.-]{1,60}-)?(?:library|bundle|plugin|module|extension|theme|component)|metapackage")
_TOOLS: dict[str, Kind] = {
    "phpunit": "test",
    "pest": "test",
    "phpstan": "lint",
    "psalm": "lint",
    "pint": "lint",
    "phpcs": "lint",
    "cs": "lint",
    "analyse": "lint",
    "analyze": "lint",
}


@reads("composer.json")
def read_composer_json(file: File) -> Iterator[Fact]:
    """The package, its requirements and platform, path repositories and scripts."""
    root = file.json()
    if not isinstance(root.value, dict):
        raise Unreadable("unknown-format", "not a Composer manifest")
    named, stated, kind = root.get("name"), root.get("version"), root.get("type")
    yield Project(
        ecosystem="packagist",
        name=name(named.text) if named and named.text else None,
        version=constraint(stated.text if stated else None),
        output=_output(kind.text if kind else None),
        at=file.at(named.line if named else 1),
    )
    yield Dependency(ecosystem="packagist", name=name("composer"), group="build", at=file.at(1))
    yield from _requirements(file, root.get("require"), "main")
    yield from _requirements(file, root.get("require-dev"), "dev")
    platform = root.get("config", "platform", "php")
    if platform and (php := constraint(platform.text)):
        yield Runtime(name=name("PHP"), version=php, at=file.at(platform.line))
    yield from _repositories(file, root.get("repositories"))
    yield from _scripts(file, root.get("scripts"))


def _output(kind: str | None) -> Literal["application", "library"] | None:
    """What a package's type says that it is: a project is run, a bundle, plug-in or module taken into one.  Source: https://getcomposer.org/doc/04-schema.md#type."""
    if kind == "project":
        return "application"
    return "library" if kind and _TAKEN.fullmatch(kind) else None


def constraint(written: str | None) -> Version | None:
    """A constraint without stability flags and commit references (`^2.0@beta`, `dev-main#4f2a`)."""
    return version(re.sub(r"[@#][\w.-]+", "", written)) if written else None


def _requirements(file: File, packages: Node | None, group: Group) -> Iterator[Fact]:
    for package, node in packages.items() if packages else ():
        if package.lower().startswith("php") and _PLATFORM.fullmatch(package):
            if stated := constraint(node.text):
                yield Runtime(name=name("PHP"), version=stated, at=file.at(node.line))
        elif not _PLATFORM.fullmatch(package):
            yield Dependency(ecosystem="packagist", name=name(package), declared=constraint(node.text), group=group, at=file.at(node.line))


def _repositories(file: File, repositories: Node | None) -> Iterator[Member]:
    """The packages of `path` repositories: folders or globs of the same repository."""
    if repositories is None:
        return
    for entry in (*repositories.elements(), *(node for _, node in repositories.items())):
        kind, url = entry.get("type"), entry.get("url")
        if kind and kind.text == "path" and url and url.text and not url.text.startswith(("/", "~")) and "$" not in url.text:
            yield Member(ecosystem="packagist", pattern=name(url.text), at=file.at(url.line))


def _scripts(file: File, scripts: Node | None) -> Iterator[Fact]:
    """Scripts by name; those that Composer runs at its own events are no commands."""
    for script, node in scripts.items() if scripts else ():
        if _EVENT.fullmatch(script):
            continue
        bodies = list(node.scalars())
        kind = kind_of(script) or _TOOLS.get(re.split(r"[:._-]", script.lower())[0])
        if kind and bodies and re.fullmatch(r"[A-Za-z0-9][\w.:-]{0,60}", script):
            body = Opaque(" && ".join(each.text or "" for each in bodies))
            yield Command(kind=kind, command=name(f"composer {script}"), body=body, at=file.at(node.line))
        for each in bodies:
            yield Process(command=Opaque((each.text or "").removeprefix("@")), owner=name(script), at=file.at(each.line))


@reads("composer.lock", limit=LOCK_LIMIT)
def read_composer_lock(file: File) -> Iterator[Locked]:
    """The resolved version of every package."""
    root, cursor = load(file), Cursor(file.text)
    for section in ("packages", "packages-dev"):
        packages = root.get(section)
        for package in packages if isinstance(packages, list) else ():
            named, stated = text(table(package).get("name")), version(text(table(package).get("version")))
            if named and stated:
                yield Locked(ecosystem="packagist", name=name(named), version=stated, at=file.at(cursor.pair("name", named)))
