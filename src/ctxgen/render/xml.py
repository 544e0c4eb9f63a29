"""The block as XML for prompts: a tag for each element, and every fact an element with `at="path:line"`."""

from __future__ import annotations

from collections.abc import Sequence
from xml.sax.saxutils import escape, quoteattr

from ctxgen.context import Evidence
from ctxgen.render.blocks import renderer
from ctxgen.render.budget import Block, Code, Line, Part, Piece, Section, Text, clean

_TAGS = {"stack": "technology-stack", "services": "outside-services", "ci": "ci-cd"}


class Xml:
    """How XML writes a block."""

    def __init__(self, *, evidence: bool = True) -> None:
        self.evidence = evidence

    def part(self, part: Part) -> str:
        match part:
            case str():
                return escape(part)
            case Text() | Code():
                return escape(clean(part.text))
            case Evidence():
                return f" ({escape(clean(part.path))}:{part.line})" if self.evidence else ""

    def piece(self, piece: Piece, line: Line) -> str:
        said = "".join(map(self.part, piece.parts))
        if piece.at is None:
            return said
        at = f" at={quoteattr(f'{clean(piece.at.path)}:{piece.at.line}')}" if self.evidence else ""
        return f"<{line.item}{at}>{said}</{line.item}>"

    def line(self, line: Line, pieces: Sequence[str], first: Piece | None, more: int) -> str:
        if first is None or first.at is None:
            tag = _TAGS.get(line.key, line.key)
            return f"<{tag}>{line.separator.join(pieces) or line.empty}</{tag}>"
        told = [*pieces, *([f"<more>{more}</more>"] if more else [])]
        if not line.label:
            return "\n".join(told)
        tag = _TAGS.get(line.key, line.key)
        return "\n".join([f"<{tag}>", *told, f"</{tag}>"])

    def section(self, section: Section, lines: Sequence[str], more: int) -> str:
        if not section.remainder:
            return "\n".join(lines)
        return "\n".join([f"<{section.remainder}>", *lines, *([f"<more>{more}</more>"] if more else []), f"</{section.remainder}>"])

    def document(self, block: Block, sections: Sequence[str], left_out: int) -> str:
        foot = [f'<left-out facts="{left_out}">ctxgen --detail full tells all</left-out>'] if left_out else []
        return "\n".join([f"<backend-context repository={quoteattr(block.short_name)}>", *sections, *foot, "</backend-context>"]) + "\n"


render = renderer(Xml)
