"""Which facts fit: the estimate of tokens, and a block that drops its least valuable pieces first.

The intermediate between the outline, which decides what is told and what it is worth, and the formats, which decide
how it is written: a block has sections, a section lines, a line pieces, and a piece is one fact with its citation.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Protocol

from msgspec import Struct
from msgspec.structs import replace

from ctxgen.context import Evidence

CHARACTERS_PER_TOKEN = 3.5
"""Blocks of paths, versions and identifiers measure 3.4 to 3.8 characters a token with the usual byte-pair encodings."""

SMALLEST = 150
"""The smallest budget: in every format it holds the title, the five elements and what was left out."""
MAX_TITLE = 60
LEFT_OUT = "left out"
"""Told of a line whose facts all fell to the budget: that they are not stated would be wrong."""


def estimate(text: str) -> int:
    """Tokens of a text, by its length alone, so that the result never depends on what is installed."""
    return -int(-len(text) // CHARACTERS_PER_TOKEN)


class Text(Struct, frozen=True):
    """Words of the repository, told as running text as far as the format can hold them so."""

    text: str


class Code(Struct, frozen=True):
    """Words of the repository, told as code."""

    text: str


Part = str | Text | Code | Evidence
"""What a piece is made of: ctxgen's own words, the repository's, and citations in between."""


class Piece(Struct, frozen=True):
    """One fact with its citation; `worth` decides what is left out first, higher stays longer."""

    parts: tuple[Part, ...]
    worth: int
    at: Evidence | None = None


class Line(Struct, frozen=True):
    """A label and its pieces; `empty` is told instead where no piece is left, otherwise the line is then left out.

    `key` is its name for `--sections`, `item` what one of its facts is called.  With `shared` the line cites its first
    piece and the pieces cite nothing.  `more` counts what the line has beyond its pieces; None: that is not told.
    """

    key: str
    label: str
    pieces: tuple[Piece, ...]
    item: str = "fact"
    empty: str | None = None
    separator: str = ", "
    shared: bool = False
    more: int | None = None


class Section(Struct, frozen=True):
    """Lines under a title (`""`: none).  `remainder` names what a left-out line is; a `prose` section has sentences for lines."""

    title: str
    lines: tuple[Line, ...]
    remainder: str = ""
    prose: bool = False

    def more(self, count: int) -> str:
        """How many lines are left out, in words."""
        return f"and {count} more {self.remainder if count > 1 else self.remainder.removesuffix('s')}"


class Block(Struct, frozen=True):
    """All there is to tell of the repository called `name`."""

    name: str
    sections: tuple[Section, ...]

    @property
    def short_name(self) -> str:
        """The name for a title: no longer than leaves room for the five elements in the smallest budget."""
        name = clean(self.name)
        return name if len(name) <= MAX_TITLE else name[: MAX_TITLE - 1] + "…"


def clean(text: str) -> str:
    """Words of the repository on one line, without control, bidirectional and other characters that do not print."""
    return "".join(c for c in " ".join(text.split()) if c.isprintable() and not "\ufdd0" <= c <= "\ufdef" and ord(c) & 0xFFFE != 0xFFFE)


class Style(Protocol):
    """How a format writes what is kept.  `more` is how many pieces or lines are not there."""

    def piece(self, piece: Piece, line: Line) -> str: ...
    def line(self, line: Line, pieces: Sequence[str], first: Piece | None, more: int) -> str: ...
    def section(self, section: Section, lines: Sequence[str], more: int) -> str: ...
    def document(self, block: Block, sections: Sequence[str], left_out: int) -> str: ...


def within(tokens: int | None) -> Callable[[str], bool]:
    """The test whether a text keeps a budget; None is no bound."""
    return lambda text: tokens is None or estimate(text) <= tokens


def fit(block: Block, style: Style, fits: Callable[[str], bool]) -> tuple[str, int]:
    """(text, number of pieces left out): the block with the pieces of least worth left out until the text fits.

    Among pieces of one worth the later ones go first.  Titles and the lines that say something when they are empty always stay.
    """
    lines = [line for section in block.sections for line in section.lines]
    texts = [[style.piece(piece, line) for piece in line.pieces] for line in lines]
    worths = [piece.worth for line in lines for piece in line.pieces]
    ranked = sorted(range(len(worths)), key=lambda order: (-worths[order], order))

    def written(kept: int) -> str:
        return _assemble(block, style, texts, set(ranked[:kept]), len(ranked) - kept)

    whole = written(len(ranked))
    if fits(whole):
        return whole, 0
    low, high = 0, len(ranked) - 1
    while low < high:  # the text grows with every piece, so the largest number that fits is found by halving
        middle = (low + high + 1) // 2
        if fits(written(middle)):
            low = middle
        else:
            high = middle - 1
    return written(low), len(ranked) - low


def _assemble(block: Block, style: Style, texts: Sequence[Sequence[str]], kept: set[int], left_out: int) -> str:
    sections = []
    order = index = 0
    for section in block.sections:
        lines = []
        dropped = 0
        for line in section.lines:
            here = [(piece, text) for at, (piece, text) in enumerate(zip(line.pieces, texts[index], strict=True), order) if at in kept]
            order += len(line.pieces)
            index += 1
            if here or line.empty is not None:
                more = 0 if line.more is None else line.more + len(line.pieces) - len(here)
                told = line if here or not line.pieces else replace(line, empty=LEFT_OUT)
                lines.append(style.line(told, [text for _, text in here], here[0][0] if here else None, more))
            else:
                dropped += bool(line.pieces)
        if lines:
            sections.append(style.section(section, lines, dropped if section.remainder else 0))
    return style.document(block, sections, left_out)
