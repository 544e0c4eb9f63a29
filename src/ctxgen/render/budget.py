"""Which facts fit: the estimate of tokens, and lines that drop their least valuable pieces first."""

from __future__ import annotations

from collections.abc import Sequence

from msgspec import Struct

CHARACTERS_PER_TOKEN = 3.5
"""Blocks of paths, versions and identifiers measure 3.4 to 3.8 characters a token with the usual byte-pair encodings."""


def estimate(text: str) -> int:
    """Tokens of a text, by its length alone, so that the result never depends on what is installed."""
    return -int(-len(text) // CHARACTERS_PER_TOKEN)


class Piece(Struct, frozen=True):
    """One fact of a line with its citation; `worth` decides what is left out first, higher stays longer."""

    text: str
    worth: int


class Line(Struct, frozen=True):
    """A bullet: `lead` is always told if any piece is; `empty` is told instead where no piece is left."""

    lead: str
    pieces: tuple[Piece, ...]
    empty: str | None = None
    separator: str = ", "


class Section(Struct, frozen=True):
    """A heading (`""` for the first, which has none) and its lines; left out whole when no line says anything."""

    title: str
    lines: tuple[Line, ...]


def fit(sections: Sequence[Section], head: str, tail: str, budget: int | None) -> tuple[str, int]:
    """(text, number of pieces left out): the sections with the pieces of least worth left out until the text fits.

    Among pieces of one worth the later ones go first.  The head, the first section's leads and the tail always stay.
    """
    ranked = sorted(
        (
            (piece.worth, -order)
            for order, piece in enumerate(piece for section in sections for line in section.lines for piece in line.pieces)
        ),
        reverse=True,
    )
    kept = len(ranked)
    if budget is not None:
        low, high = 0, len(ranked)
        while low < high:  # the text grows with every piece, so the largest number that fits is found by halving
            middle = (low + high + 1) // 2
            if estimate(_assemble(sections, head, tail, {-order for _, order in ranked[:middle]}, len(ranked) - middle)) <= budget:
                low = middle
            else:
                high = middle - 1
        kept = low
    return _assemble(sections, head, tail, {-order for _, order in ranked[:kept]}, len(ranked) - kept), len(ranked) - kept


def _assemble(sections: Sequence[Section], head: str, tail: str, kept: set[int], left_out: int) -> str:
    out = [head]
    order = 0
    for section in sections:
        lines = []
        for line in section.lines:
            pieces = [piece.text for index, piece in enumerate(line.pieces, order) if index in kept]
            order += len(line.pieces)
            if pieces:
                lines.append(f"- {line.lead}{line.separator.join(pieces)}")
            elif line.empty is not None:
                lines.append(f"- {line.lead}{line.empty}")
        if lines:
            out.append((f"## {section.title}\n" if section.title else "") + "\n".join(lines))
    foot = tail
    if left_out:
        foot += f"\n\n{left_out} facts of less worth left out: `ctxgen --detail full` tells all."
    out.append(foot)
    return "\n\n".join(part for part in out if part) + "\n"
