"""From a path to a context: the stages in their one direction."""

from __future__ import annotations

from collections.abc import Iterable
from pathlib import Path

from ctxgen import __version__, _git
from ctxgen.catalogue import Catalogue, load
from ctxgen.context import SCHEMA_VERSION, CommandLine, Context, Generator, Notice, Pipeline, Repository
from ctxgen.facts import Facts
from ctxgen.inference import architecture as architectures
from ctxgen.inference import languages, settings, stores, technologies
from ctxgen.inference.evidence import cite
from ctxgen.join import Join
from ctxgen.model import Command, Project, Workflow
from ctxgen.opaque import name
from ctxgen.places import Places
from ctxgen.reading import read_facts
from ctxgen.recognise import recognise
from ctxgen.resolve import resolve
from ctxgen.tree import Tree

NOT_STATED = ("scale.daily_active_users", "scale.peak_load", "scale.availability_target", "scale.data_volume", "security.compliance")


def scan(root: Path, *, include_ignored: bool = False, exclude: Iterable[str] = ()) -> Context:
    """Read a repository, or a folder of one, and say what it states.  Raises `NotADirectoryError`."""
    tree = Tree(root, include_ignored=include_ignored, exclude=exclude)
    catalogue = load()
    facts = resolve(read_facts(tree))
    return build(tree, facts, catalogue)


def build(tree: Tree, facts: Facts, catalogue: Catalogue) -> Context:
    """The context that facts make."""
    places = Places(tree.paths, (project.at.path for project in facts.of(Project)))
    sightings = recognise(facts, tree.paths, catalogue, places)
    root_name = str(name(tree.root.name)) or "repository"
    join = Join(facts, sightings, catalogue, places, tree.paths, root_name)
    settled = technologies.settle_usage(technologies.place_sightings(sightings, join), catalogue)
    known = technologies.technologies(settled, catalogue)
    stated = languages.runtimes(facts, join, places)
    parts = architectures.components(join, settled, catalogue)
    return Context(
        schema_version=SCHEMA_VERSION,
        generator=Generator("ctxgen", __version__),
        repository=_repository(tree, root_name),
        architecture=architectures.architecture(parts, known, join),
        languages=tuple(languages.languages(tree, stated, known, join, places)),
        runtimes=tuple(stated),
        components=tuple(parts),
        technologies=tuple(known),
        datastores=tuple(stores.datastores(known, settled, catalogue, tree.paths, places)),
        messaging=(),
        jobs=(),
        integrations=tuple(stores.integrations(known)),
        models=(),
        environment=tuple(settings.environment(facts, join, catalogue, places)),
        security=settings.security(known, facts, join, catalogue, places),
        scale=tuple(settings.scale(facts, join, catalogue, places)),
        endpoints=(),
        commands=_commands(facts, join, places),
        ci=_pipelines(facts),
        declared={},
        not_stated=NOT_STATED,
        diagnostics=tuple(Notice(d.code, d.severity, d.path, d.line, d.message) for d in sorted(set(tree.diagnostics))),
    )


def _repository(tree: Tree, root_name: str) -> Repository:
    if tree.git is None:
        return Repository(root_name)
    commit, branch = _git.head(tree.git)
    return Repository(root_name, commit, str(name(branch)) if branch else None, _git.remote(tree.git))


def _commands(facts: Facts, join: Join, places: Places) -> tuple[CommandLine, ...]:
    found: dict[tuple[str, str, str | None], Command] = {}
    for command in facts.of(Command):
        if places.scope(command.at.path) is None:
            found.setdefault((command.kind, command.command, join.component(command.at.path)), command)
    return tuple(
        CommandLine(kind, text, component, cite([command.at]))
        for (kind, text, component), command in sorted(found.items(), key=lambda entry: (entry[0][0], entry[1].at, entry[0][1]))
    )


def _pipelines(facts: Facts) -> tuple[Pipeline, ...]:
    return tuple(Pipeline(w.technology, w.name, tuple(w.triggers), cite([w.at, *w.via])) for w in facts.of(Workflow))
