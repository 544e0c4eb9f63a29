"""Requirement statements of Python packaging, shared by the readers of its files.

Sources: https://packaging.python.org/specifications/dependency-specifiers/ and
https://pip.pypa.io/en/stable/reference/requirement-specifiers/.
"""

from __future__ import annotations

import re
from functools import lru_cache
from urllib.parse import unquote

from msgspec import Struct
from packaging.markers import InvalidMarker, Marker
from packaging.requirements import InvalidRequirement, Requirement
from packaging.utils import InvalidSdistFilename, InvalidWheelFilename, parse_sdist_filename, parse_wheel_filename

from ctxgen.facts import join_path
from ctxgen.model import Dependency, Group
from ctxgen.opaque import Name, Version, looks_secret, name, version
from ctxgen.tree import File

_LIMIT = 4_000
_HEAD = re.compile(r"\s*([A-Za-z0-9](?:[\w.-]*[A-Za-z0-9])?)\s*(?:\[([^\]\[]*)\])?\s*(.*)\Z", re.DOTALL | re.ASCII)
_SPEC = re.compile(r"(?:===|==|~=|!=|<=|>=|<|>)")
_URL = re.compile(r"(?:(?:git|hg|svn|bzr)\+[a-z+]+|https?|ftp|file):", re.IGNORECASE)
_EGG = re.compile(r"[#&]egg=([^&]+)")
_TAG = re.compile(r"@(v?\d{1,5}(?:\.\d{1,5}){1,3}(?:[.-]?(?:a|b|rc|post|dev)\.?\d{0,4})?)(?:#|\Z)")
_ARCHIVES = (".whl", ".tar.gz", ".zip", ".tar.bz2", ".tgz", ".tar.xz")

_TEST = {
    "test",
    "tests",
    "testing",
    "pytest",
    "unittest",
    "unittests",
    "unit",
    "integration",
    "e2e",
    "tox",
    "nox",
    "coverage",
    "cov",
    "bdd",
    "loadtest",
    "bench",
    "benchmark",
}
_DEV = {
    "dev", "develop", "development", "devel", "devs", "lint", "linting", "linters", "lints", "format", "formatting", "fmt", "style", "doc", "docs", "documentation", "typing",
    "types", "type", "mypy", "ci", "local", "debug", "quality", "release", "tools", "tooling", "precommit", "ruff", "sphinx", "mkdocs", "rtd", "typecheck", "check", "checks",
}  # fmt: skip
_MAIN = {
    "main",
    "base",
    "common",
    "core",
    "default",
    "prod",
    "production",
    "runtime",
    "app",
    "server",
    "install",
    "deploy",
    "live",
    "staging",
}


class Wanted(Struct, frozen=True):
    """One requirement as it is written; `local` is the folder that it names in place of a registry's package."""

    name: Name
    declared: Version | None = None
    extras: tuple[Name, ...] = ()
    marker: Name | None = None
    local: str | None = None


def words_of(written: str) -> set[str]:
    """The words of a group's or file's name, lower case."""
    return set(re.split(r"[^a-z0-9]+", written.lower()))


def group_of(written: str) -> Group | None:
    """The group that a name of an extra, a dependency group or a file stands for, None where it says nothing."""
    words = words_of(written)
    if words & _TEST:
        return "test"
    if words & _DEV or "pre-commit" in written.lower():
        return "dev"
    return "main" if words & _MAIN else None


def both(first: Name | None, second: Name | None) -> Name | None:
    """Two conditions that hold together, as one text."""
    return name(f"{first}; {second}") if first and second else first or second


@lru_cache(maxsize=16384)
def parse_requirement(text: str) -> Wanted | None:
    """A requirement with name, specifier as written, extras and marker; None for what names no package.

    Old and templated specifiers that the standard refuses (`>=1.0.*`, `==${VERSION}`) still give the name.
    """
    text = text.strip()
    if not text or len(text) > _LIMIT:
        return None
    if is_place(text):
        return _parse_place(text)
    head = _HEAD.match(text)
    if head is None or re.fullmatch(r"[\d.]+", head[1]):
        return None
    try:
        parsed = Requirement(text)
    except (InvalidRequirement, ValueError, RecursionError):
        parsed = None
    rest, marker = head[3], ""
    if rest.startswith("@"):
        place = rest[1:].strip()
        place, _, marker = place.partition(" ;") if " ;" in place else (place, "", "")
        found = _parse_place(place)
        declared, local = (found.declared, found.local) if found else (_tag(place), local_path(place))
    else:
        rest, _, marker = rest.partition(";")
        rest, local = rest.strip(), None
        if rest.startswith("(") and rest.endswith(")"):
            rest = rest[1:-1].strip()
        if rest and parsed is None and not _SPEC.match(rest):
            return None
        declared = version(rest) if rest else None
    extras = sorted(parsed.extras) if parsed else [each.strip() for each in (head[2] or "").split(",") if each.strip()]
    return Wanted(
        name(head[1]),
        declared,
        tuple(name(each) for each in extras),
        condition(str(parsed.marker) if parsed and parsed.marker else marker),
        local,
    )


