"""Fuzz every reader, and what follows source in every language: texts made of a format's statements, its patterns' own strings and arbitrary characters.

    python benchmarks/fuzz.py [SECONDS A READER] [--only NAME] [--seed N] [--from NAME] [--part I/N]

The seconds are CPU time.  `--from` goes on where an earlier run ended, `--part` takes each Nth reader.  Prints inputs and failures per reader; a failure (anything but `Unreadable`) is printed with
the input that made it.  Source is followed with all frameworks of its language switched on.
Instrument the package with `atheris` where it is installed: `--atheris NAME` fuzzes one reader by coverage, until stopped.
"""

from __future__ import annotations

import argparse
import random
import sys
import tempfile
import time
import traceback
from collections.abc import Callable, Iterator
from functools import cache, partial
from itertools import dropwhile
from pathlib import Path
from typing import NamedTuple

sys.path.insert(0, str(Path(__file__).parents[1] / "tests"))

from support_hostile import UNITS, pieces, pumps, sample_path, with_contents
from support_hostile_source import DIALECTS, Dialect, written

from ctxgen.documents import Unreadable
from ctxgen.facts import Facts
from ctxgen.readers import Reader, readers, readers_for
from ctxgen.source.frameworks import frameworks
from ctxgen.source.program import Program
from ctxgen.source.scan import read_source
from ctxgen.tree import SOURCE_LIMIT, File, Tree

SLOW = 0.5
NOTHING = Facts(())
PRESENT = frozenset(framework.technology for framework in frameworks())


def run(tree: Tree, reader: Reader, data: bytes) -> None:
    """One input; raises what the reader raises but `Unreadable`."""
    file = File(tree, sample_path(reader), reader.limit)
    file.__dict__["data"] = data
    try:
        for _ in reader.read(file):
            pass
    except Unreadable:
        pass


def seeds(reader: Reader) -> list[str]:
    """Real files of the fixtures for the reader, the format's pieces, and strings that its patterns match."""
    texts = [path.read_text(errors="replace") for path, wanted in _fixtures() if reader in wanted][:60]
    return [*texts, *pieces(sample_path(reader)), *(make(20) for _, make in pumps(reader.read.__module__))]


@cache
def _fixtures() -> list[tuple[Path, list[Reader]]]:
    """The smaller files of the fixtures and the readers that want them."""
    root = Path(__file__).parents[1] / "fixtures"
    found = (path for path in root.rglob("*") if path.is_file() and path.stat().st_size < 20_000)
    return [(path, readers_for(path.relative_to(root).as_posix())) for path in found]


class Target(NamedTuple):
    """What is fuzzed: a reader, or a dialect's language."""

    name: str
    run: Callable[[str], None]
    seeds: Callable[[], list[str]]
    units: tuple[str, ...]


def targets(tree: Tree) -> Iterator[Target]:
    for reader in readers().values():
        yield Target(reader.name, partial(_read, tree, reader), partial(seeds, reader), (*UNITS, *pieces(sample_path(reader))))
    for dialect in DIALECTS:
        units = (*UNITS, *(written(word, 0) for word in dialect.words), *dialect.chained, *(opening for opening, _ in dialect.nested))
        yield Target(f"source {dialect.name}", partial(_follow, tree, dialect), partial(_programs, dialect), units)


def _read(tree: Tree, reader: Reader, text: str) -> None:
    run(tree, reader, with_contents(reader, text).encode("utf-8", "surrogatepass"))


def _programs(dialect: Dialect) -> list[str]:
    """The source of the fixtures with the dialect's ending, and its own program."""
    root = Path(__file__).parents[1] / "fixtures" / "source"
    ending = "." + dialect.path.rpartition(".")[2]
    found = [path.read_text(errors="replace") for path in sorted(root.rglob(f"*{ending}"))]
    return [*found, *(dialect.first + written(word, 0) + dialect.last for word in dialect.words)]


