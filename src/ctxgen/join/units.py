"""Units: the folders that hold a project of an ecosystem, and what belongs to them.

A project of product code makes a unit; so does a list of what runs with no project beside it, and a folder with a
Dockerfile that no unit lies at, above or below, by the language that most of its files are written in.
"""

from __future__ import annotations

import re
from collections import Counter, defaultdict
from collections.abc import Iterator, Sequence
from functools import cache

from msgspec import Struct
from msgspec.structs import replace

from ctxgen.catalogue import Catalogue
from ctxgen.facts import Facts, folder_of, folders_up
from ctxgen.join.files import Files, folders_above
from ctxgen.join.functions import functions, templates
from ctxgen.join.go_services import go_services
from ctxgen.language_names import ECOSYSTEM_OF, extension
from ctxgen.model import At, ConfigKey, Container, Dependency, Ecosystem, Import, Parent, Project, Sighting
from ctxgen.places import Places

_BACKEND = {"database", "orm", "migration", "cache", "queue", "jobs", "search", "server"}
_REQUIREMENTS_FOLDER = re.compile(r"(?:.*/)?(?:requirements|reqs|deps|dependencies)\Z")
_LONG_ENOUGH = 4
"""A part of a name stands for the whole name only if it is longer: `api` is a part of too many."""

Key = tuple[str, Ecosystem]


class Unit(Struct, frozen=True):
    """A folder's project of one ecosystem."""

    folder: str
    ecosystem: Ecosystem
    name: str
    at: At
    output: str | None = None
    frontend: bool = False
    backend: bool = False
    workspace: bool = False
    """Whether it only holds what several applications below share."""
    of_module: bool = False
    """Whether it is one of the services of a Go module around it."""


def serving(units: Sequence[Unit]) -> list[Unit]:
    """Of one folder's projects those that its process runs: browser assets and tools that are built beside it are not."""
    return [unit for unit in units if unit.backend] or [unit for unit in units if not unit.frontend] or list(units)


def find_units(facts: Facts, sightings: Sequence[Sighting], catalogue: Catalogue, places: Places, files: Files, root_name: str) -> Units:
    """All units of a repository."""
    found, aggregates = _projects(facts, places, files, root_name)
    for need in facts.of(Dependency):
        folder = folder_of(need.at.path)
        if _REQUIREMENTS_FOLDER.match(folder):
            folder = folder_of(folder)
        key = (folder, need.ecosystem)
        if key not in found and key not in aggregates and _is_a_list_of_its_own(need) and places.scope(need.at.path) is None:
            found[key] = Unit(folder, need.ecosystem, folder.rpartition("/")[2] or root_name, need.at)
    for unit in _without_manifest(facts, places, files, {folder for folder, _ in found}):
        found[unit.folder, unit.ecosystem] = unit
    _gather_functions(found, facts, places, files, root_name)
    shared = _add_go_services(found, places, files)
    inner = {project.folder for project in facts.of(Project) if project.folder is not None}
    static = {folder_of(key.at.path) for key in facts.of(ConfigKey) if key.key == "site.static"}
    static |= _never_served({folder for folder, ecosystem in found if ecosystem != "npm"}, sightings, facts, catalogue, places)
    categories = _npm_categories(sightings, catalogue, inner, static)
    sharing = {
        above
        for project in facts.of(Project)
        if project.folder and project.output == "application"
        for above in folders_up(folder_of(project.folder))
    }
    holding = {folder for folder, _ in found}
    answering = {next((up for up in folders_up(each) if up in holding), "") for _, each in functions(facts, places)}
    sided = (_sided(unit, categories, unit.folder in answering) for _, unit in sorted(found.items()))
    return Units(
        [
            replace(unit, workspace=True)
            if (unit.ecosystem == "npm" and unit.folder in sharing) or (unit.ecosystem == "go" and unit.folder in shared)
            else unit
            for unit in sided
        ]
    )