def is_place(text: str) -> bool:
    """Whether a requirement is a URL, a path or an archive and not a package's name."""
    first = re.split(r"[\s;\[]", text, maxsplit=1)[0]
    return (
        bool(_URL.match(text))
        or first.startswith((".", "/", "~", "\\"))
        or ("/" in first and "@" not in first and not _SPEC.search(first))
        or first.endswith(_ARCHIVES)
    )


def _parse_place(text: str) -> Wanted | None:
    """A requirement given as a URL or path: named by its `egg`, its archive or, for a folder, the folder."""
    place, _, marker = text.partition(" ;") if " ;" in text else text.partition("; ")
    place = place.strip()
    egg = _EGG.search(place)
    if egg and (head := _HEAD.match(unquote(egg[1]))):
        asked = tuple(name(each.strip()) for each in (head[2] or "").split(",") if each.strip())
        declared = version(head[3]) if _SPEC.match(head[3]) else _tag(place)
        return Wanted(name(head[1]), declared, asked, condition(marker), local_path(place))
    asked_for = re.search(r"\[([\w\s,.-]{0,200})\]\Z", place)
    asked = tuple(name(each.strip()) for each in asked_for[1].split(",") if each.strip()) if asked_for else ()
    bare = place[: asked_for.start()] if asked_for else place
    archive = re.split(r"[?#]", bare, maxsplit=1)[0].rpartition("/")[2]
    try:
        if archive.endswith(".whl"):
            package, release, *_ = parse_wheel_filename(unquote(archive))
            return Wanted(name(package), version(str(release)), asked, condition(marker))
        if archive.endswith((".tar.gz", ".zip")):
            package, release = parse_sdist_filename(unquote(archive))
            return Wanted(name(package), version(str(release)), asked, condition(marker))
    except (InvalidWheelFilename, InvalidSdistFilename, ValueError):
        return None
    local = local_path(bare)
    last = (local or "").rstrip("/").rpartition("/")[2]
    return (
        Wanted(name(last), None, asked, condition(marker), local) if last and last.strip(".") and not archive.endswith(_ARCHIVES) else None
    )


def condition(marker: str | None) -> Name | None:
    """An environment marker as a fact's condition, None for any text that is not one."""
    try:
        return name(str(Marker(marker))) if marker and marker.strip() else None
    except (InvalidMarker, ValueError, RecursionError):
        return None


def _tag(place: str) -> Version | None:
    """The version that a version-control URL's tag states (`…/repo.git@v1.4.2`)."""
    found = _TAG.search(place)
    return version(found[1]) if found else None


def local_path(place: str) -> str | None:
    """The relative path that a `file:` URL or a path names, None for anything else."""
    place = re.split(r"[?#]", place, maxsplit=1)[0]
    if place.lower().startswith("file:"):
        place = re.sub(
            r"^(?:\$\{PROJECT_ROOT\}|\{root:uri\})",
            ".",
            place[5:].removeprefix("//").lstrip("/") if "PROJECT_ROOT" in place else place[5:].removeprefix("//"),
        )
    elif place.startswith("{root:uri}"):
        place = "." + place.removeprefix("{root:uri}")
    return None if _URL.match(place) or ":" in place or place.startswith(("/", "~", "$")) or looks_secret(place) else place


def dependency(file: File, wanted: Wanted, line: int, group: Group, when: Name | None = None) -> Dependency:
    """The fact that a requirement at a line of a file states."""
    return Dependency(
        ecosystem="pypi", name=wanted.name, declared=wanted.declared, extras=wanted.extras, group=group, at=file.at(line),
        when=both(when, wanted.marker), path=join_path(file.folder, wanted.local) if wanted.local else None,
    )  # fmt: skip


def optional_group(written: str) -> tuple[Group, Name | None]:
    """(group, condition) of what is off by default: an extra, a dependency group."""
    known = group_of(written)
    return (known, None) if known in ("dev", "test") else ("optional", name(written))
