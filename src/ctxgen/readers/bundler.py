"""Bundler: the Gemfile, by its syntax tree and never run.  Source: https://bundler.io/man/gemfile.5.html."""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import TYPE_CHECKING, NamedTuple

from msgspec.structs import replace

from ctxgen.documents import Unreadable
from ctxgen.facts import join_path
from ctxgen.model import Dependency, Fact, Group, Parent, Project, Reference, Runtime
from ctxgen.opaque import Name, name, version
from ctxgen.readers import reads
from ctxgen.readers._ruby import line, literal, literals, options, positional, raw
from ctxgen.tree import File

if TYPE_CHECKING:
    from tree_sitter import Node as Syntax

_DEV, _TEST = (
    {"development", "dev", "lint", "debug", "doc", "docs", "rubocop", "ci", "release"},
    {"test", "testing", "tests", "cucumber", "rspec"},
)
_MAX_DEPTH = 60


class _Context(NamedTuple):
    """What the blocks around a statement say: groups, conditions, and the values of a loop's variable."""

    groups: tuple[str, ...] = ()
    when: tuple[str, ...] = ()
    path: str | None = None
    optional: bool = False
    variable: str = ""
    values: tuple[str, ...] = ()


@reads("Gemfile", "gems.rb", "Gemfile.*", "*.gemfile", excludes=("*.lock",))
def read_gemfile(file: File) -> Iterator[Fact | Reference]:
    """Gems with groups and conditions, the Ruby version, and the files that it evaluates."""
    if file.name in ("Gemfile", "gems.rb"):
        yield Project(ecosystem="rubygems", at=file.at(1))
        yield Dependency(ecosystem="rubygems", name=name("bundler"), group="build", at=file.at(1))
    found = list(_statements(file, file.syntax("ruby"), _Context(), 0))
    # a gem's own Gemfile takes its specification and adds what its development needs
    of_a_gem = any(isinstance(each, Parent) and each.name == "gemspec" for each in found)
    for each in found:
        yield (
            replace(each, group="dev") if of_a_gem and isinstance(each, Dependency) and each.group == "main" and each.path is None else each
        )


def _statements(file: File, node: Syntax, context: _Context, depth: int) -> Iterator[Fact | Reference]:
    if depth > _MAX_DEPTH:
        raise Unreadable("too-complex", "nested too deeply", line(node))
    for child in node.named_children:
        yield from _statement(file, child, context, depth)


def _statement(file: File, node: Syntax, context: _Context, depth: int) -> Iterator[Fact | Reference]:
    match node.type:
        case "call":
            yield from _call(file, node, context, depth)
        case "if" | "unless" | "elsif":
            yield from _branches(file, node, context, depth + 1)
        case "if_modifier" | "unless_modifier":
            condition = raw(node.child_by_field_name("condition"))
            inner = context._replace(when=(*context.when, condition if node.type == "if_modifier" else f"not {condition}"))
            if (body := node.child_by_field_name("body")) is not None and depth < _MAX_DEPTH:
                yield from _statement(file, body, inner, depth + 1)
        case "identifier" if raw(node) == "gemspec":
            yield Parent(ecosystem="rubygems", name=name("gemspec"), path=file.folder, at=file.at(line(node)))
        case "method" | "singleton_method" | "lambda" | "class" | "module" | "comment":
            return
        case _:
            yield from _statements(file, node, context, depth + 1)


def _branches(file: File, node: Syntax, context: _Context, depth: int) -> Iterator[Fact | Reference]:
    if depth > _MAX_DEPTH:
        raise Unreadable("too-complex", "nested too deeply", line(node))
    condition = raw(node.child_by_field_name("condition"))
    positive, negative = (f"not {condition}", condition) if node.type == "unless" else (condition, f"not {condition}")
    if (then := node.child_by_field_name("consequence")) is not None:
        yield from _statements(file, then, context._replace(when=(*context.when, positive)), depth + 1)
    if (other := node.child_by_field_name("alternative")) is not None:
        inner = context._replace(when=(*context.when, negative))
        yield from _branches(file, other, inner, depth + 1) if other.type == "elsif" else _statements(file, other, inner, depth + 1)


