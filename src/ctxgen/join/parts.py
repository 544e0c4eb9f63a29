"""Parts: components as the facts state them, how statements of one are merged, and their names and ids."""

from __future__ import annotations

import re
from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence, Set
from posixpath import commonprefix

from msgspec import Struct
from msgspec.structs import replace

from ctxgen.join.units import Unit
from ctxgen.language_names import LANGUAGE_OF
from ctxgen.model import At
from ctxgen.opaque import Name

_BUILD_VARIANT = re.compile(r"native|jvm|(?:java|jdk|openjdk|node|py|python|php|net)\d+|alpine|slim|arm64|amd64|debug")
_REPLICA = re.compile(r"(?i)alpha|beta|gamma|delta|epsilon|zeta|eta|theta|one|two|three|\d{1,2}")
_COUNTED = re.compile(r"(?P<stem>[A-Za-z][A-Za-z_-]*[A-Za-z])(?P<number>\d{1,2})")
_GENERIC_FOLDER = re.compile(r"(?:src|source|app|apps?|server|html|code|docker|backend|main|build|bin)\Z", re.IGNORECASE)


class Part(Struct, frozen=True):
    """A component as the facts state it, at the folder of its code."""

    id: str
    name: str
    path: str
    kind: str
    language: str | None
    ports: tuple[int, ...]
    depends_on: tuple[tuple[str, At], ...]
    at: tuple[At, ...]
    image: str | None = None
    """The technology that the component's image is, for one that is not built here."""

    @property
    def folder(self) -> str:
        """The folder of its code, `""` for the root."""
        return "" if self.path == "." else self.path


def make_part(
    named: str,
    path: str,
    kind: str,
    units: Sequence[Unit],
    at: Iterable[At],
    ports: Iterable[int] = (),
    links: Iterable[tuple[Name, At]] = (),
    image: str | None = None,
) -> Part:
    """A component without an id yet; its language is that of its first unit."""
    return Part(
        id="",
        name=named,
        path=path or ".",
        kind=kind,
        language=LANGUAGE_OF[units[0].ecosystem] if units else None,
        ports=tuple(sorted(ports)),
        depends_on=tuple((str(target), where) for target, where in links),
        at=tuple(dict.fromkeys(at)),
        image=image if not units else None,
    )


def merged(known: Part, other: Part) -> Part:
    """Two statements of one service (a base file in one folder, an override or a manifest in another)."""
    better, worse = (known, other) if known.language or not other.language else (other, known)
    return replace(
        better,
        ports=tuple(sorted({*better.ports, *worse.ports})),
        depends_on=tuple(dict.fromkeys((*better.depends_on, *worse.depends_on))),
        at=tuple(dict.fromkeys((*better.at, *worse.at))),
        image=better.image or worse.image,
    )


def one_service(known: Part, other: Part) -> bool:
    """Whether two services of a name are one: not where each runs code or an engine of its own (the `api` and the `db` of each of several projects)."""
    if known.image != other.image and (known.image or known.language) and (other.image or other.language):
        return False
    one, two = f"{known.folder}/".lstrip("/"), f"{other.folder}/".lstrip("/")
    return not (known.language and other.language) or one.startswith(two) or two.startswith(one)


class Named:
    """Parts by their names, in any case; of several of one name the one that is stated in a file, else the one nearest to it."""

    def __init__(self, parts: Iterable[Part]) -> None:
        self._parts: dict[str, list[Part]] = defaultdict(list)
        for part in parts:
            self._parts[part.name.lower()].append(part)

    def get(self, named: str, path: str) -> Part | None:
        """The part that a file at `path` means by a name."""
        found = self._parts.get(named.lower(), ())
        return found[0] if len(found) == 1 else max(found, key=lambda part: _nearness(part, path), default=None)

    def also(self, named: str, stem: str) -> None:
        """Let a name stand for what another one does."""
        if stem in self._parts:
            self._parts[named] = self._parts[stem]


def _nearness(part: Part, path: str) -> tuple[bool, int]:
    return any(at.path == path for at in part.at), max((len(commonprefix((at.path, path))) for at in part.at), default=0)


def without_variants(parts: Sequence[Part]) -> tuple[list[Part], dict[str, str]]:
    """Parts with the builds of one service for several targets (`orders`, `orders-native`) told once, and which name stands for which."""
    by_place = {(part.path, part.name.lower()): part for part in parts}
    variants: dict[str, str] = {}
    for part in parts:
        named = part.name.lower()
        stem, _, suffix = named.rpartition("-")
        base = by_place.get((part.path, stem))
        if base is not None and base.kind == part.kind and _BUILD_VARIANT.fullmatch(suffix):
            by_place[part.path, stem] = merged(base, part)
            variants[named] = stem
            del by_place[part.path, named]
    return list(by_place.values()), variants


