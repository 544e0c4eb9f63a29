"""Which facts speak of one component.

A *unit* is a folder with a project of one ecosystem; a *component* is a process that is deployed, or a library that
is published or shared.  One folder can hold several components (server, worker and scheduler of one image), and one
component is spoken of in many places.  Joins are by explicit keys: the build context and Dockerfile of a service, the
folder of a project, the name of a service, image, module or configuration file.
"""

from __future__ import annotations

import re
from collections import Counter, defaultdict
from collections.abc import Iterable, Sequence, Set

from msgspec import Struct
from msgspec.structs import replace

from ctxgen.catalogue import Catalogue
from ctxgen.facts import Facts, folder_of, folders_up
from ctxgen.model import At, ConfigKey, Container, Dependency, Ecosystem, Image, Process, Project, Service, Sighting, Variable
from ctxgen.opaque import Name
from ctxgen.places import Places
from ctxgen.processes import daemons
from ctxgen.recognise import for_tests

LANGUAGE_OF: dict[str, str] = {
    "npm": "JavaScript", "pypi": "Python", "maven": "Java", "nuget": "C#", "go": "Go", "packagist": "PHP", "rubygems": "Ruby", "cargo": "Rust", "hex": "Elixir",
}  # fmt: skip
_REQUIREMENTS_FOLDER = re.compile(r"(?:.*/)?(?:requirements|reqs|deps|dependencies)\Z")
_BACKEND = {"database", "orm", "migration", "cache", "queue", "jobs", "search", "server"}
_GENERIC_FOLDER = re.compile(r"(?:src|source|app|apps?|server|html|code|docker|backend|main|build)\Z", re.IGNORECASE)
_PORT_KEYS = re.compile(
    r"(?:server\.port|quarkus\.http\.port|micronaut\.server\.port|.*\.applicationurl|kestrel\.endpoints\..*\.url|urls)\Z", re.IGNORECASE
)
_PORT_VARIABLES = {"PORT", "APP_PORT", "HTTP_PORT", "SERVER_PORT", "API_PORT", "ASPNETCORE_URLS", "ASPNETCORE_HTTP_PORTS"}
_WORKER = re.compile(
    r"(?i)(?:^|[-_.])(?:workers?|scheduler|beat|consumers?|sidekiq|queue|cron|celery|dispatch(?:er)?|processor|jobs)(?:$|[-_.\d])"
)
_JOB = re.compile(
    r"(?i)(?:^|[-_.])(?:migrat\w*|seed\w*|prestart|init|setup|populate|load-?gen\w*|playwright|e2e|tests?|bootstrap|createbuckets)(?:$|[-_.])"
)
_TEST_NAME = re.compile(r"(?i)(?:^|[-_.])tests?$")
"""A service of this name that is published is the application as developers run it, not a run of its tests."""
_GATEWAY = re.compile(r"(?i)gateway|(?:^|[-_.])(?:proxy|bff|ingress|traefik|nginx|kong|envoy|caddy|edge|load-?balancer)(?:$|[-_.])")
_INFRASTRUCTURE = {
    "database",
    "cache",
    "queue",
    "search",
    "storage",
    "auth",
    "observability",
    "container",
    "orchestration",
    "cloud",
    "testing",
    "saas",
}
_WORKER_COMMANDS = {"celery", "rq", "dramatiq", "sidekiq", "huey", "arq", "rqscheduler", "resque", "solid_queue", "bullmq"}


FAMILIES = {"JavaScript": ("JavaScript", "TypeScript"), "Java": ("Java", "Kotlin", "Scala", "Groovy"), "C#": ("C#", "F#", "Visual Basic")}
EXTENSIONS = {
    ".py": "Python", ".js": "JavaScript", ".mjs": "JavaScript", ".cjs": "JavaScript", ".jsx": "JavaScript", ".ts": "TypeScript", ".mts": "TypeScript", ".cts": "TypeScript",
    ".tsx": "TypeScript", ".java": "Java", ".kt": "Kotlin", ".scala": "Scala", ".groovy": "Groovy", ".cs": "C#", ".fs": "F#", ".vb": "Visual Basic", ".go": "Go", ".php": "PHP",
    ".rb": "Ruby", ".rs": "Rust", ".ex": "Elixir", ".exs": "Elixir", ".erl": "Erlang", ".clj": "Clojure", ".c": "C", ".cc": "C++", ".cpp": "C++", ".swift": "Swift", ".dart": "Dart", ".lua": "Lua",
    ".pl": "Perl", ".vue": "Vue", ".svelte": "Svelte",
}  # fmt: skip


