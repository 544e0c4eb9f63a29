"""What is told, in which line, and what it is worth: the block before any format writes it."""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Collection, Iterable, Iterator, Sequence

from msgspec.structs import replace

from ctxgen.catalogue import Catalogue
from ctxgen.context import CodeStatement, Component, Context, Evidence, Model, ScaleSetting, Technology
from ctxgen.render import wording
from ctxgen.render.budget import Block, Code, Line, Part, Piece, Section, Text
from ctxgen.render.guards import authorization
from ctxgen.render.surface import surface
from ctxgen.render.titles import titles

DETAILS = {"brief": 600, "standard": 1500, "full": None}
"""Tokens of each level of detail; None is all."""
MAIN_SHARE = 0.1
"""The share of the source from which on a language without a stated version is told."""
FIRST = 7
"""So many facts of each element are told before anything else is."""
LONGEST_ALSO = 2
SERVES = 12
"""What a web framework is worth beyond a library of its category."""
FIRST_COMPONENT, COMPONENTS_FIRST = 16, 6
"""How much more the first components are worth, and how many: without any a long stack says little."""
COMMON = 3
"""From so many components on, what all of them have is not repeated for each."""
COMMANDS_PER_KIND = 3
FEW = 3
SIZES_PER_KIND = 3
PATTERNS_SHOWN = 8
MODELS_SHOWN = 6
VARIABLES_PER_FILE = 25
ELEMENTS = ("stack", "architecture", "scale", "database", "security")
SECTIONS = (
    *ELEMENTS,
    "components",
    "api",
    "configuration",
    "code",
    "services",
    "observability",
    "tests",
    "ci",
    "frontend",
    "commands",
    "declared",
    "not-stated",
)
"""The names that `--sections` knows."""


def outline(
    context: Context, catalogue: Catalogue, *, detail: str = "standard", header: bool = False, sections: Collection[str] = ()
) -> Block:
    """Everything that is to be told of a context at a level of detail, of the given sections alone if any are given."""
    teller = _Teller(context, catalogue)
    told = [_about(context, header), _balanced(teller.elements(), FIRST, 200)]
    if detail != "brief" or sections:
        told += [teller.components(), surface(context, detail), _balanced(teller.surroundings(detail), 1, 25)]
    if detail == "full":
        told.append(teller.data_model())
    told += [_missing(context), _unread(context)]
    if sections:
        told = [
            replace(section, lines=tuple(line for line in section.lines if line.key in (*sections, "about", "excluded", "unread")))
            for section in told
        ]
    return Block(context.repository.name, tuple(told))


def _balanced(section: Section, first: int, bonus: int) -> Section:
    """The section with the most valuable pieces of every line ahead of the flood of any one line, and a fading worth behind them."""

    def faded(line: Line) -> Line:
        ranked = sorted(range(len(line.pieces)), key=lambda index: (-line.pieces[index].worth, index))
        pieces = list(line.pieces)
        for rank, index in enumerate(ranked):
            worth = pieces[index].worth
            pieces[index] = replace(pieces[index], worth=bonus + worth - 4 * rank if rank < first else worth - 2 * (rank - first))
        return replace(line, pieces=tuple(pieces))

    return replace(section, lines=tuple(line if line.shared else faded(line) for line in section.lines))


def _first(evidence: Sequence[Evidence]) -> Evidence | None:
    return evidence[0] if evidence else None


def _joined(parts: Iterable[Part], separator: str = ", ") -> tuple[Part, ...]:
    out: list[Part] = []
    for part in parts:
        out += [separator, part] if out else [part]
    return tuple(out)


def _counted(names: Sequence[str]) -> tuple[Part, ...]:
    """`api, worker, web, mail and 3 more`."""
    return *_joined(Text(each) for each in names[:4]), *([f" and {len(names) - 4} more"] if len(names) > 4 else [])


