"""package.json, and the catalogues that stand in .yarnrc.yml.

Sources: https://docs.npmjs.com/cli/v11/configuring-npm/package-json, https://nodejs.org/api/packages.html,
https://yarnpkg.com/configuration/manifest, https://pnpm.io/package_json, https://bun.com/docs/install/workspaces.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import Literal

from ctxgen.documents import Node, Unreadable
from ctxgen.model import Dependency, Fact, Group, Managed, Member, Project, Runtime
from ctxgen.opaque import Name, name, version
from ctxgen.readers import reads
from ctxgen.readers._npm_specs import PACKAGE, catalog_name, parse_spec, split_descriptor
from ctxgen.readers._scripts import only_compiles, script_facts
from ctxgen.readers.script_modules import module_entries
from ctxgen.tree import File

_GROUPS: dict[str, Group] = {
    "dependencies": "main",
    "devDependencies": "dev",
    "peerDependencies": "peer",
    "optionalDependencies": "optional",
}
_MANAGERS = ("npm", "yarn", "pnpm", "bun")
_RUNTIMES = {"node": "Node.js", "deno": "Deno", "bun": "Bun"}


@reads("package.json")
def read_package_json(file: File) -> Iterator[Fact]:
    """The package, what it needs, the versions it forces, its workspaces, tools and scripts."""
    root = file.json()
    if not isinstance(root.value, dict):
        raise Unreadable("parse-error", "not a package manifest", root.line)
    yield from _project(file, root)
    yield from _dependencies(file, root)
    for place in (("overrides",), ("resolutions",), ("pnpm", "overrides")):
        yield from overrides(file, root.get(*place))
    yield from _workspaces(file, root)
    yield from module_entries(file, root)
    managers = {name(tool): (written, line) for tool, written, line in reversed(list(_package_managers(root)))}
    for manager, (written, line) in sorted(managers.items()):
        declared = version(written) if written and re.match(r"[\^~<>=v]*\d", written) else None
        yield Dependency(ecosystem="npm", name=manager, declared=declared, group="build", at=file.at(line))
    yield from _runtimes(file, root)
    first = next((tool for tool, _, _ in _package_managers(root)), "npm")
    yield from script_facts(file, first, root.get("scripts"))


def _project(file: File, root: Node) -> Iterator[Project]:
    """The package; a file that only sets a module type or an entry point for its folder is none."""
    title, written, private = (root.get(key) for key in ("name", "version", "private"))
    if not any(root.get(key) for key in ("name", "version", "scripts", "workspaces", *_GROUPS)):
        return
    yield Project(
        ecosystem="npm",
        name=name(title.text) if title and title.text else None,
        version=version(written.text) if written else None,
        private=private.value if private and isinstance(private.value, bool) else None,
        output=_output(root),
        at=file.at(title.line if title else root.line),
    )


def _output(root: Node) -> Literal["aggregate", "library"] | None:
    """`aggregate` for a workspace root that needs nothing itself, `library` for what others import and nobody starts."""
    scripts = root.get("scripts")
    named = {script for script, _ in (scripts or Node({}, 1)).items()}
    started = any(not only_compiles(scripts, script) for script in named & {"start", "start:prod", "serve"}) or root.get("bin") is not None
    if root.get("workspaces") and not root.get("dependencies") and not started:
        return "aggregate"
    if not started and any(root.get(key) for key in ("exports", "types", "typings", "publishConfig")):
        return "library"
    return None


def _dependencies(file: File, root: Node) -> Iterator[Dependency]:
    named: set[str] = set()
    optional = {
        package
        for package, meta in (root.get("peerDependenciesMeta") or Node({}, 1)).items()
        if (o := meta.get("optional")) and o.value is True
    }
    replaced = {package for package, _ in (root.get("optionalDependencies") or Node({}, 1)).items()}
    for key, group in _GROUPS.items():
        for package, node in (root.get(key) or Node({}, 1)).items():
            if node.text is None or not PACKAGE.fullmatch(package) or (group == "main" and package in replaced):
                continue
            named.add(package)
            yield dependency(file, package, node, group, when=name("optional") if group == "peer" and package in optional else None)
    for key in ("bundleDependencies", "bundledDependencies"):
        for node in (root.get(key) or Node([], 1)).elements():
            if node.text and PACKAGE.fullmatch(node.text) and node.text not in named:
                yield Dependency(ecosystem="npm", name=name(node.text), at=file.at(node.line))


def dependency(file: File, package: str, node: Node, group: Group = "main", when: Name | None = None) -> Dependency:
    """One entry of a table of dependencies."""
    spec = parse_spec(package, node.text or "", file.folder)
    return Dependency(
        ecosystem="npm",
        name=name(spec.package),
        alias=name(package) if package != spec.package else None,
        declared=spec.declared,
        group=group,
        managed_by=spec.catalog,
        path=spec.path,
        when=when,
        at=file.at(node.line),
    )


# ------------------------------------------------------------------------------------------ forced versions


def overrides(file: File, table: Node | None, inside: str = "") -> Iterator[Managed]:
    """Forced versions; `when` is the range or the dependent that a rule is limited to.

    npm nests (`{"a": {".": "1", "b": "2"}}`), pnpm writes `a>b`, Yarn `a/b`, `**/b` and `b@npm:^1`.
    """
    for written, node in table.items() if table else ():
        key = written.removeprefix("**/")
        parents, package, limit = _target(key)
        if isinstance(node.value, dict):
            if (own := node.get(".")) and own.text:
                yield _override(file, package, own, limit or inside)
            yield from overrides(file, Node({k: v for k, v in node.items() if k != "."}, node.line), inside=key)
        elif node.text and PACKAGE.fullmatch(package):
            yield _override(file, package, node, f"{inside}>{key}" if inside else key if parents else limit)


def _target(key: str) -> tuple[bool, str, str]:
    """(whether it is limited to a dependent, the package, the range that it is limited to)."""
    if ">" in re.sub(r"[<>]=?\s*\d", "", key):
        return True, *split_descriptor(re.split(r">(?=@?[A-Za-z])", key)[-1])
    package, limit = split_descriptor(key)
    parts = re.findall(r"@[^/]+/[^/]+|[^/]+", package)
    return len(parts) > 1, parts[-1] if parts else key, limit.removeprefix("npm:")


def _override(file: File, package: str, node: Node, when: str) -> Managed:
    declared = parse_spec(package, node.text or "", file.folder).declared if node.text != "-" else None  # pnpm: `-` removes the dependency
    return Managed(ecosystem="npm", name=name(package), declared=declared, when=name(when) if when else None, at=file.at(node.line))


def catalogs(file: File, root: Node) -> Iterator[Managed]:
    """The ranges of the default catalogue and the named ones; `when` is what a dependency writes to have them."""
    tables = [("", root.get("catalog")), *(root.get("catalogs") or Node({}, 1)).items()]
    for title, table in tables:
        for package, node in table.items() if table else ():
            if node.text and PACKAGE.fullmatch(package):
                spec = parse_spec(package, node.text, file.folder)
                yield Managed(ecosystem="npm", name=name(package), declared=spec.declared, when=catalog_name(title), at=file.at(node.line))


@reads(".yarnrc.yml")
def read_yarnrc(file: File) -> Iterator[Fact]:
    """The catalogues of a Yarn project, and the release of Yarn that is checked in with it."""
    root = file.yaml()
    yield from catalogs(file, root)
    if (node := root.get("yarnPath")) and (found := re.search(r"(?:^|/)yarn-(\d[\w.-]{0,30}?)\.c?js$", node.text or "")):
        yield Dependency(ecosystem="npm", name=name("yarn"), declared=version(found[1]), group="build", at=file.at(node.line))


# ------------------------------------------------------------------------------------------ workspaces and tools


def members(file: File, patterns: Node | None) -> Iterator[Member]:
    """The folders of a workspace; `!` leaves out."""
    for node in patterns.elements() if patterns else ():
        if node.text:
            yield Member(
                ecosystem="npm", pattern=name(node.text.removeprefix("!")), exclude=node.text.startswith("!"), at=file.at(node.line)
            )


def _workspaces(file: File, root: Node) -> Iterator[Fact]:
    table = root.get("workspaces")
    if table is None:
        return
    if isinstance(table.value, dict):
        yield from members(file, table.get("packages"))
        yield from catalogs(file, table)
    else:
        yield from members(file, table)
        yield from catalogs(file, root)


def _package_managers(root: Node) -> Iterator[tuple[str, str | None, int]]:
    """(name, version without the hash, line) of each package manager that the manifest asks for, the best statement first."""
    if (node := root.get("packageManager")) and node.text:
        tool, _, written = node.text.partition("@")
        if tool in _MANAGERS:
            yield tool, written.partition("+")[0], node.line
    for entry in _engines(root, "packageManager"):
        tool_node, wanted = entry.get("name"), entry.get("version")
        if tool_node and tool_node.text in _MANAGERS:
            yield tool_node.text or "", wanted.text if wanted else None, tool_node.line
    for tool in ("pnpm", "yarn", "npm"):
        if (node := root.get("volta", tool)) and node.text:
            yield tool, node.text, node.line


def _runtimes(file: File, root: Node) -> Iterator[Runtime]:
    for place in (("engines", "node"), ("volta", "node"), ("pnpm", "executionEnv", "nodeVersion")):
        if (node := root.get(*place)) and node.text:
            yield Runtime(name=name("Node.js"), version=version(node.text), at=file.at(node.line))
    for entry in _engines(root, "runtime"):
        tool, wanted = entry.get("name"), entry.get("version")
        if tool and tool.text in _RUNTIMES:
            yield Runtime(
                name=name(_RUNTIMES[tool.text or ""]), version=version(wanted.text) if wanted else None, at=file.at((wanted or tool).line)
            )


def _engines(root: Node, key: str) -> Iterator[Node]:
    """The entries of `devEngines`, which may be one or a list.  Source: https://docs.npmjs.com/cli/v11/configuring-npm/package-json#devengines."""
    node = root.get("devEngines", key)
    if node is not None:
        yield from node.elements() if isinstance(node.value, list) else (node,)


@reads("lerna.json")
def read_lerna(file: File) -> Iterator[Fact]:
    """The packages of a Lerna repository that names them itself.  Source: https://lerna.js.org/docs/api-reference/configuration."""
    if packages := file.json().get("packages"):
        for pattern in packages.scalars():
            yield Member(ecosystem="npm", pattern=name(pattern.text or ""), at=file.at(pattern.line))
