"""Hostile texts through every reader, and hostile programs through all that follows source; resolve and build, each in a process of its own: time, memory, growth.

    python benchmarks/hostile.py [--only READER] [--scale N] [--part I/N] [--kept FILE]

A text takes part at a sixteenth of its file's limit (`--scale 16`), one in which readers find little in these alone; what is
slow, large or grows faster than its text is
measured again at the limit, and told where it takes more than is promised there.  `--kept` goes on where an earlier
run over the same file ended.
"""

from __future__ import annotations

import argparse
import faulthandler
import gc
import os
import random
import resource
import signal
import sys
import tempfile
import time
import traceback
from collections import defaultdict
from collections.abc import Callable, Iterator
from functools import cache, partial
from multiprocessing import Pipe
from multiprocessing.connection import Connection
from pathlib import Path
from typing import NamedTuple, NoReturn

sys.path.insert(0, str(Path(__file__).parents[1] / "tests"))

from support_hostile import Make, sample_path, shapes, with_contents
from support_hostile_source import DIALECTS, Dialect, files, programs

from ctxgen.catalogue import Catalogue, load
from ctxgen.documents import Unreadable
from ctxgen.pipeline import build
from ctxgen.readers import Reader, readers, readers_for
from ctxgen.reading import read_facts
from ctxgen.resolve import resolve
from ctxgen.tree import SOURCE_LIMIT, File, Tree

KINDS = ("documents", "pumps", "texts", "programs")
"""Valid ones with very many of everything; from patterns; openings, separators and statements repeated; of source that is followed."""
STAGES = ("read", "resolve", "build")
LOCK_LIMIT = 8 << 20
SECONDS, MEMORY = 10, 400
DOCUMENTS = ("json ", "yaml ", "toml ", "xml ", "msbuild ", "maven ", "compose ", "kubernetes", "workflow", "config ", "slnx ", "packages")
"""Labels of valid documents, which hold the keys of one reader."""
PARSED = ("json", "yml", "toml", "xml", "csproj", "props", "config", "slnx")
FEW = 300
"""Facts of a small text that what follows the readers is not worth measuring for."""
SLIGHT = 0.03
"""CPU seconds of a first run that tell nothing of growth: what is quadratic takes 256 times as long at sixteen times the size."""


class Case(NamedTuple):
    """A text to be made in a size: `reader` or framework that it is for, what it is, the most that a file may have, and the repository of one."""

    name: str
    label: str
    limit: int
    files: Callable[[int], dict[str, str]]
    wanted: tuple[Reader, ...] = ()
    told: str | None = None
    """The path of a route that must be told, or a diagnostic in its place."""


def measuring() -> Connection:
    """A process that stays small and forks one for each `(folder, path of a route that must be told, limit)`; answers its status.

    A child's peak begins at what its parent holds, and the one that makes the texts grows.
    """
    here, there = Pipe()
    if os.fork():
        there.close()
        return here
    here.close()
    catalogue = load()
    warm(catalogue)
    gc.freeze()
    while True:
        try:
            folder, told, limit = there.recv()
        except EOFError:
            os._exit(0)
        child = os.fork()
        if child == 0:
            observe(Path(folder), told, limit, catalogue)
        there.send(os.waitstatus_to_exitcode(os.waitpid(child, 0)[1]))


def observe(folder: Path, told: str | None, limit: float, catalogue: Catalogue) -> NoReturn:
    """Scan the repository of a folder and leave a report there, or where the limit of CPU seconds met it."""
    with (folder / "stack").open("w") as trace:
        # CPU time: on a busy machine a limit of the clock says nothing
        faulthandler.register(signal.SIGPROF, file=trace, chain=True)
        signal.setitimer(signal.ITIMER_PROF, limit)
        resource.setrlimit(resource.RLIMIT_AS, (4 << 30, 4 << 30))
        begun = time.process_time()
        out = []
        try:
            tree = Tree(folder / "repo")
            facts = read_facts(tree)
            out.append(f"read={time.process_time() - begun:.2f}")
            begun = time.process_time()
            facts = resolve(facts)
            out.append(f"resolve={time.process_time() - begun:.2f}")
            begun = time.process_time()
            context = build(tree, facts, catalogue).context
            out.append(f"build={time.process_time() - begun:.2f}")
            codes = sorted({d.code for d in tree.diagnostics})
            out.append(f"facts={sum(1 for _ in facts)} codes={','.join(codes) or '-'}")
            silent = told and not codes and all(each.path != told for each in context.endpoints)
            code = 3 if "reader-failed" in codes else 5 if silent else 0
        except BaseException as error:
            frame = traceback.extract_tb(error.__traceback__)[-1]
            out.append(f"raised={type(error).__name__}@{Path(frame.filename).name}:{frame.lineno}")
            code = 4
        out.append(f"memory={resource.getrusage(resource.RUSAGE_SELF).ru_maxrss // 1024}")
        (folder / "report").write_text(" ".join(out))
        os._exit(code)


