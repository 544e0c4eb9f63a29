"""setup.py, read as a syntax tree and never run.  Source: https://setuptools.pypa.io/en/latest/references/keywords.html.

Followed: literals, names assigned in the file, `+`, `+=`, `append`, `extend`, `dict(…)`, `**` of such a dictionary, and
files of requirements that a call names.
"""

from __future__ import annotations

import ast
import re
from collections import defaultdict
from collections.abc import Iterator
from typing import TYPE_CHECKING

from ctxgen.model import Dependency, Group, Process, Project, Reference, Runtime
from ctxgen.opaque import Name, Opaque, name, version
from ctxgen.readers import Found, reads
from ctxgen.readers._pep508 import dependency, optional_group, parse_requirement
from ctxgen.tree import File

if TYPE_CHECKING:
    from tree_sitter import Node as Syntax

_GROUPS: dict[str, Group] = {"install_requires": "main", "tests_require": "test", "setup_requires": "build"}
_REQUIREMENTS_FILE = re.compile(
    r"[\w./-]{0,100}(?:req|requirements?)[\w./-]{0,60}\.(?:txt|in|pip)|requirements/[\w./-]{1,60}", re.IGNORECASE
)
_COMPUTED = "${computed}"
_CONTENT = ("string_content", "interpolation")
_DEPTH = 60
_STEPS = 20_000


class Names:
    """What the names of a file are bound to: assigned values, what is added to them later, and functions."""

    def __init__(self, root: Syntax) -> None:
        self.values: dict[str, list[Syntax]] = defaultdict(list)
        self.entries: dict[str, list[tuple[str, Syntax]]] = defaultdict(list)
        self.functions: dict[str, Syntax] = {}
        self.setups: list[Syntax] = []
        self._steps = _STEPS
        stack = [root]
        while stack:
            node = stack.pop()
            self._note(node)
            stack.extend(reversed(node.named_children))

    def follow(self, depth: int) -> bool:
        """Whether to look at one more expression: names that name names are bounded in depth and number."""
        self._steps -= 1
        return depth <= _DEPTH and self._steps > 0

    def _note(self, node: Syntax) -> None:
        left, right = node.child_by_field_name("left"), node.child_by_field_name("right")
        if node.type in ("assignment", "augmented_assignment") and left is not None and right is not None:
            if left.type == "identifier":
                self.values[_code(left)].append(right)
            elif (
                left.type == "subscript" and (key := left.child_by_field_name("subscript")) and (owner := left.child_by_field_name("value"))
            ):
                self.entries[_code(owner)].extend((text, right) for text, _ in string(key))
        elif node.type == "function_definition" and (named := node.child_by_field_name("name")):
            self.functions[_code(named)] = node
        elif (
            node.type == "call"
            and (called := node.child_by_field_name("function"))
            and (arguments := node.child_by_field_name("arguments"))
        ):
            target, _, method = _code(called).rpartition(".")
            if method in ("append", "extend") and target.isidentifier() and arguments.named_children:
                self.values[target].append(arguments.named_children[0])
            elif method == "setup":
                self.setups.append(arguments)


def _code(node: Syntax) -> str:
    return (node.text or b"").decode(errors="replace")


def string(node: Syntax) -> Iterator[tuple[str, int]]:
    """The text and line of a string literal or of adjacent ones; what is computed in it stands as a placeholder."""
    parts = node.named_children if node.type == "concatenated_string" else [node]
    text = ""
    for part in parts:
        if part.type != "string":
            return
        if any(child.type == "interpolation" for child in part.children):
            text += "".join(
                _COMPUTED if child.type == "interpolation" else _code(child) for child in part.named_children if child.type in _CONTENT
            )
            continue
        try:
            text += str(ast.literal_eval(_code(part)))
        except (ValueError, SyntaxError, MemoryError, RecursionError):
            return
    yield text, node.start_point[0] + 1


def _leftmost(node: Syntax) -> Syntax:
    while node.type == "binary_operator" and (left := node.child_by_field_name("left")):
        node = left
    return node


def strings(node: Syntax, names: Names, depth: int = 0) -> Iterator[tuple[str, int]]:
    """The strings of an expression that is a list, as far as it can be followed."""
    if not names.follow(depth):
        return
    match node.type:
        case "string" | "concatenated_string":
            for text, line in string(node):
                yield from (
                    (each, line + offset)
                    for offset, each in enumerate(text.split("\n"))
                    if each.strip() and not each.strip().startswith("#")
                )
        case "binary_operator" if (first := _leftmost(node)).type in ("string", "concatenated_string"):
            yield from ((text + _COMPUTED, line) for text, line in string(first))
        case "list" | "tuple" | "set" | "parenthesized_expression" | "list_splat" | "binary_operator" | "expression_list":
            for child in node.named_children:
                yield from strings(child, names, depth + 1)
        case "identifier":
            for value in names.values.get(_code(node), ()):
                yield from strings(value, names, depth + 1)
        case "call" if (called := node.child_by_field_name("function")) and _code(called) in ("list", "set", "sorted", "tuple"):
            arguments = node.child_by_field_name("arguments")
            for child in arguments.named_children if arguments else ():
                yield from strings(child, names, depth + 1)
        case "call" if (
            (method := node.child_by_field_name("function")) and (owner := method.child_by_field_name("object")) and owner.type == "string"
        ):
            yield from ((text + _COMPUTED, line) for text, line in string(owner))
        case _:
            return


