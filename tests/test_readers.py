"""Every reader fixture gives the facts that stand beside it.

`fixtures/readers/<topic>/<case>/` is a small repository, `<case>.facts.txt` what the readers say of it and, below
`== resolved`, the lines that the resolve stage added or changed.  `pytest --force-regen` rewrites it: read the
difference before you commit it.
"""

from __future__ import annotations

from pathlib import Path

import pytest
from pytest_regressions.file_regression import FileRegressionFixture

from ctxgen.reading import read_facts
from ctxgen.resolve import resolve
from ctxgen.tree import Tree
from support import listing, reader_cases


@pytest.mark.parametrize("case", reader_cases(), ids=lambda case: f"{case.parent.name}-{case.name}")
def test_facts(case: Path, file_regression: FileRegressionFixture) -> None:
    tree = Tree(case)
    facts = read_facts(tree)
    read, resolved = listing(facts, tree.diagnostics), listing(resolve(facts), tree.diagnostics)
    changed = [line for line in resolved.splitlines() if line not in set(read.splitlines())]
    file_regression.check(
        read + "\n== resolved\n" + "".join(f"{line}\n" for line in changed), fullpath=case.with_name(f"{case.name}.facts.txt")
    )


@pytest.mark.parametrize("case", reader_cases(), ids=lambda case: f"{case.parent.name}-{case.name}")
def test_no_reader_fails(case: Path) -> None:
    tree = Tree(case)
    read_facts(tree)
    assert not [d for d in tree.diagnostics if d.code == "reader-failed"]
