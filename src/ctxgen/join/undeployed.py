"""Components that no service or image states: projects of their own, pages that a service brings, processes beside one that serves."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterator, Sequence, Set

from msgspec.structs import replace

from ctxgen.facts import folder_of, folders_up
from ctxgen.join.kinds import Kinds
from ctxgen.join.known import Known
from ctxgen.join.parts import Part, make_part
from ctxgen.join.units import Unit
from ctxgen.language_names import ECOSYSTEM_OF, SOURCE_LANGUAGES, extension
from ctxgen.model import At, Dependency, Member, Process
from ctxgen.processes import daemons, scripted

_OF_TOOLS = {"scripts", "tools", "bin", "config", "types", "docker", "patches"}
_STATIC = "src/main/resources/static"


def projects(known: Known, kinds: Kinds, claimed: Set[Unit], deployed: Set[str], jobs: Set[str] = frozenset()) -> Iterator[Part]:
    """The units that nothing deploys (`claimed` are those that something does, `deployed` the folders of what does, `jobs` those of what runs once)."""
    needing = {folder_of(d.at.path) for d in known.facts.of(Dependency) if d.ecosystem == "npm" and d.group == "main"}
    rooted = {folder_of(each.at.path) for each in known.facts.of(Member) if each.ecosystem == "npm"}
    for unit in known.units.all:
        if unit in claimed or unit.workspace or _only_tools(unit, known, needing) or (unit.folder in rooted and _only_members(unit, known)):
            continue
        kind = kinds.of_code(unit)
        if unit.folder in deployed and (kind not in ("frontend", "cli") or (kind == "cli" and unit.folder and unit.folder in jobs)):
            continue
        workspace = not unit.folder and len(known.units.all) > 1
        if workspace and kind == "library" and unit.ecosystem == "npm" and unit.output is None:
            continue  # its root, which nobody publishes
        if kind == "library" and unit.ecosystem == "maven" and known.only_modules(unit.folder):
            continue
        yield make_part(unit.name, unit.folder, kind, [unit], [unit.at])


def _only_tools(unit: Unit, known: Known, needing: Set[str]) -> bool:
    """Whether an npm package only brings tools for the server in the same folder, or for the whole repository."""
    if unit.ecosystem != "npm" or unit.backend:
        return False
    beside = any(other.ecosystem != "npm" for other in known.units.of(unit.folder)) or _in_a_package(unit, known)
    if unit.frontend and (not beside or known.files.browser_source_in(unit.folder)):
        return False
    return beside or (not unit.folder and len(known.units.all) > 1 and unit.folder not in needing)


def _only_members(unit: Unit, known: Known) -> bool:
    """Whether the root of a JavaScript workspace holds no source but its members': what it needs is there for them."""
    start = f"{unit.folder}/" if unit.folder else ""
    return unit.ecosystem == "npm" and not any(
        path.startswith(start)
        and (SOURCE_LANGUAGES.get(extension(path)) == "script" or extension(path) in (".vue", ".svelte"))
        and (folder := folder_of(path)[len(start) :])
        and folder.partition("/")[0] not in _OF_TOOLS
        and known.units.folder(path) == unit.folder
        and known.places.scope(path) is None
        for path in known.files.paths
    )


def _in_a_package(unit: Unit, known: Known) -> bool:
    """Whether an npm package lies among the source of a server's package around it, whose pages it brings things for."""
    around = (
        {other.ecosystem for folder in folders_up(folder_of(unit.folder)) for other in known.units.of(folder)} if unit.folder else set()
    )
    return any(ECOSYSTEM_OF.get(extension(path), "npm") in around - {"npm"} for path in known.files.directly_in(unit.folder))


def static_frontends(known: Known) -> list[Part]:
    """Browser applications that a JVM service serves from its resources: a page with scripts of its own, not a lone page."""
    pages = [path for path in known.files.paths if path.endswith(f"{_STATIC}/index.html") and known.places.scope(path) is None]
    folders = {folder_of(page) for page in pages}
    scripted = {folder for path in known.files.paths if folders and _own_script(path, known) for folder in folders_up(folder_of(path))}
    found = []
    for page in pages:
        folder = folder_of(page)
        if folder in scripted:
            owner = folder.removesuffix(f"/{_STATIC}").rpartition("/")[2]
            named = f"{owner}-ui" if owner != "src" else f"{known.root_name}-ui"
            found.append(make_part(named, folder, "frontend", (), [At(page, 1)]))
    return found


def _own_script(path: str, known: Known) -> bool:
    return path.endswith((".js", ".ts")) and not path.endswith(".min.js") and not known.places.vendored(path)


def beside_services(known: Known, parts: Sequence[Part]) -> list[Part]:
    """The processes that run beside the one component of a folder in its image; where several are deployed of it, each is told already."""
    named = {part.name.lower() for part in parts}
    running: dict[str, list[Part]] = defaultdict(list)
    for part in parts:
        if part.kind in ("service", "gateway", "worker") and part.language:
            running[part.folder].append(part)
    found = []
    for process, kind in daemons(known.facts.of(Process), known.places):
        beside = running.get(known.units.folder(process.at.path), [])
        if len(beside) == 1 and process.owner is not None and process.owner.lower() not in named:
            found.append(replace(beside[0], name=str(process.owner), kind=kind, ports=(), depends_on=(), at=(process.at,)))
    managed = {part.path for part in found}
    for process, title in scripted(known.facts.of(Process), known.places):
        beside = running.get(known.units.folder(process.at.path), [])
        if len(beside) == 1 and beside[0].kind != "worker" and beside[0].path not in managed:
            named_so = title if title not in named else f"{beside[0].name}-{title}"
            found.append(replace(beside[0], name=named_so, kind="worker", ports=(), depends_on=(), at=(process.at,)))
    return found
