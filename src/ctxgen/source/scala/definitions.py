"""What Scala's files define: values and functions with the expressions that they are, and the classes and objects around them.

Source: https://docs.scala-lang.org/scala3/reference/syntax.html.  Brackets and words tell enough (`readers/_jvm_script.py`); blocks by indentation
end where the next definition begins.
"""

from __future__ import annotations

import re
from collections import defaultdict
from collections.abc import Iterable, Iterator, Sequence
from functools import cached_property

from ctxgen.documents import Unreadable
from ctxgen.model import At
from ctxgen.readers._jvm_script import Group, Item, Token, is_op, parse, split
from ctxgen.source.program import Program

_SYMBOL = re.compile(r"'(?=[A-Za-z_]\w{0,60}(?![\w']))")
"""The mark of a symbol (`'id`), which is no character's."""
_CONSTANT = re.compile(rb"\bval[ \t]{1,20}([A-Za-z_]\w{0,60})(?:[ \t]{0,9}:[ \t]{0,9}String)?[ \t]{0,20}=[ \t]{0,20}\"([^\"\n\\]{0,200})\"")
_MODIFIERS = {
    "private",
    "protected",
    "final",
    "override",
    "lazy",
    "implicit",
    "inline",
    "sealed",
    "abstract",
    "open",
    "transparent",
    "case",
    "given",
}
_TEMPLATES = {"class", "object", "trait", "enum"}
_GOES_ON = {"extends", "with", "else", "yield", "match", "catch", "finally", "then", "derives"}
_MOST_BYTES = 8 * 1024 * 1024
_MOST_DEPTH = 40
_LONGEST = 200
"""Characters of a constant that can be part of a path."""


class Definition:
    """A value or function by its name, its class or object (`owner`), and the lists of items that it is; `heads` of a class are what it extends and takes."""

    __slots__ = ("_value", "at", "lists", "name", "owner", "template")

    def __init__(self, name: str, owner: str, at: At, *, template: bool = False) -> None:
        self.name, self.owner, self.at, self.template = name, owner, at, template
        self.lists: list[list[Item]] = []
        self._value: list[Item] | None = None

    @property
    def whole(self) -> str:
        """Its name as a handler is told: `Orders.list`."""
        return f"{self.owner}.{self.name}" if self.owner else self.name

    @property
    def value(self) -> list[Item]:
        """The items after the first `=`, none of what has none; asked for when the file has been read."""
        if self._value is None:
            items = self.lists[0] if self.lists else []
            found = next((index for index, item in enumerate(items) if is_op(item, "=")), None)
            self._value = [] if found is None else [item for item in items[found + 1 :] if not _newline(item)]
        return self._value


def word(item: Item | None) -> str:
    """The text of a word, empty for anything else."""
    return item.text if isinstance(item, Token) and item.kind == "word" else ""


def string(item: Item | None) -> str | None:
    """The text of a string."""
    return item.text if isinstance(item, Token) and item.kind == "string" else None


def group(item: Item | None, opening: str) -> list[Item] | None:
    """What stands in a pair of brackets."""
    return item.items if isinstance(item, Group) and item.open == opening else None


def _newline(item: Item) -> bool:
    return isinstance(item, Token) and item.kind == "newline"


def _operator(item: Item) -> bool:
    return isinstance(item, Token) and item.kind == "op"


def statements(items: Sequence[Item]) -> Iterator[list[Item]]:
    """The statements of a block or template: lines, joined where an operator, a bracket or a word says that they go on."""
    current: list[Item] = []
    following: list[Item | None] = [None] * len(items)
    after: Item | None = None
    template = False
    for index in range(len(items) - 1, -1, -1):
        following[index] = after
        after = after if _newline(items[index]) else items[index]
    for index, item in enumerate(items):
        if not _newline(item) and not is_op(item, ";"):
            current.append(item)
            template = template or word(item) in _TEMPLATES
            continue
        if current and _newline(item) and _goes_on(current, following[index], template=template):
            continue
        if current:
            yield current
        current, template = [], False
    if current:
        yield current


