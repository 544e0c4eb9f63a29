"""Components that something deploys: the services of compose files, manifests and Procfiles, and the images of Dockerfiles."""

from __future__ import annotations

import re
from collections import defaultdict
from collections.abc import Sequence
from functools import cached_property

from ctxgen.facts import folder_of
from ctxgen.join.commands import Commands
from ctxgen.join.folders import DOCKERFILES_FOLDER, Folders, for_deployment
from ctxgen.join.kinds import WORDS, Kinds
from ctxgen.join.known import Known
from ctxgen.join.parts import Part, best_name, make_part, merged, one_service
from ctxgen.join.units import Unit, serving
from ctxgen.model import Container, Image, Process, Service
from ctxgen.naming import own_name
from ctxgen.opaque import Name
from ctxgen.places import for_tests

_ASSET_WATCHER = re.compile(
    r"(?i)(?:\w+[-_:])?(?:css|js|docs?|assets?|vite|webpack|webpacker|esbuild|tailwind(?:css)?|sass|watch(?:er)?)(?:[-_:](?:css|js|assets?|watch|build))?"
)

_SHARED_PUBLISHERS = {"google_containers", "google-containers", "google_samples", "google-samples", "library"}
"""Who publishes images of many products."""
_DEVELOPING = {"dev", "development", "local"}
_STRENGTH = {"other": 1, "procfile": 2}
"""Who leads where several state what runs the same code: Compose, Kubernetes and Aspire before what only builds an image or takes one or is for developers, that before a Procfile."""
_WEAKEST = max(_STRENGTH.values())
_RUNS = {
    "php": "packagist",
    "nodejs": "npm",
    "python": "pypi",
    "ruby": "rubygems",
    "go": "go",
    "rust": "cargo",
    "elixir": "hex",
    "bun": "npm",
    "deno": "npm",
}
"""By the technology of an image whose projects it runs."""
_ENGINES = ("database", "cache", "queue", "search", "storage")
_SERVING = frozenset(("serve", "server", "runserver", "start", "api", "web", "http", "listen", "dev", "run", "up", "s", "runserver_plus"))
"""Words of commands that may start what answers requests."""
_SERVES = frozenset(("serve", "server", "runserver", "start"))
"""Those that do so wherever they stand."""


def _for_developers(service: Service) -> bool:
    """Whether a service is stated in a variant or folder that is called as what developers run."""
    words = re.split(r"[^a-z]+", f"{service.when or ''} {folder_of(service.at.path)}".lower())
    return service.platform == "compose" and not _DEVELOPING.isdisjoint(words)


Deployed = tuple[Part, list[Unit]]
"""A part and the units whose code it runs."""


