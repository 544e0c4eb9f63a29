"""NuGet's own files: packages.config, packages.lock.json, global.json and the manifest of .NET tools.

Sources: https://learn.microsoft.com/nuget/reference/packages-config,
https://learn.microsoft.com/nuget/consume-packages/package-references-in-project-files#locking-dependencies,
https://learn.microsoft.com/dotnet/core/tools/global-json, https://learn.microsoft.com/dotnet/core/tools/local-tools-how-to-use.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterator

from ctxgen.model import Dependency, Fact, Group, Locked, Managed, Runtime
from ctxgen.opaque import Version, name, version
from ctxgen.readers import reads
from ctxgen.readers._elements import place
from ctxgen.readers._lockfile import Cursor, load, table, text
from ctxgen.tree import LOCK_LIMIT, File


@reads("packages.config", "packages.*.config")
def read_packages_config(file: File) -> Iterator[Fact]:
    """The packages of a project of the old style, each with its exact version."""
    for element in file.xml().iter("package"):
        package = (element.get("id") or "").strip()
        if package:
            group: Group = "dev" if (element.get("developmentDependency") or "").lower() == "true" else "main"
            yield Dependency(
                ecosystem="nuget", name=name(package), declared=version(element.get("version")), group=group, at=place(file, element)
            )


@reads("packages.lock.json", "packages.*.lock.json", limit=LOCK_LIMIT)
def read_packages_lock(file: File) -> Iterator[Fact]:
    """Resolved versions; `when` names the target framework where frameworks differ."""
    resolved: dict[str, dict[Version, tuple[int, str]]] = defaultdict(dict)
    cursor = Cursor(file.text)
    for framework, packages in table(load(file).get("dependencies")).items():
        cursor.key(framework)
        for package, entry in table(packages).items():
            line = cursor.key(package)
            if stated := version(text(table(entry).get("resolved"))):
                resolved[package].setdefault(stated, (line, framework))
    for package, versions in resolved.items():
        for stated, (line, framework) in versions.items():
            yield Locked(
                ecosystem="nuget", name=name(package), version=stated, at=file.at(line), when=name(framework) if len(versions) > 1 else None
            )


@reads("global.json")
def read_global_json(file: File) -> Iterator[Fact]:
    """The version of the .NET SDK and of the MSBuild SDKs that projects name."""
    root = file.json()
    sdk = root.get("sdk", "version")
    if sdk and (stated := version(sdk.text)):
        yield Runtime(name=name(".NET SDK"), version=stated, source="version-file", at=file.at(sdk.line))
    sdks = root.get("msbuild-sdks")
    for package, node in sdks.items() if sdks else ():
        yield Managed(ecosystem="nuget", name=name(package), declared=version(node.text), group="plugin", at=file.at(node.line))


@reads("dotnet-tools.json")
def read_dotnet_tools(file: File) -> Iterator[Fact]:
    """The command line tools that the repository uses."""
    tools = file.json().get("tools")
    for tool, node in tools.items() if tools else ():
        written = node.get("version")
        yield Dependency(
            ecosystem="nuget", name=name(tool), declared=version(written.text if written else None), group="build", at=file.at(node.line)
        )