def _goes_on(current: list[Item], following: Item | None, *, template: bool) -> bool:
    """Whether a statement goes on behind a line's end; `template` where it has the word of a class or object, whose body may follow."""
    last = current[-1]
    if is_op(last, ":") or (is_op(last, "*") and word(current[0]) in ("import", "export")):
        return False  # an indented template begins; `import shop.*` ends
    if _operator(last) or following is None:
        return _operator(last)
    if _operator(following):
        return not is_op(following, "@")
    return word(following) in _GOES_ON or (template and isinstance(following, Group) and following.open == "{")


def _head(statement: Sequence[Item]) -> int:
    """Where a statement begins after modifiers and annotations."""
    index = 0
    while index < len(statement):
        item = statement[index]
        if is_op(item, "@"):
            index += 3 if group(statement[index + 2] if index + 2 < len(statement) else None, "(") is not None else 2
        elif word(item) in _MODIFIERS or (
            index and group(item, "[") is not None and word(statement[index - 1]) in ("private", "protected")
        ):
            index += 1
        else:
            break
    return index


class Definitions:
    """The definitions of the files that hold a framework's literals."""

    def __init__(self, program: Program) -> None:
        self._program, self._others = program, [path for path in program.own if path not in program.roots]
        self.all: list[Definition] = []
        self.by_name: dict[str, list[Definition]] = defaultdict(list)
        self.words: dict[str, frozenset[str]] = {}
        taken = 0
        for path in sorted(program.roots):
            data = program.sources.data(path) if program.sources is not None else b""
            taken += len(data)
            if taken > _MOST_BYTES:
                program.note(At(path, 1), "too-complex", "the scala source is followed only in part: there is too much of it")
                break
            try:
                items = parse(_SYMBOL.sub(" ", data.decode("utf-8", "replace")))
            except Unreadable as error:
                program.note(At(path, error.line or 1), error.code, error.message)
                continue
            self._template(path, items, "", 0)
            self.words[path] = frozenset(_words(items))
        for each in self.all:
            self.by_name[each.name].append(each)

    @cached_property
    def described(self) -> dict[str, list[Definition]]:
        """The definitions that have a value, by name."""
        found: dict[str, list[Definition]] = defaultdict(list)
        for each in self.all:
            if each.value:
                found[each.name].append(each)
        return found

    @cached_property
    def _members(self) -> dict[tuple[str, str, str], list[Definition]]:
        found: dict[tuple[str, str, str], list[Definition]] = defaultdict(list)
        for each in self.all:
            if not each.template:
                found[each.name, each.at.path, each.owner].append(each)
                found[each.name, "", ""].append(each)
        return found

    def value(self, named: str, near: Definition) -> Definition | None:
        """The value or function that a name stands for, near a definition: its class's own, else the only one of the name."""
        found = self._members.get((named, near.at.path, near.owner)) or self._members.get((named, "", ""), [])
        return found[0] if len(found) == 1 else None

    @cached_property
    def methods(self) -> dict[tuple[str, str], list[Definition]]:
        """The members of classes and objects, by the name of these in small letters and their own."""
        found: dict[tuple[str, str], list[Definition]] = defaultdict(list)
        for each in self.all:
            if each.owner:
                found[each.owner.lower(), each.name].append(each)
        return found

    @cached_property
    def _constants(self) -> dict[tuple[str, ...], str | None]:
        """The first text of a name in a class, and in a file, and that of a name alone: None where it has several."""
        found: dict[tuple[str, ...], str | None] = {}
        for each in self.all:
            value = each.value
            if len(value) == 1 and (text := string(value[0])) is not None and len(text) <= _LONGEST:
                found.setdefault((each.name, each.at.path, each.owner), text)
                found.setdefault((each.name, each.at.path), text)
                if found.setdefault((each.name,), text) != text:
                    found[(each.name,)] = None
        return found

    def constant(self, named: str, near: Definition) -> str | None:
        """The text that a name stands for, near a definition: its class's own, else its file's, else the only one of the name."""
        for key in ((named, near.at.path, near.owner), (named, near.at.path), (named,)):
            if key in self._constants:
                return self._constants[key]
        texts = self._elsewhere.get(named, set())
        return next(iter(texts)) if len(texts) == 1 else None

    @cached_property
    def _elsewhere(self) -> dict[str, set[str]]:
        """The texts of constants in files that hold no framework's literals."""
        found: dict[str, set[str]] = defaultdict(set)
        taken = 0
        for path in self._others:
            data = self._program.sources.data(path) if self._program.sources is not None else b""
            taken += len(data)
            if taken > _MOST_BYTES:
                break
            for constant in _CONSTANT.finditer(data):
                found[constant[1].decode()].add(constant[2].decode("utf-8", "replace"))
        return found

    def _template(self, path: str, items: list[Item], owner: str, depth: int) -> None:
        """The members of a class or object, or of a file."""
        current: Definition | None = None
        for statement in statements(items):
            start = _head(statement)
            head = word(statement[start]) if start < len(statement) else ""
            named = word(statement[start + 1]) if start + 1 < len(statement) else ""
            if head == "import":
                continue
            if head == "package":
                for item in statement:
                    if (inner := group(item, "{")) is not None and depth < _MOST_DEPTH:
                        self._template(path, inner, owner, depth + 1)
            elif head in _TEMPLATES and named:
                body = group(statement[-1], "{")
                heads = Definition(named, "", At(path, statement[start].line), template=True)
                heads.lists.append(statement[start + 2 : -1] if body is not None else statement[start + 2 :])
                self.all.append(heads)
                current = None
                if body is not None and depth < _MOST_DEPTH:
                    self._template(path, body, named, depth + 1)
                elif is_op(statement[-1], ":"):
                    owner = named  # what follows, indented, is its own
            elif head in ("def", "val", "var") and start + 1 < len(statement):
                current = self._definition(path, statement, start, owner, depth)
            elif statement:
                if current is None:
                    current = Definition("", owner, At(path, statement[0].line))
                    self.all.append(current)
                current.lists.append(self._own(path, statement, owner, depth))

    def _definition(self, path: str, statement: list[Item], start: int, owner: str, depth: int) -> Definition:
        found = Definition(word(statement[start + 1]), owner, At(path, statement[start].line))
        self.all.append(found)
        found.lists.append(self._own(path, statement[start + 2 :], owner, depth))
        return found

    def _own(self, path: str, items: list[Item], owner: str, depth: int) -> list[Item]:
        """Items without the definitions in their blocks, which are definitions of their own."""
        if depth > _MOST_DEPTH:
            return items
        found: list[Item] = []
        for item in items:
            if not isinstance(item, Group):
                found.append(item)
                continue
            inner = item.items
            if item.open == "{" and not {"def", "val", "object", "class"}.isdisjoint(word(each) for each in inner):
                kept: list[Item] = []
                for statement in statements(inner):
                    start = _head(statement)
                    head = word(statement[start]) if start < len(statement) else ""
                    if head in ("def", "val", "var") and start + 1 < len(statement):
                        self._definition(path, statement, start, owner, depth + 1)
                    elif head in _TEMPLATES:
                        self._template(path, statement, owner, depth + 1)
                    elif head != "import":
                        kept += [*statement, Token("newline", "\n", statement[-1].line)]
                inner = kept
            found.append(Group(item.open, self._own(path, inner, owner, depth + 1), item.line))
        return found


