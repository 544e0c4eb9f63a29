"""Whole-process time and memory of ctxgen: `python benchmarks/bench.py [--runs N] [--large] [WORK_TREE …]`.

Prints a table and writes it to benchmarks/RESULTS.md.  See benchmarks/README.md.
"""

from __future__ import annotations

import argparse
import math
import os
import platform
import subprocess
import sys
import tempfile
import time
from importlib.metadata import version
from pathlib import Path
from statistics import median
from typing import NamedTuple

from generate import repository

SIZES = (200, 2_000, 20_000)
LARGE = 100_000
HERE = Path(__file__).parent


class Cost(NamedTuple):
    """Medians of several runs: seconds, seconds, MB."""

    wall: float
    cpu: float
    memory: float


def measured(*arguments: str, runs: int) -> Cost:
    """What a run of ctxgen costs, start of the interpreter included; the processes that it starts (git) count in CPU time."""
    costs = []
    for _ in range(runs):
        began = time.perf_counter()
        process = subprocess.Popen([sys.executable, "-m", "ctxgen", *arguments], stdout=subprocess.DEVNULL)
        _, status, usage = os.wait4(process.pid, 0)
        if status:
            raise SystemExit(f"ctxgen failed on {arguments}")
        unit = 1024 * 1024 if sys.platform == "darwin" else 1024
        costs.append(Cost(time.perf_counter() - began, usage.ru_utime + usage.ru_stime, usage.ru_maxrss / unit))
    return Cost(*(median(values) for values in zip(*costs, strict=True)))


def counted(root: Path) -> tuple[int, float]:
    """(files, MB) of a work tree, without `.git`."""
    sizes = [path.lstat().st_size for path in root.rglob("*") if ".git" not in path.relative_to(root).parts and path.is_file()]
    return len(sizes), sum(sizes) / 1e6


def row(name: str, root: Path, cost: Cost, before: tuple[int, Cost] | None) -> tuple[str, int]:
    """A line of the table; the exponent is that of CPU time over files since the line before (1 is linear)."""
    files, size = counted(root)
    exponent = f"{math.log(cost.cpu / before[1].cpu) / math.log(files / before[0]):.2f}" if before and before[0] != files else ""
    return f"| {name} | {files:,} | {size:.1f} | {cost.wall:.2f} | {cost.cpu:.2f} | {cost.memory:.0f} | {exponent} |", files


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("trees", nargs="*", type=Path, help="work trees to measure, too")
    parser.add_argument("--runs", type=int, default=5)
    parser.add_argument("--large", action="store_true", help=f"a repository of {LARGE:,} files, too")
    options = parser.parse_args()
    start = measured("--version", runs=options.runs)
    lines = ["| repository | files | MB | wall s | CPU s | peak MB | growth |", "| --- | ---: | ---: | ---: | ---: | ---: | ---: |"]
    lines.append(f"| `--version` | | | {start.wall:.2f} | {start.cpu:.2f} | {start.memory:.0f} | |")
    before: tuple[int, Cost] | None = None
    with tempfile.TemporaryDirectory() as folder:
        for size in (*SIZES, LARGE) if options.large else SIZES:
            root = Path(folder) / f"shop-{size}"
            repository(root, size)
            subprocess.run(["git", "init", "-q", str(root)], check=True)
            subprocess.run(["git", "-C", str(root), "add", "-A"], check=True)
            cost = measured(str(root), "--format", "json", runs=options.runs)
            line, files = row(f"generated {size:,}", root, cost, before)
            before = (files, cost)
            lines.append(line)
    for tree in options.trees:
        lines.append(row(tree.resolve().name, tree, measured(str(tree), "--format", "json", runs=options.runs), None)[0])
    about = f"ctxgen {version('ctxgen')}, Python {platform.python_version()}, {platform.system()} {platform.machine()}, {os.cpu_count()} CPUs; median of {options.runs}"
    text = "\n".join(lines)
    print(f"{about}\n\n{text}")
    (HERE / "RESULTS.md").write_text(f"# Results\n\n{about}.\n\n{text}\n", encoding="utf-8")


if __name__ == "__main__":
    main()
