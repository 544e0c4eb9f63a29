"""The instructions of a Dockerfile with their lines: parser directives, continuations, comments, here-documents.

The rules are those of https://docs.docker.com/reference/dockerfile/.  Of the libraries, dockerfile-parse takes what
stands in a here-document for instructions, and tree-sitter-dockerfile knows one escape character alone.
"""

from __future__ import annotations

import re
from bisect import bisect_left, bisect_right
from collections.abc import Iterator

_DIRECTIVE = re.compile(r"#\s*+([A-Za-z][\w-]*+)\s*+=\s*+(\S.*)")
_INSTRUCTION = re.compile(r"\s*([A-Za-z]+)(?:\s+|$)")
_FLAG = re.compile(r"--([\w-]+)(?:=(\S*))?\s+")
_HERE = re.compile(r"(?<![<\w])\d?<<(-?)([\"']?)([A-Za-z_]\w{0,60})\2")
_WITH_HERE = {"RUN", "COPY", "ADD"}


class Text:
    """Text put together from pieces of several lines, which still knows the line of every character."""

    def __init__(self, pieces: list[tuple[int, str]]) -> None:
        self._starts: list[int] = []
        self._lines: list[int] = []
        position = 0
        for line, piece in pieces:
            self._starts.append(position)
            self._lines.append(line)
            position += len(piece)
        self.string = "".join(piece for _, piece in pieces)

    def line(self, position: int) -> int:
        """The line of the character at a position."""
        return self._lines[max(bisect_right(self._starts, position) - 1, 0)]


class Instruction:
    """One instruction: keyword (upper case), flags with their lines, and the rest from `start` of its text on."""

    def __init__(self, keyword: str, flags: list[tuple[str, str, int]], text: Text, start: int, line: int, documents: list[Text]) -> None:
        self.keyword, self.flags, self.text, self.start, self.line, self.documents = keyword, flags, text, start, line, documents

    @property
    def rest(self) -> str:
        """What follows the keyword and its flags."""
        return self.text.string[self.start :].strip()

    def words(self) -> Iterator[tuple[int, str]]:
        """(line, word) for the words behind the flags; quotes and escaped blanks hold words together and stay."""
        for found in re.finditer(r"(?:\\.|\"(?:\\.|[^\"\\])*\"|'[^']*'|[^\s])+", self.text.string[self.start :], re.DOTALL):
            yield self.text.line(self.start + found.start()), found[0]


def instructions(lines: list[str]) -> Iterator[Instruction]:
    """The instructions of a file in order; `ONBUILD X` is an instruction with the keyword `ONBUILD X`."""
    escape, number = _directives(lines)
    ends = _Ends(lines)
    continued = re.compile(rf"{re.escape(escape)}[ \t]*$")
    while number < len(lines):
        if not lines[number].strip() or lines[number].lstrip().startswith("#"):
            number += 1
            continue
        pieces: list[tuple[int, str]] = []
        while number < len(lines):
            line = lines[number]
            number += 1
            # comments and blank lines inside a continuation do not end it
            if pieces and (not line.strip() or line.lstrip().startswith("#")):
                continue
            joined = continued.search(line)
            pieces.append((number, line[: joined.start()] if joined else line))
            if not joined:
                break
        text = Text(pieces)
        keyword, start = _keyword(text.string)
        if not keyword:
            continue
        documents: list[Text] = []
        if keyword.removeprefix("ONBUILD ") in _WITH_HERE:
            for opened in _HERE.finditer(text.string, start):
                end = ends.first(number, opened[3], tabs=bool(opened[1]))
                if end is not None:
                    documents.append(Text([(at + 1, lines[at] + "\n") for at in range(number, end)]))
                    number = end + 1
        flags: list[tuple[str, str, int]] = []
        while flag := _FLAG.match(text.string, start):
            flags.append((flag[1].lower(), flag[2] or "", text.line(flag.start())))
            start = flag.end()
        yield Instruction(keyword, flags, text, start, pieces[0][0], documents)


def _directives(lines: list[str]) -> tuple[str, int]:
    """(escape character, index of the first line behind the parser directives)."""
    escape, seen = "\\", set()
    for number, line in enumerate(lines):
        found = _DIRECTIVE.fullmatch(line.strip())
        if not found or found[1].lower() in seen:
            return escape, number
        seen.add(found[1].lower())
        if found[1].lower() == "escape" and found[2] in ("\\", "`"):
            escape = found[2]
    return escape, len(lines)


def _keyword(text: str) -> tuple[str, int]:
    """(keyword, position behind it)."""
    found = _INSTRUCTION.match(text)
    if not found:
        return "", 0
    keyword, end = found[1].upper(), found.end()
    if keyword == "ONBUILD" and (triggered := _INSTRUCTION.match(text, end)):
        return f"ONBUILD {triggered[1].upper()}", triggered.end()
    return keyword, end


class _Ends:
    """Where a here-document may end: the lines that hold one word, indexed at first use."""

    def __init__(self, lines: list[str]) -> None:
        self._of = lines
        self._words: dict[str, list[int]] | None = None

    def first(self, start: int, word: str, *, tabs: bool) -> int | None:
        """The index of the first line from `start` on that is the word alone, with `tabs` behind tabulators."""
        if self._words is None:
            self._words = {}
            for number, line in enumerate(self._of):
                if len(line) < 100:
                    self._words.setdefault(line.lstrip("\t"), []).append(number)
        found = self._words.get(word, [])
        return next((number for number in found[bisect_left(found, start) :] if tabs or self._of[number] == word), None)