_ASSET_WATCHER = re.compile(
    r"(?i)(?:css|js|assets?|vite|webpack|webpacker|esbuild|tailwind(?:css)?|sass|watch(?:er)?)(?:[-_:](?:css|js|assets?|watch|build))?"
)
_JVM_PROGRAM = re.compile(
    r"\w*(?:Application|Main|App|Launcher|Bootstrap)\.(?:java|kt|scala|groovy)|(?:application|bootstrap)\.(?:properties|ya?ml|conf)|web\.xml"
)
_BUILD_VARIANT = re.compile(r"native|jvm|(?:java|jdk|openjdk|node|py|python|php|net)\d+|alpine|slim|arm64|amd64|debug")
_NPM_FILES = {
    "package.json",
    "package-lock.json",
    "yarn.lock",
    "pnpm-lock.yaml",
    "bun.lock",
    "tsconfig.json",
    ".npmrc",
    ".nvmrc",
    ".node-version",
}
_SETTINGS_FILE = (".yml", ".yaml", ".json", ".properties", ".toml", ".conf", ".env", ".ini", ".xml")
_DEPLOY_FOLDER = {"docker", "build", ".docker", "deploy", "deployment", "dockerfiles", "containers", "ci", "scripts", "infra", "ops"}


def _serving(units: Sequence[Unit]) -> list[Unit]:
    """Of one folder's projects those that its process runs: browser assets and tools that are built beside it are not."""
    return [unit for unit in units if unit.backend] or [unit for unit in units if not unit.frontend] or list(units)


def _is_script(path: str) -> bool:
    """Whether a file is a browser's where a server of another ecosystem lies in the same folder."""
    base = path.rpartition("/")[2]
    return base in _NPM_FILES or EXTENSIONS.get(base[base.rfind(".") :]) in ("JavaScript", "TypeScript", "Vue", "Svelte")


def _port(number: int | None) -> int | None:
    return number if number is not None and 0 < number < 65536 else None


_ECOSYSTEM_OF: dict[str, Ecosystem] = {
    ".py": "pypi", ".js": "npm", ".mjs": "npm", ".ts": "npm", ".go": "go", ".php": "packagist", ".rb": "rubygems", ".rs": "cargo", ".java": "maven", ".kt": "maven", ".cs": "nuget", ".ex": "hex",
}  # fmt: skip


class Unit(Struct, frozen=True):
    """A folder's project of one ecosystem."""

    folder: str
    ecosystem: Ecosystem
    name: str
    at: At
    output: str | None = None
    frontend: bool = False
    backend: bool = False


class Part(Struct, frozen=True):
    """A component as the facts state it; `unit` folders are its code, `services` what deploys it."""

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


