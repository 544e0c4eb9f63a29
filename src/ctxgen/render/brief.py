"""A brief as Markdown: what is asked, what to fill in and to attach, and the facts, those that matter to it first."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence

from msgspec.structs import replace

from ctxgen.briefs import Blank, Brief, attachments, declared, parts
from ctxgen.catalogue import Catalogue
from ctxgen.context import Context, Endpoint
from ctxgen.render.budget import Block, Line, Section, fit, within
from ctxgen.render.markdown import Markdown
from ctxgen.render.outline import ELEMENTS, outline

OPEN = "…"
"""What stands where somebody has to fill something in."""
BUDGET = 1200
_BEST, _AHEAD, _STEP = 1000, 400, 60
"""What the best fact of an element and those that matter first are worth beyond the others, and each line beyond the next, so that a budget leaves them out last."""


class _Facts(Markdown):
    """The facts as a part of a longer text: its title is the text's, and its sections are one level deeper."""

    def section(self, section: Section, lines: Sequence[str], more: int) -> str:
        text = super().section(section, lines, more)
        return f"#{text}" if section.title and not section.prose else text

    def document(self, block: Block, sections: Sequence[str], left_out: int) -> str:
        foot = [f"{left_out} facts of less worth left out: `ctxgen --detail full` tells all."] if left_out else []
        return "\n\n".join([*sections, *foot]) + "\n"


def render(
    brief: Brief,
    context: Context,
    catalogue: Catalogue,
    *,
    endpoint: str | None = None,
    found: Sequence[Endpoint] = (),
    answers: Mapping[str, str] | None = None,
    budget: int | None = BUDGET,
) -> str:
    """The request.  `endpoint` is what it is about, `found` what the code says of it, `answers` fill blanks by their label."""
    style = _Facts()
    name = style.plain(outline(context, catalogue).short_name)
    out = [f"# {brief.title}: {name}", brief.task]
    if endpoint is not None:
        out.append("\n".join(_about(style, endpoint, found)))
    asked = [f"- {_filled(style, line, context, answers or {})}" for line in brief.ask]
    out.append("## To be filled in\n" + "\n".join(asked))
    out.append("## To be attached\n" + "\n".join(f"- [ ] {text}" for text in attachments(brief, context)))
    facts = fit(_ordered(outline(context, catalogue), brief.first), style, within(budget))[0]
    out.append("## What the repository states\n\n" + facts.strip())
    out.append("## The answer\n" + "\n".join(f"- {line}" for line in brief.answer))
    return "\n\n".join(out) + "\n"


def _about(style: Markdown, endpoint: str, found: Sequence[Endpoint]) -> Iterable[str]:
    if not found:
        yield f"**Endpoint**: {style.code(endpoint)} (not found in the code: where is it?)"
    for each in found:
        said = [f"handler {style.code(each.handler)}"] if each.handler else []
        said += [f"in {style.plain(each.component)}"] if each.component else []
        said.append(f"access {style.plain(each.access)}")
        line = f"**Endpoint**: {style.code(label(each))}, {', '.join(said)}{''.join(map(style.part, each.evidence[:1]))}"
        guards = [
            f"{style.code(guard.name)} ({style.plain(guard.kind)}){''.join(map(style.part, guard.evidence[:1]))}" for guard in each.guards
        ]
        yield line + (f"; passes {', '.join(guards)}" if guards else "")


def label(endpoint: Endpoint) -> str:
    """`GET /orders/{id}`."""
    return " ".join(part for part in (endpoint.method, endpoint.path, endpoint.operation) if part)


def _filled(style: Markdown, line: str, context: Context, answers: Mapping[str, str]) -> str:
    """A line with its blanks filled by an answer, else by what the team declares, else left open."""
    said = []
    for part in parts(line):
        if isinstance(part, str):
            said.append(part)
        elif answers.get(part.label):
            said.append(answers[part.label])
        elif (value := declared(context, part.declared)) is not None:
            said.append(_declared(style, part, value, context))
        else:
            named = bool(said) and said[-1].rstrip(": ").endswith(part.label)
            said.append(OPEN if named else f"{OPEN} ({part.label})")
    return "".join(said)


def _declared(style: Markdown, blank: Blank, value: str, context: Context) -> str:
    evidence = context.declared_evidence.get(blank.declared or "", ())
    return f"{style.code(value)} declared ({blank.label}){''.join(map(style.part, evidence[:1]))}"


def _ordered(block: Block, first: Sequence[str]) -> Block:
    """The facts with those lines ahead that matter first; of the others the elements stay."""
    lines = [_never_silent(line) if line.key in ELEMENTS else line for section in block.sections for line in section.lines]
    ahead = [_ahead(line, _STEP * (len(first) - index)) for index, key in enumerate(first) for line in lines if line.key == key]
    rest = [line for line in lines if line.key in ELEMENTS and line.key not in first]
    prose = tuple(section for section in block.sections if section.prose)
    return Block(block.name, (Section("What matters first", tuple(ahead)), Section("The other elements", tuple(rest)), *prose))


def _never_silent(line: Line) -> Line:
    """An element with its best piece ahead of everything."""
    best = max(range(len(line.pieces)), key=lambda index: line.pieces[index].worth, default=None)
    return replace(
        line, pieces=tuple(replace(piece, worth=piece.worth + _BEST) if index == best else piece for index, piece in enumerate(line.pieces))
    )


def _ahead(line: Line, bonus: int) -> Line:
    label = line.label or ("Component" if line.key == "components" else "")
    return replace(line, label=label, pieces=tuple(replace(piece, worth=piece.worth + _AHEAD + bonus) for piece in line.pieces))
