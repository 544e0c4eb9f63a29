"""Which facts speak of one component.

A *unit* is a folder with a project of one ecosystem; a *component* is a process that is deployed, or a library that
is published or shared.  One folder can hold several components (server, worker and scheduler of one image), and one
component is spoken of in many places.  Joins are by explicit keys: the build context and Dockerfile of a service, the
folder of a project, the name of a service, image, module or configuration file.
"""

from __future__ import annotations

import re
from collections import Counter, defaultdict
from collections.abc import Sequence, Set
from functools import cache, cached_property

from ctxgen.catalogue import Catalogue
from ctxgen.facts import Facts, folder_of, folders_up
from ctxgen.join.deployed import Deployments
from ctxgen.join.files import Files
from ctxgen.join.go_programs import GoPrograms
from ctxgen.join.kinds import Kinds
from ctxgen.join.known import Known
from ctxgen.join.parts import Named, Part, identified, without_replicas, without_restatements, without_variants
from ctxgen.join.ports import with_ports
from ctxgen.join.undeployed import beside_services, projects, static_frontends
from ctxgen.join.units import Unit, find_units
from ctxgen.join.users import Users
from ctxgen.language_names import EXTENSIONS, FAMILIES, extension
from ctxgen.model import Project, Service, Sighting
from ctxgen.places import Places

__all__ = ["EXTENSIONS", "Join", "Part", "Unit", "is_script"]

_NPM_FILES = {
    "package.json", "package-lock.json", "yarn.lock", "pnpm-lock.yaml", "bun.lock", "tsconfig.json", ".npmrc", ".nvmrc", ".node-version",
}  # fmt: skip
_PLATFORM = {"orchestration", "observability", "iac", "ci"}
"""Categories of what manifests install into a cluster for all that runs there."""
_SERVERS = {"Go", "Rust", "Python", "Java", "Kotlin", "C#", "Ruby", "PHP", "Elixir", "Scala"}
"""Languages that no browser runs."""
_SERVER = re.compile(r"(?i)(?:^|[-_.])(?:server|api|app|web|http|backend|u?wsgi|gunicorn|django)$")
_PROFILES = {
    "default", "dev", "develop", "development", "local", "docker", "k8s", "kubernetes", "cloud", "native", "test", "qa", "uat", "stage", "staging", "prod", "production",
}  # fmt: skip
_SETTINGS_FILE = (".yml", ".yaml", ".json", ".properties", ".toml", ".conf", ".env", ".ini", ".xml")


def is_script(path: str) -> bool:
    """Whether a file is a browser's where a server of another ecosystem lies in the same folder."""
    base = path.rpartition("/")[2]
    return base in _NPM_FILES or EXTENSIONS.get(extension(base)) in ("JavaScript", "TypeScript", "Vue", "Svelte")