def measure(case: Case, size: int, measurer: Connection, limit: float) -> dict[str, float | str]:
    """CPU seconds of each stage and the peak memory in MB, or where the time was spent when the limit ended it."""
    with tempfile.TemporaryDirectory(dir="/dev/shm" if os.path.isdir("/dev/shm") else None) as name:
        folder = Path(name)
        for path, text in case.files(size).items():
            target = folder / "repo" / path
            target.parent.mkdir(parents=True, exist_ok=True)
            target.write_bytes(text.encode("utf-8", "surrogatepass"))
        measurer.send((name, case.told, limit))
        found: dict[str, float | str] = {"status": measurer.recv()}
        report = folder / "report"
        if report.exists():
            for part in report.read_text().split():
                key, _, value = part.partition("=")
                found[key] = float(value) if key in (*STAGES, "memory", "facts") else value
        else:
            found["hang"] = limit
            lines = [line.strip() for line in (folder / "stack").read_text().splitlines() if "ctxgen/" in line]
            found["where"] = " < ".join(line.partition("ctxgen/")[2].replace('", line ', ":") for line in lines[:3])
        return found


def seconds(found: dict[str, float | str]) -> float:
    return float(found.get("hang", 0)) or sum(float(found.get(stage, 0)) for stage in STAGES)


def warm(catalogue: Catalogue) -> None:
    """Load what the measured processes share."""
    with tempfile.TemporaryDirectory() as folder:
        (Path(folder) / "package.json").write_text("{}")
        tree = Tree(Path(folder))
        build(tree, resolve(read_facts(tree)), catalogue)
    for module in ("tree_sitter", "lxml.etree", "yaml", "tomllib"):
        __import__(module)


def cases() -> Iterator[Case]:
    """Every text once: all readers that want a path read its text, and what is no document of a format is one for none of its readers."""
    own = set(readers())
    covered: dict[str, set[str]] = defaultdict(set)
    empty: set[tuple[str, str]] = set()
    for reader in readers().values():
        path = sample_path(reader)
        wanted = [each for each in readers_for(path) if each.name in own]
        kind = path.rpartition(".")[2].replace("yaml", "yml")
        for label, make in shapes(reader):
            if label.startswith(DOCUMENTS):
                yield Case(reader.name, label, min(reader.limit, LOCK_LIMIT), partial(_texts, path, [reader], make), (reader,))
            elif reader.name not in covered[label]:
                covered[label].update((reader.name, *(each.name for each in wanted)))
                files = partial(_texts, path, wanted or [reader], make)
                if kind in PARSED and _empty(wanted, path, files(4_000)[path]):
                    if (kind, label) in empty:
                        continue
                    empty.add((kind, label))
                yield Case(
                    reader.name, label, min(max(each.limit for each in wanted or [reader]), LOCK_LIMIT), files, tuple(wanted) or (reader,)
                )
    for dialect in DIALECTS:
        for label, make in programs(dialect):
            whole = label.endswith("counted") or "twice" in label or "lists" in label  # others leave what follows unread
            yield Case(dialect.name, label, SOURCE_LIMIT, partial(_programs, dialect, make), told="/last" if whole else None)


def kind_of(case: Case) -> str:
    """The kind of a case."""
    if case.limit == SOURCE_LIMIT and case.name in {dialect.name for dialect in DIALECTS}:
        return "programs"
    return "documents" if case.label.startswith(DOCUMENTS) else "pumps" if case.label.startswith("pump ") else "texts"


def _empty(wanted: list[Reader], path: str, text: str) -> bool:
    """Whether a text is no document of the format, or one in which no reader finds anything."""
    return _found(tuple(wanted), path, text.encode("utf-8", "surrogatepass")) == 0


def _texts(path: str, wanted: list[Reader], make: Make, size: int) -> dict[str, str]:
    text = make(size - 200 - 40 * len(wanted))
    for reader in wanted:
        text = with_contents(reader, text)
    return {path: text.encode("utf-8", "surrogatepass")[:size].decode("utf-8", "ignore")}


def _programs(dialect: Dialect, make: Make, size: int) -> dict[str, str]:
    size -= len(dialect.first) + len(dialect.last) + 100
    return files(dialect, make(size).encode("utf-8", "surrogatepass")[:size].decode("utf-8", "ignore"))


