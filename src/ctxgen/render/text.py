"""The block as text without any markup: one line for each element, indented lists around them."""

from __future__ import annotations

from collections.abc import Sequence

from ctxgen.context import Evidence
from ctxgen.render.blocks import renderer
from ctxgen.render.budget import Block, Code, Line, Part, Piece, Section, Text, clean


class PlainText:
    """How plain text writes a block."""

    def __init__(self, *, evidence: bool = True) -> None:
        self.evidence = evidence

    def part(self, part: Part) -> str:
        match part:
            case str():
                return part
            case Text() | Code():
                return clean(part.text)
            case Evidence():
                return f" ({clean(part.path)}:{part.line})" if self.evidence else ""

    def piece(self, piece: Piece, line: Line) -> str:
        cited = self.part(piece.at) if piece.at and not line.shared else ""
        return "".join(map(self.part, piece.parts)) + cited

    def line(self, line: Line, pieces: Sequence[str], first: Piece | None, more: int) -> str:
        cited = self.part(first.at) if line.shared and first and first.at else ""
        said = line.separator.join(pieces) + (f" and {more} more" if more else "") or line.empty or ""
        return f"{line.label}{cited}: {said}" if line.label else said

    def section(self, section: Section, lines: Sequence[str], more: int) -> str:
        told = [*lines, *([section.more(more)] if more else [])]
        return "\n".join([f"{section.title}:", *(f"  {line}" for line in told)] if section.title else told)

    def document(self, block: Block, sections: Sequence[str], left_out: int) -> str:
        foot = [f"{left_out} facts of less worth left out: ctxgen --detail full tells all."] if left_out else []
        return "\n\n".join([f"Essential Backend Context: {block.short_name}", *sections, *foot]) + "\n"


render = renderer(PlainText)
