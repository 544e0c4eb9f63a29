"""pyproject.toml: the standard tables and those of setuptools, Flit and uv; Poetry's, PDM's and Hatch's have modules of their own.

Sources: https://packaging.python.org/specifications/pyproject-toml/, PEP 735,
https://docs.astral.sh/uv/reference/settings/, https://setuptools.pypa.io/en/latest/userguide/pyproject_config.html.
"""

from __future__ import annotations

from collections.abc import Iterator
from itertools import chain

from msgspec.structs import replace
from packaging.utils import canonicalize_name

from ctxgen.documents import Node
from ctxgen.facts import join_path
from ctxgen.model import Dependency, Diagnostic, Group, Managed, Member, Process, Project, Reference, Runtime
from ctxgen.opaque import Name, Opaque, name, version
from ctxgen.readers import Found, reads
from ctxgen.readers._hatch_pdm import hatch, pdm, poe
from ctxgen.readers._pep508 import dependency, group_of, optional_group, parse_requirement
from ctxgen.readers._poetry import poetry
from ctxgen.readers.pixi import pixi
from ctxgen.tree import File

_EMPTY = Node({}, 1)
_LIBRARY = "Topic :: Software Development :: Libraries"
"""What an author calls a library.  Source: https://pypi.org/classifiers/."""


@reads("pyproject.toml")
def read_pyproject(file: File) -> Iterator[Found]:
    """Project, Python version, dependencies with their groups, entry points, tools and workspace."""
    root = file.toml()
    project, tool = root.get("project") or _EMPTY, root.get("tool") or _EMPTY
    own, sources = _own_name(root), _sources(tool)
    yield from _project(file, root)
    yield from _build_system(file, root)
    for found in chain(_pep621(file, project), _dependency_groups(file, root), _flit(file, tool)):
        if isinstance(found, Dependency):
            if str(canonicalize_name(found.name)) != own:
                yield _with_source(file, found, sources)
        else:
            yield found
    yield from _setuptools(file, tool)
    yield from _uv(file, tool, sources)
    stated = [
        *_list(project, "dependencies"),
        *(node for _, extra in (project.get("optional-dependencies") or _EMPTY).items() for node in extra.elements()),
    ]
    standard = {str(canonicalize_name(wanted.name)) for node in stated if (wanted := parse_requirement(node.text or ""))}
    yield from poetry(file, tool.get("poetry"), standard)
    yield from pdm(file, tool.get("pdm"))
    yield from hatch(file, tool.get("hatch"))
    yield from pixi(file, tool.get("pixi"))
    yield from poe(file, tool)


def _list(node: Node, *path: str) -> Iterator[Node]:
    """The scalar elements of a list below nested keys."""
    found = node.get(*path)
    return (element for element in found.elements() if element.text is not None) if found else iter(())


def _own_name(root: Node) -> str | None:
    for path in (("project", "name"), ("tool", "poetry", "name"), ("tool", "flit", "metadata", "module")):
        if (node := root.get(*path)) and node.text:
            return str(canonicalize_name(node.text))
    return None


def _project(file: File, root: Node) -> Iterator[Project]:
    for path in (("project",), ("tool", "poetry"), ("tool", "flit", "metadata")):
        table = root.get(*path)
        named = (table.get("name") or table.get("module")) if table else None
        if table is None or named is None or named.text is None:
            continue
        stated = table.get("version")
        said = [node.text or "" for node in _list(table, "classifiers")]
        private = any(each.startswith("Private ::") for each in said)
        library = any(each.startswith(_LIBRARY) for each in said)
        yield Project(
            ecosystem="pypi", name=name(named.text), version=version(stated.text) if stated else None, private=private or None,
            output="application" if _unpackaged(root) else "library" if library else None, at=file.at(named.line),
        )  # fmt: skip
        return


def _unpackaged(root: Node) -> bool:
    """Whether the project says that it is never built into a package."""
    modes = (root.get("tool", "poetry", "package-mode"), root.get("tool", "uv", "package"), root.get("tool", "pdm", "distribution"))
    return any(mode is not None and mode.value is False for mode in modes)


def _build_system(file: File, root: Node) -> Iterator[Dependency]:
    for node in _list(root, "build-system", "requires"):
        if wanted := parse_requirement(node.text or ""):
            yield dependency(file, wanted, node.line, "build")


def _requirements(file: File, nodes: Iterator[Node], group: Group, when: Name | None = None) -> Iterator[Found]:
    for node in nodes:
        wanted = parse_requirement(node.text or "")
        if wanted is None:
            yield Diagnostic(file.path, node.line, "bad-requirement", "info", "a requirement without a package's name")
        else:
            yield dependency(file, wanted, node.line, group, when)


