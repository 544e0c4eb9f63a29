"""Python: which lock resolves which requirement, constraints and workspaces.

Sources: https://docs.astral.sh/uv/concepts/projects/workspaces/, https://pip.pypa.io/en/stable/user_guide/#constraints-files.
"""

from __future__ import annotations

import re
from collections import defaultdict
from collections.abc import Iterable, Iterator
from functools import lru_cache

from msgspec.structs import replace
from packaging.specifiers import InvalidSpecifier, SpecifierSet
from packaging.utils import canonicalize_name
from packaging.version import InvalidVersion, Version

from ctxgen.facts import Facts, folder_of, folders_up, join_path
from ctxgen.model import Dependency, Locked, Managed, Member, Project
from ctxgen.opaque import version
from ctxgen.patterns import NOTHING, workspace_glob

_PROJECT_LOCKS = ("uv.lock", "poetry.lock", "pdm.lock", "pylock.toml", "pixi.lock", "conda-lock.yml")
_PROJECT_FILES = ("pyproject.toml", "pixi.toml", "environment.yml", "environment.yaml", "setup.py", "setup.cfg")
_TOOLS = {"uv", "poetry", "pdm", "pipenv", "hatch"}


class Locks:
    """Locked versions by file and normal name, and the lock files by folder."""

    def __init__(self, facts: Facts) -> None:
        self.of_file: dict[str, dict[str, list[Locked]]] = defaultdict(lambda: defaultdict(list))
        self.in_folder: dict[str, dict[str, str]] = defaultdict(dict)
        for lock in facts.of(Locked):
            if lock.ecosystem == "pypi":
                self.of_file[lock.at.path][normal(lock.name)].append(lock)
        for path in self.of_file:
            folder, _, base = path.rpartition("/")
            self.in_folder[folder][base] = path

    def compiled(self, folder: str) -> list[str]:
        """The compiled requirements files of a folder, the plainest name first."""
        found = [path for base, path in self.in_folder.get(folder, {}).items() if not _is_project_lock(base)]
        return sorted(found, key=lambda path: (len(path), path))


@lru_cache(maxsize=65536)
def normal(package: str) -> str:
    """A name as PyPI compares it."""
    return str(canonicalize_name(package))


def _base(path: str) -> str:
    return path.rpartition("/")[2]


def _is_project_lock(base: str) -> bool:
    return base in _PROJECT_LOCKS or base == "Pipfile.lock" or re.fullmatch(r"pylock\..+\.toml", base) is not None


def resolve(facts: Facts) -> Facts:
    """Fill `locked` from lock files, compiled files and constraints; name local projects; tell each tool once a folder."""
    if not any(dependency.ecosystem == "pypi" for dependency in facts.of(Dependency)):
        return facts
    locks, members, constraints = Locks(facts), _members(facts), _constraints(facts)
    projects = {
        folder_of(project.at.path): project for project in reversed(facts.of(Project)) if project.ecosystem == "pypi" and project.name
    }
    by_name = {normal(project.name): folder for folder, project in projects.items() if project.name}
    poetry = {
        dependency.at.path
        for dependency in facts.of(Dependency)
        if dependency.ecosystem == "pypi" and dependency.group == "build" and dependency.name == "poetry"
    }
    shown: set[tuple[str, str]] = set()

    def change(dependency: Dependency) -> Iterator[Dependency]:
        if dependency.ecosystem != "pypi":
            yield dependency
            return
        folder = folder_of(dependency.at.path)
        if dependency.group == "build" and dependency.name in _TOOLS and dependency.declared is None:
            if (folder, dependency.name) not in shown:
                shown.add((folder, dependency.name))
                yield dependency
            return
        if dependency.group == "build":
            yield dependency
            return
        if dependency.path is not None:
            local = projects.get(dependency.path)
            yield replace(dependency, name=local.name) if local is not None and local.name else dependency
            return
        target = by_name.get(normal(dependency.name))
        if target is not None and target in members and any(above in members[target] for above in folders_up(folder)):
            yield replace(dependency, path=target)
            return
        lock = _lock(dependency, locks, projects, members, poetry) or _constraint(dependency, constraints)
        if lock is None:
            yield dependency
        elif isinstance(lock, Locked):
            yield replace(dependency, locked=lock.version, via=(*dependency.via, lock.at))
        else:
            yield replace(dependency, locked=version((lock.declared or "").lstrip("= ")), via=(*dependency.via, lock.at))

    return facts.map(Dependency, change)


# ---------------------------------------------------------------------------------------------- which lock


def _lock(
    dependency: Dependency, locks: Locks, projects: dict[str, Project], members: dict[str, set[str]], poetry: set[str]
) -> Locked | None:
    """The locked version of a requirement in the lock file that serves the file which states it."""
    package = normal(dependency.name)
    for path in _lock_files(dependency.at.path, locks, projects, members, poetry):
        if found := locks.of_file[path].get(package):
            return _best(dependency, found)
    return None


