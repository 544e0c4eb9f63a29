"""How a context is to be told: the options of `ctxgen [PATH]`, of a kept block and of the library, and the text that they give."""

from __future__ import annotations

import importlib

from msgspec import Struct
from msgspec.structs import replace

from ctxgen.catalogue import Catalogue
from ctxgen.configuration import DETAILS, FORMATS, Configuration
from ctxgen.context import Context
from ctxgen.render.budget import SMALLEST
from ctxgen.render.outline import DETAILS as TOKENS
from ctxgen.render.outline import SECTIONS

LARGEST = 1_000_000


class TellingError(ValueError):
    """What cannot be asked for, in words for the user."""


class Telling(Struct, frozen=True):
    """What is asked for; None and `()` leave it to the team's configuration and then to the default."""

    format: str | None = None
    budget: int | None = None
    detail: str | None = None
    sections: tuple[str, ...] = ()
    evidence: bool = True
    header: bool = False
    diagram: bool = False

    def settled(self, team: Configuration) -> Telling:
        """With what the team's configuration says where nothing is asked for; an asked detail wins over the team's budget."""
        form = self.format or team.format
        return replace(
            self,
            format=form,
            budget=self.budget if self.budget is not None or self.detail else team.budget,
            detail=self.detail or team.detail,
            sections=self.sections or (() if form == "json" else team.sections),
        )


def check(telling: Telling) -> None:
    """Raises `TellingError` for what no format can give."""
    if telling.format not in (None, *FORMATS):
        raise TellingError(f"no such format: {telling.format}; known are {', '.join(FORMATS)}")
    if telling.detail not in (None, *DETAILS):
        raise TellingError(f"no such detail: {telling.detail}; known are {', '.join(DETAILS)}")
    if telling.budget is not None and not SMALLEST <= telling.budget <= LARGEST:
        raise TellingError(f"a budget is {SMALLEST} to {LARGEST} tokens")
    if unknown := [word for word in telling.sections if word not in SECTIONS]:
        raise TellingError(f"no such section: {', '.join(unknown)}; known are {', '.join(SECTIONS)}")
    if telling.diagram and telling.format not in (None, "markdown"):
        raise TellingError("--diagram is for Markdown")
    if telling.sections and telling.format == "json":
        raise TellingError("--sections is not for JSON, which is always whole")


def tell(context: Context, catalogue: Catalogue, telling: Telling) -> str:
    """The text.  Raises `TellingError`."""
    check(telling)
    form = telling.format or "markdown"
    if form == "json":
        from ctxgen.render import json

        return json.render(context)
    level = telling.detail or "standard"
    text: str = importlib.import_module(f"ctxgen.render.{form}").render(
        context,
        catalogue,
        budget=telling.budget if telling.budget is not None else TOKENS[level],
        detail=level,
        evidence=telling.evidence,
        header=telling.header,
        sections=telling.sections,
    )
    if telling.diagram:
        from ctxgen.render.mermaid import mermaid

        text += f"\n## Diagram\n\n```mermaid\n{mermaid(context).rstrip()}\n```\n"
    return text
