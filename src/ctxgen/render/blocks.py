"""From a context to a written block: what all formats of the block share, which is all but how a piece is written."""

from __future__ import annotations

from collections.abc import Callable, Collection
from typing import Protocol

from ctxgen.catalogue import Catalogue
from ctxgen.context import Context
from ctxgen.render.budget import Style, fit, within
from ctxgen.render.outline import outline


class Render(Protocol):
    """Tells a context: never more than `budget` tokens by the built-in estimate (None: no bound)."""

    def __call__(
        self,
        context: Context,
        catalogue: Catalogue,
        *,
        budget: int | None = 1500,
        detail: str = "standard",
        evidence: bool = True,
        header: bool = False,
        sections: Collection[str] = (),
    ) -> str: ...


class MakeStyle(Protocol):
    """A format's class: makes what writes a block, with or without the citations."""

    def __call__(self, *, evidence: bool) -> Style: ...


def renderer(make: MakeStyle, allowed: Callable[[str], bool] = lambda _: True) -> Render:
    """The renderer of a format; `allowed` is a bound of the format's own beside the budget."""

    def render(
        context: Context,
        catalogue: Catalogue,
        *,
        budget: int | None = 1500,
        detail: str = "standard",
        evidence: bool = True,
        header: bool = False,
        sections: Collection[str] = (),
    ) -> str:
        block = outline(context, catalogue, detail=detail, header=header, sections=sections)
        in_budget = within(budget)
        return fit(block, make(evidence=evidence), lambda text: in_budget(text) and allowed(text))[0]

    return render
