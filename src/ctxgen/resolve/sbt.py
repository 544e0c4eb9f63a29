"""sbt: versions that values hold, across the build files of one build.  Source: https://www.scala-sbt.org/1.x/docs/Organizing-Build.html."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Iterator

from msgspec.structs import replace

from ctxgen.facts import Facts, folder_of
from ctxgen.model import At, Dependency, Fact, Property, Runtime
from ctxgen.opaque import Opaque, Version
from ctxgen.resolve.maven import build_tool


def is_build(path: str) -> bool:
    """Whether a file belongs to an sbt build."""
    return path.endswith(".sbt") or (path.endswith(".scala") and folder_of(path).rpartition("/")[2] == "project")


def home(path: str) -> str:
    """The folder of the build: that above `project/`."""
    folder = folder_of(path)
    return folder_of(folder) if folder.rpartition("/")[2] == "project" else folder


def resolve(facts: Facts) -> Facts:
    """Give dependencies the versions that values hold, by their last name; an ambiguous one gives none."""
    if not any(fact.name == "sbt" and fact.ecosystem == "maven" for fact in facts.of(Dependency)):
        return facts
    known: dict[tuple[str, str], list[Property]] = defaultdict(list)
    for stated in facts.of(Property):
        if is_build(stated.at.path):
            known[home(stated.at.path), stated.name.rpartition(".")[2]].append(stated)

    def evaluate(path: str, spec: Opaque) -> tuple[Version | None, tuple[At, ...]]:
        used: list[At] = []

        def lookup(key: str) -> Opaque | None:
            found = known.get((home(path), key.removesuffix(".value").rpartition(".")[2]), [])
            own = (
                [each for each in found if each.at.path == path and each.name == key]
                or [each for each in found if each.name == key]
                or found
            )
            if len(own) != 1:
                return None
            used.append(own[0].at)
            return own[0].value

        return spec.interpolate(lookup).version(), tuple(used)

    def change(fact: Dependency) -> Iterator[Dependency]:
        if fact.spec is not None and fact.declared is None and is_build(fact.at.path):
            stated, via = evaluate(fact.at.path, fact.spec)
            fact = replace(fact, declared=stated, via=via)
        yield fact

    def change_runtime(fact: Runtime) -> Iterator[Runtime]:
        if fact.spec is not None and fact.version is None and is_build(fact.at.path):
            stated, via = evaluate(fact.at.path, fact.spec)
            if stated is not None:
                yield replace(fact, version=stated, via=via)
        else:
            yield fact

    tool = build_tool(facts, "sbt", "project/build.properties")

    def all_changes(fact: Fact) -> Iterable[Fact]:
        match fact:
            case Dependency():
                return (new for each in change(fact) for new in tool(each))
            case Runtime():
                return change_runtime(fact)
            case _:
                return (fact,)

    return facts.change(all_changes, Dependency, Runtime)
