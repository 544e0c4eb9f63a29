"""Literals are found all at once as they are one by one."""

from __future__ import annotations

from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from ctxgen import literals
from ctxgen.language_names import SOURCE_LANGUAGES
from ctxgen.literals import Literals, held, holds
from ctxgen.readers import readers_for
from ctxgen.source.frameworks import frameworks
from ctxgen.tree import SOURCE_LIMIT, Tree

_SHORT = st.binary(min_size=1, max_size=4).map(lambda data: bytes(97 + byte % 3 for byte in data))


@given(st.lists(_SHORT, max_size=12), st.lists(_SHORT, max_size=30).map(b"".join))
def test_all_at_once_is_one_by_one(wanted: list[bytes], data: bytes) -> None:
    assert Literals(wanted).held(data) == {literal for literal in wanted if literal in data}


def test_a_literal_across_two_parts_is_found(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(literals, "PART", 8)
    wanted = [b"needle", b"hay", b"straw", b"stack", b"absent"]
    assert Literals(wanted).held(b"hay hayneedlestraw") == {b"needle", b"hay", b"straw"}


def test_a_file_is_looked_through_once(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    (tmp_path / "app.py").write_text("import os\nfrom flask import Flask\n")
    tree = Tree(tmp_path)
    file = tree.file("app.py", SOURCE_LIMIT)
    assert b"flask" in held(file)
    tree.forget("app.py")
    monkeypatch.setattr(Tree, "read", lambda *_: pytest.fail("read again"))
    again = tree.file("app.py", SOURCE_LIMIT)
    assert holds(again, [b"import"])
    assert not holds(again, literals.of("app.py").all - {b"import", b"flask"} - held(file))


@pytest.mark.parametrize("ending", sorted(SOURCE_LANGUAGES))
def test_all_that_somebody_looks_for_is_looked_for(ending: str) -> None:
    looked_for = literals.of(f"a{ending}").all
    for reader in readers_for(f"a{ending}"):
        assert looked_for.issuperset(reader.contains)
    for framework in frameworks():
        if framework.language == SOURCE_LANGUAGES[ending]:
            assert looked_for.issuperset(literal.encode() for literal in framework.literals)
