"""Settings of scale: replicas, workers, pools, limits and time-outs."""

from __future__ import annotations

import re
from collections import defaultdict

from ctxgen.catalogue import Catalogue
from ctxgen.context import ScaleSetting
from ctxgen.facts import Facts
from ctxgen.inference.evidence import cite
from ctxgen.join import Join
from ctxgen.model import At, ConfigKey, Fact, Process, Service, Setting, Variable
from ctxgen.opaque import Opaque
from ctxgen.places import Places, for_tests

_KIND_ORDER = {
    "replicas": 0,
    "autoscaling": 1,
    "workers": 2,
    "threads": 3,
    "concurrency": 4,
    "pool-size": 5,
    "max-connections": 6,
    "memory-limit": 7,
    "cpu-limit": 8,
    "heap": 9,
    "rate-limit": 10,
    "rate-limit-window": 11,
    "timeout": 12,
    "ttl": 13,
}
_HEAP: tuple[tuple[str, str | None], ...] = (
    ("-Xmx", None),
    ("-XX:MaxHeapSize", None),
    ("-XX:MaxRAMPercentage", "%"),
    ("--max-old-space-size", "MB"),
    ("--max_old_space_size", "MB"),
)
"""Options of runtimes that bound the heap, with the unit of a plain number.

Sources: https://docs.oracle.com/en/java/javase/21/docs/specs/man/java.html, https://nodejs.org/api/cli.html#--max-old-space-sizesize-in-mib
"""
_BUILDS = re.compile(r"(?i)build|compile|deps|install|lint|test|check|dev\b|watch|debug|generate|RUN\Z")
"""What a stage, script or instruction is called whose memory is not that of what runs."""
_STARTS = re.compile(r"(?i)(?:start|serve|prod|worker)")
"""How the scripts of a manifest are called that start the product; others are its developers' own."""


def scale(facts: Facts, join: Join, catalogue: Catalogue, places: Places) -> list[ScaleSetting]:
    """Settings of scale from every place that states one; only integers, durations and sizes can be told."""
    found: dict[tuple[str, str, str | None, str | None], list[At]] = defaultdict(list)
    units: dict[tuple[str, str, str | None, str | None], str | None] = {}

    written: dict[str, str | None] = {}  # one spelling of a subject that values and manifests write differently

    def add(kind: str, value: str | None, unit: str | None, subject: str | None, component: str | None, fact: Fact) -> None:
        # Compose takes a limit of 0 for none (https://docs.docker.com/reference/compose-file/deploy/#resources)
        off = value == "0" and kind in ("replicas", "memory-limit", "cpu-limit")
        if value is not None and not off and places.scope(fact.at.path) in (None, "dev") and not for_tests(fact.when):
            key = (kind, value, written.setdefault((subject or "").lower(), subject), component)
            found[key].append(fact.at)
            units[key] = unit if value.isdigit() else None  # "20s" states its unit

    for setting in facts.of(Setting):
        if join.of_the_platform(setting.at.path, setting.owner):
            continue
        add(
            setting.kind,
            setting.value,
            setting.unit,
            setting.subject or setting.owner,
            join.component(setting.at.path, setting.owner),
            setting,
        )
    for service in facts.of(Service):
        if service.replicas is not None and not join.of_the_platform(service.at.path, service.name):
            add("replicas", str(service.replicas), None, service.name, join.component(service.at.path, service.name), service)
    for key in facts.of(ConfigKey):
        if known := catalogue.setting(key.key):
            technology, signal = known
            add(
                signal.kind,
                _safe(key.value, signal.kind),
                signal.unit,
                signal.subject or catalogue[technology].name,
                join.component(key.at.path),
                key,
            )
    for variable in facts.of(Variable):
        if variable.value is not None and (known := catalogue.setting(variable.name)):
            technology, signal = known
            if signal.kind == "heap":
                size, unit = _heap(variable.value, variable.owner)
                add("heap", size, unit, signal.subject, join.component(variable.at.path, variable.owner), variable)
                continue
            add(
                signal.kind,
                _safe(variable.value, signal.kind),
                signal.unit,
                signal.subject or variable.name,
                join.component(variable.at.path, variable.owner),
                variable,
            )
    commands: list[tuple[Fact, Opaque, str | None]] = [(process, process.command, process.owner) for process in facts.of(Process)]
    commands += [(service, service.command, service.name) for service in facts.of(Service) if service.command is not None]
    for fact, command, owner in commands:
        for word in dict.fromkeys(command.words(catalogue.command_words)):
            known_id = catalogue.command(word)
            for option, signal in catalogue.options(word):
                value = command.option(option)
                if signal.kind == "heap":
                    by_script = fact.at.path.endswith("package.json") and not _STARTS.match(owner or "")
                    size, unit = (None, None) if by_script else _heap(command, owner)
                    add("heap", size, unit, signal.subject, join.component(fact.at.path, owner), fact)
                elif value is not None and known_id:
                    add(
                        signal.kind,
                        _safe(value, signal.kind),
                        signal.unit,
                        signal.subject or catalogue[known_id].name,
                        join.component(fact.at.path, owner),
                        fact,
                    )
    found = _without_single(_without_samples(found))
    ordered = sorted(found.items(), key=lambda entry: (_KIND_ORDER.get(entry[0][0], 50), entry[0][3] or "", entry[0][2] or "", entry[1][0]))
    return [
        ScaleSetting(kind, value, units[kind, value, subject, component], subject, component, cite(at, 4))
        for (kind, value, subject, component), at in ordered
    ]


_SAMPLE = re.compile(
    r"\.(?:ya?ml|rb|py|php|json|toml|properties|conf)\.(?:example|sample|dist|template)\Z|[.-](?:example|sample)\.(?:ya?ml|rb|py|json|toml)\Z"
)
Found = dict[tuple[str, str, str | None, str | None], list[At]]


def _without_samples(found: Found) -> Found:
    """The settings without those that only a sample of a file states where another file says otherwise: `database.yml.example` beside `database.yml`."""
    real = {(kind, subject, part) for (kind, _, subject, part), lines in found.items() if not all(_SAMPLE.search(at.path) for at in lines)}
    return {
        key: lines
        for key, lines in found.items()
        if (key[0], key[2], key[3]) not in real or not all(_SAMPLE.search(at.path) for at in lines)
    }


def _without_single(found: Found) -> Found:
    """The settings without a pool of one connection that stands beside a larger one of the same library: that of SQLite, which has one writer.

    Source: https://www.sqlite.org/lockingv3.html#writing
    """
    larger = {(subject, part) for kind, value, subject, part in found if kind == "pool-size" and value.isdigit() and int(value) > 1}
    return {key: lines for key, lines in found.items() if key[:2] != ("pool-size", "1") or key[2:] not in larger}


def _safe(value: Opaque, kind: str) -> str | None:
    resolved = value.interpolate(lambda _: None)
    number = resolved.integer()
    if number is not None:
        return str(number)
    return resolved.duration() or resolved.size() or resolved.number()


def _heap(options: Opaque, owner: str | None) -> tuple[str | None, str | None]:
    """The bound of the heap among options of a runtime, with its unit; none where they are those of a build."""
    if owner is not None and _BUILDS.search(owner):
        return None, None
    for flag, unit in _HEAP:
        if (value := options.option(flag)) is not None:
            value = value.interpolate(lambda _: None)
            number = value.number()
            return (f"{number}%", None) if number and unit == "%" else (value.size() or number, unit)
    return None, None