class Join:
    """The components of a repository, and which of them a file or fact belongs to."""

    def __init__(
        self, facts: Facts, sightings: Sequence[Sighting], catalogue: Catalogue, places: Places, paths: Sequence[str], root_name: str
    ) -> None:
        self.catalogue, self.places, self.paths = catalogue, places, paths
        files = Files(paths, places)
        self._units = find_units(facts, sightings, catalogue, places, files, root_name)
        self.units = self._units.all
        known = Known(facts, catalogue, places, files, self._units, root_name)
        kinds = Kinds(known, sightings)
        self.functions = kinds.functions
        parts, variants = _find_parts(known, kinds)
        self.parts = with_ports(parts, facts, places)
        self._by_folder: dict[str, list[Part]] = defaultdict(list)
        self._by_module: dict[str, list[Part]] = defaultdict(list)
        for part in self.parts:
            self._by_folder[part.folder].append(part)
        for part in self.parts:
            # the code that several programs of a module share is told of the module's part, or of theirs
            if (
                part.language == "Go"
                and "cmd/" in part.folder
                and not self._by_folder.get(module := self._units.folder(f"{part.folder}/x"))
            ):
                self._by_module[module].append(part)
        self._go_modules = {folder_of(project.at.path) for project in facts.of(Project) if project.ecosystem == "go"}
        self._programs = GoPrograms(facts, places, self._in_modules())
        own = self._programs.with_packages_of_their_own()
        for module, parts in list(self._by_module.items()):
            if len([part for part in parts if part.kind in ("service", "gateway") and part.folder in own]) >= 3:
                del self._by_module[module]  # services beside one another: what they share is of none of them
        self.named = Named(self.parts)
        for variant, stem in variants.items():
            self.named.also(variant, stem)
        self._languages: dict[str, Counter[str]] = defaultdict(Counter)
        for path in paths:
            language = EXTENSIONS.get(extension(path).lower())
            if language and places.scope(path) is None:
                self._languages[self._units.folder(path)][language] += 1
        self._component = cache(self._find_component)
        self._users = Users(facts, self._units, self.parts)

    def component(self, path: str, owner: str | None = None) -> str | None:
        """The component that a fact at `path` speaks of: its owner by name, the one in the deepest folder, or the one that a configuration file is named for."""
        return self._component(path, owner)

    def of_the_platform(self, path: str, owner: str | None) -> bool:
        """Whether a fact of a manifest is about somebody else's workload that runs or watches those of the product: Istio, Argo CD, Grafana."""
        if owner is not None and (known := self.named.get(owner, path)) is not None:
            return self._is_platform(known)
        return path in self._platform_files

    @cached_property
    def _platform_files(self) -> set[str]:
        """The files that state workloads of the platform alone, with what is handed to these."""
        stated: dict[str, list[bool]] = defaultdict(list)
        for part in self.parts:
            for path in {at.path for at in part.at}:
                stated[path].append(self._is_platform(part))
        return {path for path, of_platform in stated.items() if all(of_platform)}

    def _is_platform(self, part: Part) -> bool:
        return part.image is not None and part.kind == "infrastructure" and self.catalogue[part.image].category in _PLATFORM

    def answering(self, path: str) -> str | None:
        """The component that answers the requests which a file takes: of a library's, the only service that needs it."""
        component = self.component(path)
        return component and (self._users.of(component) or component)

    def process(self, component: str | None) -> str | None:
        """The process that runs a component's code: of a library's the only one that needs it."""
        return component and (self._users.process(component) or component)

    def running(self, path: str) -> tuple[str, ...]:
        """The components that run a file's package, where a Go module holds several programs and the file is of none of their folders."""
        return tuple(part.id for part in self._running(path))

    @property
    def programs(self) -> Set[str]:
        """The folders of Go programs that share a module which has no component itself."""
        return self._programs.folders

    def shared_module(self, manifest: str) -> bool:
        """Whether a manifest is of a Go module that holds several programs and is no component itself."""
        folder = folder_of(manifest)
        return (
            folder in self._go_modules
            and folder not in self._by_folder
            and any(f"{each}/".startswith(f"{folder}/".lstrip("/")) for each in self.programs)
        )

    def with_packages_of_their_own(self) -> set[str]:
        """The folders of programs of Go modules that alone hold a package which lies elsewhere in their module."""
        return self._programs.with_packages_of_their_own()

    def _in_modules(self) -> set[str]:
        """The folders of Go programs that lie below their module, which has no component itself."""
        return {
            part.folder
            for part in self.parts
            if part.language == "Go"
            and part.folder not in self._go_modules
            and (module := next((above for above in folders_up(part.folder) if above in self._go_modules), None)) is not None
            and module not in self._by_folder
        }

    def _running(self, path: str) -> list[Part]:
        for folder in folders_up(folder_of(path)):
            if folder in self._by_folder or (folder in self._go_modules and not path.endswith(".go")):
                return []
            if running := self._programs.running(folder):
                return [part for program in sorted(running) for part in self._by_folder[program]]
        return []

    def project(self, path: str, language: str | None) -> str:
        """The folder of the project that a component is a program of, its own folder where it is the only one."""
        return self._units.folder(f"{path}/x") if language == "Go" and "cmd/" in path else path

    def frontend(self, path: str) -> bool:
        """Whether a file belongs to a unit that has only browser dependencies."""
        return self._units.frontend(path)

    def frontend_code(self, path: str) -> bool:
        """Whether a script belongs to a browser package, whatever else its folder holds."""
        return self._units.frontend_code(path)

    def language_in(self, part: Part) -> str | None:
        """The language of a component: of those that its ecosystem can be written in the one with most files."""
        if part.language is None:
            return None
        counted = self._languages.get(part.folder, Counter())
        family = FAMILIES.get(part.language, (part.language,))
        return max(family, key=lambda language: (counted[language], language == part.language))

    def _find_component(self, path: str, owner: str | None) -> str | None:
        if owner is not None and (known := self.named.get(owner, path)):
            return known.id
        language, beside = EXTENSIONS.get(extension(path).lower()), None
        for folder in folders_up(folder_of(path)):
            found = self._by_folder.get(folder)
            if found is None and folder in self._go_modules:
                shared = self._by_module.get(folder, [])
                running = self._running(path)
                found = running if len(running) == 1 or (running and shared) else shared
            if found:
                if language in _SERVERS and all(part.kind == "frontend" and part.language != language for part in found):
                    beside = beside or found[0].id  # a browser's files that a server brings along: what hands them out is the server's
                    continue
                stem = path.rpartition("/")[2].partition(".")[0].lower()
                if path.endswith(_SETTINGS_FILE) and (named := self._named_for(stem, path)) and named.folder != folder:
                    return named.id
                shown = [part for part in found if (part.kind == "frontend") == is_script(path)]
                # what a folder says of several processes of one image is told of the one that serves
                return min(
                    shown or found,
                    key=lambda part: (part.kind not in ("service", "gateway"), not part.ports, not _SERVER.search(part.name)),
                ).id
        return beside

    def _named_for(self, stem: str, path: str) -> Part | None:
        """The component that a settings file is called after, with a profile or without (`orders.yml`, `orders-docker.yml` of a configuration server).

        Source: https://docs.spring.io/spring-cloud-config/reference/server/environment-repository.html.
        """
        application, _, profile = stem.rpartition("-")
        return self.named.get(stem, path) or (self.named.get(application, path) if application and profile in _PROFILES else None)


def _find_parts(known: Known, kinds: Kinds) -> tuple[list[Part], dict[str, str]]:
    """All components, first what is deployed, then what is left; and the names of builds and instances of one component."""
    deployments = Deployments(known, kinds)
    services, claimed = deployments.services()
    manifests = {service.at.path for service in known.facts.of(Service) if service.platform == "kubernetes"}
    stated, hosted = without_restatements(services, manifests)
    built, variants = without_variants(stated)
    parts, replicas = without_replicas(built)
    images, claimed_by_images = deployments.containers({part.folder for part in parts})
    parts += images
    jobs = {part.folder for part in parts if part.kind == "job"}
    parts += projects(known, kinds, claimed | claimed_by_images, {part.folder for part in parts} - deployments.unserved, jobs)
    parts += static_frontends(known)
    parts += beside_services(known, parts)
    names = {**replicas, **{variant: replicas.get(stem, stem) for variant, stem in variants.items()}}
    return identified(parts), {**names, **{host: names.get(other, other) for host, other in hosted.items()}}
