"""Applications of Node.js, run by their own frameworks: what they register is what is read.

The packages come from npm; `npm install` in `tests/node` (or CTXGEN_NODE naming a folder with them) makes the tests run.
"""

from __future__ import annotations

import os
import shutil
import subprocess
from pathlib import Path

import pytest

from ctxgen.pipeline import analyse
from ctxgen.source.routing import parameters
from support import FIXTURES

HERE = Path(__file__).parent / "node"
PACKAGES = Path(os.environ.get("CTXGEN_NODE", HERE)) / "node_modules"


@pytest.mark.node
@pytest.mark.skipif(
    shutil.which("node") is None or not PACKAGES.is_dir(), reason="the frameworks are not installed: run `npm install` in tests/node"
)
@pytest.mark.parametrize("framework", ["express", "fastify", "hapi", "hono", "koa", "nestjs", "restify", "polka"])
def test_the_framework_itself_registers_what_is_read(framework: str) -> None:
    folder = FIXTURES / "source" / "script" / f"{framework}-shop"
    command = ["node", str(HERE / "routes.cjs"), framework, str(folder)]
    ran = subprocess.run(command, env={**os.environ, "NODE_PATH": str(PACKAGES)}, capture_output=True, text=True, timeout=60)
    assert ran.returncode == 0, ran.stderr
    registered = {(method, parameters(path)) for method, _, path in (line.partition(" ") for line in ran.stdout.split("\n") if line)}
    read = {(each.method, each.path) for each in analyse(folder).context.endpoints}
    assert {(method, path.rstrip("/") or "/") for method, path in registered} == read