def _follow(tree: Tree, dialect: Dialect, text: str) -> None:
    """One program; raises what was kept from its user."""
    tree.forget(dialect.path)
    tree.diagnostics.clear()
    tree.file(dialect.path, SOURCE_LIMIT).__dict__["data"] = (dialect.first + text + dialect.last).encode("utf-8", "surrogatepass")
    read_source(tree, NOTHING, [dialect.path], PRESENT)


class Failed(Exception):
    """A defect that would have become a diagnostic."""


def _raised(self: object, *said: object) -> None:
    if "reader-failed" in said:
        raise Failed from sys.exc_info()[1]


def mutated(random_: random.Random, corpus: list[str], units: tuple[str, ...]) -> str:
    """A text of the corpus with some cuts, insertions, repetitions, swaps and splices."""
    text = random_.choice(corpus)
    for _ in range(random_.randint(1, 8)):
        place = random_.randint(0, len(text))
        end = min(len(text), place + random_.randint(0, 30))
        match random_.randint(0, 5):
            case 0:
                text = text[:place] + text[end:]
            case 1:
                text = text[:place] + random_.choice(units) * random_.choice((1, 1, 2, 60)) + text[place:]
            case 2:
                text = text[:place] + text[place:end] * random_.randint(2, 5) + text[end:]
            case 3:
                text = text[:place] + random_.choice(corpus)[:400] + text[end:]
            case 4:
                text = (
                    text[:place]
                    + chr(random_.choice((0, 9, 13, 34, 39, 92, 0xA0, 0xFEFF, 0xD800, 0x10FFFF, random_.randint(32, 0x2FFF))))
                    + text[end:]
                )
            case 5:
                text = text[:place]
    return text[:20_000]


def main() -> int:
    parser = argparse.ArgumentParser()
    parser.add_argument("seconds", type=float, nargs="?", default=20.0)
    parser.add_argument("--only", default="")
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--from", dest="begin", default="")
    parser.add_argument("--part", default="0/1")
    parser.add_argument("--atheris", default="")
    arguments = parser.parse_args()
    tree = Tree(Path(tempfile.mkdtemp()))
    if arguments.atheris:
        import atheris

        atheris.instrument_all()
        atheris.Setup(sys.argv[:1], lambda data: run(tree, readers()[arguments.atheris], data))
        atheris.Fuzz()
    Program.note = Tree.note = _raised  # type: ignore[assignment]
    total = failures = 0
    part, parts = map(int, arguments.part.split("/"))
    left = dropwhile(lambda target: arguments.begin not in target.name, targets(tree))
    for target in list(left)[part::parts]:
        if arguments.only not in target.name:
            continue
        random_ = random.Random(f"{arguments.seed} {target.name}")
        corpus, inputs, failed, slow = target.seeds() or [""], 0, set(), 0.0
        ends = time.process_time() + arguments.seconds
        while time.process_time() < ends:
            text = mutated(random_, corpus, target.units)
            begun = time.process_time()
            try:
                target.run(text)
            except Exception as error:
                error = error.__cause__ if isinstance(error.__cause__, Exception) else error
                frame = traceback.extract_tb(error.__traceback__)[-1]
                place = f"{type(error).__name__} at {Path(frame.filename).name}:{frame.lineno}"
                if place not in failed:
                    failed.add(place)
                    print(f"  {target.name}: {place}: {text!r}"[:3000], flush=True)
            spent = time.process_time() - begun
            if spent > max(SLOW, slow):
                print(f"  {target.name}: {spent:.2f} s for {len(text)} characters: {text[:200]!r}", flush=True)
            slow = max(slow, spent)
            inputs += 1
        total += inputs
        failures += len(failed)
        print(f"{target.name:28} {inputs:8} inputs {len(failed):3} failures, slowest {slow:.3f} s", flush=True)
    print(f"{total} inputs, {failures} failures")
    return 1 if failures else 0


if __name__ == "__main__":
    raise SystemExit(main())
