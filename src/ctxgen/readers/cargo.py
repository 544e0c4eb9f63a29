"""Cargo for Rust: Cargo.toml.  Source: https://doc.rust-lang.org/cargo/reference/manifest.html."""

from __future__ import annotations

from collections.abc import Iterator

from ctxgen.documents import Node
from ctxgen.facts import join_path
from ctxgen.model import Dependency, Fact, Group, Managed, Member, Project, Runtime
from ctxgen.opaque import Name, Opaque, name, version
from ctxgen.readers import reads
from ctxgen.tree import File

_TABLES: dict[str, Group] = {
    "dependencies": "main",
    "dev-dependencies": "dev",
    "dev_dependencies": "dev",
    "build-dependencies": "build",
    "build_dependencies": "build",
}


@reads("Cargo.toml")
def read_cargo_toml(file: File) -> Iterator[Fact]:
    """The package, the workspace and its members, dependencies of every kind and target, the Rust that is asked for."""
    root = file.toml()
    package, workspace = root.get("package") or root.get("project"), root.get("workspace")
    if package:
        yield _package(file, root, package)
        yield from _rust(file, package)
    elif workspace:
        yield Project(ecosystem="cargo", output="aggregate", at=file.at(workspace.line))
    if workspace:
        yield from _workspace(file, workspace)
    defaults = _default_features(root)
    yield from _tables(file, root, defaults, None)
    yield from _forwarded(file, root, defaults)
    targets = root.get("target")
    for target, node in targets.items() if targets else ():
        yield from _tables(file, node, defaults, name(target))


def _text(node: Node | None, key: str) -> str | None:
    found = node.get(key) if node else None
    return found.text if found else None


def _package(file: File, root: Node, package: Node) -> Project:
    named, published = package.get("name"), package.get("publish")
    return Project(
        ecosystem="cargo",
        name=name(named.text) if named and named.text else None,
        version=version(_text(package, "version")),
        private=published.value is False or published.value == [] if published else None,
        output="application" if root.get("bin") or package.get("default-run") else "library" if root.get("lib") else None,
        at=file.at(named.line if named else package.line),
    )


def _rust(file: File, package: Node) -> Iterator[Runtime]:
    asked = package.get("rust-version")
    if asked and (stated := version(asked.text)):
        yield Runtime(name=name("Rust"), version=stated, at=file.at(asked.line))


def _workspace(file: File, workspace: Node) -> Iterator[Fact]:
    for key, exclude in (("members", False), ("exclude", True)):
        listed = workspace.get(key)
        for node in listed.elements() if listed else ():
            if node.text:
                yield Member(ecosystem="cargo", pattern=name(node.text), exclude=exclude, at=file.at(node.line))
    if package := workspace.get("package"):
        yield from _rust(file, package)
    managed = workspace.get("dependencies")
    for key, node in managed.items() if managed else ():
        yield Managed(
            ecosystem="cargo",
            name=name(_text(node, "package") or key),
            alias=name(key) if _text(node, "package") else None,
            declared=version(node.text or _text(node, "version")),
            extras=_features(node),
            path=_path(file, node),
            at=file.at(node.line),
        )


def _features(node: Node) -> tuple[Name, ...]:
    listed = node.get("features")
    return tuple(name(each.text) for each in listed.elements() if each.text) if listed else ()


def _path(file: File, node: Node) -> str | None:
    written = _text(node, "path")
    return join_path(file.folder, written) if written else None


def _default_features(root: Node) -> dict[str, list[str]]:
    """Dependencies that the package's default features switch on, each with the features of its own that they ask for.

    Source: https://doc.rust-lang.org/cargo/reference/features.html.
    """
    features = root.get("features")
    table = {key: [each.text for each in node.elements() if each.text] for key, node in features.items()} if features else {}
    switched: dict[str, list[str]] = {}
    seen: set[str] = set()
    work = list(table.get("default", ()))
    while work:
        asked = work.pop()
        if asked in seen:
            continue
        seen.add(asked)
        if asked.startswith("dep:"):
            switched.setdefault(asked.removeprefix("dep:"), [])
        elif "/" in asked:
            dependency, _, feature = asked.partition("/")
            switched.setdefault(dependency.removesuffix("?") if not dependency.endswith("?") else f"?{dependency[:-1]}", []).append(feature)
        elif asked in table:
            work.extend(table[asked])
        else:
            switched.setdefault(asked, [])
    return switched


def _forwarded(file: File, root: Node, defaults: dict[str, list[str]]) -> Iterator[Dependency]:
    """Features of dependencies that only a feature of the package's own switches on: `mysql = ["diesel/mysql"]`."""
    features, listed = root.get("features"), root.get("dependencies")
    needed = dict(listed.items()) if listed else {}
    asked = [each for _, node in (features.items() if features else ()) for each in node.elements() if each.text and "/" in each.text]
    seen: set[tuple[str, str]] = set()
    for each in asked:
        key, _, feature = (each.text or "").partition("/")
        key = key.removesuffix("?")
        switched = (*defaults.get(key, ()), *defaults.get(f"?{key}", ()))
        if key in needed and feature not in switched and (key, feature) not in seen and feature not in _features(needed[key]):
            seen.add((key, feature))
            node = needed[key]
            inherited = node.get("workspace")
            yield Dependency(
                ecosystem="cargo",
                name=name(_text(node, "package") or key),
                alias=name(key) if _text(node, "package") else None,
                declared=version(node.text or _text(node, "version")),
                spec=Opaque("workspace") if inherited and inherited.value is True else None,
                group="optional",
                extras=(name(feature),),
                path=_path(file, node),
                at=file.at(each.line),
            )


def _tables(file: File, holder: Node, defaults: dict[str, list[str]], when: Name | None) -> Iterator[Dependency]:
    for table, group in _TABLES.items():
        listed = holder.get(table)
        for key, node in listed.items() if listed else ():
            optional = node.get("optional")
            off = bool(optional and optional.value is True) and key not in defaults
            asked = (
                [name(feature) for feature in (*defaults.get(key, ()), *defaults.get(f"?{key}", ()))] if group == "main" and not off else []
            )
            inherited = node.get("workspace")
            yield Dependency(
                ecosystem="cargo",
                name=name(_text(node, "package") or key),
                alias=name(key) if _text(node, "package") else None,
                declared=version(node.text or _text(node, "version")),
                spec=Opaque("workspace") if inherited and inherited.value is True else None,
                group="optional" if off and group == "main" else group,
                extras=tuple(dict.fromkeys((*_features(node), *asked))),
                path=_path(file, node),
                when=when,
                at=file.at(node.line),
            )