def without_replicas(parts: Sequence[Part]) -> tuple[list[Part], dict[str, str]]:
    """Parts with the instances of one service (`kafka1` and `kafka2`, `shop-alpha` and `shop-beta`) told once, and which name stands for which.

    Instances run the same code, or the same image in one file, and have names that differ by a number or a Greek letter alone.
    """
    groups: dict[tuple[str, str, str, str | None], list[Part]] = defaultdict(list)
    for part in parts:
        groups[_stem(part.name).lower(), part.path if part.language or part.image is None else "", part.kind, part.image].append(part)
    kept: list[Part] = []
    names: dict[str, str] = {}
    for (stem, *_), same in groups.items():
        if len(same) < 2 or all(part.name.lower() == stem for part in same):
            kept += same
            continue
        together = next((part for part in same if part.name.lower() == stem), replace(same[0], name=_stem(same[0].name)))
        for part in same:
            together = replace(merged(together, part), name=together.name) if part is not together else together
            names[part.name.lower()] = stem
        kept.append(together)
    return [_renamed(part, names) for part in kept], names


def without_restatements(parts: Sequence[Part], manifests: Set[str]) -> tuple[list[Part], dict[str, str]]:
    """Parts with what two files state under two names told once, and which name stands for which.

    That is what an Aspire host starts and another file deploys (the same folder, or the only two of an engine), and what two files
    build of one folder and publish at the same ports, or at one of them under names of which one is part of the other or where one is a
    manifest of Kubernetes and the other is not (`manifests` are the paths of these).
    """
    alike: dict[tuple[str, bool], list[Part]] = defaultdict(list)
    for part in parts:
        if part.kind == "job":
            continue  # several of one image do different things
        if part.language is not None or (part.image is None and part.ports):
            alike[part.path, True].append(part)
        elif part.image is not None:
            alike[part.image, False].append(part)
    names: dict[str, str] = {}
    kept = {id(part): part for part in parts}
    for (_, built), same in alike.items():
        hosted = [part for part in same if all(at.path.endswith(".cs") for at in part.at)]
        others = [part for part in same if part not in hosted]
        pair = others if len(others) == 2 else [part for part in others if part.kind == "service"]
        if len(pair) == 2 and built and _one_place(pair[0], pair[1], manifests) and (len(others) == 2 or _contained(pair[0], pair[1])):
            hosted, others = [pair[1]], pair[:1]
        if len(hosted) == len(others) == 1:
            kept[id(others[0])] = replace(merged(others[0], hosted[0]), name=others[0].name)
            names[hosted[0].name.lower()] = others[0].name.lower()
            del kept[id(hosted[0])]
    return [_renamed(part, names) for part in kept.values()], names


def _contained(one: Part, other: Part) -> bool:
    """Whether the longer name only adds words to the shorter one."""
    short, long = sorted((f"-{re.sub('[._]', '-', part.name.lower())}-" for part in (one, other)), key=len)
    return short in long


def _one_place(one: Part, other: Part, manifests: Set[str]) -> bool:
    """Whether two parts of one folder are of one kind and ports, each stated by other files; one port is enough where the longer name only adds words (`catalog`, `shop-catalog-api`) or only one is Kubernetes'."""
    platforms = [{at.path in manifests for at in part.at} for part in (one, other)]
    alike = bool(set(one.ports) & set(other.ports)) and (_contained(one, other) or platforms in ([{True}, {False}], [{False}, {True}]))
    return (
        one.kind == other.kind
        and bool(one.ports)
        and (one.ports == other.ports or alike)
        and not {at.path for at in one.at} & {at.path for at in other.at}
    )


def _renamed(part: Part, names: Mapping[str, str]) -> Part:
    """A part whose links name what its replicas are told as."""
    return replace(part, depends_on=tuple((names.get(target.lower(), target), at) for target, at in part.depends_on))


def _stem(named: str) -> str:
    """A name without what counts instances."""
    if found := _COUNTED.fullmatch(named):
        return found["stem"]
    words = re.split(r"([-_.])", named)
    kept = [word for index, word in enumerate(words) if index % 2 == 0 and not (index and _REPLICA.fullmatch(word))]
    separator = words[1] if len(words) > 1 else "-"
    return separator.join(kept)


def best_name(units: Sequence[Unit], folder: str, root_name: str) -> str:
    """What to call what an image runs: its folder, or its project where the folder is called as any could be."""
    above, _, last = folder.rpartition("/")
    if units and (not last or _GENERIC_FOLDER.match(last)):
        named = units[0].name
        return named if not _GENERIC_FOLDER.match(named) else above.rpartition("/")[2] or named
    return last or root_name


def identified(parts: Iterable[Part]) -> list[Part]:
    """Give every component an id: its name, with its path where the name is taken."""
    taken: set[str] = set()
    found = []
    for part in sorted(parts, key=_order):
        identifier = re.sub(r"[^a-z0-9.@/_-]+", "-", part.name.lower()).strip("-") or "component"
        if identifier in taken:
            identifier = f"{identifier}@{part.path}"
        while identifier in taken:
            identifier += "+"
        taken.add(identifier)
        found.append(replace(part, id=identifier))
    return found


def _order(part: Part) -> tuple[bool, str, bool, str]:
    return part.kind in ("infrastructure", "library"), part.path, part.kind == "frontend", part.name
