"""From a path to a context: the stages in their one direction."""

from __future__ import annotations

import os
from collections.abc import Iterable, Sequence
from pathlib import Path

from msgspec import Struct
from msgspec.structs import replace

from ctxgen import __version__, team_detectors
from ctxgen.catalogue import Catalogue, load
from ctxgen.configuration import FILE, MAX_SIZE, Configuration, problem
from ctxgen.configuration import read as read_configuration
from ctxgen.context import SCHEMA_VERSION, CommandLine, Context, Exclusion, Generator, Notice, Pipeline, Security, Technology
from ctxgen.documents import Unreadable
from ctxgen.facts import Facts
from ctxgen.folder import Folder
from ctxgen.inference import architecture as architectures
from ctxgen.inference import jobs, languages, messaging, models, stores, technologies
from ctxgen.inference.alternatives import passed_over
from ctxgen.inference.code import code
from ctxgen.inference.endpoints import endpoints
from ctxgen.inference.environment import environment
from ctxgen.inference.evidence import cite
from ctxgen.inference.links import links
from ctxgen.inference.mechanisms import mechanisms
from ctxgen.inference.operations import directed, operations
from ctxgen.inference.scale import scale
from ctxgen.inference.security_settings import security_settings
from ctxgen.join import Join, is_script
from ctxgen.model import At, Command, Diagnostic, Fact, Project, Sighting, Workflow
from ctxgen.opaque import name
from ctxgen.places import Places
from ctxgen.reading import read_facts
from ctxgen.recognise import recognise, telling
from ctxgen.resolve import resolve
from ctxgen.source.scan import read_source
from ctxgen.store import Store
from ctxgen.summary import repository, root_name
from ctxgen.team_detectors import Found
from ctxgen.tree import Tree

NOT_STATED = ("scale.daily_active_users", "scale.peak_load", "scale.availability_target", "scale.data_volume", "security.compliance")


_SETTLES = {
    "scale.daily_active_users": "scale.daily_active_users",
    "scale.monthly_active_users": "scale.daily_active_users",
    "general.users": "scale.daily_active_users",
}


class Analysis(Struct, frozen=True):
    """A context and what led to it."""

    context: Context
    sightings: tuple[Sighting, ...]
    facts: Facts
    tree: Tree
    places: Places
    catalogue: Catalogue
    configuration: Configuration


def scan(root: Path | Store, *, include_ignored: bool = False, exclude: Iterable[str] = ()) -> Context:
    """Read a repository, or a folder of one, and say what it states.  Raises `NotADirectoryError`."""
    return analyse(root, include_ignored=include_ignored, exclude=exclude).context


def analyse(
    root: Path | Store,
    *,
    include_ignored: bool = False,
    exclude: Iterable[str] = (),
    configuration: Configuration | None = None,
    repository_configuration: bool = True,
    detectors: Iterable[Found] = (),
    processes: int = 1,
) -> Analysis:
    """Read a repository and keep what led to the context.

    `configuration` is used instead of the repository's own, `detectors` beside its own; without
    `repository_configuration` the repository's own of both are ignored.  `processes` may share the reading of a large
    folder (see `ctxgen.workers`); what comes out is the same.
    """
    tree = Tree(root, include_ignored=include_ignored, exclude=exclude)
    return analyse_tree(tree, configuration, repository_configuration, detectors, processes)


def analyse_tree(
    tree: Tree, configuration: Configuration | None, repository_configuration: bool, detectors: Iterable[Found], processes: int
) -> Analysis:
    """The same for a tree."""
    found, problems = list(detectors), list[Diagnostic]()
    if configuration is None:
        configuration = own_configuration(tree) if repository_configuration else Configuration()
    if repository_configuration:
        folders = [team_detectors.FOLDER, *([configuration.detectors[0]] if configuration.detectors else [])]
        own, problems = team_detectors.from_repository(tree, folders)
        found += own
    catalogue, refused = team_detectors.extend(load(), found) if found else (load(), [])
    configuration = replace(configuration, problems=(*configuration.problems, *problems, *refused))
    tree.diagnostics += configuration.problems
    taken = tree.leave_out([pattern.glob for pattern in configuration.exclude])
    # other stores read through a process of their own, which cannot be shared
    processes = processes if isinstance(tree.store, Folder) else 1
    facts = resolve(read_facts(tree, telling(catalogue), processes=processes))
    analysis = build(tree, facts, catalogue, processes)
    context = declare(analysis.context, configuration, taken)
    return replace(analysis, context=context, configuration=configuration)


def own_configuration(tree: Tree) -> Configuration:
    """What the repository's `.ctxgen.toml` says, if it has one."""
    if not tree.exists(FILE):
        return Configuration()
    try:
        return read_configuration(tree.file(FILE, MAX_SIZE).toml())
    except Unreadable as error:
        return Configuration(problems=(problem(At(FILE, error.line or 1), error.message),))


def configuration_file(path: Path, root: Path) -> Configuration:
    """What a configuration file that the user names says.  Raises `OSError` and `Unreadable`."""
    from ctxgen.documents import parse_toml
    from ctxgen.store import decode

    with open(path, "rb") as stream:
        data = stream.read(MAX_SIZE + 1)
    if len(data) > MAX_SIZE:
        raise Unreadable("too-large", f"larger than {MAX_SIZE // 1024} KiB")
    full, top = os.path.realpath(path), os.path.realpath(root)
    shown = os.path.relpath(full, top).replace(os.sep, "/") if full.startswith(os.path.join(top, "")) else path.name
    return read_configuration(parse_toml(decode(data).encode()), str(name(shown)))