def _add_go_services(found: dict[Key, Unit], places: Places, files: Files) -> set[str]:
    """Adds a unit for each of the services of one Go module; gives the folders of the modules, which hold what these share."""
    modules = [folder for folder, ecosystem in found if ecosystem == "go"]
    paths = (path for path in files.paths if places.scope(path) is None) if modules else ()
    services = go_services(paths, modules, (folder for folder, _ in found))
    for each in services.values():
        for folder, (named, path) in each.items():
            found.setdefault((folder, "go"), Unit(folder, "go", named, At(path, 1), "application", of_module=True))
    return set(services)


def _projects(facts: Facts, places: Places, files: Files, root_name: str) -> tuple[dict[Key, Unit], set[Key]]:
    """The units that manifests state, and the folders whose manifest only lists other projects."""
    found: dict[Key, Unit] = {}
    aggregates: set[Key] = set()
    beside = {folder_of(each.at.path) for each in facts.of(Project) if each.ecosystem != "go"}
    in_go = any(path.endswith(".go") for path in files.paths)
    gems = {folder_of(each.at.path) for each in facts.of(Parent) if each.ecosystem == "rubygems" and each.name == "gemspec"}
    for project in facts.of(Project):
        folder = folder_of(project.at.path) if project.folder is None else project.folder
        if project.ecosystem == "rubygems" and project.name is None and folder in gems and not _runs_rack(folder, files):
            continue  # the Gemfile of a gem, whose specification says what it is
        if (
            places.scope(project.at.path) is not None
            or places.scope(f"{folder}/x") is not None
            or project.output == "test"
            or project.name == "_build"
        ):
            continue  # NUKE's convention for the project that builds the others: https://nuke.build/docs/getting-started/installation/
        if project.ecosystem == "go" and folder in beside and not in_go:
            continue  # it only names tools: https://go.dev/doc/modules/managing-dependencies#tools
        if project.at.path.endswith("project.json") and not files.source_in(folder):
            continue  # Nx runs commands in folders of anything
        if project.output == "aggregate":
            aggregates.add((folder, project.ecosystem))
            continue
        default = folder.rpartition("/")[2] or root_name
        match project.ecosystem:
            case "go":
                # a checkout's folder may be called anything, the module at its root says what it is
                named = folder.rpartition("/")[2] or _module_name(str(project.name or "")) or root_name
            case "maven":
                named = (project.name or default).rpartition(":")[2]
            case _:
                named = project.name or default
        output = None if project.output == "library" and _runs_wsgi(folder, files) else project.output
        found.setdefault((folder, project.ecosystem), Unit(folder, project.ecosystem, named, project.at, output))
    return found, aggregates


def _runs_wsgi(folder: str, files: Files) -> bool:
    """Whether a folder holds the application that a server of Python imports, whatever its author calls what is published: https://peps.python.org/pep-3333/."""
    return any(f"{folder}/{each}".lstrip("/") in files for each in ("wsgi.py", "asgi.py"))


def _runs_rack(folder: str, files: Files) -> bool:
    """Whether a folder holds an application of Ruby, whatever is published of it: https://github.com/rack/rack#rackup."""
    return any(f"{folder}/{each}".lstrip("/") in files for each in ("config.ru", "config/application.rb"))


def _module_name(module: str) -> str:
    """The last part of a Go module's path, without its major version and the domain of a vanity import: `shop` of `example.org/shop/v2` and of `shop.app/v2`."""
    last = re.sub(r"/v[0-9]+\Z", "", module).rpartition("/")
    return last[2] if last[1] else last[2].partition(".")[0]


def _is_a_list_of_its_own(need: Dependency) -> bool:
    """Whether a dependency shows a project where no manifest does: those of tools, and what an image or build file adds, show none."""
    if need.group in ("dev", "test", "build", "plugin") or need.ecosystem in ("nuget", "maven"):
        return False
    called = need.at.path.rpartition("/")[2]
    return not called.startswith(("Directory.", "Dockerfile", "Containerfile")) and not called.lower().endswith(
        ("dockerfile", "containerfile")
    )


