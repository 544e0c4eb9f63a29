"""npm, Yarn, pnpm, Bun and Deno: locked versions, catalogues, forced versions and the packages of the workspace itself.

Sources: https://docs.npmjs.com/cli/v11/using-npm/workspaces, https://pnpm.io/workspaces, https://pnpm.io/catalogs,
https://yarnpkg.com/configuration/manifest#resolutions, https://nodejs.org/api/modules.html#loading-from-node_modules-folders.

A lock file speaks for its own folder and for the members of the workspace there, for no other folder below it.
"""

from __future__ import annotations

import re
from collections import defaultdict
from collections.abc import Iterator
from functools import cache

from msgspec.structs import replace

from ctxgen.facts import Facts, folder_of, folders_up, join_path
from ctxgen.model import Command, Dependency, Fact, Locked, Managed, Member, Project
from ctxgen.opaque import Name, Version, name
from ctxgen.patterns import workspace_glob
from ctxgen.readers._scripts import invocation

MANAGER_OF = {
    "pnpm-lock.yaml": "pnpm", "yarn.lock": "yarn", "bun.lock": "bun", "bun.lockb": "bun", "npm-shrinkwrap.json": "npm", "package-lock.json": "npm", "deno.lock": "deno",
}  # fmt: skip
"""Lock files, the more trusted one first where a folder has several: a package-lock.json is the one that is left by accident."""

_MANIFESTS = ("package.json", "deno.json", "deno.jsonc", "import_map.json")
_EXACT = re.compile(r"[v=]?\d+\.\d+\.\d+(?:[-+][\w.+-]+)?")


class Lock:
    """One lock file: what it resolved, by place in the workspace and by range."""

    def __init__(self, path: str) -> None:
        self.path, self.folder = path, folder_of(path)
        self.manager = MANAGER_OF[_base(path)]
        self.places: dict[tuple[str | None, str], Locked] = {}
        self.ranges: dict[tuple[str, str | None], dict[Version, Locked]] = defaultdict(dict)
        self.importers: set[str] = set()

    def add(self, fact: Locked) -> None:
        importer = None if fact.importer is None else join_path(self.folder, fact.importer)
        if self.manager in ("yarn", "deno"):
            self.ranges[fact.name, self._range(fact.spec)].setdefault(fact.version, fact)
        else:
            self.places.setdefault((importer, fact.alias or fact.name), fact)
        if importer is not None:
            self.importers.add(importer)

    def find(self, dependency: Dependency, folder: str, forced: Version | None) -> Locked | None:
        """What the dependency of a folder was resolved to; None where the file leaves a choice."""
        installed = dependency.alias or dependency.name
        match self.manager:
            case "yarn" | "deno":
                for wanted in (forced, dependency.declared):
                    found = self.ranges.get((dependency.name, self._range(wanted)), {})
                    if len(found) == 1:
                        return next(iter(found.values()))
                return None
            case "pnpm":
                return self.places.get((folder, installed))
            case _:
                above = (self.places.get((place, installed)) for place in folders_up(folder))
                return next((found for found in above if found), None) or self.places.get((None, installed))

    def _range(self, wanted: Version | None) -> str | None:
        return _deno_range(wanted) if wanted and self.manager == "deno" else wanted


def _deno_range(wanted: str) -> str:
    """A range in the shortest form, as deno.lock has it: `^1.0.0` is `1`, `^0.5.6` is `~0.5.6`."""
    found = re.fullmatch(r"([\^~])(\d+)\.(\d+)\.(\d+)", wanted)
    if not found:
        return wanted
    sign, major, minor, patch = found.groups()
    if sign == "^" and major != "0":
        return major if minor == patch == "0" else wanted
    if sign == "^" and minor == "0":
        return wanted
    return f"{major}.{minor}" if patch == "0" else f"~{major}.{minor}.{patch}"