def files(node: Syntax, names: Names, depth: int = 0) -> Iterator[tuple[str, int]]:
    """The requirements files that an expression names, in its calls or in the function or value that it names."""
    stack = [node]
    while stack:
        each = stack.pop()
        if each.type in ("string", "concatenated_string"):
            for text, line in string(each):
                if _REQUIREMENTS_FILE.fullmatch(text):
                    yield text, line
        elif each.type == "identifier" and names.follow(depth):
            for value in names.values.get(_code(each), ()):
                if value.type not in ("list", "tuple", "dictionary"):
                    yield from files(value, names, depth + 20)
            if body := names.functions.get(_code(each)):
                yield from files(body, names, _DEPTH + 1)
        stack.extend(reversed(each.named_children))


def keywords(arguments: Syntax, names: Names, depth: int = 0) -> Iterator[tuple[str, Syntax]]:
    """The keyword arguments of a call or the entries of a dictionary, `**` unfolded."""
    for child in arguments.named_children:
        if (
            child.type == "keyword_argument"
            and (key := child.child_by_field_name("name"))
            and (value := child.child_by_field_name("value"))
        ):
            yield _code(key), value
        elif child.type == "pair" and (key := child.child_by_field_name("key")) and (value := child.child_by_field_name("value")):
            yield from ((text, value) for text, _ in string(key))
        elif child.type == "dictionary_splat" and child.named_children and names.follow(depth):
            yield from mapping(child.named_children[0], names, depth + 1)


def mapping(node: Syntax, names: Names, depth: int = 0) -> Iterator[tuple[str, Syntax]]:
    """The entries of an expression that is a dictionary."""
    if not names.follow(depth):
        return
    if node.type == "identifier":
        for value in names.values.get(_code(node), ()):
            yield from mapping(value, names, depth + 1)
        yield from names.entries.get(_code(node), ())
    elif node.type == "dictionary":
        yield from keywords(node, names, depth)
    elif (
        node.type == "call"
        and (called := node.child_by_field_name("function"))
        and _code(called) == "dict"
        and (arguments := node.child_by_field_name("arguments"))
    ):
        yield from keywords(arguments, names, depth)


@reads("setup.py", limit=256 * 1024, contains=(b"setup",))
def read_setup_py(file: File) -> Iterator[Found]:
    """Project, Python version, dependencies, extras and console scripts of `setup(…)`."""
    names = Names(file.syntax("python"))
    for arguments in names.setups:
        stated = dict(keywords(arguments, names))
        if "name" in stated and (named := _only(stated["name"], names)):
            release = _only(stated["version"], names) if "version" in stated else None
            yield Project(ecosystem="pypi", name=name(named[0]), version=version(release[0]) if release else None, at=file.at(named[1]))
        if "python_requires" in stated:
            for text, line in strings(stated["python_requires"], names):
                yield Runtime(name=name("Python"), version=version(text), at=file.at(line))
        for key, group in _GROUPS.items():
            if key in stated:
                yield from _requirements(file, stated[key], names, group, None)
        for extra, value in mapping(stated["extras_require"], names) if "extras_require" in stated else ():
            yield from _requirements(file, value, names, *optional_group(extra))
        for table, value in mapping(stated["entry_points"], names) if "entry_points" in stated else ():
            if table in ("console_scripts", "gui_scripts"):
                yield from _scripts(file, value, names)


def _only(value: Syntax, names: Names) -> tuple[str, int] | None:
    """The one string that an expression can be, None where it may be several or is computed."""
    found = list(dict(strings(value, names)).items())
    return found[0] if len(found) == 1 and _COMPUTED not in found[0][0] else None


def _requirements(file: File, value: Syntax, names: Names, group: Group, when: Name | None) -> Iterator[Dependency | Reference]:
    seen: set[tuple[str, int]] = set()
    for text, line in strings(value, names):
        if (text, line) not in seen and (wanted := parse_requirement(text)):
            seen.add((text, line))
            yield dependency(file, wanted, line, group, when)
    if not seen:
        for path, line in dict(files(value, names)).items():
            yield Reference(path, "read_requirements", file.at(line))


def _scripts(file: File, value: Syntax, names: Names) -> Iterator[Process]:
    for text, line in strings(value, names):
        script, _, target = text.partition("=")
        if target:
            yield Process(command=Opaque(target.strip()), owner=name(script), at=file.at(line))
