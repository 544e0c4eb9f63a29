"""What kind of component something is, by its name, its units, its ports, the technology of its image and the words of its command."""

from __future__ import annotations

import re
from collections import Counter, defaultdict
from collections.abc import Sequence, Set

from ctxgen.join.folders import CLI_NAME
from ctxgen.join.functions import functions
from ctxgen.join.known import Known
from ctxgen.join.units import Unit
from ctxgen.model import ConfigKey, Dependency, Sighting

_GATEWAY = re.compile(r"(?i)gateway|(?:^|[-_.])(?:proxy|bff|ingress|traefik|nginx|kong|envoy|caddy|edge|load-?balancer)(?:$|[-_.])")
_INFRASTRUCTURE = {
    "database", "cache", "queue", "search", "storage", "auth", "observability", "container", "orchestration", "cloud", "testing", "saas",
}  # fmt: skip
_JOB = re.compile(
    r"(?i)(?:^|[-_.])(?:(?:db|data|database)?migrat\w*|seed\w*|prestart|init|setup|populate|load-?gen\w*|playwright|e2e|tests?|bootstrap|createbuckets)(?:$|[-_.])"
)
_STYLED = re.compile(r"(?i)(?:^|[-_.])bootstrap(?:$|[-_.])")
"""What is called after the library of styles, where it serves pages."""
_TEST_NAME = re.compile(r"(?i)(?:^|[-_.])tests?$")
"""A service of this name that is published is the application as developers run it, not a run of its tests."""
_STORE = re.compile(r"(?i)(?:^|[-_.])(?:db|database|cache|store|mysql|postgres(?:ql)?|mongo(?:db)?|redis|queue|broker|mq)$")
_LOAD = re.compile(r"(?i)load-?(?:test|gen)|(?:^|[-_.])sim(?:ulat(?:ors?|ions?))?\Z")
"""What sends requests as users would; a service that simulates something by its domain is called otherwise at its end."""
_WORKER = re.compile(
    r"(?i)(?:^|[-_.])(?:workers?|scheduler|beat|consumers?|sidekiq|queue|cron|clock|celery(?:workers?|beat)?|dispatch(?:er)?|processor|jobs)(?:$|[-_.\d])"
)
_AMBIGUOUS = re.compile(r"(?i)\A(?:dispatch(?:er)?|queue|clock|processor)\Z")
"""Whole names of products that dispatch or process something: where they have a port and a framework that serves, they are no workers."""
_BEHIND = re.compile(r"-(?:mq|job|jobs|cron)\Z")
_ANSWERS = re.compile(r"(?i)(?:^|[-_.])(?:consumers?|queue|clock|dispatch(?:er)?|processor)[-_.](?:service|svc|api|server|web)$")
"""What is of consumers or queues may be their service: a word of the domain."""
WORDS = frozenset(
    (
        "celery",
        "rq",
        "dramatiq",
        "sidekiq",
        "huey",
        "arq",
        "rqscheduler",
        "resque",
        "solid_queue",
        "bullmq",
        "clockwork",
        "good_job",
        "delayed_job",
        "karafka",
        "sneakers",
        "shoryuken",
        "messenger:consume",
        "queue:work",
        "queue:listen",
        "horizon",
        "schedule:work",
        "jobs:work",
        "qcluster",
        "worker",
        "scheduler",
        "beat",
        "migrate",
        "flower",
    )
)
"""The words of a command that show what a process does beside serving."""

_SERVES = re.compile(r"(?i)(?:^|[-_.])(?:web|web-?server|api-?server|server|api|http|ui)\Z")
"""What publishes ports under such a name answers, whatever the folder that it shares with workers is called."""
_RUNS_WEBAPPS = {"tomcat", "jetty", "wildfly", "payara", "open-liberty"}
"""Servers that run programs instead of standing before them."""