class Join:
    """The components of a repository, and which of them a file or fact belongs to."""

    def __init__(
        self, facts: Facts, sightings: Sequence[Sighting], catalogue: Catalogue, places: Places, paths: Sequence[str], root_name: str
    ) -> None:
        self.facts, self.catalogue, self.places, self.paths, self.root_name = facts, catalogue, places, paths, root_name
        self._files = frozenset(paths)
        self.units = self._units(sightings)
        self._unit_folders = {unit.folder for unit in self.units}
        self._by_folder: dict[str, list[Unit]] = defaultdict(list)
        for unit in self.units:
            self._by_folder[unit.folder].append(unit)
        self._sighted: dict[str, set[str]] = defaultdict(set)
        for sighting in sightings:
            if sighting.scope == "backend" and sighting.usage != "unknown":
                self._sighted[self.unit_folder(sighting.at.path)].add(sighting.technology)
        self._made = {
            self.unit_folder(d.at.path): kind
            for d in facts.of(Dependency)
            if d.group != "test" and not d.at.path.rpartition("/")[2].startswith("Directory.") and (kind := catalogue.makes(d.name))
        }
        self._shipped = {folder_of(d.at.path) for d in facts.of(Dependency) if d.ecosystem == "npm" and d.group == "main"}
        self._jvm_programs = {
            self.unit_folder(path) for path in paths if "src/main/" in path and _JVM_PROGRAM.fullmatch(path.rpartition("/")[2])
        }
        self._variants: dict[str, str] = {}
        self.parts = self._with_ports(self._parts())
        self._part_of_folder: dict[str, list[Part]] = defaultdict(list)
        for part in self.parts:
            self._part_of_folder[part.path].append(part)
        self._part_names = {part.name.lower(): part for part in reversed(self.parts)}
        self._part_names |= {variant: self._part_names[stem] for variant, stem in self._variants.items() if stem in self._part_names}
        self._languages: dict[str, Counter[str]] = defaultdict(Counter)
        for path in paths:
            language = EXTENSIONS.get(path[path.rfind(".") :].lower())
            if language and places.scope(path) is None:
                self._languages[self.unit_folder(path)][language] += 1

    # ------------------------------------------------------------------------------------------ units

    def _units(self, sightings: Sequence[Sighting]) -> list[Unit]:
        found: dict[tuple[str, str], Unit] = {}
        aggregates: set[tuple[str, str]] = set()
        for project in self.facts.of(Project):
            folder = folder_of(project.at.path)
            if self.places.scope(project.at.path) is not None or project.output == "test":
                continue
            if project.output == "aggregate":
                aggregates.add((folder, project.ecosystem))
                continue
            default = folder.rpartition("/")[2] or self.root_name
            named = (project.name or default).rpartition(":")[2] if project.ecosystem == "maven" else (project.name or default)
            if project.ecosystem == "go":
                named = default
            unit = Unit(folder, project.ecosystem, named, project.at, project.output)
            if (folder, project.ecosystem) not in found or project.ecosystem == "nuget":
                found.setdefault((folder, project.ecosystem), unit)
        for dependency in self.facts.of(Dependency):
            folder = folder_of(dependency.at.path)
            if _REQUIREMENTS_FOLDER.match(folder):
                folder = folder_of(folder)
            key = (folder, dependency.ecosystem)
            if (
                key in found
                or key in aggregates
                or dependency.group in ("dev", "test", "build", "plugin")
                or self.places.scope(dependency.at.path) is not None
            ):
                continue
            if (
                dependency.at.path.rpartition("/")[2].startswith(("Directory.", "Dockerfile"))
                or dependency.ecosystem in ("nuget", "maven")
                or dependency.at.path.endswith("Dockerfile")
            ):
                continue
            found[key] = Unit(folder, dependency.ecosystem, folder.rpartition("/")[2] or self.root_name, dependency.at)
        for container in self.facts.of(Container):
            folder = folder_of(container.at.path)
            governed = any(f in ("", folder) or f.startswith(folder + "/") or folder.startswith(f + "/") for f, _ in found)
            if folder and not governed and self.places.scope(container.at.path) is None:
                written = Counter(
                    e for path in self.paths if folder_of(path) == folder and (e := _ECOSYSTEM_OF.get(path[path.rfind(".") :]))
                )
                if written:
                    most = written.most_common(1)[0][0]
                    found[folder, most] = Unit(folder, most, folder.rpartition("/")[2], container.at)
        categories: dict[tuple[str, str], set[str]] = defaultdict(set)
        for sighting in sightings:
            if sighting.signal.startswith("npm ") and sighting.at.path.endswith(".json") and sighting.scope in ("backend", "frontend"):
                technology = self.catalogue[sighting.technology]
                categories[folder_of(sighting.at.path), "npm"].update(
                    {technology.category, *technology.roles, *(["server"] if technology.serves else [])}
                )
        units = []
        for (folder, ecosystem), unit in sorted(found.items()):
            has = categories.get((folder, ecosystem), set())
            backend = ecosystem != "npm" or bool(has & _BACKEND)
            units.append(replace(unit, frontend=ecosystem == "npm" and "frontend" in has and not backend, backend=backend))
        return units

    def unit_folder(self, path: str) -> str:
        """The folder of the unit that a file belongs to: the deepest one above it, `""` where there is none."""
        return next((folder for folder in folders_up(folder_of(path)) if folder in self._unit_folders), "")

    def frontend(self, path: str) -> bool:
        """Whether a file belongs to a unit that has only browser dependencies."""
        units = self._by_folder.get(self.unit_folder(path), [])
        return bool(units) and all(unit.frontend for unit in units)

    def frontend_code(self, path: str) -> bool:
        """Whether a script belongs to a browser package, whatever else its folder holds."""
        for folder in folders_up(folder_of(path)):
            if packages := [unit for unit in self._by_folder.get(folder, []) if unit.ecosystem == "npm"]:
                beside = len(packages) < len(self._by_folder[folder])
                return all(unit.frontend or (beside and not unit.backend) for unit in packages)
        return bool(self.units)

    # ------------------------------------------------------------------------------------------ components

    def _parts(self) -> list[Part]:
        parts: list[Part] = []
        claimed: set[tuple[str, str]] = set()
        services: dict[tuple[str, str], list[Service]] = defaultdict(list)
        for service in self.facts.of(Service):
            if service.platform == "procfile" and _ASSET_WATCHER.fullmatch(service.name):
                continue
            if self.places.scope(service.at.path) is None and not for_tests(service.when):
                services[folder_of(service.at.path), service.name].append(service)
        by_name: dict[str, Part] = {}
        for (_, service_name), same in sorted(services.items()):
            part, units = self._deployed(service_name, same)
            if part is None or (part.kind == "job" and self.places.scope(part.path + "/x") in ("dev", "test")):
                continue
            if part.kind != "job":
                claimed.update((unit.folder, unit.ecosystem) for unit in units)
            known = by_name.get(part.name.lower())
            by_name[part.name.lower()] = part if known is None else self._merged(known, part)
        parts = self._without_variants(list(by_name.values()))
        deployed_folders = {"" if part.path == "." else part.path for part in parts}
        for container in self.facts.of(Container):
            folder = self._code_folder(folder_of(container.at.path), folder_of(container.at.path))
            if (
                self.places.scope(container.at.path) is not None
                or {folder, folder_of(container.at.path)} & deployed_folders
                or container.stage is not None
            ):
                continue
            units = self._by_folder.get(folder, [])
            backend_units = _serving(units)
            if not units and (not folder or (not container.command and not container.ports)):
                continue
            if (
                not units
                and set(folder.lower().split("/")) & _DEPLOY_FOLDER
                and not self._has_source(folder)
                and self._only_a_runtime(folder)
            ):
                continue
            deployed_folders.add(folder)
            claimed.update((unit.folder, unit.ecosystem) for unit in backend_units)
            named = self._best_name(backend_units, folder)
            ports = tuple(sorted({port for port, _ in container.ports}))
            parts.append(
                self._part(
                    named,
                    folder,
                    self._kind(named, folder, backend_units, ports, None, set()),
                    backend_units,
                    ports,
                    (),
                    (container.at, *(unit.at for unit in backend_units)),
                )
            )
        for unit in self.units:
            if (unit.folder, unit.ecosystem) not in claimed and (part := self._unclaimed(unit, deployed_folders)):
                parts.append(part)
        parts += self._static_frontends(parts)
        parts += self._daemons(parts)
        return self._identified(parts)

    def _daemons(self, parts: Sequence[Part]) -> list[Part]:
        """The processes that run beside the one component of a folder in its image; where several are deployed of it, each is told already."""
        named = {part.name.lower() for part in parts}
        found = []
        for process, kind in daemons(self.facts.of(Process), self.places):
            folder = self.unit_folder(process.at.path) or "."
            beside = [part for part in parts if part.path == folder and part.kind in ("service", "gateway", "worker") and part.language]
            if len(beside) == 1 and process.owner is not None and process.owner.lower() not in named:
                found.append(replace(beside[0], name=str(process.owner), kind=kind, ports=(), depends_on=(), at=(process.at,)))
        return found

    def _static_frontends(self, parts: Sequence[Part]) -> list[Part]:
        """Browser applications that a JVM service serves from its resources: a page with scripts of its own, not a lone page."""
        found = []
        for path in self.paths:
            folder = folder_of(path)
            if path.endswith("src/main/resources/static/index.html") and self.places.scope(path) is None:
                scripts = [
                    p
                    for p in self.paths
                    if p.startswith(folder + "/")
                    and p.endswith((".js", ".ts"))
                    and not p.endswith(".min.js")
                    and not self.places.vendored(p)
                ]
                if scripts:
                    owner = folder.removesuffix("/src/main/resources/static").rpartition("/")[2]
                    found.append(
                        Part(
                            "",
                            f"{owner}-ui" if owner != "src" else f"{self.root_name}-ui",
                            folder,
                            "frontend",
                            None,
                            (),
                            (),
                            (At(path, 1),),
                        )
                    )
        return found

    def _without_variants(self, parts: list[Part]) -> list[Part]:
        """Parts with the builds of one service for several targets (`orders`, `orders-native`) told once."""
        by_place = {(part.path, part.name.lower()): part for part in parts}
        for part in parts:
            stem, _, suffix = part.name.lower().rpartition("-")
            base = by_place.get((part.path, stem))
            if base is not None and base.kind == part.kind and _BUILD_VARIANT.fullmatch(suffix):
                by_place[part.path, stem] = self._merged(base, part)
                self._variants[part.name.lower()] = stem
                del by_place[part.path, part.name.lower()]
        return list(by_place.values())

    def _deployed(self, service_name: str, same: list[Service]) -> tuple[Part | None, list[Unit]]:
        same = sorted(same, key=lambda service: (service.when is not None, len(service.at.path), service.at))
        folder = next((self._context_folder(service) for service in same if service.build is not None or service.dockerfile), None)
        image = next((found for service in same if service.image is not None and (found := service.image.image())), None)
        technology = self.catalogue.image(image[0]) if image and folder is None else None
        if folder is None and technology is None:
            folder = self._folder_named(service_name, image[0].rpartition("/")[2] if image else "")
        if folder and self.places.vendored(folder + "/x") and not self._has_source(folder):
            folder = self.unit_folder(same[0].at.path)  # an image that an installed package builds runs the code beside the file
        if folder and not self._by_folder.get(folder) and not self._has_source(folder) and self._only_a_runtime(folder):
            folder = self._folder_served(service_name) or folder
        units = list(self._by_folder.get(folder, [])) if folder is not None else []
        backend_units = _serving(units)
        ports = {port for service in same for port in (*service.ports, *service.published)}
        if folder is not None:
            built = self._base_technology(folder) if not units else None
            technology = technology or built
            ports |= (
                {
                    port
                    for container in self.facts.of(Container)
                    if folder_of(container.at.path) == folder and container.stage is None
                    for port, _ in container.ports
                }
                if not ports and not all(service.platform == "procfile" and service.name != "web" for service in same)
                else set()
            )
        commands = [service.command for service in same if service.command is not None] or [
            container.command
            for container in self.facts.of(Container)
            if folder_of(container.at.path) == folder and container.stage is None and container.command is not None
        ]
        words: Set[str] = {
            word for command in commands for word in command.words(_WORKER_COMMANDS | {"worker", "scheduler", "beat", "migrate"})
        }
        links = tuple(dict.fromkeys(link for service in same for link in service.depends_on))
        path = folder if folder is not None else same[0].at.path
        kind = self._kind(service_name, folder, backend_units, tuple(ports), technology, words)
        if kind in ("worker", "job"):
            ports = {port for service in same for port in (*service.ports, *service.published)}  # an image's EXPOSE speaks of its server
        return self._part(
            service_name, path, kind, backend_units, tuple(sorted(ports)), links, tuple(service.at for service in same), technology
        ), backend_units

    def _context_folder(self, service: Service) -> str | None:
        context = service.build or ""
        stands = service.dockerfile is not None and service.dockerfile in self._files
        return self._code_folder(folder_of(service.dockerfile) if stands and service.dockerfile else context, context)

    def _code_folder(self, dockerfile_folder: str, context: str) -> str:
        """Where the code of an image lies: at its Dockerfile if a project is there or below, else at its build context."""
        for folder in (dockerfile_folder, context):
            if folder in self._unit_folders and (folder or any(unit.backend or unit.frontend for unit in self._by_folder[""])):
                return folder
            if folder and folder.startswith(f"{context}/" if context else "") and folder != context and self._holds_what_it_builds(folder):
                return folder
            below = [unit.folder for unit in self.units if unit.folder.startswith(folder + "/")] if folder else []
            if len(below) == 1:
                return below[0]
        if dockerfile_folder.rpartition("/")[2].lower() in ("docker", "build", ".docker", "deploy", "dockerfiles", "containers", "ci"):
            return self.unit_folder(dockerfile_folder + "/x")
        return dockerfile_folder or context

    def _holds_what_it_builds(self, folder: str) -> bool:
        """Whether a Dockerfile's folder, whose context lies above it, is about something of its own: source, or the settings of a product."""
        if set(folder.lower().split("/")) & _DEPLOY_FOLDER:
            return False
        return self._has_source(folder) or not self._only_a_runtime(folder)

    def _shared_jvm_module(self, units: Sequence[Unit]) -> bool:
        """Whether a module lies beside others that have a program's class or settings and has neither itself."""
        return any(unit.ecosystem == "maven" for unit in units) and bool(self._jvm_programs) and units[0].folder not in self._jvm_programs

    def _has_go_program(self, folder: str) -> bool:
        """Whether a Go module holds a command: by convention a `main.go`, or a folder `cmd`."""
        inside = [path for path in self.paths if not folder or path.startswith(folder + "/")]
        return any(path.rpartition("/")[2] == "main.go" or "/cmd/" in f"/{path}" for path in inside)

    def _has_source(self, folder: str) -> bool:
        return any(path.startswith(folder + "/") and path[path.rfind(".") :].lower() in EXTENSIONS for path in self.paths)

    def _has_browser_source(self, folder: str) -> bool:
        """Whether a browser application is written in a folder, and not only styles and libraries that a server's pages load."""
        inside = (path for path in self.paths if not folder or path.startswith(folder + "/"))
        return any(
            path.endswith((".ts", ".tsx", ".jsx", ".vue", ".svelte", ".astro")) and self.places.scope(path) is None for path in inside
        )

    def _only_a_runtime(self, folder: str) -> bool:
        """Whether an image starts from a language alone (or from nothing known), so that what it runs lies elsewhere."""
        base = self._base_technology(folder)
        return base is None or self.catalogue[base].category in ("language", "runtime", "build", "framework")

    def _folder_named(self, *names: str) -> str | None:
        """The unit whose folder or project is called like a service or image, the longest name first."""
        for asked in names:
            wanted = asked.lower()
            if not wanted:
                continue
            for unit in self.units:
                last = unit.folder.rpartition("/")[2].lower()
                if not last and len(wanted) > 4 and unit.backend and f"-{unit.name.lower()}".endswith("-" + wanted):
                    return unit.folder
                if last and (
                    wanted == last
                    or wanted == unit.name.lower()
                    or (len(wanted) > 4 and (wanted.endswith("-" + last) or last.endswith("-" + wanted)))
                ):
                    return unit.folder
        return None

    def _folder_served(self, service: str) -> str | None:
        """The unit whose folder a service is named for (`orders`, `orders-grpc`), where one image runs the code of several."""
        named = [(unit.folder.rpartition("/")[2].lower(), unit.folder) for unit in self.units if unit.folder]
        fitting = {folder for last, folder in named if service.lower() == last or service.lower().startswith((last + "-", last + "_"))}
        return fitting.pop() if len(fitting) == 1 else None

    def _base_technology(self, folder: str) -> str | None:
        for image in self.facts.of(Image):
            if (
                image.purpose == "base"
                and folder_of(image.at.path) == folder
                and image.name
                and (known := self.catalogue.image(image.name))
            ):
                return known
        return None

    def _unclaimed(self, unit: Unit, deployed_folders: set[str]) -> Part | None:
        beside = [other for other in self._by_folder[unit.folder] if other.ecosystem != "npm"]
        if (
            unit.ecosystem == "npm"
            and not unit.backend
            and not (unit.frontend and (not beside or self._has_browser_source(unit.folder)))
            and (beside or (not unit.folder and len(self.units) > 1 and unit.folder not in self._shipped))
        ):
            return None  # tools of the server in the same folder, or of the whole repository
        kind = self._kind(unit.name, unit.folder, [unit], (), None, set(), deployed=False)
        if unit.folder in deployed_folders and kind not in ("frontend", "cli"):
            return None
        if kind == "library" and unit.ecosystem == "npm" and unit.output is None and not unit.folder and len(self.units) > 1:
            return None  # the root of a workspace, which nobody publishes
        return self._part(unit.name, unit.folder, kind, [unit], (), (), (unit.at,))

    def _kind(
        self,
        named: str,
        folder: str | None,
        units: Sequence[Unit],
        ports: tuple[int, ...],
        technology: str | None,
        words: Set[str],
        *,
        deployed: bool = True,
    ) -> str:
        has = self._sighted.get(folder, set()) if folder is not None and units else set()
        categories = {self.catalogue[known].category for known in has}
        if (
            units
            and (kind := self._made.get(units[0].folder))
            and not (kind == "gateway" and categories & {"database", "orm"} and not _GATEWAY.search(named))
        ):
            return kind
        if technology and not units:
            category = self.catalogue[technology].category
            if category in ("testing", "database", "storage") and not ports and _JOB.search(named):
                return "job"
            return "gateway" if category == "server" else "infrastructure" if category in _INFRASTRUCTURE else "service"
        if units and all(unit.frontend for unit in units):
            return (
                "job"
                if _JOB.search(named)
                else "library"
                if not deployed and all(unit.output == "library" for unit in units)
                else "frontend"
            )
        if not deployed and self._shared_jvm_module(units):
            return "library"
        called = (named, (folder or "").rpartition("/")[2])
        if words & {"migrate"} or (any(map(_JOB.search, called)) and not (ports and _TEST_NAME.search(named))):
            return "job"
        if words or any(map(_WORKER.search, called)):
            return "worker"
        if deployed:
            if not units:
                return "gateway" if _GATEWAY.search(named) else "infrastructure" if folder is None else "service"
            return (
                "gateway"
                if _GATEWAY.search(named)
                else "worker"
                if not ports and "queue" in categories and not categories & {"server", "framework"}
                else "service"
            )
        if any(unit.output == "library" or (unit.ecosystem == "go" and not self._has_go_program(unit.folder)) for unit in units):
            return "library"
        if self._shared_jvm_module(units):
            return "library"
        if any(self.catalogue[known].serves for known in has):
            return "gateway" if _GATEWAY.search(named) else "service"
        if any(unit.output == "application" for unit in units):
            return "cli"
        return "library"

    def _part(
        self,
        named: str,
        path: str,
        kind: str,
        units: Sequence[Unit],
        ports: tuple[int, ...],
        links: tuple[tuple[Name, At], ...],
        at: tuple[At, ...],
        image: str | None = None,
    ) -> Part:
        language = LANGUAGE_OF[units[0].ecosystem] if units else None
        return Part(
            "",
            named,
            path or ".",
            kind,
            language,
            ports,
            tuple((str(target), where) for target, where in links),
            tuple(dict.fromkeys(at)),
            image if not units else None,
        )

    def _with_ports(self, parts: list[Part]) -> list[Part]:
        """Parts that no container states a port of, with the ports that their settings state."""
        stated: dict[str, set[int]] = defaultdict(set)
        by_name = {part.name.lower(): part.id for part in parts}
        by_path: dict[str, list[Part]] = defaultdict(list)
        for part in parts:
            by_path["" if part.path == "." else part.path].append(part)
        stating: list[ConfigKey | Variable] = [*self.facts.of(ConfigKey), *self.facts.of(Variable)]
        for fact in stating:
            named = bool(_PORT_KEYS.match(fact.key)) if isinstance(fact, ConfigKey) else fact.name in _PORT_VARIABLES
            if not named:
                continue
            if self.places.scope(fact.at.path) is not None or fact.value is None:
                continue
            numbers = {number for value in fact.value.split(";, ") if (number := value.port() or _port(value.integer()))}
            stem = fact.at.path.rpartition("/")[2].partition(".")[0].lower()
            folder = next((folder for folder in folders_up(folder_of(fact.at.path)) if folder in by_path), None)
            owner = getattr(fact, "owner", None)
            if owner and owner.lower() in by_name:
                stated[by_name[owner.lower()]] |= numbers
            elif stem in by_name:
                stated[by_name[stem]] |= numbers
            elif folder is not None and len(by_path[folder]) == 1:
                stated[by_path[folder][0].id] |= numbers
        return [
            replace(part, ports=tuple(sorted(stated[part.id]))) if not part.ports and stated[part.id] and part.kind != "library" else part
            for part in parts
        ]

    @staticmethod
    def _merged(known: Part, other: Part) -> Part:
        """Two statements of one service (a base file in one folder, an override or a manifest in another)."""
        better, worse = (known, other) if known.language or not other.language else (other, known)
        return replace(
            better,
            ports=tuple(sorted({*better.ports, *worse.ports})),
            depends_on=tuple(dict.fromkeys((*better.depends_on, *worse.depends_on))),
            at=tuple(dict.fromkeys((*better.at, *worse.at))),
            image=better.image or worse.image,
        )

    def _best_name(self, units: Sequence[Unit], folder: str) -> str:
        last = folder.rpartition("/")[2]
        if units and (not last or _GENERIC_FOLDER.match(last)):
            return (
                units[0].name if not _GENERIC_FOLDER.match(units[0].name) else folder.rpartition("/")[0].rpartition("/")[2] or units[0].name
            )
        return last or self.root_name

    @staticmethod
    def _identified(parts: Iterable[Part]) -> list[Part]:
        """Give every component an id: its name, with its path where the name is taken."""
        taken: set[str] = set()
        identified = []
        for part in sorted(
            parts, key=lambda part: (part.kind in ("infrastructure", "library"), part.path, part.kind == "frontend", part.name)
        ):
            identifier = re.sub(r"[^a-z0-9.@/_-]+", "-", part.name.lower()).strip("-") or "component"
            if identifier in taken:
                identifier = f"{identifier}@{part.path}"
            while identifier in taken:
                identifier += "+"
            taken.add(identifier)
            identified.append(replace(part, id=identifier))
        return identified

    def language_in(self, part: Part) -> str | None:
        """The language of a component: of those that its ecosystem can be written in the one with most files."""
        if part.language is None:
            return None
        counted = self._languages.get("" if part.path == "." else part.path, Counter())
        family = FAMILIES.get(part.language, (part.language,))
        return max(family, key=lambda language: (counted[language], language == part.language))

    # ------------------------------------------------------------------------------------------ who a fact belongs to

    def component(self, path: str, owner: str | None = None) -> str | None:
        """The component that a fact at `path` speaks of: its owner by name, the one in the deepest folder, or the one that a configuration file is named for."""
        if owner is not None and (known := self._part_names.get(owner.lower())):
            return known.id
        for folder in folders_up(folder_of(path)):
            if found := self._part_of_folder.get(folder or "."):
                stem = path.rpartition("/")[2].partition(".")[0].lower()
                if path.endswith(_SETTINGS_FILE) and (named := self._part_names.get(stem)) and named.path != (folder or "."):
                    return named.id
                shown = [part for part in found if (part.kind == "frontend") == _is_script(path)]
                # what a folder says of several processes of one image is told of the one that serves
                return min(shown or found, key=lambda part: (part.kind not in ("service", "gateway"), not part.ports)).id
        return None
