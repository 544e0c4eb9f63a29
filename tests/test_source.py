"""Every source fixture gives the endpoints that stand beside it.

`fixtures/source/<language>/<framework>-<case>/` is a small application, `<framework>-<case>.endpoints.txt` what it
answers, one endpoint a line: method, path, handler, access with the guards, place.  `pytest --force-regen` rewrites it:
read the difference before you commit it.
"""

from __future__ import annotations

from pathlib import Path

import pytest
from pytest_regressions.file_regression import FileRegressionFixture

from ctxgen.pipeline import analyse
from support import FIXTURES

CASES = sorted(path for path in (FIXTURES / "source").glob("*/*") if path.is_dir())


def endpoints(root: Path) -> list[str]:
    """The endpoints of a repository, one line each."""
    lines = []
    for each in analyse(root).context.endpoints:
        guards = ", ".join(f"{guard.name}/{guard.kind}" for guard in each.guards)
        access = f"[{each.access}: {guards}]" if guards else f"[{each.access}]"
        at = each.evidence[0]
        kind = "" if each.kind in ("http", "ws") else f"{each.kind} "
        what = " ".join(part for part in (each.method, each.path) if part) or each.operation
        lines.append(f"{kind}{what} -> {each.handler or each.operation or '-'} {access} {at.path}:{at.line}")
    return sorted(lines)


@pytest.mark.parametrize("case", CASES, ids=lambda case: f"{case.parent.name}-{case.name}")
def test_endpoints(case: Path, file_regression: FileRegressionFixture) -> None:
    file_regression.check("".join(f"{line}\n" for line in endpoints(case)), fullpath=case.with_name(f"{case.name}.endpoints.txt"))
