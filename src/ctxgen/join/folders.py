"""In which folder the code of a service or image lies: by its build context and Dockerfile, else by its name."""

from __future__ import annotations

import glob
import re
from collections.abc import Iterable, Mapping
from functools import cache, cached_property

from ctxgen.facts import folder_of
from ctxgen.join.known import Known
from ctxgen.join.units import Unit
from ctxgen.model import Container, Process, Property, Service
from ctxgen.opaque import Opaque

CLI_NAME = re.compile(r"(?i)(?:^|[-_/])cli\Z")
_PROGRAM = re.compile(r"(?:^|/)cmd/[^/]+\Z")
_DEPLOY_FOLDER = {"docker", "build", ".docker", "deploy", "deployment", "dockerfiles", "containers", "ci", "scripts", "infra", "ops"}
DOCKERFILES_FOLDER = ("docker", "build", ".docker", "deploy", "dockerfiles", "containers", "ci")


_FILTERS = ("--filter", "-F", "--scope", "--workspace", "-w", "workspace", "prune", "--project")
"""How tools are told which package of a workspace they build or start.

Sources: https://turborepo.com/docs/reference/run, https://turborepo.com/docs/reference/prune, https://pnpm.io/filtering,
https://docs.npmjs.com/cli/commands/npm-run, https://yarnpkg.com/cli/workspace, https://lerna.js.org/docs/api-reference/commands.
"""


_RUNNERS = {"npm", "pnpm", "yarn", "bun"}
"""What runs the scripts of a manifest."""


def _runs_in(command: Opaque, folder: str) -> bool:
    """Whether a command starts a file of a folder, or is run there: `node apps/api/dist/main.js`, `cd apps/api && npm start`, `npm --prefix apps/api start`."""
    if not command.matches(f"*{folder}*"):
        return False  # one pattern instead of thirty for each package of a large workspace
    inside = (f"{mark}{folder}/*" for mark in (" ", '"', " ./", *(("/",) if "/" in folder else ())))
    there = (
        f"{mark}{folder}{end}" for mark in ("cd ", "cd ./", "--prefix ", "--prefix=", "-c ", "--cwd ", "--dir ") for end in ("", " *", ";*")
    )
    return any(command.matches(f"*{each}") for each in (*inside, *there))


def for_deployment(folder: str) -> bool:
    """Whether a folder holds, by its name, what builds and deploys code that lies elsewhere."""
    return not _DEPLOY_FOLDER.isdisjoint(folder.lower().split("/"))