def declare(context: Context, configuration: Configuration, taken: Sequence[int] = ()) -> Context:
    """The context with what the team declares, which is then no longer missing, and what it leaves out."""
    declared: dict[str, dict[str, str]] = {}
    for each in configuration.declared:
        declared.setdefault(each.section, {})[each.key] = each.value
    stated = {f"{each.section}.{each.key}" for each in configuration.declared}
    stated |= {_SETTLES[key] for key in stated if key in _SETTLES}
    return replace(
        context,
        declared=declared,
        declared_evidence={f"{each.section}.{each.key}": cite([each.at]) for each in configuration.declared},
        not_stated=tuple(key for key in context.not_stated if key not in stated),
        excluded=tuple(
            Exclusion(pattern.glob, files, cite([pattern.at])) for pattern, files in zip(configuration.exclude, taken, strict=False)
        ),
    )


def build(tree: Tree, facts: Facts, catalogue: Catalogue, processes: int = 1) -> Analysis:
    """The context that facts make, and the sightings that led to it."""
    places = Places(tree.paths, (project.at.path for project in facts.of(Project)))
    sightings = recognise(facts, tree.paths, catalogue, places)
    join = Join(facts, sightings, catalogue, places, tree.paths, root_name(tree))
    others = passed_over(facts, catalogue, places)
    settled = technologies.settle_usage(technologies.place_sightings(sightings, join, facts), catalogue, others)
    known = technologies.technologies(settled, catalogue)
    facts = facts.plus(source_facts(tree, facts, join, places, _present(known, join), processes))
    facts = directed(facts.plus(operations(tree, facts, settled, join, places)), join, places)
    stated = languages.runtimes(facts, join, places)
    parts = architectures.components(join, settled, catalogue, links(facts, join, places))
    protections = security_settings(facts, known, join, catalogue, places)
    context = Context(
        schema_version=SCHEMA_VERSION,
        generator=Generator("ctxgen", __version__),
        repository=repository(tree),
        architecture=architectures.architecture(parts, known, join),
        languages=tuple(languages.languages(tree, stated, known, join, places)),
        runtimes=tuple(stated),
        components=tuple(parts),
        technologies=tuple(known),
        datastores=tuple(stores.datastores(known, settled, catalogue, tree.paths, places, parts, join.process)),
        messaging=tuple(messaging.messaging(facts, known, join, catalogue, places)),
        jobs=tuple(jobs.jobs(facts, join, places)),
        integrations=tuple(stores.integrations(known, catalogue)),
        models=tuple(models.models(facts, join, places)),
        environment=tuple(environment(facts, join, catalogue, places)),
        security=Security(mechanisms(known, facts, join, catalogue, places), tuple(protections)),
        scale=tuple(scale(facts, join, catalogue, places)),
        endpoints=tuple(endpoints(facts, join, places)),
        code=tuple(code(facts, join)),
        commands=_commands(facts, join, places),
        ci=_pipelines(facts, places),
        declared={},
        not_stated=tuple(key for key in NOT_STATED if key != "security.compliance" or all(p.name != "compliance" for p in protections)),
        diagnostics=tuple(Notice(d.code, d.severity, d.path, d.line, d.message) for d in sorted(set(tree.diagnostics))),
    )
    return Analysis(context, tuple(settled), facts, tree, places, catalogue, Configuration())


_RUNTIMES: dict[str, tuple[str, ...]] = {"npm": ("nodejs", "bun", "deno"), "cargo": ("rust",), "go": ("go",)}
"""By an ecosystem what its code runs on, the usual one first."""


def _present(known: Sequence[Technology], join: Join) -> frozenset[str]:
    """The technologies whose code is followed: what was told, and the usual runtime of a server's project that states none."""
    told = {technology.id for technology in known}
    usual = (_RUNTIMES.get(unit.ecosystem, ()) for unit in join.units if unit.backend)
    return frozenset(told | {runtimes[0] for runtimes in usual if runtimes and told.isdisjoint(runtimes)})


def source_facts(tree: Tree, facts: Facts, join: Join, places: Places, present: frozenset[str], processes: int = 1) -> list[Fact]:
    """What the product's source says; that of browsers is no backend's."""

    def browser(path: str) -> bool:
        return join.frontend(path) or (is_script(path) and join.frontend_code(path))

    return read_source(tree, facts, (path for path in tree.paths if places.scope(path) is None), present, browser, processes=processes)


def _commands(facts: Facts, join: Join, places: Places) -> tuple[CommandLine, ...]:
    found: dict[tuple[str, str, str | None], Command] = {}
    for command in facts.of(Command):
        if places.scope(command.at.path) is None:
            found.setdefault((command.kind, command.command, join.component(command.at.path)), command)
    return tuple(
        CommandLine(kind, text, component, cite([command.at]))
        for (kind, text, component), command in sorted(found.items(), key=lambda entry: (entry[0][0], entry[1].at, entry[0][1]))
    )


def _pipelines(facts: Facts, places: Places) -> tuple[Pipeline, ...]:
    own = (each for each in facts.of(Workflow) if places.scope(each.at.path) in (None, "dev"))
    return tuple(Pipeline(w.technology, w.name, tuple(w.triggers), cite([w.at, *w.via])) for w in own)
