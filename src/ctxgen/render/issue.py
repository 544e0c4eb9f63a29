"""The block for an issue: the Markdown folded into `<details>`, as GitHub and GitLab render it.

Nothing in it mentions a user, refers to another issue or ends the fold, and it is always shorter than what an issue
may hold.  Source: https://docs.github.com/en/get-started/writing-on-github/working-with-advanced-formatting/organizing-information-with-collapsed-sections
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from html import escape

from ctxgen.render.blocks import renderer
from ctxgen.render.budget import Block
from ctxgen.render.markdown import Markdown, code, plain

LIMIT = 65_536
"""What GitHub takes as the body of an issue, in characters; counted in bytes here, which are never fewer."""
_REFERENCE = re.compile(r"~\w|\b[0-9a-f]{7,40}\b")
"""What GitLab takes for a label, and both for a commit."""


class Issue(Markdown):
    """Markdown in a fold.  An opening angle bracket of the repository is told as ‹, so that no renderer takes it for a tag."""

    def code(self, text: str) -> str:
        return code(text.replace("<", "‹"))

    def plain(self, text: str) -> str:
        return self.code(text) if _REFERENCE.search(text) or plain(text) == code(text) else plain(text)

    def document(self, block: Block, sections: Sequence[str], left_out: int) -> str:
        foot = [f"{left_out} facts of less worth left out: `ctxgen --detail full` tells all."] if left_out else []
        summary = f"<details>\n<summary>Essential Backend Context: <code>{escape(block.short_name)}</code></summary>"
        return "\n\n".join([summary, *sections, *foot, "</details>"]) + "\n"


render = renderer(Issue, allowed=lambda text: len(text.encode()) < LIMIT)