class Kinds:
    """The rules, with what they need to know of each unit."""

    def __init__(self, known: Known, sightings: Sequence[Sighting]) -> None:
        self.known, self.catalogue = known, known.catalogue
        self._sighted: dict[str, set[str]] = defaultdict(set)
        for sighting in sightings:
            if sighting.scope == "backend" and sighting.usage != "unknown":
                self._sighted[known.units.folder(sighting.at.path)].add(sighting.technology)
        self._webapps = {known.units.folder(path) for path in known.files.jvm_webapps()}
        self._jvm_programs = {known.units.folder(path) for path in known.files.jvm_programs()} | self._webapps
        self._jvm_classes = {known.units.folder(path) for path in known.files.jvm_classes()}
        self._listening = {
            known.units.folder(key.at.path)
            for key in known.facts.of(ConfigKey)
            if key.key in ("server.port", "listen.port") and known.places.scope(key.at.path) is None
        }
        """The units whose settings state a port: the framework may come with a module that they need."""
        self.functions = {known.units.folder(f"{folder}/x" if folder else "x") for _, folder in functions(known.facts, known.places)}
        """The units whose functions something deploys."""
        taking = {(d.ecosystem, d.path, d.at.path) for d in known.facts.of(Dependency) if d.path and d.group == "main"}
        self._modules_taking = Counter(path for ecosystem, path, _ in taking if ecosystem == "maven")
        self._crates_taking = Counter(path for ecosystem, path, _ in taking if ecosystem == "cargo")
        """How many crates take the one in a folder: only what it has as a library can be taken, so a program of its own is a tool beside it."""

    def of_deployed(
        self, named: str, folder: str | None, units: Sequence[Unit], ports: Set[int], technology: str | None, words: Set[str]
    ) -> str:
        """The kind of what a service or image deploys: `folder` is that of its code, `technology` what its image is, `words` are its command's."""
        named = named.removesuffix(".test")  # a domain for developers: `laravel.test` of Laravel Sail
        has = self._technologies(folder, units)
        categories = {self.catalogue[each].category for each in has}
        if kind := self._made_by_a_dependency(named, units, categories):
            return kind
        if technology and not units:
            runtime = self.catalogue[technology].category in ("language", "runtime")
            if runtime and folder is not None and not self.known.files.source_in(folder):
                return "infrastructure"  # an image that installs somebody else's program
            if "gateway" in self.catalogue[technology].makes:
                return "gateway"
            kind = "service" if technology in _RUNS_WEBAPPS else self._of_image(named, ports, self.catalogue[technology].category)
            return "infrastructure" if kind == "service" and folder is None and not runtime else kind
        if units and all(unit.frontend for unit in units):
            return "job" if _JOB.search(named) else "frontend"
        if kind := _by_name(named, folder, ports, words, serves=any(self.catalogue[each].serves for each in has)):
            return kind
        if _GATEWAY.search(named):
            return "gateway"
        if not units:
            engine = self.catalogue.image(named)  # an image of an engine that is built with data of its own, by its name
            return "infrastructure" if folder is None or (engine and self.catalogue[engine].category in _INFRASTRUCTURE) else "service"
        if not ports and (CLI_NAME.search(units[0].name) or CLI_NAME.search(named)):
            return "cli"
        return "worker" if not ports and "queue" in categories and not categories & {"server", "framework"} else "service"

    def of_image_built_elsewhere(self, named: str, image: str) -> str:
        """The kind of what runs an image of the product's that another repository builds: a store with data of its own is infrastructure."""
        called = (named, image.rpartition("/")[2])
        if any(map(_STORE.search, called)):
            return "infrastructure"
        return "job" if any(map(_JOB.search, called)) or _LOAD.search(called[1]) else "gateway" if _GATEWAY.search(named) else "service"

    def of_code(self, unit: Unit) -> str:
        """The kind of a unit that nothing deploys: what serves is a service, what its build calls a library or nothing calls a program is a library."""
        has = self._technologies(unit.folder, [unit])
        if kind := self._made_by_a_dependency(unit.name, [unit], {self.catalogue[each].category for each in has}):
            return kind
        if unit.folder in self.functions:
            return "service"
        if unit.ecosystem == "npm" and unit.folder and CLI_NAME.search(unit.name):
            return "cli"  # published to be run, as a library is to be imported
        if unit.frontend:
            return "job" if _JOB.search(unit.name) else "library" if unit.output == "library" else "frontend"
        if (
            unit.output != "library"
            and not self._without_a_program(unit)
            and unit.folder not in self._webapps
            and (kind := _by_name(unit.name, unit.folder, frozenset(), frozenset()))
            and not (kind == "job" and _STYLED.search(unit.name) and any(self.catalogue[each].serves for each in has))
        ):
            return kind
        if unit.output == "library" or self._without_a_program(unit):
            return "library"
        if unit.of_module:
            return "worker" if _BEHIND.search(unit.name) else "service"
        if CLI_NAME.search(unit.name):
            return "cli"
        if any(self.catalogue[each].serves for each in has) or self._listens(unit) or unit.folder in self._webapps:
            return "gateway" if _GATEWAY.search(unit.name) else "service"
        return "cli" if unit.output == "application" else "library"

    def _listens(self, unit: Unit) -> bool:
        """Whether a program without a known framework of its own states a port: a module that it needs brings it, or the standard library serves."""
        return unit.folder in self._listening and (unit.folder in self._jvm_programs or unit.ecosystem == "go")

    def serves(self, unit: Unit) -> bool:
        """Whether a unit has a framework that answers requests."""
        return any(self.catalogue[each].serves for each in self._technologies(unit.folder, [unit]))

    def only_a_library(self, folder: str) -> bool:
        """Whether a folder holds nothing but crates without a program, which no image of their name can run: its client's, say."""
        units = self.known.units.of(folder)
        return bool(units) and all(unit.ecosystem == "cargo" and self._without_a_program(unit) for unit in units)

    def _technologies(self, folder: str | None, units: Sequence[Unit]) -> Set[str]:
        return self._sighted.get(folder, frozenset()) if folder is not None and units else frozenset()

    def _made_by_a_dependency(self, named: str, units: Sequence[Unit], categories: Set[str]) -> str | None:
        """The kind that a library of the unit makes it, except that what has data of its own is no gateway, and what has controllers no infrastructure, by a library alone."""
        kind = self.known.makes(units[0]) if units else None
        if kind == "gateway" and categories & {"database", "orm"} and not _GATEWAY.search(named):
            return None
        if kind == "infrastructure" and self.known.files.answers(units[0].folder):
            # a server that others bring, inside one with answers of its own, or a module of one
            return None if self._without_a_program(units[0]) else "service"
        return kind

    @staticmethod
    def _of_image(named: str, ports: Set[int], category: str) -> str:
        if category in ("testing", "database", "storage") and not ports and _JOB.search(_TEST_NAME.sub("", named)):
            return "job"
        return "gateway" if category == "server" else "infrastructure" if category in _INFRASTRUCTURE else "service"

    def _without_a_program(self, unit: Unit) -> bool:
        """Whether a unit's language shows programs by their files, and it has none."""
        files = self.known.files
        match unit.ecosystem:
            case "go":
                return not self.known.go_program_in(unit.folder)
            case "cargo":
                return self._crates_taking[unit.folder] > 1 or (unit.output != "application" and not files.rust_program_in(unit.folder))
            case _:
                return self._shared_jvm_module(unit)

    def _shared_jvm_module(self, unit: Unit) -> bool:
        """Whether a module lies beside others that have a program's class or settings and has neither itself, or only settings that it shares with several."""
        if unit.ecosystem != "maven" or not self._jvm_programs:
            return False
        shares = self._jvm_classes and unit.folder not in self._jvm_classes and self._modules_taking[unit.folder] > 1
        return bool(shares) or unit.folder not in self._jvm_programs


def _by_name(named: str, folder: str | None, ports: Set[int], words: Set[str], *, serves: bool = False) -> str | None:
    """A job or worker, by its name, its folder's name and the words of its command."""
    if "flower" in words:
        return "infrastructure"  # shows what Celery's workers do: https://flower.readthedocs.io
    called = (named,) if ports and _SERVES.search(named) else (named, (folder or "").rpartition("/")[2])
    if ("migrate" in words and not ports) or (any(map(_JOB.search, called)) and not (ports and _TEST_NAME.search(named))):
        return "job"
    working = any(
        _WORKER.search(each) and not (ports and (_ANSWERS.search(each) or (serves and _AMBIGUOUS.search(each)))) for each in called
    )
    return "worker" if words - {"migrate"} or working else None