class _Teller:
    """Makes the lines in their order and knows which technologies are told already."""

    def __init__(self, context: Context, catalogue: Catalogue) -> None:
        self.context, self.catalogue = context, catalogue
        self.told: set[str] = set()
        self.technologies = {technology.name for technology in context.technologies}
        self.by_category: dict[str, list[Technology]] = defaultdict(list)
        for technology in context.technologies:
            if technology.usage != "unknown":
                self.by_category[technology.category].append(technology)
        self.parts = {part.id: part for part in context.components}
        self.titles = titles(context.components)
        self.common: set[str] = set()
        self.answers = Counter(endpoint.component for endpoint in context.endpoints)
        """How many endpoints each component has."""

    # ---- technologies

    def worth(self, technology: Technology) -> int:
        declared = self.catalogue[technology.id].worth
        worth = wording.WORTH.get(technology.category, 40) if declared is None else declared
        worth += 2 * min(len({use.component for use in technology.uses}), 5)
        worth += SERVES if self.catalogue[technology.id].serves else 0
        if technology.usage in ("supported", "connector"):
            worth -= 35
        if technology.confidence == "inferred":
            worth -= 10
        return worth

    def piece(self, technology: Technology, extra: Sequence[Part] = (), bonus: int = 0) -> Piece:
        """Name and version; where components differ, further versions."""
        self.told.add(technology.id)
        stated = (use.version for use in technology.uses if use.version and use.scope == technology.scope and use.usage == technology.usage)
        versions = _versions(technology.version, stated)
        of = self.catalogue[technology.id].version_of if versions else None
        parts = (technology.name, *((f" {of}",) if of else ()), *versions, *extra)
        return Piece(parts, self.worth(technology) + bonus, _first(technology.evidence))

    def of(self, *categories: str, scopes: Iterable[str] = ("backend",), told: bool = False) -> list[Technology]:
        wanted = [
            t
            for category in categories
            for t in self.by_category.get(category, ())
            if t.scope in scopes and (told or t.id not in self.told) and self.worth(t) > 10
        ]
        return sorted(wanted, key=lambda t: (categories.index(t.category), -self.answered(t), -self.worth(t), t.name))

    def answered(self, technology: Technology) -> int:
        """The endpoints of the components with a web framework: that of the product's main part is told first; 0 for all else."""
        if technology.usage != "used" or self.worth(technology) < wording.WORTH["framework"] + SERVES:
            return 0
        return sum(self.answers[component] for component in {use.component for use in technology.uses})

    def pieces(self, *categories: str, scopes: Iterable[str] = ("backend",)) -> list[Piece]:
        return [self.piece(technology) for technology in self.of(*categories, scopes=scopes)]

    # ---- the five elements

    def elements(self) -> Section:
        lines = (
            Line("stack", "Technology stack", (*self.stack(), *self.declared("stack")), empty="not stated"),
            Line("architecture", "Architecture", (*self.architecture(), *self.declared("architecture")), empty="not stated"),
            Line("scale", "Scale", (*self.declared("scale"), *self.scale()), empty="not stated", separator="; "),
            Line("database", "Database", (*self.database(), *self.models(), *self.declared("database")), empty="not stated"),
            Line("security", "Security", (*self.security(), *self.declared("security")), empty="not stated"),
        )
        return Section("", lines)

    def declared(self, *sections: str) -> list[Piece]:
        """What the team states in `.ctxgen.toml`, marked so."""
        pieces = []
        for section in sections:
            for key, value in self.context.declared.get(section, {}).items():
                parts = (Text(key.replace("_", " ")), " ", Code(value), " declared")
                pieces.append(Piece(parts, 96, _first(self.context.declared_evidence.get(f"{section}.{key}", ()))))
        return pieces

    def stack(self) -> list[Piece]:
        pieces = []
        shown = set()
        for language in self.context.languages:
            beside = language.name == "JavaScript" and "TypeScript" in shown  # the odd script of a TypeScript project
            if language.scope == "backend" and (language.share >= MAIN_SHARE or (language.version and not beside)):
                shown.add(language.name)
                of_runtime = (language.version or "").startswith("Node ")
                shown.update(["Node.js"] if of_runtime else [])
                parts = (language.name, " on" if of_runtime else "", *_versions(language.version))
                pieces.append(Piece(parts, 95, _first(language.evidence)))
        frontends = {each.id for each in self.context.components if each.kind == "frontend"}
        if len(frontends) == len(self.context.components):
            frontends = set()
        script = any(each.scope == "backend" and each.name in ("JavaScript", "TypeScript") for each in self.context.languages)
        runtimes = [
            each
            for each in self.context.runtimes
            if each.component not in frontends and (script or not self.context.languages or each.name not in ("Node.js", "Deno", "Bun"))
        ]
        stated: dict[str, list[str]] = defaultdict(list)
        for runtime in runtimes:
            if runtime.version:
                stated[runtime.name].append(runtime.version)
        for runtime in runtimes:
            if runtime.name in shown or runtime.name in ("C#", ".NET SDK") or not runtime.version:
                continue
            shown.add(runtime.name)
            if runtime.name != ".NET" or "C#" not in shown:
                parts = (runtime.name, *_versions(runtime.version, stated[runtime.name]))
                pieces.append(Piece(parts, 88, _first(runtime.evidence)))
        pieces += self.pieces("framework", "api")
        pieces += self.pieces("server", scopes=("backend", "deploy"))
        called = {each.technology for each in self.context.integrations}
        pieces += [self.piece(t) for t in self.of("ai") if t.id not in called]  # those that are called are outside services
        pieces += self.pieces("validation", "resilience", "build")
        pieces += [self.piece(t, bonus=20) for t in self.of("build", scopes=("dev",)) if t.id in wording.BUILD_TOOLS]
        return pieces

    def architecture(self) -> list[Piece]:
        pieces = []
        found = self.context.architecture
        if found.pattern:
            parts: list[Part] = [wording.PATTERNS.get(found.pattern) or Text(found.pattern)]
            counts = _counts(self.context.components)
            parts += [" of ", counts] if counts else []
            pieces.append(Piece(tuple(parts), 100, _first(found.evidence)))
        alone = [part for part in self.context.components if part.kind != "infrastructure"]
        if len(alone) == 1 and alone[0].ports:  # it has no line of its own
            pieces.append(Piece((_ports(alone[0]),), 79, _first(alone[0].evidence)))
        for trait in found.traits:
            pieces.append(Piece((trait.name.replace("-", " "),), 78, _first(trait.evidence)))
        pieces += [self.piece(t, bonus=5) for t in self.of("queue", told=True) if not self.catalogue[t.id].drives]
        pieces += self.pieces("queue", "jobs")
        pieces += self.channels() + self.jobs()
        pieces += self.pieces("orchestration", "container", "cloud", "iac", scopes=("backend", "deploy"))
        return pieces

    def channels(self) -> list[Piece]:
        """Queues, topics and exchanges that configuration names, counted, with the first few."""
        named = self.context.messaging
        kinds = Counter(message.kind for message in named)
        counted = ", ".join(f"{count} {kind}{'s' if count > 1 else ''}" for kind, count in sorted(kinds.items()))
        return [Piece((f"{counted} (", *_few(message.name for message in named), ")"), 64, _first(named[0].evidence))] if named else []

    def jobs(self) -> list[Piece]:
        """Jobs that are scheduled or run in the background, counted, with the first few and when they run."""
        jobs = self.context.jobs
        told = [(Text(job.name), " ", Code(job.schedule)) if job.schedule else (Text(job.name),) for job in jobs[:FEW]]
        shown = [part for index, parts in enumerate(told) for part in ((", ", *parts) if index else parts)]
        kind = "scheduled" if any(job.schedule for job in jobs) else "background"
        counted = f"{len(jobs)} {kind} job{'s' if len(jobs) > 1 else ''} ("
        return [Piece((counted, *shown, ", …)" if len(jobs) > FEW else ")"), 63, _first(jobs[0].evidence))] if jobs else []

    def scale(self) -> list[Piece]:
        """The sizes, each once with the components that state the same."""
        stated: dict[tuple[str, str, str, str], list[ScaleSetting]] = defaultdict(list)
        for setting in self.context.scale:
            if setting.kind == "schedule":
                continue  # told with its job
            unit = setting.unit if setting.unit and setting.value.isdigit() else ""
            subject = "" if self.of_deployment(setting) else setting.subject or ""
            stated[setting.kind, subject, setting.value, unit].append(setting)
        pieces = []
        seen: Counter[str] = Counter()
        for (kind, subject, value, unit), same in stated.items():
            seen[kind] += 1
            of = self.deployments(same) if self.of_deployment(same[0]) else []
            said = (of[0] if len(of) == 1 else subject, kind.replace("-", " "), value, unit)
            parts = _joined((Text(each) for each in said if each), " ")
            if len(of) > 1:
                parts = (*parts, " for ", *_counted(of))
            elif len(owners := list(dict.fromkeys(each.component for each in same if each.component))) > 1:
                parts = (*parts, *self.owners(owners))
            # the first few of every kind before the flood of one; a single replica is what everybody has
            worth = 82 - 3 * seen[kind] if seen[kind] <= SIZES_PER_KIND else 60 - seen[kind]
            worth -= 24 if kind.endswith("-request") else 0  # a limit says it better
            worth -= 30 if kind == "replicas" and value == "1" else 0
            worth -= 14 if kind == "heap" else 0  # what a container may take says more
            pieces.append(Piece(parts, max(10, worth), _first(same[0].evidence)))
        return pieces

    def owners(self, components: Iterable[str]) -> list[Part]:
        """` for api, worker and 3 more`: the product's own parts among some components, by name; libraries where no process is among them."""
        using = [self.parts[each] for each in components if each in self.parts and self.parts[each].kind != "infrastructure"]
        running = [part for part in using if part.kind != "library"] or using
        return [" for ", *_counted(list(dict.fromkeys(self.titles[part.id] for part in running)))] if running else []

    def of_deployment(self, setting: ScaleSetting) -> bool:
        """Whether a size is of what is deployed and not of a technology in it (`PHP memory limit 512M`)."""
        return setting.kind in wording.SIZES_OF_DEPLOYMENTS and setting.subject not in self.technologies

    def deployments(self, settings: Iterable[ScaleSetting]) -> list[str]:
        """What settings are of: the components by name, else what they are stated for."""
        named = (self.titles.get(each.component or "", each.subject) for each in settings)
        return list(dict.fromkeys(filter(None, named)))

    def database(self) -> list[Piece]:
        pieces = []
        by_id = {t.id: t for t in self.context.technologies}
        stores = sorted(
            self.context.datastores,
            key=lambda store: (
                store.usage not in ("used", "default"),  # the database of a product that others can replace stands before its cache
                wording.STORES.index(by_id[store.technology].category),
                wording.USAGE_ORDER.get(store.usage, 3),
                -len(store.components),
                store.technology,
            ),
        )
        for store in stores:
            if store.usage == "connector":
                continue
            extra: list[Part] = []
            if store.usage in ("supported", "default"):
                extra = [f" ({store.usage})"]
            elif store.components and len(self.context.components) > 1:
                extra = self.owners(store.components)
            if store.migrations and store.migrations.count:
                extra += [
                    f", {store.migrations.count} migration{'s' if store.migrations.count > 1 else ''}",
                    *store.migrations.evidence[:1],
                ]
            # an engine says more than the driver for it
            pieces.append(self.piece(by_id[store.technology], extra, bonus=30 if store.usage == "supported" else 10))
        pieces += [self.piece(t) for t in self.of("orm", "migration", *wording.STORES) if t.usage != "connector"]
        connectors = [store for store in stores if store.usage == "connector"]
        if connectors:
            self.told.update(store.technology for store in connectors)
            names = ", ".join(by_id[store.technology].name for store in connectors[:6])
            told = f"connectors to {len(connectors)} further engines ({names}, …)"
            pieces.append(Piece((told,), 45, _first(connectors[0].evidence)))
        return pieces

    def models(self) -> list[Piece]:
        """Entities and tables of each component, counted, with the ones that most others are connected with."""
        pieces = []
        owned: dict[str | None, list[Model]] = defaultdict(list)
        for model in self.context.models:
            owned[model.component].append(model)
        for index, (owner, models) in enumerate(sorted(owned.items(), key=lambda entry: (-len(entry[1]), entry[0] or ""))):
            ranked = _ranked(models)
            kinds = {self.kind_of(model) for model in models}
            counted = f"{len(models)} {kinds.pop() if len(kinds) == 1 else 'model'}{'s' if len(models) > 1 else ''}"
            of: list[Part] = [" of ", Text(self.titles[owner])] if owner in self.parts and len(owned) > 1 else []
            distinct = list(dict.fromkeys(model.name for model in ranked))
            names: list[Part] = [*_joined(map(Text, distinct[:MODELS_SHOWN]))]
            shown = [*of, " (", *names, ", …)" if len(distinct) > MODELS_SHOWN else ")"]
            pieces.append(Piece((counted, *shown), max(20, 48 + min(len(models), 20) - 4 * index), ranked[0].evidence[0]))
        return pieces

    def kind_of(self, model: Model) -> str:
        """What a model stands for: a table, or a collection where its library speaks to a database of documents alone."""
        technology = self.catalogue.technologies.get(model.technology or "")
        if technology is not None and technology.drives and wording.DOCUMENT_STORES.issuperset(technology.drives):
            return "collection"
        return "table" if model.table else "model"

    def data_model(self) -> Section:
        """Every model with its columns and what they refer to."""
        lines = []
        for model in self.context.models:
            parts: list[Part] = [Text(model.name)]
            parts += [f" ({self.kind_of(model)} ", Text(model.table), ")"] if model.table and model.table != model.name else []
            parts += [" of ", Text(self.titles[model.component])] if model.component in self.parts and len(self.parts) > 1 else []
            for index, column in enumerate(model.columns):
                parts += [", " if index else ": ", Text(column.name)]
                parts += [" → ", Text(column.references)] if column.references else []
            lines.append(Line("database", "", (Piece(tuple(parts), 20, _first(model.evidence)),), item="model"))
        return Section("Data model", tuple(lines), remainder="models")

    def security(self) -> list[Piece]:
        mechanisms: dict[str, Piece] = {}
        for each in self.context.security.mechanisms:
            said = wording.MECHANISMS.get(each.mechanism)
            mechanisms.setdefault(said or each.mechanism, Piece((said or Text(each.mechanism),), 84, _first(each.evidence)))
        self.told.update(wording.PROTOCOLS)
        settings: dict[tuple[str, str | None], Piece] = {}
        for setting in self.context.security.settings:
            worth = next((worth for start, worth in wording.SECURITY_WORTH.items() if setting.name.startswith(start)), None)
            if worth is not None and not setting.name.endswith(" by"):  # a library is told by its own name
                parts: tuple[Part, ...] = (
                    (Text(setting.value or ""), " mentioned")
                    if setting.name == "compliance"
                    else (setting.name, " ", Text(setting.value or ""))
                )
                settings.setdefault((setting.name, setting.value), Piece(parts, worth, _first(setting.evidence)))
        # what a framework brings for a mechanism says no more than that one: `HTTP Basic (FastAPI security)`
        shown = [self.piece(t) for t in self.of("auth") if t.name.partition(" (")[0] not in mechanisms]
        asked = authorization(self.context.endpoints)
        return [*mechanisms.values(), *([asked] if asked else []), *shown, *settings.values()]

    # ---- around them

    def components(self) -> Section:
        parts = [part for part in self.context.components if part.kind != "infrastructure"]
        if len(parts) < 2:
            return Section("Components", ())
        parts.sort(key=lambda part: (-wording.COMPONENT_WORTH.get(part.kind, 40) // 10, part.kind == "worker"))
        serving = [set(part.technologies) for part in parts if part.kind in ("service", "gateway", "worker")]
        self.common = set.intersection(*serving) if len(serving) >= COMMON else set()
        lines = [Line("components", "", (self.component(part, index),), item="component") for index, part in enumerate(parts)]
        return Section("Components", tuple(lines), remainder="components")

    def component(self, part: Component, index: int) -> Piece:
        parts: list[Part] = [Text(self.titles[part.id]), f" — {part.kind}"]
        parts += [f", {part.language}"] if part.language else []
        stack = [self.catalogue[technology].name for technology in part.technologies if technology not in self.common][:4]
        parts += [f" ({', '.join(stack)})"] if stack else []
        parts += [f", {_ports(part)}"] if part.ports else []
        uses = [Text(self.titles[target]) for link in part.depends_on if (target := link.component or "") in self.titles]
        parts += ["; uses ", *_joined(uses[:4])] if uses else []
        first = FIRST_COMPONENT if index < COMPONENTS_FIRST else 0
        return Piece(tuple(parts), wording.COMPONENT_WORTH.get(part.kind, 40) - index + first, _first(part.evidence))

    def surroundings(self, detail: str) -> Section:
        lines = [*self.variables(detail)]
        for key, label, categories, scopes in wording.AROUND:
            lines.append(Line(key, label, tuple(self.pieces(*categories, scopes=scopes))))
        lines.append(Line("code", "In the code", tuple(self.in_code(detail)), item="place"))
        commands: dict[tuple[str, str], Piece] = {}
        given: Counter[str] = Counter()
        for command in sorted(self.context.commands, key=lambda command: (len(command.command), command.evidence)):
            given[command.kind] += 1
            parts = (f"{command.kind} ", Code(command.command))
            worth = wording.COMMAND_WORTH.get(command.kind, 30) - (20 if given[command.kind] > COMMANDS_PER_KIND else 0)
            commands.setdefault((command.kind, command.command), Piece(parts, worth, _first(command.evidence)))
        lines.append(Line("commands", "Commands", tuple(commands.values()), item="command"))
        others = self.declared(*(section for section in self.context.declared if section not in ELEMENTS))
        lines.insert(0, Line("declared", "Declared", tuple(others)))
        return Section("Around it", tuple(lines))

    def in_code(self, detail: str) -> Iterator[Piece]:
        """What source does beside answering: the kinds, each with its first few places; every place where the detail is `full`."""
        kinds: dict[str, list[CodeStatement]] = {kind: [] for kind in wording.CODE}
        for each in self.context.code:
            kinds.setdefault(each.kind, []).append(each)
        for rank, (kind, same) in enumerate((kind, same) for kind, same in kinds.items() if same):
            said = wording.CODE.get(kind, kind)
            if detail == "full":
                for each in same:
                    value: list[Part] = [" (", Text(each.value), ")"] if each.value else []
                    yield Piece((f"{said} ", Code(each.subject), *value), 30, _first(each.evidence))
                continue
            # whom a client calls says more than by which function
            subjects = list(dict.fromkeys((each.value if kind == "http-client" else None) or each.subject for each in same))
            names = _joined(Code(subject) for subject in subjects[:FEW])
            parts = (*names,) if len(subjects) <= FEW else (f"{len(subjects)} (", *names, ", …)")
            yield Piece((f"{said} ", *parts), 38 - 2 * rank, _first(same[0].evidence))

    def variables(self, detail: str) -> list[Line]:
        """One line per file, which cites its first variable; files first that set or read most, what only images are built with last."""
        files: dict[str, list[Piece]] = defaultdict(list)
        weights: Counter[str] = Counter()
        for variable in sorted(self.context.environment, key=lambda v: (not v.required, v.evidence[0])):
            at = variable.evidence[0]
            files[at.path].append(Piece((Text(variable.name),), 40 - len(files[at.path]), at))
            weights[at.path] += variable.read or "dockerfile" not in at.path.rpartition("/")[2].lower()
        limit = None if detail == "full" else VARIABLES_PER_FILE
        return [
            Line(
                "configuration",
                "Variables",
                tuple(
                    replace(piece, worth=piece.worth - 3 * index + (22 if index < 2 and n < 6 else 0))
                    for n, piece in enumerate(pieces[:limit])
                ),
                item="variable",
                shared=True,
                more=len(pieces[limit:]) if limit else 0,
            )
            for index, (_, pieces) in enumerate(sorted(files.items(), key=lambda entry: (-weights[entry[0]], -len(entry[1]), entry[0])))
        ]


def _ranked(models: Sequence[Model]) -> list[Model]:
    """Models, those first that have most columns and relations to others, and others to them."""
    names = {known: model.name for model in models for known in (model.name, model.table) if known}
    links: Counter[str] = Counter()
    for model in models:
        targets = [column.references.partition(".")[0] for column in model.columns if column.references]
        for target in (*targets, *(relation.target for relation in model.relations)):
            if (other := names.get(target, target)) != model.name:
                links.update((model.name, other))
    return sorted(models, key=lambda model: (-links[model.name], model.evidence[0], model.name))


def _few(names: Iterable[str]) -> list[Part]:
    """The first few of some names."""
    listed = list(dict.fromkeys(names))
    return [*_joined(Text(name) for name in listed[:FEW]), *([", …"] if len(listed) > FEW else [])]


def _versions(version: str | None, stated: Iterable[str] = ()) -> list[Part]:
    if not version:
        return []
    distinct = list(dict.fromkeys(stated))
    others = [other for other in distinct if other != version] if len(distinct) > 1 else []
    also: list[Part] = [" (also ", *_joined(Text(other) for other in others[:LONGEST_ALSO])] if others else []
    also += [", …)" if len(others) > LONGEST_ALSO else ")"] if others else []
    return [" ", Text(version), *also]


def _ports(part: Component) -> str:
    return f"port{'s' if len(part.ports) > 1 else ''} {', '.join(map(str, part.ports[:3]))}"


def _counts(components: Iterable[Component]) -> str:
    counts: dict[str, int] = defaultdict(int)
    for part in components:
        counts[part.kind] += 1
    return ", ".join(f"{counts[kind]} {many if counts[kind] > 1 else kind}" for kind, many in wording.COUNTED.items() if counts[kind])


def _about(context: Context, header: bool) -> Section:
    lines = []
    repository = context.repository
    if header:
        said: list[tuple[Part, ...]] = []
        said += [("commit ", Code(repository.commit))] if repository.commit else []
        said += [("branch ", Code(repository.branch))] if repository.branch else []
        said += [(Code(repository.remote),)] if repository.remote else []
        said.append((f"ctxgen {context.generator.version}",))
        lines.append(Line("about", "", tuple(Piece(parts, 990) for parts in said)))
    backend = any(part.kind in ("service", "gateway", "worker", "job") for part in context.components) or any(
        t.scope == "backend" and t.category not in ("language", "runtime", "build") for t in context.technologies
    )
    if not backend:
        lines.append(Line("about", "", (Piece(("No backend is stated in this repository.",), 995),)))
    return Section("", tuple(lines), prose=True)


def _missing(context: Context) -> Section:
    missing = ", ".join(wording.NOT_STATED.get(key, key) for key in context.not_stated)
    pieces = (Piece((f"Not stated: {missing}.",), 980),) if missing else ()
    return Section("", (Line("not-stated", "", pieces),), prose=True)


def _unread(context: Context) -> Section:
    lines = []
    if context.excluded:
        lines.append(Line("excluded", "", (_left_out(context),)))
    problems = [notice for notice in context.diagnostics if notice.severity != "info"]
    if problems:
        first = problems[0]
        files = len({notice.path for notice in problems})
        parts: list[Part] = [f"{files} file{'s' if files > 1 else ''} not read in full, first "]
        parts += [Code(f"{first.path}:{first.line or 1}")] if first.path else []
        parts.append(f": {first.message}.")
        lines.append(Line("unread", "", (Piece(tuple(parts), 970),)))
    return Section("", tuple(lines), prose=True)


def _left_out(context: Context) -> Piece:
    """What the repository's own configuration keeps from being read: every pattern, or as many as fit and how many more."""
    shown = context.excluded[:PATTERNS_SHOWN]
    parts: list[Part] = ["Left out by its own configuration: "]
    for index, each in enumerate(shown):
        parts += [", " if index else "", Code(each.pattern), f" {each.files} file{'' if each.files == 1 else 's'}", *each.evidence[:1]]
    parts += [f" and {len(context.excluded) - len(shown)} more patterns"] if len(context.excluded) > len(shown) else []
    return Piece((*parts, "."), 975)