def _pep621(file: File, project: Node) -> Iterator[Found]:
    if (wanted := project.get("requires-python")) and wanted.text:
        yield Runtime(name=name("Python"), version=version(wanted.text), at=file.at(wanted.line))
    yield from _requirements(file, _list(project, "dependencies"), "main")
    extras = project.get("optional-dependencies")
    for extra, _ in extras.items() if extras else ():
        yield from _requirements(file, _list(project, "optional-dependencies", extra), *optional_group(extra))
    for table in ("scripts", "gui-scripts"):
        yield from processes(file, project.get(table))


def processes(file: File, scripts: Node | None) -> Iterator[Process]:
    """The entry points `name = "module:function"` of a table."""
    for script, node in scripts.items() if scripts else ():
        target = node.text or next((text for key in ("reference", "callable") if (inner := node.get(key)) and (text := inner.text)), None)
        if target:
            yield Process(command=Opaque(target), owner=name(script), at=file.at(node.line))


def _dependency_groups(file: File, root: Node) -> Iterator[Found]:
    """PEP 735.  What a group includes counts once, where it stands, with the group that stands for it."""
    groups = root.get("dependency-groups")
    for group, node in groups.items() if groups else ():
        kind: Group
        kind, when = ("main", None) if group_of(group) == "main" else optional_group(group)
        yield from _requirements(file, (element for element in node.elements() if element.text is not None), kind, when)


def _flit(file: File, tool: Node) -> Iterator[Found]:
    metadata = tool.get("flit", "metadata") or _EMPTY
    if (wanted := metadata.get("requires-python")) and wanted.text:
        yield Runtime(name=name("Python"), version=version(wanted.text), at=file.at(wanted.line))
    yield from _requirements(file, _list(metadata, "requires"), "main")
    extras = metadata.get("requires-extra")
    for extra, _ in extras.items() if extras else ():
        yield from _requirements(file, _list(metadata, "requires-extra", extra), *optional_group(extra))
    yield from processes(file, tool.get("flit", "scripts"))


def _setuptools(file: File, tool: Node) -> Iterator[Reference]:
    """Requirements files that dynamic metadata is read from."""
    dynamic = tool.get("setuptools", "dynamic") or _EMPTY
    extras = dynamic.get("optional-dependencies")
    for table in (dynamic.get("dependencies"), *((node for _, node in extras.items()) if extras else ())):
        named = table.get("file") if table else None
        for node in named.scalars() if named else ():
            yield Reference(node.text or "", "read_requirements", file.at(node.line))


def _uv(file: File, tool: Node, sources: dict[str, Node]) -> Iterator[Found]:
    uv = tool.get("uv") or _EMPTY
    for node in _list(uv, "dev-dependencies"):
        if wanted := parse_requirement(node.text or ""):
            yield _with_source(file, dependency(file, wanted, node.line, "dev"), sources)
    for key in ("constraint-dependencies", "override-dependencies"):
        for node in _list(uv, key):
            if wanted := parse_requirement(node.text or ""):
                yield Managed(ecosystem="pypi", name=wanted.name, declared=wanted.declared, at=file.at(node.line), when=wanted.marker)
    for key, exclude in (("members", False), ("exclude", True)):
        for node in _list(uv, "workspace", key):
            yield Member(ecosystem="pypi", pattern=name(node.text or ""), exclude=exclude, at=file.at(node.line))
    if uv is not _EMPTY:
        yield Dependency(ecosystem="pypi", name=name("uv"), group="build", at=file.at(uv.line))


def _sources(tool: Node) -> dict[str, Node]:
    """`[tool.uv.sources]` by normal name."""
    sources = tool.get("uv", "sources")
    return {str(canonicalize_name(package)): node for package, node in sources.items()} if sources else {}


def _with_source(file: File, found: Dependency, sources: dict[str, Node]) -> Dependency:
    """A dependency with the path, or the tag where it states no version, that a source gives it."""
    node = sources.get(str(canonicalize_name(found.name)))
    for source in (node, *node.elements()) if node else ():
        path, tag = source.get("path"), source.get("tag")
        if path is not None and path.text:
            return replace(found, path=join_path(file.folder, path.text), via=(file.at(path.line),))
        if tag is not None and tag.text and found.declared is None:
            return replace(found, declared=version(tag.text), via=(file.at(tag.line),))
    return found