def slight(case: Case) -> bool:
    """Whether the readers alone are done with a small text so fast, and find so little, that one of the limit's size breaks nothing."""
    times = []
    for size in (case.limit // 32, case.limit // 16):
        (path, text), *_ = case.files(size).items()
        data, begun = text.encode("utf-8", "surrogatepass"), time.process_time()
        signal.setitimer(signal.ITIMER_VIRTUAL, 3)
        try:
            if _found(case.wanted, path, data) > FEW:
                return False
        except Exception:  # it is measured and told
            return False
        finally:
            signal.setitimer(signal.ITIMER_VIRTUAL, 0)
        times.append(time.process_time() - begun)
        if times[-1] < SECONDS / 32**2:
            return True
    return times[1] < SECONDS / 32 and times[1] < 2.6 * times[0]


def _found(wanted: tuple[Reader, ...], path: str, data: bytes) -> int:
    """How much the readers find."""
    count, tree = 0, _nothing()
    file = File(tree, path)
    file.__dict__["data"] = data
    for reader in wanted:
        try:
            for _ in reader.read(file):
                count += 1
        except Unreadable:
            pass
    tree.diagnostics.clear()
    return count


@cache
def _nothing() -> Tree:
    """The tree of an empty folder."""
    with tempfile.TemporaryDirectory() as folder:
        return Tree(Path(folder))


class _TooLong(Exception):
    pass


def _stop(*_: object) -> None:
    raise _TooLong


def over(found: dict[str, float | str]) -> bool:
    """Whether a measurement breaks what `SECURITY.md` promises."""
    return bool(found["status"]) or seconds(found) > SECONDS or float(found.get("memory", 0)) > MEMORY


def worth_more(found: dict[str, float | str], idle: float, base: float, ratio: float, scale: int) -> bool:
    """Whether a text may break it at the limit: by its size, or because it grows faster.  `idle` and `base` are the time and memory of a run over nothing."""
    spent, memory = seconds(found) - idle, float(found.get("memory", 0))
    refused = found.get("codes") == "too-complex"  # what is refused for its size costs no more where it is larger
    large = not refused and (spent > SECONDS / scale or memory - base > (MEMORY - base) / scale + 4)
    return bool(found["status"]) or large or (spent > SLIGHT and ratio > 2.6)


def main() -> int:
    parser = argparse.ArgumentParser()
    parser.add_argument("--only")
    parser.add_argument("--part", default="0/1")
    parser.add_argument("--scale", type=int, default=16)
    parser.add_argument("--kept", type=Path)
    arguments = parser.parse_args()
    part, parts = map(int, arguments.part.split("/"))
    kept = arguments.kept.read_text().split("\n") if arguments.kept and arguments.kept.exists() else []
    results = dict(line.split("\t", 1) for line in kept if "\t" in line)
    measurer = measuring()

    def keep(key: str, result: str) -> None:
        results[key] = result
        if arguments.kept:
            with arguments.kept.open("a") as stream:
                stream.write(f"{key}\t{result}\n")

    signal.signal(signal.SIGVTALRM, _stop)
    every = list(cases())
    random.Random(6).shuffle(every)  # a run that is cut short has seen something of all
    chosen = sorted({case.name for case in every})[part::parts]
    nothing = [measure(Case("", "", 0, lambda _: {"a": ""}), 0, measurer, SECONDS) for _ in range(5)]
    idle, base = min(map(seconds, nothing)), min(float(each["memory"]) for each in nothing)
    count, again, broken = 0, 0, 0
    for case in every:
        key = f"{case.name} {case.label}".replace("\n", " ")
        if case.name not in chosen or key in results or (arguments.only or "") not in key:
            continue
        count += 1
        if case.wanted and slight(case):
            keep(key, f"{kind_of(case)}\t0\t0")
            continue
        found = measure(case, case.limit // arguments.scale, measurer, SECONDS)
        ratio = 1.0
        if seconds(found) - idle > SLIGHT:
            half = measure(case, case.limit // arguments.scale // 2, measurer, SECONDS)
            ratio = (seconds(found) - idle) / max(seconds(half) - idle, 0.01)
        if worth_more(found, idle, base, ratio, arguments.scale):
            again += 1
            found = measure(case, case.limit, measurer, SECONDS)
            broken += over(found)
            told = " ".join(f"{key}={value}" for key, value in found.items())
            print(f"{'OVER' if over(found) else 'within':6} {key[:90]:90} ratio {ratio:4.1f} {told}", flush=True)
        keep(key, f"{kind_of(case)}\t{seconds(found)}\t{found.get('memory', 0)}")
    for kind in KINDS:
        of_kind = [line.split("\t") for line in results.values() if line.startswith(kind)]
        worst = [max((float(row[column]) for row in of_kind), default=0.0) for column in (1, 2)]
        print(f"{kind:10} {len(of_kind):6} cases, at most {worst[0]:.1f} s and {worst[1]:.0f} MB")
    print(f"{count} cases, {again} measured at the limit, {broken} over {SECONDS} s or {MEMORY} MB")
    return 1 if broken else 0


if __name__ == "__main__":
    raise SystemExit(main())
