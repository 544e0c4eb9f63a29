"""MSBuild projects and the files that they share: *.csproj, Directory.Build.props, Directory.Packages.props …

Sources: https://learn.microsoft.com/visualstudio/msbuild/msbuild-project-file-schema-reference,
https://learn.microsoft.com/nuget/consume-packages/package-references-in-project-files,
https://learn.microsoft.com/nuget/consume-packages/central-package-management.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from itertools import islice
from typing import TYPE_CHECKING, Literal

from ctxgen.documents import Unreadable
from ctxgen.facts import join_path
from ctxgen.model import At, Dependency, Fact, Group, Managed, Parent, Project, Property, Reference, Runtime
from ctxgen.opaque import Name, Opaque, name, version
from ctxgen.readers import reads
from ctxgen.readers._conditions import SHOWN, joined, label, negation, template_branches
from ctxgen.readers._elements import place
from ctxgen.tree import File

if TYPE_CHECKING:
    from lxml import etree

_PROJECT_FILES = ("*.csproj", "*.fsproj", "*.vbproj")
_LANGUAGES = {"fsproj": "F#", "vbproj": "Visual Basic"}
_EXECUTABLE_SDKS = {"microsoft.net.sdk.web", "microsoft.net.sdk.worker", "microsoft.net.sdk.blazorwebassembly"}
"""SDKs whose own properties set `OutputType` to `Exe`."""
_THIS_FOLDER = re.compile(r"\$\(MSBuild(?:ThisFile|Project)Directory\)[\\/]?", re.IGNORECASE)
_FILE_ABOVE = re.compile(r"\$\(\s*\[MSBuild\]::GetPathOfFileAbove\(\s*'?([\w.$()-]{1,100}?)'?\s*(?:,|\)\))", re.IGNORECASE)
_FOLDER_ABOVE = re.compile(r"\$\(\s*\[MSBuild\]::GetDirectoryNameOfFileAbove\(.{1,200}\)\s*\)[\\/]?([\w.-]{1,100})", re.IGNORECASE)
_VARIABLE = re.compile(r"\$\(([A-Za-z_][\w.-]{0,80})\)")


class _Source:
    """One file while it is read: where its elements stand and on what they depend."""

    def __init__(self, file: File) -> None:
        self.file = file
        self.branches = template_branches(file.lines)
        self._otherwise: dict[etree._Element, list[str]] = {}

    def at(self, element: etree._Element) -> At:
        return place(self.file, element)

    def when(self, element: etree._Element) -> Name | None:
        """The conditions of an element and of everything around it, and the template branch it stands in."""
        labels = [self.branches.get(self.at(element).line)]
        for each in (*reversed(list(element.iterancestors())), element):
            if each.tag == "Otherwise":
                labels.extend(self._branch(each))
            labels.append(label(_attribute(each, "Condition")))
        return joined(labels)

    def _branch(self, otherwise: etree._Element) -> list[str]:
        """What holds in `Otherwise`: no `When` before it does."""
        if otherwise not in self._otherwise:
            before = islice(otherwise.itersiblings("When", preceding=True), SHOWN)
            conditions = (label(_attribute(sibling, "Condition")) for sibling in before)
            self._otherwise[otherwise] = [negation(said) for said in conditions if said]
        return self._otherwise[otherwise]


def _attribute(element: etree._Element, key: str) -> str | None:
    return next((str(value) for found, value in element.attrib.items() if str(found).lower() == key.lower()), None)


def _metadata(element: etree._Element, key: str) -> str | None:
    """Metadata of an item: an attribute or a child element."""
    written = _attribute(element, key)
    if written is None:
        written = next((child.text for child in element if isinstance(child.tag, str) and child.tag.lower() == key.lower()), None)
    return written.strip() if written else None


def _opaque(text: str) -> Opaque:
    """A value with `$(Name)` written as `${Name}`, which is what opaque values interpolate."""
    return Opaque(_VARIABLE.sub(r"${\1}", text.strip()))


def _named(text: str | None) -> Iterator[str]:
    """The names of an item list; globs and names that a property gives name no package."""
    return (part.strip() for part in (text or "").split(";") if part.strip() and not re.search(r"[$@%*?]", part))


def _spec(written: str | None) -> Opaque | None:
    return _opaque(written) if written and "$(" in written else None


def _entries(root: etree._Element, group: str) -> Iterator[etree._Element]:
    """The elements of all groups of a kind that are evaluated: at the top, or in a branch of `Choose`, never in a target."""
    for element in root:
        if element.tag == group:
            yield from (child for child in element if isinstance(child.tag, str))
        elif element.tag in ("Choose", "When", "Otherwise", "ImportGroup"):
            yield from _entries(element, group)


@reads(*_PROJECT_FILES, "Directory.Build.props", "Directory.Build.targets", "Directory.Packages.props")
def read_msbuild(file: File) -> Iterator[Fact | Reference]:
    """SDKs, target frameworks, properties, packages, central versions, project references and imports."""
    root = file.xml()
    if root.tag != "Project":
        raise Unreadable("unknown-format", "not an MSBuild project")
    source = _Source(file)
    sdks = list(_sdks(source, root))
    items = list(_items(source, root))
    if file.name.lower().endswith("proj"):
        yield _project(source, root, sdks, items)
    yield from sdks
    for element in _entries(root, "PropertyGroup"):
        yield from _property(source, element)
    yield from items
    yield from _imports(source, root)


def _project(source: _Source, root: etree._Element, sdks: list[Dependency], items: list[Dependency | Managed]) -> Project:
    stated = {
        element.tag.lower(): (element.text or "").strip().lower()
        for element in _entries(root, "PropertyGroup")
        if source.when(element) is None
    }
    names = {str(sdk.name).lower() for sdk in sdks}
    kind: Literal["application", "library", "test"] | None = None
    runner = any(isinstance(item, Dependency) and item.name.lower() == "microsoft.net.test.sdk" for item in items)
    if stated.get("istestproject") == "true" or "mstest.sdk" in names or (runner and stated.get("istestproject") != "false"):
        kind = "test"
    elif stated.get("outputtype") in ("exe", "winexe", "appcontainerexe") or (names & _EXECUTABLE_SDKS and "outputtype" not in stated):
        kind = "application"
    elif stated.get("outputtype") in ("library", "module"):
        kind = "library"
    packed = stated.get("ispackable")
    return Project(
        ecosystem="nuget",
        name=name(source.file.name.rpartition(".")[0]),
        version=version(stated.get("version") or stated.get("versionprefix") or None),
        private=None if packed not in ("true", "false") else packed == "false",
        output=kind,
        at=source.at(root),
    )


def _sdks(source: _Source, root: etree._Element) -> Iterator[Dependency]:
    """`<Project Sdk="A/1;B">`, `<Sdk Name Version>` and `<Import Sdk>`, each SDK once."""
    written: list[tuple[etree._Element, str, str | None]] = [
        (root, part.strip(), None) for part in (_attribute(root, "Sdk") or "").split(";")
    ]
    written += [
        (element, (_attribute(element, "Name") or "").strip(), _attribute(element, "Version")) for element in root if element.tag == "Sdk"
    ]
    written += [
        (element, (_attribute(element, "Sdk") or "").strip(), _attribute(element, "Version")) for element in root if element.tag == "Import"
    ]
    seen: set[str] = set()
    for element, text, stated in written:
        sdk, _, behind = text.partition("/")
        if sdk and sdk.lower() not in seen and not re.search(r"[$@%*?]", sdk):
            seen.add(sdk.lower())
            number = stated or behind or None
            yield Dependency(
                ecosystem="nuget", name=name(sdk), declared=version(number), spec=_spec(number), group="plugin", at=source.at(element)
            )


def _property(source: _Source, element: etree._Element) -> Iterator[Fact]:
    """A property; a target framework and a language version are runtimes too, where no other property gives them."""
    text, at, when = (element.text or "").strip(), source.at(element), source.when(element)
    yield Property(name=name(element.tag), value=_opaque(text), at=at, when=when)
    match element.tag.lower():
        case "targetframework" | "targetframeworks":
            for framework in dict.fromkeys(part.strip() for part in text.split(";")):
                if stated := version(framework):
                    yield Runtime(name=name(".NET"), version=stated, at=at, when=when)
        case "targetframeworkversion":
            if stated := version(text):
                yield Runtime(name=name(".NET Framework"), version=stated, at=at, when=when)
        case "langversion" if text[:1].isdigit():
            extension = source.file.name.rpartition(".")[2].lower()
            yield Runtime(name=name(_LANGUAGES.get(extension, "C#")), version=version(text), at=at, when=when)


def _items(source: _Source, root: etree._Element) -> Iterator[Dependency | Managed]:
    removed: dict[str, int] = {}
    for index, element in enumerate(elements := list(_entries(root, "ItemGroup"))):
        if element.tag.lower() == "packagereference" and source.when(element) is None:
            removed.update((package.lower(), index) for package in _named(_attribute(element, "Remove")))
    for index, element in enumerate(elements):
        at, when = source.at(element), source.when(element)
        match str(element.tag).lower():
            case "packagereference" | "globalpackagereference" | "dotnetclitoolreference":
                written = _metadata(element, "VersionOverride") or _metadata(element, "Version")
                group = _group(element)
                for package in _named(_attribute(element, "Include")):
                    if removed.get(package.lower(), -1) < index:
                        yield Dependency(
                            ecosystem="nuget",
                            name=name(package),
                            declared=version(written),
                            spec=_spec(written),
                            group=group,
                            at=at,
                            when=when,
                        )
                for package in _named(_attribute(element, "Update")) if written else ():
                    yield Managed(ecosystem="nuget", name=name(package), declared=version(written), spec=_spec(written), at=at, when=when)
            case "packageversion":
                written = _metadata(element, "Version")
                for package in (*_named(_attribute(element, "Include")), *_named(_attribute(element, "Update"))):
                    yield Managed(ecosystem="nuget", name=name(package), declared=version(written), spec=_spec(written), at=at, when=when)
            case "frameworkreference":
                for framework in _named(_attribute(element, "Include")):
                    yield Dependency(ecosystem="nuget", name=name(framework), at=at, when=when)
            case "projectreference":
                yield from _project_references(source, element, at, when)


def _group(element: etree._Element) -> Group:
    """What a package is for: `PrivateAssets` of all is how NuGet marks a development dependency, unless it is compiled against."""
    if element.tag.lower() == "dotnetclitoolreference":
        return "build"
    private = {part.strip().lower() for part in (_metadata(element, "PrivateAssets") or "").split(";")}
    included = {part.strip().lower() for part in (_metadata(element, "IncludeAssets") or "none").split(";")}
    return "dev" if element.tag.lower() == "globalpackagereference" or ("all" in private and not included & {"all", "compile"}) else "main"


def _project_references(source: _Source, element: etree._Element, at: At, when: Name | None) -> Iterator[Dependency]:
    linked = (_metadata(element, "ReferenceOutputAssembly") or "true").lower() != "false"
    for part in (_attribute(element, "Include") or "").split(";"):
        path = _THIS_FOLDER.sub("./", part.strip())
        target = None if not path or re.search(r"[$@%*?]", path) else join_path(source.file.folder, path)
        if target:
            stem = target.rpartition("/")[2].rpartition(".")[0]
            yield Dependency(ecosystem="nuget", name=name(stem), path=target, group="main" if linked else "build", at=at, when=when)


def _imports(source: _Source, root: etree._Element) -> Iterator[Fact | Reference]:
    """`<Import Project>`: a path is opened; "the file of that name above" is told to the resolve stage as a parent without path."""
    for element in (*(each for each in root if each.tag == "Import"), *_entries(root, "ImportGroup")):
        written = _attribute(element, "Project") or ""
        if element.tag != "Import" or _attribute(element, "Sdk") or not written:
            continue
        at, when = source.at(element), source.when(element)
        if above := _FILE_ABOVE.search(written) or _FOLDER_ABOVE.search(written):
            wanted = re.sub(r"\$\(MSBuildThisFile\)", source.file.name, above[1], flags=re.IGNORECASE)
            yield Parent(ecosystem="nuget", name=name(wanted), at=at, when=when)
            continue
        path = _THIS_FOLDER.sub("./", written.strip())
        if re.search(r"[$@%*?]", path):
            continue
        if target := join_path(source.file.folder, path):
            yield Parent(ecosystem="nuget", name=name(target.rpartition("/")[2]), path=target, at=at, when=when)
            yield Reference(path.replace("\\", "/"), "read_msbuild", at)
