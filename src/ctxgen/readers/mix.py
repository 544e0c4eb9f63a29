"""Mix for Elixir: mix.exs, by its syntax tree and never run, and mix.lock.  Source: https://hexdocs.pm/mix/Mix.Tasks.Deps.html."""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import TYPE_CHECKING

from ctxgen.facts import join_path
from ctxgen.model import Dependency, Fact, Group, Locked, Member, Project, Runtime
from ctxgen.opaque import Name, name, version
from ctxgen.readers import reads
from ctxgen.readers._elixir import attributes_of, line, literal, pairs, raw, walk, words
from ctxgen.tree import LOCK_LIMIT, File

if TYPE_CHECKING:
    from tree_sitter import Node as Syntax

_LOCKED = re.compile(r'\s*"([\w.-]{1,100})":\s*\{:hex,\s*:"?([\w.-]{1,100})"?,\s*"([^"]{1,80})"')

_MAX_DEPTH = 40


@reads("mix.exs")
def read_mix_exs(file: File) -> Iterator[Fact]:
    """The application, its Elixir, its umbrella's folder and its dependencies."""
    nodes = list(walk(file.syntax("elixir")))
    attributes = attributes_of(nodes)
    functions = _functions(nodes)
    project = next(iter(functions.get("project", ())), None)
    settings = _keywords(project)
    if project is None or not settings:
        return
    app, umbrella, asked = settings.get("app"), settings.get("apps_path"), settings.get("elixir")
    yield Project(
        ecosystem="hex",
        name=name(literal(app, attributes) or "") or None if app is not None else None,
        version=version(literal(settings.get("version"), attributes)),
        output="aggregate" if umbrella is not None else "application" if "releases" in settings or "escript" in settings else None,
        at=file.at(line(app if app is not None else project)),
    )
    if asked is not None and (stated := version(literal(asked, attributes))):
        yield Runtime(name=name("Elixir"), version=stated, at=file.at(line(asked)))
    if umbrella is not None and (folder := literal(umbrella, attributes)):
        yield Member(ecosystem="hex", pattern=name(f"{folder}/*"), at=file.at(line(umbrella)))
    for source in _dependency_lists(settings.get("deps"), functions):
        for node in walk(source):
            if node.type == "tuple" and (dependency := _dependency(file, node, attributes)):
                yield dependency


def _functions(nodes: list[Syntax]) -> dict[str, list[Syntax]]:
    """The bodies of all functions by name, each clause one body."""
    found: dict[str, list[Syntax]] = {}
    for node in nodes:
        if node.type != "call" or raw(node.child_by_field_name("target")) not in ("def", "defp"):
            continue
        arguments = next((child for child in node.named_children if child.type == "arguments"), None)
        head = arguments.named_children[0] if arguments is not None and arguments.named_children else None
        body = next((child for child in node.named_children if child.type == "do_block"), arguments)
        if head is not None and body is not None:
            found.setdefault(re.split(r"[\s(]", raw(head), maxsplit=1)[0], []).append(body)
    return found


def _keywords(body: Syntax | None) -> dict[str, Syntax]:
    """The first keyword list of a body."""
    for node in walk(body) if body is not None else ():
        if node.type == "list" and (found := dict(pairs(node))):
            return found
    return {}


def _dependency_lists(deps: Syntax | None, functions: dict[str, list[Syntax]]) -> Iterator[Syntax]:
    """What `deps:` says, and the functions that it calls, and those that these call."""
    seen: set[str] = set()
    work = [deps] if deps is not None else []
    while work:
        source = work.pop(0)
        yield source
        for node in walk(source):
            called = raw(node.child_by_field_name("target")) if node.type == "call" else raw(node) if node.type == "identifier" else ""
            if called in functions and called not in seen and called != "project":
                seen.add(called)
                work.extend(functions[called])


def _dependency(file: File, node: Syntax, attributes: dict[str, str]) -> Dependency | None:
    """`{:app, "~> 1.0", only: :test}`, `{:app, git: …}`, `{:app, in_umbrella: true}`."""
    parts = node.named_children
    if not parts or parts[0].type not in ("atom", "quoted_atom") or len(parts) < 2:
        return None
    app = literal(parts[0], attributes) or ""
    options = dict(pairs(node)) or {key: value for part in parts[1:] if part.type == "list" for key, value in pairs(part)}
    requirement = literal(parts[1], attributes)
    if requirement is None and not options:
        return None
    only = words(options["only"], attributes) if "only" in options else None
    package = literal(options.get("hex"), attributes)
    return Dependency(
        ecosystem="hex",
        name=name(package or app),
        alias=name(app) if package and package != app else None,
        declared=version(requirement),
        group=_group(only, options),
        path=_path(file, app, options, attributes),
        when=_when(node, options, attributes),
        at=file.at(line(node)),
    )


def _group(only: list[str] | None, options: dict[str, Syntax]) -> Group:
    if only and not {"dev", "test"}.issuperset(only):
        return "main"
    if only:
        return "dev" if "dev" in only else "test"
    return "optional" if raw(options.get("optional")) == "true" else "main"


def _path(file: File, app: str, options: dict[str, Syntax], attributes: dict[str, str]) -> str | None:
    written = f"../{app}" if raw(options.get("in_umbrella")) == "true" else literal(options.get("path"), attributes)
    return join_path(file.folder, written) if written else None


def _when(node: Syntax, options: dict[str, Syntax], attributes: dict[str, str]) -> Name | None:
    """The targets of a dependency and the `if` and `unless` that it stands in."""
    targets = words(options["targets"], attributes) if "targets" in options else []
    said = ["target " + "/".join(targets)] if targets else []
    above = node.parent
    for _ in range(_MAX_DEPTH):
        if above is None:
            break
        target = raw(above.child_by_field_name("target")) if above.type == "call" else ""
        arguments = next((child for child in above.named_children if child.type == "arguments"), None)
        if target in ("if", "unless") and arguments is not None and arguments.named_children:
            condition = re.sub(r"\s+", " ", raw(arguments.named_children[0]))
            said.append(condition if (target == "if") != _in_else(node, above) else f"not {condition}")
        above = above.parent
    return name(" and ".join(said)) if said else None


def _in_else(node: Syntax, call: Syntax) -> bool:
    """Whether a node stands in the `else` of a call, written as a block or as a keyword."""
    at: Syntax | None = node
    while at is not None and at != call:
        if at.type == "else_block" or (at.type == "pair" and raw(at.child_by_field_name("key")).strip() == "else:"):
            return True
        at = at.parent
    return False


@reads("mix.lock", limit=LOCK_LIMIT)
def read_mix_lock(file: File) -> Iterator[Locked]:
    """The packages that were resolved from a registry; what came from git has no version."""
    for number, written in enumerate(file.lines, 1):
        found = _LOCKED.match(written[:400])
        if found and (stated := version(found[3])):
            yield Locked(ecosystem="hex", name=name(found[2]), version=stated, at=file.at(number))