class Folders:
    """The folders of code, by what builds or names them."""

    def __init__(self, known: Known) -> None:
        self.known = known
        self.of_image = cache(self._of_image)

    @cached_property
    def _jvm_programs(self) -> set[str]:
        """The modules that an image of a JVM repository may run: web applications, before classes that start something."""
        files = self.known.files
        return {self.known.units.folder(path) for path in files.jvm_webapps() or files.jvm_classes()}

    def built_by(self, service: Service) -> str:
        """The folder of what a service builds; a Dockerfile that is not there says nothing, unless another one lies in its folder."""
        context, beside = service.build or "", folder_of(service.dockerfile or "")
        stated = self.dockerfile(service)
        if self.known.engine(stated) and not self.known.units.at(folder_of(stated)):
            return folder_of(stated)  # an engine with settings of the product's: no project below is its code
        stands = service.dockerfile is not None and (service.dockerfile in self.known.files or any(self.known.containers_in(beside)))
        return self.of_image(beside if stands else context, context)

    @staticmethod
    def dockerfile(service: Service) -> str:
        """The path of the Dockerfile that a service builds by, by convention where it states none."""
        return service.dockerfile or (f"{service.build}/Dockerfile" if service.build else "Dockerfile")

    def run_by(self, service: str, built: str, stated_at: str, dockerfile: str | None = None, target: str | None = None) -> str:
        """The folder of the code that a service runs, where its image is built in a folder without code of its own.

        What an installed package builds runs the code beside the file that states the service; an image of a runtime
        alone runs the code that the service is named for, else, where its folder is for images, the code beside that file.
        """
        units, files = self.known.units, self.known.files
        if dockerfile is not None and (archived := self.archived(dockerfile)) is not None:
            return archived
        shared = units.shared(built)
        if (shared or not units.at(built)) and dockerfile is not None and (started := self.started(dockerfile)) is not None:
            return started
        if dockerfile is not None and (app := self.workspace_app(dockerfile, built, target)) is not None:
            return app
        if shared:
            named = units.named(service)  # of one Go module
            ours = named is not None and any(unit.of_module for unit in units.of(named))
            return named if ours and named is not None else self._only_program(built) or built
        if built and self.known.places.vendored(built + "/x") and not files.source_in(built):
            built = units.folder(stated_at)
        if built and not units.at(built) and not files.source_in(built) and self.known.only_a_runtime(built):
            beside = units.folder(stated_at)
            return units.served(service) or (beside if for_deployment(built) and units.at(beside) else built)
        return built

    def started(self, dockerfile: str) -> str | None:
        """The folder of the .NET project or crate that an image of a whole solution publishes or starts.

        `dotnet publish Shop.Api.csproj`, `dotnet Shop.Api.dll`; a crate's program is called as the crate: `cargo build --bin shop-api`, `/usr/bin/shop-api`.
        """
        named = {word: unit.folder for unit in self.known.units.all for word in self._started_as(unit)}
        if not named:
            return None
        run = [container.command for container in self.known.facts.in_file(Container, dockerfile) if container.command is not None]
        for commands in (run, [process.command for process in self.known.facts.in_file(Process, dockerfile)]):
            if found := {named[word] for command in commands for word in command.words(named)}:
                return found.pop() if len(found) == 1 else None
        return None

    def archived(self, dockerfile: str) -> str | None:
        """The folder of the JVM module whose one archive an image takes: `COPY --from=build /shop/orders/build/libs/*.jar shop.jar`."""
        found = set[str]()
        for stated in self.known.facts.in_file(Property, dockerfile):
            if stated.name == "dockerfile.archive" and (path := stated.value.path()) is not None:
                parts = path.strip("/").split("/")
                ends = ("/".join(parts[start:]) for start in range(len(parts)))
                found.add(next((folder for folder in ends if any(unit.ecosystem == "maven" for unit in self.known.units.of(folder))), ""))
        return found.pop() or None if len(found) == 1 else None

    def copied_project(self, dockerfile: str) -> str | None:
        """The folder of the project around a Dockerfile whose manifest it copies, where none lies beside it: the build's context is above."""
        beside, around = folder_of(dockerfile), self.known.units.folder(dockerfile)
        taken = {stated.value.path() for stated in self.known.facts.in_file(Property, dockerfile) if stated.name == "dockerfile.manifest"}
        if around == beside or not self.known.units.at(around) or any(f"{beside}/{each}" in self.known.files for each in taken):
            return None
        start = f"{around}/" if around else ""
        return around if any(f"{start}{each}" in self.known.files for each in taken) else None

    def _started_as(self, unit: Unit) -> tuple[str, ...]:
        """The words of a command that build or start a unit."""
        match unit.ecosystem:
            case "nuget":
                return f"{unit.name}.dll", f"{unit.name}.csproj"
            case "cargo" if self.known.files.rust_program_in(unit.folder):
                return (unit.name,)
            case _:
                return ()

    def workspace_app(self, dockerfile: str, around: str, target: str | None = None) -> str | None:
        """The folder of the package of a JavaScript workspace that an image of the whole, or a stage of it, runs, by its Dockerfile.

        It works in that folder (`WORKDIR /app/apps/api`), starts a file of it (`node apps/api/dist/main.js`), or holds what was
        built of that package alone (`COPY --from=build /app/apps/api/dist`, `turbo run build --filter=@shop/api`), where the
        root is no program itself.
        """
        start = f"{around}/" if around else ""
        apps = {
            unit.folder: unit
            for unit in self.known.units.all
            if unit.ecosystem == "npm" and unit.folder != around and unit.folder.startswith(start) and unit.output != "library"
        }
        stages: dict[str | None, Container] = {each.stage: each for each in self.known.facts.in_file(Container, dockerfile)}
        container = stages.get(target) if target in stages else stages.get(None)
        if container is None or not apps:
            return None
        inner = {folder: glob.escape(folder.removeprefix(start)) for folder in apps}
        found = {folder for folder, each in inner.items() if "/" in each and container.workdir and container.workdir.matches(f"*/{each}")}
        if not found and container.command is not None:
            commands = [container.command, *self._scripts(f"{start}package.json", container.command)]
            found = {folder for folder, each in inner.items() if any(_runs_in(command, each) for command in commands)}
            found = found or self._filtered(apps, commands[1:])
        if not found and any(unit.backend for unit in self.known.units.of(around)):
            return None
        if not found:
            found = {
                folder
                for folder, each in inner.items()
                if "/" in each and any(copied.matches(f"*/{each}/*") or copied.matches(f"*/{each}") for copied in container.copied)
            }
        found = found or self._filtered(apps, [process.command for process in self.known.facts.in_file(Process, dockerfile)])
        return found.pop() if len(found) == 1 else None

    def _scripts(self, manifest: str, command: Opaque) -> list[Opaque]:
        """The commands of the scripts of a manifest that a command runs: `npm start`, `pnpm run start:prod`."""
        scripts = {str(each.owner): each.command for each in self.known.facts.in_file(Process, manifest) if each.owner is not None}
        return [scripts[word] for word in command.words(scripts)] if command.words(_RUNNERS) else []

    @staticmethod
    def _filtered(apps: Mapping[str, Unit], commands: Iterable[Opaque]) -> set[str]:
        """The folders of the packages that commands of a workspace's tools name."""
        named = [said for command in commands if (said := command.option(*_FILTERS)) is not None]
        return {
            folder
            for folder, unit in apps.items()
            if any(each.matches(f"{glob.escape(unit.name)}{end}") for each in named for end in ("", "..."))
        }

    def _of_image(self, dockerfile_folder: str, context: str) -> str:
        """Where the code of an image lies: at its Dockerfile if a project is there or below, else at its build context."""
        units = self.known.units
        dockerfile_folder = self._module_around(dockerfile_folder)
        for folder in (dockerfile_folder, context):
            holds = units.at(folder) and not units.shared(folder) and not self.known.only_modules(folder)
            if holds and (folder or any(unit.backend or unit.frontend for unit in units.of(""))):
                return folder
            if (program := self._only_program(folder)) is not None:
                return program
            if folder and folder.startswith(f"{context}/" if context else "") and folder != context and self._holds_what_it_builds(folder):
                return folder
            below = units.below(folder) if folder else []
            if len(below) == 1:
                return below[0]
        if dockerfile_folder.rpartition("/")[2].lower() in DOCKERFILES_FOLDER:
            return units.folder(dockerfile_folder + "/x")
        return dockerfile_folder or context

    def _module_around(self, folder: str) -> str:
        """The folder of the Go module whose program lies in a folder (`cmd/server`), else the folder itself."""
        module = self.known.units.folder(f"{folder}/x") if _PROGRAM.search(folder) else folder
        return module if any(unit.ecosystem == "go" for unit in self.known.units.of(module)) else folder

    def _only_program(self, folder: str) -> str | None:
        """The folder of the one unit below that is a program to be deployed, where the others are its libraries; command-line tools aside."""
        units = self.known.units
        programs = {each for each in units.below(folder) if any(self._is_program(unit) for unit in units.of(each))}
        return programs.pop() if len(programs) == 1 else None

    def program_of(self, folder: str) -> str:
        """The folder itself, or where it holds a .NET library alone that of the one program called like it and more: `Shop.Orders` of `Shop.Orders.Api`."""
        here = self.known.units.of(folder)
        if not here or any(unit.ecosystem != "nuget" or unit.output != "library" for unit in here):
            return folder
        start = tuple(f"{unit.name}." for unit in here)
        programs = {unit.folder for unit in self.known.units.all if unit.name.startswith(start) and self._is_program(unit)}
        return programs.pop() if len(programs) == 1 else folder

    def _is_program(self, unit: Unit) -> bool:
        """Whether a unit of an ecosystem that tells programs from libraries is one that runs on a server."""
        if CLI_NAME.search(unit.name) or self.known.makes(unit) in ("frontend", "infrastructure"):
            return False
        match unit.ecosystem:
            case "cargo":
                return self.known.files.rust_program_in(unit.folder)
            case "go":
                return self.known.go_program_in(unit.folder)
            case "nuget":
                return unit.output == "application"
            case "npm":
                return unit.output == "application" and unit.backend
            case "maven":
                return unit.folder in self._jvm_programs
            case _:
                return False

    def _holds_what_it_builds(self, folder: str) -> bool:
        """Whether a Dockerfile's folder, whose context lies above it, is about something of its own: source, or the settings of a product."""
        return not for_deployment(folder) and (self.known.files.source_in(folder) or not self.known.only_a_runtime(folder))
