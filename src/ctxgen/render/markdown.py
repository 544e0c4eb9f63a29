"""The block as Markdown: the five elements, then what surrounds them, each fact with `path:line`."""

from __future__ import annotations

import re
from collections.abc import Sequence

from ctxgen.context import Evidence
from ctxgen.render.blocks import renderer
from ctxgen.render.budget import Block, Code, Line, Part, Piece, Section, Text, clean


def code(text: str) -> str:
    """A string of the repository as inline code that it cannot leave."""
    cleaned = clean(text)
    longest = max((len(run) for run in re.findall(r"`+", cleaned)), default=0)
    if not longest:
        return f"`{cleaned}`" if cleaned else "` `"
    fence = "`" * (longest + 1)
    return f"{fence} {cleaned} {fence}"


def plain(text: str) -> str:
    """A string of the repository as running text: as it is where it holds letters, digits and harmless marks, else as code."""
    return text if _HARMLESS.fullmatch(text) and not _MARKUP.search(text) else code(text)


_HARMLESS = re.compile(r"[\w.^~<>=, +:/()%-]*")
_MARKUP = re.compile(r"<(?![=\d\s])|://|__|~~|^\s*(?:[-+>=]|\d+[.)])(?:\s|$)|\b_|_\b|(?i:\bwww\.|\bGH-\d)")


class Markdown:
    """How Markdown writes a block."""

    def __init__(self, *, evidence: bool = True) -> None:
        self.evidence = evidence

    def code(self, text: str) -> str:
        return code(text)

    def plain(self, text: str) -> str:
        return plain(text)

    def place(self, at: Evidence) -> str:
        return self.code(f"{at.path}:{at.line}")

    def part(self, part: Part) -> str:
        match part:
            case str():
                return part
            case Text():
                return self.plain(part.text)
            case Code():
                return self.code(part.text)
            case Evidence():
                return f" ({self.place(part)})" if self.evidence else ""

    def piece(self, piece: Piece, line: Line) -> str:
        cited = self.part(piece.at) if piece.at and not line.shared else ""
        return "".join(map(self.part, piece.parts)) + cited

    def line(self, line: Line, pieces: Sequence[str], first: Piece | None, more: int) -> str:
        label = f"**{line.label}**" if line.empty is not None else line.label
        if line.shared and self.evidence and first and first.at:
            label += f" {self.place(first.at)}:"
        elif line.label and not line.shared:
            label += ":"
        said = line.separator.join(pieces) + (f" and {more} more" if more else "") or line.empty or ""
        return f"{label} {said}" if label else said

    def section(self, section: Section, lines: Sequence[str], more: int) -> str:
        if section.prose:
            return "\n\n".join(lines)
        bullets = [f"- {line}" for line in (*lines, *([section.more(more)] if more else []))]
        return (f"## {section.title}\n" if section.title else "") + "\n".join(bullets)

    def document(self, block: Block, sections: Sequence[str], left_out: int) -> str:
        foot = [f"{left_out} facts of less worth left out: `ctxgen --detail full` tells all."] if left_out else []
        return "\n\n".join([f"# Essential Backend Context: {self.plain(block.short_name)}", *sections, *foot]) + "\n"


render = renderer(Markdown)
