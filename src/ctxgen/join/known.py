"""What the rules of the join look things up in: the facts and files of a repository by folder, made once."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable
from functools import cached_property

from ctxgen.catalogue import Catalogue
from ctxgen.facts import Facts, folder_of
from ctxgen.join.files import Files
from ctxgen.join.units import Unit, Units
from ctxgen.model import ConfigKey, Container, Dependency, Image
from ctxgen.places import Places

_APPLICATION = ("spring.application.name", "quarkus.application.name", "micronaut.application.name")


class Known:
    """Facts, files and units, and the images by the folder of their Dockerfile."""

    def __init__(self, facts: Facts, catalogue: Catalogue, places: Places, files: Files, units: Units, root_name: str) -> None:
        self.facts, self.catalogue, self.places, self.files, self.units, self.root_name = facts, catalogue, places, files, units, root_name
        self._containers: dict[str, list[Container]] = defaultdict(list)
        for container in facts.of(Container):
            if container.stage is None:
                self._containers[folder_of(container.at.path)].append(container)
        self._go_programs = {
            folder_of(key.at.path) for key in facts.of(ConfigKey) if key.key == "go.program" and places.scope(key.at.path) is None
        }
        self._bases: dict[str, str] = {}
        self._engines: dict[str, str] = {}
        for image in facts.of(Image):
            folder = folder_of(image.at.path)
            if image.purpose == "base" and image.name and (known := catalogue.image(image.name)):
                self._bases.setdefault(folder, known)
                if catalogue[known].category in ("database", "cache", "queue", "search"):
                    self._engines[image.at.path] = known

    @cached_property
    def applications(self) -> dict[str, str]:
        """The folders of units by the names that their settings give the application, of names that only one has.

        Source: https://docs.spring.io/spring-boot/reference/features/logging.html#features.logging.application-name
        """
        found: dict[str, set[str]] = defaultdict(set)
        for key in self.facts.of(ConfigKey):
            if key.key in _APPLICATION and self.places.scope(key.at.path) is None and (said := key.value.identifier()):
                found[said.lower()].add(self.units.folder(key.at.path))
        return {named: folders.pop() for named, folders in found.items() if len(folders) == 1}

    @cached_property
    def _made(self) -> dict[str, str]:
        return {
            self.units.folder(need.at.path): kind
            for need in self.facts.of(Dependency)
            if need.group != "test"
            and self.places.scope(need.at.path) is None
            and not need.at.path.rpartition("/")[2].startswith("Directory.")
            and (kind := self.catalogue.makes(need.name))
        }

    def makes(self, unit: Unit) -> str | None:
        """The kind of component that a package makes of the unit that needs it."""
        return self._made.get(unit.folder)

    def containers_in(self, folder: str | None) -> Iterable[Container]:
        """What the Dockerfiles of a folder run: their last stages."""
        return self._containers.get(folder, ()) if folder is not None else ()

    def go_program_in(self, folder: str) -> bool:
        """Whether a Go module holds a command: by the conventions of files, or as a file of its folder says."""
        return folder in self._go_programs or self.files.go_program_in(folder)

    def base_technology(self, folder: str) -> str | None:
        """The technology that the image of a folder starts from."""
        return self._bases.get(folder)

    def engine(self, dockerfile: str) -> str | None:
        """The store or broker that a Dockerfile makes an image of."""
        return self._engines.get(dockerfile)

    def only_modules(self, folder: str) -> bool:
        """Whether a project at the root of a JVM repository has no code of its own: its build is that of the modules below."""
        units = self.units.of(folder)
        jvm = bool(units) and all(unit.ecosystem == "maven" for unit in units)
        return jvm and not folder and len(self.units.all) > len(units) and not self.files.source_in("src")

    def only_a_runtime(self, folder: str) -> bool:
        """Whether an image starts from a language alone (or from nothing known), so that what it runs lies elsewhere."""
        base = self.base_technology(folder)
        return base is None or self.catalogue[base].category in ("language", "runtime", "build", "framework")