def _lock_files(path: str, locks: Locks, projects: dict[str, Project], members: dict[str, set[str]], poetry: set[str]) -> Iterator[str]:
    folder, base = folder_of(path), _base(path)
    here = locks.in_folder.get(folder, {})
    if base == "Pipfile":
        yield from (each for each in (here.get("Pipfile.lock"),) if each)
    elif base.endswith(".in"):
        twin = here.get(f"{base.removesuffix('.in')}.txt")
        if twin:
            yield twin
            return
        yield from locks.compiled(folder)
        if folder:
            yield from locks.compiled(folder_of(folder))
    elif base in _PROJECT_FILES:
        order = sorted(_PROJECT_LOCKS, key=lambda lock: lock != "poetry.lock") if path in poetry else _PROJECT_LOCKS
        yield from (here[lock] for lock in order if lock in here)
        for above in list(folders_up(folder))[1:]:
            yield from (
                found
                for lock in order
                if (found := locks.in_folder.get(above, {}).get(lock)) and _serves(locks.of_file[found], folder, above, projects, members)
            )
        yield from locks.compiled(folder)
        yield from locks.compiled(f"{folder}/requirements" if folder else "requirements")


def _serves(lock: dict[str, list[Locked]], folder: str, above: str, projects: dict[str, Project], members: dict[str, set[str]]) -> bool:
    """Whether a lock file further up is a folder's: the folder is a member of its workspace, or locked by its own name."""
    project = projects.get(folder)
    return above in members.get(folder, ()) or (project is not None and project.name is not None and normal(project.name) in lock)


def _best(dependency: Dependency, found: list[Locked]) -> Locked:
    """Of several locked versions the highest that the specifier allows."""
    if len({lock.version for lock in found}) == 1:
        return found[0]
    wanted = _specifiers(dependency.declared)
    allowed = [
        lock
        for lock in found
        if wanted is None or ((stated := _version(lock.version)) is not None and wanted.contains(stated, prereleases=True))
    ]
    return max(allowed or found, key=_order)


def _order(lock: Locked) -> tuple[Version, bool]:
    """Later versions first; of one version the published build before a local one (`2.1.0+cpu`)."""
    stated = _version(lock.version) or Version("0")
    return Version(stated.public), stated.local is None


def _version(written: str) -> Version | None:
    try:
        return Version(written)
    except InvalidVersion:
        return None


def _specifiers(written: str | None) -> SpecifierSet | None:
    """A specifier of the standard or of Poetry (`^1.2`, `~1.2`, `1.2.*`), None where it cannot be compared."""
    try:
        return SpecifierSet(",".join(_standard(each.strip()) for each in written.split(",") if each.strip())) if written else None
    except (InvalidSpecifier, InvalidVersion, ValueError):
        return None


def _standard(written: str) -> str:
    if not written.startswith(("^", "~")) or written.startswith("~="):
        return written if written[0] in "<>=!~" else f"=={written}"
    low = Version(written[1:].strip())
    release = low.release
    if written.startswith("~"):
        keep = min(2, len(release))
    else:
        keep = next((index + 1 for index, part in enumerate(release) if part), len(release))
    top = ".".join(str(part) for part in (*release[: keep - 1], release[keep - 1] + 1))
    return f">={low},<{top}"


# ---------------------------------------------------------------------------------------------- constraints, workspaces


def _constraints(facts: Facts) -> dict[str, dict[str, list[Managed]]]:
    """The exact versions that constraints files set, by folder and normal name."""
    found: dict[str, dict[str, list[Managed]]] = defaultdict(lambda: defaultdict(list))
    for managed in facts.of(Managed):
        if managed.ecosystem == "pypi" and re.fullmatch(r"={2,3}\s*[\w.!+-]+", managed.declared or ""):
            found[folder_of(managed.at.path)][normal(managed.name)].append(managed)
    return found


def _constraint(dependency: Dependency, constraints: dict[str, dict[str, list[Managed]]]) -> Managed | None:
    """The constraint that pins a requirement: of its folder or the nearest above, and only where there is exactly one."""
    if (dependency.declared or "").startswith("=="):
        return None
    for folder in folders_up(folder_of(dependency.at.path)):
        if found := constraints.get(folder, {}).get(normal(dependency.name)):
            return found[0] if len(found) == 1 else None
    return None


def _members(facts: Facts) -> dict[str, set[str]]:
    """Project folder -> the folders of the workspaces that it belongs to."""
    members: dict[str, set[str]] = defaultdict(set)
    folders = [folder_of(project.at.path) for project in facts.of(Project) if project.ecosystem == "pypi"]
    rules: dict[str, list[Member]] = defaultdict(list)
    for member in facts.of(Member):
        if member.ecosystem == "pypi":
            rules[folder_of(member.at.path)].append(member)
    for root, listed in rules.items():
        included = _patterns(root, (member for member in listed if not member.exclude))
        excluded = _patterns(root, (member for member in listed if member.exclude))
        for folder in folders:
            if folder == root or (included.fullmatch(folder) and not excluded.fullmatch(folder)):
                members[folder].add(root)
    return members


def _patterns(root: str, members: Iterable[Member]) -> re.Pattern[str]:
    """The globs of a workspace as one expression over folders."""
    written = (join_path(root, str(member.pattern)) for member in members)
    return re.compile("|".join(workspace_glob(each) for each in written if each is not None) or NOTHING)