class Workspaces:
    """Which folder belongs to which workspace."""

    def __init__(self, facts: Facts) -> None:
        patterns: dict[str, list[Member]] = defaultdict(list)
        for member in facts.of(Member):
            if member.ecosystem == "npm":
                patterns[folder_of(member.at.path)].append(member)
        self._patterns = {
            root: (_any_of(m.pattern for m in members if not m.exclude), _any_of(m.pattern for m in members if m.exclude))
            for root, members in patterns.items()
        }
        self.root = cache(self._root)

    def is_root(self, folder: str) -> bool:
        """Whether a folder lists the members of a workspace."""
        return folder in self._patterns

    def has(self, root: str, folder: str) -> bool:
        """Whether a folder is the root of a workspace or one of its members."""
        if folder == root:
            return True
        included, excluded = self._patterns.get(root, (None, None))
        relative = folder[len(root) + 1 :] if root else folder
        return bool(included and included.match(relative)) and not (excluded and excluded.match(relative))

    def _root(self, folder: str) -> str:
        """The folder of the workspace that a folder belongs to, else the folder itself."""
        return next((above for above in folders_up(folder) if above != folder and self.has(above, folder)), folder)


def _any_of(patterns: Iterator[Name]) -> re.Pattern[str] | None:
    parts = [workspace_glob(pattern.removeprefix("./").rstrip("/")) for pattern in patterns]
    return re.compile("(?:" + "|".join(parts) + r")\Z") if parts else None


def resolve(facts: Facts) -> Facts:
    """Give each dependency its range from a catalogue, its locked version and its folder, and each command its package manager."""
    return _Resolver(facts).resolved()