def _without_manifest(facts: Facts, places: Places, files: Files, known: set[str]) -> Iterator[Unit]:
    """The units of folders that a Dockerfile alone makes a project."""
    folders = set(known)
    above = folders_above(f"{folder}/" for folder in folders)
    for container in facts.of(Container):
        folder = folder_of(container.at.path)
        governed = folder in above or not folders.isdisjoint(folders_up(folder))
        if not folder or governed or places.scope(container.at.path) is not None:
            continue
        written = Counter(ecosystem for path in files.directly_in(folder) if (ecosystem := ECOSYSTEM_OF.get(extension(path))))
        if written:
            most = written.most_common(1)[0][0]
            folders.add(folder)
            above.update(folders_up(folder))
            yield Unit(folder, most, folder.rpartition("/")[2], container.at)


def _gather_functions(found: dict[Key, Unit], facts: Facts, places: Places, files: Files, root_name: str) -> None:
    """Puts one unit for each template of functions in the place of those that its functions have below it."""
    for project, deployed in sorted(templates(facts, places).items()):
        folders = {each.folder for each in deployed if each.folder != project}
        inner = [key for key in found if key[0] != project and not folders.isdisjoint(folders_up(key[0]))]
        written = Counter(key[1] for key in inner) or Counter(
            known for each in deployed for path in files.directly_in(each.folder or "") if (known := ECOSYSTEM_OF.get(extension(path)))
        )
        for key in inner:
            del found[key]
        if written:
            most = written.most_common(1)[0][0]
            found.setdefault((project, most), Unit(project, most, project.rpartition("/")[2] or root_name, deployed[0].at))


def _never_served(others: set[str], sightings: Sequence[Sighting], facts: Facts, catalogue: Catalogue, places: Places) -> set[str]:
    """The folders of projects in other languages (`others`) whose npm packages hold frameworks that nothing imports: they serve nothing beside the assets."""
    listed: dict[str, set[str]] = defaultdict(set)
    for sighting in sightings:
        if (
            sighting.signal.startswith("npm ")
            and catalogue[sighting.technology].serves
            and (folder := folder_of(sighting.at.path)) in others
        ):
            listed[folder].update(catalogue[sighting.technology].npm)
    if not listed:
        return set()
    imported = {
        "/".join(parts[:count])
        for each in facts.of(Import)
        if each.language == "javascript" and places.scope(each.at.path) is None and not places.vendored(each.at.path)
        for parts in [each.module.split("/", 2)]
        for count in (1, 2)
    }
    return {folder for folder, packages in listed.items() if packages.isdisjoint(imported)}


def _npm_categories(sightings: Sequence[Sighting], catalogue: Catalogue, inner: set[str], static: set[str]) -> dict[str, set[str]]:
    """What the packages of each package.json are for; of a project that shares one (`inner` are their folders) those that it imports.

    What builds `static` pages shows them and serves nothing.
    """
    found: dict[str, set[str]] = defaultdict(set)
    for sighting in sightings:
        if sighting.signal.startswith("npm ") and sighting.scope in ("backend", "frontend"):
            technology = catalogue[sighting.technology]
            folder = folder_of(sighting.at.path)
            if not sighting.at.path.endswith(".json"):
                folder = next((above for above in folders_up(folder) if above in inner), folder)
            shown = {technology.category, *technology.roles, *(("server",) if technology.serves else ())}
            found[folder] |= {"frontend" if folder in static and each == "server" else each for each in shown}
    return found


def _sided(unit: Unit, npm_categories: dict[str, set[str]], answering: bool) -> Unit:
    """A unit with its side: an npm package is backend by what it stores, queues or serves, or functions that are deployed, else frontend by what it shows."""
    if unit.ecosystem != "npm" or answering:
        return replace(unit, backend=True)
    has = npm_categories.get(unit.folder, set())
    # of a project that shares its packages types alone may be imported, so what shows pages is told by what serves
    shares = not unit.at.path.endswith("package.json")
    backend = "server" in has if shares and "frontend" in has else bool(has & _BACKEND)
    return replace(unit, frontend="frontend" in has and not backend, backend=backend)


def _parts_after_hyphens(word: str) -> list[str]:
    return [word[index + 1 :] for index, letter in enumerate(word) if letter == "-"]


def _parts_before_separators(word: str) -> list[str]:
    return [word[:index] for index, letter in enumerate(word) if letter in "-_"]