class Deployments:
    """What the services and images of a repository deploy."""

    def __init__(self, known: Known, kinds: Kinds) -> None:
        self.known, self.kinds, self.folders, self.commands = known, kinds, Folders(known), Commands(known)
        self.unserved: set[str] = set()
        """The folders of projects that serve, of which only workers are deployed."""

    def services(self) -> tuple[list[Part], set[Unit]]:
        """One part per name of a service and code that it runs, and the units that they run otherwise than once."""
        parts: dict[str, list[Part]] = defaultdict(list)
        claimed: set[Unit] = set()
        beside: set[Unit] = set()
        # a statement nearer to the root tells a service better than a variant deeper down
        nearest_first = sorted(self._product_services().items(), key=lambda item: (item[0][0].count("/"), len(item[0][0]), item[0]))
        for (_, service), same in nearest_first:
            part, units = self._of_service(service, same)
            if part.kind == "job" and self.known.places.scope(part.path + "/x") in ("dev", "test"):
                continue
            if part.kind == "worker" and all(each.platform == "procfile" for each in same):
                beside.update(units)
            elif part.kind != "job":
                claimed.update(units)
            same_name = parts[part.name.lower()]
            place = next((index for index, known in enumerate(same_name) if one_service(known, part)), len(same_name))
            same_name[place:] = [merged(same_name[place], part) if place < len(same_name) else part, *same_name[place + 1 :]]
        # a Procfile that only lists workers leaves the server to be told by its project
        unserved = {unit for unit in beside - claimed if self.kinds.serves(unit)}
        self.unserved = {unit.folder for unit in unserved}
        return self._once([part for same_name in parts.values() for part in same_name]), claimed | (beside - unserved)

    def _once(self, parts: list[Part]) -> list[Part]:
        """The parts without those of a Procfile, of what builds images or a platform takes, or of developers' containers, that something better deploys, too, under other names."""
        strength: dict[str, int] = {}
        for service in self.known.facts.of(Service):
            named = service.name.lower()
            own = _STRENGTH["other"] if _for_developers(service) else _STRENGTH.get(service.platform, 0)
            strength[named] = min(strength.get(named, _WEAKEST), own)
        best: dict[tuple[str, str], int] = {}
        for part in parts:
            told = strength[part.name.lower()]
            best[part.path, part.kind] = min(best.get((part.path, part.kind), told), told)
        stores = "infrastructure"  # those of one file have its path
        return [part for part in parts if part.kind == stores or strength[part.name.lower()] == best[part.path, part.kind]]

    def containers(self, told: set[str]) -> tuple[list[Part], set[Unit]]:
        """The parts of Dockerfiles whose folders no part is told of yet, and the units that they run."""
        parts, claimed = self._programs(told)
        told = told | {part.path for part in parts}
        for container in self.known.facts.of(Container):
            if container.stage is not None or self.known.places.scope(container.at.path) is not None or for_tests(container.when):
                continue
            bases = (each.name for each in self.known.facts.in_file(Image, container.at.path) if each.purpose == "base")
            if any(name is not None and self._is_of_repository(name) for name in bases):
                continue  # a variant of the product's own image
            if container.at.path in self._built_by_services:
                continue
            beside = folder_of(container.at.path)
            folder = self.folders.of_image(beside, beside)
            if (archived := self.folders.archived(container.at.path)) is not None:
                folder = archived
            elif not self.known.units.at(folder):
                around = self.known.units.folder(container.at.path)
                elsewhere = around if for_deployment(folder) and self.known.units.at(around) else folder
                copied = self.folders.copied_project(container.at.path)
                folder = self.folders.started(container.at.path) or (elsewhere if copied is None else copied)
            folder = self.folders.workspace_app(container.at.path, folder) or folder
            if self._shared_by_services(folder):
                continue  # the image of whichever service of the module an argument names
            if {folder, beside} & told or self.commands.tells(folder, told) or not self._runs_something(container, folder):
                continue
            part, units = self._of_container(container, folder)
            told.add(folder)
            claimed.update(units)
            parts.append(part)
        return parts, claimed

    @cached_property
    def _built_by_services(self) -> set[str]:
        """The Dockerfiles of which services build stages."""
        services = (service for same in self._product_services().values() for service in same)
        return {self.folders.dockerfile(service) for service in services if service.target is not None}

    def _programs(self, told: set[str]) -> tuple[list[Part], set[Unit]]:
        """The parts of images that each run one of several programs of a module, and the units that they run."""
        images: dict[tuple[str, str], list[Container]] = defaultdict(list)
        for module, folder, container in self.commands.images():
            if folder not in told and module not in told:
                images[module, folder].append(container)
        parts, claimed = [], set[Unit]()
        for (module, folder), containers in images.items():
            units = serving(self.known.units.of(module))
            named = folder.rpartition("/")[2]
            ports = {port for container in containers for port, _ in container.ports}
            kind = self.kinds.of_deployed(named, module, units, ports, None, frozenset())
            parts.append(make_part(named, folder, kind, units, (container.at for container in containers), ports))
            claimed.update(units)
        return parts, claimed

    def _product_services(self) -> dict[tuple[str, str], list[Service]]:
        """The statements of each service, by the folder of the file and its name."""
        found: dict[tuple[str, str], list[Service]] = defaultdict(list)
        for service in self.known.facts.of(Service):
            watcher = _ASSET_WATCHER.fullmatch(service.name) and (
                service.platform == "procfile"
                or (
                    not (service.ports or service.published)
                    and (self._built_beside([service]) is not None or _ASSET_WATCHER.fullmatch(service.target or "") is not None)
                )
            )
            started_by_developers = service.platform == "procfile" and service.when == "dev" and self._deployed_otherwise
            if (
                not watcher
                and not started_by_developers
                and not self._tool(service)
                and self.known.places.scope(service.at.path) is None
                and not for_tests(service.when)
            ):
                found[folder_of(service.at.path), service.name].append(service)
        return found

    @cached_property
    def _publishers(self) -> set[str]:
        """Who publishes at least three of the images that services run, of which none is known or holds code of the repository: the product's own, built elsewhere.

        One that is called after an engine (`acme/acme-kafka`) is that engine with somebody's settings, and none of the three.
        """
        known, images, here = self.known.catalogue, defaultdict[str, set[str]](set), set[str]()
        for service in self.known.facts.of(Service):
            named = found[0] if service.image is not None and (found := service.image.image()) is not None else ""
            publisher, _, last = str(named).rpartition("/")
            if not publisher or self.known.places.scope(service.at.path) is not None:
                continue
            if service.build is not None or known.image(named) or self.known.units.named(service.name, last) is not None:
                here.add(publisher)
            elif known.image(last.rpartition("-")[2]) is None:
                images[publisher].add(str(named))
        several = {each for each, of in images.items() if len(of) > 2} - here
        others = {image.rpartition("/")[0] for each in known.technologies.values() for image in each.images} if several else set()
        return {each for each in several - others if each.rpartition("/")[2] not in _SHARED_PUBLISHERS}

    def _tool(self, service: Service) -> bool:
        """Whether a service is only there while people develop, and runs a runtime as it is: `npm run watch` in `node:22`."""
        if (
            service.build is not None
            or service.image is None
            or not _DEVELOPING.intersection(re.split(r"[^a-z]+", (service.when or "").lower()))
        ):
            return False
        known = self.known.catalogue
        found = service.image.image()
        technology = known.image(found[0]) if found is not None else None
        return technology is not None and known[technology].category in ("language", "runtime")

    def _is_of_repository(self, image: str) -> bool:
        """Whether an image is called like the repository or the project at its root, which has a Dockerfile."""
        return self._is_called_like_repository(image) and bool(self.known.units.of("")) and self._root_image is not None

    def _is_called_like_repository(self, image: str) -> bool:
        """Whether a published image has the name of the repository or of the project at its root."""
        units = self.known.units.of("")
        called = {self.known.root_name.lower(), *(unit.name.lower() for unit in units), *(own_name(unit.name) for unit in units)}
        return "/" in image and image.rpartition("/")[2].lower() in called

    @cached_property
    def _only_application(self) -> str | None:
        """The folder of the one project with a Dockerfile of its own that answers requests."""
        known = self.known
        folders = {folder_of(each.at.path) for each in known.facts.of(Container) if known.places.scope(each.at.path) is None}
        serving = {folder for folder in folders if any(map(self.kinds.serves, known.units.of(folder)))}
        return serving.pop() if len(serving) == 1 else None

    @cached_property
    def _root_image(self) -> str | None:
        """The Dockerfile at the root, or in a folder of Dockerfiles there, that makes an image of what lies at the root."""
        return next((each.at.path for folder in ("", *DOCKERFILES_FOLDER) for each in self.known.containers_in(folder)), None)

    @cached_property
    def _deployed_otherwise(self) -> bool:
        """Whether a service or image is stated beside what developers start with a Procfile of their own."""
        known = self.known
        services = (each.at for each in known.facts.of(Service) if each.platform != "procfile" or each.when is None)
        images = (each.at for each in known.facts.of(Container) if each.stage is None)
        return any(known.places.scope(at.path) is None for at in (*services, *images))

    def _built_beside(self, same: Sequence[Service]) -> str | None:
        """The folder of the code of services that run the image which another one of their file builds."""
        for service in same:
            image = service.image.image() if service.image is not None else None
            if image is not None and (other := self._builders.get((service.at.path, image))) is not None:
                return self.folders.built_by(other)
        return None

    @cached_property
    def _builders(self) -> dict[tuple[str, tuple[Name, Name | None]], Service]:
        """The first service of a file that builds an image, by the file and the image."""
        found: dict[tuple[str, tuple[Name, Name | None]], Service] = {}
        for service in self.known.facts.of(Service):
            image = service.image.image() if service.image is not None and service.build is not None else None
            if image is not None and self.known.files.holds(service.build or ""):
                found.setdefault((service.at.path, image), service)
        return found

    @cached_property
    def _built(self) -> dict[str, set[str]]:
        """The folders of the code that services of Compose files build, by the services' names."""
        found: dict[str, set[str]] = defaultdict(set)
        for service in self.known.facts.of(Service):
            if service.platform == "compose" and service.build is not None and self.known.places.scope(service.at.path) is None:
                found[service.name.lower()].add(self.folders.built_by(service))
        return found

    def _built_as(self, image: str | None) -> str | None:
        """The folder of the code that the one service of Compose files builds which is called as somebody's image is: `shop/api` of `api`."""
        folders = self._built.get(_last(image).lower(), set()) if "/" in (image or "") else set()
        return next(iter(folders)) if len(folders) == 1 else None

    def _of_service(self, named: str, same: Sequence[Service]) -> Deployed:
        known = self.known
        same = sorted(same, key=lambda service: (service.when is not None, len(service.at.path), service.at))
        image = next((found[0] for service in same if service.image is not None and (found := service.image.image())), None)
        building = next((service for service in same if service.build is not None or service.dockerfile), None)
        folder, technology = self._code_or_engine(named, same, image, building)
        program: str | None = None
        if folder is None and technology is None and (running := self.commands.anywhere(named, _last(image))):
            folder, program = running
        if folder is not None:
            dockerfile = self.folders.dockerfile(building) if building else None
            folder = self.folders.run_by(named, folder, same[0].at.path, dockerfile, building.target if building else None)
            program = program or self.commands.named(folder, named, _last(image))
        all_units = known.units.of(folder)
        units = serving(all_units) if all_units else self._bound_around(folder, same)
        if technology is None and folder is not None and not (all_units or units):
            technology = known.base_technology(folder)
        own_ports = {port for service in same for port in (*service.ports, *service.published)}
        ports = own_ports or self._exposed(folder, same) or (self._exposed_by(program) if program else set())
        kind = self.kinds.of_deployed(named, folder, units, ports, technology, self._words(folder, same))
        if kind == "infrastructure" and folder is None and technology is None and image and image.rpartition("/")[0] in self._publishers:
            kind = self.kinds.of_image_built_elsewhere(named, image)
        if kind == "service" and not own_ports and (self._beside_web(named, same) or self._beside_server(same)):
            kind = "worker"
        if kind in ("service", "worker") and all(service.platform == "procfile" and self._starts_an_engine(service) for service in same):
            kind, units = "infrastructure", []  # `redis: redis-server`
        if folder is None and technology is None and image is None and all(service.platform == "aspire" for service in same):
            kind = "infrastructure"  # a resource of the host's own that runs no code that is known
        ours = kind in ("service", "worker") or folder is not None or technology is None
        if ours and all(service.resource in ("Job", "CronJob") for service in same):
            kind = "job"
        if kind in ("service", "worker") and not any(service.published for service in same) and self._awaited(same):
            kind = "job"
        if kind in ("worker", "job"):
            ports = own_ports  # an image's EXPOSE speaks of its server
        links = dict.fromkeys(link for service in same for link in service.depends_on)
        path = program or (folder if folder is not None else same[0].at.path)
        return make_part(named, path, kind, units, (service.at for service in same), ports, links, technology), units

    def _code_or_engine(
        self, named: str, same: Sequence[Service], image: str | None, building: Service | None
    ) -> tuple[str | None, str | None]:
        """The folder of the code that a service runs, or the technology that its image is; neither where nothing says it."""
        known = self.known
        if building is not None and image is not None and not known.files.holds(building.build or ""):
            building = None  # a folder that somebody makes before the build: the image's name says more
        folder = self.folders.built_by(building) if building is not None else None
        if building is not None and folder is not None and (engine := self._engine_beside(building, folder)):
            return self._built_beside(same), engine
        folder = self._built_beside(same) if folder is None else folder
        missing = building is not None and self.folders.dockerfile(building) not in known.files
        if image is not None and (folder is None or missing) and self._is_of_repository(image):
            return (self.folders.workspace_app(self._root_image, "") if self._root_image is not None else None) or "", None
        if folder is not None:
            return folder, None
        if (technology := known.catalogue.image(image) if image is not None else None) is not None:
            runtime = known.catalogue[technology].category in ("language", "runtime")
            code = self._built_as(image) if runtime else None
            code = self._bound(technology, same) if code is None else code
            return (None, technology) if code is None else (code, None)
        resources = (service.resource for service in same if service.resource is not None)
        if (started := next((runs for each in resources if (runs := known.catalogue.resource("aspire", each))), None)) is not None:
            return None, started
        called = known.units.named(named, _last(image))
        called = self._built_as(image) if called is None else called and self.folders.program_of(called)
        called = known.applications.get(named.lower()) if called is None else called
        folder = self._around_a_frontend(called) if called is None or not self.kinds.only_a_library(called) else None
        folder = None if folder is not None and self._shared_by_services(folder) else folder
        if folder is None and image is not None and self._is_called_like_repository(image):
            folder = self._only_application
        return folder, None

    def _bound(self, runtime: str, same: Sequence[Service]) -> str | None:
        """The folder of the project that an image of its language runs because its service binds it, or its manifest: `image: php:8-alpine` with `.:/var/www`."""
        ecosystem = _RUNS.get(runtime)
        bound = {path for service in same if service.build is None for path in service.mounted} if ecosystem else ()
        holds = {folder for path in bound for folder in self._bindable.get((ecosystem or "", path), ())}
        return holds.pop() if len(holds) == 1 else None

    @cached_property
    def _bindable(self) -> dict[tuple[str, str], set[str]]:
        """The folders of backend projects, by their ecosystem and what a service may bind: the folder, or the manifest."""
        found: dict[tuple[str, str], set[str]] = defaultdict(set)
        for unit in self.known.units.all:
            for path in (unit.folder, unit.at.path) if unit.backend else ():
                found[unit.ecosystem, path].add(unit.folder)
        return found

    def _bound_around(self, folder: str | None, same: Sequence[Service]) -> list[Unit]:
        """The project around a folder of code whose image is built there, which the service binds whole: `build: backend` with `.:/app`."""
        above = [
            path
            for service in same
            for path in service.mounted
            if folder and path != folder and f"{folder}/".startswith(f"{path}/".lstrip("/"))
        ]
        if folder is None or not above:
            return []
        return [
            unit
            for unit in self.known.units.of(max(above, key=len))
            if unit.backend and not unit.workspace and self.known.files.written_in(folder, unit.ecosystem)
        ]

    def _shared_by_services(self, folder: str) -> bool:
        """Whether a folder holds a Go module of several services, of which none is called like it."""
        return self.known.units.at(folder) and all(unit.ecosystem == "go" and unit.workspace for unit in self.known.units.of(folder))

    def _engine_beside(self, building: Service, folder: str) -> str | None:
        """The store or broker that a Dockerfile beside the code of the product, or in a folder of Dockerfiles, makes with settings of the product's."""
        dockerfile = self.folders.dockerfile(building)
        return self.known.engine(dockerfile) if self.known.units.at(folder) or for_deployment(folder_of(dockerfile)) else None

    def _around_a_frontend(self, folder: str | None) -> str | None:
        """The root instead of a browser's project below it that no Dockerfile of its own makes an image of: the image holds both, and runs the server."""
        frontend = folder and all(unit.frontend for unit in self.known.units.of(folder)) and not self.known.containers_in(folder)
        return "" if frontend and any(unit.backend and not unit.workspace for unit in self.known.units.of("")) else folder

    def _exposed(self, folder: str | None, same: Sequence[Service]) -> set[int]:
        """The ports that the image in a folder exposes; of a Procfile's processes only `web` listens."""
        if all(service.platform == "procfile" and service.name != "web" for service in same):
            return set()
        return {port for container in self.known.containers_in(folder) for port, _ in container.ports}

    def _exposed_by(self, program: str) -> set[int]:
        """The ports that the images of a program expose."""
        return {port for _, folder, container in self.commands.images() if folder == program for port, _ in container.ports}

    def _beside_web(self, named: str, same: Sequence[Service]) -> bool:
        """Whether a Procfile alone states a process, and `web` beside it: that one alone is sent requests."""
        paths = {service.at.path for service in same if service.platform == "procfile" and service.when is None}
        return len(paths) == len(same) and named != "web" and bool(paths & self._with_web)

    def _beside_server(self, same: Sequence[Service]) -> bool:
        """Whether a Compose file runs an image with a command of its own that starts no server, beside a service that runs the same one and publishes ports."""
        known = self.known.catalogue
        for service in same:
            if service.platform != "compose" or service.command is None or service.command.words(_SERVING):
                return False
            if any(known[technology].category == "server" for technology in self._started(service)):
                return False
            others = (each for each in self.known.facts.in_file(Service, service.at.path) if each.name != service.name)
            if not any((each.ports or each.published) and _same_image(each, service) for each in others):
                return False
        return True

    def _awaited(self, same: Sequence[Service]) -> bool:
        """Whether a service of the same Compose file waits for the end of this one."""
        return any((each.at.path, each.name) in self._ends for each in same)

    @cached_property
    def _ends(self) -> set[tuple[str, Name]]:
        """(file, name) of the services for whose end another one of their file waits."""
        return {(service.at.path, awaited) for service in self.known.facts.of(Service) for awaited in service.awaited}

    def _started(self, service: Service) -> list[str]:
        """What the command of a service starts, as far as it is known."""
        words = service.command.words(self.known.catalogue.command_words) if service.command is not None else []
        return [found for word in words if (found := self.known.catalogue.command(word)) is not None]

    def _starts_an_engine(self, service: Service) -> bool:
        """Whether a process is a store or broker itself, which a process manager starts beside those of the product."""
        known = self.known.catalogue
        return any(known[found].category in _ENGINES and not known[found].drives for found in self._started(service))

    @cached_property
    def _with_web(self) -> set[str]:
        return {
            process.at.path for process in self.known.facts.of(Process) if process.owner == "web" and process.at.path.endswith("Procfile")
        }

    def _words(self, folder: str | None, same: Sequence[Service]) -> set[str]:
        """The words of the service's own command, else of its image's, that show what it does beside serving."""
        commands = [service.command for service in same if service.command is not None]
        if not commands:
            commands = [container.command for container in self.known.containers_in(folder) if container.command is not None]
        # what starts a server too, and publishes a port, is that server with its workers: `concurrently "next start" "node worker.js"`
        serving = any(service.published for service in same) and any(command.words(_SERVES) for command in commands)
        return set() if serving else {word for command in commands for word in command.words(WORDS)}

    def _runs_something(self, container: Container, folder: str) -> bool:
        """Whether an image without a project runs something of the repository's own, and is not a tool or base for what lies elsewhere."""
        beside = folder_of(container.at.path)
        if self.known.units.at(folder):
            if folder == beside:
                return True
            if self.known.only_modules(folder):
                return False  # the image of none of them that it names
            # what only builds starts nothing: `FROM openjdk`, `RUN ./gradlew build`
            return bool(container.command or container.ports) or not self.known.only_a_runtime(beside)
        if not folder or (not container.command and not container.ports):
            return False
        return self.known.files.source_in(folder) or not self.known.only_a_runtime(folder)

    def _of_container(self, container: Container, folder: str) -> Deployed:
        units = serving(self.known.units.of(folder))
        named = best_name(units, folder, self.known.root_name)
        ports = {port for port, _ in container.ports}
        technology = None if units else self.known.base_technology(folder)
        kind = self.kinds.of_deployed(named, folder, units, ports, technology, frozenset())
        return make_part(named, folder, kind, units, (container.at, *(unit.at for unit in units)), ports, image=technology), units


def _last(image: str | None) -> str:
    """An image's name without its publisher."""
    return (image or "").rpartition("/")[2]


def _same_image(one: Service, other: Service) -> bool:
    """Whether two services run the same image, built or taken."""
    if one.build is not None or other.build is not None:
        return (one.build, one.dockerfile, one.target) == (other.build, other.dockerfile, other.target) and one.build is not None
    first, second = (each.image.image() if each.image is not None else None for each in (one, other))
    return first is not None and first == second
