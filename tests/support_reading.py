"""What property tests of readers share: text made of a format's own pieces, and a reader run on a text."""

from __future__ import annotations

import tempfile
from collections.abc import Sequence
from pathlib import Path

from hypothesis import strategies as st

from ctxgen.documents import Unreadable
from ctxgen.readers import readers_for
from ctxgen.tree import File, Tree

_FOLDER = tempfile.TemporaryDirectory()
_TREE = Tree(Path(_FOLDER.name))


def text_like(pieces: Sequence[str]) -> st.SearchStrategy[str]:
    """Arbitrary text, and pieces of a format in any order with arbitrary text between."""
    piece = st.one_of(st.sampled_from(pieces), st.text(max_size=6))
    return st.one_of(st.text(max_size=200), st.lists(piece, max_size=14).map("".join), st.lists(piece, max_size=14).map("\n".join))


def fails_only_unreadable(filename: str, text: str) -> None:
    """Run every reader that wants the name on the text; anything raised but `Unreadable` fails the test."""
    for reader in readers_for(filename):
        file = File(_TREE, filename)
        file.__dict__["data"] = text.encode("utf-8", errors="replace")
        try:
            for _ in reader.read(file):
                pass
        except Unreadable:
            pass
