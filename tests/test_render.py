"""Nothing that a repository says breaks out of its place in the Markdown, and the budget is a contract."""

from __future__ import annotations

import re

import pytest
from hypothesis import given
from hypothesis import strategies as st

from ctxgen.render.budget import Line, Piece, Section, estimate, fit
from ctxgen.render.markdown import code, plain


@given(st.text(max_size=60))
def test_code_is_one_span(text: str) -> None:
    said = code(text)
    fence = re.match(r"`+", said)
    assert fence is not None
    assert said.endswith(fence[0])
    inner = said[len(fence[0]) : -len(fence[0])]
    assert fence[0] not in re.findall(r"`+", inner)
    assert "\n" not in said


@pytest.mark.parametrize(
    "text",
    [
        "</details>",
        "<script>",
        "![x](http://a)",
        "[x](http://a)",
        "@team",
        "#12",
        "a|b",
        "**bold**",
        "__init__",
        "*",
        "`x`",
        "~~x~~",
        "$(id)",
        "{{x}}",
        "&lt;",
    ],
)
def test_markup_is_told_as_code(text: str) -> None:
    assert plain(text) == code(text)


@pytest.mark.parametrize("text", ["^4.18.2", ">=3.13,<3.14", "2.0.3.RELEASE", "3-management", "orders-db", "~> 7.1", "Node.js (LTS)"])
def test_harmless_text_stays(text: str) -> None:
    assert plain(text) == text


LINES = st.lists(
    st.builds(
        Line,
        lead=st.just("**x**: "),
        pieces=st.lists(st.builds(Piece, text=st.text("abc ", min_size=1, max_size=30), worth=st.integers(0, 100)), max_size=12).map(tuple),
    ),
    max_size=6,
)


@given(lines=LINES, budget=st.integers(80, 500))
def test_budget_holds(lines: list[Line], budget: int) -> None:
    text, left_out = fit([Section("", tuple(lines))], "# Head", "Tail.", budget)
    assert estimate(text) <= budget or left_out == sum(len(line.pieces) for line in lines)
    assert ("left out" in text) == bool(left_out)


def test_the_least_worth_goes_first() -> None:
    line = Line("", tuple(Piece(f"fact{worth} " + "x" * 60, worth) for worth in (10, 90, 50)))
    text, left_out = fit([Section("", (line,))], "# Head", "", 60)
    assert left_out == 1
    assert "fact10" not in text
    assert text.index("fact90") < text.index("fact50")