def definitions_of(program: Program) -> Definitions:
    """The definitions of a program, the same for all hooks."""
    found: Definitions | None = program.kept.get("scala")
    if found is None:
        found = program.kept["scala"] = Definitions(program)
    return found


def lists(items: list[Item], depth: int = 0) -> Iterator[list[Item]]:
    """A list of items, and those of all brackets in it."""
    yield items
    if depth < _MOST_DEPTH:
        for item in items:
            if isinstance(item, Group):
                yield from lists(item.items, depth + 1)


def _words(items: Iterable[Item], depth: int = 0) -> Iterator[str]:
    for item in items:
        if isinstance(item, Group):
            if depth < 60:
                yield from _words(item.items, depth + 1)
        elif item.kind == "word":
            yield item.text


def words(items: list[Item]) -> Iterator[str]:
    """All words of items."""
    return _words(items)


def names(items: Sequence[Item], depth: int = 0) -> Iterator[str]:
    """The words of items that may name a definition: not the members of something (`orders.routes`), except classes of a package."""
    for index, item in enumerate(items):
        if isinstance(item, Group):
            if depth < _MOST_DEPTH:
                yield from names(item.items, depth + 1)
        elif item.kind == "word" and (item.text[:1].isupper() or not (index and is_op(items[index - 1], "."))):
            yield item.text


def separated(items: list[Item], *operators: str) -> list[list[Item]]:
    """The parts of items between operators."""
    return split(items, *operators)