def _plain(named: str) -> str:
    """A name as others may write it: Compose files prefer `order_worker` where folders prefer `order-worker`."""
    return named.lower().replace("_", "-")


class Units:
    """The units in the order of their folders, by folder and by name."""

    def __init__(self, units: list[Unit]) -> None:
        self.all = units
        self._by_folder: dict[str, list[Unit]] = defaultdict(list)
        self._below: dict[str, list[str]] = defaultdict(list)
        self._named: dict[str, str] = {}
        self._by_last: dict[str, str] = {}
        self._by_end: dict[str, str] = {}
        self._folders_by_last: dict[str, set[str]] = defaultdict(set)
        for unit in units:
            self._by_folder[unit.folder].append(unit)
            for folder in folders_up(folder_of(unit.folder)) if unit.folder else ():
                self._below[folder].append(unit.folder)
            self._add_names(unit)
        self._nearest = cache(self._nearest_folder)

    def _add_names(self, unit: Unit) -> None:
        last, named = _plain(unit.folder.rpartition("/")[2]), _plain(unit.name)
        if unit.of_module:  # its folder may be called `service`, as those of the others
            self._named.setdefault(named, unit.folder)
            return
        if last:
            self._folders_by_last[last].add(unit.folder)
            self._by_last.setdefault(last, unit.folder)
            self._named.setdefault(named, unit.folder)
            ends = _parts_after_hyphens(last)
        else:
            ends = [named, *_parts_after_hyphens(named)] if unit.backend else []
        for end in ends:
            self._by_end.setdefault(end, unit.folder)

    def of(self, folder: str | None) -> list[Unit]:
        """The units of a folder."""
        return self._by_folder.get(folder, []) if folder is not None else []

    def at(self, folder: str) -> bool:
        """Whether a folder holds a unit itself."""
        return folder in self._by_folder

    def shared(self, folder: str) -> bool:
        """Whether a folder only holds what several applications below share."""
        return any(unit.workspace for unit in self.of(folder))

    def below(self, folder: str) -> list[str]:
        """The folders of the units below a folder, one entry per unit."""
        return self._below.get(folder, [])

    def folder(self, path: str) -> str:
        """The folder of the unit that a file belongs to: the deepest one above it, `""` where there is none."""
        return self._nearest(folder_of(path))

    def _nearest_folder(self, folder: str) -> str:
        return next((above for above in folders_up(folder) if above in self._by_folder), "")

    def frontend(self, path: str) -> bool:
        """Whether a file belongs to a unit that has only browser dependencies."""
        units = self.of(self.folder(path))
        return bool(units) and all(unit.frontend for unit in units)

    def frontend_code(self, path: str) -> bool:
        """Whether a script belongs to a browser package, whatever else its folder holds."""
        for folder in folders_up(folder_of(path)):
            beside = self.of(folder)
            if packages := [unit for unit in beside if unit.ecosystem == "npm"]:
                shared = len(packages) < len(beside)
                return all(unit.frontend or (shared and not unit.backend) for unit in packages)
        return bool(self.all)

    def named(self, *names: str) -> str | None:
        """The folder of the first unit that is called like a service or image, the first name first.

        A folder or project is called so by its whole name, with hyphens or underscores; if the name is long enough, `shop-orders` is called like
        `orders`, and a backend project at the root like the end of its name.
        """
        for asked in names:
            wanted = _plain(asked)
            found = [self._by_last.get(wanted), self._named.get(wanted)]
            if len(wanted) > _LONG_ENOUGH and not any(unit.of_module for unit in self.of(found[1])):
                found += [self._by_end.get(wanted), *(self._by_last.get(end) for end in _parts_after_hyphens(wanted))]
            if wanted and (folders := [folder for folder in found if folder is not None]):
                return min(folders)
        return None

    def served(self, service: str) -> str | None:
        """The unit whose folder a service is named for (`orders`, `orders-grpc`), where one image runs the code of several."""
        asked = _plain(service)
        fitting = {folder for last in (asked, *_parts_before_separators(asked)) for folder in self._folders_by_last.get(last, ())}
        return fitting.pop() if len(fitting) == 1 else None
