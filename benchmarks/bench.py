"""Whole-process time and memory of ctxgen and its peers: `python benchmarks/bench.py [--runs N] [--large] [--peers FOLDER …] [WORK_TREE …]`.

Prints a table and writes it to benchmarks/RESULTS.md.  See benchmarks/README.md.
"""

from __future__ import annotations

import argparse
import math
import multiprocessing
import os
import platform
import subprocess
import sys
import tempfile
import threading
import time
from collections.abc import Iterator, Sequence
from pathlib import Path
from statistics import geometric_mean, median
from typing import NamedTuple

from generate import repository
from peers import Tool, tools

SIZES = (200, 2_000, 20_000)
LARGE = 100_000
GROWTH_FROM = 1_000
"""Smaller repositories measure the start of the interpreter."""
HERE = Path(__file__).parent


class Cost(NamedTuple):
    """Seconds, seconds, MB."""

    wall: float
    cpu: float
    memory: float


class Row(NamedTuple):
    """One repository: what each tool costs, None where it failed or took too long."""

    name: str
    files: int
    size: float
    costs: dict[str, Cost | None]


def once(command: Sequence[str], succeeds: Sequence[int], folder: str, limit: float) -> Cost | None:
    """What one run costs, its start included; the processes that it starts count in CPU time."""
    began = time.perf_counter()
    process = subprocess.Popen(command, cwd=folder, stdin=subprocess.DEVNULL, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
    timer = threading.Timer(limit, process.kill)
    timer.start()
    _, status, usage = os.wait4(process.pid, 0)
    timer.cancel()
    process.returncode = os.waitstatus_to_exitcode(status)
    if process.returncode not in succeeds:
        return None
    unit = 1024 * 1024 if sys.platform == "darwin" else 1024
    return Cost(time.perf_counter() - began, usage.ru_utime + usage.ru_stime, usage.ru_maxrss / unit)


def install(folder: str) -> None:
    """Install ctxgen as its users do, with byte code and a compiled catalogue, and let Python take it from there.  Raises `CalledProcessError`."""
    subprocess.run([sys.executable, "-m", "pip", "install", "-q", "--no-deps", "--target", folder, str(HERE.parent)], check=True)
    os.environ["PYTHONPATH"] = folder


def measured(chosen: Sequence[Tool], root: Path, runs: int, limit: float) -> dict[str, Cost | None]:
    """Medians of several runs, the tools in turn, so that what else the machine does meets all alike."""
    found: dict[str, list[Cost | None]] = {tool.name: [] for tool in chosen}
    with tempfile.TemporaryDirectory() as folder:
        for _ in range(runs):
            for tool in chosen:
                if None not in found[tool.name]:
                    found[tool.name].append(once(tool.command(root), tool.succeeds, folder, limit))
    return {name: _middle([cost for cost in costs if cost is not None]) if None not in costs else None for name, costs in found.items()}


def _middle(costs: Sequence[Cost]) -> Cost:
    return Cost(*(median(values) for values in zip(*costs, strict=True)))


def counted(root: Path) -> tuple[int, float]:
    """(files, MB) of a work tree, without `.git`; one after the other, for a process begins with the memory of the one that starts it."""
    files = size = 0
    for folder, folders, names in os.walk(root):
        folders[:] = [each for each in folders if each != ".git"]
        for path in (Path(folder, name) for name in names):
            if path.is_file():
                files, size = files + 1, size + path.lstat().st_size
    return files, size / 1e6


def rows(options: argparse.Namespace, chosen: Sequence[Tool]) -> Iterator[Row]:
    with tempfile.TemporaryDirectory() as folder:
        for size in (*SIZES, LARGE) if options.large else SIZES:
            root = Path(folder) / f"shop-{size}"
            maker = multiprocessing.Process(target=repository, args=(root, size))
            maker.start()
            maker.join()
            subprocess.run(["git", "init", "-q", str(root)], check=True)
            subprocess.run(["git", "-C", str(root), "add", "-A"], check=True)
            yield Row(f"generated {size:,}", *counted(root), measured(chosen, root, options.runs, options.limit))
    for tree in options.trees:
        yield Row(tree.resolve().name, *counted(tree), measured(chosen, tree.resolve(), options.runs, options.limit))


def told(found: Sequence[Row], names: Sequence[str]) -> Iterator[str]:
    """The table: wall and CPU seconds and peak MB of each tool, and the ratios of ctxgen's wall time to the others'."""
    others = [name for name in names if name != "ctxgen"]
    yield "| repository | files | MB | " + " | ".join([*names, *(f"wall ÷ {name}" for name in others)]) + " |"
    yield "| --- " + "| ---: " * (2 + len(names) + len(others)) + "|"
    for row in found:
        costs = [f"{c.wall:.2f} / {c.cpu:.2f} s, {c.memory:.0f} MB" if (c := row.costs[name]) else "—" for name in names]
        ratios = [f"{ratio:.2f}" if (ratio := _ratio(row, name)) else "" for name in others]
        yield f"| {row.name} | {row.files:,} | {row.size:.1f} | " + " | ".join([*costs, *ratios]) + " |"


def summary(found: Sequence[Row], names: Sequence[str]) -> Iterator[str]:
    real = [row for row in found if not row.name.startswith("generated")]
    for name in names:
        ratios = [ratio for row in real if (ratio := _ratio(row, name))]
        if name != "ctxgen" and ratios:
            yield f"- wall time ÷ {name} on {len(ratios)} real repositories: geometric mean {geometric_mean(ratios):.2f}, largest {max(ratios):.2f}"
    grown = [(row.files, cost.cpu) for row in found if row not in real and row.files > GROWTH_FROM and (cost := row.costs["ctxgen"])]
    if len(grown) > 1:
        (few, little), (many, much) = grown[0], grown[-1]
        yield f"- growth exponent of ctxgen's CPU time from {few:,} to {many:,} files: {math.log(much / little) / math.log(many / few):.2f}"


def _ratio(row: Row, name: str) -> float | None:
    own, other = row.costs["ctxgen"], row.costs[name]
    return own.wall / other.wall if own and other else None


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("trees", nargs="*", type=Path, help="work trees to measure, too")
    parser.add_argument("--runs", type=int, default=5)
    parser.add_argument("--limit", type=float, default=120, help="seconds after which a run is given up")
    parser.add_argument("--large", action="store_true", help=f"a repository of {LARGE:,} files, too")
    parser.add_argument(
        "--peers", action="append", type=Path, default=[], metavar="FOLDER", help="where programs of peers are, beside PATH"
    )
    options = parser.parse_args()
    with tempfile.TemporaryDirectory() as folder:
        install(folder)
        chosen = tools(options.peers)
        names = [tool.name for tool in chosen]
        start = _middle([c for _ in range(options.runs) if (c := once([sys.executable, "-m", "ctxgen", "--version"], (0,), folder, 10))])
        found = []
        for row in rows(options, chosen):
            found.append(row)
            print(*told([row], names), sep="\n", flush=True)
    about = f"Python {platform.python_version()}, {platform.system()} {platform.machine()}, {os.cpu_count()} CPUs; median of {options.runs}"
    versions = ", ".join(f"{tool.name} {tool.version}" for tool in chosen)
    lines = [
        f"{versions}; {about}.",
        "",
        *told(found, names),
        "",
        f"- `ctxgen --version`: {start.wall:.2f} s, {start.memory:.0f} MB",
        *summary(found, names),
    ]
    print("", *lines, sep="\n")
    note = "Wall / CPU seconds and peak memory of the largest process. Compare ratios within this one run: tools took turns, and the machine may have done other work."
    (HERE / "RESULTS.md").write_text("\n".join(["# Results", "", note, "", *lines, ""]), encoding="utf-8")


if __name__ == "__main__":
    main()