def _call(file: File, call: Syntax, context: _Context, depth: int) -> Iterator[Fact | Reference]:
    method, arguments = raw(call.child_by_field_name("method")), call.child_by_field_name("arguments")
    block, receiver = call.child_by_field_name("block"), call.child_by_field_name("receiver")
    at, given, named = file.at(line(call)), positional(arguments), options(arguments)
    inner = context
    match method:
        case "gem" if receiver is None and given:
            yield from _gem(file, call, given, named, context)
            return
        case "ruby" if receiver is None:
            written = ", ".join(each for node in given for each in literals(node))
            if stated := version(written or None):
                yield Runtime(name=name("Ruby"), version=stated, at=at)
            return
        case "gemspec":
            yield Parent(ecosystem="rubygems", name=name("gemspec"), path=join_path(file.folder, literal(named.get("path")) or ""), at=at)
            return
        case "eval_gemfile" | "instance_eval":
            path = _path(given[0]) if given else None
            if path:
                yield Parent(ecosystem="rubygems", name=name("eval_gemfile"), path=join_path(file.folder, path), at=at)
                yield Reference(path, "read_gemfile", at)
            return
        case "group":
            groups = (each for node in given for each in literals(node))
            inner = context._replace(groups=(*context.groups, *groups), optional=context.optional or raw(named.get("optional")) == "true")
        case "platforms" | "platform" | "install_if" | "env":
            inner = context._replace(when=(*context.when, *(_condition(node) for node in given)))
        case "path":
            inner = context._replace(path=literal(given[0]) if given else None)
        case "each" if block is not None:
            parameters = block.child_by_field_name("parameters")
            variable = raw(parameters.named_children[0]) if parameters and parameters.named_children else ""
            inner = context._replace(variable=variable, values=tuple(literals(receiver)))
    if block is not None and (body := block.child_by_field_name("body")) is not None:
        yield from _statements(file, body, inner, depth + 1)


def _path(node: Syntax) -> str | None:
    """A file relative to this one: a literal, `File.expand_path("x", __dir__)`, `File.join(__dir__, "x")` or `"#{__dir__}/x"`."""
    if (plain := literal(node)) is not None:
        return plain.removeprefix("./")
    joined = r"""(?:File\.(?:join|expand_path)\(\s*(?:__dir__\s*,\s*)?["']([\w./-]{1,200})["'](?:\s*,\s*__(?:dir__|FILE__))?\s*\)|"#\{__dir__\}/([\w./-]{1,200})")"""
    found = re.fullmatch(joined, raw(node))
    path = (found[1] or found[2]) if found else None
    return path.removeprefix("../") if path and "__FILE__" in raw(node) else path


def _gem(file: File, call: Syntax, given: list[Syntax], named: dict[str, Syntax], context: _Context) -> Iterator[Dependency]:
    first = literal(given[0])
    gems = (first,) if first else context.values if raw(given[0]) == context.variable else ()
    requirement = ", ".join(each for node in given[1:] for each in literals(node))
    groups = [*context.groups, *(each for key in ("group", "groups") for each in literals(named.get(key)))]
    asked = [*context.when, *(_condition(named[key]) for key in ("platforms", "platform", "install_if") if key in named)]
    path = literal(named.get("path")) if "path" in named else context.path
    for gem in gems:
        yield Dependency(
            ecosystem="rubygems",
            name=name(gem),
            declared=version(requirement or None),
            group="optional" if context.optional else group_of(groups),
            path=join_path(file.folder, path) if path else None,
            when=_label(asked),
            at=file.at(line(call)),
        )


def group_of(groups: list[str]) -> Group:
    """What a gem is for by its Bundler groups: what any group needs at run time is needed at run time."""
    if not groups or any(group.lower() not in _DEV | _TEST for group in groups):
        return "main"
    return "dev" if any(group.lower() in _DEV for group in groups) else "test"


def _condition(node: Syntax) -> str:
    """A platform, a list of them, or an expression, as text."""
    return "/".join(literals(node)) or raw(node)


def _label(conditions: list[str]) -> Name | None:
    said = [re.sub(r"\s+", " ", each) for each in conditions if each]
    return name(" and ".join(said)) if said else None
