"""Hostile texts through every reader, resolve and build, each in a process of its own: time, memory, growth.

    python benchmarks/hostile.py [--size KIB] [--only READER] [--over SECONDS]

A text takes part at a quarter of its file's limit; what is slow there is measured again at an eighth and at the limit.
"""

from __future__ import annotations

import argparse
import faulthandler
import os
import resource
import signal
import sys
import tempfile
import time
from collections.abc import Iterator
from pathlib import Path

sys.path.insert(0, str(Path(__file__).parents[1] / "tests"))

from support_hostile import Make, sample_path, shapes, with_contents

from ctxgen.catalogue import Catalogue, load
from ctxgen.pipeline import build
from ctxgen.readers import Reader, readers
from ctxgen.reading import read_facts
from ctxgen.resolve import resolve
from ctxgen.tree import Tree

STAGES = ("read", "resolve", "build")
LOCK_LIMIT = 8 << 20


def measure(path: str, text: str, catalogue: Catalogue, limit: float) -> dict[str, float | str]:
    """CPU seconds of each stage and the peak memory in MB, or where the time was spent when the limit ended it."""
    with tempfile.TemporaryDirectory(dir="/dev/shm" if os.path.isdir("/dev/shm") else None) as folder:
        target = Path(folder) / "repo" / path
        target.parent.mkdir(parents=True)
        target.write_bytes(text.encode("utf-8", "surrogatepass"))
        report, stack = Path(folder) / "report", Path(folder) / "stack"
        child = os.fork()
        if child == 0:
            with stack.open("w") as trace:
                # CPU time: on a busy machine a limit of the clock says nothing
                faulthandler.register(signal.SIGPROF, file=trace, chain=True)
                signal.setitimer(signal.ITIMER_PROF, limit)
                resource.setrlimit(resource.RLIMIT_AS, (4 << 30, 4 << 30))
                begun = time.process_time()
                out = []
                try:
                    tree = Tree(Path(folder) / "repo")
                    facts = read_facts(tree)
                    out.append(f"read={time.process_time() - begun:.2f}")
                    begun = time.process_time()
                    facts = resolve(facts)
                    out.append(f"resolve={time.process_time() - begun:.2f}")
                    begun = time.process_time()
                    build(tree, facts, catalogue)
                    out.append(f"build={time.process_time() - begun:.2f}")
                    codes = sorted({d.code for d in tree.diagnostics})
                    out.append(f"facts={sum(1 for _ in facts)} codes={','.join(codes) or '-'}")
                    code = 3 if "reader-failed" in codes else 0
                except BaseException as error:
                    import traceback

                    frame = traceback.extract_tb(error.__traceback__)[-1]
                    out.append(f"raised={type(error).__name__}@{Path(frame.filename).name}:{frame.lineno}")
                    code = 4
                out.append(f"memory={resource.getrusage(resource.RUSAGE_SELF).ru_maxrss // 1024}")
                report.write_text(" ".join(out))
                os._exit(code)
        _, status = os.waitpid(child, 0)
        found: dict[str, float | str] = {"status": os.waitstatus_to_exitcode(status)}
        if report.exists():
            for part in report.read_text().split():
                key, _, value = part.partition("=")
                found[key] = float(value) if key in (*STAGES, "memory", "facts") else value
        else:
            found["hang"] = limit
            lines = [line.strip() for line in stack.read_text().splitlines() if "ctxgen/" in line]
            found["where"] = " < ".join(line.partition("ctxgen/")[2].replace('", line ', ":") for line in lines[:3])
        return found


def seconds(found: dict[str, float | str]) -> float:
    return float(found.get("hang", 0)) or sum(float(found.get(stage, 0)) for stage in STAGES)


def cases(only: str | None) -> Iterator[tuple[Reader, str, Make]]:
    for reader in readers().values():
        if only is None or only in reader.name:
            for label, make in shapes(reader):
                yield reader, label, make


def main() -> None:
    parser = argparse.ArgumentParser()
    parser.add_argument("--only")
    parser.add_argument("--part", default="0/1")
    parser.add_argument("--scale", type=int, default=4)
    parser.add_argument("--over", type=float, default=2.0)
    arguments = parser.parse_args()
    part, parts = map(int, arguments.part.split("/"))
    catalogue = load()
    with tempfile.TemporaryDirectory() as folder:
        (Path(folder) / "package.json").write_text("{}")
        tree = Tree(Path(folder))
        build(tree, resolve(read_facts(tree)), catalogue)
    for module in ("tree_sitter", "lxml.etree", "yaml", "tomllib"):
        __import__(module)
    chosen = sorted({reader.name for reader, _, _ in ()} | set(readers()))[part::parts]
    count = 0
    for reader, label, make in cases(arguments.only):
        if reader.name not in chosen:
            continue
        count += 1
        limit = min(reader.limit, LOCK_LIMIT)
        path = sample_path(reader)
        size = limit // arguments.scale
        try:
            text = with_contents(reader, make(size - 200))
        except Exception as error:
            print("CASE", reader.name, label, error)
            continue
        text = text.encode("utf-8", "surrogatepass")[:size].decode("utf-8", "ignore")
        found = measure(path, text, catalogue, 10)
        spent = seconds(found)
        if found["status"] or spent > arguments.over / arguments.scale * 1.2 or float(found.get("memory", 0)) > 400:
            small = measure(path, with_contents(reader, make(size // 2 - 200)), catalogue, 10)
            ratio = spent / max(seconds(small), 0.01)
            print(
                f"{reader.name:26} {label[:60]:60} {size >> 10:6} KiB {spent:6.2f} s ratio {ratio:4.1f} {' '.join(f'{k}={v}' for k, v in found.items())}",
                flush=True,
            )
    print("cases", count)


if __name__ == "__main__":
    main()