class _Resolver:
    def __init__(self, facts: Facts) -> None:
        self.facts = facts
        self.workspaces = Workspaces(facts)
        self.stated: dict[str, list[Dependency]] = defaultdict(list)
        found: dict[str, Lock] = {}
        for fact in facts.of(Dependency):
            if fact.ecosystem == "npm" and fact.group == "build":
                if _base(fact.at.path) in MANAGER_OF:
                    found[fact.at.path] = Lock(fact.at.path)
                elif _base(fact.at.path) in ("package.json", ".yarnrc.yml"):
                    self.stated[folder_of(fact.at.path)].append(fact)
        for locked in facts.of(Locked):
            if locked.ecosystem == "npm":
                if locked.at.path not in found and _base(locked.at.path) == "deno.lock":
                    found[locked.at.path] = Lock(locked.at.path)
                if lock := found.get(locked.at.path):
                    lock.add(locked)
        self.locks: dict[str, list[Lock]] = defaultdict(list)
        order = list(MANAGER_OF)
        for lock in sorted(found.values(), key=lambda lock: (not self._chosen(lock), order.index(_base(lock.path)))):
            self.locks[lock.folder].append(lock)
        self.ranges: dict[tuple[str, str], dict[str, Managed]] = defaultdict(dict)
        for managed in facts.of(Managed):
            if managed.ecosystem == "npm":
                self.ranges[folder_of(managed.at.path), managed.name].setdefault(managed.when or "", managed)
        self.folders: dict[tuple[str, str], str] = {}
        for project in facts.of(Project):
            if project.ecosystem == "npm" and project.name:
                folder = folder_of(project.at.path)
                self.folders.setdefault((self.workspaces.root(folder), project.name), folder)
        self.needed = {
            (self.workspaces.root(folder_of(need.at.path)), need.name)
            for need in facts.of(Dependency)
            if need.ecosystem == "npm" and need.group in ("main", "optional", "peer")
        } & self.folders.keys()
        self.locks_of = cache(self._locks_of)

    def resolved(self) -> Facts:
        return self.facts.change(self._changed, Dependency, Command, Project)

    def _changed(self, fact: Fact) -> Iterator[Fact]:
        match fact:
            case Dependency():
                yield from self._dependency(fact)
            case Command():
                yield self._command(fact)
            case Project():
                yield self._project(fact)
            case _:
                yield fact

    def _stated_in_manifest(self, folder: str) -> bool:
        return any(_base(fact.at.path) == "package.json" for fact in self.stated.get(folder, ()))

    def _chosen(self, lock: Lock) -> bool:
        return any(fact.name == lock.manager for fact in self.stated[lock.folder])

    def _locks_of(self, folder: str) -> list[Lock]:
        """The lock files of the nearest folder that has one which speaks for `folder`."""
        for above in folders_up(folder):
            speaking = [
                lock
                for lock in self.locks.get(above, ())
                if folder in lock.importers or (lock.manager != "pnpm" and self.workspaces.has(above, folder)) or above == folder
            ]
            if speaking:
                return speaking
        return [lock for locks in self.locks.values() for lock in locks if folder in lock.importers]

    def _dependency(self, dependency: Dependency) -> Iterator[Dependency]:
        folder = folder_of(dependency.at.path)
        if dependency.ecosystem != "npm":
            yield dependency
        elif _base(dependency.at.path) in MANAGER_OF:
            if not self.stated.get(folder):
                yield dependency
        elif _base(dependency.at.path) == ".yarnrc.yml":
            if not self._stated_in_manifest(folder):
                yield dependency
        elif dependency.group == "build" or _base(dependency.at.path) not in _MANIFESTS:
            yield dependency
        else:
            yield self._locked(self._from_catalog(dependency, folder), folder)

    def _from_catalog(self, dependency: Dependency, folder: str) -> Dependency:
        if dependency.managed_by and dependency.managed_by.startswith("catalog:"):
            managed = self.ranges.get((self.workspaces.root(folder), dependency.name), {}).get(dependency.managed_by)
            if managed and managed.declared:
                return replace(dependency, declared=managed.declared, managed_by=None, via=(*dependency.via, managed.at))
        return dependency

    def _locked(self, dependency: Dependency, folder: str) -> Dependency:
        root = self.workspaces.root(folder)
        rules = self.ranges.get((root, dependency.name), {})
        rule = rules.get(dependency.declared or "") or rules.get("")
        forced = rule.declared if rule else None
        locks = self.locks_of(folder)
        for lock in locks:
            if found := lock.find(dependency, folder, forced):
                return replace(dependency, locked=found.version, via=(*dependency.via, found.at))
        own = self.folders.get((root, dependency.name))
        if own is not None and own != folder and dependency.path is None:
            return replace(dependency, path=own)
        if rule and forced and not locks and _EXACT.fullmatch(forced):
            return replace(dependency, locked=Version(forced.lstrip("v=")), via=(*dependency.via, rule.at))
        return dependency

    def _command(self, command: Command) -> Command:
        """A script of a folder whose lock file says more than its manifest is started with that package manager."""
        folder, (manager, _, rest) = folder_of(command.at.path), command.command.partition(" ")
        if _base(command.at.path) == "package.json" and manager == "npm" and not self._stated_in_manifest(folder):
            script = rest.removeprefix("run ")
            command = replace(command, command=name(invocation(self._manager_of(folder), script)))
        return command

    def _project(self, project: Project) -> Project:
        """What a package is that its manifest alone does not tell.

        A workspace root whose members stand in another file (pnpm) is an aggregate like those that list them
        themselves; a package that others of its workspace need and that nobody starts is a library.
        """
        folder, path = folder_of(project.at.path), project.at.path
        if project.ecosystem != "npm" or project.output is not None or self._starts(path):
            return project
        if _base(path) == "package.json" and self.workspaces.is_root(folder) and not self._needs(path):
            return replace(project, output="aggregate")
        if project.name is not None and (self.workspaces.root(folder), project.name) in self.needed:
            return replace(project, output="library")
        return project

    def _needs(self, manifest: str) -> bool:
        return any(need.group == "main" for need in self.facts.in_file(Dependency, manifest))

    def _starts(self, manifest: str) -> bool:
        return any(command.kind == "run" for command in self.facts.in_file(Command, manifest))

    def _manager_of(self, folder: str) -> str:
        stated = self.stated.get(self.workspaces.root(folder))
        locks = [lock.manager for lock in self.locks_of(folder) if lock.manager != "deno"]
        return stated[0].name if stated else locks[0] if locks else "npm"


def _base(path: str) -> str:
    return path.rpartition("/")[2]
